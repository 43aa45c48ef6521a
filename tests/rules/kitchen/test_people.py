"""Clothing, phones, cigarettes and strangers: verdicts about people, with three outcomes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pydantic import ValidationError

from pipeline.core.events import EventKind
from pipeline.rules.person_judge import PersonJudge
from pipeline.rules.share_window import Outcome
from tests.rules.scenes import RATES, Thing, a_rule, block, only, standing, watch
from tests.rules.scripted import LEFT_HALF, at, closed, config, during, every, kinds, walk

FPS = pytest.mark.parametrize("fps", RATES)
CLOTHING = {
    "no_chef_hat": "hat",
    "no_mask": "mask",
    "no_uniform": "uniform",
    "no_gloves": "gloves",
    "bare_torso": "shirt",
    "unauthorized_entry": "uniform",
}
EACH = pytest.mark.parametrize("kind", sorted(CLOTHING))
Says = Callable[[float], int]


def worker(
    kind: str, says: Says | int, track_id: int = 1, x: float = 0.2, until_s: float = 40.0
) -> Thing:
    answer = (lambda _: says) if isinstance(says, int) else says
    path = during(at(x, 0.8), (2.0, until_s))
    return Thing(track_id, standing(path, height=0.4), says={CLOTHING[kind]: answer})


def rule_of(kind: str, **keys: object) -> PersonJudge:  # type: ignore[type-arg]
    built = a_rule(type=kind, zone=LEFT_HALF, **{"window_s": 5.0, "min_judged": 0.4, **keys})
    assert isinstance(built, PersonJudge)
    return built


@EACH
@FPS
def test_who_is_seen_without_it_is_told_once(kind: str, fps: float) -> None:
    events = watch(rule_of(kind), [worker(kind, 0)], every(fps, 80))
    assert kinds(events) == ["opened", "closed"]
    assert events[0].started.media_s == pytest.approx(2.0, abs=1.01 / fps)
    assert events[0].at.media_s == pytest.approx(6.0, abs=2.02 / fps)
    assert events[-1].facts["violating"] == 1.0


@EACH
@FPS
@pytest.mark.parametrize("says", [1, -1])
def test_who_wears_it_or_cannot_be_judged_is_not(kind: str, says: int, fps: float) -> None:
    what = rule_of(kind)
    assert watch(what, [worker(kind, says)], every(fps, 60)) == []
    expected = Outcome.COMPLYING if says == 1 else Outcome.UNABLE_TO_JUDGE
    assert what.outcomes == {o: int(o is expected) for o in Outcome}


@EACH
def test_a_model_that_says_nothing_violates_nothing(kind: str) -> None:
    silent = Thing(1, standing(at(0.2, 0.8), height=0.4))
    what = rule_of(kind)
    assert watch(what, [silent], every(5, 30)) == []
    assert what.outcomes[Outcome.UNABLE_TO_JUDGE] == 1


@pytest.mark.whole
@EACH
@FPS
def test_the_share_of_time_decides_not_a_frame(kind: str, fps: float) -> None:
    def mostly(answer: int, other: int) -> Says:
        return lambda t: other if (t % 5.0) < 1.0 else answer

    assert watch(rule_of(kind), [worker(kind, mostly(1, 0))], every(fps, 60)) == []
    assert len(closed(watch(rule_of(kind), [worker(kind, mostly(0, 1))], every(fps, 80)))) == 1
    # Half and half is no verdict.
    split: Says = lambda t: int((t % 2.0) < 1.0)  # noqa: E731
    what = rule_of(kind)
    assert watch(what, [worker(kind, split)], every(fps, 60)) == []
    assert what.outcomes[Outcome.UNABLE_TO_JUDGE] == 1


def test_few_judgements_among_many_blanks_are_no_verdict() -> None:
    rarely: Says = lambda t: 0 if (t % 5.0) < 1.0 else -1  # noqa: E731
    assert watch(rule_of("no_mask"), [worker("no_mask", rarely)], every(5, 60)) == []


def test_who_turns_away_after_a_verdict_has_not_put_a_hat_on() -> None:
    turns: Says = lambda t: 0 if t < 10 else -1  # noqa: E731
    events = watch(rule_of("no_chef_hat"), [worker("no_chef_hat", turns)], every(5, 80))
    assert closed(events)[0].last_seen.media_s == pytest.approx(39.8)
    puts_on: Says = lambda t: 0 if t < 10 else 1  # noqa: E731
    (one,) = closed(watch(rule_of("no_chef_hat"), [worker("no_chef_hat", puts_on)], every(5, 80)))
    assert one.last_seen.media_s < 15.0


def test_all_three_outcomes_are_counted_and_told() -> None:
    people = [
        worker("no_chef_hat", says, track_id, x)
        for track_id, (says, x) in enumerate([(0, 0.05), (1, 0.2), (1, 0.3), (-1, 0.45)], 1)
    ]
    what = rule_of("no_chef_hat")
    events = watch(what, people, every(5, 80))
    (one,) = closed(events)
    told = {str(o): one.facts[str(o)] for o in Outcome}
    assert told == {"violating": 1.0, "complying": 2.0, "unable_to_judge": 1.0}
    assert what.outcomes == {
        Outcome.VIOLATING: 1, Outcome.COMPLYING: 2, Outcome.UNABLE_TO_JUDGE: 1
    }  # fmt: skip
    assert one.track_ids == (1,)


@pytest.mark.parametrize(
    ("path_y", "height", "told"), [(0.8, 0.4, 1), (0.3, 0.4, 0), (0.8, 0.06, 0)]
)
def test_a_head_outside_the_picture_or_too_small_is_not_judged(
    path_y: float, height: float, told: int
) -> None:
    person = Thing(1, standing(at(0.2, path_y), height=height), says={"hat": lambda _: 0})
    assert len(closed(watch(rule_of("no_chef_hat"), [person], every(5, 30)))) == told


def test_a_face_at_the_upper_edge_is_judged_for_a_mask() -> None:
    # Close to the camera the hair is cut off and the face is not.
    close = Thing(1, standing(at(0.2, 0.4), height=0.4), says={"mask": lambda _: 0})
    assert len(closed(watch(rule_of("no_mask"), [close], every(5, 30)))) == 1


def test_somebody_who_passes_through_is_not_judged() -> None:
    person = worker("no_uniform", 0, until_s=5.0)
    what = rule_of("no_uniform")
    assert watch(what, [person], every(5, 30)) == []
    assert what.outcomes[Outcome.UNABLE_TO_JUDGE] == 1


@EACH
def test_outside_the_zone_nothing_must_be_worn(kind: str) -> None:
    assert watch(rule_of(kind), [worker(kind, 0, x=0.8)], every(5, 60)) == []


HOURS = {"workdays": ["08:00-12:01"]}
"""One minute from the scripts' beginning."""


