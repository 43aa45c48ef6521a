"""Where a box keeps the tracks of one camera's last day: a small database a camera, no pictures.

The oldest goes first, by age and by size. What is lost with a damaged file or a full disk is a
preview's, no alert's, so nothing here ends a worker: it is said, and the time counts as not looked
at.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from pipeline.core.file_schema import FileSchema, NewerFileError, statements
from pipeline.core.private_files import database_files
from pipeline.tracking.kept import KeptLook, unpack

_log = structlog.get_logger(__name__)
FOLDER = "tracks"
"""Within the box's data folder."""
KEEP_S = 86_400.0
MAX_BYTES = 20 * 1024 * 1024
"""Of one camera's file."""
_BUSY_S = 1.0
"""A camera's analysis waits no longer for a preview that reads; then the minute is lost."""
TRACKS_SCHEMA = FileSchema(
    "the file of kept tracks",
    (
        statements(
            "CREATE TABLE runs (id INTEGER PRIMARY KEY, lanes TEXT NOT NULL);"
            "CREATE TABLE blocks (seq INTEGER PRIMARY KEY, run INTEGER NOT NULL,"
            " lane INTEGER NOT NULL, from_ms INTEGER NOT NULL, to_ms INTEGER NOT NULL,"
            " is_end INTEGER NOT NULL, spans TEXT NOT NULL, looks INTEGER NOT NULL,"
            " body BLOB NOT NULL);"
            "CREATE INDEX blocks_by_time ON blocks (to_ms)"
        ),
    ),
)
Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class LaneFacts:
    """What one lane of a run looked for.

    Attributes:
        classes: What its models find.
        attributes: What of people was told.
    """

    classes: tuple[str, ...]
    attributes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """Some looks of one lane.

    Attributes:
        run: Which run of the analysis; another one knows nothing of its tracks.
        lane: Its number.
        spans: Seconds since the epoch between which it was looked, by the model or the gate.
        is_end: After it the lane's hours were over.
        count: How many looks.
        body: The looks, packed; empty where there are none.
    """

    run: int
    lane: int
    spans: tuple[Span, ...]
    is_end: bool
    count: int
    body: bytes

    def looks(self) -> list[KeptLook]:
        """What was seen.

        Raises:
            GarbledTracksError: The block is damaged.
        """
        return unpack(self.body) if self.body else []


@dataclass(frozen=True, slots=True)
class Kept:
    """What is held of one camera.

    Attributes:
        runs: By number, the lanes.
        blocks: In the order they were written.
        damaged: Blocks that could not be read.
        size_bytes: What the file takes of the disk.
    """

    runs: dict[int, tuple[LaneFacts, ...]]
    blocks: tuple[Block, ...]
    damaged: int = 0
    size_bytes: int = 0


