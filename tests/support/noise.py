"""Noise of a camera's sensor. Drawing it anew for each picture would be most of a test's time."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from pipeline.core.frame import Bgr

_SPARE = 2


@cache
def _field(height: int, width: int, channels: int) -> npt.NDArray[np.float32]:
    """Normal noise, larger than a picture, to cut pictures' noise out of."""
    random = np.random.default_rng(1)
    return random.standard_normal((_SPARE * height, _SPARE * width, channels), np.float32)


def noisy(picture: npt.NDArray[np.floating] | Bgr, sigma: float, seed: int) -> Bgr:
    """A picture with noise; the same seed gives the same.

    Args:
        picture: (height, width, channels), 0 to 255.
        sigma: Deviation of the noise.
        seed: Chooses the cut.
    """
    height, width, channels = picture.shape
    y, x = np.random.default_rng(seed).integers(0, (height, width))
    noise = _field(height, width, channels)[y : y + height, x : x + width]
    seen = picture.astype(np.float32)
    seen += np.float32(sigma) * noise
    return np.clip(seen, 0, 255, out=seen).astype(np.uint8)
