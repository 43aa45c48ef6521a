"""One segment: a minute of one camera, remuxed picture by picture into fragmented MP4.

Sound, if it is kept, is a second track of the same file; every promise is about the pictures.
Never decoded, never encoded: recording costs the demuxer's work and a copy. The muxer holds the
pictures of one fragment (at most two seconds) and hands them over whole; each is one append to a
``.part`` file, so a killed process leaves whole fragments and at most a torn last one, which
``recovery`` cuts off. The file gets its real name only when it is finished.

Names are ``{camera}/%Y%m%d/%H%M%S_mmm.mp4`` in UTC (the ADR says why), so that
``mingan recordings audit --time-zone UTC`` can audit our own footage without believing our index.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias

import av
import av.error
from av.stream import Stream

from api.contract.footage.spans import Span
from pipeline.core.packets import AudioPacket, EncodedPacket, StreamInfo, seconds_of
from pipeline.media.parameter_sets import picture_form
from pipeline.recorders.annexb import CODECS, Dress
from pipeline.recorders.disk import Disk, DiskFile
from pipeline.recorders.errors import FootageError
from pipeline.recorders.sound import SoundTrack

FRAGMENT_S = 2.0
SUFFIX = ".mp4"
PART_SUFFIX = ".mp4.part"
ORIGIN_MARK = "mingan: recovered from "
"""Begins the comment in a file that was fetched from elsewhere; its origin follows."""
NAME_PATTERN = "{camera}/%Y%m%d/%H%M%S_%f.mp4"
"""Our names, for ``NamePattern`` with UTC."""

_REORDER_S = 1.0


class LifePoint(StrEnum):
    """Points of a segment's life at which a process may be killed; tests kill it there."""

    PART_CREATED = "part_created"
    FRAGMENT_WRITTEN = "fragment_written"
    PART_COMPLETE = "part_complete"
    RENAMED = "renamed"
    INDEXED = "indexed"
    DELETION_CHOSEN = "deletion_chosen"
    FILE_REMOVED = "file_removed"
    FORGOTTEN = "forgotten"


def ignore(point: LifePoint) -> None:
    """Nobody waits at the points of life in production."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where footage was fetched that this box did not record itself.

    Attributes:
        device: Name of the recorder or camera that held it, as the configuration calls it.
        channel: The channel there.
    """

    device: str
    channel: str

    def __str__(self) -> str:
        return f"{self.device}/{self.channel}"

    @classmethod
    def read(cls, text: str) -> Origin | None:
        """From its text; None of ``""``, or of what is none."""
        device, mark, channel = text.partition("/")
        return cls(device, channel) if device and mark and channel else None


@dataclass(frozen=True, slots=True)
class Segment:
    """A finished segment.

    Attributes:
        camera: Camera id.
        path: Relative to the recorder's root, with ``/``.
        span: From its first picture to the end of its last, UTC.
        media_s: The same by the camera's own clock; with the span it tells that clock's drift.
        size_bytes: Of the file.
        codec: ``h264`` or ``hevc``.
        origin: Where it was recovered from; None of what this box recorded itself.
    """

    camera: str
    path: str
    span: Span
    media_s: float
    size_bytes: int
    codec: str
    origin: Origin | None = None


def segment_path(camera: str, start_s: float) -> str:
    """The name of a segment that begins then."""
    moment = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=round(start_s * 1000))
    return f"{camera}/{moment:%Y%m%d}/{moment:%H%M%S}_{moment.microsecond // 1000:03d}{SUFFIX}"


def move_in(staged: Path, root: Path, segment: Segment, disk: Disk) -> str:
    """Give a finished file that lies elsewhere on the disk its name below the root.

    Returns:
        The name, relative to the root.

    Raises:
        StorageError: The disk refuses.
    """
    start_s = segment.span.start_s
    while (root / segment_path(segment.camera, start_s)).exists():
        start_s += 0.001
    path = segment_path(segment.camera, start_s)
    disk.make_folder((root / path).parent)
    disk.rename(staged, root / path)
    return path


_Packet: TypeAlias = "av.Packet[Stream]"


class MuxerOutput:
    """Takes what the muxer writes; it cannot seek, so the muxer never goes back."""

    def __init__(self) -> None:
        self.data = bytearray()

    def write(self, data: bytes) -> int:
        self.data += data
        return len(data)


