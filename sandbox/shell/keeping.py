"""The commands that copy the records and bring a copy back."""

from __future__ import annotations

import argparse
from contextlib import closing
from pathlib import Path
from typing import Any

from sandbox.records import InputError
from sandbox.shell.room import Room
from sandbox.store import Store, backups, load_secret


def backup(room: Room, chosen: argparse.Namespace) -> tuple[dict[str, Any], int]:
    """Copy the records to a file, while the room is open too."""
    file = _file(room)
    if not file.exists():
        raise InputError(f"백업할 기록이 없습니다: {file}", remedy="--data로 자료 폴더를 알려 주세요.")
    target = Path(chosen.file) if chosen.file else backups.place_for(file)
    with closing(Store(room.settings.database_url, secret=load_secret(room.settings.data_dir))) as store:
        store.backup(target)
    whole = backups.is_whole(target)
    return {"backup": str(target), "bytes": target.stat().st_size, "whole": whole}, 0 if whole else 1


def restore(room: Room, chosen: argparse.Namespace) -> tuple[dict[str, Any], int]:
    """Put a backup in the place of the records; the old file stays beside it."""
    used, aside = backups.restore(_file(room), Path(chosen.file) if chosen.file else None)
    return {
        "restored_from": str(used),
        "made": backups.told_when(used),
        "old_records": str(aside) if aside else "",
    }, 0


def _file(room: Room) -> Path:
    url = room.settings.database_url
    if not url.startswith("sqlite:///"):
        raise InputError(
            "PostgreSQL 기록은 이 명령으로 백업하거나 되살릴 수 없습니다.",
            remedy="데이터베이스 담당자에게 pg_dump와 pg_restore를 부탁해 주세요.",
        )
    return Path(url.removeprefix("sqlite:///"))