@FPS
def test_outside_the_hours_nobody_may_be_there(fps: float) -> None:
    what = rule_of("unauthorized_entry", hours=HOURS, require_uniform=False)
    early = Thing(1, standing(during(at(0.2, 0.8), (10, 40)), height=0.4))
    late = Thing(2, standing(during(at(0.2, 0.8), (70, 90)), height=0.4))
    events = watch(what, [early, late], every(fps, 140))
    assert kinds(events) == ["opened", "closed"]
    assert events[0].started.media_s == pytest.approx(70.0, abs=1.01 / fps)
    assert events[0].at.media_s == pytest.approx(71.0, abs=1.01 / fps)
    assert events[0].facts["reason"] == "outside_hours"


def test_who_is_still_there_at_closing_time_is_told_from_then_on() -> None:
    what = rule_of("unauthorized_entry", hours=HOURS)
    staying = Thing(
        1, standing(during(at(0.2, 0.8), (10, 90)), height=0.4), says={"uniform": lambda _: 1}
    )
    (one,) = closed(watch(what, [staying], every(5, 140)))
    assert one.started.media_s == pytest.approx(60.0, abs=0.3)


def test_a_rule_that_allows_everybody_is_refused() -> None:
    with pytest.raises(ValidationError, match="nobody is unauthorised"):
        config(type="unauthorized_entry", zone=LEFT_HALF, require_uniform=False)


HELD = {"phone_use": "cell phone", "smoking": "cigarette"}
THINGS = pytest.mark.parametrize("kind", sorted(HELD))


