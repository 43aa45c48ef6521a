"""Recorders behind WVP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pipeline.core.clock import Clock
from pipeline.devices.credentials import Credentials
from pipeline.devices.errors import (
    AuthRefusedError,
    BrokenAnswerError,
    CapabilityMissingError,
    DeviceUnreachableError,
    UnknownReason,
)
from pipeline.devices.gb28181 import WvpDevice, checked_gb_id
from pipeline.devices.polite_http import Limits
from tests.devices.contract import DAY, QUICK, DeviceContract, footage, reasons
from tests.devices.digest_server import Reply
from tests.devices.script import Script, ScriptedChannel, hourly
from tests.devices.wvp_fake import CANTEEN, GATE, RECORDER, WvpFake, serve_wvp


class TestWvp(DeviceContract):
    channels = (GATE, CANTEEN)
    has_own_zone = False  # the gateway's is configured
    has_clock = False
    has_pages = False
    speaks_xml = False

    @contextmanager
    def serve(self, script: Script) -> Iterator[str]:
        with serve_wvp(script) as address:
            yield address

    def open(
        self, address: str, credentials: Credentials | None, clock: Clock, limits: Limits
    ) -> WvpDevice:
        return WvpDevice(
            address, credentials, RECORDER, clock_within_s=5.0, clock=clock, limits=limits
        )


@contextmanager
def _opened(fake: WvpFake, clock_within_s: float | None = 5.0) -> Iterator[WvpDevice]:
    script = fake.script
    with serve_wvp(script, fake=fake) as address:
        device = WvpDevice(
            address,
            Credentials(script.user, script.password),
            RECORDER,
            clock_within_s=clock_within_s,
            clock=script.clock,
            limits=QUICK,
        )
        yield device
        device.close()


def _script() -> Script:
    channels = [ScriptedChannel(GATE, "大门"), ScriptedChannel(CANTEEN, "食堂", False)]
    return Script(channels=channels, recordings={GATE: hourly(48)})


def test_without_a_word_on_the_clock_nothing_is_believed() -> None:
    fake = WvpFake(_script())
    with _opened(fake, clock_within_s=None) as device:
        found = device.coverage(GATE, DAY)
        with pytest.raises(CapabilityMissingError):
            device.clock_offset()
    assert (found.recorded, reasons(found)) == ((), {UnknownReason.CLOCK_UNCLEAR})
    assert fake.script.asked == [], "what cannot be believed is not asked for"


def test_a_recorder_that_is_offline_at_the_gateway_is_unreachable_and_not_asked() -> None:
    fake = WvpFake(_script(), is_online=False)
    with _opened(fake) as device:
        assert reasons(device.coverage(GATE, DAY)) == {UnknownReason.UNREACHABLE}
        with pytest.raises(DeviceUnreachableError, match="offline"):
            device.health()
    assert fake.script.asked == []


def test_one_token_serves_many_questions() -> None:
    fake = WvpFake(_script())
    with _opened(fake) as device:
        device.channels()
        assert len(footage(device.coverage(GATE, DAY))) == 1
    assert fake.signed_in == 1


@pytest.mark.parametrize("is_old", [True, False])
def test_groups_and_alarms_are_no_channels_and_misnumbered_cameras_are(is_old: bool) -> None:
    misnumbered = "34020000001180000099"
    extra = ["3402", "34020000002160000001", "34020000001340000001", misnumbered]
    fake = WvpFake(_script(), is_old=is_old, extra_channels=extra)
    with _opened(fake) as device:
        found = device.channels()
    assert [(each.id, each.is_online) for each in found] == [
        (GATE, True),
        (CANTEEN, False),
        (misnumbered, True),
    ]


def test_many_channels_are_read_to_the_end() -> None:
    more = [f"340200000013200{number:05}" for number in range(10, 240)]
    with _opened(WvpFake(_script(), extra_channels=more)) as device:
        assert len(device.channels()) == 232


def test_a_camera_the_gateway_does_not_know_is_unknown() -> None:
    with _opened(WvpFake(_script())) as device:
        for channel in ("34020000001320000077", "1"):
            found = device.coverage(channel, DAY)
            assert reasons(found) == {UnknownReason.CAPABILITY_MISSING}


def test_something_else_than_wvp_is_told_so() -> None:
    script = _script()
    fake = WvpFake(script)
    fake.login_answer = Reply(b'{"status": "ok"}', 200, "application/json")
    with _opened(fake) as device, pytest.raises(BrokenAnswerError, match="is it WVP"):
        device.channels()


def test_a_gateway_that_wants_a_token_from_who_has_no_account() -> None:
    script = _script()
    with serve_wvp(script) as address:
        device = WvpDevice(address, None, RECORDER, clock=script.clock, limits=QUICK)
        with pytest.raises(AuthRefusedError, match="sign in"):
            device.channels()
        device.close()


@pytest.mark.parametrize(
    "number", ["34020000001180000001", "34020000001110000001", "34020000002000000001"]
)
def test_numbers_of_recorders(number: str) -> None:
    assert checked_gb_id(number) == number


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("3402000000118000001", "20 digits"),
        ("3402000000118000000一", "20 digits"),
        ("34020000001340000001", "are 134"),
    ],
)
def test_what_is_no_number_of_a_recorder_is_refused_in_words(number: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        checked_gb_id(number)
