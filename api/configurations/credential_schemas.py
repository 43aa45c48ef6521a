"""What is read and written of sealed credentials; what was sealed is never read again."""

from __future__ import annotations

from base64 import b64decode
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, field_validator

from api.contract.base import Identifier
from api.contract.credentials import (
    SEAL_BYTES,
    CredentialKind,
    CredentialRefusal,
    SealedText,
    SealingKey,
)
from api.kit.moments import Moment


class SealingKeyState(StrEnum):
    """Whether credentials can be sealed to a box.

    ``none``: it told no key, its software is older. ``new``: nobody allowed its key yet.
    ``allowed``. ``changed``: it tells another key than the one that was allowed.
    """

    NONE = "none"
    NEW = "new"
    ALLOWED = "allowed"
    CHANGED = "changed"


class SealingKeyView(BaseModel):
    """A box's public key as it told it, and as it was allowed."""

    state: SealingKeyState
    key: SealingKey | None = Field(description="As the box told it last.")
    fingerprint: str | None = Field(examples=["6668-7aad-f862-bd77-6c8f-c18b-8e9f-8e20"])
    told_at: Moment | None
    allowed_fingerprint: str | None
    allowed_at: Moment | None
    allowed_by: str | None


class CredentialState(StrEnum):
    """Where a credential stands.

    ``unset``: none was sealed here. ``waiting``: its box has not answered. ``taken``. ``refused``:
    ``why`` says why. ``outdated``: it was sealed to another key and must be set anew.
    """

    UNSET = "unset"
    WAITING = "waiting"
    TAKEN = "taken"
    REFUSED = "refused"
    OUTDATED = "outdated"


class CredentialView(BaseModel):
    """A camera or recorder, and whether a credential was set for it here."""

    kind: CredentialKind
    name: str
    title: str = Field(description="What people call the camera; empty of a recorder.")
    host: str = Field(
        description="Of its address in the newest version; empty where that has none, so that no "
        "credential can be set."
    )
    state: CredentialState
    why: CredentialRefusal | None
    set_at: Moment | None
    set_by: str | None
    answered_at: Moment | None


class CredentialsView(BaseModel):
    """What credentials were set for a box; never what is in them."""

    box_id: int
    is_revoked: bool
    key: SealingKeyView
    items: list[CredentialView]
    as_of: Moment


class KeyAllow(BaseModel):
    """The key that somebody compared with what the box says."""

    model_config = ConfigDict(extra="forbid")

    key: SealingKey


class CredentialWrite(BaseModel):
    """A credential, sealed in the browser."""

    model_config = ConfigDict(extra="forbid")

    kind: CredentialKind
    name: Identifier
    key: SealingKey = Field(description="What it was sealed to.")
    sealed: SealedText

    @field_validator("sealed")
    @classmethod
    def _is_sealed(cls, value: str) -> str:
        try:
            length = len(b64decode(value, validate=True))
        except ValueError:
            raise ValueError("is no Base64") from None
        if length <= SEAL_BYTES:
            raise ValueError("is too short for what is sealed")
        return value
