"""Pictures of the worst errors, drawn on what the model looked at.

Kept as small JPEGs while an evaluation runs, so that a set of any size costs a dozen pictures of
memory, and written at its end. Only on request: the pictures show what was evaluated, people too.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from pipeline.core.detections import Floats
from pipeline.core.frame import Bgr

LONG_SIDE = 640
TRUTH_COLOUR, FOUND_COLOUR = (80, 220, 80), (60, 60, 240)


@dataclass(frozen=True, slots=True)
class Mark:
    """One box to draw.

    Attributes:
        xyxy: (4,) pixels.
        text: Beside it.
        true: Whether it is truth, or else an answer of the model.
    """

    xyxy: Floats
    text: str
    true: bool


@dataclass(order=True, slots=True)
class _Kept:
    badness: float
    order: int
    name: str = field(compare=False)
    jpeg: bytes = field(compare=False)


class WorstErrors:
    """The worst few of many errors.

    Args:
        most: How many are kept.
    """

    def __init__(self, most: int = 12) -> None:
        self._most = most
        self._heap: list[_Kept] = []
        self._seen = 0

    def add(self, badness: float, name: str, pixels: Bgr, marks: Sequence[Mark]) -> None:
        """Keep an error if it is among the worst so far.

        Args:
            badness: How sure the model was of what is wrong; 0 or less is no error.
            name: Of the picture.
            pixels: The picture.
            marks: What to draw.
        """
        self._seen += 1
        if badness <= 0.0 or (len(self._heap) == self._most and badness <= self._heap[0].badness):
            return
        _, jpeg = cv2.imencode(".jpg", _drawn(pixels, marks), [cv2.IMWRITE_JPEG_QUALITY, 85])
        heapq.heappush(self._heap, _Kept(badness, self._seen, name, jpeg.tobytes()))
        if len(self._heap) > self._most:
            heapq.heappop(self._heap)

    def write(self, folder: Path) -> int:
        """Write the kept pictures, the worst first; returns how many.

        Raises:
            OSError: The folder cannot be written to.
        """
        folder.mkdir(parents=True, exist_ok=True)
        for place, kept in enumerate(sorted(self._heap, reverse=True), 1):
            stem = re.sub(r"[^A-Za-z0-9]+", "-", kept.name)[-60:].strip("-")
            (folder / f"{place:02d}-{kept.badness:.2f}-{stem}.jpg").write_bytes(kept.jpeg)
        return len(self._heap)


def _drawn(pixels: Bgr, marks: Sequence[Mark]) -> Bgr:
    scale = LONG_SIDE / max(pixels.shape[:2])
    size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
    shown = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    for mark in marks:
        left, top, right, bottom = (round(float(side) * scale) for side in mark.xyxy)
        colour = TRUTH_COLOUR if mark.true else FOUND_COLOUR
        cv2.rectangle(shown, (left, top), (right, bottom), colour, 2)
        below = bottom - 6 if mark.true else max(14, top + 16)
        place = (max(2, left + 4), min(size[1] - 4, below))
        cv2.putText(shown, mark.text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.5, colour, 1, cv2.LINE_AA)
    return shown
