"""Schools, places and the camera register as an Excel workbook."""

from __future__ import annotations

from typing import Annotated

from fastapi import Body, Depends, Query, Response

from api.access.permissions import Permission
from api.audit import service as audit
from api.audit.schemas import AccessAction
from api.auth.guards import By, SignedIn, allowed
from api.auth.sessions import Reader, Writer
from api.cameras.service import Watch
from api.contract.vocabulary import Language
from api.kit.download import download
from api.kit.errors import (
    BadCsrfError,
    ForbiddenError,
    InvalidError,
    NotSignedInError,
    TooLargeError,
)
from api.kit.problems import problems
from api.kit.routing import RoomRouter
from api.runtime import RuntimeDep
from api.workbooks import service
from api.workbooks.errors import NotAWorkbookError, WorkbookInvalidError, WorkbookTooLargeError
from api.workbooks.reading import Errors
from api.workbooks.schemas import ImportReport

router = RoomRouter(prefix="/api/v1/workbook", tags=["workbook"])
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_Exporter = Annotated[SignedIn, Depends(allowed(Permission.VIEW_CAMERAS, Permission.EXPORT))]
_Manager = Annotated[SignedIn, Depends(allowed(Permission.MANAGE_CAMERAS))]
_MAX_BYTES = 16 * 1024 * 1024
_File = Annotated[bytes, Body(media_type=XLSX, max_length=_MAX_BYTES, description="The workbook.")]
_REFUSED = problems(
    NotSignedInError,
    ForbiddenError,
    BadCsrfError,
    NotAWorkbookError,
    WorkbookInvalidError,
    WorkbookTooLargeError,
    TooLargeError,
    InvalidError,
)


@router.get(
    "",
    operation_id="workbook_export",
    summary="Schools, places and cameras as a workbook",
    response_class=Response,
    responses={
        200: {
            "description": "A sheet each; taken in again as it is, it changes nothing.",
            "content": {XLSX: {"schema": {"type": "string", "format": "binary"}}},
        },
        **problems(NotSignedInError, ForbiddenError, InvalidError),
    },
)
async def export_workbook(
    person: _Exporter,
    by: By,
    runtime: RuntimeDep,
    language: Annotated[Language, Query(description="Of words in cells.")] = "zh",
) -> Response:
    """What is in scope; that it was exported is logged."""
    now = runtime.clock()
    async with runtime.database.read(person.scope) as session:
        watch = Watch.of(runtime.settings, now)
        content = await service.export(session, watch, language)
    async with runtime.work(person.scope) as work:
        audit.log(
            work,
            AccessAction.WORKBOOK_EXPORTED,
            by.username,
            by.client,
            school_id=person.school_id,
        )
    return download(content, XLSX, f"mingan-{now:%Y%m%d-%H%M%S}.xlsx")


@router.post(
    "/preview",
    operation_id="workbook_preview",
    summary="What a workbook would change",
    responses=_REFUSED,
)
async def preview_workbook(session: Reader, body: _File, person: _Manager) -> ImportReport:
    """Changes nothing; tells each change, and each error by sheet, row and column."""
    errors = Errors()
    sheets = await service.read(body, errors)
    return await service.preview(session, sheets, errors, may_organise=_may_organise(person))


@router.post(
    "/import",
    operation_id="workbook_import",
    summary="Take a workbook in",
    responses=_REFUSED,
)
async def import_workbook(body: _File, person: _Manager, by: By, work: Writer) -> ImportReport:
    """All of it or, if one cell cannot be taken, nothing. Each change is logged."""
    errors = Errors()
    sheets = await service.read(body, errors)
    return await service.take_in(
        work,
        sheets,
        errors,
        by,
        service.digest_of(body),
        may_organise=_may_organise(person),
    )


def _may_organise(person: SignedIn) -> bool:
    return Permission.MANAGE_ORGANISATION in person.permissions
