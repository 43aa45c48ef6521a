"""Score a detector on a folder of pictures with YOLO boxes.

Boxes of smoke have no agreed edge, so besides boxes the picture as a whole is judged: does the
model find the class anywhere in it, and does it where it is not?
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from models.eval.media import frame_of
from models.eval.metrics import Scores, gather, judge
from pipeline.core.detections import Floats
from pipeline.core.frame import Bgr
from pipeline.inference.detector import Detector


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


@dataclass(frozen=True, slots=True)
class PictureScores:
    """One class.

    Attributes:
        boxes: Figures of boxes.
        pictures_with: Pictures whose truth has the class.
        flagged_with: Of those, with at least one box of the model.
        pictures_without: Pictures whose truth lacks it.
        flagged_without: Of those, with at least one box of the model.
    """

    boxes: Scores
    pictures_with: int
    flagged_with: int
    pictures_without: int
    flagged_without: int


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


def evaluate_folder(
    detector: Detector, pictures: Sequence[LabelledPicture], min_score: Mapping[str, float]
) -> dict[str, PictureScores]:
    """Figures of every class of the detector.

    Args:
        detector: Loaded with a very low score.
        pictures: Truth.
        min_score: Operating score of each class.
    """
    none = np.zeros((0, 4), np.float32)
    found = [detector.detect([frame_of(picture.pixels)])[0] for picture in pictures]
    scores = {}
    for index, name in enumerate(detector.class_names):
        boxes = [one.select(one.class_id == index) for one in found]
        truth = [picture.boxes.get(name, none) for picture in pictures]
        flagged = np.array([(one.score >= min_score[name]).any() for one in boxes])
        present = np.array([len(real) > 0 for real in truth])
        matches = gather([(one.xyxy, one.score) for one in boxes], truth)
        scores[name] = PictureScores(
            judge(matches, min_score[name]),
            int(present.sum()),
            int((flagged & present).sum()),
            int((~present).sum()),
            int((flagged & ~present).sum()),
        )
    return scores
