"""``mingan models import``: somebody's ONNX file becomes a model of this box.

What can be wrong with a foreign export (family, number of outputs, classes, size, numbers that are
none) is found here, by running it, before any camera depends on it. The weights are copied beside
a manifest in the registry of imported models; nothing is written until everything was right.
"""

from __future__ import annotations

import ast
import hashlib
import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnxruntime as ort
import yaml

from models.manifest import DEFAULT_REGISTRY, own_registry
from pipeline.core.clock import FrameTime
from pipeline.core.errors import ConfigError, ModelError
from pipeline.core.frame import Bgr, Frame
from pipeline.diagnosis import StillPicture
from pipeline.inference.attributes import ANSWERS
from pipeline.inference.backends.onnx import REFUSALS
from pipeline.runtime.model_trial import made_up, try_model

FAMILIES: dict[str, dict[str, Any]] = {
    "yolox": {"colour": "bgr"},
    "yolov8": {"colour": "rgb", "scale": 1 / 255, "anchor": "center"},
    "yolov11": {"colour": "rgb", "scale": 1 / 255, "anchor": "center"},
    "yolo26": {"colour": "rgb", "scale": 1 / 255, "anchor": "center"},
    "rtdetr": {"colour": "rgb", "scale": 1 / 255, "anchor": "stretch"},
    "rfdetr": {
        "colour": "rgb",
        "scale": 1 / 255,
        "mean": [0.485, 0.456, 0.406],
        "std": [0.229, 0.224, 0.225],
        "anchor": "stretch",
    },
    "classifier": {"colour": "bgr"},
}
"""How each family's own code prepares a picture."""

PAIRS = (("dets", "labels"), ("pred_boxes", "logits"))
"""Names of boxes and logits in exports with two outputs: RF-DETR's, Transformers'."""

SUFFIXES = (".onnx", ".md", ".yaml")
"""A model's files; the manifest last, as it is what makes it one."""

YOLOX_STRIDES = (8, 16, 32)
SCORE, NMS_IOU = 0.25, 0.7
"""Ultralytics' defaults; thresholds of one's own are written into the manifest."""

