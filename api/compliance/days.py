"""Was it compliant on that day, under the rule of then?"""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from api.cameras import service as cameras
from api.cameras.service import Watch
from api.compliance.kinds import lacking
from api.compliance.requirements import Requirement
from api.compliance.rules import Rules
from api.compliance.verdict_repository import VerdictRepository
from api.compliance.verdict_schemas import (
    CameraDay,
    DayVerdict,
    FormerVerdict,
    JudgedProfileView,
    SchoolDay,
    SchoolDayRow,
)
from api.contract import RetentionState
from api.coverage.profiles import Profiles
from api.db.compliance import FootageVerdict, SupersededVerdict
from api.db.narrowing import within_school
from api.kit.errors import NotFoundError
from api.organisations import service as organisations
from api.organisations.schemas import SchoolName


def verdict_of(
    row: FootageVerdict | SupersededVerdict | None, requirement: Requirement
) -> DayVerdict:
    """A stored verdict with what it was made by; of none, that nothing is known."""
    if row is None:
        return DayVerdict(
            state=RetentionState.UNKNOWN,
            is_unconfirmed=False,
            completeness=0.0,
            proven_days=0.0,
            gap_count=0,
            gap_s=0.0,
            day_missing_s=None,
            as_of=None,
            judged_at=None,
            requirement=requirement,
        )
    gaps = lacking(row.state, row.gap_count, row.gap_s)
    is_known = row.state != RetentionState.UNKNOWN
    return DayVerdict(
        state=RetentionState(row.state),
        is_unconfirmed=row.is_unconfirmed,
        completeness=row.completeness,
        proven_days=row.proven_days,
        gap_count=gaps.count,
        gap_s=gaps.seconds,
        day_missing_s=row.day_missing_s if is_known else None,
        as_of=datetime.fromtimestamp(row.as_of_ms / 1000, UTC),
        judged_at=row.judged_at,
        requirement=requirement,
    )


async def camera_day(
    session: AsyncSession, camera_key: int, day: date, watch: Watch, profiles: Profiles
) -> CameraDay:
    """One camera on one day, with what was said of it before.

    Raises:
        NotFoundError: If there is no such camera.
    """
    camera = await cameras.get_view(session, camera_key, watch)
    verdicts = VerdictRepository(session)
    rows = await verdicts.verdicts_on([camera_key], day)
    former = await verdicts.superseded(camera_key, day)
    numbers = {row.requirement_id for row in rows} | {row.requirement_id for row in former}
    asked = await verdicts.requirements(numbers)
    row = rows[0] if rows else None
    if row is None:
        rules = await Rules.read(session, profiles)
        requirement = rules.requirement(camera.school.school_id, day)
    else:
        requirement = asked[row.requirement_id]
    replaced = {each.id: each for each in await verdicts.judgements_of(former)}
    return CameraDay(
        **dict(verdict_of(row, requirement)),
        camera_key=camera.id,
        camera_id=camera.camera_id,
        name=camera.name,
        school=camera.school,
        day=day,
        former=[
            FormerVerdict(
                **dict(verdict_of(each, asked[each.requirement_id])),
                replaced_at=replaced[each.judgement_id].asked_at,
                replaced_by=replaced[each.judgement_id].asked_by,
                reason=replaced[each.judgement_id].reason,
            )
            for each in former
        ],
    )


async def school_day(
    session: AsyncSession, school_id: str, day: date, watch: Watch, profiles: Profiles
) -> SchoolDay:
    """All cameras in use of a school on one day.

    Raises:
        NotFoundError: If there is no such school.
    """
    school = await organisations.get_school(session, school_id)
    with within_school(session, school_id):
        shown = await cameras.list_shown(session, watch)
        rules = await Rules.read(session, profiles)
    verdicts = VerdictRepository(session)
    rows = {
        row.camera_key: row for row in await verdicts.verdicts_on([each.id for each in shown], day)
    }
    asked = await verdicts.requirements({row.requirement_id for row in rows.values()})
    now = rules.requirement(school_id, day)
    found = []
    for each in shown:
        row = rows.get(each.id)
        requirement = now if row is None else asked[row.requirement_id]
        found.append(
            SchoolDayRow(
                **dict(verdict_of(row, requirement)),
                camera_key=each.id,
                camera_id=each.camera_id,
                name=each.name,
            )
        )
    return SchoolDay(
        school=SchoolName(school_id=school_id, name=school.name_zh, name_en=school.name_en),
        day=day,
        cameras=found,
    )


async def profile(session: AsyncSession, sha256: str) -> JudgedProfileView:
    """A profile as it was when somebody was judged by it.

    Raises:
        NotFoundError: If nobody ever was.
    """
    row = await VerdictRepository(session).profile(sha256)
    if row is None:
        raise NotFoundError("nobody was judged by such a profile")
    return JudgedProfileView(sha256=row.sha256, first_used_at=row.first_used_at, content=row.body)
