"""Crops of people and the three answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.eval.media import frame_of
from pipeline.core.errors import ModelError
from pipeline.inference.attributes import (
    PAD_VALUE,
    Answer,
    AttributeClassifier,
    cut,
    decide,
    load_classifier,
    upper_body,
)
from tests.inference.tiny import constant_model, manifest, write_registry

FRAME = frame_of(np.zeros((60, 80, 3), np.uint8))
BOXES = np.array([[10, 5, 40, 60], [-20, -10, 15, 80]], np.float32)
ANSWERS = ["no", "yes", "unknown"]


def registry(folder: Path, probabilities: list[list[float]], **changes: Any) -> Path:
    weights = folder / "tiny.onnx"
    constant_model(weights, {"output": np.array(probabilities, np.float32)})
    document = manifest(
        weights,
        task="classify",
        family="attributes",
        classes=["hat", "mask"],
        output={"names": ["output"], "groups": {"hat": ANSWERS, "mask": ANSWERS}},
        thresholds={"score": 0.6, "per_class": {"mask": 0.8}},
    )
    return write_registry(folder, document | changes)


def load(folder: Path) -> AttributeClassifier:
    return load_classifier("tiny", registry_dir=folder)


def test_answers_by_the_manifests_thresholds(tmp_path: Path) -> None:
    classifier = load(registry(tmp_path, [[0.1, 0.7, 0.2], [0.7, 0.1, 0.2]]))
    found = classifier.classify(FRAME, BOXES)
    assert found.names == ("hat", "mask")
    assert found.of("hat").tolist() == [Answer.YES, Answer.YES]
    assert found.of("mask").tolist() == [Answer.UNDECIDED, Answer.UNDECIDED]
    assert found.probability.shape == (2, 2, 3)


def test_nobody_there(tmp_path: Path) -> None:
    classifier = load(registry(tmp_path, [[0.1, 0.7, 0.2]] * 2))
    found = classifier.classify(FRAME, np.zeros((0, 4), np.float32))
    assert found.answer.shape == (0, 2)


@pytest.mark.parametrize(
    ("row", "answer"),
    [
        ((0.9, 0.05, 0.05), Answer.NO),
        ((0.05, 0.9, 0.05), Answer.YES),
        ((0.2, 0.2, 0.6), Answer.UNDECIDED),
        ((0.55, 0.45, 0.0), Answer.UNDECIDED),
        ((0.6, 0.4, 0.0), Answer.NO),
    ],
)
def test_decide(row: tuple[float, ...], answer: Answer) -> None:
    probability = np.array([[row]], np.float32)
    assert decide(probability, np.array([0.6], np.float32)).tolist() == [[answer]]


def test_wrong_shape_and_broken_numbers_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"shape \(2, 1, 3\)"):
        load(registry(tmp_path, [[0.1, 0.7, 0.2]])).classify(FRAME, BOXES)
    broken = load(registry(tmp_path, [[0.1, np.nan, 0.2], [0.7, 0.1, 0.2]]))
    with pytest.raises(ModelError, match="2 of the model's 12 output values"):
        broken.classify(FRAME, BOXES)


@pytest.mark.parametrize(
    "groups", [{"hat": ANSWERS}, {"hat": ANSWERS, "mask": ["yes", "no", "unknown"]}]
)
def test_groups_of_another_form_are_refused(tmp_path: Path, groups: dict[str, Any]) -> None:
    output = {"names": ["output"], "groups": groups}
    with pytest.raises(ModelError, match="groups"):
        load(registry(tmp_path, [[0.1, 0.7, 0.2]] * 2, output=output))


def test_a_detector_is_no_classifier(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="task detect"):
        load(registry(tmp_path, [[0.1, 0.7, 0.2]] * 2, task="detect"))


def test_upper_body_leaves_room_for_a_hat_and_keeps_its_shape() -> None:
    left, top, right, bottom = upper_body(np.array([100, 200, 200, 600], np.float32), 1.25)
    assert (left, right) == (92, 208)
    assert top == pytest.approx(186)
    assert (bottom - top) / (right - left) == pytest.approx(1.25)


def test_cut_takes_the_region_and_fills_the_rest_with_grey() -> None:
    picture = np.arange(6 * 8, dtype=np.uint8).reshape(6, 8, 1).repeat(3, axis=2)
    np.testing.assert_array_equal(cut(picture, (2, 1, 5, 4), (3, 3)), picture[1:4, 2:5])
    beyond = cut(picture, (-2, -1, 2, 3), (4, 4))
    assert (beyond[0] == PAD_VALUE).all()
    assert (beyond[:, :2] == PAD_VALUE).all()
    np.testing.assert_array_equal(beyond[1:, 2:], picture[:3, :2])
    assert (cut(picture, (100, 100, 104, 104), (4, 4)) == PAD_VALUE).all()


@given(st.tuples(*[st.floats(-300, 300, width=32)] * 4))
def test_cut_always_has_the_size_asked(region: tuple[float, float, float, float]) -> None:
    picture = np.full((50, 70, 3), 9, np.uint8)
    assert cut(picture, region, (16, 20)).shape == (20, 16, 3)
