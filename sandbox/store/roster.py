"""Who belongs to a class and where they sit: the roster, and moving, merging and removing people.

Hides in which tables a person's work lies: merging two entries of one person moves all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, Row, Table, Update, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from sandbox.class_records import LimitScope, Seat, korean_day
from sandbox.records import InputError, NotAllowedError, Person
from sandbox.store.class_tables import (
    class_days,
    classes,
    limits,
    roster,
    seat_states,
    suggestions,
    survey_done,
    usage,
    votes,
)
from sandbox.store.database import Database
from sandbox.store.tables import acceptances, drafts, exercise_marks, people, runs, sign_ins

_SEAT = (roster.c.class_code, roster.c.seat, roster.c.name, roster.c.department, roster.c.person_id)
_AT_ONCE = 500
_OF_A_PERSON = (str(LimitScope.PERSON), str(LimitScope.MEMBER))
_AWAY = timedelta(seconds=80)  # an open page is noted once a minute (classroom.seats)


class RosterRows:
    """The part of the store that knows who sits where."""

    _database: Database

    def roster(self, code: str) -> tuple[Seat, ...]:
        """Return the lines of the roster, by seat."""
        wanted = select(*_SEAT).where(roster.c.class_code == code)
        with self._database.reading() as connection:
            rows = connection.execute(wanted).all()
        return tuple(sorted(map(_seat, rows), key=lambda s: (len(s.seat), s.seat)))

    def set_roster(
        self, code: str, arrange: Callable[[tuple[Seat, ...]], Iterable[Seat]]
    ) -> tuple[Seat, ...]:
        """Replace the lines on which nobody sits, and return the roster.

        ``arrange`` is given who sits already, under the names they came in with, while nobody can sit
        down; it returns the new lines, of which one with a person only says more of an occupied seat.
        """
        with self._database.writing() as connection:
            connection.execute(select(classes.c.code).where(classes.c.code == code).with_for_update())
            sitting = connection.execute(
                select(roster.c.seat, people.c.name, roster.c.department, roster.c.person_id)
                .join(people, people.c.id == roster.c.person_id)
                .where(roster.c.class_code == code)
            ).all()
            lines = arrange(tuple(Seat(code, r.seat, r.name, r.department, r.person_id) for r in sitting))
            connection.execute(
                delete(roster).where(roster.c.class_code == code, roster.c.person_id.is_(None))
            )
            for line in lines:
                values = {"name": line.name, "department": line.department}
                if line.person_id:
                    connection.execute(_line(code, line.seat).values(values))
                else:
                    connection.execute(insert(roster).values(class_code=code, seat=line.seat, **values))
        return self.roster(code)

    def people_of_class(self, code: str) -> tuple[Person, ...]:
        """Return everybody of a class, the first to come first."""
        wanted = select(people).where(people.c.class_code == code).order_by(people.c.created_at)
        with self._database.reading() as connection:
            rows = connection.execute(wanted).all()
        return tuple(Person(r.id, r.name, r.class_code, r.seat, r.created_at) for r in rows)

    def people_of(self, person_ids: Collection[str]) -> Mapping[str, Person]:
        """Return those of these people who are still there, by id."""
        found: dict[str, Person] = {}
        with self._database.reading() as connection:
            for some in at_once(list(person_ids)):
                for r in connection.execute(select(people).where(people.c.id.in_(some))):
                    found[r.id] = Person(r.id, r.name, r.class_code, r.seat, r.created_at)
        return found

    def sit_down(self, person_id: str, code: str, seat: str, *, most: int, with_work: bool = False) -> str:
        """Give the person a place in the class and return the seat; '' for ``seat`` picks the next free one.

        Hand, share and leave to look stay behind in the class they were given in; ``with_work`` takes the
        runs and days of that class along.
        InputError when somebody else sits there, NotAllowedError when all ``most`` seats are taken and the
        roster promises this one to nobody: whoever sits on it, a promised seat is not given away.
        What the roster says of the seat is for the caller to judge.
        """
        with self._database.writing() as connection:
            connection.execute(select(classes.c.code).where(classes.c.code == code).with_for_update())
            lines = connection.execute(select(*_SEAT).where(roster.c.class_code == code)).all()
            sitting = {r.seat: r.person_id for r in lines if r.person_id}
            if seat and sitting.get(seat, person_id) != person_id:
                raise InputError(
                    f"{seat}번 좌석에는 이미 다른 분이 있습니다.",
                    remedy="좌석 번호를 다시 확인하거나 비워 두고 들어와 주세요.",
                )
            here = {r.seat for r in lines}
            seat = seat or next(
                (str(n) for n in range(1, most + 1) if str(n) not in here),
                "",
            )
            others = len({p for p in sitting.values() if p != person_id})
            promised = any(r.seat == seat and r.name for r in lines)
            if not seat or (others >= most and not promised):
                raise class_is_full(most)
            before = connection.execute(select(people.c.class_code).where(people.c.id == person_id)).scalar()
            connection.execute(update(roster).where(roster.c.person_id == person_id).values(person_id=None))
            if seat in here:
                connection.execute(_line(code, seat).values(person_id=person_id))
            else:
                connection.execute(
                    insert(roster).values(
                        class_code=code, seat=seat, name="", department="", person_id=person_id
                    )
                )
            connection.execute(
                update(people).where(people.c.id == person_id).values(class_code=code, seat=seat)
            )
            if before != code:
                connection.execute(delete(seat_states).where(seat_states.c.person_id == person_id))
                if before and with_work:
                    _take_along(connection, person_id, before, code)
            put_day(connection, person_id, code, datetime.now(UTC))
            _tidy(connection, code)
            _tidy(connection, before or "")
        return seat

    def stand_up(self, person_id: str) -> None:
        """Take the person out of their class; their work stays theirs."""
        with self._database.writing() as connection:
            code = connection.execute(select(people.c.class_code).where(people.c.id == person_id)).scalar()
            connection.execute(update(roster).where(roster.c.person_id == person_id).values(person_id=None))
            connection.execute(update(people).where(people.c.id == person_id).values(class_code="", seat=""))
            connection.execute(delete(seat_states).where(seat_states.c.person_id == person_id))
            _tidy(connection, code or "")

    def delete_person(self, person_id: str) -> None:
        """Delete a person with all they made."""
        with self._database.writing() as connection:
            delete_people(connection, [person_id])

    def sits_there_now(self, person_id: str, now: datetime) -> bool:
        """Say whether the person's page was open or gave a sign of life within the last minute or so."""
        wanted = select(seat_states.c.seen_at, seat_states.c.open_at).where(
            seat_states.c.person_id == person_id
        )
        with self._database.reading() as connection:
            row = connection.execute(wanted).first()
        signs = (row.seen_at, row.open_at or row.seen_at) if row is not None else ()
        # One of tomorrow is of before the clock was set back: who is there has been noted anew within a minute.
        return any(abs(now - sign) < _AWAY for sign in signs)

    def class_days(self, code: str) -> Mapping[str, Mapping[date, datetime]]:
        """Return for each person of the class, those who have left too, when they came on which day."""
        wanted = select(class_days).where(class_days.c.class_code == code).order_by(class_days.c.day)
        found: dict[str, dict[date, datetime]] = {}
        with self._database.reading() as connection:
            for row in connection.execute(wanted):
                found.setdefault(row.person_id, {})[row.day] = row.came_at
        return found

    def merge_people(self, kept_id: str, gone_id: str) -> None:
        """Give all work of one entry to another of the same person and delete the emptied one."""
        with self._database.writing() as connection:
            for table in (runs, sign_ins, suggestions):
                connection.execute(
                    update(table).where(table.c.person_id == gone_id).values(person_id=kept_id)
                )
            for table in (drafts, acceptances, votes, survey_done, class_days):
                _move_missing(connection, table, kept_id, gone_id)
            _merge_marks(connection, kept_id, gone_id)
            _merge_usage(connection, kept_id, gone_id)
            delete_people(connection, [gone_id])


