"""Whether footage is kept as long as it must be, and how that is known."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.auth.guards import Person
from api.cameras.schemas import CameraKey
from api.cameras.service import Watch
from api.compliance import service
from api.compliance.schemas import RetentionDetail, RetentionTable
from api.compliance.sheet import sheet
from api.contract.vocabulary import Language
from api.kit.errors import InvalidError, NotFoundError, NotSignedInError
from api.kit.problems import problems
from api.runtime import Reader, RuntimeDep

router = APIRouter(prefix="/api/v1/compliance", tags=["compliance"])


@router.get(
    "/retention",
    operation_id="compliance_retention",
    summary="Retention of all cameras",
    responses=problems(NotSignedInError),
)
async def list_retention(_: Person, session: Reader, runtime: RuntimeDep) -> RetentionTable:
    """Every camera: what is required, what is proven, what is missing and why."""
    now = runtime.clock()
    return RetentionTable(
        items=await service.list_rows(session, Watch.of(runtime.settings, now)), as_of=now
    )


@router.get(
    "/retention.csv",
    operation_id="compliance_retention_csv",
    summary="Retention of all cameras as a file",
    response_class=Response,
    responses={
        200: {
            "description": "UTF-8 with byte order mark; cells never begin a formula.",
            "content": {"text/csv": {"schema": {"type": "string"}}},
        },
        **problems(NotSignedInError, InvalidError),
    },
)
async def export_retention(
    _: Person,
    session: Reader,
    runtime: RuntimeDep,
    language: Annotated[Language, Query(description="Of headings and words.")] = "zh",
) -> Response:
    """The same table for a spreadsheet; times are those of each camera's school."""
    now = runtime.clock()
    rows = await service.list_rows(session, Watch.of(runtime.settings, now))
    return Response(
        sheet(rows, language).encode(),
        media_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{service.file_name(now)}"',
            "Cache-Control": "no-store",
        },
    )


@router.get(
    "/retention/{camera_key}",
    operation_id="compliance_retention_get",
    summary="Retention of one camera, with history",
    responses=problems(NotSignedInError, NotFoundError, InvalidError),
)
async def get_retention(
    camera_key: CameraKey,
    _: Person,
    session: Reader,
    runtime: RuntimeDep,
    history_days: Annotated[
        int,
        Query(ge=1, le=service.MAX_HISTORY_DAYS, description="At most so many days of history."),
    ] = 90,
) -> RetentionDetail:
    """One camera: all gaps, the footage of each day, and the verdict of each day."""
    watch = Watch.of(runtime.settings, runtime.clock())
    return await service.get_detail(session, camera_key, watch, history_days)
