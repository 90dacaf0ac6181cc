"""Turns: fair, never over capacity, nothing lost, and off the loop where it may be slow."""

from __future__ import annotations

import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.llm import Clients
from sandbox.records import (
    Cleared,
    Delta,
    Endpoint,
    EndpointBusyError,
    EndpointTimeoutError,
    Finish,
    Message,
    NotFoundError,
    Role,
    RunState,
    Sampling,
    Secret,
    StreamEvent,
)
from sandbox.turns import FairQueue, LiveRun, Order, Outcome, Turns
from sandbox.turns.limits import Limits
from tests.fake_endpoint import FakeEndpoint

KEY = "sk-very-secret-0123456789"
ASKED = Cleared((Message(Role.USER, "안녕하세요"),))


def wait_for(condition: Callable[[], Any], seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.01)


def endpoint_for(fake: FakeEndpoint, model: str = "fake-model", parallel: int = 8) -> Endpoint:
    return Endpoint(model, model, fake.base_url, model, key=Secret(KEY), parallel=parallel)


class Room:
    """A Turns with a memory of what it called back."""

    def __init__(
        self, factory: Callable[[], Any] = Clients, *, journal: Path | None = None, **limits: Any
    ) -> None:
        self.progress: list[tuple[str, str, datetime | None]] = []
        self.ends: dict[str, Outcome] = {}
        self.order: list[str] = []
        self.threads: set[str] = set()
        self.slow = threading.Event()
        self.slow.set()
        self.failures = 0
        self.fault: Exception = OSError("disk")
        self.turns = Turns(
            factory, on_progress=self._progress, on_end=self._end, limits=Limits(**limits), journal=journal
        )

    def _progress(self, run_id: str, text: str, first_text_at: datetime | None) -> None:
        self.threads.add(threading.current_thread().name)
        self.slow.wait(20)
        self.progress.append((run_id, text, first_text_at))

    def _end(self, run_id: str, outcome: Outcome) -> None:
        self.slow.wait(20)
        if self.failures:
            self.failures -= 1
            raise self.fault
        assert run_id not in self.ends, "ended twice"
        self.order.append(run_id)
        self.ends[run_id] = outcome

    def submit(self, run_id: str, endpoint: Endpoint, person: str = "") -> LiveRun:
        return self.turns.submit(Order(run_id, person or run_id, endpoint, ASKED, Sampling()))

    def ended(self, *run_ids: str) -> None:
        wait_for(lambda: all(run_id in self.ends for run_id in run_ids))


@pytest.fixture
def room() -> Iterator[Room]:
    made = Room(progress_seconds=0.1)
    yield made
    made.slow.set()
    made.turns.close()


# --------------------------------------------------------------------------- the queue alone


@st.composite
def days(draw: st.DrawFn) -> list[tuple[str, int, int, int]]:
    """A day in the room: (what, person, endpoint, which) in any order."""
    what = st.sampled_from(["ask", "ask", "ask", "finish", "finish", "leave", "busy", "wait"])
    step = st.tuples(what, st.integers(0, 5), st.integers(0, 1), st.integers(0, 50))
    return draw(st.lists(step, max_size=80))


@settings(deadline=None, max_examples=150)
@given(days(), st.tuples(st.integers(1, 3), st.integers(1, 3)))
def test_the_queue_is_never_over_capacity_and_loses_nobody(
    day: list[tuple[str, int, int, int]], parallel: tuple[int, int]
) -> None:
    queue, now = FairQueue(), 0.0
    waiting: dict[str, tuple[str, str]] = {}
    running: dict[str, tuple[str, str]] = {}
    done: set[str] = set()
    asked = 0

    def hand_out() -> None:
        for ticket in queue.start(now):
            running[ticket.run_id] = waiting.pop(ticket.run_id)
            assert running[ticket.run_id] == (ticket.person_id, ticket.endpoint_id)
        people = [person for person, _ in running.values()]
        assert len(people) == len(set(people)), "one at a time per person"
        for at in (0, 1):
            assert sum(where == f"e{at}" for _, where in running.values()) <= parallel[at]

    for what, person, at, which in day:
        now += 0.1
        if what == "ask":
            asked += 1
            waiting[f"r{asked}"] = (f"p{person}", f"e{at}")
            queue.join(f"r{asked}", f"p{person}", f"e{at}", parallel[at])
        elif what == "finish" and running:
            run_id = sorted(running)[which % len(running)]
            queue.finish(run_id, seconds=1.0)
            del running[run_id]
            done.add(run_id)
        elif what == "busy" and running:
            run_id = sorted(running)[which % len(running)]
            queue.push_back(run_id, halted_until=now + 1.0)
            waiting[run_id] = running.pop(run_id)
        elif what == "leave" and waiting:
            run_id = sorted(waiting)[which % len(waiting)]
            assert queue.leave(run_id)
            assert not queue.leave(run_id)
            del waiting[run_id]
            done.add(run_id)
        elif what == "wait":
            now += 2.0
        hand_out()
        assert {run_id for run_id, _, _ in queue.places(now)} == set(waiting)
    for _ in range(10 * asked + 10):
        now += 2.0
        for run_id in list(running):
            queue.finish(run_id, seconds=1.0)
            done.add(run_id)
            del running[run_id]
        hand_out()
    assert not waiting, "somebody starved"
    assert done == {f"r{n}" for n in range(1, asked + 1)}


