"""Hours of analysis in the database, added up."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import (
    Select,
    SQLColumnExpression,
    and_,
    delete,
    func,
    literal,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from api.cameras.hours import ANALYSED, HourSums, TotalSeconds, hour_of
from api.db.camera import (
    AnalysedHour,
    AnalysedInterval,
    Camera,
    MissingInterval,
    Worker,
)
from api.db.organisation import School
from api.db.upsert import insert_or_add

_OF_CAMERA = and_(Worker.box_id == Camera.box_id, Worker.worker_id == Camera.worker_id)
_IN_USE = (Camera.retired_at.is_(None), School.closed_at.is_(None))
_ROWS_AT_ONCE = 500
_NOTHING_S = 1e-6
"""What is left of a sum from which all was taken again."""


def _summed(
    model: type[AnalysedHour | AnalysedInterval | MissingInterval],
    reason: SQLColumnExpression[str],
    rule: SQLColumnExpression[str],
    seconds: InstrumentedAttribute[float],
    keys: Collection[int] | None,
) -> Select[int, str, str, str, float]:
    """Sums of a table by camera, rule and reason, in no order; of some cameras or of all."""
    key = (model.camera_key, model.rule_id)
    query = select(*key, reason, func.max(rule), func.sum(seconds)).group_by(*key)
    if isinstance(reason, InstrumentedAttribute):
        query = query.group_by(reason)
    return query if keys is None else query.where(model.camera_key.in_(keys))


class HourRepository:
    """Reads and writes ``analysed_hours``."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def write(self, sums: HourSums) -> None:
        """Add to the hours what changed."""
        rows = sums.rows()
        while some := list(islice(rows, _ROWS_AT_ONCE)):
            await insert_or_add(self._session, AnalysedHour, some, added="seconds")

    async def totals(self, keys: Collection[int] | None, since: datetime) -> Sequence[TotalSeconds]:
        """Seconds by camera, rule and reason, of intervals that began since then."""
        first = hour_of(since)
        if first < since:
            first += timedelta(hours=1)
        hour, whole, missed = AnalysedHour, AnalysedInterval, MissingInterval
        began = (whole.from_at >= since, whole.from_at < first)
        missed_then = (missed.from_at >= since, missed.from_at < first)
        # One after the other: adding up a union takes SQLite four times as long.
        parts = (
            _summed(hour, hour.reason, hour.rule, hour.seconds, keys).where(hour.hour_at >= first),
            _summed(whole, literal(ANALYSED), whole.rule, whole.analysed_s, keys).where(*began),
            _summed(missed, missed.reason, literal(""), missed.seconds, keys).where(*missed_then),
        )
        found: dict[tuple[int, str, str], TotalSeconds] = {}
        for part in parts:
            for camera_key, rule_id, reason, rule, seconds in await self._session.execute(part):
                key = (camera_key, rule_id, reason)
                if (known := found.get(key)) is not None:
                    rule, seconds = max(rule, known.rule), seconds + known.seconds
                found[key] = TotalSeconds(*key, rule, seconds)
        return [
            found[key]
            for key in sorted(found)
            if found[key].reason == ANALYSED or found[key].seconds > _NOTHING_S
        ]

    async def by_school(self, begin: datetime, end: datetime) -> dict[str, float]:
        """Seconds that were looked at in whole hours, by school: of each camera and hour those of
        the rule that looked longest, since rules look at the same pictures.
        """
        hour = AnalysedHour
        longest = (
            select(hour.camera_key, func.max(hour.seconds).label("seconds"))
            .where(hour.hour_at >= begin, hour.hour_at < end, hour.reason == ANALYSED)
            .group_by(hour.camera_key, hour.hour_at)
            .subquery()
        )
        query = (
            select(Camera.school_id, func.sum(longest.c.seconds))
            .join(longest, longest.c.camera_key == Camera.id)
            .group_by(Camera.school_id)
        )
        return {row[0]: row[1] for row in await self._session.execute(query)}

    async def delete_before(self, moment: datetime) -> None:
        """Delete the hours before the one of this moment."""
        await self._session.execute(
            delete(AnalysedHour).where(AnalysedHour.hour_at < hour_of(moment))
        )
