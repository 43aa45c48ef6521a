"""Judges camera-days: what boxes told of footage, against what was asked for on that day."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from zoneinfo import ZoneInfo

from api.bus.work import UnitOfWork
from api.compliance.footage_repository import FootageRepository
from api.compliance.history import DayFacts, day_before
from api.compliance.rules import Demand, Rules
from api.compliance.verdict_repository import (
    CameraOfSchool,
    JudgedDay,
    StoredVerdict,
    VerdictRepository,
)
from api.contract.footage.calendar_ms import Calendar
from api.contract.footage.sweep import Sweep
from api.contract.retention import RetentionState

FAILING = frozenset({RetentionState.GAP, RetentionState.INSUFFICIENT, RetentionState.OVER_RETAINED})
"""States that break a promise; what is unknown, offline or young breaks none."""
_LACKING = frozenset({RetentionState.GAP, RetentionState.INSUFFICIENT})


@dataclass(frozen=True, slots=True)
class Days:
    """Which days of which cameras are judged.

    Attributes:
        cameras: Whose.
        first: The first day.
        last: The last one.
        only: Of those days these alone; None for all.
    """

    cameras: Sequence[CameraOfSchool]
    first: date
    last: date
    only: Collection[tuple[int, date]] | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """How many days were judged, and how many verdicts became other ones."""

    judged: int
    changed: int


async def judge(
    work: UnitOfWork, rules: Rules, days: Days, judgement_id: int | None = None
) -> Counted:
    """Judge days, and keep the verdicts that are new.

    Args:
        work: Stands or falls with it.
        rules: Of today.
        days: Which; some thousand camera-days at most.
        judgement_id: Who has them judged again; None when something new was told of them: then
            days that are over keep the rule they were judged by.
    """
    keys = [camera.key for camera in days.cameras]
    footage, verdicts = FootageRepository(work.session), VerdictRepository(work.session)
    oldest_ms = await footage.oldest_told_ms(keys, days.first, days.last)
    if oldest_ms is None:
        return Counted(0, 0)
    rows = await footage.rows(keys, min(days.first, day_before(oldest_ms)), days.last)
    stored = await verdicts.stored(keys, days.first, days.last)
    demands = await _demands(work, rules, days, rows)
    if judgement_id is None:
        demands |= await _former(work, rules, days, stored)
    found = await asyncio.to_thread(_judge_all, rules, days, rows, demands)
    new, replaced = [], []
    for verdict in found:
        before = stored.get((verdict.camera_key, verdict.day))
        if before is None or before.verdict != verdict:
            new.append(verdict)
            if before is not None:
                replaced.append(before)
    if judgement_id is not None:
        await verdicts.supersede(replaced, judgement_id)
    await verdicts.put(new, work.now)
    return Counted(len(found), len(replaced))


async def _demands(
    work: UnitOfWork, rules: Rules, days: Days, rows: Mapping[int, Sequence[DayFacts]]
) -> dict[tuple[int, date], Demand]:
    """What is asked for on each day that is judged, by the rules of now."""
    wanted = [
        (camera, row.day)
        for camera in days.cameras
        for row in rows.get(camera.key, ())
        if row.day >= days.first and (days.only is None or (camera.key, row.day) in days.only)
    ]
    asked = {
        place: await rules.demand(work, *place)
        for place in {(camera.school_id, day) for camera, day in wanted}
    }
    return {(camera.key, day): asked[camera.school_id, day] for camera, day in wanted}


async def _former(
    work: UnitOfWork,
    rules: Rules,
    days: Days,
    stored: Mapping[tuple[int, date], StoredVerdict],
) -> dict[tuple[int, date], Demand]:
    """What was asked for when days were judged that are over."""
    today = {
        camera.key: work.now.astimezone(rules.zone(camera.school_id)).date()
        for camera in days.cameras
    }
    over = {
        place: each.verdict.requirement_id
        for place, each in stored.items()
        if place[1] < today[place[0]] and (days.only is None or place in days.only)
    }
    asked = await VerdictRepository(work.session).requirements(set(over.values()))
    return {place: Demand.of(number, asked[number]) for place, number in over.items()}


def _judge_all(
    rules: Rules,
    days: Days,
    rows: Mapping[int, Sequence[DayFacts]],
    demands: Mapping[tuple[int, date], Demand],
) -> list[JudgedDay]:
    return [
        verdict
        for key, school_id in days.cameras
        for verdict in judge_camera(
            key,
            [(row, demands.get((key, row.day))) for row in rows.get(key, ())],
            calendar_of(rules.zone(school_id), days.last),
        )
    ]


def judge_camera(
    camera_key: int, rows: Iterable[tuple[DayFacts, Demand | None]], calendar: Calendar
) -> list[JudgedDay]:
    """The verdicts on a camera's days.

    Args:
        camera_key: Whose.
        rows: What was told, in order, from the first that matters on; None for days that are not
            judged.
        calendar: Of the school.
    """
    sweep = Sweep()
    found = []
    for row, demand in rows:
        sweep.tell(row.changed_ms, row.holes)
        if demand is None:
            continue
        verdict = sweep.judge(row, demand.days, demand.max_days, calendar)
        # Where nothing that was read asks for footage, nobody fails for lack of it.
        is_unconfirmed = demand.days == 0 and verdict.state in _LACKING
        if demand.unread_days is not None and verdict.state not in FAILING:
            stricter = sweep.judge(row, demand.unread_days, demand.max_days, calendar)
            is_unconfirmed = stricter.state in FAILING
        begin_ms, end_ms = calendar.bounds(row.day)
        found.append(
            JudgedDay(
                camera_key,
                row.day,
                row.as_of_ms,
                demand.id,
                verdict.state.value,
                is_unconfirmed,
                verdict.completeness,
                verdict.proven_days,
                verdict.gap_count,
                verdict.gap_s,
                sweep.missing_ms(row, begin_ms, end_ms) / 1000,
            )
        )
    return found


@lru_cache(maxsize=64)
def calendar_of(zone: ZoneInfo, last: date) -> Calendar:
    """The days of a zone until then."""
    return Calendar(zone, last)
