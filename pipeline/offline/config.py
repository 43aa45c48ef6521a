"""Whether, and where, a box may be looked at without the command centre."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, IPvAnyAddress, model_validator


class OfflineViewConfig(BaseModel):
    """Looking at this box in its own school while the line to the command centre is cut."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool = False
    """The command centre must allow it too, or nobody can sign in."""
    listen: Annotated[
        IPvAnyAddress,
        Field(description="Address of this box; any but 127.0.0.1 and ::1 needs a certificate"),
    ] = ipaddress.IPv4Address("127.0.0.1")
    port: Annotated[int, Field(ge=1, le=65535)] = 8443
    certificate_file: Annotated[
        Path | None, Field(description="Certificate (PEM) that browsers in the school trust")
    ] = None
    key_file: Annotated[Path | None, Field(description="Its key (PEM)")] = None
    trust_days: Annotated[
        int,
        Field(
            ge=1, le=30, description="Without a word of the command centre nobody signs in after"
        ),
    ] = 7

    @model_validator(mode="after")
    def _passwords_stay_secret(self) -> Self:
        if (self.certificate_file is None) != (self.key_file is None):
            raise ValueError("give both `certificate_file` and `key_file`, or neither")
        if not self.is_tls and not self.listens_on_loopback:
            raise ValueError(
                "passwords would cross the network in the clear: give `certificate_file` and "
                "`key_file`, or listen on 127.0.0.1 behind a proxy that has them"
            )
        return self

    @property
    def is_tls(self) -> bool:
        """Whether it speaks HTTPS itself."""
        return self.certificate_file is not None

    @property
    def listens_on_loopback(self) -> bool:
        """Whether only this machine reaches it."""
        return str(self.listen) in ("127.0.0.1", "::1")

    def below(self, base: Path) -> Self:
        """The same; relative paths are below that folder."""
        if self.certificate_file is None or self.key_file is None:
            return self
        placed = {
            "certificate_file": base / self.certificate_file,
            "key_file": base / self.key_file,
        }
        return self.model_copy(update=placed)
