"""Turns and a real HTTP endpoint that is down, comes back, or has a second one behind it."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from sandbox.llm import Clients
from sandbox.practice import Work
from sandbox.records import (
    Choice,
    Cleared,
    Endpoint,
    EndpointHealth,
    EndpointUnreachableError,
    GuardRefusedError,
    HealthState,
    Location,
    Message,
    Role,
    RunState,
    Sampling,
)
from sandbox.settings import load
from sandbox.turns import LiveRun, Order, troubles
from sandbox.turns.breaker import Rest
from tests.fake_endpoint import FakeEndpoint
from tests.test_practice import PHONE, RESIDENT, follow
from tests.test_practice import Room as Practising
from tests.test_turns import ASKED, Room, endpoint_for, wait_for
from ui.session import Services
from ui.widgets.endpoints import state_text

pytestmark = pytest.mark.faults


@pytest.fixture
def quick() -> Iterator[Room]:
    """A room whose endpoints rest for half a second after two failures."""
    made = Room(rest=Rest(failures=2, first_seconds=0.5, longest_seconds=600.0))
    yield made
    made.slow.set()
    made.turns.close()


@pytest.fixture
def nobody() -> Iterator[Endpoint]:
    """An endpoint where nobody listens, on a port that nobody else can have."""
    with closing(socket.socket()) as held:
        held.bind(("127.0.0.1", 0))
        yield Endpoint("first", "시청", f"http://127.0.0.1:{held.getsockname()[1]}/v1", "m", parallel=1)


def order(room: Room, run_id: str, endpoint: Endpoint, fallback: Endpoint | None = None) -> LiveRun:
    return room.turns.submit(Order(run_id, run_id, endpoint, ASKED, Sampling(), fallback=fallback))


# --------------------------------------------------------------------------- down and back


def test_an_endpoint_that_is_down_rests_and_one_probe_brings_it_back(quick: Room) -> None:
    with FakeEndpoint(first_seconds=0) as fake:
        port = fake.port
    down = Endpoint("e", "시청", f"http://127.0.0.1:{port}/v1", "m", parallel=1)
    assert quick.turns.health("e").state is HealthState.UNKNOWN
    for run_id in ("one", "two"):
        quick.submit(run_id, down)
        quick.ended(run_id)
        assert isinstance(quick.ends[run_id].error, EndpointUnreachableError)
    health = quick.turns.health("e")
    assert (health.state, health.recent_errors) == (HealthState.RESTING, 2)
    assert 0 < health.retry_seconds <= 0.5
    assert "연결할 수 없습니다" in health.last_error
    live = quick.submit("probe", down)
    assert live.snapshot().state is RunState.WAITING, "nothing is sent while it rests"
    with FakeEndpoint(port=port, first_seconds=0):
        quick.ended("probe")
        assert quick.ends["probe"].state is RunState.DONE
    assert quick.turns.health("e").state is HealthState.WORKING


def test_when_the_probe_fails_who_waits_is_told_in_korean_at_once(quick: Room, nobody: Endpoint) -> None:
    lives = [quick.submit(f"r{n}", nobody) for n in range(5)]
    quick.ended(*(live.run_id for live in lives))
    assert {outcome.state for outcome in quick.ends.values()} == {RunState.FAILED}
    told = quick.ends["r4"].error
    assert isinstance(told, EndpointUnreachableError)
    assert "「시청」 서버가 거듭 응답하지 않아" in told.message
    assert "뒤에 다시 실행" in told.remedy
    assert quick.turns.health("first").waiting == 0


def test_the_screen_hears_that_an_endpoint_rests(nobody: Endpoint) -> None:
    room = Room(rest=Rest(failures=1, first_seconds=600.0, longest_seconds=600.0))
    try:
        room.submit("one", nobody)
        room.ended("one")
        live = room.submit("two", nobody)
        wait_for(lambda: live.snapshot().resting)
        view = live.snapshot()
        assert view.state is RunState.WAITING
        assert 500 < view.wait_seconds <= 600
        room.turns.trust_again("first")
        room.ended("two")
    finally:
        room.turns.close()


def test_a_test_that_goes_well_ends_the_rest(quick: Room, fake_endpoint: FakeEndpoint) -> None:
    sick = endpoint_for(fake_endpoint, "fault-500")
    for run_id in ("one", "two"):
        quick.submit(run_id, sick)
        quick.ended(run_id)
    assert quick.turns.health(sick.id).state is HealthState.RESTING
    quick.turns.trust_again(sick.id)
    assert quick.turns.health(sick.id).state is HealthState.WORKING


def test_a_long_silence_that_the_endpoint_asked_for_is_kept(quick: Room, fake_endpoint: FakeEndpoint) -> None:
    endpoint = endpoint_for(fake_endpoint, "fault-429-date", parallel=1)
    quick.submit("one", endpoint)
    quick.ended("one")
    quick.submit("two", endpoint)
    quick.ended("two")
    assert fake_endpoint.hits("fault-429-date") == 1, "Retry-After holds for everybody"
    assert quick.turns.health(endpoint.id).state is HealthState.SLOWED
    error = quick.ends["two"].error
    assert error is not None
    assert "10분 뒤에" in error.remedy


# --------------------------------------------------------------------------- a second endpoint


@pytest.mark.parametrize(
    ("model", "moves"),
    [
        ("fault-500", True),
        ("fault-hang-first", True),
        ("fault-keepalives", True),
        ("fault-429-date", True),
        ("fault-400", False),  # it would be refused elsewhere too, and the officer should hear of it
        ("fault-html", False),
        ("fault-cut", False),  # text has been shown
        ("fault-hang-mid", False),
        ("fault-error-chunk", False),
    ],
)
def test_the_second_endpoint_answers_only_before_any_text(room: Room, model: str, moves: bool) -> None:
    with FakeEndpoint(first_seconds=0) as sick, FakeEndpoint(first_seconds=0) as sound:
        first = replace(endpoint_for(sick, model), name="시청")
        first = replace(first, first_text_timeout_seconds=1.0, stall_timeout_seconds=1.0)
        second = replace(endpoint_for(sound, "sound"), name="예비")
        live = order(room, "r", first, second)
        room.ended("r")
        outcome = room.ends["r"]
        assert sound.counters.requests == (1 if moves else 0)
        wait_for(lambda: sick.counters.running == 0)
    if not moves:
        assert (outcome.endpoint, outcome.detour) == (first, None)
        assert outcome.error is not None
        return
    assert (outcome.state, outcome.text, outcome.endpoint) == (RunState.DONE, sound.answer, second)
    assert outcome.detour is not None
    assert "「시청」에서 답을 받지 못해 예비 연결 「예비」에서 받았습니다." in outcome.detour.message
    assert live.snapshot().fallback_name == "예비"


@pytest.fixture
def room() -> Iterator[Room]:
    made = Room()
    yield made
    made.turns.close()


def test_while_the_first_rests_orders_go_to_the_second_without_asking_it(
    nobody: Endpoint, fake_endpoint: FakeEndpoint
) -> None:
    room = Room(rest=Rest(failures=2, first_seconds=600.0, longest_seconds=600.0))
    for run_id in "abcd":
        order(room, run_id, nobody, endpoint_for(fake_endpoint))
        room.ended(run_id)
    assert room.turns.health("first").recent_errors == 2, "the last two did not even ask it"
    assert fake_endpoint.counters.requests == 4
    assert {outcome.state for outcome in room.ends.values()} == {RunState.DONE}
    detour = room.ends["d"].detour
    assert detour is not None
    assert "쉬고 있습니다" in detour.message
    room.turns.close()


def test_a_refusal_is_a_sign_of_life(quick: Room, fake_endpoint: FakeEndpoint) -> None:
    for n in range(4):
        quick.submit(f"r{n}", endpoint_for(fake_endpoint, "fault-400"))
        quick.ended(f"r{n}")
    assert quick.turns.health("fault-400").state is HealthState.WORKING
    assert quick.turns.health("fault-400").recent_errors == 4


def test_both_down_is_told_once_and_nothing_goes_round_in_circles(quick: Room, nobody: Endpoint) -> None:
    second = replace(nobody, id="second", name="예비", fallback=nobody)
    order(quick, "r", nobody, second)
    quick.ended("r")
    outcome = quick.ends["r"]
    assert (outcome.state, outcome.endpoint.id) == (RunState.FAILED, "second")
    assert isinstance(outcome.error, EndpointUnreachableError)
    assert (quick.turns.health("first").recent_errors, quick.turns.health("second").recent_errors) == (1, 1)


def test_what_was_cleared_for_inside_cannot_be_ordered_or_sent_outside() -> None:
    inside = Endpoint("i", "i", "http://127.0.0.1:1/v1", "m", location=Location.INSIDE)
    outside = replace(inside, id="o", location=Location.OUTSIDE)
    cleared = Cleared((Message(Role.USER, "안녕"),), inside_only=True)
    with pytest.raises(TypeError):
        Order("r", "p", inside, cleared, Sampling(), fallback=outside)
    with pytest.raises(TypeError):
        Order("r", "p", outside, cleared, Sampling())
    with pytest.raises(TypeError):
        Clients().stream(outside, cleared, Sampling())
    Order("r", "p", inside, cleared, Sampling(), fallback=inside)


# --------------------------------------------------------------------------- the class as a whole


def test_all_runs_of_a_class_can_be_stopped_and_nobody_elses(room: Room) -> None:
    with FakeEndpoint(first_seconds=0, tokens_per_second=50, tokens=5_000) as fake:
        endpoint = endpoint_for(fake, parallel=2)
        lives = {name: room.submit(name, endpoint) for name in ("a", "other", "b", "c")}
        wait_for(lambda: lives["a"].snapshot().text and lives["other"].snapshot().text)
        assert room.turns.stop_where({"a", "b", "c", "nobody"}) == 3
        room.ended("a", "b", "c")
        assert {room.ends[name].state for name in "abc"} == {RunState.STOPPED}
        assert lives["other"].snapshot().state is RunState.STREAMING
        assert room.turns.stop_where({"a", "b", "c"}) == 0
        assert fake.counters.requests == 2, "who waited was not sent only to be stopped"
        room.turns.stop("other")
        room.ended("other")


def test_the_lecturer_is_served_before_those_who_wait(room: Room) -> None:
    with FakeEndpoint(first_seconds=0) as fake:
        gate = endpoint_for(fake, "fault-hang-first", parallel=1)
        room.submit("gate", gate)
        wait_for(lambda: fake.counters.running == 1)
        for name in "abc":
            room.submit(name, gate)
        room.turns.submit(Order("L", "lecturer", gate, ASKED, Sampling(), first=True))
        assert (room.turns.place("L"), room.turns.place("a")) == (0, 1)
        room.turns.stop("gate")
        lecturer = room.turns.get("L")
        assert lecturer is not None
        wait_for(lambda: lecturer.snapshot().state is RunState.STREAMING)
        assert room.turns.place("a") == 0
        room.turns.stop_where({"lecturer", "a", "b", "c"})
        room.ended("L", "a", "b", "c")


def test_the_wait_falls_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    live = LiveRun(Order("r", "p", Endpoint("e", "e", "http://127.0.0.1:1/v1", "m"), ASKED, Sampling()))
    now = time.monotonic()
    monkeypatch.setattr("sandbox.turns.live.time.monotonic", lambda: now)
    live.stand(7, 40.0)
    told = live.changes
    assert told
    assert (live.snapshot().ahead, live.snapshot().wait_seconds) == (7, 40.0)
    now += 12.0
    assert live.snapshot().wait_seconds == pytest.approx(28.0)
    live.stand(7, 28.4)
    assert live.changes == told, "as expected: nobody need be told"
    live.stand(7, 35.0)
    assert live.changes == told + 1, "slower than thought"
    now += 100.0
    assert live.snapshot().wait_seconds == 1.0, "late, but not nothing: it still waits"


def test_the_embedded_model_stands_behind_the_endpoints_that_named_it(tmp_path: Path) -> None:
    endpoints = "".join(
        f'[[endpoint]]\nname = "{name}"\nmodel = "m"\nbase_url = "http://127.0.0.1:9/v1"\n{more}'
        for name, more in (("시청", 'fallback = "내장 모델"\n'), ("둘", ""))
    )
    (tmp_path / "sandbox.toml").write_text(f"[model]\nenabled = true\n{endpoints}", encoding="utf-8")
    embedded = Endpoint("embedded", "내장", "http://127.0.0.1:8/v1", "small", location=Location.INSIDE)
    ready = SimpleNamespace(endpoint=lambda: embedded)
    room = SimpleNamespace(settings=load({}, project_dir=tmp_path), local_model=ready, found=())
    assert [e.fallback for e in Services.endpoints(room)] == [embedded, None, None]  # type: ignore[arg-type]
    room.local_model = SimpleNamespace(endpoint=lambda: None)  # still being put together
    assert [e.fallback for e in Services.endpoints(room)] == [None, None]  # type: ignore[arg-type]


# --------------------------------------------------------------------------- what practice makes of it


@pytest.fixture
def desk(tmp_path: Path, fake_endpoint: FakeEndpoint) -> Iterator[Practising]:
    made = Practising(tmp_path, fake_endpoint)
    yield made
    made.close()


def test_a_run_keeps_who_really_answered_and_why(desk: Practising, nobody: Endpoint) -> None:
    first = replace(nobody, location=Location.INSIDE, fallback=replace(desk.endpoint, name="예비"))
    run_id = desk.practice.run(desk.me, Work("안녕하세요"), {}, first)
    parts = follow(desk, run_id)
    assert parts[-1].ended
    assert not parts[-1].message, "it is no error"
    run = desk.practice.result(desk.me, run_id)
    assert (run.state, run.endpoint_name, run.endpoint_id) == (RunState.DONE, "예비", desk.endpoint.id)
    assert run.error_code == "endpoint_detour"
    assert "「시청」에서 답을 받지 못해 예비 연결 「예비」에서 받았습니다." in run.error_message
    (summary,), _ = desk.practice.history(desk.me)
    assert summary.endpoint_name == "예비"


def test_who_waits_sees_the_place_and_a_wait_that_falls(desk: Practising) -> None:
    with FakeEndpoint(first_seconds=0, tokens_per_second=20, tokens=40) as slow:
        endpoint = replace(desk.endpoint, base_url=slow.base_url, parallel=1)
        desk.wait(desk.practice.run(desk.me, Work("배우기"), {}, endpoint))  # an answer takes two seconds
        other = desk.store.add_person("박먼저", "", "8")
        desk.practice.run(other, Work("먼저"), {}, endpoint)
        third = desk.store.add_person("최다음", "", "9")
        desk.practice.run(third, Work("다음"), {}, endpoint)
        parts = follow(desk, desk.practice.run(desk.me, Work("나중"), {}, endpoint))
    waits = [part.wait_seconds for part in parts if part.state is RunState.WAITING and part.wait_seconds]
    assert next(part.ahead for part in parts if part.wait_seconds) == 1
    assert waits[0] > 2.0
    assert waits == sorted(waits, reverse=True)
    assert waits[-1] < waits[0] - 1.0
    assert parts[-1].state is RunState.DONE


def test_an_outside_fallback_makes_the_guard_as_strict_as_outside(
    desk: Practising, fake_endpoint: FakeEndpoint
) -> None:
    outside = replace(desk.endpoint, id="out", name="바깥", location=Location.OUTSIDE)
    first = replace(desk.endpoint, fallback=outside)
    work = Work(f"연락처는 {PHONE}입니다.")
    (finding,) = desk.practice.preview(desk.me, work, first).findings
    assert desk.practice.may_keep(finding, desk.endpoint)
    assert not desk.practice.may_keep(finding, first)
    with pytest.raises(GuardRefusedError):
        desk.practice.run(desk.me, work, {finding.fingerprint: Choice.KEEP}, first)
    assert fake_endpoint.counters.requests == 0
    run_id = desk.practice.run(desk.me, work, {}, first)
    desk.wait(run_id)
    assert PHONE not in str(fake_endpoint.bodies)
    assert RESIDENT not in str(fake_endpoint.bodies)


def test_a_fallback_that_cannot_read_so_much_is_not_asked(desk: Practising, nobody: Endpoint) -> None:
    small = replace(desk.endpoint, name="작은 예비", context_tokens=1_100)
    run_id = desk.practice.run(
        desk.me, Work("가나다라 " * 300), {}, replace(nobody, location=Location.INSIDE, fallback=small)
    )
    desk.wait(run_id)
    run = desk.practice.result(desk.me, run_id)
    assert (run.state, run.endpoint_name, run.error_code) == (RunState.FAILED, "시청", "endpoint_unreachable")


@pytest.mark.parametrize(
    ("health", "text"),
    [
        (EndpointHealth("e", HealthState.UNKNOWN), "아직 써 보지 않음"),
        (EndpointHealth("e", HealthState.WORKING), "정상"),
        (EndpointHealth("e", HealthState.RESTING, retry_seconds=29.6), "잠시 쉬는 중(30초 뒤 다시 시도)"),
        (EndpointHealth("e", HealthState.RESTING), "곧 다시 시도"),
        (EndpointHealth("e", HealthState.PROBING), "다시 시도하는 중"),
        (EndpointHealth("e", HealthState.SLOWED, retry_seconds=600.0), "천천히 보내는 중(10분 뒤 다시 보냄)"),
        (EndpointHealth("e", HealthState.SLOWED, slots=2), "천천히 보내는 중(동시에 2명)"),
    ],
)
def test_health_is_said_in_plain_korean(health: EndpointHealth, text: str) -> None:
    assert f"● {text}]" in state_text(health)


def test_what_broke_is_logged_by_its_place_and_without_its_words() -> None:
    try:
        raise RuntimeError("900101-1234568의 프롬프트")
    except RuntimeError as error:
        said = troubles.place(error)
    assert said.startswith("RuntimeError at test_turns_faults.py:") and "900101" not in said
    assert troubles.place(KeyError("비밀")) == "KeyError"
