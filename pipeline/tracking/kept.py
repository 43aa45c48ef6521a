"""Tracks as few bytes: what rules need to judge them again, and nothing to look at.

A day of a busy camera is millions of boxes. They are rounded to ``STEP`` of the picture, a tenth of
what a box trembles, scores down to hundredths, so that a threshold written with two digits decides
as before; then each track is written as differences, byte planes apart, and compressed.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.core.clock import FrameTime
from pipeline.core.detections import Tracks

STEP = 1.0 / 2048.0
"""Of the picture, to which boxes are rounded: a pixel of one that is 2,048 wide."""
_SCORE_STEPS = 100.0
_LEVEL = 6
_MOST_BYTES = 64 * 1024 * 1024
"""Of one block unpacked; ours have some hundred kilobytes."""
_HEAD = struct.Struct("<I")


class GarbledTracksError(ValueError):
    """Bytes that are no tracks."""


@dataclass(frozen=True, slots=True)
class KeptLook:
    """What was followed in one picture that was looked at.

    Attributes:
        time: The picture's.
        tracks: What was seen in it.
    """

    time: FrameTime
    tracks: Tracks


def pack(looks: Sequence[KeptLook]) -> bytes:
    """Write looks of one lane of a camera, whose pictures have one size."""
    first = next((look.tracks for look in looks if len(look.tracks)), looks[0].tracks)
    counts = np.array([len(look.tracks) for look in looks], np.uint32)
    ids = np.concatenate([look.tracks.track_id for look in looks])
    names = sorted({name for look in looks for name in look.tracks.attributes})
    _, sample, row = np.unique(ids, return_index=True, return_inverse=True)
    order = np.argsort(row, kind="stable")
    size = np.array([*first.frame_size, *first.frame_size], np.float64) * STEP
    boxes = np.concatenate([look.tracks.xyxy for look in looks]).astype(np.float64)
    units = np.round(boxes / size).astype(np.int64)[order]
    score = np.concatenate([look.tracks.score for look in looks]).astype(np.float64)
    steps = np.floor(score * _SCORE_STEPS + 1e-5).astype(np.int64)[order]
    is_new = np.diff(row[order], prepend=-1) != 0
    born = np.concatenate([look.tracks.first_seen_s for look in looks])[sample]
    classes = np.concatenate([look.tracks.class_id for look in looks])[sample]
    columns = [
        _micro([look.time.media_s for look in looks]),
        _micro([look.time.utc_s for look in looks]),
        counts.astype(np.int64),
        ids[sample],
        classes,
        np.round(born * 1e6).astype(np.int64),
        row.astype(np.int64),
        *(_steps(units[:, i], is_new) for i in range(4)),
        _steps(steps, is_new),
        *(_told(looks, name)[order] for name in names),
    ]
    head = json.dumps(
        {
            "classes": first.class_names,
            "size": [int(side) for side in first.frame_size],
            "attributes": names,
            "lengths": [len(column) for column in columns],
        }
    ).encode()
    body = b"".join([_HEAD.pack(len(head)), head, *(_planes(column) for column in columns)])
    return zlib.compress(body, _LEVEL)


def unpack(block: bytes) -> list[KeptLook]:
    """Read what :func:`pack` wrote.

    Raises:
        GarbledTracksError: It is not that.
    """
    try:
        opened = zlib.decompressobj()
        body = opened.decompress(block, _MOST_BYTES)
        if not opened.eof:
            raise GarbledTracksError("too long, or cut off")
        (length,) = _HEAD.unpack_from(body)
        head = json.loads(body[_HEAD.size : _HEAD.size + length])
        return _looks(head, body[_HEAD.size + length :])
    except (zlib.error, struct.error, ValueError, LookupError, TypeError, OverflowError) as error:
        raise GarbledTracksError(str(error)) from error


def _looks(head: Any, body: bytes) -> list[KeptLook]:
    columns = _columns(head["lengths"], body)
    width, height = (int(each) for each in head["size"])
    classes = tuple(str(each) for each in head["classes"])
    names = [str(each) for each in head["attributes"]]
    media, utc, counts, ids, class_ids, born, row = columns[:7]
    order = np.argsort(row, kind="stable")
    starts = np.flatnonzero(np.diff(row[order], prepend=-1) != 0)
    units = np.empty((len(row), 4), np.float64)
    for i, column in enumerate(columns[7:11]):
        units[order, i] = _summed(column, starts)
    score = np.empty(len(row), np.float32)
    score[order] = _summed(columns[11], starts) / _SCORE_STEPS
    told = {}
    for name, column in zip(names, columns[12:], strict=True):
        told[name] = np.empty(len(row), np.int8)
        told[name][order] = column
    xyxy = (units * (np.array([width, height, width, height]) * STEP)).astype(np.float32)
    ends = np.cumsum(counts)
    if len(ends) != len(media) or (len(ends) and ends[-1] != len(row)):
        raise GarbledTracksError("the columns do not belong together")
    media_s, utc_s = np.cumsum(media) / 1e6, np.cumsum(utc) / 1e6
    looks = []
    for n, (end, count) in enumerate(zip(ends, counts, strict=True)):
        part = slice(int(end - count), int(end))
        which = row[part]
        looks.append(
            KeptLook(
                FrameTime(float(media_s[n]), float(utc_s[n])),
                Tracks(
                    xyxy[part],
                    score[part],
                    class_ids[which],
                    ids[which],
                    born[which] / 1e6,
                    classes,
                    (width, height),
                    {name: answers[part] for name, answers in told.items()},
                ),
            )
        )
    return looks


def _told(looks: Sequence[KeptLook], name: str) -> NDArray[np.int64]:
    return np.concatenate([look.tracks.attribute(name) for look in looks]).astype(np.int64)


def _micro(seconds: Sequence[float]) -> NDArray[np.int64]:
    micro = np.round(np.array(seconds) * 1e6).astype(np.int64)
    return np.asarray(np.diff(micro, prepend=0), np.int64)


def _steps(values: NDArray[np.int64], is_new: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Differences within each track; the first of a track as it is."""
    return np.where(is_new, values, np.diff(values, prepend=0))


def _summed(steps: NDArray[np.int64], starts: NDArray[np.int64]) -> NDArray[np.int64]:
    total = np.cumsum(steps)
    before = np.concatenate([[0], total])[starts]
    return np.asarray(total - np.repeat(before, np.diff(starts, append=len(steps))), np.int64)


def _planes(column: NDArray[np.int64]) -> bytes:
    """Small numbers in few bytes, signs folded in, the lowest byte of each first."""
    folded = ((column << 1) ^ (column >> 63)).astype("<u8")
    return folded.view(np.uint8).reshape(-1, 8).T.tobytes()


def _columns(lengths: Any, body: bytes) -> list[NDArray[np.int64]]:
    columns, at = [], 0
    for length in lengths:
        raw = np.frombuffer(body, np.uint8, 8 * int(length), at).reshape(8, -1)
        folded = np.ascontiguousarray(raw.T).view("<u8").reshape(-1)
        columns.append(
            (folded >> np.uint64(1)).astype(np.int64) ^ -(folded & np.uint64(1)).astype(np.int64)
        )
        at += 8 * int(length)
    return columns
