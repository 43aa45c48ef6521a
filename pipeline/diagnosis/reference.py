"""The picture a camera should show, and whether it still shows it.

Compared are edges, not brightness: lamps, sun and infrared change every grey level but not where
the window frames are. The picture is judged in blocks, so that people and cars in front of some of
them do not matter; a turned camera changes all of them, and a global shift, found by correlating
the edge fields, tells how far it was turned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.core.frame import Bgr
from pipeline.diagnosis.measure import FIELD_WIDTH, Field, Measures, fit, measure

_BLOCK = 20
"""Pixels at ``FIELD_WIDTH``: 12 x 6 blocks."""
_SHAKE_PX = 2
"""At ``FIELD_WIDTH``: a pole in the wind."""
_SHAKES = sorted(
    product((-_SHAKE_PX, 0, _SHAKE_PX), repeat=2), key=lambda shake: abs(shake[0]) + abs(shake[1])
)
_SAME_BLOCK = 0.3
"""Correlation of a block's edges: of the same wall 0.5 to 0.95, of another one about 0."""
_EDGED_BLOCK = 0.02
"""Mean squared clearness of a block's edges that can be compared at all: one contour through it."""
_MIN_BLOCKS = 6
_BETTER_BY = 0.2
"""Share of blocks that a shift must explain beyond what standing still explains."""


@dataclass(frozen=True, slots=True)
class Match:
    """How a picture compares with the reference.

    Attributes:
        same_share: Share of the blocks with edges that still show them; 1.0 when too few blocks
            can be compared to say anything.
        shift: (right, down) of the whole scene as a share of the picture's width; (0, 0) unless a
            shift explains the picture better than none.
        comparable: Blocks compared.
        foreign_share: Blocks whose edges now are not the reference's, over ``comparable``.
    """

    same_share: float
    shift: tuple[float, float]
    comparable: int
    foreign_share: float = 0.0


class Reference:
    """A stored picture with what is measured of it.

    Args:
        bgr: The picture, any size.
    """

    def __init__(self, bgr: Bgr) -> None:
        self.bgr = fit(bgr)
        self.measures = measure(self.bgr)

    @classmethod
    def of(cls, pictures: Sequence[Bgr]) -> Reference:
        """The median of several pictures of one size: whoever passes is not in it."""
        fitted = np.stack([fit(picture) for picture in pictures])
        return cls(np.asarray(np.median(fitted, axis=0), np.uint8))

    def match(self, now: Measures) -> Match:
        """Compare a picture of the same camera."""
        mine, theirs = self.measures.field, now.field
        if mine.shape != theirs.shape:
            return Match(0.0, (0.0, 0.0), 0)
        share, count = _same_share(mine, theirs)
        if count < _MIN_BLOCKS:
            return Match(1.0, (0.0, 0.0), count)
        kept, count_now = _same_share(theirs, mine)
        foreign = (1.0 - kept) * count_now / count
        if share + _BETTER_BY > 1.0:  # no shift can explain it so much better: not looked for
            return Match(share, (0.0, 0.0), count, foreign)
        dx, dy = _shift(mine, theirs)
        if max(abs(dx), abs(dy)) <= _SHAKE_PX:
            return Match(share, (0.0, 0.0), count, foreign)
        moved, overlap = _same_share(*_overlap(mine, theirs, dx, dy))
        if overlap < _MIN_BLOCKS or moved < max(0.4, share + _BETTER_BY):
            return Match(share, (0.0, 0.0), count, foreign)
        return Match(share, (dx / FIELD_WIDTH, dy / FIELD_WIDTH), count, foreign)


def side_by_side(reference: Bgr, now: Bgr) -> Bgr:
    """Reference left, current picture right, of one height; for the evidence of an episode."""
    left, right = fit(reference), fit(now)
    if left.shape != right.shape:
        size = (left.shape[1], left.shape[0])
        right = np.asarray(cv2.resize(right, size, interpolation=cv2.INTER_AREA), np.uint8)
    gap = np.full((left.shape[0], 4, 3), 255, np.uint8)
    return np.concatenate([left, gap, right], axis=1)


def _same_share(mine: Field, theirs: Field) -> tuple[float, int]:
    """Share of ``mine``'s edged blocks that ``theirs`` shows too, and how many there are."""
    power = _block_sums(np.abs(mine) ** 2)
    edged = power >= _EDGED_BLOCK * _BLOCK * _BLOCK
    count = int(np.count_nonzero(edged))
    if not count:
        return 1.0, 0
    same = np.zeros(power.shape, bool)
    for shake in _SHAKES:
        other = np.roll(theirs, shake, axis=(0, 1)) if any(shake) else theirs
        common = _block_sums((mine * other.conj()).real)
        scale = np.sqrt(power * _block_sums(np.abs(other) ** 2)) + 1e-6
        same |= common / scale >= _SAME_BLOCK
        if same[edged].all():  # mostly so before anything was shaken
            break
    return float(np.mean(same[edged])), count


def _block_sums(plane: NDArray[np.floating]) -> NDArray[np.float64]:
    rows, columns = max(1, plane.shape[0] // _BLOCK), max(1, plane.shape[1] // _BLOCK)
    cut = plane[: rows * _BLOCK, : columns * _BLOCK]
    shape = (rows, cut.shape[0] // rows, columns, cut.shape[1] // columns)
    return np.asarray(cut.reshape(shape).sum(axis=(1, 3)), np.float64)


def _shift(mine: Field, theirs: Field) -> tuple[int, int]:
    """(right, down) in pixels by which ``theirs`` lies off ``mine``: cross-correlation by FFT."""
    height, width = mine.shape
    size = (2 * height, 2 * width)  # padded, so that nothing wraps around
    spectrum = np.fft.fft2(theirs, size) * np.fft.fft2(mine, size).conj()
    surface = np.fft.ifft2(spectrum).real
    # A large shift has little overlap to correlate: allow for it up to half the picture.
    dy = np.minimum(np.arange(size[0]), size[0] - np.arange(size[0]))
    dx = np.minimum(np.arange(size[1]), size[1] - np.arange(size[1]))
    overlap = np.outer(1.0 - dy / height, 1.0 - dx / width)
    weighed = np.where(overlap > 0.25, surface / np.sqrt(np.maximum(overlap, 1e-3)), -np.inf)
    at = np.unravel_index(int(np.argmax(weighed)), weighed.shape)
    down = int(at[0]) - (size[0] if at[0] > height else 0)
    right = int(at[1]) - (size[1] if at[1] > width else 0)
    return right, down


def _overlap(mine: Field, theirs: Field, dx: int, dy: int) -> tuple[Field, Field]:
    """The parts of both that show the same, if ``theirs`` is off by (dx, dy)."""
    height, width = mine.shape
    top, left = max(0, -dy), max(0, -dx)
    bottom, right = height - max(0, dy), width - max(0, dx)
    return (
        mine[top:bottom, left:right],
        theirs[top + dy : bottom + dy, left + dx : right + dx],
    )
