"""No head survives, wherever the box lies; everything else does."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.core.frame import Bgr
from pipeline.evidence.privacy import HEAD_SHARE, blur_people, head_region

HEIGHT, WIDTH = 120, 160


def noise(height: int = HEIGHT, width: int = WIDTH, seed: int = 1) -> Bgr:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def boxes(*rows: tuple[float, float, float, float]) -> NDArray[np.float32]:
    return np.array(rows, np.float32).reshape(-1, 4)


def detail(picture: Bgr) -> float:
    """Mean step between neighbouring pixels: what an eye or a face recogniser lives on."""
    pixels = picture.astype(np.int32)
    return float(np.abs(np.diff(pixels, axis=0)).mean() + np.abs(np.diff(pixels, axis=1)).mean())


corner = st.floats(-60, 220)


@given(st.lists(st.tuples(corner, corner, corner, corner), max_size=5))
@settings(max_examples=60)
def test_every_head_loses_its_detail_and_nothing_else_changes(
    rows: list[tuple[float, float, float, float]],
) -> None:
    picture = noise()
    before = picture.copy()
    blurred = blur_people(picture, boxes(*rows))
    assert np.array_equal(picture, before)
    outside = np.ones((HEIGHT, WIDTH), bool)
    for row in rows:
        region = head_region(np.array(np.float32(row), np.float64), WIDTH, HEIGHT)
        if region is None:
            continue
        left, top, right, bottom = region
        outside[top:bottom, left:right] = False
        if right - left >= 16 and bottom - top >= 16:
            assert detail(blurred[top:bottom, left:right]) < detail(noise()) / 4
    assert np.array_equal(blurred[outside], picture[outside])


@pytest.mark.parametrize("height", [36, 72, 180, 540])
def test_two_faces_cannot_be_told_apart(height: int) -> None:
    # Same overall tone, different features: after hiding, as good as the same.
    width = height // 3
    results = []
    for seed in (1, 2):
        picture = np.full((height * 2, width * 2, 3), 120, np.uint8)
        face = cv2.resize(noise(12, 12, seed), (width, height // 3))
        picture[10 : 10 + height // 3, 10 : 10 + width] = face
        box = boxes((10, 10, 10 + width, 10 + height))
        results.append(blur_people(picture, box)[10 : 10 + height // 3, 10 : 10 + width])
    raw = [cv2.resize(noise(12, 12, seed), (width, height // 3)) for seed in (1, 2)]
    raw_difference = np.abs(raw[0].astype(int) - raw[1].astype(int)).mean()
    difference = np.abs(results[0].astype(int) - results[1].astype(int)).mean()
    assert difference < raw_difference / 3


def test_all_people_are_hidden_not_only_the_first() -> None:
    picture = noise()
    blurred = blur_people(picture, boxes((5, 5, 45, 115), (60, 5, 100, 115), (115, 5, 155, 115)))
    for left in (5, 60, 115):
        assert detail(blurred[5:40, left : left + 40]) < detail(picture) / 4
        assert np.array_equal(blurred[60:115, left : left + 40], picture[60:115, left : left + 40])


def test_a_standing_person_is_hidden_to_the_shoulders_with_a_margin() -> None:
    region = head_region(np.array([50.0, 30.0, 80.0, 120.0]), WIDTH, HEIGHT)
    assert region is not None
    left, top, right, bottom = region
    assert left < 50
    assert right > 80
    assert top < 30
    assert 30 + 90 * HEAD_SHARE <= bottom < 30 + 90 / 2


def test_a_lying_person_is_hidden_whole() -> None:
    region = head_region(np.array([20.0, 50.0, 120.0, 80.0]), WIDTH, HEIGHT)
    assert region is not None
    left, top, right, bottom = region
    assert left <= 20
    assert top <= 50
    assert right >= 120
    assert bottom >= 80


@pytest.mark.parametrize("box", [(-50, -90, -10, -20), (200, 10, 260, 100), (10, 130, 40, 300)])
def test_people_outside_the_picture_change_nothing(box: tuple[float, ...]) -> None:
    picture = noise()
    assert np.array_equal(blur_people(picture, np.array([box], np.float32)), picture)


def test_a_person_half_outside_is_hidden_up_to_the_edge() -> None:
    picture = noise()
    blurred = blur_people(picture, boxes((-20, -20, 40, 100)))
    assert detail(blurred[:18, :40]) < detail(picture) / 4


@pytest.mark.parametrize("rows", [[], np.zeros((0, 4), np.float32)])
def test_without_people_it_is_an_equal_copy(rows: object) -> None:
    picture = noise()
    blurred = blur_people(picture, np.asarray(rows, np.float32))
    assert np.array_equal(blurred, picture)
    assert not np.shares_memory(blurred, picture)


def test_a_tiny_person_is_hidden_too() -> None:
    picture = noise()
    blurred = blur_people(picture, boxes((50, 50, 52, 58)))
    assert not np.array_equal(blurred, picture)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_box_that_is_no_number_is_refused_and_shows_nobody(value: float) -> None:
    with pytest.raises(ValueError, match="not a number"):
        blur_people(noise(), boxes((10, 10, value, 50)))


def test_a_read_only_picture_is_welcome() -> None:
    picture = noise()
    picture.flags.writeable = False
    assert blur_people(picture, boxes((10, 10, 50, 110))).flags.writeable
