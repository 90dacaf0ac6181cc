"""What was shown is on disk before it is shown: nothing of it is lost with a process that is killed."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.practice import Work
from sandbox.records import Delta, Endpoint, Run, RunState, Sampling
from sandbox.turns import LiveRun, Order
from sandbox.turns.journal import Journal, LeftBehind
from tests.fake_endpoint import FakeEndpoint
from tests.test_practice import Room as Practising
from tests.test_practice import follow
from tests.test_turns import ASKED, Room, endpoint_for, wait_for

NOWHERE = Endpoint("nowhere", "없는 곳", "http://127.0.0.1:9/v1", "none")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "live"


@pytest.fixture
def room(folder: Path) -> Iterator[Room]:
    made = Room(journal=folder)
    yield made
    made.slow.set()
    made.turns.close()


def test_what_is_seen_has_been_written_before(room: Room, folder: Path) -> None:
    room.slow.clear()  # nothing is stored, on the way or at the end
    with FakeEndpoint(first_seconds=0, tokens_per_second=80, tokens=80) as fake:
        lives = [room.submit(f"r{n}", endpoint_for(fake)) for n in range(12)]
        looks = 0
        while not all(live.state.ended for live in lives):
            seen = {live.run_id: live.snapshot().text for live in lives}
            kept = LeftBehind(folder).texts
            assert all(kept.get(run_id, "").startswith(text) for run_id, text in seen.items())
            looks += sum(map(bool, seen.values()))
        assert looks > 50
        (file,) = folder.iterdir()
        if os.name == "posix":
            assert file.stat().st_mode & 0o077 == 0
        room.slow.set()
        room.ended(*(live.run_id for live in lives))
        assert all(room.ends[live.run_id].text == fake.answer for live in lives)
    wait_for(lambda: all(live.settled for live in lives))
    assert not list(folder.iterdir()), "nothing is left to be kept"


def test_the_last_words_are_there_before_the_end_is_stored(
    room: Room, folder: Path, fake_endpoint: FakeEndpoint
) -> None:
    room.slow.clear()
    live = room.submit("r", endpoint_for(fake_endpoint))
    wait_for(lambda: live.state.ended)
    assert LeftBehind(folder).texts["r"] == live.snapshot().text == fake_endpoint.answer


def test_a_long_day_makes_no_long_file(room: Room, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next file begins with what is still open; what is stored is let go."""
    monkeypatch.setattr("sandbox.turns.journal.LONGEST_BYTES", 2_000)
    with (
        FakeEndpoint(first_seconds=0, tokens_per_second=100, tokens=3_000) as slow,
        FakeEndpoint(first_seconds=0, tokens_per_second=0, tokens=500) as quick,
    ):
        long = room.submit("long", endpoint_for(slow))
        wait_for(lambda: len(long.snapshot().text) > 30)
        for n in range(5):
            room.submit(f"q{n}", endpoint_for(quick, "other"))
            room.ended(f"q{n}")
        wait_for(lambda: set(LeftBehind(folder).texts) == {"long"})
        seen = long.snapshot().text
        assert LeftBehind(folder).texts["long"].startswith(seen) and len(list(folder.iterdir())) == 1
        room.turns.stop("long")
        room.ended("long")


def test_a_disk_that_takes_no_line_holds_up_nobody(
    folder: Path, fake_endpoint: FakeEndpoint, caplog: pytest.LogCaptureFixture
) -> None:
    folder.write_text("in the way", encoding="utf-8")
    room = Room(journal=folder)
    try:
        room.submit("r", endpoint_for(fake_endpoint))
        room.ended("r")
        assert room.ends["r"].text == fake_endpoint.answer
        assert len([r for r in caplog.records if "written ahead" in r.getMessage()]) == 1
    finally:
        room.turns.close()


