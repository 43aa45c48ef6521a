"""What the rules ask of a school's cameras: which places, how many days, and where none may hang.

A profile is a file that a bureau reads, corrects and signs. Each row names its text and whether
that text was read: what was only heard of is never presented as law.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Collection, Iterator
from enum import StrEnum
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from api.contract.base import Identifier
from api.contract.places import PlaceKind, SchoolType
from api.contract.vocabulary import Term


class ProfileError(ValueError):
    """A profile that cannot be used; a line for each fault, with where it is."""


class Reading(StrEnum):
    """How sure a row is: its text was read, parts of it are known, or it was only heard of."""

    VERIFIED = "verified"
    PARTIAL = "partial"
    UNVERIFIED = "unverified"


class Level(StrEnum):
    """How much a place is asked for. ``legal_review``: whether a camera may hang is not settled."""

    MUST = "must"
    SHOULD = "should"
    OPTIONAL = "optional"
    LEGAL_REVIEW = "legal_review"


class Condition(StrEnum):
    """Of which schools a row speaks.

    ``present``: of those that have written down such a place. ``bureau_confirmed``: of none until
    the bureau says that the number is its own.
    """

    ALWAYS = "always"
    BOARDING = "boarding"
    CANTEEN = "canteen"
    CT_KEY_TARGET = "ct_key_target"
    HAZMAT = "hazmat"
    PARKING = "parking"
    PRESENT = "present"
    BUREAU_CONFIRMED = "bureau_confirmed"


class Subject(StrEnum):
    """What a number of days is about; a rule for logs never sets the days of footage."""

    FOOTAGE = "footage"
    ALERTS = "alerts"
    LOGS = "logs"
    RECORDS = "records"


class Limit(StrEnum):
    """Whether a number of days is the least or the most."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Sourced(_Row):
    """A row with its source."""

    id: Identifier
    text: Identifier
    """Which of the profile's texts says so."""
    clause: str = ""
    """As the text counts them; empty while it was not found."""
    reading: Reading

    @model_validator(mode="after")
    def _names_what_was_read(self) -> Sourced:
        if self.reading is Reading.VERIFIED and not self.clause:
            raise ValueError("is verified, so its clause has to be named")
        return self


class Duration(Sourced):
    """How long something is kept; exactly one of days, months and years."""

    applies_to: Subject
    limit: Limit = Limit.AT_LEAST
    days: Annotated[int, Field(ge=1, le=3660)] | None = None
    months: Annotated[int, Field(ge=1, le=120)] | None = None
    years: Annotated[int, Field(ge=1, le=30)] | None = None
    when: Condition = Condition.ALWAYS

    @model_validator(mode="after")
    def _one_number(self) -> Duration:
        if sum(each is not None for each in (self.days, self.months, self.years)) != 1:
            raise ValueError("names exactly one of days, months and years")
        if self.applies_to is Subject.FOOTAGE and self.days is None:
            raise ValueError("footage is counted in days")
        if self.when is Condition.PRESENT:
            raise ValueError("present speaks of places, not of days")
        return self

    def is_asked_of(self, conditions: Collection[Condition]) -> bool:
        """Whether it speaks of a school for which these hold."""
        return self.when is Condition.ALWAYS or self.when in conditions


class Placement(Sourced):
    """A place that is to be seen by a camera."""

    place: PlaceKind
    level: Level
    of: Annotated[tuple[Literal["school", "kindergarten"], ...], Field(min_length=1)] = (
        "school",
        "kindergarten",
    )
    when: Condition = Condition.ALWAYS


class Forbidden(Sourced):
    """Places where no camera may hang."""

    places: Annotated[tuple[PlaceKind, ...], Field(min_length=1)]


