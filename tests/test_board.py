"""The live board: its rules, its figures from a made-up class on both databases, and what it keeps to itself."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from sandbox.class_records import Class, ClassRules, InstructorKey, Seat, SeatState, TryLine
from sandbox.classroom import Instructors
from sandbox.classroom.live import Live
from sandbox.classroom.seats import FILLING, READING, WRITE_SECONDS, SeatHelp, Seats
from sandbox.library import parse_exercise
from sandbox.records import (
    Endpoint,
    EndpointHealth,
    HealthState,
    InputError,
    Level,
    Message,
    NotAllowedError,
    NotFoundError,
    Person,
    Role,
    Run,
    RunState,
    State,
    Verdict,
)
from sandbox.reports.board import FRESH_SECONDS, Board
from sandbox.reports.seat_view import SeatView
from sandbox.reports.standing import Standing, Tried, standing, sum_up
from sandbox.store import Store
from tests.test_store import postgresql, store, url  # noqa: F401  fixtures

NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
ROOT = Path(__file__).parent.parent
CODE = "HARAM7"
FIRST, SECOND = "report-memo-to-gaejosik", "minutes-memo-to-minutes"
SECRET_TEXT = "아무에게도보이지않는글"


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


# --------------------------------------------------------------------------- the rule table


def seat(*, arrived: float = 20, seen: float = 0, moved: float = 20, exercise: str = FIRST) -> SeatState:
    return SeatState("p", CODE, ago(arrived), ago(seen), ago(moved), exercise, READING)


def a_try(state: RunState, *, ended: float, passed: int = 0, failed: int = 0, unknown: int = 0) -> TryLine:
    wrong = tuple((f"c{n}", f"점검 {n}") for n in range(failed))
    over = ago(ended) if state.ended else None
    return TryLine(
        f"r{ended}", "p", FIRST, state, ago(ended + 0.5), over, "", passed, passed + failed + unknown, wrong
    )


FAILED_10 = a_try(RunState.DONE, ended=10, passed=2, failed=1)

RULES: tuple[tuple[str, SeatState | None, list[TryLine], Standing, int], ...] = (
    ("nobody has come", None, [], Standing.EMPTY, 0),
    ("reading for two minutes", seat(arrived=2), [], Standing.WORKING, 2),
    ("no try at all for twenty", seat(), [], Standing.IDLE, 20),
    ("no try, but typing all the time", seat(moved=0), [], Standing.IDLE, 20),
    ("no try in the list of exercises", seat(exercise=""), [], Standing.WORKING, 20),
    ("no try and nobody there", seat(seen=7), [], Standing.AWAY, 7),
    ("failed ten minutes ago, no movement", seat(), [FAILED_10], Standing.STUCK, 10),
    ("failed ten minutes ago, typed a minute ago", seat(moved=1), [FAILED_10], Standing.WORKING, 1),
    (
        "failed ten minutes ago, came back just now",
        seat(arrived=1, moved=1),
        [FAILED_10],
        Standing.WORKING,
        1,
    ),
    ("failed long ago and nobody there", seat(seen=4), [FAILED_10], Standing.AWAY, 4),
    ("failed a minute ago", seat(), [a_try(RunState.DONE, ended=1, failed=3)], Standing.WORKING, 1),
    (
        "an answer counts as a sign of life",
        seat(seen=9),
        [a_try(RunState.DONE, ended=1, failed=3)],
        Standing.WORKING,
        1,
    ),
    ("nothing failed", seat(), [a_try(RunState.DONE, ended=10, passed=2, unknown=1)], Standing.WORKING, 10),
    ("no checks at all", seat(), [a_try(RunState.DONE, ended=10)], Standing.WORKING, 10),
    ("everything passed", seat(), [FAILED_10, a_try(RunState.DONE, ended=8, passed=3)], Standing.DONE, 8),
    ("passed and gone", seat(seen=9), [a_try(RunState.DONE, ended=8, passed=3)], Standing.DONE, 8),
    ("an error a minute ago", seat(), [a_try(RunState.FAILED, ended=1)], Standing.ERROR, 1),
    ("an error and then nothing", seat(), [a_try(RunState.FAILED, ended=10)], Standing.STUCK, 10),
    ("cut", seat(), [a_try(RunState.CUT, ended=1)], Standing.ERROR, 1),
    ("stopped by the person", seat(), [a_try(RunState.STOPPED, ended=10)], Standing.WORKING, 10),
    ("waits for a turn", seat(seen=9), [FAILED_10, a_try(RunState.WAITING, ended=6)], Standing.WAITING, 6),
    ("gets an answer", seat(), [a_try(RunState.STREAMING, ended=6)], Standing.ANSWERING, 6),
)


@pytest.mark.parametrize(
    ("state", "tries", "expected", "minutes"), [r[1:] for r in RULES], ids=[r[0] for r in RULES]
)
def test_who_is_stuck(
    state: SeatState | None, tries: list[TryLine], expected: Standing, minutes: int
) -> None:
    assert standing(state, sum_up(tries), NOW, stuck_minutes=5) == (expected, minutes)


def test_the_lecturer_says_after_how_many_minutes() -> None:
    tried = sum_up([FAILED_10])
    assert standing(seat(), tried, NOW, stuck_minutes=10)[0] is Standing.STUCK
    assert standing(seat(), tried, NOW, stuck_minutes=11)[0] is Standing.WORKING
    assert standing(seat(arrived=3), Tried(), NOW, stuck_minutes=3)[0] is Standing.IDLE


def test_the_best_try_counts_and_the_latest_says_what_fails() -> None:
    first = a_try(RunState.DONE, ended=9, passed=2, failed=1)
    second = a_try(RunState.DONE, ended=5, passed=1, failed=2)
    third = a_try(RunState.FAILED, ended=1)
    found = sum_up([first, second, third])
    assert (found.tries, found.passed, found.total, found.finished) == (3, 2, 3, False)
    assert found.last is third and found.failed == second.failed


# --------------------------------------------------------------------------- a made-up class


@dataclass
class Room:
    """A class of the store's, a lecturer, and a board whose clock the test turns."""

    store: Store
    key: InstructorKey
    board: Board
    seats: Seats
    view: SeatView
    help: SeatHelp
    live: Live
    clock: list[float] = field(default_factory=lambda: [1000.0])

    def turn(self, seconds: float = FRESH_SECONDS) -> None:
        self.clock[0] += seconds

    def lecturer(self, minutes: int = 5) -> dict[str, Any]:
        return json.loads(self.board.drawn(self.key, CODE, projector=False, stuck_minutes=minutes).body)

    def projector(self) -> dict[str, Any]:
        return json.loads(self.board.drawn(self.key, CODE, projector=True).body)

    def tile(self, person: Person) -> dict[str, Any]:
        found = next(t for t in self.lecturer()["tiles"] if t["k"] == person.id)
        return defaultdict(int, found)  # what is nothing is left out

    def person(self, name: str, number: str) -> Person:
        return self.store.add_person(name, CODE, number)

    def try_(
        self,
        person: Person,
        *states: State,
        exercise: str = FIRST,
        run: RunState = RunState.DONE,
        ago: float = 0,
    ) -> str:
        at = datetime.now(UTC) - timedelta(minutes=ago)
        run_id = f"run-{person.seat}-{exercise[:3]}-{self.clock[0]}-{len(states)}-{ago}"
        text = (Message(Role.USER, SECRET_TEXT),)
        self.store.add_run(
            Run(run_id, person.id, exercise, "", run_id, "", "e", "가짜", "m", text, "", RunState.WAITING, at)
        )
        if run is RunState.STREAMING:
            self.store.save_partial(run_id, "□")
        if run.ended:
            told = "서버가 답하지 않습니다." if run is RunState.FAILED else ""
            self.store.end_run(
                run_id, state=run, answer=f"□ {SECRET_TEXT} [이름1]", error_message=told, ended_at=at
            )
            judged = (Verdict(f"c{n}", "sections", f"점검 {n}", s, "요약") for n, s in enumerate(states))
            self.store.save_verdicts(run_id, tuple(judged))
        return run_id


