"""What a recorder could not give, and when it is asked again; survives the process.

Losing the file costs nothing but the questions.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.contract.footage.spans import Span
from pipeline.core.file_schema import FileSchema, statements

AGAIN_S = (600.0, 3600.0, 6 * 3600.0, 86_400.0, 7 * 86_400.0)
"""Until the next question after the first, second … time; a recorder's index is late by minutes,
and a disk that was away may come back."""
_SCHEMA = FileSchema(
    "the memory of gaps that could not be healed",
    (
        statements(
            "CREATE TABLE put_off (camera TEXT NOT NULL, start_ms INTEGER NOT NULL,"
            " end_ms INTEGER NOT NULL, why TEXT NOT NULL, tries INTEGER NOT NULL,"
            " again_ms INTEGER NOT NULL, PRIMARY KEY (camera, start_ms, end_ms)) WITHOUT ROWID"
        ),
    ),
)
_SLACK_MS = 2000


class HealingMemory:
    """Spans of cameras that are left alone for now, in one SQLite file. Thread-safe.

    Args:
        path: The file; made with its folder.

    Raises:
        OSError: The folder cannot be made.
        sqlite3.Error: The file cannot be used.
        NewerFileError: A newer version made it.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        try:
            self._db.execute("PRAGMA journal_mode=WAL")
            _SCHEMA.bring_up_to_date(self._db, path)
        except BaseException:
            self._db.close()
            raise

    def put_off(self, camera: str, span: Span, why: str, now_s: float) -> float:
        """Leave a span alone for a while, longer each time; answers until when."""
        start_ms, end_ms = _ms(span.start_s), _ms(span.end_s)
        inside = (camera, start_ms - _SLACK_MS, end_ms + _SLACK_MS)
        with self._write() as db:
            (tries,) = db.execute(
                "SELECT coalesce(max(tries), 0) FROM put_off"
                " WHERE camera = ? AND start_ms >= ? AND end_ms <= ?",
                inside,
            ).fetchone()
            again_s = now_s + AGAIN_S[min(tries, len(AGAIN_S) - 1)]
            db.execute(
                "DELETE FROM put_off WHERE camera = ? AND start_ms >= ? AND end_ms <= ?", inside
            )
            db.execute(
                "INSERT OR REPLACE INTO put_off VALUES (?, ?, ?, ?, ?, ?)",
                (camera, start_ms, end_ms, why, tries + 1, _ms(again_s)),
            )
        return again_s

    def left_alone(self, camera: str, now_s: float) -> list[Span]:
        """What is not to be asked for yet, by start."""
        with self._lock:
            rows = self._db.execute(
                "SELECT start_ms, end_ms FROM put_off WHERE camera = ? AND again_ms > ?"
                " ORDER BY start_ms",
                (camera, _ms(now_s)),
            ).fetchall()
        return [Span(start_ms / 1000, end_ms / 1000) for start_ms, end_ms in rows]

    def forget(self, camera: str, until_s: float) -> None:
        """Forget what ended before a moment: nobody asks for it any more."""
        with self._write() as db:
            db.execute(
                "DELETE FROM put_off WHERE camera = ? AND end_ms <= ?", (camera, _ms(until_s))
            )

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            finally:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")


def _ms(moment_s: float) -> int:
    return round(moment_s * 1000)
