"""H.264 into MP4, with each picture's own time; for transcoded clips and annotated videos."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Self

import av
from av import VideoFrame
from av.audio.stream import AudioStream
from av.stream import Stream
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

from pipeline.core.packets import AS_ENCODED, Display
from pipeline.video.picture import limited_yuv420p, tag_colours

_TIME_BASE = Fraction(1, 90_000)
_GOP_S = 2.0


class H264Encoder:
    """Writes one MP4; the file is complete after ``finish``.

    Args:
        path: The file.
        width: Pixels, even.
        height: Pixels, even.
        fps: About how many pictures a second come; sets the GOP only. 0.0 when unknown.
        preset: x264's, from ``ultrafast`` to ``slow``.
        crf: Quality, lower is better; x264's scale.
        metadata: What the file says of itself, as ``title`` and ``comment``.
        sound: Of another file, to be copied with ``add_sound``.

    Raises:
        OSError: The file cannot be made or written (``av.error.FFmpegError`` is raised too).
    """

    def __init__(
        self,
        path: Path,
        width: int,
        height: int,
        fps: float,
        *,
        preset: str = "veryfast",
        crf: int = 25,
        metadata: Mapping[str, str] | None = None,
        sound: AudioStream | None = None,
    ) -> None:
        if width % 2 or height % 2 or width < 2 or height < 2:
            raise ValueError(f"H.264 in 4:2:0 needs even sides, not {width} x {height}")
        rate = fps if 0.5 <= fps <= 240 else 25.0
        self._container = av.open(
            f"file:{path}", mode="w", format="mp4", options={"movflags": "faststart"}
        )
        self._container.metadata.update(metadata or {})
        self._stream = self._container.add_stream(
            "libx264",
            rate=Fraction(rate).limit_denominator(1001),
            options={"preset": preset, "crf": str(crf), "x264-params": "sliced-threads=0"},
            width=width,
            height=height,
            time_base=_TIME_BASE,
        )
        self._sound = None if sound is None else self._container.add_stream_from_template(sound)
        self._stream.pix_fmt = "yuv420p"
        self._stream.codec_context.time_base = _TIME_BASE
        self._stream.codec_context.gop_size = max(1, round(rate * _GOP_S))
        self._stream.codec_context.max_b_frames = 0
        self._reformatter = VideoReformatter()
        self._held: av.Packet[VideoStream] | None = None
        self._last_pts: int | None = None
        self._is_closed = False

    def write(self, frame: VideoFrame, at_s: float, display: Display = AS_ENCODED) -> None:
        """Add a picture of any size and pixel format; scaled to the file's size.

        The file says of its colours what the first picture says; in limited range.

        Args:
            frame: The picture; not changed.
            at_s: Its moment, seconds since the file's beginning; later than the one before.
            display: How it is shown; written so.
        """
        pts = round(at_s / _TIME_BASE)
        if self._last_pts is not None and pts <= self._last_pts:
            pts = self._last_pts + 1
        scaled = limited_yuv420p(
            self._reformatter, frame, self._stream.width, self._stream.height, display
        )
        if self._last_pts is None:
            tag_colours(self._stream.codec_context, scaled)
        self._last_pts = pts
        scaled.pts = pts
        scaled.time_base = _TIME_BASE
        for packet in self._stream.encode(scaled):
            self._mux(packet)

    def add_sound(self, packet: av.Packet[Stream]) -> None:
        """Copy a packet of the sound the file was made with; times as in the other file."""
        if self._sound is not None:
            packet.stream = self._sound
            self._container.mux(packet)

    def finish(self, end_s: float | None = None) -> None:
        """Complete the file.

        Args:
            end_s: Until when the last picture is shown; half a frame after it if not given.
        """
        if self._is_closed:
            return
        if self._last_pts is None:
            self.close()
            return
        for packet in self._stream.encode(None):
            self._mux(packet)
        if self._held is not None:
            end = round(end_s / _TIME_BASE) if end_s is not None else 0
            self._held.duration = max(1, end - (self._held.pts or 0))
            self._container.mux(self._held)
            self._held = None
        self.close()

    def close(self) -> None:
        """Give the file back as it is."""
        if not self._is_closed:
            self._is_closed = True
            self._container.close()

    def _mux(self, packet: av.Packet[VideoStream]) -> None:
        # One packet late, because a picture's duration is known when the next one comes.
        if self._held is not None:
            self._held.duration = max(1, (packet.pts or 0) - (self._held.pts or 0))
            self._container.mux(self._held)
        self._held = packet

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
