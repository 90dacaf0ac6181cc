"""The life of a run: added, saved while it streams, ended, and cut when a server was killed.

Hides who may touch what: everything by ``person_id`` is that person's own, and what has been
shown is never replaced by less: a late partial or a second end changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update

from sandbox.records import Endpoint, NotAllowedError, NotFoundError, Run, RunState, Usage, Verdict
from sandbox.store.database import Database
from sandbox.store.rows import (
    run_from,
    run_values,
    search_text,
    usage_values,
    verdict_from,
    verdict_values,
)
from sandbox.store.tables import people, runs, verdicts

_OPEN = (str(RunState.WAITING), str(RunState.STREAMING))
_FIRST_OPINION = 1_000  # no exercise has so many checks
# A run that another process took for dead may still be ended by its true owner.
_MAY_END = (*_OPEN, str(RunState.CUT))

# Made once, their values given apart: to build a statement of thirty values costs more than to carry it out.
_WHOSE_CLASS = select(people.c.class_code).where(people.c.id == bindparam("whose")).scalar_subquery()
_LATER = select(func.max(runs.c.created_at)).where(
    runs.c.person_id == bindparam("whose"), runs.c.created_at >= bindparam("at")
)
_NEW_RUN = insert(runs).values(class_code=func.coalesce(_WHOSE_CLASS, ""))
_ONE_RUN = update(runs).where(runs.c.id == bindparam("which"))
_OPEN_RUN = _ONE_RUN.where(runs.c.state.in_(_OPEN))
_RUN = select(runs).where(runs.c.id == bindparam("which"))
_RUN_TO_CHANGE = _RUN.with_for_update()
_VERDICTS = select(verdicts).where(verdicts.c.run_id == bindparam("which")).order_by(verdicts.c.position)
_FORMER_VERDICTS = delete(verdicts).where(
    verdicts.c.run_id == bindparam("which"), verdicts.c.by_model == bindparam("opinions")
)
_NEW_VERDICT = insert(verdicts)


class Runs:
    """The part of the store that keeps single runs and their verdicts."""

    _database: Database

    def add_run(self, run: Run, *, newest: bool = False) -> None:
        """Keep a new run with everything in it; NotFoundError when its person is not there.

        ``newest``: after all the person has, even if the clock was set back since.
        """
        values = {**run_values(run), "whose": run.person_id}
        with self._database.writing() as connection:
            if newest:
                values["created_at"] = _after_the_newest(connection, run)
            connection.execute(_NEW_RUN, values)
            _put_verdicts(connection, run.id, run.verdicts)

    def save_partial(
        self,
        run_id: str,
        answer: str,
        first_text_at: datetime | None = None,
        *,
        endpoint: Endpoint | None = None,
    ) -> None:
        """Keep what has streamed so far and mark the run as streaming; ignored once it ended.

        ``endpoint`` is given when another one answers than was asked.
        """
        values: dict[str, Any] = {"answer": answer, "state": str(RunState.STREAMING), **_who(endpoint)}
        if first_text_at is not None:
            values["first_text_at"] = first_text_at
        with self._database.writing() as connection:
            if connection.execute(_OPEN_RUN, {**values, "which": run_id}).rowcount == 0:
                _owner(connection, run_id)

    def end_run(
        self,
        run_id: str,
        *,
        state: RunState,
        answer: str,
        finish_reason: str = "",
        usage: Usage | None = None,
        error_code: str = "",
        error_message: str = "",
        first_text_at: datetime | None = None,
        ended_at: datetime | None = None,
        endpoint: Endpoint | None = None,
    ) -> bool:
        """Keep how a run ended; False when it had ended before, which then stands.

        An empty answer does not wipe out the partial text that was saved. ``endpoint`` is given when
        another one answered than was asked.
        """
        if not state.ended:
            raise ValueError("end_run with a state that is not an end")
        with self._database.writing() as connection:
            row = _run_row(connection, run_id, to_change=True)
            if row.state not in _MAY_END:
                return False
            kept = answer or row.answer
            values = {
                "state": str(state),
                "answer": kept,
                "finish_reason": finish_reason,
                "error_code": error_code,
                "error_message": error_message,
                "first_text_at": first_text_at or row.first_text_at,
                "ended_at": ended_at or datetime.now(UTC),
                "search_text": search_text(row.title, row.messages, kept),
                **usage_values(usage),
                **_who(endpoint),
            }
            connection.execute(_ONE_RUN, {**values, "which": run_id})
        return True

    def cut_open_runs(self, shown: Mapping[str, str] = MappingProxyType({})) -> int:
        """Mark as CUT what a killed server left open, with its partial text; return how many.

        ``shown`` is what had been shown of them, by run id, where that is more than what was saved.
        Call once at start, before anything is submitted. With several server processes on one
        database a live run may be taken for dead; its owner's end_run puts that right.
        """
        with self._database.writing() as connection:
            left = connection.execute(select(runs).where(runs.c.state.in_(_OPEN))).all()
            for row in left:
                answer = max(row.answer, shown.get(row.id, ""), key=len)
                connection.execute(
                    update(runs)
                    .where(runs.c.id == row.id)
                    .values(
                        state=str(RunState.CUT),
                        answer=answer,
                        ended_at=datetime.now(UTC),
                        error_code="answer_cut",
                        error_message="서버가 멈춰 답변이 중단되었습니다. 받은 데까지는 남아 있습니다.",
                        search_text=search_text(row.title, row.messages, answer),
                    )
                )
        return len(left)

    def run(self, run_id: str, person_id: str) -> Run:
        """Return the person's run with its verdicts, deleted ones too.

        Raises NotFoundError, or NotAllowedError when it is another person's.
        """
        with self._database.reading() as connection:
            row = _run_row(connection, run_id)
            _only_own(row.person_id, person_id)
            judged = connection.execute(_VERDICTS, {"which": run_id})
            return run_from(row, tuple(verdict_from(each) for each in judged))

    def run_owner(self, run_id: str) -> str:
        """Return whose run it is; NotFoundError when there is none."""
        with self._database.reading() as connection:
            return _owner(connection, run_id)

    def save_verdicts(self, run_id: str, judged: tuple[Verdict, ...]) -> None:
        """Keep what the checks say, in this order, instead of what they said before; opinions stay."""
        self._replace_verdicts(run_id, judged, by_model=False, first=0)

    def save_opinions(self, run_id: str, opinions: tuple[Verdict, ...]) -> None:
        """Keep a model's opinions behind the checks' verdicts, instead of any former opinions.

        In one transaction and by what they are: the checks may be storing theirs at the same moment.
        """
        self._replace_verdicts(run_id, opinions, by_model=True, first=_FIRST_OPINION)

    def _replace_verdicts(
        self, run_id: str, judged: tuple[Verdict, ...], *, by_model: bool, first: int
    ) -> None:
        with self._database.writing() as connection:
            connection.execute(_FORMER_VERDICTS, {"which": run_id, "opinions": by_model})
            if judged:
                _put_verdicts(connection, run_id, judged, first=first)
            else:
                _owner(connection, run_id)

    # ------------------------------------------------------------------- by the person

    def set_favourite(self, run_id: str, person_id: str, favourite: bool) -> None:
        """Put the star on or take it off."""
        self._change(run_id, person_id, favourite=favourite)

    def set_title(self, run_id: str, person_id: str, title: str) -> None:
        """Give the run a title of the person's own; it is found by it from then on."""
        with self._database.writing() as connection:
            row = _run_row(connection, run_id, to_change=True)
            _only_own(row.person_id, person_id)
            found_by = search_text(title, row.messages, row.answer)
            connection.execute(
                update(runs).where(runs.c.id == run_id).values(title=title, search_text=found_by)
            )

    def delete_run(self, run_id: str, person_id: str) -> None:
        """Hide the run; restore_run brings it back until purge_deleted."""
        self._change(run_id, person_id, deleted_at=datetime.now(UTC))

    def restore_run(self, run_id: str, person_id: str) -> None:
        """Undo delete_run."""
        self._change(run_id, person_id, deleted_at=None)

    def purge_deleted(self, before: datetime) -> int:
        """Remove for good what was deleted before that moment; return how many."""
        with self._database.writing() as connection:
            return connection.execute(delete(runs).where(runs.c.deleted_at < before)).rowcount

    def _change(self, run_id: str, person_id: str, **values: object) -> None:
        with self._database.writing() as connection:
            _only_own(_owner(connection, run_id), person_id)
            connection.execute(update(runs).where(runs.c.id == run_id).values(**values))


