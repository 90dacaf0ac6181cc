"""Who came and how far they got, person by person; as figures and as a workbook.

Hides what counts as finished: one try that passed every check, as everywhere in the room.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sandbox.class_records import KOREA, Class, InstructorKey, Seat, SeatLine, TryLine
from sandbox.classroom.instructors import Instructors
from sandbox.documents import WRITERS, Written
from sandbox.documents.outline import Heading, Outline, Paragraph, Table
from sandbox.documents.written import FIGURES_NOTICE
from sandbox.records import NotFoundError
from sandbox.reports.standing import Tried, sum_up
from sandbox.store import Store


@dataclass(frozen=True, slots=True)
class Attendee:
    """A line of the list. ``tried`` is by exercise id, of this class; ``came`` is by day, empty for who has not come."""

    seat: str
    name: str
    department: str
    came: Mapping[date, datetime]
    last_at: datetime | None
    tried: Mapping[str, Tried]

    @property
    def came_at(self) -> datetime | None:
        """Return when they first sat down in the class; None when they are expected and have not come."""
        return min(self.came.values(), default=None)

    def finished(self, path: tuple[str, ...]) -> int:
        """Return how many exercises of the path they have finished."""
        return sum(self.tried[e].finished for e in path if e in self.tried)


class Attendance:
    """Read-only; one per server process. ``exercise_title`` names an exercise, known or not."""

    def __init__(
        self, store: Store, instructors: Instructors, *, exercise_title: Callable[[str], str]
    ) -> None:
        self._store, self._instructors, self._title = store, instructors, exercise_title

    def of(self, key: InstructorKey, code: str) -> tuple[Class, tuple[Attendee, ...]]:
        """Return the class and everybody of it, expected or come, by seat."""
        self._instructors.current(key)
        klass = self._store.class_of(code)
        if klass is None:
            raise NotFoundError("그 과정을 찾지 못했습니다.", remedy="과정 목록을 다시 열어 확인해 주세요.")
        tries: dict[tuple[str, str], list[TryLine]] = {}
        for line in self._store.class_tries(code):
            if line.exercise_id:
                tries.setdefault((line.person_id, line.exercise_id), []).append(line)
        departments = {s.person_id: s.department for s in self._store.roster(code) if s.person_id}
        came = self._store.class_days(code)
        present = [
            _present(seat, came.get(seat.person_id, {}), departments.get(seat.person_id, ""), tries)
            for seat in self._store.class_seats(code)
        ]
        absent = [_absent(seat) for seat in self._store.roster(code) if not seat.person_id]
        return klass, tuple(sorted((*present, *absent), key=lambda a: (len(a.seat), a.seat, a.name)))

    def workbook(self, key: InstructorKey, code: str) -> Written:
        """Write attendance and completion as .xlsx; names stay text whatever they begin with."""
        klass, people = self.of(key, code)
        outline = Outline(
            "",
            (
                Paragraph(f"과정 코드 {klass.code} · 명단 {len(people)}명"),
                Heading(2, "출석과 이수"),
                _summary(klass, people),
                Heading(2, "실습별 결과"),
                self._by_exercise(klass, people),
            ),
        )
        return WRITERS["xlsx"].write(outline, title=f"{klass.title} 출석과 이수", notice=FIGURES_NOTICE)

    def _by_exercise(self, klass: Class, people: tuple[Attendee, ...]) -> Table:
        header = ("좌석", "이름", *(self._title(e) for e in klass.path))
        return Table(
            header,
            tuple((a.seat, a.name, *(_cell(a.tried.get(e)) for e in klass.path)) for a in people),
        )


def days_of(klass: Class, people: Sequence[Attendee]) -> tuple[date, ...]:
    """Return the days of a class: those on which somebody came, within its dates where it has both."""
    days = sorted({day for a in people for day in a.came})
    if klass.starts_on and klass.ends_on:
        days = [d for d in days if klass.starts_on <= d <= klass.ends_on]
    return tuple(days)


def day_title(day: date) -> str:
    """Name a day as a column."""
    return f"{day.month}. {day.day}. 출석"


def _present(
    seat: SeatLine,
    came: Mapping[date, datetime],
    department: str,
    tries: Mapping[tuple[str, str], list[TryLine]],
) -> Attendee:
    mine = {e: sum_up(of) for (person_id, e), of in tries.items() if person_id == seat.person_id}
    moments = [t.last.created_at for t in mine.values() if t.last]
    moments += [seat.state.seen_at] if seat.state else []
    moments += came.values()
    return Attendee(seat.seat, seat.name, department, came, max(moments, default=None), mine)


def _absent(seat: Seat) -> Attendee:
    return Attendee(seat.seat, seat.name, seat.department, {}, None, {})


def _summary(klass: Class, people: tuple[Attendee, ...]) -> Table:
    days = days_of(klass, people)
    header = (
        "좌석",
        "이름",
        "부서",
        "출석",
        "들어온 때",
        "마지막 활동",
        "해 본 실습",
        "마친 실습",
        "시도",
        "이수율",
        *map(day_title, days),
    )
    rows = []
    for a in people:
        done, all_of = a.finished(klass.path), len(klass.path)
        rows.append(
            (
                a.seat,
                a.name,
                a.department,
                "출석" if a.came else "결석",
                _moment(a.came_at),
                _moment(a.last_at),
                str(len(a.tried)),
                str(done),
                str(sum(t.tries for t in a.tried.values())),
                f"{done / all_of:.0%}" if all_of else "",
                *("출석" if day in a.came else "결석" for day in days),
            )
        )
    return Table(header, tuple(rows))


def _cell(tried: Tried | None) -> str:
    if tried is None:
        return ""
    return "마침" if tried.finished else f"점검 {tried.passed}개 통과 (전체 {tried.total}개)"


def _moment(at: datetime | None) -> str:
    if at is None:
        return ""
    here = at.astimezone(KOREA)
    return f"{here.year}. {here.month}. {here.day}. {here:%H:%M}"
