"""What every family's decoder takes and gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from pipeline.core.detections import Floats, Ints
from pipeline.core.errors import ModelError
from pipeline.inference.backends.base import Tensor


@dataclass(frozen=True, slots=True)
class Head:
    """What a decoder must know of the model.

    Attributes:
        input_size: (width, height) in pixels.
        strides: Pixels per cell of each level.
        min_score: (classes,) least score of each class.
        where: The model, for errors.
    """

    input_size: tuple[int, int]
    strides: tuple[int, ...]
    min_score: Floats
    where: str


@dataclass(frozen=True, slots=True)
class Candidates:
    """N boxes of one picture before non-maximum suppression.

    Attributes:
        xyxy: (N, 4) input pixels, unclipped.
        score: (N,) 0–1, each at least its class's ``min_score``.
        class_id: (N,)
    """

    xyxy: Floats
    score: Floats
    class_id: Ints


class Decoder(Protocol):
    """One family's decoder; pure."""

    def __call__(self, outputs: Sequence[Tensor], head: Head) -> list[Candidates]:
        """Candidates of each picture of the batch.

        Raises:
            ModelError: An output has another shape than the family's.
        """


def corners(cxcywh: Floats) -> Floats:
    """(N, 4) centre x, centre y, width, height as left, top, right, bottom."""
    half = cxcywh[:, 2:4] / 2
    return np.concatenate([cxcywh[:, :2] - half, cxcywh[:, :2] + half], axis=1).astype(np.float32)


def strongest(xyxy: Floats, probability: Floats, head: Head) -> Candidates:
    """The boxes whose best class is likely enough.

    Args:
        xyxy: (N, 4)
        probability: (N, classes)
        head: Says how likely.
    """
    class_id = probability.argmax(axis=1).astype(np.int64)
    score = probability[np.arange(len(probability)), class_id].astype(np.float32)
    kept = score >= head.min_score[class_id]
    return Candidates(xyxy[kept], score[kept], class_id[kept])


def from_rows(xyxy: Floats, score: Floats, index: Floats, head: Head) -> Candidates:
    """The boxes of a head that has chosen the class itself; rows of score 0 are padding.

    Args:
        xyxy: (N, 4)
        score: (N,)
        index: (N,) class, as a number that is whole.
        head: Says how likely each must be.

    Raises:
        ModelError: A box is of a class that has no name.
    """
    used = score > 0.0
    class_id = index[used].astype(np.int64)
    classes = len(head.min_score)
    if len(class_id) and not 0 <= class_id.min() <= class_id.max() < classes:
        raise ModelError(
            f"the model found class {int(class_id.max())}, but only {classes} have a name",
            where=head.where,
            remedy="Name as many classes as the weights have, in their order",
        )
    kept = score[used] >= head.min_score[class_id]
    return Candidates(
        xyxy[used][kept].astype(np.float32), score[used][kept].astype(np.float32), class_id[kept]
    )
