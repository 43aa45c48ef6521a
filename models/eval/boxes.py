"""Score a detector on a folder of pictures with YOLO labels.

A label file has a line ``class x y width height`` per box, the class as an index and the box as
fractions of the picture. A picture without a label file shows nothing, as trainers read it. Boxes
of smoke have no agreed edge, so besides boxes the picture as a whole is judged: does the model find
the class anywhere in it, and does it where it is not?
"""

from __future__ import annotations

import csv
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from models.eval.media import frame_of
from models.eval.metrics import Scores, gather, judge
from models.eval.pictures import (
    PictureFolder,
    Skipped,
    read_picture,
    require_folder,
    require_some_left,
)
from models.eval.video import clip
from pipeline.core.detections import Floats
from pipeline.core.errors import ConfigError
from pipeline.core.frame import Bgr
from pipeline.inference.detector import Detector

OUTSIDE = 0.01
"""How far a box may reach over the picture's edge, as a share of it: rounding, no more."""

CLASS_FILES = ("classes.txt", "data.yaml")


@dataclass(frozen=True, slots=True)
class ClassScores:
    """One class.

    Attributes:
        boxes: Figures of boxes.
        pictures: Pictures looked at.
        pictures_with: Pictures whose truth has the class.
        flagged_with: Of those, with at least one box of the model.
        pictures_without: Pictures whose truth lacks it.
        flagged_without: Of those, with at least one box of the model.
    """

    boxes: Scores
    pictures: int
    pictures_with: int
    flagged_with: int
    pictures_without: int
    flagged_without: int


@dataclass(frozen=True, slots=True)
class BoxLook:
    """One picture with what is there and what was found, for whoever watches an evaluation.

    Attributes:
        picture: Its name.
        pixels: The picture.
        xyxy: (N, 4) found, cut to the picture.
        score: (N,)
        class_id: (N,) by the detector's class names.
        truth: (M, 4) boxes of each class that has any.
    """

    picture: str
    pixels: Bgr
    xyxy: Floats
    score: Floats
    class_id: NDArray[np.int64]
    truth: Mapping[str, Floats]


@dataclass(frozen=True, slots=True)
class BoxReport:
    """One model on one folder.

    Attributes:
        classes: Figures of each class that labels and model share.
        skipped: Pictures left out.
        unlabelled: Pictures without a label file, taken as showing nothing.
        without_picture: Label files whose picture is not there; they count for nothing.
        guessed_names: Nothing named the labels' classes: they were taken as the model's, in order.
        left_out: Label classes the model has no name for.
        ms_per_image: Median of one ``detect`` call, letterbox included.
    """

    classes: Mapping[str, ClassScores]
    skipped: Sequence[Skipped]
    unlabelled: int
    without_picture: Sequence[str]
    guessed_names: bool
    left_out: Sequence[str]
    ms_per_image: float


def label_classes(given: Sequence[str], labels: Path) -> tuple[dict[int, str], bool]:
    """The name of each class index, and whether these are all indices there may be.

    Args:
        given: A file of names, names in order, or ``INDEX=NAME`` for some; if empty the file in
            the folder of labels, beside it, or one folder up (``data.yaml`` beside ``train/``).
        labels: The folder of labels.

    Returns:
        Empty when nothing says it.

    Raises:
        ConfigError: A file or an entry cannot be read.
    """
    if not given:
        near = [labels, *labels.resolve().parents[:2]]
        beside = [folder / name for folder in near for name in CLASS_FILES]
        found = next((path for path in beside if path.is_file()), None)
        return (_class_file(found), True) if found else ({}, False)
    if len(given) == 1 and Path(given[0]).is_file():
        return _class_file(Path(given[0])), True
    if not any("=" in entry for entry in given):
        return dict(enumerate(given)), True
    names = {}
    for entry in given:
        index, equals, name = entry.partition("=")
        if not (equals and index.strip().isdecimal() and name.strip()):
            raise ConfigError(
                f"{entry!r} is no class",
                where="--classes",
                remedy="Write as 0=fire 2=smoke, as fire smoke, or name a file",
            )
        names[int(index)] = name.strip()
    return names, False


def _class_file(path: Path) -> dict[int, str]:
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            "the class names cannot be read", where=str(path), remedy="Write one name a line, UTF-8"
        ) from error
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError:
        document = None
    named = document.get("names") if isinstance(document, dict) else None
    if isinstance(named, list):
        return {index: str(name) for index, name in enumerate(named)}
    if isinstance(named, dict) and all(isinstance(index, int) for index in named):
        return {index: str(name) for index, name in named.items()}
    names = {i: line.strip() for i, line in enumerate(text.splitlines()) if line.strip()}
    if not names:
        raise ConfigError("there is no class name", where=str(path), remedy="Write one name a line")
    return names


