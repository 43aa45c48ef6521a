"""The tables of the index of recordings, version by version."""

from __future__ import annotations

import sqlite3

from pipeline.core.file_schema import FileSchema, statements

_TABLES = """
CREATE TABLE IF NOT EXISTS segments (
  path TEXT PRIMARY KEY,
  camera TEXT NOT NULL,
  start_ms INTEGER NOT NULL,
  end_ms INTEGER NOT NULL,
  media_ms INTEGER NOT NULL,
  size_bytes INTEGER NOT NULL,
  codec TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS segments_by_time ON segments (camera, start_ms);
CREATE TABLE IF NOT EXISTS cameras (
  camera TEXT PRIMARY KEY,
  since_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS absences (
  id INTEGER PRIMARY KEY,
  camera TEXT NOT NULL,
  start_ms INTEGER NOT NULL,
  end_ms INTEGER,
  cause TEXT NOT NULL,
  detail TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS absences_by_time ON absences (camera, start_ms);
CREATE TABLE IF NOT EXISTS holds (
  id INTEGER PRIMARY KEY,
  camera TEXT NOT NULL,
  start_ms INTEGER NOT NULL,
  end_ms INTEGER NOT NULL,
  reason TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS broken_promises (
  id INTEGER PRIMARY KEY,
  camera TEXT NOT NULL,
  broken_ms INTEGER NOT NULL,
  start_ms INTEGER NOT NULL,
  end_ms INTEGER NOT NULL,
  promised_days INTEGER NOT NULL,
  kept_days REAL NOT NULL,
  why TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS doomed (
  path TEXT PRIMARY KEY,
  chosen_ms INTEGER NOT NULL,
  promised_days INTEGER NOT NULL,
  kept_days REAL NOT NULL,
  breaks INTEGER NOT NULL,
  why TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS life (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  alive_ms INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS completeness (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  is_complete INTEGER NOT NULL
);
"""


def _second(db: sqlite3.Connection) -> None:
    """Files of before kept in ``user_version``, 0 or 1, whether the index is complete."""
    was_complete = bool(db.execute("PRAGMA user_version").fetchone()[0])
    statements(_TABLES)(db)
    db.execute("INSERT INTO completeness VALUES (1, ?)", (int(was_complete),))


_third = statements(
    "CREATE TABLE age (id INTEGER PRIMARY KEY CHECK (id = 1), at_ms INTEGER NOT NULL)"
)
_fourth = statements(
    "ALTER TABLE segments ADD COLUMN origin TEXT NOT NULL DEFAULT '';"
    "CREATE INDEX segments_recovered ON segments (camera, start_ms) WHERE origin != ''"
)
INDEX_SCHEMA = FileSchema("the index of recordings", (_second, _third, _fourth), before=1)
