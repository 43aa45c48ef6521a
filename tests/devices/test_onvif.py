"""Recorders with ONVIF's Profile G."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from api.contract.footage.spans import Span
from pipeline.core.clock import Clock
from pipeline.devices.credentials import Credentials
from pipeline.devices.errors import (
    AuthRefusedError,
    BrokenAnswerError,
    CapabilityMissingError,
    UnknownReason,
)
from pipeline.devices.onvif import OnvifDevice
from pipeline.devices.polite_http import Limits
from tests.devices.contract import DAY, QUICK, DeviceContract, footage, reasons, same_spans
from tests.devices.onvif_fake import History, OnvifFake, serve_onvif
from tests.devices.script import HOUR_S, NOW_S, Script, Trouble, hourly


class TestOnvif(DeviceContract):
    """With a UsernameToken."""

    has_own_zone = False
    tells_pieces = False
    has_digest = False

    @contextmanager
    def serve(self, script: Script) -> Iterator[str]:
        with serve_onvif(script, has_digest=self.has_digest) as address:
            yield address

    def open(
        self, address: str, credentials: Credentials | None, clock: Clock, limits: Limits
    ) -> OnvifDevice:
        return OnvifDevice(address, credentials, clock=clock, limits=limits)


@pytest.mark.whole
class TestOnvifByDigest(TestOnvif):
    """With HTTP Digest."""

    has_digest = True


@contextmanager
def _opened(fake: OnvifFake, password: str | None = None) -> Iterator[OnvifDevice]:
    script = fake.script
    with serve_onvif(script, fake=fake) as address:
        credentials = Credentials(script.user, password or script.password)
        device = OnvifDevice(address, credentials, clock=script.clock, limits=QUICK)
        yield device
        device.close()


def _script() -> Script:
    return Script(recordings={"1": hourly(48), "2": []})


def test_outer_bounds_alone_leave_the_inside_unknown() -> None:
    fake = OnvifFake(_script(), history=History.NONE, bounds=(NOW_S - 9 * HOUR_S, NOW_S))
    with _opened(fake) as device:
        found = device.coverage("1", DAY)
    assert found.recorded == ()
    assert [each.span for each in found.unknown] == [Span(NOW_S - 9 * HOUR_S, NOW_S)]
    assert reasons(found) == {UnknownReason.CAPABILITY_MISSING}


def test_what_was_overwritten_is_gone_whatever_history_says() -> None:
    fake = OnvifFake(_script(), bounds=(NOW_S - 5 * HOUR_S, NOW_S))
    with _opened(fake) as device:
        found = device.coverage("1", DAY)
    assert found.unknown == ()
    assert same_spans(footage(found), [(NOW_S - 5 * HOUR_S, NOW_S)])


def test_before_the_first_event_nothing_is_known_without_the_state_at_the_beginning() -> None:
    script = _script()
    script.recordings["1"] = [(NOW_S - 30 * HOUR_S, NOW_S - 9 * HOUR_S), (NOW_S - 3600, NOW_S)]
    with _opened(OnvifFake(script, history=History.WITHOUT_START_STATE)) as device:
        found = device.coverage("1", DAY)
    assert same_spans(footage(found), [(NOW_S - 3600, NOW_S)])
    assert [each.span for each in found.unknown] == [Span(DAY.start_s, NOW_S - 9 * HOUR_S)]


def test_older_devices_tell_of_the_recording_as_a_whole() -> None:
    script = _script()
    script.recordings["1"] = [(NOW_S - 20 * HOUR_S, NOW_S - 9 * HOUR_S)]
    with _opened(OnvifFake(script, history=History.OF_RECORDINGS)) as device:
        found = device.coverage("1", DAY)
    assert found.unknown == ()
    assert same_spans(footage(found), script.recordings["1"])


@pytest.mark.parametrize(
    ("at_h", "is_on", "doubtful_h"),
    [(4.0, True, (9.0, 4.0)), (2.0, False, (3.0, 2.0))],
    ids=["a stop was lost", "a start was lost"],
)
def test_two_starts_or_two_stops_in_a_row_leave_what_lies_between_in_doubt(
    at_h: float, is_on: bool, doubtful_h: tuple[float, float]
) -> None:
    script = _script()
    script.recordings["1"] = [(NOW_S - 9 * HOUR_S, NOW_S - 3 * HOUR_S), (NOW_S - 3600, NOW_S)]
    stray = {"1": [(NOW_S - at_h * HOUR_S, is_on)]}
    with _opened(OnvifFake(script, stray_events=stray)) as device:
        found = device.coverage("1", DAY)
    [doubt] = found.unknown
    assert doubt.reason is UnknownReason.CONTRADICTORY
    assert same_spans([doubt.span], [tuple(NOW_S - h * HOUR_S for h in doubtful_h)])  # type: ignore[list-item]


def test_many_gaps_are_read_over_many_answers_and_every_search_is_over() -> None:
    script = _script()
    script.recordings["1"] = [
        (NOW_S - n * 600, NOW_S - n * 600 + 540) for n in range(6 * 24, 0, -1)
    ]
    script.page_size = 7
    fake = OnvifFake(script)
    with _opened(fake) as device:
        found = device.coverage("1", DAY)
    assert found.unknown == ()
    assert len(footage(found)) == 6 * 24
    assert fake.searches == {}


def test_a_search_that_does_not_come_to_its_end_is_ended_by_us() -> None:
    script = _script()
    script.trouble = frozenset({Trouble.SAME_PAGE})
    fake = OnvifFake(script)
    with _opened(fake) as device:
        assert reasons(device.coverage("1", DAY)) == {UnknownReason.PARTIAL}
    assert fake.searches == {}


def test_a_wrong_password_is_sent_once_and_no_more() -> None:
    fake = OnvifFake(_script())
    with _opened(fake, "wrong") as device:
        for _ in range(3):
            with pytest.raises(AuthRefusedError):
                device.channels()
    assert fake.script.refused_logins == 1


def test_a_clock_that_is_an_hour_off_is_no_wrong_password() -> None:
    script = _script()
    script.skew_s = 3600.0
    with _opened(OnvifFake(script)) as device:
        assert [each.id for each in device.channels()] == ["1", "2"]
        assert device.clock_offset().seconds == pytest.approx(3600.0, abs=1.0)
    assert script.refused_logins == 0


def test_a_device_without_profile_g_is_told_so() -> None:
    fake = OnvifFake(_script(), services=("http://www.onvif.org/ver10/device/wsdl",))
    with _opened(fake) as device:
        with pytest.raises(CapabilityMissingError, match="no ONVIF search service"):
            device.channels()
        assert reasons(device.coverage("1", DAY)) == {UnknownReason.CAPABILITY_MISSING}


def test_a_recording_it_does_not_know_is_unknown() -> None:
    with _opened(OnvifFake(_script())) as device:
        assert reasons(device.coverage("77", DAY)) == {UnknownReason.CAPABILITY_MISSING}


def test_footage_is_played_from_where_we_reach_it_by_its_own_clock() -> None:
    script = _script()
    script.skew_s = 300.0
    with _opened(OnvifFake(script)) as device:
        found = device.playback("1", Span(NOW_S - 7200, NOW_S - 7190))
    assert found.url == "rtsp://127.0.0.1:554/replay?rec=1"
    assert found.headers["Range"] == "clock=20261124T020500.000Z-20261124T020510.000Z"
    assert found.headers["Require"] == "onvif-replay"
    assert found.starts_at_s == pytest.approx(NOW_S - 7200, abs=1.0)


@pytest.mark.parametrize("host", ["", "admin:s3cret@"])
def test_an_address_that_is_none_is_refused_and_credentials_in_one_are_left_out(host: str) -> None:
    fake = OnvifFake(_script(), replay_host=f"{host}10.0.0.1:554" if host else "")
    with _opened(fake) as device:
        if host:
            url = device.playback("1", Span(NOW_S - 20, NOW_S - 10)).url
            assert url == "rtsp://127.0.0.1:554/replay?rec=1"
        else:
            with pytest.raises(BrokenAnswerError, match="no address"):
                device.playback("1", Span(NOW_S - 20, NOW_S - 10))
