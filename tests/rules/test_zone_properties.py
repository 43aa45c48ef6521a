"""What must hold of every rule over a zone, whatever anything does and at any frame rate."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.core.events import EventKind, RuleEvent
from pipeline.rules import RULES
from tests.rules.scenes import RATES, SEEN, TOLD, Box, BoxPath, Thing, a_rule, watch
from tests.rules.scripted import closed, every, walk

ZONE = {"name": "yard", "polygon": [[0.2, 0.2], [0.6, 0.2], [0.6, 0.8], [0.2, 0.8]]}
SHORT: dict[str, dict[str, object]] = {
    "crowding": {"people": 2, "dwell_s": 2},
    "sleeping_on_post": {"still_s": 5},
    "left_object": {"alone_s": 5, "allow_initial": True},
    "illegal_parking": {"still_s": 5},
    "fire_lane_blocked": {"still_s": 5},
    "bin_uncovered": {"dwell_s": 2},
    "floor_water": {"dwell_s": 2},
    "unattended_fire": {"alone_s": 5},
    "unauthorized_entry": {"window_s": 2},
}
"""Times short enough for a scene of half a minute."""
KINDS = sorted(set(RULES) - {"off_post", "line_crossing", "perimeter_intrusion", "loitering"})
"""``off_post`` is the one that tells of an empty zone; see ``campus/test_posts``."""
ALL = pytest.mark.parametrize("kind", KINDS)
SLACK_S = {"sleeping_on_post": 0.8}
"""A smoothed box comes to rest up to this much later or sooner at another rate."""
FEW = settings(deadline=None, max_examples=6)

coordinate = st.floats(0.0, 1.0).map(lambda v: round(v, 2))
stop = st.tuples(st.floats(0.5, 10.0), coordinate, coordinate, st.floats(0.05, 0.3))


def shaped(stops: list[tuple[float, float, float, float]], aspect: float) -> BoxPath:
    """A box whose foot goes from stop to stop (time, x, y, height)."""
    foot = walk(*[(t, x, y) for t, x, y, _ in stops])
    height = walk(*[(t, h, 0.0) for t, _, _, h in stops])

    def box(t: float) -> Box | None:
        at, size = foot(t), height(t)
        if at is None or size is None:
            return None
        half = size[0] * aspect / 2
        return at[0] - half, at[1] - size[0], at[0] + half, at[1]

    return box


@st.composite
def scenes(draw: st.DrawFn, kinds: tuple[str, ...]) -> list[Thing]:
    things = []
    for track_id in range(1, draw(st.integers(1, 5)) + 1):
        t_s, stops = draw(st.floats(0.0, 5.0)), []
        for gap, x, y, height in draw(st.lists(stop, min_size=2, max_size=4)):
            t_s += gap
            stops.append((t_s, x, y, height))
        answer = draw(st.sampled_from([-1, 0, 0, 1]))
        things.append(
            Thing(
                track_id,
                shaped(stops, draw(st.sampled_from([0.35, 1.0]))),
                kind=draw(st.sampled_from(kinds)),
                says={name: lambda _, answer=answer: answer for name in TOLD},
            )
        )
    return things


def run(kind: str, things: list[Thing], fps: float = 4.0) -> list[RuleEvent]:
    return watch(a_rule(type=kind, zone=ZONE, **SHORT.get(kind, {})), things, every(fps, 30))


def classes_of(kind: str) -> tuple[str, ...]:
    return (*a_rule(type=kind, zone=ZONE).config.model_classes, "person")


@ALL
@FEW
@given(data=st.data())
def test_nothing_outside_the_zone_is_an_alert(kind: str, data: st.DataObject) -> None:
    def aside(thing: Thing) -> Thing:
        def box(t: float) -> Box | None:
            # Feet and middles into the right quarter of the picture.
            found = thing.box(t)
            if found is None:
                return None
            shift = 0.8 + (found[0] + found[2]) / 12 - (found[0] + found[2]) / 2
            return found[0] + shift, found[1], found[2] + shift, found[3]

        return Thing(thing.track_id, box, thing.kind, thing.says)

    things = data.draw(scenes(classes_of(kind)))
    assert run(kind, [aside(thing) for thing in things]) == []


@pytest.mark.whole
@ALL
@FEW
@given(data=st.data())
def test_episodes_are_whole_and_the_same_again(kind: str, data: st.DataObject) -> None:
    things = data.draw(scenes(classes_of(kind)))
    events = run(kind, things)
    assert events == run(kind, things)
    open_start: float | None = None
    starts: list[float] = []
    for event in events:
        if event.kind is EventKind.OPENED:
            assert open_start is None
            open_start = event.started.media_s
            starts.append(open_start)
        assert event.started.media_s == open_start
        assert event.started.media_s <= event.last_seen.media_s <= event.at.media_s
        assert set(event.class_names) <= set(SEEN)
        assert set(event.track_ids) <= {thing.track_id for thing in things}
        if event.kind is EventKind.CLOSED:
            open_start = None
    assert open_start is None
    assert len(set(starts)) == len(starts)


def one_scene(kind: str) -> list[Thing]:
    """Two people come, one of them falls and lies still; a thing of each class they need stays."""

    def fallen(t: float) -> Box | None:
        if not 3.3 <= t < 26.2:
            return None
        return (0.35, 0.4, 0.45, 0.7) if t < 8.1 else (0.3, 0.6, 0.5, 0.7)

    says = {name: lambda _: 0 for name in TOLD}
    companion = shaped([(3.3, 0.55, 0.7, 0.3), (26.2, 0.55, 0.7, 0.3)], 0.35)
    wanted = [c for c in a_rule(type=kind, zone=ZONE).config.classes if c != "person"]
    people = [] if kind in ("left_object", "unattended_fire") else [
        Thing(1, fallen, says=says), Thing(2, companion, says=says)
    ]  # fmt: skip
    return [
        *people,
        *(
            Thing(10 + n, shaped([(3.3, 0.39, 0.52, 0.06), (26.2, 0.39, 0.52, 0.06)], 1.0), kind=c)
            for n, c in enumerate(wanted[:1])
        ),
    ]


@pytest.mark.whole
@ALL
def test_two_five_and_ten_frames_a_second_tell_the_same(kind: str) -> None:
    (reference,) = closed(run(kind, one_scene(kind), 20.0))
    for fps in RATES:
        (one,) = closed(run(kind, one_scene(kind), fps))
        slack_s = 1 / fps + 0.06 + SLACK_S.get(kind, 0.0)
        assert one.started.media_s == pytest.approx(reference.started.media_s, abs=slack_s)
        assert one.last_seen.media_s == pytest.approx(
            reference.last_seen.media_s, abs=1 / fps + 0.06
        )
        assert one.facts.get("people") == reference.facts.get("people")
        assert one.facts.get("objects") == reference.facts.get("objects")


@ALL
def test_the_size_of_the_picture_does_not_matter(kind: str) -> None:
    what = {"type": kind, "zone": ZONE, **SHORT.get(kind, {})}
    one = watch(a_rule(**what), one_scene(kind), every(5, 30), size=(512, 512))
    other = watch(a_rule(**what), one_scene(kind), every(5, 30), size=(2048, 2048))
    assert [(e.kind, e.started, e.at) for e in one] == [(e.kind, e.started, e.at) for e in other]
