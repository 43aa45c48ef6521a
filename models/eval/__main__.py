"""``mingan eval all|people|boxes|video|events|rules|agreement …``: how good a model or rule is.

With ``--json`` the last line is one JSON object. Everything a person can mend is one line and exit
code 2.
"""

from __future__ import annotations

import dataclasses
import json
import re
import statistics
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from models.eval import meanings, tables
from models.eval.agreement import CONFIDENT, agreement, pictures_of, plainly
from models.eval.arguments import frame_range, one_value_each, pair
from models.eval.boxes import BoxReport, evaluate_boxes, read_fold
from models.eval.events import evaluate_events, shortened
from models.eval.mot import read_mot_truth
from models.eval.people import PeopleLook, evaluate_people, is_held_out, read_people
from models.eval.pictures import require_folder
from models.eval.rules import Asked, evaluate_rules, rule_lines
from models.eval.teacher import look
from models.eval.video import LEAST_SCORE, evaluate
from models.eval.voc import read_masked_people
from models.eval.whole import Options, parts
from models.manifest import ManifestError, Thresholds, load_manifest
from pipeline.core.errors import ConfigError, MinganError
from pipeline.inference.attributes import load_classifier
from pipeline.inference.detector import Detector, load_detector
from pipeline.inference.tiles import TiledDetector
from pipeline.runtime.rules_file import load_offline

_SEVERAL = {"--classes", "--rule", "--clip", "--pictures"}
"""Options that may be followed by several values."""

