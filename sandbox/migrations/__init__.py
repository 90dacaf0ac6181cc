"""The history of the tables, run by ``sandbox.store`` through Alembic and by nobody else."""
