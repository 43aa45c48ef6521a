"""Which footage goes, whose promise that breaks, and when the next one will: pure planning.

The law has both ends: keep at least so many days, and delete when the purpose is met. Order of
deletion, and nothing is deleted before everything of the line above is gone:

1. Older than the policy's maximum: always, needed or not.
2. When room is needed: older than what its camera was promised, oldest first. No promise breaks.
3. Promised footage. The *smallest promise* breaks first, that is the fewest required days, and
   among equal promises the oldest footage, so that equal cameras lose equally. One day of every
   camera is spared.
4. That last day too, oldest first: recording now goes before keeping yesterday.

Held evidence is never deleted. Every deletion of 3 and 4 is a broken promise and is recorded.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from api.contract.footage.school_days import days_before, days_between
from api.contract.footage.spans import Span
from pipeline.core.errors import ConfigError

SPARED_DAYS = 1


@dataclass(frozen=True, slots=True)
class RetentionPolicy:
    """What one camera's footage was promised.

    Attributes:
        min_days: Calendar days to keep, 0 for no promise.
        max_days: Delete after so many calendar days; None for no limit.
        source: Where the requirement comes from, for people.

    Raises:
        ConfigError: The maximum is below the minimum.
    """

    min_days: int
    max_days: int | None = None
    source: str = ""

    def __post_init__(self) -> None:
        if self.min_days < 0:
            raise ConfigError("days to keep cannot be negative", where="min_days")
        if self.max_days is not None and self.max_days < max(1, self.min_days):
            raise ConfigError(
                f"delete after {self.max_days} days contradicts keeping {self.min_days}",
                where="max_days",
                remedy="Make it as many as min_days or more, and at least 1",
            )


NO_PROMISE = RetentionPolicy(0)


@dataclass(frozen=True, slots=True)
class Holding:
    """One segment as the planner sees it.

    Attributes:
        camera: Camera id.
        path: Names it.
        span: When.
        size_bytes: What deleting it frees.
        is_held: Evidence; never deleted.
    """

    camera: str
    path: str
    span: Span
    size_bytes: int
    is_held: bool = False


class Why(StrEnum):
    """Why a segment is deleted."""

    TOO_OLD = "too_old"
    NO_LONGER_PROMISED = "no_longer_promised"
    DISK_FULL = "disk_full"


@dataclass(frozen=True, slots=True)
class Deletion:
    """A segment to delete.

    Attributes:
        holding: It.
        why: The reason.
        promised_days: Of its camera.
        kept_days: Its age in calendar days.
        breaks: A promise is broken by it.
    """

    holding: Holding
    why: Why
    promised_days: int
    kept_days: float
    breaks: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """What to delete, in order.

    Attributes:
        deletions: First those that are too old, then those for room.
        missing_bytes: Room that is still missing when all of them are gone: the rest is held.
    """

    deletions: tuple[Deletion, ...]
    missing_bytes: int


def plan(
    holdings: Sequence[Holding],
    policies: Mapping[str, RetentionPolicy],
    *,
    needed_bytes: int,
    now_s: float,
    zone: ZoneInfo,
) -> Plan:
    """Choose what to delete.

    Args:
        holdings: All segments of all cameras on one disk.
        policies: By camera; a camera without one was promised nothing.
        needed_bytes: Room to make, beyond what rule 1 frees by itself counting as made.
        now_s: Seconds since the epoch.
        zone: The school's.
    """
    deletions: list[Deletion] = []
    queue: list[tuple[int, int, float, str, Holding]] = []
    limits = {camera: _Limits.of(policy, now_s, zone) for camera, policy in policies.items()}
    none = _Limits.of(NO_PROMISE, now_s, zone)
    for holding in holdings:
        if holding.is_held:
            continue
        limit = limits.get(holding.camera, none)
        end_s = holding.span.end_s
        if limit.too_old_s is not None and end_s <= limit.too_old_s:
            deletions.append(_deletion(holding, Why.TOO_OLD, limit, now_s, zone))
        else:
            rank = limit.rank(end_s)
            queue.append((rank, limit.promised if rank == 1 else 0, end_s, holding.path, holding))
    deletions.sort(key=lambda d: (d.holding.span.end_s, d.holding.path))
    missing = needed_bytes - sum(d.holding.size_bytes for d in deletions)
    if missing > 0:
        heapq.heapify(queue)
        while queue and missing > 0:
            rank, _, _, _, holding = heapq.heappop(queue)
            limit = limits.get(holding.camera, none)
            why = Why.NO_LONGER_PROMISED if rank == 0 else Why.DISK_FULL
            deletions.append(_deletion(holding, why, limit, now_s, zone))
            missing -= holding.size_bytes
    return Plan(tuple(deletions), max(0, missing))


@dataclass(frozen=True, slots=True)
class _Limits:
    """A policy as moments: what ends at or before them."""

    promised: int
    too_old_s: float | None
    promised_s: float
    spared_s: float

    @classmethod
    def of(cls, policy: RetentionPolicy, now_s: float, zone: ZoneInfo) -> _Limits:
        return cls(
            policy.min_days,
            None if policy.max_days is None else days_before(now_s, policy.max_days, zone),
            days_before(now_s, policy.min_days, zone),
            days_before(now_s, min(SPARED_DAYS, policy.min_days), zone),
        )

    def rank(self, end_s: float) -> int:
        """Line of the order of deletion: 0 not promised, 1 promised, 2 spared."""
        if end_s <= self.promised_s:
            return 0
        return 1 if end_s <= self.spared_s else 2


def _deletion(holding: Holding, why: Why, limit: _Limits, now_s: float, zone: ZoneInfo) -> Deletion:
    return Deletion(
        holding,
        why,
        limit.promised,
        days_between(holding.span.end_s, now_s, zone),
        breaks=why is Why.DISK_FULL,
    )
