"""Precision, recall, F1 and average precision of boxes, with intervals that say how sure we are.

Matching follows PASCAL VOC: boxes in order of score, each takes the free truth of its frame and
class that it overlaps most, if by IoU 0.5 or more; a second box on the same truth is wrong. AP is
the area under the precision envelope at every recall (VOC 2010 on, COCO without its 101 points).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.core.detections import Floats
from pipeline.inference.nms import iou_matrix

MATCH_IOU = 0.5
RESAMPLES = 1000

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Matches:
    """Boxes of one class over F frames against the truth.

    Attributes:
        score: (N,) of every box.
        right: (N,) whether it took a truth.
        frame: (N,) index of its frame, 0 to F - 1.
        truths: (F,) boxes of truth in each frame.
    """

    score: Floats
    right: NDArray[np.bool_]
    frame: NDArray[np.int64]
    truths: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value and its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Scores:
    """What one class reaches.

    Attributes:
        precision: At the operating score.
        recall: At the operating score.
        f1: At the operating score.
        ap50: Over all scores.
        recall_at_70: Best recall among scores with precision of at least 0.7; 0 if none.
        truths: Boxes of truth.
        boxes: Boxes found at the operating score.
    """

    precision: Figure
    recall: Figure
    f1: Figure
    ap50: Figure
    recall_at_70: Figure
    truths: int
    boxes: int


def match_frame(xyxy: Floats, score: Floats, truth: Floats) -> NDArray[np.bool_]:
    """Which boxes of one class in one frame are right.

    Args:
        xyxy: (N, 4)
        score: (N,)
        truth: (M, 4)

    Returns:
        (N,) in the given order.
    """
    right = np.zeros(len(score), np.bool_)
    overlap = iou_matrix(xyxy, truth)
    for index in np.argsort(-score, kind="stable"):
        if not overlap.shape[1]:
            break
        best = int(overlap[index].argmax())
        if overlap[index, best] >= MATCH_IOU:
            right[index] = True
            overlap[:, best] = -1.0
    return right


def gather(found: Sequence[tuple[Floats, Floats]], truth: Sequence[Floats]) -> Matches:
    """Match every frame.

    Args:
        found: For each frame the boxes (N, 4) and scores (N,) of one class.
        truth: For each frame the boxes (M, 4) of that class.
    """
    right = [match_frame(*boxes, real) for boxes, real in zip(found, truth, strict=True)]
    return Matches(
        np.concatenate([score for _, score in found]),
        np.concatenate(right),
        np.repeat(np.arange(len(found)), [len(score) for _, score in found]),
        np.array([len(real) for real in truth], np.int64),
    )


def precision_recall(matches: Matches, min_score: float, weight: Doubles) -> tuple[float, float]:
    """Precision and recall of the boxes from a score on; precision is 0 without boxes.

    Args:
        matches: F frames.
        min_score: Operating score.
        weight: (F,) how often each frame counts.
    """
    used = matches.score >= min_score
    counted = weight[matches.frame[used]]
    right = float(counted[matches.right[used]].sum())
    boxes, truths = float(counted.sum()), float((weight * matches.truths).sum())
    return right / boxes if boxes else 0.0, right / truths if truths else 0.0


def curve(matches: Matches, weight: Doubles) -> tuple[Doubles, Doubles]:
    """Precision and recall after each box, best score first."""
    order = np.argsort(-matches.score, kind="stable")
    counted = weight[matches.frame[order]]
    right = np.cumsum(counted * matches.right[order])
    boxes = np.cumsum(counted)
    truths = float((weight * matches.truths).sum())
    precision = np.divide(right, boxes, out=np.zeros_like(right), where=boxes > 0)
    return precision, right / truths if truths else np.zeros_like(right)


def average_precision(matches: Matches, weight: Doubles) -> float:
    """Area under the precision envelope."""
    precision, recall = curve(matches, weight)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    return float((np.diff(recall, prepend=0.0) * envelope).sum())


def recall_at_precision(matches: Matches, weight: Doubles, least: float = 0.7) -> float:
    """Best recall that any score reaches with at least that precision."""
    precision, recall = curve(matches, weight)
    return float(recall[precision >= least].max(initial=0.0))


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def judge(matches: Matches, min_score: float, groups: Sequence[str] | None = None) -> Scores:
    """All figures of one class, with bootstrap intervals from a fixed seed.

    Args:
        matches: F frames.
        min_score: Operating score.
        groups: F names; frames of one name are drawn together. Each its own group if None.
    """

    def operating(part: Callable[[float, float], float]) -> Callable[[Doubles], float]:
        return lambda weight: part(*precision_recall(matches, min_score, weight))

    weights = frame_weights(len(matches.truths))
    if groups is not None:
        _, group = np.unique(np.array(groups), return_inverse=True)
        weights = frame_weights(int(group.max()) + 1)[:, group]
    return Scores(
        precision=_figure(operating(lambda precision, _: precision), weights),
        recall=_figure(operating(lambda _, recall: recall), weights),
        f1=_figure(operating(_f1), weights),
        ap50=_figure(lambda weight: average_precision(matches, weight), weights),
        recall_at_70=_figure(lambda weight: recall_at_precision(matches, weight), weights),
        truths=int(matches.truths.sum()),
        boxes=int((matches.score >= min_score).sum()),
    )


def frame_weights(frames: int) -> Doubles:
    """(1 + RESAMPLES, frames): every frame once, then draws of frames with replacement."""
    rng = np.random.default_rng(0)
    drawn = rng.multinomial(frames, np.full(frames, 1.0 / frames), RESAMPLES)
    return np.concatenate([np.ones((1, frames)), drawn.astype(np.float64)])


def _figure(measure: Callable[[Doubles], float], weights: Doubles) -> Figure:
    values = np.array([measure(weight) for weight in weights])
    low, high = np.percentile(values[1:], [2.5, 97.5])
    return Figure(float(values[0]), float(low), float(high))
