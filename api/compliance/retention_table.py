"""The retention of cameras as a table, as a file and one by one, by the verdicts that hold now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from api.cameras import service as cameras
from api.cameras.schemas import CameraView
from api.cameras.service import ShownCamera, Watch
from api.compliance import district, views
from api.compliance.day_cells import missing_of
from api.compliance.footage_repository import FootageRepository
from api.compliance.kinds import lacking
from api.compliance.present import Present, read_present
from api.compliance.repository import RetentionRepository
from api.compliance.retention_schemas import (
    RetentionDay,
    RetentionDetail,
    RetentionRow,
    RetentionTable,
)
from api.compliance.rules import Rules
from api.compliance.schemas import RetentionFootage
from api.compliance.service import status_of
from api.compliance.verdict_repository import JudgedDay, VerdictRepository
from api.compliance.views import MAX_GAPS, STALE_AFTER, TABLE_SPANS
from api.contract import FootageGap, GapCause, RetentionState, RetentionStatus
from api.contract.footage.held import HeldFootage, Hole
from api.coverage.profiles import Profiles
from api.db.camera import RetentionReport

GAPS_OF_CAMERA = 50
"""In one cell; Excel takes no more than 32,767 characters."""
_CAMERAS_AT_ONCE = 50
"""Their footage day by day is read together."""
_TOLD_LATELY = timedelta(days=1)
_Camera = CameraView | ShownCamera


@dataclass(frozen=True, slots=True)
class ListedCamera:
    """A camera of the file: its row, and what is missing.

    Attributes:
        row: As in the table.
        gaps: What is missing of the days asked for, newest first; not more than ``GAPS_OF_CAMERA``.
        has_more: Older gaps are left out.
        continuous_at: Since when its footage has no gap.
    """

    row: RetentionRow
    gaps: Sequence[FootageGap]
    has_more: bool
    continuous_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Table:
    """Cameras with what holds of each."""

    present: Mapping[int, Present]
    reports: Mapping[int, RetentionReport]
    rules: Rules

    def status(self, camera: _Camera) -> RetentionStatus | None:
        return status_of(camera, self.reports.get(camera.id))


async def _read(
    session: AsyncSession,
    shown: Sequence[_Camera],
    reports: Mapping[int, RetentionReport],
    latest: Mapping[int, JudgedDay],
    watch: Watch,
    profiles: Profiles,
) -> _Table:
    rules = await Rules.read(session, profiles)
    told_at = {key: report.as_of for key, report in reports.items()}
    present = await read_present(session, shown, latest, told_at, rules, watch.now)
    return _Table(present, reports, rules)


async def read_table(session: AsyncSession, watch: Watch, profiles: Profiles) -> RetentionTable:
    """All cameras in use, by school and id, whether they ever reported or not."""
    shown = await cameras.list_shown(session, watch)
    reports = await RetentionRepository(session).latest()
    latest = await VerdictRepository(session).latest(watch.now - STALE_AFTER)
    table = await _read(session, shown, reports, latest, watch, profiles)
    recovered = {
        key: report.recovered_s for key, report in reports.items() if report.recovered_s > 0
    }
    schools = await district.school_lines(session, shown, latest, recovered, watch, profiles)
    rows = [
        _row(camera, table.present[camera.id], table.status(camera), TABLE_SPANS)
        for camera in shown
    ]
    return RetentionTable(items=rows, schools=schools, as_of=watch.now)


async def list_with_gaps(
    session: AsyncSession, watch: Watch, profiles: Profiles
) -> list[ListedCamera]:
    """The same cameras, each with its gaps."""
    shown = await cameras.list_shown(session, watch)
    reports = await RetentionRepository(session).latest()
    latest = await VerdictRepository(session).latest(watch.now - STALE_AFTER)
    table = await _read(session, shown, reports, latest, watch, profiles)
    found = []
    for first in range(0, len(shown), _CAMERAS_AT_ONCE):
        some = shown[first : first + _CAMERAS_AT_ONCE]
        held = await _held(session, [camera.id for camera in some], watch.now)
        for camera in some:
            status, present = table.status(camera), table.present[camera.id]
            gaps = _gaps(table, camera, held.get(camera.id), status)
            found.append(
                ListedCamera(
                    row=_row(camera, present, status, TABLE_SPANS),
                    gaps=gaps[:GAPS_OF_CAMERA],
                    has_more=len(gaps) > GAPS_OF_CAMERA,
                    continuous_at=_continuous_at(present, held.get(camera.id)),
                )
            )
    return found


async def get_detail(
    session: AsyncSession, camera_key: int, watch: Watch, profiles: Profiles, history_days: int
) -> RetentionDetail:
    """One camera with its gaps, its footage and its history.

    Raises:
        NotFoundError: If there is no such camera.
    """
    camera = await cameras.get_view(session, camera_key, watch)
    report = await RetentionRepository(session).get(camera_key)
    reports = {} if report is None else {camera_key: report}
    latest = await VerdictRepository(session).latest(watch.now - STALE_AFTER, [camera_key])
    table = await _read(session, [camera], reports, latest, watch, profiles)
    present, status = table.present[camera_key], table.status(camera)
    told = RetentionFootage(spans=[], days=[])
    if report is not None:
        told = RetentionFootage.model_validate_json(report.footage)
    held = (await _held(session, [camera_key], watch.now)).get(camera_key)
    gaps = _gaps(table, camera, held, status)
    return RetentionDetail(
        **dict(_row(camera, present, status, MAX_GAPS)),
        **dict(told),
        oldest_continuous_at=_continuous_at(present, held),
        gaps=gaps[:MAX_GAPS],
        is_truncated=len(gaps) > MAX_GAPS,
        claim=None if status is None else views.claim(status),
        history=await _history(session, camera_key, history_days),
    )


async def _held(
    session: AsyncSession, keys: Sequence[int], now: datetime
) -> dict[int, HeldFootage]:
    # In no zone is it an earlier day than the day before in UTC.
    first = (now - _TOLD_LATELY).date() - timedelta(days=1)
    return await FootageRepository(session).told_last(keys, first, now.date() + _TOLD_LATELY)


def _row(
    camera: _Camera, present: Present, status: RetentionStatus | None, max_spans: int
) -> RetentionRow:
    verdict, asked = present.verdict, present.requirement
    return RetentionRow(
        camera_key=camera.id,
        camera_id=camera.camera_id,
        name=camera.name,
        location=camera.location,
        school=camera.school,
        worker_id=camera.worker_id,
        state=present.state,
        doubt=present.doubt,
        is_unconfirmed=verdict is not None and verdict.is_unconfirmed,
        required_days=asked.days,
        required_by=asked.least,
        max_days=asked.max_days,
        completeness=0.0 if verdict is None else verdict.completeness,
        proven_days=0.0 if verdict is None else verdict.proven_days,
        gap_count=present.lacking.count,
        gap_s=present.lacking.seconds,
        as_of=None if verdict is None else _moment(verdict.as_of_ms),
        facts=None if status is None else views.facts(status, asked.days, max_spans),
    )


def _gaps(
    table: _Table, camera: _Camera, held: HeldFootage | None, status: RetentionStatus | None
) -> list[FootageGap]:
    """What is missing of the days judged, newest first, as the school's audit lists it."""
    present = table.present[camera.id]
    if present.state is RetentionState.UNKNOWN:
        return []
    zone = table.rules.zone(camera.school.school_id)
    missing = missing_of(present.verdict, held, present.requirement, zone)
    told = () if status is None else status.gaps
    return [
        _gap(hole, told) for hole in reversed(missing) if hole.cause is not GapCause.NOT_VERIFIED
    ]


