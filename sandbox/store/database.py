"""One engine on one database: how connections are opened, and whose turn it is to write.

Hides the differences in use: SQLite gets WAL, a busy time-out, foreign keys and explicit BEGINs
(the driver's own begin only late, so that a reader that turns writer fails at once instead
of waiting); its writers also queue in this process, because SQLite's own waiting is sleeping
and starves somebody when forty write. PostgreSQL gets a lock time-out and a liveness probe.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError

from sandbox.records import StoreError
from sandbox.store.failures import ADDRESS, LOCKED, UNPREPARED, failure, told_in_korean

_CONNECTIONS = 10
_MORE_CONNECTIONS = 30


class Database:
    """Give out connections for reading and for writing; every failure is a StoreError."""

    def __init__(self, url: str, *, busy_timeout_seconds: float) -> None:
        self._url = _understood(url)
        self._busy_timeout_seconds = busy_timeout_seconds
        self._writers = threading.Lock()
        self._engine = self._engine_made()

    @property
    def is_sqlite(self) -> bool:
        return self._url.get_backend_name() == "sqlite"

    @property
    def file(self) -> Path | None:
        """The SQLite file; None on PostgreSQL."""
        return Path(self._url.database) if self.is_sqlite and self._url.database else None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection in a transaction that only reads."""
        with told_in_korean(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection in a transaction that commits at the end; not to be nested."""
        with told_in_korean(), self._turn_to_write(), self._engine.connect() as connection:
            connection.execution_options(sandbox_writes=True)
            with connection.begin():
                yield connection

    def insert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """Begin an INSERT that understands on_conflict_do_update on this database."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    def prepare_file(self) -> None:
        """Make the SQLite file and its folder, readable by the owner alone where the OS can."""
        if self.file is None:
            return
        with told_in_korean():
            self.file.parent.mkdir(parents=True, exist_ok=True)
            self.file.touch(mode=0o600, exist_ok=True)

    def copy_to(self, target: Path) -> None:
        """Copy the SQLite database while it is in use; the target appears whole or not at all."""
        if self.file is None:
            raise StoreError(
                "PostgreSQL 기록은 이 명령으로 백업할 수 없습니다.",
                remedy="데이터베이스 담당자에게 pg_dump로 백업해 달라고 요청해 주세요.",
            )
        if not self.file.exists():
            raise failure(UNPREPARED)
        half = target.with_name(f"{target.name}.{os.getpid()}.part")  # two servers may copy at once
        with told_in_korean():
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                half.unlink(missing_ok=True)
                half.touch(mode=0o600)
                _copy(self.file, half, self._busy_timeout_seconds)
                half.replace(target)
            finally:
                half.unlink(missing_ok=True)

    def close(self) -> None:
        """Close every connection; a later use opens new ones."""
        self._engine.dispose()

    @contextmanager
    def _turn_to_write(self) -> Iterator[None]:
        if not self.is_sqlite:
            yield
            return
        if not self._writers.acquire(timeout=self._busy_timeout_seconds * 2):
            raise failure(LOCKED)
        try:
            yield
        finally:
            self._writers.release()

    def _engine_made(self) -> Engine:
        options: dict[str, Any] = {
            "hide_parameters": True,
            "pool_size": _CONNECTIONS,
            "max_overflow": _MORE_CONNECTIONS,
            "pool_timeout": 30.0,
        }
        if self.is_sqlite:
            options["connect_args"] = {"timeout": self._busy_timeout_seconds}
        else:
            options |= {"pool_pre_ping": True, "connect_args": {"connect_timeout": 10}}
        try:
            with told_in_korean():
                engine = create_engine(self._url, **options)
        except ModuleNotFoundError as error:
            raise StoreError(
                "PostgreSQL에 연결하는 부품(psycopg)이 설치되어 있지 않습니다.",
                remedy='pip install "psycopg[binary]"를 실행한 뒤 다시 시작해 주세요.',
            ) from error
        if self.is_sqlite:
            event.listen(engine, "connect", self._set_up_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
        else:
            event.listen(engine, "connect", self._set_up_postgresql)
        return engine

    def _set_up_sqlite(self, connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself; _begin_sqlite does
        with _closed_on_failure(connection), closing(connection.cursor()) as cursor:
            _switch_to_wal(cursor, self._busy_timeout_seconds)
            cursor.execute("PRAGMA synchronous=NORMAL")
            cursor.execute("PRAGMA foreign_keys=ON")

    def _set_up_postgresql(self, connection: Any, _record: object) -> None:
        milliseconds = int(self._busy_timeout_seconds * 1000)
        with _closed_on_failure(connection):
            with connection.cursor() as cursor:
                cursor.execute(f"SET lock_timeout = {milliseconds}")
            connection.commit()


def _understood(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise failure(ADDRESS) from None
    if parsed.drivername in ("postgresql", "postgres"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    known = parsed.get_backend_name() in ("sqlite", "postgresql")
    if not known or not parsed.database or parsed.database == ":memory:":
        raise failure(ADDRESS)
    return parsed


@contextmanager
def _closed_on_failure(connection: Any) -> Iterator[None]:
    """Close what the pool drops unclosed when setting it up fails."""
    try:
        yield
    except BaseException:
        connection.close()
        raise


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("sandbox_writes", False)
    # Past SQLAlchemy's own way of carrying out a statement, which costs more than the statement.
    driver: Any = connection.connection.driver_connection
    driver.execute("BEGIN IMMEDIATE" if writes else "BEGIN")


def _switch_to_wal(cursor: sqlite3.Cursor, timeout_seconds: float) -> None:
    """Switch once; SQLite does not wait by itself when two processes switch at once.

    Where WAL is impossible (some network drives) SQLite keeps its older journal: slower, as safe.
    """
    give_up_at = time.monotonic() + timeout_seconds
    while cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() > give_up_at:
                raise
            time.sleep(0.02)


def _copy(source: Path, target: Path, timeout_seconds: float) -> None:
    with (
        closing(sqlite3.connect(source, timeout=timeout_seconds)) as reading,
        closing(sqlite3.connect(target)) as writing,
    ):
        reading.backup(writing)
