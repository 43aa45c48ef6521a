from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.core.events import EventKind, RuleEvent
from pipeline.core.frame import Bgr
from pipeline.diagnosis import (
    DiagnosisConfig,
    Fault,
    FaultTiming,
    PictureDiagnosis,
    Reference,
    side_by_side,
)
from tests.diagnosis.scenes import at, blurred, covered, frame, lit, night, noisy, person, room

GOP_S = 2.0
ROOM = room()


def _run(
    diagnosis: PictureDiagnosis, picture: Callable[[float], Bgr], from_s: float, to_s: float
) -> list[RuleEvent]:
    events = []
    for t_s in np.arange(from_s, to_s, GOP_S):
        pixels = noisy(picture(float(t_s)), 1.5, round(t_s * 10))
        events += diagnosis.look(frame(pixels, float(t_s)))
    return events


def _known() -> PictureDiagnosis:
    return PictureDiagnosis(reference=Reference(ROOM))


def _told(events: list[RuleEvent]) -> list[tuple[str, EventKind]]:
    return [(e.rule, e.kind) for e in events if e.kind is not EventKind.UPDATED]


@pytest.mark.whole
def test_a_covered_camera_is_one_episode_from_the_first_covered_picture() -> None:
    diagnosis = _known()
    events = _run(diagnosis, lambda t: covered(ROOM, 0.9) if 60 <= t < 180 else ROOM, 0.0, 300.0)
    assert _told(events) == [("occlusion", EventKind.OPENED), ("occlusion", EventKind.CLOSED)]
    opened, closed = events[0], events[-1]
    assert 60.0 <= opened.started.media_s <= 66.0
    assert opened.at.media_s - opened.started.media_s >= 30.0
    assert closed.started == opened.started
    assert 174.0 <= closed.last_seen.media_s < 180.0


def test_a_fault_shorter_than_its_time_is_nothing() -> None:
    events = _run(_known(), lambda t: covered(ROOM, 0.9) if 60 <= t < 84 else ROOM, 0.0, 200.0)
    assert events == []


@pytest.mark.whole
def test_a_short_look_past_the_cloth_does_not_split_it() -> None:
    def flapping(t_s: float) -> Bgr:
        return covered(ROOM, 0.9) if 60 <= t_s < 200 and not 120 <= t_s < 135 else ROOM

    assert len(_told(_run(_known(), flapping, 0.0, 300.0))) == 2


def test_going_black_neither_ends_nor_starts_other_faults() -> None:
    black = np.zeros_like(ROOM)

    def covered_then_black(t_s: float) -> Bgr:
        return covered(ROOM, 0.9) if t_s < 100 else black

    events = _run(_known(), covered_then_black, 0.0, 300.0)
    assert _told(events) == [("occlusion", EventKind.OPENED), ("black_screen", EventKind.OPENED)]


def test_a_frozen_stream() -> None:
    diagnosis = _known()
    frozen = noisy(ROOM, 1.5, 1)
    events = _run(diagnosis, lambda _: ROOM, 0.0, 30.0)
    for t_s in np.arange(30.0, 150.0, GOP_S):
        events += diagnosis.look(frame(frozen, float(t_s)))
    assert _told(events) == [("freeze", EventKind.OPENED)]
    assert diagnosis.open_faults == {Fault.FREEZE}


def test_no_packets_is_video_loss_since_the_last_one() -> None:
    diagnosis = _known()
    events = _run(diagnosis, lambda _: ROOM, 0.0, 21.0)
    for t_s in range(21, 60):
        events += diagnosis.tick(at(float(t_s)))
    assert _told(events) == [("video_loss", EventKind.OPENED)]
    assert events[0].started.media_s == 20.0
    assert events[0].at.media_s == 25.0
    events = _run(diagnosis, lambda _: ROOM, 60.0, 90.0)
    assert _told(events) == [("video_loss", EventKind.CLOSED)]
    assert events[0].last_seen.media_s == 59.0


def test_a_camera_that_never_sent_anything_is_lost() -> None:
    diagnosis = PictureDiagnosis()
    events = [e for t_s in range(100, 120) for e in diagnosis.tick(at(float(t_s)))]
    assert _told(events) == [("video_loss", EventKind.OPENED)]
    assert events[0].started.media_s == 100.0


def test_packets_between_keyframes_keep_the_video_from_being_lost() -> None:
    diagnosis = PictureDiagnosis()
    for t_s in range(0, 60):
        assert diagnosis.packet(at(float(t_s))) == []
        assert diagnosis.tick(at(t_s + 0.5)) == []


@pytest.mark.whole
def test_the_reference_is_learned_from_sound_pictures_and_then_used() -> None:
    diagnosis = PictureDiagnosis()
    assert _run(diagnosis, lambda t: person(ROOM, int(t) * 8 % 500), 0.0, 80.0) == []
    assert diagnosis.reference is not None
    events = _run(diagnosis, lambda _: room(3), 80.0, 200.0)
    assert _told(events) == [("scene_change", EventKind.OPENED)]