@settings(deadline=None)
@given(st.lists(st.integers(0, 4), min_size=1, max_size=40), st.integers(1, 3))
def test_nobody_is_overtaken_more_than_once_by_each_other_person(asking: list[int], parallel: int) -> None:
    queue = FairQueue()
    for at, person in enumerate(asking):
        queue.join(f"r{at}", f"p{person}", "e", parallel)
    started: list[tuple[int, int]] = []
    while queue.waiting_at("e"):
        batch = queue.start(0.0)
        started += [(int(t.run_id[1:]), int(t.person_id[1:])) for t in batch]
        for ticket in batch:
            queue.finish(ticket.run_id)
    assert sorted(at for at, _ in started) == list(range(len(asking)))
    first_turns = [person for at, person in started if at == asking.index(person)]
    assert first_turns == list(dict.fromkeys(asking)), "first come, first served"
    for place, (at, person) in enumerate(started):
        mine_before = sum(p == person for _, p in started[:place])
        for other in set(asking) - {person}:
            theirs = sum(p == other for _, p in started[:place])
            assert theirs <= mine_before + 1, f"run {at} was overtaken twice by one person"


def test_who_asked_lately_goes_behind_who_did_not() -> None:
    queue = FairQueue()
    for run_id in ("a1", "a2", "a3", "b1", "c1"):
        queue.join(run_id, run_id[0], "e", 1)
    order: list[str] = []
    for _ in range(5):
        (ticket,) = queue.start(0.0)
        order.append(ticket.run_id)
        queue.finish(ticket.run_id)
    assert order == ["a1", "b1", "c1", "a2", "a3"]


def test_a_newcomer_does_not_pass_everybody_who_ever_asked() -> None:
    queue = FairQueue()
    for at in range(5):  # somebody alone in the room asks and asks
        queue.join(f"a{at}", "a", "e", 1)
        queue.start(0.0)
        queue.finish(f"a{at}")
    queue.join("hold", "z", "e", 1)
    queue.start(0.0)
    queue.join("b", "b", "e", 1)
    queue.join("a", "a", "e", 1)
    assert [run_id for run_id, _, _ in queue.places(0.0)] == ["b", "a"]


def test_who_gives_up_waiting_is_not_put_behind_for_it() -> None:
    queue = FairQueue()
    for run_id in ("z1", "a1", "b1"):
        queue.join(run_id, run_id[0], "e", 1)
    queue.start(0.0)
    queue.leave("a1")
    queue.join("a2", "a", "e", 1)
    queue.join("z2", "z", "e", 1)
    assert [run_id for run_id, _, _ in queue.places(0.0)] == ["b1", "a2", "z2"]


def test_place_and_wait_are_learned() -> None:
    queue = FairQueue()
    for at in range(6):
        queue.join(f"r{at}", f"p{at}", "e", 2)
    queue.start(0.0)
    assert [place[1:] for place in queue.places(0.0)] == [(0, 0.0), (1, 0.0), (2, 0.0), (3, 0.0)]
    queue.finish("r0", seconds=10.0)
    queue.start(0.0)
    assert [place[1:] for place in queue.places(0.0)] == [(0, 10.0), (1, 10.0), (2, 20.0)]
    assert [round(wait) for *_, wait in queue.places(9.0)] == [1, 1, 11], "it falls while they wait"
    assert [round(wait) for *_, wait in queue.places(60.0)] == [1, 1, 11], "late is taken for nearly done"


