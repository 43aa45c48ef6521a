"""What came and stays is found; light, what was taken away, and people are not things."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from pipeline.diagnosis import StillPicture
from pipeline.inference.still_things import SETTLE_S
from tests.inference.room import Box, Room, between, found_in, walking

BAG: Box = (300, 300, 340, 330)
RATES = pytest.mark.parametrize("fps", [2.0, 5.0, 10.0])


def overlap(a: Box, b: Box) -> float:
    one, other = np.array(a, float), np.array(b, float)
    low, high = np.maximum(one[:2], other[:2]), np.minimum(one[2:], other[2:])
    inner = np.maximum(high - low, 0).prod()
    return float(inner / ((one[2:] - one[:2]).prod() + (other[2:] - other[:2]).prod() - inner))


@pytest.mark.whole
@RATES
def test_a_bag_that_is_put_down_is_found_where_it_lies_until_it_is_taken(fps: float) -> None:
    room = Room(people=[walking(4, 10, 0, 640)], things=[between(BAG, 7.0, 25.0)])
    found = found_in(room, 30, fps)
    assert found
    assert all(overlap(box, BAG) > 0.5 for _, box in found)
    times = [t for t, _ in found]
    # Its bearer covers it until 8 s; then it must be steady.
    assert 7.0 + SETTLE_S <= times[0] <= 8.5 + SETTLE_S + 2 / fps
    assert times[-1] == pytest.approx(25.0, abs=0.6 + 1 / fps)


def test_an_empty_room_and_people_passing_give_nothing() -> None:
    passing = [walking(3 + 4 * i, 7 + 4 * i, *ends) for i, ends in enumerate([(0, 640), (640, 0)])]
    assert found_in(Room(people=passing), 20) == []


def test_what_was_there_from_the_start_belongs_to_the_place() -> None:
    assert found_in(Room(things=[between(BAG, 0.0)], people=[walking(3, 8, 0, 640)]), 15) == []


def test_what_is_taken_away_leaves_no_thing_behind() -> None:
    assert found_in(Room(things=[between(BAG, 0.0, 6.0)]), 20) == []


@pytest.mark.whole
@pytest.mark.parametrize(("left", "right"), [(0.6, 1.0), (1.3, 1.0), (0.7, 0.7), (1.4, 1.4)])
def test_another_light_is_no_thing(left: float, right: float) -> None:
    room = Room(light=lambda t: (left, right) if t > 6 else (1.0, 1.0))
    assert found_in(room, 20) == []


def test_slow_light_is_no_thing_and_hides_none() -> None:
    room = Room(
        things=[between(BAG, 60.0)], light=lambda t: (1.0 - t / 200, 1.0 - t / 250), noise=2.0
    )
    found = found_in(room, 80, 2.0)
    assert found
    assert all(t > 60 and overlap(box, BAG) > 0.5 for t, box in found)


@pytest.mark.whole
def test_people_in_front_do_not_make_a_bag_younger() -> None:
    crowd = [walking(12 + 2 * i, 14 + 2 * i, 640 * (i % 2), 640 * (1 - i % 2)) for i in range(6)]
    room = Room(people=crowd, things=[between(BAG, 5.0)])
    times = [t for t, _ in found_in(room, 30)]
    assert max(b - a for a, b in pairwise(times)) < 2.0
    assert times[-1] > 29.0


@pytest.mark.whole
def test_somebody_who_stands_still_is_no_thing() -> None:
    stands: Box = (300, 200, 340, 330)
    assert found_in(Room(people=[between(stands, 3.0)]), 60) == []


@pytest.mark.whole
def test_somebody_who_sat_down_and_is_seen_no_more_is_no_thing() -> None:
    sits: Box = (300, 240, 350, 330)
    # Seen coming and sitting down, and never again.
    room = Room(people=[between(sits, 3.0, 6.0)], unseen=[between(sits, 6.0)])
    assert found_in(room, 40) == []


@pytest.mark.whole
@pytest.mark.parametrize("kind", ["person", "car"])
def test_who_is_seen_at_a_closer_look_is_no_thing(kind: str) -> None:
    room = Room(unseen=[between((300, 240, 350, 330), 5.0)], closer=kind)
    assert found_in(room, 40) == []
    assert room.looks


def test_a_closer_look_that_sees_a_bag_confirms_it() -> None:
    assert found_in(Room(things=[between(BAG, 5.0)], closer="backpack"), 15)


@pytest.mark.whole
def test_closer_looks_are_few() -> None:
    room = Room(things=[between(BAG, 5.0)])
    found_in(room, 120, 2.0)
    assert 5 <= len(room.looks) <= 8


@pytest.mark.whole
def test_the_same_pictures_give_the_same_boxes() -> None:
    def once() -> list[tuple[float, Box]]:
        return found_in(Room(people=[walking(4, 9, 0, 640)], things=[between(BAG, 6.0)]), 15)

    assert once() == once()


def test_pictures_of_another_size_begin_anew() -> None:
    from pipeline.core.detections import Detections
    from pipeline.core.frame import Frame
    from pipeline.inference.still_things import StillThings

    room = Room()
    things = StillThings(room)
    for number, side in enumerate([100, 100, 300, 300, 8, 8, 100]):
        time = room.frame(number / 5).time
        picture = StillPicture(np.full((side, side + 20, 3), 10 * number, np.uint8))
        assert len(things.find(Frame("c", time, picture), Detections.empty(("person",)))) == 0
