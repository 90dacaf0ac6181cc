"""Prompts that trainees suggest, and what the reviewer made of them.

Hides the SQL. A suggestion is answered once: whoever comes second is told so by False.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, insert, select, update

from sandbox.class_records import Suggestion, SuggestionState
from sandbox.records import NotFoundError
from sandbox.store.class_tables import suggestions
from sandbox.store.database import Database


class Suggestions:
    """The part of the store that keeps suggestions."""

    _database: Database

    def add_suggestion(self, person_id: str, run_id: str, title: str, note: str, text: str) -> Suggestion:
        """Keep a (masked) prompt for review."""
        now = datetime.now(UTC)
        made = Suggestion(
            uuid.uuid4().hex, person_id, run_id, title, note, text, SuggestionState.WAITING, now
        )
        values = {
            "id": made.id, "person_id": person_id, "run_id": run_id, "title": title, "note": note,
            "text": text, "state": made.state.name.lower(), "reviewed_by": "", "answer": "",
            "content_id": "", "created_at": now,
        }  # fmt: skip
        with self._database.writing() as connection:
            connection.execute(insert(suggestions).values(values))
        return made

    def suggestions(
        self, *, person_id: str | None = None, state: SuggestionState | None = None, limit: int = 200
    ) -> tuple[Suggestion, ...]:
        """List suggestions, the newest first."""
        wanted = select(suggestions).order_by(suggestions.c.created_at.desc()).limit(limit)
        if person_id is not None:
            wanted = wanted.where(suggestions.c.person_id == person_id)
        if state is not None:
            wanted = wanted.where(suggestions.c.state == state.name.lower())
        with self._database.reading() as connection:
            return tuple(_suggestion(row) for row in connection.execute(wanted))

    def suggestion(self, suggestion_id: str) -> Suggestion:
        """Return one. Raise NotFoundError."""
        with self._database.reading() as connection:
            row = connection.execute(select(suggestions).where(suggestions.c.id == suggestion_id)).first()
        if row is None:
            raise NotFoundError("이 추천을 찾지 못했습니다.", remedy="목록을 새로 열어 주세요.")
        return _suggestion(row)

    def answer_suggestion(
        self, suggestion_id: str, state: SuggestionState, *, by: str, answer: str, content_id: str = ""
    ) -> bool:
        """Keep the review; False when somebody else has answered it before."""
        waiting = SuggestionState.WAITING.name.lower()
        with self._database.writing() as connection:
            changed = connection.execute(
                update(suggestions)
                .where(suggestions.c.id == suggestion_id, suggestions.c.state == waiting)
                .values(
                    state=state.name.lower(),
                    reviewed_by=by,
                    answer=answer,
                    content_id=content_id,
                    reviewed_at=datetime.now(UTC),
                )
            )
        return changed.rowcount == 1


def _suggestion(row: Row[Any]) -> Suggestion:
    return Suggestion(
        row.id,
        row.person_id,
        row.run_id,
        row.title,
        row.note,
        row.text,
        SuggestionState[row.state.upper()],
        row.created_at,
        row.reviewed_by,
        row.answer,
        row.content_id,
        row.reviewed_at,
    )
