"""The last seconds of a stream, encoded: the evidence's pre-roll and the gate's way back.

Encoded packets are small (1080p25 at 4 Mbit/s: 5 MB for 10 s), pictures are not (6 MB each), so
what may be needed later is kept as packets. A ring always begins with a keyframe, because nothing
else can be decoded.
"""

from __future__ import annotations

import threading
from collections import deque

from pipeline.core.packets import EncodedPacket


class PacketRing:
    """Packets back to the keyframe at or before (newest - pre-roll), bounded in bytes.

    When the bytes run out whole GOPs go, oldest first, and are counted; when even the newest GOP
    alone is too big, it goes too and the ring waits for the next keyframe. Thread-safe.

    Args:
        pre_roll_s: Seconds to be able to go back, 0 or more.
        max_bytes: Upper bound of the packets' payload.
    """

    def __init__(self, pre_roll_s: float, max_bytes: int = 64 * 1024 * 1024) -> None:
        if pre_roll_s < 0 or max_bytes <= 0:
            raise ValueError("pre_roll_s must be 0 or more and max_bytes positive")
        self._pre_roll_s = pre_roll_s
        self._max_bytes = max_bytes
        self._gops: deque[list[EncodedPacket]] = deque()
        self._bytes = 0
        self._newest_s = 0.0
        self._lock = threading.Lock()
        self._dropped = 0

    @property
    def size_bytes(self) -> int:
        """Payload held now."""
        return self._bytes

    @property
    def dropped_count(self) -> int:
        """Packets given up for lack of room; those that merely grew old do not count."""
        return self._dropped

    def __len__(self) -> int:
        with self._lock:
            return sum(len(gop) for gop in self._gops)

    def append(self, packet: EncodedPacket) -> None:
        """Take the next packet in decoding order; before the first keyframe it is let go."""
        with self._lock:
            if packet.is_keyframe:
                self._gops.append([])
            elif not self._gops:
                return
            self._gops[-1].append(packet)
            self._bytes += len(packet.data)
            self._newest_s = max(self._newest_s, packet.media_s)
            horizon_s = self._newest_s - self._pre_roll_s
            # The first GOP is old once the second one's keyframe reaches back far enough.
            while len(self._gops) > 1 and self._gops[1][0].media_s <= horizon_s:
                self._drop_first()
            while self._bytes > self._max_bytes:
                self._dropped += len(self._gops[0])
                self._drop_first()

    def since(self, media_s: float) -> list[EncodedPacket]:
        """All packets from the keyframe at or before ``media_s`` on.

        From the oldest keyframe when the ring does not reach back so far; ``[]`` when empty.
        """
        with self._lock:
            first = 0
            for index, gop in enumerate(self._gops):
                if gop[0].media_s <= media_s:
                    first = index
            return [p for i, gop in enumerate(self._gops) if i >= first for p in gop]

    def between(self, start_media_s: float, end_media_s: float) -> list[EncodedPacket]:
        """As ``since(start_media_s)``, up to the last packet shown at or before ``end_media_s``.

        In decoding order and without gaps, so that all of it can be decoded; ``[]`` when nothing
        in the ring is shown at or before the end.
        """
        packets = self.since(start_media_s)
        last = -1
        for index, packet in enumerate(packets):
            if packet.media_s <= end_media_s:
                last = index
        return packets[: last + 1]

    def clear(self) -> None:
        """Forget everything, as after a reconnect."""
        with self._lock:
            self._gops.clear()
            self._bytes = 0
            self._newest_s = 0.0

    def _drop_first(self) -> None:
        self._bytes -= sum(len(p.data) for p in self._gops.popleft())
