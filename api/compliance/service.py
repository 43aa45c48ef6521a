"""Keeps what workers can prove about footage, and counts how its days were judged."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy.ext.asyncio import AsyncSession

from api.bus.work import UnitOfWork
from api.cameras import service as cameras
from api.cameras.schemas import CameraView
from api.compliance import judging_jobs, views
from api.compliance.facts import keep_facts
from api.compliance.footage_repository import FootageRepository
from api.compliance.history import day_before, told_on
from api.compliance.judging import FAILING
from api.compliance.kinds import kind_of
from api.compliance.repository import RetentionRepository
from api.compliance.schemas import ToldFacts
from api.compliance.verdict_repository import VerdictRepository
from api.contract import RetentionStatus
from api.contract.footage.held import HeldFootage
from api.db.camera import RetentionReport
from api.kit.errors import FieldError, InvalidError

MAX_HISTORY_DAYS = 1024
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


def status_of(
    camera: CameraView | cameras.ShownCamera,
    report: RetentionReport | None,
    *,
    with_footage: bool = False,
) -> RetentionStatus | None:
    """What was last told of a camera; None when nothing was."""
    if report is None:
        return None
    told = json.loads(report.verdict)
    if with_footage:
        told |= json.loads(report.footage)
    told |= {"school_id": camera.school.school_id, "camera_id": camera.camera_id}
    return RetentionStatus.model_validate(told)


async def last_facts(
    session: AsyncSession, shown: Iterable[cameras.ShownCamera], max_spans: int
) -> dict[int, ToldFacts]:
    """What was last told of these cameras, of those of which anything was."""
    latest = await RetentionRepository(session).latest()
    told = {camera.id: status_of(camera, latest.get(camera.id)) for camera in shown}
    return {
        key: views.told(status, max_spans) for key, status in told.items() if status is not None
    }


async def last_report(
    session: AsyncSession, camera: CameraView | cameras.ShownCamera
) -> RetentionStatus | None:
    """All that was last told of one camera's footage."""
    report = await RetentionRepository(session).get(camera.id)
    return status_of(camera, report, with_footage=True)


async def held_since(
    session: AsyncSession, keys: Collection[int], begin: datetime, now: datetime
) -> dict[int, HeldFootage]:
    """What was told last of the footage of some cameras since then, to the millisecond.

    Holes from before ``begin`` may be left out: a day in the past is told by a row or two, all that
    is known of a camera by ninety.
    """
    if not keys:
        return {}
    footage, begin_ms = FootageRepository(session), round(begin.timestamp() * 1000)
    first, last = day_before(begin_ms), now.date() + timedelta(days=1)
    rows = await footage.rows(keys, first, last)
    found = {key: list(told_on(own))[-1] for key, own in rows.items()}
    if whole := [key for key, own in rows.items() if own[0].changed_ms > begin_ms]:
        found |= await footage.told_last(whole, first, last)
    return found


async def reach_of_disks(session: AsyncSession, keys: Collection[int]) -> dict[int, float]:
    """How many days of each of these cameras its disk will hold, where a box could tell."""
    latest = await RetentionRepository(session).of_cameras(keys)
    told = {key: json.loads(row.verdict).get("forecast") for key, row in latest.items()}
    return {
        key: float(forecast["reachable_days"])
        for key, forecast in told.items()
        if forecast and forecast["bytes_per_day"]
    }


@dataclass(frozen=True, slots=True)
class JudgedDays:
    """Days of cameras that the command centre judged.

    Attributes:
        kept: What must be kept was there.
        short: It was not, or was kept too long.
        open: Of cameras younger than what is asked, and what fails by a text alone that nobody has
            read. Days that are unknown, or were never judged, are in none of the three.
    """

    kept: int = 0
    short: int = 0
    open: int = 0

    @property
    def judged(self) -> int:
        """All of which something is known."""
        return self.kept + self.short + self.open


async def judged_days(session: AsyncSession, first: date, last: date) -> dict[str, JudgedDays]:
    """The command centre's verdicts on days from first to last, by school."""
    found: dict[str, JudgedDays] = {}
    counted = await VerdictRepository(session).count_days(first, last)
    for school_id, state, is_unconfirmed, count in counted:
        kind = kind_of(state, is_unconfirmed)
        if kind == "unknown":
            continue
        name = "kept" if kind == "kept" else "short" if kind in FAILING else "open"
        known = found.get(school_id, JudgedDays())
        found[school_id] = replace(known, **{name: getattr(known, name) + count})
    return found


async def delete_old_verdicts(work: UnitOfWork, now: datetime) -> int | None:
    """Delete verdicts older than any history that can be asked for; answers how many, if any."""
    oldest = now.date() - timedelta(days=MAX_HISTORY_DAYS + 1)
    await judging_jobs.forget_before(work, oldest)
    return await RetentionRepository(work.session).delete_before(oldest) or None


def file_name(now: datetime) -> str:
    """Of the table as a file."""
    return f"retention-{now:%Y-%m-%d}.csv"
