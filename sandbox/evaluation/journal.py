"""The finished answers, one JSON line each, so that an interrupted evaluation goes on where it was.

Hides the file. A line is appended when an answer is whole and never changed; a line torn by a
killed process is skipped. The answers are kept and not only the verdicts: when a check gets better
they are judged anew without asking the model again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from sandbox.records import InputError

FILE_NAME = "answers.jsonl"


@dataclass(frozen=True, slots=True)
class Entry:
    """One answer. ``finish_reason`` is ``stop`` or ``length``; ``at`` is UTC in ISO form."""

    key: str
    answer: str
    seconds: float
    prompt_tokens: int
    answer_tokens: int
    estimated: bool
    finish_reason: str
    at: str


class Journal:
    """Reads all entries once, then appends. For one process at a time."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE_NAME
        self.torn = 0
        try:
            folder.mkdir(parents=True, exist_ok=True)
            data = self.path.read_bytes() if self.path.exists() else b""
        except OSError as error:
            raise _unusable(self.path) from error
        self._open_line = bool(data) and not data.endswith(b"\n")
        self._entries = self._read(data)

    def get(self, key: str) -> Entry | None:
        """Return the answer of that key."""
        return self._entries.get(key)

    def add(self, entry: Entry, told: Mapping[str, Any]) -> None:
        """Append an answer; ``told`` is for people who read the file and is not read back."""
        line = json.dumps({**told, **asdict(entry)}, ensure_ascii=False) + "\n"
        try:
            with self.path.open("a", encoding="utf-8", newline="\n") as file:
                file.write("\n" + line if self._open_line else line)
        except OSError as error:
            raise _unusable(self.path) from error
        self._open_line = False
        self._entries[entry.key] = entry

    def _read(self, data: bytes) -> dict[str, Entry]:
        found: dict[str, Entry] = {}
        names = [item.name for item in fields(Entry)]
        for line in data.splitlines():
            if not line.strip():
                continue
            try:
                values = json.loads(line.decode("utf-8"))
                entry = Entry(**{name: values[name] for name in names})
            except (ValueError, KeyError, TypeError):
                self.torn += 1
                continue
            found[entry.key] = entry
        return found


def _unusable(path: Path) -> InputError:
    return InputError(
        f"평가 기록을 읽거나 쓸 수 없습니다: {path}",
        remedy="폴더의 권한과 빈 자리를 확인하거나 --out으로 다른 폴더를 골라 주세요.",
    )
