"""Recorded pictures in order from any moment on, read as they are asked for, never decoded.

One file at a time is open and one GOP at most is held, so that a day can be looked at with a few
megabytes of memory. Where footage is missing the pictures go on with the next there is; each such
leap begins a new *run*, which its own ``StreamInfo`` object marks, as a new connection does live.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
import av.error
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from pipeline.core.demux import demuxed
from pipeline.core.packets import EncodedPacket, StreamInfo, seconds_of
from pipeline.media.containers import PictureTrack, is_decode_ordered, picture_track
from pipeline.recorders.shelf import Piece, Shelf

_BASE = Fraction(1, 90_000)
_JOIN_S = 0.5
"""Two files that meet so closely are one run; their clocks differ by less than that."""
_PAUSE_S = 2.0
"""A pause inside a file as long as this begins a new run."""
_SEEK_FROM_S = 90.0
"""A file is read from its beginning when the moment asked for is nearer to it than this."""
_BACK_S = (0.0, 5.0, 15.0, 45.0, 135.0)
"""So long before the moment a leap is tried, until it lands before the moment's keyframe."""


@dataclass(frozen=True, slots=True)
class Played:
    """A recorded picture; another ``info`` object means a leap in time, or another stream.

    Attributes:
        info: Its stream; times count from the run's first picture in ticks of 1/90000 s.
        packet: It; ``utc_s`` is when it was recorded.
    """

    info: StreamInfo
    packet: EncodedPacket


@dataclass(slots=True)
class _Run:
    """Pictures without a leap between them."""

    info: StreamInfo
    zero_s: float
    file_start_s: float
    last_dts_s: float = float("-inf")
    end_s: float = float("-inf")


@dataclass(frozen=True, slots=True)
class _Raw:
    """A picture as its file has it, times in UTC seconds."""

    data: bytes
    pts_s: float
    dts_s: float
    duration_s: float
    is_keyframe: bool


class Playback:
    """Reads a camera's footage.

    Args:
        shelf: Where it is kept.
        camera: Camera id.
        from_s: Seconds since the epoch; begins with the keyframe at or before it.
        keyframes_only: Leave out what lies between keyframes.
    """

    def __init__(
        self, shelf: Shelf, camera: str, from_s: float, *, keyframes_only: bool = False
    ) -> None:
        self._shelf = shelf
        self._camera = camera
        self._at_s = from_s
        self._keyframes_only = keyframes_only
        self._run: _Run | None = None

    def pictures(self) -> Iterator[Played | None]:
        """All pictures from the moment on; ``None`` each time there is nothing more for now.

        Raises:
            FootageIndexError: The index cannot be read.
        """
        while True:
            pieces = self._shelf.pieces(self._camera, self._at_s)
            before_s = self._at_s
            for piece in pieces:
                yield from self._of_piece(piece)
                if piece.path.exists():
                    # Also of a file that cannot be read: the next one may be.
                    self._at_s = max(self._at_s, piece.span.end_s)
            if self._at_s <= before_s:
                yield None

    def _of_piece(self, piece: Piece) -> Iterator[Played]:
        held: list[_Raw] = []
        info: StreamInfo | None = None
        offset_s = 0.0
        try:
            for found, raw in _read(piece, self._at_s):
                if info is None:
                    info = found
                    offset_s = self._join(info, raw.dts_s, piece)
                picture = _moved(raw, offset_s)
                run = self._run
                if run is not None:
                    if picture.dts_s <= run.last_dts_s + 1e-4:
                        continue  # sent before: the file is still being written
                    if picture.dts_s - run.end_s < _PAUSE_S:
                        yield from self._emit(run, picture)
                        continue
                    self._end_run()
                held = [picture] if picture.is_keyframe else [*held, picture] if held else []
                if not held or picture.pts_s + picture.duration_s <= self._at_s:
                    continue
                self._run = run = _Run(_same(info), held[0].pts_s, piece.span.start_s)
                for each in held:
                    yield from self._emit(run, each)
                held = []
        except (OSError, av.error.FFmpegError):
            return  # deleted meanwhile, or broken: what follows may be whole
        finally:
            if self._run is not None:
                self._at_s = max(self._at_s, self._run.end_s)

    def _join(self, info: StreamInfo, first_dts_s: float, piece: Piece) -> float:
        """Go on with the run, or end it; answers by how much this file's times are moved."""
        run = self._run
        if run is None:
            return 0.0
        if abs(piece.span.start_s - run.file_start_s) < 1e-3:
            return 0.0  # the same file, read further
        run.file_start_s = piece.span.start_s
        apart_s = first_dts_s - run.end_s
        if _shape(info) != _shape(run.info) or abs(apart_s) >= _JOIN_S:
            self._end_run()
            return 0.0
        return max(0.0, -apart_s)

    def _end_run(self) -> None:
        if self._run is not None:
            self._at_s = max(self._at_s, self._run.end_s)
        self._run = None

    def _emit(self, run: _Run, picture: _Raw) -> Iterator[Played]:
        run.last_dts_s = max(run.last_dts_s, picture.dts_s)
        run.end_s = max(run.end_s, picture.dts_s + picture.duration_s)
        if self._keyframes_only and not picture.is_keyframe:
            return
        pts = round((picture.pts_s - run.zero_s) / _BASE)
        dts = pts if self._keyframes_only else round((picture.dts_s - run.zero_s) / _BASE)
        yield Played(
            run.info,
            EncodedPacket(
                data=picture.data,
                pts=pts,
                dts=min(dts, pts),
                is_keyframe=picture.is_keyframe,
                media_s=picture.pts_s - run.zero_s,
                utc_s=picture.pts_s,
                received_mono_ns=0,
            ),
        )


