"""Drawn fire and smoke, and fire and smoke cut from labelled pictures, laid over other pictures.

The labelled fires are of a handful of places; a network that only sees those learns the places.
Laid over hundreds of other scenes, what stays the same is the fire.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from models.train.augment import View
from pipeline.core.detections import Floats
from pipeline.core.frame import Bgr

DRAWN_PX = 128
"""Side of the square in which things are drawn before they are stretched to their place."""

FIRE, SMOKE = 0, 1
GLARE_SHARE = 0.12
PALETTE_SHARES = (0.45, 0.15, 0.2, 0.1, 0.1)

Field = NDArray[np.float32]
"""(DRAWN_PX, DRAWN_PX), mostly 0 to 1."""

LEAST_CHANGE = 20.0
"""Mean change of a pixel, of 255, below which nobody could see that there is smoke."""

PALETTES = {
    "flame": ((0, 0, 70), (0, 60, 210), (20, 150, 255), (120, 225, 255), (235, 250, 255)),
    "red": ((0, 0, 60), (20, 20, 170), (40, 70, 245), (90, 140, 255), (190, 220, 255)),
    "blown": ((60, 50, 90), (130, 140, 220), (200, 225, 255), (245, 250, 255), (255, 255, 255)),
    "magenta": ((60, 0, 60), (150, 60, 190), (210, 130, 240), (245, 215, 250), (255, 255, 255)),
    "night": ((40, 40, 40), (110, 110, 110), (190, 190, 190), (245, 245, 245), (255, 255, 255)),
}
"""Blue, green, red from cool to hot, as daylight, sodium light, overdriven, near-infrared and
night-mode cameras show flames."""


def turbulence(rng: np.random.Generator, octaves: int = 5, shift: float = 0.5) -> Field:
    """Fractal noise with mean 0 and deviation 1."""
    total = np.zeros((DRAWN_PX, DRAWN_PX), np.float32)
    for octave in range(octaves):
        side = 3 * 2**octave
        noise = rng.normal(0.0, 1.0, (side, max(2, int(side * shift * 2)))).astype(np.float32)
        grown = cv2.resize(noise, (DRAWN_PX, DRAWN_PX), interpolation=cv2.INTER_CUBIC)
        total += np.asarray(grown, np.float32) * 0.6**octave
    return np.asarray((total - total.mean()) / (total.std() + 1e-6), np.float32)


def flames(rng: np.random.Generator) -> Field:
    """Heat: tongues over a broad foot."""
    y, x = np.mgrid[0:DRAWN_PX, 0:DRAWN_PX].astype(np.float32) / DRAWN_PX
    heat = np.zeros_like(x)
    for _ in range(int(rng.integers(1, 6))):
        centre, width = rng.uniform(0.3, 0.7), rng.uniform(0.08, 0.3)
        top = rng.uniform(0.08, 0.6)
        lean = rng.uniform(-0.25, 0.25)
        rise = np.clip((0.93 - y) / (0.93 - top), 0.0, 1.5)
        waist = width * np.sqrt(np.clip(1.0 - rise, 0.0, 1.0)) * (0.6 + 0.8 * np.sqrt(rise)) + 1e-3
        side = (x - centre - lean * rise * rise) / waist
        foot = np.clip((0.97 - y) / 0.06, 0.0, 1.0)
        heat = np.maximum(heat, np.exp(-side * side) * foot * (rise < 1.0) * (1.15 - 0.5 * rise))
    swirl_x = (x * DRAWN_PX + 9.0 * turbulence(rng, 4)).astype(np.float32)
    swirl_y = (y * DRAWN_PX + 9.0 * turbulence(rng, 4)).astype(np.float32)
    heat = np.asarray(cv2.remap(heat, swirl_x, swirl_y, cv2.INTER_LINEAR), np.float32)
    return np.asarray(np.clip(heat * (1.0 + 0.25 * turbulence(rng, 5, 0.3)), 0, 1), np.float32)


def glare(rng: np.random.Generator) -> Field:
    """Heat of a fire so bright that the camera shows a white blot."""
    y, x = np.mgrid[-1 : 1 : 1j * DRAWN_PX, -1 : 1 : 1j * DRAWN_PX].astype(np.float32)
    away = np.hypot(x / rng.uniform(0.45, 0.75), y / rng.uniform(0.45, 0.75))
    heat = 1.6 * np.exp(-(away**2) * 1.7) + 0.08 * turbulence(rng, 4)
    inside = np.maximum(np.abs(x), np.abs(y)) < 0.97
    return np.asarray(np.clip(heat * inside, 0, 1), np.float32)


def plume(rng: np.random.Generator) -> Field:
    """Density: puffs that rise, widen and drift, or a bank of fog."""
    y, x = np.mgrid[0:DRAWN_PX, 0:DRAWN_PX].astype(np.float32) / DRAWN_PX
    density = np.zeros_like(x)
    puffs = int(rng.integers(6, 22))
    start, drift = rng.uniform(0.35, 0.65), rng.uniform(-0.35, 0.35)
    slim, wide = rng.uniform(0.04, 0.14), rng.uniform(0.12, 0.34)
    bank = rng.random() < 0.35
    for step in np.linspace(0.0, 1.0, puffs):
        if bank:
            cx, cy, radius = rng.uniform(0.2, 0.8), rng.uniform(0.3, 0.8), rng.uniform(0.1, 0.26)
        else:
            cx = start + drift * step + rng.normal(0.0, 0.03)
            cy, radius = 0.93 - 0.8 * step, slim + (wide - slim) * step
        away = ((x - cx) ** 2 + (y - cy) ** 2) / radius**2
        density = density + np.exp(-away * 1.5) * rng.uniform(0.4, 1.0)
    swirl_x = (x * DRAWN_PX + 7.0 * turbulence(rng, 5)).astype(np.float32)
    swirl_y = (y * DRAWN_PX + 7.0 * turbulence(rng, 5)).astype(np.float32)
    density = np.asarray(cv2.remap(density, swirl_x, swirl_y, cv2.INTER_LINEAR), np.float32)
    density = density * (1.0 + 0.3 * turbulence(rng, 6))
    thick = rng.uniform(1.0, 3.0)
    edge = np.minimum(np.minimum(x, 1.0 - x), np.minimum(y, 1.0 - y)) / 0.08
    return np.asarray(
        (1.0 - np.exp(-thick * np.clip(density, 0.0, None))) * np.clip(edge, 0.0, 1.0), np.float32
    )


def extent(field: Field, least: float) -> tuple[int, int, int, int] | None:
    """Left, top, right, bottom of what is at least so strong; None if nearly nothing is."""
    strong = field >= least
    columns, rows = np.flatnonzero(strong.sum(0) > 1), np.flatnonzero(strong.sum(1) > 1)
    if len(columns) < 8 or len(rows) < 8:
        return None
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def with_fire(pixels: Bgr, rng: np.random.Generator) -> tuple[Bgr, Floats]:
    """The picture with a drawn fire in it, and its box (1, 4), or (0, 4) if it came to nothing."""
    is_glare = rng.random() < GLARE_SHARE
    field = glare(rng) if is_glare else flames(rng)
    box = extent(field, 0.3)
    placed = _place(pixels, box, rng, 0.08, 1.4)
    if box is None or placed is None:
        return pixels, np.zeros((0, 4), np.float32)
    name = "blown" if is_glare else str(rng.choice(list(PALETTES), p=PALETTE_SHARES))
    palette = np.array(PALETTES[name], np.float32)
    heat = _stretch(field, box, placed, pixels.shape[:2])
    steps = np.clip(heat, 0.0, 1.0) * (len(palette) - 1)
    low = np.minimum(steps.astype(np.int64), len(palette) - 2)
    share = (steps - low)[..., None]
    colour = palette[low] * (1.0 - share) + palette[low + 1] * share
    cover = np.clip((heat - 0.12) / rng.uniform(0.15, 0.4), 0.0, 1.0)[..., None]
    side = max(placed[2] - placed[0], placed[3] - placed[1])
    glow = cv2.GaussianBlur(cv2.resize(heat, None, fx=0.125, fy=0.125), (0, 0), side / 20 + 0.5)
    glow = cv2.resize(glow, (pixels.shape[1], pixels.shape[0]))[..., None]
    lit = pixels.astype(np.float32) * rng.uniform(0.55, 1.05)
    lit = lit + np.clip(glow, 0.0, 1.0) * palette[2] * rng.uniform(0.1, 0.7)
    burnt = lit * (1.0 - cover) + colour * cover
    return np.clip(burnt, 0, 255).astype(np.uint8), np.array([placed], np.float32)


def with_smoke(pixels: Bgr, rng: np.random.Generator) -> tuple[Bgr, Floats]:
    """The picture with drawn smoke in it, and its box as of ``with_fire``."""
    field = plume(rng)
    box = extent(field, 0.3)
    placed = _place(pixels, box, rng, 0.15, 1.5)
    if box is None or placed is None:
        return pixels, np.zeros((0, 4), np.float32)
    density = _stretch(field, box, placed, pixels.shape[:2])
    grey = float(rng.choice([rng.uniform(20, 80), rng.uniform(90, 180), rng.uniform(180, 250)]))
    tone = np.array([grey, grey, grey]) + rng.normal(0.0, 5.0, 3)
    shade = _stretch(turbulence(rng, 4), (0, 0, DRAWN_PX, DRAWN_PX), placed, pixels.shape[:2])
    colour = tone + shade[..., None] * rng.uniform(2.0, 22.0)
    cover = (np.clip(density, 0.0, 1.0) * rng.uniform(0.75, 1.0))[..., None]
    veiled = np.clip(pixels * (1.0 - cover) + colour * cover, 0, 255).astype(np.uint8)
    left, top, right, bottom = (max(0, round(side)) for side in placed)
    change = cv2.absdiff(veiled[top:bottom, left:right], pixels[top:bottom, left:right])
    if not change.size or change.mean() < LEAST_CHANGE:
        return pixels, np.zeros((0, 4), np.float32)
    return veiled, np.array([placed], np.float32)


def graft(pixels: Bgr, donor: Bgr, box: Floats, rng: np.random.Generator) -> tuple[Bgr, Floats]:
    """The picture with the donor's box laid into it with soft edges, and its new box (1, 4)."""
    high = np.array([donor.shape[1], donor.shape[0]] * 2)
    left, top, right, bottom = (int(side) for side in np.clip(np.round(box), 0, high))
    piece = donor[top:bottom, left:right]
    if min(piece.shape[:2]) < 16:
        return pixels, np.zeros((0, 4), np.float32)
    placed = _place(pixels, (0, 0, piece.shape[1], piece.shape[0]), rng, 0.12, 0.95)
    x0, y0, x1, y1 = (round(side) for side in placed or (0, 0, 0, 0))
    x0, y0 = max(0, x0), max(0, y0)
    x1, y1 = min(pixels.shape[1], x1), min(pixels.shape[0], y1)
    if min(x1 - x0, y1 - y0) < 12:
        return pixels, np.zeros((0, 4), np.float32)
    grown = cv2.resize(piece, (x1 - x0, y1 - y0), interpolation=cv2.INTER_AREA)
    piece = np.asarray(grown, np.uint8)
    if rng.random() < 0.5:
        piece = piece[:, ::-1]
    y, x = np.mgrid[-1 : 1 : 1j * (y1 - y0), -1 : 1 : 1j * (x1 - x0)].astype(np.float32)
    power = rng.uniform(2.5, 6.0)
    cover = np.clip((1.0 - (np.abs(x) ** power + np.abs(y) ** power)) * rng.uniform(1.5, 5.0), 0, 1)
    mixed = pixels.copy()
    under = mixed[y0:y1, x0:x1]
    mixed[y0:y1, x0:x1] = under + (piece.astype(np.float32) - under) * cover[..., None]
    return mixed, np.array([[x0, y0, x1, y1]], np.float32)


