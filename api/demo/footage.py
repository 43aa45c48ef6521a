"""The footage of the demo's cameras: what its recorder kept and missed, told day after day.

Facts only: verdicts are the command centre's, and those a box tells with them are made by the
functions that boxes judge with.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from api.compliance.history import DayFacts, day_facts, row_of
from api.contract import GapCause, RetentionStatus
from api.contract.footage.calendar_ms import DAY_MS, Calendar
from api.contract.footage.held import HeldFootage, Hole
from api.contract.footage.sweep import DayVerdict, Sweep
from api.contract.retention import (
    BrokenPromise,
    DayCompleteness,
    FootageGap,
    FootageSpan,
    RecoveredSpan,
)
from api.demo.schools import Fault
from api.demo.world import ZONE, World, midnight_of

_HOUR_MS = 3_600_000
_MINUTE_MS = 60_000
_TOLD_MS = DAY_MS - 7 * _MINUTE_MS
"""When on a day a box tells last, since midnight."""
_LIFE_DAYS = 420
_SPARE_DAYS = 8
"""By which footage lasts longer than it is asked for."""
_SLOW_S = -420.0
_SOURCE = {30: "国务院令799号 §17", 90: "反恐怖主义法 §32"}
_BYTES_A_DAY = 5_400_000_000
_ORDINARY = (GapCause.OFFLINE, GapCause.STALLED, GapCause.WORKER_STOPPED, GapCause.DISK_SLOW)


@dataclass(frozen=True, slots=True)
class FootageStory:
    """One camera: since when it hangs, how long it keeps, what it missed.

    Attributes:
        life_ms: Since when it hangs.
        kept_ms: For how long footage is kept.
        holes: Apart, in order.
        fault: What was planted, if anything.
        healed_ms: From then on the last hole is filled; None of what stays missing.
        asked_days: What its box is asked for.
    """

    life_ms: int
    kept_ms: int
    holes: tuple[Hole, ...]
    fault: Fault | None
    healed_ms: int | None
    asked_days: int

    def held(self, at_ms: int) -> HeldFootage | None:
        """What is known at a moment; None of what was never told."""
        if self.fault is Fault.SILENT or at_ms <= self.life_ms:
            return None
        if self.fault is Fault.UNANSWERED:
            return HeldFootage(at_ms, at_ms, None, None, (), None, self.life_ms, is_incomplete=True)
        holes = self.holes
        if self.healed_ms is not None and at_ms >= self.healed_ms:
            holes = holes[:-1]
        front_ms = max(self.life_ms, at_ms - self.kept_ms)
        for hole in holes:
            if hole.start_ms <= front_ms < hole.end_ms:
                front_ms = hole.end_ms
        known = tuple(
            Hole(hole.start_ms, min(hole.end_ms, at_ms), hole.cause)
            for hole in holes
            if front_ms < hole.start_ms < at_ms
        )
        is_deleted = self.fault is Fault.DISK_FULL and front_ms > self.life_ms
        from_ms = min(front_ms, at_ms - self.asked_days * DAY_MS) if is_deleted else front_ms
        return HeldFootage(
            as_of_ms=at_ms,
            from_ms=from_ms,
            front_ms=front_ms,
            before=GapCause.DELETED if is_deleted else None,
            holes=known,
            oldest_ms=front_ms,
            life_ms=self.life_ms,
            is_offline=bool(known) and known[-1].end_ms == at_ms,
        )

    def is_missing(self, start_ms: int, end_ms: int) -> bool:
        """Whether an interval lies in a hole, however it was filled later."""
        return any(hole.start_ms < end_ms and hole.end_ms > start_ms for hole in self.holes)


def story_of(
    world: World, name: str, asked_days: int, fault: Fault | None, gaps_a_month: float
) -> FootageStory:
    """A camera's footage.

    Args:
        world: When.
        name: The camera, for its chance.
        asked_days: What its school is asked for.
        fault: What is planted.
        gaps_a_month: How often something ordinary goes wrong.
    """
    end_ms = _ms(world.end)
    life_ms = end_ms - _LIFE_DAYS * DAY_MS
    kept_ms = (asked_days + _SPARE_DAYS) * DAY_MS
    holes = _ordinary(world, name, gaps_a_month)
    healed_ms = None
    if fault is not None:
        # What is planted is all that is wrong lately.
        holes = [hole for hole in holes if hole.end_ms < end_ms - (asked_days + 1) * DAY_MS]
        holes += _planted(fault, end_ms)
    if fault is Fault.IMMATURE:
        life_ms = end_ms - 9 * DAY_MS
        holes = []
    elif fault is Fault.KEPT_200:
        kept_ms = 200 * DAY_MS
    elif fault is Fault.DISK_FULL:
        kept_ms = min(21, asked_days - 9) * DAY_MS
    elif fault is Fault.HEALED:
        healed_ms = holes[-1].end_ms + 20 * _HOUR_MS
    return FootageStory(life_ms, kept_ms, tuple(holes), fault, healed_ms, asked_days)


def _planted(fault: Fault, end_ms: int) -> list[Hole]:
    def hole(days_ago: float, length_ms: int, cause: GapCause) -> Hole:
        start_ms = end_ms - round(days_ago * DAY_MS)
        return Hole(start_ms, start_ms + length_ms, cause)

    match fault:
        case Fault.SHORT_GAP:
            return [hole(3.2, 58_000, GapCause.OFFLINE)]
        case Fault.OFFLINE:
            start_ms = end_ms - 5 * _HOUR_MS
            # It goes on for as long as the demo is looked at.
            return [Hole(start_ms, end_ms + 400 * DAY_MS, GapCause.OFFLINE)]
        case Fault.WORKER_STOPPED:
            return [hole(6.4, 10 * _MINUTE_MS, GapCause.WORKER_STOPPED)]
        case Fault.SLOW_CLOCK:
            return [hole(1.6, _HOUR_MS, GapCause.CONTRADICTORY_TIMES)]
        case Fault.HEALED:
            return [hole(4.1, 10 * _MINUTE_MS, GapCause.OFFLINE)]
    return []


def _ordinary(world: World, name: str, gaps_a_month: float) -> list[Hole]:
    chance = world.chance("gaps", name)
    found: list[Hole] = []
    day = world.first - dt.timedelta(days=30)
    while day <= world.until - dt.timedelta(days=1):
        if chance.random() < gaps_a_month / 30:
            start_ms = _ms(midnight_of(day)) + chance.randrange(6 * _HOUR_MS, 20 * _HOUR_MS)
            length_ms = round(chance.lognormvariate(6.2, 1.1)) * 1000
            length_ms = min(max(length_ms, 20_000), 3 * _HOUR_MS)
            found.append(Hole(start_ms, start_ms + length_ms, chance.choice(_ORDINARY)))
        day += dt.timedelta(days=1)
    return found


def told(world: World, story: FootageStory) -> Iterator[tuple[DayFacts, HeldFootage]]:
    """What was told last on each day, as the command centre keeps it."""
    before: HeldFootage | None = None
    for day in world.days():
        at_ms = min(_ms(midnight_of(day)) + _TOLD_MS, _ms(world.end))
        held = story.held(at_ms)
        if held is not None:
            yield day_facts(day, held, before), held
            before = held


def day_row(camera_key: int, facts: DayFacts, story: FootageStory) -> dict[str, Any]:
    """A row of ``footage_days``."""
    return row_of(camera_key, facts) | {
        "broken_count": int(story.fault is Fault.DISK_FULL),
        "clock_offset_s": _SLOW_S if story.fault is Fault.SLOW_CLOCK else 0.2,
    }


def box_verdict(held: HeldFootage, asked_days: int, calendar: Calendar) -> DayVerdict:
    """What a box says of its footage, by the days in its own file."""
    sweep = Sweep()
    sweep.tell(held.from_ms, held.holes)
    return sweep.judge(held, asked_days, None, calendar)


def verdict_row(
    camera_key: int, facts: DayFacts, story: FootageStory, verdict: DayVerdict
) -> dict[str, Any]:
    """A row of ``retention_verdicts``."""
    return {
        "camera_key": camera_key,
        "day": facts.day,
        "as_of": _moment(facts.as_of_ms),
        "state": verdict.state,
        "required_days": story.asked_days,
        "proven_days": verdict.proven_days,
        "completeness": _share(verdict.completeness),
        "gap_count": verdict.gap_count,
    }


def status_of(
    story: FootageStory, held: HeldFootage, verdict: DayVerdict, camera_id: str, school_id: str
) -> RetentionStatus:
    """The report of a box about a camera."""
    since_ms = held.continuous_ms
    promises = _broken(story, held)
    return RetentionStatus(
        school_id=school_id,
        camera_id=camera_id,
        as_of=_moment(held.as_of_ms),
        state=verdict.state,
        required_days=story.asked_days,
        required_source=_SOURCE[story.asked_days],
        time_zone=ZONE.key,
        proven_days=verdict.proven_days,
        completeness=_share(verdict.completeness),
        oldest_footage_at=None if held.front_ms is None else _moment(held.front_ms),
        oldest_continuous_at=None if since_ms is None else _moment(since_ms),
        spans=_spans(held),
        days=_completeness(held),
        gaps=_gaps(held),
        bytes_held=round(verdict.proven_days * _BYTES_A_DAY),
        broken_promises=promises,
        alarms=("disk_full",) if promises else (),
        recovered=_recovered(story, held),
        life_since_at=_moment(story.life_ms),
        is_offline=held.is_offline,
        is_incomplete=held.is_incomplete,
        clock_offset_s=_SLOW_S if story.fault is Fault.SLOW_CLOCK else 0.2,
    )


def _broken(story: FootageStory, held: HeldFootage) -> tuple[BrokenPromise, ...]:
    if story.fault is not Fault.DISK_FULL or held.front_ms is None:
        return ()
    return (
        BrokenPromise(
            broken_at=_moment(held.as_of_ms) - dt.timedelta(hours=9),
            from_at=_moment(held.front_ms - DAY_MS),
            to_at=_moment(held.front_ms),
            promised_days=story.asked_days,
            kept_days=story.kept_ms / DAY_MS,
            why="disk_full",
        ),
    )


def _recovered(story: FootageStory, held: HeldFootage) -> tuple[RecoveredSpan, ...]:
    if story.healed_ms is None or held.as_of_ms < story.healed_ms:
        return ()
    hole = story.holes[-1]
    start, end = _moment(hole.start_ms), _moment(hole.end_ms)
    return (RecoveredSpan(from_at=start, to_at=end, device="recorder", channel="3"),)


def _spans(held: HeldFootage) -> tuple[FootageSpan, ...]:
    if held.front_ms is None:
        return ()
    marks = [held.front_ms]
    for hole in held.holes:
        marks += [hole.start_ms, hole.end_ms]
    marks.append(held.as_of_ms)
    found = list(pairwise(marks))[::2]
    return tuple(
        FootageSpan(from_at=_moment(start), to_at=_moment(end))
        for start, end in found
        if end > start
    )


def _gaps(held: HeldFootage) -> tuple[FootageGap, ...]:
    holes = list(held.holes)
    if held.before is not None and held.front_ms is not None and held.front_ms > held.from_ms:
        holes.insert(0, Hole(held.from_ms, held.front_ms, held.before))
    return tuple(
        FootageGap(from_at=_moment(each.start_ms), to_at=_moment(each.end_ms), cause=each.cause)
        for each in holes
    )


def _completeness(held: HeldFootage) -> tuple[DayCompleteness, ...]:
    if held.front_ms is None:
        return ()
    last = _moment(held.as_of_ms).astimezone(ZONE).date()
    found = []
    for ago in range(29, -1, -1):
        day = last - dt.timedelta(days=ago)
        start_ms = max(_ms(midnight_of(day)), held.life_ms or 0)
        end_ms = min(_ms(midnight_of(day + dt.timedelta(days=1))), held.as_of_ms)
        if end_ms <= start_ms:
            continue
        missing = sum(hole.end_ms - hole.start_ms for hole in held.missing(start_ms, end_ms))
        expected_s = (end_ms - start_ms) / 1000
        recorded_s = max(0.0, expected_s - missing / 1000)
        found.append(DayCompleteness(day=day, expected_s=expected_s, recorded_s=recorded_s))
    return tuple(found)


def _ms(moment: dt.datetime) -> int:
    return round(moment.timestamp() * 1000)


def _moment(at_ms: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(at_ms / 1000, dt.UTC)


def _share(part: float) -> float:
    return min(1.0, max(0.0, part))
