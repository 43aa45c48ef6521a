"""Motion between keyframes: the signal that no rate control can hide.

A keyframe shows the scene as it is, once a GOP. Compared small and grey with the keyframe before
and with a running background, it says whether something came in or moved. What is not motion must
not look like it: the sun behind a cloud (gain and offset are fitted before comparing), sensor noise
(each pixel's own is measured), the camera's clock, a flag or a fan (pixels that change in most
keyframes while no track is seen are masked).
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
_Floats = NDArray[np.float32]
_Mask = NDArray[np.bool_]

WIDTH = 160
"""Pixels. What the detector can see (20 pixels high at 416) is 8 pixels high here."""
MIN_STEP = 8.0
"""Grey levels: a coat against a wall of the same colour differs by 10 to 15, keyframes of a still
scene by 1 to 3."""
DEVIATIONS = 5.0
"""Of a pixel's own noise."""
MIN_PIXELS = 12
"""Changed pixels with changed neighbours, of 160 x 90: a person 25 pixels high at 416 pixels of
model input, the smallest the detector finds."""
BACKGROUND_S = 60.0
"""A thing put down belongs to the background after a minute."""
BUSY_SHARE, CALM_SHARE = 0.5, 0.25
"""A pixel that changes in half of the keyframes is masked until it does in less than a quarter."""

_BUSY_MEMORY = 12.0
_MASK_REACH = 5
_NOISE_MEMORY = 10.0
_START_NOISE = 2.0
_FIT_KEEP = 0.7
_LEVEL_PIXELS = 4


class PictureSignal:
    """Compares the keyframes of one camera; all pictures of one size, else it begins anew."""

    def __init__(self) -> None:
        self._background: _Floats | None = None
        self._last: _Floats | None = None
        self._last_s = 0.0
        self._noise: _Floats | None = None
        self._busy: _Floats | None = None
        self._masked: _Mask | None = None
        self._motion = 0.0

    @property
    def motion(self) -> float:
        """Of the last picture: changed pixels over ``MIN_PIXELS``; 1.0 and more is motion."""
        return self._motion

    @property
    def masked_share(self) -> float:
        """Share of the picture that is not looked at, because it never rests."""
        return 0.0 if self._masked is None else float(self._masked.mean())

    def take(self, media_s: float, grey: Grey, *, is_confirmed: bool) -> float:
        """Look at the next picture.

        Args:
            media_s: When it was taken.
            grey: (height, width), small; see ``WIDTH``.
            is_confirmed: The tracker follows something now: what changes is that, and teaches
                nothing about the background.

        Returns:
            ``motion``.
        """
        now = cv2.GaussianBlur(grey, (3, 3), 0).astype(np.float32)
        background, last, noise, busy = self._background, self._last, self._noise, self._busy
        if (
            background is None
            or last is None
            or noise is None
            or busy is None
            or background.shape != now.shape
        ):
            self._begin(media_s, now)
            return 0.0
        from_last = np.abs(now - _as_lit(last, now))
        lit = _as_lit(background, now)
        threshold = np.maximum(MIN_STEP, DEVIATIONS * noise)
        moved = from_last > threshold
        changed = moved & (np.abs(now - lit) > threshold) & ~self._mask(now.shape)
        # A lone pixel is noise; one with most of its neighbours is a thing.
        dense = cv2.boxFilter(changed.astype(np.uint8), -1, (3, 3), normalize=False) >= 5
        self._motion = float(np.count_nonzero(dense & changed)) / MIN_PIXELS
        dt_s = max(0.0, media_s - self._last_s)
        self._learn(now, lit, moved, from_last, dt_s, is_confirmed=is_confirmed)
        self._last, self._last_s = now, media_s
        return self._motion

    def restart(self) -> None:
        """The stream's time begins anew; what the scene looks like is still known."""
        self._last_s = 0.0
        self._motion = 0.0

    def _begin(self, media_s: float, now: _Floats) -> None:
        self._background = self._last = now
        self._last_s = media_s
        self._noise = np.full(now.shape, _START_NOISE, np.float32)
        self._busy = np.zeros(now.shape, np.float32)
        self._masked = None
        self._motion = 0.0

    def _mask(self, shape: tuple[int, ...]) -> _Mask:
        return np.zeros(shape, np.bool_) if self._masked is None else self._masked

    def _learn(
        self,
        now: _Floats,
        lit: _Floats,
        moved: _Mask,
        from_last: _Floats,
        dt_s: float,
        *,
        is_confirmed: bool,
    ) -> None:
        assert self._noise is not None
        assert self._busy is not None
        still = ~moved
        # Mean absolute difference to standard deviation of a Gaussian: 1.25.
        self._noise[still] += (1.25 * from_last[still] - self._noise[still]) / _NOISE_MEMORY
        if is_confirmed:
            self._background = np.where(moved, lit, now).astype(np.float32)
            return
        share = np.float32(1.0 - math.exp(-dt_s / BACKGROUND_S))
        self._background = lit + share * (now - lit)
        self._busy += (moved.astype(np.float32) - self._busy) / np.float32(_BUSY_MEMORY)
        kept = self._mask(now.shape) & (self._busy > CALM_SHARE)
        busy = (self._busy > BUSY_SHARE) | kept
        reach = np.ones((_MASK_REACH, _MASK_REACH), np.uint8)
        self._masked = cv2.dilate(busy.astype(np.uint8), reach).astype(np.bool_)


def _as_lit(then: _Floats, now: _Floats) -> _Floats:
    """``then`` under the light of ``now``: gain and offset fitted on what did not change."""
    x = then[::_LEVEL_PIXELS, ::_LEVEL_PIXELS].ravel()
    y = now[::_LEVEL_PIXELS, ::_LEVEL_PIXELS].ravel()
    gain, offset = _line(x, y)
    apart = np.abs(y - (gain * x + offset))
    keep = apart <= np.quantile(apart, _FIT_KEEP)
    gain, offset = _line(x[keep], y[keep])
    return np.asarray(np.float32(gain) * then + np.float32(offset), np.float32)


def _line(x: _Floats, y: _Floats) -> tuple[float, float]:
    spread = float(x.var())
    if spread < 1.0:
        return 1.0, float(y.mean() - x.mean())
    gain = float(((x - x.mean()) * (y - y.mean())).mean()) / spread
    gain = min(max(gain, 0.25), 4.0)
    return gain, float(y.mean() - gain * x.mean())
