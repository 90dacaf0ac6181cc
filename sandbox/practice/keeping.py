"""What becomes of a run that turns calls back about: kept on the way, ended, checked.

Hides who is asked in which order. Called on the worker threads of turns, never on its event loop.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sandbox import checks
from sandbox.library import Library
from sandbox.practice.opinions import Opinions
from sandbox.records import CheckContext, Exercise, NotFoundError, Run, RunState, SandboxError, Verdict
from sandbox.store import Store
from sandbox.turns import Outcome, Turns, troubles
from sandbox.turns.journal import LeftBehind

SURELY_SUBMITTED = timedelta(seconds=30)  # a run is kept a moment before it is live
log = logging.getLogger("sandbox.practice")


def checked(exercise: Exercise, run: Run) -> tuple[Verdict, ...]:
    """Run the exercise's checks on an answer."""
    sources = {m.name: m.text for m in exercise.materials if m.text} | dict(run.sources)
    context = CheckContext(
        answer=run.answer,
        prompt=run.messages[-1].text if run.messages else "",
        sources=sources,
        files={m.name: m.path for m in exercise.materials},
        example=exercise.model_answer.prompt,
    )
    return tuple(checks.check(spec, context) for spec in exercise.checks)


class Keeping:
    """One per Practice. ``turns`` is asked for late, since it is made after this."""

    def __init__(
        self,
        library: Library,
        store: Store,
        opinions: Opinions,
        turns: Callable[[], Turns],
        on_ended: Callable[[Run], None],
    ) -> None:
        self._library, self._store, self._opinions = library, store, opinions
        self._turns, self._on_ended = turns, on_ended

    def take_over(self, journal: Path | None) -> int:
        """End what a killed server left open, with what its journal says was shown; return how many."""
        if journal is None:
            return self._store.cut_open_runs()
        left = LeftBehind(journal)
        cut = self._store.cut_open_runs(left.texts)
        left.drop()
        return cut

    def partial(self, run_id: str, text: str, first_text_at: datetime | None) -> None:
        """Keep what has come so far, and who is answering."""
        if self._opinions.owns(run_id):
            return
        live = self._turns().get(run_id)
        moved = live.endpoint if live is not None and live.detour else None
        self._store.save_partial(run_id, text, first_text_at, endpoint=moved)

    def end(self, run_id: str, outcome: Outcome) -> None:
        """Keep how a run ended, have it checked, and say that it has."""
        if self._opinions.owns(run_id):
            asked = self._opinions.take(run_id, outcome)
            if asked is not None:
                self._on_ended(asked)
            return
        # A good answer from the fallback keeps why the first endpoint did not give it.
        told = outcome.error or outcome.detour
        self._store.end_run(
            run_id,
            state=outcome.state,
            answer=outcome.text,
            finish_reason=outcome.finish_reason,
            usage=outcome.usage,
            error_code=told.code if told else "",
            error_message=_told(told),
            endpoint=outcome.endpoint if outcome.detour else None,
            first_text_at=outcome.first_text_at,
            ended_at=outcome.ended_at,
        )
        run = self._store.run(run_id, self._owner(run_id))
        if outcome.text.strip():
            run = self._check(run)
        self._on_ended(run)

    def told(self, run_id: str, person_id: str) -> Run:
        """Return a run that is not live here; one that nobody answers any more is ended as 중단됨.

        Its end could not be stored, or its server is gone: whoever looks at it must not wait for ever.
        """
        run = self._store.run(run_id, person_id)
        if run.state.ended or abs(datetime.now(UTC) - run.created_at) < SURELY_SUBMITTED:
            return run
        error = troubles.cut()
        self._store.end_run(
            run_id, state=RunState.CUT, answer="", error_code=error.code, error_message=_told(error)
        )
        return self._store.run(run_id, person_id)

    def _owner(self, run_id: str) -> str:
        live = self._turns().get(run_id)
        return live.order.person_id if live is not None else self._store.run_owner(run_id)

    def _check(self, run: Run) -> Run:
        """Store what the exercise's checks say of an answer; return the run with it."""
        if not run.exercise_id:
            return run
        try:
            exercise = self._library.exercise(run.exercise_id, run.exercise_version)
        except NotFoundError:
            log.warning("run %s: its exercise is no longer in the library", run.id)
            return run
        verdicts = checked(exercise, run)
        self._store.save_verdicts(run.id, verdicts)
        return replace(run, verdicts=verdicts)


def _told(error: SandboxError | None) -> str:
    return " ".join(filter(None, (error.message, error.remedy))) if error else ""
