"""Pictures with YOLO boxes, in memory, as training wants them; `boxes` judges such folders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from pipeline.core.detections import Floats
from pipeline.core.frame import Bgr


@dataclass(frozen=True, slots=True)
class LabelledPicture:
    """One picture file.

    Attributes:
        path: The file.
        pixels: (height, width, 3)
        boxes: By class name, (N, 4) pixels; a class that is absent has no key.
    """

    path: Path
    pixels: Bgr
    boxes: Mapping[str, Floats]


def read_yolo(
    images: Sequence[Path], labels: Path, class_names: Mapping[int, str]
) -> list[LabelledPicture]:
    """Read pictures with their boxes, ``class x y w h`` as fractions, one a line.

    Args:
        images: Picture files.
        labels: Folder of text files with the pictures' names.
        class_names: Our name of each class index; boxes of other indices are left out.

    Raises:
        ValueError: A picture cannot be read, or has no label file.
    """
    read = []
    for path in images:
        decoded = cv2.imread(str(path), cv2.IMREAD_COLOR)
        label = labels / f"{path.stem}.txt"
        if decoded is None or not label.is_file():
            raise ValueError(f"{path} is no picture, or has no {label.name}")
        pixels = np.asarray(decoded, np.uint8)
        height, width = pixels.shape[:2]
        rows: dict[str, list[tuple[float, ...]]] = {}
        for line in label.read_text("utf-8").splitlines():
            index, x, y, w, h = (float(part) for part in line.split()[:5])
            name = class_names.get(int(index))
            if name is not None:
                box = ((x - w / 2) * width, (y - h / 2) * height)
                rows.setdefault(name, []).append((*box, box[0] + w * width, box[1] + h * height))
        boxes = {name: np.array(row, np.float32) for name, row in rows.items()}
        read.append(LabelledPicture(path, pixels, boxes))
    return read
