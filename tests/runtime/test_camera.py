"""One camera, watched over real RTSP: alerts with evidence, and a state that tells the truth."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar
from zoneinfo import ZoneInfo

import av
import numpy as np
import pytest
from structlog.testing import capture_logs

from api.contract import (
    AlertEpisode,
    AnalysedTime,
    CameraState,
    ClockDoubt,
    EvidenceKind,
    MissingReason,
)
from api.contract.retention import GapCause
from pipeline.core.clock import SystemClock
from pipeline.core.detections import Detections
from pipeline.core.errors import SourceError, SourceReason
from pipeline.core.frame import Frame
from pipeline.delivery.outbox import MessageKind, Outbox
from pipeline.diagnosis import DiagnosisConfig, FaultTiming, ReferenceStore
from pipeline.evidence.store import EvidenceStore
from pipeline.geometry import SiteConfig
from pipeline.live.tap import PacketTap
from pipeline.recorders.camera_feed import CameraFeed
from pipeline.recorders.recorder import Recorder, RecorderSettings
from pipeline.runtime.analysis import Analysis
from pipeline.runtime.camera import CameraWorker
from pipeline.runtime.config import CameraConfig, RtspSourceConfig
from pipeline.runtime.episodes import EpisodeBook, Provenance
from pipeline.runtime.evidence_desk import EvidenceDesk
from pipeline.runtime.load import SHARES, Urgency
from pipeline.runtime.main_stream import MainStream
from pipeline.runtime.picture_watch import PictureWatch
from pipeline.video.sources import sender_reports
from tests.support.reporting_camera import off_by, reporting
from tests.support.rtsp import Credentials, serve
from tests.support.scripted_rtsp import StatusPeer, closed_port
from tests.video.media import make_video, number_of

_VISIT = range(30, 90)
"""Pictures of the film, 25 a second, in which "somebody" is there."""


class _SeesNumbers:
    """A detector for the numbered film: a person stands there during the visit."""

    class_names = ("person",)
    track_scores: ClassVar[dict[str, float]] = {}

    def detect(self, frames: Sequence[Frame]) -> list[Detections]:
        return [self._one(frame) for frame in frames]

    def _one(self, frame: Frame) -> Detections:
        if number_of(frame.picture.bgr()) not in _VISIT:
            return Detections.empty(self.class_names)
        box = np.array([[60, 40, 100, 120]], np.float32)
        return Detections(box, np.array([0.9], np.float32), np.array([0]), self.class_names)


class _Bench:
    """A camera worker on a bench: everything real but the model."""

    def __init__(
        self,
        folder: Path,
        source: dict[str, object],
        *,
        enabled: bool = True,
        loss_after_s: float = 60.0,
        clock_after_s: float = 60.0,
        footage: CameraFeed | None = None,
        **keys: object,
    ) -> None:
        clock = SystemClock()
        self.config = CameraConfig.model_validate(
            {
                "id": "gate",
                "name": "门",
                "source": {"type": "rtsp", "open_timeout_s": 3, "read_timeout_s": 2, **source},
                "enabled": enabled,
                "analysis_fps": 10,
                "clip": {"pre_s": 0.5, "post_s": 0.5},
                "rules": [
                    {
                        "type": "perimeter_intrusion",
                        "zone": {"name": "yard", "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]]},
                        "dwell_s": 0.5,
                        "clear_s": 0.5,
                    }
                ],
                **keys,
            }
        )
        self.outbox = Outbox(folder / "outbox.db", clock)
        self.store = EvidenceStore(folder / "evidence")
        self.book = EpisodeBook(self.outbox, lambda: None)
        self.desk = EvidenceDesk(self.store, self.outbox, self.book)
        self.time: list[AnalysedTime] = []
        analysis = Analysis(self.config, SiteConfig(), _SeesNumbers())
        made_by = Provenance("scripted", "a" * 64, "b" * 64)
        self.camera = CameraWorker(
            self.config,
            analysis,
            made_by,
            book=self.book,
            desk=self.desk,
            clock=clock,
            emit_time=self.time.extend,
            footage=footage,
            picture=PictureWatch(
                "gate",
                DiagnosisConfig(
                    loss_after_s=loss_after_s,
                    learn_s=1.0,
                    interval_s=0.5,
                    clock_drift=FaultTiming(after_s=clock_after_s),
                ),
                made_by,
                references=ReferenceStore(folder / "references"),
                book=self.book,
                desk=self.desk,
                find_people=analysis.find,
                blur=True,
                clock=clock,
            ),
        )

    def __enter__(self) -> _Bench:
        self.desk.start()
        self.camera.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.camera.request_stop()
        self.camera.join(10.0)
        self.desk.stop(10.0)

    def alerts(self) -> list[AlertEpisode]:
        return [
            AlertEpisode.model_validate_json(m.body)
            for m in self.outbox.next_batch(1000)
            if m.kind is MessageKind.ALERT
        ]

    def is_in(self, state: CameraState, reason: str = "") -> bool:
        now = self.camera.heartbeat()
        return (now.state, now.reason) == (state, reason)


class _Notes(CameraFeed):
    """A camera's way to the recorder that notes what everybody could read when it was told."""

    def __init__(self, recorder: Recorder) -> None:
        super().__init__("gate", recorder)
        self.readable: Callable[[], str] = str
        self.read: list[str] = []

    def session_ended(self, reason: str, detail: str = "") -> None:
        self.read.append(self.readable())
        super().session_ended(reason, detail)


