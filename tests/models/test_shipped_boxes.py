"""The figures in a manifest are those that its weights reach on the fold they never saw."""

from __future__ import annotations

import pytest

from models.eval.boxes import evaluate_boxes, read_fold
from models.eval.events import raise_alerts
from models.eval.held_out import HELD_OUT, SPLITS
from models.eval.video import LEAST_SCORE
from models.manifest import load_manifest
from pipeline.inference.detector import load_detector
from pipeline.runtime.config import load_analysis
from tests.house.tracked import ROOT
from tests.support.evaluation_data import data_folder

pytestmark = pytest.mark.needs_data

ROUNDING = 0.002


@pytest.mark.parametrize(
    ("model", "name", "classes"),
    [("fire_smoke", "fire_smoke", ()), ("rodent", "rodents", ("0=rodent",))],
)
def test_the_manifest_tells_the_held_out_figures(
    model: str, name: str, classes: tuple[str, ...]
) -> None:
    manifest = load_manifest(model)
    folder = data_folder() / name
    with load_detector(model, score=LEAST_SCORE) as detector:
        report = evaluate_boxes(
            detector,
            folder / "images",
            folder / "labels",
            dict.fromkeys(manifest.classes, manifest.thresholds.score),
            classes=classes,
            sources=read_fold(SPLITS / f"{name}.csv", HELD_OUT[name]),
        )
    assert set(report.classes) == set(manifest.classes)
    for class_name, found in report.classes.items():
        told = {
            figure: manifest.metrics[f"held_out_{class_name}_{figure}"]
            for figure in ("ap50", "precision", "recall")
        }
        measured = {figure: getattr(found.boxes, figure).value for figure in told}
        assert measured == pytest.approx(told, abs=ROUNDING)


@pytest.mark.parametrize(("clip", "fires"), [("flames.mp4", 1), ("left_bag.avi", 0)])
def test_the_clip_that_burns_is_told_from_one_that_does_not(clip: str, fires: int) -> None:
    file = load_analysis(ROOT / "configs" / "examples" / "fire-anywhere.yaml")
    alerts, _ = raise_alerts(data_folder() / "videos" / clip, file, lambda done, total: None)
    assert len(alerts) == fires


def test_a_fire_looked_for_once_a_second_is_the_same_alert() -> None:
    file = load_analysis(ROOT / "configs" / "examples" / "fire-anywhere.yaml")
    told = []
    for entry in ("fire_smoke", {"model": "fire_smoke", "every_s": 1.0}):
        keys = {**file.analysis.model_dump(), "model": "campus_objects", "more_models": [entry]}
        one = file.model_copy(update={"analysis": type(file.analysis).model_validate(keys)})
        told.append(raise_alerts(data_folder() / "videos" / "flames.mp4", one, lambda *_: None)[0])
    ((always,), (seldom,)) = told
    assert seldom.rules == always.rules
    assert seldom.start_s == pytest.approx(always.start_s, abs=2.0)
    assert seldom.end_s == pytest.approx(always.end_s, abs=2.0)
