"""People too fast for their boxes to overlap, and how soon anybody is believed."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.core.detections import Detections
from pipeline.tracking import ByteTracker, TrackerConfig
from tests.tracking.walkers import CLASSES, SIZE, Walker, every, follow


@pytest.mark.parametrize(
    ("height", "fps", "heights_per_s"),
    [
        (0.15, 2.0, 2.4),
        (0.15, 2.0, 3.6),
        (0.15, 5.0, 3.6),
        (0.15, 10.0, 5.3),
        (0.3, 2.0, 1.8),
        (0.3, 2.0, 2.7),
        (0.3, 5.0, 2.7),
        (0.3, 5.0, 3.6),
        (0.3, 10.0, 5.3),
        (0.5, 2.0, 1.6),
        (0.5, 5.0, 3.2),
    ],
)
def test_who_runs_across_the_picture_is_one_track(
    height: float, fps: float, heights_per_s: float
) -> None:
    tall = height * SIZE[1]
    speed = heights_per_s * tall
    runner = Walker(
        (0.0, 400.0), (speed, 0.0), until_s=SIZE[0] / speed, size=(tall / 3, tall), score=0.8
    )
    answers = follow([runner], every(fps, SIZE[0] / speed))
    assert [len(tracks) for t, tracks in answers if t >= 0.2] == [1] * sum(
        t >= 0.2 for t, _ in answers
    )
    assert {int(i) for _, tracks in answers for i in tracks.track_id} == {1}


def test_two_who_run_towards_each_other_are_nobody_s_only_choice() -> None:
    # Both boxes are in reach of both tracks: better no track yet than a swapped one.
    left = Walker((400, 300), (600, 0))
    right = Walker((660, 300), (-600, 0))
    first = follow([left, right], every(5, 0.4))[1][1]
    assert len(first) == 0


def test_a_box_elsewhere_is_not_the_same_person() -> None:
    # 7 body heights a second; and one a third as tall.
    there = Walker((200, 300), until_s=0.2)
    gone = Walker((424, 300), from_s=0.2, until_s=0.4)
    small = Walker((300, 300), from_s=0.2, until_s=0.4, size=(20, 53))
    for other in (gone, small):
        assert not any(len(t) for _, t in follow([there, other], every(5, 1.0)))


@pytest.mark.parametrize("interval_s", [0.16, 0.2, 0.24, 0.5])
def test_two_looks_suffice_at_five_a_second_and_less(interval_s: float) -> None:
    answers = follow([Walker((200, 300), (40, 0))], [n * interval_s for n in range(4)])
    assert [len(t) for _, t in answers] == [0, 1, 1, 1]


@pytest.mark.parametrize("flat", [(805, 402, 805, 521), (805, 402, 864, 402), (864, 521, 805, 402)])
def test_a_box_without_area_is_nobody(flat: tuple[float, float, float, float]) -> None:
    boxes = np.array([[805, 402, 864, 521], flat], np.float32)
    found = Detections(boxes, np.full(2, 0.9, np.float32), np.zeros(2, np.int64), CLASSES)
    tracker = ByteTracker()
    for t in every(2, 2.0):
        tracks = tracker.update(found, t, SIZE)
    assert tracks.xyxy.tolist() == [[805.0, 402.0, 864.0, 521.0]]


def test_a_weak_box_beside_a_sure_one_needs_a_third_look() -> None:
    flicker = Walker((200, 300), score=lambda t: 0.5 if t < 0.1 else 0.2, until_s=0.4)
    assert not any(len(t) for _, t in follow([flicker], every(5, 2.0)))


def test_looks_far_apart_say_nothing_of_who_ran() -> None:
    config = TrackerConfig(tentative_lost_s=3.0)
    boxes = [Walker((100, 300), until_s=0.5), Walker((900, 300), from_s=0.5)]
    assert not any(len(t) for _, t in follow(boxes, [0.0, 1.0], config))
