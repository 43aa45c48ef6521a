"""Faults of the box itself under a healthy camera: disk, index, files and clock.

One box with its own camera for each test, in real time; what is said afterwards comes from the
same camera's log.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.contract import CameraState as C
from api.contract.retention import GapCause as G
from api.contract.retention import RetentionState as S
from pipeline.core.clock import SystemClock
from pipeline.recorders.check import Problem, check
from pipeline.recorders.disk import LocalDisk
from pipeline.recorders.index import FootageIndex
from scripts.demo_rtsp import Film, load_film
from tests.faults import bad_camera as bad
from tests.faults.bad_camera import Act, BadCamera
from tests.faults.stand import FPS, VISITS, Hole, Stand, until
from tests.recorders.scripted_disk import ScriptedDisk
from tests.video.media import make_video

SLACK_S = 1.0
FRAGMENT_S = 2.0
ONE_VISIT = VISITS[0].stop + 12


class SettableClock(SystemClock):
    """The machine's clock, set by somebody while it runs."""

    def __init__(self) -> None:
        self.shift_s = 0.0

    def utc_s(self) -> float:
        return super().utc_s() + self.shift_s


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Film:
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    return load_film(make_video(path, count=300, fps=FPS, gop=FPS))


@pytest.fixture
def camera(film: Film) -> Iterator[BadCamera]:
    made = BadCamera(film, [Act()], SystemClock())
    made.start()
    yield made
    made.stop()


def shown(camera: BadCamera, pictures: int) -> None:
    until(f"{pictures} pictures", lambda: camera.of_last_session() >= pictures)


def recorded(stand: Stand, seconds: float) -> None:
    until(f"{seconds} s on record", lambda: _covered_s(stand) >= seconds)


def _covered_s(stand: Stand) -> float:
    return sum((s.to_at - s.from_at).total_seconds() for s in stand.status("gate").spans)


@pytest.mark.whole
@pytest.mark.parametrize(
    ("refuses", "cause"), [(errno.ENOSPC, G.DISK_FULL), (errno.EROFS, G.DISK_READONLY)]
)
def test_a_disk_that_refuses_costs_footage_and_no_alert(
    tmp_path: Path, camera: BadCamera, refuses: int, cause: G
) -> None:
    disk = ScriptedDisk()
    clock = SystemClock()
    with Stand(tmp_path, {"gate": camera.url("cam")}, clock, disk) as stand:
        shown(camera, 10)
        # Only what reached the disk is there before the hole.
        until("a fragment", lambda: any(p.stat().st_size for p in stand.recordings.rglob("*.part")))
        disk.refuses = refuses
        refused_s = clock.utc_s()
        shown(camera, ONE_VISIT)
        until("an alarm", lambda: cause.value in stand.status("gate").alarms)
        assert stand.states["gate"] == [(C.WATCHING, "")]
        assert stand.status("gate").state is S.GAP
        disk.refuses = 0
        until("recorded again", lambda: cause.value not in stand.status("gate").alarms)
        again_s = clock.utc_s()
        shown(camera, camera.of_last_session() + 15)
        outcome = stand.outcome("gate")
    assert outcome.states == [(C.WATCHING, "")]
    assert len(outcome.episodes) == 1
    assert outcome.episodes[0].evidence
    (hole,) = outcome.holes
    # What was not written yet is lost too, a fragment at most.
    assert refused_s - FRAGMENT_S - SLACK_S <= hole.start_s <= refused_s + FRAGMENT_S + SLACK_S
    assert hole.end_s == pytest.approx(again_s, abs=FRAGMENT_S + SLACK_S)
    assert hole.cause is cause


@pytest.mark.whole
def test_an_index_deleted_under_the_running_recorder_is_made_anew(
    tmp_path: Path, camera: BadCamera
) -> None:
    url = camera.url("cam")
    with Stand(tmp_path, {"gate": url}, segment_s=1.0) as stand:
        shown(camera, 35)
        for path in stand.recordings.glob("index.sqlite*"):
            path.unlink()
        shown(camera, ONE_VISIT + 20)
        outcome = stand.outcome("gate")
        covered_s = _covered_s(stand)
    # The open database goes on to answer; what is lost shows at the next start.
    assert outcome.states == [(C.WATCHING, "")]
    assert outcome.holes == []
    assert len(outcome.episodes) == 1
    with Stand(tmp_path, {"gate": url}) as stand:
        until("the index is complete", lambda: stand.status("gate").state is not S.UNKNOWN)
        recorded(stand, covered_s - 1.0)
        before = [h for h in stand.outcome("gate").holes if h.cause is not G.WORKER_STOPPED]
    assert [h.cause for h in before if h.end_s - h.start_s > SLACK_S + FRAGMENT_S] == []


