"""A picture, small and grey, straight from its brightness plane: no colour is ever converted."""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.core.frame import Picture
from pipeline.video.gate.pictures import WIDTH, Grey
from pipeline.video.picture import AvPicture, turned

_PLANAR_8_BIT = frozenset(
    {"yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "nv12", "nv21", "gray"}
)


def grey_of(picture: Picture, width: int = WIDTH) -> Grey:
    """``picture`` as (height, width) grey, averaged down; the shape of the picture is kept."""
    size = (width, max(1, round(picture.height * width / picture.width)))
    if isinstance(picture, AvPicture) and picture.av_frame.format.name in _PLANAR_8_BIT:
        plane = picture.av_frame.planes[0]
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
        luma = rows[: picture.av_frame.height, : picture.av_frame.width]
        sides = size[::-1] if picture.display.quarter_turns % 2 else size
        small = np.asarray(cv2.resize(luma, sides, interpolation=cv2.INTER_AREA), np.uint8)
        return turned(small, picture.display)
    return np.asarray(cv2.cvtColor(picture.bgr(*size), cv2.COLOR_BGR2GRAY), np.uint8)
