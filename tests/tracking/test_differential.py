"""Our tracker against the ``trackers`` package's ByteTrack, on the same boxes.

Not to be equal to it, but not to be worse: both follow people in the Town Centre clip's own truth,
degraded like a detector's answer (missed, trembling, false boxes), and are scored alike. Needs the
development-only packages ``trackers`` and ``supervision``, and the data folder.
"""

from __future__ import annotations

import csv
from collections.abc import Callable

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from pipeline.core.detections import Detections
from pipeline.tracking import ByteTracker, TrackerConfig
from tests.support import missing
from tests.support.evaluation_data import data_folder

pytestmark = [pytest.mark.dev, pytest.mark.needs_data]

NATIVE_FPS, SIZE = 30, (1920, 1080)
_SEEDS = 8
Truth = dict[int, dict[int, tuple[float, float, float, float]]]
Frames = list[tuple[int, list[int], Detections]]
"""Frame number, who each box is (−1 for nobody), and the boxes."""


@pytest.fixture(scope="module")
def truth() -> Truth:
    """Boxes by frame and person."""
    file = data_folder() / "videos" / "towncentre_gt_mot.txt"
    boxes: Truth = {}
    with file.open(encoding="utf-8") as lines:
        for frame, person, x, y, w, h, *_ in csv.reader(lines):
            left, top = float(x), float(y)
            box = (left, top, left + float(w), top + float(h))
            boxes.setdefault(int(frame), {})[int(person)] = box
    return boxes


def as_detected(truth: Truth, step: int, seed: int) -> Frames:
    """Every ``step``-th frame as an imperfect detector would answer; the same each time."""
    rng = np.random.default_rng(seed)
    frames = []
    for number in sorted(truth)[::step]:
        people, rows, scores = [], [], []
        for person, box in sorted(truth[number].items()):
            if rng.random() < 0.12:
                continue
            height = box[3] - box[1]
            rows.append(np.array(box) + rng.normal(0, 0.02 * height, 4))
            scores.append(0.85 if rng.random() < 0.85 else 0.25)
            people.append(person)
        if rng.random() < 0.3:
            x, y = rng.uniform(0, 1800), rng.uniform(0, 900)
            rows.append(np.array([x, y, x + 60, y + 150]))
            scores.append(0.5)
            people.append(-1)
        boxes = np.array(rows, np.float32).reshape(-1, 4)
        found = Detections(
            boxes, np.array(scores, np.float32), np.zeros(len(boxes), np.int64), ("person",)
        )
        frames.append((number, people, found))
    return frames


def ours(frames: Frames, fps: float) -> dict[int, list[int]]:
    """Ids by frame, in the order of the boxes; real from the second box on, as the package's."""
    tracker, answer = ByteTracker(TrackerConfig(confirm_s=0.0)), {}
    for number, _, found in frames:
        tracks = tracker.update(found, number / NATIVE_FPS, SIZE)
        by_box = {tuple(b): int(i) for b, i in zip(tracks.xyxy, tracks.track_id, strict=True)}
        answer[number] = [by_box.get(tuple(b), -1) for b in found.xyxy]
    return answer


def theirs(frames: Frames, fps: float) -> dict[int, list[int]]:
    """The same of the package, with the same patience and thresholds."""
    trackers = pytest.importorskip("trackers", reason=missing.peer("trackers"))
    supervision = pytest.importorskip("supervision", reason=missing.peer("trackers"))
    # The package counts its patience in frames of 30 a second: 90 are our 3 s.
    tracker = trackers.ByteTrackTracker(
        frame_rate=fps,
        lost_track_buffer=90,
        track_activation_threshold=0.4,
        high_conf_det_threshold=0.4,
    )
    answer = {}
    for number, _, found in frames:
        told = tracker.update(
            supervision.Detections(
                xyxy=found.xyxy.astype(float), confidence=found.score, class_id=found.class_id
            )
        )
        by_box = {
            tuple(b.astype(np.float32)): int(i)
            for b, i in zip(told.xyxy, told.tracker_id, strict=True)
        }
        answer[number] = [by_box.get(tuple(b), -1) for b in found.xyxy]
    return answer


def score(frames: Frames, answer: dict[int, list[int]]) -> tuple[float, int, float]:
    """Identity F1, identity switches and the share of people's boxes that got an id."""
    together: dict[tuple[int, int], int] = {}
    last: dict[int, int] = {}
    switches = named = seen = told = 0
    for number, people, _ in frames:
        for person, track in zip(people, answer[number], strict=True):
            told += track >= 0
            if person < 0:
                continue
            seen += 1
            if track < 0:
                continue
            named += 1
            together[person, track] = together.get((person, track), 0) + 1
            switches += last.get(person, track) != track
            last[person] = track
    people_ids = sorted({p for p, _ in together})
    track_ids = sorted({t for _, t in together})
    table = np.zeros((len(people_ids), len(track_ids)))
    for (person, track), count in together.items():
        table[people_ids.index(person), track_ids.index(track)] = count
    rows, columns = linear_sum_assignment(-table)
    return 2 * float(table[rows, columns].sum()) / (seen + told), switches, named / seen


@pytest.mark.parametrize("fps", [10.0, 5.0, 2.0])
def test_it_follows_people_no_worse_than_the_package(truth: Truth, fps: float) -> None:
    follow: Callable[[Frames, float], dict[int, list[int]]]
    means: dict[str, tuple[float, float]] = {}
    for name, follow in (("theirs", theirs), ("ours", ours)):
        scores = []
        for seed in range(_SEEDS):
            frames = as_detected(truth, round(NATIVE_FPS / fps), seed)
            scores.append(score(frames, follow(frames, fps)))
        f1, switches, named = (float(v) for v in np.mean(scores, axis=0))
        means[name] = f1, switches
        print(f"{fps:g}/s {name}: IDF1 {f1:.3f}, {switches:.2f} switches, {named:.3f} named")
    assert means["ours"][0] >= means["theirs"][0] - 0.02
    assert means["ours"][1] <= means["theirs"][1] + 1.5
