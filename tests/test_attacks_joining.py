"""A script that makes up people: it fills neither the room's records nor a class, and a whole building comes in."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sandbox.class_records import Class, ClassRules, Seat
from sandbox.classroom import Classroom
from sandbox.classroom.newcomers import OF_AN_ADDRESS, OF_THE_ROOM, Newcomers
from sandbox.classroom.seating_plan import SEATS_MAX
from sandbox.records import Level, NotAllowedError, NotFoundError
from sandbox.store import Store

NAT, ATTACKER = "10.20.0.1", "10.20.0.66"
CODE = "K7M2QX"
STAFF = 325


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def newcomers(clock: Clock) -> Newcomers:
    return Newcomers(clock)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Classroom]:
    with closing(Store(f"sqlite:///{tmp_path / 'sandbox.db'}", secret=b"s" * 32)) as store:
        store.migrate()
        who = store.add_instructor("이강사", "lee", "해시", is_officer=False)
        store.add_class(Class(CODE, "강의", Level.BASIC, (), 200, who.id, datetime.now(UTC)))
        yield Classroom(store)


def came_in(newcomers: Newcomers, times: int, address: str) -> int:
    return sum(admitted(newcomers, address) for _ in range(times))


def admitted(newcomers: Newcomers, address: str) -> bool:
    try:
        newcomers.admit(address)
    except NotAllowedError:
        return False
    return True


# --------------------------------------------------------------------------- by a name alone


def test_a_whole_building_comes_in_at_once_twice_over(newcomers: Newcomers) -> None:
    """One address for all 325, and everybody once more from a browser that has forgotten them."""
    assert OF_AN_ADDRESS[0] >= 2 * STAFF > 2 * SEATS_MAX
    assert came_in(newcomers, 2 * STAFF, NAT) == 2 * STAFF


def test_a_script_ends_at_its_own_bucket_and_everybody_else_comes_in(
    newcomers: Newcomers, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert came_in(newcomers, 20_000, ATTACKER) == OF_AN_ADDRESS[0]
        assert came_in(newcomers, STAFF, NAT) == STAFF
        clock.now += 600.0
        assert came_in(newcomers, 20_000, ATTACKER) == 600 / OF_AN_ADDRESS[1]
    told = [r.getMessage() for r in caplog.records]
    assert len(told) == 2, "once a minute, not once a press"
    assert not any(ATTACKER in line for line in told)


def test_a_script_with_ever_new_addresses_ends_at_the_rooms_bucket(
    newcomers: Newcomers, clock: Clock
) -> None:
    addresses = [f"10.{n // 65_536}.{n // 256 % 256}.{n % 256}" for n in range(20_000)]
    assert sum(admitted(newcomers, each) for each in addresses) == OF_THE_ROOM[0]
    assert not admitted(newcomers, NAT)
    clock.now += OF_THE_ROOM[1]
    assert admitted(newcomers, NAT), "peace gives back"
    assert len(newcomers._buckets) <= 4_000


def test_a_network_of_long_addresses_is_one_place(newcomers: Newcomers) -> None:
    assert sum(admitted(newcomers, f"2001:db8:1:2::{n:x}") for n in range(1_000)) == OF_AN_ADDRESS[0]
    assert admitted(newcomers, "2001:db8:1:3::1")
    assert came_in(newcomers, 1_000, "::ffff:10.20.0.66") < OF_AN_ADDRESS[0] == 650
    assert not admitted(newcomers, "::ffff:10.20.0.66")


@pytest.mark.parametrize("address", ["", "testclient", "10.20.0.1, 10.0.0.1"])
def test_what_is_no_address_is_counted_for_the_room_alone(newcomers: Newcomers, address: str) -> None:
    assert came_in(newcomers, 2_000, address) == OF_THE_ROOM[0]
    assert not newcomers._buckets


def test_who_is_held_back_is_told_the_way_in(room: Classroom, clock: Clock) -> None:
    room._newcomers = Newcomers(clock)
    came_in(room._newcomers, 1_000, ATTACKER)
    people = len(room._store.people_of_class(""))
    with pytest.raises(NotAllowedError) as told:
        room.join("아무개", address=ATTACKER)
    assert "과정 코드" in told.value.remedy and "5초쯤 뒤에" in told.value.remedy
    assert "그대로 실습" in told.value.remedy
    assert len(room._store.people_of_class("")) == people, "and nothing is written"
    assert room.join("이웃", address=NAT).token


# --------------------------------------------------------------------------- with a class code


def test_two_hundred_come_in_with_one_code_from_the_address_of_the_script(
    room: Classroom, clock: Clock
) -> None:
    """The script sits behind the same NAT and has emptied both buckets: a code asks neither."""
    room._newcomers = Newcomers(clock)
    came_in(room._newcomers, 1_000, NAT)
    came_in(room._newcomers, 1_000, "")
    ready = threading.Barrier(200)

    def come_in(number: int) -> str:
        ready.wait(60)
        return room.join(f"교육생{number}", CODE, guesser=f"브라우저 {number}", address=NAT).person.id

    with ThreadPoolExecutor(200) as crowd:
        assert len(set(crowd.map(come_in, range(200)))) == 200
    assert len({s.seat for s in room._store.roster(CODE) if s.person_id}) == 200


def test_a_script_with_the_code_fills_the_seats_and_not_the_records(
    room: Classroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    room._store.change_class(CODE, lambda here: replace(here, seats=5))
    for number in range(5):
        room.join(f"가짜 {number}", CODE, f"없는 자리 {number}", guesser=f"브라우저 {number}")
    monkeypatch.setattr(room._store, "add_person", lambda *_: pytest.fail("something was written"))
    for number in range(50):
        with pytest.raises(NotAllowedError, match="5자리가 모두 찼") as told:
            room.join(f"또 가짜 {number}", CODE, f"{number % 3 or ''}", guesser=f"브라우저 {number}")
        assert "자리를 늘리면" in told.value.remedy
    monkeypatch.undo()
    room._store.change_class(CODE, lambda here: replace(here, seats=6))
    assert room.join("늦게 온 사람", CODE, guesser="옆자리").person.seat == "1", "the lecturer has made room"


@pytest.mark.parametrize("seat", ["", "2"])
def test_whom_the_roster_names_comes_in_though_a_script_sits_on_every_seat(
    room: Classroom, seat: str
) -> None:
    room._store.change_class(CODE, lambda here: replace(here, seats=2))
    room._store.set_roster(CODE, lambda _: (Seat(CODE, "1", "김하나"), Seat(CODE, "2", "이두리")))
    for number in range(2):
        room.join(f"가짜 {number}", CODE, f"x{number}", guesser=f"브라우저 {number}")
    alone = room.join("이두리", address=NAT).person
    assert room.join("김하나", CODE, guesser="하나").person.seat == "1"
    assert room.change_class(alone, CODE, seat, guesser="두리").seat == "2"
    with pytest.raises(NotAllowedError, match="모두 찼"):
        room.join("셋째", CODE, guesser="셋")
    room._store.change_class(CODE, lambda here: replace(here, rules=ClassRules(open_join=False)))
    with pytest.raises(NotAllowedError, match="명단에 없는"):
        room.join("넷째", CODE, guesser="넷")


def test_one_persons_code_makes_no_endless_list_of_browsers(room: Classroom) -> None:
    entry = room.join("김연습")
    code = room.resume_code(entry.person)
    tokens = [entry.token, *(room.resume(code, guesser="집").token for _ in range(60))]
    neighbour = room.join("이웃").token
    still_in = [token for token in tokens if room.person_for(token)]
    assert still_in == tokens[-20:]
    assert room.person_for(neighbour)


def test_a_code_that_somebody_has_seen_is_made_worthless(room: Classroom) -> None:
    mine = room.join("김연습")
    seen = room.resume_code(mine.person)
    stranger, neighbour = room.resume(seen, guesser="엿본 사람"), room.join("이웃")
    new = room.renew_code(mine.person, mine.token)
    assert new != seen and room.resume_code(mine.person) == new
    with pytest.raises(NotFoundError):
        room.resume(seen, guesser="엿본 사람")
    assert room.person_for(stranger.token) is None, "who is in with it already is out"
    assert room.person_for(mine.token) == mine.person
    assert room.person_for(neighbour.token) == neighbour.person
    assert room.resume(new, guesser="다른 PC").person == mine.person
