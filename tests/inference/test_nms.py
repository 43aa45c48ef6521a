"""Non-maximum suppression against a slow reference."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.detections import Floats, Ints
from pipeline.inference.nms import MAX_CANDIDATES, iou_matrix, keep_best


def slow_iou(a: Floats, b: Floats) -> float:
    w = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    h = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - w * h
    return float(w * h / union) if union > 0 else 0.0


def slow_nms(xyxy: Floats, score: Floats, class_id: Ints, max_iou: float) -> list[int]:
    left = sorted(range(len(score)), key=lambda i: (-score[i], i))
    kept: list[int] = []
    for i in left:
        if all(class_id[i] != class_id[k] or slow_iou(xyxy[i], xyxy[k]) <= max_iou for k in kept):
            kept.append(i)
    return kept


boxes = st.lists(
    st.tuples(
        st.integers(-60, 60),
        st.integers(-60, 60),
        st.integers(0, 40),
        st.integers(0, 40),
        st.integers(0, 8),
        st.integers(0, 2),
    ),
    max_size=40,
)


@given(boxes, st.sampled_from([0.0, 0.3, 0.5, 0.9]))
def test_equals_slow_reference(
    rows: list[tuple[int, int, int, int, int, int]], max_iou: float
) -> None:
    table = np.array(rows, np.float32).reshape(-1, 6)
    xyxy = table[:, :4].copy()
    xyxy[:, 2:] += xyxy[:, :2]
    score, class_id = (table[:, 4] / 8).astype(np.float32), table[:, 5].astype(np.int64)
    assert keep_best(xyxy, score, class_id, max_iou).tolist() == slow_nms(
        xyxy, score, class_id, max_iou
    )


def test_classes_do_not_suppress_each_other_left_of_the_picture() -> None:
    # Classes shifted apart by the largest coordinate, as OpenCV does, would meet here.
    xyxy = np.array([[-500, 0, -400, 100], [-500, 0, -400, 100]], np.float32)
    kept = keep_best(xyxy, np.array([0.9, 0.8], np.float32), np.array([0, 1]), 0.5)
    assert kept.tolist() == [0, 1]


def test_best_first_and_ties_in_given_order() -> None:
    xyxy = np.array([[0, 0, 1, 1], [5, 5, 6, 6], [9, 9, 10, 10]], np.float32)
    kept = keep_best(xyxy, np.array([0.5, 0.7, 0.5], np.float32), np.zeros(3, np.int64), 0.5)
    assert kept.tolist() == [1, 0, 2]


def test_candidates_are_bounded() -> None:
    n = MAX_CANDIDATES + 50
    left = np.arange(n, dtype=np.float32) * 10
    xyxy = np.stack([left, left, left + 1, left + 1], axis=1)
    kept = keep_best(xyxy, np.linspace(0, 1, n, dtype=np.float32), np.zeros(n, np.int64), 0.5)
    assert len(kept) == MAX_CANDIDATES
    assert kept[0] == n - 1


@pytest.mark.parametrize(
    ("a", "b", "iou"),
    [
        ((0, 0, 2, 2), (0, 0, 2, 2), 1.0),
        ((0, 0, 2, 2), (1, 0, 3, 2), 1 / 3),
        ((0, 0, 2, 2), (2, 0, 4, 2), 0.0),
        ((0, 0, 0, 0), (0, 0, 0, 0), 0.0),
        ((3, 3, 1, 1), (0, 0, 4, 4), 0.0),
    ],
)
def test_iou(a: tuple[float, ...], b: tuple[float, ...], iou: float) -> None:
    found = iou_matrix(np.array([a], np.float32), np.array([b], np.float32))
    np.testing.assert_allclose(found, [[iou]], rtol=1e-6)
