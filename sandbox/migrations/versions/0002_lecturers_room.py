"""The lecturer's room: instructors, classes, seats, content made on screen, surveys, usage.

Written out in full and never edited again: a later change is a later step.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _whole(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _yes_no(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _day(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Date(), nullable=nullable)


def upgrade() -> None:
    _entrances()
    _classes()
    _seats()
    _content()
    _suggestions()
    _surveys()
    _figures()
    _versions_of_runs()


def downgrade() -> None:
    op.drop_index("ix_people_class_code", "people")
    for table in (
        "rehearsals",
        "recordings",
        "limits",
        "usage",
        "survey_done",
        "survey_answers",
        "surveys",
        "suggestions",
        "content_drafts",
        "content_files",
        "content_versions",
        "contents",
        "deletions",
        "votes",
        "seat_states",
        "roster",
        "class_states",
        "classes",
        "setup_codes",
        "instructor_sign_ins",
        "instructors",
    ):
        op.drop_table(table)
    op.drop_column("runs", "prompt_version")
    op.drop_column("runs", "exercise_version")


def _entrances() -> None:
    op.create_table(
        "instructors",
        _text("id"),
        _text("name"),
        _text("login"),
        _text("password_hash"),
        _yes_no("is_officer"),
        _moment("created_at"),
        _moment("disabled_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_instructors"),
        sa.UniqueConstraint("login", name="uq_instructors_login"),
    )
    op.create_table(
        "instructor_sign_ins",
        _text("token_hash"),
        _text("instructor_id"),
        _moment("created_at"),
        _moment("expires_at"),
        sa.ForeignKeyConstraint(
            ["instructor_id"],
            ["instructors.id"],
            name="fk_instructor_sign_ins_instructor_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_hash", name="pk_instructor_sign_ins"),
    )
    op.create_index("ix_instructor_sign_ins_expires_at", "instructor_sign_ins", ["expires_at"])
    op.create_index("ix_instructor_sign_ins_instructor_id", "instructor_sign_ins", ["instructor_id"])
    op.create_table(
        "setup_codes",
        _text("code_hash"),
        _moment("created_at"),
        _moment("used_at", nullable=True),
        sa.PrimaryKeyConstraint("code_hash", name="pk_setup_codes"),
    )


def _classes() -> None:
    op.create_table(
        "classes",
        _text("code"),
        _text("title"),
        _text("level"),
        _day("starts_on", nullable=True),
        _day("ends_on", nullable=True),
        _text("path"),
        _whole("seats"),
        _text("endpoint_id"),
        _text("rules"),
        _text("created_by"),
        _moment("created_at"),
        _moment("closed_at", nullable=True),
        _moment("archived_at", nullable=True),
        _day("delete_on", nullable=True),
        sa.PrimaryKeyConstraint("code", name="pk_classes"),
    )
    op.create_table(
        "class_states",
        _text("class_code"),
        _whole("version"),
        _text("state"),
        _moment("changed_at"),
        sa.ForeignKeyConstraint(
            ["class_code"], ["classes.code"], name="fk_class_states_class_code", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("class_code", name="pk_class_states"),
    )
    op.create_table(
        "roster",
        _text("class_code"),
        _text("seat"),
        _text("name"),
        _text("department"),
        sa.Column("person_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["class_code"], ["classes.code"], name="fk_roster_class_code", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_roster_person_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("class_code", "seat", name="pk_roster"),
    )
    op.create_index("ix_roster_person_id", "roster", ["person_id"])


def _seats() -> None:
    op.create_table(
        "seat_states",
        _text("person_id"),
        _text("class_code"),
        _text("exercise_id"),
        _text("step"),
        _moment("arrived_at"),
        _moment("seen_at"),
        _moment("moved_at"),
        _moment("hand_at", nullable=True),
        _yes_no("shows_screen"),
        _text("shared_run_id"),
        _yes_no("may_project"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_seat_states_person_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name="pk_seat_states"),
    )
    op.create_index("ix_seat_states_class_code", "seat_states", ["class_code"])
    op.create_index("ix_people_class_code", "people", ["class_code"])
    op.create_table(
        "votes",
        _text("person_id"),
        _text("exercise_id"),
        _text("choice"),
        _moment("voted_at"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_votes_person_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", "exercise_id", name="pk_votes"),
    )
    op.create_table(
        "deletions",
        _text("id"),
        _text("class_code"),
        _text("class_title"),
        _text("deleted_by"),
        _moment("deleted_at"),
        _text("counts"),
        sa.PrimaryKeyConstraint("id", name="pk_deletions"),
    )


def _content() -> None:
    op.create_table(
        "contents",
        _text("kind"),
        _text("id"),
        _whole("newest_version"),
        _whole("published_version"),
        _yes_no("enabled"),
        _whole("position"),
        _text("owner"),
        _moment("verified_at", nullable=True),
        _text("verified_by"),
        _day("review_on", nullable=True),
        _moment("changed_at"),
        sa.PrimaryKeyConstraint("kind", "id", name="pk_contents"),
    )
    op.create_table(
        "content_versions",
        _text("kind"),
        _text("id"),
        _whole("version"),
        _text("text"),
        _text("files"),
        _text("author"),
        _text("note"),
        _moment("created_at"),
        sa.PrimaryKeyConstraint("kind", "id", "version", name="pk_content_versions"),
    )
    op.create_table(
        "content_files",
        _text("sha256"),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        _moment("created_at"),
        sa.PrimaryKeyConstraint("sha256", name="pk_content_files"),
    )
    op.create_table(
        "content_drafts",
        _text("kind"),
        _text("id"),
        _text("author"),
        _whole("based_on"),
        _text("payload"),
        _moment("saved_at"),
        sa.PrimaryKeyConstraint("kind", "id", "author", name="pk_content_drafts"),
    )


def _suggestions() -> None:
    op.create_table(
        "suggestions",
        _text("id"),
        _text("person_id"),
        _text("run_id"),
        _text("title"),
        _text("note"),
        _text("text"),
        _text("state"),
        _text("reviewed_by"),
        _text("answer"),
        _text("content_id"),
        _moment("created_at"),
        _moment("reviewed_at", nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_suggestions_person_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_suggestions"),
    )
    op.create_index("ix_suggestions_person_id", "suggestions", ["person_id"])
    op.create_index("ix_suggestions_state_created_at", "suggestions", ["state", "created_at"])


def _surveys() -> None:
    op.create_table(
        "surveys",
        _text("class_code"),
        _text("questions"),
        _yes_no("open"),
        _moment("changed_at"),
        sa.ForeignKeyConstraint(
            ["class_code"], ["classes.code"], name="fk_surveys_class_code", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("class_code", name="pk_surveys"),
    )
    op.create_table(
        "survey_answers",
        _text("id"),
        _text("class_code"),
        _day("day"),
        _text("answers"),
        sa.ForeignKeyConstraint(
            ["class_code"], ["classes.code"], name="fk_survey_answers_class_code", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_survey_answers"),
    )
    op.create_index("ix_survey_answers_class_code", "survey_answers", ["class_code"])
    op.create_table(
        "survey_done",
        _text("class_code"),
        _text("person_id"),
        sa.ForeignKeyConstraint(
            ["class_code"], ["classes.code"], name="fk_survey_done_class_code", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_survey_done_person_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("class_code", "person_id", name="pk_survey_done"),
    )


def _figures() -> None:
    op.create_table(
        "usage",
        _day("day"),
        _text("class_code"),
        _text("person_id"),
        _text("endpoint_id"),
        _whole("runs"),
        _whole("prompt_tokens"),
        _whole("answer_tokens"),
        sa.Column("won", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("day", "class_code", "person_id", "endpoint_id", name="pk_usage"),
    )
    op.create_index("ix_usage_class_code", "usage", ["class_code"])
    op.create_index("ix_usage_person_id", "usage", ["person_id"])
    op.create_table(
        "limits",
        _text("scope"),
        _text("key"),
        _whole("tokens", nullable=True),
        sa.Column("won", sa.Float(), nullable=True),
        _text("changed_by"),
        _moment("changed_at"),
        sa.PrimaryKeyConstraint("scope", "key", name="pk_limits"),
    )
    op.create_table(
        "recordings",
        _text("id"),
        _text("exercise_id"),
        _text("prompt"),
        _text("answer"),
        _text("model"),
        _moment("recorded_at"),
        sa.Column("speed", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_recordings"),
    )
    op.create_index("ix_recordings_exercise_id", "recordings", ["exercise_id"])
    op.create_table(
        "rehearsals",
        _text("id"),
        _text("started_by"),
        _text("report"),
        _moment("created_at"),
        sa.PrimaryKeyConstraint("id", name="pk_rehearsals"),
    )


def _versions_of_runs() -> None:
    """Of content published on screen; 0 is a file's."""
    for name in ("exercise_version", "prompt_version"):
        op.add_column("runs", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
