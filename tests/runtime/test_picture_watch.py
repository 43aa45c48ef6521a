"""The picture of one live camera: faults as alerts, the reference over restarts and approvals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest

from api.contract import AlertEpisode, EpisodeState, EvidenceKind
from pipeline.core.clock import FrameTime, ManualClock
from pipeline.core.detections import Detections
from pipeline.core.frame import Bgr, Frame
from pipeline.delivery.outbox import MessageKind, Outbox
from pipeline.diagnosis import DiagnosisConfig, Fault, ReferenceStore, StillPicture
from pipeline.evidence.store import EvidenceStore
from pipeline.runtime.episodes import EpisodeBook, Provenance
from pipeline.runtime.evidence_desk import EvidenceDesk
from pipeline.runtime.picture_watch import PictureWatch
from pipeline.video.camera_clock import ClockReading
from tests.diagnosis.scenes import EPOCH_S, HEIGHT, WIDTH, covered, noisy, room

ROOM = room()
_GOP_S = 2.0
_PERSON = (60, 40, 200, 340)


def _people(frame: Frame) -> Detections:
    """Somebody in every picture, at the same place."""
    scale = frame.picture.width / WIDTH
    box = np.array([_PERSON], np.float32) * scale
    return Detections(box, np.array([0.9], np.float32), np.array([0]), ("person",))


class _Box:
    """A worker's disk, and the watch of one camera on it that can be stopped and begun again."""

    def __init__(self, folder: Path, patience_s: float = 0.0) -> None:
        self.clock = ManualClock(EPOCH_S)
        self.folder = folder
        self.patience_s = patience_s
        self.store = EvidenceStore(folder / "evidence")
        self.begin()

    def begin(self) -> None:
        self.outbox = Outbox(self.folder / "outbox.db", self.clock)
        self.book = EpisodeBook(self.outbox, lambda: None)
        self.desk = EvidenceDesk(self.store, self.outbox, self.book)
        self.desk.start()
        self.restart_watch()

    def restart_watch(self) -> None:
        """As when the camera's configuration was read anew."""
        self.watch = PictureWatch(
            "gate",
            DiagnosisConfig(),
            Provenance("model", "a" * 64, "b" * 64),
            references=ReferenceStore(self.folder / "references"),
            book=self.book,
            desk=self.desk,
            find_people=_people,
            blur=True,
            clock=self.clock,
            patience_s=self.patience_s,
        )

    def restart(self) -> None:
        self.desk.stop(10.0)
        self.outbox.close()
        self.begin()

    def show(self, picture: Callable[[float], Bgr], for_s: float) -> None:
        """Packets twice a second, a keyframe each two; nothing decoded in between."""
        start_s = self.clock.utc_s()
        while self.clock.utc_s() < start_s + for_s:
            now_s = self.clock.utc_s()
            self.watch.packet(now_s)
            if (now_s - start_s) % _GOP_S == 0:
                pixels = noisy(picture(now_s - start_s), 1.5, round(now_s) % 1000)
                picture_now = StillPicture(pixels)
                self.watch.look(Frame("gate", FrameTime(now_s - start_s, now_s), picture_now))
            self.clock.advance(0.5)

    def silence(self, for_s: float) -> None:
        for _ in range(round(for_s / 0.5)):
            self.clock.advance(0.5)
            self.watch.tick()

    def alerts(self) -> list[AlertEpisode]:
        self.desk.stop(10.0)
        self.desk = EvidenceDesk(self.store, self.outbox, self.book)
        self.desk.start()
        self.watch._desk = self.desk  # a stopped desk has made all it was asked for
        return [
            AlertEpisode.model_validate_json(m.body)
            for m in self.outbox.next_batch(1000)
            if m.kind is MessageKind.ALERT
        ]


@pytest.fixture
def box(tmp_path: Path) -> Iterator[_Box]:
    running = _Box(tmp_path)
    yield running
    running.desk.stop(10.0)
    running.outbox.close()


