"""Let simulated trainees walk a path: the same press of 실행, the same queue, the same checks.

Hides that they sit in a room of their own: a store in a folder that is thrown away, so that no
simulated person is ever seen in a list, and a queue of their own in front of the same endpoint.
Everybody presses within a few seconds, as a class does when the lecturer says so.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from sandbox.library import Library, prefilled, render
from sandbox.practice import Practice, Work, score
from sandbox.records import (
    Endpoint,
    Exercise,
    InputError,
    NotFoundError,
    Person,
    Run,
    RunState,
    SandboxError,
    Usage,
)
from sandbox.rehearsal.journal import Journal
from sandbox.store import Store

SEATS_MAX = 300
PRESS_WITHIN_SECONDS = 10.0
LONGEST_PATH = 40


@dataclass(frozen=True, slots=True)
class Plan:
    """What is rehearsed. All of ``seats`` press within ``press_within_seconds`` at each exercise of ``path``."""

    seats: int
    path: tuple[str, ...]
    endpoint: Endpoint
    press_within_seconds: float = PRESS_WITHIN_SECONDS
    record: bool = False

    @property
    def key(self) -> str:
        """Return a name of this very plan; the same plan goes on where it was stopped."""
        said = (self.seats, self.path, self.endpoint.id, self.endpoint.model, self.press_within_seconds)
        return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Press:
    """How one press of one seat went. Seconds after the press; ``error`` is empty when it went well."""

    exercise_id: str
    seat: int
    queue_seconds: float = 0.0
    first_seconds: float = 0.0
    whole_seconds: float = 0.0
    prompt_tokens: int = 0
    answer_tokens: int = 0
    passed: int = 0
    checks: int = 0
    error: str = ""


Kept = Callable[[str, str, str, float], object]  # exercise id, prompt, answer, seconds of writing


@dataclass(slots=True)
class Best:
    """The best answer to an exercise so far: what would be recorded."""

    passed: int = -1
    answer: str = ""
    seconds: float = 0.0


@dataclass(slots=True)
class Walk:
    """One rehearsal. ``make_practice`` builds a Practice on a store; ``keep`` takes what is recorded;
    ``count_tokens`` is for endpoints that do not say what an answer took.
    """

    plan: Plan
    library: Library
    make_practice: Callable[[Store], Practice]
    journal: Journal
    count_tokens: Callable[[str], int]
    keep: Kept = lambda *_: None
    on_press: Callable[[Press], None] = lambda _press: None
    cancelled: threading.Event = field(default_factory=threading.Event)

    def run(self) -> tuple[Press, ...]:
        """Walk to the end or until ``cancelled``; return every press measured, those of before included."""
        refuse_wrong(self.plan, self.library)
        with tempfile.TemporaryDirectory(prefix="rehearsal-", ignore_cleanup_errors=True) as folder:
            store = Store(f"sqlite:///{Path(folder) / 'rehearsal.db'}", secret=b"rehearsal" * 4)
            store.migrate()
            practice = self.make_practice(store)
            try:
                asyncio.run(self._walk(practice, store))
            finally:
                practice.close()
                store.close()
        return tuple(Press(**one) for one in self.journal.all())

    async def _walk(self, practice: Practice, store: Store) -> None:
        people = [store.add_person(f"리허설 {n}", "", str(n)) for n in range(1, self.plan.seats + 1)]
        for exercise_id in self.plan.path:
            exercise = self.library.exercise(exercise_id)
            text = first_prompt(self.library, exercise)
            done = {one["seat"] for one in self.journal.all() if one["exercise_id"] == exercise_id}
            best = Best()
            await asyncio.gather(
                *(
                    self._seat(practice, store, who, seat, exercise, text, best)
                    for seat, who in enumerate(people, 1)
                    if seat not in done
                )
            )
            if self.plan.record and best.answer and not self.cancelled.is_set():
                self.keep(exercise_id, text, best.answer, best.seconds)
            if self.cancelled.is_set():
                return

    async def _seat(
        self,
        practice: Practice,
        store: Store,
        who: Person,
        seat: int,
        exercise: Exercise,
        text: str,
        best: Best,
    ) -> None:
        # The same seats press early and late each time: a plan that goes on measures the same.
        spread = random.Random(seat).random() * self.plan.press_within_seconds
        if await self._cancelled_within(spread):
            return
        work = Work(text, exercise_id=exercise.id, prompt_id=exercise.prompt_id or "")
        press = await self._press(practice, store, who, seat, work, best)
        if press is None:
            return
        self.journal.add(asdict(press))
        self.on_press(press)

    async def _press(
        self, practice: Practice, store: Store, who: Person, seat: int, work: Work, best: Best
    ) -> Press | None:
        """Press and follow to the end; None when the rehearsal was stopped meanwhile."""
        pressed = time.monotonic()
        queue = first = 0.0
        try:
            run_id = await asyncio.to_thread(practice.run, who, work, {}, self.plan.endpoint)
        except SandboxError as error:
            return Press(work.exercise_id, seat, error=error.message)
        async for part in practice.follow(who, run_id):
            now = time.monotonic() - pressed
            if part.state is not RunState.WAITING and not queue:
                queue = now
            if part.text and not first:
                first = now
            if self.cancelled.is_set():
                await asyncio.to_thread(practice.stop, who, run_id)
        if self.cancelled.is_set():
            return None
        whole = time.monotonic() - pressed
        run = await asyncio.to_thread(store.run, run_id, who.id)
        trouble = "" if run.state is RunState.DONE else run.error_message or str(run.state)
        passed, failed, unknown = score(run.verdicts)
        if not trouble and passed > best.passed:
            best.passed, best.answer, best.seconds = passed, run.answer, max(0.1, whole - first)
        usage = run.usage or self._counted(run)
        return Press(
            work.exercise_id,
            seat,
            queue,
            first or whole,
            whole,
            usage.prompt_tokens,
            usage.answer_tokens,
            passed,
            passed + failed + unknown,
            trouble,
        )

    def _counted(self, run: Run) -> Usage:
        """Count ourselves where the endpoint did not say."""
        prompt = sum(self.count_tokens(m.text) for m in run.messages) if run.answer else 0
        return Usage(prompt, self.count_tokens(run.answer), estimated=True)

    async def _cancelled_within(self, seconds: float) -> bool:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and not self.cancelled.is_set():
            await asyncio.sleep(min(left, 0.2))
        return self.cancelled.is_set()


def first_prompt(library: Library, exercise: Exercise) -> str:
    """Return what a trainee sends who changes nothing."""
    if exercise.prompt_id is None:
        return exercise.starter
    prompt = library.prompt(exercise.prompt_id)
    return render(prompt, prefilled(exercise, prompt))


def usual_path(library: Library) -> tuple[str, ...]:
    """Return the first exercise of each module that has a prompt to be sent: a class in small."""
    first: dict[str, str] = {}
    for exercise in library.exercises():
        if first_prompt(library, exercise).strip():
            first.setdefault(exercise.module, exercise.id)
    return tuple(first.values())


def walkable(library: Library, path: Sequence[str]) -> tuple[str, ...]:
    """Leave out of a class's path what has no prompt of its own to send, or is gone."""
    known = {e.id: e for e in library.exercises()}
    return tuple(e for e in path if e in known and first_prompt(library, known[e]).strip())


