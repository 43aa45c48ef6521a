"""Which reports of a camera's clock are believed, and what is made of them."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.video.camera_clock import STALE_S, CameraClock, ClockDoubt, ClockReading

UTC_S = 1_795_000_000.0
_EACH_S = 5.0


class _Told:
    """A camera that reports each five seconds."""

    def __init__(self) -> None:
        self.clock = CameraClock()
        self.at_s = 0.0

    def report(self, offset_s: Callable[[float], float], for_s: float) -> ClockReading:
        until_s = self.at_s + for_s
        while self.at_s < until_s:
            now_s = UTC_S + self.at_s
            self.clock.reported(now_s + offset_s(self.at_s), now_s, round(self.at_s * 1e9))
            self.at_s += _EACH_S
        return self.now()

    def silence(self, for_s: float) -> ClockReading:
        self.at_s += for_s
        return self.now()

    def now(self) -> ClockReading:
        return self.clock.reading(round(self.at_s * 1e9))


def _steadily(offset_s: float) -> Callable[[float], float]:
    return lambda _: offset_s


def test_three_reports_that_agree_are_believed() -> None:
    told = _Told()
    assert told.now() == ClockReading(doubt=ClockDoubt.NO_REPORTS)
    assert told.report(_steadily(40.0), 10.0).offset_s is None
    reading = told.report(_steadily(40.0), 5.0)
    assert (reading.offset_s, reading.doubt) == (pytest.approx(40.0), None)
    assert reading.measured_utc_s == UTC_S + 10.0


@pytest.mark.parametrize("began_utc_s", [-2_208_988_800.0, 0.0])
def test_a_clock_that_counts_from_1900_or_1970_is_unknown(began_utc_s: float) -> None:
    told = _Told()
    assert told.report(_steadily(3.0), 60.0).offset_s == pytest.approx(3.0)
    reading = told.report(_steadily(began_utc_s - UTC_S), 600.0)
    assert (reading.offset_s, reading.doubt) == (None, ClockDoubt.IMPLAUSIBLE)
    assert told.report(_steadily(0.0), 15.0).doubt is None, "somebody has set it"


def test_a_clock_that_is_set_is_followed() -> None:
    told = _Told()
    told.report(_steadily(40.0), 7200.0)
    reading = told.report(_steadily(0.2), 30.0)
    assert reading.offset_s == pytest.approx(0.2)
    assert reading.drift_s_per_day is None, "what was measured of another time says nothing"


def test_a_clock_that_is_set_again_and_again_is_unsteady() -> None:
    told = _Told()
    reading = told.report(lambda at_s: 100.0 * (at_s // 300), 1200.0)
    assert (reading.offset_s, reading.doubt) == (None, ClockDoubt.UNSTEADY)
    reading = told.report(_steadily(5.0), 4000.0)
    assert (reading.offset_s, reading.doubt) == (pytest.approx(5.0), None)


def test_reports_that_jump_about_are_unsteady() -> None:
    told = _Told()
    told.report(_steadily(2.0), 60.0)

    def jumps(at_s: float) -> float:
        return 50.0 * (at_s / _EACH_S % 3)

    assert told.report(jumps, 60.0).offset_s == pytest.approx(2.0), "so far it is an outlier"
    reading = told.report(jumps, 120.0)
    assert (reading.offset_s, reading.doubt) == (None, ClockDoubt.UNSTEADY)


def test_what_nobody_reported_for_long_is_not_known() -> None:
    told = _Told()
    told.report(_steadily(2.0), 60.0)
    assert told.silence(STALE_S - 10.0).offset_s == pytest.approx(2.0)
    reading = told.silence(20.0)
    assert reading == ClockReading(measured_utc_s=UTC_S + 55.0, doubt=ClockDoubt.NO_REPORTS)


@pytest.mark.parametrize("per_day_s", [-8.0, 0.0, 2.0, 60.0])
def test_drift_through_jitter(per_day_s: float) -> None:
    told = _Told()
    jitter = random.Random(11)

    def drifting(at_s: float) -> float:
        return 7.0 + per_day_s * at_s / 86_400 + jitter.uniform(-0.05, 0.05)

    assert told.report(drifting, 3600.0).drift_s_per_day is None, "an hour is asked for"
    reading = told.report(drifting, 3 * 3600.0)
    assert reading.drift_s_per_day == pytest.approx(per_day_s, abs=0.3)
    assert reading.offset_s == pytest.approx(7.0 + per_day_s / 6, abs=0.1)


@given(st.floats(-86_400.0, 86_400.0), st.lists(st.floats(-0.5, 0.5), min_size=3, max_size=60))
def test_jitter_neither_hides_nor_moves_an_offset(offset_s: float, jitter: list[float]) -> None:
    told = _Told()
    for each in jitter:
        reading = told.report(lambda _, each=each: offset_s + each, _EACH_S)  # type: ignore[misc]
    assert reading.offset_s == pytest.approx(offset_s, abs=0.51)