def class_is_full(most: int) -> NotAllowedError:
    """Say that a class takes in nobody more whom its roster does not name."""
    return NotAllowedError(
        f"이 과정의 {most}자리가 모두 찼습니다.",
        remedy="강사에게 말씀해 주세요. 강사가 「과정 설정」에서 자리를 늘리면 바로 들어올 수 있습니다.",
    )


def _line(code: str, seat: str) -> Update:
    return update(roster).where(roster.c.class_code == code, roster.c.seat == seat)


def delete_people(connection: Connection, person_ids: Sequence[str]) -> None:
    """Delete people with all that hangs on them, and what the lecturer gave them."""
    for some in at_once(person_ids):
        codes = connection.execute(select(people.c.class_code).where(people.c.id.in_(some)).distinct())
        connection.execute(delete(people).where(people.c.id.in_(some)))
        connection.execute(delete(limits).where(limits.c.scope.in_(_OF_A_PERSON), limits.c.key.in_(some)))
        for code in codes.scalars():
            _tidy(connection, code)


def at_once(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    """Cut a long list: databases limit the parameters of one statement."""
    return (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))


def put_day(connection: Connection, person_id: str, code: str, at: datetime) -> None:
    """Note that somebody came to a class that day; the first time of a day stands."""
    values = {"class_code": code, "person_id": person_id, "day": korean_day(at)}
    known = select(classes.c.code).where(classes.c.code == code)
    if connection.execute(known).first() is not None:
        begun = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
        connection.execute(begun(class_days).values(**values, came_at=at).on_conflict_do_nothing())


