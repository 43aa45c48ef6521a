"""From what a provider says of a person to what they may do here."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.access.roles import Role
from api.auth.oidc.settings import OidcRule

Claims = Mapping[str, object]
_NOT_IN_NAMES = re.compile(r"[^a-z0-9._\-]+")
_NAME_LENGTH = 48


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a provider says it is; two providers may know different people by one subject."""

    issuer: str
    subject: str


@dataclass(frozen=True, slots=True)
class Mapped:
    """What a rule gives.

    Attributes:
        role: The role.
        school: Id or official code of a school; None for the whole district.
    """

    role: Role
    school: str | None


def mapped(rules: Sequence[OidcRule], claims: Claims) -> Mapped | None:
    """What the first fitting rule gives, if any does.

    A rule that takes the school from a claim does not fit whoever lacks it, or has several:
    which one is meant must not be guessed.
    """
    for rule in rules:
        if not all(_holds(claims.get(name), value) for name, value in rule.claims.items()):
            continue
        if rule.school_claim is None:
            return Mapped(rule.role, rule.school_id)
        school = claims.get(rule.school_claim)
        if isinstance(school, list) and len(school) == 1:
            [school] = school
        if isinstance(school, str) and school:
            return Mapped(rule.role, school)
    return None


def _holds(claim: object, wanted: str) -> bool:
    return claim == wanted or (isinstance(claim, list) and wanted in claim)


def wanted_name(claim: object, identity: Identity) -> tuple[str, str]:
    """What a new person may be called, and what else if another has that name already.

    >>> wanted_name("Wang.Li@example", Identity("https://id", "7"))
    ('wang.li-example', 'wang.li-example-7a993f7c')
    """
    digest = hashlib.sha256(f"{identity.issuer}\n{identity.subject}".encode()).hexdigest()[:8]
    text = claim if isinstance(claim, str) else ""
    name = _NOT_IN_NAMES.sub("-", text.lower()).strip("._-")[:_NAME_LENGTH]
    return (name, f"{name}-{digest}") if name else (f"sso-{digest}", f"sso-{digest}")
