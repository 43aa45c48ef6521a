"""How many alerts of a time were judged so or so, by school and rule."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

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


@dataclass(frozen=True, slots=True)
class ConfirmedAlert:
    """An alert that somebody judged true, without who that was."""

    id: UUID
    camera_key: int
    rule: str
    risk: str
    at: datetime
    lasted_s: float


async def confirmed_of(
    session: AsyncSession,
    keys: Collection[int],
    rules: Collection[str],
    begin: datetime,
    end: datetime,
    most: int,
) -> list[ConfirmedAlert]:
    """So many confirmed alerts of some cameras and rules at most, by the time they began."""
    rows = await AlertFiguresRepository(session).of_cameras(
        keys, rules, AlertStatus.CONFIRMED, begin, end, most
    )
    return [
        ConfirmedAlert(key, camera_key, rule, risk, at, (ended_at - started_at).total_seconds())
        for key, camera_key, rule, risk, at, started_at, ended_at in rows
    ]


async def judged(
    session: AsyncSession,
    begin: datetime,
    end: datetime,
    keys: Collection[int] | None = None,
    rules: Collection[str] | None = None,
) -> Iterable[JudgedCount]:
    """Of alerts that began in a time, by school and rule; of some cameras and rules, or of all."""
    found: dict[tuple[str, str], dict[str, int]] = {}
    rows = await AlertFiguresRepository(session).counts(begin, end, keys, rules)
    for school_id, rule, status, count in rows:
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