def _take_along(connection: Connection, person_id: str, before: str, code: str) -> None:
    connection.execute(
        update(runs).where(runs.c.person_id == person_id, runs.c.class_code == before).values(class_code=code)
    )
    mine = class_days.c.person_id == person_id
    here = select(class_days.c.day).where(mine, class_days.c.class_code == code).scalar_subquery()
    connection.execute(
        update(class_days)
        .where(mine, class_days.c.class_code == before, class_days.c.day.not_in(here))
        .values(class_code=code)
    )


def _tidy(connection: Connection, code: str) -> None:
    """Forget lines that only somebody who has left had made."""
    connection.execute(
        delete(roster).where(roster.c.class_code == code, roster.c.person_id.is_(None), roster.c.name == "")
    )


def _seat(row: Row[str, str, str, str, str | None]) -> Seat:
    return Seat(row.class_code, row.seat, row.name, row.department, row.person_id or "")


def _move_missing(connection: Connection, table: Table, kept_id: str, gone_id: str) -> None:
    """Move the rows for which the kept entry has none; the others go with the emptied entry."""
    rest = [c for c in table.primary_key if c.name != "person_id"]
    for row in connection.execute(select(*rest).where(table.c.person_id == gone_id)).all():
        here = [c == value for c, value in zip(rest, row, strict=True)]
        kept = select(func.count()).select_from(table).where(table.c.person_id == kept_id, *here)
        if not connection.execute(kept).scalar():
            connection.execute(
                update(table).where(table.c.person_id == gone_id, *here).values(person_id=kept_id)
            )


def _merge_marks(connection: Connection, kept_id: str, gone_id: str) -> None:
    _move_missing(connection, exercise_marks, kept_id, gone_id)
    marks = exercise_marks
    for row in connection.execute(select(marks).where(marks.c.person_id == gone_id)).all():
        mine = marks.c.person_id == kept_id, marks.c.exercise_id == row.exercise_id
        connection.execute(
            update(marks)
            .where(*mine, marks.c.hints_opened < row.hints_opened)
            .values(hints_opened=row.hints_opened)
        )
        if row.model_answer_opened:
            connection.execute(update(marks).where(*mine).values(model_answer_opened=True))


def _merge_usage(connection: Connection, kept_id: str, gone_id: str) -> None:
    _move_missing(connection, usage, kept_id, gone_id)
    for row in connection.execute(select(usage).where(usage.c.person_id == gone_id)).all():
        mine = (
            usage.c.day == row.day,
            usage.c.class_code == row.class_code,
            usage.c.endpoint_id == row.endpoint_id,
        )
        connection.execute(
            update(usage)
            .where(usage.c.person_id == kept_id, *mine)
            .values(
                runs=usage.c.runs + row.runs,
                prompt_tokens=usage.c.prompt_tokens + row.prompt_tokens,
                answer_tokens=usage.c.answer_tokens + row.answer_tokens,
                won=usage.c.won + row.won,
            )
        )
        connection.execute(delete(usage).where(usage.c.person_id == gone_id, *mine))
