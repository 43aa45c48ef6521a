"""What pages tell of the rooms they showed, and what becomes of it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.kit.moments import Moment
from api.kit.row_number import RowNumber

MOST_STILL_MS = 1000
"""A picture that stood still for longer was not seen: its player has stalled."""
MOST_LATE_MS = 30 * 60 * 1000
"""So long a page keeps what it could not tell."""


class ShowingWrite(BaseModel):
    """A camera that was seen: its pictures were put on a screen, in a page that was open.

    Told as so long ago, since a browser's clock may be wrong.
    """

    model_config = ConfigDict(extra="forbid")

    id: UUID = Field(description="The same while it goes on; told again, it becomes longer.")
    sitting_id: RowNumber
    camera_key: RowNumber
    began_ms_ago: Annotated[int, Field(ge=0, le=MOST_LATE_MS)]
    ended_ms_ago: Annotated[int, Field(ge=0, le=MOST_LATE_MS)]
    frames: Annotated[int, Field(ge=2, le=10_000_000, description="Pictures put on the screen.")]

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        length_ms = self.began_ms_ago - self.ended_ms_ago
        if length_ms <= 0:
            raise ValueError("ended_ms_ago: it ends after it begins")
        if length_ms > self.frames * MOST_STILL_MS:
            raise ValueError("frames: a picture that stood still for longer is not seen")
        return self


class ShowingsWrite(BaseModel):
    """What one page saw since it told last."""

    model_config = ConfigDict(extra="forbid")

    showings: Annotated[list[ShowingWrite], Field(min_length=1, max_length=64)]


class NotCounted(StrEnum):
    """Why what a page saw is no proof.

    ``not_sent``: the command centre sent this person no picture of this camera then.
    ``outside_session``: the session had not begun, or was over.
    ``other_camera``: the camera does not see this room.
    """

    NOT_SENT = "not_sent"
    OUTSIDE_SESSION = "outside_session"
    OTHER_CAMERA = "other_camera"


class RefusedShowing(BaseModel):
    """A showing that was not kept."""

    id: UUID
    why: NotCounted


class ShowingsTaken(BaseModel):
    """What became of them."""

    counted: int
    refused: list[RefusedShowing]


class ShowingView(BaseModel):
    """Somebody saw a camera of a room."""

    username: str
    camera_id: str
    from_at: Moment
    to_at: Moment
    frames: int


class ShowingList(BaseModel):
    """Who saw a room, the newest first; ``total`` counts those that are not listed, too."""

    items: list[ShowingView]
    total: int
