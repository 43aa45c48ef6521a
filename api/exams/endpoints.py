"""Exams over HTTP: sessions, rosters, workbooks and the table of the day."""

from __future__ import annotations

import asyncio
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Body, Depends, Query, Response

from api.access.permissions import Permission
from api.audit.changes import Actor
from api.auth.guards import By, SignedIn, allowed
from api.auth.sessions import Reader, Writer
from api.cameras.views import Watch
from api.contract.vocabulary import Language
from api.exams import exporting, importing, service, table
from api.exams.schemas import (
    MOST_ROWS,
    ExamCreate,
    ExamDetail,
    ExamImportReport,
    ExamList,
    ExamTable,
    RosterWrite,
)
from api.exams.sheets import EXAM_SHEETS
from api.kit.download import CSV_RESPONSE, csv_download, download
from api.kit.errors import (
    BadCsrfError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    NotSignedInError,
    TooLargeError,
)
from api.kit.problems import problems
from api.kit.routing import RoomRouter
from api.kit.row_number import RowNumber
from api.organisations.errors import TakenError
from api.runtime import Runtime, RuntimeDep
from api.workbooks import service as workbooks
from api.workbooks.endpoints import XLSX
from api.workbooks.errors import NotAWorkbookError, WorkbookInvalidError, WorkbookTooLargeError
from api.workbooks.reading import Errors

router = RoomRouter(prefix="/api/v1/exams", tags=["exams"])
READ = (NotSignedInError, ForbiddenError, NotFoundError, InvalidError)
WRITE = (*READ, BadCsrfError)
_Viewer = Annotated[SignedIn, Depends(allowed(Permission.VIEW_EXAMS))]
_Exporter = Annotated[SignedIn, Depends(allowed(Permission.VIEW_EXAMS, Permission.EXPORT))]
_Manager = Annotated[SignedIn, Depends(allowed(Permission.MANAGE_EXAMS))]
_Language = Annotated[Language, Query(description="Of headings and words.")]
_Rows = Annotated[
    list[RowNumber] | None,
    Query(max_length=MOST_ROWS, description="Only these rows, as far as they are there."),
]
_MAX_BYTES = 16 * 1024 * 1024
_File = Annotated[bytes, Body(media_type=XLSX, max_length=_MAX_BYTES, description="The workbook.")]


@router.get(
    "",
    operation_id="exams_list",
    summary="Exams",
    responses=problems(NotSignedInError, ForbiddenError),
)
async def list_exams(session: Reader, _: _Viewer) -> ExamList:
    """The newest first."""
    return await service.list_exams(session)


@router.post(
    "",
    operation_id="exams_create",
    summary="Make an exam",
    status_code=201,
    responses=problems(NotSignedInError, ForbiddenError, BadCsrfError, InvalidError, TakenError),
)
async def create_exam(body: ExamCreate, _: _Manager, by: By, work: Writer) -> ExamDetail:
    """Without sessions and rooms; these come with its workbook."""
    return await service.create(work, body, by)


@router.get("/{exam_id}", operation_id="exams_get", summary="One exam", responses=problems(*READ))
async def get_exam(session: Reader, exam_id: RowNumber, _: _Viewer) -> ExamDetail:
    """With its sessions, their rosters, and what the profile of its first day asks for."""
    return await service.detail(session, exam_id)


@router.post(
    "/{exam_id}/import",
    operation_id="exams_import",
    summary="Take in an exam's workbook",
    responses=problems(
        *WRITE, NotAWorkbookError, WorkbookInvalidError, WorkbookTooLargeError, TooLargeError
    ),
)
async def import_exam(
    exam_id: RowNumber, body: _File, _: _Manager, by: By, work: Writer
) -> ExamImportReport:
    """Sessions, rooms and who sits where: all of it or, if one cell cannot be taken, nothing.

    Taken in again it changes nothing. Two sessions at once in one room are refused by their row.
    """
    errors = Errors()
    sheets = await workbooks.read(body, errors, EXAM_SHEETS)
    return await importing.take_in(work, exam_id, sheets, errors, workbooks.digest_of(body), by)


