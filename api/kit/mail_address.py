"""A mail address as people type it; of ASCII, for no server here was seen to take others."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

MailAddress = Annotated[
    str,
    StringConstraints(
        max_length=254, pattern=r"^[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$"
    ),
]
