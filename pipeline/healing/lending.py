"""Footage in recorders of other makers as shelves, so that it is looked at as our own is.

``RecorderShelf`` has cameras whose footage a recorder keeps; ``GapShelf`` has cameras that this box
records and a recorder as well, and lends what is missing here. In both a timeline says what the
recorder says it has, and a playback fetches just what is watched.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from api.contract.footage.gaps import Absence
from api.contract.footage.spans import Span, clip, footage_in, holes, merge
from api.contract.footage.verdict import DEFAULT_SEAM_S
from api.contract.retention import GapCause
from pipeline.core.clock import Clock
from pipeline.devices.device import Coverage, Device
from pipeline.healing.gaps import HEALABLE
from pipeline.healing.healer import SETTLE_S
from pipeline.healing.inquiries import Inquiries
from pipeline.healing.loan import Loan
from pipeline.healing.sources import HeldCamera, Sources
from pipeline.recorders.errors import FootageAwayError
from pipeline.recorders.shelf import Held, Piece, Shelf, Timeline, timeline_of

_TAIL_S = 120.0
"""What was recorded since the last audit is asked for when it is so much."""
_AHEAD_S = 172_800.0
"""So far behind a moment a gap that the recorder has is looked for."""


class Fetching:
    """What both shelves share: who has which camera's footage, and what they said of it.

    Args:
        open_device: Opens a recorder by its name; raises ConfigError or DeviceError.
        folder: For files while they are looked at; emptied by ``start``.
        clock: Time.
    """

    def __init__(self, open_device: Callable[[str], Device], folder: Path, clock: Clock) -> None:
        self.folder = folder
        self.sources = Sources(open_device, clock)
        self.inquiries = Inquiries(self.sources.coverage, clock)
        self.cameras: Mapping[str, HeldCamera] = {}

    def start(self) -> None:
        """Take away what an earlier process left."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def follow(self, cameras: Mapping[str, HeldCamera]) -> None:
        """Take other cameras and recorders."""
        self.cameras = dict(cameras)
        self.inquiries.forget()
        self.sources.anew()

    def stop(self) -> None:
        """Let go of the recorders."""
        self.follow({})
        self.start()

    def worded(self, found: Timeline, held: HeldCamera, claim: Coverage | None) -> Timeline:
        """A timeline that says so when the recorder asked for it gave no answer.

        Args:
            found: What is known without it.
            held: Whose.
            claim: The recorder's answer; None if there is none.
        """
        if claim is not None:
            return found
        is_asking, away = self.inquiries.outcome(held)
        return replace(found, is_asking=is_asking, away=away)

    @contextmanager
    def loan(
        self, camera: str, listed: Callable[[], list[Span]], stop: threading.Event
    ) -> Iterator[Loan]:
        """What one person looks at of a camera among ``cameras``."""
        loan = Loan(self.sources, self.cameras[camera], listed, self.folder, stop)
        try:
            yield loan
        finally:
            loan.end_tape()


class RecorderShelf:
    """Cameras whose footage a recorder keeps; a ``Lender``.

    Args:
        fetching: Their recorders.
        audited: What a camera's recorder said in the last audit; None before it.
        clock: Time.
    """

    def __init__(
        self, fetching: Fetching, audited: Callable[[str], Coverage | None], clock: Clock
    ) -> None:
        self._fetching = fetching
        self._audited = audited
        self._clock = clock

    def pieces(self, camera: str, after_s: float) -> list[Piece]:
        """Nothing lies here; see ``lend``."""
        return []

    def timeline(self, camera: str, window: Span) -> Timeline:
        """Footage and gaps by the recorder's word: of the last audit, or asked for older days."""
        now_s = self._clock.utc_s()
        held = self._fetching.cameras.get(camera)
        if held is None or now_s <= window.start_s:
            return Timeline(now_s, (), (), is_known=False)
        end_s = min(window.end_s, now_s)
        claim = self._audited(camera)
        if claim is None or claim.window.start_s > window.start_s:
            claim = self._fetching.inquiries.about(held, Span(window.start_s, end_s))
            # What came before that day nobody asked: nothing is said to be the first.
            since_s = None if claim is None or not claim.recorded else window.start_s
            return self._fetching.worded(_by_word(held, claim, window, since_s, now_s), held, claim)
        since_s = min((each.span.start_s for each in claim.recorded), default=None)
        if end_s - claim.window.end_s < _TAIL_S:
            return _by_word(held, claim, window, since_s, now_s)
        tail = self._fetching.inquiries.about(held, Span(claim.window.end_s, end_s))
        claim = claim if tail is None else _joined(claim, tail)
        return self._fetching.worded(_by_word(held, claim, window, since_s, now_s), held, tail)

    @contextmanager
    def lend(self, camera: str, stop: threading.Event) -> Iterator[Shelf]:
        """A shelf for one person, whose files are gone afterwards."""
        held = self._fetching.cameras.get(camera)
        if held is None:
            yield self  # it was taken from the configuration just now
            return

        def listed() -> list[Span]:
            until_now = Span(0.0, self._clock.utc_s())
            claims = self._fetching.inquiries.remembered(held, until_now)
            audited = self._audited(camera)
            claims += [] if audited is None else [audited]
            return [each.span for claim in claims for each in claim.recorded]

        with self._fetching.loan(camera, listed, stop) as loan:
            yield _Lent(self, loan)


