"""The job that makes a report: read what is known, lay it out, keep the file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from api.access.scope import Scope, of_school
from api.cameras.service import Watch
from api.contract.paper.document import Document
from api.contract.paper.typesetting import TypesettingError
from api.jobs.kinds import ClaimedJob, JobKind
from api.kit.errors import ApiError, CommandCentreError
from api.kit.pools import Pool
from api.reports import service
from api.reports.audit_document import audit_document
from api.reports.pictures import Thumbnails
from api.reports.repository import ReportRepository
from api.reports.schemas import ReportFormat, ReportView
from api.reports.school_audit import SchoolAudit, read_audit
from api.reports.service import typesetter_of
from api.reports.wording import Wording
from api.reports.workbook import write_workbook

if TYPE_CHECKING:
    from api.runtime import Runtime
    from api.settings import Settings

_READ, _LAID_OUT = 0.1, 0.4
_MOST_GAP_ROWS = {ReportFormat.PDF: 1000, ReportFormat.XLSX: 100_000}
"""What a sheet or a person can take; the sums count the others, and the report says so."""
_GAPS_OF_CAMERA = 200
_one_at_a_time = Pool("report", 1)
"""A large one takes seconds of a core and some hundred megabytes."""


class TypesettingFailedError(CommandCentreError):
    """Typst refused a document: a fault of ours."""

    code = "pdf_failed"


@dataclass(frozen=True, slots=True)
class _Making:
    """One report that is being made."""

    runtime: Runtime
    scope: Scope
    view: ReportView

    async def progress(self, share: float) -> None:
        """Tell how far it is."""
        async with self.runtime.work(self.scope) as work:
            if (report := await ReportRepository(work.session).lock(self.view.id)) is not None:
                report.progress = share


async def make(runtime: Runtime, job: ClaimedJob) -> None:
    """Make a report, or write down why it cannot be made."""
    scope = of_school(job.payload["school_id"] or None)
    async with runtime.database.read(scope) as session:
        view = await service.get(session, int(job.payload["report_id"]))
    if view.sha256 is not None or view.error:
        return
    making = _Making(runtime, scope, view)
    try:
        await _make(making)
    except ApiError as refused:
        async with runtime.work(scope) as work:
            report = await ReportRepository(work.session).lock(view.id)
            assert report is not None, "a report is never deleted"
            report.error = refused.code


async def _make(making: _Making) -> None:
    runtime, view = making.runtime, making.view
    await making.progress(_READ)
    audit = await _read_audit(making)
    await making.progress(_LAID_OUT)
    content = await _one_at_a_time.run(
        _audit_file, audit, view, runtime.settings, Thumbnails(runtime.evidence.path)
    )
    files = service.files_of(runtime.settings)
    sha256 = await _one_at_a_time.run(files.write, view.id, view.format.value, content)
    async with runtime.work(making.scope) as work:
        report = await ReportRepository(work.session).lock(view.id)
        assert report is not None, "a report is never deleted"
        report.progress, report.as_of, report.made_at = 1.0, audit.as_of, work.now
        report.sha256, report.size_bytes = sha256, len(content)


async def _read_audit(making: _Making) -> SchoolAudit:
    runtime, view = making.runtime, making.view
    assert view.school is not None, "an audit is of a school"
    watch = Watch.of(runtime.settings, runtime.clock())
    async with runtime.database.read(making.scope) as session:
        return await read_audit(
            session,
            view.school.school_id,
            watch,
            runtime.profiles,
            most_gaps=_GAPS_OF_CAMERA,
            with_pictures=view.has_pictures,
        )


def _audit_file(
    audit: SchoolAudit, view: ReportView, settings: Settings, thumbnails: Thumbnails
) -> bytes:
    document = audit_document(
        audit,
        view.language,
        code=view.code,
        asked_by=view.asked_by,
        most_gap_rows=_MOST_GAP_ROWS[view.format],
        thumbnails=thumbnails,
    )
    return _laid_out(document, view.format, Wording(view.language, audit.zone), settings)


def _laid_out(document: Document, format_: ReportFormat, say: Wording, settings: Settings) -> bytes:
    if format_ is ReportFormat.XLSX:
        return write_workbook(document, say)
    try:
        return typesetter_of(settings).pdf(document)
    except TypesettingError as error:
        raise TypesettingFailedError(str(error)) from error


def kinds() -> list[JobKind]:
    """The kinds of jobs of this room."""
    return [JobKind(service.JOB, run=make, attempts=3)]
