"""Which form of a school is due when, and why there is none. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from api.contract.profile import InspectionKind
from api.inspections.planning_schemas import WhyNot
from api.inspections.schemas import InspectionSubject
from api.organisations.calendar import Calendar


@dataclass(frozen=True, slots=True)
class Span:
    """Days of a form, both included."""

    first: dt.date
    last: dt.date


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What a plan says of time.

    Attributes:
        kind: How often.
        first: Its first day.
        last: Its last one; None without an end.
    """

    kind: InspectionKind
    first: dt.date
    last: dt.date | None


def span_of(rhythm: Rhythm, day: dt.date) -> Span | None:
    """The days of the form that a day belongs to; None outside of the plan."""
    if day < rhythm.first or (rhythm.last is not None and day > rhythm.last):
        return None
    match rhythm.kind:
        case InspectionKind.DAILY:
            return Span(day, day)
        case InspectionKind.WEEKLY:
            monday = day - dt.timedelta(days=day.weekday())
            return Span(monday, monday + dt.timedelta(days=6))
        case InspectionKind.KEY_MOMENT:
            assert rhythm.last is not None
            return Span(rhythm.first, rhythm.last)
        case InspectionKind.MONTHLY | InspectionKind.MUTUAL:
            first = day.replace(day=1)
            following = (first + dt.timedelta(days=31)).replace(day=1)
            return Span(first, following - dt.timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Due:
    """A form is to be signed by the end of ``last``, and is there from ``first`` on."""

    first: dt.date
    last: dt.date


def due(
    kind: InspectionKind,
    subject: InspectionSubject,
    span: Span,
    calendar: Calendar,
    *,
    canteen: bool,
) -> Due | WhyNot:
    """When a school answers the form of a period, or why it does not.

    A date that matters may lie in the holidays: the campus is inspected then too, the kitchen not.
    """
    if subject is InspectionSubject.CANTEEN and not canteen:
        return WhyNot.NO_CANTEEN
    if kind is InspectionKind.KEY_MOMENT and subject is InspectionSubject.SAFETY:
        return Due(span.first, span.last)
    days = calendar.school_days(span.first, span.last)
    if not days:
        why = calendar.no_school(span.first)
        assert why is not None
        return WhyNot(why.value)
    return Due(days[0], days[-1])


def visitor_of(school_id: str, community: Sequence[str], month: dt.date) -> str | None:
    """Which school of a community inspects a school in a month; None if it is alone.

    Each month everybody inspects one other school and is inspected by one, by turns.

    >>> visitor_of("a", ["a", "b", "c"], dt.date(2026, 11, 1))
    'b'
    >>> visitor_of("a", ["a"], dt.date(2026, 11, 1)) is None
    True
    """
    others = len(community) - 1
    if others < 1:
        return None
    ordered = sorted(community)
    turn = (month.year * 12 + month.month - 1) % others + 1
    return ordered[(ordered.index(school_id) + turn) % len(ordered)]


def recent(rhythm: Rhythm, today: dt.date, count: int) -> list[Span]:
    """The newest periods of a plan that have begun, newest first."""
    found: list[Span] = []
    day = today if rhythm.last is None else min(today, rhythm.last)
    while len(found) < count and (span := span_of(rhythm, day)) is not None:
        found.append(span)
        if rhythm.kind is InspectionKind.KEY_MOMENT:
            break
        day = span.first - dt.timedelta(days=1)
    return found
