"""Measure the room: ``python -m bench.room --people 1 10 40 [--also sdk plain chainlit gradio]``.

Each round asks the fake endpoint directly and then through the room, so that both meet the same
machine. Prints a table and writes it beside the raw figures. Nothing here fails for being slow.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import platform
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psutil

from bench import people as ways
from bench import servers
from bench.figures import NOT_MEASURED, Row, added_to, compare, markdown, median, percentile
from bench.others import CHATS, SETTLE_SECONDS, Chat, NotMeasuredError, rounds_in
from bench.people import Answered, Trainee
from bench.servers import Cost
from sandbox.library import parse_exercise

ROOT = Path(__file__).parent.parent
EXERCISE = "report/memo-to-gaejosik"


@dataclass(frozen=True, slots=True)
class Work:
    """What everybody asks for and what comes back."""

    people: Sequence[int] = (1, 10, 40)
    rounds: int = 3
    tokens: int = 400
    tokens_per_second: float = 30.0
    first_seconds: float = 0.3
    also: Sequence[str] = ()
    cold: bool = True
    room: bool = True

    @property
    def answer(self) -> str:
        return "행정 " * self.tokens


@dataclass
class Measured:
    """The rows of every way by number of people, and each round's own; what was lost, what could not be run."""

    table: dict[str, dict[int, Row]] = field(default_factory=dict)
    rounds: dict[str, dict[int, list[Row]]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def page(self) -> str:
        """Write the table, and under it why a column is empty."""
        return "\n".join([markdown(self.table), *(f"- {reason}" for reason in self.missing)])


async def measure(work: Work, say: Callable[[str], None] = lambda _: None) -> Measured:
    """Run everything that was asked for, each number of people on fresh servers."""
    found = Measured()
    with servers.fake_endpoint(work.first_seconds, work.tokens_per_second, work.tokens) as endpoint:
        for count in work.people:
            if work.room:
                rows = await _in_room(work, endpoint, count, found.problems, say)
                _keep(found, "실습실", count, rows)
            if "sdk" in work.also:
                sdk = [await _beside(work, endpoint, count, ways.through_sdk)]
                _keep(found, "AsyncOpenAI", count, sdk)
            for chat in (chat for name, chat in CHATS.items() if name in work.also):
                await _in_chat(chat, work, endpoint, count, found, say)
    return found


async def _in_chat(
    chat: Chat, work: Work, endpoint: str, count: int, found: Measured, say: Callable[[str], None]
) -> None:
    """Measure a chat beside the room; one that this machine cannot run leaves its reason."""
    rows: list[Row] = []
    try:
        rows, problems = await rounds_in(chat, endpoint, count, work.rounds, work.answer, say)
        found.problems += problems
    except NotMeasuredError as reason:
        found.missing.append(f"{chat.title} {count}명: {NOT_MEASURED}. {reason}")
        say(found.missing[-1])
    _keep(found, chat.title, count, rows)


def _keep(found: Measured, way: str, count: int, rows: list[Row]) -> None:
    found.rounds.setdefault(way, {})[count] = rows
    found.table.setdefault(way, {})[count] = median(rows)


async def _in_room(
    work: Work, endpoint: str, count: int, problems: list[str], say: Callable[[str], None]
) -> list[Row]:
    rows: list[Row] = []
    exercise_id, prompt = exercise_and_prompt()
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        servers.room(Path(folder), endpoint) as running,
    ):
        cost = Cost(running.pid)
        await _round_in_room(running.url, exercise_id, [Trainee(running.url, "준비")], cost, work.cold)
        for number in range(work.rounds):
            direct = await ways.straight(endpoint, prompt, count)
            people = [Trainee(running.url, f"수강생{n + 1}") for n in range(count)]
            answers, row = await _round_in_room(running.url, exercise_id, people, cost, work.cold)
            row |= compare(answers, direct, work.answer)
            if "sdk" in work.also:
                sdk = await ways.through_sdk(endpoint, prompt, count)
                row["first_added_to_sdk_p95_ms"] = added_to(sdk, answers)
            if number:  # memory that earlier rounds left free would make later ones look cheap
                row.pop("session_mb", None)
            problems += [f"실습실 {count}명: {a.problem}" for a in answers if a.problem]
            rows.append(row)
            say(f"실습실 {count}명 {number + 1}회: {_short(row)}")
    return rows


