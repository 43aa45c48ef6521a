"""The recorder's memory: which segments exist, and why there is none where there is none.

The index answers quickly; it does not prove. A row is written after its file has its name, and
deleted after its file is gone, so a crash can leave a file without a row (found again on start)
but never a row that promises a file which was never finished. Lost, it is rebuilt from the files;
what cannot be rebuilt are causes of old gaps, holds and broken promises, which is why it is synced.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from api.contract.footage.gaps import Absence
from api.contract.footage.spans import Span
from api.contract.retention import GapCause
from pipeline.core.file_schema import NewerFileError
from pipeline.recorders.errors import FootageIndexError
from pipeline.recorders.index_schema import INDEX_SCHEMA
from pipeline.recorders.recovered import RecoveredFile
from pipeline.recorders.segments import LifePoint, Origin, Segment, ignore

_JOIN_MS = 2000
_LONGEST_MS = 3_600_000
"""No segment is longer; lets a search by end use the index by start."""
_COLUMNS = "camera, path, start_ms, end_ms, media_ms, size_bytes, codec, origin"


@dataclass(frozen=True, slots=True)
class Hold:
    """Footage that must not be deleted, as evidence."""

    id: int
    camera: str
    span: Span
    reason: str


@dataclass(frozen=True, slots=True)
class Broken:
    """A promise that was broken: what went, when, and how old it was."""

    camera: str
    broken_s: float
    span: Span
    promised_days: int
    kept_days: float
    why: str


class FootageIndex:
    """The index in one SQLite file; safe to use from several threads.

    Args:
        path: The database; made with its folder.
        reached: Called at the points of a segment's life that lie here.
        may_wait: If the file cannot be opened, begin in memory until ``settle`` succeeds, so
            that a disk that is read-only at start costs footage and not the worker.

    Raises:
        FootageIndexError: It cannot be opened; a broken file is to be removed and rebuilt.
        NewerFileError: A newer version made it. Unlike a broken one it is not rebuilt: it tells
            which footage is held as evidence, and no file does.
    """

    def __init__(
        self,
        path: Path,
        reached: Callable[[LifePoint], None] = ignore,
        *,
        may_wait: bool = False,
    ) -> None:
        self.path = path
        self._reached = reached
        self._lock = threading.RLock()
        self.is_waiting = False
        try:
            self._db = _connect(path)
        except (OSError, sqlite3.Error) as error:
            if not may_wait:
                raise FootageIndexError(
                    f"the index of recordings cannot be used ({error})",
                    where=str(path),
                    remedy="Check the disk; a broken index may be removed, it is rebuilt",
                ) from error
            self.is_waiting = True
            self._db = _connect(None)

    def settle(self) -> None:
        """Go from memory to the file, once it can be opened; what was noted goes along.

        Raises:
            FootageIndexError: It still cannot.
        """
        with self._lock:
            if not self.is_waiting:
                return
            try:
                real = _connect(self.path)
                noted = self._db.execute(
                    "SELECT camera, start_ms, end_ms, cause, detail FROM absences"
                ).fetchall()
                real.executemany(
                    "INSERT INTO absences (camera, start_ms, end_ms, cause, detail)"
                    " SELECT ?, ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM absences"
                    " WHERE camera = ?1 AND end_ms IS NULL)",
                    noted,
                )
            except (OSError, sqlite3.Error) as error:
                raise FootageIndexError(
                    f"the index of recordings cannot be used ({error})", where=str(self.path)
                ) from error
            self._db.close()
            self._db, self.is_waiting = real, False

    # --- segments -------------------------------------------------------------------------

    def save(self, segment: Segment) -> None:
        """Remember a finished segment.

        Raises:
            FootageIndexError: Not written; the file exists all the same and is found on start.
        """
        with self._write() as db:
            db.execute(
                "INSERT OR REPLACE INTO segments VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    segment.path,
                    segment.camera,
                    _ms(segment.span.start_s),
                    max(_ms(segment.span.end_s), _ms(segment.span.start_s) + 1),
                    _ms(segment.media_s),
                    segment.size_bytes,
                    segment.codec,
                    "" if segment.origin is None else str(segment.origin),
                ),
            )
            db.execute(
                "INSERT INTO cameras VALUES (?, ?) ON CONFLICT DO UPDATE"
                " SET since_ms = min(since_ms, excluded.since_ms)",
                (segment.camera, _ms(segment.span.start_s)),
            )
        self._reached(LifePoint.INDEXED)

    def doom(
        self,
        path: str,
        now_s: float,
        why: str,
        *,
        promised_days: int = 0,
        kept_days: float = 0.0,
        breaks: bool = False,
    ) -> None:
        """Write down that a file is about to be removed, and what that means.

        Killed between the removal and ``forget``, the next start still knows whose promise broke.
        """
        with self._write() as db:
            db.execute(
                "INSERT OR REPLACE INTO doomed VALUES (?, ?, ?, ?, ?, ?)",
                (path, _ms(now_s), promised_days, kept_days, int(breaks), why),
            )
        self._reached(LifePoint.DELETION_CHOSEN)

    def doomed(self) -> list[str]:
        """Files whose removal was begun."""
        return [row[0] for row in self._read("SELECT path FROM doomed ORDER BY path", ())]

    def spare(self, path: str) -> None:
        """The file of ``doom`` is still there."""
        with self._write() as db:
            db.execute("DELETE FROM doomed WHERE path = ?", (path,))

    def forget(self, path: str, cause: GapCause = GapCause.DELETED) -> None:
        """Delete the row of a file that is gone; its time becomes an absence.

        If it was doomed and broke a promise, that is recorded in the same transaction.
        """
        with self._write() as db:
            row = db.execute(
                "SELECT camera, start_ms, end_ms FROM segments WHERE path = ?", (path,)
            ).fetchone()
            fate = db.execute(
                "SELECT chosen_ms, promised_days, kept_days, breaks, why FROM doomed"
                " WHERE path = ?",
                (path,),
            ).fetchone()
            db.execute("DELETE FROM segments WHERE path = ?", (path,))
            db.execute("DELETE FROM doomed WHERE path = ?", (path,))
            if row is not None:
                _join_absence(db, row[0], row[1], row[2], cause, "" if fate is None else fate[4])
                if fate is not None and fate[3]:
                    _join_broken(db, row, fate)
        self._reached(LifePoint.FORGOTTEN)

    def segments(self, camera: str | None = None, window: Span | None = None) -> list[Segment]:
        """Segments by start, of one camera or all, those that touch the window."""
        where, values = ["1"], list[object]()
        if camera is not None:
            where.append("camera = ?")
            values.append(camera)
        if window is not None:
            where.append("end_ms > ? AND start_ms < ?")
            values += [_ms(window.start_s), _ms(window.end_s)]
        rows = self._read(
            f"SELECT {_COLUMNS} FROM segments"  # noqa: S608
            f" WHERE {' AND '.join(where)} ORDER BY start_ms, path",
            values,
        )
        return [_segment(row) for row in rows]

    def segments_after(self, camera: str, after_s: float, limit: int = 64) -> list[Segment]:
        """A camera's next segments that end after that moment, by start."""
        rows = self._read(
            f"SELECT {_COLUMNS} FROM segments"  # noqa: S608
            " WHERE camera = ? AND start_ms > ? AND end_ms > ? ORDER BY start_ms, path LIMIT ?",
            (camera, _ms(after_s) - _LONGEST_MS, _ms(after_s), limit),
        )
        return [_segment(row) for row in rows]

    def has(self, path: str) -> bool:
        """Whether a file has a row."""
        return bool(self._read("SELECT 1 FROM segments WHERE path = ?", (path,)))

    def oldest(self, camera: str) -> Iterator[Segment]:
        """A camera's segments, oldest first, read as they are asked for.

        The index may be changed meanwhile: what was deleted is not seen again.
        """
        after: tuple[int, str] = (-(2**62), "")
        while True:
            rows = self._read(
                f"SELECT {_COLUMNS} FROM segments WHERE camera = ?"  # noqa: S608
                " AND (start_ms, path) > (?, ?) ORDER BY start_ms, path LIMIT 256",
                (camera, *after),
            )
            yield from (_segment(row) for row in rows)
            if not rows:
                return
            after = (rows[-1][2], rows[-1][1])

    def hours(self) -> list[tuple[str, Span, int]]:
        """All footage by camera and hour: camera, first to last moment, bytes.

        A month of a box is 43,200 segments a camera; what looks at all of it looks at hours.
        """
        rows = self._read(
            "SELECT camera, min(start_ms), max(end_ms), sum(size_bytes) FROM segments"
            " GROUP BY camera, end_ms / 3600000",
            (),
        )
        return [(r[0], Span(r[1] / 1000, r[2] / 1000), r[3]) for r in rows]

    def drift_s_per_day(self, camera: str, window: Span) -> float | None:
        """How fast the camera's clock runs against ours, seconds a day; None without an hour.

        Negative when the camera is slow: its pictures' own times fill less than the time that
        passed. Measured over whole segments, so that jitter of arrival averages out.
        """
        rows = self._read(
            "SELECT sum(end_ms - start_ms), sum(media_ms) FROM segments"
            " WHERE camera = ? AND start_ms >= ? AND end_ms <= ? AND origin = ''",
            (camera, _ms(window.start_s), _ms(window.end_s)),
        )
        passed_ms, media_ms = rows[0]
        if not passed_ms or passed_ms < 3_600_000:
            return None
        return float((media_ms - passed_ms) / passed_ms * 86_400)

    def spans(self, camera: str, window: Span | None = None) -> list[Span]:
        """When there is footage, by the index; in order, not merged."""
        start_ms, end_ms = (_ms(window.start_s), _ms(window.end_s)) if window else (-(2**62), 2**62)
        return [
            Span(a / 1000, b / 1000)
            for a, b in self._read(
                "SELECT start_ms, end_ms FROM segments"
                " WHERE camera = ? AND end_ms > ? AND start_ms < ? ORDER BY start_ms",
                (camera, start_ms, end_ms),
            )
        ]

    def recovered(self, camera: str) -> list[RecoveredFile]:
        """Footage of a camera that was fetched from elsewhere, by start."""
        rows = self._read(
            "SELECT start_ms, end_ms, origin, path FROM segments"
            " WHERE camera = ? AND origin != '' ORDER BY start_ms",
            (camera,),
        )
        return [
            RecoveredFile(Span(start_ms / 1000, end_ms / 1000), origin, path)
            for start_ms, end_ms, text, path in rows
            if (origin := Origin.read(text)) is not None
        ]

    def size_bytes(self, camera: str | None = None) -> int:
        """Bytes of all segments, or of one camera's."""
        if camera is None:
            rows = self._read("SELECT coalesce(sum(size_bytes), 0) FROM segments", ())
        else:
            rows = self._read(
                "SELECT coalesce(sum(size_bytes), 0) FROM segments WHERE camera = ?", (camera,)
            )
        return int(rows[0][0])

    def cameras(self) -> dict[str, float]:
        """Cameras that were ever recorded, with the moment of their first picture."""
        rows = self._read("SELECT camera, since_ms FROM cameras ORDER BY camera", ())
        return {camera: since_ms / 1000 for camera, since_ms in rows}

    def newest_s(self, camera: str | None = None) -> float | None:
        """The end of a camera's newest footage, or of anybody's."""
        everybody = "SELECT max(end_ms) FROM segments"
        if camera is None:
            rows = self._read(everybody, ())
        else:
            rows = self._read(everybody + " WHERE camera = ?", (camera,))
        return None if rows[0][0] is None else rows[0][0] / 1000

    # --- absences -------------------------------------------------------------------------

    def begin_absence(self, camera: str, at_s: float, cause: GapCause, detail: str = "") -> None:
        """From now on the camera is not recorded; ends an absence of another cause.

        The same cause again changes nothing: it still lasts.
        """
        with self._write() as db:
            row = db.execute(
                "SELECT id, cause FROM absences WHERE camera = ? AND end_ms IS NULL", (camera,)
            ).fetchone()
            if row is not None and row[1] == cause.value:
                return
            self._end(db, camera, at_s)
            db.execute(
                "INSERT INTO absences (camera, start_ms, cause, detail) VALUES (?, ?, ?, ?)",
                (camera, _ms(at_s), cause.value, detail[:256]),
            )

    def end_absence(self, camera: str, at_s: float) -> None:
        """The camera is recorded again."""
        with self._write() as db:
            self._end(db, camera, at_s)

    def add_absence(self, camera: str, span: Span, cause: GapCause, detail: str = "") -> None:
        """An absence that is over; one that adjoins a like one becomes part of it."""
        with self._write() as db:
            _join_absence(db, camera, _ms(span.start_s), _ms(span.end_s), cause, detail)

    def open_absence(self, camera: str) -> GapCause | None:
        """Why the camera is not recorded now; None when it is, or nobody said."""
        rows = self._read(
            "SELECT cause FROM absences WHERE camera = ? AND end_ms IS NULL", (camera,)
        )
        return GapCause(rows[0][0]) if rows else None

    def absences(self, camera: str, window: Span, now_s: float) -> list[Absence]:
        """Absences that touch the window, by start."""
        rows = self._read(
            "SELECT start_ms, end_ms, cause, detail FROM absences WHERE camera = ?"
            " AND start_ms < ? AND (end_ms IS NULL OR end_ms > ?) ORDER BY start_ms, id",
            (camera, _ms(window.end_s), _ms(window.start_s)),
        )
        found = []
        for start_ms, end_ms, cause, detail in rows:
            end_s = max(now_s, window.end_s) if end_ms is None else end_ms / 1000
            if end_s > start_ms / 1000:
                span = Span(start_ms / 1000, end_s)
                found.append(Absence(span, GapCause(cause), detail, end_ms is None))
        return found

    # --- holds and promises -----------------------------------------------------------------

    def hold(self, camera: str, span: Span, reason: str) -> int:
        """Keep footage from deletion, that which is still to come included."""
        with self._write() as db:
            cursor = db.execute(
                "INSERT INTO holds (camera, start_ms, end_ms, reason) VALUES (?, ?, ?, ?)",
                (camera, _ms(span.start_s), _ms(span.end_s), reason),
            )
            return int(cursor.lastrowid or 0)

    def release(self, hold_id: int) -> None:
        """Let held footage go."""
        with self._write() as db:
            db.execute("DELETE FROM holds WHERE id = ?", (hold_id,))

    def holds(self) -> list[Hold]:
        """All holds."""
        rows = self._read("SELECT id, camera, start_ms, end_ms, reason FROM holds", ())
        return [Hold(r[0], r[1], Span(r[2] / 1000, r[3] / 1000), r[4]) for r in rows]

    def broken_promises(self, camera: str, limit: int = 256) -> list[Broken]:
        """A camera's newest broken promises, oldest of them first."""
        rows = self._read(
            "SELECT camera, broken_ms, start_ms, end_ms, promised_days, kept_days, why"
            " FROM broken_promises WHERE camera = ? ORDER BY id DESC LIMIT ?",
            (camera, limit),
        )
        return [
            Broken(r[0], r[1] / 1000, Span(r[2] / 1000, r[3] / 1000), r[4], r[5], r[6])
            for r in reversed(rows)
        ]

    def is_complete(self) -> bool:
        """Whether every file had its chance to get a row; not so after the index was lost."""
        return bool(self._read("SELECT is_complete FROM completeness", ())[0][0])

    def mark_complete(self) -> None:
        """All files were looked at."""
        with self._write() as db:
            db.execute("UPDATE completeness SET is_complete = 1")

    def alive(self, now_s: float) -> None:
        """The recorder runs; after a crash this tells about when it stopped."""
        with self._write() as db:
            db.execute("INSERT OR REPLACE INTO life VALUES (1, ?)", (_ms(now_s),))

    def last_alive_s(self) -> float | None:
        """When the recorder was last known to run."""
        rows = self._read("SELECT alive_ms FROM life", ())
        return rows[0][0] / 1000 if rows else None

    def aged(self, at_s: float) -> None:
        """Remember by which moment footage was last judged too old."""
        with self._write() as db:
            db.execute("INSERT OR REPLACE INTO age VALUES (1, ?)", (_ms(at_s),))

    def aged_s(self) -> float | None:
        """By which moment footage was last judged too old; None if it never was."""
        rows = self._read("SELECT at_ms FROM age", ())
        return rows[0][0] / 1000 if rows else None

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    # --- SQLite -----------------------------------------------------------------------------

    @staticmethod
    def _end(db: sqlite3.Connection, camera: str, at_s: float) -> None:
        db.execute(
            "UPDATE absences SET end_ms = max(start_ms, ?) WHERE camera = ? AND end_ms IS NULL",
            (_ms(at_s), camera),
        )
        db.execute("DELETE FROM absences WHERE camera = ? AND end_ms <= start_ms", (camera,))

    def _read(self, sql: str, values: Iterable[object]) -> list[tuple]:  # type: ignore[type-arg]
        with self._lock:
            try:
                return self._db.execute(sql, tuple(values)).fetchall()
            except sqlite3.Error as error:
                raise self._error(error) from error

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                try:
                    yield self._db
                    self._db.execute("COMMIT")
                finally:
                    if self._db.in_transaction:
                        self._db.execute("ROLLBACK")
            except sqlite3.Error as error:
                raise self._error(error) from error

    def _error(self, error: sqlite3.Error) -> FootageIndexError:
        return FootageIndexError(
            f"the index of recordings failed ({error})",
            where=str(self.path),
            remedy="Check the disk; if the file is broken remove it, it is rebuilt",
        )


