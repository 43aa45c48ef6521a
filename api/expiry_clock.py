"""The moment by which things expire, which trusts no single clock.

What is deleted in error cannot be had back, and a clock may jump by years: a dead battery, a wrong
time server. So expiry has a time of its own, kept in the database. It follows the system's clock,
but never faster than a few days for each day this process really ran, and never beyond what the
boxes' own clocks say, as far as any is there. Whoever is mistaken by years has days to notice.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from api.alerts import service as alerts
from api.bus.work import UnitOfWork
from api.db.expiry_mark import ExpiryMark
from api.workers import service as workers

if TYPE_CHECKING:
    from api.runtime import Runtime

DAYS_A_DAY = 4.0
"""What a day of running may expire at most, in days of age: enough for a machine that is switched
on for eight hours a day, and for one that was off all summer to catch up."""
BEHIND = timedelta(days=2)
"""So far behind the system's clock is an alarm."""
_ONLY_ROW = 1


@dataclass(frozen=True, slots=True)
class ExpiryState:
    """How expiry's time stands.

    Attributes:
        at: It; None before the first round.
        boxes_off: The boxes' clocks minus ours, in the middle; None when no box is there.
    """

    at: datetime | None
    boxes_off: timedelta | None

    def waits(self, now: datetime) -> bool:
        """Whether it is far behind, or the clocks disagree: somebody has to look."""
        is_behind = self.at is not None and now - self.at > BEHIND
        return is_behind or (self.boxes_off is not None and abs(self.boxes_off) > BEHIND)


async def read_state(session: AsyncSession, now: datetime, lost_after_s: float) -> ExpiryState:
    """How expiry's time stands."""
    mark = await session.get(ExpiryMark, _ONLY_ROW)
    offsets_s = [
        worker.clock_offset_s
        for worker in await workers.list_workers(session, now, lost_after_s)
        if not worker.lost
    ]
    off = timedelta(seconds=statistics.median(offsets_s)) if offsets_s else None
    return ExpiryState(None if mark is None else mark.at, off)


class ExpiryClock:
    """Moves expiry's time on.

    Args:
        mono: Seconds of a clock that only goes forward.
    """

    def __init__(self, mono: Callable[[], float] = time.monotonic) -> None:
        self._mono = mono
        self._seen: tuple[datetime, float] | None = None
        """Where expiry's time stood when this process first looked, and when that was."""

    async def move(self, runtime: Runtime, work: UnitOfWork) -> ExpiryState:
        """Move it on as far as may be; answers how it stands now."""
        state = await read_state(work.session, work.now, runtime.settings.lost_after_s)
        # A first start trusts the newest alert before it trusts the clock.
        before = state.at or await alerts.newest_arrival(work.session) or work.now
        if self._seen is None or work.now < self._seen[0]:
            self._seen = (min(before, work.now), self._mono())
        seen_at, seen_mono_s = self._seen
        allowed = seen_at + timedelta(seconds=(self._mono() - seen_mono_s) * DAYS_A_DAY)
        boxes = work.now + min(state.boxes_off or timedelta(), timedelta())
        at = min(max(before, min(boxes, allowed)), work.now)
        await work.session.merge(ExpiryMark(id=_ONLY_ROW, at=at))
        if at == work.now:
            self._seen = (at, self._mono())
        return ExpiryState(at, state.boxes_off)
