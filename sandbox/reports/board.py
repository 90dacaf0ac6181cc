"""The live board: one summary a class, computed at most every two seconds and shared by all viewers.

Hides how little is read for it: two small queries (who is where; runs begun since the last look and
those not settled yet) and, every ten seconds, the roster, the votes and the budget. What runs have
said once stays in memory, and is read anew every two minutes so that nothing can drift for long.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from sandbox.class_records import Class, InstructorKey, SeatLine, SeatState, Spent, TryLine
from sandbox.classroom.instructors import Instructors
from sandbox.classroom.steady import Steady, running_seconds
from sandbox.records import Endpoint, EndpointHealth, HealthState, NotFoundError
from sandbox.reports import board_page
from sandbox.reports.board_page import ClassLook
from sandbox.reports.standing import STUCK_MINUTES, STUCK_MINUTES_MAX, Tried, sum_up
from sandbox.store import Store

FRESH_SECONDS = 2.0
SLOW_SECONDS = 10.0
ANEW_SECONDS = 120.0
OVERLAP = timedelta(seconds=30)  # a run is stored a moment after its time was taken
SETTLED_AFTER = timedelta(seconds=30)  # verdicts follow the end of a run; some have none
CLASSES_KEPT = 50


@dataclass(frozen=True, slots=True)
class Drawn:
    """A board as it goes to a browser, plain and by gzip; the same ``etag`` means that nothing has changed."""

    etag: str
    body: bytes
    packed: bytes


@dataclass(slots=True)
class _Runs:
    """What is known of a class's runs: the tries of each person at each exercise, and their sums."""

    members: frozenset[str] = frozenset()
    read_at: float = -ANEW_SECONDS
    newest: datetime | None = None
    unsettled: set[str] = field(default_factory=set)
    lines: dict[tuple[str, str], dict[str, TryLine]] = field(default_factory=dict)
    tried: dict[tuple[str, str], Tried] = field(default_factory=dict)
    under_way: dict[str, TryLine] = field(default_factory=dict)

    def take(self, found: Iterable[TryLine], now: datetime, steady: Steady) -> None:
        touched: set[tuple[str, str]] = set()
        for line in found:
            place = (line.person_id, line.exercise_id)
            self.lines.setdefault(place, {})[line.run_id] = line
            touched.add(place)
            self.newest = max(self.newest or line.created_at, line.created_at)
            if _settled(line, now):
                self.unsettled.discard(line.run_id)
            else:
                self.unsettled.add(line.run_id)
            if not line.state.ended:
                self.under_way[line.person_id] = _steady_try(line, steady)
            elif (open_now := self.under_way.get(line.person_id)) and open_now.run_id == line.run_id:
                del self.under_way[line.person_id]
        for place in touched:
            ordered = sorted(self.lines[place].values(), key=lambda t: (t.created_at, t.run_id))
            tried = sum_up(ordered)
            last = tried.last and _steady_try(tried.last, steady)
            self.tried[place] = replace(tried, last=last)


