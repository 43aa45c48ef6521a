"""Truth in MOT Challenge text: ``frame,id,left,top,width,height,…``, frames counted from 1."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from pipeline.core.detections import Floats


def read_mot(path: Path) -> dict[int, Floats]:
    """Boxes (N, 4) left, top, right, bottom of every frame that has any."""
    rows = np.loadtxt(path, delimiter=",", ndmin=2)
    boxes = rows[:, 2:6].astype(np.float32)
    boxes[:, 2:] += boxes[:, :2]
    frames = rows[:, 0].astype(np.int64)
    return {int(number): boxes[frames == number] for number in np.unique(frames)}
