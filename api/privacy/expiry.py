"""Deletes from the two registers what has been kept for as many years as the law asks for.

§56 asks for three years at least of assessments and of records of processing; beyond that a name of
somebody who asked has no purpose left.
"""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from api.audit import service as audit
from api.audit.schemas import AccessAction
from api.bus.work import UnitOfWork
from api.organisations.service import DEFAULT_ZONE
from api.privacy.assessments import today
from api.privacy.repository import PrivacyRepository

_AT_ONCE = 100


def kept_from(day: date, years: int) -> date:
    """The last day that, so many years later, has come by this day.

    >>> kept_from(date(2028, 2, 29), 3)
    datetime.date(2025, 2, 28)
    """
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return date(day.year - years, 2, 28)


async def delete_requests(work: UnitOfWork, now: datetime, years: int) -> int | None:
    """Delete some requests that were decided so long ago; answers how many, None at the end."""
    register = PrivacyRepository(work.session)
    before = datetime.combine(kept_from(today(now), years), time(), ZoneInfo(DEFAULT_ZONE))
    rows = await register.lock_decided_before(before, _AT_ONCE)
    for row in rows:
        audit.log(
            work,
            AccessAction.REQUEST_DELETED,
            "",
            "",
            subject=f"request {row.id}",
            school_id=row.school_id,
        )
        await register.remove(row)
    return len(rows) or None


async def delete_assessments(work: UnitOfWork, now: datetime, years: int) -> int | None:
    """Delete some assessments that ended so long ago; answers how many, None at the end."""
    register = PrivacyRepository(work.session)
    rows = await register.lock_ended_by(kept_from(today(now), years), _AT_ONCE)
    for row in rows:
        audit.log(
            work,
            AccessAction.ASSESSMENT_DELETED,
            "",
            "",
            subject=f"assessment {row.id}",
            school_id=row.school_id,
        )
        await register.remove(row)
    return len(rows) or None
