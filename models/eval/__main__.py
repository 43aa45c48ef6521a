"""Command line: ``python -m models.eval video|agreement|people|folder …``; see docs/accuracy.md."""

from __future__ import annotations

import argparse
import dataclasses
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from models.eval.agreement import CONFIDENT, agreement, pictures_of, plainly
from models.eval.folder import evaluate_folder, read_yolo
from models.eval.metrics import Figure, Scores
from models.eval.mot import read_mot
from models.eval.people import evaluate_people, is_held_out, read_people
from models.eval.video import LEAST_SCORE, Report, evaluate
from models.eval.voc import read_masked_people
from models.manifest import DEFAULT_REGISTRY, ManifestError, load_manifest
from pipeline.core.errors import MinganError
from pipeline.inference.attributes import load_classifier
from pipeline.inference.detector import load_detector

COLUMNS = ("precision", "recall", "f1", "ap50", "recall_at_70")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one evaluation; returns the process's exit code."""
    parser = argparse.ArgumentParser(prog="python -m models.eval")
    forms = parser.add_subparsers(required=True)
    video = forms.add_parser("video", help="a detector on a video with MOT truth")
    video.add_argument("--video", type=Path, required=True)
    video.add_argument("--truth", type=Path, required=True, help="MOT text, frames from 1")
    video.add_argument("--frames", type=frame_range, default=range(1, sys.maxsize), metavar="A-B")
    video.add_argument("--model", default="campus_objects")
    video.add_argument("--against", type=Path, metavar="SEED.onnx", help="COCO-80 YOLOX-nano")
    video.add_argument("--input-size", type=input_size, metavar="W[xH]")
    video.add_argument("--score", type=float, help="operating score; the manifest's if not given")
    video.set_defaults(run=_video)
    agree = forms.add_parser("agreement", help="what a model sees of its seed's boxes")
    agree.add_argument("--pictures", type=Path, nargs="+", required=True, help="folders, videos")
    agree.add_argument("--model", default="campus_objects")
    agree.add_argument("--against", type=Path, metavar="SEED.onnx", required=True)
    agree.add_argument("--input-size", type=input_size, metavar="W[xH]")
    agree.add_argument("--every", type=int, default=5, help="one picture in so many")
    agree.add_argument("--tiled", action="store_true", help="the seed looks through tiles")
    agree.set_defaults(run=_agreement)
    people = forms.add_parser("people", help="a classifier of people's attributes")
    people.add_argument("--images", type=Path, required=True)
    source = people.add_mutually_exclusive_group(required=True)
    source.add_argument("--labels", type=Path, help="CSV of boxes and attributes")
    source.add_argument("--voc", type=Path, help="folder of VOC files of faces with masks")
    people.add_argument("--model", default="kitchen_attributes")
    people.add_argument(
        "--held-out", action="store_true", help="only images kept out of the training by name"
    )
    people.set_defaults(run=_people)
    folder = forms.add_parser("folder", help="a detector on pictures with YOLO boxes")
    folder.add_argument("--images", type=Path, required=True)
    folder.add_argument("--labels", type=Path, required=True)
    folder.add_argument(
        "--classes", nargs="+", required=True, metavar="N=NAME", help="as 0=fire 2=smoke"
    )
    folder.add_argument(
        "--numbers", type=frame_range, metavar="A-B", help="only files whose name has this number"
    )
    folder.add_argument("--model", required=True)
    folder.add_argument("--input-size", type=input_size, metavar="W[xH]")
    folder.set_defaults(run=_folder)
    for form in (video, agree, people, folder):
        form.add_argument("--registry", type=Path, help="folder of manifests, if not the shipped")
        form.add_argument("--json", action="store_true", help="last line is one JSON object")
    options = parser.parse_args(arguments)
    try:
        code: int = options.run(options)
    except (MinganError, ManifestError, OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return code


def frame_range(text: str) -> range:
    """``152-302`` as frames 152 to 302, both included."""
    first, _, last = text.partition("-")
    try:
        found = range(int(first), int(last or first) + 1)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not as 152-302") from error
    if found.start < 1 or not found:
        raise argparse.ArgumentTypeError(f"{text!r} holds no frame; the first is 1")
    return found


def input_size(text: str) -> tuple[int, int]:
    """``640`` or ``640x384`` as (width, height)."""
    width, _, height = text.partition("x")
    try:
        return int(width), int(height or width)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not as 640 or 640x384") from error


def _video(options: argparse.Namespace) -> int:
    truth = read_mot(options.truth)
    thresholds = load_manifest(options.model, options.registry or DEFAULT_REGISTRY).thresholds
    score = thresholds.per_class.get("person", thresholds.score)
    if options.score is not None:
        score = options.score
    reports: dict[str, Report] = {}
    with load_detector(options.model, input_size=options.input_size, score=LEAST_SCORE) as detector:
        reports["model"] = evaluate(
            detector, options.video, truth, frames=options.frames, min_score=score
        )
    if options.against is not None:
        from models.train.seed import seed_detector  # needs onnx, which production has not

        with seed_detector(
            options.against, input_size=options.input_size, score=LEAST_SCORE
        ) as detector:
            reports["against"] = evaluate(
                detector, options.video, truth, frames=options.frames, min_score=score
            )
    for report in reports.values():
        _print(report, score)
    if options.json:
        print(json.dumps({"score": score} | {k: dataclasses.asdict(r) for k, r in reports.items()}))
    return 0


def _agreement(options: argparse.Namespace) -> int:
    from models.train.seed import seed_detector  # needs onnx, which production has not
    from models.train.teacher import look

    size = options.input_size
    pictures = [p for path in options.pictures for p in pictures_of(path, options.every)]
    closer = (640, 640) if options.tiled else size
    with (
        load_detector(options.model, input_size=size, registry_dir=options.registry) as model,
        seed_detector(options.against, input_size=size) as seed,
        seed_detector(options.against, input_size=closer, score=CONFIDENT) as confident,
    ):
        reference = (lambda p: look(confident, p)) if options.tiled else plainly(confident)
        rows = {
            "model": agreement(model, reference, pictures),
            "seed": agreement(seed, reference, pictures),
        }
    print(f"{len(pictures)} pictures; of each: reference boxes, found again, all boxes")
    for name, ours in rows["model"].items():
        theirs = rows["seed"][name]
        print(
            f"{name:<12} {ours.reference_boxes:>6}   model {ours.found:>6} {ours.model_boxes:>6}"
            f"   seed {theirs.found:>6} {theirs.model_boxes:>6}"
        )
    if options.json:
        print(
            json.dumps(
                {
                    key: {name: dataclasses.asdict(row) for name, row in table.items()}
                    for key, table in rows.items()
                }
            )
        )
    return 0


def _people(options: argparse.Namespace) -> int:
    people = read_people(options.labels) if options.voc is None else read_masked_people(options.voc)
    if options.held_out:
        people = [person for person in people if is_held_out(person.image)]
    classifier = load_classifier(options.model, registry_dir=options.registry)
    try:
        scores = evaluate_people(classifier, options.images, people)
    finally:
        classifier.close()
    print(f"{classifier.model_id} {classifier.model_sha256[:12]}: {len(people)} people")
    print("attribute  n     accuracy  recall_yes  recall_no  decided  abstained")
    for name, row in scores.items():
        print(
            f"{name:<9} {row.n:>5}  {row.accuracy:>8.3f}  {row.recall_yes:>10.3f}"
            f"  {row.recall_no:>9.3f}  {row.decided:>7.3f}  {row.abstained:>9.3f}"
        )
    if options.json:
        print(json.dumps({name: dataclasses.asdict(row) for name, row in scores.items()}))
    return 0


def _folder(options: argparse.Namespace) -> int:
    names = {int(index): name for index, _, name in (c.partition("=") for c in options.classes)}
    files = sorted(path for path in options.images.iterdir() if path.is_file())
    if options.numbers is not None:
        found = [(path, re.match(r"[a-z]+_(\d+)", path.name)) for path in files]
        files = [path for path, match in found if match and int(match[1]) in options.numbers]
    thresholds = load_manifest(options.model, options.registry or DEFAULT_REGISTRY).thresholds
    with load_detector(
        options.model,
        input_size=options.input_size,
        score=LEAST_SCORE,
        registry_dir=options.registry,
    ) as detector:
        least = {
            name: thresholds.per_class.get(name, thresholds.score) for name in detector.class_names
        }
        scores = evaluate_folder(detector, read_yolo(files, options.labels, names), least)
    print(f"{len(files)} pictures")
    for name, row in scores.items():
        print(
            f"{name:<8} pictures flagged: {row.flagged_with} of {row.pictures_with} with,"
            f" {row.flagged_without} of {row.pictures_without} without;"
            f" boxes: {_cells(row.boxes)}"
        )
    if options.json:
        print(json.dumps({name: dataclasses.asdict(row) for name, row in scores.items()}))
    return 0


def _cells(scores: Scores) -> str:
    cells = []
    for column in COLUMNS:
        figure: Figure = getattr(scores, column)
        cells.append(f"{figure.value:.3f} [{figure.low:.3f},{figure.high:.3f}]")
    return "  ".join(cells)


def _print(report: Report, score: float) -> None:
    width, height = report.input_size
    print(
        f"{report.model} {report.sha256[:12]} at {width}x{height}, score {score:g}: "
        f"{report.frames} frames, {report.ms_per_image:.1f} ms/image"
    )
    print("class      truths boxes  " + "  ".join(f"{name:<18}" for name in COLUMNS))
    for name, scores in report.classes.items():
        print(f"{name:<10} {scores.truths:>6} {scores.boxes:>5}  {_cells(scores)}")


if __name__ == "__main__":
    sys.exit(main())
