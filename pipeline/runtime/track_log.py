"""Notes what one camera's analysis followed, so that other rules can judge it later.

A look costs the analysis a reference to arrays it has anyway; once a minute they are packed and
written. A disk that takes nothing loses that minute of the preview, never the watch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import structlog

from pipeline.core.clock import Clock
from pipeline.runtime.analysis import Analysis, FrameResult
from pipeline.runtime.lanes import Lane, LookState
from pipeline.runtime.track_store import Block, LaneFacts, Span, TrackStore
from pipeline.tracking.kept import KeptLook, pack

_log = structlog.get_logger(__name__)
_BLOCK_S = 60.0
_MOST_LOOKS = 4096
_TOLD_S = 600.0
"""A trouble that lasts is told as often."""
_LEAP_BACK_S = 60.0


class _Notes:
    """What waits of one lane."""

    def __init__(self, lane: Lane, worth_s: float) -> None:
        self.lane = lane
        self.worth_s = max(worth_s, 2.0 * lane.every_s)
        self.looks: list[KeptLook] = []
        self.spans: list[Span] = []
        self.looked_s: float | None = None
        self.last_s: float | None = None
        """When its model last looked, since its hours began."""

    def looked(self, utc_s: float) -> None:
        """A picture of this moment was looked at; it stands for what went before it, too."""
        if not self.lane.is_scheduled(utc_s):
            self.looked_s = None
            return
        last_s = self.looked_s
        if last_s is not None and -_LEAP_BACK_S <= utc_s - last_s <= 0.0:
            return  # the gate went back to what it had looked at already
        self.looked_s = utc_s
        from_s = utc_s
        if last_s is not None and last_s < utc_s:
            from_s = max(last_s, utc_s - self.worth_s)
        if self.spans and self.spans[-1][1] == from_s:
            from_s = self.spans.pop()[0]
        self.spans.append((from_s, utc_s))

    def fits(self, look: KeptLook) -> bool:
        """Whether a look may stand in one block with those that wait."""
        if not self.looks:
            return True
        first = self.looks[0].tracks
        return len(self.looks) < _MOST_LOOKS and first.frame_size == look.tracks.frame_size


class TrackLog:
    """Of one camera; used by its analysis thread alone.

    Args:
        store: Where to.
        clock: Time.
    """

    def __init__(self, store: TrackStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._facts: tuple[LaneFacts, ...] = ()
        self._notes: list[_Notes] = []
        self._run: int | None = None
        self._written_ns = clock.mono_ns()
        self._told_ns: int | None = None
        self.lost = 0
        """Blocks that could not be written."""

    def begin(self, analysis: Analysis, worth_s: float) -> None:
        """What follows is of another analysis, which knows no track of the one before.

        Args:
            analysis: The one that looks from now on.
            worth_s: Longest stretch one picture may stand for.
        """
        self.finish()
        self._run = None
        self._notes = [_Notes(lane, worth_s) for lane in analysis.lanes]
        self._facts = tuple(LaneFacts(lane.classes, lane.attributes) for lane in analysis.lanes)
        self._written_ns = self._clock.mono_ns()

    def take(self, result: FrameResult) -> None:
        """Note what one analysed picture showed."""
        for notes, look in zip(self._notes, result.looks, strict=True):
            if look.state is LookState.OUT_OF_HOURS:
                if notes.last_s is not None:
                    notes.spans = notes.spans or [(notes.last_s, notes.last_s)]
                    self._write(notes, is_end=True)
                    notes.last_s = None
            elif look.state is LookState.LOOKED:
                kept = KeptLook(result.frame.time, look.tracks)
                if not notes.fits(kept):
                    self._write(notes)
                notes.looks.append(kept)
                notes.last_s = kept.time.utc_s

    def looked(self, utc_s: float) -> None:
        """A picture of this moment was looked at, by the models or by the gate alone."""
        for notes in self._notes:
            notes.looked(utc_s)
        self.tick()

    def tick(self) -> None:
        """Write what has waited for long."""
        now_ns = self._clock.mono_ns()
        if (now_ns - self._written_ns) / 1e9 >= _BLOCK_S:
            self._written_ns = now_ns
            self._each(self._write)

    def finish(self) -> None:
        """Write all that waits."""
        self._each(self._write)

    def _each(self, write: Callable[[_Notes], None]) -> None:
        for notes in self._notes:
            write(notes)

    def _write(self, notes: _Notes, *, is_end: bool = False) -> None:
        looks, notes.looks = notes.looks, []
        spans, notes.spans = notes.spans, []
        if not spans and not looks:
            return
        spans = spans or _spans_of(looks)
        lane = self._notes.index(notes)
        try:
            if self._run is None:
                self._run = self._store.begin(self._facts)
            body = pack(looks) if looks else b""
            block = Block(self._run, lane, tuple(spans), is_end, len(looks), body)
            self._store.add(block, self._clock.utc_s())
        except Exception as error:  # noqa: BLE001 -- boundary: previews are not the watch
            # What comes next does not go on from what is missing here.
            self._run = None
            self.lost += 1
            self._tell(error)

    def _tell(self, error: Exception) -> None:
        now_ns = self._clock.mono_ns()
        if self._told_ns is not None and (now_ns - self._told_ns) / 1e9 < _TOLD_S:
            return
        self._told_ns = now_ns
        _log.error(
            "tracks are not kept: previews of rules will lack this time",
            file=str(self._store.path),
            why=str(error),
            lost=self.lost,
        )


def _spans_of(looks: Sequence[KeptLook]) -> list[Span]:
    times = [look.time.utc_s for look in looks]
    return [(min(times), max(times))]
