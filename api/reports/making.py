"""The job that makes a report: read what is known, lay it out, keep the file."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from api.access.scope import Scope, of_school
from api.cameras.service import Watch
from api.contract.paper.document import Document
from api.contract.paper.typesetting import TypesettingError
from api.contract.paper.wording import Wording
from api.jobs.kinds import ClaimedJob, JobKind
from api.kit.errors import ApiError, CommandCentreError
from api.kit.pools import Pool
from api.reports import service
from api.reports.audit_document import audit_document
from api.reports.district_month import read_month
from api.reports.filing_form import form_document, read_form
from api.reports.hazard_ledger import ledger_document, read_ledger
from api.reports.month_document import month_document
from api.reports.pictures import Thumbnails
from api.reports.repository import ReportRepository
from api.reports.schemas import ReportFormat, ReportKind, ReportView
from api.reports.school_audit import read_audit
from api.reports.service import typesetter_of
from api.reports.workbook import write_workbook

if TYPE_CHECKING:
    from api.runtime import Runtime

_READ, _LAID_OUT = 0.1, 0.4
_MOST_GAP_ROWS = {ReportFormat.PDF: 1000, ReportFormat.XLSX: 100_000}
"""What a sheet or a person can take; the sums count the others, and the report says so."""
_MOST_SCHOOLS = {ReportFormat.PDF: 20, ReportFormat.XLSX: None}
"""A leader's page is one page."""
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
    read = await _READERS[view.kind](making)
    await making.progress(_LAID_OUT)
    content = await _one_at_a_time.run(read.laid_out)
    files = service.files_of(runtime.settings)
    sha256 = await _one_at_a_time.run(files.write, view.id, view.format.value, content)
    async with runtime.work(making.scope) as work:
        report = await ReportRepository(work.session).lock(view.id)
        assert report is not None, "a report is never deleted"
        report.progress, report.as_of, report.made_at = 1.0, read.as_of, work.now
        report.sha256, report.size_bytes = sha256, len(content)


@dataclass(frozen=True, slots=True)
class _Read:
    """All that is needed of the database.

    Attributes:
        as_of: The moment it was read.
        laid_out: Makes the file of it; takes a core for seconds.
    """

    as_of: datetime
    laid_out: Callable[[], bytes]


async def _read_audit(making: _Making) -> _Read:
    runtime, view = making.runtime, making.view
    assert view.school is not None, "an audit is of a school"
    watch = Watch.of(runtime.settings, runtime.clock())
    async with runtime.database.read(making.scope) as session:
        audit = await read_audit(
            session,
            view.school.school_id,
            watch,
            runtime.profiles,
            with_pictures=view.has_pictures,
        )

    def laid_out() -> bytes:
        document = audit_document(
            audit,
            view.language,
            code=view.code,
            asked_by=view.asked_by,
            most_gap_rows=_MOST_GAP_ROWS[view.format],
            thumbnails=Thumbnails(runtime.evidence.path),
        )
        return _laid_out(document, view.format, Wording(view.language, audit.zone), runtime)

    return _Read(audit.as_of, laid_out)


async def _read_month(making: _Making) -> _Read:
    runtime, view = making.runtime, making.view
    assert view.month is not None, "a month's report is of a month"
    now = runtime.clock()

    async def progress(share: float) -> None:
        await making.progress(_READ + (_LAID_OUT - _READ) * share)

    async with runtime.database.read(making.scope) as session:
        month = await read_month(
            session,
            service.month_of(view.month),
            Watch.of(runtime.settings, now),
            service.hours_from(runtime.settings, now),
            progress,
        )

    def laid_out() -> bytes:
        document = month_document(
            month,
            view.language,
            code=view.code,
            asked_by=view.asked_by,
            most_schools=_MOST_SCHOOLS[view.format],
        )
        return _laid_out(document, view.format, Wording(view.language, month.month.zone), runtime)

    return _Read(month.as_of, laid_out)


async def _read_ledger(making: _Making) -> _Read:
    runtime, view = making.runtime, making.view
    assert view.school is not None, "a ledger is of a school"
    async with runtime.database.read(making.scope) as session:
        ledger = await read_ledger(session, view.school.school_id, runtime.clock())

    def laid_out() -> bytes:
        document = ledger_document(ledger, view.language, code=view.code, asked_by=view.asked_by)
        return _laid_out(document, view.format, Wording(view.language, ledger.zone), runtime)

    return _Read(ledger.as_of, laid_out)


async def _read_form(making: _Making) -> _Read:
    runtime, view = making.runtime, making.view
    assert view.school is not None, "a filing form is of a school"
    watch = Watch.of(runtime.settings, runtime.clock())
    async with runtime.database.read(making.scope) as session:
        form = await read_form(session, view.school.school_id, watch, runtime.profiles)

    def laid_out() -> bytes:
        document = form_document(form, view.language, code=view.code, asked_by=view.asked_by)
        return _laid_out(document, view.format, Wording(view.language, form.standing.zone), runtime)

    return _Read(form.as_of, laid_out)


_READERS: dict[ReportKind, Callable[[_Making], Awaitable[_Read]]] = {
    ReportKind.SCHOOL_AUDIT: _read_audit,
    ReportKind.DISTRICT_MONTH: _read_month,
    ReportKind.HAZARD_LEDGER: _read_ledger,
    ReportKind.FILING_FORM: _read_form,
}


def _laid_out(document: Document, format_: ReportFormat, say: Wording, runtime: Runtime) -> bytes:
    if format_ is ReportFormat.XLSX:
        return write_workbook(document, say)
    try:
        return typesetter_of(runtime.settings).pdf(document)
    except TypesettingError as error:
        raise TypesettingFailedError(str(error)) from error


def kinds() -> list[JobKind]:
    """The kinds of jobs of this room."""
    return [JobKind(service.JOB, run=make, attempts=3)]
