"""From presses to an answer: will this class hold, and if not, what to change. Pure.

Hides the thresholds: a trainee waits fifteen seconds for the first word without asking whether it is
broken, and three quarters of a minute at the very most; whole answers by six times as long.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

from sandbox.classroom.standings import price_is_known, price_of
from sandbox.records import Endpoint, Exercise
from sandbox.rehearsal.walk import Plan, Press

GOOD_FIRST_SECONDS, BEARABLE_FIRST_SECONDS = 15.0, 45.0
GOOD_WHOLE_SECONDS, BEARABLE_WHOLE_SECONDS = 90.0, 180.0
BEARABLE_ERRORS = 0.02
TRIES = 2.5  # how often a trainee presses at an exercise, from the first prompt to one that passes
RUNS_IN_MINUTES = 2  # presses that the minutes of an exercise are lengthened by


class Verdict(StrEnum):
    HOLDS = "됩니다"
    TIGHT = "아슬아슬합니다"
    FAILS = "어렵습니다"
    OPEN = "끝까지 하지 않아 말할 수 없습니다"


@dataclass(frozen=True, slots=True)
class ExerciseFigures:
    """One exercise. Seconds after the press; ``minutes`` is what it is likely to take in class."""

    exercise_id: str
    title: str
    presses: int
    errors: int
    first_p50: float
    first_p95: float
    whole_p50: float
    whole_p95: float
    passed_share: float
    minutes: float


@dataclass(frozen=True, slots=True)
class Report:
    """What a rehearsal found. ``won`` is None where no price is known; ``class_*`` are for the whole class."""

    endpoint: str
    model: str
    seats: int
    finished: bool
    verdict: str
    why: str
    changes: tuple[str, ...]
    presses: int
    errors: int
    queue_p50: float
    queue_p95: float
    first_p50: float
    first_p95: float
    whole_p50: float
    whole_p95: float
    tokens: int
    class_tokens: int
    class_won: float | None
    exercises: tuple[ExerciseFigures, ...] = ()
    recorded: bool = False
    troubles: Mapping[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the report as JSON values."""
        return asdict(self)


def sum_up(plan: Plan, presses: Sequence[Press], exercises: Mapping[str, Exercise]) -> Report:
    """Sum up what was measured."""
    good = [p for p in presses if not p.error]
    finished = len(presses) >= plan.seats * len(plan.path)
    first, whole = [p.first_seconds for p in good], [p.whole_seconds for p in good]
    queue = [p.queue_seconds for p in good]
    each = sum(p.prompt_tokens + p.answer_tokens for p in good) / len(good) if good else 0.0
    class_runs = plan.seats * len(plan.path) * TRIES
    report = Report(
        endpoint=plan.endpoint.name,
        model=plan.endpoint.model,
        seats=plan.seats,
        finished=finished,
        verdict="",
        why="",
        changes=(),
        presses=len(presses),
        errors=len(presses) - len(good),
        queue_p50=percentile(queue, 0.5),
        queue_p95=percentile(queue, 0.95),
        first_p50=percentile(first, 0.5),
        first_p95=percentile(first, 0.95),
        whole_p50=percentile(whole, 0.5),
        whole_p95=percentile(whole, 0.95),
        tokens=sum(p.prompt_tokens + p.answer_tokens for p in good),
        class_tokens=round(each * class_runs),
        class_won=_class_won(plan.endpoint, good, class_runs),
        exercises=tuple(
            _exercise(e, exercises.get(e), [p for p in presses if p.exercise_id == e]) for e in plan.path
        ),
        recorded=plan.record,
        troubles=dict(Counter(p.error for p in presses if p.error).most_common(5)),
    )
    verdict, why = judge(report)
    return replace(report, verdict=str(verdict), why=why, changes=_changes(report, verdict, plan))


