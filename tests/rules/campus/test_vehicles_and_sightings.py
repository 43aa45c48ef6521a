"""Vehicles that stand, falls, and the rules that only need to see a class."""

from __future__ import annotations

import pytest

from tests.rules.scenes import RATES, Box, Thing, a_rule, block, only, standing, watch
from tests.rules.scripted import LEFT_HALF, closed, every, kinds, walk

FPS = pytest.mark.parametrize("fps", RATES)
PARKED = pytest.mark.parametrize("kind", ["illegal_parking", "fire_lane_blocked"])


def driving(*stops: tuple[float, float, float]) -> Thing:
    path = walk(*stops)

    def box(t: float) -> Box | None:
        foot = path(t)
        return None if foot is None else (foot[0] - 0.1, foot[1] - 0.12, foot[0] + 0.1, foot[1])

    return Thing(1, box, kind="car")


@PARKED
@FPS
def test_a_vehicle_that_stands_for_the_time_is_told(kind: str, fps: float) -> None:
    car = driving((0, 0.9, 0.5), (10, 0.25, 0.5), (80, 0.25, 0.5), (90, 0.9, 0.5))
    events = watch(a_rule(type=kind, zone=LEFT_HALF, still_s=30), [car], every(fps, 140))
    assert kinds(events) == ["opened", "closed"]
    assert events[0].started.media_s == pytest.approx(10.0, abs=2.0)
    assert events[0].at.media_s == pytest.approx(40.0, abs=2.0)
    assert events[-1].last_seen.media_s == pytest.approx(80.0, abs=2.0)
    assert events[-1].facts["objects"] == 1.0


@PARKED
def test_passing_slowly_stopping_briefly_or_standing_elsewhere_is_not(kind: str) -> None:
    slow = driving((0, 0.0, 0.5), (200, 0.9, 0.5))
    brief = driving((0, 0.9, 0.5), (10, 0.25, 0.5), (35, 0.25, 0.5), (45, 0.9, 0.5))
    aside = driving((0, 0.8, 0.5), (200, 0.8, 0.5))
    for car in (slow, brief, aside):
        assert watch(a_rule(type=kind, zone=LEFT_HALF, still_s=30), [car], every(5, 200)) == []


@PARKED
def test_a_bus_in_front_does_not_end_the_stay(kind: str) -> None:
    box = block(0.25, 0.5, 0.2, 0.12)
    car = Thing(lambda t: 1 if t < 25 else 2, only(box, (0, 20), (40, 100)), kind="car")
    events = watch(a_rule(type=kind, zone=LEFT_HALF, still_s=30), [car], every(5, 120))
    assert [e.started.media_s for e in closed(events)] == [0.0]
    assert events[0].at.media_s == pytest.approx(40.0, abs=0.3)


def falling(down_s: float = 0.8, up_s: float | None = None, sideways: bool = True) -> Thing:
    """Walks in, falls at 6 s within ``down_s``, and gets up at ``up_s``."""

    def box(t: float) -> Box | None:
        x = 0.1 + 0.02 * min(t, 6.0)
        share = min(max((t - 6.0) / down_s, 0.0), 1.0)
        if up_s is not None and t >= up_s:
            share = 0.0
        height = 0.36 - share * (0.24 if sideways else 0.1)
        width = 0.12 + share * (0.2 if sideways else 0.02)
        return x - width / 2, 0.8 - height, x + width / 2, 0.8

    return Thing(1, box)


@FPS
def test_who_falls_and_stays_down_is_told(fps: float) -> None:
    events = watch(a_rule(type="fall", zone=LEFT_HALF), [falling()], every(fps, 30))
    assert kinds(events) == ["opened", "closed"]
    assert events[0].started.media_s == pytest.approx(6.8, abs=0.6)
    assert events[0].at.media_s == pytest.approx(8.8, abs=0.8)


@FPS
@pytest.mark.parametrize(
    "person",
    [
        pytest.param(falling(up_s=8.0), id="up again at once"),
        pytest.param(falling(down_s=6.0), id="lies down slowly"),
        pytest.param(falling(sideways=False), id="sits down"),
        pytest.param(
            Thing(1, lambda t: (0.1, 0.7, 0.4, 0.8)), id="lay there before anybody looked"
        ),
        pytest.param(
            Thing(
                1, lambda t: (0.6 + (b := falling().box(t))[0] * 0.5, b[1], 0.6 + b[2] * 0.5, b[3])
            ),  # type: ignore[index]
            id="falls outside the zone",
        ),
    ],
)
def test_what_is_no_fall(person: Thing, fps: float) -> None:
    assert watch(a_rule(type="fall", zone=LEFT_HALF), [person], every(fps, 30)) == []