class _Lent:
    """A recorder's footage for one person."""

    def __init__(self, shelf: RecorderShelf, loan: Loan) -> None:
        self._shelf = shelf
        self._loan = loan

    def pieces(self, camera: str, after_s: float) -> list[Piece]:
        return self._loan.pieces(after_s)

    def timeline(self, camera: str, window: Span) -> Timeline:
        return self._shelf.timeline(camera, window)


class GapShelf:
    """Cameras that this box records, whose gaps a recorder may have; a ``Lender``.

    What nobody wanted to be missing is lent, as it is healed: what was deleted, or not recorded
    because somebody switched the camera off, is not brought back by looking.

    Args:
        own: Where the box's own footage is.
        fetching: The cameras' recorders.
    """

    def __init__(self, own: Shelf, fetching: Fetching) -> None:
        self._own = own
        self._fetching = fetching

    def pieces(self, camera: str, after_s: float) -> list[Piece]:
        """Our own."""
        return self._own.pieces(camera, after_s)

    def timeline(self, camera: str, window: Span) -> Timeline:
        """Our own, with what of its gaps the recorder says it has."""
        found = self._own.timeline(camera, window)
        held = self._fetching.cameras.get(camera)
        gaps = _fetchable(found, self._fetching.sources.now_s())
        if held is None or not gaps:
            return found
        # From the day's beginning on, so that one answer serves while the day goes on.
        asked = Span(window.start_s, min(window.end_s, found.as_of_s))
        claim = self._fetching.inquiries.about(held, asked)
        if claim is None:
            return self._fetching.worded(found, held, None)
        return replace(
            found, held=tuple(Held(span, held.origin) for span in _held_in(gaps, [claim]))
        )

    @contextmanager
    def lend(self, camera: str, stop: threading.Event) -> Iterator[Shelf]:
        """A shelf for one person, whose fetched files are gone afterwards."""
        if camera not in self._fetching.cameras:
            yield self._own
            return
        with self._fetching.loan(camera, list, stop) as loan:
            yield _LentGaps(self, camera, loan)

    def held(self, camera: str, window: Span) -> list[Span]:
        """What of a window's gaps the recorder said it has; it is not asked again."""
        held = self._fetching.cameras.get(camera)
        if held is None:
            return []
        claims = self._fetching.inquiries.remembered(held, window)
        if not claims:
            return []
        now_s = self._fetching.sources.now_s()
        return _held_in(_fetchable(self._own.timeline(camera, window), now_s), claims)


