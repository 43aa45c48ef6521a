"""Truth in MOT Challenge text: ``frame,id,left,top,width,height,…``, frames counted from 1.

A seventh number of exactly 0 is MOT's mark for a box that is not to be considered: neither finding
nor missing it counts.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.core.detections import Floats
from pipeline.core.errors import ConfigError


@dataclass(frozen=True, slots=True)
class MotTruth:
    """Boxes (N, 4) left, top, right, bottom by frame.

    Attributes:
        boxes: Of every frame that is named; (0, 4) where all are set aside.
        aside: Boxes not to be considered, of frames with such.
    """

    boxes: Mapping[int, Floats]
    aside: Mapping[int, Floats]


def read_mot(path: Path) -> dict[int, Floats]:
    """Boxes (N, 4) left, top, right, bottom of every frame that is named.

    Raises:
        ConfigError: As :func:`read_mot_truth`.
    """
    return dict(read_mot_truth(path).boxes)


def read_mot_truth(path: Path) -> MotTruth:
    """All boxes of a file.

    Raises:
        ConfigError: The file cannot be read, a line is no box (names it), or no box counts.
    """
    boxes: dict[int, list[list[float]]] = {}
    aside: dict[int, list[list[float]]] = {}
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"the truth cannot be read ({getattr(error, 'strerror', None) or 'no text'})",
            where=str(path),
            remedy="Name a MOT text file as --truth",
        ) from error
    for number, line in enumerate(lines, 1):
        is_heading = number == 1 and line.strip().casefold().startswith("frame")
        if is_heading or not line.strip():
            continue
        try:
            cells = line.replace(",", " ").split()[:7]
            frame, _, left, top, width, height, *rest = (float(part) for part in cells)
        except ValueError:
            frame = left = top = width = height = math.nan
            rest = []
        values = (frame, left, top, width, height)
        bad = not all(map(math.isfinite, values)) or frame < 1 or frame != int(frame)
        if bad or width <= 0 or height <= 0:
            raise ConfigError(
                f"{line.strip()[:60]!r} is no box",
                where=f"{path}:{number}",
                remedy="Write: frame,id,left,top,width,height,… with frames from 1",
            )
        counted = boxes.setdefault(int(frame), [])
        kept = aside.setdefault(int(frame), []) if rest == [0.0] else counted
        kept.append([left, top, left + width, top + height])
    if not any(boxes.values()):
        raise ConfigError(
            "there is no box" if not aside else "every box's seventh number is 0: none counts",
            where=str(path),
            remedy="Name a MOT text file, with 1 as seventh number or none",
        )
    return MotTruth(_arrays(boxes), _arrays(aside))


def _arrays(rows: Mapping[int, list[list[float]]]) -> dict[int, Floats]:
    return {frame: np.array(rows[frame], np.float32).reshape(-1, 4) for frame in sorted(rows)}