@dataclass(slots=True)
class _Kept:
    """A class's own lock, last look and drawings."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    runs: _Runs = field(default_factory=_Runs)
    looked: float = -FRESH_SECONDS
    look: ClassLook | None = None
    slow_looked: float = -SLOW_SECONDS
    empty: tuple[SeatLine, ...] = ()
    votes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    spent: Spent = field(default_factory=Spent)
    drawn: dict[tuple[bool, int], Drawn] = field(default_factory=dict)


class Board:
    """One per server process; safe from any thread.

    ``exercise_title`` names an exercise, known or not; ``health`` asks the queue. NotFoundError where
    there is no such class.
    """

    def __init__(
        self,
        store: Store,
        instructors: Instructors,
        *,
        exercise_title: Callable[[str], str],
        endpoints: Callable[[], Iterable[Endpoint]],
        health: Callable[[str], EndpointHealth],
        clock: Callable[[], float] = running_seconds,
        utc_now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store, self._instructors = store, instructors
        self._title, self._endpoints, self._health = exercise_title, endpoints, health
        self._clock, self._utc_now, self._steady = clock, utc_now, Steady(clock, utc_now)
        self._secret = secrets.token_bytes(16)
        self._classes: OrderedDict[str, _Kept] = OrderedDict()
        self._lock = threading.Lock()

    def drawn(
        self, key: InstructorKey, code: str, *, projector: bool, stuck_minutes: int = STUCK_MINUTES
    ) -> Drawn:
        """Return the board of a class as JSON, for the lecturer or without names for the projector."""
        self._instructors.current(key)
        minutes = min(max(1, stuck_minutes), STUCK_MINUTES_MAX)
        kept = self._kept(code)
        with kept.lock:
            look = self._fresh(kept, code)
            found = kept.drawn.get((projector, minutes))
            if found is None:
                told = (
                    board_page.for_projector(look, minutes, self._title, self._seat_mark)
                    if projector
                    else board_page.for_lecturer(look, minutes, self._title)
                )
                body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
                etag = hashlib.blake2b(body, digest_size=12).hexdigest()
                found = Drawn(etag, body, gzip.compress(body, 1, mtime=0))
                kept.drawn[(projector, minutes)] = found
        return found

    def look(self, key: InstructorKey, code: str) -> ClassLook:
        """Return what the board is drawn from, at most two seconds old."""
        self._instructors.current(key)
        kept = self._kept(code)
        with kept.lock:
            return self._fresh(kept, code)

    def refresh(self, key: InstructorKey, code: str) -> None:
        """Look anew at the next question: the lecturer has just done something and wants to see it."""
        self._instructors.current(key)
        kept = self._kept(code)
        with kept.lock:
            kept.looked = -FRESH_SECONDS

    # ------------------------------------------------------------------ inside

    def _kept(self, code: str) -> _Kept:
        with self._lock:
            kept = self._classes.setdefault(code, _Kept())
            self._classes.move_to_end(code)
            if len(self._classes) > CLASSES_KEPT:
                self._classes.popitem(last=False)
            return kept

    def _fresh(self, kept: _Kept, code: str) -> ClassLook:
        clock = self._clock()
        if kept.look is not None and clock - kept.looked < FRESH_SECONDS:
            return kept.look
        klass = self._store.class_of(code)
        if klass is None:
            raise no_class()
        at = self._utc_now()
        if clock - kept.slow_looked >= SLOW_SECONDS:
            kept.empty = self._store.empty_seats(code)
            kept.votes = self._store.vote_counts(code)
            kept.spent = self._store.spent(class_code=code)
            kept.slow_looked = clock
        here = self._store.class_seats(code)
        self._read_runs(kept, code, frozenset(s.person_id for s in here), at)
        seats = (replace(line, state=line.state and _steady_seat(line.state, self._steady)) for line in here)
        kept.look = ClassLook(
            klass,
            self._store.class_now(code),
            self._steady.now(),
            tuple(sorted((*seats, *kept.empty), key=board_page.seat_order)),
            kept.runs.tried,
            dict(kept.runs.under_way),
            kept.votes,
            kept.spent,
            self._healths(klass),
        )
        kept.looked = clock
        kept.drawn = {}
        return kept.look

    def _read_runs(self, kept: _Kept, code: str, members: frozenset[str], at: datetime) -> None:
        clock = self._clock()
        if not members <= kept.runs.members or clock - kept.runs.read_at >= ANEW_SECONDS:
            runs = _Runs(members, clock)
            runs.take(self._store.class_tries(code), at, self._steady)
            kept.runs = runs
            return
        runs = kept.runs
        since = min(runs.newest or at, at) - OVERLAP  # the newest may be of before the clock was set back
        found = self._store.class_tries(code, since=since, also=tuple(runs.unsettled))
        runs.take(found, at, self._steady)

    def _healths(self, klass: Class) -> tuple[tuple[str, EndpointHealth], ...]:
        """Ask after the class's own endpoint and those that have been used of late."""
        found = [(e, self._health(e.id)) for e in self._endpoints()]
        wanted = klass.endpoint_id or (found[0][0].id if found else "")
        return tuple(
            (e.name, health)
            for e, health in found
            if e.id == wanted or health.state is not HealthState.UNKNOWN
        )

    def _seat_mark(self, person_id: str) -> str:
        """Name a tile on the projector so that it can be patched in place and nobody be found by it."""
        return hashlib.blake2b(person_id.encode(), key=self._secret, digest_size=6).hexdigest()


def no_class() -> NotFoundError:
    """Say that there is no such class."""
    return NotFoundError(
        "그 과정을 찾지 못했습니다.", remedy="지워진 과정일 수 있습니다. 과정 목록을 다시 열어 확인해 주세요."
    )


def _settled(line: TryLine, now: datetime) -> bool:
    if not line.state.ended or line.ended_at is None:
        return False
    return line.total > 0 or abs(now - line.ended_at) > SETTLED_AFTER


def _steady_seat(seat: SeatState, steady: Steady) -> SeatState:
    """Return a seat with its moments on the board's own line of time."""
    who = seat.person_id
    return replace(
        seat,
        arrived_at=steady.past((who, "arrived"), seat.arrived_at),
        seen_at=steady.past((who, "seen"), seat.seen_at),
        moved_at=steady.past((who, "moved"), seat.moved_at),
        hand_at=steady.placed((who, "hand"), seat.hand_at) if seat.hand_at else None,  # in their order
    )


def _steady_try(line: TryLine, steady: Steady) -> TryLine:
    ended_at = steady.past((line.run_id, "ended"), line.ended_at) if line.ended_at else None
    return replace(line, created_at=steady.past((line.run_id, "created"), line.created_at), ended_at=ended_at)
