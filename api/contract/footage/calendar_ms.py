"""Calendar days in whole milliseconds, quickly: most zones keep their offset for years.

``school_days`` has the rules; where the offset does not change they are subtractions.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from api.contract.footage import school_days

DAY_MS = 86_400_000
_LOOK_BACK_DAYS = 800
"""A year's profile, and its maximum."""


class Calendar:
    """Days of one zone around a day.

    Args:
        zone: The school's.
        last: The last day asked for; how far back the offset stays the same is looked up from here.
    """

    def __init__(self, zone: ZoneInfo, last: date) -> None:
        self._zone = zone
        self._days: dict[date, tuple[int, int]] = {}
        until = last + timedelta(days=2)
        offset, since = _offset(until, zone), until
        for _ in range(_LOOK_BACK_DAYS):
            if _offset(since - timedelta(days=1), zone) != offset:
                break
            since -= timedelta(days=1)
        self._steady_from_ms = _midnight_ms(since, zone)
        self._steady_until_ms = _midnight_ms(until, zone)

    def days_before(self, at_ms: int, days: int) -> int:
        """The same time of day so many calendar days earlier."""
        moved_ms = at_ms - days * DAY_MS
        if moved_ms >= self._steady_from_ms and at_ms < self._steady_until_ms:
            return moved_ms
        return round(school_days.days_before(at_ms / 1000, days, self._zone) * 1000)

    def days_between(self, start_ms: int, end_ms: int) -> float:
        """Calendar days from start to end, with a fraction; 0.0 when the end is not later."""
        if end_ms <= start_ms:
            return 0.0
        # Whole milliseconds to the last step: whichever way it is found, it is the same number.
        whole, rest_ms = divmod(end_ms - start_ms, DAY_MS)
        if start_ms - DAY_MS >= self._steady_from_ms and end_ms < self._steady_until_ms:
            return whole + rest_ms / DAY_MS
        while whole > 0 and self.days_before(end_ms, whole) < start_ms:
            whole -= 1
        while self.days_before(end_ms, whole + 1) >= start_ms:
            whole += 1
        reached_ms = self.days_before(end_ms, whole)
        length_ms = reached_ms - self.days_before(end_ms, whole + 1)
        return whole + max(0, reached_ms - start_ms) / length_ms

    def bounds(self, day: date) -> tuple[int, int]:
        """When a day begins and ends."""
        found = self._days.get(day)
        if found is None:
            found = (
                _midnight_ms(day, self._zone),
                _midnight_ms(day + timedelta(days=1), self._zone),
            )
            self._days[day] = found
        return found


def _midnight_ms(day: date, zone: ZoneInfo) -> int:
    return round(school_days.midnight_s(day, zone) * 1000)


def _offset(day: date, zone: ZoneInfo) -> timedelta | None:
    return datetime(day.year, day.month, day.day, tzinfo=zone).utcoffset()
