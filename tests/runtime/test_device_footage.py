"""Cameras whose footage a recorder of another maker keeps, from the configuration to the wire."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from api.contract import RetentionStatus
from api.contract.retention import GapCause, RetentionState
from pipeline.core.clock import ManualClock
from pipeline.core.errors import ConfigError
from pipeline.delivery.outbox import MessageKind, Outbox
from pipeline.runtime.config import BoxConfig, load_box
from pipeline.runtime.device_footage import DeviceFootage
from pipeline.runtime.parts import RECORDER, parts
from tests.devices.isapi_fake import IsapiFake, serve_isapi
from tests.devices.recorder_stand import recent, stand
from tests.devices.script import HOUR_S, NOW_S, Script, ScriptedChannel, Trouble, hourly
from tests.support.scripted_rtsp import closed_port

_PASSWORD_ENV = "NVR_TEST_PASSWORD"
_TWO = (
    '{device: nvr, channel: "1", keep_days: 2, source: s}',
    '{device: nvr, channel: "2", keep_days: 2}',
)


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(_PASSWORD_ENV, Script().password)


def box(tmp_path: Path, address: str, *recordings: str, more: str = "") -> BoxConfig:
    cameras = "".join(
        f"""\
  - id: cam{number}
    name: cam{number}
    source: {{type: rtsp, url: "rtsp://10.0.0.8/ch1"}}
    recording: {recording}
    rules:
      - type: perimeter_intrusion
        zone: {{name: yard, polygon: [[0, 0], [1, 0], [1, 1], [0, 1]]}}
