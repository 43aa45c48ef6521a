"""Evaluation figures on cases small enough to work out by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.eval.metrics import (
    Matches,
    average_precision,
    frame_weights,
    gather,
    judge,
    match_frame,
    precision_recall,
    recall_at_precision,
)
from models.eval.mot import read_mot, read_mot_truth
from pipeline.core.detections import Floats
from pipeline.core.errors import ConfigError

A, B, C = (0, 0, 10, 10), (20, 0, 30, 10), (40, 0, 50, 10)
ONCE = np.ones(1)


def boxes(*rows: tuple[float, ...]) -> Floats:
    return np.array(rows, np.float32).reshape(-1, 4)


def scores(*values: float) -> Floats:
    return np.array(values, np.float32)


def ranked(*right: bool, truths: int) -> Matches:
    """One frame whose boxes, best first, are right or wrong."""
    n = len(right)
    score = np.linspace(0.9, 0.1, n, dtype=np.float32)
    return Matches(score, np.array(right, np.bool_), np.zeros(n, np.int64), np.array([truths]))


def test_second_box_on_one_truth_is_wrong() -> None:
    right = match_frame(boxes(A, A, B), scores(0.5, 0.9, 0.7), boxes(A, B))
    assert right.tolist() == [False, True, True]


def test_each_box_takes_the_truth_it_overlaps_most() -> None:
    near = (0, 0, 10, 9)
    right = match_frame(boxes(near, A), scores(0.9, 0.8), boxes(A, near))
    assert right.tolist() == [True, True]


@pytest.mark.parametrize(("height", "right"), [(5.0, True), (4.9, False)])
def test_half_overlap_is_the_limit(height: float, right: bool) -> None:
    assert match_frame(boxes((0, 0, 10, height)), scores(0.9), boxes(A)).tolist() == [right]


def test_no_truth_and_no_boxes() -> None:
    assert match_frame(boxes(A), scores(0.9), boxes()).tolist() == [False]
    assert match_frame(boxes(), scores(), boxes(A)).tolist() == []


def test_precision_and_recall_over_frames() -> None:
    matches = gather(
        [(boxes(A, C), scores(0.9, 0.8)), (boxes(A, B), scores(0.9, 0.2))],
        [boxes(A, B), boxes(A, B)],
    )
    weight = np.ones(2)
    assert precision_recall(matches, 0.0, weight) == (3 / 4, 3 / 4)
    assert precision_recall(matches, 0.5, weight) == (2 / 3, 2 / 4)
    assert precision_recall(matches, 0.5, np.array([0.0, 2.0])) == (1.0, 0.5)
    assert precision_recall(matches, 0.95, weight) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("right", "truths", "expected"),
    [
        ((True, True), 2, 1.0),
        ((True,), 2, 0.5),
        ((False, True), 1, 0.5),
        # Recall 1/2 at precision 1, recall 1 at 2/3.
        ((True, False, True), 2, 0.5 + 0.5 * 2 / 3),
        ((False, False), 2, 0.0),
        ((), 2, 0.0),
    ],
)
def test_average_precision(right: tuple[bool, ...], truths: int, expected: float) -> None:
    assert average_precision(ranked(*right, truths=truths), ONCE) == pytest.approx(expected)


def test_recall_at_precision() -> None:
    matches = ranked(True, True, False, True, False, False, truths=4)
    assert recall_at_precision(matches, ONCE, 0.75) == pytest.approx(0.75)
    assert recall_at_precision(matches, ONCE, 0.76) == pytest.approx(0.5)
    assert recall_at_precision(ranked(False, truths=4), ONCE) == 0.0


def test_judge_has_intervals_around_the_value_and_is_repeatable() -> None:
    found = [(boxes(A), scores(0.9)) if i % 4 else (boxes(C), scores(0.6)) for i in range(40)]
    matches = gather(found, [boxes(A)] * 40)
    judged = judge(matches, 0.5)
    assert judged.recall.value == 30 / 40
    assert 0.5 < judged.recall.low < 0.75 < judged.recall.high < 0.95
    assert (judged.truths, judged.boxes) == (40, 40)
    assert judge(matches, 0.5) == judged
    assert judge(matches, 0.7).precision.value == 1.0


def test_every_frame_counts_once_first_and_as_often_in_every_draw() -> None:
    weights = frame_weights(7)
    assert weights[0].tolist() == [1.0] * 7
    assert (weights.sum(axis=1) == 7).all()
    assert not (weights[1:] == 1.0).all()


def test_read_mot(tmp_path: Path) -> None:
    path = tmp_path / "truth.txt"
    path.write_text("4,1,10,20,30,40,1,1,1\n4,2,0,0,5,5,1,1,1\n6,1,1,2,3,4,1,1,1\n", "utf-8")
    truth = read_mot(path)
    assert sorted(truth) == [4, 6]
    np.testing.assert_array_equal(truth[4], [[10, 20, 40, 60], [0, 0, 5, 5]])


def test_a_seventh_number_of_0_sets_a_box_aside(tmp_path: Path) -> None:
    path = tmp_path / "truth.txt"
    path.write_text(
        "frame,id,x,y,w,h\n1 1 10 20 30 40 0 2 1\n"
        "2,1,1,2,3,4,-1,-1,-1\n2,2,0,0,5,5,0\n3,1,0,0,2,2\n",
        "utf-8",
    )
    truth = read_mot_truth(path)
    assert {frame: len(boxes) for frame, boxes in truth.boxes.items()} == {1: 0, 2: 1, 3: 1}
    assert {frame: len(boxes) for frame, boxes in truth.aside.items()} == {1: 1, 2: 1}


@pytest.mark.parametrize("text", ["", "1,1,0,0,5,5,0\n", "1.5,1,0,0,5,5\n", "1,1,0,0,5\n"])
def test_truth_in_which_nothing_counts_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "truth.txt"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigError):
        read_mot_truth(path)