_RAW_FAMILIES = frozenset({"yolox", "yolov8", "yolov11", "yolo26"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to become of the file.

    Attributes:
        weights: The ONNX file.
        family: A key of ``FAMILIES``.
        classes: Names in the weights' order, or a file of them; those in the weights if empty.
        model_id: Id; made of the file's name if empty.
        licence: An SPDX id, or "unknown".
        size: (width, height); the weights' own if None.
        score: Least score of a box or an answer.
        picture: Run on this file as well as on a made-up picture.
        registry: Folder to write to; the imported models' if None.
    """

    weights: Path
    family: str
    classes: Sequence[str] = ()
    model_id: str = ""
    licence: str = "unknown"
    size: tuple[int, int] | None = None
    score: float = SCORE
    picture: Path | None = None
    registry: Path | None = None


@dataclass(frozen=True, slots=True)
class _Inside:
    """What the file says of itself."""

    input_name: str
    input_shape: list[int | str | None]
    outputs: dict[str, list[int | str | None]]
    notes: dict[str, str]


def import_model(wanted: Wanted) -> list[str]:
    """Check, run and register a model; returns lines for people.

    Raises:
        ConfigError: An argument, or a folder that cannot be written.
        ModelError: The weights, or what came out of them.
    """
    if wanted.family not in FAMILIES:
        raise ConfigError(
            f"there is no family {wanted.family!r}",
            where="--family",
            remedy=f"Write one of: {', '.join(FAMILIES)}",
        )
    inside = _look_inside(wanted.weights)
    document = _document(wanted, inside)
    registry = wanted.registry or own_registry()
    name = str(document["id"])
    if registry != DEFAULT_REGISTRY and (DEFAULT_REGISTRY / f"{name}.yaml").exists():
        raise ConfigError(
            f"a shipped model is called {name!r}", where="--id", remedy="Choose another --id"
        )
    frames = [Frame("import", FrameTime(0.0, 0.0), StillPicture(made_up()))]
    if wanted.picture is not None:
        frames.append(Frame("import", FrameTime(0.0, 0.0), StillPicture(_read(wanted.picture))))
    try:
        registry.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=registry, prefix=".import-") as folder:
            trial = Path(folder)
            _write(trial, document, wanted)
            try:
                found = try_model(trial, name, frames)
            except ModelError as error:  # it names the trial's folder, which will be gone
                raise ModelError(
                    error.what, where=str(wanted.weights), remedy=_remedy(error, wanted.family)
                ) from error
            kept = _keep_earlier(registry, name, trial / f"{name}.yaml")
            for suffix in SUFFIXES:
                (trial / f"{name}{suffix}").replace(registry / f"{name}{suffix}")
    except OSError as error:
        raise ConfigError(
            f"the registry cannot be written ({error.strerror})",
            where=str(registry),
            remedy="Choose another --registry, or set MINGAN_MODELS",
        ) from error
    return [
        f"{name}: imported to {registry / name}.yaml",
        *kept,
        found,
        f"classes: {', '.join(document['classes'])}",
        f"use it: write model: {name}, and check with: mingan models verify {name}"
        if document["task"] == "detect"
        else f"use it: write attributes_model: {name}",
    ]


def _remedy(error: ModelError, family: str) -> str:
    """What to do before there is a manifest to correct."""
    if "External data" in error.what:
        return "Save the weights into the ONNX file itself: onnx.save(onnx.load(FILE), FILE)"
    if "manifest" in error.remedy or error.remedy.startswith(("Write", "Name")):
        return (
            f"Check that {family} is the weights' family (--family), and that --classes names as "
            "many classes as they have, in their order"
        )
    return error.remedy


def _keep_earlier(registry: Path, name: str, new: Path) -> list[str]:
    """Set another model of this name aside, out of the registry's sight; says so.

    Also the same weights with a manifest that somebody has changed.
    """
    manifest = registry / f"{name}.yaml"
    if not manifest.is_file() or manifest.read_bytes() == new.read_bytes():
        return []
    for suffix in SUFFIXES:
        earlier = registry / f"{name}{suffix}"
        if earlier.is_file():
            earlier.replace(registry / f"{name}{suffix}.old")
    return [
        f"there was a {name} already: its files now end in .old, and cameras with model: {name} "
        "take the new one (--id gives it a name of its own)"
    ]


def parse_size(text: str) -> tuple[int, int] | None:
    """``640`` or ``640x384`` as (width, height); None of nothing.

    Raises:
        ConfigError: It is neither.
    """
    if not text:
        return None
    match = re.fullmatch(r"([1-9]\d{1,3})(?:x([1-9]\d{1,3}))?", text)
    if match is None:
        raise ConfigError(
            f"{text!r} is no size", where="--input-size", remedy="Write as 640 or 640x384"
        )
    return int(match[1]), int(match[2] or match[1])


def _look_inside(weights: Path) -> _Inside:
    options = ort.SessionOptions()
    options.log_severity_level = 3
    if not weights.is_file():
        raise ConfigError(
            "there is no such file",
            where=str(weights),
            remedy="Name an ONNX file; see mingan models export for others",
        )
    try:
        session = ort.InferenceSession(str(weights), options, providers=["CPUExecutionProvider"])
    except REFUSALS as error:
        raise ModelError(
            f"this is no ONNX model that ONNX Runtime can load ({_first_line(error)})",
            where=str(weights),
            remedy="Export the weights to one ONNX file, as mingan models export does",
        ) from error
    inputs = session.get_inputs()
    first = inputs[0]
    grey = len(first.shape) == 4 and isinstance(first.shape[1], int) and first.shape[1] != 3
    if len(inputs) != 1 or len(first.shape) != 4 or grey:
        shapes = ", ".join(f"{i.name} {_told(i.shape)}" for i in inputs)
        raise ModelError(
            f"the weights take {shapes}, not one batch of pictures (batch, 3, height, width)",
            where=str(weights),
            remedy="Export them for colour pictures, without the steps after the network",
        )
    return _Inside(
        first.name,
        list(first.shape),
        {output.name: list(output.shape or []) for output in session.get_outputs()},
        dict(session.get_modelmeta().custom_metadata_map),
    )


def _document(wanted: Wanted, inside: _Inside) -> dict[str, Any]:
    where = str(wanted.weights)
    content = wanted.weights.read_bytes()
    name = wanted.model_id or re.sub(r"[^a-z0-9]+", "_", wanted.weights.stem.lower()).strip("_")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise ConfigError(
            f"{name!r} is no id", where="--id", remedy="Use lower-case letters, digits and _"
        )
    task = inside.notes.get("task", "detect")
    if task != "detect":
        raise ModelError(f"the weights are made to {task}", where=where, remedy="Import a detector")
    if not 0.0 < wanted.score < 1.0:
        raise ConfigError(
            f"{wanted.score:g} is no score", where="--score", remedy="Write a fraction, as 0.25"
        )
    classes = _classes(wanted, inside)
    size = _size(wanted, inside)
    names = _outputs(wanted, inside)
    chosen = inside.outputs[names[0]][-1:] == [6] or inside.notes.get("end2end") == "True"
    raw = wanted.family in _RAW_FAMILIES and not chosen
    is_detector = wanted.family != "classifier"
    output: dict[str, Any] = {"names": names}
    if wanted.family == "yolox":
        output["strides"] = list(YOLOX_STRIDES)
    if not is_detector:
        output["groups"] = {one: list(ANSWERS) for one in classes}
    return {
        "id": name,
        "version": "1.0.0",
        "task": "detect" if is_detector else "classify",
        "family": wanted.family if is_detector else "attributes",
        "weights": {
            "file": f"{name}.onnx",
            "sha256": hashlib.sha256(content).hexdigest(),
            "size_bytes": len(content),
        },
        "licence": wanted.licence,
        "licence_status": "unknown" if wanted.licence == "unknown" else "known",
        "origin": f"Imported from {wanted.weights.name}.",
        "input": {
            "name": inside.input_name,
            "size": list(size),
            "allowed_sizes": [list(size)],
            **FAMILIES[wanted.family],
        },
        "output": output,
        "classes": classes,
        "thresholds": {"score": wanted.score, "nms_iou": NMS_IOU if raw else None},
        "card": f"{name}.md",
    }


def _classes(wanted: Wanted, inside: _Inside) -> list[str]:
    given = [part.strip() for entry in wanted.classes for part in entry.split(",")]
    if len(given) == 1 and Path(given[0]).is_file():
        try:
            text = Path(given[0]).read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                "the class names cannot be read",
                where=given[0],
                remedy="Write one name a line, UTF-8",
            ) from error
        given = [line.strip() for line in text.splitlines()]
    given = [name for name in given if name]
    noted = _noted_names(inside.notes.get("names", ""))
    if not given and not noted:
        raise ConfigError(
            "the weights do not name their classes",
            where="--classes",
            remedy="Name them in the weights' order, with commas, or give a file",
        )
    if given and noted and len(given) != len(noted):
        raise ConfigError(
            f"{len(given)} classes are named, but the weights have {len(noted)}: "
            f"{', '.join(noted)[:200]}",
            where="--classes",
            remedy="Name all in this order, or none to take these",
        )
    moved = [name for name in given if noted and name in noted]
    moved = [name for name in moved if noted.index(name) != given.index(name)]
    if moved:
        raise ConfigError(
            f"{moved[0]!r} is named in another place than in the weights: {', '.join(noted)[:200]}",
            where="--classes",
            remedy="Name all in this order, or none to take these",
        )
    classes = given or noted
    twice = sorted({name for name in classes if classes.count(name) > 1})
    if twice:
        raise ConfigError(
            f"{twice[0]!r} is named twice", where="--classes", remedy="Give each its own name"
        )
    return classes


def _noted_names(text: str) -> list[str]:
    """Class names in the metadata Ultralytics writes: ``{0: 'person', …}``."""
    try:
        names = ast.literal_eval(text) if text else {}
    except (ValueError, SyntaxError):
        return []
    if not isinstance(names, dict):
        return []
    return [str(names[index]) for index in sorted(names)]


def _size(wanted: Wanted, inside: _Inside) -> tuple[int, int]:
    height, width = inside.input_shape[2:]
    fixed = (width, height) if isinstance(width, int) and isinstance(height, int) else None
    if fixed and wanted.size and fixed != wanted.size:
        raise ConfigError(
            f"the weights are made for {fixed[0]}x{fixed[1]}",
            where="--input-size",
            remedy="Leave it out, or export the weights with dynamic axes",
        )
    found = fixed or wanted.size or _noted_size(inside.notes.get("imgsz", ""))
    if found is None:
        raise ConfigError(
            "the weights take pictures of any size",
            where="--input-size",
            remedy="Say which they were trained at, as 640 or 640x384",
        )
    return found


def _noted_size(text: str) -> tuple[int, int] | None:
    """Ultralytics' ``[height, width]``."""
    numbers = [int(number) for number in re.findall(r"\d+", text)]
    return (numbers[1], numbers[0]) if len(numbers) == 2 else None


def _outputs(wanted: Wanted, inside: _Inside) -> list[str]:
    names = list(inside.outputs)
    if wanted.family in ("rtdetr", "rfdetr"):
        for pair in PAIRS:
            if set(pair) <= set(names):
                return list(pair)
    if len(names) != 1 or wanted.family == "rfdetr":
        shapes = ", ".join(f"{name} {_told(shape)}" for name, shape in inside.outputs.items())
        expected = "dets and labels" if wanted.family == "rfdetr" else "one"
        raise ModelError(
            f"the weights have {len(names)} outputs ({shapes}), but {wanted.family} has {expected}",
            where=str(wanted.weights),
            remedy="Choose another --family, or export a plain detector",
        )
    return names


def _write(folder: Path, document: dict[str, Any], wanted: Wanted) -> None:
    name = document["id"]
    shutil.copyfile(wanted.weights, folder / f"{name}.onnx")
    (folder / f"{name}.yaml").write_text(
        yaml.safe_dump(document, sort_keys=False, allow_unicode=True), "utf-8"
    )
    today = datetime.now(UTC).date().isoformat()
    (folder / f"{name}.md").write_text(
        f"# {name}\n\nImported on {today} from `{wanted.weights.name}`, family {wanted.family}, "
        f"licence {wanted.licence}. Nothing was measured: `mingan eval` does.\n",
        "utf-8",
    )


def _read(path: Path) -> Bgr:
    decoded = cv2.imread(str(path), cv2.IMREAD_COLOR) if path.is_file() else None
    if decoded is None:
        raise ConfigError(
            "this is no picture", where=str(path), remedy="Name a picture file as --picture"
        )
    return np.asarray(decoded, np.uint8)


def _told(shape: Sequence[int | str | None]) -> str:
    return f"({', '.join(str(side) for side in shape)})"


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0][:160] if str(error) else type(error).__name__
