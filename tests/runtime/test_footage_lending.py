"""Which cameras' footage is fetched from recorders, and which process does it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.core.clock import ManualClock
from pipeline.recorders.segments import Origin
from pipeline.runtime.footage_lending import FootageLending, gap_cameras, kept_cameras
from pipeline.runtime.lending_desk import LendingDesk
from pipeline.runtime.parts import RECORDER, parts
from tests.devices.script import NOW_S
from tests.runtime.test_device_footage import box

_ADDRESS = "isapi://127.0.0.1:1"
_KEPT = '{device: nvr, channel: "3", channel_name: 大门, keep_days: 30, lag_minutes: 10}'
_HEALED = '{keep_days: 30, heal_from: {device: nvr, channel: "4"}}'
_OWN = "{keep_days: 30}"
_RECORDER = "recorder: {folder: footage}\n"


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NVR_TEST_PASSWORD", "s3cret-Pass")


def test_each_camera_has_its_recorder(tmp_path: Path) -> None:
    config = box(tmp_path, _ADDRESS, _KEPT, _HEALED, _OWN, more=_RECORDER)
    [kept] = kept_cameras(config).values()
    assert (kept.camera, kept.origin, kept.channel_name) == ("cam1", Origin("nvr", "3"), "大门")
    assert kept.lag_s == 600.0
    [healed] = gap_cameras(config).values()
    assert (healed.camera, healed.origin) == ("cam2", Origin("nvr", "4"))


def test_in_several_processes_each_camera_is_fetched_by_one(tmp_path: Path) -> None:
    config = box(tmp_path, _ADDRESS, _KEPT, _HEALED, _OWN, more=_RECORDER)
    process_of = {camera.id: "p1" for camera in config.cameras}
    shares = parts(config, process_of, 1, 2)
    assert kept_cameras(shares["p1"]) == {}
    assert gap_cameras(shares["p1"]) == {}
    assert kept_cameras(shares[RECORDER]) == {}
    assert set(gap_cameras(shares[RECORDER])) == {"cam2"}


def test_what_an_earlier_process_left_is_taken_away(tmp_path: Path) -> None:
    config = box(tmp_path, _ADDRESS, _KEPT)
    left = config.data_dir / "fetched" / "tmp1" / "old.mp4"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"x")
    lending = FootageLending(config, lambda camera: None, ManualClock(NOW_S))
    lending.start()
    assert not left.exists()
    assert set(lending.shelves()) == {"cam1"}
    lending.follow(box(tmp_path, _ADDRESS, "{keep_days: 3}", more=_RECORDER))
    assert lending.shelves() == {}
    lending.stop()


def test_a_supervisor_asks_for_orders_only_where_a_recorder_keeps_footage(tmp_path: Path) -> None:
    plain = box(tmp_path, _ADDRESS, _OWN, more=_RECORDER)
    desk = LendingDesk(plain, lambda camera: None, ManualClock(NOW_S))
    desk.start()
    assert desk._desk is None
    (tmp_path / "worker.token").write_text("token", "utf-8")
    desk.follow(box(tmp_path, _ADDRESS, _KEPT))
    assert desk._desk is not None
    assert set(desk._shelves) == {"cam1"}
    desk.follow(plain)
    assert desk._shelves == {}
    desk.stop(0.2)
