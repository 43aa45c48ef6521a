"""What makes the access log tell when somebody changed it.

Each entry carries a number without holes and a hash over itself and the entry before. The head, one
row with the number and hash of the newest entry, carries a code made with a key that is in no
database: who can write to the database alone can neither change an entry nor take away the last
ones without the head telling. Putting back a whole older database is told by the anchors: heads
that were written to a file, or anywhere else, in the meantime.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from api.db.models import AccessLogEntry, AccessLogHead

_BROKEN = "-"
"""The code of a head that was found to be somebody else's."""
_FIELDS = (
    "at",
    "action",
    "username",
    "client",
    "alert_id",
    "reason",
    "subject",
    "school_id",
    "camera_id",
    "from_at",
    "to_at",
)


@dataclass(frozen=True, slots=True)
class Anchor:
    """A head as it was once.

    Attributes:
        count: Number of the newest entry.
        hash: Its hash.
    """

    count: int
    hash: str


class Fault(StrEnum):
    """What is wrong with the log."""

    CHANGED = "changed"
    """An entry is not what it was when it was written."""
    MISSING = "missing"
    """An entry between others was taken away."""
    CUT_OFF = "cut_off"
    """The newest entries were taken away."""
    HEAD_CHANGED = "head_changed"
    """The head was not written by who has the key."""
    NOT_IN_HEAD = "not_in_head"
    """There are entries beyond the head."""
    OTHER_HISTORY = "other_history"
    """An anchor names another entry: everything was written anew, or an older state put back."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The first fault.

    Attributes:
        fault: What it is.
        number: The first entry concerned.
    """

    fault: Fault
    number: int


def entry_hash(previous: str, entry: AccessLogEntry) -> str:
    """SHA-256 over the hash of the entry before and the entry as canonical JSON."""
    fields: dict[str, object] = {"id": entry.id}
    for name in _FIELDS:
        value = getattr(entry, name)
        if isinstance(value, datetime):
            value = value.astimezone(UTC).isoformat(timespec="microseconds")
        fields[name] = str(value) if isinstance(value, UUID) else value
    if entry.changes is not None:  # Entries of before there were changes keep their hash.
        fields["changes"] = entry.changes
    text = json.dumps(fields, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()


def head_mac(key: bytes, head: AccessLogHead) -> str:
    """HMAC-SHA256 over what a head says."""
    said = f"{head.count}\n{head.hash}\n{head.deleted_count}\n{head.deleted_hash}"
    return hmac.new(key, said.encode(), hashlib.sha256).hexdigest()


def is_ours(key: bytes, head: AccessLogHead) -> bool:
    """Whether the head was written with this key."""
    return hmac.compare_digest(head.mac, head_mac(key, head))


def append(key: bytes, head: AccessLogHead, entries: Iterable[AccessLogEntry]) -> None:
    """Number and chain new entries, and move the head behind them."""
    was_ours = is_ours(key, head)
    for entry in entries:
        entry.id = head.count + 1
        entry.hash = entry_hash(head.hash, entry)
        head.count, head.hash = entry.id, entry.hash
    _sign(key, head, was_ours)


def shorten(key: bytes, head: AccessLogHead, last_deleted: AccessLogEntry) -> None:
    """Let the chain begin behind this entry."""
    was_ours = is_ours(key, head)
    head.deleted_count, head.deleted_hash = last_deleted.id, last_deleted.hash
    _sign(key, head, was_ours)


def _sign(key: bytes, head: AccessLogHead, was_ours: bool) -> None:
    # A head that somebody else wrote is never made good by what comes after.
    head.mac = head_mac(key, head) if was_ours else _BROKEN


class Verifier:
    """Follows the chain, entry by entry.

    Args:
        head: The head as it stands.
        key: The key it was written with.
        anchors: Heads of earlier on.
    """

    def __init__(self, head: AccessLogHead, key: bytes, anchors: Sequence[Anchor]) -> None:
        self._head = head
        self._is_head_ours = is_ours(key, head)
        self._anchors = {anchor.count: anchor.hash for anchor in anchors}
        self._number = head.deleted_count
        self._hash = head.deleted_hash

    def feed(self, entry: AccessLogEntry) -> Finding | None:
        """Take the next entry by number; answers the first fault."""
        expected = self._number + 1
        if entry.id > self._head.count:
            return self._beyond_head(expected, entry)
        if entry.id != expected:
            return Finding(Fault.MISSING, expected)
        if entry.hash != entry_hash(self._hash, entry):
            return Finding(Fault.CHANGED, entry.id)
        if self._anchors.get(entry.id, entry.hash) != entry.hash:
            return Finding(Fault.OTHER_HISTORY, entry.id)
        self._number, self._hash = entry.id, entry.hash
        return None

    def _beyond_head(self, expected: int, entry: AccessLogEntry) -> Finding:
        if not self._is_head_ours:
            return Finding(Fault.HEAD_CHANGED, self._head.count)
        if expected <= self._head.count:
            return Finding(Fault.MISSING, expected)
        return Finding(Fault.NOT_IN_HEAD, entry.id)

    def end(self) -> Finding | None:
        """After the last entry; answers the first fault."""
        if not self._is_head_ours:
            return Finding(Fault.HEAD_CHANGED, self._head.count)
        if self._number < self._head.count:
            return Finding(Fault.CUT_OFF, self._number + 1)
        if self._hash != self._head.hash:
            return Finding(Fault.CHANGED, self._number)
        beyond = [count for count in self._anchors if count > self._head.count]
        return Finding(Fault.CUT_OFF, self._head.count + 1) if beyond else None
