"""Whether the lens is in focus, where the picture is the lens's and not the camera's own drawing.

A camera writes its clock, its name and its bars over the picture after the lens: they stay razor-
sharp however blurred the rest is, and were the steepest edges of all. So every block is compared
with its own past and the median speaks; and what has never moved, in no light and whoever passed,
and is as sharp as a picture can be, is taken for drawn and left out, once there is a rest to judge.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.diagnosis.measure import Measures, block_means, steepest

Mask = NDArray[np.bool_]

MIN_BLOCKS = 6
"""With fewer blocks that have edges nobody can tell."""
_EDGED_LEVELS = 24.0
"""Least contrast of a block, grey levels, that can be seen to lose its edges: noise of 2 has 8."""
_EDGED_SLOPE = 0.12
"""Least steepness over contrast: a shaded wall has contrast and no edge."""
_SHOWN_LEVELS = 10.0
"""With less contrast a block shows no edge: out of focus where it is lit as before …"""
_LIT = 0.6
"""… by this share of the reference's brightness; a dark block says nothing of focus."""
_RAZOR_SHARP = 0.3
"""Steepness over contrast of what is drawn, 0.5 at most."""
_MOVED_LEVELS = 6.0
"""Mean difference from the reference on a block's steepest edges, grey levels, that a drawing never
has: sensor noise makes 1 to 3, an hour's sun more than 10."""


@dataclass(frozen=True, slots=True)
class Focus:
    """A picture's edges against the reference's, medians over the blocks.

    Attributes:
        sharpness_ratio: Of their steepness over the picture's spread: falls with focus, and in
            part with the light.
        width_ratio: Of their steepness over their own contrast: falls with focus alone, but less
            where fine lines vanish altogether.
    """

    sharpness_ratio: float
    width_ratio: float


class Drawn:
    """Learns, from sound pictures, what the camera draws itself.

    Args:
        reference: The picture that is compared with.
    """

    def __init__(self, reference: Measures) -> None:
        self._grey = reference.grey.astype(np.float32)
        # Of a text only the strokes are drawn; between them the scene shows through.
        self._strokes = steepest(reference).astype(np.float32)
        self._has_moved: Mask = np.zeros(reference.steepness.shape, np.bool_)

    def learn(self, now: Measures) -> None:
        """Take a sound picture of the same scene."""
        if now.grey.shape == self._grey.shape:
            apart = np.abs(now.grey.astype(np.float32) - self._grey) * self._strokes
            on_strokes = block_means(apart) / np.maximum(block_means(self._strokes), 1e-6)
            self._has_moved |= on_strokes > _MOVED_LEVELS

    @property
    def unmoved(self) -> Mask:
        """(rows, columns) blocks whose steepest edges never changed."""
        return ~self._has_moved


def focus(now: Measures, reference: Measures, unmoved: Mask | None = None) -> Focus | None:
    """Compare the blocks that have edges in the reference; None if too few show any now.

    Args:
        now: The picture.
        reference: What it should be.
        unmoved: See :class:`Drawn`; nothing is known of it if None.
    """
    if now.steepness.shape != reference.steepness.shape:
        return None
    width_then = reference.steepness / np.maximum(reference.contrast, 1.0)
    edged = (reference.contrast >= _EDGED_LEVELS) & (width_then >= _EDGED_SLOPE)
    if unmoved is not None:
        rest = edged & ~(unmoved & (width_then >= _RAZOR_SHARP))
        if np.count_nonzero(rest) >= MIN_BLOCKS:
            edged = rest
    has_contrast = now.contrast >= _SHOWN_LEVELS
    is_lit = block_means(now.grey) >= _LIT * block_means(reference.grey)
    judged = edged & (has_contrast | is_lit)
    if np.count_nonzero(judged) < MIN_BLOCKS:
        return None
    steep = (now.steepness / now.spread) / (reference.steepness / reference.spread + 1e-6)
    width = now.steepness / np.maximum(now.contrast, 1.0) / (width_then + 1e-6)
    width[~has_contrast] = 0.0  # what is left there is noise
    return Focus(float(np.median(steep[judged])), float(np.median(width[judged])))
