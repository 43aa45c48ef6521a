"""A stream's sound, for cameras whose recording keeps it: rides along with the pictures.

Sound has no way of its own through the worker: what came since the picture before travels with the
next picture, so whatever happens to that picture (a full queue, a lost connection) happens to its
sound, and nothing that looks at pictures has to know of it.
"""

from __future__ import annotations

from collections import deque
from fractions import Fraction

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Stream

from pipeline.core.packets import AudioInfo, AudioPacket, seconds_of

_MOST_WAITING = 64
_MAX_APART_S = 2.0
"""Sound farther from its picture is on another clock, as before a camera's first RTCP report."""


class SoundRider:
    """Collects a stream's sound and gives it the pictures' time.

    Args:
        stream: The sound.
        time_base: Of the pictures.
    """

    def __init__(self, stream: AudioStream, time_base: Fraction) -> None:
        self.stream = stream
        self._video_base = time_base
        self._base = Fraction(stream.time_base or Fraction(1, 1000))
        self._offset_s: float | None = None
        self._waiting: deque[tuple[bytes, float, float]] = deque(maxlen=_MOST_WAITING)

    def takes(self, packet: av.Packet[Stream]) -> bool:
        """Keep a packet if it is sound."""
        if packet.stream.index != self.stream.index:
            return False
        if packet.size and packet.pts is not None:
            at_s = seconds_of(packet.pts, self._base)
            length_s = seconds_of(packet.duration or 0, self._base)
            self._waiting.append((bytes(packet), at_s, length_s))
        return True

    def with_picture(self, pts: int | None, media_s: float) -> tuple[AudioPacket, ...]:
        """What came since the picture before.

        Args:
            pts: The picture's, as the stream says it.
            media_s: The same moment on our time line.
        """
        if pts is not None:
            self._offset_s = media_s - seconds_of(pts, self._video_base)
        if not self._waiting or self._offset_s is None:
            return ()
        moved = [(data, at_s + self._offset_s, length_s) for data, at_s, length_s in self._waiting]
        self._waiting.clear()
        return tuple(
            AudioPacket(data, at_s, length_s)
            for data, at_s, length_s in moved
            if abs(at_s - media_s) <= _MAX_APART_S
        )


def sound_of(container: InputContainer) -> tuple[AudioStream | None, AudioInfo | None]:
    """A container's sound, and what it is; the stream is None if it cannot be recorded."""
    for stream in container.streams.audio:
        context = stream.codec_context
        if context is None:
            continue
        info = AudioInfo(
            context.codec.canonical_name, context.sample_rate or 0, bytes(context.extradata or b"")
        )
        return (stream if info.can_be_recorded else None), info
    return None, None