class InspectionKind(StrEnum):
    """What a school is inspected by: itself, before a date that matters, or a neighbour."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    KEY_MOMENT = "key_moment"
    MUTUAL = "mutual"


class Rank(StrEnum):
    """How much hangs on an item of a form: Ⅰ, Ⅱ or Ⅲ."""

    FIRST = "first"
    SECOND = "second"
    THIRD = "third"


class About(StrEnum):
    """What the command centre itself knows of an item.

    ``cameras``: whether those of its places, or all, are watched. ``placements``: the same, an item
    for each place that this profile asks for. ``footage``: whether it is kept for so long.
    ``forbidden``: whether cameras hang where none may. ``orders``: what waits to be put right.
    """

    NOTHING = "nothing"
    CAMERAS = "cameras"
    PLACEMENTS = "placements"
    FOOTAGE = "footage"
    FORBIDDEN = "forbidden"
    ORDERS = "orders"


class Check(Sourced):
    """An item of the forms by which schools are inspected."""

    subject: Literal["safety", "canteen"]
    rank: Rank
    kinds: Annotated[tuple[InspectionKind, ...], Field(min_length=1)]
    demand: Term
    """What has to be so. Of ``placements``: what holds for each place."""
    about: About = About.NOTHING
    places: tuple[PlaceKind, ...] = ()
    """Whose cameras it is about."""
    of: Annotated[tuple[Literal["school", "kindergarten"], ...], Field(min_length=1)] = (
        "school",
        "kindergarten",
    )
    when: Condition = Condition.ALWAYS

    @model_validator(mode="after")
    def _places_have_cameras(self) -> Check:
        if self.places and self.about is not About.CAMERAS:
            raise ValueError("places are named where it is about cameras")
        if self.when is Condition.PRESENT and not self.places:
            raise ValueError("present speaks of places, and none are named")
        return self


class OpenSlot(_Row):
    """A text that is known to exist and was not read; it asks nothing until it is written here."""

    id: Identifier
    text: Identifier
    note: Term


class Profile(_Row):
    """All that is asked, from a day on."""

    profile: Identifier
    name: Term
    from_day: dt.date
    until_day: dt.date | None = None
    """The first day on which it holds no more."""
    texts: dict[Identifier, Term]
    durations: tuple[Duration, ...] = ()
    placements: tuple[Placement, ...] = ()
    forbidden: tuple[Forbidden, ...] = ()
    inspection: tuple[Check, ...] = ()
    open: tuple[OpenSlot, ...] = ()

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Profile:
        if faults := list(self._faults()):
            raise ValueError("; ".join(faults))
        return self

    def _faults(self) -> Iterator[str]:
        if self.until_day is not None and self.until_day <= self.from_day:
            yield "until_day lies before from_day"
        rows: list[Sourced | OpenSlot] = [*self.durations, *self.placements, *self.forbidden]
        rows += [*self.inspection, *self.open]
        for row_id, count in Counter(row.id for row in rows).items():
            if count > 1:
                yield f"{row_id} names {count} rows"
        for row in rows:
            if row.text not in self.texts:
                yield f"{row.id}: there is no text {row.text}"
        nowhere = {place for row in self.forbidden for place in row.places}
        asked: dict[tuple[PlaceKind, str], Placement] = {}
        for row in self.placements:
            if row.place in nowhere:
                yield f"{row.id}: {row.place} is asked for and forbidden"
            for kind in row.of:
                other = asked.setdefault((row.place, kind), row)
                if other is not row and other.level is not row.level:
                    yield f"{row.id} and {other.id} ask differently for {row.place}"

        yield from self._contradictions()

    def _contradictions(self) -> Iterator[str]:
        """Rows that ask one school to keep footage for longer than it may."""
        rows = [
            (row, row.days)
            for row in self.durations
            if row.applies_to is Subject.FOOTAGE
            and row.days is not None
            and row.when is not Condition.BUREAU_CONFIRMED
        ]
        for least, least_days in rows:
            for most, most_days in rows:
                meet = Condition.ALWAYS in (least.when, most.when) or least.when is most.when
                if (
                    meet
                    and (least.limit, most.limit) == (Limit.AT_LEAST, Limit.AT_MOST)
                    and least_days > most_days
                ):
                    yield (
                        f"{least.id} asks for {least_days} days of footage and {most.id} allows"
                        f" {most_days}"
                    )

    @cached_property
    def sha256(self) -> str:
        """Names the profile by what stands in it."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()

    def is_in_force(self, day: dt.date) -> bool:
        """Whether it holds on a day."""
        return self.from_day <= day and (self.until_day is None or day < self.until_day)


def kind_of(school: SchoolType) -> Literal["school", "kindergarten"]:
    """Which of the two a placement's ``of`` names."""
    return "kindergarten" if school is SchoolType.KINDERGARTEN else "school"


def load_profile(path: Path) -> Profile:
    """Read a profile.

    Raises:
        ProfileError: If it cannot be read or does not agree with itself.
    """
    try:
        return _profile_of(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ProfileError(f"{path}: cannot be read") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise ProfileError(f"{path}: is not valid YAML") from error
    except ValidationError as error:
        raise ProfileError("\n".join(f"{path}: {line}" for line in _lines(error))) from error


@lru_cache(maxsize=16)
def _profile_of(text: str) -> Profile:
    """Kept: to read the shipped one costs 40 ms, and the same text is the same profile."""
    return Profile.model_validate(yaml.safe_load(text))


def _lines(error: ValidationError) -> Iterator[str]:
    for each in error.errors(include_url=False, include_input=False):
        where = ".".join(str(part) for part in each["loc"])
        yield f"{where}: {each['msg']}" if where else each["msg"]
