"""Every interval without footage has a cause: holes meet what was written down about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from api.contract.footage.spans import Span
from api.contract.retention import GapCause


@dataclass(frozen=True, slots=True)
class Absence:
    """An interval in which a camera was not recorded, and why.

    Attributes:
        span: When; of one that still lasts, until the moment of asking.
        cause: Why.
        detail: One line for an engineer.
        is_open: It still lasts.
    """

    span: Span
    cause: GapCause
    detail: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """A hole and why."""

    span: Span
    cause: GapCause
    detail: str = ""


def explain(hole: Span, absences: Sequence[Absence], min_part_s: float) -> list[Gap]:
    """Cut a hole by its causes; the parts are the hole.

    Args:
        hole: An interval of one camera without footage.
        absences: Of the same camera, by start. Where two overlap the later one holds, because it
            was written with the earlier one known; deletion gives way to all others, for what
            was never recorded could not be deleted.
        min_part_s: A part shorter than this joins its neighbour.
    """
    marks = {hole.start_s, hole.end_s}
    for absence in absences:
        marks |= {
            m for m in (absence.span.start_s, absence.span.end_s) if hole.start_s < m < hole.end_s
        }
    borders = sorted(marks)
    ordered = sorted(absences, key=lambda a: (a.cause is not GapCause.DELETED, a.span.start_s))
    parts: list[Gap] = []
    for start_s, end_s in pairwise(borders):
        cause, detail = GapCause.UNEXPLAINED, ""
        for absence in ordered:
            if absence.span.start_s <= start_s and end_s <= absence.span.end_s:
                cause, detail = absence.cause, absence.detail
        if parts and parts[-1].cause is cause:
            parts[-1] = Gap(Span(parts[-1].span.start_s, end_s), cause, parts[-1].detail or detail)
        else:
            parts.append(Gap(Span(start_s, end_s), cause, detail))
    return _without_slivers(parts, min_part_s)


def _without_slivers(parts: list[Gap], min_part_s: float) -> list[Gap]:
    """Give short parts to the neighbour; a long explained one if there is a choice."""
    while len(parts) > 1:
        shortest = min(range(len(parts)), key=lambda n: parts[n].span.seconds)
        if parts[shortest].span.seconds >= min_part_s:
            break
        neighbours = [n for n in (shortest - 1, shortest + 1) if 0 <= n < len(parts)]
        heir = max(neighbours, key=lambda n: parts[n].span.seconds)
        first, last = min(heir, shortest), max(heir, shortest)
        span = Span(parts[first].span.start_s, parts[last].span.end_s)
        parts[first : last + 1] = [Gap(span, parts[heir].cause, parts[heir].detail)]
    return parts
