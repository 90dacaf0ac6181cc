"""Who came and how far they got, person by person; as figures and as a workbook.

Hides what counts as finished: one try that passed every check, as everywhere in the room.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sandbox.class_records import Class, InstructorKey, Seat, SeatLine, TryLine
from sandbox.classroom.budgets import KOREA
from sandbox.classroom.instructors import Instructors
from sandbox.documents import WRITERS, Written
from sandbox.documents.outline import Heading, Outline, Paragraph, Table
from sandbox.documents.written import FIGURES_NOTICE
from sandbox.records import NotFoundError
from sandbox.reports.standing import Tried, sum_up
from sandbox.store import Store


@dataclass(frozen=True, slots=True)
class Attendee:
    """A line of the list. ``tried`` is by exercise id; ``came_at`` is None for who is expected and has not come."""

    seat: str
    name: str
    department: str
    came_at: datetime | None
    last_at: datetime | None
    tried: Mapping[str, Tried]

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
            raise NotFoundError("그 수업을 찾지 못했습니다.", remedy="수업 목록을 다시 열어 확인해 주세요.")
        tries: dict[tuple[str, str], list[TryLine]] = {}
        for line in self._store.class_tries(code):
            if line.exercise_id:
                tries.setdefault((line.person_id, line.exercise_id), []).append(line)
        departments = {s.person_id: s.department for s in self._store.roster(code) if s.person_id}
        came = {p.id: p.created_at for p in self._store.people_of_class(code)}
        present = [
            _present(seat, came[seat.person_id], departments.get(seat.person_id, ""), tries)
            for seat in self._store.class_seats(code)
            if seat.person_id in came
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


def _present(
    seat: SeatLine, came_at: datetime, department: str, tries: Mapping[tuple[str, str], list[TryLine]]
) -> Attendee:
    mine = {e: sum_up(of) for (person_id, e), of in tries.items() if person_id == seat.person_id}
    moments = [t.last.created_at for t in mine.values() if t.last]
    moments += [seat.state.seen_at] if seat.state else []
    return Attendee(seat.seat, seat.name, department, came_at, max(moments, default=came_at), mine)


def _absent(seat: Seat) -> Attendee:
    return Attendee(seat.seat, seat.name, seat.department, None, None, {})


def _summary(klass: Class, people: tuple[Attendee, ...]) -> Table:
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
    )
    rows = []
    for a in people:
        done, all_of = a.finished(klass.path), len(klass.path)
        rows.append(
            (
                a.seat,
                a.name,
                a.department,
                "출석" if a.came_at else "결석",
                _moment(a.came_at),
                _moment(a.last_at),
                str(len(a.tried)),
                str(done),
                str(sum(t.tries for t in a.tried.values())),
                f"{done / all_of:.0%}" if all_of else "",
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
