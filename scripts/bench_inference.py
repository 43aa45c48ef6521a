"""``scripts/bench inference``: what all kitchen models cost, beside ONNX Runtime's own defaults.

Ours is the product's way: letterbox or crops, network, decode, suppression, one thread, all people
of a frame in one batch. The references run in the same rounds and are the network alone: the same
weights in a session with ONNX Runtime's default options, and a detector given as ``--seed``. CPU
milliseconds of this process, so that threads that wait by spinning count; the best of some rounds.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import onnxruntime as ort

from models.eval.media import frame_of
from models.manifest import load_manifest
from pipeline.inference.attributes import load_classifier
from pipeline.inference.backends.base import BACKENDS
from pipeline.inference.detector import load_detector
from pipeline.runtime.model_import import parse_size

FRAME_LIMIT_MS, CROP_LIMIT_MS = 40.0, 20.0
"""What a frame and a person may cost."""
DETECTORS = ("campus_objects", "fire_smoke", "rodent")
CLASSIFIER = "kitchen_attributes"
_REPEATS = 4


def cpu_ms(work: Callable[[], object], items: int = 1) -> float:
    """CPU milliseconds for each item of some work, which is repeated."""
    began_s = time.process_time()
    for _ in range(_REPEATS):
        work()
    return (time.process_time() - began_s) * 1000 / (_REPEATS * items)


def plain(weights: Path, size: tuple[int, int], batch: int) -> Callable[[], object]:
    """A network in a session with default options, given pictures of one size."""
    options = ort.SessionOptions()
    options.log_severity_level = 3
    session = ort.InferenceSession(str(weights), options, providers=["CPUExecutionProvider"])
    pixels = np.random.default_rng(1).random((batch, 3, size[1], size[0]), np.float32) * 255
    name = session.get_inputs()[0].name
    return lambda: session.run(None, {name: pixels})


def main(arguments: Sequence[str], *, as_json: bool) -> int:
    """Entry of ``scripts/bench inference``."""
    parser = argparse.ArgumentParser(prog="scripts/bench inference", description=__doc__)
    parser.add_argument("--seed", type=Path, help="an ONNX detector of 416 x 416 to compare with")
    parser.add_argument(
        "--input-size",
        default="416x256",
        help="of the detectors; a wide camera is shown as large in 416x256 as in 416x416",
    )
    parser.add_argument("--backend", choices=sorted(BACKENDS), default="onnx", help="of ours")
    parser.add_argument("--people", type=int, default=8, help="in the frame")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args(arguments)
    random = np.random.default_rng(0)
    frame = frame_of(random.integers(0, 256, (1080, 1920, 3), np.uint8))
    left = np.linspace(0, 1700, given.people, dtype=np.float32)
    people = np.stack([left, left * 0 + 200, left + 180, left * 0 + 800], axis=1)
    ours: dict[str, Callable[[], object]] = {}
    theirs: dict[str, Callable[[], object]] = {}
    for model_id in DETECTORS:
        detector = load_detector(
            model_id, input_size=parse_size(given.input_size), backend=given.backend
        )
        ours[model_id] = lambda detector=detector: detector.detect([frame])  # type: ignore[misc]
        theirs[model_id] = plain(load_manifest(model_id).weights_path, detector.input_size, 1)
    classifier = load_classifier(CLASSIFIER, backend=given.backend)
    ours[CLASSIFIER] = lambda: classifier.classify(frame, people)
    theirs[CLASSIFIER] = plain(
        load_manifest(CLASSIFIER).weights_path, classifier.input_size, given.people
    )
    if given.seed is not None:
        theirs["seed"] = plain(given.seed, (416, 416), 1)
    items = {CLASSIFIER: given.people}
    best: dict[str, dict[str, float]] = {"ours": {}, "default": {}}
    for _ in range(given.rounds):
        for way, works in (("ours", ours), ("default", theirs)):
            for name, work in works.items():
                ms = cpu_ms(work, items.get(name, 1))
                best[way][name] = min(ms, best[way].get(name, ms))
    result = {**summary(best["ours"], best["default"]), "input_size": given.input_size}
    result["backend"] = given.backend
    if not as_json:
        for name, ms in best["default"].items():
            own = best["ours"].get(name)
            print(
                f"{name:20} default options {ms:7.2f} ms"
                + (f", ours {own:7.2f} ms, {own / ms:.2f} of it" if own is not None else "")
            )
    print(json.dumps(result))
    return 0


def summary(ours: dict[str, float], default: dict[str, float]) -> dict[str, object]:
    """The figures: CPU ms of each model, their sums, ratios and limits.

    Args:
        ours: By model; a detector's for each frame, the classifier's for each person.
        default: The same of the references, and of the seed if there is one.
    """
    frame_ms = sum(ms for name, ms in ours.items() if name != CLASSIFIER)
    crop_ms = ours[CLASSIFIER]
    return {
        "bench": "inference",
        "frame_ms": round(frame_ms, 2),
        "frame_limit_ms": FRAME_LIMIT_MS,
        "crop_ms": round(crop_ms, 2),
        "crop_limit_ms": CROP_LIMIT_MS,
        "is_within_limits": frame_ms <= FRAME_LIMIT_MS and crop_ms <= CROP_LIMIT_MS,
        "ours_ms": {name: round(ms, 2) for name, ms in ours.items()},
        "default_options_ms": {name: round(ms, 2) for name, ms in default.items()},
        "ours_against_default": {
            name: round(ms / default[name], 3) for name, ms in ours.items() if name in default
        },
        "detector_against_seed": (
            round(ours[DETECTORS[0]] / default["seed"], 3) if "seed" in default else None
        ),
    }
