"""A recording as a source: its presentation times drive everything, at any speed.

Its own times rule: a pause is as long as it says, and a time lapse lasts as long as it took.

The same file gives the same packets, times and therefore alerts on every machine.
"""

from __future__ import annotations

import math
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import av
import av.error
from av.container import InputContainer
from av.stream import Stream
from av.video.stream import VideoStream

from pipeline.core.clock import SystemClock
from pipeline.core.demux import demuxed
from pipeline.core.errors import SourceError, SourceReason
from pipeline.core.packets import EncodedPacket, StreamInfo, seconds_of
from pipeline.media.containers import (
    PictureTrack,
    is_decode_ordered,
    is_recording,
    picture_track,
)
from pipeline.video.sources.describe import stream_info
from pipeline.video.sources.sound import SoundRider, sound_of
from pipeline.video.timestamps import PacketTime, TimestampRepair

if TYPE_CHECKING:
    from pipeline.video.sources.registry import SourceRequest


class _ReceiveClock(Protocol):
    def mono_ns(self) -> int: ...


class FileSource:
    """Reads a recording once, packet by packet.

    Args:
        path: The file.
        camera_id: Whom its pictures belong to; goes into errors.
        start_utc_s: Moment of its first picture, seconds since the epoch, UTC.
        clock: Tells when a packet was read.
        with_audio: Read its sound, too.
    """

    def __init__(
        self,
        path: Path | str,
        camera_id: str,
        start_utc_s: float,
        clock: _ReceiveClock | None = None,
        *,
        with_audio: bool = False,
    ) -> None:
        self._path = Path(path)
        self._camera_id = camera_id
        self._start_utc_s = start_utc_s
        self._clock: _ReceiveClock = clock or SystemClock()
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._is_reading = False
        self._container: InputContainer | None = None
        self._stream: VideoStream | None = None
        self._with_audio = with_audio
        self._sound: SoundRider | None = None
        self._info: StreamInfo | None = None
        self._hidden_s = 0.0

    @property
    def is_live(self) -> bool:
        """A recording waits for us."""
        return False

    @property
    def info(self) -> StreamInfo:
        """What the file says of its video; raises ``RuntimeError`` before ``open``."""
        if self._info is None:
            raise RuntimeError("the source is not open")
        return self._info

    @property
    def duration_s(self) -> float:
        """Length the file states, for progress; 0.0 when it states none."""
        container = self._container
        if container is None or container.duration is None:
            return 0.0
        return container.duration / av.time_base

    def open(self) -> StreamInfo:
        """Open the file and find its video.

        Raises:
            SourceError: NOT_FOUND or UNDECODABLE, with what to do.
        """
        self._check_path()
        try:
            # "file:" keeps FFmpeg from taking a name such as "a:b.mp4" for a protocol.
            # Recorders write titles in GBK; we read none, and must not fail on one.
            container = av.open(f"file:{self._path}", mode="r", metadata_errors="replace")
        except av.error.FFmpegError as error:
            raise self._error(
                f"is not a video that can be read ({error.strerror})",
                "Play it in another program; if it plays there, convert it to MP4 with H.264",
            ) from error
        self._container = container
        try:
            track = self._picture_track(container)
            self._stream = track.stream
            audio, heard = sound_of(container) if self._with_audio else (None, None)
            self._info = stream_info(
                track.stream,
                heard,
                display=track.display,
                is_decode_ordered=is_decode_ordered(container, track.stream),
            )
            if audio is not None:
                self._sound = SoundRider(audio, self._info.time_base)
        except SourceError:
            self.close()
            raise
        return self._info

    def packets(self) -> Iterator[EncodedPacket]:
        """The video's packets in decoding order, as fast as they are taken.

        Raises:
            SourceError: UNDECODABLE, when the file breaks off or holds no picture.
        """
        info = self.info
        with self._lock:
            if self._container is None or self._stream is None or self._closing.is_set():
                return
            if self._is_reading:
                raise RuntimeError("packets() is already being read")
            self._is_reading = True
        try:
            yield from self._read(self._container, self._stream, info)
        finally:
            with self._lock:
                self._is_reading = False
                self._release()

    def gather(self, seconds: float) -> None:
        """A recording waits for whoever reads it: nothing to gather."""

    def close(self) -> None:
        """End it, from any thread; a running ``packets`` ends before its next packet."""
        self._closing.set()
        with self._lock:
            if not self._is_reading:
                self._release()

    def _read(
        self, container: InputContainer, stream: VideoStream, info: StreamInfo
    ) -> Iterator[EncodedPacket]:
        repair = TimestampRepair(info.time_base, info.fps, math.inf)
        doubted: av.Packet[Stream] | None = None
        count = 0
        try:
            sound = self._sound
            wanted = (stream,) if sound is None else (stream, sound.stream)
            with demuxed(container, *wanted) as packets:
                for packet in packets:
                    if self._closing.is_set():
                        return
                    if sound is not None and sound.takes(packet):
                        continue
                    if packet.size == 0:
                        continue  # FFmpeg's end mark, or a picture the camera left out
                    if count == 0 and packet.is_discard:
                        self._hidden_s = _before_start_s(packet.pts, stream, info)
                    count += 1
                    if doubted is not None:
                        agrees = repair.bears_out(_time_of(doubted), _time_of(packet))
                        yield self._packet(doubted, repair, has_time=agrees)
                        doubted = None
                    if repair.is_far(_time_of(packet)):
                        doubted = packet
                    else:
                        yield self._packet(packet, repair)
                if doubted is not None:
                    yield self._packet(doubted, repair)
        except av.error.FFmpegError as error:
            raise self._error(
                f"cannot be read on after {count} pictures ({error.strerror})",
                "The file is cut off or its disk is failing; copy it again",
            ) from error
        if count == 0:
            raise self._error("holds no picture", "Record it again or choose another file")

    def _packet(
        self, packet: av.Packet[Stream], repair: TimestampRepair, *, has_time: bool = True
    ) -> EncodedPacket:
        time = repair.repair(packet.pts, packet.dts) if has_time else repair.repair(None, None)
        sound = self._sound
        media_s = time.media_s - self._hidden_s
        return EncodedPacket(
            data=bytes(packet),
            pts=time.pts,
            dts=time.dts,
            is_keyframe=packet.is_keyframe,
            media_s=media_s,
            utc_s=self._start_utc_s + media_s,
            received_mono_ns=self._clock.mono_ns(),
            audio=() if sound is None else sound.with_picture(packet.pts, media_s),
            is_hidden=packet.is_discard,
        )

    def _release(self) -> None:
        if self._container is not None:
            self._container.close()
            self._container = None
            self._stream = None
            self._sound = None

    def _check_path(self) -> None:
        try:
            found = self._path.stat()
        except FileNotFoundError as error:
            raise self._error("does not exist", "Check the path", SourceReason.NOT_FOUND) from error
        except OSError as error:
            raise self._error(
                f"cannot be opened ({error.strerror})",
                "Check the folder's rights",
                SourceReason.NOT_FOUND,
            ) from error
        if stat.S_ISDIR(found.st_mode):
            raise self._error(
                "is a folder, not a file", "Name one video file", SourceReason.NOT_FOUND
            )
        if stat.S_ISREG(found.st_mode) and found.st_size == 0:
            raise self._error("is empty (0 bytes)", "Record or copy it again")

    def _picture_track(self, container: InputContainer) -> PictureTrack:
        if not is_recording(container.format.name):
            raise self._error("is not a video", "Name a video file such as MP4, MKV or AVI")
        try:
            track = picture_track(container, self._path)
        except (OSError, av.error.FFmpegError) as error:
            raise self._error(
                f"cannot be read ({error.strerror or type(error).__name__})",
                "The file is cut off or its disk is failing; copy it again",
            ) from error
        if track is None:
            raise self._error("holds no video, only other streams", "Choose a file with video")
        if track.stream.codec_context is None:
            raise self._error(
                "holds video of a kind that cannot be decoded", "Convert it to MP4 with H.264"
            )
        return track

    def _error(
        self, what: str, remedy: str, reason: SourceReason = SourceReason.UNDECODABLE
    ) -> SourceError:
        where = f"{self._camera_id}: {self._path}" if self._camera_id else str(self._path)
        return SourceError(reason, what, where=where, remedy=remedy)


def _time_of(packet: av.Packet[Stream]) -> PacketTime:
    return PacketTime(packet.pts, packet.dts)


def _before_start_s(pts: int | None, stream: VideoStream, info: StreamInfo) -> float:
    """How long before the first picture shown a file trimmed without encoding begins."""
    if pts is None:
        return 0.0
    return max(0.0, seconds_of((stream.start_time or 0) - pts, info.time_base))


def make_file_source(request: SourceRequest) -> FileSource:
    """What the registry makes of a path."""
    return FileSource(
        request.file_path(),
        request.camera_id,
        request.start_utc_s,
        clock=request.clock,
        with_audio=request.with_audio,
    )
