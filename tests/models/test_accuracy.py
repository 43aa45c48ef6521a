"""The shipped detector is not worse than its seed where it was never trained."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.eval.mot import read_mot
from models.eval.seed import seed_detector
from models.eval.video import LEAST_SCORE, Report, evaluate
from models.manifest import load_manifest
from models.train.samples import TOWN_CENTRE_LAST
from pipeline.inference.detector import Detector, load_detector
from tests.support.evaluation_data import data_folder, seed_weights

pytestmark = pytest.mark.needs_data

FIRST, LAST, STEP = 152, 302, 8


def score(detector: Detector, data: Path) -> Report:
    truth = read_mot(data / "videos/towncentre_gt_mot.txt")
    thresholds = load_manifest("campus_objects").thresholds
    return evaluate(
        detector,
        data / "videos/towncentre_h264.mp4",
        truth,
        frames=range(FIRST, LAST + 1, STEP),
        min_score=thresholds.per_class.get("person", thresholds.score),
    )


def test_the_judged_half_was_never_trained_on() -> None:
    assert TOWN_CENTRE_LAST < FIRST


@pytest.mark.parametrize("size", [(416, 416), (640, 384)])
def test_person_recall_and_precision_are_not_below_the_seed(size: tuple[int, int]) -> None:
    data, seed = data_folder(), seed_weights()
    with load_detector("campus_objects", input_size=size, score=LEAST_SCORE) as detector:
        ours = score(detector, data).classes["person"]
    with seed_detector(seed, input_size=size, score=LEAST_SCORE) as detector:
        theirs = score(detector, data).classes["person"]
    assert ours.truths == theirs.truths > 100
    assert ours.recall.value >= theirs.recall.value
    assert ours.precision.value >= theirs.precision.value
    assert ours.ap50.value >= theirs.ap50.value
    assert ours.recall.value > 0.8
