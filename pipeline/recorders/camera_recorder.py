"""One camera's recording: packets in, segments out, and a reason for every second without.

Not thread-safe and without a clock of its own: the ``Recorder`` feeds it from one thread. A disk
that refuses is a state with a cause, never an exception to the caller: the open segment is left
for recovery, writing is tried again at the first keyframe after a pause, and the time between is
an absence with the disk's reason.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import structlog

from api.contract.footage.spans import Span
from api.contract.retention import GapCause
from pipeline.core.packets import AudioPacket, EncodedPacket, StreamInfo
from pipeline.recorders.disk import Disk
from pipeline.recorders.errors import FootageError, FootageIndexError, StorageError
from pipeline.recorders.index import FootageIndex
from pipeline.recorders.lead_in import LeadIn
from pipeline.recorders.recovery import finish_part, read_segment
from pipeline.recorders.segments import (
    PART_SUFFIX,
    SUFFIX,
    LifePoint,
    Origin,
    Segment,
    SegmentWriter,
    delay_ticks,
)

MAX_PAUSE_S = 2.0
"""A longer silence inside a session ends the segment: a file must not stretch a picture over it."""

_MAX_NOTES = 1000
_SOUND_APART_S = 1.0
_log = structlog.get_logger(__name__)


class CameraRecorder:
    """Records one camera.

    Args:
        camera: Camera id.
        root: The recorder's folder.
        index: Where segments and absences are remembered.
        disk: Where segments are written.
        segment_s: Length of a segment; it ends at the first keyframe after.
        retry_s: How long a refusing disk is left alone.
        reached: Called at each point of a segment's life.
        origin: Where the packets were recovered from; None when they are the camera's own.
    """

    def __init__(
        self,
        camera: str,
        root: Path,
        index: FootageIndex,
        disk: Disk,
        *,
        segment_s: float,
        retry_s: float,
        reached: Callable[[LifePoint], None],
        origin: Origin | None = None,
    ) -> None:
        self.camera = camera
        self._origin = origin
        self.trouble: StorageError | None = None
        self._root, self._index, self._disk = root, index, disk
        self._segment_s, self._retry_s, self._reached = segment_s, retry_s, reached
        self._writer: SegmentWriter | None = None
        self._last_utc_s = 0.0
        self._last_media_s = 0.0
        self._end_s = index.newest_s(camera)
        self._retry_at_s = float("-inf")
        self._delay_from: StreamInfo | None = None
        self._unsaved: list[Segment] = []
        self._parts: list[tuple[str, Span | None]] = []
        self._notes: list[Callable[[], None]] = []
        self._is_behind_told = False
        self._break: GapCause | None = None
        self._sound: AudioPacket | None = None  # held back: it may belong to the next segment
        self._refused_sound = ""
        self._lead_in = LeadIn()

    @property
    def live(self) -> Span | None:
        """The open segment's footage so far, the last fragment's pictures included."""
        writer = self._writer
        if writer is None or self._last_utc_s <= writer.start_s:
            return None
        return Span(writer.start_s, self._last_utc_s)

    @property
    def open_part(self) -> str | None:
        """The file being written, relative to the root."""
        writer = self._writer
        return None if writer is None else writer.path.removesuffix(SUFFIX) + PART_SUFFIX

    @property
    def open_span(self) -> Span | None:
        """What of the file being written is on the disk already."""
        writer = self._writer
        if writer is None or writer.durable_s <= writer.start_s:
            return None
        return Span(writer.start_s, writer.durable_s)

    def unindexed(self) -> list[Span]:
        """Footage on the disk that the index does not hold yet, the open segment included."""
        found = [span for _, span in self._parts if span is not None]
        found += [segment.span for segment in self._unsaved]
        return found + ([self.live] if self.live is not None else [])

    @property
    def is_index_behind(self) -> bool:
        """Something is known that the index does not hold yet."""
        return bool(self._unsaved or self._parts or self._notes)

    def take(self, packet: EncodedPacket, info: StreamInfo, mono_s: float) -> None:
        """Record the next packet in decoding order.

        Args:
            packet: It.
            info: Its stream; another one than before begins a new segment.
            mono_s: Monotonic seconds, for retries.
        """
        if info.audio is not None:
            self._hear(packet, info, mono_s)
        lead_in = self._split(packet, info)
        self._lead_in.add(packet)
        if self._writer is None:
            if not (packet.is_keyframe or lead_in) or mono_s < self._retry_at_s:
                return
            begin = [*lead_in, packet]
            self._open(begin[0], info, mono_s)
            for each in begin[1:]:
                if self._writer is not None:
                    self._write(self._writer, each, mono_s)
            return
        self._write(self._writer, packet, mono_s)

    def _split(self, packet: EncodedPacket, info: StreamInfo) -> list[EncodedPacket]:
        """Finish the open segment if the packet does not belong to it.

        Returns:
            What a new one has to begin with, if it begins between two keyframes.
        """
        writer = self._writer
        if writer is None:
            return []
        step_s = packet.utc_s - self._last_utc_s
        if info != writer.info:
            self._lead_in.clear()
        if info != writer.info or step_s > MAX_PAUSE_S:
            self._close()
            if step_s > MAX_PAUSE_S:
                is_leap = info == writer.info and packet.media_s - self._last_media_s < step_s / 2
                self._break = GapCause.CLOCK_SET if is_leap else GapCause.STALLED
            return [] if packet.is_keyframe else self._lead_in.before(packet, info)
        if packet.is_keyframe and (
            writer.length_s >= self._segment_s
            or step_s < -MAX_PAUSE_S
            or not writer.fits(packet)
            or (writer.began_silent and self._sound_at(packet, info) is not None)
        ):
            self._close()
        return []

    def _write(self, writer: SegmentWriter, packet: EncodedPacket, mono_s: float) -> None:
        if not self._put(writer, packet, (), mono_s):
            return
        self._last_utc_s = max(self._last_utc_s, packet.utc_s)
        self._last_media_s = max(self._last_media_s, packet.media_s)

    def ended(self, cause: GapCause, detail: str, at_s: float) -> None:
        """The camera's session is over, or still cannot be had.

        Args:
            cause: Why.
            detail: One line, redacted.
            at_s: When, UTC; the first time the absence begins with the last footage instead.
        """
        self._close()
        self._break = None
        self._sound = None
        self._lead_in.clear()
        self._absent(cause, detail, at_s)

    def abandon(self) -> None:
        """Let the open file go as it is; recovery finishes it."""
        if self._writer is not None:
            self._leave()

    def settle(self, mono_s: float) -> None:
        """Bring the index up to date if it is behind; called now and then."""
        if self.is_index_behind and mono_s >= self._retry_at_s:
            self._catch_up()

    # --- sound ----------------------------------------------------------------------------

    def _hear(self, packet: EncodedPacket, info: StreamInfo, mono_s: float) -> None:
        """Write the sound that came with a picture, but for the last piece of it."""
        assert info.audio is not None
        if not info.audio.can_be_recorded:
            if self._refused_sound != info.audio.codec:
                self._refused_sound = info.audio.codec
                _log.warning(
                    "sound not recorded: set the camera's audio to AAC",
                    camera=self.camera,
                    codec=info.audio.codec,
                )
            return
        if not packet.audio:
            return
        held, self._sound = self._sound, packet.audio[-1]
        writer = self._writer
        if (
            writer is None
            or not writer.has_sound
            or info != writer.info
            or packet.utc_s - self._last_utc_s > MAX_PAUSE_S
        ):
            return
        before = () if held is None else (held,)
        self._put(writer, None, (*before, *packet.audio[:-1]), mono_s)

    def _sound_at(self, keyframe: EncodedPacket, info: StreamInfo) -> AudioPacket | None:
        """The sound a segment that begins with this keyframe can begin with."""
        sound = self._sound
        if sound is None or info.audio is None or not info.audio.can_be_recorded:
            return None
        return sound if abs(sound.media_s - keyframe.media_s) <= _SOUND_APART_S else None

    # --- segments -------------------------------------------------------------------------

    def _put(
        self,
        writer: SegmentWriter,
        packet: EncodedPacket | None,
        sounds: Sequence[AudioPacket],
        mono_s: float,
    ) -> bool:
        """Write into the open segment; false when it had to be given up."""
        at_s = self._last_utc_s if packet is None else packet.utc_s
        try:
            for sound in sounds:
                writer.add_sound(sound)
            if packet is not None:
                writer.add(packet)
        except StorageError as error:
            self._fail(error, mono_s, at_s)
        except FootageError as error:
            _log.warning("recording broken off", camera=self.camera, error=error.line())
            self._leave()
            self._absent(GapCause.UNDECODABLE, error.what, at_s)
        else:
            return True
        return False

    def _open(self, packet: EncodedPacket, info: StreamInfo, mono_s: float) -> None:
        delay = delay_ticks(info) if self._delay_from == info else 0
        try:
            self._writer = SegmentWriter(
                self._root,
                self.camera,
                info,
                packet,
                self._disk,
                self._reached,
                delay_ticks=delay,
                sound=self._sound_at(packet, info),
                origin=self._origin,
            )
            self._sound = None
        except StorageError as error:
            self._fail(error, mono_s, packet.utc_s)
            return
        except FootageError as error:
            self._absent(GapCause.UNDECODABLE, error.what, packet.utc_s)
            return
        if self.trouble is not None:
            _log.info("recording again", camera=self.camera)
            self.trouble = None
        cause = self._break
        if cause is not None and self._end_s is not None and packet.utc_s > self._end_s:
            pause = Span(self._end_s, packet.utc_s)
            self._note(lambda: self._index.add_absence(self.camera, pause, cause))
        self._break = None
        start_s = packet.utc_s
        self._note(lambda: self._index.end_absence(self.camera, start_s))
        self._last_utc_s = packet.utc_s
        self._last_media_s = packet.media_s
        self._catch_up()

    def _close(self) -> None:
        """Finish the open segment, if any."""
        writer = self._writer
        if writer is None:
            return
        if writer.needs_delay:
            self._delay_from = writer.info
        try:
            segment = writer.finish()
        except StorageError as error:
            self._fail(error, None, self._last_utc_s)
            return
        except FootageError as error:
            _log.warning("segment left unfinished", camera=self.camera, error=error.line())
            self._leave()
            return
        self._writer = None
        self._end_s = segment.span.end_s
        self._unsaved.append(segment)
        self._catch_up()

    def _leave(self) -> None:
        """Give the open segment up; what is whole in it becomes a segment later."""
        writer = self._writer
        assert writer is not None
        self._writer = None
        whole = None
        if writer.durable_s > writer.start_s:
            whole = Span(writer.start_s, writer.durable_s)
            self._end_s = writer.durable_s
        self._parts.append((writer.path.removesuffix(SUFFIX) + PART_SUFFIX, whole))
        try:
            writer.abandon()
        except StorageError as error:
            _log.warning("file not closed", camera=self.camera, error=error.line())

    def _fail(self, error: StorageError, mono_s: float | None, at_s: float) -> None:
        """The disk refused: say so once, and wait."""
        if self.trouble is None:
            _log.error("recording stopped", camera=self.camera, error=error.line())
        self.trouble = error
        if self._writer is not None:
            self._leave()
        if mono_s is not None:
            self._retry_at_s = mono_s + self._retry_s
        self._absent(error.cause, error.what, at_s)

    # --- the index, which may refuse as well ------------------------------------------------

    def _absent(self, cause: GapCause, detail: str, at_s: float) -> None:
        """Not recorded from now on; if that is news, since the last footage."""
        since_s = at_s
        if self._index_open() is None and self._end_s is not None:
            since_s = min(self._end_s, at_s)
        self._note(lambda: self._index.begin_absence(self.camera, since_s, cause, detail))

    def _index_open(self) -> GapCause | None:
        try:
            return self._index.open_absence(self.camera)
        except FootageIndexError:
            return None

    def _note(self, write: Callable[[], None]) -> None:
        self._notes.append(write)
        del self._notes[:-_MAX_NOTES]
        self._catch_up()

    def _catch_up(self) -> None:
        """Write what waits, in order; what fails waits on and holds up only its own kind."""
        for work in (self._finish_parts, self._save_segments, self._write_notes):
            try:
                work()
            except (StorageError, FootageIndexError) as error:
                if not self._is_behind_told:
                    _log.warning("index behind", camera=self.camera, error=error.line())
                self._is_behind_told = True
        if self._is_behind_told and not self.is_index_behind:
            _log.info("index caught up", camera=self.camera)
            self._is_behind_told = False

    def _finish_parts(self) -> None:
        while self._parts:
            part = self._parts[0][0]
            segment = None
            final = part.removesuffix(PART_SUFFIX) + SUFFIX
            if (self._root / part).exists():
                segment = finish_part(self._root, part, self._disk)
            elif (self._root / final).exists():  # renamed, and then the disk refused
                segment = read_segment(self._root, final)
            self._parts.pop(0)
            if segment is not None:
                self._unsaved.append(segment)

    def _save_segments(self) -> None:
        while self._unsaved:
            self._index.save(self._unsaved[0])
            self._unsaved.pop(0)

    def _write_notes(self) -> None:
        while self._notes:
            self._notes[0]()
            self._notes.pop(0)
