"""How many alerts of a time were judged so or so, by school and rule."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from api.alerts.figures_repository import AlertFiguresRepository
from api.alerts.schemas import AlertStatus


@dataclass(frozen=True, slots=True)
class JudgedCount:
    """Alerts of one school and rule; digests are none."""

    school_id: str
    rule: str
    confirmed: int
    false_positive: int
    pending: int


async def judged(session: AsyncSession, begin: datetime, end: datetime) -> Iterable[JudgedCount]:
    """Of alerts that began in a time, by school and rule."""
    found: dict[tuple[str, str], dict[str, int]] = {}
    for school_id, rule, status, count in await AlertFiguresRepository(session).counts(begin, end):
        found.setdefault((school_id, rule), {})[status] = count
    return [
        JudgedCount(
            *key,
            confirmed=counts.get(AlertStatus.CONFIRMED, 0),
            false_positive=counts.get(AlertStatus.FALSE_POSITIVE, 0),
            pending=counts.get(AlertStatus.PENDING_REVIEW, 0),
        )
        for key, counts in sorted(found.items())
    ]