class _LentGaps:
    """Our own footage for one person, and a recorder's where ours is missing."""

    def __init__(self, shelf: GapShelf, camera: str, loan: Loan) -> None:
        self._shelf = shelf
        self._camera = camera
        self._loan = loan
        self._has_begun = False
        self._passed_s = float("-inf")
        """Gaps before it are stepped over."""

    def timeline(self, camera: str, window: Span) -> Timeline:
        return self._shelf.timeline(camera, window)

    def pieces(self, camera: str, after_s: float) -> list[Piece]:
        own = self._shelf.pieces(camera, after_s)
        starts = [*(piece.span.start_s for piece in own)] or [float("inf")]
        ends = [after_s, *(piece.span.end_s for piece in own)]
        while (gap := self._first_held(after_s, starts[0])) is not None:
            if fetched := self._fetched(gap):
                return fetched
        whole = next(
            (n for n in range(1, len(own)) if self._first_held(ends[n], starts[n]) is not None),
            len(own),
        )
        if own:
            self._has_begun = True
            self._loan.end_tape()
        return own[:whole]

    def _first_held(self, begin_s: float, end_s: float) -> Span | None:
        """What a recorder has of the time between two of our files, but for what was given up."""
        begin_s = max(begin_s, self._passed_s)
        end_s = min(end_s, begin_s + _AHEAD_S)
        if end_s - begin_s < DEFAULT_SEAM_S:
            return None
        found = self._shelf.held(self._camera, Span(begin_s, end_s))
        return next((span for span in found if span.seconds >= DEFAULT_SEAM_S), None)

    def _fetched(self, gap: Span) -> list[Piece]:
        """A gap's next files. One that cannot be had is stepped over, as a gap always was, unless
        it is where this person wanted to begin.
        """
        try:
            found = self._loan.pieces(gap.start_s, gap.end_s)
        except FootageAwayError:
            if not self._has_begun:
                raise
            found = []
        if found:
            self._has_begun = True
        else:
            self._passed_s = gap.end_s
        return found


def _joined(claim: Coverage, tail: Coverage) -> Coverage:
    """What was said of two windows, the second right behind the first."""
    return Coverage(
        Span(claim.window.start_s, tail.window.end_s),
        (*claim.recorded, *tail.recorded),
        (*claim.unknown, *tail.unknown),
    )


def _by_word(
    held: HeldCamera,
    claim: Coverage | None,
    window: Span,
    since_s: float | None,
    now_s: float,
) -> Timeline:
    """A recorder's word as a timeline; what is doubted is a gap that says so.

    Args:
        held: Whose.
        claim: What the recorder said; None if it did not.
        window: Of the timeline.
        since_s: Before it nothing is missing; None when there is no footage.
        now_s: Seconds since the epoch.
    """
    asked = [] if claim is None else clip([claim.window], window)
    spans = [] if claim is None else merge((each.span for each in claim.recorded), DEFAULT_SEAM_S)
    if claim is None or not asked or (not spans and claim.unknown):
        return Timeline(now_s, (), (), is_known=False)
    as_of_s = claim.window.end_s
    if spans and 0 < as_of_s - spans[-1].end_s <= held.lag_s:
        as_of_s = spans[-1].end_s
    absences = [
        Absence(doubt.span, GapCause.NOT_VERIFIED, doubt.reason.value, is_open=False)
        for doubt in claim.unknown
    ]
    found = timeline_of(spans, absences, asked[0], since_s, as_of_s, is_known=True)
    return replace(
        found,
        gaps=tuple(
            replace(gap, cause=GapCause.NO_FILE) if gap.cause is GapCause.UNEXPLAINED else gap
            for gap in found.gaps
        ),
        held=tuple(Held(span, held.origin) for span in found.spans),
    )


def _fetchable(found: Timeline, now_s: float) -> list[Span]:
    """Gaps that nobody wanted; the newest moments are still on their way here and there."""
    settled = Span(0.0, now_s - SETTLE_S)
    gaps = merge(gap.span for gap in found.gaps if gap.cause in HEALABLE)
    return [span for span in clip(gaps, settled) if span.seconds >= DEFAULT_SEAM_S]


def _held_in(gaps: list[Span], claims: list[Coverage]) -> list[Span]:
    """What of gaps a recorder has, by its word."""
    recorded = [each.span for claim in claims for each in claim.recorded]
    doubted = [each.span for claim in claims for each in claim.unknown]
    found: list[Span] = []
    for gap in gaps:
        for span in footage_in(recorded, gap, DEFAULT_SEAM_S):
            found += holes(clip(merge(doubted), span), span)
    return [span for span in found if span.seconds >= DEFAULT_SEAM_S]
