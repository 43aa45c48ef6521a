"""Letterbox: a picture of any shape into a model's fixed input, and boxes back out of it.

The pixels equal those of YOLOX's own ``preproc``: scaled by ``min(W / w, H / h)``, sides truncated,
laid at the top left, the rest filled with 114, blue first, 0–255 without mean or standard
deviation. ONNX results that differ from the trained model come from here more often than from
anywhere else, so tests compare both. Boxes return by the truncated sides, not
by the ratio: at 416 × 233 for a 1080p picture the ratio would be off by 4 pixels at the bottom.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.manifest import Anchor, Colour, Input
from pipeline.core.detections import Floats
from pipeline.core.frame import Picture
from pipeline.inference.backends.base import Tensor


@dataclass(frozen=True, slots=True)
class Letterbox:
    """Where one picture lies in the model's input.

    Attributes:
        picture_size: (width, height) of the full picture.
        scaled_size: (width, height) it was scaled to.
        offset: (x, y) of its top left corner in the input.
    """

    picture_size: tuple[int, int]
    scaled_size: tuple[int, int]
    offset: tuple[int, int]

    def to_picture(self, xyxy: Floats) -> Floats:
        """(N, 4) input pixels to pixels of the full picture; nothing is clipped."""
        return ((xyxy - self._shift()) / self._scale()).astype(np.float32)

    def to_input(self, xyxy: Floats) -> Floats:
        """(N, 4) pixels of the full picture to input pixels."""
        return (xyxy * self._scale() + self._shift()).astype(np.float32)

    def _scale(self) -> Floats:
        (w, h), (scaled_w, scaled_h) = self.picture_size, self.scaled_size
        return np.array([scaled_w / w, scaled_h / h] * 2, np.float32)

    def _shift(self) -> Floats:
        return np.array(self.offset * 2, np.float32)


def letterbox(
    picture_size: tuple[int, int], input_size: tuple[int, int], anchor: Anchor
) -> Letterbox:
    """Place a picture of (width, height) into an input of (width, height)."""
    (w, h), (input_w, input_h) = picture_size, input_size
    if anchor is Anchor.STRETCH:
        return Letterbox(picture_size, input_size, (0, 0))
    ratio = min(input_w / w, input_h / h)
    if anchor is Anchor.TOP_LEFT:
        scaled_w, scaled_h = max(1, int(w * ratio)), max(1, int(h * ratio))
        offset = (0, 0)
    else:
        scaled_w, scaled_h = max(1, round(w * ratio)), max(1, round(h * ratio))
        offset = ((input_w - scaled_w) // 2, (input_h - scaled_h) // 2)
    return Letterbox(picture_size, (scaled_w, scaled_h), offset)


def prepare(
    pictures: Sequence[Picture], spec: Input, input_size: tuple[int, int]
) -> tuple[Tensor, list[Letterbox]]:
    """Make a batch.

    Each picture is asked once for its pixels, at the size needed, so that colour conversion and
    scaling happen together and a full-resolution copy is never made.

    Args:
        pictures: N pictures of any sizes.
        spec: The manifest's input.
        input_size: (width, height) of the model's input.

    Returns:
        The batch (N, 3, height, width) and each picture's place in it.
    """
    input_w, input_h = input_size
    batch = np.full((len(pictures), 3, input_h, input_w), spec.pad_value, np.float32)
    places = []
    for slot, picture in zip(batch, pictures, strict=True):
        place = letterbox((picture.width, picture.height), input_size, spec.anchor)
        w, h = place.scaled_size
        x, y = place.offset
        pixels = picture.bgr(w, h)
        if spec.colour is Colour.RGB:
            pixels = pixels[:, :, ::-1]
        slot[:, y : y + h, x : x + w] = pixels.transpose(2, 0, 1)
        places.append(place)
    return _normalised(batch, spec), places


def _normalised(batch: Tensor, spec: Input) -> Tensor:
    if spec.scale != 1.0:
        batch *= np.float32(spec.scale)
    if any(spec.mean):
        batch -= np.array(spec.mean, np.float32).reshape(1, 3, 1, 1)
    if any(std != 1.0 for std in spec.std):
        batch /= np.array(spec.std, np.float32).reshape(1, 3, 1, 1)
    return batch
