"""Analysed time: every second of the line is told once, as analysed or missing with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.contract import AnalysedTime, MissingReason
from pipeline.runtime.watched_time import WatchedTime


@dataclass
class _ScheduledFrom:
    """A rule that is active from a moment on."""

    start_s: float = 0.0
    type: str = "perimeter_intrusion"
    rule_id: str = "perimeter_intrusion"
    every_s: float = 0.0

    is_engaged = False

    def is_scheduled(self, utc_s: float) -> bool:
        return utc_s >= self.start_s


def _ledger(rules: list[_ScheduledFrom], start_s: float = 0.0) -> tuple[WatchedTime, list]:
    reports: list[AnalysedTime] = []
    ledger = WatchedTime(
        "cam",
        rules,
        start_s,
        frame_worth_s=0.4,
        emit=reports.extend,  # type: ignore[arg-type]
    )
    return ledger, reports


def test_a_full_minute_at_five_pictures_a_second() -> None:
    ledger, reports = _ledger([_ScheduledFrom()])
    for i in range(1, 301):
        ledger.analysed(i * 0.2, otherwise=MissingReason.OFFLINE)
    [report] = reports
    assert report.analysed_s == pytest.approx(60.0)
    assert report.missing == ()


def test_one_picture_stands_for_a_moment_only() -> None:
    ledger, reports = _ledger([_ScheduledFrom()])
    ledger.analysed(10.0, otherwise=MissingReason.OFFLINE)
    ledger.analysed(50.0, otherwise=MissingReason.STALLED)
    ledger.missing(60.0, MissingReason.OVERLOADED)
    [report] = reports
    assert report.analysed_s == pytest.approx(0.8)
    told = {m.reason: m.seconds for m in report.missing}
    assert told == pytest.approx(
        {MissingReason.OFFLINE: 9.6, MissingReason.STALLED: 39.6, MissingReason.OVERLOADED: 10.0}
    )


def test_each_rule_has_its_own_schedule() -> None:
    ledger, reports = _ledger([_ScheduledFrom(), _ScheduledFrom(start_s=30.0)])
    for i in range(1, 301):
        ledger.analysed(i * 0.2, otherwise=MissingReason.OFFLINE)
    assert [r.analysed_s for r in reports] == pytest.approx([60.0, 30.0])
    assert reports[1].missing[0].reason is MissingReason.OUT_OF_SCHEDULE


def test_intervals_end_on_whole_minutes() -> None:
    ledger, reports = _ledger([_ScheduledFrom()], start_s=95.0)
    ledger.missing(185.0, MissingReason.OFFLINE)
    ledger.finish()
    edges = [(r.from_at.timestamp(), r.to_at.timestamp()) for r in reports]
    assert edges == [(95.0, 120.0), (120.0, 180.0), (180.0, 185.0)]


@given(
    st.lists(
        st.tuples(
            st.floats(0.001, 90.0),
            st.sampled_from([None, MissingReason.OFFLINE, MissingReason.STALLED]),
        ),
        min_size=1,
        max_size=40,
    )
)
def test_every_second_is_told_exactly_once(steps: list[tuple[float, MissingReason | None]]) -> None:
    ledger, reports = _ledger([_ScheduledFrom()], start_s=1_000_003.0)
    now_s = 1_000_003.0
    for step_s, reason in steps:
        now_s += step_s
        if reason is None:
            ledger.analysed(now_s, otherwise=MissingReason.OFFLINE)
        else:
            ledger.missing(now_s, reason)
    ledger.finish()
    told_s = sum(r.analysed_s + sum(m.seconds for m in r.missing) for r in reports)
    assert told_s == pytest.approx(now_s - 1_000_003.0, abs=0.01 * len(reports) + 0.01)
    for before, after in pairwise(reports):
        assert before.to_at == after.from_at


def test_a_slower_model_s_pictures_are_worth_twice_its_rate() -> None:
    ledger, reports = _ledger([_ScheduledFrom(), _ScheduledFrom(every_s=1.0)])
    for i in range(1, 41):
        ledger.analysed(i * 1.5, otherwise=MissingReason.OVERLOADED)
    quick, slow = reports
    assert quick.analysed_s == pytest.approx(40 * 0.4)
    assert slow.analysed_s == pytest.approx(60.0)
    assert slow.missing == ()


@pytest.mark.parametrize("leap_s", [26 * 365 * 86_400.0, -26 * 365 * 86_400.0, -3600.0])
def test_a_clock_that_is_set_makes_no_time_and_stops_none(leap_s: float) -> None:
    ledger, reports = _ledger([_ScheduledFrom(start_s=-1e12)], start_s=1.8e9)
    ledger.missing(1.8e9 + 30.0, MissingReason.OFFLINE)
    set_s = 1.8e9 + 30.0 + leap_s
    for second in range(1, 121):
        ledger.analysed(set_s + second * 0.2, otherwise=MissingReason.OFFLINE)
    ledger.finish()
    assert len(reports) <= 3
    told_s = sum(r.analysed_s + sum(m.seconds for m in r.missing) for r in reports)
    assert told_s == pytest.approx(30.0 + 119 * 0.2, abs=0.01)
    assert reports[-1].to_at.timestamp() == pytest.approx(set_s + 24.0)
