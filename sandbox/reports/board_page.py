"""A look at a class as the two screens get it: names for the lecturer, seat numbers for the projector.

Hides which facts go to whom. The projector's page is made by a function of its own that never
touches a name, an error's text or anything somebody wrote; it is not the lecturer's with parts removed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.class_records import Class, ClassNow, SeatLine, Spent, TryLine
from sandbox.records import EndpointHealth
from sandbox.reports.standing import Standing, Tried, standing

MOST_FAILED = 6
OTHERS_TOLD = 20  # exercises off the path; those of the path are all told
NOTHING_TRIED = Tried()
STEP_WORDS = {
    "": "",
    "course": "과정 고르는 중",
    "free": "자유 실습",
    "reading": "읽는 중",
    "filling": "쓰는 중",
    "running": "실행 중",
    "checking": "결과 보는 중",
    "done": "완료",
}
WORDS = {standing.name: standing.value for standing in Standing}
_ALWAYS = frozenset({"k", "s", "w"})
STEPS = ("reading", "filling", "running", "checking", "done")
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ClassLook:
    """Everything a board shows of a class at a moment, before it is drawn for anybody."""

    klass: Class
    now: ClassNow
    at: datetime
    seats: tuple[SeatLine, ...]
    tried: Mapping[tuple[str, str], Tried]
    under_way: Mapping[str, TryLine]
    votes: Mapping[str, Mapping[str, int]]
    spent: Spent
    health: tuple[tuple[str, EndpointHealth], ...]


@dataclass(frozen=True, slots=True)
class Tile:
    """One seat at the moment of drawing."""

    line: SeatLine
    standing: Standing
    minutes: int
    exercise_id: str
    step: str
    tried: Tried
    hand_rank: int
    hand_minutes: int


def for_lecturer(look: ClassLook, stuck_minutes: int, title: Callable[[str], str]) -> Json:
    """Tell the lecturer everything but content."""
    tiles = list(_tiles(look, stuck_minutes))
    return {
        **_whole(look, tiles, title),
        "tiles": [_short(_tile(t) | _lecturers_tile(t, look, title)) for t in tiles],
        "endpoints": [_endpoint(name, health) | {"error": health.last_error} for name, health in look.health],
        "budget": _budget(look),
    }


def for_projector(
    look: ClassLook, stuck_minutes: int, title: Callable[[str], str], mark: Callable[[str], str]
) -> Json:
    """Tell the whole room how the class gets on: seat numbers only."""
    tiles = list(_tiles(look, stuck_minutes))
    return {
        **_whole(look, tiles, title),
        "tiles": [_short(_tile(t) | {"k": mark(t.line.person_id or f"roster:{t.line.seat}")}) for t in tiles],
        "endpoints": [_endpoint(name, health) for name, health in look.health],
        "shown": mark(look.now.shown_run_id) if _may_show(look) else "",
    }


def seat_order(line: SeatLine) -> tuple[bool, int, str, str]:
    """Order seats as people count them: 2 before 10, seats without a number last."""
    number = re.search(r"\d+", line.seat)
    return (not line.seat, int(number.group()[:9]) if number else 0, line.seat, line.person_id)


# --------------------------------------------------------------------------- what both see


def _whole(look: ClassLook, tiles: list[Tile], title: Callable[[str], str]) -> Json:
    standings = Counter(t.standing.name for t in tiles)
    here = look.now.exercise_id
    return {
        "title": look.klass.title,
        "exercise": title(here) if here else "",
        "paused": look.now.paused,
        "people": sum(bool(t.line.person_id) for t in tiles),
        "seats": max(look.klass.seats, len(tiles)),
        "words": WORDS,
        "counts": dict(standings) | {"HAND": sum(t.hand_rank > 0 for t in tiles)},
        "exercises": _exercises(look, tiles, title),
        "failed": _most_failed(look, tiles, title),
        "votes": [
            {
                "x": title(exercise_id),
                "a": found.get("A", 0),
                "b": found.get("B", 0),
                "s": found.get("same", 0),
            }
            for exercise_id, found in sorted(look.votes.items())
        ],
    }


def _short(tile: Json) -> Json:
    """Leave out what is nothing: there are two hundred tiles, and every one goes over the net."""
    return {key: value for key, value in tile.items() if value or key in _ALWAYS}


def _lecturers_tile(tile: Tile, look: ClassLook, title: Callable[[str], str]) -> Json:
    elsewhere = tile.exercise_id and tile.exercise_id != look.now.exercise_id
    return {
        "k": tile.line.person_id or f"roster:{tile.line.seat}",
        "n": tile.line.name,
        "x": title(tile.exercise_id) if elsewhere else "",
        "e": tile.tried.last.error if tile.standing is Standing.ERROR and tile.tried.last else "",
        "o": _shares(tile.line),
    }


def _tile(tile: Tile) -> Json:
    """Write what may be seen by everybody, under short keys."""
    return {
        "s": tile.line.seat,
        "w": tile.standing.name,
        "m": tile.minutes,
        "st": STEP_WORDS[tile.step],
        "t": tile.tried.tries,
        "p": tile.tried.passed,
        "q": tile.tried.total,
        "h": tile.hand_rank,
        "hm": tile.hand_minutes,
    }


def _tiles(look: ClassLook, stuck_minutes: int) -> Iterator[Tile]:
    hands = sorted(
        (s.state.hand_at, s.person_id)
        for s in look.seats
        if s.state is not None and s.state.hand_at is not None
    )
    ranks = {person_id: n for n, (_, person_id) in enumerate(hands, 1)}
    for line in look.seats:
        seat = line.state
        exercise_id = seat.exercise_id if seat else ""
        own = look.tried.get((line.person_id, exercise_id), NOTHING_TRIED)
        under_way = look.under_way.get(line.person_id)
        if under_way is not None and own.last != under_way:
            # Two of a lab's prompts, or another page: whoever waits for an answer is not idle.
            own = Tried(own.tries, own.passed, own.total, own.finished, under_way, own.failed)
        found, minutes = standing(seat, own, look.at, stuck_minutes=stuck_minutes)
        waited = (look.at - seat.hand_at).total_seconds() if seat and seat.hand_at else 0.0
        yield Tile(
            line,
            found,
            minutes,
            exercise_id,
            _step(line, own, found),
            own,
            ranks.get(line.person_id, 0),
            max(0, int(waited // 60)),
        )


def _step(line: SeatLine, tried: Tried, found: Standing) -> str:
    """Say at which step somebody is; the runs know better than what the page last told."""
    seat = line.state
    if found in (Standing.WAITING, Standing.ANSWERING):
        return "running"
    if seat is None:
        return ""
    if seat.exercise_id and found is Standing.DONE:
        return "done"
    ended_at = tried.last.ended_at if tried.last else None
    if seat.exercise_id and ended_at and ended_at >= max(seat.arrived_at, seat.moved_at):
        return "checking"
    return seat.step if seat.step in STEP_WORDS else ""


def _exercises(look: ClassLook, tiles: list[Tile], title: Callable[[str], str]) -> list[Json]:
    """Tell of each exercise who is at which step of it now, who has tried and who has passed everything.

    All of the path, and what stands before the class wherever it comes from; the screen chooses what it has room for.
    """
    people = {t.line.person_id for t in tiles if t.line.person_id}
    tried: Counter[str] = Counter()
    finished: Counter[str] = Counter()
    for (person_id, exercise_id), sums in look.tried.items():
        if person_id in people and exercise_id:
            tried[exercise_id] += 1
            finished[exercise_id] += sums.finished
    now = Counter((t.exercise_id, t.step) for t in tiles if t.exercise_id)
    here = look.now.exercise_id
    off = {e for e, _ in now} | ({here} if here else set())
    others = sorted(off - set(look.klass.path), key=lambda e: (e != here, e))[:OTHERS_TOLD]
    return [
        {
            "x": title(exercise_id),
            "now": exercise_id == here,
            "in": [now[(exercise_id, step)] for step in STEPS],
            "tried": tried[exercise_id],
            "finished": finished[exercise_id],
        }
        for exercise_id in (*look.klass.path, *others)
    ]


def _most_failed(look: ClassLook, tiles: list[Tile], title: Callable[[str], str]) -> list[Json]:
    """Tell which checks the latest tries of most people fail; those who have passed since do not count."""
    people = {t.line.person_id for t in tiles if t.line.person_id}
    failing: Counter[tuple[str, str]] = Counter()
    names: dict[tuple[str, str], str] = {}
    for (person_id, exercise_id), sums in look.tried.items():
        if person_id in people and exercise_id and not sums.finished:
            for check_id, check_title in sums.failed:
                failing[(exercise_id, check_id)] += 1
                names[(exercise_id, check_id)] = check_title
    ordered = sorted(failing.items(), key=lambda found: (-found[1], found[0]))
    return [
        {"c": names[place], "x": title(place[0]), "people": count} for place, count in ordered[:MOST_FAILED]
    ]


def _endpoint(name: str, health: EndpointHealth) -> Json:
    return {
        "name": name,
        "state": health.state.name,
        "word": health.state.value,
        "waiting": health.waiting,
        "running": health.running,
        "slots": health.slots,
        "wait": round(health.estimate_seconds),
        "retry": round(health.retry_seconds),
        "errors": health.recent_errors,
    }


def _budget(look: ClassLook) -> Json:
    rules, spent = look.klass.rules, look.spent
    return {
        "runs": spent.runs,
        "tokens": spent.tokens,
        "won": round(spent.won),
        "tokens_limit": rules.class_tokens,
        "won_limit": None if rules.class_won is None else round(rules.class_won),
    }


def _may_show(look: ClassLook) -> bool:
    """Say whether the answer on the projector is still shared: who withdraws it takes it off at once."""
    wanted = look.now.shown_run_id
    return bool(wanted) and any(
        s.state is not None and s.state.shared_run_id == wanted and s.state.may_project for s in look.seats
    )


def _shares(line: SeatLine) -> int:
    """0: nothing, 1: an answer for the lecturer, 2: for the projector too, 3: the screen, with the hand up."""
    seat = line.state
    if seat is None:
        return 0
    if seat.shared_run_id:
        return 2 if seat.may_project else 1
    return 3 if seat.shows_screen and seat.hand_at is not None else 0
