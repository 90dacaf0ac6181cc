"""Somebody who guesses codes or passwords and opens a new browser session for every guess."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sandbox.class_records import Class
from sandbox.classroom import Classroom, Instructors
from sandbox.classroom.instructors import HASHING_AT_ONCE
from sandbox.records import Level, NotAllowedError, NotFoundError
from sandbox.store import Store
from sandbox.store.guessing import CLASS, FREE_MISTAKES, PASSWORD, RESUME, SETUP, Turnstile, turnstiles

PASSWORD_OF_OURS = "호수 위의 달 7"


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def room(tmp_path: Path, clock: Clock) -> Iterator[Classroom]:
    with closing(Store(f"sqlite:///{tmp_path / 'sandbox.db'}", secret=b"s" * 32)) as store:
        store.migrate()
        store._turnstiles = turnstiles(clock, clock.sleep)
        yield Classroom(store)


def guess(room: Classroom, number: int) -> None:
    with pytest.raises(NotFoundError):
        room.resume(f"AAAA-{number:04d}", guesser=f"새 브라우저 {number}")


def test_new_browsers_do_not_help_the_guesser(room: Classroom, clock: Clock) -> None:
    for number in range(FREE_MISTAKES):
        guess(room, number)
    assert clock.now == 1000.0, "a class may mistype as much as a class does"
    for number in range(400):
        guess(room, 1000 + number)
    assert clock.now - 1000.0 >= 400 * 0.5 * 0.9, "two a second, however many browsers"


def test_meanwhile_the_class_comes_in(room: Classroom, clock: Clock) -> None:
    """By name at once, by cookie at once, by a right code after a few seconds at most."""
    honest = room.join("정직")
    code = room.resume_code(honest.person)
    for number in range(FREE_MISTAKES + 20):
        guess(room, number)
    before = clock.now
    late = room.join("늦게 온 사람")
    assert room.person_for(honest.token) == honest.person and room.person_for(late.token) == late.person
    assert clock.now == before
    assert room.resume(code, guesser="옆자리").person == honest.person
    assert clock.now - before <= 6.0


def test_the_line_has_an_end_and_says_so_in_korean() -> None:
    clock = Clock()
    turnstile = Turnstile(clock, lambda _seconds: None)  # forty threads that all wait at the same time
    for _ in range(FREE_MISTAKES + 1):
        turnstile.wrong()
    with pytest.raises(NotAllowedError) as told:
        for _ in range(40):
            turnstile.pass_through()
    assert "몇 초 뒤에 다시" in told.value.remedy and "그대로 실습" in told.value.remedy
    clock.now += 7.0
    turnstile.pass_through()


def test_peace_gives_the_mistakes_back(clock: Clock) -> None:
    turnstile = Turnstile(clock, clock.sleep)
    for _ in range(FREE_MISTAKES * 2):
        turnstile.wrong()
    clock.now += 3.0 * FREE_MISTAKES
    before = clock.now
    for _ in range(10):
        turnstile.pass_through()
    assert clock.now == before


def test_a_class_that_mistypes_all_at_once_waits_for_nothing(room: Classroom, clock: Clock) -> None:
    """Forty people, one wrong letter each, then the right code: nobody notices the guard."""
    people = [room.join(f"교육생{n}") for n in range(40)]
    codes = [room.resume_code(entry.person) for entry in people]
    ready = threading.Barrier(40)

    def come(number: int) -> str:
        ready.wait(30)
        guess(room, number)
        return room.resume(codes[number], guesser=f"새 브라우저 {number}").person.id

    with ThreadPoolExecutor(40) as crowd:
        assert list(crowd.map(come, range(40))) == [entry.person.id for entry in people]
    assert clock.now == 1000.0


# --------------------------------------------------------------------------- the other secrets


def test_class_codes_are_guessed_no_faster_from_new_browsers(room: Classroom, clock: Clock) -> None:
    """A new WebSocket is a new browser session: the line is the room's, not the session's."""
    for number in range(FREE_MISTAKES):
        guess_class(room, number)
    assert clock.now == 1000.0
    for number in range(400):
        guess_class(room, 1000 + number)
    assert clock.now - 1000.0 >= 400 * CLASS.every_seconds * 0.9


def test_two_hundred_who_come_in_during_that_are_held_up_for_seconds(room: Classroom, clock: Clock) -> None:
    instructor = room._store.add_instructor("이강사", "lee", "해시", is_officer=False)
    room._store.add_class(Class("K7M2QX", "강의", Level.BASIC, (), 200, instructor.id, datetime.now(UTC)))
    for number in range(FREE_MISTAKES + 5):
        guess_class(room, number)
    before = clock.now
    for number in range(200):
        room.join(f"교육생{number}", "K7M2QX", str(number + 1), guesser=f"브라우저 {number}")
    assert clock.now - before <= 200 * CLASS.every_seconds + 1


def test_mistakes_with_one_secret_hold_up_nobody_who_types_another(
    room: Classroom, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = room.join("정직")
    code = room.resume_code(honest.person)
    for number in range(FREE_MISTAKES * 2):
        guess_class(room, number)
    store = room._store
    before = clock.now
    assert room.resume(code, guesser="옆자리").person == honest.person
    for secret in (RESUME, SETUP, PASSWORD):
        store.stand_in_line(secret)
    assert clock.now == before
    store.stand_in_line(CLASS)
    store.stand_in_line(CLASS)
    assert clock.now > before
    for secret in turnstiles():
        for _ in range(FREE_MISTAKES * 3):
            store.wrong_guess(secret)
        with pytest.raises(NotAllowedError) as told:
            monkeypatch.setattr(store._turnstiles[secret], "_sleep", lambda _seconds: None)
            for _ in range(400):
                store.stand_in_line(secret)
        assert secret.named in told.value.message and "몇 초 뒤" in told.value.remedy


def guess_class(room: Classroom, number: int) -> None:
    with pytest.raises(NotFoundError):
        room.join("아무개", f"AAA{number:03d}", guesser=f"새 브라우저 {number}")


@pytest.fixture
def instructors(room: Classroom) -> Instructors:
    made = Instructors(room._store)
    made.set_up(made.open_setup_code(), "최담당", PASSWORD_OF_OURS, guesser="담당자")
    return made


def test_guesses_that_come_together_are_counted_one_by_one(
    instructors: Instructors, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thirty sessions press at once: three are looked at, the others wait like anybody."""
    ready, looked_at = threading.Barrier(30), list[str]()
    monkeypatch.setattr(instructors, "_fits", lambda _hash, password: looked_at.append(password))

    def press(number: int) -> str:
        ready.wait(30)
        with pytest.raises(NotAllowedError) as told:
            instructors.sign_in("최담당", f"짐작 {number}")
        return told.value.message

    with ThreadPoolExecutor(30) as crowd:
        said = list(crowd.map(press, range(30)))
    assert len(looked_at) == 4 and said.count("여러 번 잘못 입력했습니다.") == 26


