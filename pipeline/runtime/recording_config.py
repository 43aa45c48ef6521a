"""Where a camera's footage is kept, and what was promised about it, as the configuration says."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from api.contract.base import Identifier
from api.contract.text import StorableText
from pipeline.core.errors import ConfigError
from pipeline.core.school_zone import school_zone
from pipeline.recorders.name_pattern import NamePattern

_Channel = Annotated[StorableText, StringConstraints(min_length=1, max_length=64)]
_ChannelName = Annotated[StorableText, StringConstraints(max_length=128)]


class HealConfig(BaseModel):
    """Who else has the footage of a camera that this box records, for what is missing here."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    device: Identifier
    """One of the box's `devices`: a recorder, or the camera itself with a card in it."""
    channel: _Channel
    """This camera's channel there, as the device counts it."""
    channel_name: _ChannelName | None = None
    """What the device calls it; another name means that channels were swapped."""


class RecordingConfig(BaseModel):
    """Continuous recording of one camera, and what was promised about it."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    keep_days: Annotated[int, Field(ge=0, le=3650)]
    """Calendar days of continuous footage that must be there."""
    delete_after_days: Annotated[int, Field(ge=1, le=3650)] | None = None
    """Footage older than this is deleted, needed or not."""
    source: Annotated[StorableText, StringConstraints(max_length=256)] = ""
    """Where the requirement comes from, for people, as ``国务院令799号 §17``."""

    audio: Literal["keep", "drop"] = "drop"
    """Whether this box records the camera's sound; unless it must, it is not even read."""

    folder: Path | None = None
    """Another recorder writes the footage here: it is audited each hour and never touched."""
    pattern: str | None = None
    """Names of its files below the folder, as ``{camera}/%Y%m%d/%H%M%S.mp4``."""
    time_zone: str | None = None
    """Zone of the names' times, as ``UTC``; the school's if not given, or UTC where it shows."""
    written_as: str | None = None
    """What the names call this camera; its id if not given."""
    device: Identifier | None = None
    """A recorder of another maker keeps the footage: one of the box's `devices`."""
    channel: _Channel | None = None
    """This camera's channel there, as the device counts it."""
    channel_name: _ChannelName | None = None
    """What the device calls it; another name means that channels were swapped."""
    heal_from: HealConfig | None = None
    """Where gaps in what this box records itself are fetched from."""
    lag_minutes: Annotated[float, Field(ge=0, le=1440)] = 90.0
    """How long the newest footage may be on its way, as in a file that is still being written."""

    @model_validator(mode="after")
    def _folder_has_a_pattern(self) -> RecordingConfig:
        if self.folder is None and (self.pattern is not None or self.written_as is not None):
            raise ValueError("`pattern` and `written_as` need the `folder` another recorder fills")
        if self.time_zone is not None:
            if self.folder is None:
                raise ValueError("`time_zone` is of the names in another recorder's `folder`")
            try:
                school_zone(self.time_zone)
            except ConfigError as error:
                raise ValueError(error.line()) from error
        if self.folder is not None:
            if self.audio == "keep":
                raise ValueError("`audio` is for what this box records itself, not for `folder`")
            if self.pattern is None:
                raise ValueError(
                    "`folder` needs `pattern`, as '{camera}/%Y%m%d/%H%M%S.mp4'; without `folder` "
                    "this box records the camera itself"
                )
            try:
                NamePattern(self.pattern, ZoneInfo("UTC"))
            except ConfigError as error:
                raise ValueError(error.line()) from error
        return self

    @model_validator(mode="after")
    def _device_has_a_channel(self) -> RecordingConfig:
        if (self.device is None) != (self.channel is None):
            raise ValueError("`device` and `channel` belong together")
        if self.channel_name is not None and self.device is None:
            raise ValueError("`channel_name` is what the `device` calls the channel")
        if self.device is not None and (self.folder is not None or self.audio == "keep"):
            raise ValueError("footage in a `device` has no `folder`, and its `audio` is not ours")
        return self

    @model_validator(mode="after")
    def _what_is_healed_is_ours(self) -> RecordingConfig:
        if self.heal_from is None:
            return self
        if self.folder is not None or self.device is not None:
            raise ValueError("`heal_from` is for what this box records itself")
        if self.keep_days == 0:
            raise ValueError("`heal_from` fetches what `keep_days` asks for; make it 1 or more")
        return self

    @model_validator(mode="after")
    def _ends_agree(self) -> RecordingConfig:
        if self.delete_after_days is not None and self.delete_after_days < self.keep_days:
            raise ValueError(
                f"`delete_after_days: {self.delete_after_days}` contradicts "
                f"`keep_days: {self.keep_days}`; make it as many or more"
            )
        return self
