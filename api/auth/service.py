"""Signing in and out, and who may.

A session's cookie is random; the database keeps only its hash, so a stolen copy of the database
opens nothing. The CSRF token is derived from the cookie and needs no storage.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from api.access.roles import Role
from api.access.scope import EVERYTHING
from api.audit import service as audit
from api.audit.schemas import AccessAction
from api.auth import devices, people
from api.auth.passwords import FirstAdmin, random_password
from api.auth.repository import UserRepository
from api.bus.work import UnitOfWork
from api.kit.errors import UnknownUserError
from api.kit.tokens import new_token, token_sha256
from api.organisations.schemas import SchoolName

if TYPE_CHECKING:
    from api.runtime import Runtime

FIRST_ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class FoundSession:
    """A session that still stands."""

    username: str
    role: Role
    school: SchoolName | None
    session_key: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session just opened; ``token`` goes into the cookie and nowhere else."""

    username: str
    role: Role
    school: SchoolName | None
    expires_at: datetime
    token: str = field(repr=False)
    device: str = field(repr=False)
    """Cookie for the browser: :mod:`api.auth.devices`."""


def csrf_token(token: str) -> str:
    """The token that a session's writes must carry."""
    return hmac.new(token.encode("utf-8", "replace"), b"csrf", hashlib.sha256).hexdigest()


async def find_session(session: AsyncSession, token: str, now: datetime) -> FoundSession | None:
    """The session a cookie opens, if it still stands."""
    key = token_sha256(token)
    found = await UserRepository(session).find_session(key, now)
    if found is None:
        return None
    row, expires_at = found
    user = row.user
    return FoundSession(user.username, Role(user.role), people.school_of(row), key, expires_at)


async def known_device(runtime: Runtime, username: str, cookie: str | None) -> str | None:
    """The name of the browser, if this user signed in from it before."""
    if not cookie:
        return None
    async with runtime.database.read(EVERYTHING) as session:
        user = await UserRepository(session).get(username.replace("\x00", ""))
    return devices.device_of(cookie, username, None if user is None else user.password_hash)


async def sign_in(
    runtime: Runtime, work: UnitOfWork, username: str, password: str, client: str
) -> NewSession | None:
    """Open a session; ``None`` when name or password is wrong. Both are logged."""
    username = username.replace("\x00", "")
    async with runtime.database.read(EVERYTHING) as session:
        row = await UserRepository(session).row(username)
    user = None if row is None else row.user
    # Verified before the first write, so that no lock is held while argon2 works.
    fits = await runtime.passwords.verify(password, None if user is None else user.password_hash)
    if row is None or user is None or not fits or not people.may_sign_in(user, work.now):
        audit.log(work, AccessAction.SIGN_IN_FAILED, username, client)
        return None
    token = new_token()
    expires_at = work.now + timedelta(hours=runtime.settings.session_hours)
    expires_at = min(expires_at, user.ends_at or expires_at)
    await UserRepository(work.session).open_session(
        user.username, token_sha256(token), work.now, expires_at
    )
    audit.log(work, AccessAction.SIGNED_IN, user.username, client)
    device = devices.new_device(user.username, user.password_hash)
    return NewSession(
        user.username, Role(user.role), people.school_of(row), expires_at, token, device
    )


async def sign_out(work: UnitOfWork, key: str, username: str, client: str) -> None:
    """End a session."""
    await UserRepository(work.session).end_session(key)
    audit.log(work, AccessAction.SIGNED_OUT, username, client)


async def ensure_first_admin(runtime: Runtime) -> FirstAdmin | None:
    """On the first start, make an administrator; answers a password nobody knows yet."""
    given = runtime.settings.admin_password
    password = random_password() if given is None else given.get_secret_value()
    async with runtime.database.read(EVERYTHING) as session:
        if await UserRepository(session).count():
            return None
    password_hash = await runtime.passwords.hash(password)
    async with runtime.work(EVERYTHING) as work:
        added = await UserRepository(work.session).add(
            FIRST_ADMIN, password_hash, Role.DISTRICT_ADMIN, work.now
        )
        if added:
            audit.log(work, AccessAction.USER_CREATED, FIRST_ADMIN, "", subject=FIRST_ADMIN)
    return FirstAdmin(FIRST_ADMIN, password) if added and given is None else None


async def reset_password(runtime: Runtime, username: str) -> str:
    """Give a user a new random password and end their sessions.

    Raises:
        UnknownUserError: If there is no such user.
    """
    password = random_password()
    password_hash = await runtime.passwords.hash(password)
    async with runtime.work(EVERYTHING) as work:
        users = UserRepository(work.session)
        if await users.get(username) is None:
            known = ", ".join(row.user.username for row in await users.all())
            raise UnknownUserError(
                "no such user", where=username, remedy=f"Known users: {known or 'none yet'}"
            )
        await users.set_password(username, password_hash)
        await users.end_sessions_of(username)
        audit.log(work, AccessAction.PASSWORD_RESET, username, "", subject=username)
    return password
