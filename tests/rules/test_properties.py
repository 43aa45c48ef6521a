"""What must hold of every rule, whatever people do."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.core.events import EventKind, RuleEvent
from tests.rules.scripted import Person, closed, during, every, play, rule, walk

ZONE = {"name": "yard", "polygon": [[0.3, 0.3], [0.6, 0.3], [0.6, 0.7], [0.3, 0.7]]}
LINE = {"name": "gate", "points": [[0.5, 0.7], [0.45, 0.3]]}
RULES: dict[str, dict[str, object]] = {
    "perimeter_intrusion": {"zone": ZONE},
    "line_crossing": {"line": LINE},
    "loitering": {"zone": ZONE, "min_s": 6},
}
ALL = pytest.mark.parametrize("kind", sorted(RULES))
QUICK = settings(deadline=None, max_examples=25)

coordinate = st.floats(0.0, 1.0).map(lambda v: round(v, 3))
stop = st.tuples(st.floats(0.5, 6.0), coordinate, coordinate)


@st.composite
def strollers(draw: st.DrawFn, most: int = 4) -> list[Person]:
    people = []
    for track_id in range(1, draw(st.integers(1, most)) + 1):
        t_s, stops = draw(st.floats(0.0, 10.0)), []
        for gap, x, y in draw(st.lists(stop, min_size=2, max_size=6)):
            t_s += gap
            stops.append((t_s, x, y))
        score = draw(st.sampled_from([0.5, 0.7, 0.9]))
        people.append(Person(track_id, walk(*stops), score=score, height=0.2))
    return people


def told(events: list[RuleEvent]) -> list[tuple[object, ...]]:
    return [
        (e.kind, round(e.started.media_s, 6), round(e.at.media_s, 6), e.track_ids, dict(e.facts))
        for e in events
    ]


@pytest.mark.whole
@ALL
@QUICK
@given(people=strollers())
def test_the_same_tracks_give_the_same_events(kind: str, people: list[Person]) -> None:
    times = every(4, 30)
    assert play(rule(type=kind, **RULES[kind]), people, times) == play(
        rule(type=kind, **RULES[kind]), people, times
    )


@pytest.mark.whole
@ALL
@QUICK
@given(people=strollers())
def test_nobody_outside_is_an_alert(kind: str, people: list[Person]) -> None:
    # The same strolls, squeezed into the right quarter of the picture: outside zone and line.
    def aside(person: Person) -> Person:
        def path(t_s: float) -> tuple[float, float] | None:
            foot = person.path(t_s)
            return None if foot is None else (0.75 + foot[0] / 4, foot[1])

        return replace(person, path=path)

    assert play(rule(type=kind, **RULES[kind]), [aside(p) for p in people], every(4, 30)) == []


@ALL
@QUICK
@given(people=strollers())
def test_nothing_happens_without_its_class(kind: str, people: list[Person]) -> None:
    cars = [Person(p.track_id, p.path, kind="car") for p in people]
    assert play(rule(type=kind, **RULES[kind]), cars, every(4, 30)) == []


@pytest.mark.whole
@ALL
@QUICK
@given(people=strollers())
def test_the_size_of_the_picture_does_not_matter(kind: str, people: list[Person]) -> None:
    # Powers of two keep the fractions equal to the last bit.
    one = play(rule(type=kind, **RULES[kind]), people, every(4, 30), size=(512, 256))
    other = play(rule(type=kind, **RULES[kind]), people, every(4, 30), size=(2048, 1024))
    assert told(one) == told(other)


@pytest.mark.whole
@ALL
@QUICK
@given(people=strollers(), shift_s=st.sampled_from([64.0, 3600.0]))
def test_the_hour_does_not_matter(kind: str, people: list[Person], shift_s: float) -> None:
    def later(person: Person) -> Person:
        return replace(person, path=lambda t: person.path(t - shift_s))

    now = play(rule(type=kind, **RULES[kind]), people, every(4, 30))
    then = play(
        rule(type=kind, **RULES[kind]),
        [later(p) for p in people],
        [t + shift_s for t in every(4, 30)],
    )
    assert [(e.kind, e.started.media_s + shift_s, e.at.media_s + shift_s) for e in now] == [
        (e.kind, e.started.media_s, e.at.media_s) for e in then
    ]


@pytest.mark.whole
@ALL
@QUICK
@given(people=strollers())
def test_episodes_are_whole_and_their_facts_consistent(kind: str, people: list[Person]) -> None:
    ids = {p.track_id for p in people}
    open_start: float | None = None
    starts: list[float] = []
    for event in play(rule(type=kind, **RULES[kind]), people, every(4, 30)):
        if event.kind is EventKind.OPENED:
            assert open_start is None
            open_start = event.started.media_s
            starts.append(open_start)
        assert event.started.media_s == open_start
        assert event.started.media_s <= event.last_seen.media_s <= event.at.media_s
        assert event.started.utc_s - event.started.media_s == pytest.approx(
            event.at.utc_s - event.at.media_s
        )
        assert set(event.track_ids) <= ids
        assert event.class_names == ("person",)
        assert 0.5 <= event.score <= 0.9 + 1e-6
        if event.kind is EventKind.CLOSED:
            open_start = None
    assert open_start is None
    assert len(set(starts)) == len(starts)


@pytest.mark.whole
@ALL
def test_two_five_and_ten_frames_a_second_tell_the_same(kind: str) -> None:
    visits = [(2.3, 14.1), (25.7, 40.3), (52.9, 70.2)]
    # In at the left, through the zone and over the line, a stay, and out to the right.
    people = [
        Person(
            n,
            walk(
                (a, 0.1, 0.5), (a + 2, 0.4, 0.5), (a + 4, 0.55, 0.5), (b - 1, 0.55, 0.5),
                (b, 0.9, 0.5),
            ),
        )
        for n, (a, b) in enumerate(visits, 1)
    ]  # fmt: skip
    reference = closed(play(rule(type=kind, **RULES[kind]), people, every(50, 80)))
    assert len(reference) == 3
    for fps in (2.0, 5.0, 10.0):
        episodes = closed(play(rule(type=kind, **RULES[kind]), people, every(fps, 80)))
        assert len(episodes) == 3
        for one, other in zip(episodes, reference, strict=True):
            sample = 1 / fps + 0.02
            assert one.started.media_s == pytest.approx(other.started.media_s, abs=sample)
            assert one.last_seen.media_s == pytest.approx(other.last_seen.media_s, abs=sample)
            assert one.facts.get("people") == other.facts.get("people")


@ALL
def test_a_dropped_frame_here_and_there_changes_no_episode(kind: str) -> None:
    path = walk((1, 0.1, 0.5), (3, 0.4, 0.5), (5, 0.55, 0.5), (15, 0.55, 0.5), (16, 0.9, 0.5))
    people = [Person(1, during(path, (0, 4.2), (4.8, 9.1), (9.9, 20)))]
    times = [t for n, t in enumerate(every(10, 30)) if n % 7]
    assert len(closed(play(rule(type=kind, **RULES[kind]), people, times))) == 1
