"""What a person did: lists, searches, conversations, tries and progress.

Hides the SQL of listing. A list row carries the beginning of the answer and counts, never the
long texts. A model's opinion is no check and is not counted. Deleted runs count nowhere here
unless they are asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, case, func, select

from sandbox.records import Progress, Run, RunState, RunSummary, State
from sandbox.store.database import Database
from sandbox.store.rows import folded
from sandbox.store.runs import full_runs
from sandbox.store.tables import exercise_marks, runs, verdicts

_BEGINNING_CHARS = 160
_SEARCH_CHARS = 200  # SQLite refuses very long patterns; nobody searches for a page
_LISTED = (
    "id",
    "person_id",
    "exercise_id",
    "prompt_id",
    "thread_id",
    "endpoint_name",
    "model",
    "title",
    "created_at",
    "ended_at",
    "favourite",
    "deleted_at",
)


class History:
    """The part of the store that lists and sums up."""

    _database: Database

    def runs(
        self,
        person_id: str,
        *,
        search: str = "",
        exercise_id: str | None = None,
        favourites: bool = False,
        include_deleted: bool = False,
        limit: int = 50,
        offset: int = 0,
    ) -> tuple[RunSummary, ...]:
        """List the person's runs, newest first.

        ``search`` is a case-insensitive substring of title, messages or answer (200 characters
        of it count); ``exercise_id=""`` lists 자유 실습 only.
        """
        wanted = _wanted(person_id, search, exercise_id, favourites, include_deleted)
        page = (
            select(
                *(runs.c[name] for name in _LISTED),
                runs.c.state,
                func.substr(runs.c.answer, 1, _BEGINNING_CHARS).label("answer_start"),
                *(_verdict_count(state).label(state.name) for state in State),
            )
            .where(*wanted)
            .order_by(runs.c.created_at.desc(), runs.c.id.desc())
            .limit(limit)
            .offset(offset)
        )
        with self._database.reading() as connection:
            rows = connection.execute(page).all()
        return tuple(
            RunSummary(
                **{name: row._mapping[name] for name in _LISTED},
                state=RunState(row.state),
                answer_start=row.answer_start,
                passed=row.PASS,
                failed=row.FAIL,
                unknown=row.UNKNOWN,
            )
            for row in rows
        )

    def runs_total(
        self,
        person_id: str,
        *,
        search: str = "",
        exercise_id: str | None = None,
        favourites: bool = False,
        include_deleted: bool = False,
    ) -> int:
        """Count what runs() would list without a limit."""
        wanted = _wanted(person_id, search, exercise_id, favourites, include_deleted)
        with self._database.reading() as connection:
            return connection.execute(select(func.count()).select_from(runs).where(*wanted)).scalar_one()

    def thread(self, person_id: str, thread_id: str) -> tuple[Run, ...]:
        """Return the runs of one conversation or exercise, oldest first, with verdicts."""
        return self._oldest_first(person_id, runs.c.thread_id == thread_id)

    def tries(self, person_id: str, exercise_id: str) -> tuple[Run, ...]:
        """Return the person's runs of an exercise, oldest first, with verdicts."""
        return self._oldest_first(person_id, runs.c.exercise_id == exercise_id)

    def progress(self, person_id: str) -> Mapping[str, Progress]:
        """Sum up every exercise the person tried or opened hints in, by exercise id.

        ``passed`` of ``total`` are those of the best try: most passed, then fewest left.
        """
        tries = (
            select(
                runs.c.exercise_id,
                runs.c.state,
                func.count(verdicts.c.position).label("total"),
                func.coalesce(func.sum(_one_if(verdicts.c.state == str(State.PASS))), 0).label("passed"),
            )
            .outerjoin(verdicts, and_(verdicts.c.run_id == runs.c.id, verdicts.c.by_model.is_(False)))
            .where(runs.c.person_id == person_id, runs.c.exercise_id != "", runs.c.deleted_at.is_(None))
            .group_by(runs.c.id, runs.c.exercise_id, runs.c.state)
        )
        marks = select(exercise_marks).where(exercise_marks.c.person_id == person_id)
        sums: dict[str, dict[str, Any]] = {}
        with self._database.reading() as connection:
            for row in connection.execute(tries):
                _add_try(sums.setdefault(row.exercise_id, {"tries": 0}), row)
            for row in connection.execute(marks):
                sums.setdefault(row.exercise_id, {}).update(
                    hints_opened=row.hints_opened, model_answer_opened=row.model_answer_opened
                )
        return {exercise_id: Progress(exercise_id, **known) for exercise_id, known in sums.items()}

    def open_hint(self, person_id: str, exercise_id: str, count: int) -> None:
        """Remember that ``count`` hints of the exercise are open; never fewer than before."""
        more = case((exercise_marks.c.hints_opened < count, count), else_=exercise_marks.c.hints_opened)
        self._mark(person_id, exercise_id, {"hints_opened": count}, {"hints_opened": more})

    def open_model_answer(self, person_id: str, exercise_id: str) -> None:
        """Remember that the model answer was looked at."""
        opened = {"model_answer_opened": True}
        self._mark(person_id, exercise_id, opened, opened)

    def _mark(
        self, person_id: str, exercise_id: str, first: Mapping[str, Any], again: Mapping[str, Any]
    ) -> None:
        fresh = {"hints_opened": 0, "model_answer_opened": False, **first}
        with self._database.writing() as connection:
            connection.execute(
                self._database.insert(exercise_marks)
                .values(person_id=person_id, exercise_id=exercise_id, **fresh)
                .on_conflict_do_update(index_elements=["person_id", "exercise_id"], set_=dict(again))
            )

    def _oldest_first(self, person_id: str, which: ColumnElement[bool]) -> tuple[Run, ...]:
        wanted = (
            select(runs)
            .where(runs.c.person_id == person_id, which, runs.c.deleted_at.is_(None))
            .order_by(runs.c.created_at, runs.c.id)
        )
        with self._database.reading() as connection:
            return full_runs(connection, connection.execute(wanted).all())


def _wanted(
    person_id: str, search: str, exercise_id: str | None, favourites: bool, include_deleted: bool
) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [runs.c.person_id == person_id]
    if search.strip():
        wanted.append(runs.c.search_text.contains(folded(search.strip()[:_SEARCH_CHARS]), autoescape=True))
    if exercise_id is not None:
        wanted.append(runs.c.exercise_id == exercise_id)
    if favourites:
        wanted.append(runs.c.favourite.is_(True))
    if not include_deleted:
        wanted.append(runs.c.deleted_at.is_(None))
    return wanted


def _verdict_count(state: State) -> ColumnElement[int]:
    counted = select(func.count()).where(
        verdicts.c.run_id == runs.c.id, verdicts.c.state == str(state), verdicts.c.by_model.is_(False)
    )
    return counted.scalar_subquery()


def _one_if(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0).cast(Integer)


def _add_try(sums: dict[str, Any], row: Any) -> None:
    sums["tries"] += 1
    best = (sums.get("passed", 0), -sums.get("total", 0))
    if row.total and (not sums.get("total") or (row.passed, -row.total) > best):
        sums["passed"], sums["total"] = row.passed, row.total
    if RunState(row.state).ended and 0 < row.total == row.passed:
        sums["finished"] = True