def by_name(names: Mapping[int, str], model: Sequence[str], where: str) -> dict[int, str]:
    """The model's class of each label index that has one; case, space, ``_`` and ``-`` are equal.

    Raises:
        ConfigError: None has.
    """

    def plain(name: str) -> str:
        return name.strip().casefold().replace("_", " ").replace("-", " ")

    ours = {plain(name): name for name in model}
    shared = {i: ours[plain(name)] for i, name in names.items() if plain(name) in ours}
    if not shared:
        raise ConfigError(
            f"none of the labels' classes ({', '.join(names.values())}) is one of the model's "
            f"({', '.join(model)})",
            where=where,
            remedy="Choose another --model, or say which is which: --classes 0=NAME",
        )
    return shared


def read_label_file(
    path: Path, shared: Mapping[int, str], known: Mapping[int, str] | None
) -> dict[str, Floats]:
    """Boxes of one picture by class name, (N, 4) left, top, right, bottom as fractions.

    Outlines of segmentation (three corners or more) become their boxes; a sixth number after a box,
    a confidence, is not looked at.

    Args:
        path: The label file.
        shared: Our name of each class index; other classes are left out.
        known: All class indices there may be; None if any may.

    Raises:
        ConfigError: A line is no label; names it.
    """
    rows: dict[str, list[list[float]]] = {}
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            "the labels cannot be read", where=str(path), remedy="Write UTF-8 text"
        ) from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        index, box = _label(line, f"{path}:{number}", known)
        if index in shared:
            rows.setdefault(shared[index], []).append(box)
    return {name: np.array(boxes, np.float32) for name, boxes in rows.items()}


def _label(line: str, where: str, known: Mapping[int, str] | None) -> tuple[int, list[float]]:
    try:
        numbers = [float(part) for part in line.split()]
    except ValueError:
        numbers = []
    outline = len(numbers) >= 7 and len(numbers) % 2 == 1
    if not (len(numbers) in (5, 6) or outline) or not all(map(math.isfinite, numbers)):
        raise ConfigError(
            f"{line.strip()[:60]!r} is no label",
            where=where,
            remedy="Write: class x y width height, as fractions of the picture",
        )
    if numbers[0] < 0 or numbers[0] != int(numbers[0]):
        raise ConfigError(
            f"{numbers[0]:g} is no class index", where=where, remedy="Write 0, 1, 2 …"
        )
    index = int(numbers[0])
    if known is not None and index not in known:
        raise ConfigError(
            f"class {index} has no name; the names are "
            + ", ".join(f"{i} {name}" for i, name in sorted(known.items())),
            where=where,
            remedy="Complete classes.txt beside the labels, or --classes; or correct the label",
        )
    if outline:
        xs, ys = numbers[1::2], numbers[2::2]
        box = [min(xs), min(ys), max(xs), max(ys)]
    else:
        x, y, w, h = numbers[1:5]
        box = [x - w / 2, y - h / 2, x + w / 2, y + h / 2]
    if min(box[0], box[1]) < -OUTSIDE or max(box[2], box[3]) > 1 + OUTSIDE:
        raise ConfigError(
            "the box lies outside the picture",
            where=where,
            remedy="Write fractions of the picture's width and height, from 0 to 1",
        )
    if box[2] <= box[0] or box[3] <= box[1]:
        raise ConfigError("the box has no area", where=where, remedy="Remove or correct the line")
    return index, box


def read_folds(path: Path) -> dict[int, dict[str, str]]:
    """For each fold the source of its pictures, by the picture's name without suffix.

    Args:
        path: CSV with ``picture,source,fold``.

    Raises:
        ConfigError: The file is no such table.
    """
    folds: dict[int, dict[str, str]] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        for row in rows:
            folds.setdefault(int(row["fold"]), {})[row["picture"]] = row["source"]
    except (OSError, UnicodeDecodeError, csv.Error, KeyError, ValueError, TypeError) as error:
        raise ConfigError(
            "this is no table of folds", where=str(path), remedy="Write CSV: picture,source,fold"
        ) from error
    return folds


def read_fold(path: Path, fold: int) -> dict[str, str]:
    """One fold of ``read_folds``.

    Raises:
        ConfigError: The file is no such table, or the fold is empty.
    """
    found = read_folds(path).get(fold, {})
    if not found:
        raise ConfigError(f"fold {fold} is empty", where=str(path), remedy="Choose another --fold")
    return found


