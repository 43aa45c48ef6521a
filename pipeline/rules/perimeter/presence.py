"""Who stands in a zone, without flicker at its edge.

A foot point trembles by a few hundredths of the picture. Who has stepped in therefore stays in
until the foot is outside by ``leave_margin``; nobody gets in but through the zone itself.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.core.detections import Tracks
from pipeline.geometry import Zone
from pipeline.rules.feet import Feet

LEAVE_MARGIN = 0.02
"""Default of ``leave_margin``: 2 % of the picture, some 20 pixels of a 1080p one."""


class Presence:
    """Remembers who was inside.

    Args:
        zone: The zone.
        leave_margin: How far outside a foot must be to have left, fraction of the picture.
    """

    def __init__(self, zone: Zone, leave_margin: float) -> None:
        self._zone = zone
        self._leave_margin = leave_margin
        self._feet = Feet()
        self._inside: set[int] = set()

    def inside(self, tracks: Tracks, index: NDArray[np.int64], media_s: float) -> NDArray[np.int64]:
        """Which of some tracks are inside now; a track not seen for a moment stays inside.

        Args:
            tracks: One frame's.
            index: The tracks that matter.
            media_s: The frame's time.

        Returns:
            The indices of those inside.
        """
        if not len(index):
            return index
        feet = self._feet.at(tracks, index, media_s)
        ids = tracks.track_id[index]
        is_inside = self._zone.contains(feet)
        leaving = np.flatnonzero(~is_inside & [int(i) in self._inside for i in ids])
        if len(leaving):
            depth = self._zone.signed_distance(feet[leaving])
            is_inside[leaving[depth >= -self._leave_margin]] = True
        self._inside.update(int(i) for i in ids[is_inside])
        self._inside.difference_update(int(i) for i in ids[~is_inside])
        return index[is_inside]

    def keep(self, track_ids: set[int]) -> None:
        """Forget everybody else."""
        self._inside &= track_ids

    def clear(self) -> None:
        """Forget everybody."""
        self._inside.clear()
