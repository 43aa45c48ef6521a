"""Hikvision's recorders."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo

import pytest

from api.contract.footage.spans import Span
from pipeline.core.clock import Clock
from pipeline.devices.credentials import Credentials
from pipeline.devices.device import Disk, DiskState
from pipeline.devices.errors import UnknownReason
from pipeline.devices.isapi import IsapiDevice
from pipeline.devices.polite_http import Limits
from tests.devices.contract import DAY, QUICK, DeviceContract, footage, reasons, same_spans
from tests.devices.isapi_fake import IsapiFake, serve_isapi
from tests.devices.script import HOUR_S, NOW_S, Script, ScriptedChannel, hourly

SHANGHAI = ZoneInfo("Asia/Shanghai")


class TestIsapi(DeviceContract):
    @contextmanager
    def serve(self, script: Script) -> Iterator[str]:
        with serve_isapi(script) as address:
            yield address

    def open(
        self, address: str, credentials: Credentials | None, clock: Clock, limits: Limits
    ) -> IsapiDevice:
        return IsapiDevice(address, credentials, zone=SHANGHAI, clock=clock, limits=limits)


@contextmanager
def _opened(fake: IsapiFake, zone: ZoneInfo | None = SHANGHAI) -> Iterator[IsapiDevice]:
    script = fake.script
    with serve_isapi(script, fake=fake) as address:
        device = IsapiDevice(
            address,
            Credentials(script.user, script.password),
            zone=zone,
            clock=script.clock,
            limits=QUICK,
        )
        yield device
        device.close()


@pytest.mark.parametrize("z_is_utc", [True, False])
@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York"])
def test_whether_z_is_true_is_found_out(z_is_utc: bool, zone: str) -> None:
    rows = [(NOW_S - 20 * HOUR_S, NOW_S - 9 * HOUR_S), (NOW_S - 900, NOW_S)]
    script = Script(recordings={"1": rows}, zone=ZoneInfo(zone))
    with _opened(IsapiFake(script, z_is_utc=z_is_utc)) as device:
        found = device.coverage("1", DAY)
    assert found.unknown == ()
    assert same_spans(footage(found), rows)


def test_a_recorder_that_records_nothing_now_leaves_its_times_unknown() -> None:
    script = Script(recordings={"1": [(NOW_S - 20 * HOUR_S, NOW_S - 12 * HOUR_S)]})
    with _opened(IsapiFake(script)) as device:
        found = device.coverage("1", DAY)
    assert reasons(found) == {UnknownReason.CLOCK_UNCLEAR}
    assert found.recorded == ()


def test_another_channel_that_records_tells_for_one_that_does_not() -> None:
    script = Script(
        channels=[ScriptedChannel("1", "a"), ScriptedChannel("2", "b")],
        recordings={"1": [(NOW_S - 20 * HOUR_S, NOW_S - 12 * HOUR_S)], "2": hourly(2)},
    )
    with _opened(IsapiFake(script)) as device:
        found = device.coverage("1", DAY)
    assert found.unknown == ()
    assert same_spans(footage(found), script.recordings["1"])


def test_the_hour_clocks_are_put_back_is_not_counted_twice() -> None:
    """New York on 1 November 2026: 01:30 is there twice."""
    zone = ZoneInfo("America/New_York")
    now_s = 1_793_563_200.0  # 2026-11-01T20:00Z
    script = Script(recordings={"1": hourly(30, now_s)}, zone=zone)
    script.clock.advance(now_s - script.clock.utc_s())
    with _opened(IsapiFake(script), zone) as device:
        found = device.coverage("1", Span(now_s - 24 * HOUR_S, now_s))
    doubted_s = sum(each.span.seconds for each in found.unknown)
    recorded_s = sum(span.seconds for span in footage(found) if span.end_s > now_s - 24 * HOUR_S)
    assert recorded_s + doubted_s >= 22 * HOUR_S
    assert reasons(found) <= {UnknownReason.CONTRADICTORY}


def test_old_items_and_chinese_encodings_are_read() -> None:
    script = Script(channels=[ScriptedChannel("1", "食堂后厨㐀")], recordings={"1": hourly(3)})
    fake = IsapiFake(script, has_old_items=True, encoding="gb2312")
    with _opened(fake) as device:
        assert [each.name for each in device.channels()] == ["食堂后厨㐀"]
        assert len(footage(device.coverage("1", Span(NOW_S - 2 * HOUR_S, NOW_S)))) == 1


def test_disks_and_what_is_wrong_with_them() -> None:
    hdd = "<hdd><id>{0}</id><hddName>hdd{0}</hddName><status>{1}</status><capacity>1000</capacity><freeSpace>10</freeSpace><property>{2}</property></hdd>"  # noqa: E501
    disks = [("1", "ok", "RW"), ("2", "SMARTFailed", "RW"), ("3", "unformatted", "RW"),
             ("4", "ok", "RO"), ("5", "notexist", "RW"), ("6", "ascending", "RW")]  # fmt: skip
    fake = IsapiFake(Script(), storage="".join(hdd.format(*disk) for disk in disks))
    with _opened(fake) as device:
        health = device.health()
    assert [disk.state for disk in health.disks] == [
        DiskState.OK, DiskState.FAILED, DiskState.UNFORMATTED,
        DiskState.READ_ONLY, DiskState.MISSING, DiskState.UNKNOWN,
    ]  # fmt: skip
    mib = 1024 * 1024
    assert health.disks[0] == Disk("hdd1", DiskState.OK, 1000 * mib, 10 * mib)
    assert health.alarms == ("disk_failed", "disk_missing", "disk_unformatted", "disk_read_only")
    with _opened(IsapiFake(Script(), storage="<hddList/>")) as device:
        assert device.health().alarms == ("no_disk",)


def test_playback_is_asked_for_in_the_devices_own_time() -> None:
    script = Script(recordings={"1": hourly(2)}, skew_s=60)
    with _opened(IsapiFake(script)) as device:
        playback = device.playback("1", Span(NOW_S - 3600, NOW_S - 3000))
    assert playback.url == (
        "rtsp://127.0.0.1:554/Streaming/tracks/101"
        "?starttime=20261124T110100Z&endtime=20261124T111100Z"
    )
    assert playback.starts_at_s == pytest.approx(NOW_S - 3600, abs=1.0)