def judge(report: Report) -> tuple[Verdict, str]:
    """Say whether the class will hold, and by which figure."""
    if not report.finished:
        return Verdict.OPEN, f"{report.presses}번까지 재고 멈췄습니다."
    errors = report.errors / report.presses if report.presses else 1.0
    if errors > BEARABLE_ERRORS:
        return Verdict.FAILS, f"{report.presses}번 가운데 {report.errors}번이 오류로 끝났습니다."
    if report.first_p95 > BEARABLE_FIRST_SECONDS or report.whole_p95 > BEARABLE_WHOLE_SECONDS:
        return Verdict.FAILS, _waits(report)
    if errors or report.first_p95 > GOOD_FIRST_SECONDS or report.whole_p95 > GOOD_WHOLE_SECONDS:
        return Verdict.TIGHT, _waits(report) + (f" 오류도 {report.errors}번 있었습니다." if errors else "")
    return Verdict.HOLDS, _waits(report)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least this share of the values does not exceed; 0 without values."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def _waits(report: Report) -> str:
    return (
        f"스무 명 가운데 열아홉 명은 {report.first_p95:.0f}초 안에 첫 글자를 보고, "
        f"{report.whole_p95:.0f}초 안에 답을 다 받습니다."
    )


def _changes(report: Report, verdict: Verdict, plan: Plan) -> tuple[str, ...]:
    """Say what would make it hold, the most telling first."""
    if verdict in (Verdict.HOLDS, Verdict.OPEN):
        return ()
    changes: list[str] = []
    if report.errors:
        most = next(iter(report.troubles), "")
        changes.append(
            f"가장 잦은 오류를 먼저 풀어 주세요: {most} (「연결」 화면의 ‘연결 시험’으로 확인할 수 있습니다.)"
        )
    slow_first = report.first_p95 > GOOD_FIRST_SECONDS
    if slow_first and report.queue_p95 > report.first_p95 / 2:
        wanted = min(plan.seats, math.ceil(plan.endpoint.parallel * report.first_p95 / GOOD_FIRST_SECONDS))
        fit = max(1, int(plan.seats * GOOD_FIRST_SECONDS / report.first_p95))
        changes.append(
            f"줄이 깁니다. 이 연결은 한꺼번에 {plan.endpoint.parallel}명까지 받습니다. 서버가 견딘다면 설정의 "
            f"parallel을 {wanted}쯤으로 올려 다시 리허설해 주세요."
        )
        changes.append(f"올릴 수 없으면 {fit}명씩 나누어 차례로 실행하게 해 주세요.")
    elif slow_first:
        changes.append("줄은 짧은데 첫 글자가 늦습니다. 더 작은 모델이나 더 빠른 서버를 골라 주세요.")
    if report.whole_p95 > GOOD_WHOLE_SECONDS:
        changes.append(
            "답을 쓰는 데 오래 걸립니다. 분량을 줄이는 조건이 있는 실습을 먼저 하거나 더 빠른 모델을 골라 주세요."
        )
    if not report.recorded:
        changes.append("답변을 녹화해 두면 수업 중에 연결이 멈춰도 ‘녹화된 답변’으로 이어 갈 수 있습니다.")
    return tuple(changes)


def _exercise(exercise_id: str, exercise: Exercise | None, presses: Sequence[Press]) -> ExerciseFigures:
    good = [p for p in presses if not p.error]
    first, whole = [p.first_seconds for p in good], [p.whole_seconds for p in good]
    checks = sum(p.checks for p in good)
    waits = RUNS_IN_MINUTES * percentile(whole, 0.95) / 60
    return ExerciseFigures(
        exercise_id,
        exercise.title if exercise else exercise_id,
        len(presses),
        len(presses) - len(good),
        percentile(first, 0.5),
        percentile(first, 0.95),
        percentile(whole, 0.5),
        percentile(whole, 0.95),
        sum(p.passed for p in good) / checks if checks else 0.0,
        (exercise.minutes if exercise else 0) + waits,
    )


def _class_won(endpoint: Endpoint, good: Sequence[Press], class_runs: float) -> float | None:
    if not price_is_known(endpoint) or not good:
        return None
    each = price_of(
        endpoint,
        sum(p.prompt_tokens for p in good) / len(good),
        sum(p.answer_tokens for p in good) / len(good),
    )
    return each * class_runs
