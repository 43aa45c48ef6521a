"""What was found in files that have not changed since, so that each is read once and not hourly.

A month of a camera is tens of thousands of files, often on a network drive. A file is looked at
again when its size or its time of writing differ; one that could not be read, always.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Iterable
from pathlib import Path

import structlog

from api.contract.footage.spans import Span
from pipeline.core.file_schema import FileSchema, NewerFileError, statements
from pipeline.core.private_files import database_files
from pipeline.recorders.errors import FootageIndexError
from pipeline.recorders.probe import FileFacts, FileState, probe
from pipeline.recorders.shelf import Piece

_TABLES = """
CREATE TABLE IF NOT EXISTS probes (
  path BLOB PRIMARY KEY,
  size_bytes INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL,
  facts TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pieces (
  camera TEXT NOT NULL,
  start_s REAL NOT NULL,
  end_s REAL NOT NULL,
  path BLOB NOT NULL,
  PRIMARY KEY (camera, start_s, path)
) WITHOUT ROWID;
"""


def _read_anew(db: sqlite3.Connection) -> None:
    """Files are read otherwise than before: what was found then is looked up no more."""
    db.execute("DROP TABLE IF EXISTS probes")
    statements(_TABLES)(db)


CACHE_SCHEMA = FileSchema("the memory of probed files", (_read_anew,), before=1)
_log = structlog.get_logger(__name__)
_LONGEST_S = 86_400.0
_PIECES = 64


class ProbeCache:
    """Remembers probed files, and which of them are whose footage. Thread-safe.

    Args:
        path: Its file; a broken one is begun anew, for nothing in it is a fact of its own. So is
            one that a newer version made, which is set aside for it.

    Raises:
        FootageIndexError: It cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self.probed = 0
        """Files really looked at since the start."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = self._open()
        except (OSError, sqlite3.OperationalError) as error:
            raise self._error(error) from error

    def probe(self, path: Path, max_pause_s: float) -> FileFacts:
        """As ``probe``, from memory if the file is as it was."""
        try:
            stat = path.stat()
        except OSError:
            return probe(path, max_pause_s)
        with self._lock:
            row = self._db.execute(
                "SELECT facts FROM probes WHERE path = ? AND size_bytes = ? AND mtime_ns = ?",
                (os.fsencode(path), stat.st_size, stat.st_mtime_ns),
            ).fetchone()
        if row is not None:
            return _facts(row[0])
        with self._lock:
            self.probed += 1
        facts = probe(path, max_pause_s)
        if facts.state is not FileState.UNREADABLE:
            with self._lock, self._db:
                self._db.execute(
                    "INSERT OR REPLACE INTO probes VALUES (?, ?, ?, ?)",
                    (os.fsencode(path), stat.st_size, stat.st_mtime_ns, _text(facts)),
                )
        return facts

    def keep_pieces(self, camera: str, pieces: Iterable[Piece]) -> None:
        """What one camera's footage is, instead of what was known before.

        Raises:
            FootageIndexError: It cannot be written.
        """
        rows = [(camera, p.span.start_s, p.span.end_s, os.fsencode(p.path)) for p in pieces]
        try:
            with self._lock, self._db:
                self._db.execute("DELETE FROM pieces WHERE camera = ?", (camera,))
                self._db.executemany("INSERT OR REPLACE INTO pieces VALUES (?, ?, ?, ?)", rows)
        except sqlite3.Error as error:
            raise self._error(error) from error

    def pieces(self, camera: str, after_s: float) -> list[Piece]:
        """The next files whose footage ends after that moment, by start.

        Raises:
            FootageIndexError: It cannot be read.
        """
        try:
            with self._lock:
                rows = self._db.execute(
                    "SELECT path, start_s, end_s FROM pieces WHERE camera = ? AND start_s > ?"
                    " AND end_s > ? ORDER BY start_s, path LIMIT ?",
                    (camera, after_s - _LONGEST_S, after_s, _PIECES),
                ).fetchall()
        except sqlite3.Error as error:
            raise self._error(error) from error
        return [
            Piece(Path(os.fsdecode(path)), Span(start_s, end_s)) for path, start_s, end_s in rows
        ]

    def forget_gone(self) -> None:
        """Let go of files that are not there any more."""
        with self._lock:
            known = [row[0] for row in self._db.execute("SELECT path FROM probes")]
        gone = [(path,) for path in known if not os.path.exists(path)]  # noqa: PTH110 -- bytes
        with self._lock, self._db:
            self._db.executemany("DELETE FROM probes WHERE path = ?", gone)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def _open(self) -> sqlite3.Connection:
        try:
            return self._connect()
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            self._path.unlink()
        except NewerFileError as error:
            aside = self._path.with_name(self._path.name + ".newer")
            for old, new in zip(database_files(self._path), database_files(aside), strict=True):
                if old.exists():
                    old.replace(new)
            _log.warning("set aside; files are probed again", why=error.what, set_aside=str(aside))
        return self._connect()

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._path, check_same_thread=False, isolation_level=None)
        try:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = NORMAL")
            CACHE_SCHEMA.bring_up_to_date(db, self._path)
        except (sqlite3.Error, NewerFileError):
            db.close()
            raise
        db.isolation_level = "DEFERRED"
        return db

    def _error(self, error: Exception) -> FootageIndexError:
        return FootageIndexError(
            f"the memory of probed files cannot be used ({error})",
            where=str(self._path),
            remedy="Check the folder's owner and the disk's room",
        )


def _text(facts: FileFacts) -> str:
    return json.dumps(
        [facts.state.value, facts.runs_s, facts.claimed_s, facts.size_bytes, facts.detail]
    )


def _facts(text: str) -> FileFacts:
    state, runs, claimed_s, size, detail = json.loads(text)
    return FileFacts(FileState(state), tuple((a, b) for a, b in runs), claimed_s, size, detail)
