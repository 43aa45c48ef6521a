"""How much of what the seed sees a fine-tuned model sees, on pictures without drawn truth.

Fine-tuning for one class can quietly cost the others, and what was learned in one street may hold
there alone. The seed's confident boxes stand in for truth: of each class, the share found again.
Seen plainly they tell of forgetting; seen through tiles, where the seed finds more than in one
look, they tell whether persons are found better in places never trained on. It is no accuracy: a
box the seed got wrong counts as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from models.eval.media import frame_of, read_video
from models.eval.metrics import match_frame
from pipeline.core.detections import Detections
from pipeline.core.frame import Bgr
from pipeline.inference.finds import Finds

CONFIDENT = 0.5
"""Score from which the seed's boxes count."""

Reference = Callable[[Bgr], Detections]
"""What stands in for truth: the confident boxes of a picture."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """One class.

    Attributes:
        reference_boxes: Boxes that stand in for truth.
        found: Of those, found by the model at its operating score with IoU 0.5.
        model_boxes: All boxes of the model at that score.
    """

    reference_boxes: int
    found: int
    model_boxes: int


def plainly(seed: Finds) -> Reference:
    """The seed's own confident boxes; load it with score ``CONFIDENT``."""
    return lambda picture: seed.detect([frame_of(picture)])[0]


def agreement(
    model: Finds, reference: Reference, pictures: Sequence[Bgr]
) -> Mapping[str, Agreement]:
    """Compare on pictures; classes without reference are left out.

    Args:
        model: At its operating score; its classes are the reference's, in the same order.
        reference: What stands in for truth.
        pictures: Each (height, width, 3).
    """
    counts = np.zeros((len(model.class_names), 3), np.int64)
    for picture in pictures:
        ours, theirs = model.detect([frame_of(picture)])[0], reference(picture)
        for index in range(len(model.class_names)):
            mine, yours = ours.class_id == index, theirs.class_id == index
            found = match_frame(ours.xyxy[mine], ours.score[mine], theirs.xyxy[yours])
            counts[index] += (yours.sum(), found.sum(), mine.sum())
    return {
        name: Agreement(*(int(value) for value in row))
        for name, row in zip(model.class_names, counts, strict=True)
        if row[0]
    }


def pictures_of(path: Path, every: int) -> list[Bgr]:
    """One picture in ``every`` of a video file, or of a folder and all below it.

    Of a folder it is the second of each ``every``, which the training of campus_objects leaves out.

    Raises:
        ValueError: A file in the folder is no picture.
    """
    if path.is_file():
        return [picture for _, picture in read_video(path, every)]
    pictures = []
    for file in sorted(path.rglob("*.*"))[1::every]:
        decoded = cv2.imread(str(file), cv2.IMREAD_COLOR)
        if decoded is None:
            raise ValueError(f"{file} is no picture")
        pictures.append(np.asarray(decoded, np.uint8))
    return pictures
