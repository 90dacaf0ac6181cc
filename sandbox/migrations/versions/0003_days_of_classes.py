"""Which class a run was made in, on which days who came, and when a seat's page was last open.

Runs made before are taken for those of the class their person sits in, and who sits in a class is
taken to have come on the day they were first seen. A lecturer's raise for one person held for good
before and holds for a day now, so the old ones fall away. Never edited again: a later change is a later step.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_KOREA = timezone(timedelta(hours=9))


def upgrade() -> None:
    op.add_column("runs", sa.Column("class_code", sa.Text(), nullable=False, server_default=""))
    op.create_index("ix_runs_class_code_created_at", "runs", ["class_code", "created_at"])
    op.add_column("seat_states", sa.Column("open_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "class_days",
        sa.Column("class_code", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("came_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["class_code"], ["classes.code"], name="fk_class_days_class_code", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_class_days_person_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("class_code", "person_id", "day", name="pk_class_days"),
    )
    op.create_index("ix_class_days_person_id", "class_days", ["person_id"])
    _fill()


def downgrade() -> None:
    op.drop_index("ix_class_days_person_id", "class_days")
    op.drop_table("class_days")
    op.drop_column("seat_states", "open_at")
    op.drop_index("ix_runs_class_code_created_at", "runs")
    op.drop_column("runs", "class_code")


def _fill() -> None:
    connection = op.get_bind()
    connection.execute(
        sa.text(
            "UPDATE runs SET class_code = "
            "COALESCE((SELECT class_code FROM people WHERE people.id = runs.person_id), '')"
        )
    )
    connection.execute(sa.text("DELETE FROM limits WHERE scope = 'person' AND key <> '*'"))
    people = sa.table(
        "people",
        sa.column("id"),
        sa.column("class_code"),
        sa.column("created_at", sa.DateTime(timezone=True)),
    )
    classes = sa.table("classes", sa.column("code"))
    days = sa.table(
        "class_days",
        sa.column("class_code"),
        sa.column("person_id"),
        sa.column("day", sa.Date()),
        sa.column("came_at", sa.DateTime(timezone=True)),
    )
    sitting = sa.select(people).where(people.c.class_code.in_(sa.select(classes.c.code)))
    rows = [
        {"class_code": r.class_code, "person_id": r.id, "day": _day(r.created_at), "came_at": r.created_at}
        for r in connection.execute(sitting).all()
    ]
    if rows:
        connection.execute(sa.insert(days), rows)


def _day(at: datetime) -> object:
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(_KOREA).date()
