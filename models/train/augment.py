"""Random views of a sample: nearer, farther, mirrored, darker, blurred, compressed, without colour.

High-mounted cameras differ from COCO's photographs in scale, angle, compression and night mode;
what can be imitated is imitated here.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from models.train.samples import Sample
from pipeline.core.detections import Floats, Ints
from pipeline.core.frame import Bgr

LEAST_VISIBLE = 0.35
"""Share of a box that must remain in the view for it to stay a label."""

LEAST_SIDE_PX = 4.0


@dataclass(frozen=True, slots=True)
class View:
    """One training picture at the model's size.

    Attributes:
        pixels: (height, width, 3)
        xyxy: (N, 4) labels, clipped to the view.
        class_id: (N,)
        doubtful_xyxy: (M, 4) regions that may hold an object without a label.
        doubtful_weight: (M,) how much each counts as background, 0 to 1.
    """

    pixels: Bgr
    xyxy: Floats
    class_id: Ints
    doubtful_xyxy: Floats
    doubtful_weight: Floats


def random_view(sample: Sample, size: tuple[int, int], rng: np.random.Generator) -> View:
    """A view of (width, height) ``size``; every random number comes from ``rng``."""
    picture = sample.picture()
    matrix = _placement(picture.shape[1], picture.shape[0], size, rng)
    pixels = cv2.warpAffine(
        picture,
        matrix,
        size,
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(114, 114, 114),
    )
    moved = _move(sample.xyxy, matrix)
    clipped = _clip(moved, size)
    visible = _area(clipped) / np.maximum(_area(moved), 1e-6)
    sides = np.minimum(clipped[:, 2] - clipped[:, 0], clipped[:, 3] - clipped[:, 1])
    label = (visible >= LEAST_VISIBLE) & (sides >= LEAST_SIDE_PX)
    partial = clipped[~label & (visible > 0.0)]
    doubtful = np.concatenate([_clip(_move(sample.doubtful_xyxy, matrix), size), partial])
    weight = np.zeros(len(doubtful), np.float32)
    weight[: len(sample.doubtful_xyxy)] = sample.doubtful_weight
    return View(
        _disturb(np.asarray(pixels, np.uint8), rng),
        clipped[label],
        sample.class_id[label],
        doubtful[_area(doubtful) > 0.0],
        weight[_area(doubtful) > 0.0],
    )


def _placement(
    w: int, h: int, size: tuple[int, int], rng: np.random.Generator
) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    zoom = min(size[0] / w, size[1] / h) * np.exp(rng.uniform(np.log(0.65), np.log(1.9)))
    stretch = np.exp(rng.uniform(-0.1, 0.1))
    sx, sy = zoom * stretch, zoom / stretch
    slack_x, slack_y = size[0] - w * sx, size[1] - h * sy
    x, y = rng.uniform(0.0, 1.0, 2) * (slack_x, slack_y)
    if slack_x > 0.0 and slack_y > 0.0 and rng.random() < 0.5:
        x, y = 0.0, 0.0
    if rng.random() < 0.5:
        return np.array([[-sx, 0.0, x + w * sx], [0.0, sy, y]], np.float32)
    return np.array([[sx, 0.0, x], [0.0, sy, y]], np.float32)


def _move(xyxy: Floats, matrix: np.ndarray[tuple[int, int], np.dtype[np.float32]]) -> Floats:
    x = xyxy[:, 0::2] * matrix[0, 0] + matrix[0, 2]
    y = xyxy[:, 1::2] * matrix[1, 1] + matrix[1, 2]
    return np.stack([x.min(1), y.min(1), x.max(1), y.max(1)], axis=1).astype(np.float32)


def _clip(xyxy: Floats, size: tuple[int, int]) -> Floats:
    high = np.array([size[0], size[1]] * 2, np.float32)
    return np.clip(xyxy, 0.0, high).astype(np.float32)


def _area(xyxy: Floats) -> Floats:
    return np.asarray((xyxy[:, 2] - xyxy[:, 0]) * (xyxy[:, 3] - xyxy[:, 1]), np.float32)


def _disturb(pixels: Bgr, rng: np.random.Generator) -> Bgr:
    if rng.random() < 0.8:
        gain, shift = np.exp(rng.uniform(-0.35, 0.35)), rng.uniform(-25.0, 25.0)
        table = np.clip(np.arange(256) * gain + shift, 0, 255).astype(np.uint8)
        pixels = np.asarray(cv2.LUT(pixels, table), np.uint8)
    if rng.random() < 0.12:
        grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
        pixels = np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), np.uint8)
    elif rng.random() < 0.5:
        tint = rng.uniform(0.88, 1.12, 3).astype(np.float32)
        pixels = np.clip(pixels * tint, 0, 255).astype(np.uint8)
    if rng.random() < 0.15:
        pixels = np.asarray(cv2.GaussianBlur(pixels, (0, 0), rng.uniform(0.5, 1.3)), np.uint8)
    if rng.random() < 0.12:
        noise = rng.normal(0.0, rng.uniform(2.0, 9.0), pixels.shape[:2]).astype(np.float32)[
            ..., None
        ]
        pixels = np.clip(pixels + noise, 0, 255).astype(np.uint8)
    if rng.random() < 0.2:
        quality = int(rng.integers(25, 75))
        _, packed = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
        pixels = np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)
    return pixels
