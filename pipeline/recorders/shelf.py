"""What footage there is, for whoever wants to look at it, whoever wrote it.

Playback and a day's timeline ask a shelf, and need not know whether our recorder or another one
keeps the files. What lies in a recorder elsewhere is lent: fetched for one person, as they watch.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from api.contract.footage.gaps import Absence, Gap, explain
from api.contract.footage.spans import Span, clip, footage_in, holes, merge
from api.contract.footage.verdict import DEFAULT_SEAM_S
from api.contract.retention import GapCause
from pipeline.recorders.errors import AwayReason
from pipeline.recorders.segments import Origin


@dataclass(frozen=True, slots=True)
class Piece:
    """A file of footage.

    Attributes:
        path: The file.
        span: From its first picture to the end of its last.
    """

    path: Path
    span: Span


@dataclass(frozen=True, slots=True)
class Held:
    """Footage that a recorder elsewhere says it holds."""

    span: Span
    origin: Origin


@dataclass(frozen=True, slots=True)
class Timeline:
    """Footage of an interval, and the causes of what is missing.

    Attributes:
        as_of_s: Seconds since the epoch; nothing later is said to be missing.
        spans: Disjoint, in order.
        gaps: In order; with the spans they make up the interval until ``as_of_s``.
        is_known: False: the index does not answer, so nothing is said at all.
        held: What a recorder elsewhere holds: of the spans where it keeps the camera's footage, of
            the gaps where we do.
        is_asking: A recorder elsewhere was asked, and has not answered yet.
        away: Why a recorder elsewhere did not say what it has.
    """

    as_of_s: float
    spans: tuple[Span, ...]
    gaps: tuple[Gap, ...]
    is_known: bool = True
    held: tuple[Held, ...] = ()
    is_asking: bool = False
    away: AwayReason | None = None


class Shelf(Protocol):
    """Where footage of some cameras is kept. Thread-safe."""

    def pieces(self, camera: str, after_s: float) -> list[Piece]:
        """The next files whose footage ends after that moment, by start; not all of them.

        Raises:
            FootageIndexError: The index cannot be read.
        """
        ...

    def timeline(self, camera: str, window: Span) -> Timeline:
        """Footage and gaps of an interval."""
        ...


@runtime_checkable
class Lender(Shelf, Protocol):
    """A shelf whose files are made for one person and are gone when they look away."""

    def lend(self, camera: str, stop: threading.Event) -> AbstractContextManager[Shelf]:
        """A shelf for one person. Its ``pieces`` wait for the next file, until ``stop`` is set,
        and raise ``FootageAwayError`` when there will be none for now.
        """
        ...


@contextmanager
def lent(shelf: Shelf, camera: str, stop: threading.Event) -> Iterator[Shelf]:
    """The shelf itself, or what it lends."""
    if not isinstance(shelf, Lender):
        yield shelf
        return
    with shelf.lend(camera, stop) as own:
        yield own


def timeline_of(
    spans: Iterable[Span],
    absences: Sequence[Absence],
    window: Span,
    since_s: float | None,
    as_of_s: float,
    *,
    is_known: bool,
) -> Timeline:
    """Footage and gaps of an interval by what an index holds.

    Args:
        spans: The camera's, in any order.
        absences: Of the camera, by start.
        window: The interval.
        since_s: The camera's first picture ever; None when there was none.
        as_of_s: Nothing later is missing.
        is_known: Whether all footage is among the spans.
    """
    merged = merge(spans, DEFAULT_SEAM_S)
    end_s = min(window.end_s, as_of_s)
    if not is_known or end_s <= window.start_s:
        return Timeline(as_of_s, tuple(clip(merged, window)), (), is_known)
    gaps: list[Gap] = []
    begin_s = end_s if since_s is None else min(max(window.start_s, since_s), end_s)
    if begin_s > window.start_s:
        gaps.append(Gap(Span(window.start_s, begin_s), GapCause.BEFORE_FIRST_FOOTAGE))
    if begin_s < end_s:
        judged = Span(begin_s, end_s)
        for hole in holes(footage_in(merged, judged, DEFAULT_SEAM_S), judged):
            gaps += explain(hole, absences, DEFAULT_SEAM_S)
    return Timeline(as_of_s, tuple(clip(merged, window)), tuple(gaps))
