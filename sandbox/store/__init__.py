"""What the room remembers, behind one class: SQLite by default, PostgreSQL by URL.

Hides SQL, both databases and their differences, migrations and the database's own errors:
callers see records and the error family of ``records``. Every method is synchronous and may
be called from any thread. What comes in is masked already; nothing here logs a row.

- ``people``: names, sign-ins, resume codes       - ``room``: drafts, confirmations, quirks, counts
- ``runs``: the life of one run, its verdicts     - ``history``: lists, search, tries, progress
- ``seats``: where a class is, hands, shares    - ``ledger``: what was used, limits
- ``surveys``: answers of nobody's                - ``recordings``: what rehearsals leave behind
- ``backups``: hourly copies, and the way back     - ``contents``, ``suggestions``: made on screen
- ``database``, ``failures``, ``tables``, ``rows``, ``upgrading``, ``secret``: what they stand on
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from sandbox.records import StoreError
from sandbox.store import backups
from sandbox.store.classes import ClassRows
from sandbox.store.contents import Contents
from sandbox.store.database import Database
from sandbox.store.failures import DAMAGED, UNPREPARED, failure
from sandbox.store.guessing import turnstiles
from sandbox.store.history import History
from sandbox.store.instructors import InstructorRows
from sandbox.store.ledger import Ledger
from sandbox.store.recordings import Recordings
from sandbox.store.room import Room
from sandbox.store.roster import RosterRows
from sandbox.store.runs import Runs
from sandbox.store.seats import Seats
from sandbox.store.secret import load_secret
from sandbox.store.suggestions import Suggestions
from sandbox.store.surveys import SurveyRows
from sandbox.store.upgrading import current_revision, head_revision, upgrade

__all__ = ["Store", "load_secret"]


class Store(
    InstructorRows,
    ClassRows,
    RosterRows,
    Ledger,
    SurveyRows,
    Recordings,
    Room,
    Runs,
    History,
    Seats,
    Contents,
    Suggestions,
):
    """Keep and find everything the room remembers.

    ``url`` is ``sqlite:///…`` or ``postgresql://…``; nothing is opened before the first use.
    Call migrate() once before anything else. Raises StoreError from every method when the
    database fails, with what happened and what to do.
    """

    def __init__(self, url: str, *, secret: bytes, busy_timeout_seconds: float = 15.0) -> None:
        self._secret = secret
        self._turnstiles = turnstiles()
        self._database = Database(url, busy_timeout_seconds=busy_timeout_seconds)

    def migrate(self) -> None:
        """Bring the tables to their newest form; safe when two processes start at once.

        An existing SQLite file is looked through, and copied before its form changes. Damage is a
        StoreError that names the newest backup; see ``backups``.
        """
        self._database.prepare_file()
        file = self._database.file
        has_records = file is not None and file.stat().st_size > 0
        try:
            self._refuse_damage()
            with self._database.writing() as connection:
                upgrade(connection, copy_first=self._copy_aside)
        except StoreError as error:
            raise self._with_backup(error) from None
        if has_records:
            self.keep_backup()

    def keep_backup(self) -> Path | None:
        """Copy the SQLite file into ``backups`` once an hour; cheap to call often. See ``backups.keep``."""
        file = self._database.file
        return backups.keep(file, self._database.copy_to) if file is not None else None

    def close(self) -> None:
        """Close every connection."""
        self._database.close()

    def backup(self, path: Path) -> None:
        """Copy the SQLite database to ``path`` while it is in use; StoreError on PostgreSQL."""
        self._database.copy_to(path)

    def check(self) -> list[str]:
        """Look for damage; return what is wrong in Korean, nothing when all is well."""
        try:
            with self._database.reading() as connection:
                if current_revision(connection) != head_revision(connection):
                    return [" ".join(UNPREPARED)]
                if not self._database.is_sqlite:
                    return []
                said = connection.execute(text("PRAGMA integrity_check")).scalars().all()
                orphans = connection.execute(text("PRAGMA foreign_key_check")).all()
        except StoreError as error:
            if error.message != DAMAGED[0]:
                raise
            return [" ".join(DAMAGED)]
        problems = [f"기록 파일이 손상되었습니다: {line}" for line in said if line != "ok"]
        if orphans:
            problems.append(f"주인 없는 기록이 {len(orphans)}건 있습니다. 백업에서 되살려 주세요.")
        return problems

    def _refuse_damage(self) -> None:
        """Find damaged pages before the room opens, not in the middle of a class."""
        if self._database.is_sqlite:
            with self._database.reading() as connection:
                if connection.execute(text("PRAGMA quick_check(1)")).scalar() != "ok":
                    raise failure(DAMAGED)

    def _with_backup(self, error: StoreError) -> StoreError:
        copy = backups.newest(self._database.file) if self._database.file else None
        if error.message != DAMAGED[0] or copy is None:
            return error
        return StoreError(
            error.message,
            remedy=f"{backups.told_when(copy)}에 만든 백업이 있습니다. 실습실 폴더에서 python start.py restore를 실행하면 "
            "그 백업으로 되살리고, 손상된 파일은 옆에 따로 남겨 둡니다. 그런 다음 다시 시작해 주세요.",
        )

    def _copy_aside(self, revision: str) -> None:
        file = self._database.file
        if file is not None:
            stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
            self._database.copy_to(file.with_name(f"{file.stem}.before-{revision}.{stamp}{file.suffix}"))
