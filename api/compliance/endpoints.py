"""Whether footage is kept as long as it must be, and how that is known."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query, Response

from api.access.permissions import Permission
from api.auth.guards import SignedIn, allowed
from api.auth.sessions import Reader
from api.cameras.schemas import CameraKey
from api.cameras.service import Watch
from api.compliance import retention_table, service
from api.compliance.retention_schemas import RetentionDetail, RetentionTable
from api.compliance.sheet import sheet
from api.contract.vocabulary import Language
from api.kit.download import CSV_RESPONSE, csv_download
from api.kit.errors import ForbiddenError, InvalidError, NotFoundError, NotSignedInError
from api.kit.problems import problems
from api.kit.routing import RoomRouter
from api.runtime import RuntimeDep

router = RoomRouter(prefix="/api/v1/compliance", tags=["compliance"])
_Viewer = Annotated[SignedIn, Depends(allowed(Permission.SEE_COMPLIANCE))]
_Exporter = Annotated[SignedIn, Depends(allowed(Permission.SEE_COMPLIANCE, Permission.EXPORT))]


@router.get(
    "/retention",
    operation_id="compliance_retention",
    summary="Retention of all cameras",
    responses=problems(NotSignedInError, ForbiddenError),
)
async def list_retention(session: Reader, _: _Viewer, runtime: RuntimeDep) -> RetentionTable:
    """Every camera by the verdict that holds now: what is required, what is proven and missing."""
    watch = Watch.of(runtime.settings, runtime.clock())
    return await retention_table.read_table(session, watch, runtime.profiles)


@router.get(
    "/retention.csv",
    operation_id="compliance_retention_csv",
    summary="Retention of all cameras as a file",
    response_class=Response,
    responses={
        **CSV_RESPONSE,
        **problems(NotSignedInError, ForbiddenError, InvalidError),
    },
)
async def export_retention(
    session: Reader,
    _: _Exporter,
    runtime: RuntimeDep,
    language: Annotated[Language, Query(description="Of headings and words.")] = "zh",
) -> Response:
    """The same table for a spreadsheet; times are those of each camera's school."""
    now = runtime.clock()
    watch = Watch.of(runtime.settings, now)
    listed = await retention_table.list_with_gaps(session, watch, runtime.profiles)
    return csv_download(sheet(listed, language), service.file_name(now))


@router.get(
    "/retention/{camera_key}",
    operation_id="compliance_retention_get",
    summary="Retention of one camera, with history",
    responses=problems(NotSignedInError, ForbiddenError, NotFoundError, InvalidError),
)
async def get_retention(
    session: Reader,
    camera_key: CameraKey,
    _: _Viewer,
    runtime: RuntimeDep,
    history_days: Annotated[
        int,
        Query(ge=1, le=service.MAX_HISTORY_DAYS, description="At most so many days of history."),
    ] = 90,
) -> RetentionDetail:
    """One camera: all gaps, the footage of each day, and the verdict of each day."""
    watch = Watch.of(runtime.settings, runtime.clock())
    return await retention_table.get_detail(
        session, camera_key, watch, runtime.profiles, history_days
    )
