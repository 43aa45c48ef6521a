"""Ultralytics' detectors: YOLOv8, YOLO11 and later with a raw head, YOLO26 and others end-to-end.

The raw head gives (batch, 4 + classes, candidates): centre x, centre y, width and height in input
pixels, then one probability a class, for non-maximum suppression to thin out. The end-to-end head
(and an export with suppression inside) gives (batch, kept, 6): left, top, right, bottom, score,
class; rows beyond the kept are 0. Which one it is shows in the shape
(docs.ultralytics.com/guides/end2end-detection).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.core.errors import ModelError
from pipeline.inference.backends.base import Tensor
from pipeline.inference.decode.base import Candidates, Head, corners, from_rows, strongest

END_TO_END = 6


def decode(outputs: Sequence[Tensor], head: Head) -> list[Candidates]:
    """Candidates of each picture; see ``Decoder``."""
    raw = outputs[0]
    classes = len(head.min_score)
    if raw.ndim == 3 and raw.shape[2] == END_TO_END:
        return [from_rows(rows[:, :4], rows[:, 4], rows[:, 5], head) for rows in raw]
    if raw.ndim != 3 or raw.shape[1] != 4 + classes:
        raise ModelError(
            f"the output has shape {raw.shape}, not (batch, {4 + classes}, candidates) for "
            f"{classes} classes nor (batch, kept, 6)",
            where=head.where,
            remedy="Name as many classes as the weights have, in their order",
        )
    return [strongest(corners(rows[:, :4]), rows[:, 4:], head) for rows in np.swapaxes(raw, 1, 2)]
