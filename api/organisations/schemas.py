"""What is read and written of the bureau, its schools and their places."""

from __future__ import annotations

import datetime as dt
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from api.access.roles import Subject
from api.contract.base import Identifier
from api.contract.places import PlaceKind, SchoolType
from api.contract.text import STORABLE
from api.kit.moments import Moment

Name = Annotated[
    str, StringConstraints(min_length=1, max_length=128, strip_whitespace=True), STORABLE
]
NameEn = Annotated[str, StringConstraints(max_length=128, strip_whitespace=True), STORABLE]
Code = Annotated[
    str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z\-]{0,63}$", strip_whitespace=True)
]


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("is not a time zone of the IANA database") from error
    return name


TimeZone = Annotated[str, StringConstraints(min_length=1, max_length=64), AfterValidator(_zone)]


class Input(BaseModel):
    """What a person writes; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid")


class SchoolName(BaseModel):
    """A school as rows name it."""

    school_id: str = Field(examples=["no-1-primary"])
    name: str = Field(examples=["第一小学"])
    name_en: str = Field(default="", description="Empty while nobody wrote it.")


class BureauView(BaseModel):
    """The education bureau this command centre serves."""

    name_zh: str
    name_en: str


class BureauWrite(Input):
    """Its names."""

    name_zh: Name
    name_en: NameEn = ""


class CommunityView(BaseModel):
    """Schools that check each other, 共同体."""

    community_id: str
    name_zh: str
    name_en: str


class CommunityWrite(Input):
    """Its names."""

    name_zh: Name
    name_en: NameEn = ""


class CommunityCreate(CommunityWrite):
    """A new one."""

    community_id: Identifier


class CommunityList(BaseModel):
    """All communities, by id."""

    items: list[CommunityView]


class Term(Input):
    """A term of the school year, both days included."""

    name: Name
    first_day: dt.date
    last_day: dt.date

    @model_validator(mode="after")
    def _goes_forward(self) -> Term:
        if self.last_day < self.first_day:
            raise ValueError("last_day must not be before first_day")
        return self


class SchoolWrite(Input):
    """All that a person tells of a school; what is left out is as if it were empty."""

    name_zh: Name
    name_en: NameEn = ""
    code: Code | None = Field(default=None, description="The official number.")
    community_id: Identifier | None = None
    type: SchoolType | None = None
    pupils: Annotated[int, Field(ge=0, le=100_000)] | None = None
    boarding: bool = False
    canteen: bool = False
    ct_key_target: bool = Field(default=False, description="反恐重点目标: footage of 90 days.")
    hazmat: bool = False
    parking: bool = False
    time_zone: TimeZone = "Asia/Shanghai"
    terms: Annotated[list[Term], Field(max_length=16)] = []
    holidays: Annotated[list[dt.date], Field(max_length=400)] = []
    workdays: Annotated[list[dt.date], Field(max_length=100)] = Field(
        default=[], description="Days with school although the week says otherwise."
    )


class SchoolCreate(SchoolWrite):
    """A new school; its id never changes."""

    school_id: Identifier


class MembershipView(BaseModel):
    """A community a school belongs to, or belonged to once."""

    community_id: str
    name_zh: str
    name_en: str
    from_at: Moment
    to_at: Moment | None = Field(description="Null of the community it belongs to now.")


class SchoolView(SchoolWrite):
    """A school."""

    model_config = ConfigDict(extra="ignore")

    school_id: str
    grade: int | None = Field(
        description="1, 2 or 3 by the number of pupils; null while that or the type is unknown."
    )
    camera_count: int = Field(description="Cameras that are not retired.")
    created_at: Moment
    is_described: bool = Field(description="False while all that is known is what its box says.")
    closed_at: Moment | None
    memberships: list[MembershipView] = Field(
        description="Its communities, the first one first: where it moved, and when."
    )


class SchoolList(BaseModel):
    """Schools, by id."""

    items: list[SchoolView]


class PlaceView(BaseModel):
    """A place of a school."""

    id: int
    school_id: str
    kind: PlaceKind
    subject: Subject | None = Field(
        description="Which roles of places may be given it; null where no camera may hang."
    )
    name: str


class PlaceWrite(Input):
    """A place of a school; no two of one name."""

    kind: PlaceKind
    name: Name


class PlaceList(BaseModel):
    """Places of a school, in the order in which they were made."""

    items: list[PlaceView]
