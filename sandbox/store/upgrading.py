"""Bring a database to the newest form of the tables with Alembic, run from the program.

Hides Alembic: no ini file, no command line. The whole upgrade is one transaction under one
lock, so two processes that start at once do it once, and a failure leaves the old form.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from sandbox.store import class_tables as _class_tables  # noqa: F401  fills the metadata
from sandbox.store.failures import NEWER, failure
from sandbox.store.tables import metadata

_SCRIPTS = Path(__file__).parent.parent / "migrations"
_ADVISORY_LOCK = 720_261_122


def alembic_config(connection: Connection) -> Config:
    """Configure Alembic for an open connection; also used by the test that compares forms."""
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    config.attributes["target_metadata"] = metadata
    return config


def upgrade(connection: Connection, *, copy_first: Callable[[str], None]) -> None:
    """Upgrade to head within the caller's transaction.

    ``copy_first`` is called with the old revision when there is something to lose.
    Raises StoreError when a newer program made the database.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
    config = alembic_config(connection)
    current = current_revision(connection)
    scripts = ScriptDirectory.from_config(config)
    if current == scripts.get_current_head():
        return
    if current is not None:
        if current not in {script.revision for script in scripts.walk_revisions()}:
            raise failure(NEWER)
        copy_first(current)
    command.upgrade(config, "head")


def current_revision(connection: Connection) -> str | None:
    """Tell the revision the database is at; None when it is empty."""
    return MigrationContext.configure(connection).get_current_revision()


def head_revision(connection: Connection) -> str | None:
    """Tell the revision this program wants."""
    return ScriptDirectory.from_config(alembic_config(connection)).get_current_head()
