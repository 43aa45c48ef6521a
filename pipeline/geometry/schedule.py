"""When a rule watches: a weekly plan in the school's wall-clock time.

A range is active while the school's clock on the wall shows a time in it. That one definition
settles daylight saving too: a range inside a skipped hour does not happen that day, one inside a
repeated hour happens twice. A range over midnight belongs to the day on which it starts.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator

from pipeline.geometry.site import SiteConfig

DAY_S = 86_400

_RANGE = re.compile(r"^(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})$")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONDAY, _SATURDAY, _SUNDAY = 0, 5, 6


def _seconds_of(text: str) -> tuple[int, int]:
    """Start and end of ``22:00-06:00`` in seconds of its day; the end may exceed one day."""
    match = _RANGE.match(text.strip())
    if match is None:
        raise ValueError(f"'{text}' is no time range. Write it as 17:30-24:00")
    hours_a, minutes_a, hours_b, minutes_b = (int(part) for part in match.groups())
    start, end = hours_a * 3600 + minutes_a * 60, hours_b * 3600 + minutes_b * 60
    if minutes_a > 59 or minutes_b > 59 or start >= DAY_S or end > DAY_S:
        raise ValueError(f"'{text}' names a time that does not exist. Use 00:00 to 24:00")
    if start == end:
        raise ValueError(f"'{text}' is empty. Write 00:00-24:00 for the whole day, or leave it out")
    return start, end if end > start else end + DAY_S


def _is_range(text: str) -> str:
    _seconds_of(text)
    return text


TimeRange = Annotated[str, AfterValidator(_is_range)]
"""Wall-clock time as ``17:30-24:00`` or, over midnight, ``22:00-06:00``."""
Ranges = tuple[TimeRange, ...]


class WeeklyScheduleConfig(BaseModel):
    """Active ranges for each day of the week; a day that is not named is never active.

    Attributes:
        mon, tue, wed, thu, fri, sat, sun: Ranges of that day, in place of the two below.
        workdays: Monday to Friday, and days worked in exchange (``SiteConfig.workday_overrides``);
            without it those weekend days follow ``mon``.
        weekend: Saturday and Sunday.
        holidays: For ``SiteConfig.holidays``: as a Sunday, not at all (``closed``), or own ranges.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    mon: Ranges | None = None
    tue: Ranges | None = None
    wed: Ranges | None = None
    thu: Ranges | None = None
    fri: Ranges | None = None
    sat: Ranges | None = None
    sun: Ranges | None = None
    workdays: Ranges | None = None
    weekend: Ranges | None = None
    holidays: Literal["as_sunday", "closed"] | Ranges = "as_sunday"

    @model_validator(mode="after")
    def _is_ever_active(self) -> WeeklyScheduleConfig:
        week = any(self._of_weekday(day) for day in range(7))
        if not week and (isinstance(self.holidays, str) or not self.holidays):
            raise ValueError(
                "no day has a range, so the rule would never watch. Write 'always', or give "
                "ranges for workdays, weekend or single days"
            )
        return self

    def ranges_on(self, day: date, site: SiteConfig) -> Ranges:
        """The ranges that start on a calendar day of the school."""
        weekday = day.weekday()
        if day in site.workday_overrides:
            if weekday < _SATURDAY:
                return self._of_weekday(weekday)
            return self.workdays if self.workdays is not None else self._of_weekday(_MONDAY)
        if day in site.holidays:
            if self.holidays == "as_sunday":
                return self._of_weekday(_SUNDAY)
            return () if isinstance(self.holidays, str) else self.holidays
        return self._of_weekday(weekday)

    def _of_weekday(self, weekday: int) -> Ranges:
        own: Ranges | None = getattr(self, _WEEKDAYS[weekday])
        if own is not None:
            return own
        group = self.workdays if weekday < _SATURDAY else self.weekend
        return group or ()


ScheduleConfig = Literal["always"] | WeeklyScheduleConfig
"""A weekly plan, or the word ``always``."""


class Schedule:
    """A plan with the calendar it is read by.

    Args:
        config: The plan.
        site: The school's time zone and calendar.

    Example:
        >>> night = WeeklyScheduleConfig(workdays=("22:00-06:00",))
        >>> schedule = Schedule(night, SiteConfig())
        >>> schedule.is_active(1_795_446_000.0)  # Monday 2026-11-23 23:00 in Shanghai
        True
    """

    def __init__(self, config: ScheduleConfig, site: SiteConfig) -> None:
        self._plan = None if config == "always" else config
        self._site = site
        self._zone = site.zone()

    def is_active(self, utc_s: float) -> bool:
        """Whether the rule watches at a moment.

        Args:
            utc_s: Seconds since the epoch.
        """
        if self._plan is None:
            return True
        local = datetime.fromtimestamp(utc_s, self._zone)
        today = local.date()
        second = local.hour * 3600 + local.minute * 60 + local.second + local.microsecond / 1e6
        if any(start <= second < end for start, end in self._spans(today)):
            return True
        second += DAY_S
        return any(start <= second < end for start, end in self._spans(today - timedelta(days=1)))

    def _spans(self, day: date) -> tuple[tuple[int, int], ...]:
        assert self._plan is not None
        return tuple(_seconds_of(text) for text in self._plan.ranges_on(day, self._site))


__all__ = ["Schedule", "ScheduleConfig", "SiteConfig", "TimeRange", "WeeklyScheduleConfig"]