@pytest.mark.whole
def test_an_index_deleted_while_nothing_ran_is_rebuilt(tmp_path: Path, camera: BadCamera) -> None:
    url = camera.url("cam")
    with Stand(tmp_path, {"gate": url}, segment_s=1.0) as stand:
        shown(camera, ONE_VISIT)
        first = stand.outcome("gate")
    assert len(first.episodes) == 1
    for path in stand.recordings.glob("index.sqlite*"):
        path.unlink()
    with Stand(tmp_path, {"gate": url}) as stand:
        assert stand.status("gate").state in (S.UNKNOWN, S.IMMATURE, S.GAP)
        until("the index is complete", lambda: stand.status("gate").state is not S.UNKNOWN)
        shown(camera, 12)
        until("watched again", lambda: stand.states["gate"][-1:] == [(C.WATCHING, "")])
        again = stand.outcome("gate")
    assert again.status.spans[0].from_at == first.status.spans[0].from_at
    # That nothing was recorded meanwhile is known from the files; why went with the index.
    assert {h.cause for h in again.holes} <= {G.UNEXPLAINED, G.WORKER_STOPPED}


@pytest.mark.whole
def test_a_truncated_segment_is_found_and_becomes_a_gap(tmp_path: Path, camera: BadCamera) -> None:
    url = camera.url("cam")
    with Stand(tmp_path, {"gate": url}, segment_s=4.0) as stand:
        shown(camera, 55)
        until("an alert", lambda: len(stand.alerts("gate")) == 1)
    path = sorted(stand.recordings.rglob("*.mp4"))[0]
    os.truncate(path, path.stat().st_size // 4)
    index = FootageIndex(stand.recordings / "index.sqlite")
    found = check(stand.recordings, index, LocalDisk(), repair=True)
    index.close()
    (finding,) = found.findings
    assert finding.problem in (Problem.TRUNCATED, Problem.NOT_FOOTAGE)
    with Stand(tmp_path, {"gate": url}) as stand:
        shown(camera, 12)
        until("watched again", lambda: stand.is_watching("gate"))
        outcome = stand.outcome("gate")
    damaged = [h for h in outcome.holes if h.cause is G.DAMAGED]
    assert len(damaged) == 1
    # A quarter of four seconds is left at most, in whole fragments.
    assert 4.0 - 1.0 - SLACK_S <= damaged[0].end_s - damaged[0].start_s <= 4.0 + SLACK_S
    assert {h.cause for h in outcome.holes} <= {G.DAMAGED, G.WORKER_STOPPED}


@pytest.mark.whole
@pytest.mark.parametrize("hours", [1, -1])
def test_a_clock_that_is_set_by_an_hour(tmp_path: Path, camera: BadCamera, hours: int) -> None:
    clock = SettableClock()
    with Stand(tmp_path, {"gate": camera.url("cam")}, clock) as stand:
        shown(camera, ONE_VISIT)
        set_s = clock.utc_s()
        clock.shift_s = hours * 3600.0
        shown(camera, VISITS[1].stop + 12)
        until("two visits", lambda: [a.state for a in stand.alerts("gate")] == ["closed"] * 2)
        outcome = stand.outcome("gate")
    # Rules count the stream's own seconds: nothing is lost, doubled or stretched.
    assert outcome.states == [(C.WATCHING, "")]
    assert len(outcome.episodes) == 2
    for episode in outcome.episodes:
        lasted_s = (episode.ended_at - episode.started_at).total_seconds()
        assert lasted_s == pytest.approx(len(VISITS[0]) / FPS, abs=SLACK_S)
    if hours > 0:
        assert outcome.holes == [
            Hole(
                pytest.approx(set_s, abs=SLACK_S + 1),  # type: ignore[arg-type]
                pytest.approx(set_s + 3600, abs=SLACK_S + 1),  # type: ignore[arg-type]
                G.CLOCK_SET,
            )
        ]
    else:
        assert {h.cause for h in outcome.holes} <= {G.CLOCK_SET, G.UNEXPLAINED}
        assert list(stand.recordings.rglob("*.mp4"))


@pytest.mark.whole
def test_somebody_who_stays_through_an_outage_is_one_episode(tmp_path: Path, film: Film) -> None:
    camera = BadCamera(film, [Act(bad.hangs_up, VISITS[0].stop - 6), Act()], SystemClock())
    camera.start()
    try:
        with Stand(tmp_path, {"gate": camera.url("cam")}, clear_s=20.0) as stand:
            until("the second session", lambda: camera.connections >= 2)
            shown(camera, ONE_VISIT)
            outcome = stand.outcome("gate")
    finally:
        camera.stop()
    assert len(outcome.episodes) == 1


@pytest.mark.whole
def test_a_camera_that_keeps_hanging_up_is_told_each_time(tmp_path: Path, film: Film) -> None:
    camera = BadCamera(film, [Act(bad.hangs_up, 65)], SystemClock())
    camera.start()
    try:
        with Stand(tmp_path, {"gate": camera.url("cam")}) as stand:
            until("three sessions", lambda: camera.connections >= 3)
            until("watching", lambda: stand.is_watching("gate"))
            outcome = stand.outcome("gate")
    finally:
        camera.stop()
    told = [state for state, _ in outcome.states]
    assert told[:4] == [C.WATCHING, C.NOT_WATCHING] * 2
    assert {reason for state, reason in outcome.states if state is C.NOT_WATCHING} == {"stalled"}
    assert len(outcome.episodes) >= 2
    assert {h.cause for h in outcome.holes} <= {G.STALLED}
