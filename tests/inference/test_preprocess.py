"""The letterbox holds YOLOX's own pixels, and boxes return to where they came from."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.eval.media import ArrayPicture
from models.manifest import Anchor, Input
from pipeline.core.frame import Bgr
from pipeline.inference.preprocess import letterbox, prepare

SIZES = ((416, 416), (640, 384), (416, 256))


def spec(**changes: Any) -> Input:
    values: dict[str, Any] = {
        "name": "images",
        "size": (416, 416),
        "allowed_sizes": SIZES,
        "colour": "bgr",
    }
    return Input.model_validate(values | changes)


def noise(width: int, height: int, seed: int = 0) -> Bgr:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def yolox_preproc(image: Bgr, size: tuple[int, int]) -> np.ndarray[Any, Any]:
    """Reference: ``preproc`` of YOLOX's data_augment.py, with (width, height) in our order."""
    input_w, input_h = size
    padded = np.ones((input_h, input_w, 3), dtype=np.uint8) * 114
    r = min(input_h / image.shape[0], input_w / image.shape[1])
    resized = cv2.resize(
        image,
        (int(image.shape[1] * r), int(image.shape[0] * r)),
        interpolation=cv2.INTER_LINEAR,
    ).astype(np.uint8)
    padded[: int(image.shape[0] * r), : int(image.shape[1] * r)] = resized
    return np.ascontiguousarray(padded.transpose(2, 0, 1), dtype=np.float32)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("shape", [(1920, 1080), (768, 432), (720, 480), (300, 500), (416, 416)])
def test_pixels_equal_yolox(shape: tuple[int, int], size: tuple[int, int]) -> None:
    image = noise(*shape)
    batch, _ = prepare([ArrayPicture(image)], spec(), size)
    np.testing.assert_array_equal(batch[0], yolox_preproc(image, size))


def test_batch_of_different_shapes_equals_each_alone() -> None:
    pictures = [ArrayPicture(noise(200, 100, 1)), ArrayPicture(noise(90, 240, 2))]
    together, places = prepare(pictures, spec(), (416, 416))
    for i, picture in enumerate(pictures):
        alone, place = prepare([picture], spec(), (416, 416))
        np.testing.assert_array_equal(together[i], alone[0])
        assert places[i] == place[0]


def test_picture_is_asked_once_at_the_size_needed() -> None:
    asked: list[tuple[int | None, int | None]] = []

    class Counting:
        width, height = 1920, 1080

        def bgr(self, width: int | None = None, height: int | None = None) -> Bgr:
            asked.append((width, height))
            return np.zeros((height or 1080, width or 1920, 3), np.uint8)

    prepare([Counting()], spec(), (640, 384))
    assert asked == [(640, 360)]


def test_rgb_mean_std_and_centre() -> None:
    image = np.full((32, 64, 3), (10, 20, 30), np.uint8)
    described = spec(
        size=(64, 64),
        allowed_sizes=((64, 64),),
        colour="rgb",
        scale=1 / 255,
        mean=(0.1, 0.2, 0.3),
        std=(0.5, 0.25, 2.0),
        anchor="center",
        pad_value=0,
    )
    batch, places = prepare([ArrayPicture(image)], described, (64, 64))
    expected = (np.array([30, 20, 10]) / 255 - [0.1, 0.2, 0.3]) / [0.5, 0.25, 2.0]
    np.testing.assert_allclose(batch[0, :, 32, 5], expected, atol=1e-6)
    np.testing.assert_allclose(batch[0, :, 3, 5], -np.array([0.1, 0.2, 0.3]) / [0.5, 0.25, 2.0])
    assert places[0].offset == (0, 16)


@given(
    picture=st.tuples(st.integers(16, 4096), st.integers(16, 4096)),
    size=st.sampled_from(SIZES),
    anchor=st.sampled_from(Anchor),
    box=st.tuples(*[st.floats(-0.5, 1.5, width=32)] * 4),
)
def test_boxes_return_unclipped(
    picture: tuple[int, int],
    size: tuple[int, int],
    anchor: Anchor,
    box: tuple[float, float, float, float],
) -> None:
    place = letterbox(picture, size, anchor)
    xyxy = np.array([box], np.float32) * np.array(picture * 2, np.float32)
    back = place.to_picture(place.to_input(xyxy))
    np.testing.assert_allclose(back, xyxy, atol=2e-6 * max(picture) * max(picture) / 16 + 1e-3)


@given(
    picture=st.tuples(st.integers(16, 4096), st.integers(16, 4096)),
    size=st.sampled_from(SIZES),
    anchor=st.sampled_from(Anchor),
)
def test_picture_lies_inside_the_input_and_fills_one_side(
    picture: tuple[int, int], size: tuple[int, int], anchor: Anchor
) -> None:
    place = letterbox(picture, size, anchor)
    corners = place.to_input(np.array([[0, 0, *picture]], np.float32))[0]
    assert (corners[:2] >= 0).all()
    assert (corners[2:] <= np.array(size) + 1e-3).all()
    assert size[0] - place.scaled_size[0] <= 1 or size[1] - place.scaled_size[1] <= 1


def test_bottom_edge_returns_to_the_bottom_edge_despite_truncation() -> None:
    # 1000 × 0.416 is 415.99… in floating point, truncated to 415: the ratio alone is off by a row.
    place = letterbox((1500, 1000), (622, 622), Anchor.TOP_LEFT)
    bottom = np.array([[0, 0, *place.scaled_size]], np.float32)
    np.testing.assert_allclose(place.to_picture(bottom), [[0, 0, 1500, 1000]], rtol=1e-6)
