"""Live pictures for the console."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import StreamingResponse

from api.access.permissions import Permission
from api.auth.guards import SignedIn, allowed, client_of
from api.kit.errors import (
    BadCsrfError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    NotSignedInError,
    TooManyViewersError,
)
from api.kit.problems import problems
from api.kit.routing import RoomRouter
from api.runtime import RuntimeDep
from api.viewing import service
from api.viewing.schemas import LiveRequest, Wall
from api.viewing.viewer import Owner, Viewer

router = RoomRouter(prefix="/api/v1/live", tags=["live"])
_Watcher = Annotated[SignedIn, Depends(allowed(Permission.WATCH_LIVE))]

VIEW_ID_HEADER = "X-View-Id"
_STREAM = "application/octet-stream"


@router.post(
    "",
    operation_id="live_open",
    summary="Look at cameras",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "Frames without end; `docs/wire.md` describes them.",
            "headers": {
                VIEW_ID_HEADER: {
                    "description": "Names this answer in `live_change`.",
                    "schema": {"type": "string", "format": "uuid"},
                }
            },
            "content": {_STREAM: {"schema": {"type": "string", "format": "binary"}}},
        },
        **problems(
            NotSignedInError,
            ForbiddenError,
            BadCsrfError,
            NotFoundError,
            InvalidError,
            TooManyViewersError,
        ),
    },
)
async def open_live(
    body: LiveRequest, person: _Watcher, request: Request, runtime: RuntimeDep
) -> StreamingResponse:
    """Fragmented MP4 of several cameras in one answer, as long as it is read.

    The pictures are not blurred, and each viewing is in the access log with its beginning and end.
    Ends with the session.
    """
    if runtime.viewing.is_full:
        raise TooManyViewersError
    chosen = await service.choose(runtime, person.scope, body.tiles, body.codecs)
    owner = Owner(
        person.username, client_of(request), person.session_key, person.expires_at, person.scope
    )
    viewer = Viewer(runtime.viewing, owner, body.codecs)
    return StreamingResponse(
        service.frames(runtime, viewer, chosen),
        media_type=_STREAM,
        headers={
            VIEW_ID_HEADER: str(viewer.id),
            "Cache-Control": "no-store",
            # Asks nginx to hand pictures on as they come.
            "X-Accel-Buffering": "no",
        },
    )


@router.put(
    "/{view_id}",
    operation_id="live_change",
    summary="Look at other cameras",
    status_code=204,
    responses=problems(NotSignedInError, ForbiddenError, BadCsrfError, NotFoundError, InvalidError),
)
async def change_live(view_id: UUID, body: Wall, person: _Watcher, runtime: RuntimeDep) -> None:
    """Change the cameras of an open answer; those that stay on their channel go on undisturbed."""
    viewer = runtime.viewing.find_viewer(view_id)
    if viewer is None or viewer.owner.session_key != person.session_key:
        raise NotFoundError("no such viewing")
    await service.show(
        runtime, viewer, await service.choose(runtime, person.scope, body.tiles, viewer.codecs)
    )
