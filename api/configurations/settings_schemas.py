"""What a form reads and changes of a box beside its rules."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from api.configurations.schemas import VersionOrigin, VersionState
from api.contract import ConfigurationProblem
from api.contract.base import Identifier
from api.contract.configuration import VersionNumber
from api.contract.finding import Network
from api.contract.text import STORABLE
from api.organisations.schemas import Name, SchoolName, TimeZone

MAX_KEPT_DAYS = 3650
MAX_BUDGET = 10_000
_MAX_DAYS = 200
_LONGEST_RANGE_DAYS = 366
_SEPARATOR = ".."


def _day_or_days(text: str) -> str:
    first, separator, last = (part.strip() for part in text.partition(_SEPARATOR))
    try:
        begin, end = date.fromisoformat(first), date.fromisoformat(last if separator else first)
    except ValueError as error:
        raise ValueError("is no date. Write 2026-10-01, or 2026-10-01..2026-10-07") from error
    if end < begin:
        raise ValueError("ends before it begins. Write the earlier date first")
    if (end - begin).days >= _LONGEST_RANGE_DAYS:
        raise ValueError("is longer than a year. Check the years")
    return f"{first}{_SEPARATOR}{last}" if separator else first


Day = Annotated[str, StringConstraints(max_length=32), AfterValidator(_day_or_days)]
"""``2026-10-01``, or of several days ``2026-10-01..2026-10-07``, as in a box's file."""
_Days = Annotated[list[Day], Field(max_length=_MAX_DAYS)]
_Location = Annotated[str, StringConstraints(max_length=128, strip_whitespace=True), STORABLE]
_KeepDays = Annotated[int, Field(ge=0, le=MAX_KEPT_DAYS)]
_DeleteAfter = Annotated[int, Field(ge=1, le=MAX_KEPT_DAYS)]
_Budget = Annotated[int, Field(ge=0, le=MAX_BUDGET)]


class CameraSettings(BaseModel):
    """What a camera is called, how long its footage is kept, and how much it may alert."""

    index: int = Field(description="Its place in the configuration, as paths of problems name it.")
    camera_id: str
    name: str
    location: str
    is_recorded: bool = Field(description="Whether anything is promised about its footage.")
    keep_days: int | None
    delete_after_days: int | None
    budget_per_hour: int | None = Field(
        description="Alerts in an hour before the rest becomes a digest; 0: no limit; null: as"
        " usual, 30."
    )


class BoxSettings(BaseModel):
    """What the newest version says of all that a form may change; null: it says nothing."""

    box_id: int
    box_name: str
    school: SchoolName
    school_time_zone: str = Field(description="By the register of schools.")
    school_holidays: list[str] = Field(description="By the register, ISO dates.")
    school_workdays: list[str] = Field(description="By the register, ISO dates.")
    version: int = Field(description="The newest version, which a form is begun on.")
    state: VersionState = Field(description="Of that version.")
    origin: VersionOrigin = Field(description="Who wrote it, as of a camera's rules.")
    time_zone: str | None = Field(description="Of schedules; null: as usual, Asia/Shanghai.")
    holidays: list[str] = Field(description="Days, or `2026-10-01..2026-10-07`.")
    workday_overrides: list[str] = Field(description="Days worked in exchange, written alike.")
    has_recorder: bool = Field(description="Whether the box has a folder to record to.")
    cameras: list[CameraSettings]
    problems: list[ConfigurationProblem] = Field(
        description="Why the box refused this version; as `cameras[0].recording.keep_days`."
    )


class _Edit(BaseModel):
    """What is not given stays as it is; what is null goes back to what is usual."""

    model_config = ConfigDict(extra="forbid")


class SiteEdit(_Edit):
    """The box's calendar; what is not given stays, null goes back to what is usual."""

    time_zone: TimeZone | None = None
    holidays: _Days | None = None
    workday_overrides: _Days | None = None


class CameraSettingsEdit(_Edit):
    """Of one camera; what is not given stays, null goes back to what is usual."""

    camera_id: Identifier
    name: Name | None = Field(None, description="Not null.")
    location: _Location | None = None
    keep_days: _KeepDays | None = Field(
        None, description="Not null: footage that was promised is not given up by a form."
    )
    delete_after_days: _DeleteAfter | None = None
    budget_per_hour: _Budget | None = Field(None, description="0: no limit.")

    @model_validator(mode="after")
    def _says_what_it_must(self) -> Self:
        for key in ("name", "keep_days"):
            if key in self.model_fields_set and getattr(self, key) is None:
                raise ValueError(f"{key} has no usual value. Give one, or leave it out")
        return self


class SettingsEdit(_Edit):
    """What a form changes."""

    against: VersionNumber = Field(description="The version to change.")
    site: SiteEdit = Field(default=SiteEdit())
    networks: Annotated[list[Network], Field(max_length=16)] | None = Field(
        None, description="In which the box may search for cameras."
    )
    cameras: Annotated[list[CameraSettingsEdit], Field(max_length=256)] = []

    @model_validator(mode="after")
    def _names_each_camera_once(self) -> Self:
        named = [each.camera_id for each in self.cameras]
        if len(set(named)) < len(named):
            raise ValueError("cameras: name each camera once")
        return self
