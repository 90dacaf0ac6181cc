"""The PC's clock is set an hour or a day back, or a day ahead, in the middle of a class: nothing jumps, nobody is out."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from sandbox.class_records import InstructorKey
from sandbox.classroom import Classes, Classroom, ClassTerms, Followers, Instructors, Live, delete_due
from sandbox.classroom import classes as classes_module
from sandbox.classroom import joining as joining_module
from sandbox.classroom import live as live_module
from sandbox.classroom import seats as seats_module
from sandbox.classroom.seats import FILLING, READING, Seats
from sandbox.classroom.steady import Steady
from sandbox.records import (
    Endpoint,
    Location,
    Message,
    NotAllowedError,
    Person,
    Role,
    Run,
    RunState,
    State,
    TokenCount,
    Verdict,
)
from sandbox.reports.board import FRESH_SECONDS, Board
from sandbox.store import Store
from sandbox.store import instructors as instructors_module
from sandbox.store import people as people_module
from sandbox.store import roster as roster_module
from sandbox.store import runs as runs_module
from tests.test_store import postgresql, store, url  # noqa: F401  fixtures

SET = {
    "an hour back": timedelta(hours=-1),
    "a day back": timedelta(days=-1),
    "a day ahead": timedelta(days=1),
}
EXERCISE = "report-memo-to-gaejosik"
ENDPOINT = Endpoint("e", "시청 AI", "http://127.0.0.1:1/v1", "m", location=Location.INSIDE)
READ_BY = (
    classes_module, joining_module, live_module, seats_module,
    instructors_module, people_module, roster_module, runs_module,
)  # fmt: skip


class Clocks:
    """The clock on the PC's wall, which people set, and the one that only time moves."""

    def __init__(self) -> None:
        self.error, self.elapsed = timedelta(), 0.0
        self._begun = datetime.now(UTC)

    def now(self) -> datetime:
        return self._begun + timedelta(seconds=self.elapsed) + self.error

    def steady(self) -> float:
        return 5_000.0 + self.elapsed

    def go_on(self, **time_passed: float) -> None:
        self.elapsed += timedelta(**time_passed).total_seconds()


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> Clocks:
    made = Clocks()

    class Wall(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return made.now().astimezone(tz)

    for module in READ_BY:
        monkeypatch.setattr(module, "datetime", Wall)
    return made


class Hall:
    """A class of three with everything that looks at a clock, all of it at these clocks."""

    def __init__(self, store: Store, clocks: Clocks) -> None:  # noqa: F811
        self.store, self.clocks = store, clocks
        self.instructors, self.room = Instructors(store), Classroom(store)
        who = store.add_instructor("강사", "name:강사", "", is_officer=True)
        self.key = InstructorKey(store.sign_in_instructor(who.id, hours=100))
        self.classes = Classes(store, self.instructors)
        self.code = self.classes.create(self.key, "기초반", path=[EXERCISE], seats=4).code
        self.live, self.terms = Live(store, self.instructors), ClassTerms(store)
        self.steady = Steady(clocks.steady, clocks.now)
        self.followers = Followers(store, steady=self.steady)
        self.seats = Seats(store, clock=clocks.steady)
        self.board = Board(
            store, self.instructors, exercise_title=lambda i: i, endpoints=lambda: [], health=lambda _: None,
            clock=clocks.steady, utc_now=clocks.now,
        )  # type: ignore[arg-type, return-value]  # fmt: skip

    def twelve_hours(self) -> InstructorKey:
        who = self.store.instructor_by_login("name:강사")
        assert who is not None
        return InstructorKey(self.store.sign_in_instructor(who[0].id, hours=12))

    def join(self, name: str) -> Person:
        return self.room.join(name, self.code, guesser=name).person

    def tile(self, person: Person) -> dict[str, Any]:
        self.clocks.go_on(seconds=FRESH_SECONDS)
        told = json.loads(self.board.drawn(self.key, self.code, projector=False).body)
        return {"m": 0, "h": 0, "hm": 0, "t": 0, **next(t for t in told["tiles"] if t["k"] == person.id)}

    def try_(self, person: Person, *states: State, run: RunState = RunState.DONE) -> str:
        at, run_id = self.clocks.now(), f"{person.id}-{self.clocks.elapsed}-{self.clocks.error}"
        asked = (Message(Role.USER, "글"),)
        self.store.add_run(
            Run(run_id, person.id, EXERCISE, "", run_id, "", "e", "e", "m", asked, "", RunState.WAITING, at)
        )
        if run.ended:
            self.store.end_run(run_id, state=run, answer="□ 답")
            found = (Verdict(f"c{n}", "sections", f"점검 {n}", s, "요약") for n, s in enumerate(states))
            self.store.save_verdicts(run_id, tuple(found))
        return run_id


@pytest.fixture
def hall(store: Store, clocks: Clocks) -> Hall:  # noqa: F811
    return Hall(store, clocks)


every_way = pytest.mark.parametrize("error", SET.values(), ids=SET)


# --------------------------------------------------------------------------- the second clock


@every_way
def test_a_moment_keeps_its_age_when_the_clock_is_set(clocks: Clocks, error: timedelta) -> None:
    steady = Steady(clocks.steady, clocks.now)
    written = clocks.now()
    clocks.go_on(minutes=3)
    assert steady.now() - steady.placed("a", written) == timedelta(minutes=3)
    clocks.error = error
    clocks.go_on(minutes=4)
    assert steady.now() - steady.placed("a", written) == timedelta(minutes=7)
    assert steady.now() - steady.placed("b", clocks.now()) == timedelta(), "written by the clock as it is now"
    assert steady.now() - steady.placed("a", clocks.now()) == timedelta(), "it has happened again"


def test_what_lies_ahead_happened_when_it_was_first_heard_of(clocks: Clocks) -> None:
    steady = Steady(clocks.steady, clocks.now)
    tomorrow, heard = clocks.now() + timedelta(days=1), steady.now()
    assert steady.past("a", tomorrow) == heard
    clocks.go_on(minutes=5)
    assert steady.past("a", tomorrow) == heard, "and grows old from then on"


def test_moments_keep_their_order_to_the_last_digit(clocks: Clocks) -> None:
    steady = Steady(clocks.steady, clocks.now)
    first = clocks.now() - timedelta(minutes=1)
    placed = []
    for n in range(50):
        clocks.error = timedelta(milliseconds=-n)  # the clock runs a little slow
        placed.append(steady.placed(n, first + timedelta(microseconds=n)))
    assert placed == sorted(set(placed))


def test_only_so_many_moments_are_remembered(clocks: Clocks) -> None:
    steady = Steady(clocks.steady, clocks.now)
    for n in range(21_000):
        steady.placed(n, clocks.now())
    assert len(steady._placed) == 20_000


# --------------------------------------------------------------------------- the timer


@every_way
async def test_a_timer_runs_as_long_as_it_was_set_for(hall: Hall, error: timedelta) -> None:
    hall.live.start_timer(hall.key, hall.code, 10, "첫 실습")
    stream = hall.followers.follow(hall.code)
    told = await anext(stream)
    assert told is not None and hall.followers.seconds_left(told) == pytest.approx(600, abs=1)
    hall.clocks.go_on(minutes=4)
    hall.clocks.error = error
    assert hall.followers.seconds_left(told) == pytest.approx(360, abs=1)
    hall.live.tell(hall.key, hall.code, "공지")  # every seat is told anew of everything
    again = hall.followers._read(hall.code)
    assert again is not None and again.now.notice == "공지"
    assert hall.followers.seconds_left(again) == pytest.approx(360, abs=1)
    hall.live.start_timer(hall.key, hall.code, 5)
    new = hall.followers._read(hall.code)
    assert new is not None and hall.followers.seconds_left(new) == pytest.approx(300, abs=1)
    hall.clocks.go_on(minutes=6)
    assert hall.followers.seconds_left(new) == pytest.approx(-60, abs=1)
    hall.live.stop_timer(hall.key, hall.code)
    none = hall.followers._read(hall.code)
    assert none is not None and hall.followers.seconds_left(none) is None
    await stream.aclose()


# --------------------------------------------------------------------------- the board


@every_way
def test_who_is_stuck_or_away_is_told_as_before(hall: Hall, error: timedelta) -> None:
    stuck, away, reading = (hall.join(name) for name in ("막힌 분", "나간 분", "읽는 분"))
    for person in (stuck, away, reading):
        hall.seats.at(person, READING, EXERCISE)
    hall.try_(stuck, State.PASS, State.FAIL)
    hall.clocks.go_on(minutes=2)
    hall.seats.beat(stuck, typed=True)
    hall.seats.beat(reading, typed=False)
    assert hall.tile(away)["w"] == "WORKING", "the board has seen them all"
    hall.clocks.go_on(minutes=2)
    hall.clocks.error = error
    hall.seats.beat(reading, typed=False)
    hall.seats.beat(stuck, typed=False)
    assert (hall.tile(stuck)["w"], hall.tile(stuck)["m"]) == ("WORKING", 2)
    assert (hall.tile(away)["w"], hall.tile(away)["m"]) == ("AWAY", 4)
    assert hall.tile(reading)["w"] == "WORKING"
    hall.clocks.go_on(minutes=4)
    for person in (stuck, reading):
        hall.seats.beat(person, typed=False)
    assert (hall.tile(stuck)["w"], hall.tile(stuck)["m"]) == ("STUCK", 6)
    assert (hall.tile(reading)["w"], hall.tile(reading)["m"]) == ("IDLE", 8)


@every_way
def test_hands_keep_their_place_in_the_queue(hall: Hall, error: timedelta) -> None:
    first, second = hall.join("먼저"), hall.join("나중")
    for person in (first, second):
        hall.seats.at(person, READING, EXERCISE)
    hall.seats.raise_hand(first, shows_screen=False)
    hall.clocks.go_on(minutes=3)
    assert hall.tile(first)["h"] == 1
    hall.clocks.error = error
    hall.seats.raise_hand(second, shows_screen=False)
    assert [(hall.tile(p)["h"], hall.tile(p)["hm"]) for p in (first, second)] == [(1, 3), (2, 0)]


@every_way
def test_a_run_after_the_clock_was_set_is_on_the_board_at_once(hall: Hall, error: timedelta) -> None:
    before, after = hall.join("앞"), hall.join("뒤")
    for person in (before, after):
        hall.seats.at(person, READING, EXERCISE)
    hall.try_(before, State.PASS)
    hall.clocks.go_on(minutes=1)
    assert hall.tile(before)["w"] == "DONE"
    hall.clocks.error = error
    run_id = hall.try_(after, run=RunState.WAITING)
    hall.try_(before, State.FAIL)
    assert (hall.tile(after)["w"], hall.tile(after)["m"]) == ("WAITING", 0)
    assert hall.tile(before)["t"] == 2
    hall.store.end_run(run_id, state=RunState.FAILED, answer="", error_message="서버가 답하지 않습니다.")
    assert hall.tile(after)["w"] == "ERROR"
    kept = hall.board._classes[hall.code].runs
    hall.clocks.go_on(minutes=1)
    hall.tile(after)
    assert not kept.unsettled, "nothing is read again and again until the clock has caught up"


@pytest.mark.parametrize("back", [timedelta(hours=-1), timedelta(days=-1)])
def test_a_board_opened_after_that_counts_from_then_on(hall: Hall, back: timedelta) -> None:
    person, gone = hall.join("김연습"), hall.join("나간 분")
    for one in (person, gone):
        hall.seats.at(one, READING, EXERCISE)
    hall.try_(person, State.FAIL)
    hall.clocks.error = back
    assert hall.tile(person)["w"] == "WORKING" == hall.tile(gone)["w"]
    hall.clocks.go_on(minutes=6)
    hall.seats.beat(person, typed=False)
    assert (hall.tile(person)["w"], hall.tile(gone)["w"]) == ("STUCK", "AWAY")


# --------------------------------------------------------------------------- coming in, closing, deleting


@every_way
def test_nobody_is_out_and_codes_and_cookies_go_on(hall: Hall, error: timedelta) -> None:
    entry = hall.room.join("김연습", hall.code, guesser="가")
    code = hall.room.resume_code(entry.person)
    hall.clocks.error = error
    assert hall.room.person_for(entry.token) == entry.person
    assert hall.room.resume(code, guesser="나").person == entry.person
    assert hall.room.person_for(entry.token) == entry.person, "also after somebody else came in"
    assert hall.room.join("늦은 분", hall.code, guesser="다").person.seat == "2"
    hall.clocks.error = timedelta()
    assert hall.room.person_for(entry.token) == entry.person


def test_a_lecturer_whose_day_is_over_by_the_clock_signs_in_again(hall: Hall) -> None:
    """A day ahead is more than the twelve hours of their cookie; it is told, and the class goes on."""
    person, key = hall.join("김연습"), hall.twelve_hours()
    hall.clocks.error = timedelta(days=1)
    with pytest.raises(NotAllowedError) as told:
        hall.classes.get(key, hall.code)
    assert "로그인" in told.value.message + told.value.remedy
    hall.terms(person, ENDPOINT, TokenCount(1, False))
    hall.clocks.error = timedelta()
    assert hall.classes.get(key, hall.code).code == hall.code


@every_way
def test_a_class_is_open_or_closed_whatever_the_clock_says(hall: Hall, error: timedelta) -> None:
    person = hall.join("김연습")
    hall.classes.close(hall.key, hall.code)
    hall.clocks.error = error
    with pytest.raises(NotAllowedError, match="끝나서"):
        hall.terms(person, ENDPOINT, TokenCount(1, False))
    hall.classes.close(hall.twelve_hours(), hall.code, False)
    hall.terms(person, ENDPOINT, TokenCount(1, False))


@every_way
def test_a_seat_can_be_taken_up_again_and_not_while_somebody_works_there(
    hall: Hall, error: timedelta
) -> None:
    gone, there = hall.join("나간 분"), hall.join("있는 분")
    for person in (gone, there):
        hall.seats.at(person, FILLING, EXERCISE)
    hall.clocks.go_on(minutes=2)
    hall.clocks.error = error
    hall.seats.is_open(there)
    assert hall.room.join("나간 분", hall.code, gone.seat, guesser="가").person.id == gone.id
    with pytest.raises(NotAllowedError, match="다른 화면에 열려"):
        hall.room.join("있는 분", hall.code, there.seat, guesser="나")


def test_a_clock_set_ahead_deletes_no_class(hall: Hall) -> None:
    """What cannot be undone waits until so much time has really passed."""
    hall.classes.edit(hall.key, replace(hall.classes.get(hall.key, hall.code), delete_on=_in_days(hall, 40)))
    hall.clocks.error = timedelta(days=365)
    hall.clocks.go_on(hours=20)
    assert delete_due(hall.store, hall.steady.day()) == 0
    assert hall.store.class_of(hall.code)
    hall.clocks.error = timedelta()
    hall.clocks.go_on(days=40)
    assert delete_due(hall.store, hall.steady.day()) == 1


def test_a_clock_set_back_deletes_by_what_it_says(hall: Hall) -> None:
    today = hall.steady.day()
    hall.clocks.error = timedelta(days=-2)
    assert hall.steady.day() == today - timedelta(days=2)


def _in_days(hall: Hall, days: int) -> date:
    return hall.steady.day() + timedelta(days=days)
