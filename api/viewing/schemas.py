"""What a console asks to see."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from api.contract import VideoCodec, ViewTrouble
from api.kit.row_number import RowNumber

MAX_TILES = 16

StateName = Literal["starting", "playing", "stalled", "trouble", "worker_away"]


class ChannelState(BaseModel):
    """How one channel stands.

    ``starting``: ordered, nothing came yet. ``playing``: pictures come. ``stalled``: they came and
    stopped. ``trouble``: the worker says why there are none. ``worker_away``: the worker of that
    camera does not ask for orders.
    """

    model_config = ConfigDict(frozen=True)

    state: StateName
    reason: ViewTrouble | None = None
    detail: str = ""
    """The camera's reason, as ``auth_failed``."""


class Tile(BaseModel):
    """A camera on a channel of the answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    channel: Annotated[int, Field(ge=0, lt=MAX_TILES)]
    camera_key: RowNumber


class Wall(BaseModel):
    """Which cameras are to be shown."""

    model_config = ConfigDict(extra="forbid")

    tiles: Annotated[list[Tile], Field(max_length=MAX_TILES)]

    @field_validator("tiles")
    @classmethod
    def _channels_differ(cls, tiles: list[Tile]) -> list[Tile]:
        if len({tile.channel for tile in tiles}) < len(tiles):
            raise ValueError("two tiles on one channel")
        return tiles


class LiveRequest(Wall):
    """Which cameras are to be shown, and what the browser plays."""

    codecs: Annotated[list[VideoCodec], Field(max_length=4)] = Field(
        default=[VideoCodec.H264],
        description="What `MediaSource.isTypeSupported` says; H.264 is taken for granted.",
    )