class SegmentWriter:
    """Writes one segment, from a keyframe on.

    Args:
        root: The recorder's folder.
        camera: Camera id.
        info: The stream.
        first: The keyframe it begins with; it is written too.
        disk: Where to write.
        reached: Called at each point of its life.
        delay_ticks: Shift of presentation against decoding, for streams whose decoding times
            come too late (``needs_delay`` of the segment before).
        sound: The sound around the keyframe. A segment has a track for sound only if there is
            some to begin with: the muxer writes nothing before every track has begun.
        origin: Where the footage was recovered from; stands in the file, so that a lost index
            does not make it our own.

    Raises:
        FootageError: Not a keyframe, a codec that is not recorded, or no parameter sets.
        StorageError: The disk refuses.
    """

    def __init__(
        self,
        root: Path,
        camera: str,
        info: StreamInfo,
        first: EncodedPacket,
        disk: Disk,
        reached: Callable[[LifePoint], None] = ignore,
        *,
        delay_ticks: int = 0,
        sound: AudioPacket | None = None,
        origin: Origin | None = None,
    ) -> None:
        if info.codec not in CODECS:
            raise FootageError(f"{info.codec} is not recorded", remedy="Use H.264 or H.265")
        if not first.is_keyframe:
            raise FootageError("a segment begins with a keyframe")
        self.info = info
        self._dress = Dress.of(info)
        data = self._dress.annexb(first.data)
        self.sets = self._dress.in_band_sets(data) or self._dress.sets
        if not self.sets:
            raise FootageError("the stream has not sent its parameter sets yet")
        self._form = picture_form(info.codec, self.sets)
        self._root, self._camera, self._disk, self._reached = root, camera, disk, reached
        self._first = first
        self._origin = origin
        # Decoding runs ahead of showing by what the stream says, in any case by the delay.
        ahead = first.pts - first.dts
        self._delay = max(delay_ticks, ahead if 0 <= ahead <= _ticks(info, _REORDER_S) else 0)
        self.needs_delay = False
        self._last_dts: int | None = None
        self._max_pts = 0
        self._max_utc_s = first.utc_s
        self._step = max(1, round((1 / info.fps if info.fps > 0 else 0.04) / info.time_base))
        self._size = 0
        self._last_muxed = 0
        self._newest = 0
        self.durable_s = first.utc_s
        self._sink = MuxerOutput()
        self._file, self.path = self._create(first.utc_s)
        try:
            reached(LifePoint.PART_CREATED)
            self._begin(info, data, sound)
        except BaseException:
            # Nothing of it is on the disk yet; kept, each keyframe would leave a file and a handle.
            self._file.close()
            disk.remove(self._part)
            raise

    def _begin(self, info: StreamInfo, data: bytes, sound: AudioPacket | None) -> None:
        self._container = av.open(
            self._sink,
            "w",
            format="mp4",
            options={
                # The head waits for the first fragment: only then are the parameter sets known.
                "movflags": "+frag_keyframe+delay_moov+default_base_moof+skip_trailer",
                "frag_duration": str(round(FRAGMENT_S * 1_000_000)),
                "flush_packets": "1",
                # Pictures do not wait for sound that a camera stopped sending.
                "max_interleave_delta": "1",
            },
        )
        if self._origin is not None:
            self._container.metadata["comment"] = ORIGIN_MARK + str(self._origin)
        self._stream = self._container.add_mux_stream(
            info.codec, width=max(1, info.width), height=max(1, info.height)
        )
        self._stream.time_base = info.time_base
        self.began_silent = sound is None
        self._sound: SoundTrack | None = None
        if sound is not None and info.audio is not None:
            # Sound that cannot be had costs no picture.
            with suppress(FootageError):
                self._sound = SoundTrack(self._container, info.audio, sound)
            self.add_sound(sound)
        self._held: _Packet | None = None
        self._take(self._first, data)

    @property
    def start_s(self) -> float:
        """UTC of the first picture."""
        return self._first.utc_s

    @property
    def length_s(self) -> float:
        """From the first picture to the end of the last one, as the file has it."""
        return seconds_of(self._max_pts + self._step, self.info.time_base)

    def fits(self, keyframe: EncodedPacket) -> bool:
        """Whether the pictures from that keyframe on are of the form of this file's.

        Each keyframe brings its parameter sets along, so it does not matter how they are spelled.
        """
        sets = self._dress.in_band_sets(self._dress.annexb(keyframe.data))
        return sets in (b"", self.sets) or picture_form(self.info.codec, sets) == self._form

    def add(self, packet: EncodedPacket) -> None:
        """Write the next packet in decoding order.

        A picture shown before the segment's keyframe leans on the segment before and is let go.

        Raises:
            StorageError: The disk refuses; call ``abandon``.
            FootageError: The muxer refuses the packet; call ``abandon``.
        """
        if packet.pts <= self._first.pts:
            return
        self._take(packet, self._dress.annexb(packet.data))

    @property
    def has_sound(self) -> bool:
        """Whether sound can be added."""
        return self._sound is not None

    def add_sound(self, sound: AudioPacket) -> None:
        """Write sound, if the segment has a track for it; what lies before it begins with it.

        Raises:
            StorageError: The disk refuses; call ``abandon``.
            FootageError: The muxer refuses it; call ``abandon``.
        """
        # The muxer takes a frame that begins so for another kind of packet, and refuses it.
        if self._sound is not None and sound.data[:1] != b"\xff":
            self._give(self._sound.packet(sound, sound.media_s - self._first.media_s))

    def finish(self) -> Segment:
        """Write what is left and give the file its name.

        Raises:
            StorageError: The disk refuses; call ``abandon``.
        """
        try:
            if self._held is not None:
                self._mux(self._held)
                self._held = None
            self._container.close()
        except av.error.FFmpegError as error:
            raise FootageError(f"the segment could not be finished ({error.strerror})") from error
        self._flush()
        self._file.close()
        self._reached(LifePoint.PART_COMPLETE)
        self._disk.rename(self._part, self._root / self.path)
        self._reached(LifePoint.RENAMED)
        # As long as the last packet: one after a pause must not carry the pause on.
        end_s = self._max_utc_s + seconds_of(self._step, self.info.time_base)
        return Segment(
            camera=self._camera,
            path=self.path,
            span=Span(self.start_s, max(end_s, self.start_s + 0.001)),
            media_s=max(0.001, self.length_s + self._clock_ahead_s - self._first.clock_ahead_s),
            size_bytes=self._size,
            codec=self.info.codec,
            origin=self._origin,
        )

    def abandon(self) -> None:
        """Let the file lie as it is; recovery makes a segment of what is whole in it."""
        self._held = None
        with suppress(av.error.FFmpegError):
            self._container.close()  # into the sink alone; unclosed, the muxer leaves memory behind
        self._file.close()

    @property
    def _part(self) -> Path:
        return (self._root / self.path).with_suffix(PART_SUFFIX)

    def _create(self, start_s: float) -> tuple[DiskFile, str]:
        """A file of its own; a clock that was set back finds the name taken."""
        while True:
            path = segment_path(self._camera, start_s)
            final = self._root / path
            if not final.exists() and not final.with_suffix(PART_SUFFIX).exists():
                return self._disk.create(final.with_suffix(PART_SUFFIX)), path
            start_s += 0.001

    def _take(self, packet: EncodedPacket, data: bytes) -> None:
        """Hand on the packet before this one: only now its duration is known."""
        if packet.is_keyframe:
            own = self._dress.in_band_sets(data)
            self.sets = own or self.sets
            if not own:
                data = self.sets + data
        out: _Packet = av.Packet(data)
        out.time_base = self.info.time_base
        pts = packet.pts - self._first.pts
        dts = packet.dts - self._first.dts - self._delay
        if self._last_dts is not None:
            dts = max(dts, self._last_dts + 1)
        if pts < dts:
            # No decoding times and B-frames: the next segment leaves room for them.
            self.needs_delay = True
            pts = dts
        out.pts, out.dts, out.is_keyframe = pts, dts, packet.is_keyframe
        self._last_dts = dts
        if self._held is not None:
            self._step = max(1, dts - (self._held.dts or 0))
            self._held.duration = self._step
            held, self._held = self._held, out
            self._mux(held)
        self._held = out
        out.duration = self._step
        self._max_pts = max(self._max_pts, packet.pts - self._first.pts)
        self._max_utc_s = max(self._max_utc_s, packet.utc_s)
        self._clock_ahead_s = packet.clock_ahead_s

    def _mux(self, packet: _Packet) -> None:
        packet.stream = self._stream
        # Beside sound a picture may wait in the muxer until the next one comes.
        self._last_muxed = (packet.pts or 0) if self._sound is None else self._newest
        self._newest = packet.pts or 0
        self._give(packet)

    def _give(self, packet: _Packet) -> None:
        try:
            self._container.mux(packet)
        except av.error.FFmpegError as error:
            raise FootageError(f"the muxer refused a packet ({error.strerror})") from error
        self._flush()

    def _flush(self) -> None:
        if self._sink.data:
            data = bytes(self._sink.data)
            self._sink.data.clear()
            self._file.append(data)
            self._size += len(data)
            # The picture that completed a fragment is not in it: it reaches to its beginning.
            self.durable_s = self.start_s + max(
                0.0, seconds_of(self._last_muxed, self.info.time_base)
            )
            self._reached(LifePoint.FRAGMENT_WRITTEN)


def delay_ticks(info: StreamInfo) -> int:
    """Room for reordered pictures, in ticks."""
    return _ticks(info, _REORDER_S)


def _ticks(info: StreamInfo, seconds: float) -> int:
    return round(seconds / info.time_base)
