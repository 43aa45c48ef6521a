"""Reports over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query, Response

from api.access.permissions import Permission
from api.auth.guards import By, SignedIn, allowed
from api.auth.sessions import Reader, Writer
from api.contract.base import Sha256
from api.contract.text import StorableText
from api.kit.errors import (
    BadCsrfError,
    BadCursorError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    NotSignedInError,
    UnavailableError,
)
from api.kit.problems import problems
from api.kit.routing import RoomRouter
from api.kit.row_number import RowNumber
from api.reports import service
from api.reports.errors import (
    MonthNotKnownError,
    NoCanteenError,
    NoFontError,
    NoTypesetterError,
    ReportGoneError,
    ReportNotReadyError,
)
from api.reports.schemas import ReportPage, ReportRequest, ReportView
from api.reports.taking import BINARY, TYPES, taken
from api.runtime import RuntimeDep

router = RoomRouter(prefix="/api/v1/reports", tags=["reports"])
_Exporter = Annotated[SignedIn, Depends(allowed(Permission.SEE_COMPLIANCE, Permission.EXPORT))]
_READ = (NotSignedInError, ForbiddenError)


@router.get(
    "",
    operation_id="reports_list",
    summary="Reports that were asked for",
    responses=problems(*_READ, InvalidError, BadCursorError),
)
async def list_reports(
    session: Reader,
    _: _Exporter,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[StorableText | None, Query(max_length=512)] = None,
) -> ReportPage:
    """Asked for last first, by whomever, of what is in scope."""
    return await service.list_reports(session, limit=limit, cursor=cursor)


@router.post(
    "",
    operation_id="reports_ask",
    summary="Have a report made",
    status_code=201,
    responses=problems(
        *_READ,
        BadCsrfError,
        InvalidError,
        NotFoundError,
        MonthNotKnownError,
        NoCanteenError,
        NoFontError,
        NoTypesetterError,
        UnavailableError,
    ),
)
async def ask_for_report(
    body: ReportRequest, person: _Exporter, by: By, work: Writer, runtime: RuntimeDep
) -> ReportView:
    """It is made in the background; pictures stand in it if who asks may see them. Logged."""
    if body.school_id is None and person.scope.school_ids is not None:
        raise ForbiddenError("a report on the whole district is for the district")
    return await service.ask(
        work,
        runtime.settings,
        body,
        by,
        with_pictures=Permission.SEE_PICTURES in person.permissions,
    )


@router.get(
    "/verification",
    operation_id="reports_verify",
    summary="Which report a printed code or a file belongs to",
    responses=problems(*_READ, NotFoundError, InvalidError),
)
async def verify_report(
    session: Reader,
    _: _Exporter,
    code: Annotated[
        StorableText | None, Query(max_length=64, description="As printed; case is all one.")
    ] = None,
    sha256: Annotated[Sha256 | None, Query(description="Of a whole file.")] = None,
) -> ReportView:
    """By `sha256` a file is what was made, to the last bit; by `code` it is named alone.

    Exactly one of both.
    """
    if (code is None) == (sha256 is None):
        raise InvalidError("name either code or sha256")
    return await service.verify(session, code, sha256)


@router.get(
    "/{report_id}",
    operation_id="reports_get",
    summary="One report",
    responses=problems(*_READ, NotFoundError, InvalidError),
)
async def get_report(session: Reader, report_id: RowNumber, _: _Exporter) -> ReportView:
    """Where it stands."""
    return await service.get(session, report_id)


@router.get(
    "/{report_id}/file",
    operation_id="reports_file",
    summary="The file of a report",
    response_class=Response,
    responses={
        200: {
            "description": "The file; its hash is the report's `sha256`.",
            "content": dict.fromkeys(TYPES.values(), BINARY),
        },
        **problems(*_READ, NotFoundError, ReportGoneError, ReportNotReadyError, InvalidError),
    },
)
async def get_file(
    report_id: RowNumber, person: _Exporter, by: By, runtime: RuntimeDep
) -> Response:
    """PDF or workbook; that it was taken is logged. One with pictures needs `see_pictures`."""
    async with runtime.database.read(person.scope) as session:
        view = await service.get(session, report_id)
    return await taken(runtime, person.scope, view, by, person.permissions)