def refuse_wrong(plan: Plan, library: Library) -> None:
    """Raise InputError or NotFoundError for a plan that cannot be walked."""
    if not 1 <= plan.seats <= SEATS_MAX:
        raise InputError("자리 수가 맞지 않습니다.", remedy=f"1에서 {SEATS_MAX} 사이로 정해 주세요.")
    if not 1 <= len(plan.path) <= LONGEST_PATH:
        raise InputError("리허설할 실습이 없거나 너무 많습니다.", remedy=f"1~{LONGEST_PATH}개를 골라 주세요.")
    for exercise_id in plan.path:
        try:
            text = first_prompt(library, library.exercise(exercise_id))
        except NotFoundError:
            raise NotFoundError(
                f"‘{exercise_id}’라는 실습이 없습니다.", remedy="실습의 id를 확인해 주세요."
            ) from None
        if not text.strip():
            raise InputError(
                f"‘{exercise_id}’에는 미리 채워진 프롬프트가 없어 리허설할 수 없습니다.",
                remedy="그 실습을 빼고 다시 시작해 주세요.",
            )


def titles(library: Library, path: Sequence[str]) -> dict[str, str]:
    """Return the titles of a path's exercises, an id where one is gone."""
    known = {e.id: e.title for e in library.exercises()}
    return {exercise_id: known.get(exercise_id, exercise_id) for exercise_id in path}
