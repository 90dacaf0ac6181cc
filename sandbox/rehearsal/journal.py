"""What a rehearsal has measured, a JSON line for each press, so that a stopped one goes on.

Hides the file. Lines are appended and never changed; one torn by a killed process is passed over
and that seat presses again. No prompt and no answer stands in it.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sandbox.records import InputError

NEEDED = ("exercise_id", "seat", "whole_seconds", "error")


class Journal:
    """One rehearsal's file; for one process at a time."""

    def __init__(self, folder: Path, key: str) -> None:
        self.path = folder / f"{key}.jsonl"
        self._lock = threading.Lock()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            data = self.path.read_bytes() if self.path.exists() else b""
        except OSError as error:
            raise _unusable(self.path) from error
        self._lines = [one for line in data.splitlines() if (one := _read(line)) is not None]
        self._torn = bool(data) and not data.endswith(b"\n")

    def all(self) -> Sequence[Mapping[str, Any]]:
        """Return everything measured so far."""
        with self._lock:
            return tuple(self._lines)

    def add(self, line: Mapping[str, Any]) -> None:
        """Append what was measured."""
        written = json.dumps(dict(line), ensure_ascii=False) + "\n"
        with self._lock:
            try:
                with self.path.open("a", encoding="utf-8", newline="\n") as file:
                    file.write("\n" + written if self._torn else written)
            except OSError as error:
                raise _unusable(self.path) from error
            self._torn = False
            self._lines.append(dict(line))

    def forget(self) -> None:
        """Begin anew the next time: the rehearsal is over."""
        with self._lock:
            self._lines = []
            self.path.unlink(missing_ok=True)


def _read(line: bytes) -> dict[str, Any] | None:
    try:
        one = json.loads(line.decode("utf-8"))
    except ValueError:
        return None
    return one if isinstance(one, dict) and all(name in one for name in NEEDED) else None


def _unusable(path: Path) -> InputError:
    return InputError(
        f"리허설 기록을 쓸 수 없습니다: {path.name}", remedy="자료 폴더에 쓸 권한이 있는지 확인해 주세요."
    )
