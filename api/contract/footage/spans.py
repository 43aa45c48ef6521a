"""Arithmetic of intervals: where there is footage, and where there is none.

Every number of the retention verdict comes from here, so the rules are few. A span holds its
start and not its end. Spans belong to *one* camera: nothing in this room joins two cameras' spans,
because a gap of one would disappear behind the footage of another.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open interval.

    Attributes:
        start_s: Seconds since the epoch, UTC.
        end_s: Later than the start.
    """

    start_s: float
    end_s: float

    def __post_init__(self) -> None:
        if not self.end_s > self.start_s:
            raise ValueError(f"a span must end after it starts: {self.start_s} … {self.end_s}")

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.end_s - self.start_s


def merge(spans: Iterable[Span], max_seam_s: float = 0.0) -> list[Span]:
    """The same time as disjoint spans in order.

    Args:
        spans: Of one camera, in any order, overlapping as they like.
        max_seam_s: Holes *shorter* than this are closed: two files never meet to the last tick.

    >>> merge([Span(10, 20), Span(0, 9.5), Span(15, 30)], max_seam_s=1)
    [Span(start_s=0, end_s=30)]
    """
    merged: list[Span] = []
    for span in sorted(spans):
        if merged:
            hole_s = span.start_s - merged[-1].end_s
            if hole_s <= 0 or hole_s < max_seam_s:
                if span.end_s > merged[-1].end_s:
                    merged[-1] = Span(merged[-1].start_s, span.end_s)
                continue
        merged.append(span)
    return merged


def clip(spans: Iterable[Span], window: Span) -> list[Span]:
    """The parts of the spans inside the window, in the order given."""
    cut = []
    for span in spans:
        start_s, end_s = max(span.start_s, window.start_s), min(span.end_s, window.end_s)
        if end_s > start_s:
            cut.append(Span(start_s, end_s))
    return cut


def footage_in(spans: Iterable[Span], window: Span, max_seam_s: float) -> list[Span]:
    """Disjoint footage of a window; seams are closed, also those at the window's edges.

    A seam at the edge is a hole shorter than ``max_seam_s`` between the window's border and the
    first or last footage in it.
    """
    found = clip(merge(spans, max_seam_s), window)
    if found and 0 < found[0].start_s - window.start_s < max_seam_s:
        found[0] = Span(window.start_s, found[0].end_s)
    if found and 0 < window.end_s - found[-1].end_s < max_seam_s:
        found[-1] = Span(found[-1].start_s, window.end_s)
    return found


def holes(footage: Sequence[Span], window: Span) -> list[Span]:
    """The window less the footage.

    Args:
        footage: Disjoint, in order, inside the window, as ``footage_in`` gives it.
        window: Where to look.
    """
    found = []
    at_s = window.start_s
    for span in footage:
        if span.start_s > at_s:
            found.append(Span(at_s, span.start_s))
        at_s = span.end_s
    if window.end_s > at_s:
        found.append(Span(at_s, window.end_s))
    return found


def total_s(spans: Iterable[Span]) -> float:
    """Seconds of disjoint spans together."""
    return sum(span.seconds for span in spans)