@pytest.fixture
def room(store: Store) -> Iterator[Room]:  # noqa: F811
    instructors = Instructors(store)
    who = store.add_instructor("강사", "name:강사", "", is_officer=False)
    key = InstructorKey(store.sign_in_instructor(who.id, hours=1))
    path = (FIRST, SECOND)
    rules = ClassRules(class_tokens=50_000, class_won=1_000.0)
    store.add_class(Class(CODE, "11월 기초반", Level.BASIC, path, 40, who.id, NOW, rules=rules))
    exercise = parse_exercise(ROOT / "exercises" / "report" / "memo-to-gaejosik")
    clock = [1000.0]
    live = Live(store, instructors)
    yield Room(
        store,
        key,
        Board(
            store,
            instructors,
            exercise_title=lambda i: {FIRST: "개조식 보고서", SECOND: "회의록"}.get(i, i),
            endpoints=lambda: [Endpoint("e", "시청 AI", "http://127.0.0.1:1/v1", "m")],
            health=lambda i: EndpointHealth(
                i, HealthState.SLOWED, waiting=3, running=2, slots=2, last_error="사용량 초과"
            ),
            clock=lambda: clock[0],
        ),
        Seats(store, clock=lambda: clock[0]),
        SeatView(store, instructors, exercise=lambda i: exercise if i == FIRST else None),
        SeatHelp(store, instructors, live),
        live,
        clock,
    )