class TrackStore:
    """One camera's file; written by its analysis thread alone.

    Args:
        data_dir: The box's.
        camera_id: The camera.
        keep_s: How long tracks are kept.
        max_bytes: Of the file; beyond it the oldest go before their time.
    """

    def __init__(
        self,
        data_dir: Path,
        camera_id: str,
        *,
        keep_s: float = KEEP_S,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        self.path = data_dir / FOLDER / f"{camera_id}.sqlite3"
        self._keep_s = keep_s
        self._is_checked = False
        self._max_bytes = max_bytes

    def begin(self, lanes: Sequence[LaneFacts]) -> int:
        """A new run; answers its number.

        Raises:
            sqlite3.Error: It cannot be written now.
            OSError: The folder cannot be made.
        """
        told = json.dumps([{"classes": x.classes, "attributes": x.attributes} for x in lanes])
        with closing(self._open()) as db:
            number = db.execute("INSERT INTO runs (lanes) VALUES (?)", (told,)).lastrowid
        assert number is not None
        return number

    def add(self, block: Block, now_s: float) -> None:
        """Keep a block, and let go of the oldest.

        Args:
            block: It; with at least one span.
            now_s: Seconds since the epoch.

        Raises:
            sqlite3.Error: It cannot be written now, or its run is not known (any more); what was
                there stays.
            OSError: The folder cannot be made.
        """
        from_ms = int(min(start for start, _ in block.spans) * 1000)
        to_ms = int(max(end for _, end in block.spans) * 1000)
        row = (
            block.run,
            block.lane,
            from_ms,
            to_ms,
            block.is_end,
            json.dumps([[round(a, 3), round(b, 3)] for a, b in block.spans]),
            block.count,
            block.body,
        )
        oldest_ms = int((now_s - self._keep_s) * 1000)
        try:
            with closing(self._open()) as db:
                db.execute("BEGIN IMMEDIATE")
                if not db.execute("SELECT 1 FROM runs WHERE id = ?", (block.run,)).fetchone():
                    raise sqlite3.IntegrityError("its run began in a file that was set aside")
                db.execute("DELETE FROM blocks WHERE to_ms < ?", (oldest_ms,))
                while _used_bytes(db) + len(block.body) > self._max_bytes and _drop_oldest(db):
                    pass
                db.execute(
                    "INSERT INTO blocks (run, lane, from_ms, to_ms, is_end, spans, looks, body)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    row,
                )
                db.execute("DELETE FROM runs WHERE id < (SELECT min(run) FROM blocks)")
                db.execute("COMMIT")
        except sqlite3.DatabaseError:
            self._is_checked = False  # it is looked at more closely when it is opened again
            raise

    def read(self, from_s: float, to_s: float) -> Kept:
        """What is held of an interval; nothing where there is no file, or none to be read.

        Raises:
            NewerFileError: A newer version wrote it.
        """
        if not self.path.is_file():
            return Kept({}, ())
        TRACKS_SCHEMA.require_known(self.path)
        size = self.path.stat().st_size
        try:
            with closing(sqlite3.connect(self.path, timeout=_BUSY_S)) as db:
                runs = {n: _lanes(told) for n, told in db.execute("SELECT id, lanes FROM runs")}
                rows = _rows(db, from_s, to_s)  # all at once: meanwhile nobody can write
            found = [_block(row) for row in rows]
        except (sqlite3.Error, ValueError, KeyError, TypeError) as error:
            _log.error("kept tracks cannot be read", file=str(self.path), why=str(error))
            return Kept({}, (), damaged=1, size_bytes=size)
        whole = tuple(block for block in found if block is not None)
        return Kept(runs, whole, len(found) - len(whole), size)

    def _open(self) -> sqlite3.Connection:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            return self._opened()
        except NewerFileError as error:
            self._set_aside(".newer", error)
        except sqlite3.OperationalError:
            raise  # locked, no right to write, no room: not the file's fault
        except sqlite3.DatabaseError as error:
            self._set_aside(".broken", error)
        return self._opened()

    def _opened(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, timeout=_BUSY_S, isolation_level=None)
        try:
            db.execute("PRAGMA synchronous = NORMAL")
            TRACKS_SCHEMA.bring_up_to_date(db, self.path)
            if not self._is_checked:
                [answer] = db.execute("PRAGMA quick_check(1)").fetchone()
                if answer != "ok":
                    raise sqlite3.DatabaseError(answer)
                self._is_checked = True
        except BaseException:
            db.close()
            raise
        return db

    def _set_aside(self, suffix: str, error: Exception) -> None:
        """What stood there is kept for a day, and the file begins anew."""
        aside = self.path.with_name(self.path.name + suffix)
        _log.error("kept tracks begin anew", set_aside=str(aside), why=str(error))
        self.path.replace(aside)
        for extra in database_files(self.path)[1:]:
            extra.unlink(missing_ok=True)


def forget_old(data_dir: Path, now_s: float) -> None:
    """Remove files nothing was written to for a day: of cameras that are gone, or set aside."""
    for path in (data_dir / FOLDER).glob("*.sqlite3*"):
        try:
            if now_s - path.stat().st_mtime > KEEP_S:
                path.unlink()
        except OSError as error:
            _log.warning("old tracks stay", file=str(path), why=str(error))


def _rows(db: sqlite3.Connection, from_s: float, to_s: float) -> list[tuple[Any, ...]]:
    return db.execute(
        "SELECT run, lane, spans, is_end, looks, body FROM blocks WHERE to_ms >= ? AND from_ms <= ?"
        " ORDER BY seq",
        (int(from_s * 1000), int(to_s * 1000)),
    ).fetchall()


def _block(row: tuple[Any, ...]) -> Block | None:
    run, lane, spans, is_end, count, body = row
    try:
        return Block(
            int(run),
            int(lane),
            tuple((float(a), float(b)) for a, b in json.loads(spans)),
            bool(is_end),
            int(count),
            bytes(body),
        )
    except (ValueError, TypeError):
        return None


def _lanes(told: str) -> tuple[LaneFacts, ...]:
    return tuple(LaneFacts(tuple(x["classes"]), tuple(x["attributes"])) for x in json.loads(told))


def _used_bytes(db: sqlite3.Connection) -> int:
    pages, free, size = (
        int(db.execute(f"PRAGMA {name}").fetchone()[0])
        for name in ("page_count", "freelist_count", "page_size")
    )
    return (pages - free) * size


def _drop_oldest(db: sqlite3.Connection) -> bool:
    oldest = "SELECT seq FROM blocks ORDER BY seq LIMIT 8"
    return db.execute(f"DELETE FROM blocks WHERE seq IN ({oldest})").rowcount > 0  # noqa: S608
