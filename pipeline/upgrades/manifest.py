"""What an upgrade consists of: one JSON text, signed byte by byte as it is delivered."""

from __future__ import annotations

import json
import re
import sys
import sysconfig
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from pipeline.core.errors import UpgradeError

FORMAT = 1
MAX_MANIFEST = 256 * 1024
"""Bytes; read before anything in it is believed."""
MAX_WHEEL = 2 * 1024**3
_RELEASE = re.compile(r"\d{1,5}(\.\d{1,5}){1,3}")


class Wheel(BaseModel):
    """One file of an upgrade; believed by its hash alone.

    Attributes:
        name: As pip wants it.
        sha256: In hexadecimal digits.
        size: Bytes.
    """

    model_config = ConfigDict(frozen=True)

    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+-]{0,190}\.whl$")]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    size: Annotated[int, Field(ge=1, le=MAX_WHEEL)]


class Manifest(BaseModel):
    """What was signed.

    Attributes:
        format: Of this text.
        version: Of Mingan.
        python: Interpreter that the wheels are for, as ``3.11``.
        platform: Machine that they are for, as ``linux-x86_64``.
        made_at: When it was packed.
        expires_at: From then on no box takes it.
        wheels: Every package of the release, Mingan itself among them.
    """

    model_config = ConfigDict(frozen=True)

    format: Literal[1] = 1
    version: Annotated[str, StringConstraints(pattern=f"^{_RELEASE.pattern}$")]
    python: Annotated[str, StringConstraints(pattern=r"^3\.\d{1,2}$")]
    platform: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    made_at: AwareDatetime
    expires_at: AwareDatetime
    wheels: Annotated[tuple[Wheel, ...], Field(min_length=1, max_length=400)]

    @model_validator(mode="after")
    def _holds_mingan_once(self) -> Manifest:
        names = [wheel.name for wheel in self.wheels]
        if len(set(names)) < len(names):
            raise ValueError("two wheels have one name")
        if sum(name.startswith(f"mingan-{self.version}-") for name in names) != 1:
            raise ValueError(f"it wants one wheel of mingan {self.version}")
        return self

    @property
    def size(self) -> int:
        """Bytes of all wheels together."""
        return sum(wheel.size for wheel in self.wheels)

    def require_fitting(self, now: datetime) -> None:
        """Refuse what was signed for other machines, or has run out.

        Raises:
            UpgradeError: It is not for this box today.
        """
        if now >= self.expires_at:
            raise UpgradeError(
                f"this upgrade ran out on {self.expires_at.astimezone(UTC):%Y-%m-%d}",
                remedy="Ask for one packed anew; and see that this box's clock is right",
            )
        here = (this_python(), this_platform())
        if (self.python, self.platform) != here:
            raise UpgradeError(
                f"it is for Python {self.python} on {self.platform}; here is Python {here[0]} on "
                f"{here[1]}",
                remedy="Ask for one made for this machine",
            )


def read_manifest(raw: bytes) -> Manifest:
    """A manifest whose signature is known to be good.

    Raises:
        UpgradeError: It says nothing this version understands.
    """
    try:
        told = json.loads(raw)
        form = told.get("format") if isinstance(told, dict) else None
        if isinstance(form, int) and form > FORMAT:
            raise UpgradeError(
                "a newer version of Mingan packed this",
                remedy="Upgrade to a version between the two first",
            )
        return Manifest.model_validate(told)
    except (ValidationError, ValueError, RecursionError) as error:
        first = error.errors()[0]["msg"] if isinstance(error, ValidationError) else "it is no JSON"
        raise UpgradeError(f"its manifest cannot be read: {first}") from error


def release_number(version: str) -> tuple[int, ...] | None:
    """A version to compare by; None of one that is no release, as a source tree's.

    >>> release_number("0.10.0") > release_number("0.9.3")
    True
    """
    if not _RELEASE.fullmatch(version):
        return None
    parts = [int(part) for part in version.split(".")]
    return tuple(parts + [0] * (4 - len(parts)))


def this_python() -> str:
    """The interpreter's version as a manifest names it."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def this_platform() -> str:
    """The machine as a manifest names it."""
    return sysconfig.get_platform()
