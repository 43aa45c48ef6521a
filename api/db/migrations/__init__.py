"""Alembic migrations, shipped with the package and run on start."""
