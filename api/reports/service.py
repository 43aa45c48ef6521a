"""Reports: asked for, listed, verified, downloaded, and their files deleted in time."""

from __future__ import annotations

import asyncio
import secrets
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from api.audit import service as audit
from api.audit.changes import Actor
from api.audit.schemas import AccessAction
from api.bus.work import UnitOfWork
from api.contract.paper import typesetting
from api.db.report import Report
from api.inspections import service as inspections
from api.jobs import service as jobs
from api.kit.errors import NotFoundError, UnavailableError
from api.kit.pagination import Cursor
from api.organisations import service as organisations
from api.organisations.schemas import SchoolView
from api.reports.canteen_month import check_canteen
from api.reports.district_month import Month, check_month
from api.reports.errors import NoFontError, NoTypesetterError, ReportNotReadyError
from api.reports.files import ReportFiles
from api.reports.repository import ReportRepository, ReportRow
from api.reports.schemas import (
    PaperRequest,
    ReportFormat,
    ReportKind,
    ReportPage,
    ReportRequest,
    ReportState,
    ReportView,
)
from api.settings import Settings

JOB = "report"
_MOST_OPEN = 100
"""Reports that may wait or be made together; more are refused until some are done."""
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: nothing that is read for something else."""
_READ_FOR = str.maketrans({"O": "0", "I": "1", "L": "1"})
_GROUPS, _GROUP = 3, 4
_REMOVED_AT_ONCE = 100
_GIVEN_UP = "internal"


def files_of(settings: Settings) -> ReportFiles:
    """Where files of reports are kept."""
    return ReportFiles(settings.data_dir / "reports")


def typesetter_of(settings: Settings) -> typesetting.Typesetter:
    """What sets PDFs here; fonts are looked for in the data folder too, for who cannot install any.

    Raises:
        NoFontError: If there is no font with Chinese.
        NoTypesetterError: If Typst is not installed.
    """
    try:
        return typesetting.Typesetter([settings.data_dir / "fonts"])
    except typesetting.NoFontError as error:
        raise NoFontError(str(error)) from error
    except typesetting.NoTypesetterError as error:
        raise NoTypesetterError(str(error)) from error


def file_name(view: ReportView) -> str:
    """What a report's file is called."""
    return f"mingan-{view.kind}-{view.code}.{view.format}".replace("_", "-")


def month_of(text: str, school: SchoolView | None = None) -> Month:
    """A month by a school's clocks, or by the district's."""
    zone = organisations.DEFAULT_ZONE if school is None else school.time_zone
    return Month.read(text, ZoneInfo(zone))


def hours_from(settings: Settings, now: datetime) -> datetime:
    """Since when hours of analysis are kept."""
    return now - timedelta(days=settings.keep_analysed_days)


async def ask(
    work: UnitOfWork, settings: Settings, asked: ReportRequest, by: Actor, *, with_pictures: bool
) -> ReportView:
    """Have a report made.

    Args:
        work: The unit of work.
        settings: Where fonts and files are.
        asked: What is wanted.
        by: Who wants it.
        with_pictures: Whether they may see pictures.

    Raises:
        NotFoundError: If they know of no such school.
        MonthNotKnownError: If its month is not over, or was too long ago.
        NoCanteenError: If it is on a canteen, and the school has none.
        NoFontError: If it is a PDF, and there is no font with Chinese.
        NoTypesetterError: If it is a PDF, and Typst is not installed.
        UnavailableError: If too many wait.
    """
    school: SchoolView | None = None
    if asked.school_id is not None:
        school = await organisations.get_school(work.session, asked.school_id)
        if asked.kind is ReportKind.CANTEEN_MONTH:
            check_canteen(school)
    if asked.month is not None:
        check_month(month_of(asked.month, school), work.now, hours_from(settings, work.now))
    report = Report(
        school_id=asked.school_id,
        kind=asked.kind,
        period=asked.month,
        format=asked.format,
        language=asked.language,
        has_pictures=with_pictures and asked.kind.has_pictures and school is not None,
    )
    return await _ask(work, settings, report, by)


async def ask_paper(
    work: UnitOfWork,
    settings: Settings,
    inspection_id: int,
    asked: PaperRequest,
    by: Actor,
    *,
    with_pictures: bool,
) -> ReportView:
    """Have the paper of an inspection's form made.

    Args:
        work: In the scope of the whole school the form is about.
        settings: Where fonts and files are.
        inspection_id: The form.
        asked: What is wanted.
        by: Who wants it.
        with_pictures: Whether they may see pictures.

    Raises:
        NotFoundError: If there is no such form in scope.
        NoFontError: If there is no font with Chinese.
        NoTypesetterError: If Typst is not installed.
        UnavailableError: If too many wait.
    """
    report = Report(
        school_id=await inspections.school_of(work.session, inspection_id),
        inspection_id=inspection_id,
        kind=ReportKind.INSPECTION_FORM,
        format=ReportFormat.PDF,
        language=asked.language,
        has_pictures=with_pictures and asked.with_photographs,
    )
    return await _ask(work, settings, report, by)