def test_the_figures_of_a_class(room: Room) -> None:
    ann, bob, cat, dan = (
        room.person(n, s) for n, s in (("가온", "2"), ("나래", "10"), ("다솜", "1"), ("라온", "3"))
    )
    room.store.set_roster(CODE, lambda _sitting: [Seat(CODE, "7", "마루")])
    for one in (ann, bob, cat):
        room.seats.at(one, READING, FIRST)
    room.try_(ann, State.PASS, State.FAIL, State.FAIL, ago=9)
    room.try_(ann, State.PASS, State.PASS, State.FAIL, ago=8)
    room.try_(bob, State.PASS, State.PASS, State.PASS)
    room.try_(cat, run=RunState.STREAMING)
    room.try_(dan, State.FAIL, exercise=SECOND, ago=30)
    room.seats.at(dan, "course")
    told = room.lecturer()
    assert [t["s"] for t in told["tiles"]] == ["1", "2", "3", "7", "10"]  # as people count
    tiles = {t["n"]: t for t in told["tiles"]}
    assert (tiles["가온"]["t"], tiles["가온"]["p"], tiles["가온"]["q"]) == (2, 2, 3)
    assert tiles["나래"]["w"] == "DONE" and tiles["나래"]["st"] == "완료"
    assert tiles["다솜"]["w"] == "ANSWERING" and tiles["다솜"]["st"] == "실행 중"
    assert tiles["라온"]["st"] == "과정 고르는 중"
    assert tiles["마루"]["w"] == "EMPTY"
    assert told["people"] == 4 and told["counts"]["DONE"] == 1
    report, minutes = told["exercises"]
    assert (report["x"], report["tried"], report["finished"]) == ("개조식 보고서", 3, 1)
    assert report["in"] == [1, 0, 1, 0, 1]  # 가온 has come back and reads, 다솜 runs, 나래 is done
    assert (minutes["tried"], minutes["finished"], sum(minutes["in"])) == (1, 0, 0)
    assert [(f["c"], f["x"], f["people"]) for f in told["failed"]] == [
        ("점검 0", "회의록", 1),
        ("점검 2", "개조식 보고서", 1),
    ]
    assert told["endpoints"][0]["waiting"] == 3 and told["endpoints"][0]["word"] == "천천히 보내는 중"
    assert (told["budget"]["tokens_limit"], told["budget"]["won_limit"]) == (50_000, 1_000)


def test_every_exercise_of_a_long_path_is_told_and_the_one_before_the_class_too(room: Room) -> None:
    path = (FIRST, SECOND, *(f"more-{n}" for n in range(28)))  # two days of exercises
    room.store.change_class(CODE, lambda klass: replace(klass, path=path))
    room.live.move_to(room.key, CODE, "more-25")
    room.turn()
    told = room.projector()["exercises"]
    assert len(told) == 30
    assert [e["x"] for e in told if e["now"]] == ["more-25"]
    room.live.move_to(room.key, CODE, "off-the-path")  # nobody is there yet
    room.turn()
    assert [e["x"] for e in room.lecturer()["exercises"] if e["now"]] == ["off-the-path"]


