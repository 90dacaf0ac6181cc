"""Where everybody of a class is, the raised hand, and what somebody lets the lecturer see.

Hides how often this is written: at once when something has changed, else once in ten seconds a
person at the most, and once a minute for a page that is open and not touched. Who sits in no class leaves no trace here. Whether a prompt waits, runs, failed
or passed is told by the runs themselves and kept nowhere twice.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from sandbox.class_records import InstructorKey, SeatState, korean_day
from sandbox.classroom.instructors import Instructors
from sandbox.classroom.live import Live
from sandbox.records import InputError, NotFoundError, Person
from sandbox.store import Store

WRITE_SECONDS = 10.0
OPEN_SECONDS = 50.0  # with beats of twenty: once a minute
VOTES = ("A", "B", "same")
_PEOPLE_KNOWN = 2_000

COURSE, FREE, READING, FILLING = "course", "free", "reading", "filling"
STEPS = (COURSE, FREE, READING, FILLING)


@dataclass(slots=True)
class _Known:
    """What was written last of one person; ``written`` is of the steady clock."""

    class_code: str
    exercise_id: str
    step: str
    written: float


class Seats:
    """What a trainee's own screen tells. One per server process; safe from any thread."""

    def __init__(self, store: Store, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._came: OrderedDict[str, tuple[str, date]] = OrderedDict()
        self._open: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()

    def at(self, person: Person, step: str, exercise_id: str = "") -> None:
        """Note that the person's page was drawn: which exercise, or another page.

        A page drawn again is no arrival, and neither is a refresh or a restart of the server.
        """
        if not person.class_code:
            return
        self._note_day(person)
        known = self._remembered(person)
        same = known is not None and known.exercise_id == exercise_id and _same_page(known.step, step)
        if same and known is not None and self._touch(person, known, typed=False):
            return
        self._store.move_seat(
            person.id, person.class_code, exercise_id=exercise_id, step=step, at=datetime.now(UTC)
        )
        self._remember(person, exercise_id, step)

    def beat(self, person: Person, *, typed: bool) -> SeatState | None:
        """Note that somebody really sits there, and that they wrote; return how their seat stands."""
        if not person.class_code:
            return None
        self._note_day(person)
        known = self._remembered(person)
        if known is not None:
            self._touch(person, known, typed=typed)
        return self._store.seat_state(person.id)

    def is_open(self, person: Person) -> None:
        """Note that the person's page is before somebody who may only be reading: no work, but no empty seat."""
        now = self._clock()
        with self._lock:
            if now - self._open.get(person.id, -OPEN_SECONDS) < OPEN_SECONDS:
                return
            _put_last(self._open, person.id, now)
        self._store.keep_open(person.id, datetime.now(UTC))

    def mine(self, person: Person) -> SeatState | None:
        """Return the person's own seat; None outside a class."""
        return self._store.seat_state(person.id) if person.class_code else None

    def raise_hand(self, person: Person, *, shows_screen: bool) -> None:
        """Ask for help; with ``shows_screen`` the lecturer may look at the try until the hand is down."""
        _refuse_alone(person)
        self._store.raise_hand(person.id, person.class_code, at=datetime.now(UTC), shows_screen=shows_screen)

    def lower_hand(self, person: Person) -> None:
        """Take one's own hand down."""
        self._store.lower_hand(person.id)

    def share(self, person: Person, run_id: str, *, may_project: bool) -> None:
        """Let the lecturer read one answer of one's own; with ``may_project`` everybody, without a name."""
        _refuse_alone(person)
        if not self._store.run(run_id, person.id).answer.strip():
            raise InputError(
                "아직 받은 답변이 없어 공유할 수 없습니다.", remedy="답변이 끝난 뒤에 눌러 주세요."
            )
        self._store.share_run(
            person.id, person.class_code, run_id, may_project=may_project, at=datetime.now(UTC)
        )

    def withdraw(self, person: Person) -> None:
        """Share nothing any more; the projector drops it too."""
        if person.class_code:
            self._store.share_run(person.id, person.class_code, "", may_project=False, at=datetime.now(UTC))

    def vote(self, person: Person, exercise_id: str, choice: str) -> None:
        """Count the person's blind vote for their class; the last one of an exercise stands."""
        if choice not in VOTES:
            raise InputError("고를 수 없는 답입니다.", remedy="화면의 단추 가운데 하나를 눌러 주세요.")
        if person.class_code:
            self._store.put_vote(person.id, exercise_id, choice, datetime.now(UTC))

    # ------------------------------------------------------------------ inside

    def _note_day(self, person: Person) -> None:
        """Note once a day that the person came: a course may have several."""
        at = datetime.now(UTC)
        came = person.class_code, korean_day(at)
        with self._lock:
            if self._came.get(person.id) == came:
                return
        self._store.come(person.id, person.class_code, at)
        with self._lock:
            _put_last(self._came, person.id, came)

    def _touch(self, person: Person, known: _Known, *, typed: bool) -> bool:
        """Note a sign of life now and then; False when the seat is no longer there."""
        step = FILLING if typed and known.step == READING else known.step
        if step == known.step and self._clock() - known.written < WRITE_SECONDS:
            return True
        there = self._store.touch_seat(person.id, at=datetime.now(UTC), step=step, moved=typed)
        if there:
            self._remember(person, known.exercise_id, step)
        return there

    def _remembered(self, person: Person) -> _Known | None:
        """Return what was written last in this class, from the store after a restart."""
        with self._lock:
            known = self._known.get(person.id)
        if known is None:
            stored = self._store.seat_state(person.id)
            if stored is None or not stored.step:
                return None
            long_ago = self._clock() - WRITE_SECONDS
            known = _Known(stored.class_code, stored.exercise_id, stored.step, long_ago)
            with self._lock:
                known = self._known.setdefault(person.id, known)
        return known if known.class_code == person.class_code else None

    def _remember(self, person: Person, exercise_id: str, step: str) -> None:
        with self._lock:
            _put_last(self._known, person.id, _Known(person.class_code, exercise_id, step, self._clock()))


class SeatHelp:
    """What the lecturer does at a seat: help, and put an answer before everybody with leave to."""

    def __init__(self, store: Store, instructors: Instructors, live: Live) -> None:
        self._store, self._instructors, self._live = store, instructors, live

    def helped(self, key: InstructorKey, class_code: str, person_id: str) -> None:
        """Take somebody's hand down: the help was given."""
        self._instructors.current(key)
        self._store.lower_hand(member(self._store, class_code, person_id).id)

    def show(self, key: InstructorKey, class_code: str, person_id: str) -> None:
        """Put what somebody shares onto the projector; InputError without their leave."""
        self._instructors.current(key)
        state = self._store.seat_state(member(self._store, class_code, person_id).id)
        if state is None or not may_project(state, state.shared_run_id):
            raise InputError(
                "이 분은 앞 화면에 띄워도 된다고 하지 않으셨습니다.",
                remedy="「화면에 공유」에서 ‘앞 화면에 띄워도 좋습니다’를 골라 달라고 부탁해 주세요.",
            )
        run_id = state.shared_run_id
        self._live.change(key, class_code, lambda now: replace(now, shown_run_id=run_id))

    def hide(self, key: InstructorKey, class_code: str) -> None:
        """Take the answer off the projector."""
        self._instructors.current(key)
        self._live.change(key, class_code, lambda now: replace(now, shown_run_id=""))


def _put_last(known: OrderedDict[str, Any], person_id: str, what: object) -> None:
    """Remember of one person, and forget whoever was longest not heard of."""
    known[person_id] = what
    known.move_to_end(person_id)
    if len(known) > _PEOPLE_KNOWN:
        known.popitem(last=False)


def member(store: Store, class_code: str, person_id: str) -> Person:
    """Return somebody of this class; NotFoundError when they sit in another one or in none."""
    person = store.person(person_id)
    if not class_code or person.class_code != class_code:
        raise NotFoundError(
            "이 과정에 그 자리가 없습니다.", remedy="자리를 옮겼을 수 있습니다. 현황판을 다시 봐 주세요."
        )
    return person


def may_project(state: SeatState | None, run_id: str) -> bool:
    """Say whether this run is shared now, with leave for everybody to see it."""
    return state is not None and bool(run_id) and state.shared_run_id == run_id and state.may_project


def _same_page(was: str, now: str) -> bool:
    """Say whether two steps are of one page: who fills in a form still has the exercise open."""
    return was == now or (was == FILLING and now == READING)


def _refuse_alone(person: Person) -> None:
    if not person.class_code:
        raise InputError(
            "과정에 들어와 있지 않아 쓸 수 없습니다.",
            remedy="강사가 알려 준 과정 코드로 다시 들어와 주세요.",
        )