app = typer.Typer(
    help="How good a model or rule is.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _as_written(meaning: str) -> str:
    """An end of ``--help`` whose lines stay as they are."""
    return "\n\n".join(f"\b\n{paragraph}" for paragraph in meaning.strip().split("\n\n"))


Json = Annotated[bool, typer.Option("--json", help="Last line is one JSON object.")]
Registry = Annotated[Path | None, typer.Option(help="Folder of manifests, if not the usual ones.")]
Data = Annotated[Path, typer.Option(metavar="DIR", help="The data folder.")]
Images = Annotated[Path, typer.Option(metavar="DIR", help="Folder of the pictures.")]
Seed = Annotated[
    Path | None, typer.Option(metavar="SEED.onnx", help="COCO-80 YOLOX-nano, for people.")
]
Size = Annotated[
    tuple[int, int] | None,
    typer.Option("--input-size", parser=pair, metavar="W[xH]", help="The model's if not given."),
]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one evaluation; returns the process's exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    try:
        app(one_value_each(given, _SEVERAL), prog_name="mingan eval")
    except MinganError as error:
        print(f"error: {error.line()}", file=sys.stderr)
        return error.exit_code
    except (ManifestError, OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


@app.command("all")
def evaluate_all(
    data: Data,
    against: Seed = None,
    errors: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write pictures of the worst errors here.")
    ] = None,
    registry: Registry = None,
    as_json: Json = False,
) -> None:
    """Judge every shipped model on what it never saw."""
    require_folder(data, "--data")
    asked = Options(
        data,
        registry,
        progress,
        None if against is None else lambda: seed(against, None, LEAST_SCORE),
        errors,
    )
    rows: dict[str, object] = {}
    for name, run in parts(asked).items():
        if run is None:
            print(f"left out: {name} is not in {data}", file=sys.stderr)
            continue
        part = run()
        print(part.heading)
        _print_lines([*part.lines, ""], part.notes)
        rows[name] = part.row
    if as_json:
        print(json.dumps(rows))


@app.command("people", epilog=_as_written(meanings.PEOPLE))
def evaluate_attributes(
    images: Images,
    labels: Annotated[
        Path | None, typer.Option(metavar="CSV", help="image,x1,y1,x2,y2,hat,mask,…")
    ] = None,
    voc: Annotated[
        Path | None, typer.Option(help="Folder of VOC files of faces with masks.")
    ] = None,
    model: Annotated[str, typer.Option(help="A classifier.")] = "kitchen_attributes",
    held_out: Annotated[
        bool, typer.Option("--held-out", help="Only images kept out of the training by name.")
    ] = False,
    registry: Registry = None,
    as_json: Json = False,
) -> None:
    """Judge a classifier of people's attributes."""
    if labels is not None and voc is not None:
        raise typer.BadParameter("give one of them", param_hint="--labels / --voc")
    classifier = load_classifier(model, registry_dir=registry)
    try:
        if voc is not None:
            require_folder(voc, "--voc")
            people = read_masked_people(voc)
        elif labels is not None:
            people = read_people(labels, classifier.names)
        else:
            raise typer.BadParameter("give one of them", param_hint="--labels / --voc")
        if held_out:
            people = [person for person in people if is_held_out(person.image)]
            if not people:
                raise ConfigError(
                    "no image is kept out of the training by its name",
                    where=str(labels or voc),
                    remedy="Leave --held-out away: it is for the sets our models learned from",
                )
        per_person_ms: list[float] = []

        def watch(look: PeopleLook) -> None:
            per_person_ms.append(1000 * look.seconds / len(look.people))

        with progress("pictures") as told:
            scores, skipped = evaluate_people(
                classifier, images, people, progress=told, watch=watch
            )
    finally:
        classifier.close()
    print(
        f"{classifier.model_id} {classifier.model_sha256[:12]}: {len(people)} people, "
        f"{statistics.median(per_person_ms):.1f} ms a person"
    )
    _print_lines(tables.people_lines(scores), tables.skipped_lines(skipped))
    if as_json:
        print(json.dumps({name: dataclasses.asdict(row) for name, row in scores.items()}))


@app.command("boxes", epilog=_as_written(meanings.BOXES))
@app.command("folder", hidden=True, epilog=_as_written(meanings.BOXES))
def evaluate_detector(
    images: Images,
    labels: Annotated[Path, typer.Option(metavar="DIR", help="Folder of their label files.")],
    model: Annotated[str, typer.Option(help="A detector of mingan models list.")],
    classes: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME...",
            help="A file, names in order, or 0=fire 2=smoke; classes.txt beside the labels "
            "otherwise.",
        ),
    ] = None,
    numbers: Annotated[
        range | None,
        typer.Option(
            parser=frame_range, metavar="A-B", help="Only files whose name has this number."
        ),
    ] = None,
    split: Annotated[
        Path | None, typer.Option(metavar="CSV", help="picture,source,fold; with --fold.")
    ] = None,
    fold: Annotated[int, typer.Option(help="The fold of --split to judge by.")] = 0,
    input_size: Size = None,
    registry: Registry = None,
    as_json: Json = False,
) -> None:
    """Judge a detector on YOLO labels."""
    sources = _sources(images, numbers, split, fold)
    thresholds = load_manifest(model, registry).thresholds
    with (
        load_detector(
            model,
            input_size=input_size,
            score=LEAST_SCORE,
            registry_dir=registry,
        ) as detector,
        progress("pictures") as told,
    ):
        least = {name: operating_score(thresholds, name) for name in detector.class_names}
        report = evaluate_boxes(
            detector,
            images,
            labels,
            least,
            classes=classes or (),
            sources=sources,
            progress=told,
        )
    print(
        f"{detector.model_id} {detector.model_sha256[:12]} "
        f"at {'' if input_size else 'up to '}"
        f"{detector.input_size[0]}x{detector.input_size[1]}, {report.ms_per_image:.1f} ms/image"
    )
    notes = _box_notes(report, detector.class_names)
    boxes = {name: row.boxes for name, row in report.classes.items()}
    _print_lines(tables.box_lines(boxes) + tables.picture_lines(report.classes), notes)
    if as_json:
        rows = {n: tables.class_row(row, least[n], report) for n, row in report.classes.items()}
        print(json.dumps(rows))


def _sources(
    images: Path, numbers: range | None, split: Path | None, fold: int
) -> dict[str, str] | None:
    """The pictures to judge, by name, with what each was taken from; None for all."""
    sources = None if split is None else read_fold(split, fold)
    if numbers is None:
        return sources
    require_folder(images, "--images")
    stems = [path.stem for path in images.rglob("*") if path.is_file()]
    found = [(stem, re.match(r"[a-z]+_(\d+)", stem)) for stem in stems]
    wanted = [stem for stem, match in found if match and int(match[1]) in numbers]
    return {stem: stem for stem in wanted if sources is None or stem in sources}


