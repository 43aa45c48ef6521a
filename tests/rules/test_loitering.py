"""Loitering on scripted people: dwell belongs to a person, an episode to the zone."""

from __future__ import annotations

import pytest

from tests.rules.scripted import (
    LEFT_HALF,
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
LOITERING = {"type": "loitering", "zone": LEFT_HALF, "min_s": 10}


def stays(track_id: int, from_s: float, until_s: float, x: float = 0.3) -> Person:
    return Person(track_id, during(at(x, 0.8), (from_s, until_s)))


@RATES
def test_a_long_stay_is_one_episode_from_its_first_moment(fps: float) -> None:
    events = play(rule(**LOITERING), [stays(1, 2.0, 20.0)], every(fps, 40))
    assert kinds(events) == ["opened", "closed"]
    assert (events[0].started.media_s, events[0].at.media_s) == (2.0, 12.0)
    assert spans(events) == [(2.0, pytest.approx(20.0 - 1 / fps))]
    assert closed(events)[0].facts == {"people": 1.0, "dwell_s": pytest.approx(18.0)}


@RATES
def test_a_short_stay_is_nothing(fps: float) -> None:
    assert play(rule(**LOITERING), [stays(1, 2.0, 11.0)], every(fps, 40)) == []


@RATES
def test_six_people_one_after_another_are_six_episodes(fps: float) -> None:
    people = [stays(n, 20.0 * n, 20.0 * n + 17.0) for n in range(6)]
    events = play(rule(**LOITERING), people, every(fps, 140))
    assert [round(s) for s, _ in spans(events)] == [0, 20, 40, 60, 80, 100]
    assert all(e.facts["people"] == 1.0 for e in closed(events))


def test_a_crowd_of_passers_by_is_no_loiterer() -> None:
    # Somebody is there all the time, nobody for long.
    people = [Person(n, walk((4 * n, 0.05, 0.8), (4 * n + 6, 0.6, 0.8))) for n in range(30)]
    assert play(rule(**LOITERING), people, every(5, 130)) == []


def test_people_who_stand_together_are_one_episode_with_their_number() -> None:
    people = [stays(1, 0, 40, 0.1), stays(2, 3, 30, 0.2), stays(3, 35, 42, 0.3)]
    events = play(rule(**LOITERING), people, every(5, 60))
    assert len(closed(events)) == 1
    assert closed(events)[0].facts == {"people": 2.0, "dwell_s": pytest.approx(40.0)}
    assert closed(events)[0].track_ids == (1, 2)


@RATES
@pytest.mark.parametrize("gap_s", [0.5, 1.0, 2.0])
def test_a_short_loss_under_the_same_id_keeps_the_dwell(fps: float, gap_s: float) -> None:
    person = Person(1, during(at(0.3, 0.8), (0.0, 7.0), (7.0 + gap_s, 16.0)))
    events = play(rule(**LOITERING), [person], every(fps, 30))
    assert [s for s, _ in spans(events)] == [0.0]


@RATES
@pytest.mark.parametrize("gap_s", [0.5, 1.0, 2.0])
def test_a_new_id_at_the_same_place_inherits_the_dwell(fps: float, gap_s: float) -> None:
    people = [stays(1, 0.0, 7.0), stays(2, 7.0 + gap_s, 16.0, x=0.31)]
    events = play(rule(**LOITERING), people, every(fps, 30))
    assert [s for s, _ in spans(events)] == [0.0]
    assert closed(events)[0].facts == {"people": 1.0, "dwell_s": pytest.approx(16.0)}


def test_a_new_id_elsewhere_does_not_inherit() -> None:
    people = [stays(1, 0.0, 7.0, x=0.05), stays(2, 7.5, 16.0, x=0.45)]
    assert play(rule(**LOITERING), people, every(5, 30)) == []


def test_a_new_id_much_later_does_not_inherit() -> None:
    people = [stays(1, 0.0, 7.0), stays(2, 11.0, 18.0)]
    assert play(rule(**LOITERING), people, every(5, 30)) == []


def test_a_new_id_of_another_class_does_not_inherit() -> None:
    people = [stays(1, 0.0, 7.0), Person(2, during(at(0.3, 0.8), (7.5, 16.0)), kind="car")]
    watched = rule(**LOITERING, classes=["person", "car"])
    assert play(watched, people, every(5, 30)) == []


def test_nobody_inherits_from_one_who_is_still_there() -> None:
    people = [stays(1, 0.0, 9.0), stays(2, 5.0, 14.0, x=0.32)]
    assert play(rule(**LOITERING), people, every(5, 30)) == []


def test_who_steps_out_for_long_begins_anew() -> None:
    person = Person(1, walk((0, 0.4, 0.8), (7, 0.4, 0.8), (8, 0.8, 0.8), (12, 0.8, 0.8),
                            (13, 0.4, 0.8), (20, 0.4, 0.8)))  # fmt: skip
    assert play(rule(**LOITERING), [person], every(5, 30)) == []


def test_a_slow_camera_does_not_interrupt_a_stay() -> None:
    events = play(rule(**LOITERING), [stays(1, 0.0, 60.0)], every(1 / 3, 90))
    assert len(closed(events)) == 1


def test_after_a_blind_gap_a_stay_begins_anew() -> None:
    times = [*every(5, 8), *every(5, 26, from_s=18)]
    assert play(rule(**LOITERING), [stays(1, 0.0, 60.0)], times) == []


def test_outside_its_schedule_dwell_does_not_count() -> None:
    watched = rule(**LOITERING, schedule={"mon": ["12:01-12:02"]})
    events = play(watched, [stays(1, 0.0, 200.0)], every(5, 200))
    assert spans(events) == [(60.0, pytest.approx(119.8))]
    assert events[0].at.media_s == 70.0


def test_two_episodes_never_share_a_start() -> None:
    # With a patience longer than clear_s the same stay could open twice.
    watched = rule(**LOITERING, forgive_s=6, clear_s=1)
    person = Person(1, during(at(0.3, 0.8), (0.0, 15.0), (19.0, 30.0)))
    starts = [s for s, _ in spans(play(watched, [person], every(5, 40)))]
    assert starts == [0.0, 19.0]


@RATES
@pytest.mark.parametrize("gap_s", [2.5, 3.0])
def test_whom_the_tracker_keeps_is_not_forgotten(fps: float, gap_s: float) -> None:
    person = Person(1, during(at(0.3, 0.8), (0.0, 7.0), (7.0 + gap_s, 18.0)))
    events = play(rule(**LOITERING), [person], every(fps, 30))
    assert [s for s, _ in spans(events)] == [0.0]
    assert closed(events)[0].facts["dwell_s"] == pytest.approx(18.0)


@RATES
def test_who_was_seen_outside_is_not_hidden(fps: float) -> None:
    # The same 2.8 s as above, but seen elsewhere meanwhile.
    def path(t_s: float) -> tuple[float, float]:
        return (0.8, 0.8) if 7.0 <= t_s < 10.0 else (0.3, 0.8)

    assert play(rule(**LOITERING), [Person(1, path)], every(fps, 18)) == []
