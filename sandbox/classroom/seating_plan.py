"""Which line of a roster goes to which seat, when some of the people sit already.

Hides the order of preference: a seat on which somebody sits is theirs, whatever the roster says of it;
who sits is found in the roster by name, first at their own seat; the rest get the seat they were
promised where it is free, else the next free one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from sandbox.class_records import Seat
from sandbox.classroom.names import NAME_MAX_CHARS, checked_seat, plain_line, same_name
from sandbox.records import InputError

SEATS_MAX = 300
DEPARTMENT_MAX_CHARS = 40


def cleaned_lines(code: str, lines: Iterable[Seat]) -> tuple[Seat, ...]:
    """Return the lines as they are kept; InputError when one seat is promised to two people."""
    promised: set[str] = set()
    cleaned: list[Seat] = []
    for line in lines:
        name, seat = plain_line(line.name)[:NAME_MAX_CHARS], checked_seat(line.seat)
        if not name:
            continue
        if seat and seat in promised:
            raise InputError(
                f"명단에 {seat}번 좌석이 두 번 있습니다.", remedy="한 좌석에는 한 사람만 적어 주세요."
            )
        promised.add(seat)
        cleaned.append(Seat(code, seat, name, plain_line(line.department)[:DEPARTMENT_MAX_CHARS]))
    return tuple(cleaned)


def seated(lines: Sequence[Seat], sitting: Sequence[Seat], most: int) -> tuple[Seat, ...]:
    """Give every line a seat of its own beside those who sit; InputError when ``most`` do not hold them all."""
    found = _sitters(lines, sitting)
    beside = len(sitting) - len(found)
    _refuse_too_many(len(lines), beside, most)
    taken = {s.seat for s in sitting}
    promised = {line.seat for at, line in enumerate(lines) if at not in found and line.seat not in taken}
    free = (str(n) for n in range(1, SEATS_MAX * 3) if str(n) not in taken | promised)
    return tuple(_placed(line, found.get(at), taken, lambda: next(free)) for at, line in enumerate(lines))


def _placed(line: Seat, sitter: Seat | None, taken: set[str], free: Callable[[], str]) -> Seat:
    if sitter is not None:
        return replace(line, seat=sitter.seat, person_id=sitter.person_id)
    return line if line.seat and line.seat not in taken else replace(line, seat=free())


def _sitters(lines: Sequence[Seat], sitting: Sequence[Seat]) -> dict[int, Seat]:
    """Return by number of line who of those that sit is meant: the same name at the seat, else the same name."""
    left, found = list(sitting), dict[int, Seat]()
    for at_the_seat in (True, False):
        for at, line in enumerate(lines):
            who = next(
                (
                    s
                    for s in left
                    if at not in found
                    and same_name(s.name, line.name)
                    and (s.seat == line.seat or not at_the_seat)
                ),
                None,
            )
            if who is not None:
                found[at] = who
                left.remove(who)
    return found


def _refuse_too_many(lines: int, beside: int, most: int) -> None:
    if lines + beside <= most:
        return
    told = f"명단은 {lines}명인데 자리는 {most}개입니다."
    if beside:
        told = f"명단 {lines}명과 이미 앉은 다른 분 {beside}명을 더하면 자리 {most}개를 넘습니다."
    raise InputError(told, remedy="「과정 설정」에서 자리 수를 먼저 늘려 주세요.")
