"""Live answers on their way: one timer for all readers, nothing lost, nothing twice; and how streams gather."""

from __future__ import annotations

import asyncio
import time

import pytest

from sandbox.guard import Placeholders
from sandbox.practice.following import Pulse, follow
from sandbox.practice.shapes import LivePart
from sandbox.records import Delta, Endpoint, RunState, Sampling
from sandbox.turns import LiveRun, Order
from sandbox.turns.gathering import CROWD, Crowd, gathering_loop
from tests.test_turns import ASKED


def live_run() -> LiveRun:
    nowhere = Endpoint("fake", "가짜", "http://127.0.0.1:9/v1", "fake")
    return LiveRun(Order("run", "person", nowhere, ASKED, Sampling()))


async def read(live: LiveRun, placeholders: Placeholders, pulse: Pulse, start: int = 0) -> list[LivePart]:
    return [part async for part in follow(live, placeholders, start, pulse)]


async def test_many_readers_of_one_run_get_every_character_once() -> None:
    live, pulse, nobody = live_run(), Pulse(), Placeholders()
    readers = [asyncio.create_task(read(live, nobody, pulse)) for _ in range(20)]
    late = None
    for n in range(30):
        live.start()
        live.add(Delta(text=f"{n}번째 줄\n"))
        await asyncio.sleep(0.01)
        if n == 15:
            late = asyncio.create_task(read(live, nobody, pulse, start=7))
    live.end(RunState.DONE, None)
    live.settle()
    whole = live.snapshot().text
    for reader in readers:
        parts = await asyncio.wait_for(reader, 30)
        assert "".join(p.text for p in parts) == whole
        assert [p.ended for p in parts].count(True) == 1 and parts[-1].ended
        assert len(parts) < 30, "what came close together was told together"
    assert late is not None
    assert "".join(p.text for p in await asyncio.wait_for(late, 30)) == whole[7:]
    assert pulse.here().readers == 0


async def test_the_end_is_told_only_when_it_is_stored() -> None:
    live, pulse = live_run(), Pulse()
    reader = asyncio.create_task(read(live, Placeholders(), pulse))
    live.start()
    live.add(Delta(text="끝"))
    live.end(RunState.DONE, None)
    await asyncio.sleep(0.3)
    assert not reader.done(), "the verdicts are not there yet"
    live.settle()
    parts = await asyncio.wait_for(reader, 30)
    assert parts[-1].ended and parts[-1].state is RunState.DONE


async def test_a_reader_that_leaves_leaves_nothing_behind() -> None:
    live, pulse = live_run(), Pulse()
    reader = asyncio.create_task(read(live, Placeholders(), pulse))
    await asyncio.sleep(0.1)
    reader.cancel()
    await asyncio.gather(reader, return_exceptions=True)
    await asyncio.sleep(0.1)
    assert pulse.here().readers == 0
    assert not pulse.here()._waiting and not pulse.here()._ticking


async def test_a_crowd_rests_only_while_nobody_waits_for_a_first_text() -> None:
    crowd = Crowd()
    streams = [crowd.stream(str(n)) for n in range(CROWD)]
    for stream in streams[:-1]:
        await stream.__aenter__()
    assert crowd.rest_seconds() == 0.0, "a few streams need no rest"
    await streams[-1].__aenter__()
    waiting = crowd.rest_seconds()
    crowd.writing.update(str(n) for n in range(CROWD))
    assert 0 < waiting < crowd.rest_seconds()
    await streams[0].__aexit__(None, None, None)
    assert crowd.rest_seconds() == 0.0
    assert crowd.running == crowd.writing == {str(n) for n in range(1, CROWD)}


def test_timers_keep_their_time_in_a_loop_that_rests() -> None:
    crowd = Crowd(running={str(n) for n in range(CROWD)}, writing={str(n) for n in range(CROWD)})
    make = gathering_loop(crowd)
    if make is None:
        pytest.skip("this system's loop knows no selectors")

    async def naps() -> list[float]:
        late = []
        for seconds in (0.001, 0.02, 0.3):
            begun = time.monotonic()
            await asyncio.sleep(seconds)
            late.append(time.monotonic() - begun - seconds)
        return late

    with asyncio.Runner(loop_factory=make) as runner:
        assert all(late >= -0.002 for late in runner.run(naps()))


def test_a_rest_ends_with_the_next_timer(monkeypatch: pytest.MonkeyPatch) -> None:
    crowd = Crowd(running={str(n) for n in range(CROWD)}, writing={str(n) for n in range(CROWD)})
    make = gathering_loop(crowd)
    if make is None:
        pytest.skip("this system's loop knows no selectors")
    rests: list[float] = []
    monkeypatch.setattr("sandbox.turns.gathering.time.sleep", rests.append)
    loop = make()
    try:
        loop._selector.select(0.01)  # type: ignore[attr-defined]
        loop._selector.select(0)  # type: ignore[attr-defined]
        loop.call_soon(loop.stop)
        loop.run_forever()
    finally:
        loop.close()
    assert rests == [0.01], "work at hand rests not at all"
