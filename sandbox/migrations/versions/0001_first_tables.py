"""The first form of the tables: people, drafts, runs, verdicts, marks, counts.

Written out in full and never edited again: a later change is a later step.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _whole(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _yes_no(name: str, *, nullable: bool = False) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=nullable)


def _person(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["person_id"], ["people.id"], name=f"fk_{table}_person_id", ondelete="CASCADE"
    )


def upgrade() -> None:
    _people()
    _runs()
    _verdicts()
    _marks()
    _counts()


def downgrade() -> None:
    for table in (
        "rule_counts",
        "endpoint_quirks",
        "acceptances",
        "exercise_marks",
        "verdicts",
        "runs",
        "drafts",
        "resume_failures",
        "sign_ins",
        "people",
    ):
        op.drop_table(table)


def _people() -> None:
    op.create_table(
        "people",
        _text("id"),
        _text("name"),
        _text("class_code"),
        _text("seat"),
        _moment("created_at"),
        _whole("resume_counter"),
        _text("resume_hash"),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
        sa.UniqueConstraint("resume_hash", name="uq_people_resume_hash"),
    )
    op.create_table(
        "sign_ins",
        _text("token_hash"),
        _text("person_id"),
        _moment("created_at"),
        _moment("expires_at"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sign_ins"),
        _person("sign_ins"),
    )
    op.create_index("ix_sign_ins_person_id", "sign_ins", ["person_id"])
    op.create_index("ix_sign_ins_expires_at", "sign_ins", ["expires_at"])
    op.create_table(
        "resume_failures",
        _text("key_hash"),
        _whole("failures"),
        _moment("last_at"),
        sa.PrimaryKeyConstraint("key_hash", name="pk_resume_failures"),
    )
    op.create_table(
        "drafts",
        _text("person_id"),
        _text("place"),
        _text("payload"),
        _moment("saved_at"),
        sa.PrimaryKeyConstraint("person_id", "place", name="pk_drafts"),
        _person("drafts"),
    )


def _runs() -> None:
    before = ("id", "person_id", "exercise_id", "prompt_id", "thread_id", "parent_id", "endpoint_id")
    between = ("endpoint_name", "model", "messages", "answer", "state")
    after = ("title", "error_code", "error_message", "finish_reason")
    op.create_table(
        "runs",
        *map(_text, before),
        *map(_text, between),
        _moment("created_at"),
        *map(_text, after),
        _whole("prompt_tokens", nullable=True),
        _whole("answer_tokens", nullable=True),
        _yes_no("usage_estimated", nullable=True),
        _moment("first_text_at", nullable=True),
        _moment("ended_at", nullable=True),
        _yes_no("favourite"),
        _moment("deleted_at", nullable=True),
        _text("sources"),
        _text("search_text"),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
        _person("runs"),
    )
    for columns in (
        ["person_id", "created_at"],
        ["person_id", "exercise_id", "created_at"],
        ["person_id", "thread_id", "created_at"],
        ["state"],
        ["deleted_at"],
    ):
        op.create_index("_".join(["ix_runs", *columns]), "runs", columns)


def _verdicts() -> None:
    op.create_table(
        "verdicts",
        _text("run_id"),
        _whole("position"),
        *map(_text, ("check_id", "kind", "title", "state", "summary", "evidence")),
        sa.Column("weight", sa.Float(), nullable=False),
        _text("figures"),
        _yes_no("by_model"),
        sa.PrimaryKeyConstraint("run_id", "position", name="pk_verdicts"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_verdicts_run_id", ondelete="CASCADE"),
    )


def _marks() -> None:
    op.create_table(
        "exercise_marks",
        _text("person_id"),
        _text("exercise_id"),
        _whole("hints_opened"),
        _yes_no("model_answer_opened"),
        sa.PrimaryKeyConstraint("person_id", "exercise_id", name="pk_exercise_marks"),
        _person("exercise_marks"),
    )
    op.create_table(
        "acceptances",
        _text("person_id"),
        _text("what"),
        _text("version"),
        _moment("accepted_at"),
        sa.PrimaryKeyConstraint("person_id", "what", "version", name="pk_acceptances"),
        _person("acceptances"),
    )


def _counts() -> None:
    op.create_table(
        "endpoint_quirks",
        _text("endpoint_id"),
        _text("quirks"),
        _moment("saved_at"),
        sa.PrimaryKeyConstraint("endpoint_id", name="pk_endpoint_quirks"),
    )
    op.create_table(
        "rule_counts",
        sa.Column("day", sa.Date(), nullable=False),
        _text("endpoint_id"),
        _text("rule"),
        _whole("times"),
        sa.PrimaryKeyConstraint("day", "endpoint_id", "rule", name="pk_rule_counts"),
    )
