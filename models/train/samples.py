"""Training pictures with boxes: drawn by people where they exist, by the tiled teacher elsewhere.

Two kinds: *labelled* pictures from cameras, which teach persons, and *replayed* photographs of
anything at all, on which the student only has to answer as the seed does, so that what it is not
taught it does not forget.

Only sets whose terms are known are used (see the data folder's README). Of Town Centre only the
first half is read; the second is what the model is judged by. Of the replayed sets every fifth
picture is left out, to measure forgetting on.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.eval.media import read_video
from models.eval.mot import read_mot
from models.eval.teacher import look
from pipeline.core.detections import Detections, Floats, Ints
from pipeline.core.frame import Bgr
from pipeline.inference.detector import Detector
from pipeline.inference.nms import iou_matrix

TRUSTED_SCORE = 0.45
"""The teacher's persons from here on are labels."""

TRUSTED_OTHER_SCORE = 0.6
"""The same for the other classes, which it confuses more often when it looks at tiles."""

DOUBTFUL_SCORE = 0.15
"""From here to the trusted score the picture says nothing, neither object nor background."""

UNANNOTATED_WEIGHT = 0.2
"""Town Centre's annotators saw the mannequins in the shop window and left them out, but they left
out the far street as well; what the teacher finds and they did not is weak background."""

PERSON = 0
TOWN_CENTRE_LAST = 151
STORED_LONG_SIDE = 1280


@dataclass(frozen=True, slots=True)
class Sample:
    """One picture.

    Attributes:
        source: The set it came from.
        jpeg: The picture, at most 1280 pixels long.
        xyxy: (N, 4) boxes in its pixels, unclipped.
        class_id: (N,)
        doubtful_xyxy: (M, 4) regions that may hold an object without a label.
        doubtful_weight: How much they count as background, 0 to 1.
    """

    source: str
    jpeg: bytes
    xyxy: Floats
    class_id: Ints
    doubtful_xyxy: Floats
    doubtful_weight: float

    def picture(self) -> Bgr:
        """The pixels."""
        decoded = cv2.imdecode(np.frombuffer(self.jpeg, np.uint8), cv2.IMREAD_COLOR)
        return np.asarray(decoded, np.uint8)


def collect(data: Path, teacher: Detector, cache: Path) -> list[Sample]:
    """All samples; made once, then read from ``cache``."""
    if cache.exists():
        with cache.open("rb") as file:
            stored: list[Sample] = pickle.load(file)
        return stored
    samples = [*_town_centre(data, teacher), *_unlabelled(data, teacher), *_replayed(data)]
    with cache.open("wb") as file:
        pickle.dump(samples, file)
    return samples


def _town_centre(data: Path, teacher: Detector) -> Iterator[Sample]:
    truth = read_mot(data / "videos/towncentre_gt_mot.txt")
    first = min(truth)
    for number, picture in read_video(data / "videos/towncentre_h264.mp4"):
        if number > TOWN_CENTRE_LAST:
            return
        if number < first or (number - first) % 2:
            continue
        drawn = truth[number]
        found = look(teacher, picture)
        person = found.class_id == PERSON
        known = iou_matrix(found.xyxy, drawn).max(axis=1, initial=0.0) > 0.3
        other = ~person & _trusted(found)
        doubtful = (found.score >= DOUBTFUL_SCORE) & ~other & ~(person & known)
        yield _sample(
            "towncentre",
            picture,
            np.concatenate([drawn, found.xyxy[other]]),
            np.concatenate([np.zeros(len(drawn), np.int64), found.class_id[other]]),
            found.xyxy[doubtful],
            doubtful_weight=UNANNOTATED_WEIGHT,
        )


def _unlabelled(data: Path, teacher: Detector) -> Iterator[Sample]:
    videos = [("one_by_one", data / "videos/one_by_one.mp4", 12)]
    videos += [("retail_overhead", data / "videos/retail_overhead.mp4", 8)]
    videos += [("falls", path, 12) for path in sorted((data / "falls").rglob("*.mp4"))]
    for source, path, step in videos:
        for _, picture in read_video(path, step):
            yield _pseudo(source, picture, teacher)


def replay_files(data: Path, held_out: bool) -> list[tuple[str, Path]]:
    """The replayed photographs with their sets, or the fifth of them kept for measuring."""
    folders = {
        "fire_smoke": "fire_smoke/images/*",
        "masks": "masks/images/*",
        "mask_faces": "mask_faces/*/*",
        "kitchen_people": "kitchen_people/images/*/*",
    }
    return [
        (source, path)
        for source, pattern in folders.items()
        for i, path in enumerate(sorted(data.glob(pattern)))
        if (i % 5 == 1) == held_out
    ]


def _replayed(data: Path) -> Iterator[Sample]:
    nothing = np.zeros((0, 4), np.float32)
    for source, path in replay_files(data, held_out=False):
        decoded = cv2.imread(str(path), cv2.IMREAD_COLOR)
        picture = np.asarray(decoded, np.uint8)
        yield _sample(source, picture, nothing, np.zeros(0, np.int64), nothing)


def _pseudo(source: str, picture: Bgr, teacher: Detector) -> Sample:
    found = look(teacher, picture, (2,) if max(picture.shape) < 900 else (2, 3))
    trusted = _trusted(found)
    doubtful = ~trusted & (found.score >= DOUBTFUL_SCORE)
    return _sample(
        source, picture, found.xyxy[trusted], found.class_id[trusted], found.xyxy[doubtful]
    )


def _trusted(found: Detections) -> NDArray[np.bool_]:
    least = np.where(found.class_id == PERSON, TRUSTED_SCORE, TRUSTED_OTHER_SCORE)
    return np.asarray(found.score >= least, np.bool_)


def _sample(
    source: str,
    picture: Bgr,
    xyxy: Floats,
    class_id: Ints,
    doubtful_xyxy: Floats,
    doubtful_weight: float = 0.0,
) -> Sample:
    height, width = picture.shape[:2]
    scale = min(1.0, STORED_LONG_SIDE / max(width, height))
    if scale < 1.0:
        size = (round(width * scale), round(height * scale))
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    _, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 95])
    return Sample(
        source,
        jpeg.tobytes(),
        (xyxy * scale).astype(np.float32),
        class_id.astype(np.int64),
        (doubtful_xyxy * scale).astype(np.float32),
        doubtful_weight,
    )