def _still(picture: Bgr) -> Callable[[float], Bgr]:
    return lambda _: picture


def test_a_covered_camera_is_an_alert_with_both_pictures_blurred(box: _Box) -> None:
    box.show(_still(ROOM), 90.0)
    assert box.watch.facts.reference_utc_s is not None
    assert box.alerts() == []
    box.show(_still(covered(ROOM, 0.9)), 60.0)
    [alert] = box.alerts()
    assert (alert.rule, alert.state, alert.risk) == ("occlusion", EpisodeState.OPEN, "class_2")
    assert alert.model_id == "picture_diagnosis"
    assert alert.started_at >= datetime.fromtimestamp(EPOCH_S + 90.0, UTC)
    assert box.watch.facts.faults == ((Fault.OCCLUSION, alert.started_at.timestamp()),)
    kinds = [e.kind for e in alert.evidence]
    assert kinds == [EvidenceKind.SNAPSHOT, EvidenceKind.SNAPSHOT_ORIGINAL, EvidenceKind.REFERENCE]
    reference = alert.evidence[2]
    jpeg = np.frombuffer(box.store.path(reference.sha256).read_bytes(), np.uint8)
    shown = cv2.imdecode(jpeg, cv2.IMREAD_COLOR)
    assert shown is not None
    assert shown.shape == (round(HEIGHT * 480 / WIDTH), 480, 3)
    plain = cv2.resize(ROOM, (480, shown.shape[0]), interpolation=cv2.INTER_AREA)
    apart = np.abs(shown.astype(np.int64) - plain).mean(axis=2)
    assert apart[35:100, 50:140].mean() > 3 * apart[35:100, 300:450].mean(), "nobody was blurred"
    box.show(_still(ROOM), 60.0)
    [alert] = box.alerts()
    assert alert.state is EpisodeState.CLOSED
    assert box.watch.facts.faults == ()


@pytest.mark.whole
def test_the_reference_and_an_open_fault_survive_a_restart(box: _Box) -> None:
    box.show(_still(ROOM), 90.0)
    box.show(_still(covered(ROOM, 0.9)), 60.0)
    [before] = box.alerts()
    learned_s = box.watch.facts.reference_utc_s
    box.restart()
    assert box.watch.facts.reference_utc_s == learned_s
    box.clock.advance(20.0)
    box.show(_still(covered(ROOM, 0.9)), 60.0)
    box.show(_still(ROOM), 60.0)
    [after] = box.alerts()
    assert (after.id, after.state) == (before.id, EpisodeState.CLOSED)
    assert after.revision > before.revision


@pytest.mark.whole
def test_a_fault_goes_on_in_the_next_watch_or_is_closed_when_it_last_showed(box: _Box) -> None:
    box.show(_still(ROOM), 90.0)
    box.show(_still(covered(ROOM, 0.9)), 60.0)
    [before] = box.alerts()
    box.watch.end()
    box.restart_watch()
    box.show(_still(covered(ROOM, 0.9)), 40.0)
    [during] = box.alerts()
    assert (during.id, during.state) == (before.id, EpisodeState.OPEN)
    box.watch.end()
    box.restart_watch()
    box.show(_still(ROOM), 300.0)
    box.book.close_stale(box.clock.utc_s())
    assert [a.state for a in box.alerts()] == [EpisodeState.OPEN]
    box.show(_still(ROOM), 400.0)
    box.book.close_stale(box.clock.utc_s())
    [after] = box.alerts()
    assert (after.id, after.state) == (before.id, EpisodeState.CLOSED)
    assert after.ended_at == during.ended_at


