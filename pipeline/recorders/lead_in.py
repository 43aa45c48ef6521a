"""A segment that begins in the middle of a GOP: what decoding needs, squeezed in before it.

After a pause or a leap of the clock a new file begins, and its first pictures lean on a keyframe in
the file before. Waiting for the next keyframe would lose up to a GOP of footage, so the pictures
since the last keyframe are written once more, a tick apart, directly before the first one that
counts: a few milliseconds that decoders need and nobody sees.
"""

from __future__ import annotations

from dataclasses import replace

from pipeline.core.packets import EncodedPacket, StreamInfo, seconds_of

_MOST_PACKETS = 2000
_MOST_BYTES = 32 * 1024 * 1024
_LONGEST_S = 0.1
"""Of the lead-in; with coarse ticks it would reach into the pause."""


class LeadIn:
    """The packets since a stream's last keyframe; the recorder's ring holds their bytes anyway."""

    def __init__(self) -> None:
        self._packets: list[EncodedPacket] = []
        self._bytes = 0

    def clear(self) -> None:
        """Wait for a keyframe: what follows leans on nothing that is known."""
        self._packets = []
        self._bytes = 0

    def add(self, packet: EncodedPacket) -> None:
        """Take the next packet in decoding order; a GOP that is too long is let go."""
        if packet.is_keyframe:
            self.clear()
        elif not self._packets:
            return
        if len(self._packets) >= _MOST_PACKETS or self._bytes > _MOST_BYTES:
            self.clear()
            return
        self._packets.append(packet)
        self._bytes += len(packet.data)

    def before(self, packet: EncodedPacket, info: StreamInfo) -> list[EncodedPacket]:
        """What is to be written before a packet, a keyframe first; ``[]`` if it cannot be had.

        Args:
            packet: The first that counts; not taken yet.
            info: Its stream.
        """
        held = self._packets
        if seconds_of(len(held), info.time_base) > _LONGEST_S:
            return []
        shown = sorted(range(len(held)), key=lambda at: held[at].pts)
        rank = {at: place for place, at in enumerate(shown)}
        # B-frames are decoded in another order than shown; none is shown before it is decoded.
        delay = max((at - rank[at] for at in rank), default=0)
        first = min(packet.pts - delay, packet.dts) - len(held)
        squeezed = []
        for at, each in enumerate(held):
            pts = first + rank[at] + delay
            back_s = seconds_of(packet.pts - pts, info.time_base)
            squeezed.append(
                replace(
                    each,
                    pts=pts,
                    dts=first + at,
                    media_s=packet.media_s - back_s,
                    utc_s=packet.utc_s - back_s,
                    clock_ahead_s=packet.clock_ahead_s,
                    audio=(),
                )
            )
        return squeezed
