"""What must reach the command centre, kept on disk until it has.

Alerts and retention facts never drop. A message has a kind and a key; putting one
with the same kind and key replaces what is still waiting, because each message carries the whole
fact. A message leaves only when the command centre took *that* version of it. One that could not be
taken waits for a time of its own. What the command centre refuses for good is set aside, counted,
and sent again when somebody says so (``mingan outbox resend``).
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pipeline.core.clock import Clock
from pipeline.core.errors import ConfigError
from pipeline.core.file_schema import FileSchema, NewerFileError, statements

OUTBOX_NAME = "outbox.db"
"""In a worker's data folder."""
_TABLES = """
CREATE TABLE IF NOT EXISTS messages (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  body BLOB NOT NULL,
  size_bytes INTEGER NOT NULL,
  version INTEGER NOT NULL DEFAULT 1,
  created_at REAL NOT NULL,
  refused TEXT,
  tries INTEGER NOT NULL DEFAULT 0,
  due_mono_s REAL NOT NULL DEFAULT 0,
  UNIQUE (kind, key)
);
CREATE TABLE IF NOT EXISTS school (school_id TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS open_episodes (
  camera_id TEXT NOT NULL,
  rule_id TEXT NOT NULL,
  zone TEXT NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (camera_id, rule_id, zone)
);
"""


_COLUMNS_SINCE = {
    "tries": "ALTER TABLE messages ADD COLUMN tries INTEGER NOT NULL DEFAULT 0",
    "due_mono_s": "ALTER TABLE messages ADD COLUMN due_mono_s REAL NOT NULL DEFAULT 0",
}
"""What files of before schema versions may lack."""
_INDEX = """
DROP INDEX IF EXISTS messages_waiting;
CREATE INDEX IF NOT EXISTS messages_due ON messages (kind, refused, due_mono_s, seq);
"""


def _first(db: sqlite3.Connection) -> None:
    statements(_TABLES)(db)
    known = {row[1] for row in db.execute("PRAGMA table_info(messages)")}
    for column, statement in _COLUMNS_SINCE.items():
        if column not in known:
            db.execute(statement)
    statements(_INDEX)(db)


OUTBOX_SCHEMA = FileSchema("the outbox", (_first,))


_WAITING = """
SELECT seq, kind, key, body, version, tries FROM messages
WHERE refused IS NULL AND due_mono_s <= ? ORDER BY due_mono_s, seq LIMIT ?
"""
_WAITING_OF_KIND = """
SELECT seq, kind, key, body, version, tries FROM messages
WHERE kind = ? AND refused IS NULL AND due_mono_s <= ? ORDER BY due_mono_s, seq LIMIT ?
"""


_BODIES = (
    (
        "SELECT rowid, body FROM messages WHERE kind <> 'evidence'",
        "UPDATE messages SET body = ? WHERE rowid = ?",
    ),
    (
        "SELECT rowid, body FROM open_episodes",
        "UPDATE open_episodes SET body = ? WHERE rowid = ?",
    ),
)
"""What holds messages that name their school."""


class MessageKind(StrEnum):
    """What a message is, and so where it goes."""

    CAMERA = "camera"
    ALERT = "alert"
    EVIDENCE = "evidence"
    ANALYSED_TIME = "analysed_time"
    RETENTION = "retention"
    OFFLINE_ENTRY = "offline_entry"


@dataclass(frozen=True, slots=True)
class Message:
    """One waiting message.

    Attributes:
        seq: Position in the queue.
        kind: What it is.
        key: Its identity within the kind.
        body: JSON; of evidence, its reference plus the file's path.
        version: Grows each time the message is replaced while waiting.
        tries: How often this version could not be taken.
    """

    seq: int
    kind: MessageKind
    key: str
    body: bytes
    version: int
    tries: int = 0


@dataclass(frozen=True, slots=True)
class RefusedMessage:
    """One message the command centre refused for good.

    Attributes:
        seq: Its number, by which it is sent again.
        kind: What it is.
        key: Its identity within the kind.
        created_utc_s: When it was put here, seconds since the epoch.
        why: What the command centre answered.
    """

    seq: int
    kind: MessageKind
    key: str
    created_utc_s: float
    why: str


@dataclass(frozen=True, slots=True)
class Backlog:
    """How much waits.

    Attributes:
        pending: Messages to send.
        pending_bytes: Their size with the files they stand for.
        refused: Messages the command centre refused for good.
    """

    pending: int
    pending_bytes: int
    refused: int


