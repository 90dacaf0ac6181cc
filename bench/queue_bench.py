"""Forty people in front of an endpoint that serves four: is everybody served, in order, and told the truth?"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench import people as ways
from bench import servers
from bench.figures import percentile
from bench.people import Answered, Trainee
from bench.room import exercise_and_prompt

TOKENS, PER_SECOND, FIRST_SECONDS = 60, 30.0, 0.3


@dataclass(frozen=True, slots=True)
class Queued:
    """What the line in front of the endpoint cost. Times in seconds."""

    people: int
    slots: int
    all_served: float
    ideal: float
    longest_wait: float
    estimate_off_p50: float
    lost: int

    def table(self) -> str:
        rows = (
            ("모두 답을 받기까지", f"{self.all_served:.1f}초"),
            ("자리가 쉬지 않았을 때의 시간", f"{self.ideal:.1f}초 ({self.all_served / self.ideal:.3f}배)"),
            ("가장 오래 기다린 사람의 첫 글자", f"{self.longest_wait:.1f}초"),
            ("보여 준 예상 시간과 실제의 차이 (가운뎃값)", f"{self.estimate_off_p50:.1f}초"),
            ("잃은 답", str(self.lost)),
        )
        head = f"| {self.people}명이 한꺼번에, 한 번에 {self.slots}명 | |\n| --- | ---: |\n"
        return head + "".join(f"| {name} | {value} |\n" for name, value in rows)


async def in_line(people: int = 40, slots: int = 4, say: Callable[[str], None] = lambda _: None) -> Queued:
    """Let everybody press at once; the endpoint serves ``slots``."""
    exercise_id, prompt = exercise_and_prompt()
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        servers.fake_endpoint(FIRST_SECONDS, PER_SECOND, TOKENS) as endpoint,
        servers.room(Path(folder), endpoint, parallel=slots) as room,
    ):
        one = await ways.straight(endpoint, prompt, 1)
        seats = [Trainee(room.url, f"수강생{n + 1}") for n in range(people)]
        failed = await ways.open_all(seats, exercise_id, cold=False)
        if failed:
            raise RuntimeError(failed[0])
        answers = await ways.all_at_once([s.run for s in seats])
        for seat in seats:
            await seat.tab.close()
    found = _summed_up(answers, one[0].whole, slots)
    say(f"자리 {slots}개 앞의 {people}명: {found}")
    return found


def _summed_up(answers: list[Answered], one_seconds: float, slots: int) -> Queued:
    good = [a for a in answers if not a.problem]
    off = [abs(a.told_wait - (a.first - FIRST_SECONDS)) for a in good if a.told_wait]
    return Queued(
        len(answers),
        slots,
        max((a.whole for a in good), default=0.0),
        -(-len(answers) // slots) * one_seconds,
        percentile([a.first for a in good], 1.0),
        statistics.median(off) if off else 0.0,
        len(answers) - len(good),
    )
