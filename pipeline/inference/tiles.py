"""A detector that looks at a wide picture as a whole and again through overlapping tiles.

Small people in a wide scene are a handful of pixels in the model's input; a tile shows them larger,
at the price of one more look for each tile. A box cut by a tile's inner border is dropped: the tile
beside it, which overlaps, or the whole picture has it in full. (Slicing as in SAHI, Akyon et al.
2022, without its second merging of cut boxes.)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from pipeline.core.detections import Detections
from pipeline.core.frame import Frame
from pipeline.inference.finds import Finds
from pipeline.inference.nms import keep_best
from pipeline.inference.region import Region

OVERLAP = 0.25
"""Of a tile with the next, in its own side."""
_CUT_MARGIN_PX = 6
_MERGE_IOU = 0.5


class TiledDetector:
    """Finds what its detector finds in the whole picture and in its tiles, merged.

    A picture that is a part of another is looked at once: it is enlarged already.

    Args:
        detector: Asked about the whole and the tiles in one batch; not closed here.
        grids: Tilings as (columns, rows).

    Attributes:
        class_names: The detector's.
        track_scores: The detector's.
    """

    def __init__(self, detector: Finds, grids: Iterable[tuple[int, int]]) -> None:
        self.class_names = detector.class_names
        self.track_scores = detector.track_scores
        self._detector = detector
        self._grids = tuple(grids)

    def detect(self, frames: Sequence[Frame]) -> list[Detections]:
        """The boxes of each frame, best first, in its own pixels, not clipped to it."""
        return [self._look(frame) for frame in frames]

    def _look(self, frame: Frame) -> Detections:
        if isinstance(frame.picture, Region):
            return self._detector.detect([frame])[0]
        tiles = [tile for grid in self._grids for tile in tiles_of(frame.size, grid)]
        parts = [
            Region(frame.picture, x, y, right - x, bottom - y) for x, y, right, bottom in tiles
        ]
        shown = [frame, *(Frame(frame.camera_id, frame.time, part) for part in parts)]
        whole, *of_tiles = self._detector.detect(shown)
        found = [whole]
        found += [_uncut(one, t, frame.size) for one, t in zip(of_tiles, tiles, strict=True)]
        merged = Detections(
            np.concatenate([one.xyxy for one in found]),
            np.concatenate([one.score for one in found]),
            np.concatenate([one.class_id for one in found]),
            self.class_names,
        )
        return merged.select(keep_best(merged.xyxy, merged.score, merged.class_id, _MERGE_IOU))


def tiles_of(size: tuple[int, int], grid: tuple[int, int]) -> list[tuple[int, int, int, int]]:
    """Left, top, right, bottom of overlapping tiles, row by row, pixels.

    Args:
        size: (width, height) of the picture.
        grid: (columns, rows).
    """
    columns, rows = (_spans(length, count) for length, count in zip(size, grid, strict=True))
    return [(left, top, right, bottom) for top, bottom in rows for left, right in columns]


def _spans(length: int, count: int) -> list[tuple[int, int]]:
    side = 1.0 / (count - (count - 1) * OVERLAP)
    starts = [i * side * (1.0 - OVERLAP) for i in range(count)]
    return [(round(x * length), min(length, round((x + side) * length))) for x in starts]


def _uncut(found: Detections, tile: tuple[int, int, int, int], size: tuple[int, int]) -> Detections:
    """A tile's boxes in pixels of the picture, without those its inner borders cut."""
    left, top, right, bottom = tile
    xyxy = found.xyxy + np.array([left, top, left, top], np.float32)
    low = np.array([left, top], np.float32) + _CUT_MARGIN_PX
    high = np.array([right, bottom], np.float32) - _CUT_MARGIN_PX
    low[np.array([left, top]) <= 0] = -np.inf
    high[np.array([right, bottom]) >= np.array(size)] = np.inf
    whole = ((xyxy[:, :2] >= low) & (xyxy[:, 2:] <= high)).all(axis=1)
    return Detections(xyxy[whole], found.score[whole], found.class_id[whole], found.class_names)
