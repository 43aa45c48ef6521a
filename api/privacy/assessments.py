"""The register of impact assessments (个人信息保护法 §55–56).

An assessment is never changed: another one replaces it, so that what was assessed then can be read
for as long as it is kept.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from api.access.scope import Scope
from api.audit import service as audit
from api.audit.changes import Actor
from api.audit.schemas import AccessAction
from api.bus.work import UnitOfWork
from api.db.privacy import ImpactAssessment
from api.kit.errors import FieldError, InvalidError, NotFoundError
from api.organisations import service as organisations
from api.privacy.errors import AssessmentEndedError, AssessmentKeptError
from api.privacy.repository import AssessmentRow, PrivacyRepository
from api.privacy.schemas import AssessmentCreate, AssessmentList, AssessmentView

_WORDS = ("subject", "purpose", "necessity", "risk", "measures", "author", "document")
_DAYS = ("assessed_on", "review_on")


def today(now: datetime) -> date:
    """The bureau's day."""
    return now.astimezone(ZoneInfo(organisations.DEFAULT_ZONE)).date()


def years_later(day: date, years: int) -> date:
    """The same day years later; the first of March for a 29 February that is not there.

    >>> years_later(date(2024, 2, 29), 3)
    datetime.date(2027, 3, 1)
    """
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def _view(row: AssessmentRow, now: datetime, keep_years: int) -> AssessmentView:
    found, school = row
    ended = found.ended_on
    return AssessmentView(
        id=found.id,
        school=None if school is None else organisations.name_of(school),
        **{name: getattr(found, name) for name in (*_WORDS, *_DAYS)},
        is_review_due=ended is None and found.review_on <= today(now),
        replaces=found.replaces,
        ended_on=ended,
        keep_until=None if ended is None else years_later(ended, keep_years),
        recorded_at=found.recorded_at,
        recorded_by=found.recorded_by,
    )


async def list_assessments(
    session: AsyncSession, school_ids: Collection[str], now: datetime, keep_years: int
) -> AssessmentList:
    """All assessments, or those of some schools."""
    rows = await PrivacyRepository(session).assessments(school_ids)
    return AssessmentList(items=[_view(row, now, keep_years) for row in rows])


async def get(
    session: AsyncSession, assessment_id: int, now: datetime, keep_years: int
) -> AssessmentView:
    """One assessment.

    Raises:
        NotFoundError: If there is none.
    """
    rows = await PrivacyRepository(session).assessments(assessment_id=assessment_id)
    if not rows:
        raise NotFoundError("no such assessment")
    return _view(rows[0], now, keep_years)


async def record(
    work: UnitOfWork, told: AssessmentCreate, scope: Scope, keep_years: int, by: Actor
) -> AssessmentView:
    """Record an assessment; the one it replaces ends on the day of the new one.

    Raises:
        InvalidError: If the school or the replaced one is not there, or a day is impossible.
        AssessmentEndedError: If the replaced one ended already.
    """
    if told.school_id is None:
        is_known = scope.covers(None)
    else:
        is_known = await organisations.is_known(work.session, told.school_id)
    if not is_known:
        raise _invalid("school_id", "there is no such school")
    if told.assessed_on > today(work.now):
        raise _invalid("assessed_on", "lies in the future")
    register = PrivacyRepository(work.session)
    row = ImpactAssessment(
        school_id=told.school_id,
        **{name: getattr(told, name) for name in (*_WORDS, *_DAYS)},
        replaces=told.replaces,
        recorded_at=work.now,
        recorded_by=by.username,
    )
    if told.replaces is not None:
        older = await register.lock_assessment(told.replaces)
        if older is None or older.school_id != told.school_id:
            raise _invalid("replaces", "there is no such assessment of the same school")
        _end(older, told.assessed_on)
        _log(work, AccessAction.ASSESSMENT_ENDED, older, by)
    await register.add(row)
    _log(work, AccessAction.ASSESSMENT_RECORDED, row, by)
    return await get(work.session, row.id, work.now, keep_years)


async def end(
    work: UnitOfWork, assessment_id: int, ended_on: date, keep_years: int, by: Actor
) -> AssessmentView:
    """What was assessed is done no more; from then on the years of keeping count.

    Raises:
        NotFoundError: If there is none.
        AssessmentEndedError: If it ended already.
        InvalidError: If the day lies in the future, or before the assessment.
    """
    row = await _locked(work, assessment_id)
    if ended_on > today(work.now):
        raise _invalid("ended_on", "lies in the future")
    _end(row, ended_on)
    _log(work, AccessAction.ASSESSMENT_ENDED, row, by)
    await work.session.flush()
    return await get(work.session, assessment_id, work.now, keep_years)


async def delete(work: UnitOfWork, assessment_id: int, keep_years: int, by: Actor) -> None:
    """Delete an assessment that has been kept long enough.

    Raises:
        NotFoundError: If there is none.
        AssessmentKeptError: If it is in force, or has not been kept long enough.
    """
    row = await _locked(work, assessment_id)
    until = None if row.ended_on is None else years_later(row.ended_on, keep_years)
    if until is None or today(work.now) < until:
        raise AssessmentKeptError(
            "it is in force" if until is None else f"it is kept until {until}",
            params={"keep_until": "" if until is None else until.isoformat()},
        )
    _log(work, AccessAction.ASSESSMENT_DELETED, row, by)
    await PrivacyRepository(work.session).remove(row)


async def _locked(work: UnitOfWork, assessment_id: int) -> ImpactAssessment:
    row = await PrivacyRepository(work.session).lock_assessment(assessment_id)
    if row is None:
        raise NotFoundError("no such assessment")
    return row


def _end(row: ImpactAssessment, day: date) -> None:
    if row.ended_on is not None:
        raise AssessmentEndedError(
            f"it ended on {row.ended_on}", params={"ended_on": row.ended_on.isoformat()}
        )
    if day < row.assessed_on:
        raise _invalid("ended_on", "lies before the assessment")
    row.ended_on = day


def _invalid(field: str, what: str) -> InvalidError:
    return InvalidError(what, errors=[FieldError(f"body.{field}", what)])


def _log(work: UnitOfWork, action: AccessAction, row: ImpactAssessment, by: Actor) -> None:
    audit.log(
        work,
        action,
        by.username,
        by.client,
        subject=f"assessment {row.id}",
        school_id=row.school_id,
    )
