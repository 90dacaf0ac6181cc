"""Classes, what each is told now, and what remains of a deleted one.

Hides that a class's state is one small JSON row whose version grows with every change: the seats
are told by comparing versions, which costs one indexed read for all classes of a server.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, fields, replace
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, and_, delete, func, insert, select, update

from sandbox.class_records import Class, ClassNow, ClassRules, Deletion
from sandbox.records import Level, NotFoundError, StoreError
from sandbox.store.class_tables import (
    class_days,
    class_states,
    classes,
    deletions,
    roster,
    suggestions,
    survey_answers,
    usage,
    votes,
)
from sandbox.store.database import Database
from sandbox.store.roster import at_once, delete_people
from sandbox.store.tables import drafts, metadata, people, runs, verdicts

_RULES = frozenset(f.name for f in fields(ClassRules))
_NOW = frozenset(f.name for f in fields(ClassNow)) - {"version"}


class ClassRows:
    """The part of the store that knows classes."""

    _database: Database

    # ------------------------------------------------------------------- classes

    def add_class(self, made: Class) -> None:
        """Keep a new class with an empty state."""
        with self._database.writing() as connection:
            connection.execute(insert(classes).values(code=made.code, **_columns(made)))
            connection.execute(
                insert(class_states).values(
                    class_code=made.code, version=1, state=_written(ClassNow()), changed_at=datetime.now(UTC)
                )
            )

    def change_class(self, code: str, change: Callable[[Class], Class]) -> Class:
        """Change what a class says of itself, from how it stands now; what stays the same is not written.

        Two changes at once are made one after the other; what ``change`` raises leaves all as it was.
        """
        with self._database.writing() as connection:
            row = connection.execute(select(classes).where(classes.c.code == code).with_for_update()).first()
            if row is None:
                raise no_class()
            here = _class(row)
            changed = change(here)
            before, after = _columns(here), _columns(changed)
            values = {name: value for name, value in after.items() if value != before[name]}
            if values:
                connection.execute(update(classes).where(classes.c.code == code).values(values))
        return changed

    def class_of(self, code: str) -> Class | None:
        """Return the class; None when there is none of that code."""
        with self._database.reading() as connection:
            row = connection.execute(select(classes).where(classes.c.code == code)).first()
        return None if row is None else _class(row)

    def classes(self) -> tuple[Class, ...]:
        """Return every class, the newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(select(classes).order_by(classes.c.created_at.desc())).all()
        return tuple(map(_class, rows))

    def class_code_was_given(self, code: str) -> bool:
        """Say whether a class has or had this code: a code is never given twice."""
        with self._database.reading() as connection:
            now = connection.execute(select(classes.c.code).where(classes.c.code == code)).first()
            then = connection.execute(select(deletions.c.id).where(deletions.c.class_code == code)).first()
        return now is not None or then is not None

    def classes_to_delete(self, today: date) -> tuple[Class, ...]:
        """Return the classes whose day has come."""
        with self._database.reading() as connection:
            rows = connection.execute(select(classes).where(classes.c.delete_on <= today)).all()
        return tuple(map(_class, rows))

    # ------------------------------------------------------------------- what a class is told

    def class_now(self, code: str) -> ClassNow:
        """Return what stands before the class; what a new class has when there is no such class."""
        wanted = select(class_states.c.version, class_states.c.state)
        with self._database.reading() as connection:
            row = connection.execute(wanted.where(class_states.c.class_code == code)).first()
        return ClassNow() if row is None else _now(row.version, row.state)

    def class_versions(self, codes: Iterable[str]) -> Mapping[str, int]:
        """Return the version of each class that exists."""
        wanted = select(class_states.c.class_code, class_states.c.version).where(
            class_states.c.class_code.in_(tuple(codes))
        )
        with self._database.reading() as connection:
            return {row.class_code: row.version for row in connection.execute(wanted)}

    def change_class_now(self, code: str, change: Callable[[ClassNow], ClassNow]) -> ClassNow:
        """Change what stands before the class; two changes at once are made one after the other."""
        with self._database.writing() as connection:
            row = connection.execute(
                select(class_states.c.version, class_states.c.state)
                .where(class_states.c.class_code == code)
                .with_for_update()
            ).first()
            if row is None:
                raise no_class()
            changed = replace(change(_now(row.version, row.state)), version=row.version + 1)
            connection.execute(
                update(class_states)
                .where(class_states.c.class_code == code)
                .values(version=changed.version, state=_written(changed), changed_at=datetime.now(UTC))
            )
        return changed

    # ------------------------------------------------------------------- deleting

    def delete_class(self, code: str, *, deleted_by: str) -> Deletion:
        """Delete a class with its people and all they made; keep the counts, without a name.

        Who has left it loses what they did in it, and goes with it when they sit in no class and have
        done nothing else. Afterwards every table is counted by the ids of those people: StoreError, and
        nothing deleted, when something of them is left. What was used (tokens, won) stays, without anybody it could be led back to.
        """
        with self._database.writing() as connection:
            found = connection.execute(
                select(classes.c.title).where(classes.c.code == code).with_for_update()
            ).first()
            if found is None:
                raise no_class()
            going = _going(connection, code)
            counts = _counts(connection, code, going)
            connection.execute(delete(runs).where(runs.c.class_code == code))
            delete_people(connection, going)
            connection.execute(delete(classes).where(classes.c.code == code))
            refuse_remains(connection, code, going)
            proof = Deletion(code, found.title, deleted_by, datetime.now(UTC), counts)
            connection.execute(insert(deletions).values(id=uuid.uuid4().hex, **asdict(proof)))
        return proof

    def deletions(self) -> tuple[Deletion, ...]:
        """Return what was deleted, the newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(select(deletions).order_by(deletions.c.deleted_at.desc())).all()
        return tuple(
            Deletion(r.class_code, r.class_title, r.deleted_by, r.deleted_at, dict(r.counts)) for r in rows
        )

    def class_remains(self, code: str) -> Mapping[str, int]:
        """Count what there is of a class now, by the same words as a Deletion."""
        with self._database.reading() as connection:
            return _counts(connection, code, _going(connection, code))


def refuse_remains(connection: Connection, code: str, gone: Sequence[str]) -> None:
    """Count every table by the class and the people just deleted; StoreError when anything is left.

    Only the usage figures, which lead back to nobody, and the proof itself may still name them.
    """
    left = _count(connection, classes, classes.c.code == code)
    left += _count(connection, verdicts, verdicts.c.run_id.not_in(select(runs.c.id)))
    for table in metadata.sorted_tables:
        if table in (usage, deletions):
            continue
        if "class_code" in table.c:
            left += _count(connection, table, table.c.class_code == code)
        owner = table.c.id if table is people else table.c.get("person_id")
        if owner is not None:
            left += sum(_count(connection, table, owner.in_(some)) for some in at_once(gone))
    if left:
        raise StoreError(
            f"과정을 지웠는데 {left}건이 남아 있어 지우기를 되돌렸습니다. 지워진 것은 없습니다.",
            remedy="실습실 담당자에게 알려 주세요. 실습실을 다시 켜면 기록 파일이 온전한지 살펴 알려 줍니다.",
        )


def no_class() -> NotFoundError:
    """Say that there is no such class."""
    return NotFoundError(
        "그 과정을 찾지 못했습니다.", remedy="지워진 과정일 수 있습니다. 과정 목록을 다시 열어 확인해 주세요."
    )


def _going(connection: Connection, code: str) -> list[str]:
    """Return who goes with a class: its people, and who has left it and is nowhere else."""
    of_it = select(people.c.id).where(people.c.class_code == code)
    elsewhere = select(runs.c.id).where(runs.c.person_id == people.c.id, runs.c.class_code != code)
    left = (
        select(people.c.id)
        .join(class_days, class_days.c.person_id == people.c.id)
        .where(class_days.c.class_code == code, people.c.class_code == "", ~elsewhere.exists())
        .distinct()
    )
    return list(connection.execute(of_it.union(left)).scalars())


def _counts(connection: Connection, code: str, going: Sequence[str]) -> dict[str, int]:
    """Count what goes with a class, by the words of a Deletion."""
    found = {
        "사람": len(going),
        "명단": _count(connection, roster, roster.c.class_code == code),
        "실행 기록": 0,
        "점검 결과": 0,
        "쓰던 글": 0,
        "투표": 0,
        "제안한 프롬프트": 0,
        "설문 응답": _count(connection, survey_answers, survey_answers.c.class_code == code),
    }
    # Theirs outside the class, and everybody's in it.
    for some in at_once(going):
        for name, where in _theirs(some, code).items():
            found[name] += _count(connection, _TABLES[name], where)
    in_it = select(runs.c.id).where(runs.c.class_code == code)
    found["실행 기록"] += _count(connection, runs, runs.c.class_code == code)
    found["점검 결과"] += _count(connection, verdicts, verdicts.c.run_id.in_(in_it))
    return found


_TABLES = {
    "실행 기록": runs,
    "점검 결과": verdicts,
    "쓰던 글": drafts,
    "투표": votes,
    "제안한 프롬프트": suggestions,
}


def _theirs(going: Sequence[str], code: str) -> dict[str, ColumnElement[bool]]:
    outside = and_(runs.c.person_id.in_(going), runs.c.class_code != code)
    return {
        "실행 기록": outside,
        "점검 결과": verdicts.c.run_id.in_(select(runs.c.id).where(outside)),
        "쓰던 글": drafts.c.person_id.in_(going),
        "투표": votes.c.person_id.in_(going),
        "제안한 프롬프트": suggestions.c.person_id.in_(going),
    }


def _count(connection: Connection, table: Table, where: ColumnElement[bool]) -> int:
    return connection.execute(select(func.count()).select_from(table).where(where)).scalar_one()


def _columns(of: Class) -> dict[str, Any]:
    named = {f.name: getattr(of, f.name) for f in fields(of) if f.name != "code"}
    return named | {"level": of.level.value, "path": list(of.path), "rules": asdict(of.rules)}


def _class(row: Row[*tuple[Any, ...]]) -> Class:
    named = {f.name: getattr(row, f.name) for f in fields(Class)}
    rules = ClassRules(**{k: v for k, v in row.rules.items() if k in _RULES})
    return Class(**named | {"level": Level(row.level), "path": tuple(row.path), "rules": rules})


def _written(now: ClassNow) -> dict[str, Any]:
    said = {name: getattr(now, name) for name in _NOW}
    ends = now.timer_ends_at
    return said | {"timer_ends_at": ends.isoformat() if ends else None}


def _now(version: int, state: Mapping[str, Any]) -> ClassNow:
    said = {k: v for k, v in state.items() if k in _NOW}
    ends = said.get("timer_ends_at")
    return ClassNow(
        **said | {"version": version, "timer_ends_at": datetime.fromisoformat(ends) if ends else None}
    )
