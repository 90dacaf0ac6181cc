"""Two class hours in a few minutes: ``python -m bench.soak``. Is anything left behind?

Some 2,400 answers, as forty people asking every two minutes would get, with browsers that reload now
and then. Memory, threads, sockets and files of the server are read all the while and, at the end, when
everybody has gone. Exit code 1 when an answer was lost or something was left.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from bench import people as ways
from bench import servers
from bench.people import Trainee
from bench.room import ROOT, exercise_and_prompt
from bench.servers import Cost
from tests.running_room import RunningRoom

RELOAD_EVERY = 6
LOOK_EVERY = 10
KEPT_SECONDS = 4  # of sessions whose browser has gone; 600 in a real room
THREADS_SPARE, FILES_SPARE = 4, 6
GROWTH_MB = 25.0


@dataclass(frozen=True, slots=True)
class Sample:
    """What the server holds at a moment."""

    answers: int
    seconds: float
    memory_mb: float
    threads: int
    files: int


@dataclass
class Soaked:
    """The samples while it ran, the one after everybody had gone, and what went wrong."""

    samples: list[Sample]
    gone: Sample
    problems: list[str]

    def growth_mb(self) -> float:
        """Return how much memory grew from the second quarter to the end."""
        return self.samples[-1].memory_mb - self.samples[len(self.samples) // 4].memory_mb

    def left_behind(self) -> list[str]:
        first = self.samples[0]
        found = []
        if self.growth_mb() > GROWTH_MB:
            found.append(f"메모리가 {self.growth_mb():.0f} MB 늘었습니다")
        if self.gone.threads > first.threads + THREADS_SPARE:
            found.append(f"스레드가 {first.threads}개에서 {self.gone.threads}개로 늘었습니다")
        if self.gone.files > first.files + FILES_SPARE:
            found.append(f"파일과 소켓이 {first.files}개에서 {self.gone.files}개로 늘었습니다")
        return found


async def soak(people: int, rounds: int, say: Callable[[str], None] = lambda _: None) -> Soaked:
    """Let people ask round after round; return what the server held on the way."""
    exercise_id, _ = exercise_and_prompt()
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        servers.fake_endpoint(0.05, 0.0, 100) as endpoint,
        servers.room(
            Path(folder), endpoint, STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL=str(KEPT_SECONDS)
        ) as room,
    ):
        return await _soaked(room, exercise_id, people, rounds, say)


async def _soaked(
    room: RunningRoom, exercise_id: str, people: int, rounds: int, say: Callable[[str], None]
) -> Soaked:
    cost, begun, answers = Cost(room.pid), time.monotonic(), 0

    def look() -> Sample:
        return Sample(answers, time.monotonic() - begun, cost.memory_mb(), cost.threads(), cost.files())

    seats = [Trainee(room.url, f"수강생{n + 1}") for n in range(people)]
    problems = await ways.open_all(seats, exercise_id, cold=False)
    samples: list[Sample] = []
    for number in range(rounds if not problems else 0):
        if number and number % RELOAD_EVERY == 0:
            seats, more = await _reloaded(room.url, exercise_id, seats)
            problems += more
        problems += [a.problem for a in await ways.all_at_once([s.run for s in seats]) if a.problem]
        answers += people
        if number % LOOK_EVERY == LOOK_EVERY - 1:
            samples.append(look())
            say(f"답 {answers}개: {samples[-1].memory_mb:.0f} MB, 스레드 {samples[-1].threads}")
    await asyncio.gather(*(s.tab.close() for s in seats))
    await asyncio.sleep(KEPT_SECONDS * 3)
    return Soaked(samples, look(), problems)


async def _reloaded(url: str, exercise_id: str, seats: list[Trainee]) -> tuple[list[Trainee], list[str]]:
    """Let every other person close the browser and come in anew."""
    leaving = seats[::2]
    await asyncio.gather(*(s.tab.close() for s in leaving))
    coming = [Trainee(url, s.name) for s in leaving]
    problems = await ways.open_exercises_anew(coming, exercise_id)
    return [*seats[1::2], *coming], problems


def main() -> int:
    parser = argparse.ArgumentParser(description="두 시간 수업을 몇 분에 눌러 담아, 남는 것이 없는지 봅니다.")
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=120)
    parser.add_argument("--out", type=Path, default=ROOT / "data" / "bench")
    options = parser.parse_args()
    found = asyncio.run(soak(options.people, options.rounds, lambda line: print(line, flush=True)))
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "soak.json").write_text(json.dumps(asdict(found), ensure_ascii=False, indent=1), "utf-8")
    print(table(found))
    for problem in [*sorted(set(found.problems)), *found.left_behind()]:
        print("·", problem)
    return 1 if found.problems or found.left_behind() else 0


def table(found: Soaked) -> str:
    """Write the samples as a table: a quarter of the way each, and after everybody has gone."""
    if not found.samples:
        return ""
    last = len(found.samples) - 1
    steps = [found.samples[round(last * share)] for share in (0, 0.25, 0.5, 0.75, 1)]
    rows = [*((f"답 {s.answers:,}개 뒤", s) for s in steps), ("모두 나간 뒤", found.gone)]
    lines = ["| | 메모리 | 스레드 | 파일과 소켓 |", "| --- | ---: | ---: | ---: |"]
    lines += [f"| {name} | {s.memory_mb:.0f} MB | {s.threads} | {s.files} |" for name, s in rows]
    return "\n".join([*lines, f"\n잃은 답 {len(found.problems)}개"]) + "\n"


if __name__ == "__main__":
    raise SystemExit(main())
