"""YOLOX: anchor-free, three levels, raw head output.

A cell at column x, row y of a level with stride s gives (dx, dy, log w, log h, objectness,
classes…), objectness and classes already through a sigmoid. Centre = ((x + dx) s, (y + dy) s),
sides = (e^w s, e^h s), score = objectness × the best class (Ge et al., "YOLOX", arXiv:2107.08430,
and the ``demo_postprocess`` of its reference code).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from pipeline.core.detections import Floats
from pipeline.core.errors import ModelError
from pipeline.inference.backends.base import Tensor
from pipeline.inference.decode.base import Candidates, Head

FIRST_CLASS = 5
MAX_LOG_SIDE = 10.0
"""e^10 cells: wider than any picture, and far from where float32 overflows."""


def decode(outputs: Sequence[Tensor], head: Head) -> list[Candidates]:
    """Candidates of each picture; see ``Decoder``."""
    raw = outputs[0]
    origin, stride = cells(head.input_size, head.strides)
    wanted = (len(stride), FIRST_CLASS + len(head.min_score))
    if raw.ndim != 3 or raw.shape[1:] != wanted:
        raise ModelError(
            f"the output has shape {raw.shape}, not (batch, {wanted[0]}, {wanted[1]})",
            where=head.where,
            remedy="Write classes, output.strides and input.allowed_sizes as the weights have them",
        )
    class_scores = raw[:, :, FIRST_CLASS:]
    class_id = class_scores.argmax(axis=2)
    score = raw[:, :, 4] * np.take_along_axis(class_scores, class_id[:, :, None], axis=2)[:, :, 0]
    kept = score >= head.min_score[class_id]
    return [
        Candidates(
            _boxes(raw[i][kept[i]], origin[kept[i]], stride[kept[i]]),
            score[i][kept[i]],
            class_id[i][kept[i]].astype(np.int64),
        )
        for i in range(len(raw))
    ]


def _boxes(raw: Floats, origin: Floats, stride: Floats) -> Floats:
    centre = (raw[:, :2] + origin) * stride
    half = np.exp(np.minimum(raw[:, 2:4], MAX_LOG_SIDE)) * stride / 2
    return np.concatenate([centre - half, centre + half], axis=1).astype(np.float32)


@lru_cache(maxsize=32)
def cells(input_size: tuple[int, int], strides: tuple[int, ...]) -> tuple[Floats, Floats]:
    """Column and row (cells, 2), and stride (cells, 1), of every cell in the output's order."""
    w, h = input_size
    origins, per_cell = [], []
    for stride in strides:
        rows, columns = np.mgrid[: h // stride, : w // stride]
        origin = np.stack([columns, rows], axis=-1).reshape(-1, 2).astype(np.float32)
        origins.append(origin)
        per_cell.append(np.full((len(origin), 1), stride, np.float32))
    return np.concatenate(origins), np.concatenate(per_cell)
