"""YOLOX's decode against a loop over cells."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pipeline.core.errors import ModelError
from pipeline.inference.decode.base import Head
from pipeline.inference.decode.yolox import decode


def head(size: tuple[int, int], scores: list[float]) -> Head:
    return Head(size, (8, 16, 32), np.array(scores, np.float32), "test")


@pytest.mark.parametrize("size", [(64, 64), (96, 64), (64, 128)])
def test_equals_loop_over_cells(size: tuple[int, int]) -> None:
    width, height = size
    scores = [0.2, 0.35, 0.5]
    rng = np.random.default_rng(3)
    cells = sum((width // s) * (height // s) for s in (8, 16, 32))
    raw = rng.normal(0.0, 1.0, (2, cells, 8)).astype(np.float32)
    raw[:, :, 4:] = rng.uniform(0.0, 1.0, (2, cells, 4))

    for picture, found in enumerate(decode([raw], head(size, scores))):
        expected = []
        cell = 0
        for stride in (8, 16, 32):
            for row in range(height // stride):
                for column in range(width // stride):
                    dx, dy, log_w, log_h, objectness, *classes = raw[picture, cell].tolist()
                    cell += 1
                    best = max(range(3), key=classes.__getitem__)
                    score = objectness * classes[best]
                    if score < scores[best]:
                        continue
                    x, y = (column + dx) * stride, (row + dy) * stride
                    w, h = math.exp(log_w) * stride, math.exp(log_h) * stride
                    expected.append((x - w / 2, y - h / 2, x + w / 2, y + h / 2, score, best))
        table = np.array(expected)
        assert 0 < len(table) < cells
        np.testing.assert_allclose(found.xyxy, table[:, :4], rtol=1e-4, atol=1e-3)
        np.testing.assert_allclose(found.score, table[:, 4], rtol=1e-5)
        np.testing.assert_array_equal(found.class_id, table[:, 5])


def test_boxes_may_leave_the_picture_and_huge_sides_stay_finite() -> None:
    raw = np.zeros((1, 84, 6), np.float32)
    raw[0, 0] = (-3, 0, 2, 80, 1, 1)
    found = decode([raw], head((64, 64), [0.5]))[0]
    assert found.xyxy[0, 0] < 0
    assert np.isfinite(found.xyxy).all()


@pytest.mark.parametrize("shape", [(1, 84, 7), (1, 83, 6), (84, 6)])
def test_wrong_shape_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ModelError, match="shape"):
        decode([np.zeros(shape, np.float32)], head((64, 64), [0.5]))
