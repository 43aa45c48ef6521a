"""Non-maximum suppression, per class, the same result on every run and machine.

Written here rather than taken from ``cv2.dnn.NMSBoxesBatched``: that one shifts each class's boxes
apart by the largest coordinate, which mixes classes when boxes reach left of the picture, and ours
are never clipped. A mask of equal classes is exact.
"""

from __future__ import annotations

import numpy as np

from pipeline.core.detections import Floats, Ints

MAX_CANDIDATES = 1000
"""Best candidates looked at; bounds a hostile or broken model to a 1000 × 1000 matrix."""


def iou_matrix(a: Floats, b: Floats) -> Floats:
    """(len(a), len(b)) intersection over union of boxes (N, 4) left, top, right, bottom.

    Two boxes without area have 0.
    """
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    inside = np.prod(np.clip(high - low, 0.0, None), axis=2)
    area_a = np.prod(np.clip(a[:, 2:] - a[:, :2], 0.0, None), axis=1)
    area_b = np.prod(np.clip(b[:, 2:] - b[:, :2], 0.0, None), axis=1)
    union = area_a[:, None] + area_b[None, :] - inside
    iou = np.zeros_like(inside, np.float32)
    np.divide(inside, union, out=iou, where=union > 0.0)
    return iou


def keep_best(xyxy: Floats, score: Floats, class_id: Ints, max_iou: float) -> Ints:
    """Indices of the boxes that no better box of their class covers.

    Args:
        xyxy: (N, 4)
        score: (N,)
        class_id: (N,)
        max_iou: A box goes when its IoU with a kept one of its class is above this.

    Returns:
        Indices, best score first; equal scores in their given order.
    """
    order = np.argsort(-score, kind="stable")[:MAX_CANDIDATES]
    boxes, classes = xyxy[order], class_id[order]
    covers = (iou_matrix(boxes, boxes) > max_iou) & (classes[:, None] == classes[None, :])
    gone = np.zeros(len(order), np.bool_)
    kept = []
    for i in range(len(order)):
        if not gone[i]:
            kept.append(i)
            gone |= covers[i]
    return order[np.array(kept, np.int64)].astype(np.int64)
