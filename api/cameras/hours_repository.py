"""Hours of analysis in the database, added up."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    and_,
    case,
    delete,
    func,
    literal,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from api.cameras.hours import (
    ANALYSED,
    QUARTER_H,
    HourSums,
    TotalSeconds,
    WatchedSeconds,
    hour_of,
    quarter_of,
)
from api.contract import MissingReason
from api.db.camera import (
    AnalysedHour,
    AnalysedInterval,
    AnalysedQuarter,
    Camera,
    MissingInterval,
    Worker,
)
from api.db.organisation import School
from api.db.upsert import insert_or_add

_OF_CAMERA = and_(Worker.box_id == Camera.box_id, Worker.worker_id == Camera.worker_id)
_IN_USE = (Camera.retired_at.is_(None), School.closed_at.is_(None))
_ROWS_AT_ONCE = 500
_LAST_HOUR = timedelta(hours=QUARTER_H - 1)
"""Of a quarter, after its first one."""
_FOR_EVER = datetime(9999, 1, 1, tzinfo=UTC)
"""Where it has no end, SQLite takes a time for so long that it reads a season of rows instead."""
_NOTHING_S = 1e-6
"""What is left of a sum from which all was taken again."""


def _summed(
    model: type[AnalysedHour | AnalysedQuarter | AnalysedInterval | MissingInterval],
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
    """Reads and writes ``analysed_hours`` and ``analysed_quarters``."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def write(self, sums: HourSums) -> None:
        """Add to the hours, and to their quarters, what changed."""
        for model, rows in ((AnalysedHour, sums.hours()), (AnalysedQuarter, sums.quarters())):
            while some := list(islice(rows, _ROWS_AT_ONCE)):
                await insert_or_add(self._session, model, some, added="seconds")

    async def totals(self, keys: Collection[int] | None, since: datetime) -> Sequence[TotalSeconds]:
        """Seconds by camera, rule and reason, of intervals that began since then."""
        first = hour_of(since)
        if first < since:
            first += timedelta(hours=1)
        hour, whole, missed = AnalysedHour, AnalysedInterval, MissingInterval
        # The hours of a few cameras are found by the camera; of all of them there are too many.
        hours: ColumnElement[bool] = hour.hour_at.between(first, _FOR_EVER)
        quarters: list[Select[int, str, str, str, float]] = []
        if keys is None:
            quarter, edge = AnalysedQuarter, quarter_of(first + _LAST_HOUR)
            hours = and_(hour.hour_at >= first, hour.hour_at < edge)
            summed = _summed(quarter, quarter.reason, quarter.rule, quarter.seconds, keys)
            quarters = [summed.where(quarter.hour_at.between(edge, _FOR_EVER))]
        began = (whole.from_at >= since, whole.from_at < first)
        missed_then = (missed.from_at >= since, missed.from_at < first)
        # One after the other: adding up a union takes SQLite four times as long.
        parts = (
            *quarters,
            _summed(hour, hour.reason, hour.rule, hour.seconds, keys).where(hours),
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

    async def watched(
        self, keys: Collection[int], begin: datetime, end: datetime
    ) -> dict[int, WatchedSeconds]:
        """Seconds of whole hours of some cameras, by camera; those of which nothing is known are
        left out.
        """
        hour = AnalysedHour
        off = MissingReason.OUT_OF_SCHEDULE
        of_rule = (
            select(
                hour.camera_key,
                hour.hour_at,
                func.sum(case((hour.reason == ANALYSED, hour.seconds), else_=0.0)).label("seen"),
                func.sum(case((hour.reason == off, hour.seconds), else_=0.0)).label("off"),
            )
            .where(hour.camera_key.in_(keys), hour.hour_at >= begin, hour.hour_at < end)
            .group_by(hour.camera_key, hour.hour_at, hour.rule_id)
            .subquery()
        )
        # Rules look at the same pictures; a camera is off duty while all of its rules are.
        of_hour = (
            select(
                of_rule.c.camera_key,
                func.max(of_rule.c.seen).label("seen"),
                func.min(of_rule.c.off).label("off"),
            )
            .group_by(of_rule.c.camera_key, of_rule.c.hour_at)
            .subquery()
        )
        query = select(
            of_hour.c.camera_key, func.sum(of_hour.c.seen), func.sum(of_hour.c.off)
        ).group_by(of_hour.c.camera_key)
        rows = await self._session.execute(query)
        return {key: WatchedSeconds(seen_s, off_s) for key, seen_s, off_s in rows}

    async def by_rule(
        self, keys: Collection[int], begin: datetime, end: datetime
    ) -> dict[str, float]:
        """Seconds of whole hours in which some cameras were looked at for a kind of rule."""
        hour = AnalysedHour
        longest = (
            select(hour.rule, func.max(hour.seconds).label("seconds"))
            .where(
                hour.camera_key.in_(keys),
                hour.hour_at >= begin,
                hour.hour_at < end,
                hour.reason == ANALYSED,
            )
            .group_by(hour.camera_key, hour.hour_at, hour.rule)
            .subquery()
        )
        query = select(longest.c.rule, func.sum(longest.c.seconds)).group_by(longest.c.rule)
        return {row[0]: row[1] for row in await self._session.execute(query)}

    async def delete_before(self, moment: datetime) -> None:
        """Delete the hours before the one of this moment, and the quarters that ended."""
        for model, begin in (
            (AnalysedHour, hour_of(moment)),
            (AnalysedQuarter, quarter_of(moment)),
        ):
            await self._session.execute(delete(model).where(model.hour_at < begin))
