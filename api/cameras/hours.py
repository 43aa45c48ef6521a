"""Seconds of hours and of quarters of days, kept in step with the minutes they are the sum of.

Five hundred cameras with three rules report two million minutes a day. Whoever opens the list of
cameras adds up a day: quarters, hours only of the quarter in which the day begins, and minutes only
of that hour.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from api.contract import AnalysedTime

ANALYSED = ""
"""Stands for a reason where the seconds were not missed."""
QUARTER_H = 6
"""Longer parts of days would be fewer, and leave more hours to be added to them."""


class HourKey(NamedTuple):
    """What one sum is of; a quarter is known by its first hour."""

    camera_key: int
    rule_id: str
    hour_at: datetime
    reason: str


class TotalSeconds(NamedTuple):
    """Seconds of one rule on one camera, analysed or missed for a reason."""

    camera_key: int
    rule_id: str
    reason: str
    rule: str
    seconds: float


class WatchedSeconds(NamedTuple):
    """Of one camera: seconds that were looked at, and those outside of the hours of its rules."""

    analysed_s: float
    off_s: float


class HourSums:
    """What changed, by hour, until it is written."""

    def __init__(self) -> None:
        self._changes: dict[HourKey, float] = {}
        self._rules: dict[HourKey, str] = {}

    def add(self, camera_key: int, told: AnalysedTime, reason: str, seconds: float) -> None:
        """Add seconds of an interval, or take them with a minus."""
        key = HourKey(camera_key, told.rule_id, hour_of(told.from_at), reason)
        self._add(key, told.rule, seconds)

    def _add(self, key: HourKey, rule: str, seconds: float) -> None:
        self._changes[key] = self._changes.get(key, 0.0) + seconds
        self._rules[key] = rule

    def hours(self) -> Iterator[Mapping[str, object]]:
        """The hours to add to, in an order in which writers cannot wait for each other."""
        for key in sorted(self._changes):
            yield key._asdict() | {"rule": self._rules[key], "seconds": self._changes[key]}

    def quarters(self) -> Iterator[Mapping[str, object]]:
        """The quarters to add to, likewise."""
        found = HourSums()
        for key, seconds in self._changes.items():
            found._add(key._replace(hour_at=quarter_of(key.hour_at)), self._rules[key], seconds)
        return found.hours()


def hour_of(moment: datetime) -> datetime:
    """The hour a moment falls into."""
    return moment.replace(minute=0, second=0, microsecond=0)


def quarter_of(moment: datetime) -> datetime:
    """The first hour of the quarter of a day that a moment falls into; days are those of UTC."""
    return hour_of(moment).replace(hour=moment.hour // QUARTER_H * QUARTER_H)


def by_reason(told: AnalysedTime) -> dict[str, float]:
    """Missed seconds of an interval; a reason may come twice."""
    found: dict[str, float] = {}
    for missing in told.missing:
        found[missing.reason] = found.get(missing.reason, 0.0) + missing.seconds
    return found
