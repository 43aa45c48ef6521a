"""Where a box will be at a given time: a Kalman filter that counts seconds.

Frame-counting filters break when a camera delivers 2 of 5 frames. Here the
state moves by the seconds that really passed. Centre x, centre y, width and height move
independently of each other at nearly constant speed, so each needs one 2 × 2 covariance and all
tracks are predicted and corrected at once without a matrix inverse.

The model is the continuous white-noise-acceleration one (Bar-Shalom, Li, Kirubarajan, *Estimation
with Applications to Tracking and Navigation*, 2001, §6.2.2): its process noise over one second is
the same in one step or in ten. All deviations are in body sizes, the longer side of the box, as in
SORT and ByteTrack, whose 1/20 of the height for a measured position is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

MEASURED_STD = 0.05
"""Deviation of a measured centre or side, in body sizes."""
BIRTH_SPEED_STD = np.array([1.0, 0.5, 0.15, 0.25])
"""Deviation of an unknown speed, body sizes per second: 1 is a brisk walk across the picture."""
JERKINESS = np.array([0.5, 0.25, 0.02, 0.05])
"""Spectral density of the acceleration, body sizes² per second³."""


@dataclass(slots=True)
class Motion:
    """Positions and speeds of N boxes.

    Attributes:
        position: (N, 4) centre x, centre y, width, height in pixels.
        speed: (N, 4) pixels per second.
        var_position: (N, 4) variance of the position.
        covariance: (N, 4) of position and speed.
        var_speed: (N, 4) variance of the speed.
    """

    position: Array
    speed: Array
    var_position: Array
    covariance: Array
    var_speed: Array

    @classmethod
    def at_birth(cls, xyxy: NDArray[np.floating]) -> Self:
        """N boxes seen for the first time, (N, 4) pixels."""
        position = centred(xyxy)
        size = _size(position)
        return cls(
            position,
            np.zeros_like(position),
            np.broadcast_to((MEASURED_STD * size) ** 2, position.shape).copy(),
            np.zeros_like(position),
            (BIRTH_SPEED_STD * size) ** 2,
        )

    def __len__(self) -> int:
        return len(self.position)

    def select(self, keep: NDArray[np.bool_] | NDArray[np.int64]) -> Motion:
        """The boxes of a mask or an index."""
        return Motion(
            self.position[keep],
            self.speed[keep],
            self.var_position[keep],
            self.covariance[keep],
            self.var_speed[keep],
        )

    def joined(self, other: Motion) -> Motion:
        """These boxes and then the other ones."""
        return Motion(
            np.concatenate([self.position, other.position]),
            np.concatenate([self.speed, other.speed]),
            np.concatenate([self.var_position, other.var_position]),
            np.concatenate([self.covariance, other.covariance]),
            np.concatenate([self.var_speed, other.var_speed]),
        )

    def predict(self, dt_s: float) -> None:
        """Move everything on by some seconds."""
        if dt_s <= 0.0 or not len(self):
            return
        noise = JERKINESS * _size(self.position) ** 2
        self.position = self.position + self.speed * dt_s
        self.position[:, 2:] = np.maximum(self.position[:, 2:], 1.0)
        self.var_position = (
            self.var_position
            + 2.0 * dt_s * self.covariance
            + dt_s**2 * self.var_speed
            + noise * dt_s**3 / 3.0
        )
        self.covariance = self.covariance + dt_s * self.var_speed + noise * dt_s**2 / 2.0
        self.var_speed = self.var_speed + noise * dt_s

    def correct(self, which: NDArray[np.int64], xyxy: NDArray[np.floating]) -> None:
        """Take new measurements.

        Args:
            which: (M,) indices of the boxes measured, each at most once.
            xyxy: (M, 4) pixels.
        """
        if not len(which):
            return
        measured = centred(xyxy)
        var, cov = self.var_position[which], self.covariance[which]
        total = var + (MEASURED_STD * _size(measured)) ** 2
        error = measured - self.position[which]
        self.position[which] += var / total * error
        self.speed[which] += cov / total * error
        self.var_position[which] = var * (1.0 - var / total)
        self.covariance[which] = cov * (1.0 - var / total)
        self.var_speed[which] -= cov**2 / total

    def xyxy(self) -> Array:
        """(N, 4) boxes in pixels."""
        half = self.position[:, 2:] / 2.0
        return np.concatenate([self.position[:, :2] - half, self.position[:, :2] + half], axis=1)

    def doubt(self) -> Array:
        """(N, 2) standard deviation of the centre, pixels along x and y."""
        return np.asarray(np.sqrt(self.var_position[:, :2]), np.float64)


def centred(xyxy: NDArray[np.floating]) -> Array:
    """(N, 4) corners to centre x, centre y, width, height."""
    box = xyxy.astype(np.float64)
    return np.concatenate(
        [(box[:, :2] + box[:, 2:]) / 2.0, np.maximum(box[:, 2:] - box[:, :2], 1.0)], axis=1
    )


def _size(position: Array) -> Array:
    return np.maximum(position[:, 2:3], position[:, 3:4])
