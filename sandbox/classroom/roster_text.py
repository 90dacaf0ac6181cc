"""A roster as somebody pastes it from Excel, a message or a notice.

Hides which column is which: by the head line where there is one, else name, department, seat in this
order; a bare list of names is a roster, too.
"""

from __future__ import annotations

import re

from sandbox.class_records import Seat
from sandbox.classroom.names import checked_seat, plain_line
from sandbox.classroom.seating_plan import SEATS_MAX
from sandbox.records import InputError

_HEADS = (
    ("name", ("이름", "성명", "교육생", "수강생", "참가자")),
    ("department", ("부서", "소속", "과", "팀", "기관")),
    ("seat", ("좌석", "자리", "좌석번호", "자리번호")),
)
_ORDER = ("name", "department", "seat")
# A running number in the first column is no seat and no name.
_NUMBER = re.compile(r"(no\.?|번호|연번|순번|순)|\[시트: .*\]", re.IGNORECASE)


def read_roster(text: str) -> tuple[Seat, ...]:
    """Read lines of name, department and seat, split by tabs or commas; the class code is left empty.

    InputError when there is not one name in it, or more than any class has seats.
    """
    rows = [_cells(line) for line in text.splitlines()]
    rows = [row for row in rows if any(row)]
    columns: dict[str, int] | None = None
    found: list[Seat] = []
    for row in rows:
        heads = _columns(row)
        if heads is not None:
            columns = heads
            continue
        seat = _line(row, columns or _usual(row))
        if seat is not None:
            found.append(seat)
    if not found:
        raise InputError(
            "명단에서 이름을 찾지 못했습니다.",
            remedy="한 줄에 한 사람씩 ‘이름, 부서, 좌석’ 차례로 적거나 엑셀에서 그대로 복사해 붙여 주세요.",
        )
    if len(found) > SEATS_MAX:
        raise InputError(
            f"명단이 너무 깁니다({len(found)}명).", remedy=f"한 과정에는 {SEATS_MAX}명까지 넣을 수 있습니다."
        )
    return tuple(found)


def _cells(line: str) -> list[str]:
    parts = line.split("\t") if "\t" in line else re.split(r"[,;]", line)
    return [plain_line(part) for part in parts]


def _columns(row: list[str]) -> dict[str, int] | None:
    """Return which column is which when this is a head line."""
    found = {}
    for name, words in _HEADS:
        at = next((n for n, cell in enumerate(row) if cell.replace(" ", "") in words), None)
        if at is not None:
            found[name] = at
    return found if "name" in found else None


def _usual(row: list[str]) -> dict[str, int]:
    first_is_number = len(row) > 1 and row[0].rstrip(".").isdigit()
    return {name: n + first_is_number for n, name in enumerate(_ORDER)}


def _line(row: list[str], columns: dict[str, int]) -> Seat | None:
    cell = {name: row[at] if at < len(row) else "" for name, at in columns.items()}
    name = cell["name"]
    if not re.search(r"[^\W\d_]", name) or _NUMBER.fullmatch(name):
        return None
    return Seat("", checked_seat(cell.get("seat", "")), name, cell.get("department", ""))
