"""Which provider people may sign in with, and what those it vouches for may do here."""

from __future__ import annotations

import ipaddress
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from api.access.roles import ROLES, Role
from api.contract.base import Identifier

_Claim = Annotated[str, Field(min_length=1, max_length=128)]
_Name = Annotated[str, Field(min_length=1, max_length=64)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OidcRule(_Part):
    """Whoever has these claims has this role; the first rule that fits counts."""

    claims: Annotated[dict[_Claim, str], Field(min_length=1)]
    """All of them must hold: the claim is this text, or a list that has it."""
    role: Role
    school_id: Identifier | None = None
    """For which school; the whole district without it and without ``school_claim``."""
    school_claim: _Claim | None = None
    """The claim that names the school, by its id here or its official code."""

    @model_validator(mode="after")
    def _fits(self) -> OidcRule:
        if self.school_id is not None and self.school_claim is not None:
            raise ValueError("give school_id or school_claim, not both")
        of_school = self.school_id or self.school_claim
        if not ROLES[self.role].reach.fits(of_school):
            given = "for a school" if of_school else "for the whole district"
            raise ValueError(f"the role {self.role} is not given {given}")
        if ROLES[self.role].is_temporary:
            raise ValueError(f"the role {self.role} needs places and an end date, so a person")
        return self


class OidcSettings(_Part):
    """One provider."""

    issuer: str
    """Its address, exactly as its tokens name it; https, but for this machine."""
    client_id: Annotated[str, Field(min_length=1, max_length=256)]
    public_url: str
    """Where browsers find the console. The provider must be told of
    ``<public_url>/api/v1/auth/oidc/callback`` and, after signing out, ``<public_url>/sign-in``."""
    name_zh: _Name = "统一身份认证"
    name_en: _Name = "single sign-on"
    """What the button on the sign-in page calls it."""
    scope: str = "openid profile"
    username_claim: _Claim = "preferred_username"
    """What a person is called here, if it is free; never what they are recognised by."""
    rules: Annotated[tuple[OidcRule, ...], Field(min_length=1)]
    """Who is named by none of them does not come in."""

    @field_validator("issuer", "public_url")
    @classmethod
    def _secure(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme == "https" and parts.hostname:
            return url
        if parts.scheme == "http" and is_this_machine(parts.hostname or ""):
            return url
        raise ValueError("must begin with https:// (http:// only for this machine)")

    @field_validator("public_url")
    @classmethod
    def _bare(cls, url: str) -> str:
        return url.rstrip("/")

    @field_validator("scope")
    @classmethod
    def _open_id(cls, scope: str) -> str:
        if "openid" not in scope.split():
            raise ValueError("must contain openid")
        return scope


def is_this_machine(host: str) -> bool:
    """Whether a host's name means this machine itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
