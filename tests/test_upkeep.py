"""What the server does beside its visitors goes on, whatever one duty runs into."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from sandbox.records import StoreError
from ui import upkeep


async def never(_streaming: Callable[[], int]) -> None:
    await asyncio.Event().wait()


@pytest.mark.parametrize(
    ("streaming", "much", "waited", "times"),
    [
        (0, upkeep.WORTH_IT, 0.0, 1),
        (0, upkeep.WORTH_IT - 1, 0.0, 0),  # hardly anything is new: not worth stopping anybody
        (1, upkeep.WORTH_IT, 0.0, 0),  # somebody reads an answer: it can wait
        (1, upkeep.TOO_MUCH, 0.0, 1),  # memory goes before a pause of 0.2 s
        (40, 1, upkeep.LONGEST_SECONDS + 1, 1),
        (0, 0, upkeep.LONGEST_SECONDS + 1, 0),
    ],
)
async def test_the_old_are_collected_when_nobody_reads_or_when_it_cannot_wait(
    monkeypatch: pytest.MonkeyPatch, streaming: int, much: int, waited: float, times: int
) -> None:
    count, collections = (5, 0, 0), 0

    def collect() -> None:
        nonlocal count, collections
        collections += 1
        count = (5, 0, much if collections == 1 else 0)  # the first is at the start, then something gathers

    monkeypatch.setattr(upkeep, "LOOK_EVERY_SECONDS", 0.001)
    monkeypatch.setattr(upkeep.gc, "get_count", lambda: count)
    monkeypatch.setattr(upkeep.gc, "collect", collect)
    for idle in ("freeze", "set_threshold"):
        monkeypatch.setattr(upkeep.gc, idle, lambda *_: None)
    moments = iter([1_000.0])
    looking = asyncio.create_task(
        upkeep.collect_in_quiet(lambda: streaming, lambda: next(moments, 1_000.0 + waited))
    )
    await asyncio.sleep(0.05)
    looking.cancel()
    assert collections - 1 == times


async def test_a_duty_that_fails_ends_no_other_and_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A full disk at one moment: backups and deletions that are due come all the same, later."""
    monkeypatch.setattr(upkeep, "DUTIES_EVERY_SECONDS", 0.01)
    monkeypatch.setattr(upkeep, "collect_in_quiet", never)
    monkeypatch.setattr(upkeep.children, "leave_no_dump", lambda: None)
    came: list[str] = []

    def failing(name: str, times: int) -> Any:
        def do() -> str:
            came.append(name)
            if came.count(name) <= times:
                raise StoreError("디스크에 남은 공간이 없습니다. 900101-1234568")
            return ""

        return do

    room: Any = SimpleNamespace(
        warm=failing("warm", 1),
        turns=SimpleNamespace(streaming=0),
        store=SimpleNamespace(keep_backup=failing("backup", 3)),
        lecture=SimpleNamespace(
            sweep=failing("sweep", 2),
            instructors=SimpleNamespace(open_setup_code=failing("code", 2)),
        ),
    )
    keeping = asyncio.create_task(upkeep.keep_up(room))
    for _ in range(1_000):
        await asyncio.sleep(0.01)
        if came.count("sweep") > 5 or keeping.done():
            break
    assert not keeping.done()
    keeping.cancel()
    assert came.count("backup") >= 5
    assert came.count("code") == 3, "tried until it is told, then never again"
    said = [r.getMessage() for r in caplog.records if r.name == "ui"]
    assert len(said) == 1 + 3 + 2 + 2
    assert all("incident" in line and "StoreError" in line and "900101" not in line for line in said)