@router.get(
    "/{exam_id}/workbook",
    operation_id="exams_workbook",
    summary="An exam's workbook",
    response_class=Response,
    responses={
        200: {
            "description": "A sheet each; taken in again as it is, it changes nothing.",
            "content": {XLSX: {"schema": {"type": "string", "format": "binary"}}},
        },
        **problems(*READ),
    },
)
async def export_workbook(
    exam_id: RowNumber,
    session: Reader,
    _: _Exporter,
    language: Annotated[Language, Query(description="Of school names.")] = "zh",
) -> Response:
    """What is in scope; of a new exam the headings, to be filled in."""
    content = await exporting.write(session, exam_id, language)
    return download(content, XLSX, f"exam-{exam_id}.xlsx")


@router.put(
    "/{exam_id}/sessions/{session_id}/roster",
    operation_id="exams_roster",
    summary="Say who is in the control room",
    responses=problems(*WRITE),
)
async def put_roster(
    exam_id: RowNumber,
    session_id: RowNumber,
    body: RosterWrite,
    _: _Manager,
    by: By,
    work: Writer,
) -> ExamDetail:
    """In place of who was."""
    return await service.put_roster(work, exam_id, session_id, body.usernames, by)


@router.get(
    "/{exam_id}/sessions/{session_id}/table",
    operation_id="exams_table",
    summary="The table of a session",
    responses=problems(*READ),
)
async def get_table(
    session: Reader,
    exam_id: RowNumber,
    session_id: RowNumber,
    _: _Viewer,
    runtime: RuntimeDep,
    sitting: _Rows = None,
) -> ExamTable:
    """A row for each room in scope: numbers, checks, footage to the second, what was sealed."""
    watch = Watch.of(runtime.settings, runtime.clock())
    return await service.read_table(session, exam_id, session_id, watch, sitting)


@router.get(
    "/{exam_id}/sessions/{session_id}/table.csv",
    operation_id="exams_table_csv",
    summary="The table of a session as a file",
    response_class=Response,
    responses={**CSV_RESPONSE, **problems(*READ)},
)
async def export_table(
    exam_id: RowNumber,
    session_id: RowNumber,
    person: _Exporter,
    by: By,
    runtime: RuntimeDep,
    language: _Language = "zh",
) -> Response:
    """In the exam's time zone; that it was exported is logged."""
    found = await _exported(runtime, exam_id, session_id, person, by)
    zone = ZoneInfo(found.exam.time_zone)
    text = await asyncio.to_thread(table.sheet, found.items, zone, language)
    return csv_download(text, f"exam-{exam_id}-{session_id}-{found.as_of:%Y%m%d-%H%M%S}.csv")


@router.get(
    "/{exam_id}/sessions/{session_id}/table.xlsx",
    operation_id="exams_table_xlsx",
    summary="The table of a session as an Excel file",
    response_class=Response,
    responses={
        200: {
            "description": "One sheet.",
            "content": {XLSX: {"schema": {"type": "string", "format": "binary"}}},
        },
        **problems(*READ),
    },
)
async def export_table_xlsx(
    exam_id: RowNumber,
    session_id: RowNumber,
    person: _Exporter,
    by: By,
    runtime: RuntimeDep,
    language: _Language = "zh",
) -> Response:
    """The same; that it was exported is logged."""
    found = await _exported(runtime, exam_id, session_id, person, by)
    content = await table.workbook(found.items, ZoneInfo(found.exam.time_zone), language)
    name = f"exam-{exam_id}-{session_id}-{found.as_of:%Y%m%d-%H%M%S}.xlsx"
    return download(content, XLSX, name)


async def _exported(
    runtime: Runtime, exam_id: int, session_id: int, person: SignedIn, by: Actor
) -> ExamTable:
    watch = Watch.of(runtime.settings, runtime.clock())
    async with runtime.database.read(person.scope) as session:
        found = await service.read_table(session, exam_id, session_id, watch)
    async with runtime.work(person.scope) as work:
        service.note_export(work, found, by, person.school_id)
    return found
