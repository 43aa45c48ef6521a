"""The moment by which things expire: kept in the database, and never beyond what the boxes say.

``api.contract.ageing`` says how fast it may go; the boxes' own clocks, as far as any is there, are
asked as well.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from api.alerts import service as alerts
from api.bus.work import UnitOfWork
from api.contract.ageing import BEHIND_S, Ageing
from api.db.expiry_mark import ExpiryMark
from api.workers import service as workers

if TYPE_CHECKING:
    from api.runtime import Runtime

BEHIND = timedelta(seconds=BEHIND_S)
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
        self._ageing = Ageing()

    async def move(self, runtime: Runtime, work: UnitOfWork) -> ExpiryState:
        """Move it on as far as may be; answers how it stands now."""
        now = work.now
        state = await read_state(work.session, now, runtime.settings.lost_after_s)
        # A first start trusts the newest alert before it trusts the clock.
        before = state.at or await alerts.newest_arrival(work.session) or now
        boxes = now + min(state.boxes_off or timedelta(), timedelta())
        at_s = self._ageing.move(
            before.timestamp(), now.timestamp(), self._mono(), boxes.timestamp()
        )
        at = min(datetime.fromtimestamp(at_s, UTC), now)
        await work.session.merge(ExpiryMark(id=_ONLY_ROW, at=at))
        return ExpiryState(at, state.boxes_off)