def _same(info: StreamInfo) -> StreamInfo:
    """An equal object that is another one, which marks a run."""
    return replace(info)


def _shape(info: StreamInfo) -> tuple[str, int, int, bytes]:
    return info.codec, info.width, info.height, info.extradata


def _moved(raw: _Raw, offset_s: float) -> _Raw:
    if not offset_s:
        return raw
    return _Raw(
        raw.data, raw.pts_s + offset_s, raw.dts_s + offset_s, raw.duration_s, raw.is_keyframe
    )


def _read(piece: Piece, from_s: float) -> Iterator[tuple[StreamInfo, _Raw]]:
    """Pictures of a file in decoding order, from a keyframe at or before the moment on."""
    with av.open(f"file:{piece.path}", metadata_errors="replace") as container:
        track = picture_track(container, piece.path)
        if track is None or track.stream.codec_context is None:
            return
        video = track.stream
        info = _info(container, track)
        base = Fraction(video.time_base or _BASE)
        usual_s = 1 / info.fps if info.fps > 0 else 0.04
        times = _Times(video, max(1, round(usual_s / base)))
        zero: int | None = None
        with demuxed(container, video) as packets:
            for packet in packets:
                found = times.of(packet) if packet.size else None
                if found is None:
                    continue
                pts, dts = found
                if zero is None:
                    # Of a file trimmed without encoding the hidden part comes first.
                    zero = max(pts, video.start_time or pts) if packet.is_discard else pts
                    ahead_s = from_s - piece.span.start_s
                    if ahead_s > _SEEK_FROM_S:
                        place = _Place(piece.path, video.index, zero, base)
                        target = place.before(round(ahead_s / base))
                        if target is not None:
                            container.seek(target, stream=video, backward=True)
                            times.restart()
                            continue
                pts_s = piece.span.start_s + seconds_of(pts - zero, base)
                dts_s = piece.span.start_s + seconds_of(dts - zero, base)
                step_s = seconds_of(packet.duration or 0, base)
                # A picture that stands for a pause counts as long as a usual one.
                step_s = step_s if 0 < step_s < _PAUSE_S else usual_s
                yield info, _Raw(bytes(packet), pts_s, dts_s, step_s, packet.is_keyframe)


def _info(container: InputContainer, track: PictureTrack) -> StreamInfo:
    context = track.stream.codec_context
    return StreamInfo(
        context.name,
        context.width,
        context.height,
        float(track.stream.average_rate or 0),
        _BASE,
        bytes(context.extradata or b""),
        display=track.display,
        is_decode_ordered=is_decode_ordered(container, track.stream),
    )


class _Times:
    """Times of packets in decoding order, also of those that say none.

    A program stream may put a time on every other picture only, and Matroska says no decoding
    times.

    Args:
        video: Their stream.
        step: Ticks of a usual picture.
    """

    def __init__(self, video: VideoStream, step: int) -> None:
        self._step = step
        self._delay = (video.codec_context.reorder_depth or 0) * step
        self._last: tuple[int, int] | None = None

    def restart(self) -> None:
        """Packets come from another place of the file."""
        self._last = None

    def of(self, packet: Packet[VideoStream]) -> tuple[int, int] | None:
        """(pts, dts); None before the first packet that says one."""
        pts, dts, last = packet.pts, packet.dts, self._last
        if last is None:
            said = pts if pts is not None else dts
            if said is None:
                return None
            pts = said if pts is None else pts
            dts = said - self._delay if dts is None else dts
        else:
            if pts is None:
                pts = dts if dts is not None else last[0] + self._step
            if dts is None:
                dts = min(pts, last[1] + self._step)
        self._last = (pts, dts)
        return pts, dts


@dataclass(frozen=True, slots=True)
class _Place:
    """Where to leap to in a long file.

    Attributes:
        path: The file.
        index: Of its stream.
        zero: Its first picture's time, in ticks.
        base: Seconds of a tick.
    """

    path: Path
    index: int
    zero: int
    base: Fraction

    def before(self, ahead: int) -> int | None:
        """The time to leap to so that a keyframe at or before the moment comes first.

        Transport and program streams know no keyframes: a leap lands anywhere in a GOP.

        Args:
            ahead: The moment, ticks after the first picture.

        Returns:
            None: read the file from its beginning.
        """
        with av.open(f"file:{self.path}", metadata_errors="replace") as container:
            video = container.streams[self.index]
            assert isinstance(video, VideoStream)
            for back_s in _BACK_S:
                target = ahead - round(back_s / self.base)
                if target <= 0:
                    return None
                try:
                    container.seek(self.zero + target, stream=video, backward=True)
                    with demuxed(container, video) as packets:
                        first = next((p for p in packets if p.is_keyframe), None)
                except (OSError, av.error.FFmpegError):
                    return None
                if first is None or first.pts is None:
                    continue
                if first.pts <= self.zero + ahead:
                    return self.zero + target
        return None
