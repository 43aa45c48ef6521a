"""What would have happened: rules of a camera judged over tracks that its box kept.

A box keeps a day of what it followed, no pictures. What it did not look for then (a class, an
attribute, an hour) is told as not analysed, never as no alerts.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from api.contract.base import Identifier, UtcTime, WireModel
from api.contract.configuration import ConfigurationProblem
from api.contract.text import StorableText

MAX_PREVIEW_RULES = 32
MAX_PREVIEW_ALERTS = 200
"""Of one rule, told with their times; the newest. All are counted."""
_Word = Annotated[StorableText, StringConstraints(max_length=128)]


class PreviewOrder(WireModel):
    """Somebody draws: tell, once, what these rules would have raised."""

    query_id: UUID
    camera_id: Identifier
    rules: Annotated[tuple[dict[str, Any], ...], Field(min_length=1, max_length=MAX_PREVIEW_RULES)]
    """As below a camera's ``rules:``; the box checks them."""
    hours: Annotated[int, Field(ge=1, le=24)] = 24


class PreviewState(StrEnum):
    """What became of a question.

    ``judged``: see the rules, and from when on. ``bad_rules``: they cannot be used, ``problems``
    say why. ``busy``: the box judges another one. ``too_slow``: it took longer than it may all the
    same; ask for less hours or rules. ``unreadable``: what is kept there cannot be read.
    """

    JUDGED = "judged"
    BAD_RULES = "bad_rules"
    BUSY = "busy"
    TOO_SLOW = "too_slow"
    UNREADABLE = "unreadable"


class PreviewHourState(StrEnum):
    """Whether an hour was looked at.

    ``analysed``: all of it in which the rule watches. ``partly``: not all. ``not_analysed``:
    nothing of it, so nobody can say. ``off_schedule``: the rule does not watch then.
    """

    ANALYSED = "analysed"
    PARTLY = "partly"
    NOT_ANALYSED = "not_analysed"
    OFF_SCHEDULE = "off_schedule"


class PreviewHour(WireModel):
    """One hour of one rule; the first and the last are cut by the interval."""

    from_at: UtcTime
    state: PreviewHourState
    analysed_s: Annotated[float, Field(ge=0.0, le=3600.0)]
    watched_s: Annotated[float, Field(ge=0.0, le=3600.0)]
    """Of it within the rule's schedule."""
    alerts: Annotated[int, Field(ge=0)] | None = None
    """Null where nothing was analysed."""


class PreviewAlert(WireModel):
    """One alert that would have been."""

    started_at: UtcTime
    raised_at: UtcTime
    ended_at: UtcTime


class PreviewedRule(WireModel):
    """What one rule would have raised."""

    rule: Identifier
    rule_id: Identifier
    zone: _Word = ""
    hours: Annotated[tuple[PreviewHour, ...], Field(max_length=26)] = ()
    alerts: Annotated[tuple[PreviewAlert, ...], Field(max_length=MAX_PREVIEW_ALERTS)] = ()
    alert_count: Annotated[int, Field(ge=0)] | None = None
    """Null where nothing at all was analysed."""
    withheld: Annotated[int, Field(ge=0)] = 0
    """More, which the camera's budget would have held back."""
    not_seen: Annotated[tuple[_Word, ...], Field(max_length=64)] = ()
    """Classes and attributes that the box did not look for in some of the time."""


class HeldSpan(WireModel):
    """Time of which tracks are held."""

    from_at: UtcTime
    to_at: UtcTime


class PreviewAnswer(WireModel):
    """What would have happened."""

    state: PreviewState
    as_of: UtcTime
    from_at: UtcTime
    to_at: UtcTime
    held_s: Annotated[float, Field(ge=0.0)] = 0.0
    size_bytes: Annotated[int, Field(ge=0)] = 0
    """What this camera's kept tracks take of the box's disk."""
    held: Annotated[tuple[HeldSpan, ...], Field(max_length=500)] = ()
    """The newest; those with less than a minute between them are one."""
    is_cut: bool = False
    """Less was judged than asked for, the newest of it: all would have taken too long."""
    damaged: Annotated[int, Field(ge=0)] = 0
    """Minutes that could not be read."""
    rules: Annotated[tuple[PreviewedRule, ...], Field(max_length=MAX_PREVIEW_RULES)] = ()
    problems: Annotated[tuple[ConfigurationProblem, ...], Field(max_length=100)] = ()