def hand(kind: str, x: float, y: float, *spans: tuple[float, float]) -> Thing:
    return Thing(9, only(block(x, y, 0.03, 0.03), *spans), kind=HELD[kind])


@THINGS
@FPS
def test_a_thing_at_head_or_hands_for_some_seconds_is_told(kind: str, fps: float) -> None:
    person = Thing(1, standing(at(0.25, 0.9), height=0.6))
    thing = hand(kind, 0.2, 0.5, (5.0, 25.0))
    events = watch(a_rule(type=kind, zone=LEFT_HALF), [person, thing], every(fps, 60))
    assert kinds(events) == ["opened", "closed"]
    assert events[0].started.media_s == pytest.approx(5.0, abs=1.01 / fps)
    assert 7.0 <= events[0].at.media_s <= 11.0
    assert events[0].track_ids == (1,)


@THINGS
@pytest.mark.parametrize(
    ("x", "y", "spans"),
    [
        pytest.param(0.25, 0.88, [(5.0, 40.0)], id="on the floor"),
        pytest.param(0.45, 0.5, [(5.0, 40.0)], id="out of reach"),
        pytest.param(0.25, 0.5, [(5.0, 6.0), (20.0, 21.0)], id="for a moment"),
    ],
)
def test_a_thing_elsewhere_or_for_a_moment_is_not(
    kind: str, x: float, y: float, spans: list[tuple[float, float]]
) -> None:
    person = Thing(1, standing(at(0.25, 0.9), height=0.6))
    thing = hand(kind, x, y, *spans)
    assert watch(a_rule(type=kind, zone=LEFT_HALF), [person, thing], every(5, 60)) == []


@THINGS
def test_one_thing_is_in_one_hand(kind: str) -> None:
    near = Thing(1, standing(at(0.2, 0.9), height=0.6))
    beside = Thing(2, standing(at(0.36, 0.9), height=0.6))
    events = watch(
        a_rule(type=kind, zone=LEFT_HALF), [near, beside, hand(kind, 0.24, 0.5, (5, 25))],
        every(5, 60),
    )  # fmt: skip
    assert closed(events)[0].track_ids == (1,)
    assert closed(events)[0].facts["people"] == 1.0


FIRE = Thing(5, only(block(0.25, 0.6), (5, 200)), kind="fire")


@FPS
def test_a_fire_alone_for_its_time_is_told(fps: float) -> None:
    cook = Thing(1, standing(walk((0, 0.2, 0.8), (20, 0.2, 0.8), (24, 0.95, 0.8)), height=0.4))
    fire = Thing(5, only(block(0.25, 0.6), (5, 100)), kind="fire")
    what = a_rule(type="unattended_fire", zone=LEFT_HALF, alone_s=30)
    events = watch(what, [cook, fire], every(fps, 140))
    assert kinds(events) == ["opened", "closed"]
    assert 20.0 <= events[0].started.media_s <= 25.0
    assert events[0].at.media_s == pytest.approx(events[0].started.media_s + 30, abs=2.02 / fps)
    assert events[-1].last_seen.media_s == pytest.approx(100.0, abs=1.01 / fps)


def test_a_fire_somebody_looks_after_or_elsewhere_or_that_goes_out_is_not() -> None:
    def told(*things: Thing) -> list[str]:
        what = a_rule(type="unattended_fire", zone=LEFT_HALF, alone_s=30)
        return [str(e.kind) for e in watch(what, things, every(5, 150))]

    now_and_then = [(20.0 * n, 20.0 * n + 1) for n in range(10)]
    assert told(FIRE, Thing(1, standing(during(at(0.2, 0.8), *now_and_then), height=0.4))) == []
    assert told(Thing(5, block(0.75, 0.6), kind="fire")) == []
    out = [(5.0, 25.0), (50.0, 70.0), (90.0, 110.0)]
    assert told(Thing(5, only(block(0.25, 0.6), *out), kind="fire")) == []
    flickering = [(5 + 2.0 * n, 6 + 2.0 * n) for n in range(40)]
    assert told(Thing(5, only(block(0.25, 0.6), *flickering), kind="fire"))[0] == EventKind.OPENED
