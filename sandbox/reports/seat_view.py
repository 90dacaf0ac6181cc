"""One seat looked at closely, and the answer on the projector: content only as far as it was allowed.

Hides when the lecturer may read what somebody wrote: a run that is shared now, or the newest try
while the hand is up with leave to look. What comes out is as it was stored: personal data stays
masked, the values behind the placeholders are not even known here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.class_records import InstructorKey, SeatState, TryLine
from sandbox.classroom.instructors import Instructors
from sandbox.classroom.seats import may_project, member
from sandbox.documents import outline
from sandbox.records import Exercise, NotFoundError, Person, Run
from sandbox.store import Store

TRIES_SHOWN = 8
PROMPT_IN_DRAFT = "__prompt"  # as ui.widgets.prompt_box keeps it
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer for everybody's eyes beside the model answer, as safe HTML; no name, no seat."""

    exercise: str
    answer_html: str
    model_html: str


class SeatView:
    """Look at one seat. One per server process; safe from any thread."""

    def __init__(
        self, store: Store, instructors: Instructors, *, exercise: Callable[[str], Exercise | None]
    ) -> None:
        self._store, self._instructors, self._exercise = store, instructors, exercise

    def seat(self, key: InstructorKey, code: str, person_id: str) -> Json:
        """Tell how somebody of the class gets on, and what they let the lecturer see."""
        self._instructors.current(key)
        person = member(self._store, code, person_id)
        state = self._store.seat_state(person.id)
        tries = self._store.class_tries(code, person_id=person.id)
        line = next((s for s in self._store.roster(code) if s.person_id == person.id), None)
        return {
            "k": person.id,
            "name": person.name,
            "seat": person.seat,
            "department": line.department if line else "",
            "exercise": self._title(state.exercise_id) if state else "",
            "hand": bool(state and state.hand_at),
            "tries": [self._try(t) for t in reversed(tries[-TRIES_SHOWN:])],
            "content": self._content(person, state, tries),
        }

    def shown(self, key: InstructorKey, code: str) -> Shown | None:
        """Return the answer on the projector; None when there is none or it was withdrawn."""
        self._instructors.current(key)
        run_id = self._store.class_now(code).shown_run_id
        if not run_id:
            return None
        try:
            person = self._store.person(self._store.run_owner(run_id))
        except NotFoundError:
            return None
        state = self._store.seat_state(person.id)
        if person.class_code != code or not may_project(state, run_id):
            return None
        run = self._store.run(run_id, person.id)
        if run.deleted_at is not None:
            return None
        exercise = self._exercise(run.exercise_id)
        return Shown(
            exercise.title if exercise else "자유 실습",
            outline.to_html(outline.from_answer(run.answer)),
            outline.to_html(outline.from_answer(exercise.model_answer.text)) if exercise else "",
        )

    # ------------------------------------------------------------------ inside

    def _title(self, exercise_id: str) -> str:
        exercise = self._exercise(exercise_id) if exercise_id else None
        return exercise.title if exercise else exercise_id

    def _try(self, line: TryLine) -> Json:
        return {
            "x": self._title(line.exercise_id) or "자유 실습",
            "state": line.state.value,
            "at": line.created_at.isoformat(timespec="seconds"),
            "p": line.passed,
            "q": line.total,
            "failed": [title for _, title in line.failed],
            "error": line.error,
        }

    def _content(self, person: Person, state: SeatState | None, tries: tuple[TryLine, ...]) -> Json | None:
        if state is None:
            return None
        if state.shared_run_id:
            run = self._store.run(state.shared_run_id, person.id)
            if run.deleted_at is None:
                return self._told(run) | {"why": "shared", "project": state.may_project}
        if not (state.shows_screen and state.hand_at):
            return None
        here = [t for t in tries if t.exercise_id == state.exercise_id]
        told = (
            self._told(self._store.run(here[-1].run_id, person.id)) if here else {"answer": "", "prompt": ""}
        )
        draft = self._store.draft(person.id, state.exercise_id) if state.exercise_id else None
        writing = str((draft or {}).get(PROMPT_IN_DRAFT, ""))
        return told | {
            "why": "screen",
            "project": False,
            "writing": writing if writing != told["prompt"] else "",
        }

    def _told(self, run: Run) -> Json:
        return {
            "run": run.id,
            "x": self._title(run.exercise_id) or "자유 실습",
            "prompt": run.messages[-1].text if run.messages else "",
            "answer": run.answer,
            "verdicts": [
                {"title": v.title, "state": v.state.value, "summary": v.summary} for v in run.verdicts
            ],
        }
