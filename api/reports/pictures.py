"""Pictures as small as they are printed: what lies in the evidence folder has megapixels."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

_LONGEST_PX = 480
"""Printed some 45 mm wide: 270 points an inch."""
_QUALITY = 80


class Thumbnails:
    """Evidence, made small.

    Args:
        path: Where a file is, by its hash.
    """

    def __init__(self, path: Callable[[str], Path]) -> None:
        self._path = path

    def of(self, sha256: str) -> bytes | None:
        """A picture as JPEG; None if its file is gone or cannot be decoded."""
        try:
            return as_printed(self._path(sha256).read_bytes())
        except OSError:
            return None


def as_printed(sent: bytes) -> bytes | None:
    """A picture as small as it is printed, as JPEG; None if it cannot be decoded."""
    try:
        picture = cv2.imdecode(np.frombuffer(sent, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        return None
    if picture is None:
        return None
    height, width = picture.shape[:2]
    scale = _LONGEST_PX / max(width, height)
    if scale < 1:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    is_encoded, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return jpeg.tobytes() if is_encoded else None