def _until(what: str, holds: Callable[[], bool], within_s: float = 30.0) -> None:
    deadline_s = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline_s, f"not within {within_s} s: {what}"
        time.sleep(0.03)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_video(tmp_path_factory.mktemp("film") / "film.mp4", count=150, gop=25)


def test_a_visit_becomes_an_alert_with_pictures_clip_and_time(tmp_path: Path, film: Path) -> None:
    with serve({"cam": film}) as server:
        with _Bench(tmp_path, {"url": server.url("cam")}) as bench:
            _until(
                "a closed alert with three pieces of evidence",
                lambda: any(len(a.evidence) == 3 and a.state == "closed" for a in bench.alerts()),
            )
            assert bench.is_in(CameraState.WATCHING)
        alert = bench.alerts()[0]
    lasted_s = (alert.ended_at - alert.started_at).total_seconds()
    assert lasted_s == pytest.approx(len(_VISIT) / 25, abs=0.3)
    assert (alert.raised_at - alert.started_at).total_seconds() == pytest.approx(0.5, abs=0.2)
    by_kind = {e.kind: e for e in alert.evidence}
    assert set(by_kind) == set(EvidenceKind) - {EvidenceKind.REFERENCE}
    assert by_kind[EvidenceKind.SNAPSHOT].sha256 != by_kind[EvidenceKind.SNAPSHOT_ORIGINAL].sha256
    clip = by_kind[EvidenceKind.CLIP]
    assert clip.starts_at <= alert.raised_at
    with av.open(str(bench.store.path(clip.sha256))) as video:
        pictures = [number_of(p.to_ndarray(format="bgr24")) for p in video.decode(video=0)]
    assert pictures == list(range(pictures[0], pictures[0] + len(pictures)))
    assert set(pictures) & set(_VISIT)
    told_s = sum(t.analysed_s for t in bench.time)
    assert told_s > 3
    waiting = {m.kind for m in bench.outbox.next_batch(1000)}
    assert MessageKind.EVIDENCE in waiting


def test_a_fault_beside_the_pictures_costs_no_decoder(tmp_path: Path, film: Path) -> None:
    def fail(**_: object) -> None:
        raise RuntimeError("planted")

    # Each packet is logged with its traceback; drawn for a terminal that takes longer than to look.
    with capture_logs(), serve({"cam": film}) as server:
        bench = _Bench(tmp_path, {"url": server.url("cam")})
        camera = bench.camera
        camera._cut_clips = fail  # type: ignore[method-assign]
        with bench:
            _until("a picture", lambda: camera.heartbeat().frames_analysed > 0)
            decoding = camera._decoding
            _until("more pictures", lambda: camera.heartbeat().frames_analysed > 10)
            assert decoding is not None
            assert camera._decoding is decoding
            del camera._cut_clips


