"""Where workers ask what is to be shown, and bring it."""

from __future__ import annotations

import re
from typing import Annotated
from uuid import UUID

from fastapi import Header, Query, Request
from pydantic import StringConstraints

from api.auth.guards import ReportingBoxDep
from api.cameras import service as cameras
from api.contract import (
    FootageAnswer,
    PartKind,
    PreviewAnswer,
    ViewAnswer,
    ViewOrders,
    ViewPoll,
    ViewTrouble,
)
from api.contract.frames import init_payload
from api.kit.errors import (
    BadTokenError,
    InvalidError,
    TooLargeError,
    UnsupportedMediaTypeError,
)
from api.kit.moments import Moment
from api.kit.problems import problems
from api.kit.routing import RoomRouter
from api.runtime import RuntimeDep
from api.viewing.feed import Part
from api.viewing.orders import BoxPoll
from api.viewing.play import PlayedPart

router = RoomRouter(prefix="/api/v2/ingest/views", tags=["ingest"])
_MIME = re.compile(r'^video/mp4; codecs="[A-Za-z0-9.]{4,40}"$', re.ASCII)
_BINARY = {"schema": {"type": "string", "format": "binary"}}


@router.post(
    "/poll",
    operation_id="ingest_views_poll",
    summary="Ask what is to be shown",
    # An older worker understands the answer as long as nothing is asked of it that it cannot do.
    response_model_exclude_defaults=True,
    responses=problems(BadTokenError, InvalidError),
)
async def poll(
    body: ViewPoll,
    box: ReportingBoxDep,
    runtime: RuntimeDep,
    wait_s: Annotated[float, Query(ge=0, le=30, description="How long to wait for news.")] = 15.0,
    can: Annotated[
        list[Annotated[str, StringConstraints(max_length=32)]],
        Query(
            max_length=16,
            description="What else it can do: `preview`, judge kept tracks; `find`, search for "
            "cameras. Another word says nothing to this version.",
        ),
    ] = [],  # noqa: B006 -- FastAPI copies it
) -> ViewOrders:
    """Answers when somebody begins or ceases to look at one of the cameras, or after the wait."""
    if body.school_id != box.school_id or box.is_school_closed:
        return ViewOrders()  # its other words are refused, and say why
    async with runtime.database.read(box.scope) as session:
        held = await cameras.of_box(session, box.box_id)
    known = BoxPoll(
        box.box_id,
        frozenset(held[each] for each in body.cameras if each in held),
        frozenset(held[each] for each in body.recordings if each in held),
        body.serving,
        frozenset(can),
    )
    return await runtime.viewing.orders(known, wait_s)


@router.post(
    "/{view_id}/parts",
    operation_id="ingest_views_part",
    summary="Bring a part of a fragmented MP4",
    response_model_exclude_defaults=True,
    responses=problems(BadTokenError, TooLargeError, UnsupportedMediaTypeError, InvalidError),
    openapi_extra={"requestBody": {"required": True, "content": {"video/mp4": _BINARY}}},
)
async def take_part(
    view_id: UUID,
    request: Request,
    box: ReportingBoxDep,
    runtime: RuntimeDep,
    kind: PartKind,
    is_key: Annotated[bool, Query(description="Decoding can start with it.")] = False,
    is_transcoded: Annotated[bool, Query(description="Not the camera's own pictures.")] = False,
    from_at: Annotated[
        Moment | None, Query(description="Of recorded pictures: when the first after a head was.")
    ] = None,
    to_at: Annotated[
        Moment | None, Query(description="Of recorded pictures: until when the part reaches.")
    ] = None,
    content_type: Annotated[str, Header(include_in_schema=False)] = "",
) -> ViewAnswer:
    """Hands a part on to everybody who looks. `Content-Type` names the codec (RFC 6381)."""
    if not _MIME.match(content_type):
        raise UnsupportedMediaTypeError('send video/mp4; codecs="…"')
    data = await request.body()
    if not runtime.viewing.is_given(view_id, box.box_id):
        return ViewAnswer(is_wanted=False)
    feed = runtime.viewing.find_feed(view_id)
    play = runtime.viewing.find_play(view_id)
    if feed is None and play is None:
        return ViewAnswer(is_wanted=False)
    if kind is PartKind.INIT:
        key = feed.camera.key if feed else play.camera_key if play else 0
        data = init_payload(key, content_type, data, is_transcoded=is_transcoded, from_at=from_at)
    part = Part(kind, data, is_key)
    if play is None:
        return ViewAnswer(is_wanted=runtime.viewing.take_part(view_id, part))
    if from_at is None or to_at is None:
        raise InvalidError("recorded pictures need from_at and to_at")
    play.take(PlayedPart(part, from_at, to_at))
    return ViewAnswer(is_wanted=True, is_ready=play.is_ready)


@router.post(
    "/{view_id}/ready",
    operation_id="ingest_views_ready",
    summary="Ask whether the next part of recorded pictures has room",
    response_model_exclude_defaults=True,
    responses=problems(BadTokenError, InvalidError),
)
async def ask_ready(
    view_id: UUID,
    box: ReportingBoxDep,
    runtime: RuntimeDep,
    wait_s: Annotated[float, Query(ge=0, le=30, description="How long to wait for room.")] = 8.0,
) -> ViewAnswer:
    """Answers when enough was watched, when nobody looks any more, or after the wait."""
    play = runtime.viewing.find_play(view_id)
    if play is None or not runtime.viewing.is_given(view_id, box.box_id):
        return ViewAnswer(is_wanted=False)
    is_ready = await play.wait_ready(wait_s)
    return ViewAnswer(is_wanted=not play.is_ended, is_ready=is_ready)


@router.post(
    "/{query_id}/footage",
    operation_id="ingest_views_footage",
    summary="Answer where there is footage",
    status_code=204,
    responses=problems(BadTokenError, InvalidError),
)
async def take_footage(
    query_id: UUID, body: FootageAnswer, box: ReportingBoxDep, runtime: RuntimeDep
) -> None:
    """For whoever opened the day; an answer that comes too late is let go."""
    if runtime.viewing.is_given(query_id, box.box_id):
        runtime.viewing.questions.take(query_id, body)


@router.post(
    "/{query_id}/preview",
    operation_id="ingest_views_preview",
    summary="Answer what rules would have raised",
    status_code=204,
    responses=problems(BadTokenError, InvalidError),
)
async def take_preview(
    query_id: UUID, body: PreviewAnswer, box: ReportingBoxDep, runtime: RuntimeDep
) -> None:
    """For whoever draws; an answer that comes too late is let go."""
    if runtime.viewing.is_given(query_id, box.box_id):
        runtime.viewing.questions.take(query_id, body)


@router.post(
    "/{view_id}/trouble",
    operation_id="ingest_views_trouble",
    summary="Tell why there are no pictures",
    responses=problems(BadTokenError, InvalidError),
)
async def take_trouble(
    view_id: UUID,
    box: ReportingBoxDep,
    runtime: RuntimeDep,
    trouble: ViewTrouble,
    reason: Annotated[str, Query(pattern=r"^[a-z_]{0,32}$", description="Of the camera.")] = "",
) -> ViewAnswer:
    """Tells everybody who looks why they see nothing."""
    if not runtime.viewing.is_given(view_id, box.box_id):
        return ViewAnswer(is_wanted=False)
    play = runtime.viewing.find_play(view_id)
    if play is not None:
        play.take_trouble(trouble)
        return ViewAnswer(is_wanted=True)
    return ViewAnswer(is_wanted=runtime.viewing.take_trouble(view_id, trouble, reason))
