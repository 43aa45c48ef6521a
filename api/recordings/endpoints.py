"""A camera's recordings, day by day, and looking at them."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import Depends, Query, Request
from fastapi.responses import StreamingResponse

from api.access.permissions import Permission
from api.auth.guards import SignedIn, allowed, client_of
from api.cameras.schemas import CameraKey
from api.kit.errors import (
    BadCsrfError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    NotSignedInError,
    TooManyViewersError,
)
from api.kit.moments import Moment
from api.kit.problems import problems
from api.kit.routing import RoomRouter
from api.recordings import play, service
from api.recordings.schemas import PlayRequest, RecordingDay
from api.runtime import RuntimeDep
from api.viewing.viewer import Owner

router = RoomRouter(prefix="/api/v1/recordings", tags=["recordings"])
_Player = Annotated[SignedIn, Depends(allowed(Permission.PLAY_RECORDINGS))]

_STREAM = "application/octet-stream"


@router.get(
    "/{camera_key}",
    operation_id="recordings_day",
    summary="A day of one camera's recordings",
    responses=problems(NotSignedInError, ForbiddenError, NotFoundError, InvalidError),
)
async def get_day(
    camera_key: CameraKey,
    person: _Player,
    runtime: RuntimeDep,
    day: Annotated[
        dt.date | None, Query(description="In the school's time zone; today if not given.")
    ] = None,
    at: Annotated[
        Moment | None, Query(description="Instead of `day`: the day that holds this moment.")
    ] = None,
) -> RecordingDay:
    """Where there is footage and why there is none, alerts, and what was really looked at.

    The box is asked first and answers to the second; if it does not, its last report stands.
    """
    return await service.get_day(runtime, person.scope, camera_key, day, at)


@router.post(
    "/{camera_key}/play",
    operation_id="recordings_play",
    summary="Look at what was recorded",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "Frames without end, as of `live_open`, all on channel 0; the head of "
            "an INIT also says `from_at`, when its first picture was recorded.",
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
async def play_recording(
    camera_key: CameraKey,
    body: PlayRequest,
    person: _Player,
    request: Request,
    runtime: RuntimeDep,
) -> StreamingResponse:
    """Fragmented MP4 from a moment on, as fast as it is read; the footage itself stays on the box.

    The pictures are not blurred, and each viewing is in the access log with its reason, from the
    first to the last recorded moment that was sent.
    """
    if runtime.viewing.is_full:
        raise TooManyViewersError
    owner = Owner(
        person.username, client_of(request), person.session_key, person.expires_at, person.scope
    )
    order = await play.order(runtime, person.scope, camera_key, body)
    return StreamingResponse(
        play.frames(runtime, owner, order, body.reason),
        media_type=_STREAM,
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )
