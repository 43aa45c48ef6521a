"""Who signs in at devices, and recorders of other makers, as a box's configuration names them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from pipeline.core.errors import ConfigError
from pipeline.devices.credentials import Credentials
from pipeline.devices.registry import DeviceAddress, parse_address
from pipeline.runtime.api_config import nameless, why


class AccountConfig(BaseModel):
    """A user of devices; the password comes from the environment or a file, never from here."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
    stands_at: ClassVar[str] = "discovery.accounts"

    username: str | None = None
    password_env: str | None = None
    password_file: Path | None = None

    @model_validator(mode="after")
    def _is_whole_account(self) -> Self:
        if bool(self.username) != bool(self.password_env or self.password_file):
            raise ValueError("give `username` with `password_env` or `password_file`, or neither")
        return self

    def below(self, base: Path) -> Self:
        """The same; a relative path is below that folder."""
        if self.password_file is None:
            return self
        return self.model_copy(update={"password_file": base / self.password_file})

    def credentials(self) -> Credentials | None:
        """User and password, read anew each time; None when it is asked without.

        Raises:
            ConfigError: The password is not where the configuration says.
        """
        if self.username is None:
            return None
        if self.password_env:
            value = os.environ.get(self.password_env)
            if value is None:
                raise ConfigError(
                    "the environment variable it names is not set",
                    where=f"{self.stands_at}.password_env",
                    remedy="Set it in the service's environment, or use password_file",
                )
            return Credentials(self.username, value)
        assert self.password_file is not None
        try:
            return Credentials(self.username, self.password_file.read_text("utf-8").strip())
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                f"the file it names cannot be read ({why(error)})",
                where=f"{self.stands_at}.password_file",
                remedy="Name a file that holds the password; it has mode 600 and is owned by the "
                "worker's user",
            ) from nameless(error)


class DeviceConfig(AccountConfig):
    """A recorder of another maker: where it is, and who asks it.

    The password comes from the environment or a file, never from this file.
    """

    stands_at: ClassVar[str] = "devices"

    address: Annotated[
        str,
        StringConstraints(max_length=512),
        Field(description="As isapi://192.168.1.64 or dahua://192.168.1.108:80"),
    ]

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        try:
            parse_address(self.address)
        except ConfigError as error:
            raise ValueError(error.line()) from None
        return self

    def place(self) -> DeviceAddress:
        """Where it is."""
        return parse_address(self.address)
