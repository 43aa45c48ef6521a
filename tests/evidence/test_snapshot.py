"""Zone and box are where they belong, visible on any ground, and nothing else is painted."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.core.frame import Bgr
from pipeline.evidence.snapshot import draw, draw_snapshot, encode_jpeg

SQUARE = ((0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75))


def ground(value: int, height: int = 480, width: int = 854) -> Bgr:
    return np.full((height, width, 3), value, np.uint8)


def changed(before: Bgr, after: Bgr) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    return np.abs(after.astype(int) - before.astype(int)).max(axis=2) > 8


@pytest.mark.parametrize(("height", "width"), [(480, 854), (1080, 1920), (120, 160)])
@pytest.mark.parametrize("value", [0, 128, 255])
def test_a_zone_is_outlined_filled_lightly_and_nothing_outside_is_touched(
    height: int, width: int, value: int
) -> None:
    picture = ground(value, height, width)
    drawn = draw(picture, zone_norm=SQUARE)
    assert np.array_equal(picture, ground(value, height, width))
    margin = max(6, height // 60)
    outside = np.ones((height, width), bool)
    outside[
        height // 4 - margin : 3 * height // 4 + margin,
        width // 4 - margin : 3 * width // 4 + margin,
    ] = False
    assert not changed(picture, drawn)[outside].any()
    edge = drawn[height // 2, width // 4].astype(int)
    inside = drawn[height // 2, width // 2].astype(int)
    assert np.abs(edge - value).max() > 60
    # Filled enough to see, lightly enough to see through.
    assert 10 < np.abs(inside - value).max() < 60


@pytest.mark.parametrize("value", [0, 48, 128, 240, 255])
def test_the_box_is_seen_on_any_ground(value: int) -> None:
    picture = ground(value)
    drawn = draw(picture, box_norm_xyxy=(0.2, 0.2, 0.6, 0.8))
    column = drawn[240, round(0.2 * 854) - 8 : round(0.2 * 854) + 9].astype(int)
    assert np.abs(column - value).max() > 100
    assert not changed(picture, drawn)[240, 300:400].any()


def test_a_line_is_a_line_with_its_ends() -> None:
    picture = ground(90)
    drawn = changed(picture, draw(picture, zone_norm=((0.2, 0.5), (0.8, 0.5))))
    assert drawn[240, 200:650].all()
    assert not drawn[:225].any()
    assert not drawn[256:].any()
    ends, middle = drawn[:, 171].sum(), drawn[:, 427].sum()
    assert ends > middle


def test_a_line_of_three_points_stays_open_when_it_is_said_to_be_one() -> None:
    picture = ground(90)
    bent = ((0.2, 0.2), (0.8, 0.2), (0.8, 0.8))
    as_line = changed(picture, draw(picture, zone_norm=bent, is_line=True))
    as_zone = changed(picture, draw(picture, zone_norm=bent))
    assert not as_line[240, 427]  # where a zone's third side and its filling would be
    assert as_zone[240, 427]
    assert as_line[96, 427]
    assert as_line[240, 683]


@pytest.mark.parametrize("box", [(-0.5, -0.5, 1.5, 1.5), (0.9, 0.9, 2.0, 2.0)])
def test_a_box_that_reaches_outside_stays_visible(box: tuple[float, float, float, float]) -> None:
    picture = ground(128)
    drawn = changed(picture, draw(picture, box_norm_xyxy=box))
    assert drawn[-3:].any()
    assert drawn[:, -3:].any()


coordinate = st.floats(-3, 3)


@given(
    st.lists(st.tuples(coordinate, coordinate), max_size=8),
    st.none() | st.tuples(coordinate, coordinate, coordinate, coordinate),
)
@settings(max_examples=60)
def test_any_shape_can_be_drawn(
    zone: list[tuple[float, float]], box: tuple[float, float, float, float] | None
) -> None:
    picture = ground(128, 60, 80)
    assert draw(picture, zone_norm=zone, box_norm_xyxy=box).shape == (60, 80, 3)


def test_the_snapshot_is_a_jpeg_of_the_same_size() -> None:
    picture = ground(128, 1080, 1920)
    data = draw_snapshot(picture, zone_norm=SQUARE, box_norm_xyxy=(0.4, 0.4, 0.5, 0.7))
    assert data[:2] == b"\xff\xd8"
    back = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert back.shape == picture.shape
    wanted = draw(picture, zone_norm=SQUARE, box_norm_xyxy=(0.4, 0.4, 0.5, 0.7))
    assert np.abs(back.astype(int) - wanted.astype(int)).mean() < 2


def test_without_zone_and_box_it_is_the_picture() -> None:
    picture = ground(77)
    assert np.array_equal(draw(picture), picture)
    assert draw_snapshot(picture) == encode_jpeg(picture)


def test_a_read_only_picture_is_welcome() -> None:
    picture = ground(77)
    picture.flags.writeable = False
    draw(picture, zone_norm=SQUARE)
