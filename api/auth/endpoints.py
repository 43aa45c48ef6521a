"""Sign in and out, choose a password, and see where one is signed in."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Request, Response
from fastapi.responses import JSONResponse

from api.access.roles import ROLES
from api.auth import browsers, people, service
from api.auth.devices import DEVICE_DAYS, cookie_name
from api.auth.guards import SESSION_COOKIE, Newcomer, Person, client_of
from api.auth.schemas import LoginRequest, MailWrite, Me, PasswordChange, SessionList
from api.auth.service import Browser, NewSession
from api.auth.sessions import NewcomerWriter, Reader, Writer
from api.kit.errors import (
    BadCredentialsError,
    BadCsrfError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    NotSignedInError,
    SamePasswordError,
    TooManyAttemptsError,
    WrongPasswordError,
)
from api.kit.problems import problem_response, problems
from api.kit.routing import RoomRouter
from api.runtime import Runtime, RuntimeDep

router = RoomRouter(prefix="/api/v1", tags=["auth"])
_SIGN_IN_PATH = "/api/v1/auth/login"


def browser_of(request: Request) -> Browser:
    """Whence a request comes."""
    return Browser(client_of(request), request.headers.get("user-agent", ""))


def set_cookies(
    runtime: Runtime, request: Request, response: Response, signed: NewSession, *, is_new: bool
) -> None:
    """Hand out a session's cookie, and that of the browser if it is a new one."""
    is_secure = runtime.settings.cookie_secure or request.url.scheme == "https"
    cookies = [(SESSION_COOKIE, signed.token, runtime.settings.session_hours * 3600, "/")]
    if is_new and signed.device is not None:
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


def _begin(
    runtime: Runtime, request: Request, response: Response, signed: NewSession, *, is_new: bool
) -> Me:
    set_cookies(runtime, request, response, signed, is_new=is_new)
    response.headers["Cache-Control"] = "no-store"
    return Me(
        username=signed.username,
        role=signed.role,
        school=signed.school,
        permissions=sorted(ROLES[signed.role].permissions),
        csrf_token=service.csrf_token(signed.token),
        session_expires_at=signed.expires_at,
        password_must_change=signed.password_must_change,
        has_password=True,
    )


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
    """Set the session cookie (`HttpOnly`, `SameSite=Strict`) and answer who signed in.

    With `password_must_change`, `auth_password` comes first: everything else answers 403.
    """
    browser = browser_of(request)
    cookie = request.cookies.get(cookie_name(body.username))
    known = await service.known(runtime, body.username, cookie)
    async with runtime.throttle.attempt(
        body.username, browser.client, known.device, known.password_mark
    ) as attempt:
        signed = await service.sign_in(runtime, work, body.username, body.password, browser)
        attempt.has_succeeded = signed is not None
    if signed is None:
        # Answered, not raised: the failed attempt must be committed to the access log.
        return problem_response(BadCredentialsError())
    return _begin(runtime, request, response, signed, is_new=known.device is None)


@router.post(
    "/auth/password",
    operation_id="auth_password",
    summary="Choose another password",
    responses=problems(
        NotSignedInError,
        BadCsrfError,
        InvalidError,
        WrongPasswordError,
        SamePasswordError,
        TooManyAttemptsError,
    ),
)
async def choose_password(
    body: PasswordChange,
    person: Newcomer,
    request: Request,
    response: Response,
    runtime: RuntimeDep,
) -> Me:
    """One's own; ends all of one's sessions and sets the cookie of a new one."""
    signed = await service.choose_password(
        runtime, person.username, person.session_key, body, browser_of(request)
    )
    return _begin(runtime, request, response, signed, is_new=True)


@router.post(
    "/auth/logout",
    operation_id="auth_logout",
    summary="Sign out",
    status_code=204,
    responses=problems(NotSignedInError, BadCsrfError),
)
async def logout(
    person: Newcomer, request: Request, response: Response, runtime: RuntimeDep, work: Writer
) -> None:
    """End this session; its open streams end with it."""
    await service.sign_out(work, person.session_key, person.username, client_of(request))
    service.end_streams_of(runtime, [person.session_key])
    response.delete_cookie(SESSION_COOKIE, path="/")


@router.get(
    "/auth/me",
    operation_id="auth_me",
    summary="Who am I",
    responses=problems(NotSignedInError),
)
async def me(person: Newcomer, response: Response) -> Me:
    """Answer the signed-in person and the CSRF token their writes need."""
    response.headers["Cache-Control"] = "no-store"
    return Me(
        username=person.username,
        role=person.role,
        school=person.school,
        permissions=sorted(person.permissions),
        csrf_token=person.csrf_token,
        session_expires_at=person.expires_at,
        password_must_change=person.password_must_change,
        has_password=person.has_password,
    )


@router.get(
    "/auth/sessions",
    operation_id="auth_sessions",
    summary="Where I am signed in",
    responses=problems(NotSignedInError, ForbiddenError),
)
async def sessions(session: Reader, person: Person, runtime: RuntimeDep) -> SessionList:
    """One's own sessions, each with browser, address and last use."""
    return await browsers.list_sessions(
        runtime, session, person.username, current=person.session_key
    )


@router.delete(
    "/auth/sessions/{session_id}",
    operation_id="auth_end_session",
    summary="Sign out of one browser",
    status_code=204,
    responses=problems(NotSignedInError, ForbiddenError, BadCsrfError, NotFoundError, InvalidError),
)
async def end_session(
    session_id: Annotated[str, Path(pattern="^[0-9a-f]{64}$")],
    person: Person,
    request: Request,
    runtime: RuntimeDep,
    work: Writer,
) -> None:
    """One of one's own; what it listens to ends with it."""
    await browsers.end_own(work, person.username, session_id, client_of(request))
    service.end_streams_of(runtime, [session_id])


@router.get(
    "/auth/mail",
    operation_id="auth_mail",
    summary="Where I am written to",
    responses=problems(NotSignedInError, ForbiddenError),
)
async def mail(session: Reader, person: Person) -> MailWrite:
    """One's own address; null without one."""
    user = await people.find(session, person.username)
    return MailWrite(mail=None if user is None else user.mail)


@router.put(
    "/auth/mail",
    operation_id="auth_put_mail",
    summary="Say where I am written to",
    responses=problems(NotSignedInError, ForbiddenError, BadCsrfError, InvalidError),
)
async def put_mail(body: MailWrite, person: Person, request: Request, work: Writer) -> MailWrite:
    """Notices whose rules name one's role go there."""
    await people.set_own_mail(work, person.username, body.mail, client_of(request))
    return body
