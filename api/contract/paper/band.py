"""A stretch of time drawn as one band of SVG, of a size that does not grow with its length.

Footage is light and a gap is dark, so that they differ on a black-and-white print too; what nobody
can tell is hatched. A gap is never thinner than what an eye sees.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum
from itertools import groupby

from api.contract.footage.spans import Span, clip

COLUMNS = 1000
_HEIGHT = 24
_LEAST = 3
"""Columns of a gap: 0.5 mm on A4 lying."""


class Shade(IntEnum):
    """What a moment is; where several fall into one column the highest is drawn."""

    NOTHING = 0
    FOOTAGE = 1
    UNKNOWN = 2
    GAP = 3


_FILLS = {Shade.FOOTAGE: "#9bcfab", Shade.UNKNOWN: "#e3e6ea", Shade.GAP: "#b3261e"}


def band_svg(
    parts: Iterable[tuple[Shade, Span]], window: Span, midnights_s: Sequence[float] = ()
) -> str:
    """Draw it.

    Args:
        parts: What is when, in any order; what lies outside the window is left out, and time of
            which nothing is said stays blank.
        window: From the left end to the right.
        midnights_s: Where a line is drawn across, seconds since the epoch.

    Returns:
        One ``<svg>`` without words or names, as it stands in HTML, to be stretched as wide and
        as high as there is room.
    """
    shades = [Shade.NOTHING] * COLUMNS
    for shade, span in sorted(parts):
        for part in clip([span], window):
            first, last = _column(part.start_s, window), _column(part.end_s, window)
            begin, end = int(first), max(int(first) + 1, -int(-last // 1))
            if shade > Shade.FOOTAGE:
                end = max(end, begin + _LEAST)
                begin, end = min(begin, COLUMNS - _LEAST), min(end, COLUMNS)
            shades[begin:end] = [shade] * (end - begin)
    drawn = [f'<rect width="{COLUMNS}" height="{_HEIGHT}" fill="#fff"/>']
    at = 0
    for shade, columns in groupby(shades):
        width = len(list(columns))
        if shade in _FILLS:
            size = f'x="{at}" width="{width}" height="{_HEIGHT}"'
            drawn.append(f'<rect {size} fill="{_FILLS[shade]}"/>')
        if shade is Shade.UNKNOWN:
            lines = "".join(f"M{at} {y}h{width}" for y in range(3, _HEIGHT, 6))
            drawn.append(f'<path d="{lines}" stroke="#57626f" stroke-width="1.5"/>')
        at += width
    ticks = "".join(f"M{_column(each, window):.1f} 0v{_HEIGHT}" for each in midnights_s)
    if ticks:
        drawn.append(f'<path d="{ticks}" stroke="#fff" stroke-width="1"/>')
    edge = f'width="{COLUMNS - 1}" height="{_HEIGHT - 1}"'
    drawn.append(f'<rect x="0.5" y="0.5" {edge} fill="none" stroke="#8b95a1"/>')
    return (
        f'<svg viewBox="0 0 {COLUMNS} {_HEIGHT}" preserveAspectRatio="none">{"".join(drawn)}</svg>'
    )


def _column(at_s: float, window: Span) -> float:
    return (at_s - window.start_s) / window.seconds * COLUMNS
