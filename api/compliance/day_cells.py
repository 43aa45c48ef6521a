"""What is known of each day of a camera now, whatever was judged of it then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from api.compliance.district_schemas import HeldDay
from api.compliance.judging import calendar_of
from api.compliance.requirements import Requirement
from api.compliance.verdict_repository import JudgedDay
from api.contract import GapCause
from api.contract.footage.held import HeldFootage, Hole
from api.contract.footage.sweep import window_of

Bounds = Callable[[date], tuple[int, int]]
"""A local day's beginning and end, in milliseconds."""


def held_days(held: HeldFootage | None, first: date, last: date, bounds: Bounds) -> list[HeldDay]:
    """Each day as it was told last; oldest first.

    Only days that begin after the footage does: what was deleted in its time is not missing.
    """
    if held is None or held.front_ms is None:
        return []
    since_ms = max(held.from_ms, held.front_ms)
    days = (first + timedelta(number) for number in range((last - first).days + 1))
    known = [
        (day, begin_ms, min(end_ms, held.as_of_ms))
        for day, (begin_ms, end_ms) in ((day, bounds(day)) for day in days)
        if since_ms <= begin_ms < held.as_of_ms
    ]
    return list(_shares(held, known))


def _shares(held: HeldFootage, known: list[tuple[date, int, int]]) -> Iterator[HeldDay]:
    """Days and holes are both in order, and the latter apart."""
    first = 0
    for day, begin_ms, end_ms in known:
        while first < len(held.holes) and held.holes[first].end_ms <= begin_ms:
            first += 1
        missing_ms, unverified_ms, at = 0, 0, first
        while at < len(held.holes) and held.holes[at].start_ms < end_ms:
            hole = held.holes[at]
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
