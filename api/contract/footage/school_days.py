"""Calendar days in the school's time zone.

The law counts days, and a day has 23 or 25 hours when clocks change. "30 days back from noon" is
noon on the calendar 30 days earlier, however many hours that is.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from api.contract.footage.spans import Span


def midnight_s(day: date, zone: ZoneInfo) -> float:
    """When the day begins, seconds since the epoch."""
    return datetime.combine(day, time(), zone).timestamp()


def local_day(utc_s: float, zone: ZoneInfo) -> date:
    """The school's date at a moment."""
    return datetime.fromtimestamp(utc_s, zone).date()


def days_before(utc_s: float, days: int, zone: ZoneInfo) -> float:
    """The same time of day so many calendar days earlier (later when negative).

    A time of day that clocks skipped, or had twice, is read as the standard library does: the
    first of two, and as if they had not been put forward yet.
    """
    local = datetime.fromtimestamp(utc_s, zone)
    moved = (local.replace(tzinfo=None) - timedelta(days=days)).replace(
        tzinfo=zone, fold=local.fold
    )
    return moved.astimezone(UTC).timestamp()


def days_between(start_s: float, end_s: float, zone: ZoneInfo) -> float:
    """Calendar days from start to end, with a fraction; 0.0 when the end is not later.

    Whole days are steps of ``days_before`` from the end; the rest is a fraction of the day it
    lies in. So from 06:00 to 06:00 two days later is 2.0 although one of them had 23 hours.
    """
    if end_s <= start_s:
        return 0.0
    whole = max(0, round((end_s - start_s) / 86_400))
    while whole > 0 and days_before(end_s, whole, zone) < start_s:
        whole -= 1
    while days_before(end_s, whole + 1, zone) >= start_s:
        whole += 1
    reached_s = days_before(end_s, whole, zone)
    length_s = reached_s - days_before(end_s, whole + 1, zone)
    return whole + max(0.0, reached_s - start_s) / length_s


def each_day(window: Span, zone: ZoneInfo) -> Iterator[tuple[date, Span]]:
    """The window cut at the school's midnights."""
    day = local_day(window.start_s, zone)
    start_s = window.start_s
    while start_s < window.end_s:
        day += timedelta(days=1)
        end_s = min(window.end_s, midnight_s(day, zone))
        if end_s > start_s:
            yield day - timedelta(days=1), Span(start_s, end_s)
            start_s = end_s
