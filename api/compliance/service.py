"""Keeps what workers can prove about footage, and tells what still holds."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy.ext.asyncio import AsyncSession

from api.bus.work import UnitOfWork
from api.cameras import service as cameras
from api.cameras.schemas import CameraView
from api.compliance import judging_jobs, views
from api.compliance.facts import keep_facts
from api.compliance.repository import RetentionRepository
from api.compliance.schemas import RetentionDetail, RetentionFacts, RetentionFootage, RetentionRow
from api.compliance.views import MAX_GAPS, TABLE_GAPS, Looked
from api.contract import RetentionState, RetentionStatus
from api.db.camera import RetentionReport
from api.kit.errors import FieldError, InvalidError

MAX_HISTORY_DAYS = 1024
_KEPT = frozenset({RetentionState.COMPLIANT, RetentionState.OVER_RETAINED})
_SHORT = frozenset({RetentionState.GAP, RetentionState.INSUFFICIENT, RetentionState.OFFLINE})
_MAX_AHEAD = timedelta(days=1)
"""A report from further in the future would stay the latest until then."""


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        fault = FieldError("body.time_zone", "is not a time zone of the IANA database")
        raise InvalidError("cannot be dated", errors=[fault]) from error


async def record_status(work: UnitOfWork, camera_key: int, status: RetentionStatus) -> bool:
    """Keep a report of a known camera; answers whether it changed anything.

    Of two reports the one with the later ``as_of`` stands, for the camera and for each day, so
    that the order in which they arrive does not matter.

    Raises:
        InvalidError: If its time zone does not exist, or it comes from the future.
    """
    if status.as_of - work.now > _MAX_AHEAD:
        fault = FieldError("body.as_of", "is more than a day later than now")
        raise InvalidError("cannot be dated", errors=[fault])
    zone = _zone(status.time_zone)
    try:
        day = status.as_of.astimezone(zone).date()
    except OverflowError as error:
        fault = FieldError("body.as_of", "is out of range in the time zone")
        raise InvalidError("cannot be dated", errors=[fault]) from error
    reports = RetentionRepository(work.session)
    is_latest = await reports.put_latest(camera_key, status, work.now)
    await keep_facts(work, camera_key, status, day)
    return await reports.put_day(camera_key, status, day) or is_latest


def _status(
    camera: CameraView | cameras.ShownCamera,
    report: RetentionReport | None,
    *,
    with_footage: bool = False,
) -> RetentionStatus | None:
    if report is None:
        return None
    told = json.loads(report.verdict)
    if with_footage:
        told |= json.loads(report.footage)
    told |= {"school_id": camera.school.school_id, "camera_id": camera.camera_id}
    return RetentionStatus.model_validate(told)


async def list_rows(session: AsyncSession, watch: cameras.Watch) -> list[RetentionRow]:
    """All cameras in use, by school and id, whether they ever reported or not."""
    latest = await RetentionRepository(session).latest()
    looked = Looked(watch.now, TABLE_GAPS)
    return [
        views.row(camera, _status(camera, latest.get(camera.id)), looked)
        for camera in await cameras.list_shown(session, watch)
    ]


async def last_facts(
    session: AsyncSession, shown: Iterable[cameras.ShownCamera], max_gaps: int
) -> dict[int, RetentionFacts]:
    """What was last told of these cameras, of those of which anything was."""
    latest = await RetentionRepository(session).latest()
    told = {camera.id: _status(camera, latest.get(camera.id)) for camera in shown}
    return {
        key: views.facts(status, max_gaps) for key, status in told.items() if status is not None
    }


async def proven_days(session: AsyncSession) -> dict[int, float]:
    """Days of footage that were proven last, of each camera that ever told."""
    latest = await RetentionRepository(session).latest()
    return {key: json.loads(report.verdict)["proven_days"] for key, report in latest.items()}


async def get_detail(
    session: AsyncSession, camera_key: int, watch: cameras.Watch, history_days: int
) -> RetentionDetail:
    """One camera with its gaps, its footage and its history.

    Raises:
        NotFoundError: If there is no such camera.
    """
    camera = await cameras.get_view(session, camera_key, watch)
    reports = RetentionRepository(session)
    report = await reports.get(camera_key)
    status = _status(camera, report)
    footage = None if report is None else RetentionFootage.model_validate_json(report.footage)
    history = [views.day(verdict) for verdict in await reports.history(camera_key, history_days)]
    return views.detail(camera, status, footage, history, Looked(watch.now, MAX_GAPS))


async def last_report(
    session: AsyncSession, camera: CameraView | cameras.ShownCamera
) -> RetentionStatus | None:
    """All that was last told of one camera's footage."""
    report = await RetentionRepository(session).get(camera.id)
    return _status(camera, report, with_footage=True)


@dataclass(frozen=True, slots=True)
class JudgedDays:
    """Days of cameras that were judged: kept what must be kept, or not.

    What nobody knows, and cameras younger than what is asked, are in neither.
    """

    kept: int
    short: int


async def judged_days(session: AsyncSession, first: date, last: date) -> dict[str, JudgedDays]:
    """Verdicts of days from first to last, by school."""
    found: dict[str, JudgedDays] = {}
    for school_id, state, count in await RetentionRepository(session).count_days(first, last):
        known = found.get(school_id, JudgedDays(0, 0))
        kept = count if state in _KEPT else 0
        short = count if state in _SHORT else 0
        found[school_id] = JudgedDays(known.kept + kept, known.short + short)
    return found


async def delete_old_verdicts(work: UnitOfWork, now: datetime) -> int | None:
    """Delete verdicts older than any history that can be asked for; answers how many, if any."""
    oldest = now.date() - timedelta(days=MAX_HISTORY_DAYS + 1)
    await judging_jobs.forget_before(work, oldest)
    return await RetentionRepository(work.session).delete_before(oldest) or None


def file_name(now: datetime) -> str:
    """Of the table as a file."""
    return f"retention-{now:%Y-%m-%d}.csv"
