"""When a promise will break, at today's bit rate: said before it happens.

The future is played day by day with the planner's own order of deletion: every camera adds one
day's bytes, what is too old goes, and what does not fit goes. The first day on which footage goes
that was promised is the day the console shows.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from api.contract.footage.school_days import local_day, midnight_s
from api.contract.footage.spans import Span, clip, merge, total_s
from pipeline.recorders.retention import NO_PROMISE, SPARED_DAYS, Holding, RetentionPolicy

_MIN_MEASURED_S = 600.0
_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Forecast:
    """What awaits one camera.

    Attributes:
        bytes_per_day: Measured, 0 when it recorded too little to tell.
        reachable_days: Days of it the disk will hold when all goes on like this.
        breaks_on: First day on which its promise breaks; None when it never does.
    """

    bytes_per_day: int
    reachable_days: float
    breaks_on: date | None


@dataclass(slots=True)
class _Camera:
    """A camera's future: bytes of each day, oldest first."""

    policy: RetentionPolicy
    rate: int
    days: deque[list[int]] = field(default_factory=deque)
    breaks_on: date | None = None

    def rank(self, today: int) -> tuple[int, int, int]:
        """When its oldest day goes, in the planner's order."""
        age = today - self.days[0][0]
        if age >= self.policy.min_days:
            return (0, 0, self.days[0][0])
        if age >= min(SPARED_DAYS, self.policy.min_days):
            return (1, self.policy.min_days, self.days[0][0])
        return (2, 0, self.days[0][0])


def bytes_per_day(holdings: Sequence[Holding], now_s: float) -> int:
    """Today's rate of one camera: bytes of the last day's footage over its seconds.

    Pauses do not make a camera look cheaper. 0 with less than ten minutes of footage.
    """
    day = Span(now_s - _DAY_S, now_s)
    recent = [h for h in holdings if h.span.end_s > day.start_s]
    seconds = total_s(clip(merge(h.span for h in recent), day))
    if seconds < _MIN_MEASURED_S:
        return 0
    inside = sum(h.size_bytes * total_s(clip([h.span], day)) / h.span.seconds for h in recent)
    return round(inside / seconds * _DAY_S)


def forecast(
    holdings: Mapping[str, Sequence[Holding]],
    policies: Mapping[str, RetentionPolicy],
    *,
    rates: Mapping[str, int],
    capacity_bytes: int,
    now_s: float,
    zone: ZoneInfo,
) -> dict[str, Forecast]:
    """Play the future of one disk.

    Args:
        holdings: Footage by camera, in pieces of an hour or less; may lack cameras.
        rates: Bytes a day by camera, as ``bytes_per_day`` measures them.
        policies: By camera.
        capacity_bytes: What footage may fill, that which is there included.
        now_s: Seconds since the epoch.
        zone: The school's.
    """
    today = local_day(now_s, zone)
    base = today.toordinal()
    cameras: dict[str, _Camera] = {}
    used = 0
    for name in sorted({*holdings, *policies}):
        own = holdings.get(name, ())
        camera = _Camera(policies.get(name, NO_PROMISE), rates.get(name, 0))
        per_day: dict[int, int] = {}
        for holding in own:
            used += holding.size_bytes
            if not holding.is_held:  # held bytes fill the disk and never go
                day = local_day(holding.span.end_s, zone).toordinal()
                per_day[day] = per_day.get(day, 0) + holding.size_bytes
        camera.days.extend([day, size] for day, size in sorted(per_day.items()))
        cameras[name] = camera
    rest_of_today = (midnight_s(today + timedelta(days=1), zone) - now_s) / _DAY_S
    for camera in cameras.values():
        if camera.rate:
            used += _add(camera, base, round(camera.rate * rest_of_today))
    horizon = 2 + 2 * max((c.policy.min_days for c in cameras.values()), default=0)
    # Until the disk is full for the first time nothing can break.
    daily = sum(c.rate for c in cameras.values())
    if daily > 0:
        horizon += max(0, capacity_bytes - used) // daily
    for ahead in range(1, min(horizon, 4000) + 1):
        used = _next_day(cameras, base + ahead, used, capacity_bytes)
    return {
        name: Forecast(camera.rate, _reachable(camera), camera.breaks_on)
        for name, camera in cameras.items()
    }


def _next_day(cameras: Mapping[str, _Camera], today: int, used: int, capacity: int) -> int:
    for camera in cameras.values():
        if camera.rate:
            used += _add(camera, today, camera.rate)
        limit = camera.policy.max_days
        while limit is not None and camera.days and today - camera.days[0][0] > limit:
            used -= camera.days.popleft()[1]
    while used > capacity:
        candidates = [c for c in cameras.values() if c.days]
        if not candidates:
            break
        victim = min(candidates, key=lambda c: c.rank(today))
        if victim.rank(today)[0] > 0 and victim.breaks_on is None:
            victim.breaks_on = date.fromordinal(today)
        oldest = victim.days[0]
        taken = min(oldest[1], used - capacity)
        oldest[1] -= taken
        used -= taken
        if oldest[1] == 0:
            victim.days.popleft()
    return used


def _add(camera: _Camera, day: int, size: int) -> int:
    if camera.days and camera.days[-1][0] == day:
        camera.days[-1][1] += size
    else:
        camera.days.append([day, size])
    return size


def _reachable(camera: _Camera) -> float:
    """Days held at the end of the play: whole ones and what is left of the oldest."""
    if not camera.rate:
        return float(len(camera.days))
    return round(sum(size for _, size in camera.days) / camera.rate, 2)
