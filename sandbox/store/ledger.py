"""What was used, by day, class, person and endpoint; and how much may be.

Hides how sums are kept: one row a day for each class, person and endpoint, added to in the
database, so that two servers on one database lose nothing. Usage hangs on nobody: it outlives
the person and the class, because the money has been spent all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cached_property

from sqlalchemy import ColumnElement, Insert, delete, func, select

from sandbox.class_records import Limit, LimitScope, Spent, UsageLine
from sandbox.records import RunState
from sandbox.store.class_tables import limits, usage
from sandbox.store.database import Database
from sandbox.store.tables import people, runs

_SUMMED = ("runs", "prompt_tokens", "answer_tokens", "won")
_USED_BY = ("day", "class_code", "person_id", "endpoint_id")
_SUMS = select(*(func.coalesce(func.sum(usage.c[name]), 0) for name in _SUMMED))
_LIMITS = select(limits)
_OPEN = (str(RunState.WAITING), str(RunState.STREAMING))


class Ledger:
    """The part of the store that counts tokens and won."""

    _database: Database

    def add_usage(self, line: UsageLine) -> None:
        """Add to what was used on a line's day, class, person and endpoint."""
        keys = {
            "day": line.day,
            "class_code": line.class_code,
            "person_id": line.person_id,
            "endpoint_id": line.endpoint_id,
        }
        more = {name: getattr(line.spent, name) for name in _SUMMED}
        with self._database.writing() as connection:
            connection.execute(self._adding, {**keys, **more})

    @cached_property
    def _adding(self) -> Insert:
        """Made once, as the statements of runs are: every ended run adds its line."""
        new = self._database.insert(usage)
        added = {name: usage.c[name] + new.excluded[name] for name in _SUMMED}
        return new.on_conflict_do_update(index_elements=_USED_BY, set_=added)

    def spent(
        self,
        *,
        since: date | None = None,
        until: date | None = None,
        class_code: str | None = None,
        person_id: str | None = None,
        endpoint_id: str | None = None,
    ) -> Spent:
        """Sum up what was used from ``since`` to ``until``, both included; only the named parts narrow it."""
        wanted = _SUMS.where(*_narrowed(since, class_code, person_id, endpoint_id))
        if until is not None:
            wanted = wanted.where(usage.c.day <= until)
        with self._database.reading() as connection:
            found = connection.execute(wanted).one()
        return Spent(int(found[0]), int(found[1]), int(found[2]), float(found[3]))

    def usage(
        self, *, since: date | None = None, until: date | None = None, class_code: str | None = None
    ) -> tuple[UsageLine, ...]:
        """Return the lines from ``since`` to ``until``, both included, oldest first."""
        where = _narrowed(since, class_code, None, None)
        if until is not None:
            where.append(usage.c.day <= until)
        ordered = (
            select(usage)
            .where(*where)
            .order_by(usage.c.day, usage.c.class_code, usage.c.person_id, usage.c.endpoint_id)
        )
        with self._database.reading() as connection:
            rows = connection.execute(ordered).all()
        return tuple(
            UsageLine(
                row.day,
                row.class_code,
                row.person_id,
                row.endpoint_id,
                Spent(row.runs, row.prompt_tokens, row.answer_tokens, row.won),
            )
            for row in rows
        )

    def open_runs(
        self,
        *,
        class_code: str | None = None,
        person_id: str | None = None,
        endpoint_id: str | None = None,
    ) -> int:
        """Count the runs that wait or stream now: they will still use something."""
        wanted = select(func.count()).select_from(runs).where(runs.c.state.in_(_OPEN))
        if class_code is not None:
            wanted = wanted.join(people, people.c.id == runs.c.person_id).where(
                people.c.class_code == class_code
            )
        if person_id is not None:
            wanted = wanted.where(runs.c.person_id == person_id)
        if endpoint_id is not None:
            wanted = wanted.where(runs.c.endpoint_id == endpoint_id)
        with self._database.reading() as connection:
            return connection.execute(wanted).scalar_one()

    # ------------------------------------------------------------------- limits

    def limits(self) -> Mapping[tuple[LimitScope, str], Limit]:
        """Return every limit that was set, by scope and key."""
        with self._database.reading() as connection:
            rows = connection.execute(_LIMITS).all()
        return {
            (LimitScope(row.scope), row.key): Limit(
                LimitScope(row.scope), row.key, row.tokens, row.won, row.changed_by, row.changed_at
            )
            for row in rows
        }

    def set_limit(self, limit: Limit) -> None:
        """Keep a limit instead of the former one of its scope and key; without figures it is taken away."""
        same = (limits.c.scope == str(limit.scope), limits.c.key == limit.key)
        with self._database.writing() as connection:
            if limit.tokens is None and limit.won is None:
                connection.execute(delete(limits).where(*same))
                return
            values = {
                "tokens": limit.tokens,
                "won": limit.won,
                "changed_by": limit.changed_by,
                "changed_at": limit.changed_at or datetime.now(UTC),
            }
            connection.execute(
                self._database.insert(limits)
                .values(scope=str(limit.scope), key=limit.key, **values)
                .on_conflict_do_update(index_elements=["scope", "key"], set_=values)
            )


def _narrowed(
    since: date | None, class_code: str | None, person_id: str | None, endpoint_id: str | None
) -> list[ColumnElement[bool]]:
    named = {"class_code": class_code, "person_id": person_id, "endpoint_id": endpoint_id}
    where: list[ColumnElement[bool]] = [
        usage.c[name] == value for name, value in named.items() if value is not None
    ]
    if since is not None:
        where.append(usage.c.day >= since)
    return where
