"""A class's survey: its questions, and answers that lead back to nobody.

Hides how an answer is kept from being linked to who gave it. It holds no person and no time but
the day. Databases remember more than their columns say (SQLite numbers rows as they come,
PostgreSQL knows which rows one transaction wrote), so with every answer all rows of the class, the
answers and the marks of who has answered, are written anew in a random order.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, date, datetime
from random import SystemRandom
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, select

from sandbox.class_records import Question, QuestionKind, Survey
from sandbox.store.class_tables import survey_answers, survey_done, surveys
from sandbox.store.database import Database


class SurveyRows:
    """The part of the store that keeps surveys."""

    _database: Database

    def survey(self, class_code: str) -> Survey | None:
        """Return a class's survey; None when it has none yet."""
        with self._database.reading() as connection:
            row = connection.execute(select(surveys).where(surveys.c.class_code == class_code)).first()
        if row is None:
            return None
        questions = tuple(Question(q["id"], QuestionKind(q["kind"]), q["text"]) for q in row.questions)
        return Survey(class_code, questions, row.open)

    def save_survey(self, survey: Survey) -> None:
        """Keep questions and whether it is open instead of what was there."""
        asked = [{"id": q.id, "kind": str(q.kind), "text": q.text} for q in survey.questions]
        values = {"questions": asked, "open": survey.open, "changed_at": datetime.now(UTC)}
        with self._database.writing() as connection:
            connection.execute(
                self._database.insert(surveys)
                .values(class_code=survey.class_code, **values)
                .on_conflict_do_update(index_elements=["class_code"], set_=values)
            )

    def has_answered(self, class_code: str, person_id: str) -> bool:
        """Say whether this person has handed in an answer."""
        wanted = select(func.count()).where(
            survey_done.c.class_code == class_code, survey_done.c.person_id == person_id
        )
        with self._database.reading() as connection:
            return connection.execute(wanted).scalar_one() > 0

    def add_survey_answer(
        self, class_code: str, person_id: str, answers: Mapping[str, Any], day: date
    ) -> bool:
        """Keep an answer without its person; False when the survey is closed or they have answered before."""
        lock = select(surveys.c.open).where(surveys.c.class_code == class_code).with_for_update()
        with self._database.writing() as connection:
            if not connection.execute(lock).scalar():
                return False
            done = _taken_out(connection, survey_done, class_code)
            known = {row["person_id"] for row in done}
            if person_id not in known:
                done.append({"class_code": class_code, "person_id": person_id})
            given = _taken_out(connection, survey_answers, class_code)
            if person_id not in known:
                given.append({"class_code": class_code, "day": day, "answers": dict(answers)})
            for row in given:
                row["id"] = secrets.token_urlsafe(12)
            _put_back(connection, survey_done, done)
            _put_back(connection, survey_answers, given)
        return person_id not in known

    def survey_answers(self, class_code: str) -> tuple[Mapping[str, Any], ...]:
        """Return every answer by question id, in an order that says nothing."""
        wanted = (
            select(survey_answers.c.answers)
            .where(survey_answers.c.class_code == class_code)
            .order_by(survey_answers.c.id)
        )
        with self._database.reading() as connection:
            return tuple(connection.execute(wanted).scalars())


def _taken_out(connection: Connection, table: Table, class_code: str) -> list[dict[str, Any]]:
    mine = table.c.class_code == class_code
    rows = [dict(row._mapping) for row in connection.execute(select(table).where(mine))]
    connection.execute(delete(table).where(mine))
    return rows


def _put_back(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    SystemRandom().shuffle(rows)
    for row in rows:  # one by one: the order in which they are written is the order we shuffled
        connection.execute(insert(table).values(row))