def test_a_wrong_password_is_a_state_and_no_secret_leaves(tmp_path: Path, film: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("not-it\n")
    with (
        serve({"cam": film}, credentials=Credentials("viewer", "right")) as server,
        _Bench(
            tmp_path,
            {"url": server.url("cam"), "username": "viewer", "password_file": str(secret)},
        ) as bench,
    ):
        _until("auth_failed", lambda: bench.is_in(CameraState.NOT_WATCHING, "auth_failed"))
        assert "not-it" not in bench.camera.heartbeat().model_dump_json()


def test_a_password_file_that_is_gone_is_the_cause_of_missing_footage(tmp_path: Path) -> None:
    settings = RecorderSettings(tmp_path / "footage", ZoneInfo("Asia/Shanghai"))
    recorder = Recorder(settings, {}, SystemClock())
    source = {"url": "rtsp://10.0.0.8/x", "username": "viewer", "password_file": "/nowhere/secret"}
    with _Bench(tmp_path, source, footage=recorder.camera("gate")) as bench:
        _until("broken", lambda: bench.is_in(CameraState.NOT_WATCHING, "internal_error"))
        recorder.pump()
        assert recorder.index.open_absence("gate") is GapCause.OFFLINE
    recorder.stop()


@pytest.mark.whole
@pytest.mark.parametrize(
    ("keys", "source"),
    [
        ({}, {"url": "rtsp://10.0.0.8/x", "username": "u", "password_file": "/nowhere/secret"}),
        ({}, {"url": "rtsp://127.0.0.1:9/x"}),
        ({"enabled": False}, {"url": "rtsp://127.0.0.1:9/x"}),
    ],
)
def test_the_recorder_knows_before_anybody_can_read_the_state(
    tmp_path: Path, keys: dict[str, bool], source: dict[str, object]
) -> None:
    settings = RecorderSettings(tmp_path / "footage", ZoneInfo("Asia/Shanghai"))
    recorder = Recorder(settings, {}, SystemClock())
    notes = _Notes(recorder)
    bench = _Bench(tmp_path, source, footage=notes, **keys)
    notes.readable = lambda: bench.camera.status.state.value
    with bench:
        _until("told", lambda: bool(notes.read))
        assert notes.read[0] == CameraState.CONNECTING
    recorder.stop()


@pytest.mark.parametrize("fails", [MainStream.lost, MainStream.broken])
def test_the_recorder_knows_before_the_main_streams_reason_is_there(
    tmp_path: Path, fails: Callable[[MainStream, object], None]
) -> None:
    settings = RecorderSettings(tmp_path / "footage", ZoneInfo("Asia/Shanghai"))
    recorder = Recorder(settings, {}, SystemClock())
    notes = _Notes(recorder)
    source = RtspSourceConfig(type="rtsp", url="rtsp://127.0.0.1:9/main")
    main = MainStream("gate", source, 10.0, PacketTap(), notes, SystemClock())
    notes.readable = lambda: main.reason
    error = SourceError(SourceReason.TIMEOUT, "no answer")
    fails(main, error if fails is MainStream.lost else "planted")
    assert notes.read == [""]
    assert main.reason
    recorder.stop()


def test_a_refused_connection_and_a_missing_stream_are_told_apart(tmp_path: Path) -> None:
    with _Bench(tmp_path, {"url": f"rtsp://127.0.0.1:{closed_port()}/x"}) as bench:
        _until("refused", lambda: bench.is_in(CameraState.NOT_WATCHING, "refused"))
    with (
        StatusPeer("404 Not Found") as peer,
        _Bench(tmp_path / "2", {"url": peer.url.replace("admin:s3cret@", "")}) as bench,
    ):
        _until("not_found", lambda: bench.is_in(CameraState.NOT_WATCHING, "not_found"))


@pytest.mark.whole
def test_a_camera_that_goes_away_is_told_and_watched_again(tmp_path: Path, film: Path) -> None:
    with (
        serve({"cam": film}, is_looping=False, speed=4.0) as server,
        _Bench(tmp_path, {"url": server.url("cam")}) as bench,
    ):
        _until("watching", lambda: bench.is_in(CameraState.WATCHING))
        _until("told", lambda: bench.is_in(CameraState.NOT_WATCHING, "stalled"))
        before = bench.camera.heartbeat().frames_analysed
        _until("again", lambda: bench.camera.heartbeat().frames_analysed > before)
        _until("two visits", lambda: len(bench.alerts()) >= 2)
    assert all(a.state == "closed" for a in bench.alerts())


def test_a_camera_that_never_answers_is_a_video_loss_and_a_disabled_one_is_not(
    tmp_path: Path,
) -> None:
    url = f"rtsp://127.0.0.1:{closed_port()}/x"
    with (
        _Bench(tmp_path / "1", {"url": url}, loss_after_s=1.0) as bench,
        _Bench(tmp_path / "2", {"url": url}, enabled=False, loss_after_s=1.0) as disabled,
    ):
        _until("video_loss", lambda: [a.rule for a in bench.alerts()] == ["video_loss"])
        assert disabled.is_in(CameraState.DISABLED, "disabled")
        assert disabled.alerts() == []


def _doubt(bench: _Bench) -> ClockDoubt | None:
    clock = bench.camera.heartbeat().clock
    assert clock is not None
    return clock.doubt


def test_a_clock_that_is_off_is_in_the_heartbeat_and_becomes_an_alert(
    tmp_path: Path, film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender_reports, "REST_S", 0.1)
    with (
        reporting(film, off_by(40.0)) as server,
        _Bench(tmp_path, {"url": server.url("cam")}, clock_after_s=0.0) as bench,
    ):
        _until("measured", lambda: _doubt(bench) is None)
        clock = bench.camera.heartbeat().clock
        assert clock is not None
        assert clock.offset_s == pytest.approx(40.0, abs=0.5)
        _until("clock_drift", lambda: "clock_drift" in [a.rule for a in bench.alerts()])


@pytest.mark.whole
def test_decoded_keyframes_become_the_reference_picture(tmp_path: Path, film: Path) -> None:
    with (
        serve({"cam": film}) as server,
        _Bench(tmp_path, {"url": server.url("cam")}) as bench,
    ):
        watch = bench.camera.picture
        assert watch is not None
        _until("a reference", lambda: watch.facts.reference_utc_s is not None)
        assert (tmp_path / "references" / "gate.npz").exists()


@pytest.mark.whole
def test_a_lowered_rate_is_told_and_time_not_looked_at_is_overloaded(
    tmp_path: Path, film: Path
) -> None:
    lowered = dict.fromkeys(Urgency, SHARES[-1])
    with serve({"cam": film}) as server:
        with _Bench(
            tmp_path, {"url": server.url("cam")}, analysis_fps=25, gate={"mode": "always"}
        ) as bench:
            bench.camera.look_less(lowered)
            _until("some pictures", lambda: bench.camera.heartbeat().frames_analysed >= 10)
            load, told = bench.camera.load(), bench.camera.heartbeat()
        missing = [gap for interval in bench.time for gap in interval.missing]
    assert (told.analysis_fps, told.analysis_fps_configured) == (25 * SHARES[-1], 25)
    assert told.frames_dropped == 0
    assert load is not None
    assert load.urgency is Urgency.CLASS_2
    assert MissingReason.OVERLOADED in {gap.reason for gap in missing}
    assert bench.camera.load() is None


@pytest.mark.whole
def test_a_camera_is_engaged_while_its_episode_is_open(tmp_path: Path, film: Path) -> None:
    with (
        serve({"cam": film}) as server,
        _Bench(tmp_path, {"url": server.url("cam")}) as bench,
    ):

        def urgency() -> Urgency | None:
            load = bench.camera.load()
            return None if load is None else load.urgency

        _until("somebody is there", lambda: urgency() is Urgency.ENGAGED)
        _until("and gone", lambda: urgency() is Urgency.CLASS_2)
