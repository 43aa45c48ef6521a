"""Line crossing on scripted people. The line runs upwards in the middle: right is ``in``."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.core.events import EventKind
from tests.rules.scripted import (
    MIDDLE_UP,
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
CROSSING = {"type": "line_crossing", "line": MIDDLE_UP}
RIGHTWARDS = walk((0, 0.2, 0.8), (6, 0.8, 0.8))
LEFTWARDS = walk((0, 0.79, 0.8), (6, 0.2, 0.8))


@RATES
@pytest.mark.parametrize(
    ("path", "direction", "expected"),
    [
        (RIGHTWARDS, "both", ["in"]),
        (RIGHTWARDS, "in", ["in"]),
        (RIGHTWARDS, "out", []),
        (LEFTWARDS, "both", ["out"]),
        (LEFTWARDS, "in", []),
        (LEFTWARDS, "out", ["out"]),
    ],
)
def test_direction(fps: float, path: object, direction: str, expected: list[str]) -> None:
    person = Person(3, path)  # type: ignore[arg-type]
    events = play(rule(**CROSSING, direction=direction), [person], every(fps, 12))
    assert [e.facts["direction"] for e in closed(events)] == expected
    for event in closed(events):
        assert event.facts[expected[0]] == 1.0
        assert event.started.media_s == pytest.approx(3.0, abs=1 / fps)
        assert event.track_ids == (3,)
        assert event.zone == "gate"


def test_past_the_end_of_the_line_is_no_crossing() -> None:
    short = {"name": "gate", "points": [[0.5, 0.6], [0.5, 0.3]]}
    person = Person(1, RIGHTWARDS)
    assert play(rule(type="line_crossing", line=short), [person], every(5, 10)) == []


def test_round_the_end_and_back_over_the_line_counts_the_line_only() -> None:
    short = {"name": "gate", "points": [[0.5, 0.6], [0.5, 0.3]]}
    path = walk((0, 0.3, 0.5), (2, 0.3, 0.8), (4, 0.7, 0.8), (6, 0.7, 0.5), (8, 0.3, 0.5))
    events = play(rule(type="line_crossing", line=short), [Person(1, path)], every(10, 15))
    assert [dict(e.facts) for e in closed(events)] == [{"in": 0.0, "out": 1.0, "direction": "out"}]


@RATES
def test_a_foot_trembling_on_the_line_never_crosses(fps: float) -> None:
    rng = np.random.default_rng(5)
    person = Person(1, lambda t: (0.5 + float(rng.uniform(-0.019, 0.019)), 0.8))
    assert play(rule(**CROSSING), [person], every(fps, 60)) == []


@RATES
def test_who_trembles_and_then_goes_over_crosses_once(fps: float) -> None:
    rng = np.random.default_rng(6)

    def path(t_s: float) -> tuple[float, float]:
        x = float(np.interp(t_s, [0, 3, 20, 24], [0.3, 0.5, 0.5, 0.7]))
        return x + float(rng.uniform(-0.015, 0.015)), 0.8

    events = play(rule(**CROSSING), [Person(1, path)], every(fps, 40))
    assert [dict(e.facts) for e in closed(events)] == [{"in": 1.0, "out": 0.0, "direction": "in"}]


def test_who_turns_back_on_the_line_has_not_crossed() -> None:
    path = walk((0, 0.3, 0.8), (3, 0.51, 0.8), (6, 0.3, 0.8))
    assert play(rule(**CROSSING), [Person(1, path)], every(10, 12)) == []


def test_crossings_close_in_time_are_one_episode_that_counts() -> None:
    people = [Person(n, walk((n, 0.3, 0.2 * n), (n + 2, 0.7, 0.2 * n))) for n in range(1, 4)]
    people.append(Person(9, walk((2, 0.7, 0.9), (5, 0.3, 0.9))))
    events = play(rule(**CROSSING), people, every(5, 30))
    assert kinds(events) == ["opened", "closed"]
    assert closed(events)[0].facts == {"in": 3.0, "out": 1.0, "direction": "both"}
    assert closed(events)[0].track_ids == (1, 2, 3, 9)
    totals = [
        float(e.facts["in"]) + float(e.facts["out"])
        for e in events
        if e.kind is not EventKind.CLOSED
    ]
    assert totals == sorted(totals)


def test_crossings_far_apart_are_two_episodes_and_count_anew() -> None:
    path = walk((0, 0.3, 0.8), (2, 0.7, 0.8), (20, 0.7, 0.8), (22, 0.3, 0.8))
    events = play(rule(**CROSSING), [Person(1, path)], every(5, 40))
    assert [e.facts["direction"] for e in closed(events)] == ["in", "out"]
    assert [e.facts["in"] for e in closed(events)] == [1.0, 0.0]


def test_a_new_track_id_on_the_line_still_crosses() -> None:
    people = [
        Person(1, during(RIGHTWARDS, (0.0, 2.8))),
        Person(2, during(RIGHTWARDS, (3.4, 6.0))),
    ]
    events = play(rule(**CROSSING), people, every(5, 12))
    assert [e.facts["direction"] for e in closed(events)] == ["in"]


def test_two_people_side_by_side_are_not_one_jumping_foot() -> None:
    # One stands left, hides and returns; another appeared right of the line meanwhile.
    people = [
        Person(1, during(at(0.46, 0.8), (0.0, 3.0), (4.0, 30.0))),
        Person(2, during(at(0.53, 0.8), (3.4, 30.0)), first_seen_s=3.4),
    ]
    events = play(rule(**CROSSING), people, every(10, 30))
    assert len(closed(events)) <= 1
    assert sum(float(e.facts["in"]) + float(e.facts["out"]) for e in closed(events)) <= 1


def test_feet_below_the_picture_cross_a_line_drawn_to_its_edge() -> None:
    path = walk((0, 0.3, 1.1), (6, 0.7, 1.1))
    assert len(closed(play(rule(**CROSSING), [Person(1, path)], every(5, 12)))) == 1


def test_outside_its_schedule_nobody_crosses() -> None:
    watched = rule(**CROSSING, schedule={"mon": ["12:00-12:01"]})
    early = Person(1, walk((10, 0.3, 0.8), (14, 0.7, 0.8)))
    late = Person(2, walk((70, 0.3, 0.8), (74, 0.7, 0.8)))
    # Who steps over while nobody watches has not crossed when watching begins.
    events = play(watched, [early, late], every(5, 120))
    assert spans(events) == [(pytest.approx(12.0, abs=0.2), pytest.approx(12.3, abs=0.2))]


def test_it_says_where_it_looks() -> None:
    watched = rule(**CROSSING)
    assert watched.shape_norm == ((0.5, 1.0), (0.5, 0.0))
    assert not watched.shape_closed
    assert watched.zone_name == "gate"
