"""Every shipped model on what it never saw, from one folder of data: ``mingan eval all``.

The sets, splits and operating scores are those of the models' cards, so that anybody with the data
repeats the cards' figures with one command. A set that the folder lacks is left out and said.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from models.eval import tables
from models.eval.boxes import BoxLook, evaluate_boxes, read_fold
from models.eval.errors import Mark, WorstErrors
from models.eval.held_out import HELD_OUT, SPLITS, TOWN_CENTRE_FRAMES
from models.eval.metrics import match_frame
from models.eval.mot import read_mot
from models.eval.people import PeopleLook, Person, evaluate_people, is_held_out, read_people
from models.eval.video import LEAST_SCORE, FrameLook, evaluate
from models.eval.voc import read_masked_people
from models.manifest import load_manifest
from pipeline.core.errors import ConfigError
from pipeline.inference.attributes import load_classifier
from pipeline.inference.detector import Detector, load_detector

Told = Callable[[int, int], None]
Bar = Callable[[str], AbstractContextManager[Told]]
SeedOf = Callable[[], AbstractContextManager[Detector]]

MISSED_BADNESS = 0.5
"""A missed box is as bad as a wrong one of this score."""


@dataclass(frozen=True, slots=True)
class Options:
    """What is asked for.

    Attributes:
        data: The data folder.
        registry: Folder of manifests; the usual ones if None.
        bar: Opens a progress bar with a unit.
        seed: Loads the detector to compare people with; not compared if None.
        errors: Folder for pictures of the worst errors; none if None.
    """

    data: Path
    registry: Path | None
    bar: Bar
    seed: SeedOf | None = None
    errors: Path | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One model on one set.

    Attributes:
        heading: What was looked at with what.
        lines: The table.
        row: The same for JSON.
        notes: What was left out.
    """

    heading: str
    lines: Sequence[str]
    row: tables.Row
    notes: Sequence[str] = field(default_factory=list)


def parts(options: Options) -> Mapping[str, Callable[[], Part] | None]:
    """What there is to measure, by name; None where the folder lacks the set."""
    data = options.data
    people, masks, videos = data / "kitchen_people", data / "masks", data / "videos"
    fire, rodents = data / "fire_smoke", data / "rodents"
    found: dict[str, tuple[Path, Callable[[], Part]]] = {
        "campus_objects": (
            videos / "towncentre_gt_mot.txt",
            lambda: _video(options, videos / "towncentre_h264.mp4"),
        ),
        "kitchen_people": (
            people / "labels.csv",
            lambda: _people(
                options, "kitchen_people", people / "images", read_people(people / "labels.csv")
            ),
        ),
        "masks": (
            masks / "annotations",
            lambda: _people(
                options, "masks", masks / "images", read_masked_people(masks / "annotations")
            ),
        ),
        "fire_smoke": (fire / "labels", lambda: _boxes(options, "fire_smoke", fire, "fire_smoke")),
        "rodent": (
            rodents / "labels",
            lambda: _boxes(options, "rodent", rodents, "rodents", ["0=rodent"]),
        ),
    }
    there = {name: run if path.exists() else None for name, (path, run) in found.items()}
    if not any(there.values()):
        raise ConfigError(
            "none of the sets is in this folder",
            where=str(data),
            remedy=f"Name the folder that holds {', '.join(sorted(p.name for p in (people, fire)))}"
            " … as --data",
        )
    return there


def _video(options: Options, video: Path) -> Part:
    manifest = load_manifest("campus_objects", options.registry)
    score = manifest.thresholds.per_class.get("person", manifest.thresholds.score)
    truth = read_mot(video.with_name("towncentre_gt_mot.txt"))
    looks: dict[str, SeedOf] = {
        "ours": lambda: load_detector(
            "campus_objects", score=LEAST_SCORE, registry_dir=options.registry
        )
    }
    if options.seed is not None:
        looks["seed"] = options.seed
    worst, scores = WorstErrors(), {}
    rows: tables.Row = {"version": manifest.version}
    heading = ""
    for name, look in looks.items():

        def watch(seen: FrameLook, ours: bool = name == "ours") -> None:
            if ours and options.errors is not None:
                _judge_frame(worst, seen, score)

        with look() as detector, options.bar(f"frames, {name}") as told:
            report = evaluate(
                detector,
                video,
                truth,
                frames=TOWN_CENTRE_FRAMES,
                min_score=score,
                progress=told,
                watch=watch,
            )
        rows[name] = tables.video_row(report, score)
        scores[name] = report.classes["person"]
        width, height = report.input_size
        heading = heading or (
            f"{report.model} {manifest.version} at {width}x{height}: people on {report.frames}"
            f" frames of Town Centre, {report.ms_per_image:.1f} ms/image"
        )
    _write(options, worst, "campus_objects")
    return Part(heading, tables.box_lines(scores), rows)


