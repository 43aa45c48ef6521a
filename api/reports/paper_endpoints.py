"""Papers of inspections' forms over HTTP: seen and had by whoever may see the form."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Response

from api.access.permissions import Permission
from api.auth.guards import By, SignedIn, allowed
from api.inspections.requests import READ, scope_of_form
from api.kit.errors import BadCsrfError, UnavailableError
from api.kit.problems import problems
from api.kit.routing import RoomRouter
from api.kit.row_number import RowNumber
from api.reports import service
from api.reports.errors import (
    NoFontError,
    NoTypesetterError,
    ReportGoneError,
    ReportNotReadyError,
)
from api.reports.schemas import PaperRequest, ReportFormat, ReportView
from api.reports.taking import BINARY, TYPES, taken
from api.runtime import RuntimeDep

router = RoomRouter(prefix="/api/v1/inspections/{inspection_id}/papers", tags=["inspections"])
_Viewer = Annotated[SignedIn, Depends(allowed(Permission.VIEW_INSPECTIONS))]


@router.post(
    "",
    operation_id="inspection_papers_ask",
    summary="Have the paper of a form made",
    status_code=201,
    responses=problems(*READ, BadCsrfError, NoFontError, NoTypesetterError, UnavailableError),
)
async def ask_for_paper(
    inspection_id: RowNumber, body: PaperRequest, person: _Viewer, by: By, runtime: RuntimeDep
) -> ReportView:
    """A PDF to sign, made in the background; photographs stand in it if who asks may see them.

    It is a report like others: verified by its code, and kept as long. Logged.
    """
    scope = await scope_of_form(runtime, person, inspection_id)
    async with runtime.work(scope) as work:
        return await service.ask_paper(
            work,
            runtime.settings,
            inspection_id,
            body,
            by,
            with_pictures=Permission.SEE_PICTURES in person.permissions,
        )


@router.get(
    "/{report_id}",
    operation_id="inspection_papers_get",
    summary="One paper of a form",
    responses=problems(*READ),
)
async def get_paper(
    inspection_id: RowNumber, report_id: RowNumber, person: _Viewer, runtime: RuntimeDep
) -> ReportView:
    """Where it stands."""
    scope = await scope_of_form(runtime, person, inspection_id)
    async with runtime.database.read(scope) as session:
        return await service.get_paper(session, inspection_id, report_id)


@router.get(
    "/{report_id}/file",
    operation_id="inspection_papers_file",
    summary="The file of a form's paper",
    response_class=Response,
    responses={
        200: {
            "description": "The file; its hash is the report's `sha256`.",
            "content": {TYPES[ReportFormat.PDF]: BINARY},
        },
        **problems(*READ, ReportGoneError, ReportNotReadyError),
    },
)
async def get_file(
    inspection_id: RowNumber, report_id: RowNumber, person: _Viewer, by: By, runtime: RuntimeDep
) -> Response:
    """PDF; that it was taken is logged. One with photographs needs `see_pictures`."""
    scope = await scope_of_form(runtime, person, inspection_id)
    async with runtime.database.read(scope) as session:
        view = await service.get_paper(session, inspection_id, report_id)
    return await taken(runtime, scope, view, by, person.permissions)
