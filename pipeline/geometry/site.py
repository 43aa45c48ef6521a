"""The school's own calendar: its time zone, holidays and the days worked in exchange for them.

Cameras keep UTC; a caretaker thinks "after school". Chinese holidays move working days to weekends
(调休), by a notice each autumn, so both lists are configuration.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, field_validator

_SEPARATOR = ".."
_LONGEST_RANGE_DAYS = 366


def _days_of(value: object) -> object:
    """Expand ``2026-10-01..2026-10-07`` among single dates; leave the rest to pydantic."""
    if not isinstance(value, list | tuple):
        return value
    days: list[object] = []
    for item in value:
        if isinstance(item, str) and _SEPARATOR in item:
            days.extend(_expand(item))
        else:
            days.append(item)
    return days


def _expand(text: str) -> list[date]:
    first_text, last_text = (part.strip() for part in text.split(_SEPARATOR, 1))
    try:
        first, last = date.fromisoformat(first_text), date.fromisoformat(last_text)
    except ValueError as error:
        raise ValueError(
            f"'{text}' is no range of dates. Write it as 2026-10-01..2026-10-07"
        ) from error
    length = (last - first).days + 1
    if length < 1:
        raise ValueError(f"'{text}' ends before it starts. Write the earlier date first")
    if length > _LONGEST_RANGE_DAYS:
        raise ValueError(f"'{text}' is {length} days long. Check the years")
    return [first + timedelta(days=i) for i in range(length)]


Days = Annotated[frozenset[date], BeforeValidator(_days_of)]
"""Dates; in a file a list of ``2026-10-01`` and ``2026-10-01..2026-10-07``."""


class SiteConfig(BaseModel):
    """Time zone and calendar of one school.

    Attributes:
        time_zone: IANA name.
        holidays: Days on which schedules follow their ``holidays`` entry.
        workday_overrides: Days worked although they are weekends or within holidays (调休).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    time_zone: str = "Asia/Shanghai"
    holidays: Days = frozenset()
    workday_overrides: Days = frozenset()

    @field_validator("time_zone")
    @classmethod
    def _is_a_time_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(
                f"'{name}' is no time zone. Write an IANA name, as Asia/Shanghai"
            ) from error
        return name

    def zone(self) -> ZoneInfo:
        """The time zone's rules."""
        return ZoneInfo(self.time_zone)