def _gap(hole: Hole, told: Sequence[FootageGap]) -> FootageGap:
    start = _moment(hole.start_ms)
    return FootageGap(
        from_at=start,
        to_at=_moment(hole.end_ms),
        cause=hole.cause,
        detail=views.detail_at(told, start),
    )


def _continuous_at(present: Present, held: HeldFootage | None) -> datetime | None:
    if present.verdict is None or held is None or held.continuous_ms is None:
        return None
    return _moment(held.continuous_ms)


async def _history(session: AsyncSession, camera_key: int, limit: int) -> list[RetentionDay]:
    """Verdicts of one camera by day, newest first, each beside what the box made of it."""
    verdicts = VerdictRepository(session)
    rows = await verdicts.history(camera_key, limit)
    asked = await verdicts.requirements({row.requirement_id for row in rows})
    claimed = await RetentionRepository(session).claimed(camera_key, [row.day for row in rows])
    found = []
    for row in rows:
        gaps = lacking(row.state, row.gap_count, row.gap_s)
        found.append(
            RetentionDay(
                day=row.day,
                as_of=_moment(row.as_of_ms),
                state=RetentionState(row.state),
                is_unconfirmed=row.is_unconfirmed,
                required_days=asked[row.requirement_id].days,
                proven_days=row.proven_days,
                completeness=row.completeness,
                gap_count=gaps.count,
                gap_s=gaps.seconds,
                claimed=claimed.get(row.day),
            )
        )
    return found


def _moment(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)
