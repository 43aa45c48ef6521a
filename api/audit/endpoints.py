"""Reading the access log."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import Depends, Query, Response

from api.access.permissions import Permission
from api.audit import checking, service
from api.audit.filters import AccessFilters
from api.audit.schemas import AccessAction, AccessPage, ChainView
from api.audit.sheet import sheet
from api.auth.guards import By, SignedIn, allowed
from api.auth.sessions import Reader, Writer
from api.contract.text import StorableText
from api.contract.vocabulary import Language
from api.jobs import service as jobs
from api.kit.download import CSV_RESPONSE, csv_download
from api.kit.errors import (
    BadCsrfError,
    BadCursorError,
    ForbiddenError,
    InvalidError,
    NotSignedInError,
    TooLargeError,
)
from api.kit.moments import Moment
from api.kit.problems import problems
from api.kit.routing import RoomRouter
from api.runtime import RuntimeDep

router = RoomRouter(prefix="/api/v1/audit", tags=["audit"])
_Auditor = Annotated[SignedIn, Depends(allowed(Permission.READ_AUDIT))]


_Action = Annotated[list[AccessAction], Query(description="May repeat.")]
_Username = Annotated[StorableText, Query(max_length=64, description="Who did it.")]
_SchoolId = Annotated[StorableText, Query(max_length=64, description="Whose it was.")]
_From = Annotated[Moment | None, Query(alias="from", description="From then on.")]
_To = Annotated[Moment | None, Query(description="Before then.")]


async def _filters(
    action: _Action = [],  # noqa: B006
    username: _Username = "",
    school_id: _SchoolId = "",
    from_: _From = None,
    to: _To = None,
) -> AccessFilters:
    return AccessFilters(tuple(action), username, school_id, from_, to)


_Filters = Annotated[AccessFilters, Depends(_filters)]


@router.get(
    "",
    operation_id="audit_list",
    summary="The access log",
    responses=problems(NotSignedInError, ForbiddenError, InvalidError, BadCursorError),
)
async def list_entries(
    session: Reader,
    _: _Auditor,
    filters: _Filters,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[StorableText | None, Query(max_length=512)] = None,
) -> AccessPage:
    """Sign-ins, originals opened, viewings, exports, decisions and changes, newest first."""
    return await service.list_entries(session, filters, limit=limit, cursor=cursor)


@router.get(
    "/export.csv",
    operation_id="audit_csv",
    summary="The access log as a file",
    response_class=Response,
    responses={
        **CSV_RESPONSE,
        **problems(NotSignedInError, ForbiddenError, InvalidError, TooLargeError),
    },
)
async def export_entries(
    person: _Auditor,
    by: By,
    runtime: RuntimeDep,
    filters: _Filters,
    language: Annotated[Language, Query(description="Of headings and words.")] = "zh",
) -> Response:
    """The same entries for a spreadsheet, in UTC; that they were exported is logged."""
    async with runtime.database.read(person.scope) as session:
        entries = await service.entries_to_export(session, filters)
    text = await asyncio.to_thread(sheet, entries, language)
    async with runtime.work(person.scope) as work:
        service.log(
            work,
            AccessAction.LOG_EXPORTED,
            by.username,
            by.client,
            subject=str(len(entries)),
            school_id=person.school_id,
        )
    return csv_download(text, service.file_name(work.now))


@router.get(
    "/chain",
    operation_id="audit_chain",
    summary="Whether the access log is what was written",
    responses=problems(NotSignedInError, ForbiddenError),
)
async def get_chain(session: Reader, _: _Auditor, runtime: RuntimeDep) -> ChainView:
    """The chain's end, and what was found when it was followed last."""
    return await checking.view(session, runtime.audit_key)


@router.post(
    "/chain",
    operation_id="audit_check",
    summary="Have the chain followed now",
    status_code=202,
    responses=problems(NotSignedInError, ForbiddenError, BadCsrfError),
)
async def check_chain(_: _Auditor, work: Writer, runtime: RuntimeDep) -> ChainView:
    """Answers what was found before; `checked.at` moves once it was followed."""
    await jobs.ask(work, checking.JOB, f"{work.now.isoformat(timespec='seconds')}")
    return await checking.view(work.session, runtime.audit_key)
