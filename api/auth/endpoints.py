"""Sign in and out, and manage who may."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from api.auth import service
from api.auth.devices import DEVICE_DAYS, cookie_name
from api.auth.guards import SESSION_COOKIE, Administrator, Person, client_of
from api.auth.schemas import LoginRequest, Me, UserCreate, UserCreated, UserList
from api.kit.errors import (
    BadCredentialsError,
    BadCsrfError,
    ForbiddenError,
    InvalidError,
    NotSignedInError,
    TooManyAttemptsError,
    UsernameTakenError,
)
from api.kit.problems import problem_response, problems
from api.runtime import Reader, RuntimeDep, Writer

router = APIRouter(prefix="/api/v1", tags=["auth"])
_SIGN_IN_PATH = "/api/v1/auth/login"


@router.post(
    "/auth/login",
    operation_id="auth_login",
    summary="Sign in",
    response_model=Me,
    responses=problems(BadCredentialsError, InvalidError, TooManyAttemptsError),
)
async def login(
    body: LoginRequest, request: Request, response: Response, runtime: RuntimeDep, work: Writer
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
async def users(_: Administrator, session: Reader) -> UserList:
    """All users, by name. Administrators only."""
    return await service.list_users(session)


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
    body: UserCreate, person: Administrator, request: Request, runtime: RuntimeDep, work: Writer
) -> UserCreated:
    """Create a user. Without a password one is made up and answered once."""
    return await service.create_user(runtime, work, body, person.username, client_of(request))
