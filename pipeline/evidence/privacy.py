"""Nobody is recognisable on a snapshot unless somebody gives a reason.

Of every person box in the picture, not only the alerting one's, the upper third is made
unrecognisable: averaged to a few large cells, which destroys what made a face, and then smoothed
so that the cells do not hide what happened. A Gaussian blur alone can be undone in part; averaging
over cells cannot. A box wider than high is somebody lying or bent, whose head may be anywhere, so
all of it is taken. The original picture is left as it is and kept apart by the caller.

Clips are not blurred in this version: that would need decoding, tracking and encoding every frame
of them. They are kept as recorded and guarded by rights and an access log instead.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.core.frame import Bgr

HEAD_SHARE = 1 / 3
"""Of the box's height: head and shoulders of a standing or sitting person."""

PADDING_SHARE = 0.12
"""Of the box's sides: detectors cut hair and chins."""

_CELLS = 4
"""Across the shorter side of what is hidden: a face of about two cells."""

COARSE_CELLS = 48
"""Across a picture that stands for a place."""

_MIN_SIDE_PX = 2


def blur_people(picture: Bgr, person_xyxy: NDArray[np.float32]) -> Bgr:
    """A copy of the picture on which no person of the boxes can be recognised.

    Args:
        picture: (height, width, 3) BGR; not changed.
        person_xyxy: (N, 4) pixels, left, top, right, bottom; may reach outside the picture.

    Raises:
        ValueError: Boxes of another shape, or a box that is no number: showing a face because of
            a broken box is the one mistake not to make.
    """
    boxes = np.asarray(person_xyxy, np.float64).reshape(-1, 4) if len(person_xyxy) else None
    blurred = picture.copy()
    if boxes is None:
        return blurred
    if not np.isfinite(boxes).all():
        raise ValueError("a person box is not a number")
    height, width = picture.shape[:2]
    for box in boxes:
        region = head_region(box, width, height)
        if region is None:
            continue
        left, top, right, bottom = region
        # From the original, so that overlapping people are hidden independent of their order.
        hidden = _hide(picture[top:bottom, left:right])
        mine = blurred[top:bottom, left:right]
        # Where another person's region was hidden already, either will do.
        mine[:] = hidden
    return blurred


def head_region(
    box_xyxy: NDArray[np.float64], width: int, height: int
) -> tuple[int, int, int, int] | None:
    """The pixels to hide of one person: left, top, right, bottom, inside the picture.

    ``None`` when nothing of it lies in the picture.
    """
    left, top, right, bottom = (float(v) for v in box_xyxy)
    left, right = min(left, right), max(left, right)
    top, bottom = min(top, bottom), max(top, bottom)
    pad_x = (right - left) * PADDING_SHARE
    is_standing = (bottom - top) >= (right - left)
    low = top + (bottom - top) * HEAD_SHARE if is_standing else bottom
    pad_y = (low - top) * PADDING_SHARE
    # Outwards to whole pixels.
    x1 = max(0, math.floor(left - pad_x))
    y1 = max(0, math.floor(top - pad_y))
    x2 = min(width, math.ceil(right + pad_x))
    y2 = min(height, math.ceil(low + pad_y))
    if x2 - x1 < 1 or y2 - y1 < 1:
        return None
    return x1, y1, x2, y2


def _hide(region: Bgr) -> Bgr:
    height, width = region.shape[:2]
    if min(height, width) <= _MIN_SIDE_PX:
        mean = region.reshape(-1, 3).mean(axis=0)
        return np.broadcast_to(np.rint(mean).astype(np.uint8), region.shape).copy()
    cell = max(1.0, min(height, width) / _CELLS)
    cells = (max(1, round(width / cell)), max(1, round(height / cell)))
    small = cv2.resize(region, cells, interpolation=cv2.INTER_AREA)
    mosaic = cv2.resize(small, (width, height), interpolation=cv2.INTER_NEAREST)
    smooth = cv2.GaussianBlur(mosaic, (0, 0), sigmaX=max(0.5, cell / 3))
    return np.asarray(smooth, np.uint8)


def coarse_picture(picture: Bgr, width: int = 320) -> Bgr:
    """A small picture on which a place is known and nobody in it.

    All of it is averaged to ``COARSE_CELLS`` across, which cannot be undone, and drawn smoothly:
    a face that fills a third of the picture has sixteen cells, one in a room two or three.

    Args:
        picture: (height, width, 3) BGR; not changed.
        width: Of the answer, pixels.
    """
    rows, columns = picture.shape[:2]
    share = rows / columns
    cells = (COARSE_CELLS, max(1, round(COARSE_CELLS * share)))
    small = cv2.resize(picture, cells, interpolation=cv2.INTER_AREA)
    size = (width, max(1, round(width * share)))
    return np.asarray(cv2.resize(small, size, interpolation=cv2.INTER_CUBIC), np.uint8)
