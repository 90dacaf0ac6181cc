"""What the shell writes: results to stdout, words for a person to stderr, all of it UTF-8."""

from __future__ import annotations

import io
import json
import sys
from typing import Any

from sandbox.records import ContentError, SandboxError


def prepare() -> None:
    """Make both streams UTF-8; a Windows console would write cp949 and fail on □ or ㉮."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def show(result: Any) -> None:
    """Write a command's result: a text as it is, anything else as JSON."""
    text = result if isinstance(result, str) else json.dumps(result, ensure_ascii=False, indent=2)
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def say(text: str, *, end: str = "\n") -> None:
    """Write for a person, beside the result."""
    sys.stderr.write(text + end)
    sys.stderr.flush()


def say_error(error: SandboxError) -> None:
    """Write an error with its place and what to do next."""
    where = ""
    if isinstance(error, ContentError):
        where = f"{error.file}:{error.line}: " if error.line else f"{error.file}: "
    say(f"오류: {where}{error.message}")
    if error.remedy:
        say(f"  → {error.remedy}")
