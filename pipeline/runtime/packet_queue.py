"""The bounded queue between a camera's reader and its analysis."""

from __future__ import annotations

import threading
from collections import deque
from typing import Generic, TypeVar

from pipeline.core.packets import EncodedPacket

Session = TypeVar("Session")


class PacketQueue(Generic[Session]):
    """Packets with the session they belong to; when full, drops the oldest and counts.

    A picture cannot be decoded without those before it, so after a drop nothing is handed out
    until the next keyframe.

    Args:
        limit: Packets held at most.
        limit_s: Seconds of one session held at most; what waits longer is of no use to anybody.
    """

    def __init__(self, limit: int, limit_s: float) -> None:
        self._limit = limit
        self._limit_s = limit_s
        self._items: deque[tuple[Session, EncodedPacket]] = deque()
        self._condition = threading.Condition()
        self._wants_keyframe = False
        self.dropped = 0

    def put(self, session: Session, packet: EncodedPacket) -> None:
        """Add a packet; never waits."""
        with self._condition:
            if self._is_full(session, packet):
                self.dropped += len(self._items)
                self._items.clear()
                self._wants_keyframe = True
            if self._wants_keyframe and not packet.is_keyframe:
                self.dropped += 1
                return
            self._wants_keyframe = False
            self._items.append((session, packet))
            self._condition.notify()

    def get(self, timeout_s: float) -> tuple[Session, EncodedPacket] | None:
        """The oldest packet, or None when none came in time."""
        with self._condition:
            if not self._items:
                self._condition.wait(timeout_s)
            return self._items.popleft() if self._items else None

    def _is_full(self, session: Session, packet: EncodedPacket) -> bool:
        if len(self._items) >= self._limit:
            return True
        if not self._items or self._items[0][0] is not session:
            return False
        return packet.media_s - self._items[0][1].media_s > self._limit_s

    @property
    def waiting_s(self) -> float:
        """Seconds of the newest session that wait."""
        with self._condition:
            if not self._items:
                return 0.0
            session, newest = self._items[-1]
            oldest = next(packet for owner, packet in self._items if owner is session)
            return max(0.0, newest.media_s - oldest.media_s)

    def __len__(self) -> int:
        return len(self._items)