def _who(endpoint: Endpoint | None) -> dict[str, str]:
    if endpoint is None:
        return {}
    return {"endpoint_id": endpoint.id, "endpoint_name": endpoint.name, "model": endpoint.model}


def full_runs(connection: Connection, rows: Sequence[Row[Any]]) -> tuple[Run, ...]:
    """Gather runs with their verdicts, in the order of the rows."""
    judged = _verdicts_of(connection, [row.id for row in rows])
    return tuple(run_from(row, judged.get(row.id, ())) for row in rows)


def _verdicts_of(connection: Connection, run_ids: Sequence[str]) -> dict[str, tuple[Verdict, ...]]:
    found: dict[str, list[Verdict]] = {}
    for start in range(0, len(run_ids), 500):  # databases limit the parameters of one statement
        wanted = verdicts.c.run_id.in_(run_ids[start : start + 500])
        ordered = select(verdicts).where(wanted).order_by(verdicts.c.run_id, verdicts.c.position)
        for row in connection.execute(ordered):
            found.setdefault(row.run_id, []).append(verdict_from(row))
    return {run_id: tuple(judged) for run_id, judged in found.items()}


def _put_verdicts(connection: Connection, run_id: str, judged: Iterable[Verdict], *, first: int = 0) -> None:
    values = [verdict_values(run_id, position, verdict) for position, verdict in enumerate(judged, first)]
    if values:
        connection.execute(_NEW_VERDICT, values)


def _run_row(connection: Connection, run_id: str, *, to_change: bool = False) -> Row[Any]:
    row = connection.execute(_RUN_TO_CHANGE if to_change else _RUN, {"which": run_id}).first()
    if row is None:
        raise _no_run()
    return row


def _owner(connection: Connection, run_id: str) -> str:
    owner = connection.execute(select(runs.c.person_id).where(runs.c.id == run_id)).first()
    if owner is None:
        raise _no_run()
    return str(owner.person_id)


def _only_own(owner_id: str, person_id: str) -> None:
    if owner_id != person_id:
        raise NotAllowedError(
            "다른 분의 실행 기록이라 열 수 없습니다.",
            remedy="내 기록 화면에서 본인의 기록을 골라 주세요.",
        )


def _no_run() -> NotFoundError:
    return NotFoundError(
        "이 실행 기록을 찾지 못했습니다.",
        remedy="지워졌을 수 있습니다. 내 기록 화면에서 다시 찾아 주세요.",
    )


def _after_the_newest(connection: Connection, run: Run) -> datetime:
    """Return the run's own time, or a moment after the newest run of its person."""
    newest: datetime | None = connection.execute(
        _LATER, {"whose": run.person_id, "at": run.created_at}
    ).scalar_one_or_none()
    return run.created_at if newest is None else newest + timedelta(milliseconds=1)
