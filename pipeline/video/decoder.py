"""Packets in, pictures with their own time out.

A decoder holds pictures back to put B-frames in order, so the picture that comes out is not the
packet that went in: times are carried by ``pts``, per picture. Cameras send broken packets; one is
no reason to stop, many in a row are, and so is a large share.
"""

from __future__ import annotations

from typing import Self, cast

import av
import av.error
from av import VideoFrame
from av.video.codeccontext import VideoCodecContext

from pipeline.core.clock import FrameTime
from pipeline.core.errors import SourceError, SourceReason
from pipeline.core.frame import Frame
from pipeline.core.packets import EncodedPacket, StreamInfo
from pipeline.video.picture import AvPicture, Converter

MAX_CONSECUTIVE_FAILURES = 50
"""Two seconds of a camera at 25/s."""

_FAILURE_WEIGHT = 3
"""A refused packet weighs as much as three taken ones: a stream of which more than a quarter is
refused is given up too, later. FFmpeg makes pictures out of noise now and then, and such a camera
must not look watched; the loss of a bad network stays far below."""

MAX_PIXELS = 8192 * 8192
"""Noise that reads as a header can announce any size, and FFmpeg would make room for it."""

MAX_S_WITHOUT_PICTURE = 30.0
"""Joining mid-GOP gives nothing until a keyframe; "smart" codecs send one every 10 to 20 s."""

_MIN_PACKETS_WITHOUT_PICTURE = 30
"""A time lapse sends a picture a minute, and decoders hold some back."""

_MAX_PENDING_TIMES = 64
_MAX_REORDERED = 16
"""Pictures a decoder may hold back (H.264 A.3.1, max_dec_frame_buffering)."""
_UTC_STEP_S = 2.0


