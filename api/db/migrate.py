"""Brings the database up to date on start, one process at a time."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import SQLAlchemyError

from api.contract.redaction import redact_url
from api.kit.errors import DatabaseError

MIGRATIONS = Path(__file__).parent / "migrations"


@contextmanager
def _one_at_a_time(lock_file: Path) -> Iterator[None]:
    with lock_file.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def sync_engine(async_url: str) -> Engine:
    """An engine without asyncio for the same database, as Alembic wants it."""
    url = make_url(async_url)
    if url.drivername == "sqlite+aiosqlite":
        url = url.set(drivername="sqlite")
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def _on_connect(connection: object, _record: object) -> None:
            # sqlite3 would commit before each DDL statement and leave a half migration behind.
            connection.isolation_level = None  # type: ignore[attr-defined]

        @event.listens_for(engine, "begin")
        def _on_begin(connection: object) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # type: ignore[attr-defined]

    return engine


def alembic_config() -> Config:
    """Alembic's configuration; there is no ini file to keep in step."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def upgrade(async_url: str, lock_file: Path) -> None:
    """Apply the migrations that are missing; all of them or none.

    Raises:
        DatabaseError: If the database cannot be opened or is newer than this program.
    """
    shown = redact_url(async_url)
    config = alembic_config()
    engine = sync_engine(async_url)
    try:
        with _one_at_a_time(lock_file), engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except CommandError as error:
        raise DatabaseError(
            "the database was made by another version of this program",
            where=shown,
            remedy=f"Start the version that made it, or restore a backup ({error})",
        ) from error
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error)
        raise DatabaseError(
            f"the database cannot be used ({redact_url(reason)})",
            where=shown,
            remedy="Correct database_url, or restore the file from a backup",
        ) from error
    finally:
        engine.dispose()
