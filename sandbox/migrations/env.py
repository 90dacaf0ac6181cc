"""Alembic's entry: runs the steps on the connection and transaction that the store opened.

Imports nothing of ours: the connection and the metadata come in through the config's attributes.
"""

from __future__ import annotations

from alembic import context

_connection = context.config.attributes["connection"]
context.configure(
    connection=_connection,
    target_metadata=context.config.attributes["target_metadata"],
    render_as_batch=_connection.dialect.name == "sqlite",
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
