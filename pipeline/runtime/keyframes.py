"""One picture out of a file of footage, whoever wrote it."""

from __future__ import annotations

from collections.abc import Iterator

import av
import av.error
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from pipeline.core.clock import FrameTime
from pipeline.core.demux import demuxed
from pipeline.core.frame import Frame
from pipeline.media.containers import PictureTrack, picture_track
from pipeline.recorders.shelf import Piece
from pipeline.video.picture import AvPicture

_MOST_PACKETS = 4000
"""Of a file, until its first keyframe is given up."""
_TAIL_S = 12.0
"""Before a file's end, where its last keyframe is looked for."""


def keyframe_of(camera: str, piece: Piece, *, is_newest: bool) -> Frame | None:
    """The first keyframe of a file, or its last; None when none can be decoded."""
    for from_s in (max(0.0, piece.span.seconds - _TAIL_S), 0.0) if is_newest else (0.0,):
        try:
            with av.open(f"file:{piece.path}", metadata_errors="replace") as container:
                track = picture_track(container, piece.path)
                if track is None:
                    return None
                last = None
                for frame in _keyframes(container, track, from_s):
                    last = frame
                    if not is_newest:
                        break
                if last is not None:
                    at_s = _moment(last, track, container, piece)
                    picture = AvPicture(last, display=track.display)
                    return Frame(camera, FrameTime(at_s - piece.span.start_s, at_s), picture)
        except (av.error.FFmpegError, OSError, ValueError):
            continue
    return None


def _keyframes(
    container: InputContainer, track: PictureTrack, from_s: float
) -> Iterator[VideoFrame]:
    """Keyframes that are whole, from the one before a moment on."""
    stream = track.stream
    stream.codec_context.skip_frame = "NONKEY"
    if from_s:
        begin = container.start_time or 0
        container.seek(begin + round(from_s * av.time_base), backward=True)
    with demuxed(container, stream) as packets:
        for count, packet in enumerate(packets):
            yield from (frame for frame in _decoded(packet) if not frame.is_corrupt)
            if count >= _MOST_PACKETS:
                return


def _decoded(packet: Packet[VideoStream]) -> list[VideoFrame]:
    """Its pictures; a broken one does not keep the next from being seen."""
    try:
        return packet.decode()
    except av.error.InvalidDataError:
        return []


def _moment(
    frame: VideoFrame, track: PictureTrack, container: InputContainer, piece: Piece
) -> float:
    """When a picture was taken, by its file; never outside of it."""
    begin = track.stream.start_time
    if begin is None or frame.pts is None or track.stream.time_base is None:
        return piece.span.start_s
    after_s = float((frame.pts - begin) * track.stream.time_base)
    return min(max(piece.span.start_s, piece.span.start_s + after_s), piece.span.end_s)
