"""When scheduled reports are due: in short months, and where clocks are set."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from api.reports.timing import Every, Rhythm, month_before

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")


def _utc(*at: int) -> dt.datetime:
    return dt.datetime(*at, tzinfo=dt.UTC)  # type: ignore[misc, arg-type]


def _times(rhythm: Rhythm, moment: dt.datetime, count: int) -> list[str]:
    found = []
    for _ in range(count):
        moment = rhythm.after(moment)
        found.append(f"{moment.astimezone(rhythm.zone):%Y-%m-%d %H:%M}")
    return found


def test_the_31st_is_the_last_day_of_a_shorter_month() -> None:
    rhythm = Rhythm(Every.MONTH, 31, dt.time(6, 30), SHANGHAI)
    assert _times(rhythm, _utc(2026, 12, 31, 0), 4) == [
        "2027-01-31 06:30",
        "2027-02-28 06:30",
        "2027-03-31 06:30",
        "2027-04-30 06:30",
    ]
    assert _times(rhythm, _utc(2028, 2, 1), 1) == ["2028-02-29 06:30"]


def test_the_first_is_by_the_clocks_of_the_place() -> None:
    rhythm = Rhythm(Every.MONTH, 1, dt.time(6), SHANGHAI)
    assert rhythm.after(_utc(2026, 11, 24)) == _utc(2026, 11, 30, 22)
    # At the very moment it is due it is not due again.
    assert rhythm.after(_utc(2026, 11, 30, 22)) == _utc(2026, 12, 31, 22)


def test_a_week_is_counted_from_monday() -> None:
    rhythm = Rhythm(Every.WEEK, 1, dt.time(8), SHANGHAI)
    assert _times(rhythm, _utc(2026, 11, 24), 2) == ["2026-11-30 08:00", "2026-12-07 08:00"]
    assert _times(Rhythm(Every.WEEK, 7, dt.time(8), SHANGHAI), _utc(2026, 11, 24), 1) == [
        "2026-11-29 08:00"
    ]


def test_an_hour_that_is_skipped_or_comes_twice_makes_one_report() -> None:
    rhythm = Rhythm(Every.WEEK, 7, dt.time(2, 30), BERLIN)
    # On 28 March 2027 there is no 02:30; it is as late as it would have been.
    assert rhythm.after(_utc(2027, 3, 27)) == _utc(2027, 3, 28, 1, 30)
    assert rhythm.after(_utc(2027, 3, 28, 1, 30)) == _utc(2027, 4, 4, 0, 30)
    # On 25 October 2026 there are two.
    assert rhythm.after(_utc(2026, 10, 24)) == _utc(2026, 10, 25, 0, 30)
    assert rhythm.after(_utc(2026, 10, 25, 0, 30)) == _utc(2026, 11, 1, 1, 30)


def test_what_was_missed_is_one_time_and_a_number() -> None:
    rhythm = Rhythm(Every.MONTH, 1, dt.time(6), SHANGHAI)
    due_at = _utc(2026, 11, 30, 22)
    assert rhythm.last_until(due_at, _utc(2026, 12, 1)) == (due_at, 0)
    assert rhythm.last_until(due_at, _utc(2027, 1, 5)) == (_utc(2026, 12, 31, 22), 1)


@pytest.mark.parametrize(
    ("at", "month"), [((2026, 11, 30, 22), "2026-11"), ((2026, 12, 31, 15, 59), "2026-11")]
)
def test_a_months_report_is_on_the_month_that_is_over_there(
    at: tuple[int, ...], month: str
) -> None:
    assert month_before(_utc(*at), SHANGHAI) == month


@given(
    some.builds(
        Rhythm,
        some.just(Every.MONTH),
        some.integers(1, 31),
        some.times(),
        some.sampled_from([SHANGHAI, BERLIN, ZoneInfo("America/St_Johns")]),
    ),
    some.timedeltas(dt.timedelta(0), dt.timedelta(days=5500)),
)
def test_each_month_has_one_time_and_none_is_left_out(rhythm: Rhythm, after: dt.timedelta) -> None:
    moment = _utc(2020, 1, 1) + after
    first = rhythm.after(moment)
    second = rhythm.after(first)
    assert second > first > moment
    one, two = (each.astimezone(rhythm.zone).date() for each in (first, second))
    assert (two.year * 12 + two.month) - (one.year * 12 + one.month) == 1