async def _round_in_room(
    url: str, exercise_id: str, people: Sequence[Trainee], cost: Cost, cold: bool
) -> tuple[list[Answered], Row]:
    memory, cpu = cost.memory_mb(), cost.cpu_seconds()
    failed = await ways.open_first_pages(people, cold=cold)
    first_cpu = cost.cpu_seconds() - cpu
    first_bytes = sum(p.tab.received_bytes for p in people) / len(people)
    failed = failed or await ways.open_exercises(people, exercise_id)
    if failed:
        raise RuntimeError(f"{len(failed)} of {len(people)} could not open the exercise: {failed[0]}")
    await asyncio.sleep(SETTLE_SECONDS)
    opened_memory, opened_cpu = cost.memory_mb(), cost.cpu_seconds()
    page_bytes = sum(p.tab.received_bytes for p in people) / len(people)
    answers = await ways.all_at_once([p.run for p in people])
    await asyncio.sleep(SETTLE_SECONDS)
    row = {
        "first_page_cpu_seconds": first_cpu / len(people),
        "first_page_kb": first_bytes / 1000,
        "opening_cpu_seconds": (opened_cpu - cpu) / len(people),
        "cpu_seconds": (cost.cpu_seconds() - opened_cpu) / len(people),
        "session_mb": (opened_memory - memory) / len(people),
        "session_after_mb": (cost.memory_mb() - memory) / len(people),
        "memory_mb": cost.memory_mb(),
        "threads": float(cost.threads()),
        "page_bytes_kb": page_bytes / 1000,
        "first_page_p95_ms": 1000 * percentile([p.first_page_seconds for p in people], 0.95),
    }
    await asyncio.gather(*(p.tab.close() for p in people))
    return answers, row


async def _beside(
    work: Work, endpoint: str, count: int, way: Callable[[str, str, int], Awaitable[list[Answered]]]
) -> Row:
    _, prompt = exercise_and_prompt()
    direct = await ways.straight(endpoint, prompt, count)
    return compare(await way(endpoint, prompt, count), direct, work.answer)


def exercise_and_prompt() -> tuple[str, str]:
    """Return the exercise's id and about the prompt it sends: its template's body with the first material."""
    exercise = parse_exercise(ROOT / "exercises" / EXERCISE)
    return exercise.id, exercise.scenario + "".join(m.path.read_text("utf-8") for m in exercise.materials)


def _short(row: Row) -> str:
    return ", ".join(f"{name} {value:.3g}" for name, value in sorted(row.items()))


def main() -> int:
    """Measure what the shell asked for; exit code 1 when an answer was lost."""
    options = _options()
    work = Work(options.people, options.rounds, options.tokens, options.tokens_per_second, 0.3, options.also)
    found = asyncio.run(measure(work, lambda line: print(line, flush=True)))
    table = found.page()
    print("\n" + table)
    for problem in sorted(set(found.problems)):
        print(problem, file=sys.stderr)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "room.md").write_text(table, encoding="utf-8")
    record = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {
            "python": platform.python_version(),
            "cores": psutil.cpu_count(),
            "system": platform.system(),
        },
        "work": {"tokens": work.tokens, "tokens_per_second": work.tokens_per_second, "rounds": work.rounds},
        "rounds": found.rounds,
        "missing": found.missing,
    }
    (options.out / "room.json").write_text(json.dumps(record, ensure_ascii=False, indent=1), encoding="utf-8")
    return 1 if found.problems else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="실습실이 모델 말고 스스로 쓰는 시간과 메모리를 잽니다.")
    parser.add_argument(
        "--people", type=int, nargs="+", default=[1, 10, 40], help="동시에 실행을 누를 사람 수"
    )
    parser.add_argument("--rounds", type=int, default=3, help="몇 번 재어 가운뎃값을 쓸지")
    parser.add_argument("--also", nargs="*", choices=["sdk", *CHATS], default=[], help="나란히 잴 것")
    parser.add_argument("--tokens", type=int, default=400)
    parser.add_argument("--tokens-per-second", type=float, default=30.0)
    parser.add_argument("--out", type=Path, default=ROOT / "data" / "bench", help="표와 JSON을 둘 폴더")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
