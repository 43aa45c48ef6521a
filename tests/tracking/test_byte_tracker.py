"""The tracker on scripted people: crossings, hiding, uneven time, weak boxes."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from pipeline.core.detections import Detections, Tracks
from pipeline.tracking import ByteTracker, TrackerConfig
from tests.tracking.walkers import CLASSES, SIZE, Walker, every, follow, ids_at, seen

RATES = pytest.mark.parametrize("fps", [10.0, 5.0, 2.0])


@RATES
@pytest.mark.parametrize("speed", [0.0, 60.0, 160.0])
def test_one_walker_is_one_track(fps: float, speed: float) -> None:
    # 160 px/s is one body height a second; at 2 a second the boxes of a walker do not overlap.
    answers = follow([Walker((100, 300), (speed, 0))], every(fps, 6))
    assert {int(i) for _, t in answers for i in t.track_id} == {1}
    late = [len(t) for s, t in answers if s >= 0.6]
    assert set(late) == {1}


@RATES
def test_two_who_cross_keep_their_ids(fps: float) -> None:
    # They pass each other at different depths, so boxes overlap for a while.
    left = Walker((200, 300), (80, 0))
    right = Walker((840, 330), (-80, 0))
    answers = follow([left, right], every(fps, 8))
    assert len({int(i) for _, t in answers for i in t.track_id}) == 2

    def leftmost(tracks: Tracks) -> int:
        return int(tracks.track_id[np.argmin(tracks.xyxy[:, 0])])

    early = next(t for s, t in answers if s >= 1.0)
    late = answers[-1][1]
    assert len(early) == len(late) == 2
    assert leftmost(early) != leftmost(late)


@RATES
@pytest.mark.parametrize("hidden_s", [0.5, 1.0, 2.0])
def test_who_is_hidden_for_a_moment_comes_back_as_themselves(fps: float, hidden_s: float) -> None:
    walker = Walker((200, 300), (40, 0), hidden=((3.0, 3.0 + hidden_s),))
    answers = follow([walker], every(fps, 8))
    assert {int(i) for _, t in answers for i in t.track_id} == {1}
    assert all(not len(t) for s, t in answers if 3.0 <= s < 3.0 + hidden_s)


def test_who_was_gone_for_long_is_somebody_new() -> None:
    walker = Walker((200, 300), hidden=((3.0, 8.0),))
    answers = follow([walker], every(5, 12))
    assert {int(i) for _, t in answers for i in t.track_id} == {1, 2}


def test_how_long_is_counted_in_seconds_whatever_the_rate() -> None:
    config = TrackerConfig(max_lost_s=1.5)
    for fps in (10.0, 5.0, 4.0):
        back = follow([Walker((200, 300), hidden=((3.0, 4.2),))], every(fps, 6), config)
        gone = follow([Walker((200, 300), hidden=((3.0, 4.8),))], every(fps, 8), config)
        assert {int(i) for _, t in back for i in t.track_id} == {1}
        assert {int(i) for _, t in gone for i in t.track_id} == {1, 2}


def test_uneven_time_does_not_break_a_track() -> None:
    rng = np.random.default_rng(4)
    times = np.cumsum(rng.choice([0.04, 0.1, 0.2, 0.5, 0.9], 60)).tolist()
    answers = follow([Walker((100, 300), (25, 3))], times)
    assert {int(i) for _, t in answers for i in t.track_id} == {1}


def test_a_track_begins_at_the_first_sight() -> None:
    answers = follow([Walker((200, 300), from_s=1.0)], every(10, 3))
    first_s, first = next((s, t) for s, t in answers if len(t))
    assert first_s == pytest.approx(1.2)
    assert first.first_seen_s.tolist() == pytest.approx([1.0])


def test_weak_sights_of_somebody_coming_in_count_as_the_beginning() -> None:
    walker = Walker((200, 300), from_s=1.0, score=lambda t: 0.15 if t < 1.6 else 0.8)
    answers = follow([walker], every(10, 3))
    first_s, first = next((s, t) for s, t in answers if len(t))
    assert first_s == pytest.approx(1.6)
    assert first.first_seen_s.tolist() == pytest.approx([1.0])


def test_weak_boxes_alone_are_nobody() -> None:
    answers = follow([Walker((200, 300), score=0.3)], every(10, 20))
    assert not any(len(t) for _, t in answers)


def test_a_weak_spot_does_not_lend_its_age_to_a_person() -> None:
    spot = Walker((200, 300), score=lambda t: 0.2 if t < 30.0 else 0.8)
    answers = follow([spot], every(5, 34))
    first = next(t for _, t in answers if len(t))
    assert first.first_seen_s[0] >= 29.0 - 1e-6


def test_a_single_box_is_nobody() -> None:
    answers = follow([Walker((200, 300), from_s=1.0, until_s=1.1)], every(10, 4))
    assert not any(len(t) for _, t in answers)


@RATES
def test_who_is_half_hidden_is_kept_by_weak_boxes(fps: float) -> None:
    walker = Walker((200, 300), (30, 0), score=lambda t: 0.15 if 2.0 <= t < 8.0 else 0.9)
    answers = follow([walker], every(fps, 10))
    assert {int(i) for _, t in answers for i in t.track_id} == {1}
    assert all(len(t) == 1 for s, t in answers if s >= 0.6)


def test_classes_do_not_mix() -> None:
    person = Walker((200, 300), until_s=2.0)
    car = Walker((200, 300), from_s=2.0, class_id=1)
    answers = follow([person, car], every(10, 4))
    kinds = {int(i): t.class_name(n) for _, t in answers for n, i in enumerate(t.track_id)}
    assert kinds == {1: "person", 2: "car"}


def test_the_box_told_is_the_detection_unclipped() -> None:
    walker = Walker((30, 680), size=(80.0, 160.0))
    _, tracks = follow([walker], every(10, 1))[-1]
    assert tracks.xyxy.tolist() == [[-10.0, 600.0, 70.0, 760.0]]
    assert tracks.frame_size == SIZE
    assert tracks.class_names == CLASSES


def test_at_one_frame_a_second_people_are_still_followed() -> None:
    answers = follow([Walker((100, 300), (40, 0))], every(1, 12))
    assert {int(i) for _, t in answers for i in t.track_id} == {1}
    assert [len(t) for _, t in answers] == [0] + [1] * 11


def test_empty_frames_are_no_trouble() -> None:
    tracker = ByteTracker()
    for t in every(5, 3):
        assert len(tracker.update(Detections.empty(CLASSES), t, SIZE)) == 0
    # A detector that answers without classes, too.
    assert len(tracker.update(Detections.empty(), 3.0, SIZE)) == 0


def test_time_that_stands_still_or_steps_back_is_no_trouble() -> None:
    tracker = ByteTracker()
    walker = Walker((100, 300))
    for t in (0.0, 0.2, 0.2, 0.4, 0.3, 0.6, 0.8):
        tracks = tracker.update(seen([walker], t), t, SIZE)
    assert tracks.track_id.tolist() == [1]


def test_a_box_that_is_not_finite_is_left_out() -> None:
    tracker = ByteTracker()
    bad = Detections(
        np.array([[np.nan, 0, 10, 10], [100, 100, 160, 260]], np.float32),
        np.array([0.9, 0.9], np.float32),
        np.array([0, 0]),
        CLASSES,
    )
    for t in every(5, 1):
        tracks = tracker.update(bad, t, SIZE)
    assert tracks.track_id.tolist() == [1]


def test_a_person_whose_box_flickers_between_sizes_stays_one() -> None:
    # Upper body, whole body, upper body: overlap .5 at best.
    tracker = ByteTracker()
    found = set()
    for n, t in enumerate(every(5, 8)):
        bottom = 300.0 if n % 3 else 220.0
        box = Detections(
            np.array([[100, 100, 180, bottom]], np.float32),
            np.array([0.8], np.float32),
            np.array([0]),
            CLASSES,
        )
        found |= {int(i) for i in tracker.update(box, t, SIZE).track_id}
    assert found == {1}


def test_a_queue_of_people_gets_an_id_each() -> None:
    people = [Walker((100 + 90 * n, 300), (20, 0)) for n in range(10)]
    answers = follow(people, every(5, 6))
    for n, person in enumerate(people):
        ids = ids_at(answers, lambda t, p=person: p.start[0] + 20 * t)  # type: ignore[misc]
        assert len(ids) == 1, n


def test_scores_out_of_order_are_refused() -> None:
    with pytest.raises(ValidationError, match="low_score ≤ high_score ≤ new_score"):
        TrackerConfig(low_score=0.5, high_score=0.4)


@pytest.mark.parametrize(
    ("class_scores", "followed"),
    [({}, ["person"]), ({"phone": 0.2}, ["person", "phone"]), ({"person": 0.6}, [])],
)
def test_a_class_may_need_another_score_to_begin_a_track(
    class_scores: dict[str, float], followed: list[str]
) -> None:
    tracker = ByteTracker(TrackerConfig(class_scores=class_scores))
    names = ("person", "phone")
    still = np.array([[100, 100, 200, 400], [150, 180, 170, 210]], np.float32)
    found = Detections(still, np.array([0.5, 0.25], np.float32), np.array([0, 1]), names)
    assert [names[i] for i in found.class_id[tracker.could_begin(found)]] == followed
    for n in range(10):
        tracks = tracker.update(found, n / 5, SIZE)
    assert [names[i] for i in tracks.class_id] == followed
