"""What is read and written of floor plans."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, model_validator

from api.contract.text import STORABLE
from api.kit.moments import Moment
from api.kit.row_number import RowNumber
from api.organisations.schemas import Input
from api.register.schemas import RegisteredPlace

MOST_CAMERAS = 500
"""On one plan."""
Title = Annotated[
    str, StringConstraints(min_length=1, max_length=64, strip_whitespace=True), STORABLE
]
TitleEn = Annotated[str, StringConstraints(max_length=64, strip_whitespace=True), STORABLE]


def _to_10_000ths(fraction: float) -> float:
    return round(fraction, 4)


def _to_tenths(angle_deg: float) -> float:
    return round(angle_deg, 1)


def _direction(angle_deg: float) -> float:
    return round(angle_deg, 1) % 360


_FINE = AfterValidator(_to_10_000ths)
"""A third of a pixel of the largest picture: what is finer was meant by nobody."""
_Fraction = Annotated[float, Field(ge=0, le=1), _FINE]


class PlanCameraState(StrEnum):
    """What a camera on a plan is worth.

    ``covered``: it was looked at in the window, and hangs at a place that somebody wrote down;
    ``not_online``: it was not; ``forbidden``: it hangs where none may; ``unknown``: nobody can say,
    or nobody wrote where it hangs; ``retired``: its box has it no more.
    """

    COVERED = "covered"
    NOT_ONLINE = "not_online"
    FORBIDDEN = "forbidden"
    UNKNOWN = "unknown"
    RETIRED = "retired"


class PlanCamera(BaseModel):
    """A camera that can be put on a plan, or is on one."""

    camera_key: int
    camera_id: str
    name: str
    state: PlanCameraState
    place: RegisteredPlace | None = Field(description="Null while nobody wrote it down.")


class PlacedCamera(BaseModel):
    """Where on a plan a camera hangs, and where it looks."""

    camera_key: RowNumber
    x: _Fraction = Field(description="Of the picture's width, from the left.")
    y: _Fraction = Field(description="Of the picture's height, from the top.")
    direction_deg: Annotated[float, Field(ge=0, lt=360), AfterValidator(_direction)] = Field(
        description="Where the middle of what it sees lies: 0 up, clockwise."
    )
    view_deg: Annotated[float, Field(ge=5, le=360), AfterValidator(_to_tenths)] = Field(
        description="How wide it sees; 360 of a fisheye."
    )
    reach: Annotated[float, Field(ge=0.01, le=1), _FINE] = Field(
        description="How far, of the picture's longer side."
    )


class FloorPlanWrite(Input):
    """The whole plan as it is to be; cameras that are left out are taken from it."""

    title_zh: Title
    title_en: TitleEn = ""
    cameras: list[PlacedCamera] = Field(max_length=MOST_CAMERAS)

    @model_validator(mode="after")
    def _hang_once(self) -> Self:
        if len({each.camera_key for each in self.cameras}) != len(self.cameras):
            raise ValueError("a camera hangs once on a plan")
        return self


class FloorPlanView(BaseModel):
    """A plan of a school's grounds or of one floor."""

    id: int
    title_zh: str = Field(examples=["一层"])
    title_en: str = Field(description="Empty while nobody wrote it.")
    width: int = Field(description="Of its picture, in pixels.")
    height: int
    picture_url: str
    version: int
    changed_at: Moment
    changed_by: str
    cameras: list[PlacedCamera]


class FloorPlanList(BaseModel):
    """A school's plans, in the order in which they were made, and its cameras."""

    items: list[FloorPlanView]
    cameras: list[PlanCamera] = Field(
        description="Those in use, and those in use no more that are still on a plan."
    )
    as_of: Moment
