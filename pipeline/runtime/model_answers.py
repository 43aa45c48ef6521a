"""Whether a foreign export's answers are what its family's decoder takes them for.

Shapes do not tell: probabilities and logits, pixels and fractions, corners and centres, raw and
decoded boxes come in arrays of one shape, and a model read wrongly is blind without a word. So its
raw answers on pictures are looked at, before any box is made of them, and what does not fit is
named by what it looks like. A head answers for every cell of the picture even where nothing is
seen, so a made-up picture is enough; a head that answers only for what it found may leave nothing
to judge.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.core.errors import ModelError
from pipeline.inference.backends.base import Tensor
from pipeline.inference.decode.yolo import END_TO_END
from pipeline.inference.decode.yolox import FIRST_CLASS, cells

YOLO_STRIDES = (8, 16, 32)
_SLACK = 0.01
"""Half precision leaves a probability of 1.0005."""
_FRACTION = 1.5
"""Boxes none of whose numbers exceeds this are no pixels."""
_FEW = 16
"""From so many answers on, their being alike is no chance."""

_REEXPORT = "Export the weights again as their family's own code does by default"


def check_answers(
    outputs: Sequence[Tensor], family: str, classes: int, input_size: tuple[int, int], where: str
) -> None:
    """Refuse answers that their decoder would misread; other shapes are left to the decoder.

    Args:
        outputs: Of one or more pictures, finite.
        family: A detector's.
        classes: How many have a name.
        input_size: (width, height) of the model's input.
        where: The weights, for errors.

    Raises:
        ModelError: Says what the answers look like.
    """
    problem = _problem(outputs, family, classes, input_size)
    if problem is not None:
        raise ModelError(f"the answers look like {problem}", where=where, remedy=_REEXPORT)


def check_batch(alone: Sequence[Tensor], beside: Sequence[Tensor], where: str) -> None:
    """Refuse an export that answers a picture otherwise when another one lies before it.

    Args:
        alone: Outputs of one picture.
        beside: Outputs of two, of which it is the second.
        where: The weights, for errors.

    Raises:
        ModelError: The answers differ.
    """
    for one, two in zip(alone, beside, strict=True):
        if len(two) != 2 or one.shape[1:] != two.shape[1:]:
            continue  # the detector counts answers and says so
        off = float(np.abs(two[1] - one[0]).mean())
        apart = float(np.abs(two[0] - one[0]).mean())
        if off > 0.1 * apart + 1e-5 * float(np.abs(one[0]).mean()):
            raise ModelError(
                "the weights answer only for the first picture of a batch: the second of two is "
                "answered otherwise than alone",
                where=where,
                remedy="Export them with a free batch dimension, or for one picture at a time",
            )


def _problem(
    outputs: Sequence[Tensor], family: str, classes: int, size: tuple[int, int]
) -> str | None:
    if len(outputs) == 2:
        return _queries_problem(outputs[0], outputs[1], classes)
    raw = outputs[0]
    if raw.ndim != 3:
        return None
    if family == "yolox":
        return _yolox_problem(raw, classes, size)
    if family in ("rtdetr", "rfdetr"):
        return _detr_problem(raw, classes)
    if raw.shape[2] == END_TO_END:
        return _chosen_problem(raw.reshape(-1, END_TO_END), classes, size)
    if raw.shape[1] == 4 + classes:
        return _yolo_problem(raw, size)
    if raw.shape[2] == 4 + classes:
        return "a raw head with rows and columns exchanged: (batch, candidates, 4 + classes)"
    return None


def _scores_problem(scores: Tensor, *, of_all: bool) -> str | None:
    """Scores that are no probabilities.

    Args:
        scores: Any shape.
        of_all: Whether they are of every cell or query, so that most must be near 0.
    """
    if scores.size and (scores.min() < -_SLACK or scores.max() > 1.0 + _SLACK):
        reach = f"{scores.min():.2g} to {scores.max():.2g}"
        return f"logits, not probabilities: scores reach from {reach}"
    if of_all and scores.size >= _FEW and scores.min() > 0.4:
        return "probabilities that went through a sigmoid twice: none is below 0.4"
    return None


def _are_corners(boxes: NDArray[np.float32]) -> bool:
    """Whether boxes (N, 4) that should be centre and size are left, top, right, bottom."""
    used = boxes[(boxes[:, 2:] > 0.0).all(axis=1)]
    return len(used) >= _FEW and bool((used[:, 2:] > used[:, :2]).all(axis=1).mean() > 0.99)


def _yolo_problem(raw: Tensor, size: tuple[int, int]) -> str | None:
    problem = _scores_problem(raw[:, 4:], of_all=True)
    boxes = np.swapaxes(raw[:, :4], 1, 2)
    used = (boxes[:, :, 2:] > 0.0).all(axis=2)
    if problem is not None or not used.any():
        return problem
    if float(boxes[used].max()) <= _FRACTION:
        return "boxes in fractions of the picture, not in pixels"
    if _are_corners(boxes[used]):
        return "boxes as left, top, right, bottom, not as centre and size"
    origin, stride = cells(size, YOLO_STRIDES)
    if boxes.shape[1] == len(stride) and int(used.sum()) >= _FEW:
        middle = boxes[:, :, :2]
        in_pixels = np.median(np.abs(middle / stride - origin - 0.5)[used])
        in_cells = np.median(np.abs(middle - origin - 0.5)[used])
        if in_cells < in_pixels:
            return "boxes in cells of the head's grid, not in pixels"
    return None


def _yolox_problem(raw: Tensor, classes: int, size: tuple[int, int]) -> str | None:
    origin, stride = cells(size, YOLO_STRIDES)
    if raw.shape[1:] != (len(stride), FIRST_CLASS + classes):
        if raw.shape[1:] == (FIRST_CLASS + classes, len(stride)):
            return "a raw head with rows and columns exchanged: (batch, 5 + classes, cells)"
        return None
    middle = raw[:, :, :2]
    as_raw = np.median(np.abs(middle - 0.5))
    in_pixels = np.median(np.abs(middle / stride - origin - 0.5))
    in_fractions = np.median(np.abs(middle * np.array(size, np.float32) / stride - origin - 0.5))
    if min(in_pixels, in_fractions) < as_raw:
        return "boxes that are decoded already (decode_in_inference), which would be decoded twice"
    return _scores_problem(raw[:, :, FIRST_CLASS - 1 :], of_all=True)


def _detr_problem(raw: Tensor, classes: int) -> str | None:
    rows = raw.reshape(-1, raw.shape[2])
    boxes, rest = rows[:, :4], rows[:, 4:]
    if raw.shape[2] == END_TO_END and _is_whole(rest[:, 0]) and not _is_whole(rest[:, 1]):
        return "the class before the score"
    if raw.shape[2] == END_TO_END and _is_whole(rest[:, 1]):
        rest = rest[:, :1]
    elif raw.shape[2] != 4 + classes:
        return None
    return _scores_problem(rest, of_all=rest.shape[1] == classes > 1) or _fractions_problem(boxes)


def _queries_problem(boxes: Tensor, logits: Tensor, classes: int) -> str | None:
    alike = boxes.ndim == logits.ndim == 3 and boxes.shape[:2] == logits.shape[:2]
    if not alike or boxes.shape[2] != 4 or logits.shape[2] not in (classes, classes + 1):
        return None
    if logits.size >= _FEW and 0.0 <= logits.min() <= logits.max() <= 1.0:
        return "probabilities, where logits are expected"
    return _fractions_problem(boxes.reshape(-1, 4))


def _fractions_problem(boxes: NDArray[np.float32]) -> str | None:
    if boxes.size and float(boxes.max()) > 2.0:
        return "boxes in pixels, not in fractions of the picture"
    if _are_corners(boxes):
        return "boxes as left, top, right, bottom, not as centre and size"
    return None


def _chosen_problem(rows: NDArray[np.float32], classes: int, size: tuple[int, int]) -> str | None:
    """Rows of left, top, right, bottom, score, class; those of score 0 are padding."""
    if not _is_whole(rows[:, 5]):
        if _is_whole(rows[:, 4]):
            return "the class before the score"
        if classes == 2:
            return "a raw head with rows and columns exchanged: (batch, candidates, 4 + classes)"
        return "a head with an objectness beside the class (YOLOv5's), not the score and the class"
    problem = _scores_problem(rows[:, 4][rows[:, 4] != 0.0], of_all=False)
    used = rows[rows[:, 4] > 0.0][:, :4]
    if problem is not None or not len(used):
        return problem
    if float(used.max()) <= _FRACTION:
        return "boxes in fractions of the picture, not in pixels"
    if float((used[:, 2:] <= used[:, :2]).any(axis=1).mean()) > 0.25:
        return "boxes as centre and size, not as left, top, right, bottom"
    middle = (used[:, :2] + used[:, 2:]) / 2.0 / np.array(size, np.float32)
    if float(((middle < -0.5) | (middle > 1.5)).any(axis=1).mean()) > 0.5:
        return f"boxes of another input than {size[0]}x{size[1]}: most lie outside of it"
    return None


def _is_whole(column: NDArray[np.float32]) -> bool:
    return bool((column % 1.0 == 0.0).all())
