"""Numbers about one picture, at the size at which the detector would look at it.

480 pixels wide: a blur that does not show at this size does not hinder the detector (416 pixels)
either, and the examination stays cheap.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.core.frame import Bgr

WIDTH = 480
FIELD_WIDTH = 240
"""Of the edge field: edges of the building, not of leaves and noise."""
BLOCK = 20
"""Pixels of a block's side at ``WIDTH``: 24 x 13 blocks of a 16:9 picture."""
SATURATED = 250

Field = NDArray[np.complex64]
Blocks = NDArray[np.float32]

_STEEPEST = 0.7
_EDGE_STRENGTH = 24.0
"""Sobel response at which an edge counts half: noise of 2 grey levels gives about 8."""


@dataclass(frozen=True, slots=True)
class Measures:
    """What can be said of one picture alone.

    Attributes:
        grey: (H, 480) brightness.
        mean: Mean brightness, 0–255.
        peak: 99th percentile of brightness.
        spread: 98th minus 2nd percentile.
        saturated_share: Pixels at or above ``SATURATED``.
        steepness: (rows, columns) 98th percentile of each block's slope, grey levels a pixel: how
            steep its steepest edges are; a step from one pixel to the next is half of its height.
        contrast: (rows, columns) 98th minus 2nd percentile of each block, grey levels.
        chroma: Mean Lab (a, b) of what is neither black nor burnt out.
        chroma_spread: Mean distance of these pixels from ``chroma``.
        texture: (rows, columns) standard deviation of each block over the picture's spread.
        field: (h, 240) edges as complex numbers: how clear (0–1) and, doubled, in which direction;
            doubled, so that night's inverted contrast is the same edge.
    """

    grey: NDArray[np.uint8]
    mean: float
    peak: float
    spread: float
    saturated_share: float
    chroma: tuple[float, float]
    chroma_spread: float
    texture: Blocks
    steepness: Blocks
    contrast: Blocks
    field: Field


def measure(bgr: Bgr) -> Measures:
    """Measure a picture.

    Args:
        bgr: (H, 480, 3); see :func:`fit`.
    """
    grey = np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY), np.uint8)
    low, peak, high = np.percentile(grey[::2, ::2], [2.0, 99.0, 98.0])
    spread = max(1.0, float(high - low))
    chroma, chroma_spread = _chroma(bgr, grey)
    return Measures(
        grey=grey,
        mean=float(grey.mean()),
        peak=float(peak),
        spread=spread,
        saturated_share=float(np.mean(grey >= SATURATED)),
        chroma=chroma,
        chroma_spread=chroma_spread,
        texture=_texture(grey) / np.float32(spread),
        steepness=_high(_slope(grey)),
        contrast=_high(grey) + _high(255 - grey) - 255.0,
        field=edge_field(grey),
    )


def fit(bgr: Bgr) -> Bgr:
    """The picture at the width everything is measured at."""
    if bgr.shape[1] == WIDTH:
        return bgr
    height = max(BLOCK, round(bgr.shape[0] * WIDTH / bgr.shape[1]))
    return np.asarray(cv2.resize(bgr, (WIDTH, height), interpolation=cv2.INTER_AREA), np.uint8)


def change(before: NDArray[np.uint8], now: NDArray[np.uint8]) -> float:
    """Median over blocks of the mean absolute difference, grey levels.

    The median, because the camera's clock goes on in a frozen picture.
    """
    return float(np.median(block_means(np.asarray(cv2.absdiff(before, now), np.uint8))))


def block_means(plane: NDArray[np.uint8] | Blocks) -> Blocks:
    """(rows, columns) mean of each ``BLOCK`` x ``BLOCK`` block; what is left over is cut off."""
    rows, columns = plane.shape[0] // BLOCK, plane.shape[1] // BLOCK
    cut = plane[: rows * BLOCK, : columns * BLOCK].astype(np.float32)
    # Averaging down by a whole number is the mean of each block, four times as fast as NumPy's.
    small = cv2.resize(cut, (columns, rows), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32)


def edge_field(grey: NDArray[np.uint8]) -> Field:
    """See ``Measures.field``."""
    height = max(1, round(grey.shape[0] * FIELD_WIDTH / grey.shape[1]))
    small = cv2.resize(grey, (FIELD_WIDTH, height), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (3, 3), 0)
    dx = cv2.Sobel(small, cv2.CV_32F, 1, 0)
    dy = cv2.Sobel(small, cv2.CV_32F, 0, 1)
    slope = cv2.magnitude(dx, dy) + np.float32(1e-3)
    doubled = ((dx + 1j * dy) / slope) ** 2
    return np.asarray(doubled * (slope / (slope + _EDGE_STRENGTH)) ** 2, np.complex64)


def steepest(of: Measures) -> NDArray[np.bool_]:
    """(H, 480) pixels on the steepest edges of their block."""
    slope = _slope(of.grey)
    rows, columns = of.steepness.shape
    on = np.zeros(slope.shape, np.bool_)
    least = np.repeat(np.repeat(of.steepness, BLOCK, axis=0), BLOCK, axis=1)
    on[: rows * BLOCK, : columns * BLOCK] = (
        slope[: rows * BLOCK, : columns * BLOCK] >= _STEEPEST * least
    )
    return on


def _slope(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    dx = cv2.Sobel(grey, cv2.CV_32F, 1, 0)
    dy = cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    return np.asarray(cv2.magnitude(dx, dy) / np.float32(8.0), np.float32)


def _high(plane: NDArray[np.uint8] | NDArray[np.float32]) -> Blocks:
    """98th percentile of each block: a hot pixel or two do not count."""
    rows, columns = plane.shape[0] // BLOCK, plane.shape[1] // BLOCK
    cut = plane[: rows * BLOCK, : columns * BLOCK].reshape(rows, BLOCK, columns, BLOCK)
    pixels = cut.swapaxes(1, 2).reshape(rows, columns, BLOCK * BLOCK)
    nth = BLOCK * BLOCK * 98 // 100
    return np.partition(pixels, nth, axis=2)[:, :, nth].astype(np.float32)


def _texture(grey: NDArray[np.uint8]) -> Blocks:
    values = cv2.GaussianBlur(grey, (5, 5), 0).astype(np.float32)
    mean = block_means(values)
    square = block_means(np.asarray(values * values, np.float32))
    return np.sqrt(np.maximum(square - mean * mean, 0.0))


def _chroma(bgr: Bgr, grey: NDArray[np.uint8]) -> tuple[tuple[float, float], float]:
    lab = cv2.cvtColor(bgr[::4, ::4], cv2.COLOR_BGR2LAB)
    light = grey[::4, ::4]
    kept = lab[(light > 20) & (light < SATURATED)][:, 1:].astype(np.float32) - 128.0
    if len(kept) < 100:
        return (0.0, 0.0), 0.0
    mean = kept.mean(axis=0)
    apart = float(np.hypot(*(kept - mean).T).mean())
    return (float(mean[0]), float(mean[1])), apart
