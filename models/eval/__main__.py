"""``mingan eval all|people|boxes|video|events|rules|agreement …``: how good a model or rule is.

With ``--json`` the last line is one JSON object. Everything a person can mend is one line and exit
code 2.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import re
import statistics
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from models.eval import meanings, tables
from models.eval.agreement import CONFIDENT, agreement, pictures_of, plainly
from models.eval.boxes import evaluate_boxes, read_fold
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


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one evaluation; returns the process's exit code."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
    except MinganError as error:
        print(f"error: {error.line()}", file=sys.stderr)
        return error.exit_code
    except (ManifestError, OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mingan eval", description="How good a model or rule is.")
    forms = parser.add_subparsers(required=True, metavar="FORM")
    whole = forms.add_parser("all", help="every shipped model on what it never saw")
    whole.add_argument("--data", type=Path, required=True, metavar="DIR", help="the data folder")
    whole.add_argument(
        "--against", type=Path, metavar="SEED.onnx", help="COCO-80 YOLOX-nano, for people"
    )
    whole.add_argument(
        "--errors", type=Path, metavar="DIR", help="write pictures of the worst errors here"
    )
    whole.set_defaults(run=_all)
    people = _form(forms, "people", "a classifier of people's attributes", meanings.PEOPLE)
    people.add_argument(
        "--images", type=Path, required=True, metavar="DIR", help="folder of the pictures"
    )
    source = people.add_mutually_exclusive_group(required=True)
    source.add_argument("--labels", type=Path, metavar="CSV", help="image,x1,y1,x2,y2,hat,mask,…")
    source.add_argument("--voc", type=Path, help="folder of VOC files of faces with masks")
    people.add_argument("--model", default="kitchen_attributes")
    people.add_argument(
        "--held-out", action="store_true", help="only images kept out of the training by name"
    )
    people.set_defaults(run=_people)
    boxes = _form(forms, "boxes", "a detector on YOLO labels", meanings.BOXES, ["folder"])
    boxes.add_argument(
        "--images", type=Path, required=True, metavar="DIR", help="folder of the pictures"
    )
    boxes.add_argument(
        "--labels", type=Path, required=True, metavar="DIR", help="folder of their label files"
    )
    boxes.add_argument("--model", required=True, help="a detector of mingan models list")
    boxes.add_argument(
        "--classes",
        nargs="+",
        default=[],
        metavar="NAME",
        help="a file, names in order, or 0=fire 2=smoke; classes.txt beside the labels otherwise",
    )
    boxes.add_argument(
        "--numbers", type=frame_range, metavar="A-B", help="only files whose name has this number"
    )
    boxes.add_argument("--split", type=Path, metavar="CSV", help="picture,source,fold; with --fold")
    boxes.add_argument("--fold", type=int, default=0, help="the fold of --split to judge by")
    boxes.add_argument("--input-size", type=pair, metavar="W[xH]")
    boxes.set_defaults(run=_boxes)
    video = _form(forms, "video", "a detector on a video with MOT truth", meanings.VIDEO)
    video.add_argument("--video", type=Path, required=True)
    video.add_argument("--truth", type=Path, required=True, help="MOT text, frames from 1")
    video.add_argument("--frames", type=frame_range, default=range(1, sys.maxsize), metavar="A-B")
    video.add_argument(
        "--empty-frames",
        action="store_true",
        help="frames the truth does not name show nobody; they are left out otherwise",
    )
    video.add_argument("--model", default="campus_objects")
    video.add_argument("--against", type=Path, metavar="SEED.onnx", help="COCO-80 YOLOX-nano")
    video.add_argument("--input-size", type=pair, metavar="W[xH]")
    video.add_argument("--score", type=float, help="operating score; the manifest's if not given")
    video.set_defaults(run=_video)
    events = _form(forms, "events", "rules on a recording with episodes of truth", meanings.EVENTS)
    events.add_argument("--clip", type=Path, required=True)
    events.add_argument(
        "--truth", type=Path, required=True, help="CSV or JSONL: rule,start_s,end_s"
    )
    events.add_argument(
        "--config",
        type=Path,
        metavar="YAML",
        help="as for mingan analyze, also rules alone; the truth's rules anywhere otherwise",
    )
    events.set_defaults(run=_events)
    rules = forms.add_parser("rules", help="every rule on real and composed recordings")
    rules.add_argument("--data", type=Path, required=True, metavar="DIR", help="the data folder")
    rules.add_argument("--vtest", type=Path, metavar="AVI", help="Debian's vtest.avi (opencv-doc)")
    rules.add_argument("--rule", nargs="+", default=[], metavar="RULE", help="only these")
    rules.add_argument("--clip", nargs="+", default=[], metavar="WORD", help="only clips so named")
    rules.add_argument("--fps", type=float, default=5.0, help="pictures looked at a second")
    rules.add_argument("--keep", type=Path, metavar="DIR", help="keep the composed films here")
    rules.set_defaults(run=_rules)
    agree = forms.add_parser("agreement", help="what a model sees of its seed's boxes")
    agree.add_argument("--pictures", type=Path, nargs="+", required=True, help="folders, videos")
    agree.add_argument("--model", default="campus_objects")
    agree.add_argument("--against", type=Path, metavar="SEED.onnx", required=True)
    agree.add_argument("--input-size", type=pair, metavar="W[xH]")
    agree.add_argument("--every", type=int, default=5, help="one picture in so many")
    agree.add_argument("--tiled", action="store_true", help="the seed looks through tiles")
    agree.add_argument(
        "--tiles", type=pair, metavar="C[xR]", help="the model looks through tiles, as 3x2"
    )
    agree.set_defaults(run=_agreement)
    for form in (whole, people, boxes, video, agree):
        form.add_argument(
            "--registry", type=Path, help="folder of manifests, if not the usual ones"
        )
    for form in (whole, people, boxes, video, events, rules, agree):
        form.add_argument("--json", action="store_true", help="last line is one JSON object")
    return parser


def _form(
    forms: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    what: str,
    meaning: str,
    aliases: Sequence[str] = (),
) -> argparse.ArgumentParser:
    return forms.add_parser(
        name,
        help=what,
        description=f"Judge {what}.",
        epilog=meaning,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        aliases=aliases,
    )


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


def pair(text: str) -> tuple[int, int]:
    """``640x384`` as (640, 384), ``640`` as (640, 640)."""
    first, _, second = text.partition("x")
    try:
        return int(first), int(second or first)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not as 640 or 640x384") from error


def _all(options: argparse.Namespace) -> int:
    require_folder(options.data, "--data")
    against: Path | None = options.against
    asked = Options(
        options.data,
        options.registry,
        progress,
        None if against is None else lambda: seed(against, None, LEAST_SCORE),
        options.errors,
    )
    rows: dict[str, object] = {}
    for name, run in parts(asked).items():
        if run is None:
            print(f"left out: {name} is not in {options.data}", file=sys.stderr)
            continue
        part = run()
        print(part.heading)
        _print_lines([*part.lines, ""], part.notes)
        rows[name] = part.row
    if options.json:
        print(json.dumps(rows))
    return 0


def _people(options: argparse.Namespace) -> int:
    classifier = load_classifier(options.model, registry_dir=options.registry)
    try:
        if options.voc is not None:
            require_folder(options.voc, "--voc")
            people = read_masked_people(options.voc)
        else:
            people = read_people(options.labels, classifier.names)
        if options.held_out:
            people = [person for person in people if is_held_out(person.image)]
            if not people:
                raise ConfigError(
                    "no image is kept out of the training by its name",
                    where=str(options.labels or options.voc),
                    remedy="Leave --held-out away: it is for the sets our models learned from",
                )
        per_person_ms: list[float] = []

        def watch(look: PeopleLook) -> None:
            per_person_ms.append(1000 * look.seconds / len(look.people))

        with progress("pictures") as told:
            scores, skipped = evaluate_people(
                classifier, options.images, people, progress=told, watch=watch
            )
    finally:
        classifier.close()
    print(
        f"{classifier.model_id} {classifier.model_sha256[:12]}: {len(people)} people, "
        f"{statistics.median(per_person_ms):.1f} ms a person"
    )
    _print_lines(tables.people_lines(scores), tables.skipped_lines(skipped))
    if options.json:
        print(json.dumps({name: dataclasses.asdict(row) for name, row in scores.items()}))
    return 0


def _boxes(options: argparse.Namespace) -> int:
    sources = None if options.split is None else read_fold(options.split, options.fold)
    if options.numbers is not None:
        require_folder(options.images, "--images")
        stems = [path.stem for path in options.images.rglob("*") if path.is_file()]
        found = [(stem, re.match(r"[a-z]+_(\d+)", stem)) for stem in stems]
        wanted = [stem for stem, match in found if match and int(match[1]) in options.numbers]
        sources = {stem: stem for stem in wanted if sources is None or stem in sources}
    thresholds = load_manifest(options.model, options.registry).thresholds
    with (
        load_detector(
            options.model,
            input_size=options.input_size,
            score=LEAST_SCORE,
            registry_dir=options.registry,
        ) as detector,
        progress("pictures") as told,
    ):
        least = {name: operating_score(thresholds, name) for name in detector.class_names}
        report = evaluate_boxes(
            detector,
            options.images,
            options.labels,
            least,
            classes=options.classes,
            sources=sources,
            progress=told,
        )
    print(
        f"{detector.model_id} {detector.model_sha256[:12]} "
        f"at {'' if options.input_size else 'up to '}"
        f"{detector.input_size[0]}x{detector.input_size[1]}, {report.ms_per_image:.1f} ms/image"
    )
    notes = tables.skipped_lines(report.skipped)
    if report.unlabelled:
        notes.append(f"{report.unlabelled} pictures without a label file count as showing nothing")
    if report.without_picture:
        notes.append(
            f"{len(report.without_picture)} label files without a picture count for nothing; the "
            f"first: {report.without_picture[0]}"
        )
    if report.guessed_names:
        known = ", ".join(f"{i} {name}" for i, name in enumerate(detector.class_names))
        notes.append(f"no classes.txt names the labels' classes; taken as the model's: {known}")
    if report.left_out:
        notes.append(f"classes the model does not know: {', '.join(report.left_out)}")
    boxes = {name: row.boxes for name, row in report.classes.items()}
    _print_lines(tables.box_lines(boxes) + tables.picture_lines(report.classes), notes)
    if options.json:
        rows = {n: tables.class_row(row, least[n], report) for n, row in report.classes.items()}
        print(json.dumps(rows))
    return 0


def _video(options: argparse.Namespace) -> int:
    truth = read_mot_truth(options.truth)
    score = options.score
    if score is None:
        manifest = load_manifest(options.model, options.registry)
        score = operating_score(manifest.thresholds, "person")
    looks: dict[str, Callable[[], AbstractContextManager[Detector]]] = {
        "person": lambda: load_detector(
            options.model,
            input_size=options.input_size,
            score=LEAST_SCORE,
            registry_dir=options.registry,
        )
    }
    if options.against is not None:
        looks["against"] = lambda: seed(options.against, options.input_size, LEAST_SCORE)
    rows: dict[str, object] = {}
    for name, load in looks.items():
        with load() as detector, progress("frames") as told:
            report = evaluate(
                detector,
                options.video,
                truth.boxes,
                frames=options.frames,
                min_score=score,
                aside=truth.aside,
                unnamed_are_empty=options.empty_frames,
                progress=told,
            )
        width, height = report.input_size
        print(
            f"{report.model} {report.sha256[:12]} at {width}x{height}, score {score:g}: "
            f"{report.frames} frames, {report.ms_per_image:.1f} ms/image"
        )
        notes = tables.video_notes(report, options.empty_frames)
        _print_lines(tables.box_lines(report.classes), notes)
        rows[name] = tables.video_row(report, score)
    if options.json:
        print(json.dumps(rows))
    return 0


def _events(options: argparse.Namespace) -> int:
    config = None if options.config is None else load_offline(options.config)
    with progress("seconds") as told:
        rows = evaluate_events(
            options.clip, options.truth, config, lambda done, total: told(int(done), int(total))
        )
    notes = [] if config is not None else [_without_config(rule for rule in rows if rule != "all")]
    _print_lines(tables.event_lines(rows), notes)
    if options.json:
        whole = dataclasses.asdict(rows["all"])
        rules = {name: dataclasses.asdict(row) for name, row in rows.items() if name != "all"}
        print(json.dumps(whole | {"rules": rules}))
    return 0


def _without_config(rules: Iterable[str]) -> str:
    told = [
        f"{rule} {', '.join(f'{key}: {value}' for key, value in shortened(rule).items())}"
        for rule in rules
        if shortened(rule)
    ]
    return "without --config each rule watches the whole picture, nothing is joined or withheld" + (
        f", and for short recordings: {'; '.join(told)}" if told else ""
    )


def _rules(options: argparse.Namespace) -> int:
    require_folder(options.data, "--data")
    asked = Asked(
        options.data,
        options.vtest,
        frozenset(options.rule),
        tuple(options.clip),
        options.fps,
        options.keep,
    )
    figures = evaluate_rules(asked, progress, lambda text: print(text, file=sys.stderr))
    _print_lines(rule_lines(figures), [])
    if options.json:
        print(json.dumps({rule: dataclasses.asdict(row) for rule, row in figures.items()}))
    return 0


def _agreement(options: argparse.Namespace) -> int:
    size = options.input_size
    pictures = [p for path in options.pictures for p in pictures_of(path, options.every)]
    tiles: tuple[int, int] | None = options.tiles
    closer = (640, 640) if options.tiled else size
    with (
        load_detector(options.model, input_size=size, registry_dir=options.registry) as model,
        seed(options.against, size, None) as plain,
        seed(options.against, closer, CONFIDENT) as confident,
    ):
        reference = partial(look, confident) if options.tiled else plainly(confident)
        rows = {
            "model": agreement(
                model if tiles is None else TiledDetector(model, [tiles]), reference, pictures
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