def test_a_black_picture_is_not_learned() -> None:
    diagnosis = PictureDiagnosis()
    _run(diagnosis, lambda _: np.zeros_like(ROOM), 0.0, 200.0)
    assert diagnosis.reference is None


@pytest.mark.whole
def test_an_approved_scene_ends_the_episode() -> None:
    diagnosis = _known()
    _run(diagnosis, lambda _: room(3), 0.0, 100.0)
    assert diagnosis.open_faults == {Fault.SCENE_CHANGE}
    diagnosis.approve(Reference(room(3)))
    events = _run(diagnosis, lambda _: room(3), 100.0, 200.0)
    assert _told(events) == [("scene_change", EventKind.CLOSED)]


@pytest.mark.whole
def test_finish_closes_what_is_open() -> None:
    diagnosis = _known()
    _run(diagnosis, lambda _: blurred(ROOM, 6.0), 0.0, 200.0)
    assert _told(diagnosis.finish(at(200.0))) == [("blur", EventKind.CLOSED)]
    assert diagnosis.finish(at(201.0)) == []


def test_keyframes_in_between_are_not_examined() -> None:
    class Counting:
        def __init__(self) -> None:
            self.asked = 0
            self.width, self.height = 640, 360

        def bgr(self, width: int | None = None, height: int | None = None) -> Bgr:
            self.asked += 1
            return ROOM

    diagnosis, picture = PictureDiagnosis(DiagnosisConfig(interval_s=5.0)), Counting()
    for t_s in np.arange(0.0, 20.0, 1.0):
        diagnosis.look(type(frame(ROOM, 0.0))("c", at(float(t_s)), picture))
    assert picture.asked == 4


def test_timing_comes_from_the_configuration() -> None:
    config = DiagnosisConfig(occlusion=FaultTiming(after_s=0.0, clear_s=5.0))
    diagnosis = PictureDiagnosis(config, Reference(ROOM))
    events = _run(diagnosis, lambda t: covered(ROOM, 0.9) if 10 <= t < 20 else ROOM, 0.0, 60.0)
    assert _told(events) == [("occlusion", EventKind.OPENED), ("occlusion", EventKind.CLOSED)]
    assert events[0].at == events[0].started


def test_side_by_side_shows_both() -> None:
    both = side_by_side(ROOM, np.full((480, 640, 3), 7, np.uint8))
    assert both.shape == (270, 480 + 4 + 480, 3)
    assert (both[:, 484:] == 7).all()
    assert both[:, :480].std() > 10


@pytest.mark.whole
@settings(max_examples=4, deadline=None)
@given(dusk_s=st.floats(20.0, 600.0), darkness=st.floats(0.3, 1.0))
def test_day_to_night_and_back_raises_nothing(dusk_s: float, darkness: float) -> None:
    def day(t_s: float) -> Bgr:
        depth = min(1.0, max(0.0, (t_s - 60.0) / dusk_s), max(0.0, (700.0 - t_s) / dusk_s))
        return night(ROOM, darkness * depth, round(t_s))

    assert _run(_known(), day, 0.0, 700.0) == []


@pytest.mark.whole
@settings(max_examples=5, deadline=None)
@given(
    speed=st.floats(2.0, 60.0),
    height=st.integers(80, 330),
    light=st.floats(0.5, 1.2),
    count=st.integers(1, 3),
)
def test_people_walking_raise_nothing(speed: float, height: int, light: float, count: int) -> None:
    def walked(t_s: float) -> Bgr:
        picture = ROOM
        for one in range(count):
            picture = person(picture, int((t_s * speed + one * 170) % 520), height)
        return lit(picture, light)

    assert _run(_known(), walked, 0.0, 240.0) == []


def test_a_clock_that_is_off_is_one_episode_until_it_is_set() -> None:
    diagnosis = PictureDiagnosis(DiagnosisConfig(clock_off_s=30.0))
    events: list[RuleEvent] = []

    def run(offset_s: float | None, from_s: int, to_s: int) -> None:
        for t_s in range(from_s, to_s, 5):
            events.extend(diagnosis.camera_clock(at(float(t_s)), offset_s))

    run(29.0, 0, 300)
    run(-40.04, 300, 355)
    assert events == [], "less than a minute"
    run(None, 355, 600)
    run(-40.04, 600, 900)
    [opened, *_] = events
    assert (opened.rule, opened.kind) == ("clock_drift", EventKind.OPENED)
    assert dict(opened.facts) == {"offset_s": -40.0, "allowed_s": 30.0}
    assert opened.started.media_s == 300.0, "what nobody knows ends nothing"
    _run(diagnosis, lambda _: ROOM, 900.0, 920.0)
    assert diagnosis.open_faults == {Fault.CLOCK_DRIFT}, "nor does a sound picture"
    run(0.3, 920, 1000)
    assert _told(events)[1:] == [("clock_drift", EventKind.CLOSED)]
