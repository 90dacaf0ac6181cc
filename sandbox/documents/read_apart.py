"""Read a stranger's upload in a process of its own, so that a bomb ends there and not in the room.

Hides that process: it is started by the room with limits on time and memory, without our keys in its
environment, is given the bytes on stdin and answers JSON. ``read.read`` does the same in place, for the
course's own files. Where the platform knows no limits (Windows) the time alone is bounded.
"""

from __future__ import annotations

import json
import struct
import subprocess
import sys
import threading
from dataclasses import asdict
from pathlib import Path

from sandbox import children
from sandbox.records import DocumentError

from .container import Kind, broken, kind_of
from .read import ReadDocument, read

_SECONDS = 40
_MEGABYTES = 1_500
_AT_ONCE = threading.BoundedSemaphore(2)  # two bombs may not take the whole PC
_WAIT_SECONDS = 60.0
_PLACE = Path(__file__).resolve().parents[2]


def read_apart(name: str, data: bytes) -> ReadDocument:
    """Read an upload as ``read.read`` does; raise DocumentError also when it takes too much."""
    if kind_of(name, data) in (Kind.TEXT, Kind.MARKDOWN, Kind.CSV):
        return read(name, data)  # no library, no bomb
    if not _AT_ONCE.acquire(timeout=_WAIT_SECONDS):
        raise DocumentError(
            "다른 파일을 읽느라 아직 차례가 오지 않았습니다.", remedy="잠시 뒤 다시 올려 주세요."
        )
    try:
        answer = _ask(name, data)
    finally:
        _AT_ONCE.release()
    if "text" in answer:
        return ReadDocument(answer["text"], answer["kind"], tuple(answer["warnings"]))
    raise DocumentError(answer["message"], remedy=answer["remedy"])


def _ask(name: str, data: bytes) -> dict[str, str]:
    label = name.encode("utf-8", "replace")
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", __name__],
            input=struct.pack(">I", len(label)) + label + data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a library's complaint may quote the document
            cwd=_PLACE,
            env=children.environment(PYTHONPATH=str(_PLACE)),
            timeout=_SECONDS + 5,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _too_much() from None
    except OSError:
        raise broken() from None
    if done.returncode != 0:
        raise _too_much()
    found: dict[str, str] = json.loads(done.stdout)
    return found


def _too_much() -> DocumentError:
    return DocumentError(
        "읽는 데 시간이나 메모리가 너무 많이 드는 파일이라 멈추었습니다.",
        remedy="원본 프로그램에서 필요한 부분만 새 파일로 저장하거나, 글을 복사해서 붙여 넣어 주세요.",
    )


def _limit() -> None:
    """Bound this process where the platform can."""
    if sys.platform == "win32":
        return
    import resource

    size = _MEGABYTES * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _serve() -> None:
    """Read one upload from stdin and answer on stdout."""
    _limit()
    length = struct.unpack(">I", sys.stdin.buffer.read(4))[0]
    name = sys.stdin.buffer.read(length).decode("utf-8")
    try:
        answer = asdict(read(name, sys.stdin.buffer.read()))
    except DocumentError as error:
        answer = {"message": error.message, "remedy": error.remedy}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    _serve()
