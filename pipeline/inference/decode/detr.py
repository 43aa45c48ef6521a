"""RT-DETR and RF-DETR: a fixed number of queries, each at most one object, no suppression.

Boxes are centre x, centre y, width and height as fractions of the input, which holds the picture
stretched over it. Three forms exist:

- one output (batch, queries, 4 + classes): boxes and probabilities (Ultralytics before 8.4);
- one output (batch, queries, 6): boxes, score, class (Ultralytics since);
- two outputs, boxes (batch, queries, 4) and logits (batch, queries, classes): RF-DETR's ``dets``
  and ``labels``, Transformers' ``pred_boxes`` and ``logits``. RF-DETR trained on classes counted
  from 0 has one slot more, the last, for background (rfdetr.roboflow.com, "ONNX Inference").

With two classes the first two look alike; a column of whole numbers is the class.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.core.detections import Floats
from pipeline.core.errors import ModelError
from pipeline.inference.backends.base import Tensor
from pipeline.inference.decode.base import Candidates, Head, corners, from_rows, strongest


def decode(outputs: Sequence[Tensor], head: Head) -> list[Candidates]:
    """Candidates of each picture; two outputs are boxes, then logits. See ``Decoder``."""
    classes = len(head.min_score)
    width, height = head.input_size
    size = np.array([width, height, width, height], np.float32)
    if len(outputs) == 2:
        boxes, logits = outputs
        slots = logits.shape[-1]
        alike = boxes.ndim == logits.ndim == 3 and boxes.shape[:2] == logits.shape[:2]
        if not alike or boxes.shape[2] != 4 or slots not in (classes, classes + 1):
            raise ModelError(
                f"the outputs have shapes {boxes.shape} and {logits.shape}, not (batch, queries, 4)"
                f" and (batch, queries, {classes} or {classes + 1})",
                where=head.where,
                remedy="Name as many classes as the weights have, in their order",
            )
        probability = _sigmoid(logits[:, :, :classes])
        return [
            strongest(corners(b) * size, p, head) for b, p in zip(boxes, probability, strict=True)
        ]
    raw = outputs[0]
    if raw.ndim == 3 and raw.shape[2] == 6 and bool((raw[:, :, 5] % 1 == 0).all()):
        return [from_rows(corners(r[:, :4]) * size, r[:, 4], r[:, 5], head) for r in raw]
    if raw.ndim != 3 or raw.shape[2] != 4 + classes:
        raise ModelError(
            f"the output has shape {raw.shape}, not (batch, queries, {4 + classes}) for {classes} "
            "classes nor (batch, queries, 6)",
            where=head.where,
            remedy="Name as many classes as the weights have, in their order",
        )
    return [strongest(corners(r[:, :4]) * size, r[:, 4:], head) for r in raw]


def _sigmoid(logits: Floats) -> Floats:
    return (1.0 / (1.0 + np.exp(-np.clip(logits, -60.0, 60.0)))).astype(np.float32)
