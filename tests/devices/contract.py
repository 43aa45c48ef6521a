"""What every adapter must do with every recorder, however it lies.

An adapter's test module derives a class ``Test…`` from `DeviceContract`, which says how to serve a
`Script` as that maker's device and how to open it.
"""

from __future__ import annotations

import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeVar
from zoneinfo import ZoneInfo

import pytest

from api.contract.footage.spans import Span, merge
from pipeline.core.clock import Clock
from pipeline.devices.credentials import Credentials
from pipeline.devices.device import Coverage, Device
from pipeline.devices.errors import DeviceError, DeviceUnreachableError, UnknownReason
from pipeline.devices.polite_http import Limits
from tests.devices.script import HOUR_S, NOW_S, Script, ScriptedChannel, Trouble, hourly
from tests.support.scripted_rtsp import closed_port

DAY = Span(NOW_S - 24 * HOUR_S, NOW_S)
QUARTER = Span(NOW_S - 90 * 24 * HOUR_S, NOW_S)
QUICK = Limits(size_bytes=256 * 1024, connect_s=5.0, read_s=10.0)
IMPATIENT = Limits(connect_s=1.0, read_s=0.3)
_MOST_QUESTIONS = 300
"""About a day; a recorder asked oftener is hammered."""

Open = Callable[..., Device]
_Test = TypeVar("_Test", bound=Callable[..., None])
_TRAIT = "is_of_those_with"


def footage(coverage: Coverage) -> list[Span]:
    """Where it says footage is, seams of a device's whole seconds closed."""
    return merge((each.span for each in coverage.recorded), 1.5)


def reasons(coverage: Coverage) -> set[UnknownReason]:
    return {each.reason for each in coverage.unknown}


def same_spans(found: list[Span], expected: list[tuple[float, float]]) -> bool:
    """Equal to a second: recorders count no finer."""
    return len(found) == len(expected) and all(
        abs(span.start_s - start_s) <= 1.0 and abs(span.end_s - end_s) <= 1.0
        for span, (start_s, end_s) in zip(found, expected, strict=True)
    )


def _where(trait: str) -> Callable[[_Test], _Test]:
    """A test of those that have a trait alone."""

    def marked(test: _Test) -> _Test:
        setattr(test, _TRAIT, trait)
        return test

    return marked


