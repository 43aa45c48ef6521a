"""WVP's answers, as its versions since 2.6 write them."""

from __future__ import annotations

from typing import Annotated, Generic, TypeVar

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

_ON = frozenset({"true", "1", "on", "ok", "online"})
_OFF = frozenset({"false", "0", "off", "offline", "error"})


def _as_online(said: object) -> bool | None:
    """A state that versions write as a truth value, a number or a word."""
    word = str(said).strip().lower()
    if word in _ON:
        return True
    return False if word in _OFF else None


def _as_size(said: object) -> int | None:
    text = str(said).strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


class Told(BaseModel):
    """Part of an answer; what is not read is left alone."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class GbDevice(Told):
    """Who is registered."""

    is_online: Annotated[bool | None, BeforeValidator(_as_online)] = Field(
        default=None, validation_alias=AliasChoices("onLine", "online")
    )


class GbChannel(Told):
    """A channel; until 2.7.2 its number is ``channelId`` and ``deviceId`` its device's."""

    id: str
    name: str | None = None
    is_online: Annotated[bool | None, BeforeValidator(_as_online)] = Field(
        default=None, validation_alias="status"
    )

    @model_validator(mode="before")
    @classmethod
    def _number(cls, told: object) -> object:
        if not isinstance(told, dict):
            return told
        return told | {"id": told.get("channelId") or told.get("deviceId")}


T = TypeVar("T")


class GbPage(Told, Generic[T]):
    """A page of a list."""

    total: int
    list: list[T]


class GbRecord(Told):
    """A recording."""

    start_time: str = Field(validation_alias="startTime")
    end_time: str = Field(validation_alias="endTime")
    file_path: str | None = Field(default=None, validation_alias="filePath")
    size_bytes: Annotated[int | None, BeforeValidator(_as_size)] = Field(
        default=None, validation_alias="fileSize"
    )


class GbRecords(Told):
    """What the recorder said of a channel."""

    sum_num: int = Field(validation_alias="sumNum", ge=0)
    record_list: list[GbRecord] | None = Field(default=None, validation_alias="recordList")


class GbStream(Told):
    """Where something is played."""

    rtsp: str | None = None


class GbLogin(Told):
    """Who signed in."""

    access_token: str | None = Field(default=None, validation_alias="accessToken")
