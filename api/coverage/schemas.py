"""What the console reads about places and the cameras that see them."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from pydantic import BaseModel, Field

from api.contract.places import PlaceKind
from api.contract.profile import Level, Reading
from api.contract.vocabulary import Term
from api.coverage.judging import Coverage, Sight, Why
from api.kit.moments import Moment
from api.organisations.schemas import SchoolName


class CoverageVerdict(StrEnum):
    """On a school, by what its profile says *must* be seen.

    ``unconfirmed``: places are missing, and nobody has read a text that asks for them.
    """

    MEETS = "meets"
    FAILS = "fails"
    UNCONFIRMED = "unconfirmed"
    UNKNOWN = "unknown"


class RequirementSource(BaseModel):
    """Who asks for it, and how sure that is."""

    text: Term
    clause: str = Field(examples=["§43"], description="Empty while it was not found.")
    reading: Reading = Field(
        description="`verified`: the text was read and says this; never shown as law otherwise."
    )


class CoveringCamera(BaseModel):
    """A camera in use at a place."""

    camera_key: int
    camera_id: str
    name: str
    sight: Sight


class CoveredPlace(BaseModel):
    """A place of the school, with its cameras."""

    place_id: int
    name: str = Field(examples=["南门"])
    state: Coverage
    why: Why
    cameras: list[CoveringCamera]


class CoverageRow(BaseModel):
    """One row of a profile."""

    id: str = Field(examples=["entrance"])
    kind: PlaceKind
    level: Level
    state: Coverage
    why: Why
    source: RequirementSource
    places: list[CoveredPlace]


class ForbiddenPlace(BaseModel):
    """A place where cameras hang and none may."""

    place_id: int
    kind: PlaceKind
    name: str
    source: RequirementSource
    cameras: list[CoveringCamera]


class CoverageCounts(BaseModel):
    """Of the rows that *must* be covered, those that do not apply aside."""

    covered: int
    missing: int
    missing_read: int = Field(description="Of `missing`, those whose text was read.")
    unknown: int


class CoverageSummary(BaseModel):
    """A school in one line."""

    school: SchoolName
    verdict: CoverageVerdict
    counts: CoverageCounts
    forbidden_count: int = Field(description="Cameras that hang where none may.")
    unplaced_count: int = Field(description="Cameras of which nobody wrote where they hang.")


class CoverageList(BaseModel):
    """Schools in use, by id."""

    items: list[CoverageSummary]
    window_s: float = Field(description="A camera counts that was looked at in so many seconds.")
    as_of: Moment


class CoverageOfProfile(BaseModel):
    """What one profile asks, against the cameras."""

    profile: str
    name: Term
    from_day: dt.date
    rows: list[CoverageRow]


class CoverageDetail(CoverageSummary):
    """A school with every row of every profile in force."""

    profiles: list[CoverageOfProfile]
    forbidden: list[ForbiddenPlace]
    unplaced: list[CoveringCamera]
    window_s: float
    as_of: Moment