def _people(options: Options, name: str, images: Path, people: Sequence[Person]) -> Part:
    held_out = [person for person in people if is_held_out(person.image)]
    classifier = load_classifier("kitchen_attributes", registry_dir=options.registry)
    manifest = load_manifest("kitchen_attributes", options.registry)
    worst = WorstErrors()
    per_crop: list[float] = []

    def watch(look: PeopleLook) -> None:
        per_crop.append(look.seconds / len(look.people))
        if options.errors is not None:
            _judge_people(worst, look)

    try:
        with options.bar("pictures") as told:
            scores, skipped = evaluate_people(
                classifier, images, held_out, progress=told, watch=watch
            )
    finally:
        classifier.close()
    _write(options, worst, name)
    ms = float(np.median(per_crop)) * 1000
    rows: tables.Row = {which: dataclasses.asdict(row) for which, row in scores.items()}
    return Part(
        f"{classifier.model_id} {manifest.version}: {len(held_out)} held-out people of {name}, "
        f"{ms:.1f} ms/person",
        tables.people_lines(scores),
        {"version": manifest.version, "sha256": classifier.model_sha256, "ms_per_person": ms}
        | rows,
        tables.skipped_lines(skipped),
    )


def _boxes(
    options: Options, model: str, folder: Path, split: str, classes: Sequence[str] = ()
) -> Part:
    manifest = load_manifest(model, options.registry)
    limits = manifest.thresholds
    least = {name: limits.per_class.get(name, limits.score) for name in manifest.classes}
    worst = WorstErrors()

    def watch(look: BoxLook) -> None:
        if options.errors is not None:
            _judge_picture(worst, look, manifest.classes, least)

    with (
        load_detector(model, score=LEAST_SCORE, registry_dir=options.registry) as detector,
        options.bar("pictures") as told,
    ):
        report = evaluate_boxes(
            detector,
            folder / "images",
            folder / "labels",
            least,
            classes=classes,
            sources=read_fold(SPLITS / f"{split}.csv", HELD_OUT[split]),
            progress=told,
            watch=watch,
        )
        width, height = detector.input_size
        sha256 = detector.model_sha256
    _write(options, worst, model)
    looked = next(iter(report.classes.values())).pictures
    rows: tables.Row = {
        name: tables.class_row(row, least[name], report) for name, row in report.classes.items()
    }
    return Part(
        f"{model} {manifest.version} at up to {width}x{height}: {looked} pictures of fold"
        f" {HELD_OUT[split]} of {split}, {report.ms_per_image:.1f} ms/image",
        tables.box_lines({name: row.boxes for name, row in report.classes.items()})
        + tables.picture_lines(report.classes),
        {"version": manifest.version, "sha256": sha256} | rows,
        tables.skipped_lines(report.skipped),
    )


def _judge_frame(worst: WorstErrors, look: FrameLook, least: float) -> None:
    right = match_frame(look.xyxy, look.score, look.truth)
    wrong = np.flatnonzero(~right & (look.score >= least))
    marks = [Mark(box, "", True) for box in look.truth]
    marks += [Mark(look.xyxy[i], f"{look.score[i]:.2f}", False) for i in wrong]
    worst.add(float(look.score[wrong].sum()), f"frame-{look.number}", look.pixels, marks)


def _judge_picture(
    worst: WorstErrors, look: BoxLook, classes: Sequence[str], least: Mapping[str, float]
) -> None:
    """As bad as the surest wrong box, or as a miss."""
    badness, marks = 0.0, []
    for index, name in enumerate(classes):
        chosen = (look.class_id == index) & (look.score >= least[name])
        xyxy, score = look.xyxy[chosen], look.score[chosen]
        real = look.truth.get(name, np.zeros((0, 4), np.float32))
        right = match_frame(xyxy, score, real)
        badness = max(badness, float(score[~right].max(initial=0.0)))
        if right.sum() < len(real):
            badness = max(badness, MISSED_BADNESS)
        marks += [Mark(box, name, True) for box in real]
        marks += [
            Mark(box, f"{name} {sure:.2f}", False) for box, sure in zip(xyxy, score, strict=True)
        ]
    worst.add(badness, look.picture, look.pixels, marks)


def _judge_people(worst: WorstErrors, look: PeopleLook) -> None:
    """As bad as the surest wrong answer."""
    for n, person in enumerate(look.people):
        for a, name in enumerate(look.attributes.names):
            label = person.labels.get(name)
            answer = int(look.attributes.answer[n, a])
            if label is None or answer < 0 or bool(answer) == label:
                continue
            sure = float(look.attributes.probability[n, a, answer])
            text = (
                f"{name}: {'yes' if label else 'no'}, said {'yes' if answer else 'no'} {sure:.2f}"
            )
            marks = [Mark(person.box_xyxy, text, True)]
            worst.add(sure, f"{name}-{person.image}", look.pixels, marks)


def _write(options: Options, worst: WorstErrors, name: str) -> None:
    if options.errors is not None:
        worst.write(options.errors / name)
