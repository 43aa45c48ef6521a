"""The scripted recorders, read by clients that are not ours: both must understand the same.

Both read one page and ask for no clock, and pyhik answers nothing where it meets an error; so only
what fits on a page is compared.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from api.contract.footage.spans import Span
from pipeline.devices.credentials import Credentials
from pipeline.devices.dahua import DahuaDevice
from pipeline.devices.isapi import IsapiDevice
from tests.devices.dahua_fake import serve_dahua
from tests.devices.isapi_fake import serve_isapi
from tests.devices.script import HOUR_S, NOW_S, Script, hourly
from tests.support.missing import peer

pytestmark = pytest.mark.whole
SHANGHAI = ZoneInfo("Asia/Shanghai")
WINDOW = Span(NOW_S - 12 * HOUR_S, NOW_S)


def _wall(moment_s: float) -> datetime:
    return datetime.fromtimestamp(moment_s, SHANGHAI).replace(tzinfo=None)


def test_pyhik_reads_the_same_recordings() -> None:
    hikvision = pytest.importorskip("pyhik.hikvision", reason=peer("pyhik"))
    requests = pytest.importorskip("requests", reason=peer("requests"))
    script = Script(recordings={"1": hourly(48)})
    with serve_isapi(script) as address:
        # Made by hand: its own beginning sends the password in clear.
        client = hikvision.HikCamera.__new__(hikvision.HikCamera)
        client.root_url = address
        client.hik_request = requests.Session()
        client.hik_request.auth = requests.auth.HTTPDigestAuth(script.user, script.password)
        theirs = client.search_recordings(101, _wall(WINDOW.start_s), _wall(WINDOW.end_s))
        device = IsapiDevice(
            address, Credentials(script.user, script.password), zone=SHANGHAI, clock=script.clock
        )
        ours = device.coverage("1", WINDOW)
        device.close()
    assert ours.unknown == ()
    assert [(_wall(each.span.start_s), _wall(each.span.end_s)) for each in ours.recorded] == [
        # It takes the device's own time for UTC.
        (each.start_time.astimezone(UTC).replace(tzinfo=None),
         each.end_time.astimezone(UTC).replace(tzinfo=None))
        for each in reversed(theirs)
    ]  # fmt: skip
    assert [each.file_id for each in ours.recorded] == [
        each.playback_uri for each in reversed(theirs)
    ]


async def test_aiodahua_reads_the_same_recordings_and_disks() -> None:
    aiodahua = pytest.importorskip("aiodahua", reason=peer("aiodahua"))
    script = Script(recordings={"1": hourly(48)})
    with serve_dahua(script) as address:
        host, _, port = address.partition("://")[2].partition(":")
        form = "%Y-%m-%d %H:%M:%S"
        async with aiodahua.DahuaClient(
            host, script.user, script.password, port=int(port), basic_auth_fallback=False
        ) as client:
            found, theirs = await client.async_find_recordings(
                f"{_wall(WINDOW.start_s):{form}}", f"{_wall(WINDOW.end_s):{form}}", count=100
            )
            [disk] = await client.async_get_storage_info()
        device = DahuaDevice(
            address, Credentials(script.user, script.password), zone=SHANGHAI, clock=script.clock
        )
        ours, health = device.coverage("1", WINDOW), device.health()
        device.close()
    assert ours.unknown == ()
    assert found == len(theirs) == len(ours.recorded)
    read = [datetime.strptime(each["start_time"], form) for each in theirs]  # noqa: DTZ007
    for each, their_start in zip(ours.recorded, read, strict=True):
        assert abs(_wall(each.span.start_s) - their_start) <= timedelta(seconds=1)
    assert [(each.file_id, each.size_bytes) for each in ours.recorded] == [
        (each["path"], each["size_bytes"]) for each in theirs
    ]
    assert disk["name"] == health.disks[0].name
    assert disk["total_bytes"] == health.disks[0].size_bytes
