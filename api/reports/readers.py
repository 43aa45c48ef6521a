"""What each kind of report reads of the database, and how it is laid out then."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from api.access.scope import Scope
from api.cameras.service import Watch
from api.contract.paper.document import Document
from api.contract.paper.typesetting import TypesettingError
from api.contract.paper.wording import Wording
from api.kit.errors import CommandCentreError
from api.organisations import service as organisations
from api.reports import canteen_document, canteens_document, service
from api.reports.audit_document import audit_document
from api.reports.canteen_month import read_canteen, read_canteens
from api.reports.district_month import read_month
from api.reports.filing_form import form_document, read_form
from api.reports.hazard_ledger import ledger_document, read_ledger
from api.reports.inspection_paper import paper_document, read_paper
from api.reports.month_document import month_document
from api.reports.pictures import Thumbnails
from api.reports.repository import ReportRepository
from api.reports.schemas import ReportFormat, ReportKind, ReportView
from api.reports.school_audit import read_audit
from api.reports.workbook import write_workbook

if TYPE_CHECKING:
    from api.runtime import Runtime

READ, LAID_OUT = 0.1, 0.4
"""How far a report is when it is begun, and when all was read."""
_MOST_GAP_ROWS = {ReportFormat.PDF: 1000, ReportFormat.XLSX: 100_000}
"""What a sheet or a person can take; the sums count the others, and the report says so."""
_MOST_SCHOOLS = {ReportFormat.PDF: 20, ReportFormat.XLSX: None}
"""A leader's page is one page."""


class TypesettingFailedError(CommandCentreError):
    """Typst refused a document: a fault of ours."""

    code = "pdf_failed"


@dataclass(frozen=True, slots=True)
class Making:
    """One report that is being made."""

    runtime: Runtime
    scope: Scope
    view: ReportView

    async def progress(self, share: float) -> None:
        """Tell how far it is."""
        async with self.runtime.work(self.scope) as work:
            if (report := await ReportRepository(work.session).lock(self.view.id)) is not None:
                report.progress = share

    async def reading(self, share: float) -> None:
        """Tell how much was read."""
        await self.progress(READ + (LAID_OUT - READ) * share)


@dataclass(frozen=True, slots=True)
class Read:
    """All that is needed of the database.

    Attributes:
        as_of: The moment it was read.
        laid_out: Makes the file of it; takes a core for seconds.
    """

    as_of: datetime
    laid_out: Callable[[], bytes]


async def _read_audit(making: Making) -> Read:
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

    return Read(audit.as_of, laid_out)


async def _read_month(making: Making) -> Read:
    runtime, view = making.runtime, making.view
    assert view.month is not None, "a month's report is of a month"
    now = runtime.clock()

    async with runtime.database.read(making.scope) as session:
        month = await read_month(
            session,
            service.month_of(view.month),
            Watch.of(runtime.settings, now),
            service.hours_from(runtime.settings, now),
            making.reading,
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

    return Read(month.as_of, laid_out)


async def _read_canteen(making: Making) -> Read:
    runtime, view = making.runtime, making.view
    assert view.month is not None, "a month's report is of a month"
    now = runtime.clock()
    hours_from = service.hours_from(runtime.settings, now)
    if view.school is None:
        return await _read_canteens(making, view.month, now, hours_from)
    async with runtime.database.read(making.scope) as session:
        school = await organisations.get_school(session, view.school.school_id)
        canteen = await read_canteen(
            session,
            school,
            service.month_of(view.month, school),
            now,
            hours_from,
            making.reading,
            with_pictures=view.has_pictures,
        )

    def laid_out() -> bytes:
        document = canteen_document.canteen_document(
            canteen,
            view.language,
            code=view.code,
            thumbnails=Thumbnails(runtime.evidence.path),
        )
        return _laid_out(document, view.format, Wording(view.language, canteen.month.zone), runtime)

    return Read(canteen.as_of, laid_out)


async def _read_canteens(making: Making, month: str, now: datetime, hours_from: datetime) -> Read:
    runtime, view = making.runtime, making.view
    async with runtime.database.read(making.scope) as session:
        district = await read_canteens(
            session, service.month_of(month), now, hours_from, making.reading
        )

    def laid_out() -> bytes:
        document = canteens_document.canteens_document(
            district, view.language, code=view.code, most_schools=_MOST_SCHOOLS[view.format]
        )
        say = Wording(view.language, district.month.zone)
        return _laid_out(document, view.format, say, runtime)

    return Read(district.as_of, laid_out)


async def _read_ledger(making: Making) -> Read:
    runtime, view = making.runtime, making.view
    assert view.school is not None, "a ledger is of a school"
    async with runtime.database.read(making.scope) as session:
        ledger = await read_ledger(session, view.school.school_id, runtime.clock())

    def laid_out() -> bytes:
        document = ledger_document(ledger, view.language, code=view.code, asked_by=view.asked_by)
        return _laid_out(document, view.format, Wording(view.language, ledger.zone), runtime)

    return Read(ledger.as_of, laid_out)


async def _read_form(making: Making) -> Read:
    runtime, view = making.runtime, making.view
    assert view.school is not None, "a filing form is of a school"
    watch = Watch.of(runtime.settings, runtime.clock())
    async with runtime.database.read(making.scope) as session:
        form = await read_form(session, view.school.school_id, watch, runtime.profiles)

    def laid_out() -> bytes:
        document = form_document(form, view.language, code=view.code, asked_by=view.asked_by)
        return _laid_out(document, view.format, Wording(view.language, form.standing.zone), runtime)

    return Read(form.as_of, laid_out)


async def _read_paper(making: Making) -> Read:
    runtime, view = making.runtime, making.view
    assert view.inspection_id is not None, "a paper is of a form"
    watch = Watch.of(runtime.settings, runtime.clock())
    async with runtime.database.read(making.scope) as session:
        paper = await read_paper(
            session,
            view.inspection_id,
            watch,
            runtime.profiles,
            making.reading,
            with_pictures=view.has_pictures,
        )

    def laid_out() -> bytes:
        document = paper_document(paper, view.language, code=view.code, asked_by=view.asked_by)
        return _laid_out(document, view.format, Wording(view.language, paper.zone), runtime)

    return Read(paper.form.as_of, laid_out)


READERS: dict[ReportKind, Callable[[Making], Awaitable[Read]]] = {
    ReportKind.SCHOOL_AUDIT: _read_audit,
    ReportKind.DISTRICT_MONTH: _read_month,
    ReportKind.CANTEEN_MONTH: _read_canteen,
    ReportKind.HAZARD_LEDGER: _read_ledger,
    ReportKind.FILING_FORM: _read_form,
    ReportKind.INSPECTION_FORM: _read_paper,
}


def _laid_out(document: Document, format_: ReportFormat, say: Wording, runtime: Runtime) -> bytes:
    if format_ is ReportFormat.XLSX:
        return write_workbook(document, say)
    try:
        return service.typesetter_of(runtime.settings).pdf(document)
    except TypesettingError as error:
        raise TypesettingFailedError(str(error)) from error