async def _ask(work: UnitOfWork, settings: Settings, report: Report, by: Actor) -> ReportView:
    if report.format == ReportFormat.PDF:
        await asyncio.to_thread(typesetter_of, settings)
    reports = ReportRepository(work.session)
    if await reports.count_open() >= _MOST_OPEN:
        raise UnavailableError("too many reports wait", headers={"Retry-After": "60"})
    report.code, report.progress = _new_code(), 0.0
    report.asked_by, report.asked_at = by.username, work.now
    await reports.add(report)
    told = {"report_id": str(report.id), "school_id": report.school_id or ""}
    await jobs.ask(work, JOB, str(report.id), told)
    _log(work, AccessAction.REPORT_ASKED, report, by)
    return await get(work.session, report.id)


def _new_code() -> str:
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def code_of(typed: str) -> str:
    """A code as it was meant: in any case, with or without dashes, O read for 0, I and L for 1."""
    bare = "".join(each for each in typed.upper() if each.isalnum()).translate(_READ_FOR)
    return "-".join(bare[n : n + _GROUP] for n in range(0, len(bare), _GROUP))


def _subject(kind: str, code: str, inspection_id: int | None) -> str:
    """As the access log names a report."""
    return f"{kind} {code}" + ("" if inspection_id is None else f" inspection {inspection_id}")


def _log(work: UnitOfWork, action: AccessAction, report: Report, by: Actor) -> None:
    audit.log(
        work,
        action,
        by.username,
        by.client,
        subject=_subject(report.kind, report.code, report.inspection_id),
        school_id=report.school_id,
    )


async def get(session: AsyncSession, report_id: int) -> ReportView:
    """One report.

    Raises:
        NotFoundError: If there is none.
    """
    found = await find(session, report_id)
    if found is None:
        raise NotFoundError("no such report")
    return found


async def get_paper(session: AsyncSession, inspection_id: int, report_id: int) -> ReportView:
    """A paper of a form.

    Raises:
        NotFoundError: If it is not of this form.
    """
    found = await get(session, report_id)
    if found.inspection_id != inspection_id:
        raise NotFoundError("no such paper of this form")
    return found


async def find(session: AsyncSession, report_id: int) -> ReportView | None:
    """One report, if it is in scope."""
    found = await ReportRepository(session).get(report_id)
    return None if found is None else (await _views(session, [found]))[0]


async def list_reports(session: AsyncSession, *, limit: int, cursor: str | None) -> ReportPage:
    """A page of reports, asked for last first."""
    after = None if cursor is None else Cursor.decode(cursor)
    rows = await ReportRepository(session).page(after, limit + 1)
    last = rows[limit - 1].report if len(rows) > limit else None
    return ReportPage(
        items=await _views(session, rows[:limit]),
        next_cursor=None if last is None else Cursor(last.asked_at, str(last.id)).encode(),
    )


async def verify(session: AsyncSession, code: str | None, sha256: str | None) -> ReportView:
    """The report of a printed code, or of a file's hash.

    Raises:
        NotFoundError: If no report that may be known of has it.
    """
    wanted = None if code is None else code_of(code)
    found = await ReportRepository(session).find(wanted, sha256)
    if found is None:
        raise NotFoundError("no report has this code or hash")
    [view] = await _views(session, [found])
    return view


def to_download(work: UnitOfWork, view: ReportView, by: Actor) -> None:
    """Write down that somebody takes a report's file.

    Raises:
        ReportNotReadyError: If there is none.
    """
    if view.sha256 is None or view.removed_at is not None:
        raise ReportNotReadyError(f"the report is {view.state}")
    audit.log(
        work,
        AccessAction.REPORT_DOWNLOADED,
        by.username,
        by.client,
        subject=_subject(view.kind, view.code, view.inspection_id),
        school_id=None if view.school is None else view.school.school_id,
    )


async def delete_files(work: UnitOfWork, files: ReportFiles, before: datetime) -> int | None:
    """Delete some files made before then; answers how many, None at the end.

    What is known of them stays: a copy on paper can be verified as long as the command centre is.
    """
    some = await ReportRepository(work.session).with_files_before(before, _REMOVED_AT_ONCE)
    for report in some:
        await asyncio.to_thread(files.remove, report.id, report.format)
        report.removed_at = work.now
    return len(some) or None


async def _views(session: AsyncSession, rows: list[ReportRow]) -> list[ReportView]:
    open_keys = [
        str(row.report.id) for row in rows if row.report.sha256 is None and row.report.error is None
    ]
    given_up = await jobs.given_up(session, JOB, open_keys)
    return [_view(row, is_given_up=str(row.report.id) in given_up) for row in rows]


def _view(row: ReportRow, *, is_given_up: bool) -> ReportView:
    report, school = row
    error = report.error or (_GIVEN_UP if is_given_up else "")
    return ReportView(
        id=report.id,
        kind=ReportKind(report.kind),
        school=None if school is None else organisations.name_of(school),
        inspection_id=report.inspection_id,
        month=report.period,
        format=ReportFormat(report.format),
        language="en" if report.language == "en" else "zh",
        code=report.code,
        has_pictures=report.has_pictures,
        asked_by=report.asked_by,
        asked_at=report.asked_at,
        state=_state(report, error),
        progress=report.progress,
        error=error,
        as_of=report.as_of,
        made_at=report.made_at,
        sha256=report.sha256,
        size_bytes=report.size_bytes,
        removed_at=report.removed_at,
    )


def _state(report: Report, error: str) -> ReportState:
    if report.removed_at is not None:
        return ReportState.REMOVED
    if report.sha256 is not None:
        return ReportState.READY
    if error:
        return ReportState.FAILED
    return ReportState.RUNNING if report.progress > 0 else ReportState.WAITING
