"""Whether there are video meetings, and where their engine is."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

_Port = Annotated[int, Field(ge=1024, le=65535)]
_FEWEST_PORTS = 20
"""For media; each person takes two, one to send from and one to receive at."""


class MeetingSettings(BaseModel):
    """The engine of one command centre.

    It is spoken to on this machine alone: no address can be written here. Only its media ports are
    to be reached from where people are.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    engine_port: _Port = 8188
    """Other than Debian's, so that an engine of somebody else is not taken for ours."""
    admin_port: _Port = 7188
    media_port_first: _Port = 20000
    media_port_last: _Port = 20399
    """UDP, both included; the only ones of the engine that a firewall has to open."""
    public_address: IPv4Address | None = None
    """Under which people's browsers reach this machine, where that is not an address of its own: in
    a container, or behind a router."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.engine_port == self.admin_port:
            raise ValueError("engine_port and admin_port must differ")
        if self.media_port_last - self.media_port_first + 1 < _FEWEST_PORTS:
            raise ValueError(f"at least {_FEWEST_PORTS} media ports are needed")
        return self