def test_a_run_moves_on_between_two_looks(room: Room) -> None:
    ann = room.person("가온", "1")
    room.seats.at(ann, READING, FIRST)
    assert room.tile(ann)["w"] == "WORKING"
    run_id = room.try_(ann, run=RunState.WAITING)
    room.turn()
    assert room.tile(ann)["w"] == "WAITING"
    room.store.save_partial(run_id, "□")
    room.turn()
    assert room.tile(ann)["w"] == "ANSWERING"
    room.store.end_run(run_id, state=RunState.DONE, answer="□ 끝")
    room.turn()
    assert (room.tile(ann)["q"], room.tile(ann)["st"]) == (0, "결과 보는 중")  # verdicts are on their way
    room.store.save_verdicts(run_id, (Verdict("a", "length", "길이", State.PASS, "됨"),))
    room.turn()
    assert room.tile(ann)["w"] == "DONE"


def test_who_moves_in_brings_their_work_and_who_moves_out_takes_it_along(room: Room) -> None:
    here, guest = room.person("가온", "1"), room.store.add_person("나래", "OTHER2", "1")
    room.try_(guest, State.FAIL, State.PASS, ago=60)
    room.seats.at(here, READING, FIRST)
    assert room.lecturer()["exercises"][0]["tried"] == 0
    room.store.sit_down(guest.id, CODE, "2", most=40, with_work=True)
    room.turn()
    assert room.lecturer()["exercises"][0]["tried"] == 1
    room.store.stand_up(guest.id)
    room.turn()
    told = room.lecturer()
    assert told["exercises"][0]["tried"] == 0 and told["failed"] == [] and len(told["tiles"]) == 1


def test_the_vote_of_the_class_is_counted_once_a_person(room: Room) -> None:
    ann, bob = room.person("가온", "1"), room.person("나래", "2")
    alone = room.store.add_person("혼자", "", "")
    for one, choice in ((ann, "A"), (ann, "B"), (bob, "same"), (alone, "A")):
        room.seats.vote(one, FIRST, choice)
    with pytest.raises(InputError):
        room.seats.vote(ann, FIRST, "C")
    assert room.lecturer()["votes"] == [{"x": "개조식 보고서", "a": 0, "b": 1, "s": 1}]


# --------------------------------------------------------------------------- cost


def test_all_viewers_share_one_summary_of_two_small_queries(room: Room) -> None:
    ann = room.person("가온", "1")
    room.seats.at(ann, READING, FIRST)
    for n in range(5):
        room.try_(ann, State.FAIL, ago=60 - n)
    first = room.board.drawn(room.key, CODE, projector=False)
    asked: list[str] = []
    engine = room.store._database._engine
    event.listen(engine, "before_cursor_execute", lambda *a: asked.append(a[2]))
    assert room.board.drawn(room.key, CODE, projector=False) is first
    room.board.drawn(room.key, CODE, projector=True)
    own = [s for s in asked if s.startswith("SELECT") and "instructor_sign_ins" not in s]
    assert own == []  # only the role is asked anew
    asked.clear()
    room.turn()
    again = room.board.drawn(room.key, CODE, projector=False)
    assert (again.etag, again.body) == (first.etag, first.body)
    looked = [s for s in asked if s.startswith("SELECT") and "instructor_sign_ins" not in s]
    assert sum("FROM classes" in s or "FROM class_states" in s for s in looked) == 2  # one row each
    assert sum("FROM people LEFT" in s or "FROM runs LEFT" in s for s in looked) == 2
    assert len(looked) == 4
    assert not any("answer" in s or "messages" in s or "search_text" in s for s in looked)


