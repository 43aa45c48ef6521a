"""Sign in and out, and manage who may."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from api.access.permissions import Permission
from api.access.roles import ROLES
from api.auth import people, service
from api.auth.devices import DEVICE_DAYS, cookie_name
from api.auth.guards import SESSION_COOKIE, Person, SignedIn, allowed, client_of
from api.auth.schemas import (
    LoginRequest,
    Me,
    UserCreate,
    UserCreated,
    UserList,
    Username,
    UserView,
    UserWrite,
)
from api.auth.sessions import NewcomerWriter, Reader, Writer
from api.kit.errors import (
    BadCredentialsError,
    BadCsrfError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    NotSignedInError,
    TooManyAttemptsError,
    UsernameTakenError,
)
from api.kit.problems import problem_response, problems
from api.runtime import RuntimeDep

router = APIRouter(prefix="/api/v1", tags=["auth"])
_PeopleManager = Annotated[SignedIn, Depends(allowed(Permission.MANAGE_PEOPLE))]
_CHANGE = problems(NotSignedInError, ForbiddenError, BadCsrfError, NotFoundError, InvalidError)
_SIGN_IN_PATH = "/api/v1/auth/login"


@router.post(
    "/auth/login",
    operation_id="auth_login",
    summary="Sign in",
    response_model=Me,
    responses=problems(BadCredentialsError, InvalidError, TooManyAttemptsError),
)
async def login(
    body: LoginRequest,
    request: Request,
    response: Response,
    runtime: RuntimeDep,
    work: NewcomerWriter,
) -> Me | JSONResponse:
    """Set the session cookie (`HttpOnly`, `SameSite=Strict`) and answer who signed in."""
    client = client_of(request)
    known = request.cookies.get(cookie_name(body.username))
    device = await service.known_device(runtime, body.username, known)
    async with runtime.throttle.attempt(body.username, client, device) as attempt:
        signed = await service.sign_in(runtime, work, body.username, body.password, client)
        attempt.has_succeeded = signed is not None
    if signed is None:
        # Answered, not raised: the failed attempt must be committed to the access log.
        return problem_response(BadCredentialsError())
    is_secure = runtime.settings.cookie_secure or request.url.scheme == "https"
    cookies = [(SESSION_COOKIE, signed.token, runtime.settings.session_hours * 3600, "/")]
    if device is None:
        name = cookie_name(signed.username)
        cookies.append((name, signed.device, DEVICE_DAYS * 86400, _SIGN_IN_PATH))
    for name, value, lives_s, path in cookies:
        response.set_cookie(
            name,
            value,
            max_age=int(lives_s),
            httponly=True,
            samesite="strict",
            secure=is_secure,
            path=path,
        )
    response.headers["Cache-Control"] = "no-store"
    return Me(
        username=signed.username,
        role=signed.role,
        school=signed.school,
        permissions=sorted(ROLES[signed.role].permissions),
        csrf_token=service.csrf_token(signed.token),
        session_expires_at=signed.expires_at,
    )


@router.post(
    "/auth/logout",
    operation_id="auth_logout",
    summary="Sign out",
    status_code=204,
    responses=problems(NotSignedInError, BadCsrfError),
)
async def logout(
    person: Person, request: Request, response: Response, runtime: RuntimeDep, work: Writer
) -> None:
    """End this session; its open streams end with it."""
    await service.sign_out(work, person.session_key, person.username, client_of(request))
    runtime.bus.end_session(person.session_key)
    runtime.viewing.end_session(person.session_key)
    response.delete_cookie(SESSION_COOKIE, path="/")


@router.get(
    "/auth/me",
    operation_id="auth_me",
    summary="Who am I",
    responses=problems(NotSignedInError),
)
async def me(person: Person, response: Response) -> Me:
    """Answer the signed-in person and the CSRF token their writes need."""
    response.headers["Cache-Control"] = "no-store"
    return Me(
        username=person.username,
        role=person.role,
        school=person.school,
        permissions=sorted(person.permissions),
        csrf_token=person.csrf_token,
        session_expires_at=person.expires_at,
    )


@router.get(
    "/users",
    operation_id="users_list",
    tags=["users"],
    summary="List users",
    responses=problems(NotSignedInError, ForbiddenError),
)
async def users(_: _PeopleManager, session: Reader) -> UserList:
    """All users, by name; of one's own school alone, if one has one."""
    return await people.list_users(session)


def _giver(person: SignedIn, request: Request) -> people.Giver:
    return people.Giver(person.username, client_of(request), person.permissions, person.scope)


@router.post(
    "/users",
    operation_id="users_create",
    tags=["users"],
    summary="Create a user",
    status_code=201,
    responses=problems(
        NotSignedInError, ForbiddenError, BadCsrfError, UsernameTakenError, InvalidError
    ),
)
async def create_user(
    body: UserCreate, person: _PeopleManager, request: Request, runtime: RuntimeDep, work: Writer
) -> UserCreated:
    """Without a password one is made up and answered once; nobody gives away more than theirs."""
    return await people.create_user(runtime, work, body, _giver(person, request))


@router.put(
    "/users/{username}",
    operation_id="users_put",
    tags=["users"],
    summary="Change what a person may do",
    responses=_CHANGE,
)
async def change_user(
    username: Username, body: UserWrite, person: _PeopleManager, request: Request, work: Writer
) -> UserView:
    """Role, school and end date; they sign in anew. Nobody changes their own."""
    return await people.change_user(work, username, body, _giver(person, request))


@router.post(
    "/users/{username}/disable",
    operation_id="users_disable",
    tags=["users"],
    summary="Let a person sign in no more",
    responses=_CHANGE,
)
async def disable_user(
    username: Username, person: _PeopleManager, request: Request, work: Writer
) -> UserView:
    """Their sessions end within seconds; what they did stays under their name."""
    return await people.set_disabled(work, username, _giver(person, request), is_disabled=True)


@router.post(
    "/users/{username}/enable",
    operation_id="users_enable",
    tags=["users"],
    summary="Let a person sign in again",
    responses=_CHANGE,
)
async def enable_user(
    username: Username, person: _PeopleManager, request: Request, work: Writer
) -> UserView:
    """With the password they had."""
    return await people.set_disabled(work, username, _giver(person, request), is_disabled=False)
