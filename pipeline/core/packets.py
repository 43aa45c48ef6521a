"""Encoded video on its way from a source to the ring, the decoder and a clip."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


def seconds_of(ticks: int, time_base: Fraction) -> float:
    """A time in ticks as seconds.

    Multiplying the fraction gives the same and costs ten times as much, for each packet of each
    camera.
    """
    return ticks * time_base.numerator / time_base.denominator


@dataclass(frozen=True, slots=True)
class AudioInfo:
    """What a stream says of its sound.

    Attributes:
        codec: FFmpeg's name, as ``aac`` or ``pcm_alaw``.
        sample_rate: Samples a second.
        extradata: Decoder configuration.
    """

    codec: str
    sample_rate: int
    extradata: bytes

    @property
    def can_be_recorded(self) -> bool:
        """Whether an MP4 holds it as it is so that players play it; G.711 does not go in."""
        return self.codec == "aac" and self.sample_rate > 0 and len(self.extradata) >= 2


@dataclass(frozen=True, slots=True)
class AudioPacket:
    """A piece of encoded sound.

    Attributes:
        data: The bytes.
        media_s: When, on the pictures' time line.
        duration_s: How long; 0.0 when unknown.
    """

    data: bytes
    media_s: float
    duration_s: float


@dataclass(frozen=True, slots=True)
class Display:
    """How pictures are shown: turned, mirrored or stretched against how they are encoded.

    Attributes:
        quarter_turns: Clockwise, 0 to 3.
        is_mirrored: Left and right are exchanged before it is turned.
        pixel_aspect: Width of one encoded pixel by its height.
    """

    quarter_turns: int = 0
    is_mirrored: bool = False
    pixel_aspect: Fraction = Fraction(1)

    @property
    def is_turned(self) -> bool:
        """Whether pixels stand elsewhere than encoded."""
        return self.quarter_turns != 0 or self.is_mirrored

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Size a picture encoded as ``width`` × ``height`` is shown in; no line is lost."""
        aspect = self.pixel_aspect
        if aspect > 1:
            width = round(width * aspect)
        elif aspect < 1:
            height = round(height / aspect)
        return (height, width) if self.quarter_turns % 2 else (width, height)


AS_ENCODED = Display()


@dataclass(frozen=True, slots=True)
class StreamInfo:
    """What a stream says of itself.

    Attributes:
        codec: FFmpeg's name, as ``h264`` or ``hevc``.
        width: Pixels, as encoded.
        height: Pixels, as encoded.
        fps: Pictures a second as announced or measured; 0.0 when unknown.
        time_base: Seconds of one tick of ``pts`` and ``dts``.
        extradata: Decoder configuration, out of band; ``b""`` when it comes in the stream.
        audio: Its sound, if the source was asked for it and there is any.
        display: How its pictures are shown.
        is_decode_ordered: Its times are of decoding alone, though pictures are shown in another
            order, as in an AVI with B-frames.
    """

    codec: str
    width: int
    height: int
    fps: float
    time_base: Fraction
    extradata: bytes
    audio: AudioInfo | None = None
    display: Display = AS_ENCODED
    is_decode_ordered: bool = False


@dataclass(frozen=True, slots=True)
class EncodedPacket:
    """One encoded picture.

    Attributes:
        data: The bytes as the container or RTP delivered them.
        pts: Presentation time in ticks of the stream's time base, already made monotonic enough
            to decode (see ``video/timestamps.py``).
        dts: Decoding time in ticks.
        is_keyframe: Decoding can start here.
        media_s: Presentation time in seconds since the first picture of this session; negative
            of a hidden one before it.
        utc_s: The same moment in seconds since the epoch, UTC.
        received_mono_ns: When it arrived.
        audio: Sound that came since the picture before, if the source was asked for it.
        clock_ahead_s: How far the camera's own clock is ahead of ``media_s``, which goes by ours
            where the two run at another rate.
        is_hidden: Only decoded, because others lean on it; cut away from what is shown.
        camera_utc_s: The same moment by the camera's own clock, with the first picture after it
            told the time; else None.
    """

    data: bytes
    pts: int
    dts: int
    is_keyframe: bool
    media_s: float
    utc_s: float
    received_mono_ns: int
    audio: tuple[AudioPacket, ...] = ()
    clock_ahead_s: float = 0.0
    is_hidden: bool = False
    camera_utc_s: float | None = None

    @property
    def size(self) -> int:
        """Bytes, with its sound."""
        size = len(self.data)
        return size + sum(len(a.data) for a in self.audio) if self.audio else size

    def at(self, utc_s: float) -> EncodedPacket:
        """The same picture at another UTC; done for each packet, where ``replace`` is slow."""
        return EncodedPacket(
            self.data,
            self.pts,
            self.dts,
            self.is_keyframe,
            self.media_s,
            utc_s,
            self.received_mono_ns,
            self.audio,
            self.clock_ahead_s,
            self.is_hidden,
            self.camera_utc_s,
        )

    def moved(self, pts: int, dts: int, by_s: float) -> EncodedPacket:
        """The same picture and its sound at another time; ``utc_s`` stays.

        Args:
            pts: Presentation time in ticks.
            dts: Decoding time in ticks.
            by_s: Seconds between the old presentation time and the new one.
        """
        return EncodedPacket(
            self.data,
            pts,
            dts,
            self.is_keyframe,
            self.media_s + by_s,
            self.utc_s,
            self.received_mono_ns,
            tuple(AudioPacket(a.data, a.media_s + by_s, a.duration_s) for a in self.audio),
            self.clock_ahead_s - by_s,
            self.is_hidden,
            self.camera_utc_s,
        )
