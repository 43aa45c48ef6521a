"""What a fixed camera's picture looks like when nothing is new in it, and what has come to stay.

Two models of each pixel. The *steady* one is what the pixel has shown without a break, and since
when; the *base* is what belongs to the place. Whoever walks by resets the steady model and leaves
the base alone; a thing that is put down becomes steady while the base remembers the floor. That
difference is what :mod:`pipeline.inference.still_things` looks for.

Pixels under somebody's box are not looked at: both models keep what they knew, so that a bag behind
people is as old when they have passed as it was before. All rates are per second of the picture's
own time; the same pictures give the same answer at any speed.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.core.frame import Bgr

Mask = NDArray[np.bool_]
Reals = NDArray[np.float32]

NEAR = 16.0
"""A pixel within this of 255, in its most different colour, shows the same: video noise after a
blur is half of it."""
NEW = 24.0
"""A steady pixel this far from its base is new: a dark grey bag on a grey floor is some 30."""
BREAK_S = 0.35
"""A pixel must differ for this long to have changed: one bad frame at 5 a second is no change."""
BASE_S = 1.0
"""The base of a pixel begins with what it first showed for this long."""
DRIFT_S = 30.0
"""Time constant with which the base follows slow light."""
_FOLLOW_S = 2.0
"""Time constant with which the steady model follows what it agrees with."""
_MAX_STEP_S = 1.0
"""Most that one picture counts for; what happened in a longer gap was not looked at."""
_UPSET = 0.25
"""More of the picture new at once than this is a switched light or a moved camera."""


@dataclass(frozen=True, slots=True)
class Change:
    """What is new in a picture.

    Attributes:
        new: (H, W) pixels that are steady, and not what the place looked like.
        steady: (3, H, W) what they show.
        base: (3, H, W) what the place looked like.
    """

    new: Mask
    steady: Reals
    base: Reals


class Scene:
    """The two models of one camera's picture.

    Args:
        settle_s: How long a pixel must be steady to be new.
        absorb_s: What has been new for this long belongs to the place from then on.
    """

    def __init__(self, *, settle_s: float, absorb_s: float) -> None:
        self._settle_s = settle_s
        self._absorb_s = absorb_s
        self._steady: Reals | None = None
        self._base: Reals
        self._known: Mask
        self._age_s: Reals
        self._off_s: Reals
        self._seen_s = 0.0

    def update(self, picture: Bgr, covered: Mask, t_s: float) -> Change:
        """Look at a picture.

        Args:
            picture: Of one size throughout; a change of size begins anew.
            covered: (H, W) pixels under people, which are not looked at.
            t_s: Its time; not before the one before.
        """
        # Plane by plane: colours side by side would have to be taken apart for every comparison.
        planes = cv2.GaussianBlur(picture, (3, 3), 0).transpose(2, 0, 1)
        pixels = np.ascontiguousarray(planes, np.float32)
        if self._steady is None or self._steady.shape != pixels.shape:
            self._begin(pixels, covered, t_s)
        step_s = float(np.clip(t_s - self._seen_s, 0.0, _MAX_STEP_S))
        self._seen_s = t_s
        self._see(pixels, ~covered, step_s)
        assert self._steady is not None
        distance = _distance(self._steady, self._base)
        self._learn(distance, step_s)
        far = self._known & (distance > NEW)
        new = far & (self._age_s >= self._settle_s)
        if np.count_nonzero(new) > _UPSET * new.size:
            self._accept(far)
            new = np.zeros_like(new)
        return Change(new, self._steady, self._base)

    def _begin(self, pixels: Reals, covered: Mask, t_s: float) -> None:
        shape = pixels.shape[1:]
        self._steady, self._base = pixels.copy(), pixels.copy()
        self._known = np.zeros(shape, np.bool_)
        self._age_s = np.zeros(shape, np.float32)
        # Under people nothing is known: the first look at those pixels starts them.
        self._off_s = np.where(covered, np.float32(np.inf), np.float32(0.0)).astype(np.float32)
        self._seen_s = t_s

    def _see(self, pixels: Reals, looked: Mask, step_s: float) -> None:
        assert self._steady is not None
        near = _distance(pixels, self._steady) <= NEAR
        same = looked & near & np.isfinite(self._off_s)
        _blend(self._steady, pixels, 1.0 - float(np.exp(-step_s / _FOLLOW_S)), same)
        self._age_s[same] += step_s
        self._off_s[same] = 0.0
        other = looked & ~same
        self._off_s[other] += step_s
        changed = other & (self._off_s >= BREAK_S)
        np.copyto(self._steady, pixels, where=changed)
        self._age_s[changed] = 0.0
        self._off_s[changed] = 0.0

    def _learn(self, distance: Reals, step_s: float) -> None:
        assert self._steady is not None
        close = self._known & (distance <= NEW)
        _blend(self._base, self._steady, 1.0 - float(np.exp(-step_s / DRIFT_S)), close)
        first = ~self._known & (self._age_s >= BASE_S)
        old = self._known & (self._age_s >= self._absorb_s)
        if first.any() or old.any():
            self._accept(first | old)
            self._known |= first

    def _accept(self, where: Mask) -> None:
        assert self._steady is not None
        np.copyto(self._base, self._steady, where=where)


def _distance(a: Reals, b: Reals) -> Reals:
    """(H, W) the greatest difference of a colour."""
    blue, green, red = (cv2.absdiff(one, other) for one, other in zip(a, b, strict=True))
    return np.asarray(cv2.max(cv2.max(blue, green), red), np.float32)


def _blend(target: Reals, source: Reals, share: float, where: Mask) -> None:
    """Move some pixels of ``target`` by a share of the way to ``source``."""
    for into, out_of in zip(target, source, strict=True):
        cv2.accumulateWeighted(out_of, into, share, mask=where.view(np.uint8))
