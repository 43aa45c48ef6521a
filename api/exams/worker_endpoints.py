"""Where boxes ask what they are to do about exams, and bring what they made."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Request

from api.auth.guards import ReportingBoxDep
from api.auth.sessions import BoxWriter
from api.boxes import service as boxes
from api.boxes.errors import OtherSchoolError, SchoolClosedError
from api.contract import Acknowledgement
from api.contract.base import Identifier
from api.contract.exam_orders import ExamOrders, PackageReport
from api.contract.exam_package.manifest import MAX_MANIFEST_BYTES, MAX_SEGMENTS
from api.exams import box_orders, package_making
from api.kit.errors import (
    BadTokenError,
    HashMismatchError,
    InvalidError,
    NotFoundError,
    StorageUnavailableError,
    TooLargeError,
    UnavailableError,
)
from api.kit.problems import problems
from api.kit.routing import RoomRouter
from api.runtime import RuntimeDep

router = RoomRouter(prefix="/api/v2/ingest/exams", tags=["ingest"])
_PROBLEMS = (BadTokenError, InvalidError, UnavailableError, OtherSchoolError, SchoolClosedError)
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_School = Annotated[Identifier, Query(description="Whose box it is.")]


@router.get(
    "/orders",
    operation_id="ingest_exam_orders",
    summary="Ask what is to be kept, made and sent",
    responses=problems(*_PROBLEMS),
)
async def get_orders(
    box: ReportingBoxDep, work: BoxWriter, runtime: RuntimeDep, school_id: _School
) -> ExamOrders:
    """The whole truth of this moment: what is not named any more is let go."""
    box = await boxes.admit(work, box, school_id)
    keep_days = runtime.settings.keep_exam_days
    return await box_orders.of_box(work, runtime.exam_packages, box, keep_days)


@router.put(
    "/reports/{package_id}",
    operation_id="ingest_exam_report",
    summary="Tell how a package goes on",
    responses=problems(*_PROBLEMS, TooLargeError),
)
async def put_report(
    package_id: UUID, body: PackageReport, box: ReportingBoxDep, work: BoxWriter
) -> Acknowledgement:
    """That it was begun, or why it cannot be made."""
    box = await boxes.admit(work, box, body.school_id)
    return Acknowledgement(
        changed=await package_making.take_report(work, box.box_id, package_id, body)
    )


@router.put(
    "/packages/{package_id}/manifest",
    operation_id="ingest_exam_manifest",
    summary="Bring a package's manifest",
    responses=problems(*_PROBLEMS, TooLargeError, StorageUnavailableError),
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": _BINARY}}},
)
async def put_manifest(
    package_id: UUID,
    request: Request,
    box: ReportingBoxDep,
    work: BoxWriter,
    runtime: RuntimeDep,
    school_id: _School,
) -> Acknowledgement:
    """Byte by byte as it was written; signed at once where the bureau's key is."""
    box = await boxes.admit(work, box, school_id)
    written = bytearray()
    async for chunk in request.stream():
        written += chunk
        if len(written) > MAX_MANIFEST_BYTES:
            raise TooLargeError(f"at most {MAX_MANIFEST_BYTES} bytes")
    key_file = runtime.settings.exam_key_file
    return Acknowledgement(
        changed=await package_making.take_manifest(
            work, runtime.exam_packages, key_file, box.box_id, package_id, bytes(written)
        )
    )


@router.put(
    "/packages/{package_id}/segments/{number}",
    operation_id="ingest_exam_segment",
    summary="Bring a segment of a package that is handed out",
    responses=problems(
        *_PROBLEMS, NotFoundError, HashMismatchError, StorageUnavailableError, TooLargeError
    ),
    openapi_extra={"requestBody": {"required": True, "content": {"video/mp4": _BINARY}}},
)
async def put_segment(
    package_id: UUID,
    number: Annotated[int, Path(ge=1, le=MAX_SEGMENTS)],
    request: Request,
    box: ReportingBoxDep,
    work: BoxWriter,
    runtime: RuntimeDep,
    school_id: _School,
) -> Acknowledgement:
    """Taken only while two people's agreement counts, and only what the manifest names."""
    box = await boxes.admit(work, box, school_id)
    await box_orders.take_segment(
        work, runtime.exam_packages, box.box_id, package_id, number, request.stream()
    )
    return Acknowledgement(changed=True)
