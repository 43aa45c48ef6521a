"""Writes a box's databases as releases before schema versions did; kept as code, not as files."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

FIRST_OUTBOX = """
CREATE TABLE messages (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, key TEXT NOT NULL,
  body BLOB NOT NULL, size_bytes INTEGER NOT NULL, version INTEGER NOT NULL DEFAULT 1,
  created_at REAL NOT NULL, refused TEXT, UNIQUE (kind, key)
);
CREATE INDEX messages_waiting ON messages (refused, seq);
CREATE TABLE open_episodes (
  camera_id TEXT NOT NULL, rule_id TEXT NOT NULL, zone TEXT NOT NULL, body BLOB NOT NULL,
  PRIMARY KEY (camera_id, rule_id, zone)
);
"""
LAST_OUTBOX = """
CREATE TABLE messages (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, key TEXT NOT NULL,
  body BLOB NOT NULL, size_bytes INTEGER NOT NULL, version INTEGER NOT NULL DEFAULT 1,
  created_at REAL NOT NULL, refused TEXT, tries INTEGER NOT NULL DEFAULT 0,
  due_mono_s REAL NOT NULL DEFAULT 0, UNIQUE (kind, key)
);
CREATE INDEX messages_due ON messages (kind, refused, due_mono_s, seq);
CREATE TABLE school (school_id TEXT NOT NULL);
CREATE TABLE open_episodes (
  camera_id TEXT NOT NULL, rule_id TEXT NOT NULL, zone TEXT NOT NULL, body BLOB NOT NULL,
  PRIMARY KEY (camera_id, rule_id, zone)
);
"""
INDEX = """
CREATE TABLE segments (
  path TEXT PRIMARY KEY, camera TEXT NOT NULL, start_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL,
  media_ms INTEGER NOT NULL, size_bytes INTEGER NOT NULL, codec TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX segments_by_time ON segments (camera, start_ms);
CREATE TABLE cameras (camera TEXT PRIMARY KEY, since_ms INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE absences (
  id INTEGER PRIMARY KEY, camera TEXT NOT NULL, start_ms INTEGER NOT NULL, end_ms INTEGER,
  cause TEXT NOT NULL, detail TEXT NOT NULL DEFAULT ''
);
CREATE INDEX absences_by_time ON absences (camera, start_ms);
CREATE TABLE holds (
  id INTEGER PRIMARY KEY, camera TEXT NOT NULL, start_ms INTEGER NOT NULL,
  end_ms INTEGER NOT NULL, reason TEXT NOT NULL
);
CREATE TABLE broken_promises (
  id INTEGER PRIMARY KEY, camera TEXT NOT NULL, broken_ms INTEGER NOT NULL,
  start_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL, promised_days INTEGER NOT NULL,
  kept_days REAL NOT NULL, why TEXT NOT NULL
);
CREATE TABLE doomed (
  path TEXT PRIMARY KEY, chosen_ms INTEGER NOT NULL, promised_days INTEGER NOT NULL,
  kept_days REAL NOT NULL, breaks INTEGER NOT NULL, why TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE life (id INTEGER PRIMARY KEY CHECK (id = 1), alive_ms INTEGER NOT NULL);
"""
CACHE = """
CREATE TABLE probes (
  path BLOB PRIMARY KEY, size_bytes INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
  facts TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE pieces (
  camera TEXT NOT NULL, start_s REAL NOT NULL, end_s REAL NOT NULL, path BLOB NOT NULL,
  PRIMARY KEY (camera, start_s, path)
) WITHOUT ROWID;
"""
EPISODE = json.dumps({"id": "e", "camera_id": "gate"}).encode()


def write_outbox(path: Path, tables: str) -> None:
    """Two alerts, one of which was refused, and an open episode."""
    with closing(_new(path, tables)) as db, db:
        insert = (
            "INSERT INTO messages (kind, key, body, size_bytes, version, created_at, refused)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)"
        )
        db.execute(insert, ("alert", "waits", b'{"id": "waits"}', 15, 3, 1.0, None))
        db.execute(insert, ("alert", "refused", b'{"id": "refused"}', 17, 1, 2.0, "no such camera"))
        db.execute("INSERT INTO open_episodes VALUES ('gate', 'wall', 'north', ?)", (EPISODE,))


def write_index(path: Path, *, is_complete: bool) -> None:
    """A segment, an absence, a hold and a broken promise of one camera."""
    with closing(_new(path, INDEX)) as db, db:
        db.execute("INSERT INTO segments VALUES ('gate/a.mp4', 'gate', 0, 60000, 60000, 9, 'h264')")
        db.execute("INSERT INTO cameras VALUES ('gate', 0)")
        db.execute("INSERT INTO absences VALUES (1, 'gate', 60000, 90000, 'camera_offline', '')")
        db.execute("INSERT INTO holds VALUES (7, 'gate', 0, 60000, 'police')")
        db.execute("INSERT INTO broken_promises VALUES (1, 'gate', 1, 0, 9, 30, 2.5, 'disk_full')")
        db.execute("INSERT INTO life VALUES (1, 90000)")
        db.execute(f"PRAGMA user_version = {int(is_complete)}")


def write_cache(path: Path, reading: int) -> None:
    """One probed file and one piece, found by that way of reading."""
    with closing(_new(path, CACHE)) as db, db:
        db.execute("INSERT INTO probes VALUES (?, 1, 2, '[]')", (b"/nvr/a.mp4",))
        db.execute("INSERT INTO pieces VALUES ('gate', 0.0, 60.0, ?)", (b"/nvr/a.mp4",))
        db.execute(f"PRAGMA user_version = {reading}")


def make_newer(path: Path) -> bytes:
    """As a version of the future left it; answers what the file holds."""
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE of_the_future (fact TEXT)")
        db.execute("INSERT INTO of_the_future VALUES ('not to be lost')")
        db.execute("PRAGMA user_version = 1000")
    return content(path)


def content(path: Path) -> bytes:
    """All that a file holds, its version included, as text."""
    with closing(sqlite3.connect(path)) as db:
        version = db.execute("PRAGMA user_version").fetchone()[0]
        return "\n".join([f"version {version}", *db.iterdump()]).encode()


def version_of(path: Path) -> int:
    """The file's ``user_version``."""
    with closing(sqlite3.connect(path)) as db:
        return int(db.execute("PRAGMA user_version").fetchone()[0])


def _new(path: Path, tables: str) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    db = sqlite3.connect(path)
    db.execute("PRAGMA journal_mode=WAL")
    db.executescript(tables)
    return db
