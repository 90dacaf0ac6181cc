"""Small things the room remembers: drafts, confirmations, an endpoint's quirks, rule counts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import delete, select

from sandbox.store.database import Database
from sandbox.store.tables import acceptances, drafts, endpoint_quirks, rule_counts


class Room:
    """The part of the store that remembers small things."""

    _database: Database

    def save_draft(self, person_id: str, place: str, payload: Mapping[str, Any]) -> None:
        """Keep what is being typed at a place: an exercise id, ``free`` or ``free:<prompt>``.

        ``payload`` holds JSON values only; it replaces the former draft of that place.
        """
        values = {"payload": dict(payload), "saved_at": datetime.now(UTC)}
        with self._database.writing() as connection:
            connection.execute(
                self._database.insert(drafts)
                .values(person_id=person_id, place=place, **values)
                .on_conflict_do_update(index_elements=["person_id", "place"], set_=values)
            )

    def draft(self, person_id: str, place: str) -> Mapping[str, Any] | None:
        """Return the draft of that place; None when there is none."""
        wanted = select(drafts.c.payload).where(drafts.c.person_id == person_id, drafts.c.place == place)
        with self._database.reading() as connection:
            row = connection.execute(wanted).first()
        return None if row is None else MappingProxyType(row.payload)

    def drop_draft(self, person_id: str, place: str) -> None:
        """Forget the draft of that place."""
        with self._database.writing() as connection:
            connection.execute(delete(drafts).where(drafts.c.person_id == person_id, drafts.c.place == place))

    def accept(self, person_id: str, what: str, version: str) -> None:
        """Remember that the person confirmed ``what`` (a rule, a notice) in this version."""
        values = {"accepted_at": datetime.now(UTC)}
        with self._database.writing() as connection:
            connection.execute(
                self._database.insert(acceptances)
                .values(person_id=person_id, what=what, version=version, **values)
                .on_conflict_do_update(index_elements=["person_id", "what", "version"], set_=values)
            )

    def accepted(self, person_id: str, what: str) -> str | None:
        """Return the version of ``what`` the person confirmed last; None when never."""
        wanted = (
            select(acceptances.c.version)
            .where(acceptances.c.person_id == person_id, acceptances.c.what == what)
            .order_by(acceptances.c.accepted_at.desc())
            .limit(1)
        )
        with self._database.reading() as connection:
            return connection.execute(wanted).scalar()

    def save_quirks(self, endpoint_id: str, quirks: Mapping[str, Any]) -> None:
        """Remember how an endpoint differs, instead of what was known before."""
        values = {"quirks": dict(quirks), "saved_at": datetime.now(UTC)}
        with self._database.writing() as connection:
            connection.execute(
                self._database.insert(endpoint_quirks)
                .values(endpoint_id=endpoint_id, **values)
                .on_conflict_do_update(index_elements=["endpoint_id"], set_=values)
            )

    def quirks(self) -> Mapping[str, Mapping[str, Any]]:
        """Return what is known of every endpoint, by endpoint id."""
        with self._database.reading() as connection:
            rows = connection.execute(select(endpoint_quirks.c.endpoint_id, endpoint_quirks.c.quirks)).all()
        return {row.endpoint_id: MappingProxyType(row.quirks) for row in rows}

    def count_rules(self, endpoint_id: str, counts: Mapping[str, int], *, day: date | None = None) -> None:
        """Add how often each guard rule spoke on a day (today in UTC); rule ids, never text."""
        on = day or datetime.now(UTC).date()
        with self._database.writing() as connection:
            for rule, times in sorted(counts.items()):
                connection.execute(
                    self._database.insert(rule_counts)
                    .values(day=on, endpoint_id=endpoint_id, rule=rule, times=times)
                    .on_conflict_do_update(
                        index_elements=["day", "endpoint_id", "rule"],
                        set_={"times": rule_counts.c.times + times},
                    )
                )

    def rule_counts(self, since: date) -> Mapping[tuple[date, str], Mapping[str, int]]:
        """Return the counts from that day on, by (day, endpoint id), then rule."""
        found: dict[tuple[date, str], dict[str, int]] = {}
        with self._database.reading() as connection:
            for row in connection.execute(select(rule_counts).where(rule_counts.c.day >= since)):
                found.setdefault((row.day, row.endpoint_id), {})[row.rule] = row.times
        return found
