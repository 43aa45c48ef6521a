"""The dependencies that decide who may call an endpoint; every endpoint names one.

People come with a session cookie, and for writes with the session's CSRF token; workers come
with a bearer token. A test walks through all routes of the OpenAPI description and fails when
one of them lets a stranger in.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.ext.asyncio import AsyncSession

from api.access.permissions import Permission
from api.access.roles import ROLES, Role
from api.access.scope import EVERYTHING, Scope, of_person
from api.audit.changes import Actor
from api.auth import service
from api.boxes import service as boxes
from api.boxes.service import ReportingBox
from api.kit.errors import (
    BadCsrfError,
    BadTokenError,
    ForbiddenError,
    NotSignedInError,
    PasswordMustChangeError,
)
from api.organisations.schemas import SchoolName
from api.runtime import Runtime, RuntimeDep, runtime_of

SESSION_COOKIE = "mingan_session"
CALLER = "mingan.caller"
"""Where a request's scope keeps who asks, once somebody looked."""
_FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto")
"""What a reverse proxy adds: the address it came from is then not who asks."""
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_session_cookie = APIKeyCookie(
    name=SESSION_COOKIE,
    scheme_name="session",
    description="Set by `auth_login`. Writes also need `X-CSRF-Token` of `auth_me`.",
    auto_error=False,
)
_worker_bearer = HTTPBearer(scheme_name="worker", description="A worker's token.", auto_error=False)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The person behind a request, and the session they came with."""

    username: str
    role: Role
    school: SchoolName | None
    session_key: str
    """Hash of the session's cookie; names the session without being able to open it."""
    csrf_token: str
    expires_at: datetime
    password_must_change: bool = False
    """Whether they must choose a password before anything else."""
    has_password: bool = True
    """False of whom a provider vouches for."""
    place_ids: frozenset[int] | None = None
    """Of a role of places: whose cameras alone they may know of."""

    @property
    def permissions(self) -> frozenset[Permission]:
        """What they may do."""
        return ROLES[self.role].permissions

    @property
    def school_id(self) -> str | None:
        """The school they are given for; None for the district."""
        return None if self.school is None else self.school.school_id

    @property
    def scope(self) -> Scope:
        """Of whose rows they may know."""
        return of_person(self.username, self.school_id, self.place_ids)


def client_of(request: Request) -> str:
    """The address a request came from, as far as the server can tell."""
    return request.client.host if request.client is not None else ""


async def person_of(
    runtime: Runtime, request: Request, cookie: str | None, session: AsyncSession | None = None
) -> SignedIn | None:
    """Whose session a cookie opens, if anyone's; looked for in a session of the database that
    knows of everybody, by default in one of its own.
    """
    if not cookie:
        return None
    if session is None:
        async with runtime.database.ask(EVERYTHING) as own:
            return await person_of(runtime, request, cookie, own)
    found = await service.find_session(session, cookie, runtime.clock())
    if found is None:
        return None
    runtime.last_use.note(found.session_key, runtime.clock(), client_of(request))
    return SignedIn(
        username=found.username,
        role=found.role,
        school=found.school,
        session_key=found.session_key,
        csrf_token=service.csrf_token(cookie),
        expires_at=found.expires_at,
        password_must_change=found.password_must_change,
        has_password=found.has_password,
        place_ids=found.place_ids,
    )


async def caller_of(
    request: Request, runtime: Runtime, session: AsyncSession | None = None
) -> SignedIn | None:
    """Who is signed in, if anyone; looked for once in a request, as :func:`person_of` does."""
    if CALLER not in request.scope:
        cookie = request.cookies.get(SESSION_COOKIE)
        request.scope[CALLER] = await person_of(runtime, request, cookie, session)
    found = request.scope[CALLER]
    return found if isinstance(found, SignedIn) else None


async def settled_caller_of(
    request: Request, runtime: Runtime, session: AsyncSession | None = None
) -> SignedIn | None:
    """Anyone signed in, or a stranger; whoever must choose a password first is one so far."""
    caller = await caller_of(request, runtime, session)
    return None if caller is None or caller.password_must_change else caller


# Each dependency of a dependency costs every request: these ask for no more than they must.
async def _maybe_person(
    request: Request, _: Annotated[str | None, Depends(_session_cookie)]
) -> SignedIn | None:
    return await settled_caller_of(request, runtime_of(request))


MaybePerson = Annotated[SignedIn | None, Depends(_maybe_person)]
"""Anyone signed in, or a stranger."""


async def _newcomer(
    request: Request,
    _: Annotated[str | None, Depends(_session_cookie)],
    csrf: Annotated[str | None, Header(alias="X-CSRF-Token", include_in_schema=False)] = None,
) -> SignedIn:
    person = await caller_of(request, runtime_of(request))
    if person is None:
        raise NotSignedInError
    if request.method not in _SAFE_METHODS and not hmac.compare_digest(
        (csrf or "").encode(), person.csrf_token.encode()
    ):
        raise BadCsrfError
    return person


Newcomer = Annotated[SignedIn, Depends(_newcomer)]
"""Anyone signed in, whoever must choose a password first among them."""


def _settled(person: SignedIn) -> SignedIn:
    if person.password_must_change:
        raise PasswordMustChangeError("choose a new password first")
    return person


async def _person(person: Newcomer) -> SignedIn:
    return _settled(person)


Person = Annotated[SignedIn, Depends(_person)]
"""Anyone signed in."""


async def _actor(person: Person, request: Request) -> Actor:
    return Actor(person.username, client_of(request))


By = Annotated[Actor, Depends(_actor)]
"""Who asks, as the access log names them."""


def allowed(*needed: Permission) -> Callable[..., Awaitable[SignedIn]]:
    """The guard of what needs permissions: ``Annotated[SignedIn, Depends(allowed(…))]``."""

    async def guard(person: Newcomer) -> SignedIn:
        if missing := sorted(set(needed) - _settled(person).permissions):
            raise ForbiddenError(f"needs the permission {' and '.join(missing)}")
        return person

    return guard


async def worker_of(runtime: Runtime, token: str | None) -> ReportingBox:
    """The box of a worker's token.

    Raises:
        BadTokenError: None, one that is not known, or that of a box that was revoked.
    """
    if not token:
        raise BadTokenError(headers={"WWW-Authenticate": "Bearer"})
    async with runtime.database.ask(EVERYTHING) as session:
        return await boxes.find_box(session, token)


async def _known_worker(
    request: Request,
    runtime: RuntimeDep,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_worker_bearer)],
) -> ReportingBox:
    found = request.scope.get(CALLER)
    if isinstance(found, ReportingBox):
        return found
    return await worker_of(runtime, None if credentials is None else credentials.credentials)


ReportingBoxDep = Annotated[ReportingBox, Depends(_known_worker)]
"""The box whose token a worker came with."""


async def _scraper(
    request: Request,
    runtime: RuntimeDep,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_worker_bearer)],
) -> ReportingBox | None:
    is_local = client_of(request) in {"127.0.0.1", "::1"}
    if is_local and not any(name in request.headers for name in _FORWARDED):
        return None
    return await _known_worker(request, runtime, credentials)


Scraper = Annotated[ReportingBox | None, Depends(_scraper)]
"""Whoever may read metrics: a program on this machine that asks directly (None), or a box."""