def test_a_seat_is_written_when_something_changed_or_once_in_ten_seconds(room: Room) -> None:
    ann = room.person("가온", "1")
    written: list[str] = []
    engine = room.store._database._engine
    event.listen(
        engine,
        "before_cursor_execute",
        lambda *a: written.append(a[2]) if a[2].startswith(("INSERT INTO seat", "UPDATE seat")) else None,
    )
    for _ in range(20):
        room.seats.at(ann, READING, FIRST)
    assert len(written) == 1
    room.seats.beat(ann, typed=True)  # from reading to filling: told at once
    room.seats.beat(ann, typed=True)
    assert len(written) == 2
    state = room.seats.mine(ann)
    assert state is not None and (state.step, state.exercise_id) == (FILLING, FIRST)
    room.turn(WRITE_SECONDS)
    room.seats.beat(ann, typed=False)
    assert len(written) == 3
    room.seats.at(ann, READING, FIRST)  # drawn anew: no arrival
    again = room.seats.mine(ann)
    assert again is not None and again.arrived_at == state.arrived_at and again.step == FILLING
    restarted = Seats(room.store)
    restarted.at(ann, READING, FIRST)
    same = room.seats.mine(ann)
    assert same is not None and same.arrived_at == state.arrived_at
    room.seats.at(ann, READING, SECOND)
    moved = room.seats.mine(ann)
    assert moved is not None and moved.arrived_at > state.arrived_at and moved.exercise_id == SECOND


def test_outside_a_class_nothing_is_kept(room: Room) -> None:
    alone = room.store.add_person("혼자", "", "")
    room.seats.at(alone, READING, FIRST)
    assert room.seats.beat(alone, typed=True) is None and room.store.seat_state(alone.id) is None
    with pytest.raises(InputError):
        room.seats.raise_hand(alone, shows_screen=True)
    with pytest.raises(InputError):
        room.seats.share(alone, "x", may_project=True)


def test_who_left_the_class_and_came_back_is_seen_again(room: Room) -> None:
    ann = room.person("가온", "1")
    room.seats.at(ann, READING, FIRST)
    room.store.stand_up(ann.id)
    assert room.store.seat_state(ann.id) is None
    room.store.sit_down(ann.id, CODE, "1", most=40)
    room.turn(WRITE_SECONDS)
    room.seats.at(ann, READING, FIRST)
    assert room.store.seat_state(ann.id) is not None


# --------------------------------------------------------------------------- who may see what


def test_the_projector_gets_no_name_no_error_and_no_content(room: Room) -> None:
    names = ("가온누리", "나래울")
    ann, bob = (room.person(n, str(i)) for i, n in enumerate(names, 1))
    room.store.set_roster(CODE, lambda _sitting: [Seat(CODE, "9", "오지않은이", "총무과")])
    for one in (ann, bob):
        room.seats.at(one, READING, FIRST)
    run_id = room.try_(ann, State.FAIL)
    room.try_(bob, run=RunState.FAILED)
    room.seats.share(ann, run_id, may_project=True)
    room.seats.raise_hand(bob, shows_screen=True)
    room.help.show(room.key, CODE, ann.id)
    seen = room.board.drawn(room.key, CODE, projector=True).body.decode()
    hidden = (
        *names,
        "오지않은이",
        "총무과",
        ann.id,
        bob.id,
        run_id,
        SECRET_TEXT,
        "서버가 답하지",
        "사용량 초과",
    )
    assert [h for h in hidden if h in seen] == []
    tiles = room.projector()["tiles"]
    assert [(t["s"], t["w"], t.get("h", 0)) for t in tiles] == [
        ("1", "WORKING", 0),
        ("2", "ERROR", 1),
        ("9", "EMPTY", 0),
    ]
    assert len({t["k"] for t in tiles}) == 3
    assert [t.get("e", "") for t in room.lecturer()["tiles"]] == ["", "서버가 답하지 않습니다.", ""]
    assert SECRET_TEXT not in json.dumps(room.lecturer(), ensure_ascii=False)


def test_content_is_seen_only_when_shared_or_while_the_hand_is_up_with_leave(room: Room) -> None:
    ann = room.person("가온", "1")
    room.seats.at(ann, READING, FIRST)
    old, new = room.try_(ann, State.FAIL, ago=5), room.try_(ann, State.PASS)
    room.store.save_draft(ann.id, FIRST, {"__prompt": "고치는 중인 글"})

    def content() -> dict[str, Any] | None:
        told = room.view.seat(room.key, CODE, ann.id)
        assert told["tries"][0]["p"] == 1 and len(told["tries"]) == 2  # figures are no content
        found: dict[str, Any] | None = told["content"]
        assert found is not None or SECRET_TEXT not in json.dumps(told, ensure_ascii=False)
        return found

    assert content() is None
    room.seats.raise_hand(ann, shows_screen=False)
    assert content() is None
    room.seats.lower_hand(ann)
    room.seats.raise_hand(ann, shows_screen=True)
    shown = content()
    assert shown is not None and (shown["run"], shown["writing"]) == (new, "고치는 중인 글")
    assert "[이름1]" in shown["answer"]  # masked as it was stored
    room.help.helped(room.key, CODE, ann.id)
    assert content() is None
    room.seats.share(ann, old, may_project=False)
    shown = content()
    assert shown is not None and shown["run"] == old and "writing" not in shown
    room.seats.withdraw(ann)
    assert content() is None
    room.seats.share(ann, old, may_project=False)
    room.store.delete_run(old, ann.id)
    assert content() is None


