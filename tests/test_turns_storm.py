"""The fair queue in every kind of weather: outages, 429s, stops, a lecturer, a second endpoint.

No threads and no real time: the queue is driven as ``rooms`` drives it, by a clock of our own.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.records import HealthState
from sandbox.turns import FairQueue
from sandbox.turns.breaker import Breaker, Rest

REST = Rest(failures=3, first_seconds=10.0, longest_seconds=80.0)
FIRST_TEXT = 0.5

# --------------------------------------------------------------------------- the breaker alone


def test_the_breaker_opens_for_growing_times_and_lets_one_probe_through() -> None:
    breaker = Breaker(REST)
    for run_id in ("a", "b"):
        breaker.failed(run_id, 0.0)
    assert breaker.room(5, 0.0) == 5, "two failures may be chance"
    breaker.failed("c", 0.0)
    now = 0.0
    for seconds in (10.0, 20.0, 40.0, 80.0, 80.0):
        assert breaker.room(5, now) == 0
        assert breaker.seconds_left(now) == seconds
        assert breaker.room(5, now + seconds - 0.01) == 0
        now += seconds
        assert breaker.room(5, now) == 1, "half-open: one probe"
        breaker.sent("probe")
        assert breaker.room(5, now) == 0, "and only one"
        breaker.failed("sent before it opened", now)
        assert breaker.room(5, now) == 0
        breaker.failed("probe", now)
    breaker.alive()
    assert breaker.room(5, now) == 5
    breaker.failed("d", now)
    assert breaker.closed, "a sign of life wipes the slate"


def test_a_probe_that_its_person_stops_leaves_the_next_one_to_probe() -> None:
    breaker = Breaker(REST)
    for run_id in "abc":
        breaker.failed(run_id, 0.0)
    breaker.sent("probe")
    breaker.dropped("somebody else")
    assert breaker.resting(10.0)
    breaker.dropped("probe")
    assert breaker.room(5, 10.0) == 1


def test_who_stops_the_probe_does_not_leave_the_others_waiting_for_it() -> None:
    queue = FairQueue(REST)
    for n in range(3):
        queue.join(f"r{n}", f"p{n}", "e", 3)
    queue.start(0.0)
    for n in range(3):
        queue.fault(f"r{n}", 0.0, "down", ill=True)
        queue.finish(f"r{n}")
    for n in range(3, 6):
        queue.join(f"r{n}", f"p{n}", "e", 3)
    assert [t.run_id for t in queue.start(10.0)] == ["r3"]
    queue.finish("r3")
    assert [t.run_id for t in queue.start(10.0)] == ["r4"], "the next one is the probe"
    assert queue.alive("r4")
    assert [t.run_id for t in queue.start(10.0)] == ["r5"]


# --------------------------------------------------------------------------- a world with a clock


@dataclass
class Weather:
    """What happens to requests at one endpoint. ``outages`` are (from, to)."""

    parallel: int = 2
    outages: tuple[tuple[float, float], ...] = ()
    fail_after: float = 0.1
    busy: dict[int, float] = field(default_factory=dict)  # which request gets a 429, and its Retry-After

    def next_outage(self, now: float) -> tuple[float, float] | None:
        return next(((a, b) for a, b in self.outages if now < b), None)


@dataclass
class Asked:
    """One order and what became of it."""

    run_id: str
    person: str
    first: bool
    may_move: bool
    joined_at: float
    at: str
    ended: str = ""
    sent: int = 0
    text: bool = False
    waits: bool = True
    overtaken: dict[str, int] = field(default_factory=dict)
    ordinary: int = 0
    privileged: int = 0


class World:
    """People, two endpoints and a queue. Every ``check`` is made whenever something starts."""

    def __init__(self, weather: dict[str, Weather], *, service: float = 4.0) -> None:
        self.weather, self.service = weather, service
        self.queue, self.now = FairQueue(REST), 0.0
        self.orders: dict[str, Asked] = {}
        self.running: dict[str, str] = {}
        self.requests = dict.fromkeys(weather, 0)
        self.sent_at: dict[str, list[float]] = {name: [] for name in weather}
        self.quiet_until = dict.fromkeys(weather, 0.0)
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0

    def at(self, when: float, what: Callable[[], None]) -> None:
        self._count += 1
        heapq.heappush(self._events, (when, self._count, what))

    def run(self) -> None:
        steps = 0
        while self._events:
            steps += 1
            assert steps < 20_000, "it never comes to rest"
            self.now, _, what = heapq.heappop(self._events)
            what()

    # ------------------------------------------------------------------ what people do

    def ask(self, person: str, *, at: str = "a", first: bool = False, may_move: bool = False) -> None:
        """Ask, unless one's last order still runs: as the screen does."""
        if any(o.person == person and not o.ended for o in self.orders.values()):
            return
        run_id = f"r{len(self.orders)}"
        self.orders[run_id] = Asked(run_id, person, first, may_move, self.now, at)
        fallback = ("b", self.weather["b"].parallel) if may_move else None
        self.queue.join(run_id, person, at, self.weather[at].parallel, first=first, fallback=fallback)
        self.hand_out()

    def stop(self, person: str) -> None:
        mine = (o for o in self.orders.values() if o.person == person and not o.ended)
        order = next(mine, None)
        if order is None:
            return
        if not self.queue.leave(order.run_id):
            self.queue.finish(order.run_id)
            del self.running[order.run_id]
        self.end(order, "stopped")
        self.hand_out()

    # ------------------------------------------------------------------ what rooms does

    def hand_out(self) -> None:
        started = self.queue.start(self.now)
        self.note_started([t.run_id for t in started])
        moved, hopeless = self.queue.turn_away(self.now)
        for ticket in moved:
            self.moved(self.orders[ticket.run_id])
        for ticket in hopeless:
            self.end(self.orders[ticket.run_id], "sent away")
        self.note_started([t.run_id for t in self.queue.start(self.now)])
        release = self.queue.next_release(self.now)
        if release is not None:
            self.at(self.now + release + 0.005, self.hand_out)
        waiting = {o.run_id for o in self.orders.values() if o.waits and not o.ended}
        assert {run_id for run_id, _, _ in self.queue.places(self.now)} == waiting, "somebody is lost"
        assert set(self.running) == {o.run_id for o in self.orders.values() if not o.waits and not o.ended}

    def note_started(self, run_ids: list[str]) -> None:
        for run_id in run_ids:
            order = self.orders[run_id]
            self.note_overtaken(order)
            order.waits = False
            self.running[run_id] = order.at
            self.check(order)
            self.send(order)

    def note_overtaken(self, order: Asked) -> None:
        others = [o for o in self.orders.values() if o.waits and not o.ended and o.at == order.at]
        passes = order.first and any(o.joined_at < order.joined_at for o in others)
        for other in others:
            if other is order:
                continue
            other.privileged += passes
            other.ordinary += not passes
            if not order.first and other.joined_at < order.joined_at:
                other.overtaken[order.person] = other.overtaken.get(order.person, 0) + 1

    def check(self, order: Asked) -> None:
        people = [self.orders[run_id].person for run_id in self.running]
        assert len(people) == len(set(people)), "one running request a person"
        here = [run_id for run_id, at in self.running.items() if at == order.at]
        assert len(here) <= self.weather[order.at].parallel, "capacity exceeded"
        assert self.now >= self.quiet_until[order.at], "Retry-After was not obeyed"
        assert max(order.overtaken.values(), default=0) <= 2, "one person overtook another again and again"
        assert order.privileged <= order.ordinary + 1, "the lecturer starves somebody"

    def send(self, order: Asked) -> None:
        """Decide what the endpoint does with this request, and when."""
        weather = self.weather[order.at]
        number = self.requests[order.at]
        self.requests[order.at] += 1
        self.sent_at[order.at].append(self.now)
        order.sent += 1
        order.text = False
        outage = weather.next_outage(self.now)
        down_at = outage[0] if outage else float("inf")
        if down_at <= self.now:
            self.later(order, weather.fail_after, self.failed)
        elif number in weather.busy:
            self.later(order, 0.1, lambda o: self.refused(o, weather.busy[number]))
        elif down_at <= self.now + FIRST_TEXT:
            self.later(order, down_at - self.now, self.failed)
        else:
            self.later(order, FIRST_TEXT, self.first_text)
            if down_at <= self.now + self.service:
                self.later(order, down_at - self.now, self.cut)
            else:
                self.later(order, self.service, self.done)

    def later(self, order: Asked, seconds: float, what: Callable[[Asked], None]) -> None:
        attempt = order.sent

        def happen() -> None:
            if order.sent == attempt and order.run_id in self.running:
                what(order)

        self.at(self.now + seconds, happen)

    def first_text(self, order: Asked) -> None:
        order.text = True
        if self.queue.alive(order.run_id):
            self.hand_out()

    def done(self, order: Asked) -> None:
        del self.running[order.run_id]
        self.queue.finish(order.run_id, seconds=self.service)
        self.end(order, "done")
        self.hand_out()

    def cut(self, order: Asked) -> None:
        del self.running[order.run_id]
        self.queue.fault(order.run_id, self.now, "cut", ill=None)
        self.queue.finish(order.run_id)
        self.end(order, "cut")
        self.hand_out()

    def failed(self, order: Asked) -> None:
        del self.running[order.run_id]
        self.queue.fault(order.run_id, self.now, "down", ill=True)
        if not order.text and self.queue.fail_over(order.run_id):
            self.moved(order)
        else:
            self.queue.finish(order.run_id)
            self.end(order, "failed")
        self.hand_out()

    def refused(self, order: Asked, seconds: float) -> None:
        del self.running[order.run_id]
        self.queue.fault(order.run_id, self.now, "429", ill=False)
        self.queue.push_back(order.run_id, halted_until=self.now + seconds)
        self.quiet_until[order.at] = max(self.quiet_until[order.at], self.now + seconds)
        order.waits, order.overtaken, order.privileged, order.ordinary = True, {}, 0, 0
        self.hand_out()

    def moved(self, order: Asked) -> None:
        assert order.may_move and order.at == "a", "nobody goes where the officer did not allow it"
        order.at, order.joined_at, order.waits = "b", self.now, True
        order.overtaken, order.privileged, order.ordinary = {}, 0, 0

    def end(self, order: Asked, how: str) -> None:
        assert not order.ended, "ended twice"
        order.ended = how

    def ends(self) -> list[str]:
        return [order.ended for order in self.orders.values()]


