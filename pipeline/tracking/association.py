"""Which box belongs to which track: overlap, blurred by how unsure the track's place is.

Plain overlap works at 10 frames a second. At 2, a person who crosses the picture has left their own
box between two frames and plain overlap is zero. So both boxes grow by the track's own deviation
before they are compared (the idea of C-BIoU, Yang et al., WACV 2023, with the filter's deviation in
place of a fixed buffer): a track of known speed is compared sharply, a new or lost one generously.

Who runs leaves even the grown box before a speed is known. A box that no track wants and a track
seen once that no box meets belong together where neither could belong to anybody else
(``only_choices``); from the second box on the speed is known and overlap serves.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from pipeline.tracking.motion import Array, centred

MAX_GROWTH = 0.3
"""Growth on each side, at most this share of the longer side of the track's box."""
MAX_SPEED = 5.5
"""Body sizes a second: a pupil of 1.4 m who sprints 7 m/s moves 5."""
MAX_BETWEEN_S = 0.6
"""Looks farther apart say nothing of who ran: two a second and a late one."""
MAX_SIZE_RATIO = 1.5
"""Of the longer sides of two boxes of a runner, one look apart."""


def overlap(track_xyxy: Array, doubt: Array, box_xyxy: Array) -> Array:
    """Overlap of every track with every box, 0–1.

    Args:
        track_xyxy: (T, 4) predicted boxes, pixels.
        doubt: (T, 2) standard deviation of their centres along x and y, pixels.
        box_xyxy: (D, 4) detections, pixels.

    Returns:
        (T, D) intersection over union of the grown boxes.
    """
    size = (track_xyxy[:, 2:] - track_xyxy[:, :2]).max(axis=1, initial=1.0)[:, None]
    grow = np.minimum(doubt, MAX_GROWTH * size)[:, None, :]
    track, box = track_xyxy[:, None, :], box_xyxy[None, :, :]
    low = np.maximum(track[..., :2], box[..., :2]) - grow
    high = np.minimum(track[..., 2:], box[..., 2:]) + grow
    shared = np.prod(np.maximum(high - low, 0.0), axis=2)
    area_track = np.prod(track[..., 2:] - track[..., :2] + 2 * grow, axis=2)
    area_box = np.prod(box[..., 2:] - box[..., :2] + 2 * grow, axis=2)
    union = area_track + area_box - shared
    return np.asarray(shared / np.maximum(union, 1e-9), np.float64)


def assign(
    similarity: Array, allowed: NDArray[np.bool_], least: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pair rows with columns so that the sum of similarities is greatest.

    Args:
        similarity: (T, D), 0–1.
        allowed: (T, D) pairs that may be made.
        least: Pairs below this are not made.

    Returns:
        Rows and columns of the pairs, (P,) each.
    """
    usable = allowed & (similarity >= least)
    if not usable.any():
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    # A forbidden pair scores zero and is thrown out afterwards; it never displaces a good one,
    # because leaving both of its ends alone is worth as much.
    rows, columns = linear_sum_assignment(np.where(usable, similarity, 0.0), maximize=True)
    made = usable[rows, columns]
    return rows[made].astype(np.int64), columns[made].astype(np.int64)


def only_choices(
    track_xyxy: Array, box_xyxy: Array, between_s: float, allowed: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pair a track with a box where each is the other's only possibility.

    Args:
        track_xyxy: (T, 4) boxes of the look before, pixels.
        box_xyxy: (D, 4) detections, pixels.
        between_s: Seconds between the two looks.
        allowed: (T, D) pairs that may be made.

    Returns:
        Rows and columns of the pairs, (P,) each.
    """
    track, box = centred(track_xyxy), centred(box_xyxy)
    track_size, box_size = track[:, 2:].max(axis=1), box[:, 2:].max(axis=1)
    apart = np.linalg.norm(track[:, None, :2] - box[None, :, :2], axis=2)
    near = apart <= (MAX_SPEED * between_s * track_size)[:, None]
    ratio = track_size[:, None] / box_size[None, :]
    alike = (ratio <= MAX_SIZE_RATIO) & (ratio >= 1.0 / MAX_SIZE_RATIO)
    possible = allowed & near & alike
    alone = possible & (possible.sum(axis=1) == 1)[:, None] & (possible.sum(axis=0) == 1)[None, :]
    rows, columns = np.nonzero(alone)
    return rows.astype(np.int64), columns.astype(np.int64)
