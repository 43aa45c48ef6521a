"""The world of a demo: its days, its language, and chance that is the same each time."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple
from zoneinfo import ZoneInfo

from api.organisations.calendar import Calendar
from api.organisations.schemas import Term as SchoolTerm

ZONE = ZoneInfo("Asia/Shanghai")


class Words(NamedTuple):
    """A text in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class World:
    """Which days are told, and how.

    Attributes:
        seed: Of chance.
        first: The first day that is told.
        until: The last whole day.
        end: The last moment: that of making it if it is made on the day after ``until``.
        language: Of names that exist in one language only: ``zh`` or ``en``.
    """

    seed: int
    first: dt.date
    until: dt.date
    end: dt.datetime
    language: str = "zh"

    @classmethod
    def of(
        cls, seed: int, until: dt.date, days: int, now: dt.datetime, language: str = "zh"
    ) -> World:
        """One whose last moment lies no later than now."""
        midnight = midnight_of(until + dt.timedelta(days=1))
        day_after = midnight_of(until + dt.timedelta(days=2))
        is_yesterday = midnight <= now < day_after
        end = now.replace(second=0, microsecond=0) if is_yesterday else midnight
        return cls(seed, until - dt.timedelta(days=days - 1), until, end, language)

    def chance(self, *names: object) -> random.Random:
        """Chance of its own for what is named so: what is added elsewhere does not change it."""
        return random.Random("/".join(map(str, (self.seed, *names))))

    def say(self, words: Words) -> str:
        """A text in the demo's language."""
        return words.en if self.language == "en" else words.zh

    @property
    def begin(self) -> dt.datetime:
        """The first moment that is told."""
        return midnight_of(self.first)

    def days(self) -> Iterator[dt.date]:
        """The days that are told, the one that runs among them."""
        day, last = self.first, self.end.astimezone(ZONE).date()
        while day <= last and midnight_of(day) < self.end:
            yield day
            day += dt.timedelta(days=1)

    def ago(self, **parts: float) -> dt.datetime:
        """A moment so long before the last one."""
        return self.end - dt.timedelta(**parts)


def yesterday(now: dt.datetime) -> dt.date:
    """The last day of the demo's zone that is over."""
    return now.astimezone(ZONE).date() - dt.timedelta(days=1)


def midnight_of(day: dt.date) -> dt.datetime:
    """When a day of the demo begins, in UTC."""
    return dt.datetime.combine(day, dt.time(), ZONE).astimezone(dt.UTC)


def at_hour(day: dt.date, hour: float) -> dt.datetime:
    """A moment of a day by its clock, in UTC."""
    return midnight_of(day) + dt.timedelta(hours=hour)


def terms_of(world: World) -> list[SchoolTerm]:
    """Two terms a year, around the days that are told."""
    found = []
    for year in range(world.first.year - 1, world.until.year + 1):
        spring = (dt.date(year, 2, 16), dt.date(year, 7, 4))
        autumn = (dt.date(year, 9, 1), dt.date(year + 1, 1, 31))
        for name, (first, last) in (
            (Words(f"{year} 年春学期", f"Spring term {year}"), spring),
            (Words(f"{year} 年秋学期", f"Autumn term {year}"), autumn),
        ):
            found.append(SchoolTerm(name=world.say(name), first_day=first, last_day=last))
    return found


def holidays_of(world: World) -> list[dt.date]:
    """The first week of October, and the first days of May and of the year."""
    found = []
    for year in range(world.first.year - 1, world.until.year + 2):
        found += [dt.date(year, 1, 1), *(dt.date(year, 5, day) for day in range(1, 6))]
        found += [dt.date(year, 10, day) for day in range(1, 8)]
    return sorted(found)


def calendar_of(world: World) -> Calendar:
    """Of all schools of the demo."""
    return Calendar(terms_of(world), frozenset(holidays_of(world)))
