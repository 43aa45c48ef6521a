"""Boxes and the codes to enrol them in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.db.camera import Camera, Worker
from api.db.locking import FROM_WRITERS
from api.db.organisation import Box, EnrolmentCode, School


@dataclass(frozen=True, slots=True)
class BoxRow:
    """A box, its school, and what became of its code."""

    box: Box
    school: School
    last_used_at: datetime | None
    camera_count: int
    code_expires_at: datetime | None


class BoxRepository:
    """Reads and writes ``boxes`` and ``enrolment_codes``."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def of_token(self, token_sha256: str) -> tuple[Box, School] | None:
        """The box of a token, and its school; revoked or not."""
        query = (
            select(Box, School)
            .join(School, School.school_id == Box.school_id)
            .where(Box.token_sha256 == token_sha256)
        )
        row = (await self._session.execute(query)).one_or_none()
        return None if row is None else (row[0], row[1])

    async def named(self, name: str) -> Sequence[Box]:
        """Boxes of a name in any school, the oldest first."""
        return list(
            await self._session.scalars(select(Box).where(Box.name == name).order_by(Box.id))
        )

    async def of_school(self, school_id: str, name: str) -> Box | None:
        """A school's box of a name."""
        query = select(Box).where(Box.school_id == school_id, Box.name == name)
        return await self._session.scalar(query)

    async def lock(self, box_id: int) -> Box | None:
        """One box, kept from others until the unit of work ends."""
        return await self._session.get(Box, box_id, with_for_update=FROM_WRITERS)

    async def add(self, box: Box) -> None:
        """Add a box; it has its number afterwards."""
        self._session.add(box)
        await self._session.flush()

    async def is_unused(self, box_id: int) -> bool:
        """Whether a box never said anything that was taken."""
        for column in (Worker.box_id, Camera.box_id):
            query = select(column).where(column == box_id).limit(1)
            if await self._session.scalar(query) is not None:
                return False
        return True

    async def count_refusals(self, box_id: int, count: int, code: str, at: datetime) -> None:
        """Count what was refused of a box."""
        await self._session.execute(
            update(Box)
            .where(Box.id == box_id)
            .values(refused=Box.refused + count, refused_at=at, refused_code=code)
        )

    async def rows(self, box_ids: Sequence[int] | None = None) -> list[BoxRow]:
        """Boxes with what is shown of them, by school and name."""
        await self._session.flush()
        seen = (
            select(Worker.box_id, func.max(Worker.last_seen_at).label("at"))
            .group_by(Worker.box_id)
            .subquery()
        )
        cameras = (
            select(Camera.box_id, func.count().label("count"))
            .where(Camera.retired_at.is_(None))
            .group_by(Camera.box_id)
            .subquery()
        )
        codes = (
            select(EnrolmentCode.box_id, func.max(EnrolmentCode.expires_at).label("at"))
            .where(EnrolmentCode.used_at.is_(None))
            .group_by(EnrolmentCode.box_id)
            .subquery()
        )
        query = (
            select(Box, School, seen.c.at, cameras.c.count, codes.c.at)
            .join(School, School.school_id == Box.school_id)
            .outerjoin(seen, seen.c.box_id == Box.id)
            .outerjoin(cameras, cameras.c.box_id == Box.id)
            .outerjoin(codes, codes.c.box_id == Box.id)
            .order_by(Box.school_id, Box.name)
        )
        if box_ids is not None:
            query = query.where(Box.id.in_(box_ids))
        return [
            BoxRow(box, school, seen_at, count or 0, code_at)
            for box, school, seen_at, count, code_at in await self._session.execute(query)
        ]

    async def forget_codes(self, box_id: int) -> None:
        """Let the codes of a box that nobody used run out."""
        await self._session.execute(
            update(EnrolmentCode)
            .where(EnrolmentCode.box_id == box_id, EnrolmentCode.used_at.is_(None))
            .values(expires_at=EnrolmentCode.created_at)
        )

    def add_code(self, code: EnrolmentCode) -> None:
        """Keep a code."""
        self._session.add(code)

    async def lock_code(self, code_sha256: str) -> EnrolmentCode | None:
        """One code, kept from others until the unit of work ends."""
        return await self._session.get(EnrolmentCode, code_sha256, with_for_update=FROM_WRITERS)
