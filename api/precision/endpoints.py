"""How often alerts are true, which thresholds that speaks for, and the alerts behind a number."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Query, Response

from api.access.permissions import Permission
from api.alerts.schemas import AlertStatus, FalsePositiveReason
from api.audit import service as audit
from api.audit.schemas import AccessAction
from api.auth.guards import By, SignedIn, allowed
from api.auth.sessions import Reader
from api.contract.text import AnyIdentifier, StorableText
from api.contract.vocabulary import Language
from api.kit.download import CSV_RESPONSE, csv_download
from api.kit.errors import BadCursorError, ForbiddenError, InvalidError, NotSignedInError
from api.kit.problems import problems
from api.kit.routing import RoomRouter
from api.kit.row_number import RowNumber
from api.precision import service
from api.precision.filters import BehindFilters, ReportFilters
from api.precision.schemas import AlertsBehind, PrecisionReport
from api.precision.service import MAX_DAYS, Asked
from api.precision.sheet import sheet
from api.runtime import RuntimeDep

router = RoomRouter(prefix="/api/v1/precision", tags=["precision"])
_Viewer = Annotated[SignedIn, Depends(allowed(Permission.SEE_PRECISION))]
_Opener = Annotated[SignedIn, Depends(allowed(Permission.SEE_PRECISION, Permission.VIEW_ALERTS))]
_Exporter = Annotated[SignedIn, Depends(allowed(Permission.SEE_PRECISION, Permission.EXPORT))]
_READ = (NotSignedInError, ForbiddenError, InvalidError)


async def _asked(
    runtime: RuntimeDep,
    days: Annotated[int, Query(ge=1, le=MAX_DAYS, description="Back from now.")] = 90,
    school_id: Annotated[
        list[AnyIdentifier], Query(description="May repeat.", max_length=256)
    ] = [],  # noqa: B006
    rule: Annotated[list[AnyIdentifier], Query(description="May repeat.", max_length=64)] = [],  # noqa: B006
    camera_key: Annotated[list[RowNumber], Query(description="May repeat.", max_length=256)] = [],  # noqa: B006
    max_lost_percent: Annotated[
        int,
        Query(
            ge=0,
            le=10,
            description="So many of a hundred true alerts a threshold may cost; of class 1 none.",
        ),
    ] = 0,
) -> Asked:
    now = runtime.clock()
    # Records of false alerts are deleted then, and those of true ones are not.
    within = min(days, runtime.settings.keep_records_days)
    filters = ReportFilters(
        since=now - timedelta(days=within),
        school_ids=tuple(school_id),
        rules=tuple(rule),
        camera_keys=tuple(camera_key),
    )
    return Asked(filters, within, max_lost_percent, now)


AskedDep = Annotated[Asked, Depends(_asked)]


@router.get(
    "",
    operation_id="precision_report",
    summary="How often alerts are true",
    responses=problems(*_READ),
)
async def get_report(session: Reader, _: _Viewer, asked: AskedDep) -> PrecisionReport:
    """By rule, model and camera, with a threshold where enough was judged; sets nothing."""
    return await service.report(session, asked)


@router.get(
    "/export.csv",
    operation_id="precision_csv",
    summary="How often alerts are true, as a file",
    response_class=Response,
    responses={
        **CSV_RESPONSE,
        **problems(*_READ),
    },
)
async def export_report(
    person: _Exporter,
    by: By,
    runtime: RuntimeDep,
    asked: AskedDep,
    language: Annotated[Language, Query(description="Of headings and words.")] = "zh",
) -> Response:
    """All rows for a spreadsheet; that they were exported is logged."""
    async with runtime.database.read(person.scope) as session:
        everywhere, by_camera = await service.rows_to_export(session, asked)
    text = await asyncio.to_thread(sheet, everywhere, by_camera, language)
    async with runtime.work(person.scope) as work:
        audit.log(
            work,
            AccessAction.PRECISION_EXPORTED,
            by.username,
            by.client,
            subject=str(len(everywhere) + len(by_camera)),
            school_id=person.school_id,
        )
    return csv_download(text, service.file_name(asked.now))


@router.get(
    "/alerts",
    operation_id="precision_alerts",
    summary="The alerts behind a number",
    responses=problems(*_READ, BadCursorError),
)
async def list_behind(
    session: Reader,
    _: _Opener,
    asked: AskedDep,
    status: Annotated[list[AlertStatus], Query(description="May repeat.")] = [],  # noqa: B006
    reason: Annotated[list[FalsePositiveReason], Query(description="May repeat.")] = [],  # noqa: B006
    model_id: AnyIdentifier | None = None,
    model_sha256: AnyIdentifier | None = None,
    score_below: Annotated[
        float | None,
        Query(gt=0, lt=1, description="A threshold, in hundredths; what has no score is not."),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[StorableText | None, Query(max_length=512)] = None,
) -> AlertsBehind:
    """Newest first, under the filters of the report and of the row."""
    behind = BehindFilters(
        statuses=tuple(status),
        reasons=tuple(reason),
        model_id=model_id,
        model_sha256=model_sha256,
        below=None if score_below is None else round(score_below * 100),
    )
    return await service.alerts_behind(session, asked, behind, limit=limit, cursor=cursor)