# --------------------------------------------------------------------------- storms

PEOPLE = st.integers(0, 7)
STEPS = st.lists(
    st.tuples(
        st.floats(0.0, 4.0),
        st.sampled_from(["ask", "ask", "ask", "ask", "lecturer", "stop"]),
        PEOPLE,
        st.booleans(),
    ),
    max_size=60,
)


@st.composite
def weathers(draw: st.DrawFn, *, calm: bool = False) -> Weather:
    outages: list[tuple[float, float]] = []
    busy: dict[int, float] = {}
    if not calm:
        now = 0.0
        for gap, length in draw(st.lists(st.tuples(st.floats(0, 40), st.floats(1, 150)), max_size=2)):
            outages.append((now + gap, now + gap + length))
            now += gap + length + 1.0
        numbers = st.dictionaries(st.integers(0, 20), st.sampled_from([0.5, 5.0, 20.0, 60.0, 300.0]))
        busy = draw(numbers)
    return Weather(draw(st.integers(1, 4)), tuple(outages), draw(st.sampled_from([0.1, 6.0])), busy)


def live_through(world: World, steps: list[tuple[float, str, int, bool]]) -> None:
    now = 0.0
    for gap, what, person, flag in steps:
        now += gap
        who = f"p{person}"
        if what == "stop":
            world.at(now, lambda who=who: world.stop(who))  # type: ignore[misc]
        elif what == "lecturer":
            world.at(now, lambda flag=flag: world.ask("lecturer", first=True, may_move=flag))  # type: ignore[misc]
        else:
            at = "b" if person == 7 else "a"
            world.at(
                now,
                lambda who=who, at=at, flag=flag: world.ask(who, at=at, may_move=flag and at == "a"),  # type: ignore[misc]
            )
    world.run()


