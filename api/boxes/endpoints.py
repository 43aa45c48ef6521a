"""Boxes, for administrators; and the one call of a machine that is not a box yet."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request, Response

from api.access.permissions import Permission
from api.audit.changes import Actor
from api.auth.guards import SignedIn, allowed, client_of
from api.auth.sessions import NewcomerWriter, Reader, Writer
from api.boxes import service
from api.boxes.errors import BadCodeError
from api.boxes.schemas import BoxCode, BoxCreate, BoxList, BoxView
from api.cameras import service as cameras
from api.cameras.schemas import CameraKey, CameraView
from api.contract import CONTRACT_VERSION, Enrolment, EnrolmentRequest
from api.kit.errors import (
    BadCsrfError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    NotSignedInError,
    UnavailableError,
)
from api.kit.problems import problems
from api.kit.routing import RoomRouter
from api.kit.row_number import RowNumber
from api.kit.version import VERSION
from api.organisations.errors import TakenError
from api.runtime import RuntimeDep
from api.workers.service import Silence

router = RoomRouter(prefix="/api/v1/boxes", tags=["boxes"])
_Manager = Annotated[SignedIn, Depends(allowed(Permission.MANAGE_BOXES))]
enrolment = RoomRouter(prefix="/api/v2/ingest", tags=["ingest"])
_READ = problems(NotSignedInError, ForbiddenError, NotFoundError, InvalidError)
_WRITE = problems(
    NotSignedInError, ForbiddenError, BadCsrfError, NotFoundError, InvalidError, TakenError
)


@router.get("", operation_id="boxes_list", summary="All boxes", responses=_READ)
async def list_boxes(session: Reader, _: _Manager, runtime: RuntimeDep) -> BoxList:
    """Every box with what runs on it."""
    silence = Silence.of(runtime.settings, runtime.clock())
    return BoxList(
        items=await service.list_boxes(session, silence),
        version=VERSION,
        contract_version=CONTRACT_VERSION,
        as_of=silence.now,
    )


@router.get("/{box_id}", operation_id="boxes_get", summary="One box", responses=_READ)
async def get_box(session: Reader, box_id: RowNumber, _: _Manager, runtime: RuntimeDep) -> BoxView:
    """One box with what runs on it."""
    silence = Silence.of(runtime.settings, runtime.clock())
    return await service.get_box(session, silence, box_id)


@router.post(
    "",
    operation_id="boxes_create",
    summary="Expect a box at a school",
    status_code=201,
    responses=_WRITE,
)
async def create_box(
    body: BoxCreate,
    person: _Manager,
    request: Request,
    response: Response,
    work: Writer,
    runtime: RuntimeDep,
) -> BoxCode:
    """Answers, once, the code to enrol it with: `mingan worker enroll URL CODE`."""
    response.headers["Cache-Control"] = "no-store"
    silence = Silence.of(runtime.settings, work.now)
    by = Actor(person.username, client_of(request))
    return await service.create_box(work, silence, body, by)


@router.post(
    "/{box_id}/code",
    operation_id="boxes_code",
    summary="Give a box another code",
    responses=_WRITE,
)
async def give_code(
    box_id: RowNumber,
    person: _Manager,
    request: Request,
    response: Response,
    work: Writer,
    runtime: RuntimeDep,
) -> BoxCode:
    """For another token, or for a box that was revoked; its token works until the code is used."""
    response.headers["Cache-Control"] = "no-store"
    silence = Silence.of(runtime.settings, work.now)
    by = Actor(person.username, client_of(request))
    return await service.give_code(work, silence, box_id, by)


@router.post(
    "/{box_id}/revoke", operation_id="boxes_revoke", summary="Revoke a box", responses=_WRITE
)
async def revoke_box(
    box_id: RowNumber, person: _Manager, request: Request, work: Writer, runtime: RuntimeDep
) -> BoxView:
    """It may report no more from now on; another box of its school may claim its cameras."""
    silence = Silence.of(runtime.settings, work.now)
    by = Actor(person.username, client_of(request))
    return await service.revoke(work, silence, box_id, by)


@router.post(
    "/{box_id}/cameras/{camera_key}",
    operation_id="boxes_take_over",
    summary="State that a box takes a camera over",
    responses=_WRITE,
)
async def take_over(
    box_id: RowNumber,
    camera_key: CameraKey,
    person: _Manager,
    request: Request,
    work: Writer,
    runtime: RuntimeDep,
) -> CameraView:
    """From now on this box of the same school reports the camera, and the one before no more."""
    silence = Silence.of(runtime.settings, work.now)
    box = await service.get_box(work.session, silence, box_id)
    watch = cameras.Watch.of(runtime.settings, work.now)
    by = Actor(person.username, client_of(request))
    return await cameras.take_over(work, watch, camera_key, box, by)


@enrolment.post(
    "/enrol",
    operation_id="ingest_enrol",
    summary="Become a box",
    responses=problems(BadCodeError, InvalidError, UnavailableError),
)
async def enrol(
    body: EnrolmentRequest, request: Request, response: Response, work: NewcomerWriter
) -> Enrolment:
    """For a one-time code: who the box is, and its token."""
    response.headers["Cache-Control"] = "no-store"
    return await service.enrol(work, body.code, client_of(request))
