"""Score a classifier of people's attributes on labelled boxes.

Labels are CSV with ``image,x1,y1,x2,y2`` and one column per attribute, each 1, 0 or u (cannot
tell). A crop the model leaves undecided counts against ``decided`` alone; figures of the others
are over people whose label is 1 or 0.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from models.eval.media import frame_of
from pipeline.core.detections import Floats
from pipeline.core.frame import Bgr
from pipeline.inference.attributes import Answer, AttributeClassifier

HELD_OUT_OF_5 = 1
"""One image in five is never trained on."""


@dataclass(frozen=True, slots=True)
class Person:
    """One labelled box.

    Attributes:
        image: Name relative to the images' folder.
        box_xyxy: (4,) pixels.
        labels: By attribute: True, False, or None where nobody can tell.
    """

    image: str
    box_xyxy: Floats
    labels: Mapping[str, bool | None]


@dataclass(frozen=True, slots=True)
class AttributeScores:
    """One attribute.

    Attributes:
        accuracy: Right among the decided.
        recall_yes: Right among the decided with label 1.
        recall_no: Right among the decided with label 0.
        decided: Share of the labelled that got an answer.
        abstained: Share of those labelled u that got none; 0 without such.
        n: People with label 1 or 0.
    """

    accuracy: float
    recall_yes: float
    recall_no: float
    decided: float
    abstained: float
    n: int


def is_held_out(image: str) -> bool:
    """Whether an image belongs to the part that is never trained on; depends on its name alone."""
    return hashlib.sha256(image.encode()).digest()[0] % 5 < HELD_OUT_OF_5


def read_people(labels: Path) -> list[Person]:
    """All rows of a labels file.

    Raises:
        ValueError: A label is none of 1, 0 and u.
    """
    meanings: dict[str, bool | None] = {"1": True, "0": False, "u": None}
    people = []
    with labels.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            box = np.array([float(row.pop(key)) for key in ("x1", "y1", "x2", "y2")], np.float32)
            image = row.pop("image")
            for name, label in row.items():
                if label not in meanings:
                    raise ValueError(f"{labels.name}: {image}: {name} is {label!r}, not 1, 0 or u")
            people.append(Person(image, box, {name: meanings[row[name]] for name in row}))
    return people


def evaluate_people(
    classifier: AttributeClassifier, images: Path, people: Sequence[Person]
) -> dict[str, AttributeScores]:
    """Figures of every attribute the model and the labels share."""
    answers = np.array(
        [
            classifier.classify(
                frame_of(_read(images / person.image)), person.box_xyxy[None]
            ).answer[0]
            for person in people
        ]
    )
    return {
        name: score(answers[:, column], [person.labels[name] for person in people])
        for column, name in enumerate(classifier.names)
        if people and name in people[0].labels
    }


def score(answers: Iterable[int], labels: Sequence[bool | None]) -> AttributeScores:
    """Figures of one attribute.

    Args:
        answers: Values of ``Answer``.
        labels: In the same order.
    """
    pairs = list(zip(answers, labels, strict=True))
    known = [(answer, label) for answer, label in pairs if label is not None]
    decided = [(answer == Answer.YES, label) for answer, label in known if answer >= 0]
    unknown = [answer for answer, label in pairs if label is None]
    return AttributeScores(
        accuracy=_share(said == label for said, label in decided),
        recall_yes=_share(said for said, label in decided if label),
        recall_no=_share(not said for said, label in decided if not label),
        decided=_share(answer >= 0 for answer, _ in known),
        abstained=_share(answer < 0 for answer in unknown),
        n=len(known),
    )


def _share(facts: Iterable[bool]) -> float:
    listed = [bool(fact) for fact in facts]
    return sum(listed) / len(listed) if listed else 0.0


def _read(path: Path) -> Bgr:
    decoded = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if decoded is None:
        raise ValueError(f"{path} is no picture")
    return np.asarray(decoded, np.uint8)
