"""What is read and written of boxes."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from api.contract.base import Identifier
from api.kit.moments import Moment
from api.organisations.schemas import SchoolName
from api.workers.schemas import WorkerView


class BoxState(StrEnum):
    """Where a box stands.

    ``waiting``: it was given a code and has not come yet. ``active``: it may report. ``revoked``:
    it may no more.
    """

    WAITING = "waiting"
    ACTIVE = "active"
    REVOKED = "revoked"


class BoxView(BaseModel):
    """A machine at a school that may report, and how it is."""

    id: int
    name: str
    school: SchoolName
    state: BoxState
    created_at: Moment
    rotated_at: Moment | None = Field(description="When it got another token, if it did.")
    revoked_at: Moment | None
    code_expires_at: Moment | None = Field(
        description="Until when a code given out for it can be used; null without one."
    )
    last_used_at: Moment | None = Field(description="When it was last heard of.")
    camera_count: int
    refused: int = Field(description="Messages that were not its to send.")
    refused_at: Moment | None
    refused_code: str | None = Field(examples=["camera_of_another_box"])
    workers: list[WorkerView] = Field(
        description="Version, clock, backlog and disk of what runs on it."
    )


class BoxList(BaseModel):
    """All boxes, by school and name."""

    items: list[BoxView]
    version: str = Field(description="Of the command centre's software.")
    contract_version: int = Field(
        description="The version of the wire that the command centre speaks: a worker with a lower"
        " one is to be brought up to date."
    )
    as_of: Moment


class BoxCreate(BaseModel):
    """A box to come."""

    model_config = ConfigDict(extra="forbid")

    school_id: Identifier
    name: Identifier


class BoxCode(BaseModel):
    """A box, and the code to enrol it with; told this once."""

    box: BoxView
    code: str = Field(examples=["K7QP-3MZD-R9TW"])
    expires_at: Moment