class Decoder:
    """Decodes one stream; not thread-safe, one thread at a time.

    Args:
        info: The stream, as its source described it.
        camera_id: Goes into each frame and into errors.
        threads: Decoding threads; with more than one, pictures come that many packets later.
        max_consecutive_failures: Packets refused in a row before the stream is given up; mixed
            with good ones, more.
        is_rough: Leave out the filter that smooths block edges, a sixth of a keyframe's cost.
            Nothing may be decoded on top of such a picture.

    Raises:
        SourceError: UNDECODABLE, when FFmpeg has no decoder for the codec or refuses its
            configuration.
    """

    def __init__(
        self,
        info: StreamInfo,
        camera_id: str,
        *,
        threads: int = 1,
        max_consecutive_failures: int = MAX_CONSECUTIVE_FAILURES,
        is_rough: bool = False,
    ) -> None:
        self._info = info
        self._camera_id = camera_id
        self._threads = threads
        self._is_rough = is_rough
        self._max_failures = max_consecutive_failures
        self._converter = Converter()
        self._times: dict[int, FrameTime] = {}
        self._hidden: set[int] = set()
        self._last: FrameTime | None = None
        self._failure_score = 0
        self._waits_since_s: float | None = None
        self._waits_packets = 0
        self._is_draining = False
        self._is_closed = False
        self.corrupt_count = 0
        """Packets the decoder refused so far."""
        self.picture_count = 0
        """Pictures given out so far."""
        self._context = self._create()

    def decode(self, packet: EncodedPacket) -> list[Frame]:
        """The pictures that are ready after this packet: none, one or several, in order of time.

        Raises:
            SourceError: UNDECODABLE, after many packets in a row without success.
        """
        if self._is_draining:
            self._context.flush_buffers()
            self._is_draining = False
        if not packet.data:
            return self._failed("the camera sends empty packets", None)
        self._remember(packet)
        # Made empty and then filled: only so has it the padding that decoders read beyond the end.
        # A packet around our own bytes has none, and MPEG-4 pictures depend on what lies there.
        av_packet = av.Packet(len(packet.data))
        av_packet.update(packet.data)
        av_packet.pts = packet.pts
        av_packet.dts = packet.dts
        av_packet.time_base = self._info.time_base
        av_packet.is_keyframe = packet.is_keyframe
        try:
            decoded = self._context.decode(av_packet)
        except av.error.FFmpegError as error:
            if self._info.is_decode_ordered:
                self._times.pop(packet.pts, None)  # no picture comes for it
            return self._failed(error.strerror or "unreadable packet", error)
        self._failure_score = max(0, self._failure_score - 1)
        if decoded:
            self._waits_since_s = None
            return self._frames(decoded)
        if self._waits_since_s is None:
            self._waits_since_s = packet.media_s
            self._waits_packets = 0
        self._waits_packets += 1
        waited_s = packet.media_s - self._waits_since_s
        if waited_s > MAX_S_WITHOUT_PICTURE and self._waits_packets > _MIN_PACKETS_WITHOUT_PICTURE:
            raise self._undecodable(f"{MAX_S_WITHOUT_PICTURE:g} s of packets gave no picture")
        return []

    def flush(self, *, is_end: bool = True) -> list[Frame]:
        """The pictures still held back; the decoder is then ready for a new keyframe.

        Args:
            is_end: The stream is over, so it must have given at least one picture by now; say
                ``False`` after decoding a lone keyframe.

        Raises:
            SourceError: UNDECODABLE, if packets came and never a picture.
        """
        try:
            decoded = self._context.decode(None)
        except av.error.EOFError:
            decoded = []
        except av.error.FFmpegError:
            decoded = []
            self.corrupt_count += 1
        self._is_draining = True
        self._waits_since_s = None
        frames = self._frames(decoded)
        had_packets = bool(self._times) or self.corrupt_count > 0
        self._times.clear()
        self._hidden.clear()
        if is_end and had_packets and self.picture_count == 0:
            raise self._undecodable("no packet gave a picture")
        return frames

    def close(self) -> None:
        """Give back the decoder's memory; more than once does no harm."""
        self._times.clear()
        if not self._is_closed:
            self._is_closed = True
            del self._context

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _create(self) -> VideoCodecContext:
        try:
            context = cast(VideoCodecContext, av.CodecContext.create(self._info.codec, "r"))
            if self._info.extradata:
                context.extradata = self._info.extradata
            # Formats that do not repeat their size in the stream need to be told.
            context.width = self._info.width
            context.height = self._info.height
            context.thread_count = max(1, self._threads)
            context.thread_type = "AUTO" if self._threads > 1 else "NONE"
            filters = {"skip_loop_filter": "all"} if self._is_rough else {}
            context.options = {"max_pixels": str(MAX_PIXELS), **filters}
            context.open()
        except (av.error.FFmpegError, ValueError) as error:
            raise self._undecodable(
                f"{self._info.codec} cannot be decoded here ({type(error).__name__})"
            ) from error
        return context

    def _remember(self, packet: EncodedPacket) -> None:
        self._times[packet.pts] = FrameTime(packet.media_s, packet.utc_s)
        if packet.is_hidden:
            self._hidden.add(packet.pts)
        is_ordered = not self._info.is_decode_ordered
        most = _MAX_PENDING_TIMES if is_ordered else _MAX_REORDERED + self._threads
        if len(self._times) > most:
            gone = min(self._times)
            del self._times[gone]
            self._hidden.discard(gone)

    def _frames(self, decoded: list[VideoFrame]) -> list[Frame]:
        """Those that are shown, with their times."""
        frames = []
        for each in decoded:
            pts = each.pts if each.pts is not None else each.dts
            if self._info.is_decode_ordered and self._times:
                # Pictures come as they are shown, and the times in that order, too.
                pts = min(self._times)
            if pts in self._hidden:
                self._hidden.discard(pts)
                self._times.pop(pts, None)
                self.picture_count += 1
                continue
            frames.append(self._frame(each, pts))
        return frames

    def _frame(self, decoded: VideoFrame, pts: int | None) -> Frame:
        time = self._times.pop(pts, None) if pts is not None else None
        last = self._last
        if time is None:
            if last is None:
                # The decoder lost the time of the very first picture: the oldest pending is near.
                time = self._times[min(self._times)] if self._times else FrameTime(0.0, 0.0)
            else:
                step_s = 1.0 / self._info.fps if self._info.fps > 0 else 0.04
                time = FrameTime(last.media_s + step_s, last.utc_s + step_s)
        if last is not None:
            utc_s = time.utc_s
            if last.utc_s - _UTC_STEP_S < utc_s < last.utc_s:
                utc_s = last.utc_s
            time = FrameTime(max(time.media_s, last.media_s), utc_s)
        self._last = time
        if pts is not None:
            # What should have been shown before and did not come out was lost in the decoder.
            for missed in [p for p in self._times if p < pts]:
                del self._times[missed]
                self._hidden.discard(missed)
        self.picture_count += 1
        picture = AvPicture(decoded, self._converter, self._info.display)
        return Frame(self._camera_id, time, picture)

    def _failed(self, what: str, cause: BaseException | None) -> list[Frame]:
        self.corrupt_count += 1
        self._failure_score += _FAILURE_WEIGHT
        if self._failure_score >= _FAILURE_WEIGHT * self._max_failures:
            raise self._undecodable(
                f"too many packets could not be decoded, {self.corrupt_count} so far ({what})"
            ) from cause
        return []

    def _undecodable(self, what: str) -> SourceError:
        return SourceError(
            SourceReason.UNDECODABLE,
            what,
            where=self._camera_id,
            remedy="Check that the stream is H.264 or H.265 and plays in another program",
        )
