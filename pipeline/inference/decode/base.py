"""What every family's decoder takes and gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pipeline.core.detections import Floats, Ints
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