class Outbox:
    """A queue in one SQLite file; safe to use from several threads.

    Args:
        path: The database file; created with its folder.
        clock: Source of the messages' creation times.

    Raises:
        ConfigError: The folder or file cannot be written, or a newer version made the file.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            try:
                OUTBOX_SCHEMA.bring_up_to_date(self._db, path)
            except NewerFileError:
                self._db.close()
                raise
        except (OSError, sqlite3.Error) as error:
            raise ConfigError(
                f"the outbox cannot be written ({error})",
                where=str(path),
                remedy="Give the worker's user write access to this folder, or change data_dir",
            ) from error

    def name_school(self, school_id: str) -> None:
        """Make everything that waits, and every open episode, this school's; ids stay.

        A box is of one school. What was put before it knew of which, or while it was called
        otherwise, belongs to the school the box is of now.
        """
        with self._transaction() as db:
            known = db.execute("SELECT school_id FROM school").fetchone()
            if known is not None and known[0] == school_id:
                return
            for read, write in _BODIES:
                for rowid, body in db.execute(read).fetchall():
                    named = _of_school(body, school_id)
                    if named != body:
                        db.execute(write, (named, rowid))
            db.execute("DELETE FROM school")
            db.execute("INSERT INTO school VALUES (?)", (school_id,))

    def put(self, kind: MessageKind, key: str, body: bytes, *, file_bytes: int = 0) -> None:
        """Keep a message until it is delivered, replacing an older one of the same key.

        Raises:
            sqlite3.Error: The disk is full or gone; nothing was changed.
        """
        with self._transaction() as db:
            self._put(db, kind, key, body, file_bytes)

    def put_alert(
        self,
        key: str,
        body: bytes,
        *,
        slot: tuple[str, str, str],
        is_open: bool,
        frees_slot: bool = True,
    ) -> None:
        """Keep an alert and, in the same transaction, whether its episode is still open.

        Args:
            key: The episode's id.
            body: The episode as JSON.
            slot: (camera, rule id, zone), of which at most one episode is open.
            is_open: Whether the episode goes on.
            frees_slot: Of a closed episode, whether its slot is its own; false when a later
                episode holds it, as when evidence comes late.

        Raises:
            sqlite3.Error: The disk is full or gone; nothing was changed.
        """
        with self._transaction() as db:
            self._put(db, MessageKind.ALERT, key, body, 0)
            if is_open:
                db.execute(
                    "INSERT INTO open_episodes VALUES (?, ?, ?, ?) "
                    "ON CONFLICT DO UPDATE SET body = excluded.body",
                    (*slot, body),
                )
            elif frees_slot:
                db.execute(
                    "DELETE FROM open_episodes WHERE camera_id = ? AND rule_id = ? AND zone = ?",
                    slot,
                )

    def open_episodes(self) -> list[bytes]:
        """The episodes that were open when the last process ended, as JSON."""
        with self._lock:
            rows = self._db.execute(
                "SELECT body FROM open_episodes ORDER BY camera_id, rule_id, zone"
            ).fetchall()
        return [row[0] for row in rows]

    def next_batch(
        self, limit: int = 64, *, kind: MessageKind | None = None, due_mono_s: float | None = None
    ) -> list[Message]:
        """Waiting messages: those never tried first, in order of arrival.

        Args:
            limit: How many at most.
            kind: Of this kind only.
            due_mono_s: Only those whose time has come by then.
        """
        by_s = float("inf") if due_mono_s is None else due_mono_s
        with self._lock:
            if kind is None:
                rows = self._db.execute(_WAITING, (by_s, limit)).fetchall()
            else:
                rows = self._db.execute(_WAITING_OF_KIND, (kind, by_s, limit)).fetchall()
        return [Message(r[0], MessageKind(r[1]), r[2], r[3], r[4], r[5]) for r in rows]

    def newest(self, kind: MessageKind, limit: int) -> list[Message]:
        """What is here of a kind, whether it waits or was refused; what came last first."""
        with self._lock:
            rows = self._db.execute(
                "SELECT seq, kind, key, body, version, tries FROM messages"
                " WHERE kind = ? ORDER BY seq DESC LIMIT ?",
                (kind, limit),
            ).fetchall()
        return [Message(r[0], MessageKind(r[1]), r[2], r[3], r[4], r[5]) for r in rows]

    def put_off(self, message: Message, due_mono_s: float) -> None:
        """Count that a message could not be taken, and let it wait until then."""
        with self._transaction() as db:
            db.execute(
                "UPDATE messages SET tries = tries + 1, due_mono_s = ?"
                " WHERE seq = ? AND version = ?",
                (due_mono_s, message.seq, message.version),
            )

    def forget_waits(self) -> None:
        """Make every message due: another process' monotonic clock means nothing here."""
        with self._transaction() as db:
            db.execute("UPDATE messages SET due_mono_s = 0 WHERE due_mono_s <> 0")

    def refused_messages(self) -> list[RefusedMessage]:
        """What was refused for good, oldest first."""
        with self._lock:
            rows = self._db.execute(
                "SELECT seq, kind, key, created_at, refused FROM messages"
                " WHERE refused IS NOT NULL ORDER BY seq"
            ).fetchall()
        return [RefusedMessage(r[0], MessageKind(r[1]), r[2], r[3], r[4]) for r in rows]

    def resend(self, seqs: Collection[int]) -> int:
        """Let refused messages wait again; answers how many of these there were."""
        with self._transaction() as db:
            return sum(
                db.execute(
                    "UPDATE messages SET refused = NULL, tries = 0, due_mono_s = 0,"
                    " version = version + 1 WHERE seq = ? AND refused IS NOT NULL",
                    (seq,),
                ).rowcount
                for seq in seqs
            )

    def delivered(self, message: Message) -> bool:
        """Forget a message, unless a newer version of it has come meanwhile.

        Returns:
            True if nothing of this key waits any more.
        """
        with self._transaction() as db:
            cursor = db.execute(
                "DELETE FROM messages WHERE seq = ? AND version = ?", (message.seq, message.version)
            )
            return cursor.rowcount == 1

    def refused(self, message: Message, why: str) -> None:
        """Set a message aside that the command centre will never take."""
        with self._transaction() as db:
            db.execute(
                "UPDATE messages SET refused = ? WHERE seq = ? AND version = ?",
                (why, message.seq, message.version),
            )

    def backlog(self) -> Backlog:
        """How much waits."""
        with self._lock:
            row = self._db.execute(
                "SELECT count(*) FILTER (WHERE refused IS NULL),"
                " coalesce(sum(size_bytes) FILTER (WHERE refused IS NULL), 0),"
                " count(*) FILTER (WHERE refused IS NOT NULL) FROM messages"
            ).fetchone()
        return Backlog(*row)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def _put(
        self, db: sqlite3.Connection, kind: MessageKind, key: str, body: bytes, file_bytes: int
    ) -> None:
        db.execute(
            "INSERT INTO messages (kind, key, body, size_bytes, created_at) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (kind, key) DO UPDATE SET body = excluded.body,"
            " size_bytes = excluded.size_bytes, version = version + 1, refused = NULL,"
            " tries = 0, due_mono_s = 0",
            (kind, key, body, len(body) + file_bytes, self._clock.utc_s()),
        )

    def _transaction(self) -> _Transaction:
        return _Transaction(self._db, self._lock)


