"""Intrusion on scripted people."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.core.events import EventKind
from pipeline.geometry import SiteConfig
from tests.rules.scripted import (
    LEFT_HALF,
    MONDAY_NOON_UTC_S,
    Person,
    at,
    closed,
    during,
    every,
    kinds,
    play,
    rule,
    spans,
    walk,
)

RATES = pytest.mark.parametrize("fps", [10.0, 5.0, 2.0])
INTRUSION = {"type": "perimeter_intrusion", "zone": LEFT_HALF}


@RATES
def test_a_visit_is_one_episode_from_first_to_last_step(fps: float) -> None:
    visitor = Person(7, walk((0, 0.9, 0.8), (4, 0.3, 0.8), (10, 0.3, 0.8), (14, 0.9, 0.8)))
    events = play(rule(**INTRUSION), [visitor], every(fps, 20))
    assert kinds(events) == ["opened", "closed"]
    # The line at x = 0.5 is passed at 2.67 s; leaving takes until 0.02 beyond it, at 11.47 s.
    (span,) = spans(events)
    assert span == (pytest.approx(2.67, abs=1 / fps), pytest.approx(11.47, abs=1 / fps))
    last = closed(events)[0]
    assert (last.rule, last.rule_id, last.zone) == (
        "perimeter_intrusion",
        "perimeter_intrusion",
        "yard",
    )
    assert last.track_ids == (7,)
    assert last.class_names == ("person",)
    assert last.facts == {"people": 1.0}


def test_who_passes_quickly_is_no_alert() -> None:
    visitor = Person(1, walk((0, 0.9, 0.8), (4, 0.45, 0.8), (4.5, 0.9, 0.8)))
    assert play(rule(**INTRUSION), [visitor], every(10, 10)) == []


@RATES
def test_a_trembling_foot_on_the_edge_is_one_episode(fps: float) -> None:
    rng = np.random.default_rng(3)
    trembling = Person(1, lambda t: (0.5 + float(rng.uniform(-0.015, 0.015)), 0.8))
    events = play(rule(**INTRUSION, dwell_s=0.0), [trembling], every(fps, 60))
    assert len(closed(events)) == 1


def test_many_people_are_one_episode_with_their_number() -> None:
    people = [Person(n, during(at(0.1 * n, 0.8), (n, 20.0))) for n in range(1, 5)]
    events = play(rule(**INTRUSION), people, every(5, 30))
    assert kinds(events) == ["opened", "closed"]
    assert closed(events)[0].facts == {"people": 4.0}
    assert closed(events)[0].track_ids == (1, 2, 3, 4)
    told = [e.facts["people"] for e in events if e.kind is EventKind.UPDATED]
    assert told[:2] == [3.0, 4.0]  # the second was there at the opening


def test_the_number_starts_anew_with_each_episode() -> None:
    people = [
        Person(1, during(at(0.1, 0.8), (0.0, 5.0))),
        Person(2, during(at(0.2, 0.8), (0.0, 5.0))),
        Person(3, during(at(0.3, 0.8), (15.0, 20.0))),
    ]
    events = play(rule(**INTRUSION), people, every(5, 30))
    assert [e.facts["people"] for e in closed(events)] == [2.0, 1.0]


def test_a_new_track_id_does_not_split_an_episode() -> None:
    people = [
        Person(1, during(at(0.3, 0.8), (0.0, 5.0))),
        Person(2, during(at(0.3, 0.8), (6.0, 12.0))),
    ]
    assert len(closed(play(rule(**INTRUSION), people, every(5, 20)))) == 1


def test_the_start_is_the_first_sight_though_the_tracker_took_its_time() -> None:
    visitor = Person(1, during(at(0.3, 0.8), (5.3, 9.0)), first_seen_s=5.0)
    assert spans(play(rule(**INTRUSION), [visitor], every(10, 20)))[0][0] == 5.0


def test_a_rule_that_starts_late_does_not_claim_what_went_before() -> None:
    resident = Person(1, at(0.3, 0.8), first_seen_s=0.0)
    assert spans(play(rule(**INTRUSION), [resident], every(5, 130, from_s=100)))[0][0] == 100.0


def test_a_foot_below_the_picture_is_inside_a_zone_drawn_to_the_edge() -> None:
    stepping_in = Person(1, at(0.3, 1.15))
    beside = Person(1, at(0.7, 1.15))
    assert len(closed(play(rule(**INTRUSION), [stepping_in], every(5, 10)))) == 1
    assert play(rule(**INTRUSION), [beside], every(5, 10)) == []


def test_only_its_classes_count() -> None:
    car = Person(1, at(0.3, 0.8), kind="car")
    assert play(rule(**INTRUSION), [car], every(5, 10)) == []
    watched = rule(**INTRUSION, classes=["car", "person"])
    assert closed(play(watched, [car], every(5, 10)))[0].class_names == ("car",)


def test_a_track_counts_from_its_first_good_score() -> None:
    sure_later = Person(1, at(0.3, 0.8), score=lambda t: 0.75 if 4.9 < t < 5.1 else 0.5)
    events = play(rule(**INTRUSION, min_score=0.7), [sure_later], every(5, 20))
    assert spans(events)[0][0] == 5.0
    unsure = Person(1, at(0.3, 0.8), score=0.6)
    assert play(rule(**INTRUSION, min_score=0.7), [unsure], every(5, 20)) == []


def test_outside_its_schedule_nothing_qualifies_and_an_open_episode_ends() -> None:
    # The script starts at Monday 12:00:00 in Shanghai.
    watched = rule(**INTRUSION, schedule={"mon": ["12:01-12:02"]})
    assert not watched.is_scheduled(MONDAY_NOON_UTC_S)
    assert watched.is_scheduled(MONDAY_NOON_UTC_S + 60)
    events = play(watched, [Person(1, at(0.3, 0.8))], every(5, 200))
    assert kinds(events) == ["opened", "closed"]
    assert spans(events) == [(60.0, pytest.approx(119.8))]
    assert closed(events)[0].at.media_s == 120.0


def test_a_beginning_before_the_schedule_is_not_claimed() -> None:
    watched = rule(**INTRUSION, schedule={"mon": ["12:01-12:02"]})
    early = Person(1, during(at(0.3, 0.8), (60.2, 90.0)), first_seen_s=59.5)
    assert spans(play(watched, [early], every(5, 100)))[0][0] == pytest.approx(60.2)


def test_the_schedule_is_in_the_schools_time() -> None:
    site = SiteConfig(time_zone="Europe/Berlin")
    watched = rule(site, **INTRUSION, schedule={"mon": ["05:00-06:00"]})
    assert watched.is_scheduled(MONDAY_NOON_UTC_S)


def test_it_says_where_it_looks() -> None:
    watched = rule(**INTRUSION)
    assert watched.zone_name == "yard"
    assert watched.shape_norm == ((0, 0), (0.5, 0), (0.5, 1), (0, 1))
    assert watched.shape_closed
    assert watched.required_classes == {"person"}


def test_finishing_twice_tells_once() -> None:
    watched = rule(**INTRUSION)
    events = play(watched, [Person(1, at(0.3, 0.8))], every(5, 10))
    assert kinds(events) == ["opened", "closed"]
    assert watched.finish(events[-1].at) == []
