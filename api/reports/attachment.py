"""Reports that go with a mail, where an administrator allowed that.

Nothing guards a file in a mailbox: ``docs/decisions/0055-scheduled-reports.md``.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Collection
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from api.access.permissions import Permission
from api.kit.errors import NotFoundError
from api.notices.channels.base import Attachment
from api.reports import service
from api.reports.schemas import ReportFormat, ReportState, ReportView

if TYPE_CHECKING:
    from api.runtime import Runtime

_MOST_BYTES = 8 * 1024 * 1024
"""In one mail; many servers refuse what is more than 10 MB once it is encoded."""
_log = structlog.get_logger(__name__)


async def attachments_of(
    runtime: Runtime,
    session: AsyncSession,
    report_ids: Collection[int],
    permissions: frozenset[Permission],
) -> list[Attachment]:
    """The PDFs of some reports, for a person with these permissions who may know of them.

    None unless that is allowed; a report that is too large, gone or has pictures that are not
    theirs to see is left to the link.
    """
    found: list[Attachment] = []
    if not runtime.settings.report_attachments:
        return found
    files = service.files_of(runtime.settings)
    left = _MOST_BYTES
    for report_id in report_ids:
        with contextlib.suppress(NotFoundError):
            view = await service.get(session, report_id)
            if not _may_go(view, permissions, left):
                _log.info("report_not_attached", report_id=report_id)
                continue
            assert view.sha256 is not None, "a report that is ready has a hash"
            content = await asyncio.to_thread(files.read, view.id, view.format, view.sha256)
            left -= len(content)
            found.append(_attachment(view, content))
    return found


def _may_go(view: ReportView, permissions: frozenset[Permission], most_bytes: int) -> bool:
    return (
        view.state is ReportState.READY
        and view.format is ReportFormat.PDF
        and (not view.has_pictures or Permission.SEE_PICTURES in permissions)
        and (view.size_bytes or 0) <= most_bytes
    )


def _attachment(view: ReportView, content: bytes) -> Attachment:
    return Attachment(
        service.file_name(view),
        content,
        f"{view.kind} {view.code}",
        None if view.school is None else view.school.school_id,
    )