def _box_notes(report: BoxReport, known: Sequence[str]) -> list[str]:
    """What one should know of a report on a detector with these classes."""
    notes = tables.skipped_lines(report.skipped)
    if report.unlabelled:
        notes.append(f"{report.unlabelled} pictures without a label file count as showing nothing")
    if report.without_picture:
        notes.append(
            f"{len(report.without_picture)} label files without a picture count for nothing; the "
            f"first: {report.without_picture[0]}"
        )
    if report.guessed_names:
        names = ", ".join(f"{i} {name}" for i, name in enumerate(known))
        notes.append(f"no classes.txt names the labels' classes; taken as the model's: {names}")
    if report.left_out:
        notes.append(f"classes the model does not know: {', '.join(report.left_out)}")
    return notes


@app.command("video", epilog=_as_written(meanings.VIDEO))
def evaluate_video(
    video: Annotated[Path, typer.Option(help="The recording.")],
    truth: Annotated[Path, typer.Option(help="MOT text, frames from 1.")],
    frames: Annotated[
        range | None, typer.Option(parser=frame_range, metavar="A-B", help="Only these.")
    ] = None,
    empty_frames: Annotated[
        bool,
        typer.Option(
            "--empty-frames",
            help="Frames the truth does not name show nobody; they are left out otherwise.",
        ),
    ] = False,
    model: Annotated[str, typer.Option(help="A detector.")] = "campus_objects",
    against: Seed = None,
    input_size: Size = None,
    score: Annotated[
        float | None, typer.Option(help="Operating score; the manifest's if not given.")
    ] = None,
    registry: Registry = None,
    as_json: Json = False,
) -> None:
    """Judge a detector on a video with MOT truth."""
    known = read_mot_truth(truth)
    if score is None:
        manifest = load_manifest(model, registry)
        score = operating_score(manifest.thresholds, "person")
    looks: dict[str, Callable[[], AbstractContextManager[Detector]]] = {
        "person": lambda: load_detector(
            model,
            input_size=input_size,
            score=LEAST_SCORE,
            registry_dir=registry,
        )
    }
    if against is not None:
        looks["against"] = lambda: seed(against, input_size, LEAST_SCORE)
    rows: dict[str, object] = {}
    for name, load in looks.items():
        with load() as detector, progress("frames") as told:
            report = evaluate(
                detector,
                video,
                known.boxes,
                frames=range(1, sys.maxsize) if frames is None else frames,
                min_score=score,
                aside=known.aside,
                unnamed_are_empty=empty_frames,
                progress=told,
            )
        width, height = report.input_size
        print(
            f"{report.model} {report.sha256[:12]} at {width}x{height}, score {score:g}: "
            f"{report.frames} frames, {report.ms_per_image:.1f} ms/image"
        )
        notes = tables.video_notes(report, empty_frames)
        _print_lines(tables.box_lines(report.classes), notes)
        rows[name] = tables.video_row(report, score)
    if as_json:
        print(json.dumps(rows))


