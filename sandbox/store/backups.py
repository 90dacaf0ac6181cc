"""Copies of the SQLite file: one an hour by itself, one on request, and the way back.

Hides where copies lie, how long they are kept and what makes one fit to be used: only a copy that
reads whole takes the place of an older one, so that damage never eats the good ones. PostgreSQL
has tools of its own for this.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime
from pathlib import Path

from sandbox.records import InputError, StoreError
from sandbox.store.failures import DAMAGED, failure, told_in_korean

FOLDER = "backups"
KEEP_NEWEST, KEEP_DAYS = 4, 7
_EVERY_SECONDS = 3_600.0
_SAME_SECONDS = 60.0  # by which the clock of a disk elsewhere may be ahead
_LOG = logging.getLogger(__name__)
_PARTS = ("", "-wal", "-shm")


def newest(file: Path) -> Path | None:
    """Return the newest copy beside a database file; None when there is none."""
    return next(iter(_newest_first(file)), None)


def place_for(file: Path) -> Path:
    """Return where a copy made now belongs."""
    return file.parent / FOLDER / f"{file.stem}-{datetime.now().astimezone():%Y%m%d-%H%M%S}.db"


def told_when(copy: Path) -> str:
    """Say in Korean when a copy was made."""
    made = datetime.fromtimestamp(copy.stat().st_mtime).astimezone()
    return f"{made.year}년 {made.month}월 {made.day}일 {made:%H:%M}"


def keep(file: Path, copy_to: Callable[[Path], None]) -> Path | None:
    """Copy the file unless there is a copy of this hour; return the new copy.

    The newest four stay, and the last one of each of seven days.

    A copy that cannot be made (a full disk) is logged and keeps nobody out of the room.
    """
    try:
        with told_in_korean():
            if not _due(file):
                return None
            target = place_for(file)
            fresh = target.with_suffix(".new")
            copy_to(fresh)
            if not is_whole(fresh):
                fresh.unlink()
                raise failure(DAMAGED)
            fresh.replace(target)
            for old in _beyond_keeping(_newest_first(file)):
                old.unlink(missing_ok=True)
    except StoreError as error:
        _LOG.warning("no backup was made: %s", error.message)
        return None
    return target


def is_whole(file: Path) -> bool:
    """Say whether a file is a database of ours that reads whole."""
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as reading:
            said = reading.execute("PRAGMA integrity_check(1)").fetchone()[0]
            reading.execute("SELECT version_num FROM alembic_version").fetchone()
    except (sqlite3.Error, OSError):
        return False
    return bool(said == "ok")


def restore(file: Path, copy: Path | None = None) -> tuple[Path, Path | None]:
    """Put a copy (the newest when none is named) in the file's place; return it and where the old file went.

    The old file is kept beside it. Raises InputError when there is no whole copy or the room is open.
    """
    chosen = copy or next(filter(is_whole, _newest_first(file)), None)
    if chosen is None or not chosen.is_file():
        raise InputError(
            "되살릴 백업이 없습니다.",
            remedy=f"백업 파일의 이름을 적어 주세요. 자동 백업은 {file.parent / FOLDER} 폴더에 있습니다.",
        )
    if not is_whole(chosen):
        raise InputError(
            "그 파일은 온전한 백업이 아니어서 되살리지 않았습니다.",
            remedy="다른 백업 파일을 골라 주세요. 지금 기록은 건드리지 않았습니다.",
        )
    _refuse_while_open(file)
    with told_in_korean():
        half = file.with_name(f"{file.name}.restoring")
        half.unlink(missing_ok=True)
        with closing(sqlite3.connect(chosen)) as reading, closing(sqlite3.connect(half)) as writing:
            reading.backup(writing)
        aside = _move_aside(file)
        half.replace(file)
    return chosen, aside


def _copies(file: Path) -> list[Path]:
    return list((file.parent / FOLDER).glob(f"{file.stem}-*.db"))


def _newest_first(file: Path) -> list[Path]:
    """Return the copies; one of tomorrow comes last: it was made before the clock was set back."""
    ages = {copy: _age_seconds(copy) for copy in _copies(file)}
    return sorted(ages, key=lambda copy: (ages[copy] < 0, ages[copy]))


def _age_seconds(copy: Path) -> float:
    age = time.time() - copy.stat().st_mtime
    return age if age < -_SAME_SECONDS else max(0.0, age)


def _beyond_keeping(newest_first: list[Path]) -> list[Path]:
    last_of_day: dict[date, Path] = {}
    for copy in newest_first:
        last_of_day.setdefault(datetime.fromtimestamp(copy.stat().st_mtime).astimezone().date(), copy)
    kept = {*newest_first[:KEEP_NEWEST], *list(last_of_day.values())[:KEEP_DAYS]}
    return [copy for copy in newest_first if copy not in kept]


def _due(file: Path) -> bool:
    return not any(0 <= _age_seconds(copy) < _EVERY_SECONDS for copy in _copies(file))


def _refuse_while_open(file: Path) -> None:
    """Every open room holds a lock on its file, which only somebody alone could pass."""
    if not file.exists():
        return
    try:
        with closing(sqlite3.connect(file, timeout=1.0, isolation_level=None)) as alone:
            alone.execute("PRAGMA locking_mode=EXCLUSIVE")
            alone.execute("BEGIN EXCLUSIVE")
            alone.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        if (error.sqlite_errorname or "").startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            raise InputError(
                "실습실이 켜져 있어 기록을 되살릴 수 없습니다.",
                remedy="실습실을 끈 뒤(켠 창에서 Ctrl+C) 다시 실행해 주세요.",
            ) from None
    except sqlite3.Error:
        return  # damaged: that is why we are here


def _move_aside(file: Path) -> Path | None:
    if not file.exists():
        return None
    stamp = f"{datetime.now().astimezone():%Y%m%d-%H%M%S}"
    aside = file.with_name(f"{file.stem}.replaced-{stamp}{file.suffix}")
    for part in _PARTS:
        old = file.with_name(file.name + part)
        if old.exists():
            old.replace(aside.with_name(aside.name + part))
    return aside
