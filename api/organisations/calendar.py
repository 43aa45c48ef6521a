"""The days of a school: on which there is school, and why not on the others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from api.organisations.schemas import SchoolView, Term

_SATURDAY = 5


class NoSchool(StrEnum):
    """Why there is no school on a day."""

    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    NO_TERM = "no_term"


@dataclass(frozen=True, slots=True)
class Calendar:
    """A school's own calendar.

    Attributes:
        terms: Its terms; while nobody wrote them every week has school.
        holidays: Days without school.
        workdays: Days with school although the week says otherwise.
    """

    terms: Sequence[Term] = ()
    holidays: Collection[dt.date] = ()
    workdays: Collection[dt.date] = ()

    @classmethod
    def of(cls, school: SchoolView) -> Calendar:
        """As it is written at the school."""
        return cls(school.terms, frozenset(school.holidays), frozenset(school.workdays))

    def no_school(self, day: dt.date) -> NoSchool | None:
        """Why there is none on a day; None when there is.

        >>> Calendar().no_school(dt.date(2026, 11, 29))
        <NoSchool.WEEKEND: 'weekend'>
        """
        if day in self.workdays:
            return None
        if day in self.holidays:
            return NoSchool.HOLIDAY
        if self.terms and not any(term.first_day <= day <= term.last_day for term in self.terms):
            return NoSchool.NO_TERM
        return NoSchool.WEEKEND if day.weekday() >= _SATURDAY else None

    def school_days(self, first: dt.date, last: dt.date) -> list[dt.date]:
        """Days with school, both ends included."""
        days = (first + dt.timedelta(days=n) for n in range((last - first).days + 1))
        return [day for day in days if self.no_school(day) is None]
