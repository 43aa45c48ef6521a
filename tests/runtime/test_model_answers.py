"""Exports whose shapes are right and whose answers are not; beside each, the right one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from pipeline.core.errors import ConfigError, ModelError
from pipeline.runtime.model_import import Wanted, import_model
from tests.inference.tiny import constant_model

Array = NDArray[np.float32]
SIDE = 64


def centres() -> tuple[Array, Array]:
    """Middle (84, 2), pixels, and stride (84, 1) of every cell at 64 × 64."""
    middles, strides = [], []
    for stride in (8, 16, 32):
        rows, columns = np.mgrid[: SIDE // stride, : SIDE // stride]
        middles.append((np.stack([columns, rows], -1).reshape(-1, 2) + 0.5) * stride)
        strides.append(np.full((len(middles[-1]), 1), stride))
    return np.concatenate(middles).astype(np.float32), np.concatenate(strides).astype(np.float32)


def scores(rows: int, classes: int = 2) -> Array:
    """Next to nothing everywhere, and one thing of the last class."""
    found = np.random.default_rng(3).uniform(0.001, 0.02, (rows, classes)).astype(np.float32)
    found[5, -1] = 0.8
    return found


def yolo(classes: int = 2) -> Array:
    """(84, 4 + classes): a raw head before it is turned to (4 + classes, 84)."""
    middle, stride = centres()
    return np.concatenate([middle, stride * 1.5, stride * 2.5, scores(84, classes)], axis=1)


def yolox() -> Array:
    """(84, 7): offsets within the cell, logarithms of the sides, objectness, two classes."""
    rng = np.random.default_rng(4)
    boxes = np.concatenate([rng.uniform(0.1, 0.9, (84, 2)), rng.normal(0.5, 0.3, (84, 2))], axis=1)
    objectness = scores(84, 1)
    return np.concatenate([boxes, objectness, scores(84) + 0.1], axis=1).astype(np.float32)


def yolox_decoded() -> Array:
    raw, (middle, stride) = yolox(), centres()
    raw[:, :2] = raw[:, :2] * stride + middle - stride / 2
    raw[:, 2:4] = np.exp(raw[:, 2:4]) * stride
    return raw


def chosen() -> Array:
    """(30, 6): left, top, right, bottom, score, class; the last ten are padding."""
    rng = np.random.default_rng(5)
    rows = np.zeros((30, 6), np.float32)
    rows[:20, :2] = rng.uniform(0, 40, (20, 2))
    rows[:20, 2:4] = rows[:20, :2] + rng.uniform(4, 20, (20, 2))
    rows[:20, 4] = np.sort(rng.uniform(0.01, 0.9, 20))[::-1]
    rows[:20, 5] = rng.integers(0, 2, 20)
    return rows


def queries() -> Array:
    """(30, 4): centre and size, fractions."""
    rng = np.random.default_rng(6)
    return np.concatenate(
        [rng.uniform(0.1, 0.9, (30, 2)), rng.uniform(0.05, 0.3, (30, 2))], axis=1
    ).astype(np.float32)


def columns(array: Array, order: list[int]) -> Array:
    return np.ascontiguousarray(array[:, order])


def scaled(array: Array, factor: object, part: slice) -> Array:
    array = array.copy()
    array[:, part] = array[:, part] * factor
    return array


def logit(array: Array, part: slice) -> Array:
    array = array.copy()
    array[:, part] = np.log(array[:, part] / (1 - array[:, part]))
    return array


def sigmoid(array: Array, part: slice) -> Array:
    array = array.copy()
    array[:, part] = 1 / (1 + np.exp(-array[:, part]))
    return array


def cornered(array: Array) -> Array:
    array = array.copy()
    half = array[:, 2:4] / 2
    array[:, 2:4] = array[:, :2] + half
    array[:, :2] -= half
    return array


def detr(classes: int = 3) -> Array:
    return np.concatenate([queries(), scores(30, classes)], axis=1)


def detr_rows() -> Array:
    return np.concatenate([queries(), chosen()[:, 4:]], axis=1)


def pair(boxes: Array, logits: Array) -> dict[str, Array]:
    return {"dets": boxes, "labels": logits}


RIGHT: dict[str, tuple[str, int, Callable[[], dict[str, Array]]]] = {
    "yolov8": ("yolov8", 2, lambda: {"o": yolo().T}),
    "yolov8 of one class": ("yolov8", 1, lambda: {"o": yolo(1).T}),
    "yolo26": ("yolo26", 2, lambda: {"o": chosen()}),
    "yolo26 that found nothing": ("yolo26", 2, lambda: {"o": np.zeros((30, 6), np.float32)}),
    "yolo26 of which all are sure": ("yolo26", 2, lambda: {"o": chosen()[:8]}),
    "yolox": ("yolox", 2, lambda: {"o": yolox()}),
    "rtdetr": ("rtdetr", 3, lambda: {"o": detr()}),
    "rtdetr of two classes": ("rtdetr", 2, lambda: {"o": detr(2)}),
    "rtdetr with a class": ("rtdetr", 2, lambda: {"o": detr_rows()}),
    "rfdetr": ("rfdetr", 2, lambda: pair(queries(), logit(scores(30, 3), slice(None)))),
}
CORNERS = "left, top, right, bottom"
WRONG: dict[str, tuple[str, int, Callable[[], dict[str, Array]], str]] = {
    "transposed": ("yolov8", 3, lambda: {"o": yolo(3)}, "rows and columns exchanged"),
    "transposed, two classes": ("yolov8", 2, lambda: {"o": yolo()}, "rows and columns exchanged"),
    "transposed yolox": ("yolox", 2, lambda: {"o": yolox().T}, "rows and columns exchanged"),
    "fractions": (
        "yolov8", 2, lambda: {"o": scaled(yolo(), 1 / SIDE, slice(0, 4)).T}, "in fractions",
    ),
    "cells": (
        "yolov8", 2, lambda: {"o": scaled(yolo(), 1 / centres()[1], slice(0, 4)).T}, "in cells",
    ),
    "fractions, end-to-end": (
        "yolo26", 2, lambda: {"o": scaled(chosen(), 1 / SIDE, slice(0, 4))}, "in fractions",
    ),
    "another input": (
        "yolo26", 2, lambda: {"o": scaled(chosen(), 10, slice(0, 4))}, "another input than 64x64",
    ),
    "pixels": ("rtdetr", 3, lambda: {"o": scaled(detr(), SIDE, slice(0, 4))}, "in pixels"),
    "logits": ("yolov8", 2, lambda: {"o": logit(yolo(), slice(4, 6)).T}, "logits"),
    "logits of yolox": ("yolox", 2, lambda: {"o": logit(yolox(), slice(4, 7))}, "logits"),
    "logits of rtdetr": ("rtdetr", 3, lambda: {"o": logit(detr(), slice(4, 7))}, "logits"),
    "logits, end-to-end": (
        "yolo26", 2, lambda: {"o": scaled(chosen(), -9, slice(4, 5))}, "logits",
    ),
    "sigmoid twice": ("yolov8", 2, lambda: {"o": sigmoid(yolo(), slice(4, 6)).T}, "twice"),
    "probabilities for logits": (
        "rfdetr", 2, lambda: pair(queries(), scores(30, 3)), "probabilities, where logits",
    ),
    "corners": ("yolov8", 2, lambda: {"o": cornered(yolo()).T}, CORNERS),
    "corners of rfdetr": (
        "rfdetr", 2, lambda: pair(cornered(queries()), logit(scores(30, 3), slice(None))), CORNERS,
    ),
    "centres, end-to-end": (
        "yolo26", 2,
        lambda: {"o": np.concatenate([queries() * SIDE, chosen()[:, 4:]], axis=1)},
        "centre and size",
    ),
    "decoded twice": ("yolox", 2, lambda: {"o": yolox_decoded()}, "decoded twice"),
    "class before score": (
        "yolo26", 2, lambda: {"o": columns(chosen(), [0, 1, 2, 3, 5, 4])}, "class before the score",
    ),
    "class before score, detr": (
        "rtdetr", 2, lambda: {"o": columns(detr_rows(), [0, 1, 2, 3, 5, 4])}, "class before",
    ),
    "objectness beside one class": (
        "yolov8", 1, lambda: {"o": np.concatenate([yolo(1), scores(84, 1)], axis=1)}, "objectness",
    ),
}  # fmt: skip


def wanted(weights: Path, family: str, classes: int, **more: object) -> Wanted:
    names = ["person", "cup", "bag"][:classes]
    return Wanted(
        weights, family, names, registry=weights.parent / "own", size=(SIDE, SIDE), **more
    )  # type: ignore[arg-type]


@pytest.mark.parametrize("name", RIGHT)
def test_right_answers_are_taken(tmp_path: Path, name: str) -> None:
    family, classes, outputs = RIGHT[name]
    constant_model(tmp_path / "a.onnx", outputs())
    assert "imported" in import_model(wanted(tmp_path / "a.onnx", family, classes))[0]


@pytest.mark.parametrize("name", WRONG)
def test_answers_that_would_be_misread_are_refused_by_what_they_look_like(
    tmp_path: Path, name: str
) -> None:
    family, classes, outputs, what = WRONG[name]
    constant_model(tmp_path / "a.onnx", outputs())
    with pytest.raises(ModelError, match=what) as caught:
        import_model(wanted(tmp_path / "a.onnx", family, classes))
    assert caught.value.where == str(tmp_path / "a.onnx")
    assert caught.value.remedy
    assert list((tmp_path / "own").glob("*")) == []


def bright_model(path: Path, *, first_only: bool) -> None:
    """A raw head whose one score is the picture's brightness; perhaps the first picture's."""
    rest = np.zeros((6, 84), np.float32)
    rest[5] = np.eye(84, dtype=np.float32)[5]
    numbers = {
        "head": yolo().T[None] * np.array([1, 1, 1, 1, 1, 0], np.float32)[None, :, None],
        "place": rest[None],
        "from": np.array([0], np.int64),
        "to": np.array([1 if first_only else 99], np.int64),
        "sides": np.array([1, 1], np.int64),
        "axes": np.array([1, 2, 3], np.int64),
        "square": np.array([-1, 1, 1], np.int64),
        "none": np.array([0.0], np.float32),
    }
    nodes = [
        helper.make_node("Slice", ["images", "from", "to", "from"], ["some"]),
        helper.make_node("ReduceMean", ["some"], ["mean"], axes=[1, 2, 3], keepdims=0),
        helper.make_node("ReduceMean", ["images"], ["each"], axes=[1, 2, 3], keepdims=0),
        helper.make_node("Mul", ["each", "none"], ["zeros"]),
        helper.make_node("Add", ["zeros", "mean"], ["light"]),
        helper.make_node("Reshape", ["light", "square"], ["column"]),
        helper.make_node("Mul", ["column", "place"], ["score"]),
        helper.make_node("Add", ["score", "head"], ["o"]),
    ]
    del numbers["sides"], numbers["axes"]
    graph = helper.make_graph(
        nodes,
        "bright",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, ["b", 3, SIDE, SIDE])],
        [helper.make_tensor_value_info("o", TensorProto.FLOAT, ["b", 6, 84])],
        [numpy_helper.from_array(value, name) for name, value in numbers.items()],
    )
    opset = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=9), path)


def test_a_batch_is_answered_picture_by_picture(tmp_path: Path) -> None:
    bright_model(tmp_path / "a.onnx", first_only=False)
    import_model(wanted(tmp_path / "a.onnx", "yolov8", 2))
    bright_model(tmp_path / "b.onnx", first_only=True)
    with pytest.raises(ModelError, match="only for the first picture"):
        import_model(wanted(tmp_path / "b.onnx", "yolov8", 2))


def test_class_names_in_another_order_than_the_files_own_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.onnx"
    constant_model(path, {"o": yolo().T})
    noted = onnx.load(path)
    noted.metadata_props.add(key="names", value="{0: 'person', 1: 'cup'}")
    onnx.save(noted, path)
    registry = tmp_path / "own"
    for right in (["person", "cup"], ["人", "杯子"], ["person", "mug"]):
        import_model(Wanted(path, "yolov8", right, registry=registry, size=(SIDE, SIDE)))
    for moved in (["cup", "person"], ["cup", "mug"]):
        with pytest.raises(ConfigError, match="in another place than in the weights: person, cup"):
            import_model(Wanted(path, "yolov8", moved, registry=registry, size=(SIDE, SIDE)))


@pytest.mark.parametrize(
    ("classes", "what"),
    [(["cup", "bag"], None), (["person", "bag"], "find none"), (["bag", "person"], "find none")],
)
def test_who_misses_everybody_on_a_street_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, classes: list[str], what: str | None
) -> None:
    # The shipped detector's part is played by a model that sees people in three places.
    from pipeline.runtime import model_trial

    people = np.zeros((30, 6), np.float32)
    people[:3] = [[2, 20, 10, 60, 0.9, 0], [20, 20, 28, 60, 0.9, 0], [50, 20, 58, 60, 0.9, 0]]
    constant_model(tmp_path / "street.onnx", {"o": people})
    import_model(wanted(tmp_path / "street.onnx", "yolo26", 2))
    real = model_trial.load_detector

    def load(name: str, **keys: object):  # type: ignore[no-untyped-def]
        if name == model_trial.YARDSTICK:
            return real("street", registry_dir=tmp_path / "own")
        return real(name, **keys)  # type: ignore[arg-type]

    monkeypatch.setattr(model_trial, "load_detector", load)
    picture = tmp_path / "street.png"
    cv2.imwrite(str(picture), np.zeros((SIDE, SIDE, 3), np.uint8))
    constant_model(tmp_path / "a.onnx", {"o": np.zeros((30, 6), np.float32)})
    given = Wanted(
        tmp_path / "a.onnx", "yolo26", classes, registry=tmp_path / "own", size=(SIDE, SIDE),
        picture=picture,
    )  # fmt: skip
    if what is None:
        assert "plainly" not in " ".join(import_model(given))
    else:
        with pytest.raises(ModelError, match=what):
            import_model(given)
    assert "3 of 3" in " ".join(
        import_model(wanted(tmp_path / "street.onnx", "yolo26", 2, picture=picture))
    )
