"""Seconds of whole hours, kept in step with the minutes they are the sum of.

Five hundred cameras with three rules report two million minutes a day. Whoever opens the list of
cameras adds up a day of hours, and minutes only of the hour in which the day begins.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import NamedTuple

from sqlalchemy import delete, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from api.contract import AnalysedTime
from api.db.models import AnalysedHour, AnalysedInterval, MissingInterval
from api.db.upsert import insert_or_add

ANALYSED = ""
"""Stands for a reason where the seconds were not missed."""
_ROWS_AT_ONCE = 500
_NOTHING_S = 1e-6
"""What is left of a sum from which all was taken again."""


class HourKey(NamedTuple):
    """What one sum is of."""

    camera_id: str
    rule_id: str
    hour_at: datetime
    reason: str


class TotalSeconds(NamedTuple):
    """Seconds of one rule on one camera, analysed or missed for a reason."""

    camera_id: str
    rule_id: str
    reason: str
    rule: str
    seconds: float


class HourSums:
    """What changed, by hour, until it is written."""

    def __init__(self) -> None:
        self._changes: dict[HourKey, float] = {}
        self._rules: dict[HourKey, str] = {}

    def add(self, told: AnalysedTime, reason: str, seconds: float) -> None:
        """Add seconds of an interval, or take them with a minus."""
        key = HourKey(told.camera_id, told.rule_id, hour_of(told.from_at), reason)
        self._changes[key] = self._changes.get(key, 0.0) + seconds
        self._rules[key] = told.rule

    def rows(self) -> Iterator[Mapping[str, object]]:
        """The rows to add to, in an order in which writers cannot wait for each other."""
        for key in sorted(self._changes):
            yield key._asdict() | {"rule": self._rules[key], "seconds": self._changes[key]}


def hour_of(moment: datetime) -> datetime:
    """The hour a moment falls into."""
    return moment.replace(minute=0, second=0, microsecond=0)


class HourRepository:
    """Reads and writes ``analysed_hours``."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def write(self, sums: HourSums) -> None:
        """Add to the hours what changed."""
        rows = sums.rows()
        while some := list(islice(rows, _ROWS_AT_ONCE)):
            await insert_or_add(self._session, AnalysedHour, some, added="seconds")

    async def totals(
        self, camera_ids: Sequence[str] | None, since: datetime
    ) -> Sequence[TotalSeconds]:
        """Seconds by camera, rule and reason, of intervals that began since then."""
        first = hour_of(since)
        if first < since:
            first += timedelta(hours=1)
        hours = select(
            AnalysedHour.camera_id,
            AnalysedHour.rule_id,
            AnalysedHour.reason,
            AnalysedHour.rule,
            AnalysedHour.seconds,
        ).where(AnalysedHour.hour_at >= first)
        analysed = select(
            AnalysedInterval.camera_id,
            AnalysedInterval.rule_id,
            literal(ANALYSED).label("reason"),
            AnalysedInterval.rule,
            AnalysedInterval.analysed_s.label("seconds"),
        ).where(AnalysedInterval.from_at >= since, AnalysedInterval.from_at < first)
        missed = select(
            MissingInterval.camera_id,
            MissingInterval.rule_id,
            MissingInterval.reason,
            literal("").label("rule"),
            MissingInterval.seconds,
        ).where(MissingInterval.from_at >= since, MissingInterval.from_at < first)
        if camera_ids is not None:
            hours = hours.where(AnalysedHour.camera_id.in_(camera_ids))
            analysed = analysed.where(AnalysedInterval.camera_id.in_(camera_ids))
            missed = missed.where(MissingInterval.camera_id.in_(camera_ids))
        each = union_all(hours, analysed, missed).subquery()
        key = (each.c.camera_id, each.c.rule_id, each.c.reason)
        query = (
            select(*key, func.max(each.c.rule), func.sum(each.c.seconds))
            .group_by(*key)
            .order_by(*key)
        )
        found = (TotalSeconds(*row) for row in await self._session.execute(query))
        return [total for total in found if total.reason == ANALYSED or total.seconds > _NOTHING_S]

    async def delete_before(self, moment: datetime) -> None:
        """Delete the hours before the one of this moment."""
        await self._session.execute(
            delete(AnalysedHour).where(AnalysedHour.hour_at < hour_of(moment))
        )


def by_reason(told: AnalysedTime) -> dict[str, float]:
    """Missed seconds of an interval; a reason may come twice."""
    found: dict[str, float] = {}
    for missing in told.missing:
        found[missing.reason] = found.get(missing.reason, 0.0) + missing.seconds
    return found
