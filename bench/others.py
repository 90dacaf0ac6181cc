"""The chats of the least code that the room is measured beside: Streamlit's, Chainlit's and Gradio's.

Hides where Chainlit and Gradio come from: each in a venv of its own under ``data/bench``, made on first use from
``requirements-*.txt`` beside this file and never needed by the product. What cannot be installed or started here
is not measured, and the reason is told instead.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bench import people as ways
from bench import servers
from bench.chatters import ChainlitTab, GradioTab
from bench.figures import Row, compare
from bench.people import Answered, Chatter, lost
from bench.servers import Cost
from tests.running_room import ROOT, free_port

SETTLE_SECONDS = 1.0
# Published as source alone: pip checks their hashes too, and builds them with the setuptools of the day.
SOURCE_ONLY: Mapping[str, Sequence[str]] = {"chainlit": ("--no-binary=cuid,literalai,syncer",)}


class NotMeasuredError(RuntimeError):
    """This machine cannot run the chat; the text says why, in Korean."""


class Person(Protocol):
    """Somebody with a chat's page open."""

    async def open(self) -> None: ...
    async def run(self) -> Answered: ...
    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat by its name in the tables: how it is served at an endpoint, and who sits at it."""

    title: str
    serve: Callable[[str], AbstractContextManager[tuple[str, int]]]
    person: Callable[[str], Person]


async def rounds_in(
    chat: Chat, endpoint: str, count: int, rounds: int, expected: str, say: Callable[[str], None]
) -> tuple[list[Row], list[str]]:
    """Measure so many people in a chat, each round beside its own direct one; return the problems too."""
    rows: list[Row] = []
    problems: list[str] = []
    with chat.serve(endpoint) as (url, pid):
        cost = Cost(pid)
        await _round(chat, url, 1, cost)
        for number in range(rounds):
            direct = await ways.straight(endpoint, ways.PROMPT, count)
            answers, row = await _round(chat, url, count, cost)
            row |= compare(answers, direct, expected)
            problems += [f"{chat.title} {count}명: {a.problem}" for a in answers if a.problem]
            rows.append(row)
            figures = ", ".join(f"{name} {value:.3g}" for name, value in sorted(row.items()))
            say(f"{chat.title} {count}명 {number + 1}회: {figures}")
    return rows, problems


async def _round(chat: Chat, url: str, count: int, cost: Cost) -> tuple[list[Answered], Row]:
    people = [chat.person(url) for _ in range(count)]
    opened = await asyncio.gather(*(p.open() for p in people), return_exceptions=True)
    await asyncio.sleep(SETTLE_SECONDS)
    cpu = cost.cpu_seconds()
    if failed := [error for error in opened if error is not None]:
        answers = [lost(f"the page did not open: {failed[0]!r:.80}")] * count
    else:
        answers = await ways.all_at_once([p.run for p in people])
    await asyncio.sleep(SETTLE_SECONDS)
    row = {"cpu_seconds": (cost.cpu_seconds() - cpu) / count, "memory_mb": cost.memory_mb()}
    await asyncio.gather(*(p.close() for p in people), return_exceptions=True)
    return answers, row


# ----------------------------------------------------------------------------- their servers


@contextmanager
def _chainlit(endpoint: str) -> Iterator[tuple[str, int]]:
    """Run it with the settings that Chainlit writes for itself into an empty folder."""
    port = free_port()
    script = str(ROOT / "bench" / "chainlit_chat.py")
    arguments = ["-m", "chainlit", "run", script, "--headless", "--host", "127.0.0.1", "--port", str(port)]
    with _served("chainlit", arguments, {}, endpoint, port, "/user") as running:
        yield running


@contextmanager
def _gradio(endpoint: str) -> Iterator[tuple[str, int]]:
    """Run it as ``launch()`` does; like Streamlit's, its statistics are not sent anywhere."""
    port = free_port()
    given = {"GRADIO_SERVER_PORT": str(port), "GRADIO_ANALYTICS_ENABLED": "False"}
    arguments = [str(ROOT / "bench" / "gradio_chat.py")]
    with _served("gradio", arguments, given, endpoint, port, "/config") as running:
        yield running


@contextmanager
def _served(
    name: str, arguments: Sequence[str], given: Mapping[str, str], endpoint: str, port: int, health: str
) -> Iterator[tuple[str, int]]:
    """Run a chat's Python in an empty folder; give its address and process."""
    python = _installed(name)
    given = {"OPENAI_BASE_URL": endpoint, "OPENAI_API_KEY": "none", **given}
    url = f"http://127.0.0.1:{port}"
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        try:
            process = stack.enter_context(
                servers._running([str(python), *arguments], given, url + health, folder)
            )
        except RuntimeError:
            raise NotMeasuredError("설치했지만 서버가 뜨지 않았습니다") from None
        yield url, process.pid


def _installed(name: str) -> Path:
    """Make the venv hold exactly what the lock says, quick when it does already; give its Python."""
    lock = ROOT / "bench" / f"requirements-{name}.txt"
    folder, log = (ROOT / "data" / "bench" / f"{name}{end}" for end in ("-venv", "-venv.log"))
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    pins, stamp = lock.read_text(encoding="utf-8"), folder / "installed.txt"
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == pins:
        return python
    print(f"{name}: 처음이라 {folder.relative_to(ROOT).as_posix()}에 설치합니다.", flush=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    steps = (
        [sys.executable, "-m", "venv", "--clear", str(folder)],
        [str(python), "-m", "pip", "install", "--require-hashes", "--only-binary=:all:",
         *SOURCE_ONLY.get(name, ()), "--no-input", "--retries", "1", "--timeout", "30", "-r", str(lock)],
    )  # fmt: skip
    with log.open("wb") as out:
        for step in steps:
            if subprocess.run(step, stdin=subprocess.DEVNULL, stdout=out, stderr=out, check=False).returncode:
                kept = log.relative_to(ROOT).as_posix()
                raise NotMeasuredError(f"꾸러미를 설치하지 못했습니다 (까닭은 {kept})")
    stamp.write_text(pins, encoding="utf-8")
    return python


CHATS: Mapping[str, Chat] = {
    "plain": Chat("단순 채팅", servers.plain_chat, Chatter),
    "chainlit": Chat("Chainlit", _chainlit, ChainlitTab),
    "gradio": Chat("Gradio", _gradio, GradioTab),
}
