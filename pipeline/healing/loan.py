"""A recorder's footage on its way to one person: asked for anew, played back as gaps are healed,
written into small files and decoded before any of it counts.

Each file is gone when the next is asked for, and nothing is read ahead of who watches: whoever
pauses or goes stops the recorder's playing too.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Callable, Generator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import structlog

from api.contract.footage.spans import Span, footage_in, merge
from api.contract.footage.verdict import DEFAULT_SEAM_S
from pipeline.core.packets import EncodedPacket, StreamInfo
from pipeline.devices.device import Device
from pipeline.devices.errors import AuthRefusedError, BrokenAnswerError, DeviceError
from pipeline.healing.answers import check_answered
from pipeline.healing.playing import played
from pipeline.healing.sources import HeldCamera, Source, Sources
from pipeline.healing.stage import Stage, prove
from pipeline.recorders.errors import AwayReason, FootageAwayError, FootageError
from pipeline.recorders.shelf import Piece

_log = structlog.get_logger(__name__)
LOOK_S = 900.0
"""So much is asked about and played back at a time."""
RESERVE_BYTES = 256 * 1024 * 1024
"""So much of the disk is left to everybody else."""
AGAIN_S = 30.0
"""At the end of the footage, and where it cannot be had, the recorder is asked so often whether
that changed."""
_FILE_S = 2.0
"""Length of a file, up to the next keyframe; who looks waits for the first one."""
_MOST_BYTES = 64 * 1024 * 1024
"""Of one file: a stream without keyframes must not fill the disk."""
PLACE_S = 6.0
"""How long somebody else's playback is waited for; a seek ends one and begins the next."""
_POLL_S = 0.2
_END_S = 30.0
"""An index may promise so much more than there is at the end of what was played."""
_MOST_LISTED = 8
"""So many listed beginnings are asked about in a row."""
_SHORTEST_S = 2.0
"""Less than this is no footage to go for, and a playback that brings less has brought nothing."""


@dataclass(slots=True)
class _Tape:
    """A playback that stands.

    Attributes:
        source: The recorder; its place is ours.
        span: What is played.
        folder: Of the files.
        stage: Writes them.
        packets: What comes.
        reached_s: Until when there are files.
        bytes: Since the last file.
        is_over: Nothing more comes.
    """

    source: Source
    span: Span
    folder: Path
    stage: Stage
    packets: Generator[tuple[EncodedPacket, StreamInfo]]
    reached_s: float
    bytes: int = 0
    is_over: bool = False

    def close(self) -> None:
        """End it; its files are gone."""
        with ExitStack() as closing:
            closing.callback(self.source.place.release)
            closing.callback(shutil.rmtree, self.folder, ignore_errors=True)
            closing.callback(self.stage.close)
            closing.callback(self.packets.close)


