"""One school's cameras: what holds now of each, why, and day by day."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from api.cameras import service as cameras
from api.compliance.comments import comment_of
from api.compliance.day_cells import held_days
from api.compliance.district_schemas import CameraDays, DayCell, SchoolFootage
from api.compliance.judging import calendar_of
from api.compliance.schemas import RetentionFacts
from api.compliance.service import last_facts
from api.compliance.standing import CameraStanding, SchoolStanding, moment, read_standing
from api.compliance.verdict_repository import JudgedDay
from api.compliance.views import MAX_GAPS
from api.contract import FootageGap, RetentionState
from api.contract.footage.calendar_ms import Calendar
from api.coverage.profiles import Profiles
from api.db.narrowing import within_school


async def get_school(
    session: AsyncSession, school_id: str, watch: cameras.Watch, profiles: Profiles, days: int
) -> SchoolFootage:
    """One school's cameras, day by day.

    Raises:
        NotFoundError: If there is no such school in use.
    """
    school = await read_standing(session, school_id, watch, profiles, days)
    with within_school(session, school_id):
        facts = await last_facts(session, [each.camera for each in school.cameras], MAX_GAPS)
    calendar = calendar_of(school.zone, school.today)
    return SchoolFootage(
        **dict(school.line),
        requirement=school.requirement,
        from_day=school.first,
        until_day=school.today,
        time_zone=school.zone.key,
        cameras=[
            _camera(school, each, facts.get(each.camera.id), calendar) for each in school.cameras
        ],
        as_of=watch.now,
    )


def _camera(
    school: SchoolStanding, each: CameraStanding, facts: RetentionFacts | None, calendar: Calendar
) -> CameraDays:
    camera, now, held = each.camera, each.verdict, each.held
    since_ms = calendar.bounds(school.first)[0]
    missing = [] if held is None else held.missing(since_ms, held.as_of_ms)
    return CameraDays(
        camera_key=camera.id,
        camera_id=camera.camera_id,
        name=camera.name,
        state=each.state,
        doubt=each.doubt,
        is_unconfirmed=each.is_unconfirmed,
        comment=comment_of(each, facts, school.zone),
        required_days=each.requirement.days,
        completeness=0.0 if now is None else now.completeness,
        proven_days=0.0 if now is None else now.proven_days,
        gap_count=each.present.lacking.count,
        gap_s=each.present.lacking.seconds,
        as_of=None if now is None else moment(now.as_of_ms),
        told_at=each.told_at,
        days=[_cell(verdict, calendar.bounds(verdict.day)) for verdict in each.days],
        held=held_days(held, school.first, school.today, calendar, each.requirement.days),
        gaps=[
            FootageGap(from_at=moment(hole.start_ms), to_at=moment(hole.end_ms), cause=hole.cause)
            for hole in reversed(missing)
        ][:MAX_GAPS],
    )


def _cell(verdict: JudgedDay, bounds: tuple[int, int]) -> DayCell:
    expected_s = (min(bounds[1], verdict.as_of_ms) - bounds[0]) / 1000
    # What nobody knows is not missing.
    is_known = verdict.state != RetentionState.UNKNOWN and expected_s > 0
    share = max(0.0, 1 - verdict.day_missing_s / expected_s) if is_known else None
    return DayCell(
        day=verdict.day,
        state=RetentionState(verdict.state),
        is_unconfirmed=verdict.is_unconfirmed,
        share=share,
    )
