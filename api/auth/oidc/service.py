"""Lets in whom the provider vouches for and a rule names.

A person is recognised by issuer and subject, never by a name or an address: both can be given to
somebody else. What they may do follows from the rules, anew at each sign-in.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from api.audit import service as audit
from api.audit.schemas import AccessAction
from api.auth import people
from api.auth.oidc.mapping import Identity, mapped, wanted_name
from api.auth.oidc.provider import Vouched
from api.auth.repository import UserRepository
from api.auth.service import Browser, NewSession, open_session
from api.bus.work import UnitOfWork
from api.contract.text import fault_of
from api.db.models import User
from api.kit.errors import UnavailableError
from api.organisations import naming

if TYPE_CHECKING:
    from api.auth.oidc.settings import OidcSettings
    from api.runtime import Runtime

REASON = "oidc"
"""How the access log names sign-ins of this kind."""


class Trouble(StrEnum):
    """Why nobody was let in; the sign-in page has words for each."""

    UNMAPPED = "oidc_unmapped"
    DISABLED = "oidc_disabled"
    REFUSED = "oidc_refused"
    EXPIRED = "oidc_expired"
    UNAVAILABLE = "oidc_unavailable"
    FAILED = "oidc_failed"


async def sign_in(
    runtime: Runtime,
    work: UnitOfWork,
    settings: OidcSettings,
    vouched: Vouched,
    browser: Browser,
) -> NewSession | Trouble:
    """Open a session for whom the provider vouches for; both outcomes are logged."""
    users = UserRepository(work.session)
    user = await users.of_identity(vouched.identity.issuer, vouched.identity.subject)
    granted = mapped(settings.rules, vouched.claims)
    school_id = None
    if granted is not None and granted.school is not None:
        school_id = await naming.find_id(work.session, granted.school)
        granted = None if school_id is None else granted
    claim = vouched.claims.get(settings.username_claim)
    shown = wanted_name(claim, vouched.identity)[0] if user is None else user.username
    if granted is None:
        if user is not None:
            await users.end_sessions_of(user.username)
        return _refuse(work, shown, browser, Trouble.UNMAPPED)
    if user is None:
        user = await _add(work, vouched.identity, claim, granted.role, school_id)
        audit.log(
            work,
            AccessAction.USER_CREATED,
            user.username,
            browser.client,
            subject=user.username,
            school_id=school_id,
            reason=REASON,
        )
    elif (user.role, user.school_id) != (granted.role, school_id):
        user.role, user.school_id = granted.role, school_id
        await users.set_places(user.username, ())  # those were of another role or school
        await users.end_sessions_of(user.username)
        audit.log(
            work,
            AccessAction.USER_CHANGED,
            user.username,
            browser.client,
            subject=user.username,
            school_id=school_id,
            reason=REASON,
        )
    if not people.may_sign_in(user, work.now):
        return _refuse(work, user.username, browser, Trouble.DISABLED)
    audit.log(work, AccessAction.SIGNED_IN, user.username, browser.client, reason=REASON)
    row = await users.row(user.username)
    assert row is not None
    return await open_session(runtime, work, row, browser)


def _refuse(work: UnitOfWork, username: str, browser: Browser, why: Trouble) -> Trouble:
    audit.log(work, AccessAction.SIGN_IN_FAILED, username, browser.client, reason=why)
    return why


async def _add(
    work: UnitOfWork, identity: Identity, claim: object, role: str, school_id: str | None
) -> User:
    users = UserRepository(work.session)
    for username in wanted_name(claim, identity):
        if await users.add(username, None, role, work.now, school_id=school_id):
            # Another process that adds the same one meanwhile makes this one start over.
            if not await users.add_identity(identity.issuer, identity.subject, username, work.now):
                raise UnavailableError("this person is being added already")
            user = await users.lock(username)
            assert user is not None
            return user
    raise AssertionError("two people have one issuer and subject")


def is_usable(identity: Identity) -> bool:
    """Whether a subject can be stored."""
    return fault_of(identity.subject) is None