def test_half_a_line_spoils_nothing(folder: Path) -> None:
    folder.mkdir()
    (folder / "1-a.jsonl").write_bytes(b'\n[["r",0,"\\uac00"]]\n[["r",1,"\\ub0')
    (folder / "2-b.jsonl").write_bytes(
        b'\n[["s",0,"ab"],["s",2,"c"]]\n[["s",9,"z"]]\n{"not":"ours"}\n[["s",1,"b"]]'
    )
    left = LeftBehind(folder)
    assert left.texts == {"r": "가", "s": "abc"}
    left.drop()
    assert not list(folder.iterdir())
    assert LeftBehind(folder / "nothing").texts == {}


def test_a_process_that_lives_keeps_its_file(room: Room, folder: Path) -> None:
    with FakeEndpoint(first_seconds=0, tokens_per_second=50, tokens=5_000) as fake:
        live = room.submit("r", endpoint_for(fake))
        wait_for(lambda: live.snapshot().text)
        LeftBehind(folder).drop()
        assert len(list(folder.iterdir())) == 1
        room.turns.stop("r")
        room.ended("r")


def test_what_was_shown_is_read_back(tmp_path: Path, fake_endpoint: FakeEndpoint, folder: Path) -> None:
    made = Practising(tmp_path, fake_endpoint)
    try:
        folder.mkdir()
        ended = made.practice.run(made.me, Work("안녕"), {}, made.endpoint)
        made.wait(ended)
        for name in ("less", "more"):
            run = made.store.run(ended, made.me.id)
            made.store.add_run(_open(run, name))
            made.store.save_partial(name, "저장된 데까지")
        said = (
            '[["less",0,"\uc800"],["more",0,"저장된 데까지"],["more",7," 그리고 보인 데까지"],["%s",0,"%s"]]'
        )
        (folder / "9-z.jsonl").write_text(said % (ended, "길" * 500), encoding="utf-8")
        assert made.practice.start(folder) == 2
        assert made.store.run("less", made.me.id).answer == "저장된 데까지"
        assert made.store.run("more", made.me.id).answer == "저장된 데까지 그리고 보인 데까지"
        assert made.store.run(ended, made.me.id).state is RunState.DONE
        assert made.store.run(ended, made.me.id).answer == fake_endpoint.answer
        assert follow(made, "more")[-1].state is RunState.CUT
        assert not list(folder.iterdir())
    finally:
        made.close()


def _open(run: Run, name: str) -> Run:
    return replace(run, id=name, state=RunState.WAITING, answer="", ended_at=None)


async def test_a_first_text_waits_for_no_other_line_and_takes_none_along(folder: Path) -> None:
    journal = Journal(folder)
    first, second = (LiveRun(Order(r, r, NOWHERE, ASKED, Sampling()), writes_ahead=True) for r in "ab")
    seen = []
    for live in (first, first, first, second):  # all within the moment in which no further line is written
        live.add(Delta(text=live.run_id))
        journal.note(live)
        await asyncio.sleep(0)
        seen.append(first.snapshot().text + second.snapshot().text)
    assert seen == ["a", "aa", "aa", "aab"], (
        "a third piece waits for the next line, the first of another does not"
    )
    journal.end(first)
    assert first.snapshot().text == "aaa"
    journal.forget(first), journal.forget(second), journal.close()


async def test_a_line_takes_along_what_arrives_in_its_moment(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(folder)
    live = LiveRun(Order("a", "a", NOWHERE, ASKED, Sampling()), writes_ahead=True)
    later: list[Callable[[], None]] = []
    monkeypatch.setattr(asyncio.get_running_loop(), "call_later", lambda _s, do: later.append(do))

    def comes(text: str) -> None:
        live.add(Delta(text=text))
        journal.note(live)

    for text in "123":
        comes(text)
        await asyncio.sleep(0)
    assert live.snapshot().text == "12"
    (line,) = later
    asyncio.get_running_loop().call_soon(comes, "4")
    line()  # the timer comes before what the sockets have woken, as in a loop that has rested
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert live.snapshot().text == "1234"
    journal.forget(live), journal.close()