@settings(deadline=None, max_examples=150)
@given(weathers(), weathers(), STEPS, st.floats(0.6, 20.0))
def test_a_storm_loses_nobody_starves_nobody_and_overfills_nothing(
    a: Weather, b: Weather, steps: list[tuple[float, str, int, bool]], service: float
) -> None:
    world = World({"a": a, "b": b}, service=service)
    live_through(world, steps)
    assert all(world.ends()), "somebody waits for ever"
    assert not world.running
    for name, weather in world.weather.items():
        if not weather.outages and not weather.busy:
            wrong = [
                o.ended for o in world.orders.values() if o.at == name and o.ended not in ("done", "stopped")
            ]
            assert not wrong, "an endpoint in good weather failed somebody"
        for begun, ended in weather.outages:
            sent = sum(begun <= at < ended for at in world.sent_at[name])
            probes = 1 + sum(begun + REST.first_seconds * (2**n - 1) < ended for n in range(6))
            allowed = REST.failures - 1 + weather.parallel + probes + (ended - begun) / REST.longest_seconds
            assert sent <= allowed, "a dead endpoint is asked again and again"


@settings(deadline=None, max_examples=80)
@given(weathers(), weathers(calm=True), STEPS)
def test_with_a_sound_fallback_nobody_is_told_no(
    a: Weather, b: Weather, steps: list[tuple[float, str, int, bool]]
) -> None:
    world = World({"a": a, "b": b})
    live_through(world, steps)
    for order in world.orders.values():
        if order.may_move:
            assert order.ended in ("done", "stopped", "cut"), order
            assert order.ended != "cut" or order.text, "only a text already shown may break off"


