"""Tracker and rules on what a real detector saw: six visits, one at a time, at any frame rate.

The detections are recorded, so this runs anywhere and in a moment; ``tests/e2e`` drives the whole
way from the video. People enter half in the picture, bend over a table and are missed for moments.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from pipeline.core.clock import FrameTime
from pipeline.core.detections import Detections
from pipeline.core.events import RuleEvent
from pipeline.rules import Rule
from pipeline.tracking import ByteTracker
from tests.rules.scripted import closed, rule

VISITS = [(6.0, 19.7), (22.7, 44.8), (50.3, 69.8), (74.4, 86.8), (92.3, 119.9), (123.4, 135.9)]
"""Seconds in which somebody is in the picture, by eye."""
FRAMES, FPS, SIZE = 1394, 10.0, (768, 432)
ANYWHERE = {"name": "anywhere", "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]]}
INTRUSION = {"type": "perimeter_intrusion", "zone": ANYWHERE}
LOITERING = {"type": "loitering", "zone": ANYWHERE, "min_s": 10}
# Every how many frames, and from which on: 10, 5, 2 and 1 frames a second.
SAMPLES = pytest.mark.parametrize(
    ("step", "phase"), [(1, 0), (2, 0), (2, 1), (5, 0), (5, 1), (5, 3), (10, 0), (10, 4)]
)
FLOOR = pytest.mark.parametrize("floor", [0.1, 0.3])


@cache
def recorded() -> list[list[tuple[float, ...]]]:
    frames: list[list[tuple[float, ...]]] = [[] for _ in range(FRAMES)]
    file = Path(__file__).parent / "recorded" / "one_by_one.csv"
    lines = (line for line in file.read_text("utf-8").splitlines() if not line.startswith("#"))
    for row in csv.reader(lines):
        frames[int(row[0])].append(tuple(float(v) for v in row[1:]))
    return frames


def watch(
    what: Rule,
    step: int,
    phase: int,
    floor: float,
    blind: tuple[tuple[float, float], ...] = (),
) -> list[RuleEvent]:
    """A rule's events, with a detector that misses everybody in the ``blind`` spans."""
    tracker, events, time = ByteTracker(), list[RuleEvent](), FrameTime(0.0, 0.0)
    for number in range(phase, FRAMES, step):
        time = FrameTime(number / FPS, 1.8e9 + number / FPS)
        is_blind = any(a <= time.media_s < b for a, b in blind)
        rows = [r for r in recorded()[number] if r[4] >= floor and not is_blind]
        array = np.array(rows, np.float32).reshape(-1, 5)
        seen = Detections(array[:, :4], array[:, 4], np.zeros(len(rows), np.int64), ("person",))
        events += what.update(tracker.update(seen, time.media_s, SIZE), time)
    return events + what.finish(time)


@SAMPLES
@FLOOR
def test_six_visits_are_six_intrusions(step: int, phase: int, floor: float) -> None:
    episodes = closed(watch(rule(**INTRUSION), step, phase, floor))
    assert len(episodes) == len(VISITS)
    for episode, (start, end) in zip(episodes, VISITS, strict=True):
        assert episode.started.media_s == pytest.approx(start, abs=1.5)
        assert episode.last_seen.media_s == pytest.approx(end, abs=1.5)
        assert episode.facts["people"] == 1.0


@pytest.mark.whole
@SAMPLES
@FLOOR
def test_six_long_stays_are_six_loiterers_with_their_dwell(
    step: int, phase: int, floor: float
) -> None:
    episodes = closed(watch(rule(**LOITERING), step, phase, floor))
    dwells = [float(e.facts["dwell_s"]) for e in episodes]
    assert dwells == pytest.approx([end - start for start, end in VISITS], abs=1.2)


@pytest.mark.whole
@pytest.mark.parametrize(("step", "phase"), [(1, 0), (2, 1), (5, 0), (5, 3)])
@pytest.mark.parametrize("kind", [INTRUSION, LOITERING])
@pytest.mark.parametrize("seed", range(3))
def test_a_drop_out_of_up_to_two_seconds_splits_no_visit(
    step: int, phase: int, kind: dict[str, object], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    blind = []
    for start, end in VISITS:
        length = float(rng.uniform(1.0, 2.0))
        begin = float(rng.uniform(start + 2, end - 2 - length))
        blind.append((begin, begin + length))
    episodes = closed(watch(rule(**kind), step, phase, 0.3, tuple(blind)))
    assert len(episodes) == len(VISITS)