def _place(
    pixels: Bgr,
    box: tuple[int, int, int, int] | None,
    rng: np.random.Generator,
    least: float,
    most: float,
) -> tuple[float, float, float, float] | None:
    """Where the box goes: its longer side between two shares of the picture's shorter one, and up
    to a quarter of it outside.
    """
    if box is None:
        return None
    height, width = pixels.shape[:2]
    side = float(np.exp(rng.uniform(np.log(least), np.log(most)))) * min(height, width)
    w, h = box[2] - box[0], box[3] - box[1]
    w, h = w * side / max(w, h) * float(np.exp(rng.uniform(-0.3, 0.3))), h * side / max(w, h)
    left = rng.uniform(*sorted((-0.25 * w, width - 0.75 * w)))
    top = rng.uniform(*sorted((-0.25 * h, height - 0.75 * h)))
    return float(left), float(top), float(left + w), float(top + h)


def _stretch(
    field: Field,
    box: tuple[int, int, int, int],
    placed: tuple[float, float, float, float],
    shape: tuple[int, int],
) -> Field:
    """The field in a picture of (height, width) ``shape`` so that ``box`` lies on ``placed``."""
    sx, sy = (
        (placed[2] - placed[0]) / (box[2] - box[0]),
        (placed[3] - placed[1]) / (box[3] - box[1]),
    )
    matrix = np.array(
        [[sx, 0.0, placed[0] - box[0] * sx], [0.0, sy, placed[1] - box[1] * sy]], np.float32
    )
    return np.asarray(cv2.warpAffine(field, matrix, (shape[1], shape[0])), np.float32)


def recoloured(view: View, rng: np.random.Generator) -> View:
    """The view as a camera with another white balance and saturation shows it."""
    hsv = cv2.cvtColor(view.pixels, cv2.COLOR_BGR2HSV).astype(np.int16)
    hsv[..., 0] = (hsv[..., 0] + int(rng.integers(-12, 13))) % 180
    hsv[..., 1] = np.clip(hsv[..., 1] * rng.uniform(0.3, 1.4), 0, 255)
    pixels = cv2.cvtColor(hsv.astype(np.uint8), cv2.COLOR_HSV2BGR)
    return replace(view, pixels=np.asarray(pixels, np.uint8))
