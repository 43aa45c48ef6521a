"""What is read and written of the camera register."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints, model_validator

from api.cameras.schemas import CameraViewState
from api.contract.places import PlaceKind
from api.contract.text import STORABLE
from api.kit.moments import Moment
from api.kit.row_number import RowNumber
from api.organisations.schemas import Code, Input, SchoolName

_Text64 = Annotated[str, StringConstraints(max_length=64, strip_whitespace=True), STORABLE]
_Text128 = Annotated[str, StringConstraints(max_length=128, strip_whitespace=True), STORABLE]
_Text256 = Annotated[str, StringConstraints(max_length=256, strip_whitespace=True), STORABLE]
_Phone = Annotated[
    str, StringConstraints(pattern=r"^[0-9+()\- ]{0,32}$", strip_whitespace=True), STORABLE
]


class RecordWrite(Input):
    """What a person writes about a camera; what is left out is empty."""

    place_id: RowNumber | None = None
    code: Code | None = Field(default=None, description="Of the device, as GB/T 28181 numbers it.")
    vendor: _Text64 = ""
    model: _Text64 = ""
    district: _Text64 = ""
    address: _Text256 = ""
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    position: _Text128 = Field(default="", description="Where it hangs, as 东墙 3 m 高.")
    network: _Text64 = ""
    police_station: _Text128 = ""
    installed_on: dt.date | None = None
    manager: _Text64 = ""
    manager_phone: _Phone = ""

    @model_validator(mode="after")
    def _a_point_has_two_numbers(self) -> RecordWrite:
        if (self.longitude is None) != (self.latitude is None):
            raise ValueError("longitude and latitude are given together")
        return self


class RegisteredPlace(BaseModel):
    """Where a camera stands."""

    id: int
    kind: PlaceKind
    name: str


class RecordView(RecordWrite):
    """A camera in the register."""

    camera_key: int
    school: SchoolName
    camera_id: str
    name: str = Field(description="As its box calls it.")
    place: RegisteredPlace | None
    updated_at: Moment | None = Field(description="Null while nobody wrote anything.")
    updated_by: str | None


class RegisterRow(RecordView):
    """A camera in the register, how it is now, and what it keeps."""

    state: CameraViewState
    proven_days: float | None = Field(
        description="Days of footage that are proven now, by the command centre's verdict; null"
        " while nothing is known."
    )
    clock_offset_s: float | None = Field(
        description="Its own clock minus its box's; null while that is unknown."
    )


class RegisterList(BaseModel):
    """Cameras in use, by school and id."""

    items: list[RegisterRow]
    as_of: Moment
