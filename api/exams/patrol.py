"""Patrol: which rooms were really seen on a screen. A page tells what it saw; what cannot be is
not kept.

The page vouches that pictures were put on a screen that was open; that these pictures were sent to
this person then stands in the access log, and is looked up there.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.audit import service as audit
from api.bus.work import UnitOfWork
from api.db.exam import ExamSession
from api.exams.patrol_repository import PatrolRepository, Shown
from api.exams.patrol_schemas import (
    NotCounted,
    RefusedShowing,
    ShowingList,
    ShowingsTaken,
    ShowingView,
    ShowingWrite,
)
from api.exams.repository import ExamRepository
from api.exams.schemas import ShownView
from api.kit.errors import NotFoundError

MOST_LISTED = 200


async def take(
    work: UnitOfWork, exam_id: int, session_id: int, told: list[ShowingWrite], username: str
) -> ShowingsTaken:
    """Keep what a page saw; what was told before becomes longer.

    Raises:
        NotFoundError: If there is no such session, or it has not that room in scope.
    """
    of = await ExamRepository(work.session).session(exam_id, session_id)
    stored = PatrolRepository(work.session)
    wanted = {each.sitting_id for each in told}
    if of is None or await stored.sittings(session_id, wanted) != wanted:
        raise NotFoundError("no such room in this session")
    patrol = _Patrol(work, stored, of, username)
    await patrol.read(told)
    refused = []
    for each in told:
        why = await patrol.keep(each)
        if why is not None:
            refused.append(RefusedShowing(id=each.id, why=why))
    return ShowingsTaken(counted=len(told) - len(refused), refused=refused)


class _Patrol:
    """What one person saw of one session."""

    def __init__(
        self, work: UnitOfWork, stored: PatrolRepository, of: ExamSession, username: str
    ) -> None:
        self._work, self._stored, self._of, self._username = work, stored, of, username

    async def read(self, told: list[ShowingWrite]) -> None:
        self._cameras = await self._stored.seen_by({each.sitting_id for each in told})
        self._known = await self._stored.known({each.id for each in told})

    async def keep(self, told: ShowingWrite) -> NotCounted | None:
        """Keep it, or say why not."""
        camera = self._cameras.get((told.sitting_id, told.camera_key))
        if camera is None:
            return NotCounted.OTHER_CAMERA
        now = ms_of(self._work.now)
        begin = max(now - told.began_ms_ago, ms_of(self._of.starts_at))
        end = min(now - told.ended_ms_ago, ms_of(self._of.ends_at))
        if end <= begin:
            return NotCounted.OUTSIDE_SESSION
        row = self._known.get(told.id)
        if row is not None:
            own = (row.username, row.sitting_id, row.camera_key)
            if own != (self._username, told.sitting_id, told.camera_key):
                return NotCounted.OTHER_CAMERA
            row.to_ms, row.frames = max(row.to_ms, end), max(row.frames, told.frames)
            return None
        was_sent = await audit.was_watching(
            self._work.session, self._username, camera, moment_of(begin), moment_of(end)
        )
        if not was_sent:
            return NotCounted.NOT_SENT
        values: dict[str, Any] = {
            "showing_id": told.id,
            "school_id": camera[0],
            "sitting_id": told.sitting_id,
            "camera_key": told.camera_key,
            "username": self._username,
            "from_ms": begin,
            "to_ms": end,
            "frames": told.frames,
        }
        await self._stored.add(values)
        return None


async def list_showings(session: AsyncSession, sitting_id: int) -> ShowingList:
    """Who saw a room, the newest first.

    Raises:
        NotFoundError: If there is no such sitting in scope.
    """
    if await ExamRepository(session).sat(sitting_id) is None:
        raise NotFoundError("no such sitting")
    rows, total = await PatrolRepository(session).page(sitting_id, MOST_LISTED)
    items = [
        ShowingView(
            username=row.username,
            camera_id=row.camera_id,
            from_at=moment_of(row.from_ms),
            to_at=moment_of(row.to_ms),
            frames=row.frames,
        )
        for row in rows
    ]
    return ShowingList(items=items, total=total)


def shown_view(found: Shown | None, of: ExamSession, now: datetime) -> ShownView:
    """How a room was seen so far, and for how long nobody saw it."""
    begin, until = ms_of(of.starts_at), ms_of(min(now, of.ends_at))
    if found is None:
        unseen = max(0, until - begin)
        last_at = None
    else:
        unseen = max(found.first_ms - begin, found.unseen_ms, until - found.last_ms)
        last_at = moment_of(found.last_ms)
    return ShownView(
        times=0 if found is None else found.times,
        seconds=0 if found is None else found.shown_ms / 1000,
        last_at=last_at,
        longest_unseen_s=None if now < of.starts_at else unseen / 1000,
    )


def ms_of(moment: datetime) -> int:
    """Milliseconds of UTC since 1970."""
    return round(moment.timestamp() * 1000)


def moment_of(at_ms: int) -> datetime:
    """Of milliseconds of UTC since 1970."""
    return datetime.fromtimestamp(at_ms / 1000, UTC)