"""
        for number, recording in enumerate(recordings, start=1)
    )
    path = tmp_path / "box.yaml"
    path.write_text(
        "site: {id: school, name: 学校, time_zone: Asia/Shanghai}\n"
        "data_dir: var\n"
        'api: {url: "http://127.0.0.1:8000", token_file: worker.token}\n'
        f'devices:\n  nvr: {{address: "{address}", username: inspector, '
        f"password_env: {_PASSWORD_ENV}}}\n{more}cameras:\n{cameras}",
        "utf-8",
    )
    return load_box(path)


@contextmanager
def audited(
    tmp_path: Path, script: Script, *recordings: str
) -> Iterator[tuple[DeviceFootage, Outbox]]:
    """A box on a scripted recorder whose playback nobody reaches."""
    clock = script.clock
    with serve_isapi(script, fake=IsapiFake(script)) as served:
        address = f"isapi://{served.partition('://')[2]}?rtsp_port={closed_port()}"
        (tmp_path / "var").mkdir(exist_ok=True)
        outbox = Outbox(tmp_path / "outbox.db", clock)
        footage = DeviceFootage(box(tmp_path, address, *recordings or _TWO), outbox, clock)
        yield footage, outbox
        footage.stop(5)
        outbox.close()


def posted(outbox: Outbox) -> dict[str, RetentionStatus]:
    found = [m for m in outbox.next_batch(100) if m.kind is MessageKind.RETENTION]
    statuses = [RetentionStatus.model_validate_json(each.body) for each in found]
    return {each.camera_id: each for each in statuses}


def test_what_a_recorder_keeps_is_told_as_other_footage_is(tmp_path: Path) -> None:
    rows = hourly(60)
    del rows[-5]
    script = Script(recordings={"1": hourly(60), "2": rows}, skew_s=120.0)
    with audited(tmp_path, script) as (footage, outbox):
        assert footage.audit()
        found = posted(outbox)
    assert found["cam1"].state is RetentionState.COMPLIANT
    assert found["cam1"].school_id == "school"
    assert found["cam1"].required_source == "s"
    assert found["cam1"].alarms == ("recorder_clock_wrong",)
    assert found["cam2"].state is RetentionState.GAP
    [gap] = found["cam2"].gaps
    assert gap.cause is GapCause.NO_FILE
    assert (gap.to_at - gap.from_at).total_seconds() == pytest.approx(HOUR_S, abs=2.0)


def test_each_hour_only_the_end_is_asked_for(tmp_path: Path) -> None:
    script = Script(recordings={"1": hourly(24 * 14)})
    assert isinstance(script.clock, ManualClock)
    promise = '{device: nvr, channel: "1", keep_days: 10}'
    with audited(tmp_path, script, promise) as (footage, outbox):
        assert footage.audit()
        first = len(script.asked)
        script.clock.advance(HOUR_S)
        script.recordings["1"].append((NOW_S, NOW_S + HOUR_S))
        assert footage.audit()
        again = len(script.asked) - first
        status = posted(outbox)["cam1"]
    assert first > 10
    assert again < 6
    assert status.state is RetentionState.COMPLIANT
    assert status.as_of.timestamp() == pytest.approx(NOW_S + HOUR_S, abs=2.0)
    assert status.completeness == pytest.approx(1.0, abs=1e-4)


@pytest.mark.parametrize(
    ("trouble", "alarm"),
    [(Trouble.SHORT_OF_TOTAL, "recorder_unclear"), (Trouble.BUSY, "recorder_unreachable")],
)
def test_what_it_does_not_answer_is_unknown(tmp_path: Path, trouble: Trouble, alarm: str) -> None:
    script = Script(recordings={"1": hourly(60), "2": []}, trouble=frozenset({trouble}))
    with audited(tmp_path, script) as (footage, outbox):
        assert footage.audit()
        status = posted(outbox)["cam1"]
    assert status.state is RetentionState.UNKNOWN
    assert alarm in status.alarms
    assert {gap.cause for gap in status.gaps} == {GapCause.NOT_VERIFIED}


def test_it_is_found_again_when_it_answers_again(tmp_path: Path) -> None:
    script = Script(recordings={"1": hourly(60), "2": []}, trouble=frozenset({Trouble.BUSY}))
    with audited(tmp_path, script) as (footage, outbox):
        assert footage.audit()
        script.trouble = frozenset()
        assert footage.audit()
        status = posted(outbox)["cam1"]
    assert status.state is RetentionState.COMPLIANT
    assert status.alarms == ()


def test_channels_that_were_swapped_are_told_and_not_judged(tmp_path: Path) -> None:
    script = Script(recordings={"1": hourly(60), "2": hourly(60)})
    named = ('{device: nvr, channel: "1", channel_name: 大门, keep_days: 2}',
             '{device: nvr, channel: "7", keep_days: 2}')  # fmt: skip
    with audited(tmp_path, script, *named) as (footage, outbox):
        assert footage.audit()
        assert posted(outbox)["cam1"].state is RetentionState.COMPLIANT
        script.channels = [ScriptedChannel("1", "食堂"), ScriptedChannel("2", "大门")]
        assert footage.audit()
        found = posted(outbox)
    assert found["cam1"].state is RetentionState.UNKNOWN
    assert found["cam1"].alarms == ("recorder_channel_renamed",)
    assert found["cam2"].alarms == ("recorder_channel_missing",)


def test_a_wrong_password_is_tried_once_for_all_cameras_and_hours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(_PASSWORD_ENV, "wrong")
    script = Script(recordings={"1": hourly(60)})
    with audited(tmp_path, script) as (footage, outbox):
        for _ in range(3):
            assert footage.audit()
        found = posted(outbox)
        monkeypatch.setenv(_PASSWORD_ENV, script.password)
        assert footage.audit()
        assert posted(outbox)["cam1"].state is RetentionState.COMPLIANT
    assert {each.state for each in found.values()} == {RetentionState.UNKNOWN}
    assert {each.alarms for each in found.values()} == {("recorder_auth_refused",)}
    assert script.refused_logins == 1


@pytest.mark.whole
def test_a_day_is_opened_once_and_not_again(tmp_path: Path) -> None:
    script = Script(channels=[ScriptedChannel("1", "大门")], recordings={"1": recent(60)})
    with stand("isapi", script, tmp_path) as address:
        (tmp_path / "var").mkdir()
        outbox = Outbox(tmp_path / "outbox.db", script.clock)
        config = box(tmp_path, address, '{device: nvr, channel: "1", keep_days: 2}')
        footage = DeviceFootage(config, outbox, script.clock)
        assert footage.audit()
        opened = dict(footage._open["nvr"].known["cam1"].days)
        assert footage.audit()
        assert footage._open["nvr"].known["cam1"].days == opened
        assert set(opened.values()) == {True}
        assert len(opened) >= 2
        assert posted(outbox)["cam1"].state is RetentionState.COMPLIANT
        footage.stop(5)
        outbox.close()


@pytest.mark.parametrize(
    ("recording", "expected"),
    [
        ("{device: nvr, keep_days: 30}", "`device` and `channel` belong together"),
        ('{channel: "1", keep_days: 30}', "`device` and `channel` belong together"),
        ('{device: other, channel: "1", keep_days: 30}', "not among `devices`"),
        ("{keep_days: 30, channel_name: x}", "`channel_name` is what the `device` calls"),
        ('{device: nvr, channel: "1", audio: keep, keep_days: 30}', "its `audio` is not ours"),
    ],
)
def test_a_device_that_is_not_described_is_refused(
    tmp_path: Path, recording: str, expected: str
) -> None:
    with pytest.raises(ConfigError, match=expected):
        box(tmp_path, "isapi://192.0.2.8", recording)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("http://192.0.2.8", "what kind of recorder"),
        ("isapi://admin:s3cret@192.0.2.8", "holds user or password"),
    ],
)
def test_an_address_that_is_none_is_refused(tmp_path: Path, address: str, expected: str) -> None:
    with pytest.raises(ConfigError, match=expected) as error:
        box(tmp_path, address, '{device: nvr, channel: "1", keep_days: 30}')
    assert "s3cret" not in str(error.value)


def test_one_process_asks_however_many_analyse(tmp_path: Path) -> None:
    whole = box(tmp_path, "isapi://192.0.2.8", *_TWO)
    assert not whole.cameras[0].is_recorded_here
    found = parts(whole, {"cam1": "p1", "cam2": "p2"}, 2, 2)
    assert sorted(found) == ["p1", "p2"]
    assert RECORDER not in found
    assert all(not each.devices for each in found.values())
    assert all(camera.recording is None for each in found.values() for camera in each.cameras)
