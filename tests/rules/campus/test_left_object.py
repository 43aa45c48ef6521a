"""Bags: left, minded, hidden, there from the start; what counts is where people stand."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from tests.rules.scenes import RATES, Thing, a_rule, block, only, standing, watch
from tests.rules.scripted import LEFT_HALF, closed, config, every, kinds, walk

FPS = pytest.mark.parametrize("fps", RATES)
BAG = block(0.25, 0.8)
T = 20.0


def left(**keys: object) -> dict[str, object]:
    return {"type": "left_object", "zone": LEFT_HALF, "alone_s": T, "clear_s": 10, **keys}


def bag(*spans: tuple[float, float]) -> Thing:
    return Thing(10, only(BAG, *(spans or ((5.0, 1000.0),))), kind="backpack")


def owner(until_s: float = 15.0, track_id: int = 1) -> Thing:
    """Comes in, puts the bag down at 5 s, stays beside it, and is gone five seconds later."""
    return Thing(
        track_id,
        standing(walk((0, 0.0, 0.8), (5, 0.2, 0.8), (until_s, 0.2, 0.8), (until_s + 5, 0.99, 0.8))),
    )


@FPS
def test_a_bag_is_left_once_its_owner_has_been_gone_for_the_time(fps: float) -> None:
    events = watch(a_rule(**left()), [owner(), bag((5, 60))], every(fps, 80))
    assert kinds(events) == ["opened", "closed"]
    opened, ended = events[0], events[-1]
    assert 15.0 <= opened.started.media_s <= 18.0 + 1 / fps
    assert opened.at.media_s == pytest.approx(opened.started.media_s + T, abs=1.01 / fps)
    assert ended.last_seen.media_s == pytest.approx(60.0, abs=1.01 / fps)
    assert opened.class_names == ("backpack",)
    assert opened.facts["objects"] == 1.0


def test_a_bag_whose_owner_stays_is_not_left() -> None:
    assert watch(a_rule(**left()), [owner(until_s=500), bag()], every(5, 120)) == []


def test_an_owner_who_comes_back_in_time_starts_the_count_again() -> None:
    path = walk(
        (0, 0.2, 0.8), (15, 0.2, 0.8), (18, 0.7, 0.8), (30, 0.7, 0.8), (33, 0.2, 0.8),
        (34, 0.2, 0.8), (37, 0.7, 0.8), (48, 0.7, 0.8), (51, 0.2, 0.8), (200, 0.2, 0.8),
    )  # fmt: skip
    assert watch(a_rule(**left()), [Thing(1, standing(path)), bag()], every(5, 150)) == []


def test_a_passer_by_does_not_save_a_left_bag_but_one_who_stays_does() -> None:
    passing = Thing(2, standing(walk((25, 0.0, 0.8), (27.5, 0.5, 0.8))))
    (one,) = closed(watch(a_rule(**left()), [owner(), passing, bag()], every(5, 70)))
    assert one.started.media_s < 19.0
    staying = Thing(2, standing(walk((25, 0.0, 0.8), (26, 0.2, 0.8), (200, 0.2, 0.8))))
    assert watch(a_rule(**left()), [owner(), staying, bag()], every(5, 150)) == []


@FPS
def test_a_left_bag_survives_occlusion_under_new_ids_and_classes(fps: float) -> None:
    thing = Thing(
        lambda t: 10 if t < 22 else 11 if t < 45 else 12,
        only(BAG, (5, 20), (26, 40), (50, 90)),
        kind=lambda t: "backpack" if t < 22 else "handbag",
    )
    events = watch(a_rule(**left(clear_s=15)), [owner(), thing], every(fps, 120))
    assert kinds(events) == ["opened", "closed"]
    assert events[0].at.media_s < 40.0
    assert events[-1].last_seen.media_s == pytest.approx(90.0, abs=1.01 / fps)


def test_two_classes_for_one_bag_are_one_object() -> None:
    again = Thing(11, only(block(0.252, 0.801), (5, 1000)), kind="handbag")
    (one,) = closed(watch(a_rule(**left()), [owner(), bag(), again], every(5, 60)))
    assert one.facts["objects"] == 1.0


def test_a_bag_nobody_was_ever_near_needs_allow_initial() -> None:
    far = Thing(1, standing(walk((0, 0.9, 0.3), (100, 0.9, 0.3))))
    from_the_start = bag((0, 1000))
    assert watch(a_rule(**left()), [far, from_the_start], every(5, 100)) == []
    allowed = watch(a_rule(**left(allow_initial=True)), [far, from_the_start], every(5, 100))
    assert [e.started.media_s for e in closed(allowed)] == [0.0]


def test_a_bag_first_seen_after_its_owner_left_has_that_owner() -> None:
    # Hidden by its owner's body until they are gone.
    (one,) = closed(watch(a_rule(**left()), [owner(), bag((21, 1000))], every(5, 80)))
    assert one.started.media_s == pytest.approx(21.0, abs=0.5)
    long_ago = watch(a_rule(**left(owner_s=2)), [owner(), bag((30, 1000))], every(5, 100))
    assert long_ago == []


def test_a_bag_that_is_carried_is_not_left() -> None:
    carried = Thing(
        10,
        lambda t: (lambda x: (x, 0.74, x + 0.06, 0.8))(0.02 + 0.1 * ((t / 5) % 4)),
        kind="backpack",
    )
    assert watch(a_rule(**left(allow_initial=True)), [carried], every(5, 120)) == []


def test_somebody_behind_the_bag_in_the_picture_does_not_mind_it() -> None:
    # Their box covers the bag's place; their feet are far away.
    behind = Thing(2, standing(walk((16, 0.25, 0.55), (200, 0.25, 0.55)), height=0.25))
    assert len(closed(watch(a_rule(**left()), [owner(), behind, bag()], every(5, 80)))) == 1


def test_a_bag_outside_the_zone_is_none_of_its_business() -> None:
    outside = Thing(10, block(0.7, 0.8), kind="backpack")
    there = Thing(1, standing(walk((0, 0.7, 0.8), (15, 0.7, 0.8), (20, 0.0, 0.8))))
    assert watch(a_rule(**left()), [there, outside], every(5, 100)) == []


def test_a_standing_person_is_no_object() -> None:
    still = Thing(1, standing(walk((0, 0.25, 0.8), (500, 0.25, 0.8))))
    assert watch(a_rule(**left(allow_initial=True)), [still], every(5, 120)) == []
    with pytest.raises(ValidationError, match="loitering"):
        config(**left(classes=["person"]))