def test_a_dead_endpoint_is_probed_and_serves_again_when_it_is_back() -> None:
    world = World({"a": Weather(2, outages=((0.0, 25.0),)), "b": Weather()})
    for person in range(6):
        world.at(0.0, lambda who=f"p{person}": world.ask(who))  # type: ignore[misc]
    world.at(31.0, lambda: world.ask("late"))
    world.run()
    # Three find nobody while a fourth is on its way. The others wait through the first rest (10 s); the
    # probe fails; the last one is told. Who asks when the second rest is over is the probe that succeeds.
    assert world.ends() == ["failed"] * 5 + ["sent away", "done"]
    assert world.queue.health("a", world.now).state is HealthState.WORKING


def test_who_may_goes_to_the_fallback_at_once_and_who_may_not_waits() -> None:
    world = World({"a": Weather(1, outages=((0.0, 12.0),)), "b": Weather(2)})
    for n in range(3):
        world.at(0.0, lambda who=f"gone{n}": world.ask(who))  # type: ignore[misc]
    world.at(1.0, lambda: world.ask("moves", may_move=True))
    world.at(1.0, lambda: world.ask("stays"))
    world.run()
    assert [(o.person, o.at, o.ended) for o in world.orders.values()][3:] == [
        ("moves", "b", "done"),
        ("stays", "a", "failed"),  # the probe, at 10 s: the outage lasts until 12 s
    ]


# --------------------------------------------------------------------------- the lecturer


def test_the_lecturer_goes_first_and_then_as_many_others_as_there_are_slots() -> None:
    queue = FairQueue()
    queue.join("running", "z", "e", 1)
    queue.start(0.0)
    for name in "abc":
        queue.join(name, name, "e", 1)
    queue.join("L1", "lecturer", "e", 1, first=True)
    queue.join("L2", "another lecturer", "e", 1, first=True)
    order = []
    queue.finish("running")
    for _ in range(5):
        (ticket,) = queue.start(0.0)
        order.append(ticket.run_id)
        queue.finish(ticket.run_id)
    assert order == ["L1", "a", "L2", "b", "c"]


