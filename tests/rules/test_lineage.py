"""Who carries on whom, on its own."""

from __future__ import annotations

import numpy as np

from pipeline.rules.lineage import Lineage
from tests.rules.scripted import Person, at, during, every, time_at, tracks_at, walk


def names(people: list[Person], until_s: float) -> dict[int, list[int]]:
    """The keys each track was given, in order, without repeats."""
    lineage, born, given = Lineage(2.0), dict[int, float](), dict[int, list[int]]()
    for t_s in every(5, until_s):
        tracks = tracks_at(people, t_s, born=born)
        index = np.arange(len(tracks))
        keys = lineage.keys(tracks, index, time_at(t_s))
        assert len(set(keys)) == len(keys)
        for track_id, key in zip(tracks.track_id.tolist(), keys, strict=True):
            if given.setdefault(track_id, [])[-1:] != [key]:
                given[track_id].append(key)
    return given


def test_a_new_track_where_one_was_lost_is_the_same_subject() -> None:
    people = [
        Person(4, during(at(0.3, 0.8), (0, 3))),
        Person(5, during(at(0.32, 0.8), (4, 7))),
        Person(9, during(at(0.34, 0.8), (7.6, 9))),
    ]
    assert names(people, 10) == {4: [4], 5: [4], 9: [4]}


def test_one_who_is_in_sight_is_not_carried_on() -> None:
    people = [Person(1, at(0.3, 0.8)), Person(2, during(at(0.31, 0.8), (3, 6)), first_seen_s=2.8)]
    assert names(people, 8) == {1: [1], 2: [2]}


def test_when_the_old_track_is_back_the_new_one_was_somebody_else() -> None:
    people = [
        Person(1, during(at(0.3, 0.8), (0, 3), (5, 8))),
        Person(2, during(at(0.32, 0.8), (3.6, 8))),
    ]
    assert names(people, 8) == {1: [1], 2: [1, 2]}


def test_the_nearest_of_two_carries_on() -> None:
    people = [
        Person(1, during(at(0.3, 0.8), (0, 3))),
        Person(2, during(at(0.36, 0.8), (3.4, 6))),
        Person(3, during(at(0.31, 0.8), (3.4, 6))),
    ]
    assert names(people, 6) == {1: [1], 2: [2], 3: [1]}


def test_a_child_does_not_carry_on_a_grown_up() -> None:
    people = [
        Person(1, during(at(0.3, 0.8), (0, 3)), height=0.5),
        Person(2, during(at(0.3, 0.8), (3.4, 6)), height=0.2),
    ]
    assert names(people, 6) == {1: [1], 2: [2]}


def test_a_box_that_jumps_feeds_two_tracks_for_a_moment_and_stays_one_subject() -> None:
    # The new track began before the old one was last seen, but the tracker believed it later.
    people = [
        Person(1, during(at(0.3, 0.8), (0, 3))),
        Person(2, during(at(0.3, 0.82), (3.1, 6)), first_seen_s=2.6),
    ]
    assert names(people, 6) == {1: [1], 2: [1]}


def test_what_is_long_gone_is_forgotten() -> None:
    lineage = Lineage(2.0)
    for n in range(200):
        tracks = tracks_at([Person(n + 1, at(0.3, 0.8))], float(n))
        lineage.keys(tracks, np.arange(1), time_at(float(n)))
    assert len(lineage._subjects) == len(lineage._key_of) <= 14


def test_who_left_over_an_edge_is_not_carried_on_by_who_comes_in_over_another() -> None:
    leaves = Person(1, walk((0, 0.6, 0.9), (3, 0.99, 0.9)))
    comes = during(at(0.9, 1.0), (4, 6))
    assert names([leaves, Person(2, comes)], 6) == {1: [1], 2: [2]}


def test_who_steps_back_over_the_edge_they_left_by_is_carried_on() -> None:
    leaves = Person(1, walk((0, 0.6, 0.9), (3, 0.99, 0.9)))
    returns = walk((4, 0.99, 0.88), (6, 0.8, 0.88))
    assert names([leaves, Person(2, returns)], 6) == {1: [1], 2: [1]}


def test_who_is_lost_while_coming_in_is_carried_on_inside() -> None:
    enters = Person(1, during(at(0.5, 1.0), (0, 1)))
    inside = Person(2, during(at(0.52, 0.9), (1.6, 4)))
    assert names([enters, inside], 4) == {1: [1], 2: [1]}
