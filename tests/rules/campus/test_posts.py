"""Crowds, empty posts and guards who do not move."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from pipeline.core.events import RuleEvent
from pipeline.geometry import SiteConfig
from tests.rules.scenes import RATES, Thing, a_rule, during, standing, watch
from tests.rules.scripted import LEFT_HALF, at, closed, every, kinds, walk

FPS = pytest.mark.parametrize("fps", RATES)


def crowd(n: int, *spans: tuple[float, float]) -> list[Thing]:
    return [
        Thing(i + 1, standing(during(at(0.05 + 0.04 * i, 0.5 + 0.04 * i), *spans)))
        for i in range(n)
    ]


@FPS
def test_as_many_people_for_as_long_are_a_crowd(fps: float) -> None:
    what = a_rule(type="crowding", zone=LEFT_HALF, people=5, dwell_s=10, clear_s=5)
    events = watch(what, [*crowd(4, (0, 60)), *crowd(6, (10, 40))[4:]], every(fps, 60))
    assert kinds(events) == ["opened", "closed"]
    assert events[0].started.media_s == pytest.approx(10.0, abs=1.01 / fps)
    assert events[0].at.media_s == pytest.approx(20.0, abs=1.01 / fps)
    assert events[-1].facts["people"] == 6.0
    assert events[-1].last_seen.media_s == pytest.approx(40.0, abs=1.01 / fps)


def test_fewer_or_for_a_shorter_time_or_elsewhere_are_no_crowd() -> None:
    def told(things: list[Thing]) -> list[object]:
        what = a_rule(type="crowding", zone=LEFT_HALF, people=5, dwell_s=10)
        return list(watch(what, things, every(5, 60)))

    assert told(crowd(4, (0, 60))) == []
    assert told(crowd(6, (10, 18))) == []
    aside = [Thing(i, standing(at(0.6 + 0.04 * i, 0.6))) for i in range(1, 8)]
    assert told([*crowd(4, (0, 60)), *aside]) == []


def counted(people: Callable[[int], int], fps: float, seconds: float) -> list[RuleEvent]:
    """A crowd of 8 for 20 s, where each look counts so many people."""
    looks = every(fps, seconds)
    number = {t: people(n) for n, t in enumerate(looks)}
    things = [
        Thing(
            i + 1, lambda t, i=i: standing(at(0.02 + 0.04 * i, 0.6))(t) if i < number[t] else None
        )
        for i in range(9)
    ]
    return watch(a_rule(type="crowding", zone=LEFT_HALF, people=8, dwell_s=20), things, looks)


@pytest.mark.whole
@pytest.mark.parametrize("fps", [1.0, 2.0, 5.0, 10.0])
@pytest.mark.parametrize(("share", "is_crowd"), [(0.1, False), (0.2, False), (0.5, True)])
def test_a_share_of_the_looks_decides_at_every_rate(
    fps: float, share: float, is_crowd: bool
) -> None:
    rng = np.random.default_rng(7)
    events = counted(lambda _: 8 if rng.random() < share else 7, fps, 240)
    assert bool(events) == is_crowd


@pytest.mark.parametrize("fps", [1.0, 2.0, 5.0, 10.0])
@pytest.mark.parametrize("dip_s", [1.0, 2.0, 3.0])
def test_a_crowd_of_which_some_are_hidden_for_seconds_is_one(fps: float, dip_s: float) -> None:
    events = counted(lambda n: 7 if (n / fps) % 15 >= 15 - dip_s else 9, fps, 60)
    assert kinds(events) == ["opened", "closed"]
    assert (events[0].started.media_s, events[0].at.media_s) == (0.0, pytest.approx(20.0))
    assert events[-1].facts["people"] == 9.0


def off_post(**keys: object) -> dict[str, object]:
    return {"type": "off_post", "zone": LEFT_HALF, "absent_s": 30, "clear_s": 4, **keys}


@FPS
def test_an_empty_post_is_told_after_its_time_and_starts_when_it_became_empty(fps: float) -> None:
    guard = Thing(1, standing(during(at(0.2, 0.8), (0, 20), (80, 120))))
    events = watch(a_rule(**off_post()), [guard], every(fps, 120))
    assert kinds(events) == ["opened", "closed"]
    opened, ended = events[0], events[-1]
    assert opened.started.media_s == pytest.approx(20.0, abs=1.01 / fps)
    assert opened.at.media_s == pytest.approx(50.0, abs=2.02 / fps)
    assert ended.last_seen.media_s == pytest.approx(80.0, abs=1.01 / fps)
    assert ended.facts["absent_s"] == pytest.approx(60.0, abs=2.02 / fps)
    assert (opened.track_ids, opened.score) == ((), 0.0)
    assert opened.box_norm_xyxy == (0.0, 0.0, 0.5, 1.0)


def test_a_guard_seen_now_and_then_is_there() -> None:
    spans = [(float(t), t + 0.4) for t in range(0, 200, 20)]
    guard = Thing(1, standing(during(at(0.2, 0.8), *spans)))
    assert watch(a_rule(**off_post()), [guard], every(5, 200)) == []


def test_a_passer_by_does_not_end_an_episode_and_a_guard_elsewhere_is_off_post() -> None:
    passer_by = Thing(1, standing(during(at(0.2, 0.8), (60, 62))))
    elsewhere = Thing(2, standing(at(0.8, 0.8)))
    events = watch(a_rule(**off_post()), [passer_by, elsewhere], every(5, 100))
    assert len(closed(events)) == 1
    assert events[0].started.media_s == 0.0


def test_two_guards_are_demanded_where_two_are() -> None:
    one = Thing(1, standing(at(0.2, 0.8)))
    two = Thing(2, standing(during(at(0.4, 0.8), (0, 50))))
    events = watch(a_rule(**off_post(people=2)), [one, two], every(5, 100))
    assert [e.started.media_s for e in closed(events)] == [50.0]
    assert watch(a_rule(**off_post(people=1)), [one, two], every(5, 100)) == []


def test_what_was_not_looked_at_is_not_absence() -> None:
    times = [*every(5, 20), *every(5, 10, from_s=60), *every(5, 20, from_s=100)]
    assert watch(a_rule(**off_post()), [], times) == []


def test_a_post_is_only_watched_in_its_schedule() -> None:
    # Monday noon in Shanghai; the schedule ends after the first minute.
    duty = {"workdays": ["08:00-12:01"]}
    events = watch(a_rule(SiteConfig(), **off_post(schedule=duty)), [], every(5, 120))
    assert [e.last_seen.media_s for e in closed(events)] == [pytest.approx(59.8)]


def sleeping(**keys: object) -> dict[str, object]:
    return {"type": "sleeping_on_post", "zone": LEFT_HALF, "still_s": 60, **keys}


def trembling(x: float, y: float, amount: float) -> Thing:
    """A box that trembles: a sum of sines that never repeats at any frame rate."""

    def path(t: float) -> tuple[float, float]:
        return x + amount * (((t * 7.31) % 1) - 0.5), y + amount * (((t * 3.17) % 1) - 0.5)

    return Thing(1, standing(path))


@FPS
def test_a_guard_who_does_not_move_sleeps(fps: float) -> None:
    events = watch(a_rule(**sleeping()), [trembling(0.2, 0.8, 0.01)], every(fps, 100))
    assert kinds(events) == ["opened", "closed"]
    assert events[0].at.media_s == pytest.approx(60.0, abs=1.01 / fps)
    assert events[0].started.media_s == 0.0


@FPS
def test_a_guard_who_moves_now_and_then_is_awake(fps: float) -> None:
    # Leans over for two seconds every 40.
    lean = [(40.0 * n + 20, 40.0 * n + 22) for n in range(6)]

    def path(t: float) -> tuple[float, float]:
        return (0.24, 0.8) if any(a <= t < b for a, b in lean) else (0.2, 0.8)

    assert watch(a_rule(**sleeping()), [Thing(1, standing(path))], every(fps, 240)) == []


def test_a_sleeper_missed_for_a_while_under_a_new_id_still_sleeps() -> None:
    spans = [(0.0, 30.0), (40.0, 200.0)]
    guard = Thing(lambda t: 1 if t < 35 else 2, standing(during(at(0.2, 0.8), *spans)))
    events = watch(a_rule(**sleeping()), [guard], every(5, 100))
    assert [e.started.media_s for e in closed(events)] == [0.0]


def test_one_awake_is_enough() -> None:
    still = Thing(1, standing(at(0.1, 0.8)))
    steps = [(float(t), 0.3 + 0.1 * (t % 20 == 0), 0.8) for t in range(0, 201, 10)]
    busy = Thing(2, standing(walk(*steps)))
    assert watch(a_rule(**sleeping()), [still, busy], every(5, 200)) == []
    assert len(closed(watch(a_rule(**sleeping()), [still], every(5, 200)))) == 1


def test_nobody_at_the_post_does_not_sleep() -> None:
    elsewhere = Thing(1, standing(at(0.8, 0.8)))
    assert watch(a_rule(**sleeping()), [elsewhere], every(5, 200)) == []