def test_an_answer_is_projected_with_leave_only_and_goes_when_it_is_withdrawn(room: Room) -> None:
    ann = room.person("가온", "1")
    run_id = room.try_(ann, State.PASS)
    with pytest.raises(InputError):
        room.help.show(room.key, CODE, ann.id)
    room.seats.share(ann, run_id, may_project=False)
    with pytest.raises(InputError):
        room.help.show(room.key, CODE, ann.id)
    room.seats.share(ann, run_id, may_project=True)
    assert room.view.shown(room.key, CODE) is None
    room.help.show(room.key, CODE, ann.id)
    shown = room.view.shown(room.key, CODE)
    assert shown is not None and "[이름1]" in shown.answer_html and "추진" in shown.model_html
    assert "가온" not in shown.answer_html + shown.model_html + shown.exercise
    assert room.projector()["shown"]
    room.seats.withdraw(ann)
    room.turn()
    assert room.view.shown(room.key, CODE) is None and room.projector()["shown"] == ""
    room.seats.share(ann, run_id, may_project=True)
    room.help.hide(room.key, CODE)
    assert room.view.shown(room.key, CODE) is None


def test_hands_queue_in_the_order_they_went_up(room: Room) -> None:
    ann, bob = room.person("가온", "1"), room.person("나래", "2")
    room.seats.raise_hand(bob, shows_screen=False)
    room.seats.raise_hand(ann, shows_screen=False)
    room.seats.raise_hand(bob, shows_screen=True)  # again: keeps the place
    assert (room.tile(bob)["h"], room.tile(ann)["h"], room.tile(bob)["o"]) == (1, 2, 3)
    room.help.helped(room.key, CODE, bob.id)
    room.turn()
    assert (room.tile(bob)["h"], room.tile(ann)["h"], room.lecturer()["counts"]["HAND"]) == (0, 1, 1)


def test_nobody_shares_what_is_not_theirs(room: Room) -> None:
    ann, bob = room.person("가온", "1"), room.person("나래", "2")
    run_id = room.try_(ann, State.PASS)
    with pytest.raises(NotAllowedError):
        room.seats.share(bob, run_id, may_project=True)
    with pytest.raises(NotAllowedError):
        room.store.share_run(bob.id, CODE, run_id, may_project=True, at=NOW)
    with pytest.raises(InputError):
        room.seats.share(bob, room.try_(bob, run=RunState.WAITING), may_project=True)


def test_every_lecturers_question_asks_for_the_role_and_stays_in_the_class(room: Room) -> None:
    ann = room.person("가온", "1")
    stranger = room.store.add_person("다른반", "OTHER2", "1")
    nobody = InstructorKey("made-up")
    asked: tuple[Any, ...] = (
        lambda k, p: room.board.drawn(k, CODE, projector=True),
        lambda k, p: room.board.look(k, CODE),
        lambda k, p: room.board.refresh(k, CODE),
        lambda k, p: room.view.shown(k, CODE),
        lambda k, p: room.view.seat(k, CODE, p.id),
        lambda k, p: room.help.helped(k, CODE, p.id),
        lambda k, p: room.help.show(k, CODE, p.id),
        lambda k, p: room.help.hide(k, CODE),
    )
    for case in asked:
        with pytest.raises(NotAllowedError):
            case(nobody, ann)
    for case in asked[4:7]:
        with pytest.raises(NotFoundError):
            case(room.key, stranger)
    with pytest.raises(NotFoundError):
        room.board.drawn(room.key, "NOSUCH", projector=False)
