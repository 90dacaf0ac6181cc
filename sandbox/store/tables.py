"""The tables, and how text, JSON and time are kept the same on SQLite and PostgreSQL.

Hides three differences between the two databases: SQLite forgets time zones, PostgreSQL
refuses NUL in text, and their JSON types order, search and compare differently, so JSON is
kept as plain text that round-trips to the letter.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
)

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_SURROGATE = re.compile("[\ud800-\udfff]")


class PlainText(TypeDecorator[str]):
    """Text; NUL and lone surrogates, which no database holds, become U+FFFD."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else _UNSTORABLE.sub("\ufffd", value)


class JsonText(TypeDecorator[Any]):
    """Any JSON value, in its own order, lossless, readable with Hangul unescaped."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:
        written = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return _SURROGATE.sub(lambda m: f"\\u{ord(m.group()):04x}", written)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


class UtcTime(TypeDecorator[datetime]):
    """A timezone-aware moment, kept in UTC to the microsecond; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)


def text_column(name: str, *, primary_key: bool = False) -> Column[str]:
    return Column(name, PlainText, primary_key=primary_key, nullable=False)


def of_person(*, primary_key: bool = False) -> Column[str]:
    owner = ForeignKey("people.id", ondelete="CASCADE")
    return Column("person_id", PlainText, owner, primary_key=primary_key, nullable=False)


def moment(name: str, *, nullable: bool = False) -> Column[datetime]:
    return Column(name, UtcTime, nullable=nullable)


people = Table(
    "people",
    metadata,
    text_column("id", primary_key=True),
    text_column("name"),
    text_column("class_code"),
    text_column("seat"),
    moment("created_at"),
    Column("resume_counter", Integer, nullable=False),
    Column("resume_hash", PlainText, nullable=False, unique=True),
    Index(None, "class_code"),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    text_column("token_hash", primary_key=True),
    of_person(),
    moment("created_at"),
    moment("expires_at"),
    Index(None, "person_id"),
    Index(None, "expires_at"),
)

resume_failures = Table(
    "resume_failures",
    metadata,
    text_column("key_hash", primary_key=True),
    Column("failures", Integer, nullable=False),
    moment("last_at"),
)

drafts = Table(
    "drafts",
    metadata,
    of_person(primary_key=True),
    text_column("place", primary_key=True),
    Column("payload", JsonText, nullable=False),
    moment("saved_at"),
)

runs = Table(
    "runs",
    metadata,
    text_column("id", primary_key=True),
    of_person(),
    text_column("exercise_id"),
    text_column("prompt_id"),
    text_column("thread_id"),
    text_column("parent_id"),
    text_column("endpoint_id"),
    text_column("endpoint_name"),
    text_column("model"),
    Column("messages", JsonText, nullable=False),
    text_column("answer"),
    text_column("state"),
    moment("created_at"),
    text_column("title"),
    text_column("error_code"),
    text_column("error_message"),
    text_column("finish_reason"),
    Column("prompt_tokens", Integer),
    Column("answer_tokens", Integer),
    Column("usage_estimated", Boolean),
    moment("first_text_at", nullable=True),
    moment("ended_at", nullable=True),
    Column("favourite", Boolean, nullable=False),
    moment("deleted_at", nullable=True),
    Column("sources", JsonText, nullable=False),
    # Of content published on screen; 0 is a file's.
    Column("exercise_version", Integer, nullable=False, server_default="0"),
    Column("prompt_version", Integer, nullable=False, server_default="0"),
    # In which class it was made, empty outside one: it goes with that class, wherever its person sits then.
    Column("class_code", PlainText, nullable=False, server_default=""),
    # Title, messages and answer, normalised and casefolded by us: LIKE folds case only for
    # ASCII on SQLite and by locale on PostgreSQL, and JSON keys must not be found.
    text_column("search_text"),
    Index(None, "person_id", "created_at"),
    Index(None, "person_id", "exercise_id", "created_at"),
    Index(None, "person_id", "thread_id", "created_at"),
    Index(None, "state"),
    Index(None, "deleted_at"),
    Index(None, "class_code", "created_at"),
)

verdicts = Table(
    "verdicts",
    metadata,
    Column("run_id", PlainText, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True, nullable=False),
    Column("position", Integer, primary_key=True, nullable=False, autoincrement=False),
    text_column("check_id"),
    text_column("kind"),
    text_column("title"),
    text_column("state"),
    text_column("summary"),
    Column("evidence", JsonText, nullable=False),
    Column("weight", Float, nullable=False),
    Column("figures", JsonText, nullable=False),
    Column("by_model", Boolean, nullable=False),
)

exercise_marks = Table(
    "exercise_marks",
    metadata,
    of_person(primary_key=True),
    text_column("exercise_id", primary_key=True),
    Column("hints_opened", Integer, nullable=False),
    Column("model_answer_opened", Boolean, nullable=False),
)

acceptances = Table(
    "acceptances",
    metadata,
    of_person(primary_key=True),
    text_column("what", primary_key=True),
    text_column("version", primary_key=True),
    moment("accepted_at"),
)

endpoint_quirks = Table(
    "endpoint_quirks",
    metadata,
    text_column("endpoint_id", primary_key=True),
    Column("quirks", JsonText, nullable=False),
    moment("saved_at"),
)

rule_counts = Table(
    "rule_counts",
    metadata,
    Column("day", Date, primary_key=True, nullable=False),
    text_column("endpoint_id", primary_key=True),
    text_column("rule", primary_key=True),
    Column("times", Integer, nullable=False),
)
