"""How much a fine-tuned model still sees what its seed saw, on pictures without drawn truth.

Fine-tuning for one class can quietly cost the others. The seed's confident boxes stand in for
truth: of each class, the share the model finds again. It is no accuracy; a box the seed got wrong
counts as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from models.eval.media import frame_of
from models.eval.metrics import match_frame
from pipeline.inference.detector import Detector

CONFIDENT = 0.5
"""Score from which the seed's boxes count."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """One class.

    Attributes:
        seed_boxes: Confident boxes of the seed.
        found_again: Of those, found by the model at its own operating score with IoU 0.5.
        model_boxes: All boxes of the model at its operating score.
    """

    seed_boxes: int
    found_again: int
    model_boxes: int


def agreement(model: Detector, seed: Detector, pictures: Sequence[Path]) -> Mapping[str, Agreement]:
    """Compare on image files; classes the seed never saw are left out.

    Args:
        model: At its operating score.
        seed: Loaded with score ``CONFIDENT``; the same classes in the same order.
        pictures: Image files.
    """
    counts = np.zeros((len(model.class_names), 3), np.int64)
    for path in pictures:
        pixels = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if pixels is None:
            raise ValueError(f"{path} is no picture")
        frame = frame_of(np.asarray(pixels, np.uint8))
        ours, theirs = model.detect([frame])[0], seed.detect([frame])[0]
        for index in range(len(model.class_names)):
            mine, yours = ours.class_id == index, theirs.class_id == index
            again = match_frame(ours.xyxy[mine], ours.score[mine], theirs.xyxy[yours])
            counts[index] += (yours.sum(), again.sum(), mine.sum())
    return {
        name: Agreement(*(int(value) for value in row))
        for name, row in zip(model.class_names, counts, strict=True)
        if row[0]
    }
