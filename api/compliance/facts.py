"""Keeps what boxes tell of footage, day by day, until it is judged and judged again."""

from __future__ import annotations

from datetime import date

from api.bus.work import UnitOfWork
from api.compliance.footage_repository import FootageRepository
from api.compliance.history import day_before, day_facts, told_on
from api.contract import RetentionStatus
from api.contract.footage.held import held_of


async def keep_facts(work: UnitOfWork, camera_key: int, status: RetentionStatus, day: date) -> None:
    """Keep what a report says of the day it was made on, whenever it arrives.

    Of two reports of a day the later one stands. What was told on the next day stays what it was,
    although it is written down as what changed since this one.
    """
    footage = FootageRepository(work.session)
    days = await footage.neighbours(camera_key, day)
    rows = []
    if days:
        oldest_ms = await footage.oldest_told_ms([camera_key], days[0], days[-1])
        assert oldest_ms is not None
        first = min(days[0], day_before(oldest_ms))
        rows = (await footage.rows([camera_key], first, days[-1]))[camera_key]
    known = {row.day: held for row, held in zip(rows, told_on(rows), strict=True)}
    of_day = known.pop(day, None)
    as_of_ms = round(status.as_of.timestamp() * 1000)
    if of_day is not None and of_day.as_of_ms >= as_of_ms:
        return
    before = max((each for each in known if each < day), default=None)
    after = min((each for each in known if each > day), default=None)
    held_before = None if before is None else known[before]
    held = held_of(status, of_day or held_before)
    more = {
        "broken_count": len(status.broken_promises),
        "clock_offset_s": status.clock_offset_s,
    }
    await footage.put(camera_key, day_facts(day, held, held_before), more)
    if after is not None:
        await footage.change(camera_key, day_facts(after, known[after], held))
    await footage.mark_due(camera_key, day, as_of_ms)
