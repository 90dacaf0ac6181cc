"""The rehearsal of a server process: one at a time, in the background, seen by who looks.

Hides the thread. What has been measured stays in the journal when it is stopped or the server is;
the same plan started again goes on from there. What it used is booked like everything else.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sandbox.class_records import InstructorKey, Spent, UsageLine
from sandbox.classroom.budgets import REHEARSAL, today_in_korea
from sandbox.classroom.instructors import Instructors
from sandbox.classroom.recorded import Recorded
from sandbox.classroom.standings import price_of
from sandbox.library import Library
from sandbox.practice import Practice
from sandbox.records import Endpoint, EndpointKind, InputError, SandboxError
from sandbox.rehearsal.figures import Report, sum_up
from sandbox.rehearsal.journal import Journal
from sandbox.rehearsal.walk import Plan, Press, Walk, refuse_wrong
from sandbox.store import Store

FOLDER = "rehearsals"
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Stage:
    """How far the rehearsal under way is; ``report`` when it has ended, ``problem`` when it could not go on."""

    running: bool = False
    title: str = ""
    done: int = 0
    total: int = 0
    errors: int = 0
    stopping: bool = False
    report: Report | None = None
    problem: SandboxError | None = None


class Rehearsals:
    """One per server process; thread-safe. ``make_practice`` builds a Practice with a queue of its own."""

    def __init__(
        self,
        store: Store,
        instructors: Instructors,
        library: Library,
        recorded: Recorded,
        make_practice: Callable[[Store], Practice],
        data_dir: Path,
        *,
        count_tokens: Callable[[str], int],
    ) -> None:
        self._store, self._instructors, self._library = store, instructors, library
        self._recorded, self._make_practice = recorded, make_practice
        self._count_tokens = count_tokens
        self._folder = data_dir / FOLDER
        self._lock = threading.Lock()
        self._stage = Stage()
        self._cancelled = threading.Event()
        self._thread: threading.Thread | None = None

    # ------------------------------------------------------------------ for instructors

    def start(self, key: InstructorKey, plan: Plan) -> None:
        """Begin, or go on with, this plan in the background; InputError while another one runs."""
        who = self._instructors.current(key)
        refuse_wrong(plan, self._library)
        if plan.endpoint.kind is EndpointKind.RECORDED:
            raise InputError("녹화된 답변으로는 리허설할 수 없습니다.", remedy="AI 연결을 골라 주세요.")
        with self._lock:
            if self._stage.running:
                raise InputError("리허설이 이미 돌고 있습니다.", remedy="끝나거나 멈춘 뒤에 시작해 주세요.")
            total = plan.seats * len(plan.path)
            self._stage = Stage(
                True, f"{plan.seats}명 · 실습 {len(plan.path)}개 · {plan.endpoint.name}", 0, total
            )
            self._cancelled = threading.Event()
            self._thread = threading.Thread(
                target=self._run, args=(plan, who.id, self._cancelled), name="rehearsal", daemon=True
            )
            self._thread.start()

    def stage(self, key: InstructorKey) -> Stage:
        """Return how far it is."""
        self._instructors.current(key)
        with self._lock:
            return self._stage

    def cancel(self, key: InstructorKey) -> None:
        """Stop; what was measured is kept, and the same plan goes on from there."""
        self._instructors.current(key)
        with self._lock:
            self._stage = replace(self._stage, stopping=self._stage.running)
        self._cancelled.set()

    def reports(self, key: InstructorKey) -> Sequence[tuple[str, datetime, Mapping[str, Any]]]:
        """Return the newest reports as (id, when, report)."""
        self._instructors.current(key)
        return self._store.rehearsals()

    # ------------------------------------------------------------------ for the process and the shell

    def close(self) -> None:
        """Stop what runs and wait for it."""
        self._cancelled.set()
        if self._thread is not None:
            self._thread.join(30)

    def rehearse(
        self,
        plan: Plan,
        started_by: str,
        *,
        on_press: Callable[[Press], None] = lambda _press: None,
        cancelled: threading.Event | None = None,
    ) -> Report:
        """Walk the plan here and now, keep the report, and return it. For the shell; blocks."""
        journal = Journal(self._folder, plan.key)
        before = len(journal.all())
        walk = Walk(
            plan,
            self._library,
            self._make_practice,
            journal,
            self._count_tokens,
            keep=lambda exercise_id, prompt, answer, seconds: self._recorded.keep(
                exercise_id, prompt, answer, plan.endpoint.model, seconds=seconds
            ),
            on_press=on_press,
            cancelled=cancelled or threading.Event(),
        )
        try:
            presses = walk.run()
        finally:
            self._book(plan.endpoint, [Press(**one) for one in journal.all()[before:]])
        report = sum_up(plan, presses, {e.id: e for e in self._library.exercises()})
        if report.finished:
            self._store.add_rehearsal(secrets.token_urlsafe(9), started_by, report.as_json())
            journal.forget()
        return report

    # ------------------------------------------------------------------ inside

    def _run(self, plan: Plan, started_by: str, cancelled: threading.Event) -> None:
        done = Journal(self._folder, plan.key).all()
        with self._lock:
            self._stage = replace(self._stage, done=len(done), errors=sum(bool(one["error"]) for one in done))
        try:
            report = self.rehearse(plan, started_by, on_press=self._pressed, cancelled=cancelled)
            ended = replace(self._now(), running=False, stopping=False, report=report)
        except SandboxError as error:
            ended = replace(self._now(), running=False, stopping=False, problem=error)
        except Exception as error:
            log.error("the rehearsal broke: %s", type(error).__name__)
            problem = SandboxError(
                "리허설을 하다가 프로그램 오류가 났습니다.", remedy="다시 시작하면 멈춘 곳부터 이어 갑니다."
            )
            ended = replace(self._now(), running=False, stopping=False, problem=problem)
        with self._lock:
            self._stage = ended

    def _now(self) -> Stage:
        with self._lock:
            return self._stage

    def _pressed(self, press: Press) -> None:
        with self._lock:
            now = self._stage
            self._stage = replace(now, done=now.done + 1, errors=now.errors + bool(press.error))

    def _book(self, endpoint: Endpoint, presses: Sequence[Press]) -> None:
        good = [p for p in presses if p.prompt_tokens or p.answer_tokens]
        if not good:
            return
        prompt, answer = sum(p.prompt_tokens for p in good), sum(p.answer_tokens for p in good)
        spent = Spent(len(good), prompt, answer, price_of(endpoint, prompt, answer))
        self._store.add_usage(UsageLine(today_in_korea(), "", REHEARSAL, endpoint.id, spent))
