"""Tells consoles of rows of a table that changed by what boxes say of a room's cameras."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from api.bus.work import UnitOfWork
from api.exams.repository import ExamRepository
from api.exams.schemas import SittingEvent

_BEFORE = timedelta(days=8)
"""Rooms are tested a week before."""
_AFTER = timedelta(days=1)
"""What was fetched after an outage, and what is sealed the next morning."""


async def tell_of_cameras(work: UnitOfWork, keys: Collection[int]) -> None:
    """What is known of these cameras' footage is new: rows of sessions near now are read again.

    How a camera is now stands in its own event.
    """
    near = await ExamRepository(work.session).showing(keys, work.now - _AFTER, work.now + _BEFORE)
    for row in near:
        event = SittingEvent(
            sitting_id=row.sitting_id, session_id=row.session_id, exam_id=row.exam_id
        )
        work.emit("exam", str(row.sitting_id), row.school_id, event.model_dump_json())
