"""Where a box reports to, and with which token."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from pipeline.core.errors import DeliveryError


class ApiConfig(BaseModel):
    """The command centre this box reports to."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s@]+$")]
    token_file: Path | None = None
    token_env: str | None = None
    ca_file: Annotated[
        Path | None,
        Field(
            description="Certificates (PEM) of the authority behind an https address, if private"
        ),
    ] = None

    @property
    def is_private(self) -> bool:
        """Whether nobody on the network reads what is said to it and what it answers."""
        parts = urlsplit(self.url)
        return parts.scheme == "https" or parts.hostname in ("127.0.0.1", "::1", "localhost")

    def token(self) -> str:
        """The worker's token, read anew each time so that it can be replaced.

        Raises:
            DeliveryError: It is not there yet; what must be delivered waits.
        """
        if self.token_env:
            value = os.environ.get(self.token_env, "")
            where = "token_env"
        else:
            assert self.token_file is not None
            where = "token_file"
            try:
                value = self.token_file.read_text("utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise DeliveryError(
                    f"the worker's token cannot be read ({why(error)})",
                    where=where,
                    remedy="Name a file that holds the token; the command centre writes it as "
                    "worker.token when it first starts",
                ) from nameless(error)
        if not value:
            raise DeliveryError("the worker's token is empty", where=where)
        if not (value.isascii() and value.isprintable()):
            raise DeliveryError(
                "this is no token of a worker",
                where=where,
                remedy="Copy the one line that the command centre shows",
            )
        return value

    @model_validator(mode="after")
    def _has_one_token(self) -> ApiConfig:
        if bool(self.token_file) == bool(self.token_env):
            raise ValueError("give either `token_file` or `token_env`")
        return self


def nameless(error: OSError | UnicodeDecodeError) -> OSError | UnicodeDecodeError:
    """The same error without the file's name, which may be a secret typed in its place."""
    if isinstance(error, OSError):
        error.filename = None
    return error


def why(error: OSError | UnicodeDecodeError) -> str:
    """What is wrong with a file that cannot be read."""
    return error.strerror or "" if isinstance(error, OSError) else "it is no UTF-8 text"
