"""Dahua's recorders."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo

import pytest

from api.contract.footage.spans import Span
from pipeline.core.clock import Clock
from pipeline.devices.credentials import Credentials
from pipeline.devices.dahua import DahuaDevice
from pipeline.devices.device import Disk, DiskState
from pipeline.devices.errors import UnknownReason
from pipeline.devices.polite_http import Limits
from tests.devices.contract import DAY, QUICK, DeviceContract, reasons
from tests.devices.dahua_fake import STORAGE, DahuaFake, serve_dahua
from tests.devices.script import NOW_S, Script, Trouble, hourly

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.whole  # what all makers share is told by TestIsapi
class TestDahua(DeviceContract):
    speaks_xml = False

    @contextmanager
    def serve(self, script: Script) -> Iterator[str]:
        with serve_dahua(script) as address:
            yield address

    def open(
        self, address: str, credentials: Credentials | None, clock: Clock, limits: Limits
    ) -> DahuaDevice:
        return DahuaDevice(address, credentials, zone=SHANGHAI, clock=clock, limits=limits)


@contextmanager
def _opened(fake: DahuaFake) -> Iterator[DahuaDevice]:
    script = fake.script
    with serve_dahua(script, fake=fake) as address:
        device = DahuaDevice(
            address,
            Credentials(script.user, script.password),
            zone=SHANGHAI,
            clock=script.clock,
            limits=QUICK,
        )
        yield device
        device.close()


@pytest.mark.parametrize(
    "trouble", [frozenset(), {Trouble.SAME_PAGE}, {Trouble.BROKEN}, {Trouble.SHORT_OF_TOTAL}]
)
def test_no_finder_is_left_behind(trouble: frozenset[Trouble]) -> None:
    fake = DahuaFake(Script(recordings={"1": hourly(24)}, trouble=frozenset(trouble)))
    with _opened(fake) as device:
        device.coverage("1", DAY)
    assert fake.script.asked
    assert fake.finders == {}


def test_a_channel_it_does_not_have_is_unknown_and_not_empty() -> None:
    with _opened(DahuaFake(Script(recordings={"1": hourly(2)}))) as device:
        assert reasons(device.coverage("7", DAY)) == {UnknownReason.CAPABILITY_MISSING}


@pytest.mark.parametrize(
    ("counts_from", "expected"), [(0, [True, False]), (1, [True, False]), (None, [None, None])]
)
def test_cameras_are_there_whether_counted_from_0_or_1(
    counts_from: int | None, expected: list[bool | None]
) -> None:
    with _opened(DahuaFake(Script(), counts_from=counts_from)) as device:
        assert [each.is_online for each in device.channels()] == expected


def test_disks_and_what_is_wrong_with_them() -> None:
    second = (
        STORAGE.replace("info[0]", "info[1]")
        .replace("IsError=false", "IsError=true")
        .replace("sda", "sdb")
    )
    third = STORAGE.replace("info[0]", "info[2]").replace("ReadWrite", "ReadOnly")
    with _opened(DahuaFake(Script(), storage=STORAGE + second + third)) as device:
        health = device.health()
    assert health.disks[0] == Disk("/dev/sda", DiskState.OK, 2_000_324_395_008, 0)
    assert [each.state for each in health.disks[1:]] == [DiskState.FAILED, DiskState.READ_ONLY]
    assert health.alarms == ("disk_failed", "disk_read_only")


def test_playback_is_asked_for_in_the_devices_own_time() -> None:
    script = Script(recordings={"1": hourly(2)}, skew_s=60)
    with _opened(DahuaFake(script)) as device:
        playback = device.playback("1", Span(NOW_S - 3600, NOW_S - 3000))
    assert playback.url == (
        "rtsp://127.0.0.1:554/cam/playback?channel=1"
        "&starttime=2026_11_24_11_01_00&endtime=2026_11_24_11_11_00"
    )