class DeviceContract(ABC):
    """The suite; ``serve`` and ``open`` are the maker's.

    Attributes:
        channels: What the maker's fake calls the script's two cameras.
        counts_logins: Whether wrong passwords are seen at each question (not at a gateway that
            has tokens).
        has_own_zone: Whether its times are those of its zone, and do not say so.
        has_clock: Whether its clock can be asked for.
        tells_pieces: Whether it lists recordings with both their ends, and not starts and stops.
        has_pages: Whether it answers in pages.
        speaks_xml: Whether its answers are XML.
    """

    channels: tuple[str, str] = ("1", "2")
    counts_logins: bool = True
    has_own_zone: bool = True
    has_clock: bool = True
    tells_pieces: bool = True
    has_pages: bool = True
    speaks_xml: bool = True

    def __init_subclass__(cls) -> None:
        """Leave out what a maker's protocol has no form of."""
        for name, test in vars(DeviceContract).items():
            if (trait := getattr(test, _TRAIT, None)) is not None and not getattr(cls, trait):
                setattr(cls, name, None)

    @abstractmethod
    def serve(self, script: Script) -> AbstractContextManager[str]:
        """Serve the script until the block ends; gives the address."""

    @abstractmethod
    def open(
        self, address: str, credentials: Credentials | None, clock: Clock, limits: Limits
    ) -> Device:
        """The adapter under test."""

    @pytest.fixture
    def script(self) -> Script:
        script = Script()
        script.channels = [
            ScriptedChannel(self.channels[0], "大门"),
            ScriptedChannel(self.channels[1], "食堂", False),
        ]
        script.recordings = {self.channels[0]: hourly(48), self.channels[1]: []}
        return script

    @pytest.fixture
    def device(self, script: Script, request: pytest.FixtureRequest) -> Open:
        """Opens the script, which is served from the first call on."""
        served: list[str] = []

        def opened(
            password: str | None = None, address: str | None = None, limits: Limits = QUICK
        ) -> Device:
            if address is None:
                if not served:
                    server = self.serve(script)
                    served.append(server.__enter__())
                    request.addfinalizer(lambda: server.__exit__(None, None, None))
                address = served[0]
            credentials = Credentials(script.user, password or script.password)
            device = self.open(address, credentials, script.clock, limits)
            request.addfinalizer(device.close)
            return device

        return opened

    def test_channels_have_their_names_and_whether_they_are_there(
        self, script: Script, device: Open
    ) -> None:
        found = device().channels()
        assert [(each.id, each.name) for each in found] == [
            (each.id, each.name) for each in script.channels
        ]
        assert all(
            each.is_online in (None, truly.is_online)
            for each, truly in zip(found, script.channels, strict=True)
        )

    def test_swapped_channels_are_told_by_their_names(self, script: Script, device: Open) -> None:
        opened = device()
        before = {each.id: each.name for each in opened.channels()}
        first, second = script.channels
        script.channels = [
            type(first)(first.id, second.name, second.is_online),
            type(first)(second.id, first.name, first.is_online),
        ]
        after = {each.id: each.name for each in opened.channels()}
        assert after == {first.id: before[second.id], second.id: before[first.id]}

    def test_a_gap_of_58_seconds_is_where_it_is(self, script: Script, device: Open) -> None:
        cut_s = NOW_S - 6 * HOUR_S
        rows = hourly(24)
        rows[-7] = (rows[-7][0], cut_s - 58)
        script.recordings[self.channels[0]] = rows
        found = device().coverage(self.channels[0], DAY)
        assert found.unknown == ()
        assert same_spans(footage(found), [(DAY.start_s, cut_s - 58), (cut_s, NOW_S)])

    def test_nothing_recorded_is_nothing_and_not_unknown(self, device: Open) -> None:
        found = device().coverage(self.channels[1], DAY)
        assert (found.recorded, found.unknown) == ((), ())

    def test_every_page_is_read(self, script: Script, device: Open) -> None:
        script.page_size = 2
        found = device().coverage(self.channels[0], Span(NOW_S - 40 * HOUR_S, NOW_S))
        assert found.unknown == ()
        [whole] = footage(found)
        assert whole.start_s <= NOW_S - 40 * HOUR_S + 1.0
        assert whole.end_s == pytest.approx(NOW_S, abs=1.0)

    @_where("has_clock")
    @pytest.mark.parametrize("skew_s", [300.0, -400.0])
    def test_a_clock_that_is_wrong_is_taken_off(
        self, script: Script, device: Open, skew_s: float
    ) -> None:
        script.skew_s = skew_s
        rows = [(NOW_S - 5 * HOUR_S, NOW_S - 3 * HOUR_S), (NOW_S - 900, NOW_S)]
        script.recordings[self.channels[0]] = rows
        opened = device()
        offset = opened.clock_offset()
        assert offset.seconds == pytest.approx(skew_s, abs=max(1.0, offset.uncertainty_s))
        found = opened.coverage(self.channels[0], DAY)
        assert found.unknown == ()
        assert same_spans(footage(found), rows)

    @_where("has_own_zone")
    @pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kathmandu"])
    def test_a_recorder_in_another_zone(self, script: Script, device: Open, zone: str) -> None:
        script.zone = ZoneInfo(zone)
        rows = [(NOW_S - 20 * HOUR_S, NOW_S - 9 * HOUR_S), (NOW_S - 900, NOW_S)]
        script.recordings[self.channels[0]] = rows
        opened = device()
        offset = opened.clock_offset()
        assert abs(offset.seconds) <= max(1.0, offset.uncertainty_s)
        found = opened.coverage(self.channels[0], DAY)
        assert found.unknown == ()
        assert same_spans(footage(found), rows)

    def test_a_refused_login_is_tried_once_and_remembered(
        self, script: Script, device: Open
    ) -> None:
        opened = device("wrong")
        found = opened.coverage(self.channels[0], DAY)
        assert [(each.span, each.reason) for each in found.unknown] == [
            (DAY, UnknownReason.AUTH_REFUSED)
        ]
        for _ in range(3):
            opened.coverage(self.channels[0], DAY)
            with pytest.raises(DeviceError) as refused:
                opened.channels()
            assert refused.value.reason is UnknownReason.AUTH_REFUSED
        assert not self.counts_logins or script.refused_logins == 1
        assert device().channels(), "other credentials are tried"

    def test_a_sign_in_that_ran_out_is_made_anew(self, script: Script, device: Open) -> None:
        script.trouble = frozenset({Trouble.SESSION_ENDS})
        script.page_size = 4
        found = device().coverage(self.channels[0], DAY)
        assert found.unknown == ()
        assert len(footage(found)) == 1
        assert script.refused_logins == 0

    def test_two_given_and_a_thousand_announced_leaves_the_rest_unknown(
        self, script: Script, device: Open
    ) -> None:
        script.trouble = frozenset({Trouble.SHORT_OF_TOTAL})
        found = device().coverage(self.channels[0], DAY)
        assert reasons(found) == {UnknownReason.PARTIAL}
        assert found.recorded
        _silence_is_not_taken_for_nothing(found)

    @_where("has_pages")
    def test_the_same_page_for_ever_ends(self, script: Script, device: Open) -> None:
        script.trouble = frozenset({Trouble.SAME_PAGE})
        script.page_size = 2
        found = device().coverage(self.channels[0], DAY)
        assert reasons(found) == {UnknownReason.PARTIAL}
        assert len(script.asked) < _MOST_QUESTIONS
        _silence_is_not_taken_for_nothing(found)

    def test_what_breaks_beyond_twelve_hours_is_asked_for_in_short_pieces(
        self, script: Script, device: Open
    ) -> None:
        script.trouble = frozenset({Trouble.BROKEN_BEYOND_12_H})
        found = device().coverage(self.channels[0], DAY)
        assert found.unknown == ()
        assert len(footage(found)) == 1

    @_where("speaks_xml")
    def test_an_answer_of_entities_is_unknown(self, script: Script, device: Open) -> None:
        self._is_unknown(script, device, Trouble.ENTITY_BOMB)

    @pytest.mark.parametrize("trouble", [Trouble.BROKEN, Trouble.TOO_LARGE])
    def test_an_answer_that_is_none_is_unknown(
        self, script: Script, device: Open, trouble: Trouble
    ) -> None:
        self._is_unknown(script, device, trouble)

    def _is_unknown(self, script: Script, device: Open, trouble: Trouble) -> None:
        script.trouble = frozenset({trouble})
        found = device().coverage(self.channels[0], DAY)
        assert reasons(found) == {UnknownReason.BROKEN_ANSWER}
        assert len(script.asked) < _MOST_QUESTIONS
        _silence_is_not_taken_for_nothing(found)

    def test_a_recorder_that_falls_silent_is_unknown_and_left_alone(
        self, script: Script, device: Open
    ) -> None:
        script.trouble = frozenset({Trouble.SILENT})
        found = device(limits=IMPATIENT).coverage(self.channels[0], QUARTER)
        assert reasons(found) == {UnknownReason.UNREACHABLE}
        assert found.recorded == ()
        assert len(script.asked) <= 4

    def test_a_busy_recorder_is_asked_again_later(self, script: Script, device: Open) -> None:
        script.trouble = frozenset({Trouble.BUSY_TWICE})
        before_s = script.clock.utc_s()
        found = device().coverage(self.channels[0], Span(NOW_S - 5 * HOUR_S, NOW_S - 3 * HOUR_S))
        assert found.unknown == ()
        assert len(footage(found)) == 1
        assert script.clock.utc_s() - before_s >= 2.0

    def test_one_that_stays_busy_is_unknown_and_left_alone(
        self, script: Script, device: Open
    ) -> None:
        script.trouble = frozenset({Trouble.BUSY})
        found = device().coverage(self.channels[0], QUARTER)
        assert reasons(found) == {UnknownReason.BUSY}
        assert len(script.asked) <= 8

    def test_nobody_there_is_unknown(self, device: Open) -> None:
        nobody = device(address=f"http://127.0.0.1:{closed_port()}")
        found = nobody.coverage(self.channels[0], DAY)
        assert [(each.span, each.reason) for each in found.unknown] == [
            (DAY, UnknownReason.UNREACHABLE)
        ]
        with pytest.raises(DeviceUnreachableError):
            nobody.channels()
        with pytest.raises(DeviceError):
            nobody.health()

    @_where("tells_pieces")
    def test_a_recording_that_ends_before_it_begins_is_in_doubt(
        self, script: Script, device: Open
    ) -> None:
        rows = hourly(24)
        start_s, end_s = rows[-4]
        rows[-4] = (end_s - 60, start_s + 60)
        script.recordings[self.channels[0]] = rows
        found = device().coverage(self.channels[0], DAY)
        assert reasons(found) == {UnknownReason.CONTRADICTORY}
        assert same_spans([each.span for each in found.unknown], [(start_s + 60, end_s - 60)])
        assert footage(found)[-1].end_s == pytest.approx(NOW_S, abs=1.0)

    @_where("tells_pieces")
    def test_recordings_that_overlap_are_in_doubt_where_they_do(
        self, script: Script, device: Open
    ) -> None:
        rows = hourly(24)
        rows[-3] = (rows[-3][0], rows[-3][1] + 600)
        script.recordings[self.channels[0]] = rows
        found = device().coverage(self.channels[0], DAY)
        assert reasons(found) == {UnknownReason.CONTRADICTORY}
        begins_s = rows[-2][0]
        assert same_spans([each.span for each in found.unknown], [(begins_s, begins_s + 600)])

    def test_footage_of_another_day_is_not_taken_for_this_one(
        self, script: Script, device: Open
    ) -> None:
        script.trouble = frozenset({Trouble.ELSEWHERE})
        found = device().coverage(self.channels[0], DAY)
        assert found.recorded == ()
        assert merge(each.span for each in found.unknown) == [DAY]

    def test_never_more_than_two_questions_at_a_time(self, script: Script, device: Open) -> None:
        opened = device()
        found: list[Coverage] = []

        def ask() -> None:
            found.append(opened.coverage(self.channels[0], DAY))

        threads = [threading.Thread(target=ask, daemon=True) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert [each.unknown for each in found] == [()] * 5
        assert 1 <= script.most_at_once <= 2

    def test_no_text_and_no_log_shows_the_password(
        self, script: Script, device: Open, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        opened = device()
        opened.channels()
        opened.coverage(self.channels[0], DAY)
        playback = opened.playback(self.channels[0], Span(NOW_S - 7200, NOW_S - 7190))
        shown = [repr(opened), repr(playback), playback.url, repr(playback.credentials)]
        with pytest.raises(DeviceError) as error:
            device("wrong-s3cret").channels()
        shown += [str(error.value), repr(error.value), caplog.text]
        assert not [text for text in shown if "s3cret" in text]
        assert script.secrets_in_clear == []


def _silence_is_not_taken_for_nothing(coverage: Coverage) -> None:
    """Of a window that truly is full of footage, each second is recorded or unknown."""
    spans = [*(each.span for each in coverage.recorded), *(each.span for each in coverage.unknown)]
    window = coverage.window
    [whole] = [span for span in merge(spans, 1.5) if span.end_s > window.start_s + 1.5]
    assert whole.start_s <= window.start_s + 1.0
    assert whole.end_s >= window.end_s - 1.0
