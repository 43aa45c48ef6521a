"""Searching for cameras, as the console sees it."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.contract.base import Identifier, UtcTime
from api.contract.credentials import SealedText
from api.contract.finding import FindAddress, FindRefusal, FindTrouble, Network
from api.discovery.book import ScanState
from api.organisations.schemas import SchoolName


class _View(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ScanAccount(_View):
    """An account of the box's configuration; where its password is, never the password."""

    name: str
    username: str
    password_env: str | None
    password_file: str | None


class CandidateStream(_View):
    """A stream as it was measured; ``gop_s`` is null where no two keyframes came."""

    url: str
    codec: str
    width: int
    height: int
    fps: float
    gop_s: float | None
    bitrate_kbit_s: float


class CandidateView(_View):
    """A camera that may be added; ``number`` names its picture."""

    number: int
    key: str
    address: str
    maker: str
    model: str
    channel: str
    name: str
    main: CandidateStream | None
    sub: CandidateStream | None
    clock_ahead_s: float | None
    troubles: list[FindTrouble]
    has_picture: bool
    yaml: str | None
    """An item of the configuration's ``cameras`` without account; None where there is no stream."""


class ScanView(_View):
    """A search: who asked for what, how far it is, and what it found."""

    state: ScanState
    refusal: FindRefusal | None
    begun_at: UtcTime
    begun_by: str
    networks: list[str]
    addresses: list[str]
    account: str | None
    time_limit_s: int
    done: int
    total: int
    left_out: int
    cameras: list[CandidateView]


class DiscoveryView(_View):
    """Where a box may search, as whom, and its last search."""

    box_id: int
    box_name: str
    school: SchoolName
    is_able: bool
    """Whether a worker of the box is there that can search."""
    newest: int
    """The configuration's newest version, which an added camera is written on; 0: none."""
    networks: list[str]
    accounts: list[ScanAccount]
    scan: ScanView | None
    as_of: UtcTime


class ScanStart(_View):
    """What a box is to search: networks of its configuration, addresses inside of them, or both."""

    networks: Annotated[list[Network], Field(max_length=16)] = []
    addresses: Annotated[list[FindAddress], Field(max_length=64)] = []
    account: Identifier | None = None
    sealed: Annotated[
        SealedText | None,
        Field(description="A user and password for this search, sealed to the box's key."),
    ] = None
    time_limit_s: Annotated[int, Field(ge=10, le=900)] = 300

    @model_validator(mode="after")
    def _names_something(self) -> ScanStart:
        if not (self.networks or self.addresses):
            raise ValueError("name a network or an address")
        if self.account is not None and self.sealed is not None:
            raise ValueError("name an account, or seal one")
        return self
