"""The three stops of a browser that signs in with the provider."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import asdict
from typing import Annotated, Any

import structlog
from fastapi import Query, Request
from fastapi.responses import RedirectResponse

from api.auth.endpoints import browser_of, set_cookies
from api.auth.oidc import service
from api.auth.oidc.provider import Flow, Provider, ProviderAwayError, ProviderError
from api.auth.oidc.service import Trouble
from api.auth.schemas import OidcWay, Ways
from api.auth.sessions import NewcomerWriter
from api.contract.text import StorableText
from api.kit.errors import InvalidError, NotFoundError
from api.kit.problems import problems
from api.kit.routing import RoomRouter
from api.runtime import Runtime, RuntimeDep

router = RoomRouter(prefix="/api/v1", tags=["auth"])
_FLOW_COOKIE = "mingan_oidc"
_FLOW_PATH = "/api/v1/auth/oidc"
_FLOW_LIVES_S = 600
_ELSEWHERE: dict[int | str, dict[str, Any]] = {303: {"description": "Go on there."}}
_log = structlog.get_logger(__name__)


def _provider(runtime: Runtime) -> Provider:
    if runtime.oidc is None:
        raise NotFoundError("no provider is configured")
    return runtime.oidc


def _go(url: str) -> RedirectResponse:
    return RedirectResponse(url, status_code=303, headers={"Cache-Control": "no-store"})


def _back(trouble: Trouble) -> RedirectResponse:
    answer = _go(f"/sign-in?problem={trouble}")
    answer.delete_cookie(_FLOW_COOKIE, path=_FLOW_PATH)
    return answer


def _local(path: str) -> str:
    """A path of the console; anything that would lead elsewhere becomes its first page."""
    is_ours = path.startswith("/") and not path.startswith(("//", "/\\", "/api/"))
    return path if is_ours and path.isprintable() and path.isascii() else "/"


def _read_flow(cookie: str | None) -> Flow | None:
    try:
        return Flow(**json.loads(base64.urlsafe_b64decode(cookie or "")))
    except (binascii.Error, ValueError, TypeError):
        return None


@router.get("/auth/ways", operation_id="auth_ways", summary="How one may sign in")
async def ways(runtime: RuntimeDep) -> Ways:
    """Always with a password; with the provider where one is configured."""
    if runtime.oidc is None:
        return Ways(oidc=None)
    settings = runtime.oidc.settings
    return Ways(oidc=OidcWay(name_zh=settings.name_zh, name_en=settings.name_en))


@router.get(
    "/auth/oidc/start",
    operation_id="auth_oidc_start",
    summary="Sign in with the provider",
    status_code=303,
    response_class=RedirectResponse,
    responses={**problems(NotFoundError, InvalidError), **_ELSEWHERE},
)
async def start(
    runtime: RuntimeDep,
    next_path: Annotated[
        StorableText, Query(alias="next", max_length=1024, description="Path to come back to.")
    ] = "/",
) -> RedirectResponse:
    """For a browser: leads to the provider, which leads back to `auth_oidc_callback`."""
    provider = _provider(runtime)
    try:
        url, flow = await provider.begin(_local(next_path))
    except ProviderError as error:
        _log.warning("oidc_not_started", reason=str(error))
        return _back(Trouble.UNAVAILABLE)
    answer = _go(url)
    answer.set_cookie(
        _FLOW_COOKIE,
        base64.urlsafe_b64encode(json.dumps(asdict(flow)).encode()).decode(),
        max_age=_FLOW_LIVES_S,
        httponly=True,
        # The way back begins at the provider: a strict cookie would stay behind.
        samesite="lax",
        secure=provider.settings.public_url.startswith("https:"),
        path=_FLOW_PATH,
    )
    return answer


@router.get(
    "/auth/oidc/callback",
    operation_id="auth_oidc_callback",
    summary="Come back from the provider",
    status_code=303,
    response_class=RedirectResponse,
    responses={**problems(NotFoundError, InvalidError), **_ELSEWHERE},
)
async def callback(
    request: Request,
    runtime: RuntimeDep,
    work: NewcomerWriter,
    state: Annotated[StorableText, Query(max_length=256)] = "",
    code: Annotated[StorableText, Query(max_length=4096)] = "",
    error: Annotated[StorableText, Query(max_length=256)] = "",
    iss: Annotated[StorableText | None, Query(max_length=512)] = None,
) -> RedirectResponse:
    """For a browser: leads to the console with a session, or to `/sign-in?problem=`."""
    provider = _provider(runtime)
    flow = _read_flow(request.cookies.get(_FLOW_COOKIE))
    if flow is None or not state or state != flow.state:
        return _back(Trouble.EXPIRED)
    if iss is not None and iss != provider.settings.issuer:
        return _back(Trouble.FAILED)
    if error or not code:
        _log.info("oidc_refused", error=error)
        return _back(Trouble.REFUSED)
    try:
        vouched = await provider.finish(flow, code, runtime.clock())
    except ProviderError as fault:
        _log.warning("oidc_failed", reason=str(fault))
        is_away = isinstance(fault, ProviderAwayError)
        return _back(Trouble.UNAVAILABLE if is_away else Trouble.FAILED)
    if not service.is_usable(vouched.identity):
        return _back(Trouble.FAILED)
    browser = browser_of(request)
    signed = await service.sign_in(runtime, work, provider.settings, vouched, browser)
    if isinstance(signed, Trouble):
        return _back(signed)
    answer = _go(_local(flow.return_path))
    answer.delete_cookie(_FLOW_COOKIE, path=_FLOW_PATH)
    set_cookies(runtime, request, answer, signed, is_new=True)
    return answer


@router.get(
    "/auth/oidc/end",
    operation_id="auth_oidc_end",
    summary="Sign out at the provider too",
    status_code=303,
    response_class=RedirectResponse,
    responses={**problems(NotFoundError), **_ELSEWHERE},
)
async def end(runtime: RuntimeDep) -> RedirectResponse:
    """For a browser, after `auth_logout`: the provider asks, and leads back to the sign-in."""
    try:
        url = await _provider(runtime).sign_out_url()
    except ProviderError as error:
        _log.warning("oidc_not_ended", reason=str(error))
        url = None
    return _go(url or "/sign-in")
