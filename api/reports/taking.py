"""How the file of a report is given to a person."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import TYPE_CHECKING

from fastapi import Response

from api.access.permissions import Permission
from api.access.scope import Scope
from api.audit.changes import Actor
from api.kit.download import download
from api.kit.errors import ForbiddenError
from api.reports import service
from api.reports.schemas import ReportFormat, ReportView

if TYPE_CHECKING:
    from api.runtime import Runtime

TYPES = {
    ReportFormat.PDF: "application/pdf",
    ReportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
BINARY = {"schema": {"type": "string", "format": "binary"}}


async def taken(
    runtime: Runtime, scope: Scope, view: ReportView, by: Actor, may: Collection[Permission]
) -> Response:
    """The file, once it is written down who takes it.

    Raises:
        ForbiddenError: If there are pictures in it, and they may not see any.
        ReportNotReadyError: If there is no file yet, or no more.
        ReportGoneError: If it is not there, or was changed.
    """
    if view.has_pictures and Permission.SEE_PICTURES not in may:
        raise ForbiddenError("there are pictures in it")
    async with runtime.work(scope) as work:
        service.to_download(work, view, by)
    assert view.sha256 is not None, "a report that is not ready was refused"
    files = service.files_of(runtime.settings)
    content = await asyncio.to_thread(files.read, view.id, view.format.value, view.sha256)
    return download(content, TYPES[view.format], service.file_name(view))
