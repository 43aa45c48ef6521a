"""One connection to a stream: what it says of itself, its last seconds, and what went wrong."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from pipeline.core.errors import SourceError
from pipeline.core.packets import EncodedPacket, StreamInfo
from pipeline.video.ring import PacketRing
from pipeline.video.sources.base import PacketSource

RING_BYTES = 96 * 1024 * 1024


@dataclass(slots=True, eq=False)
class Session:
    """Filled by its reader's thread.

    Attributes:
        source: The connection.
        info: Its stream.
        ring: Its last seconds.
        newest_s: Media time of the newest packet.
        offset_s: UTC of media time 0, as the newest packet has it.
        judged_s: Media time of the newest picture that was judged.
        ended: Nothing more will come.
        failure: Why the analysis gave it up.
    """

    source: PacketSource
    info: StreamInfo
    ring: PacketRing
    newest_s: float = 0.0
    offset_s: float = 0.0
    judged_s: float = float("-inf")
    ended: threading.Event = field(default_factory=threading.Event)
    failure: SourceError | None = None

    @classmethod
    def begin(cls, source: PacketSource, keep_s: float) -> Session:
        """A session of a source that was opened.

        Args:
            source: The connection.
            keep_s: Seconds to be able to go back.
        """
        return cls(source, source.info, PacketRing(keep_s, RING_BYTES))

    def keep(self, packet: EncodedPacket) -> None:
        """Take the next packet."""
        self.ring.append(packet)
        self.newest_s = max(self.newest_s, packet.media_s)
        self.offset_s = packet.utc_s - packet.media_s