@pytest.mark.parametrize("phase_s", [0.0, 0.1, 0.2, 0.3, 0.4])
def test_a_fall_is_as_quick_whenever_the_two_looks_a_second_come(phase_s: float) -> None:
    # From full height to low takes 1.0 s; the looks before and after can be 2 s apart.
    times = [t_s + phase_s for t_s in every(2, 30)]
    events = watch(a_rule(type="fall", zone=LEFT_HALF), [falling(down_s=3.5)], times)
    assert kinds(events) == ["opened", "closed"]


SIGHTINGS = {
    "fire_smoke": ("fire", 2.0),
    "fighting": ("fighting", 1.5),
    "climbing": ("climbing", 0.5),
    "rodent": ("rodent", 0.5),
    "bin_uncovered": ("open_bin", 60.0),
    "floor_water": ("floor_water", 60.0),
}
EACH = pytest.mark.parametrize("kind", sorted(SIGHTINGS))


@EACH
@FPS
def test_a_thing_in_the_zone_is_told_after_its_time(kind: str, fps: float) -> None:
    seen, dwell_s = SIGHTINGS[kind]
    thing = Thing(1, only(block(0.25, 0.5), (5.0, 5.0 + 2 * dwell_s + 2)), kind=seen)
    events = watch(a_rule(type=kind, zone=LEFT_HALF), [thing], every(fps, 240))
    assert kinds(events) == ["opened", "closed"]
    assert events[0].started.media_s == pytest.approx(5.0, abs=1.01 / fps)
    assert events[0].at.media_s == pytest.approx(5.0 + dwell_s, abs=1.01 / fps)
    assert events[0].class_names == (seen,)


@EACH
def test_a_glimpse_another_class_or_another_place_is_not(kind: str) -> None:
    seen, dwell_s = SIGHTINGS[kind]
    glimpse = Thing(1, only(block(0.25, 0.5), (5.0, 5.0 + dwell_s * 0.8)), kind=seen)
    other = Thing(1, block(0.25, 0.5), kind="bottle")
    aside = Thing(1, block(0.75, 0.5), kind=seen)
    for thing in (glimpse, other, aside):
        assert watch(a_rule(type=kind, zone=LEFT_HALF), [thing], every(10, 100)) == []


def test_flickering_flames_under_new_ids_are_one_fire() -> None:
    spans = [(5 + 1.4 * n, 6 + 1.4 * n) for n in range(20)]
    flames = Thing(lambda t: 1 + int((t - 5) / 1.4), only(block(0.25, 0.5), *spans), kind="fire")
    events = watch(a_rule(type="fire_smoke", zone=LEFT_HALF), [flames], every(5, 80))
    assert kinds(events) == ["opened", "closed"]
    assert events[0].at.media_s <= 8.0


def test_somebody_who_stands_is_no_vehicle() -> None:
    person = Thing(1, standing(walk((0, 0.25, 0.8), (300, 0.25, 0.8))))
    assert watch(a_rule(type="illegal_parking", zone=LEFT_HALF), [person], every(2, 300)) == []


def test_who_went_down_and_is_not_seen_since_lies_there_but_not_for_ever() -> None:
    box = falling().box
    lost = Thing(1, lambda t: box(t) if t < 7.2 else None)
    (one,) = closed(watch(a_rule(type="fall", zone=LEFT_HALF), [lost], every(5, 40)))
    assert one.started.media_s == pytest.approx(6.8, abs=0.5)
    assert one.last_seen.media_s == pytest.approx(7.0 + 6.0, abs=0.5)


def test_who_walks_out_over_the_lower_edge_did_not_fall() -> None:
    # Cut off by the edge, the box gets low and wide for its height, and then is gone.
    def leaving(t: float) -> Box | None:
        top = 0.6 + 0.1 * max(t - 4.0, 0.0)
        return (0.2, top, 0.3, min(top + 0.38, 1.0)) if top < 0.97 else None

    person = Thing(1, leaving)
    assert watch(a_rule(type="fall", zone=LEFT_HALF), [person], every(5, 30)) == []


@FPS
def test_who_walks_behind_a_wall_did_not_fall(fps: float) -> None:
    # The box loses its height at the feet, gets as wide as high, and is gone: the head never fell.
    def hidden(t: float) -> Box | None:
        x = 0.1 + 0.02 * min(t, 7.0)
        return (x - 0.06, 0.44, x + 0.06, 0.8 if t < 6.0 else 0.55) if t < 7.0 else None

    assert watch(a_rule(type="fall", zone=LEFT_HALF), [Thing(1, hidden)], every(fps, 30)) == []
