"""Fetched packets become whole, proven files beside the footage, before any of it counts.

A killed process leaves nothing but this folder, and the next one empties it: what was not proven
is fetched again, what was proven is footage already.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import av
import av.error

from api.contract.footage.spans import Span
from api.contract.retention import GapCause
from pipeline.core.demux import demuxed
from pipeline.core.packets import EncodedPacket, StreamInfo
from pipeline.recorders.camera_recorder import CameraRecorder
from pipeline.recorders.disk import LocalDisk
from pipeline.recorders.errors import FootageError
from pipeline.recorders.index import FootageIndex
from pipeline.recorders.lead_in import LeadIn
from pipeline.recorders.segments import Origin, Segment, ignore

FOLDER = ".healing"
"""Below the recorder's root, so that a file goes in by a rename; no camera is called so."""


class Stage:
    """Writes one piece of one camera.

    Args:
        root: The recorder's folder.
        camera: Camera id.
        piece: What is missing; nothing outside of it is written, but what decoding leans on.
        origin: Where it comes from.
        segment_s: Length of a segment.

    Raises:
        FootageIndexError: The disk does not take the stage's index.
    """

    def __init__(
        self, root: Path, camera: str, piece: Span, origin: Origin, segment_s: float
    ) -> None:
        self._folder = root / FOLDER
        clear(root)
        self._piece = piece
        self._index = FootageIndex(self._folder / "staged.sqlite")
        self._camera = camera
        self._writer = CameraRecorder(
            camera,
            self._folder,
            self._index,
            LocalDisk(),
            segment_s=segment_s,
            retry_s=0.0,
            reached=ignore,
            origin=origin,
        )
        self._lead_in = LeadIn()
        self.has_begun = False
        self._given_s: float | None = None

    def take(self, packet: EncodedPacket, info: StreamInfo) -> None:
        """Write a packet of the piece; what lies before it is kept for decoding.

        Raises:
            StorageError: The disk refuses.
        """
        if packet.utc_s < self._piece.start_s:
            self._lead_in.add(packet)
            return
        if not self.has_begun:
            self.has_begun = True
            for each in () if packet.is_keyframe else self._lead_in.before(packet, info):
                self._writer.take(each, info, 0.0)
        self._writer.take(packet, info, 0.0)
        if self._writer.trouble is not None:
            raise self._writer.trouble

    def finished(self, *, is_over: bool = False) -> list[tuple[Path, Segment]]:
        """Files that were finished since the last call, each with the part of the piece it is.

        Args:
            is_over: No more packets come; what is open is finished, too.

        Raises:
            StorageError: The disk refuses.
            FootageIndexError: The disk refuses.
        """
        if is_over:
            self._writer.ended(GapCause.WORKER_STOPPED, "", self._piece.end_s)
            if self._writer.trouble is not None:
                raise self._writer.trouble
        newest_s = self._index.newest_s(self._camera)
        if newest_s is None or newest_s == self._given_s:
            return []
        since_s, self._given_s = self._given_s, newest_s
        return [
            (self._folder / each.path, cut)
            for each in self._index.segments(self._camera)
            if (since_s is None or each.span.end_s > since_s)
            and (cut := _cut(each, self._piece)) is not None
        ]

    def close(self) -> None:
        """Let go; what was not finished is gone."""
        self._writer.abandon()
        self._index.close()
        clear(self._folder.parent)


def clear(root: Path) -> None:
    """Empty the stage of a recorder's folder."""
    shutil.rmtree(root / FOLDER, ignore_errors=True)


def prove(path: Path) -> None:
    """Decode each keyframe of a file: a file that is whole may still hold no pictures.

    All pictures would cost as much as analysing the camera for that time.

    Raises:
        FootageError: A keyframe does not decode, or there is none.
    """
    count = 0
    try:
        with av.open(f"file:{path}") as container:
            stream = container.streams.video[0]
            stream.codec_context.skip_frame = "NONKEY"
            with demuxed(container, stream) as packets:
                for frame in (frame for packet in packets for frame in packet.decode()):
                    if frame.is_corrupt:
                        raise FootageError("a picture of it is broken", where=str(path))
                    count += 1
    except (av.error.FFmpegError, IndexError) as error:
        raise FootageError("it does not decode", where=str(path)) from error
    if count == 0:
        raise FootageError("no picture of it decodes", where=str(path))


def _cut(segment: Segment, piece: Span) -> Segment | None:
    """A segment as the part of the piece that it fills: a lead-in claims no time."""
    start_s = max(segment.span.start_s, piece.start_s)
    end_s = min(segment.span.end_s, piece.end_s)
    if end_s <= start_s:
        return None
    return replace(segment, span=Span(start_s, end_s))