def test_only_one_lecturers_run_goes_out_of_turn_at_a_time() -> None:
    queue = FairQueue()
    for name in ("x", "y"):
        queue.join(name, name, "e", 2)
    queue.start(0.0)
    for name in "abcd":
        queue.join(name, name, "e", 2)
    for name in ("L1", "L2"):
        queue.join(name, name, "e", 2, first=True)
    queue.finish("x")
    assert [t.run_id for t in queue.start(0.0)] == ["L1"]
    queue.finish("y")
    assert [t.run_id for t in queue.start(0.0)] == ["a"]
    queue.finish("a")
    assert [t.run_id for t in queue.start(0.0)] == ["b"]
    queue.finish("b")
    assert [t.run_id for t in queue.start(0.0)] == ["c"], "the first lecturer is still being served"
    queue.finish("L1")
    assert [t.run_id for t in queue.start(0.0)] == ["L2"]


def test_a_lecturer_who_asks_all_the_time_leaves_every_second_turn_to_the_class() -> None:
    queue, order = FairQueue(), []
    for n in range(6):
        queue.join(f"p{n}", f"p{n}", "e", 1)
    for n in range(8):
        queue.join(f"L{n}", "lecturer", "e", 1, first=True)
        (ticket,) = queue.start(0.0)
        order.append(ticket.run_id[0])
        queue.finish(ticket.run_id)
    assert "".join(order) == "LpLpLpLp"


# --------------------------------------------------------------------------- health


def test_health_says_what_a_board_wants_to_know() -> None:
    queue = FairQueue(REST)
    assert queue.health("e", 0.0).state is HealthState.UNKNOWN
    for n in range(6):
        queue.join(f"r{n}", f"p{n}", "e", 2)
    queue.start(0.0)
    health = queue.health("e", 0.0)
    assert (health.state, health.waiting, health.running, health.slots) == (HealthState.UNKNOWN, 4, 2, 2)
    assert health.estimate_seconds == 0.0, "nothing is known yet"
    queue.finish("r0", seconds=8.0)
    queue.start(8.0)
    health = queue.health("e", 10.0)
    assert (health.state, health.waiting, health.recent_errors) == (HealthState.WORKING, 3, 0)
    # r1 is late and nearly done (0.8), r2 has 6 s to go: 0.8, 6, 8.8 start the three that wait, then 14.
    assert health.estimate_seconds == pytest.approx(14.0)
    for run_id in ("r1", "r2", "r3"):
        queue.fault(run_id, 20.0, "모델 서버에 연결할 수 없습니다.", ill=True)
        queue.finish(run_id)
        queue.start(20.0)
    health = queue.health("e", 24.0)
    assert (health.state, health.retry_seconds, health.recent_errors) == (HealthState.RESTING, 6.0, 3)
    assert health.last_error == "모델 서버에 연결할 수 없습니다."
    assert health.estimate_seconds >= 6.0
    queue.start(30.0)
    assert queue.health("e", 30.0).state is HealthState.PROBING
    queue.trust_again("e")
    assert queue.health("e", 31.0).state is HealthState.WORKING
    assert queue.health("e", 2_000.0).recent_errors == 0


def test_a_429_shows_as_slowed_until_it_bears_all_again() -> None:
    queue = FairQueue()
    for n in range(3):
        queue.join(f"r{n}", f"p{n}", "e", 2)
    queue.start(0.0)
    queue.fault("r1", 1.0, "429", ill=False)
    queue.push_back("r1", halted_until=5.0)
    health = queue.health("e", 1.0)
    assert (health.state, health.slots, health.retry_seconds) == (HealthState.SLOWED, 1, 4.0)
    queue.finish("r0", seconds=3.0)
    assert queue.health("e", 6.0).state is HealthState.WORKING
