"""What is known of each day of a camera now, whatever was judged of it then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from api.compliance.district_schemas import HeldDay
from api.compliance.judging import calendar_of
from api.compliance.requirements import Requirement
from api.compliance.verdict_repository import JudgedDay
from api.contract import GapCause
from api.contract.footage.calendar_ms import Calendar
from api.contract.footage.held import HeldFootage, Hole
from api.contract.footage.sweep import window_of


def held_days(
    held: HeldFootage | None, first: date, last: date, calendar: Calendar, asked_days: int
) -> list[HeldDay]:
    """Each day as it was told last; oldest first.

    Only days that begin after the footage does, or that had to be there: what was deleted in its
    time is not missing, and what was deleted before its time, or never was, is.

    Args:
        held: What was last told of a camera's footage; None when nothing was.
        first: The first day.
        last: The last one.
        calendar: Of the school's days.
        asked_days: How long footage is kept; 0 when nothing binds.
    """
    if held is None:
        return []
    window = window_of(held, asked_days, calendar) if asked_days else None
    begins_ms = [] if held.front_ms is None else [held.front_ms]
    if window is not None:
        begins_ms.append(window.start_ms)
    if not begins_ms:
        return []
    since_ms = max(held.from_ms, min(begins_ms))
    days = (first + timedelta(number) for number in range((last - first).days + 1))
    known = [
        (day, begin_ms, min(end_ms, held.as_of_ms))
        for day, (begin_ms, end_ms) in ((day, calendar.bounds(day)) for day in days)
        if since_ms <= begin_ms < held.as_of_ms
    ]
    return list(_shares(held.missing(since_ms, held.as_of_ms), known))


def _shares(holes: list[Hole], known: list[tuple[date, int, int]]) -> Iterator[HeldDay]:
    """Days and holes are both in order, and the latter apart."""
    first = 0
    for day, begin_ms, end_ms in known:
        while first < len(holes) and holes[first].end_ms <= begin_ms:
            first += 1
        missing_ms, unverified_ms, at = 0, 0, first
        while at < len(holes) and holes[at].start_ms < end_ms:
            hole = holes[at]
            own_ms = min(hole.end_ms, end_ms) - max(hole.start_ms, begin_ms)
            if hole.cause is GapCause.NOT_VERIFIED:
                unverified_ms += own_ms
            else:
                missing_ms += own_ms
            at += 1
        yield HeldDay(
            day=day,
            share=1 - missing_ms / (end_ms - begin_ms),
            has_unverified=unverified_ms > 0,
        )


def missing_of(
    verdict: JudgedDay | None, held: HeldFootage | None, asked: Requirement, zone: ZoneInfo
) -> list[Hole]:
    """What is missing of the days that were judged."""
    # What was told since the verdict is a little newer than it.
    if verdict is None or held is None:
        return []
    window = window_of(held, asked.days, calendar_of(zone, verdict.day))
    return [] if window is None else held.missing(window.start_ms, window.end_ms)
