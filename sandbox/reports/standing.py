"""How somebody is getting on, from where they are and what they tried: one rule table, pure.

Hides when a person counts as stuck, idle or away. The order says what matters most to a lecturer:
a prompt under way, then an exercise that is done, then an empty chair, then trouble.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sandbox.class_records import SeatState, TryLine
from sandbox.records import RunState

AWAY_SECONDS = 180.0
STUCK_MINUTES = 5
STUCK_MINUTES_MAX = 60


class Standing(StrEnum):
    """How a seat stands; the value is what the screen says."""

    EMPTY = "아직 안 옴"
    AWAY = "자리 비움"
    WAITING = "차례 대기"
    ANSWERING = "답변 중"
    DONE = "모두 통과"
    ERROR = "오류"
    STUCK = "막힘"
    IDLE = "실행 없음"
    WORKING = "하는 중"


@dataclass(frozen=True, slots=True)
class Tried:
    """The tries of one person at one exercise, summed up.

    ``passed`` of ``total`` are those of the best try. ``failed`` is what the latest judged try failed.
    """

    tries: int = 0
    passed: int = 0
    total: int = 0
    finished: bool = False
    last: TryLine | None = None
    failed: tuple[tuple[str, str], ...] = ()


def sum_up(tries: Sequence[TryLine]) -> Tried:
    """Sum up the tries of one person at one exercise, oldest first."""
    if not tries:
        return Tried()
    judged = [t for t in tries if t.total]
    best = max(judged, key=lambda t: (t.passed, -t.total), default=None)
    return Tried(
        tries=len(tries),
        passed=best.passed if best else 0,
        total=best.total if best else 0,
        finished=any(t.state.ended and t.passed == t.total for t in judged),
        last=tries[-1],
        failed=judged[-1].failed if judged else (),
    )


def standing(
    seat: SeatState | None, tried: Tried, now: datetime, *, stuck_minutes: float = STUCK_MINUTES
) -> tuple[Standing, int]:
    """Say how somebody gets on at the exercise they have open, and for how many minutes."""
    last = tried.last
    if last is not None and not last.state.ended:
        under_way = Standing.WAITING if last.state is RunState.WAITING else Standing.ANSWERING
        return under_way, _minutes(now - last.created_at)
    if seat is None:
        return Standing.EMPTY, 0
    ended_at = (last.ended_at or last.created_at) if last else None
    signs = [seat.seen_at, *([ended_at] if ended_at else [])]
    unseen = now - max(signs)
    if tried.finished:
        return Standing.DONE, _minutes(now - max(seat.moved_at, ended_at or seat.moved_at))
    if unseen >= timedelta(seconds=AWAY_SECONDS):
        return Standing.AWAY, _minutes(unseen)
    if last is None:
        return _before_a_try(seat, now, stuck_minutes)
    return _after_a_try(seat, last, tried, now, stuck_minutes)


def _before_a_try(seat: SeatState, now: datetime, stuck_minutes: float) -> tuple[Standing, int]:
    here = now - seat.arrived_at
    idle = bool(seat.exercise_id) and here >= timedelta(minutes=stuck_minutes)
    return (Standing.IDLE if idle else Standing.WORKING), _minutes(here)


def _after_a_try(
    seat: SeatState, last: TryLine, tried: Tried, now: datetime, stuck_minutes: float
) -> tuple[Standing, int]:
    quiet = now - max(seat.arrived_at, seat.moved_at, last.ended_at or last.created_at)
    broke = last.state in (RunState.FAILED, RunState.CUT)
    if (broke or tried.failed) and seat.exercise_id and quiet >= timedelta(minutes=stuck_minutes):
        return Standing.STUCK, _minutes(quiet)
    return (Standing.ERROR if broke else Standing.WORKING), _minutes(quiet)


def _minutes(time: timedelta) -> int:
    return max(0, int(time.total_seconds() // 60))