def test_a_429_halts_the_endpoint_and_finds_what_it_bears() -> None:
    queue = FairQueue()
    for at in range(6):
        queue.join(f"r{at}", f"p{at}", "e", 4)
    queue.join("other", "q", "elsewhere", 1)
    assert len(queue.start(0.0)) == 5
    queue.push_back("r3", halted_until=7.0)
    queue.push_back("r2", halted_until=5.0)
    assert queue.start(6.9) == []
    assert queue.next_release(0.0) == 7.0
    assert queue.start(7.0) == [], "two are running, and two is what it bears"
    queue.finish("r0", seconds=1.0)
    assert [t.run_id for t in queue.start(7.0)] == ["r2"], "refused orders keep their place"
    queue.finish("r1", seconds=1.0)
    assert [t.run_id for t in queue.start(7.0)] == ["r3", "r4"], "two good answers give a slot back"


# --------------------------------------------------------------------------- the room


def test_a_run_from_start_to_finish(fake_endpoint: FakeEndpoint, room: Room) -> None:
    live = room.submit("r", endpoint_for(fake_endpoint))
    room.ended("r")
    wait_for(lambda: live.settled)
    outcome = room.ends["r"]
    assert outcome.state is RunState.DONE
    assert outcome.text == fake_endpoint.answer == live.snapshot().text
    assert outcome.finish_reason == "stop"
    assert outcome.usage is not None
    assert outcome.error is None
    assert outcome.first_text_at is not None
    assert outcome.first_text_at <= outcome.ended_at
    assert live.snapshot().state is RunState.DONE
    assert room.turns.get("r") is live
    assert room.turns.running("r") == ""


def test_the_same_run_id_runs_once(fake_endpoint: FakeEndpoint, room: Room) -> None:
    endpoint = endpoint_for(fake_endpoint)
    assert room.submit("r", endpoint) is room.submit("r", endpoint)
    room.ended("r")
    assert fake_endpoint.counters.requests == 1


def test_partial_text_is_kept_on_the_way_off_the_loop(room: Room) -> None:
    with FakeEndpoint(first_seconds=0, tokens_per_second=40, tokens=40) as fake:
        room.submit("r", endpoint_for(fake))
        room.ended("r")
    texts = [text for _, text, _ in room.progress]
    assert len(texts) >= 2
    assert texts == sorted(texts, key=len)
    assert all(room.ends["r"].text.startswith(text) for text in texts)
    assert all(name.startswith("turns-store") for name in room.threads)


def test_a_slow_store_does_not_hold_up_streams(room: Room) -> None:
    room.slow.clear()
    with FakeEndpoint(first_seconds=0, tokens_per_second=100, tokens=60) as fake:
        lives = [room.submit(f"r{n}", endpoint_for(fake)) for n in range(12)]
        wait_for(lambda: all(live.snapshot().state.ended for live in lives))
        assert not room.ends
        assert not any(live.settled for live in lives)
        room.slow.set()
        room.ended(*(live.run_id for live in lives))
    wait_for(lambda: all(live.settled for live in lives))