@pytest.mark.whole
def test_who_approves_the_picture_gets_a_new_reference_once(box: _Box) -> None:
    other = room(seed=3)
    box.show(_still(ROOM), 90.0)
    box.show(_still(other), 90.0)
    assert [fault for fault, _ in box.watch.facts.faults] == [Fault.SCENE_CHANGE]
    ordered_s = box.clock.utc_s()
    box.watch.approve(ordered_s)
    box.show(_still(other), 120.0)
    facts = box.watch.facts
    assert (facts.faults, facts.approved_utc_s) == ((), ordered_s)
    assert facts.reference_utc_s is not None
    assert facts.reference_utc_s > ordered_s
    [alert] = box.alerts()
    assert alert.state is EpisodeState.CLOSED
    box.restart()
    for repeated_s in (ordered_s, ordered_s - 100.0):
        box.watch.approve(repeated_s)
        box.show(_still(other), 20.0)
    assert box.watch.facts == facts


def test_a_camera_that_never_connects_is_lost_from_the_beginning(tmp_path: Path) -> None:
    box = _Box(tmp_path, patience_s=10.0)
    box.silence(14.0)
    assert box.alerts() == [], "connecting takes a while"
    box.silence(6.0)
    [alert] = box.alerts()
    assert (alert.rule, alert.state, alert.evidence) == ("video_loss", EpisodeState.OPEN, ())
    assert alert.started_at.timestamp() == pytest.approx(EPOCH_S, abs=1.0)
    box.show(_still(ROOM), 20.0)
    [alert] = box.alerts()
    assert alert.state is EpisodeState.CLOSED
    box.desk.stop(10.0)
    box.outbox.close()


def test_silence_is_a_loss_since_the_last_packet_with_the_last_picture(box: _Box) -> None:
    box.show(_still(ROOM), 30.0)
    last_packet_s = box.clock.utc_s() - 0.5
    box.silence(4.0)
    assert box.alerts() == []
    box.silence(3.0)
    [alert] = box.alerts()
    assert alert.rule == "video_loss"
    assert alert.started_at.timestamp() == last_packet_s
    assert {e.kind for e in alert.evidence} == {
        EvidenceKind.SNAPSHOT,
        EvidenceKind.SNAPSHOT_ORIGINAL,
    }
    box.silence(30.0)
    assert len(box.alerts()) == 1


def test_when_the_machine_stood_still_no_camera_was_lost(box: _Box) -> None:
    box.show(_still(ROOM), 30.0)
    for _ in range(5):
        box.clock.advance(120.0)
        box.silence(1.5)
        box.show(_still(ROOM), 4.0)
    assert box.alerts() == []


@pytest.mark.whole
@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 no zip", b"not a picture at all"])
def test_a_damaged_reference_is_learned_anew(box: _Box, damage: bytes) -> None:
    box.show(_still(ROOM), 90.0)
    [path] = (box.folder / "references").iterdir()
    assert path.stat().st_mode & 0o077 == 0
    path.write_bytes(damage)
    box.restart()
    assert box.watch.facts.reference_utc_s is None
    box.show(_still(ROOM), 90.0)
    assert box.watch.facts.reference_utc_s is not None
    assert path.stat().st_size > len(damage)


def test_a_clock_that_is_off_is_an_alert_that_keeps_no_rule_silent(box: _Box) -> None:
    box.watch.camera_clock = lambda: ClockReading(offset_s=40.0, doubt=None)
    box.show(_still(ROOM), 130.0)
    [alert] = box.alerts()
    assert (alert.rule, alert.state, alert.risk) == ("clock_drift", EpisodeState.OPEN, "class_3")
    assert alert.facts == {"offset_s": 40.0, "allowed_s": 10.0}
    assert EvidenceKind.SNAPSHOT in [e.kind for e in alert.evidence]
    assert [each.fault for each in box.watch.wire().faults] == ["clock_drift"]
    box.watch.camera_clock = lambda: ClockReading(offset_s=0.2, doubt=None)
    box.show(_still(ROOM), 70.0)
    assert [alert.state for alert in box.alerts()][-1] == EpisodeState.CLOSED
    assert box.watch.wire().faults == ()
