"""What single schools are asked for beyond the profiles, who said so and why; and judging again."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from api.audit import service as audit
from api.audit.changes import Actor, differences
from api.audit.schemas import AccessAction
from api.bus.work import UnitOfWork
from api.compliance.judging_jobs import AGAIN
from api.compliance.override_repository import OverrideRepository
from api.compliance.rules import Rules
from api.compliance.verdict_repository import VerdictRepository
from api.compliance.verdict_schemas import (
    JudgementCreate,
    JudgementList,
    JudgementView,
    OverrideCreate,
    OverrideList,
    OverrideView,
)
from api.coverage.profiles import Profiles
from api.db.compliance import Judgement, RetentionOverride
from api.jobs import service as jobs
from api.kit.errors import FieldError, InvalidError, NotFoundError
from api.kit.moments import Clock
from api.organisations import service as organisations

_LISTED = 50


async def list_overrides(
    session: AsyncSession, school_id: str, profiles: Profiles, clock: Clock
) -> OverrideList:
    """All of a school.

    Raises:
        NotFoundError: If there is no such school.
    """
    await organisations.get_school(session, school_id)
    rules = await Rules.read(session, profiles)
    today = clock().astimezone(rules.zone(school_id)).date()
    rows = await OverrideRepository(session).of_school(school_id)
    return OverrideList(
        items=[_view(row) for row in rows], requirement=rules.requirement(school_id, today)
    )


async def create_override(
    work: UnitOfWork, school_id: str, told: OverrideCreate, profiles: Profiles, by: Actor
) -> OverrideView:
    """Ask a school for more than the profiles do; logged.

    Raises:
        NotFoundError: If there is no such school.
        InvalidError: If it asks for less than what binds anyway, or contradicts it.
    """
    await organisations.get_school(work.session, school_id)
    asked = (await Rules.read(work.session, profiles)).requirement(school_id, told.from_day)
    if told.min_days is not None and told.min_days < asked.days:
        fault = FieldError("body.min_days", f"is less than the {asked.days} days that bind anyway")
        raise InvalidError("asks for less than the rules do", errors=[fault])
    most = min((each for each in (told.max_days, asked.max_days) if each is not None), default=None)
    if most is not None and max(told.min_days or 0, asked.days) > most:
        fault = FieldError("body.max_days", "allows fewer days than are asked for")
        raise InvalidError("contradicts what is asked for", errors=[fault])
    row = RetentionOverride(
        school_id=school_id,
        min_days=told.min_days,
        max_days=told.max_days,
        from_day=told.from_day,
        until_day=told.until_day,
        reason=told.reason,
        created_by=by.username,
        created_at=work.now,
        withdrawn_by=None,
        withdrawn_at=None,
    )
    await OverrideRepository(work.session).add(row)
    _log(work, AccessAction.RETENTION_OVERRIDE_CREATED, row, by, told.model_dump(mode="json"))
    return _view(row)


async def withdraw_override(
    work: UnitOfWork, school_id: str, override_id: int, by: Actor
) -> OverrideView:
    """Judge by it no more; logged. What was judged by it stays as it was.

    Raises:
        NotFoundError: If the school has no such override in use.
    """
    row = await OverrideRepository(work.session).lock(school_id, override_id)
    if row is None or row.withdrawn_at is not None:
        raise NotFoundError("no such override")
    row.withdrawn_by, row.withdrawn_at = by.username, work.now
    _log(work, AccessAction.RETENTION_OVERRIDE_WITHDRAWN, row, by, {})
    return _view(row)


async def judge_again(work: UnitOfWork, told: JudgementCreate, by: Actor) -> JudgementView:
    """Have days judged again by the rules as they stand now, in the background; logged."""
    verdicts = VerdictRepository(work.session)
    row = Judgement(
        from_day=told.from_day,
        until_day=told.until_day,
        reason=told.reason,
        asked_by=by.username,
        asked_at=work.now,
        cameras_total=len(await verdicts.cameras()),
        cameras_done=0,
        days_judged=0,
        days_changed=0,
        last_camera_key=0,
        ended_at=None,
    )
    verdicts.add_judgement(row)
    await verdicts.flush()
    await jobs.ask(work, AGAIN, str(row.id))
    audit.log(
        work,
        AccessAction.FOOTAGE_JUDGED_AGAIN,
        by.username,
        by.client,
        subject=f"{told.from_day} {told.until_day}",
        reason=told.reason,
    )
    return JudgementView.model_validate(row, from_attributes=True)


async def list_judgements(session: AsyncSession) -> JudgementList:
    """The latest ones, and how far they are."""
    rows = await VerdictRepository(session).judgements(_LISTED)
    return JudgementList(
        items=[JudgementView.model_validate(row, from_attributes=True) for row in rows]
    )


def _view(row: RetentionOverride) -> OverrideView:
    return OverrideView.model_validate(row, from_attributes=True)


def _log(
    work: UnitOfWork,
    action: AccessAction,
    row: RetentionOverride,
    by: Actor,
    described: dict[str, object],
) -> None:
    audit.log(
        work,
        action,
        by.username,
        by.client,
        subject=str(row.id),
        reason=row.reason,
        school_id=row.school_id,
        changes=differences({}, described),
    )
