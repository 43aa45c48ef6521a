"""Opening the index whatever state it is in: a recorder must start all the same."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import structlog

from pipeline.recorders.errors import FootageIndexError
from pipeline.recorders.index import FootageIndex
from pipeline.recorders.segments import LifePoint, ignore

_log = structlog.get_logger(__name__)


def open_index(path: Path, reached: Callable[[LifePoint], None] = ignore) -> FootageIndex:
    """Open the index; a broken one is set aside and begun anew, and rebuilt on ``recover``.

    One that cannot be opened now is kept in memory until it can (``FootageIndex.settle``).
    """
    try:
        return FootageIndex(path, reached)
    except FootageIndexError:
        if not _is_broken(path):
            return FootageIndex(path, reached, may_wait=True)
    aside = path.with_name(path.name + ".broken")
    try:
        path.replace(aside)
        for extra in ("-wal", "-shm"):
            path.with_name(path.name + extra).unlink(missing_ok=True)
    except OSError as error:
        _log.error("the index is broken and cannot be set aside", error=str(error))
    else:
        _log.error("the index was broken and is rebuilt", set_aside=str(aside))
    return FootageIndex(path, reached, may_wait=True)


def _is_broken(path: Path) -> bool:
    """Whether the file is there, can be read, and is no database."""
    try:
        with path.open("rb") as file:
            if file.read(16) != b"SQLite format 3\0":
                return True
        with closing(sqlite3.connect(path)) as db:
            return bool(db.execute("PRAGMA quick_check(1)").fetchone() != ("ok",))
    except (OSError, sqlite3.OperationalError):
        return False  # not to be had, which is another matter
    except sqlite3.DatabaseError:
        return True
