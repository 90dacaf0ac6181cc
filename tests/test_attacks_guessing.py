"""Somebody who guesses resume codes and opens a new browser session for every guess."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from sandbox.classroom import Classroom
from sandbox.records import NotAllowedError, NotFoundError
from sandbox.store import Store
from sandbox.store.guessing import FREE_MISTAKES, Turnstile


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
        store._turnstile = Turnstile(clock, clock.sleep)
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
