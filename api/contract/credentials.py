"""Credentials on their way to a box: sealed in a browser, opened on the box, unreadable between.

What is sealed (libsodium's ``crypto_box_seal``, to the box's X25519 key) is a
:class:`Credential` as JSON, padded with blanks so that its length says little. It names what it is
for, and the host it may be sent to: who carries it can neither read it nor have it used elsewhere.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode
from enum import StrEnum
from typing import Annotated, Literal
from unicodedata import category

from pydantic import ConfigDict, Field, StringConstraints, field_validator, model_validator

from api.contract.base import Identifier, WireModel

MAX_SEALED = 4096
"""Characters of Base64."""
SEAL_BYTES = 48
"""By which what is sealed is longer than what was: a key and a tag."""
MAX_ORDERED = 64
"""Credentials in one answer to a heartbeat; more come with the next."""

SealingKey = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]{43}=$")]
"""A public X25519 key, 32 bytes in Base64."""
SealedText = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9+/]+={0,2}$", min_length=65, max_length=MAX_SEALED)
]
"""Base64 of what was sealed."""
_RTSP_URL = re.compile(r"^rtsps?://[^\s/?#@]+([/?#]\S*)?$")
CredentialNumber = Annotated[int, Field(ge=1, le=2**53 - 1)]
_Host = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[^\s/@?#]+$")]


class CredentialKind(StrEnum):
    """What a credential is for: one of ``cameras``, or one of ``devices``."""

    CAMERA = "camera"
    RECORDER = "recorder"


class Credential(WireModel):
    """What is sealed; exists in the browser of who typed it and on the box alone."""

    model_config = ConfigDict(hide_input_in_errors=True)

    format: Literal[1]
    kind: CredentialKind
    name: Identifier
    """Id of the camera, or name of the recorder."""
    host: _Host
    """Where it may be sent; without a port."""
    username: Annotated[str, StringConstraints(max_length=128)] = ""
    password: Annotated[str, StringConstraints(max_length=256), Field(repr=False)] = ""
    url: Annotated[str, StringConstraints(max_length=512), Field(repr=False)] = ""
    """Of a camera whose RTSP address is the secret: the whole of it, in place of the one that is
    configured; without a user name."""

    @field_validator("username", "password", "url")
    @classmethod
    def _is_one_line(cls, value: str) -> str:
        if value != value.strip() or any(category(letter) == "Cc" for letter in value):
            raise ValueError("has blanks around it, or control characters in it")
        return value

    @model_validator(mode="after")
    def _is_whole(self) -> Credential:
        if bool(self.username) != bool(self.password) or not (self.password or self.url):
            raise ValueError("user name and password, or an address")
        if not self.url:
            return self
        if self.kind is not CredentialKind.CAMERA or not _RTSP_URL.match(self.url):
            raise ValueError("an address is rtsp:// or rtsps://, without a user name, of a camera")
        return self


class SealedCredential(WireModel):
    """A credential that a box is to open and keep; repeated until it answers."""

    kind: CredentialKind
    name: Identifier
    number: CredentialNumber
    """Counts what was ever set for this box: the higher one is the newer."""
    sealed: SealedText


class CredentialOutcome(StrEnum):
    """What became of a credential on its box."""

    TAKEN = "taken"
    REFUSED = "refused"


class CredentialRefusal(StrEnum):
    """Why a box does not take a credential.

    ``not_opened``: it was sealed to another key, or changed on its way. ``not_readable``: what was
    sealed is no credential. ``other_target``: it was sealed for another camera or recorder.
    ``not_kept``: the box cannot write it. ``not_usable``: the worker could not go on with it.
    """

    NOT_OPENED = "not_opened"
    NOT_READABLE = "not_readable"
    OTHER_TARGET = "other_target"
    NOT_KEPT = "not_kept"
    NOT_USABLE = "not_usable"


class CredentialAnswer(WireModel):
    """What became of a credential."""

    school_id: Identifier
    kind: CredentialKind
    name: Identifier
    number: CredentialNumber
    outcome: CredentialOutcome
    why: CredentialRefusal | None = None


def fingerprint(key: str) -> str:
    """A public key as two people compare it: eight groups of four.

    >>> fingerprint("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
    '6668-7aad-f862-bd77-6c8f-c18b-8e9f-8e20'
    """
    told = hashlib.sha256(b64decode(key)).hexdigest()[:32]
    return "-".join(told[at : at + 4] for at in range(0, 32, 4))
