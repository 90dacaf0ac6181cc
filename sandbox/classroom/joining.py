"""Into a class by its code: a seat of one's own, and back to it from another PC.

Hides who may take up the work of a seat. Whoever knows the class code may sit down on a free seat.
Work that lies at a taken seat is opened to the same name only, where the class allows it, and not while
somebody works there; the 이어하기 code opens it at any time (``entering``). Wrong codes and wrong names
make the browser that tries them wait, never its address; who opens a new browser for every guess
waits in one line with everybody who guesses class codes (``store.guessing``). A class takes in as many as
its lecturer gave it seats, and whom its roster names in any case: a script that sits down on every seat
keeps out nobody who is expected.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime

from sandbox.class_records import Class, Seat
from sandbox.classroom.names import same_name
from sandbox.records import InputError, NotAllowedError, NotFoundError, Person
from sandbox.store import Store
from sandbox.store.guessing import CLASS
from sandbox.store.people import folded_code
from sandbox.store.roster import class_is_full


class Joining:
    """The ways into a class."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def open_class(self, code: str, *, guesser: str) -> Class:
        """Return the class of this code; an error when there is none or it has ended."""
        wait = self._store.resume_wait_seconds(f"class:{guesser}", longest_seconds=60.0)
        if wait > 0:
            raise NotAllowedError(
                "과정 코드를 여러 번 잘못 입력했습니다.",
                remedy=f"{math.ceil(wait)}초 뒤에 다시 입력해 주세요.",
            )
        self._store.stand_in_line(CLASS)
        found = self._store.class_of(folded_code(code))
        if found is None:
            self._store.record_failed_resume(f"class:{guesser}", CLASS)
            raise NotFoundError(
                "그 과정 코드를 찾지 못했습니다.",
                remedy="앞 화면에 보이는 여섯 글자를 다시 확인해 주세요. 코드 없이 혼자 연습하려면 비워 두세요.",
            )
        if found.closed_at is not None:
            raise NotAllowedError(
                "이미 끝난 과정입니다.",
                remedy="하던 실습은 이어하기 코드로 다시 볼 수 있습니다. 새 과정의 코드는 강사에게 물어봐 주세요.",
            )
        return found

    def come_in(self, name: str, code: str, seat: str, *, guesser: str) -> Person:
        """Let somebody in as a new person, or back to their own seat."""
        here = self.open_class(code, guesser=guesser)
        lines = self._store.roster(here.code)
        line = _line(here, lines, name, seat)
        if line is not None and line.person_id:
            return self._back(here, line, name, guesser)
        if not (line and line.name) and sum(bool(each.person_id) for each in lines) >= here.seats:
            raise class_is_full(here.seats)  # before anything is written: a script may press for hours
        person = self._store.add_person(name)
        try:
            taken = self._store.sit_down(person.id, here.code, line.seat if line else seat, most=here.seats)
        except (InputError, NotAllowedError):
            self._store.delete_person(person.id)
            raise
        return Person(person.id, name, here.code, taken, person.created_at)

    def change_class(self, person: Person, code: str, seat: str, *, guesser: str) -> Person:
        """Bring somebody who is in the room already into a class, with all they have done."""
        here = self.open_class(code, guesser=guesser)
        line = _line(here, self._store.roster(here.code), person.name, seat)
        if line is not None and line.person_id not in ("", person.id):
            if seat:
                raise _somebody_elses(seat)
            raise InputError(
                "이 과정의 내 자리에 이미 하던 실습이 있습니다.",
                remedy="오른쪽 위 이름에서 나간 뒤, 과정 코드와 이름으로 다시 들어오면 그 실습이 열립니다.",
            )
        taken = self._store.sit_down(person.id, here.code, line.seat if line else seat, most=here.seats)
        return Person(person.id, person.name, here.code, taken, person.created_at)

    def _back(self, here: Class, line: Seat, name: str, guesser: str) -> Person:
        person = self._store.person(line.person_id)
        if not same_name(person.name, name):
            self._store.record_failed_resume(f"class:{guesser}", CLASS)
            raise _somebody_elses(line.seat)
        if not here.rules.rejoin_by_seat:
            raise NotAllowedError(
                f"{line.seat}번 좌석에는 이미 하던 실습이 있습니다.",
                remedy="먼저 쓰던 PC의 오른쪽 위 이름에 보이는 이어하기 코드를 아래에 넣어 주세요. "
                "코드를 모르면 강사에게 말씀해 주세요.",
            )
        if self._store.sits_there_now(person.id, datetime.now(UTC)):
            raise NotAllowedError(
                f"{line.seat}번 좌석의 실습이 지금 다른 화면에 열려 있습니다.",
                remedy="그 화면을 닫고 1분쯤 뒤에 다시 들어오거나, 그 화면의 이어하기 코드를 아래에 넣어 주세요.",
            )
        return person


def _line(here: Class, lines: Sequence[Seat], name: str, seat: str) -> Seat | None:
    """Return the line of the roster that is meant; None for a seat nobody speaks of."""
    if seat:
        line = next((s for s in lines if s.seat == seat), None)
        if line is not None and line.name and not line.person_id and not same_name(line.name, name):
            raise _somebody_elses(seat)
        if line is None and not here.rules.open_join:
            raise _not_expected()
        return line
    mine = [s for s in lines if same_name(s.name, name)]
    if len(mine) > 1:
        raise InputError(
            "명단에 같은 이름이 두 분 이상 있습니다.", remedy="좌석 번호도 함께 적고 들어와 주세요."
        )
    if not mine and not here.rules.open_join:
        raise _not_expected()
    return mine[0] if mine else None


def _somebody_elses(seat: str) -> InputError:
    return InputError(
        f"{seat}번 좌석은 다른 분의 자리입니다.",
        remedy="좌석 번호와 이름을 다시 확인해 주세요. 그래도 안 되면 좌석을 비워 두거나 강사에게 말씀해 주세요.",
    )


def _not_expected() -> NotAllowedError:
    return NotAllowedError(
        "이 과정의 명단에 없는 이름입니다.",
        remedy="명단에 적힌 이름을 그대로 적어 주세요. 명단에 없으면 강사에게 말씀해 주세요.",
    )
