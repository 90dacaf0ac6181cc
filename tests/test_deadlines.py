"""An answer that does not come in time is given up, and nothing else is taken for that."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from sandbox.llm.deadlines import Deadlines
from sandbox.records import Endpoint

PATIENT = Endpoint("fake", "가짜", "http://127.0.0.1:9/v1", "fake")


def deadlines(first: float = 5.0, stall: float = 5.0, whole: float = 60.0) -> Deadlines:
    return Deadlines(
        replace(
            PATIENT,
            first_text_timeout_seconds=first,
            stall_timeout_seconds=stall,
            whole_timeout_seconds=whole,
        )
    )


async def after(seconds: float) -> str:
    await asyncio.sleep(seconds)
    return "왔습니다"


async def test_what_comes_in_time_is_given_on() -> None:
    assert await deadlines().keep(after(0.01)) == "왔습니다"


@pytest.mark.parametrize("late", [{"first": 0.05}, {"whole": 0.05}])
async def test_what_is_late_is_given_up_and_the_task_goes_on(late: dict[str, float]) -> None:
    kept = deadlines(**late)
    with pytest.raises(TimeoutError):
        await kept.keep(after(5))
    task = asyncio.current_task()
    assert task is not None and not task.cancelling()
    await asyncio.sleep(0)  # no cancellation is left over
    kept.rest()


async def test_each_piece_has_its_own_patience() -> None:
    """Four pieces of 0.06 s each are in time with 0.15 s of patience; the one that stalls is not."""
    kept = deadlines(first=0.15, stall=0.15)
    for _ in range(4):
        await kept.keep(after(0.06))
        kept.progress()
    begun = asyncio.get_running_loop().time()
    with pytest.raises(TimeoutError):
        await kept.keep(after(5))
    assert 0.1 <= asyncio.get_running_loop().time() - begun < 2
    kept.rest()


async def test_the_tail_has_less_patience_than_the_timer_that_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.llm.deadlines.TAIL_SECONDS", 0.05)
    kept = deadlines(stall=30.0)
    await kept.keep(after(0.01))
    kept.progress()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.shield(asyncio.ensure_future(kept.keep(after(20), finished=True))), 5)
    kept.rest()


async def test_being_stopped_is_not_being_late() -> None:
    kept = deadlines()
    task = asyncio.create_task(kept.keep(after(5)))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    kept.rest()


async def test_being_stopped_in_the_moment_of_being_late_is_being_stopped() -> None:
    kept = deadlines(first=0.02)
    task = asyncio.create_task(kept.keep(after(5)))
    await asyncio.sleep(0)
    asyncio.get_running_loop().call_at(kept.next(), task.cancel)  # in one round of the loop with the timer
    with pytest.raises(asyncio.CancelledError):
        await task
    kept.rest()


async def test_a_thousand_pieces_share_a_timer_and_none_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    kept, loop = deadlines(), asyncio.get_running_loop()
    set_timers: list[Any] = []
    real = loop.call_at

    def counted(*args: Any, **more: Any) -> asyncio.TimerHandle:
        set_timers.append(real(*args, **more))
        return set_timers[-1]

    monkeypatch.setattr(loop, "call_at", counted)
    for _ in range(1_000):
        await kept.keep(asyncio.sleep(0))
        kept.progress()
    assert len(set_timers) == 1
    kept.rest()
    assert set_timers[0].cancelled()
