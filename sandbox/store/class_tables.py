"""The tables of the lecturer's room: instructors, classes, their content, surveys, usage.

Hides nothing but columns. A class is known by its code, which is never given twice; a person
belongs to a class by ``people.class_code``. What must outlive a person (usage in tokens, survey
answers without a name) does not hang on ``people``.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, Float, ForeignKey, Index, Integer, LargeBinary, Table

from sandbox.store.tables import JsonText, PlainText, metadata, moment, of_person, text_column


def _of_class(*, primary_key: bool = False) -> Column[str]:
    owner = ForeignKey("classes.code", ondelete="CASCADE")
    return Column("class_code", PlainText, owner, primary_key=primary_key, nullable=False)


def _whole(name: str, *, primary_key: bool = False) -> Column[int]:
    return Column(name, Integer, primary_key=primary_key, nullable=False, autoincrement=False)


def _yes_no(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False)


# --------------------------------------------------------------------------- getting in

instructors = Table(
    "instructors",
    metadata,
    text_column("id", primary_key=True),
    text_column("name"),
    Column("login", PlainText, nullable=False, unique=True),  # folded name, or the OIDC subject
    text_column("password_hash"),  # argon2id; empty when only single sign-on may come in
    _yes_no("is_officer"),
    moment("created_at"),
    moment("disabled_at", nullable=True),
)

instructor_sign_ins = Table(
    "instructor_sign_ins",
    metadata,
    text_column("token_hash", primary_key=True),
    Column("instructor_id", PlainText, ForeignKey("instructors.id", ondelete="CASCADE"), nullable=False),
    moment("created_at"),
    moment("expires_at"),
    Index(None, "instructor_id"),
    Index(None, "expires_at"),
)

# One row at most: the code that lets the officer set the first password.
setup_codes = Table(
    "setup_codes",
    metadata,
    text_column("code_hash", primary_key=True),
    moment("created_at"),
    moment("used_at", nullable=True),
)

# --------------------------------------------------------------------------- classes

classes = Table(
    "classes",
    metadata,
    text_column("code", primary_key=True),
    text_column("title"),
    text_column("level"),
    Column("starts_on", Date, nullable=True),
    Column("ends_on", Date, nullable=True),
    Column("path", JsonText, nullable=False),  # exercise ids in order
    _whole("seats"),
    text_column("endpoint_id"),  # empty: whatever the person chooses
    Column(
        "rules", JsonText, nullable=False
    ),  # what the guard allows, open join, budget; see records.ClassRules
    text_column("created_by"),
    moment("created_at"),
    moment("closed_at", nullable=True),
    moment("archived_at", nullable=True),
    Column("delete_on", Date, nullable=True),
)

# What the lecturer pushes: one small row a class, read by every seat. ``version`` grows with each change.
class_states = Table(
    "class_states",
    metadata,
    _of_class(primary_key=True),
    _whole("version"),
    Column("state", JsonText, nullable=False),  # records.ClassNow
    moment("changed_at"),
)

roster = Table(
    "roster",
    metadata,
    _of_class(primary_key=True),
    text_column("seat", primary_key=True),
    text_column("name"),
    text_column("department"),
    Column("person_id", PlainText, ForeignKey("people.id", ondelete="SET NULL"), nullable=True),
    Index(None, "person_id"),
)

# Where somebody sits and is: one row a person, overwritten; what the board reads beside runs.
seat_states = Table(
    "seat_states",
    metadata,
    of_person(primary_key=True),
    text_column("class_code"),
    text_column("exercise_id"),
    text_column("step"),  # reading, filling, running, checking, done …
    moment("arrived_at"),
    moment("seen_at"),
    moment("moved_at"),  # last time something was done, not only looked at
    moment("hand_at", nullable=True),
    _yes_no("shows_screen"),  # lets the lecturer look while the hand is up
    text_column("shared_run_id"),
    _yes_no("may_project"),
    moment("open_at", nullable=True),  # last time the page was known to be open, touched or not
    Index(None, "class_code"),
)

# On which days who came to a class, by Korean time. Who has left the class stays in it until it is deleted.
class_days = Table(
    "class_days",
    metadata,
    _of_class(primary_key=True),
    of_person(primary_key=True),
    Column("day", Date, primary_key=True, nullable=False),
    moment("came_at"),
    Index(None, "person_id"),
)

# A deletion leaves counts behind, so that it can be proved; no names, no content.
deletions = Table(
    "deletions",
    metadata,
    text_column("id", primary_key=True),
    text_column("class_code"),
    text_column("class_title"),
    text_column("deleted_by"),
    moment("deleted_at"),
    Column("counts", JsonText, nullable=False),
)

votes = Table(
    "votes",
    metadata,
    of_person(primary_key=True),
    text_column("exercise_id", primary_key=True),
    text_column("choice"),
    moment("voted_at"),
)

# --------------------------------------------------------------------------- content made on screen

contents = Table(
    "contents",
    metadata,
    text_column("kind", primary_key=True),  # prompt, exercise
    text_column("id", primary_key=True),
    _whole("newest_version"),
    _whole("published_version"),  # 0: not published
    _yes_no("enabled"),
    Column("position", Integer, nullable=False),
    text_column("owner"),
    moment("verified_at", nullable=True),
    text_column("verified_by"),
    Column("review_on", Date, nullable=True),
    moment("changed_at"),
)

content_versions = Table(
    "content_versions",
    metadata,
    text_column("kind", primary_key=True),
    text_column("id", primary_key=True),
    _whole("version", primary_key=True),
    text_column("text"),  # prompt.md or exercise.md, read by the library's own parser
    Column("files", JsonText, nullable=False),  # relative path -> sha256 in content_files
    text_column("author"),
    text_column("note"),
    moment("created_at"),
)

content_files = Table(
    "content_files",
    metadata,
    text_column("sha256", primary_key=True),
    Column("data", LargeBinary, nullable=False),
    moment("created_at"),
)

content_drafts = Table(
    "content_drafts",
    metadata,
    text_column("kind", primary_key=True),
    text_column("id", primary_key=True),
    text_column("author", primary_key=True),  # instructor id
    _whole("based_on"),
    Column("payload", JsonText, nullable=False),
    moment("saved_at"),
)

suggestions = Table(
    "suggestions",
    metadata,
    text_column("id", primary_key=True),
    of_person(),
    text_column("run_id"),
    text_column("title"),
    text_column("note"),
    text_column("text"),
    text_column("state"),  # waiting, taken, declined
    text_column("reviewed_by"),
    text_column("answer"),
    text_column("content_id"),
    moment("created_at"),
    moment("reviewed_at", nullable=True),
    Index(None, "state", "created_at"),
    Index(None, "person_id"),
)

# --------------------------------------------------------------------------- after the class

surveys = Table(
    "surveys",
    metadata,
    _of_class(primary_key=True),
    Column("questions", JsonText, nullable=False),
    _yes_no("open"),
    moment("changed_at"),
)

# No person, and only the day: an answer cannot be led back to who gave it.
survey_answers = Table(
    "survey_answers",
    metadata,
    text_column("id", primary_key=True),
    _of_class(),
    Column("day", Date, nullable=False),
    Column("answers", JsonText, nullable=False),
    Index(None, "class_code"),
)

survey_done = Table("survey_done", metadata, _of_class(primary_key=True), of_person(primary_key=True))

usage = Table(
    "usage",
    metadata,
    Column("day", Date, primary_key=True, nullable=False),
    text_column("class_code", primary_key=True),
    text_column("person_id", primary_key=True),  # no key: usage outlives the person
    text_column("endpoint_id", primary_key=True),
    _whole("runs"),
    _whole("prompt_tokens"),
    _whole("answer_tokens"),
    Column("won", Float, nullable=False),
    Index(None, "class_code"),
    Index(None, "person_id"),
)

# scope: person (key person id, or * for everybody), class (class code), day (*), endpoint (endpoint id)
limits = Table(
    "limits",
    metadata,
    text_column("scope", primary_key=True),
    text_column("key", primary_key=True),
    Column("tokens", Integer, nullable=True),
    Column("won", Float, nullable=True),
    text_column("changed_by"),
    moment("changed_at"),
)

recordings = Table(
    "recordings",
    metadata,
    text_column("id", primary_key=True),
    text_column("exercise_id"),
    text_column("prompt"),  # the exercise's own, invented; nobody's data
    text_column("answer"),
    text_column("model"),
    moment("recorded_at"),
    Column("speed", Float, nullable=False),  # characters per second, as it came
    Index(None, "exercise_id"),
)

rehearsals = Table(
    "rehearsals",
    metadata,
    text_column("id", primary_key=True),
    text_column("started_by"),
    Column("report", JsonText, nullable=False),
    moment("created_at"),
)
