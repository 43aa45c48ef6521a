"""Score a classifier of people's attributes on labelled boxes.

Labels are CSV with ``image,x1,y1,x2,y2`` and one column per attribute, each 1, 0 or u (cannot
tell); other columns (a note, a source) are left alone. A crop the model leaves undecided counts
against ``decided`` alone; figures of the others are over people whose label is 1 or 0.
"""

from __future__ import annotations

import csv
import hashlib
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.eval.media import frame_of
from models.eval.metrics import frame_weights
from models.eval.pictures import PictureFolder, Skipped, read_picture, require_some_left
from pipeline.core.detections import Floats
from pipeline.core.errors import ConfigError
from pipeline.core.frame import Bgr
from pipeline.inference.attributes import Answer, AttributeClassifier, Attributes

HELD_OUT_OF_5 = 1
"""One image in five is never trained on."""

OUTSIDE_PX = 2.0
"""How far a labelled box may reach over the picture's edge: rounding, no more."""

CORNERS = ("x1", "y1", "x2", "y2")
MEANINGS: Mapping[str, bool | None] = {"1": True, "0": False, "u": None}


@dataclass(frozen=True, slots=True)
class Person:
    """One labelled box.

    Attributes:
        image: Name relative to the images' folder.
        box_xyxy: (4,) pixels.
        labels: By attribute: True, False, or None where nobody can tell.
        where: File and line of the label; empty for a box that was guessed from a face and may
            reach outside the picture.
    """

    image: str
    box_xyxy: Floats
    labels: Mapping[str, bool | None]
    where: str = ""


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
        skipped: People with label 1 or 0 whose picture cannot be used; not in ``n``.
        intervals: 95 % bootstrap intervals over pictures, of the first four.
    """

    accuracy: float
    recall_yes: float
    recall_no: float
    decided: float
    abstained: float
    n: int
    skipped: int = 0
    intervals: Mapping[str, tuple[float, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PeopleLook:
    """The people of one picture and what the model says of them, for whoever watches.

    Attributes:
        pixels: The picture.
        people: N people.
        attributes: The model's answers, of the same N.
        seconds: What they took.
    """

    pixels: Bgr
    people: Sequence[Person]
    attributes: Attributes
    seconds: float


def is_held_out(image: str) -> bool:
    """Whether an image belongs to the part that is never trained on; depends on its name alone."""
    return hashlib.sha256(image.encode()).digest()[0] % 5 < HELD_OUT_OF_5


def read_people(labels: Path, known: Sequence[str] | None = None) -> list[Person]:
    """All rows of a labels file.

    Args:
        labels: The file.
        known: Attributes that are asked for; other columns are not looked at. All if None.

    Raises:
        ConfigError: The file cannot be read, or a row is no label; names the line.
    """
    try:
        with labels.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            names = [name.strip().casefold() for name in rows.fieldnames or ()]
            absent = [key for key in ("image", *CORNERS) if key not in names]
            others = [name for name in names if name not in ("image", *CORNERS)]
            attributes = [name for name in others if known is None or name in known]
            if absent or not attributes:
                wanted = "an attribute" if known is None else f"{' or '.join(known)}"
                raise ConfigError(
                    f"the heading lacks {', '.join(absent) or wanted}",
                    where=f"{labels}:1",
                    remedy="Write: image,x1,y1,x2,y2,hat,mask,uniform",
                )
            rows.fieldnames = names
            people = [_person(row, attributes, f"{labels}:{rows.line_num}") for row in rows]
    except OSError as error:
        raise ConfigError(
            f"the labels cannot be read ({error.strerror})",
            where=str(labels),
            remedy="Name a CSV file as --labels",
        ) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(
            f"this is no CSV text ({error})", where=str(labels), remedy="Save it as UTF-8 CSV"
        ) from error
    if not people:
        raise ConfigError(
            "the labels name nobody", where=str(labels), remedy="Write a row per person"
        )
    return people


def _person(row: Mapping[str | None, object], attributes: Sequence[str], where: str) -> Person:
    if None in row or None in row.values():
        raise ConfigError(
            "this row has more or fewer cells than the heading", where=where, remedy="Mend the row"
        )
    cells = {str(name): str(value).strip() for name, value in row.items()}
    try:
        box = np.array([float(cells[key]) for key in CORNERS], np.float32)
    except ValueError as error:
        raise ConfigError(
            f"the box is no four numbers ({error})", where=where, remedy="Write pixels: x1,y1,x2,y2"
        ) from error
    if not np.isfinite(box).all() or box[2] <= box[0] or box[3] <= box[1]:
        raise ConfigError(
            f"the box {_told(box)} has no area",
            where=where,
            remedy="Write x1 < x2 and y1 < y2, in pixels",
        )
    for name in attributes:
        if cells[name].casefold() not in MEANINGS:
            raise ConfigError(
                f"{name} is {cells[name]!r}", where=where, remedy="Write 1, 0 or u (cannot tell)"
            )
    return Person(
        cells["image"], box, {n: MEANINGS[cells[n].casefold()] for n in attributes}, where
    )


def evaluate_people(
    classifier: AttributeClassifier,
    images: Path,
    people: Sequence[Person],
    *,
    progress: Callable[[int, int], None] = lambda done, total: None,
    watch: Callable[[PeopleLook], None] = lambda look: None,
) -> tuple[dict[str, AttributeScores], list[Skipped]]:
    """Figures of every attribute the model and the labels share, and the pictures left out.

    Raises:
        ConfigError: A folder or all pictures are missing, a box lies outside its picture, or model
            and labels have no attribute in common.
    """
    shared = [name for name in classifier.names if people and name in people[0].labels]
    if not shared:
        raise ConfigError(
            f"{classifier.model_id} tells {', '.join(classifier.names)}; no label does",
            where=str(images),
            remedy="Choose another --model or other labels",
        )
    folder = PictureFolder(images)
    by_image: dict[str, list[int]] = {}
    for index, person in enumerate(people):
        by_image.setdefault(person.image, []).append(index)
    answers = np.full((len(people), len(classifier.names)), Answer.UNDECIDED, np.int8)
    picture_of = np.full(len(people), -1, np.int64)
    skipped: list[Skipped] = []
    for number, (image, indices) in enumerate(by_image.items()):
        progress(number, len(by_image))
        path = folder.find(image)
        pixels = "there is no such picture" if path is None else read_picture(path)
        if isinstance(pixels, str):
            skipped.append(Skipped(image, pixels))
            continue
        _require_inside([people[i] for i in indices], pixels.shape[1], pixels.shape[0])
        boxes = np.stack([people[i].box_xyxy for i in indices])
        begun = time.perf_counter()
        said = classifier.classify(frame_of(pixels), boxes)
        seconds = time.perf_counter() - begun
        answers[indices] = said.answer
        picture_of[indices] = number
        watch(PeopleLook(pixels, [people[i] for i in indices], said, seconds))
    progress(len(by_image), len(by_image))
    seen = np.flatnonzero(picture_of >= 0).tolist()
    require_some_left(skipped, len(seen), images)
    scores = {}
    for name in shared:
        column = answers[seen, classifier.names.index(name)]
        labels = [people[i].labels[name] for i in seen]
        known = sum(person.labels[name] is not None for person in people)
        plain = score(column, labels)
        scores[name] = replace(
            plain,
            skipped=known - plain.n,
            intervals=intervals(column, labels, picture_of[seen]),
        )
    return scores, skipped


def _require_inside(people: Sequence[Person], width: int, height: int) -> None:
    for person in people:
        left, top, right, bottom = (float(value) for value in person.box_xyxy)
        reach = max(-left, -top, right - width, bottom - height)
        if person.where and reach > OUTSIDE_PX:
            raise ConfigError(
                f"the box {_told(person.box_xyxy)} lies outside {person.image}, which is "
                f"{width}x{height}",
                where=person.where,
                remedy="Correct the row",
            )


def _told(box: Floats) -> str:
    return ",".join(f"{value:g}" for value in box)


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


def intervals(
    answers: NDArray[np.int8], labels: Sequence[bool | None], picture: NDArray[np.int64]
) -> dict[str, tuple[float, float]]:
    """95 % bootstrap intervals of one attribute; people of one picture are drawn together.

    A figure that some draws cannot give, because nobody in them counts for it, is taken over the
    others.

    Args:
        answers: (N,) values of ``Answer``.
        labels: N.
        picture: (N,) which picture each person is in.
    """
    known = np.array([label is not None for label in labels])
    yes = np.array([label is True for label in labels])
    decided = known & (answers >= 0)
    right = decided & ((answers == Answer.YES) == yes)
    counted = {
        "accuracy": (right, decided),
        "recall_yes": (right & yes, decided & yes),
        "recall_no": (right & ~yes, decided & ~yes),
        "decided": (decided, known),
    }
    _, group = np.unique(picture, return_inverse=True)
    weights = frame_weights(int(group.max()) + 1)[1:]
    found = {}
    for name, (part, whole) in counted.items():
        sums = [weights @ np.bincount(group, facts.astype(np.float64)) for facts in (part, whole)]
        there = sums[1] > 0
        if there.any():
            low, high = np.percentile(sums[0][there] / sums[1][there], [2.5, 97.5])
            found[name] = (float(low), float(high))
    return found
