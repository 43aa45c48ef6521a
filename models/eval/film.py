"""Pictures put together from real ones, and written as a recording the product can read.

Nothing here invents a face, a flame or a van: every pixel comes from a recording or a photograph.
What is invented is where it stands and for how long, which is what gives a clip exact truth.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.eval.media import read_video
from pipeline.core.frame import Bgr
from pipeline.video.annotated import AnnotatedWriter

FPS = 10.0
"""Of every composed recording; the rules look at five a second of them."""

Matte = NDArray[np.float32]
"""(height, width), 1 where the piece is seen, 0 where the scene is."""


def write_film(path: Path, pictures: Iterable[Bgr]) -> float:
    """Encode pictures of one size as H.264, as a camera would; returns seconds.

    Raises:
        ValueError: There is no picture.
        EvidenceError: The file cannot be written.
    """
    shown = iter(pictures)
    first = next(shown, None)
    if first is None:
        raise ValueError("a film needs a picture")
    height, width = first.shape[:2]
    count = 1
    with AnnotatedWriter(path, width, height, FPS) as writer:
        writer.write(first, 0.0)
        for picture in shown:
            writer.write(picture, count / FPS)
            count += 1
    return count / FPS


def take(path: Path, start_s: float, end_s: float, fps: float) -> Iterator[Bgr]:
    """The pictures of a recording between two moments, every one of them.

    Args:
        path: The recording.
        start_s: First moment.
        end_s: The moment after the last.
        fps: Of the recording.
    """
    first, last = round(start_s * fps), round(end_s * fps)
    for _, picture in islice(read_video(path), first, last):
        yield picture


def to_and_fro(pictures: list[Bgr], seconds: float) -> Iterator[Bgr]:
    """A short real scene shown forwards and backwards until the time is full: no cut, no jump."""
    there_and_back = pictures + pictures[-2:0:-1]
    for n in range(round(seconds * FPS)):
        yield there_and_back[n % len(there_and_back)]


def soft_edges(height: int, width: int, edge_px: int) -> Matte:
    """A matte that fades out over the last ``edge_px`` pixels of a piece."""
    down = np.minimum(np.arange(height), np.arange(height)[::-1])
    across = np.minimum(np.arange(width), np.arange(width)[::-1])
    depth = np.minimum(down[:, None], across[None, :]) + 1
    return np.asarray(np.clip(depth / max(edge_px, 1), 0.0, 1.0), np.float32)


def ellipse(height: int, width: int) -> Matte:
    """A matte that keeps the middle of a piece and fades towards its corners."""
    y = (np.arange(height) - (height - 1) / 2) / (height / 2)
    x = (np.arange(width) - (width - 1) / 2) / (width / 2)
    radius = np.hypot(y[:, None], x[None, :])
    return np.asarray(np.clip((1.0 - radius) / 0.35, 0.0, 1.0), np.float32)


def brightness(piece: Bgr, dark: float = 50.0, bright: float = 120.0) -> Matte:
    """A matte of what shines: flames filmed before the dark."""
    peak = piece.max(axis=2).astype(np.float32)
    return np.asarray(np.clip((peak - dark) / (bright - dark), 0.0, 1.0), np.float32)


def scaled(piece: Bgr, scale: float) -> Bgr:
    """The piece at another size."""
    size = max(1, round(piece.shape[1] * scale)), max(1, round(piece.shape[0] * scale))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(piece, size, interpolation=how), np.uint8)


def pasted(scene: Bgr, piece: Bgr, left: float, top: float, matte: Matte) -> Bgr:
    """The scene with a piece in it, cut off at the scene's edges; the scene is left as it was."""
    out = scene.copy()
    x, y = round(left), round(top)
    height, width = piece.shape[:2]
    x1, y1 = max(x, 0), max(y, 0)
    x2, y2 = min(x + width, scene.shape[1]), min(y + height, scene.shape[0])
    if x1 >= x2 or y1 >= y2:
        return out
    part = slice(y1 - y, y2 - y), slice(x1 - x, x2 - x)
    share = matte[part][..., None]
    under = out[y1:y2, x1:x2].astype(np.float32)
    mixed = share * piece[part].astype(np.float32) + (1.0 - share) * under
    out[y1:y2, x1:x2] = np.clip(np.rint(mixed), 0, 255).astype(np.uint8)
    return out


def fitted(picture: Bgr, width: int, height: int) -> Bgr:
    """A photograph of any shape in the middle of a black picture of this size."""
    scale = min(width / picture.shape[1], height / picture.shape[0])
    piece = scaled(picture, scale)[:height, :width]
    out = np.zeros((height, width, 3), np.uint8)
    y, x = (height - piece.shape[0]) // 2, (width - piece.shape[1]) // 2
    out[y : y + piece.shape[0], x : x + piece.shape[1]] = piece
    return out
