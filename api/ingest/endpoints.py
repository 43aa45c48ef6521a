"""What workers send. Sending twice, late or out of order changes nothing."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Body, Header, Query, Request, Response

from api.auth.guards import ReportingBoxDep
from api.auth.sessions import BoxWriter
from api.boxes.errors import CameraOfAnotherBoxError, OtherSchoolError, SchoolClosedError
from api.contract import (
    Acknowledgement,
    AlertEpisode,
    AnalysedTime,
    CameraRegistration,
    Heartbeat,
    HeartbeatOrders,
    RetentionStatus,
)
from api.contract.base import Identifier, Sha256
from api.ingest import service
from api.kit.errors import (
    BadTokenError,
    HashMismatchError,
    IdentityMismatchError,
    InvalidError,
    StorageUnavailableError,
    TooLargeError,
    UnavailableError,
    UnsupportedMediaTypeError,
)
from api.kit.problems import problems
from api.kit.routing import RoomRouter
from api.runtime import RuntimeDep

router = RoomRouter(prefix="/api/v2/ingest", tags=["ingest"])
_NOT_ITS_OWN = (OtherSchoolError, SchoolClosedError, CameraOfAnotherBoxError)
_PROBLEMS = problems(
    BadTokenError,
    TooLargeError,
    InvalidError,
    IdentityMismatchError,
    UnavailableError,
    *_NOT_ITS_OWN,
)
_BINARY = {"schema": {"type": "string", "format": "binary"}}


@router.put(
    "/cameras/{camera_id}",
    operation_id="ingest_camera",
    summary="Register a camera",
    responses=_PROBLEMS,
)
async def put_camera(
    camera_id: Identifier,
    body: CameraRegistration,
    box: ReportingBoxDep,
    work: BoxWriter,
    runtime: RuntimeDep,
) -> Acknowledgement:
    """Take what the worker's configuration says about a camera."""
    return await service.take_camera(runtime, work, box, camera_id, body)


@router.put(
    "/alerts/{alert_id}",
    operation_id="ingest_alert",
    summary="Report an alert episode",
    responses=_PROBLEMS,
)
async def put_alert(
    alert_id: UUID, body: AlertEpisode, box: ReportingBoxDep, work: BoxWriter, runtime: RuntimeDep
) -> Acknowledgement:
    """Take an episode; a lower or equal revision changes nothing."""
    return await service.take_alert(runtime, work, box, alert_id, body)


@router.put(
    "/evidence/{sha256}",
    operation_id="ingest_evidence",
    summary="Upload evidence",
    responses=problems(
        BadTokenError,
        TooLargeError,
        UnsupportedMediaTypeError,
        HashMismatchError,
        InvalidError,
        StorageUnavailableError,
        UnavailableError,
        *_NOT_ITS_OWN,
    ),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"image/jpeg": _BINARY, "video/mp4": _BINARY},
        }
    },
)
async def put_evidence(
    sha256: Sha256,
    request: Request,
    box: ReportingBoxDep,
    work: BoxWriter,
    runtime: RuntimeDep,
    school_id: Annotated[Identifier, Query(description="Whose it is.")],
    content_type: Annotated[str, Header(include_in_schema=False)] = "",
    content_length: Annotated[int | None, Header(include_in_schema=False, ge=0)] = None,
) -> Acknowledgement:
    """Take a file named by its content, hashing it as it streams in."""
    return await service.take_evidence(
        runtime, work, box, school_id, sha256, content_type, content_length, request.stream()
    )


@router.put(
    "/analysed-time",
    operation_id="ingest_analysed_time",
    summary="Report analysed time",
    responses=_PROBLEMS,
)
async def put_analysed_time(
    body: Annotated[list[AnalysedTime], Body(max_length=10_000)],
    box: ReportingBoxDep,
    work: BoxWriter,
    runtime: RuntimeDep,
) -> Acknowledgement:
    """Take seconds really analysed, by camera, rule and interval."""
    return await service.take_analysed_time(runtime, work, box, body)


@router.put(
    "/retention/{camera_id}",
    operation_id="ingest_retention",
    summary="Report what can be proven about footage",
    responses=_PROBLEMS,
)
async def put_retention(
    camera_id: Identifier,
    body: RetentionStatus,
    box: ReportingBoxDep,
    work: BoxWriter,
    runtime: RuntimeDep,
) -> Acknowledgement:
    """Take a camera's retention status; one as late as the known one changes nothing."""
    return await service.take_retention(runtime, work, box, camera_id, body)


@router.post(
    "/heartbeat",
    operation_id="ingest_heartbeat",
    summary="Tell that the worker lives",
    response_model=HeartbeatOrders,
    # An older worker understands the answer as long as nothing is asked of it that it cannot do.
    response_model_exclude_defaults=True,
    responses={
        204: {"description": "Taken; nothing is to be done.", "model": None},
        **problems(BadTokenError, TooLargeError, InvalidError, UnavailableError, *_NOT_ITS_OWN),
    },
)
async def post_heartbeat(
    body: Heartbeat, box: ReportingBoxDep, work: BoxWriter, runtime: RuntimeDep
) -> HeartbeatOrders | Response:
    """Take the worker's state and that of its cameras; answers what it is to do."""
    orders = await service.take_heartbeat(runtime, work, box, body)
    return orders if orders != HeartbeatOrders() else Response(status_code=204)
