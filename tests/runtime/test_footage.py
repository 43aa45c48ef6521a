"""The worker's recorder: packets become footage, and what is proven waits for the centre."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import av
import pytest

from api.contract.retention import GapCause, RetentionStatus
from pipeline.core.clock import ManualClock
from pipeline.core.errors import ConfigError
from pipeline.delivery.outbox import MessageKind, Outbox
from pipeline.runtime.config import load_box
from pipeline.runtime.footage import Footage
from tests.video.media import make_video, read_packets

_BOX = """\
site: {id: school, name: 学校, time_zone: Asia/Shanghai}
data_dir: var
api: {url: "http://127.0.0.1:8000", token_file: worker.token}
recorder: {folder: footage, reserve_gb: 0}
cameras:
  - id: gate
    name: 北门
    source: {type: rtsp, url: "rtsp://10.0.0.8/ch1"}
    recording: {keep_days: 30, delete_after_days: 60, source: 国务院令799号 §17}
    rules:
      - type: perimeter_intrusion
        zone: {name: yard, polygon: [[0, 0], [1, 0], [1, 1], [0, 1]]}
  - id: yard
    name: 操场
    source: {type: rtsp, url: "rtsp://10.0.0.9/ch1"}
    rules:
      - type: perimeter_intrusion
        zone: {name: yard, polygon: [[0, 0], [1, 0], [1, 1], [0, 1]]}
"""
_START_S = 1_700_000_000.0


def _config(tmp_path: Path, text: str = _BOX) -> Path:
    path = tmp_path / "box.yaml"
    path.write_text(text, "utf-8")
    return path


def test_packets_become_footage_and_a_status_waits(tmp_path: Path) -> None:
    packets, info = read_packets(make_video(tmp_path / "film.mp4", count=150, gop=25))
    clock = ManualClock(_START_S)
    outbox = Outbox(tmp_path / "outbox.db", clock)
    footage = Footage(load_box(_config(tmp_path)), outbox, clock)
    footage.start()
    assert footage.feed("yard") is None
    feed = footage.feed("gate")
    assert feed is not None
    for packet in packets:
        feed.add(replace(packet, utc_s=_START_S + packet.media_s), info)
    feed.session_ended("timeout")
    clock.advance(6.0)
    footage.stop()

    footage = Footage(load_box(_config(tmp_path)), outbox, clock)
    footage.start()
    footage.post()
    footage.stop()
    waiting = [m for m in outbox.next_batch() if m.kind is MessageKind.RETENTION]
    assert [m.key.partition("@")[0] for m in waiting] == ["gate"]
    status = RetentionStatus.model_validate_json(waiting[0].body)
    assert status.required_days == 30
    assert status.max_days == 60
    assert status.required_source == "国务院令799号 §17"
    [span] = status.spans
    assert (span.to_at - span.from_at).total_seconds() == pytest.approx(6.0, abs=0.1)
    assert {gap.cause for gap in status.gaps} <= {GapCause.OFFLINE, GapCause.WORKER_STOPPED}
    files = list((tmp_path / "footage").rglob("*.mp4"))
    with av.open(str(files[0])) as video:
        assert sum(1 for _ in video.decode(video=0)) == 150
    outbox.close()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("recorder: {folder: footage, reserve_gb: 0}\n", "", "there is no `recorder`"),
        ("delete_after_days: 60", "delete_after_days: 20", "contradicts `keep_days: 30`"),
    ],
)
def test_a_promise_that_cannot_be_kept_is_refused(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    assert old in _BOX
    with pytest.raises(ConfigError, match=expected):
        load_box(_config(tmp_path, _BOX.replace(old, new)))