def _connect(path: Path | None) -> sqlite3.Connection:
    """The database with its tables; in memory without a path."""
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    db = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
    try:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
        INDEX_SCHEMA.bring_up_to_date(db, path)
    except (sqlite3.Error, NewerFileError):
        db.close()
        raise
    return db


def _segment(row: tuple[str, str, int, int, int, int, str, str]) -> Segment:
    span = Span(row[2] / 1000, row[3] / 1000)
    return Segment(row[0], row[1], span, row[4] / 1000, row[5], row[6], Origin.read(row[7]))


def _join_absence(
    db: sqlite3.Connection, camera: str, start_ms: int, end_ms: int, cause: GapCause, detail: str
) -> None:
    like = db.execute(
        "SELECT id, start_ms, end_ms FROM absences WHERE camera = ? AND cause = ?"
        " AND end_ms >= ? AND start_ms <= ?",
        (camera, cause.value, start_ms - _JOIN_MS, end_ms + _JOIN_MS),
    ).fetchall()
    for row in like:
        start_ms, end_ms = min(start_ms, row[1]), max(end_ms, row[2])
        db.execute("DELETE FROM absences WHERE id = ?", (row[0],))
    db.execute(
        "INSERT INTO absences (camera, start_ms, end_ms, cause, detail) VALUES (?, ?, ?, ?, ?)",
        (camera, start_ms, end_ms, cause.value, detail[:256]),
    )


def _join_broken(
    db: sqlite3.Connection, segment: tuple[str, int, int], fate: tuple[int, int, float, int, str]
) -> None:
    """Footage that goes piece by piece is one broken promise, first broken when it began."""
    camera, start_ms, end_ms = segment
    broken_ms, promised, kept, _, why = fate
    like = db.execute(
        "SELECT id, broken_ms, start_ms, end_ms, kept_days FROM broken_promises WHERE camera = ?"
        " AND promised_days = ? AND why = ? AND end_ms >= ? AND start_ms <= ?",
        (camera, promised, why, start_ms - _JOIN_MS, end_ms + _JOIN_MS),
    ).fetchall()
    for row in like:
        broken_ms, start_ms = min(broken_ms, row[1]), min(start_ms, row[2])
        end_ms, kept = max(end_ms, row[3]), min(kept, row[4])
        db.execute("DELETE FROM broken_promises WHERE id = ?", (row[0],))
    db.execute(
        "INSERT INTO broken_promises (camera, broken_ms, start_ms, end_ms, promised_days,"
        " kept_days, why) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (camera, broken_ms, start_ms, end_ms, promised, kept, why),
    )


def _ms(moment_s: float) -> int:
    return round(moment_s * 1000)
