"""Truth in MOT Challenge text: ``frame,id,left,top,width,height,…``, frames counted from 1."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from pipeline.core.detections import Floats
from pipeline.core.errors import ConfigError


def read_mot(path: Path) -> dict[int, Floats]:
    """Boxes (N, 4) left, top, right, bottom of every frame that has any.

    Raises:
        ConfigError: The file cannot be read, or a line is no box; names the line.
    """
    boxes: dict[int, list[list[float]]] = {}
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"the truth cannot be read ({getattr(error, 'strerror', None) or 'no text'})",
            where=str(path),
            remedy="Name a MOT text file as --truth",
        ) from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            frame, _, left, top, width, height = (float(part) for part in line.split(",")[:6])
        except ValueError:
            frame = left = top = width = height = math.nan
        values = (frame, left, top, width, height)
        if not all(map(math.isfinite, values)) or frame < 1 or width <= 0 or height <= 0:
            raise ConfigError(
                f"{line.strip()[:60]!r} is no box",
                where=f"{path}:{number}",
                remedy="Write: frame,id,left,top,width,height,… with frames from 1",
            )
        boxes.setdefault(int(frame), []).append([left, top, left + width, top + height])
    if not boxes:
        raise ConfigError("there is no box", where=str(path), remedy="Name a MOT text file")
    return {frame: np.array(rows, np.float32) for frame, rows in sorted(boxes.items())}