@app.command("events", epilog=_as_written(meanings.EVENTS))
def evaluate_recording(
    clip: Annotated[Path, typer.Option(help="The recording.")],
    truth: Annotated[Path, typer.Option(help="CSV or JSONL: rule,start_s,end_s.")],
    config: Annotated[
        Path | None,
        typer.Option(
            metavar="YAML",
            help="As for mingan analyze, also rules alone; the truth's rules anywhere otherwise.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Judge rules on a recording with episodes of truth."""
    settings = None if config is None else load_offline(config)
    with progress("seconds") as told:
        rows = evaluate_events(
            clip, truth, settings, lambda done, total: told(int(done), int(total))
        )
    notes = [] if config is not None else [_without_config(rule for rule in rows if rule != "all")]
    _print_lines(tables.event_lines(rows), notes)
    if as_json:
        whole = dataclasses.asdict(rows["all"])
        rules = {name: dataclasses.asdict(row) for name, row in rows.items() if name != "all"}
        print(json.dumps(whole | {"rules": rules}))


def _without_config(rules: Iterable[str]) -> str:
    told = [
        f"{rule} {', '.join(f'{key}: {value}' for key, value in shortened(rule).items())}"
        for rule in rules
        if shortened(rule)
    ]
    return "without --config each rule watches the whole picture, nothing is joined or withheld" + (
        f", and for short recordings: {'; '.join(told)}" if told else ""
    )


@app.command("rules")
def evaluate_every_rule(
    data: Data,
    vtest: Annotated[
        Path | None, typer.Option(metavar="AVI", help="Debian's vtest.avi (opencv-doc).")
    ] = None,
    rule: Annotated[list[str] | None, typer.Option(metavar="RULE...", help="Only these.")] = None,
    clip: Annotated[
        list[str] | None, typer.Option(metavar="WORD...", help="Only clips so named.")
    ] = None,
    fps: Annotated[float, typer.Option(help="Pictures looked at a second.")] = 5.0,
    keep: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep the composed films here.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Judge every rule on real and composed recordings."""
    require_folder(data, "--data")
    asked = Asked(
        data,
        vtest,
        frozenset(rule or ()),
        tuple(clip or ()),
        fps,
        keep,
    )
    figures = evaluate_rules(asked, progress, lambda text: print(text, file=sys.stderr))
    _print_lines(rule_lines(figures), [])
    if as_json:
        print(json.dumps({name: dataclasses.asdict(row) for name, row in figures.items()}))


@app.command("agreement")
def compare_with_seed(
    sources: Annotated[
        list[Path], typer.Option("--pictures", metavar="PATH...", help="Folders, videos.")
    ],
    against: Annotated[Path, typer.Option(metavar="SEED.onnx", help="COCO-80 YOLOX-nano.")],
    model: Annotated[str, typer.Option(help="A detector.")] = "campus_objects",
    input_size: Size = None,
    every: Annotated[int, typer.Option(help="One picture in so many.")] = 5,
    tiled: Annotated[bool, typer.Option("--tiled", help="The seed looks through tiles.")] = False,
    tiles: Annotated[
        tuple[int, int] | None,
        typer.Option(parser=pair, metavar="C[xR]", help="The model looks through tiles, as 3x2."),
    ] = None,
    registry: Registry = None,
    as_json: Json = False,
) -> None:
    """Compare what a model sees with its seed's boxes."""
    pictures = [p for path in sources for p in pictures_of(path, every)]
    closer = (640, 640) if tiled else input_size
    with (
        load_detector(model, input_size=input_size, registry_dir=registry) as detector,
        seed(against, input_size, None) as plain,
        seed(against, closer, CONFIDENT) as confident,
    ):
        reference = partial(look, confident) if tiled else plainly(confident)
        rows = {
            "model": agreement(
                detector if tiles is None else TiledDetector(detector, [tiles]), reference, pictures
            ),
            "seed": agreement(plain, reference, pictures),
        }
    print(f"{len(pictures)} pictures; of each: reference boxes, found again, all boxes")
    for name, ours in rows["model"].items():
        theirs = rows["seed"][name]
        print(
            f"{name:<12} {ours.reference_boxes:>6}   model {ours.found:>6} {ours.model_boxes:>6}"
            f"   seed {theirs.found:>6} {theirs.model_boxes:>6}"
        )
    if as_json:
        print(
            json.dumps(
                {
                    key: {name: dataclasses.asdict(row) for name, row in table.items()}
                    for key, table in rows.items()
                }
            )
        )


def seed(
    weights: Path, size: tuple[int, int] | None, score: float | None
) -> AbstractContextManager[Detector]:
    """The public detector ours started from.

    Raises:
        ConfigError: onnx is not installed.
    """
    try:
        from models.eval.seed import seed_detector
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"the seed needs what is not installed: {error.name}",
            where="--against",
            remedy="Install it: pip install 'onnx>=1.23,<2'",
        ) from error
    return seed_detector(weights, input_size=size, score=score)


def operating_score(thresholds: Thresholds, name: str) -> float:
    """The score from which a box of a class counts."""
    return thresholds.per_class.get(name, thresholds.score)


@contextmanager
def progress(unit: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on the terminal, if there is one; gives what to tell (done, total)."""
    console = Console(stderr=True)
    columns = (TextColumn(unit), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(unit, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total or None)


def _print_lines(lines: Sequence[str], notes: Sequence[str]) -> None:
    for line in lines:
        print(line)
    for note in notes:
        print(note, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
