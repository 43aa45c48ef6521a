"""The filter: its answer depends on seconds, not on how they were cut into steps."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.tracking.association import assign, overlap
from pipeline.tracking.motion import Motion


def walking() -> Motion:
    motion = Motion.at_birth(np.array([[100.0, 100.0, 160.0, 260.0], [0.0, 0.0, 50.0, 40.0]]))
    motion.speed[:, 0] = [30.0, -5.0]
    return motion


def test_one_long_step_equals_many_short_ones() -> None:
    long, short = walking(), walking()
    long.predict(1.0)
    for _ in range(10):
        short.predict(0.1)
    for name in ("position", "speed", "var_position", "covariance", "var_speed"):
        assert getattr(long, name) == pytest.approx(getattr(short, name), rel=1e-9), name


@pytest.mark.parametrize("fps", [2.0, 5.0, 10.0])
def test_speed_is_learnt_in_pixels_per_second(fps: float) -> None:
    motion = Motion.at_birth(np.array([[100.0, 100.0, 160.0, 260.0]]))
    for n in range(1, int(4 * fps)):
        motion.predict(1 / fps)
        x = 80.0 * n / fps
        motion.correct(np.array([0]), np.array([[100.0 + x, 100.0, 160.0 + x, 260.0]]))
    assert motion.speed[0] == pytest.approx([80.0, 0.0, 0.0, 0.0], abs=4.0)


def test_doubt_grows_while_unseen_and_shrinks_when_seen() -> None:
    motion = Motion.at_birth(np.array([[100.0, 100.0, 160.0, 260.0]]))
    born = motion.doubt().copy()
    motion.predict(1.0)
    unseen = motion.doubt().copy()
    motion.correct(np.array([0]), np.array([[100.0, 100.0, 160.0, 260.0]]))
    assert (unseen > born).all()
    assert (motion.doubt() < unseen).all()


def test_variances_stay_positive_over_a_long_run() -> None:
    motion = Motion.at_birth(np.array([[100.0, 100.0, 160.0, 260.0]]))
    rng = np.random.default_rng(1)
    for _ in range(5000):
        motion.predict(float(rng.choice([0.0, 0.01, 0.1, 3.0])))
        motion.correct(np.array([0]), np.array([[100.0, 100.0, 160.0, 260.0]]))
        assert (motion.var_position > 0).all()
        assert (motion.var_speed > 0).all()


def test_overlap_without_doubt_is_intersection_over_union() -> None:
    track = np.array([[0.0, 0.0, 10.0, 10.0]])
    boxes = np.array([[0.0, 0.0, 10.0, 10.0], [5.0, 0.0, 15.0, 10.0], [20.0, 0.0, 30.0, 10.0]])
    assert overlap(track, np.zeros((1, 2)), boxes)[0] == pytest.approx([1.0, 1 / 3, 0.0])


def test_doubt_reaches_a_box_that_overlap_misses() -> None:
    track = np.array([[0.0, 0.0, 10.0, 20.0]])
    away = np.array([[12.0, 0.0, 22.0, 20.0]])
    assert overlap(track, np.zeros((1, 2)), away)[0, 0] == 0.0
    assert overlap(track, np.array([[8.0, 2.0]]), away)[0, 0] > 0.2


def test_assignment_is_the_best_for_all_and_obeys_the_least() -> None:
    similarity = np.array([[0.9, 0.8], [0.85, 0.1]])
    everything = np.ones((2, 2), np.bool_)
    rows, columns = assign(similarity, everything, 0.2)
    assert dict(zip(rows.tolist(), columns.tolist(), strict=True)) == {0: 1, 1: 0}
    rows, columns = assign(similarity, everything, 0.88)
    assert (rows.tolist(), columns.tolist()) == ([0], [0])
    rows, _ = assign(similarity, np.zeros((2, 2), np.bool_), 0.0)
    assert rows.tolist() == []
