"""Sound in an MP4: its track is described by what the camera said, and its frames copied.

PyAV makes a track of encoded packets only from another container's stream. The smallest container
that carries AAC with its configuration is FLV: a head, the configuration, one frame.
"""

from __future__ import annotations

import io
from fractions import Fraction

import av
import av.error
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.stream import Stream

from pipeline.core.packets import AudioInfo, AudioPacket
from pipeline.recorders.errors import FootageError

_FLV_HEAD = b"FLV\x01\x04\x00\x00\x00\x09\x00\x00\x00\x00"
_AUDIO_TAG = b"\x08"
_JOIN_S = 0.05
_CONFIGURATION, _FRAME = b"\xaf\x00", b"\xaf\x01"


class SoundTrack:
    """The sound of one output file.

    Args:
        output: The file, nothing muxed yet.
        info: The sound.
        first: Its first frame.

    Raises:
        FootageError: The configuration is not AAC's.
    """

    def __init__(self, output: OutputContainer, info: AudioInfo, first: AudioPacket) -> None:
        head = _FLV_HEAD + _tag(_CONFIGURATION + info.extradata) + _tag(_FRAME + first.data)
        try:
            with av.open(io.BytesIO(head), format="flv") as described:
                self._stream = output.add_stream_from_template(described.streams.audio[0])
        except (av.error.FFmpegError, IndexError, ValueError) as error:
            raise FootageError("the camera's sound cannot be described") from error
        self._output = output
        self._rate = info.sample_rate
        self._end_s = 0.0
        self._next = 0

    def packet(self, sound: AudioPacket, at_s: float) -> av.Packet[Stream]:
        """A frame to mux.

        Args:
            sound: It.
            at_s: Its moment in the file; never before the end of the one before.
        """
        made: av.Packet[Stream] = av.Packet(sound.data)
        made.stream = self._stream
        made.time_base = Fraction(1, self._rate)
        made.pts = made.dts = max(round(at_s * self._rate), self._next)
        made.duration = max(1, round(sound.duration_s * self._rate))
        made.is_keyframe = True
        self._next = made.pts + 1
        return made

    def copy(self, sound: AudioPacket, offset_s: float) -> None:
        """Mux a frame of another file, unless its time has sound already.

        Args:
            sound: It.
            offset_s: From the other file's time to this one's.
        """
        at_s = sound.media_s + offset_s
        if at_s >= self._end_s - _JOIN_S:
            self._output.mux(self.packet(sound, max(0.0, at_s)))
            self._end_s = at_s + sound.duration_s


def sound_in(container: InputContainer) -> tuple[AudioStream, AudioInfo] | None:
    """The sound of a file of ours, if it has any."""
    for stream in container.streams.audio:
        context = stream.codec_context
        if context is not None:
            info = AudioInfo(
                context.codec.canonical_name,
                context.sample_rate or 0,
                bytes(context.extradata or b""),
            )
            if info.can_be_recorded:
                return stream, info
    return None


def _tag(body: bytes) -> bytes:
    tag = _AUDIO_TAG + len(body).to_bytes(3, "big") + bytes(7) + body
    return tag + len(tag).to_bytes(4, "big")
