"""One school's cameras: what holds now of each by the command centre's verdict, and day by day."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from api.cameras import service as cameras
from api.compliance.day_cells import Bounds, held_days, missing_of
from api.compliance.district import holding, school_line
from api.compliance.district_schemas import CameraDays, DayCell, SchoolCompliance, SchoolFootage
from api.compliance.footage_repository import FootageRepository
from api.compliance.judging import calendar_of
from api.compliance.repository import RetentionRepository
from api.compliance.requirements import Requirement
from api.compliance.rules import Rules
from api.compliance.schemas import RetentionDoubt
from api.compliance.verdict_repository import JudgedDay, VerdictRepository
from api.compliance.views import MAX_GAPS, doubt
from api.contract import FootageGap, RetentionState
from api.contract.footage.held import HeldFootage, Hole
from api.coverage import service as coverage
from api.coverage.profiles import Profiles
from api.coverage.schemas import CoverageDetail
from api.db.narrowing import within_school

_SHOWN_DAYS = 1
"""What was told on the day before yesterday is older than all that counts."""


@dataclass(frozen=True, slots=True)
class CameraStanding:
    """A camera, and what holds of its footage.

    Attributes:
        camera: Which.
        verdict: The command centre's, as long as it holds.
        requirement: By what it was judged; what is asked of today when nothing holds.
        doubt: Why nothing holds; None when a verdict does.
        told_at: When anything was last told of it, however old.
        held: What was last told of its footage in the days looked at.
        missing: Of the days that were judged, oldest first; empty when no verdict holds.
        days: The verdicts of the days looked at, oldest first.
    """

    camera: cameras.ShownCamera
    verdict: JudgedDay | None
    requirement: Requirement
    doubt: RetentionDoubt | None
    told_at: datetime | None
    held: HeldFootage | None
    missing: list[Hole]
    days: list[JudgedDay]

    @property
    def state(self) -> RetentionState:
        """What holds now."""
        return (
            RetentionState.UNKNOWN if self.verdict is None else RetentionState(self.verdict.state)
        )


@dataclass(frozen=True, slots=True)
class SchoolStanding:
    """A school, and what holds of it.

    Attributes:
        line: Its verdict as a sentence.
        coverage: Its places.
        requirement: Of today.
        first: The first day looked at.
        today: In the school's time zone.
        zone: The school's time zone.
        cameras: Those in use, whether anything is known of them or not.
    """

    line: SchoolCompliance
    coverage: CoverageDetail
    requirement: Requirement
    first: date
    today: date
    zone: ZoneInfo
    cameras: list[CameraStanding]


async def read_standing(
    session: AsyncSession, school_id: str, watch: cameras.Watch, profiles: Profiles, days: int = 1
) -> SchoolStanding:
    """What holds of a school now.

    Args:
        session: Of who asks.
        school_id: The school.
        watch: The moment of looking.
        profiles: What is asked of schools.
        days: How many to look at, today among them.

    Raises:
        NotFoundError: If there is no such school in use.
    """
    with within_school(session, school_id):
        covered = await coverage.get_school(session, school_id, watch, profiles)
        own = await cameras.list_shown(session, watch)
        rules = await Rules.read(session, profiles)
    zone = rules.zone(school_id)
    today = watch.now.astimezone(zone).date()
    first = today - timedelta(days - 1)
    keys = [camera.id for camera in own]
    recent = today - timedelta(_SHOWN_DAYS)
    latest: dict[int, JudgedDay] = {}
    by_camera: dict[int, list[JudgedDay]] = defaultdict(list)
    stored = await VerdictRepository(session).stored(keys, min(first, recent), today)
    for key, day in sorted(stored):
        verdict = stored[key, day].verdict
        if day >= recent:
            latest[key] = verdict
        if day >= first:
            by_camera[key].append(verdict)
    now_asked = rules.requirement(school_id, today)
    asked = await VerdictRepository(session).requirements(
        {verdict.requirement_id for verdict in latest.values()}
    )
    held = await FootageRepository(session).told_last(keys, min(first, recent), today)
    reports = RetentionRepository(session)
    told_at = await reports.told_at(keys)

    def standing(camera: cameras.ShownCamera) -> CameraStanding:
        verdict = holding(camera, latest.get(camera.id), watch.now)
        told = held.get(camera.id)
        why = None
        if verdict is None:
            when = told_at.get(camera.id)
            why = doubt(camera, when, watch.now) or RetentionDoubt.NOT_JUDGED
        requirement = now_asked if verdict is None else asked[verdict.requirement_id]
        return CameraStanding(
            camera=camera,
            verdict=verdict,
            requirement=requirement,
            doubt=why,
            told_at=told_at.get(camera.id),
            held=told,
            missing=missing_of(verdict, told, requirement, zone),
            days=by_camera[camera.id],
        )

    return SchoolStanding(
        line=school_line(covered, own, latest, await reports.recovered_s(), watch.now),
        coverage=covered,
        requirement=now_asked,
        first=first,
        today=today,
        zone=zone,
        cameras=[standing(camera) for camera in own],
    )


async def get_school(
    session: AsyncSession, school_id: str, watch: cameras.Watch, profiles: Profiles, days: int
) -> SchoolFootage:
    """One school's cameras, day by day.

    Raises:
        NotFoundError: If there is no such school in use.
    """
    school = await read_standing(session, school_id, watch, profiles, days)
    bounds = calendar_of(school.zone, school.today).bounds
    return SchoolFootage(
        **dict(school.line),
        requirement=school.requirement,
        from_day=school.first,
        until_day=school.today,
        cameras=[_camera(school, each, bounds) for each in school.cameras],
        as_of=watch.now,
    )


def _camera(school: SchoolStanding, each: CameraStanding, bounds: Bounds) -> CameraDays:
    camera, now, held = each.camera, each.verdict, each.held
    # What cannot be verified is not missing.
    lacks = None if each.state is RetentionState.UNKNOWN else now
    since_ms = bounds(school.first)[0]
    missing = [] if held is None else held.missing(since_ms, held.as_of_ms)
    return CameraDays(
        camera_key=camera.id,
        camera_id=camera.camera_id,
        name=camera.name,
        state=each.state,
        doubt=each.doubt,
        is_unconfirmed=now is not None and now.is_unconfirmed,
        required_days=each.requirement.days,
        completeness=0.0 if now is None else now.completeness,
        proven_days=0.0 if now is None else now.proven_days,
        gap_count=0 if lacks is None else lacks.gap_count,
        gap_s=0.0 if lacks is None else lacks.gap_s,
        as_of=None if now is None else moment(now.as_of_ms),
        told_at=each.told_at,
        days=[_cell(verdict, bounds(verdict.day)) for verdict in each.days],
        held=held_days(held, school.first, school.today, bounds),
        gaps=[
            FootageGap(from_at=moment(hole.start_ms), to_at=moment(hole.end_ms), cause=hole.cause)
            for hole in reversed(missing)
        ][:MAX_GAPS],
    )


def _cell(verdict: JudgedDay, bounds: tuple[int, int]) -> DayCell:
    expected_s = (min(bounds[1], verdict.as_of_ms) - bounds[0]) / 1000
    share = None if expected_s <= 0 else max(0.0, 1 - verdict.day_missing_s / expected_s)
    return DayCell(
        day=verdict.day,
        state=RetentionState(verdict.state),
        is_unconfirmed=verdict.is_unconfirmed,
        share=share,
    )


def moment(at_ms: int) -> datetime:
    """Of milliseconds since the epoch."""
    return datetime.fromtimestamp(at_ms / 1000, UTC)