def test_passwords_are_looked_at_two_at_a_time(
    instructors: Instructors, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each takes 64 MB, for a name that nobody has as well."""
    inside, most, lock, go_on = 0, [0], threading.Lock(), threading.Event()

    class Hasher:
        def verify(self, *_: object) -> bool:
            nonlocal inside
            with lock:
                inside += 1
                most[0] = max(most[0], inside)
                if inside == HASHING_AT_ONCE:
                    threading.Timer(0.2, go_on.set).start()
            go_on.wait(10)
            with lock:
                inside -= 1
            return False

    monkeypatch.setattr("sandbox.classroom.instructors._hasher", Hasher)
    monkeypatch.setattr("sandbox.classroom.instructors._nobodys_hash", lambda: "")

    def press(number: int) -> None:
        with pytest.raises(NotAllowedError):
            instructors.sign_in(f"없는 사람 {number}", "짐작")

    with ThreadPoolExecutor(20) as crowd:
        list(crowd.map(press, range(20)))
    assert most[0] == HASHING_AT_ONCE


def test_a_sprayer_of_passwords_waits_in_line_and_the_lecturer_does_not(
    instructors: Instructors, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few common passwords over ever new names: the account's own wait never comes to bear."""
    known = instructors.sign_in("최담당", PASSWORD_OF_OURS).known
    monkeypatch.setattr(instructors, "_fits", lambda password_hash, password: password == PASSWORD_OF_OURS)
    for number in range(FREE_MISTAKES + 40):
        with pytest.raises(NotAllowedError):
            instructors.sign_in(f"이름 {number}", "password1")
    assert clock.now - 1000.0 >= 38 * PASSWORD.every_seconds
    before = clock.now
    assert instructors.sign_in("최담당", PASSWORD_OF_OURS, known=known)
    assert clock.now == before


def test_who_is_kept_waiting_by_others_is_told_the_way_out(instructors: Instructors) -> None:
    for _ in range(4):
        with pytest.raises(NotAllowedError):
            instructors.sign_in("최담당", "짐작")
    with pytest.raises(NotAllowedError, match="여러 번") as told:
        instructors.sign_in("최담당", PASSWORD_OF_OURS)
    assert "전에 로그인했던 브라우저" in told.value.remedy and "담당자" in told.value.remedy
