"""A file is migrated as a whole or not at all."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from pipeline.core.file_schema import FileSchema, statements

FIRST = statements("CREATE TABLE a (x); INSERT INTO a VALUES (1)")
SECOND = statements("ALTER TABLE a ADD COLUMN y; UPDATE a SET y = x + 1")


def _rows(db: sqlite3.Connection) -> list[tuple[int, ...]]:
    return db.execute("SELECT * FROM a").fetchall()


def test_each_step_runs_once_whichever_version_the_file_has() -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        FileSchema("a file", (FIRST,)).bring_up_to_date(db, None)
        assert _rows(db) == [(1,)]
        for _ in range(2):
            FileSchema("a file", (FIRST, SECOND)).bring_up_to_date(db, None)
            assert _rows(db) == [(1, 2)]
        assert db.execute("PRAGMA user_version").fetchone() == (2,)


def test_a_step_that_fails_leaves_the_file_as_it_was() -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        FileSchema("a file", (FIRST,)).bring_up_to_date(db, None)
        bad = statements("UPDATE a SET x = 9; INSERT INTO nowhere VALUES (1)")
        with pytest.raises(sqlite3.OperationalError, match="nowhere"):
            FileSchema("a file", (FIRST, SECOND, bad)).bring_up_to_date(db, None)
        assert _rows(db) == [(1,)]
        assert db.execute("PRAGMA user_version").fetchone() == (1,)
