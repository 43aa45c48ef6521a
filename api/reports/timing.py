"""When a report that is made again and again is due. Pure.

A clock that is set forward skips an hour: what was due in it is due as late as it would have been
without. One that is set back has an hour twice: what is due in it is due the first time, once.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo


class Every(StrEnum):
    """How often a report is made."""

    MONTH = "month"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When a report is due.

    Attributes:
        every: How often.
        day: Of the month, from 1; of the week from 1, a Monday.
        at: The time of day.
        zone: By whose clocks.
    """

    every: Every
    day: int
    at: dt.time
    zone: ZoneInfo

    def after(self, moment: dt.datetime) -> dt.datetime:
        """The first time that is later than a moment.

        >>> rhythm = Rhythm(Every.MONTH, 31, dt.time(6), ZoneInfo("UTC"))
        >>> rhythm.after(dt.datetime(2027, 2, 3, tzinfo=dt.UTC)).date()
        datetime.date(2027, 2, 28)
        """
        day = moment.astimezone(self.zone).date()
        while True:
            day = self._next(day)
            due_at = dt.datetime.combine(day, self.at, self.zone).astimezone(dt.UTC)
            if due_at > moment:
                return due_at
            day += dt.timedelta(days=1)

    def _next(self, day: dt.date) -> dt.date:
        """The first day from this one on, on which something is due."""
        if self.every is Every.WEEK:
            return day + dt.timedelta(days=(self.day - day.isoweekday()) % 7)
        found = _of_month(day, self.day)
        if found < day:
            found = _of_month((day.replace(day=1) + dt.timedelta(days=31)).replace(day=1), self.day)
        return found

    def last_until(self, due_at: dt.datetime, now: dt.datetime) -> tuple[dt.datetime, int]:
        """The last time that is not later than now, from a first one on; how many came before."""
        missed = 0
        while (following := self.after(due_at)) <= now:
            due_at, missed = following, missed + 1
        return due_at, missed


def _of_month(day: dt.date, number: int) -> dt.date:
    """A day of a month; its last one where it has none of this number."""
    return day.replace(day=min(number, calendar.monthrange(day.year, day.month)[1]))


def month_before(due_at: dt.datetime, zone: ZoneInfo) -> str:
    """The month that was over when something was due, as 2026-10.

    >>> month_before(dt.datetime(2026, 10, 31, 22, tzinfo=dt.UTC), ZoneInfo("Asia/Shanghai"))
    '2026-10'
    """
    first = due_at.astimezone(zone).date().replace(day=1)
    return f"{first - dt.timedelta(days=1):%Y-%m}"
