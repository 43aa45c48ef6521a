"""An hour of a camera that hangs up every three seconds, on a simulated clock.

The worker's own parts, driven by one thread that never waits: back-off, state, rules, episodes and
recorder. Somebody stands in the picture all the time.
"""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path
from typing import ClassVar
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from api.contract import AlertEpisode, CameraState
from api.contract.retention import GapCause as G
from api.contract.retention import RetentionState as S
from pipeline.core.clock import FrameTime, ManualClock
from pipeline.core.detections import Detections
from pipeline.core.errors import SourceError, SourceReason
from pipeline.core.frame import Frame
from pipeline.delivery.outbox import MessageKind, Outbox
from pipeline.diagnosis import StillPicture
from pipeline.geometry import SiteConfig
from pipeline.recorders.recorder import Recorder, RecorderSettings
from pipeline.runtime.analysis import Analysis
from pipeline.runtime.camera_status import CameraStatus
from pipeline.runtime.episodes import EpisodeBook, Provenance
from pipeline.video.backoff import Backoff
from tests.faults.stand import MONTH, camera_config
from tests.recorders.film import stream

TRACK_S = 5.0
"""A person found again where the tracker expects it within such a time is the same one."""
BEGIN, HOUR_S, SESSION_S = 1_780_000_000.0, 3600.0, 3.0


class AlwaysThere:
    """A detector that sees one person, always."""

    class_names = ("person",)
    track_scores: ClassVar[dict[str, float]] = {}

    def detect(self, frames: list[Frame]) -> list[Detections]:
        box = np.array([[60, 40, 100, 120]], np.float32)
        one = Detections(box, np.array([0.9], np.float32), np.array([0]), self.class_names)
        return [one for _ in frames]


@pytest.mark.whole
@pytest.mark.parametrize(("clear_s", "is_one"), [(120.0, True), (2.0, False)])
def test_an_hour_of_hanging_up(tmp_path: Path, clear_s: float, is_one: bool) -> None:
    clock = ManualClock(BEGIN)
    outbox = Outbox(tmp_path / "outbox.db", clock)
    book = EpisodeBook(outbox, lambda: None)
    recorder = Recorder(
        RecorderSettings(tmp_path / "rec", ZoneInfo("Asia/Shanghai"), reserve_bytes=0),
        {"gate": MONTH},
        clock,
    )
    recorder.recover()
    feed = recorder.camera("gate")
    config = camera_config("gate", "rtsp://127.0.0.1:1/x", clear_s)
    analysis = Analysis(config, SiteConfig(), AlwaysThere())
    made_by = Provenance("scripted", "a" * 64, "b" * 64)
    status = CameraStatus("gate", clock)
    backoff = Backoff(clock, random.Random(7).random)
    picture = StillPicture(np.zeros((128, 192, 3), np.uint8))
    film = stream(SESSION_S)

    sessions: list[tuple[float, float]] = []
    while clock.utc_s() < BEGIN + HOUR_S:
        began_s = clock.utc_s()
        status.connected(film.info)
        for packet in film.at(began_s):
            clock.advance(max(0.0, packet.utc_s - clock.utc_s()))
            feed.add(packet, film.info)
            backoff.succeeded()
            frame = Frame("gate", FrameTime(clock.mono_ns() / 1e9, clock.utc_s()), picture)
            for rule, event in analysis.process(frame).events:
                book.apply("gate", rule, event, made_by)
            status.looked(clock.utc_s())
            assert status.heartbeat(0, (5.0, 5.0)).state is CameraState.WATCHING
        clock.advance(began_s + SESSION_S - clock.utc_s())
        sessions.append((began_s, clock.utc_s()))
        status.lost(SourceError(SourceReason.STALLED, "the camera ended the stream", where="gate"))
        feed.session_ended("stalled")
        recorder.pump()
        told = status.heartbeat(0, (5.0, 5.0))
        assert (told.state, told.reason) == (CameraState.NOT_WATCHING, "stalled")
        assert told.reconnects == len(sessions)
        clock.advance(backoff.failed())
    recorder.pump()

    # The back-off never forgets: a camera that lives three seconds is not asked 1,200 times.
    assert 55 <= len(sessions) <= 90
    facts = recorder.status("gate")
    wanted = [
        (before[1], after[0]) for before, after in pairwise(sessions) if after[0] - before[1] >= 2.0
    ] + [(sessions[-1][1], clock.utc_s())]
    gaps = [(g.from_at.timestamp(), g.to_at.timestamp()) for g in facts.gaps]
    assert np.array(gaps) == pytest.approx(np.array(wanted), abs=0.01)
    assert {g.cause for g in facts.gaps} == {G.STALLED}
    assert facts.state in (S.GAP, S.OFFLINE)
    recorded_s = sum((s.to_at - s.from_at).total_seconds() for s in facts.spans)
    assert recorded_s + sum(b - a for a, b in wanted) == pytest.approx(
        clock.utc_s() - BEGIN, abs=0.01
    )

    alerts = [
        AlertEpisode.model_validate_json(m.body)
        for m in outbox.next_batch(10_000)
        if m.kind is MessageKind.ALERT
    ]
    # Somebody stood there all along: one episode if the rule waits longer than the camera is away.
    away_s = [after[0] - before[1] for before, after in pairwise(sessions)]
    surely, perhaps = (sum(s > clear_s + more for s in away_s) for more in (TRACK_S, 0.0))
    assert 1 + surely <= len(alerts) <= 1 + perhaps
    assert (len(alerts) == 1) is is_one
    outbox.close()
    recorder.index.close()
