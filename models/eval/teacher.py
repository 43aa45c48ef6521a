"""The seed looking closer than it can afford in production: whole picture, halves and thirds.

Its findings are the labels where nobody drew any.
"""

from __future__ import annotations

from models.eval.media import frame_of
from pipeline.core.detections import Detections
from pipeline.core.frame import Bgr
from pipeline.inference.detector import Detector
from pipeline.inference.tiles import TiledDetector


def look(detector: Detector, picture: Bgr, grids: tuple[int, ...] = (2, 3)) -> Detections:
    """What the detector finds in the picture and in its tiles, merged.

    Args:
        detector: The teacher, at its largest input and a low score.
        picture: (height, width, 3).
        grids: Tilings to look at, as many columns as rows.
    """
    tiled = TiledDetector(detector, [(side, side) for side in grids])
    return tiled.detect([frame_of(picture)])[0]