def evaluate_boxes(
    detector: Detector,
    images: Path,
    labels: Path,
    min_score: Mapping[str, float],
    *,
    classes: Sequence[str] = (),
    sources: Mapping[str, str] | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
    watch: Callable[[BoxLook], None] = lambda look: None,
) -> BoxReport:
    """Figures of every class that labels and model share; pictures are read one at a time.

    Args:
        detector: Loaded with a very low score.
        images: Folder of pictures, with or without sub folders.
        labels: Folder of label files: with the same sub folders, or none.
        min_score: Operating score of each class.
        classes: See ``label_classes``.
        sources: Only these pictures, by name without suffix, and where each comes from; intervals
            are then over sources in place of pictures.
        progress: Told (done, total).
        watch: Told every picture looked at.

    Raises:
        ConfigError: Folder, labels or class names cannot be used; names file and line.
    """
    require_folder(labels, "--labels")
    folder = PictureFolder(images)
    names, complete = label_classes(classes, labels)
    guessed = not names
    if guessed:
        names, complete = dict(enumerate(detector.class_names)), True
    shared = by_name(names, detector.class_names, str(labels))
    everything = folder.files()
    label_files = _label_files(labels)
    files = [p for p in everything if sources is None or p.stem in sources]
    found: list[tuple[str, Floats, Floats, NDArray[np.int64]]] = []
    truth: list[Mapping[str, Floats]] = []
    skipped: list[Skipped] = []
    seconds: list[float] = []
    unlabelled = 0
    for number, path in enumerate(files):
        progress(number, len(files))
        label = _label_file(path.relative_to(folder.root), label_files)
        boxes = read_label_file(label, shared, names if complete else None) if label else {}
        pixels = read_picture(path)
        if isinstance(pixels, str):
            skipped.append(Skipped(str(path.relative_to(folder.root)), pixels))
            continue
        unlabelled += label is None
        height, width = pixels.shape[:2]
        begun = time.perf_counter()
        seen = detector.detect([frame_of(pixels)])[0]
        seconds.append(time.perf_counter() - begun)
        found.append((path.stem, clip(seen.xyxy, width, height), seen.score, seen.class_id))
        size = np.array([width, height, width, height], np.float32)
        truth.append({n: clip(b * size, width, height) for n, b in boxes.items()})
        watch(BoxLook(path.name, pixels, found[-1][1], seen.score, seen.class_id, truth[-1]))
    progress(len(files), len(files))
    require_some_left(skipped, len(found), images)
    if unlabelled == len(found):
        raise ConfigError(
            "no picture has a label file",
            where=str(labels),
            remedy="A label file has its picture's name and ends in .txt",
        )
    stems = {path.stem.casefold() for path in everything}
    alone = sorted(
        str(path.relative_to(labels))
        for path in label_files.values()
        if path.stem.casefold() not in stems
    )
    groups = [sources[stem] for stem, *_ in found] if sources is not None else None
    return BoxReport(
        {
            name: _judge(detector.class_names.index(name), name, found, truth, min_score, groups)
            for name in dict.fromkeys(shared.values())
        },
        skipped,
        unlabelled,
        alone,
        guessed,
        [name for index, name in names.items() if index not in shared],
        float(np.median(seconds)) * 1000,
    )


def _judge(
    index: int,
    name: str,
    found: Sequence[tuple[str, Floats, Floats, NDArray[np.int64]]],
    truth: Sequence[Mapping[str, Floats]],
    min_score: Mapping[str, float],
    groups: Sequence[str] | None,
) -> ClassScores:
    none = np.zeros((0, 4), np.float32)
    boxes = [(xyxy[of == index], score[of == index]) for _, xyxy, score, of in found]
    real = [boxes.get(name, none) for boxes in truth]
    flagged = np.array([bool((score >= min_score[name]).any()) for _, score in boxes])
    present = np.array([len(one) > 0 for one in real])
    return ClassScores(
        judge(gather(boxes, real), min_score[name], groups),
        len(found),
        int(present.sum()),
        int((flagged & present).sum()),
        int((~present).sum()),
        int((flagged & ~present).sum()),
    )


def _label_files(labels: Path) -> dict[str, Path]:
    """All label files by their place below the folder, without suffix; case makes no difference."""
    return {
        _place(path.relative_to(labels)): path
        for path in labels.rglob("*")
        if path.suffix.lower() == ".txt" and path.name not in CLASS_FILES and path.is_file()
    }


def _label_file(picture: Path, label_files: Mapping[str, Path]) -> Path | None:
    """The label file of a picture: in the same sub folder, or flat."""
    return label_files.get(_place(picture)) or label_files.get(_place(Path(picture.name)))


def _place(path: Path) -> str:
    return path.with_suffix("").as_posix().casefold()
