"""Signing in and out, and who may.

A session's cookie is random; the database keeps only its hash, so a stolen copy of the database
opens nothing. The CSRF token is derived from the cookie and needs no storage.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from api.access.roles import Role
from api.access.scope import EVERYTHING, NOTHING, Scope, of_person
from api.audit import service as audit
from api.audit.schemas import AccessAction
from api.auth import devices, people
from api.auth.passwords import FirstAdmin, random_password
from api.auth.repository import UserRepository, UserRow
from api.auth.schemas import PasswordChange
from api.bus.work import UnitOfWork
from api.db.models import SignInSession
from api.kit.errors import (
    NotSignedInError,
    SamePasswordError,
    UnknownUserError,
    WrongPasswordError,
)
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
    password_must_change: bool
    has_password: bool
    place_ids: frozenset[int] | None


@dataclass(frozen=True, slots=True)
class Browser:
    """Whence somebody signs in.

    Attributes:
        client: Its address.
        user_agent: What it calls itself.
    """

    client: str
    user_agent: str


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an attempt to sign in before its password is looked at.

    Attributes:
        device: Name of the browser, if this user signed in from it before.
        password_mark: Differs for each password the user ever had; empty of nobody's.
    """

    device: str | None
    password_mark: str


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session just opened; ``token`` goes into the cookie and nowhere else."""

    username: str
    role: Role
    school: SchoolName | None
    expires_at: datetime
    password_must_change: bool
    token: str = field(repr=False)
    device: str | None = field(repr=False)
    """Cookie for the browser (:mod:`api.auth.devices`); None of whom a provider vouches for."""


def csrf_token(token: str) -> str:
    """The token that a session's writes must carry."""
    return hmac.new(token.encode("utf-8", "replace"), b"csrf", hashlib.sha256).hexdigest()


async def find_session(session: AsyncSession, token: str, now: datetime) -> FoundSession | None:
    """The session a cookie opens, if it still stands."""
    return await session_of(session, token_sha256(token), now)


async def session_of(session: AsyncSession, key: str, now: datetime) -> FoundSession | None:
    """The session of this key, if it still stands."""
    found = await UserRepository(session).find_session(key, now)
    if found is None:
        return None
    row, expires_at = found
    return FoundSession(
        row.username,
        Role(row.role),
        row.school,
        key,
        expires_at,
        row.password_must_change,
        row.has_password,
        await people.place_ids_of(session, row),
    )


async def scope_of(runtime: Runtime, key: str) -> Scope:
    """Of whose rows whoever has this session may know now; of nobody's once it ended."""
    async with runtime.database.ask(EVERYTHING) as session:
        found = await session_of(session, key, runtime.clock())
    if found is None:
        return NOTHING
    school_id = None if found.school is None else found.school.school_id
    return of_person(found.username, school_id, found.place_ids)


async def known(runtime: Runtime, username: str, cookie: str | None) -> Known:
    """What is known of an attempt before its password is looked at."""
    async with runtime.database.read(EVERYTHING) as session:
        user = await UserRepository(session).get(username.replace("\x00", ""))
    if user is None or user.password_hash is None:
        return Known(None, "")
    mark = hashlib.sha256(b"mark\n" + user.password_hash.encode()).hexdigest()[:16]
    return Known(devices.device_of(cookie, username, user.password_hash), mark)


async def sign_in(
    runtime: Runtime, work: UnitOfWork, username: str, password: str, browser: Browser
) -> NewSession | None:
    """Open a session; ``None`` when name or password is wrong. Both are logged."""
    username = username.replace("\x00", "")
    async with runtime.database.read(EVERYTHING) as session:
        row = await UserRepository(session).row(username)
    user = None if row is None else row.user
    # Verified before the first write, so that no lock is held while argon2 works.
    fits = await runtime.passwords.verify(password, None if user is None else user.password_hash)
    if row is None or user is None or not fits or not people.may_sign_in(user, work.now):
        audit.log(work, AccessAction.SIGN_IN_FAILED, username, browser.client)
        return None
    audit.log(work, AccessAction.SIGNED_IN, user.username, browser.client)
    return await open_session(runtime, work, row, browser)


async def open_session(
    runtime: Runtime, work: UnitOfWork, row: UserRow, browser: Browser
) -> NewSession:
    """Open a session for somebody who proved who they are."""
    user, token = row.user, new_token()
    expires_at = work.now + timedelta(hours=runtime.settings.session_hours)
    expires_at = min(expires_at, user.ends_at or expires_at)
    await UserRepository(work.session).open_session(
        SignInSession(
            token_sha256=token_sha256(token),
            username=user.username,
            created_at=work.now,
            expires_at=expires_at,
            last_used_at=work.now,
            client=browser.client[:64],
            user_agent=browser.user_agent[:256],
        )
    )
    return NewSession(
        user.username,
        Role(user.role),
        people.school_of(row),
        expires_at,
        user.password_must_change,
        token,
        None
        if user.password_hash is None
        else devices.new_device(user.username, user.password_hash),
    )


async def choose_password(
    runtime: Runtime, username: str, session_key: str, told: PasswordChange, browser: Browser
) -> NewSession:
    """Replace one's own password; every session ends, and one is opened in its place.

    Raises:
        SamePasswordError: The new one is the present one.
        WrongPasswordError: The present one is another.
        TooManyAttemptsError: It was tried too often.
        NotSignedInError: They were disabled meanwhile.
    """
    if told.new_password == told.current_password:
        raise SamePasswordError("choose another than the present one")
    async with runtime.database.read(EVERYTHING) as session:
        user = await UserRepository(session).get(username)
    present = None if user is None else user.password_hash
    # Whoever finds an open session must not guess the password in it.
    async with runtime.throttle.attempt(username, browser.client, session_key) as attempt:
        fits = await runtime.passwords.verify(told.current_password, present)
        attempt.has_succeeded = fits
    if not fits:
        raise WrongPasswordError("the present password is another")
    password_hash = await runtime.passwords.hash(told.new_password)
    async with runtime.work(EVERYTHING) as work:
        users = UserRepository(work.session)
        locked = await users.lock(username)
        if locked is None or not people.may_sign_in(locked, work.now):
            raise NotSignedInError
        if locked.password_hash != present:
            raise WrongPasswordError("the present password is another")
        locked.password_hash, locked.password_must_change = password_hash, False
        ended = await users.end_sessions_of(username)
        row = await users.row(username)
        assert row is not None
        new = await open_session(runtime, work, row, browser)
        audit.log(work, AccessAction.PASSWORD_CHANGED, username, browser.client, subject=username)
    end_streams_of(runtime, ended)
    return new


def end_streams_of(runtime: Runtime, session_keys: Iterable[str]) -> None:
    """End what these sessions still listen to or look at here; other processes ask soon."""
    for key in session_keys:
        runtime.bus.end_session(key)
        runtime.viewing.end_session(key)


async def sign_out(work: UnitOfWork, key: str, username: str, client: str) -> None:
    """End a session."""
    await UserRepository(work.session).end_session(username, key)
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
    """Give a user a new random password, which they must change, and end their sessions.

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
        await users.set_password(username, password_hash, must_change=True)
        await users.end_sessions_of(username)
        audit.log(work, AccessAction.PASSWORD_RESET, username, "", subject=username)
    return password
