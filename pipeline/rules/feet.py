"""Where a person stands, also while something hides their feet.

The foot of a box is the middle of its lower edge. When a parked car hides the legs, that edge leaps
up by half a body: read as a step it is a line crossed and, when the legs are back, crossed again,
or a zone entered that nobody was in. A body does not halve between two looks, and who walks away
shrinks towards the horizon with head and feet alike. So when the height collapses within a second
while the top stays where it was, the feet are held a body's height below the top until they show
again. Boxes that jump between the upper and the whole body are held in the same way.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median

import numpy as np
from numpy.typing import NDArray

from pipeline.core.detections import Tracks

COLLAPSED = 0.75
"""Height left, of the last second's, from which on the feet are hidden: knees and below are a
quarter of a body."""
SHOWN = 0.85
"""Height, of the one before, from which on they show again."""
STEADY_TOP = 0.15
"""Most that the top moves meanwhile, in body heights: it goes down by the height lost when somebody
crouches, and up by about as much when they walk away from a camera above their head."""
MAX_HELD_S = 10.0
"""Longer than this nobody can say where the feet are: the box counts as it is."""
_MEMORY_S = 1.0
_FORGET_S = 30.0
_EPSILON_S = 1e-3


@dataclass(slots=True)
class _Body:
    """The last second of one track, in fractions of the picture's height."""

    looks: list[tuple[float, float, float]] = field(default_factory=list)  # media_s, top, height
    seen_s: float = 0.0
    held: float | None = None  # the height kept while the feet are hidden
    held_top: float = 0.0  # at the last look
    held_from_s: float = 0.0


class Feet:
    """The feet of one camera's tracks; asked once a frame."""

    def __init__(self) -> None:
        self._bodies: dict[int, _Body] = {}

    def at(self, tracks: Tracks, index: NDArray[np.int64], media_s: float) -> NDArray[np.float64]:
        """Feet of some tracks.

        Args:
            tracks: One frame's.
            index: The tracks that matter.
            media_s: The frame's time.

        Returns:
            (N, 2) fractions of the picture, unclipped.
        """
        feet = tracks.foot_norm_xy()[index].astype(np.float64)
        tops = tracks.xyxy[index, 1].astype(np.float64) / tracks.frame_size[1]
        for n, i in enumerate(index):
            body = self._bodies.setdefault(int(tracks.track_id[i]), _Body())
            feet[n, 1] = tops[n] + _height(body, tops[n], feet[n, 1] - tops[n], media_s)
        if len(self._bodies) > 2 * len(index) + 8:
            recent = {k: b for k, b in self._bodies.items() if media_s - b.seen_s <= _FORGET_S}
            self._bodies = recent
        return feet


def _height(body: _Body, top: float, height: float, media_s: float) -> float:
    """From the top of the box to the feet, shown or held."""
    body.seen_s = media_s
    if body.held is None:
        since_s = media_s - _MEMORY_S - _EPSILON_S
        body.looks = [look for look in body.looks if look[0] >= since_s]
        if body.looks:
            usual_top = float(median([look[1] for look in body.looks]))
            usual = float(median([look[2] for look in body.looks]))
            is_steady = abs(top - usual_top) <= STEADY_TOP * usual
            if height < COLLAPSED * usual and is_steady:
                body.held, body.held_top, body.held_from_s = usual, top, media_s
    if body.held is not None:
        is_steady = abs(top - body.held_top) <= STEADY_TOP * body.held
        body.held_top = top
        if is_steady and height < SHOWN * body.held and media_s - body.held_from_s <= MAX_HELD_S:
            return body.held
        body.held = None
        body.looks.clear()
    body.looks.append((media_s, top, height))
    return height