def test_storing_the_end_is_tried_until_it_is_stored(
    fake_endpoint: FakeEndpoint, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sandbox.turns.keeping.FIRST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr("sandbox.turns.keeping.LONGEST_PAUSE_SECONDS", 0.05)
    room.failures = 10**9
    live = room.submit("r", endpoint_for(fake_endpoint))
    wait_for(lambda: room.failures < 10**9 - 20)
    assert room.turns.get("r") is live and not live.settled, "the only copy stays"
    room.failures = 0
    room.ended("r")
    assert room.ends["r"].text == live.snapshot().text
    wait_for(lambda: live.settled)


def test_what_cannot_be_stored_at_all_is_given_up_and_stays_readable(
    fake_endpoint: FakeEndpoint, room: Room, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A run whose person has been deleted meanwhile has no row; a programming error does not heal."""
    monkeypatch.setattr("sandbox.turns.keeping.FIRST_PAUSE_SECONDS", 0.01)
    for error in (NotFoundError("지워졌습니다."), ValueError("900101-1234568")):
        room.fault, room.failures = error, 10**9
        live = room.submit(type(error).__name__, endpoint_for(fake_endpoint))
        wait_for(lambda live=live: live.settled)
        assert room.turns.get(live.run_id) is live
    assert "900101" not in caplog.text


def test_closing_does_not_wait_for_a_store_that_stays_away(fake_endpoint: FakeEndpoint) -> None:
    room = Room()
    room.failures = 10**9
    live = room.submit("r", endpoint_for(fake_endpoint))
    wait_for(lambda: room.failures < 10**9)
    room.turns.close()
    assert live.settled and not room.ends


def test_stop_in_the_queue_and_in_mid_answer(room: Room) -> None:
    with FakeEndpoint(first_seconds=0, tokens_per_second=50, tokens=5_000) as fake:
        endpoint = endpoint_for(fake, parallel=1)
        running, waiting = room.submit("running", endpoint), room.submit("waiting", endpoint)
        wait_for(lambda: running.snapshot().text)
        assert waiting.snapshot().state is RunState.WAITING
        room.turns.stop("waiting")
        room.ended("waiting")
        assert room.ends["waiting"].text == ""
        room.turns.stop("running")
        room.ended("running")
        assert room.ends["running"].text.startswith("행정 ")
        assert {outcome.state for outcome in room.ends.values()} == {RunState.STOPPED}
        wait_for(lambda: fake.counters.running == 0)
        assert fake.counters.disconnects == 1
        assert fake.counters.requests == 1
        room.turns.stop("running")
        room.turns.stop("never was")


def test_stop_right_after_submit_gives_the_slot_back(fake_endpoint: FakeEndpoint, room: Room) -> None:
    endpoint = endpoint_for(fake_endpoint, parallel=1)
    for n in range(20):
        room.submit(f"s{n}", endpoint)
        room.turns.stop(f"s{n}")
    room.submit("last", endpoint)
    room.ended("last", *(f"s{n}" for n in range(20)))
    assert room.ends["last"].state is RunState.DONE


def test_place_and_order_in_the_room(room: Room) -> None:
    with FakeEndpoint(first_seconds=0.05, tokens_per_second=0, tokens=3) as fake:
        endpoint = endpoint_for(fake, parallel=1)
        gate = endpoint_for(fake, "fault-hang-first", parallel=1)
        room.submit("gate", gate, person="a")
        wait_for(lambda: fake.counters.running == 1)
        held = room.submit("a1", gate, person="b")
        later = room.submit("a2", gate, person="c")
        wait_for(lambda: later.snapshot().ahead == 1)
        assert (room.turns.place("a1"), room.turns.place("a2")) == (0, 1)
        assert room.turns.running("b") == "a1"
        room.turns.stop("a1")
        wait_for(lambda: later.snapshot().ahead == 0)
        assert held.snapshot().state is RunState.STOPPED
        elsewhere = room.submit("x", endpoint, person="a")
        time.sleep(0.1)
        assert elsewhere.snapshot().state is RunState.WAITING, "one at a time per person, everywhere"
        room.turns.stop("gate")
        room.turns.stop("a2")
        room.ended("x")
        assert room.ends["x"].state is RunState.DONE


def test_forty_people_on_an_endpoint_that_bears_five(room: Room) -> None:
    with FakeEndpoint(first_seconds=0.02, tokens_per_second=400, tokens=20, limit=5) as fake:
        endpoint = endpoint_for(fake, parallel=20)
        for n in range(40):
            room.submit(f"r{n}", endpoint)
        wait_for(lambda: len(room.ends) == 40, seconds=60)
        assert {outcome.state for outcome in room.ends.values()} == {RunState.DONE}
        assert fake.counters.max_running <= 5


def test_capacity_is_never_exceeded(room: Room) -> None:
    with FakeEndpoint(first_seconds=0.02, tokens_per_second=0, tokens=3) as fake:
        for n in range(30):
            room.submit(f"r{n}", endpoint_for(fake, parallel=3))
        wait_for(lambda: len(room.ends) == 30, seconds=30)
        assert fake.counters.max_running == 3


def test_an_endless_429_reaches_the_person(fake_endpoint: FakeEndpoint, room: Room) -> None:
    room.submit("date", endpoint_for(fake_endpoint, "fault-429-date"))
    room.ended("date")
    assert room.ends["date"].state is RunState.FAILED
    assert isinstance(room.ends["date"].error, EndpointBusyError)


@pytest.mark.faults
@pytest.mark.parametrize(
    ("model", "state", "text"),
    [
        ("fault-html", RunState.FAILED, ""),
        ("fault-cut", RunState.CUT, "여기까지만 "),
        ("fault-error-chunk", RunState.CUT, "도중에 "),
        ("fault-key-in-error", RunState.FAILED, ""),
    ],
)
def test_a_fault_keeps_the_text_and_says_why(
    fake_endpoint: FakeEndpoint, room: Room, model: str, state: RunState, text: str
) -> None:
    live = room.submit("r", endpoint_for(fake_endpoint, model))
    room.ended("r")
    outcome = room.ends["r"]
    assert (outcome.state, outcome.text) == (state, text)
    assert outcome.error is not None
    assert outcome.error.remedy
    assert live.snapshot().error is outcome.error
    assert outcome.error.__traceback__ is None
    assert KEY not in repr(outcome) + repr(live.snapshot())


class Broken:
    """Clients whose streams end in ways a correct one never does."""

    async def stream(
        self, endpoint: Endpoint, cleared: Cleared, sampling: Sampling, *, retry_busy: bool
    ) -> AsyncGenerator[StreamEvent, None]:
        yield Delta("조금 ")
        if endpoint.model == "bug":
            raise ValueError("홍길동")
        if endpoint.model == "timeout":
            raise EndpointTimeoutError("늦음", remedy="다시")
        if endpoint.model == "whole":
            yield Finish("stop")

    async def aclose(self) -> None: ...


@pytest.mark.parametrize(
    ("model", "state", "code"),
    [
        ("bug", RunState.CUT, "endpoint_failed"),
        ("timeout", RunState.CUT, "endpoint_timeout"),
        ("silent", RunState.CUT, "answer_cut"),
        ("whole", RunState.DONE, ""),
    ],
)
def test_whatever_a_stream_does_the_slot_comes_back(
    model: str, state: RunState, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    room = Room(Broken)
    endpoint = Endpoint("e", "e", "http://127.0.0.1:1/v1", model, parallel=1)
    room.submit("one", endpoint)
    room.submit("two", endpoint)
    room.ended("one", "two")
    room.turns.close()
    for outcome in room.ends.values():
        assert (outcome.state, outcome.text) == (state, "조금 ")
        assert (outcome.error.code if outcome.error else "") == code
    assert "홍길동" not in caplog.text


def test_a_full_queue_refuses_at_once() -> None:
    room = Room(max_waiting=2, max_waiting_per_person=1)
    with FakeEndpoint(first_seconds=0) as fake:
        gate = endpoint_for(fake, "fault-hang-first", parallel=1)
        room.submit("running", gate, "a")
        wait_for(lambda: fake.counters.running == 1)
        room.submit("w1", gate, "b")
        with pytest.raises(EndpointBusyError, match="앞서 보낸"):
            room.submit("again", gate, "b")
        room.submit("w2", gate, "c")
        with pytest.raises(EndpointBusyError, match="너무 많습니다"):
            room.submit("w3", gate, "d")
        assert room.turns.get("w3") is None
        room.turns.close()
    assert set(room.ends) == {"running", "w1", "w2"}


def test_ended_runs_are_let_go_after_a_while(fake_endpoint: FakeEndpoint) -> None:
    room = Room(grace_seconds=0.05)
    room.submit("r", endpoint_for(fake_endpoint))
    room.ended("r")
    wait_for(lambda: room.turns.get("r") is None)
    room.turns.close()


def test_call_runs_beside_the_queue(fake_endpoint: FakeEndpoint, room: Room) -> None:
    report = room.turns.call(room.turns.clients.test(endpoint_for(fake_endpoint))).result(20)
    assert report.reachable


def test_close_stores_everything_and_leaves_nothing_behind() -> None:
    before = set(threading.enumerate())
    with FakeEndpoint(first_seconds=0, tokens_per_second=50, tokens=5_000) as fake:
        room = Room()
        live = room.submit("running", endpoint_for(fake, parallel=1))
        room.submit("waiting", endpoint_for(fake, parallel=1))
        wait_for(lambda: live.snapshot().text)
        room.turns.close()
        room.turns.close()
        assert {run_id: outcome.state for run_id, outcome in room.ends.items()} == {
            "running": RunState.CUT,
            "waiting": RunState.CUT,
        }
        assert room.ends["running"].text
        assert room.ends["running"].error is not None
        wait_for(lambda: fake.counters.running == 0)
        with pytest.raises(EndpointBusyError):
            room.submit("late", endpoint_for(fake))
        room.turns.stop("running")
    wait_for(lambda: set(threading.enumerate()) <= before)


def test_a_factory_that_fails_is_heard() -> None:
    def fail() -> Clients:
        raise RuntimeError("no clients")

    with pytest.raises(RuntimeError, match="no clients"):
        Room(fail)
