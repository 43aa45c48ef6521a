"""Where live view draws a camera's packets, beside recorder and analysis, without holding them up.

Nobody looks most of the time: then a packet costs one look at an empty list.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass

from pipeline.core.packets import EncodedPacket, StreamInfo
from pipeline.video.ring import PacketRing

_MAX_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Tapped:
    """A packet and the stream it belongs to; another ``info`` means another connection."""

    info: StreamInfo
    packet: EncodedPacket


class Draught:
    """One listener's bounded queue; when it is full it skips to the next keyframe."""

    def __init__(self, max_bytes: int = _MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._items: deque[Tapped] = deque()
        self._bytes = 0
        self._info: StreamInfo | None = None
        self._condition = threading.Condition()
        self.skipped = 0

    def get(self, timeout_s: float) -> Tapped | None:
        """The next packet in decoding order, or None when none came in time."""
        with self._condition:
            if not self._items:
                self._condition.wait(timeout_s)
            if not self._items:
                return None
            item = self._items.popleft()
            self._bytes -= len(item.packet.data)
            return item

    def add(self, packet: EncodedPacket, info: StreamInfo, ring: PacketRing) -> None:
        """Take a packet; a new connection begins with what the ring holds since its keyframe."""
        with self._condition:
            if info is not self._info:
                packets = ring.since(packet.media_s)
                if not packets:
                    return
                self._info = info
            elif self._bytes > self._max_bytes and not packet.is_keyframe:
                self.skipped += 1
                return
            else:
                packets = [packet]
            if self._bytes > self._max_bytes:
                self.skipped += len(self._items)
                self._items.clear()
                self._bytes = 0
            self._items.extend(Tapped(info, each) for each in packets)
            self._bytes += sum(len(each.data) for each in packets)
            self._condition.notify()


class PacketTap:
    """One camera's tap. Thread-safe."""

    def __init__(self) -> None:
        self._draughts: tuple[Draught, ...] = ()
        self._lock = threading.Lock()

    @property
    def is_open(self) -> bool:
        """Whether anybody listens."""
        return bool(self._draughts)

    def add(self, packet: EncodedPacket, info: StreamInfo, ring: PacketRing) -> None:
        """Hand a packet, which the ring already holds, to everybody who listens; never waits."""
        for draught in self._draughts:
            draught.add(packet, info, ring)

    def open(self) -> Draught:
        """Listen; the first packets are those since the last keyframe."""
        draught = Draught()
        with self._lock:
            self._draughts = (*self._draughts, draught)
        return draught

    def close(self, draught: Draught) -> None:
        """Listen no more."""
        with self._lock:
            self._draughts = tuple(each for each in self._draughts if each is not draught)
