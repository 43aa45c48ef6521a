"""The pages of a box: the console's own, and the few answers of the command centre they need here.

Where an address is the command centre's, so are question and answer; ``/api/v1/offline`` is this
room's. Nothing is changed here, and nothing judged.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Cookie, Depends, FastAPI, Header, Request, Response
from fastapi import Path as InPath
from fastapi.responses import FileResponse, StreamingResponse
from pydantic import AwareDatetime

import api.contract
from api.contract.offline import OfflineAction
from pipeline.offline.bounds import Bounds
from pipeline.offline.console import Pages
from pipeline.offline.doorkeeper import SESSION_S, Doorkeeper, Guest
from pipeline.offline.problems import ProblemError, install
from pipeline.offline.register import UnloggedError, ViewRegister
from pipeline.offline.showing import Showing
from pipeline.offline.shown import DayView, GuestView, OfflineView, PlayWish, SignIn
from pipeline.offline.sight import Sight, school_of

COOKIE = "mingan_offline"
_SAFE = frozenset({"GET", "HEAD"})
router = APIRouter(prefix="/api/v1")


@dataclass(frozen=True, slots=True)
class Site:
    """What the pages are made of.

    Attributes:
        sight: What is seen.
        door: Who is let in.
        register: Where it is written down first.
        showing: Plays footage.
        is_tls: Whether browsers come over HTTPS to this process itself.
    """

    sight: Sight
    door: Doorkeeper
    register: ViewRegister
    showing: Showing
    is_tls: bool


def make_app(site: Site, console: Path | None = None) -> FastAPI:
    """Put the pages together.

    Args:
        site: What they are made of.
        console: The built console; that of this installation if None.
    """
    app = FastAPI(title="Mingan box", openapi_url=None, docs_url=None, redoc_url=None)
    app.state.site = site
    app.include_router(router)
    install(app)
    app.add_middleware(Bounds)
    folder = console or Path(api.contract.__file__).parents[1] / "console" / "dist"
    app.router.default = Pages(folder)
    return app


def _site(request: Request) -> Site:
    found = request.app.state.site
    assert isinstance(found, Site)
    return found


SiteDep = Annotated[Site, Depends(_site)]
_Token = Annotated[str | None, Cookie(alias=COOKIE)]


def _guest(
    request: Request,
    site: SiteDep,
    token: _Token = None,
    csrf: Annotated[str, Header(alias="X-CSRF-Token")] = "",
) -> Guest:
    found = None if token is None else site.door.guest(token)
    if found is None:
        raise ProblemError(401, "not_signed_in")
    fits = hmac.compare_digest(csrf.encode("utf-8", "replace"), found.csrf_token.encode())
    if request.method not in _SAFE and not fits:
        raise ProblemError(403, "bad_csrf")
    return found


GuestDep = Annotated[Guest, Depends(_guest)]
"""Somebody who is signed in, and still may be."""


def _me(site: Site, guest: Guest) -> GuestView:
    return GuestView(
        username=guest.account.username,
        role=guest.account.role,
        school=school_of(site.sight.box()),
        permissions=list(guest.account.rights),
        csrf_token=guest.csrf_token,
        session_expires_at=datetime.fromtimestamp(guest.ends_s, UTC),
    )


@router.post("/auth/login")
def login(body: SignIn, site: SiteDep, request: Request, response: Response) -> GuestView:
    """Let somebody in with their password of the command centre; both outcomes are written down."""
    client = "" if request.client is None else request.client.host
    signed = site.door.sign_in(body.username, body.password, client)
    if signed is None:
        site.register.note(OfflineAction.SIGN_IN_FAILED, body.username, client)
        line = site.sight.book.line()
        # The same to everybody, so that it tells nothing of anybody.
        if not line.is_allowed:
            raise ProblemError(403, "offline_not_allowed")
        if line.is_too_long:
            raise ProblemError(403, "offline_too_long")
        raise ProblemError(401, "bad_credentials")
    token, guest = signed
    try:
        site.register.note(OfflineAction.SIGNED_IN, guest.account.username, client)
    except UnloggedError:
        site.door.sign_out(token)
        raise
    is_secure = site.is_tls or request.headers.get("x-forwarded-proto") == "https"
    response.set_cookie(
        COOKIE, token, int(SESSION_S), httponly=True, samesite="strict", secure=is_secure
    )
    return _me(site, guest)


@router.post("/auth/logout", status_code=204)
def logout(guest: GuestDep, site: SiteDep, response: Response, token: _Token = None) -> None:
    """End the session."""
    if token is not None:
        site.door.sign_out(token)
    response.delete_cookie(COOKIE)


@router.get("/auth/me")
def me(guest: GuestDep, site: SiteDep) -> GuestView:
    """Who is signed in."""
    return _me(site, guest)


@router.get("/auth/ways")
def ways() -> dict[str, None]:
    """A provider stands beyond the line: here there are passwords alone."""
    return {"oidc": None}


@router.get("/offline")
def page(guest: GuestDep, site: SiteDep) -> OfflineView:
    """Line, alerts and cameras; written down once a session, for the page asks again and again."""
    if site.door.is_first_look(guest):
        site.register.note(OfflineAction.ALERTS_VIEWED, guest.account.username, guest.client)
        site.door.has_looked(guest)
    return site.sight.page(guest)


@router.get("/offline/pictures/{sha256}")
def picture(
    sha256: Annotated[str, InPath(pattern="^[0-9a-f]{64}$")], guest: GuestDep, site: SiteDep
) -> FileResponse:
    """The blurred picture of an alert that waits."""
    if site.door.is_first_look(guest):
        raise ProblemError(404, "not_found")  # the page is seen first, and that is written down
    path = site.sight.picture(guest, sha256)
    if path is None:
        raise ProblemError(404, "not_found")
    return FileResponse(path, media_type="image/jpeg")


@router.get("/recordings/{camera_key}")
def recording_day(
    camera_key: int,
    guest: GuestDep,
    site: SiteDep,
    day: date | None = None,
    at: AwareDatetime | None = None,
) -> DayView:
    """A day of one camera's recordings."""
    camera = site.sight.camera(guest, camera_key)
    if camera is None:
        raise ProblemError(404, "not_found")
    try:
        return site.sight.day(guest, camera, day, at)
    except ValueError as error:
        raise ProblemError(422, "invalid", str(error)) from error


@router.post("/recordings/{camera_key}/play")
def play(
    camera_key: int, body: PlayWish, guest: GuestDep, site: SiteDep, token: _Token = None
) -> StreamingResponse:
    """Fragmented MP4 in frames, from a moment on, as fast as it is read."""
    camera = site.sight.camera(guest, camera_key)
    if camera is None or camera.shelf is None or token is None:
        raise ProblemError(404, "not_found")
    frames = site.showing.begin(guest, token, camera, body)
    return StreamingResponse(frames, media_type="application/octet-stream")
