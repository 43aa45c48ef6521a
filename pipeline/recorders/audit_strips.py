"""Each camera's time as a band: footage, gaps, and what nobody can tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from api.contract.footage.school_days import each_day
from api.contract.footage.spans import Span, clip
from api.contract.paper.band import Shade, band_svg
from api.contract.paper.document import Strip
from api.contract.paper.wording import Wording
from api.contract.retention import GapCause, RetentionState
from pipeline.recorders.audit import UNKNOWN_CAUSES, Audit, AuditGap, CameraAudit, shown

MOST_STRIPS = 400
_DAYS = {
    Shade.FOOTAGE: "whole_days",
    Shade.GAP: "gap_days",
    Shade.UNKNOWN: "unknown_days",
    Shade.NOTHING: "early_days",
}
_WORST_FIRST = (Shade.GAP, Shade.UNKNOWN, Shade.NOTHING, Shade.FOOTAGE)
_MOST_LINES = 100
"""Midnights that are drawn; of a longer window each seventh, and so on."""


def strips(result: Audit, window: Span, say: Wording) -> list[Strip]:
    """A band for each camera, so far as there is room for them.

    Args:
        result: The audit.
        window: What was looked at; of a camera that is younger the beginning stays blank.
        say: The reader's language and zone.
    """
    days = [day for _, day in each_day(window, say.zone)]
    lines = [day.start_s for day in days[1 :: max(1, -(-len(days) // _MOST_LINES))]]
    drawn = []
    for row in result.cameras[:MOST_STRIPS]:
        parts = list(_parts(row, is_blind=result.is_blind_for(row.camera)))
        text = _text(parts, clip(days, row.window), say)
        drawn.append(Strip(shown(row.camera), text, band_svg(parts, window, lines)))
    return drawn


def _parts(row: CameraAudit, *, is_blind: bool) -> Iterator[tuple[Shade, Span]]:
    for span in row.verdict.footage:
        yield Shade.FOOTAGE, span
    for gap in row.gaps:
        yield _shade(gap, row.verdict.state, is_blind=is_blind), gap.span


def _shade(gap: AuditGap, state: RetentionState, *, is_blind: bool) -> Shade:
    if is_blind or gap.cause in UNKNOWN_CAUSES:
        return Shade.UNKNOWN
    is_before = gap.cause is GapCause.BEFORE_FIRST_FOOTAGE
    # Of a camera that nothing shows to be older, nothing is missing there.
    return Shade.NOTHING if is_before and state is RetentionState.IMMATURE else Shade.GAP


def _text(parts: list[tuple[Shade, Span]], days: list[Span], say: Wording) -> str:
    """How many days are whole, lack something, cannot be told, and are too early."""
    counts = Counter(_day({shade for shade, span in parts if clip([span], day)}) for day in days)
    return say.listed(
        [say.word(word, n=counts[shade]) for shade, word in _DAYS.items() if counts[shade]]
    )


def _day(shades: set[Shade]) -> Shade:
    """A day by the worst of it; footage alone is whole."""
    return next((shade for shade in _WORST_FIRST if shade in shades), Shade.NOTHING)
