"""What every message shares."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

CONTRACT_VERSION = 2

DEFAULT_SCHOOL_ID = "default"
"""The school of a box whose configuration names none."""
DEFAULT_SCHOOL_NAME = "本校"

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_\-]{0,63}$")]
"""A name made for machines: lower-case letters, digits, ``-`` and ``_``, at most 64."""

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""A SHA-256 in lower-case hexadecimal."""

UtcTime = AwareDatetime
"""A moment with its offset; written as UTC."""

Fraction = Annotated[float, Field(ge=0.0, le=1.0)]
"""A number from 0 to 1."""


class WireModel(BaseModel):
    """A frozen message that refuses unknown keys, NaN and infinity."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Acknowledgement(WireModel):
    """The answer to an ingested message.

    ``changed`` is false when the message was known already or older than what is stored; the
    worker may forget the message in both cases.
    """

    accepted: bool = True
    changed: bool