class Loan:
    """What one person looks at; used by one thread.

    Args:
        sources: The recorders.
        held: Whose footage.
        listed: What the recorder said last it has, on our clock, by start.
        folder: Where files may be while they are looked at.
        stop: Set when nobody looks any more.
    """

    def __init__(
        self,
        sources: Sources,
        held: HeldCamera,
        listed: Callable[[], list[Span]],
        folder: Path,
        stop: threading.Event,
    ) -> None:
        self._sources = sources
        self._held = held
        self._listed = listed
        self._folder = folder
        self._stop = stop
        self._tape: _Tape | None = None
        self._given: list[Path] = []
        self._passed_s = float("-inf")
        """Nothing is gone for before it: the recorder listed it and had nothing."""
        self._reached_s = float("nan")
        """Until when the last playback gave files."""
        self._away: FootageAwayError | None = None
        self._rest_from_s = float("nan")
        self._rest_until_s = 0.0

    def pieces(self, after_s: float, until_s: float | None = None) -> list[Piece]:
        """The next files that are whole and decode; waits for them.

        Args:
            after_s: Footage that ends after that moment.
            until_s: Nothing that begins later; None for what there is.

        Returns:
            Nothing when there is none for now, or nobody looks.

        Raises:
            FootageAwayError: It cannot be had for now.
        """
        for path in self._given:
            path.unlink(missing_ok=True)
        self._given = []
        if after_s == self._rest_from_s and self._sources.mono_s() < self._rest_until_s:
            if self._away is not None:
                raise self._away
            return []
        try:
            found = self._next(after_s, until_s)
        except FootageAwayError as error:
            # Busy and silent recorders have a pause of their own.
            if error.reason not in (AwayReason.BUSY, AwayReason.SILENT):
                self._rest(after_s, error)
            self.end_tape()
            raise
        if not found and not self._stop.is_set():
            self._rest(after_s, None)
        return found

    def end_tape(self) -> None:
        """Let the recorder's playback end; the next ``pieces`` begins another."""
        tape, self._tape = self._tape, None
        if tape is not None:
            tape.close()

    def _rest(self, from_s: float, away: FootageAwayError | None) -> None:
        """Say the same of that moment for a while."""
        self._away = away
        self._rest_from_s, self._rest_until_s = from_s, self._sources.mono_s() + AGAIN_S

    def _next(self, after_s: float, until_s: float | None) -> list[Piece]:
        while not self._stop.is_set():
            tape = self._tape
            if tape is None or tape.is_over:
                self.end_tape()
                if not self._open(max(after_s, self._passed_s), until_s):
                    return []
                continue
            with self._sources.asking(self._held, AwayReason.GONE):
                found = self._pull(tape)
            if found:
                self._given = [piece.path for piece in found]
                return found
        return []

    # --- a playback begins ----------------------------------------------------------------

    def _open(self, after_s: float, until_s: float | None) -> bool:
        """Begin to play from a moment on; answers whether there is anything."""
        source = self._sources.of(self._held)
        self._take_place(source)
        try:
            with self._sources.asking(self._held, AwayReason.UNREADABLE):
                device = self._sources.opened(self._held)
                offset_s = device.clock_offset().seconds
                span = self._next_span(device, after_s, until_s)
                if span is None:
                    return False
                folder = self._make_folder()
                try:
                    stage = Stage(folder, self._held.camera, span, self._held.origin, _FILE_S)
                except BaseException:
                    shutil.rmtree(folder, ignore_errors=True)
                    raise
            packets = played(device, self._held.origin.channel, span, offset_s)
            self._tape = _Tape(source, span, folder, stage, packets, span.start_s)
            return True
        finally:
            if self._tape is None:
                source.place.release()

    def _take_place(self, source: Source) -> None:
        waited_s = 0.0
        while not source.place.acquire(timeout=_POLL_S):
            waited_s += _POLL_S
            if self._stop.is_set() or waited_s >= PLACE_S:
                raise FootageAwayError(
                    AwayReason.BUSY, "it plays to somebody else", where=source.name
                )

    def _next_span(self, device: Device, after_s: float, until_s: float | None) -> Span | None:
        """What is played next; None when there is nothing for now.

        Raises:
            FootageAwayError: It no longer has what it listed.
            DeviceError: It does not answer.
        """
        end_s = self._sources.now_s() if until_s is None else until_s
        found = self._asked(device, after_s, end_s)
        if found is not None:
            return found
        listed = [
            each
            for each in merge(self._listed(), DEFAULT_SEAM_S)
            if each.seconds >= DEFAULT_SEAM_S
            and each.start_s < end_s
            and min(each.end_s, end_s) - _SHORTEST_S > after_s
        ]
        for each in listed[:_MOST_LISTED]:
            if each.start_s <= after_s:
                break
            if found := self._asked(device, each.start_s, end_s):
                return found
        if listed:
            raise FootageAwayError(
                AwayReason.GONE, "it no longer has what it listed", where=str(self._held.origin)
            )
        return None

    def _asked(self, device: Device, from_s: float, end_s: float) -> Span | None:
        """The first footage within ``LOOK_S``, by the recorder's word of now."""
        if end_s - from_s < _SHORTEST_S:
            return None
        window = Span(from_s, min(from_s + LOOK_S, end_s))
        coverage = device.coverage(self._held.origin.channel, window)
        check_answered(coverage)
        recorded = footage_in((each.span for each in coverage.recorded), window, DEFAULT_SEAM_S)
        found = next((span for span in recorded if span.seconds >= DEFAULT_SEAM_S), None)
        if found is None and coverage.unknown:
            raise BrokenAnswerError("what it says is not clear", where=str(self._held.origin))
        return found

    def _make_folder(self) -> Path:
        """A folder for one playback.

        Raises:
            FootageAwayError: The disk has no room.
            OSError: The disk refuses.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(self._folder).free < RESERVE_BYTES:
            raise FootageAwayError(
                AwayReason.DISK_FULL, "the disk is nearly full", where=str(self._folder)
            )
        return Path(tempfile.mkdtemp(dir=self._folder))

    # --- and brings files -----------------------------------------------------------------

    def _pull(self, tape: _Tape) -> list[Piece]:
        """Read until a file is whole."""
        broken: DeviceError | None = None
        try:
            for packet, info in tape.packets:
                if self._stop.is_set():
                    return []
                tape.stage.take(packet, info)
                tape.bytes += len(packet.data)
                if tape.bytes > _MOST_BYTES:
                    raise FootageError("it has no keyframes", where=str(self._held.origin))
                if packet.is_keyframe and (found := self._finished(tape)):
                    return found
        except DeviceError as error:
            # Some recorders fall silent where others end; what came before is good.
            has_come = tape.stage.has_begun or isinstance(error, BrokenAnswerError)
            if isinstance(error, AuthRefusedError) or not has_come:
                raise
            _log.info("playback of a recorder broke off", why=error.line())
            broken = error
        tape.is_over = True
        found = self._finished(tape, is_over=True)
        if tape.reached_s - tape.span.start_s >= min(_SHORTEST_S, tape.span.seconds / 2):
            self._reached_s = tape.reached_s
            return found
        is_none = broken is None or isinstance(broken, BrokenAnswerError)
        goes_on = abs(tape.span.start_s - self._reached_s) < 1.0
        if is_none and goes_on and tape.span.seconds <= _END_S:
            self._passed_s = tape.span.end_s
            return []
        if broken is not None:
            raise broken
        raise FootageAwayError(
            AwayReason.GONE, "it plays back nothing of it", where=str(self._held.origin)
        )

    def _finished(self, tape: _Tape, *, is_over: bool = False) -> list[Piece]:
        found = []
        for path, segment in tape.stage.finished(is_over=is_over):
            prove(path)
            found.append(Piece(path, segment.span))
            tape.reached_s = max(tape.reached_s, segment.span.end_s)
        if found:
            tape.bytes = 0
            tape.source.did_well()
        return found
