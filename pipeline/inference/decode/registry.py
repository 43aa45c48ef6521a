"""Which model families can be decoded; to add one, write its file and its line here."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import cast

from pipeline.core.errors import ModelError
from pipeline.inference.decode.base import Decoder

DECODERS: Mapping[str, str] = {
    "yolox": "pipeline.inference.decode.yolox:decode",
    "yolov8": "pipeline.inference.decode.yolo:decode",
    "yolov11": "pipeline.inference.decode.yolo:decode",
    "yolo26": "pipeline.inference.decode.yolo:decode",
    "rtdetr": "pipeline.inference.decode.detr:decode",
    "rfdetr": "pipeline.inference.decode.detr:decode",
}


def decoder_for(family: str, where: str) -> Decoder:
    """The decoder of a family, imported now.

    Raises:
        ModelError: The family is not known.
    """
    target = DECODERS.get(family)
    if target is None:
        raise ModelError(
            f"there is no decoder for the model family {family!r}",
            where=f"{where}: family",
            remedy=f"Write one of: {', '.join(sorted(DECODERS))}",
        )
    module, _, name = target.partition(":")
    return cast(Decoder, getattr(importlib.import_module(module), name))
