"""What rehearsals leave behind: real answers to play back later, and their reports."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, select

from sandbox.class_records import Recording
from sandbox.store.class_tables import recordings, rehearsals
from sandbox.store.database import Database


class Recordings:
    """The part of the store that keeps recorded answers and rehearsals."""

    _database: Database

    def add_recording(self, recording: Recording) -> None:
        """Keep a recorded answer; one to the same prompt of the same exercise replaces the former."""
        same = (
            recordings.c.exercise_id == recording.exercise_id,
            recordings.c.prompt == recording.prompt,
        )
        with self._database.writing() as connection:
            connection.execute(delete(recordings).where(*same))
            connection.execute(
                insert(recordings).values(
                    id=recording.id,
                    exercise_id=recording.exercise_id,
                    prompt=recording.prompt,
                    answer=recording.answer,
                    model=recording.model,
                    recorded_at=recording.recorded_at,
                    speed=recording.speed,
                )
            )

    def recordings(self, exercise_id: str) -> tuple[Recording, ...]:
        """Return an exercise's recorded answers, newest first."""
        wanted = (
            select(recordings)
            .where(recordings.c.exercise_id == exercise_id)
            .order_by(recordings.c.recorded_at.desc(), recordings.c.id)
        )
        with self._database.reading() as connection:
            return tuple(_recording(row) for row in connection.execute(wanted))

    def recording(self, recording_id: str) -> Recording | None:
        """Return a recorded answer; None when it is gone."""
        with self._database.reading() as connection:
            row = connection.execute(select(recordings).where(recordings.c.id == recording_id)).first()
        return None if row is None else _recording(row)

    def recorded(self, exercise_ids: Collection[str]) -> Mapping[str, datetime]:
        """Return which of these exercises have a recorded answer, and when the newest was made."""
        wanted = (
            select(recordings.c.exercise_id, func.max(recordings.c.recorded_at).label("newest"))
            .where(recordings.c.exercise_id.in_(list(exercise_ids)))
            .group_by(recordings.c.exercise_id)
        )
        with self._database.reading() as connection:
            return {row.exercise_id: row.newest for row in connection.execute(wanted)}

    def exercises_recorded(self) -> tuple[str, ...]:
        """Return every exercise that has a recorded answer."""
        wanted = select(recordings.c.exercise_id).distinct().order_by(recordings.c.exercise_id)
        with self._database.reading() as connection:
            return tuple(connection.execute(wanted).scalars())

    # ------------------------------------------------------------------- rehearsals

    def add_rehearsal(self, rehearsal_id: str, started_by: str, report: Mapping[str, Any]) -> None:
        """Keep a rehearsal's report; the same id again replaces it."""
        values = {"started_by": started_by, "report": dict(report)}
        with self._database.writing() as connection:
            connection.execute(
                self._database.insert(rehearsals)
                .values(id=rehearsal_id, created_at=datetime.now(UTC), **values)
                .on_conflict_do_update(index_elements=["id"], set_=values)
            )

    def rehearsals(self, limit: int = 10) -> tuple[tuple[str, datetime, Mapping[str, Any]], ...]:
        """Return the newest reports as (id, when, report)."""
        newest = select(rehearsals).order_by(rehearsals.c.created_at.desc(), rehearsals.c.id).limit(limit)
        with self._database.reading() as connection:
            return tuple((row.id, row.created_at, row.report) for row in connection.execute(newest))


def _recording(row: Row[Any]) -> Recording:
    return Recording(row.id, row.exercise_id, row.prompt, row.answer, row.model, row.recorded_at, row.speed)
