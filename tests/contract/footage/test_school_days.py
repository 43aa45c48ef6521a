"""Days are calendar days, however long."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.contract.footage.school_days import (
    days_before,
    days_between,
    each_day,
    local_day,
)
from api.contract.footage.spans import Span

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = st.sampled_from(
    ["Asia/Shanghai", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "UTC"]
).map(ZoneInfo)
MOMENTS = st.floats(1.6e9, 1.9e9).map(round).map(float)


def at(text: str, zone: ZoneInfo = BERLIN) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2026-03-28T00:00", "2026-03-30T00:00", 2.0),  # 47 hours
        ("2026-10-24T12:00", "2026-10-26T12:00", 2.0),  # 49 hours
        ("2026-10-25T00:00", "2026-10-26T00:00", 1.0),  # 25 hours
        ("2026-05-01T06:00", "2026-05-03T12:00", 2.25),
        ("2026-05-01T06:00", "2026-05-01T06:00", 0.0),
        ("2026-05-02T06:00", "2026-05-01T06:00", 0.0),
    ],
)
def test_days_between(start: str, end: str, days: float) -> None:
    assert days_between(at(start), at(end), BERLIN) == days


@given(MOMENTS, st.integers(0, 400), ZONES)
def test_going_back_days_proves_so_many(end_s: float, days: int, zone: ZoneInfo) -> None:
    start_s = days_before(end_s, days, zone)
    assert days_between(start_s, end_s, zone) == days
    assert days_between(start_s + 1, end_s, zone) < max(days, 1e-9)
    assert local_day(start_s, zone) == local_day(end_s, zone) - timedelta(days=days)


@given(MOMENTS, st.integers(1, 40 * 86_400), ZONES)
def test_cutting_at_midnight_loses_no_second(start_s: float, length: int, zone: ZoneInfo) -> None:
    window = Span(start_s, start_s + length)
    days = list(each_day(window, zone))
    assert [s.start_s for _, s in days] == [start_s, *[s.end_s for _, s in days[:-1]]]
    assert days[-1][1].end_s == window.end_s
    for day, span in days:
        assert local_day(span.start_s, zone) == day == local_day(span.end_s - 1, zone)