def _of_school(body: bytes, school_id: str) -> bytes:
    """A message of any version as one of a school; what cannot be read stays as it is."""
    try:
        told = json.loads(body)
    except ValueError:
        return body
    for each in told if isinstance(told, list) else [told]:
        if not isinstance(each, dict):
            return body
        before = each.pop(
            "school", None
        )  # of a registration, before schools had an id of their own
        if isinstance(before, dict):
            each["school_name"] = before.get("name", "")
        each["school_id"] = school_id
    return json.dumps(told, ensure_ascii=False).encode()


class _Transaction:
    """``BEGIN IMMEDIATE`` … ``COMMIT`` under the outbox's lock; rolls back on any error."""

    def __init__(self, db: sqlite3.Connection, lock: threading.Lock) -> None:
        self._db = db
        self._lock = lock

    def __enter__(self) -> sqlite3.Connection:
        self._lock.acquire()
        try:
            self._db.execute("BEGIN IMMEDIATE")
        except BaseException:
            self._lock.release()
            raise
        return self._db

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                try:
                    self._db.execute("COMMIT")
                except sqlite3.Error:
                    if self._db.in_transaction:
                        self._db.execute("ROLLBACK")
                    raise
            elif self._db.in_transaction:
                self._db.execute("ROLLBACK")
        finally:
            self._lock.release()
