"""What was seen on screens, in the database."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.db.camera import Camera
from api.db.exam import ExamRoomCamera, ExamShowing, ExamSitting
from api.db.upsert import insert_if_absent

_APART_MS = 5000
"""Whoever looks again sooner has not looked away."""


class Shown(NamedTuple):
    """How a room was seen, overlapping times once."""

    times: int
    shown_ms: int
    first_ms: int
    last_ms: int
    unseen_ms: int
    """The longest between two of them."""


class ShowingRow(NamedTuple):
    """Somebody saw a camera."""

    username: str
    camera_id: str
    from_ms: int
    to_ms: int
    frames: int


class PatrolRepository:
    """Reads and writes ``exam_showings``."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def seen_by(self, sitting_ids: Collection[int]) -> dict[tuple[int, int], tuple[str, str]]:
        """School and name of the cameras of these sittings' rooms, by sitting and camera."""
        query = (
            select(ExamSitting.id, Camera.id, ExamSitting.school_id, Camera.camera_id)
            .join(ExamRoomCamera, ExamRoomCamera.room_id == ExamSitting.room_id)
            .join(Camera, Camera.id == ExamRoomCamera.camera_key)
            .where(ExamSitting.id.in_(sitting_ids))
        )
        return {(row[0], row[1]): (row[2], row[3]) for row in await self._session.execute(query)}

    async def sittings(self, session_id: int, ids: Collection[int]) -> set[int]:
        """Those of them that are this session's."""
        query = select(ExamSitting.id).where(
            ExamSitting.session_id == session_id, ExamSitting.id.in_(ids)
        )
        return set(await self._session.scalars(query))

    async def known(self, showing_ids: Collection[UUID]) -> dict[UUID, ExamShowing]:
        """Showings that were told before, by the console's name of them."""
        query = select(ExamShowing).where(ExamShowing.showing_id.in_(showing_ids))
        return {row.showing_id: row for row in await self._session.scalars(query)}

    async def add(self, values: dict[str, Any]) -> bool:
        """Keep a showing unless its name is known; answers whether it was new."""
        return await insert_if_absent(self._session, ExamShowing, values)

    async def shown(self, sitting_ids: Collection[int]) -> dict[int, Shown]:
        """How these rooms were seen, those that were."""
        row = ExamShowing
        before = func.max(row.to_ms).over(
            partition_by=row.sitting_id, order_by=(row.from_ms, row.id), rows=(None, -1)
        )
        each = (
            select(row.sitting_id, row.from_ms, row.to_ms, before.label("before_ms"))
            .where(row.sitting_id.in_(sitting_ids))
            .subquery()
        )
        at = each.c
        is_first = at.before_ms.is_(None)
        query = select(
            at.sitting_id,
            func.sum(case((or_(is_first, at.from_ms > at.before_ms + _APART_MS), 1), else_=0)),
            func.sum(
                case(
                    (or_(is_first, at.from_ms >= at.before_ms), at.to_ms - at.from_ms),
                    (at.to_ms > at.before_ms, at.to_ms - at.before_ms),
                    else_=0,
                )
            ),
            func.min(at.from_ms),
            func.max(at.to_ms),
            func.max(case((at.from_ms > at.before_ms, at.from_ms - at.before_ms), else_=0)),
        ).group_by(at.sitting_id)
        rows = await self._session.execute(query)
        return {found[0]: Shown(*(int(value) for value in found[1:])) for found in rows}

    async def page(self, sitting_id: int, limit: int) -> tuple[list[ShowingRow], int]:
        """The newest showings of a room, and how many there are."""
        of = ExamShowing.sitting_id == sitting_id
        query = (
            select(
                ExamShowing.username,
                Camera.camera_id,
                ExamShowing.from_ms,
                ExamShowing.to_ms,
                ExamShowing.frames,
            )
            .join(Camera, Camera.id == ExamShowing.camera_key)
            .where(of)
            .order_by(ExamShowing.from_ms.desc(), ExamShowing.id.desc())
            .limit(limit)
        )
        total = await self._session.scalar(select(func.count(ExamShowing.id)).where(of))
        return [ShowingRow(*row) for row in await self._session.execute(query)], total or 0
