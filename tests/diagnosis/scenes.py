"""Pictures of a classroom corridor that never was, and what can be done to a camera."""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.core.clock import FrameTime
from pipeline.core.frame import Bgr, Frame
from pipeline.diagnosis import StillPicture
from tests.support.noise import noisy

WIDTH, HEIGHT = 640, 360
EPOCH_S = 1_700_000_000.0
_Y, _X = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)
_SPOT = np.exp(-(((_X - WIDTH / 2) / WIDTH) ** 2 + ((_Y - HEIGHT / 2) / HEIGHT) ** 2) * 5.0)
"""Where an infrared lamp shines."""


def at(media_s: float) -> FrameTime:
    return FrameTime(media_s, EPOCH_S + media_s)


def frame(pixels: Bgr, media_s: float) -> Frame:
    return Frame("c", at(media_s), StillPicture(pixels))


def room(seed: int = 1) -> Bgr:
    """A room with doors, posters, desks and a tiled floor; another seed, another room."""
    random = np.random.default_rng(seed)
    picture = np.zeros((HEIGHT, WIDTH, 3), np.float64)
    shade = np.linspace(0.75, 1.1, WIDTH)[None, :, None]
    horizon, vanishing = 220 - 22 * (seed - 1), 320 - 110 * (seed - 1)
    picture[:horizon] = np.array([190, 200, 205]) * 0.85
    picture[horizon:] = np.array([110, 125, 140])
    for x in range(-900, WIDTH + 900, 46 + 5 * seed):
        cv2.line(picture, (x, HEIGHT), (vanishing + (x - 320) // 4, horizon), (80, 90, 100), 2)
    for y in (horizon + 8, horizon + 20, horizon + 38, horizon + 64, horizon + 100):
        cv2.line(picture, (0, y), (WIDTH, y), (80, 90, 100), 2)
    for _ in range(9):
        x, y = int(random.integers(0, WIDTH - 90)), int(random.integers(5, 150))
        w, h = int(random.integers(40, 110)), int(random.integers(40, 120))
        colour = tuple(float(c) for c in random.integers(30, 230, 3))
        cv2.rectangle(picture, (x, y), (x + w, y + h), colour, -1)
        cv2.rectangle(picture, (x, y), (x + w, y + h), (40, 40, 40), 2)
        for line in range(y + 8, y + h - 4, 9):
            end = x + 5 + int(random.integers(10, max(12, w - 8)))
            cv2.line(picture, (x + 5, line), (end, line), (60, 50, 50), 2)
    for _ in range(6):
        x, y = int(random.integers(0, WIDTH - 120)), int(random.integers(210, HEIGHT - 60))
        cv2.rectangle(picture, (x, y), (x + 110, y + 14), (60, 100, 150), -1)
        cv2.rectangle(picture, (x, y), (x + 110, y + 14), (30, 50, 80), 1)
        for leg in (x + 6, x + 100):
            cv2.line(picture, (leg, y + 14), (leg, y + 54), (50, 50, 50), 4)
    grain = cv2.GaussianBlur(random.normal(0, 14, (HEIGHT, WIDTH, 1)), (0, 0), 2.0)[..., None]
    return np.clip(picture * shade + grain, 0, 255).astype(np.uint8)


def lit(picture: Bgr, factor: float) -> Bgr:
    return np.clip(picture.astype(np.float32) * factor, 0, 255).astype(np.uint8)


def night(picture: Bgr, darkness: float, seed: int = 0) -> Bgr:
    """Infrared: no colour, a bright spot in the middle, dark edges, more noise."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float32)
    lamp = grey * (0.25 + 0.9 * _SPOT)
    mixed = grey * (1.0 - darkness) + lamp * darkness * (1.0 - 0.3 * darkness)
    colour = picture.astype(np.float32) * (mixed / np.maximum(grey, 1.0))[..., None]
    faded = colour * (1.0 - darkness) + mixed[..., None] * darkness
    return noisy(np.clip(faded, 0, 255).astype(np.uint8), 1.0 + 3.0 * darkness, seed)


def person(picture: Bgr, x: int, height: int = 200) -> Bgr:
    """Somebody at ``x``, ``height`` pixels tall."""
    out = picture.copy()
    width = height // 3
    foot = min(HEIGHT - 5, 130 + height)
    top = foot - height
    cv2.rectangle(out, (x, top + height // 5), (x + width, foot), (40, 50, 130), -1)
    cv2.circle(out, (x + width // 2, top + height // 10), height // 10, (130, 160, 200), -1)
    cv2.line(out, (x + width // 2, top + height // 2), (x + width // 2, foot), (20, 20, 40), 3)
    return out


def covered(picture: Bgr, share: float, seed: int = 0) -> Bgr:
    """A dark cloth over the left part."""
    out = picture.copy()
    columns = round(WIDTH * share)
    folds = 55 + 8 * np.sin(np.arange(columns) / 30.0)
    cloth = np.repeat(np.broadcast_to(folds, (HEIGHT, columns))[..., None], 3, axis=2)
    out[:, :columns] = noisy(cloth.astype(np.uint8), 2.0, seed)
    return out


def blurred(picture: Bgr, sigma: float) -> Bgr:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.uint8)


def turned(picture: Bgr, share: float, seed: int = 5) -> Bgr:
    """The camera turned right by a share of the picture's width; new wall comes in."""
    columns = round(WIDTH * share)
    new = room(seed)[:, :columns]
    return np.asarray(np.concatenate([picture[:, columns:], new], axis=1), np.uint8)


def tinted(picture: Bgr, factors: tuple[float, float, float]) -> Bgr:
    return np.asarray(np.clip(picture * np.array(factors), 0, 255), np.uint8)
