"""The seed looking closer than it can afford in production: whole picture, halves and thirds.

Its findings are the labels where nobody drew any. A box cut by a tile's inner border is dropped:
another tile, or the whole picture, has it in full.
"""

from __future__ import annotations

import numpy as np

from models.eval.media import frame_of
from pipeline.core.detections import Detections
from pipeline.core.frame import Bgr
from pipeline.inference.detector import Detector
from pipeline.inference.nms import keep_best

OVERLAP = 0.25
CUT_MARGIN_PX = 6
MERGE_IOU = 0.5


def tiles(width: int, height: int, grid: int) -> list[tuple[int, int, int, int]]:
    """Boxes left, top, right, bottom of a grid × grid tiling with overlap."""
    side = 1.0 / (grid - (grid - 1) * OVERLAP)
    starts = [i * side * (1.0 - OVERLAP) for i in range(grid)]
    return [
        (
            round(x * width),
            round(y * height),
            min(width, round((x + side) * width)),
            min(height, round((y + side) * height)),
        )
        for y in starts
        for x in starts
    ]


def look(detector: Detector, picture: Bgr, grids: tuple[int, ...] = (1, 2, 3)) -> Detections:
    """What the detector finds in the picture and in its tiles, merged.

    Args:
        detector: The teacher, at its largest input and a low score.
        picture: (height, width, 3).
        grids: Tilings to look at; 1 is the whole picture.
    """
    height, width = picture.shape[:2]
    boxes, scores, classes = [], [], []
    for left, top, right, bottom in (t for grid in grids for t in tiles(width, height, grid)):
        tile = np.ascontiguousarray(picture[top:bottom, left:right])
        found = detector.detect([frame_of(tile)])[0]
        xyxy = found.xyxy + np.array([left, top, left, top], np.float32)
        inner = np.array([left, top, right, bottom], np.float32)
        at_edge = np.array([left <= 0, top <= 0, right >= width, bottom >= height])
        cut = (np.abs(xyxy - inner) < CUT_MARGIN_PX) & ~at_edge
        outside = np.zeros_like(cut)
        outside[:, :2] = xyxy[:, :2] < inner[:2]
        outside[:, 2:] = xyxy[:, 2:] > inner[2:]
        whole = ~(cut | (outside & ~at_edge)).any(axis=1)
        boxes.append(xyxy[whole])
        scores.append(found.score[whole])
        classes.append(found.class_id[whole])
    merged = Detections(
        np.concatenate(boxes), np.concatenate(scores), np.concatenate(classes), detector.class_names
    )
    return merged.select(keep_best(merged.xyxy, merged.score, merged.class_id, MERGE_IOU))
