"""A foreign model's trial: run on pictures before any camera depends on it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import yaml

from models.manifest import ModelManifest, load_manifest
from pipeline.core.detections import Detections
from pipeline.core.errors import ModelError
from pipeline.core.frame import Bgr, Frame
from pipeline.diagnosis import StillPicture
from pipeline.inference.attributes import load_classifier
from pipeline.inference.backends.base import backend_factory, require_outputs
from pipeline.inference.detector import load_detector
from pipeline.inference.nms import iou_matrix
from pipeline.inference.preprocess import prepare
from pipeline.runtime.model_answers import check_answers, check_batch

YARDSTICK = "campus_objects"
"""The shipped detector, whose boxes on a user's picture an import is held against."""
_PLAIN, _SEVERAL, _SAME_PLACE = 0.6, 3, 0.3
"""Score from which its box is beyond doubt, so many of which a right model does not all miss, and
their least overlap with a box of the model's."""


def try_model(folder: Path, name: str, frames: Sequence[Frame]) -> str:
    """Run a model on each frame, then on all, and say what came out.

    Args:
        folder: A registry.
        name: The model's id.
        frames: The first made up; a detector's boxes on the others are compared.

    Raises:
        ModelError: It cannot be run, or what came out is not what its family answers.
    """
    if yaml.safe_load((folder / f"{name}.yaml").read_text("utf-8"))["task"] == "classify":
        classifier = load_classifier(name, registry_dir=folder)
        try:
            for frame in frames:
                whole = np.array([[0, 0, frame.picture.width, frame.picture.height]], np.float32)
                answers = classifier.classify(frame, np.repeat(whole, 2, axis=0))
        finally:
            classifier.close()
        sums = answers.probability.sum(axis=2)
        if not np.allclose(sums, 1.0, atol=0.01):
            raise ModelError(
                f"the three answers add up to {float(sums.flat[0]):.3g}, not 1",
                where=str(name),
                remedy="Export the classifier with its softmax",
            )
        return f"ran on {len(frames)} pictures: {len(classifier.names)} attributes answered"
    with load_detector(name, registry_dir=folder) as detector:
        _look_at_answers(load_manifest(name, folder), frames)
        found = detector.detect([*frames, *frames])[: len(frames)]
        told = [f"ran on {len(frames)} pictures: {', '.join(str(len(f)) for f in found)} boxes"]
        for boxes, frame in zip(found[1:], frames[1:], strict=True):
            told += _compared(boxes, frame)
        return "; ".join(told)


def _look_at_answers(manifest: ModelManifest, frames: Sequence[Frame]) -> None:
    """Refuse a detector whose answers are not what its family's are."""
    where = str(manifest.weights_path)
    pictures = [frame.picture for frame in frames]
    pictures.append(StillPicture(made_up(seed=1) // 2))  # answered otherwise than the first
    size = manifest.input.size
    backend = backend_factory("onnx")(manifest, threads=1)
    try:
        answers = [backend.infer(prepare([one], manifest.input, size)[0]) for one in pictures]
        both, _ = prepare([pictures[0], pictures[-1]], manifest.input, size)
        beside = backend.infer(both)
    finally:
        backend.close()
    for outputs in answers:
        require_outputs(outputs, len(manifest.output.names), where)
        check_answers(outputs, manifest.family, len(manifest.classes), size, where)
    check_batch(answers[-1], beside, where)


def _compared(found: Detections, frame: Frame) -> list[str]:
    """What of the shipped detector's boxes on a picture the model sees too.

    Raises:
        ModelError: Nothing, though several are plain to see and it names their classes.
    """
    with load_detector(YARDSTICK, score=_PLAIN) as detector:
        (plain,) = detector.detect([frame])
    plain = plain.of_classes(frozenset(found.class_names))
    meets = iou_matrix(plain.xyxy, found.xyxy) >= _SAME_PLACE
    theirs = np.array([plain.class_names[int(i)] for i in plain.class_id])
    ours = np.array([found.class_names[int(i)] for i in found.class_id])
    placed = meets.any(axis=1)
    named = (meets & (theirs[:, None] == ours[None, :])).any(axis=1)
    if len(plain) >= _SEVERAL and not named.any():
        look = "class names in another order" if placed.mean() > 0.5 else "another --family"
        raise ModelError(
            f"of {len(plain)} things that {YARDSTICK} plainly sees on the picture, the weights "
            f"{'name none as it does' if placed.any() else 'find none'}: this looks like {look}",
            where=frame.camera_id,
            remedy="Check --family and --classes, or leave --picture out if the weights were "
            "trained for something else",
        )
    if not len(plain):
        return []
    return [f"{int(named.sum())} of {len(plain)} that {YARDSTICK} plainly sees on the picture"]


def made_up(width: int = 1280, height: int = 720, *, seed: int = 0) -> Bgr:
    """A picture with edges and noise, the same each time."""
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 256, (9, 16, 3), np.uint8)
    large = np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)
    return np.asarray(cv2.add(large, rng.integers(0, 16, large.shape, np.uint8)), np.uint8)
