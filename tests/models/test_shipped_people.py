"""The figures in kitchen_attributes' manifest are those its weights reach on held-out people."""

from __future__ import annotations

import pytest

from models.eval.people import Person, evaluate_people, is_held_out, read_people
from models.eval.voc import read_masked_people
from models.manifest import load_manifest
from pipeline.inference.attributes import load_classifier
from tests.support.evaluation_data import data_folder

pytestmark = pytest.mark.needs_data

ROUNDING = 0.002
FIGURES = ("accuracy", "recall_yes", "recall_no", "decided")


@pytest.mark.parametrize("model", ["kitchen_attributes", "kitchen_attributes_int8"])
@pytest.mark.parametrize(
    ("name", "attributes"), [("kitchen_people", ("hat", "uniform")), ("masks", ("mask",))]
)
def test_the_manifest_tells_the_held_out_figures(
    name: str, attributes: tuple[str, ...], model: str
) -> None:
    folder, metrics = data_folder() / name, load_manifest(model).metrics
    people: list[Person] = (
        read_masked_people(folder / "annotations")
        if name == "masks"
        else read_people(folder / "labels.csv")
    )
    classifier = load_classifier(model)
    try:
        scores, skipped = evaluate_people(
            classifier, folder / "images", [p for p in people if is_held_out(p.image)]
        )
    finally:
        classifier.close()
    assert not skipped
    for attribute in attributes:
        told = {f: metrics[f"{name}_held_out_{attribute}_{f}"] for f in FIGURES}
        measured = {f: getattr(scores[attribute], f) for f in FIGURES}
        assert measured == pytest.approx(told, abs=ROUNDING)
