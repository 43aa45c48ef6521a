"""Exams in the database."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.db.base import Base
from api.db.camera import Camera
from api.db.exam import Exam, ExamDuty, ExamRoom, ExamRoomCamera, ExamSession, ExamSitting
from api.db.locking import FROM_WRITERS
from api.db.organisation import School


class Occupied(NamedTuple):
    """When a room is sat in."""

    room_id: int
    session_id: int
    exam: str
    session: str
    starts_at: datetime
    ends_at: datetime


class Shows(NamedTuple):
    """A sitting whose row shows a camera."""

    school_id: str
    sitting_id: int
    session_id: int
    exam_id: int


class Sat(NamedTuple):
    """A sitting with all it belongs to."""

    sitting: ExamSitting
    session: ExamSession
    room: ExamRoom
    exam: Exam


class ExamRepository:
    """Reads and writes ``exams`` and what belongs to them."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def exams(self) -> list[Exam]:
        """All, the newest first."""
        return list(await self._session.scalars(select(Exam).order_by(Exam.id.desc())))

    async def get(self, exam_id: int) -> Exam | None:
        """One."""
        return await self._session.scalar(select(Exam).where(Exam.id == exam_id))

    async def lock(self, exam_id: int) -> Exam | None:
        """One, kept from others until the unit of work ends."""
        return await self._session.get(Exam, exam_id, with_for_update=FROM_WRITERS)

    async def is_named(self, name: str) -> bool:
        """Whether there is an exam of that name."""
        return await self._session.scalar(select(Exam.id).where(Exam.name == name)) is not None

    async def add_all(self, rows: Iterable[Base]) -> None:
        """Add rows, so that their numbers are known."""
        self._session.add_all(rows)
        await self._session.flush()

    # --- sessions ---------------------------------------------------------------------------

    async def sessions(self, exam_id: int) -> list[ExamSession]:
        """An exam's sessions, in order."""
        query = select(ExamSession).where(ExamSession.exam_id == exam_id)
        return list(
            await self._session.scalars(query.order_by(ExamSession.starts_at, ExamSession.id))
        )

    async def session(self, exam_id: int, session_id: int) -> ExamSession | None:
        """One of an exam's sessions."""
        query = select(ExamSession).where(
            ExamSession.id == session_id, ExamSession.exam_id == exam_id
        )
        return await self._session.scalar(query)

    async def counts(self, session_ids: Collection[int]) -> dict[int, int]:
        """How many rooms in scope sit each of these sessions."""
        query = (
            select(ExamSitting.session_id, func.count(ExamSitting.id))
            .where(ExamSitting.session_id.in_(session_ids))
            .group_by(ExamSitting.session_id)
        )
        return {row[0]: row[1] for row in await self._session.execute(query)}

    async def sealed_sessions(self, exam_id: int) -> set[int]:
        """Sessions of which a room was sealed."""
        query = (
            select(ExamSitting.session_id)
            .join(ExamSession, ExamSession.id == ExamSitting.session_id)
            .where(ExamSession.exam_id == exam_id, ExamSitting.sealed_at.is_not(None))
            .distinct()
        )
        return set(await self._session.scalars(query))

    async def roster(self, session_ids: Collection[int]) -> dict[int, list[str]]:
        """Who is in the control room, by session."""
        query = select(ExamDuty).where(ExamDuty.session_id.in_(session_ids))
        found: dict[int, list[str]] = {}
        for row in await self._session.scalars(query.order_by(ExamDuty.username)):
            found.setdefault(row.session_id, []).append(row.username)
        return found

    async def put_roster(self, session_id: int, usernames: Collection[str]) -> None:
        """Say who is in the control room, in place of who was."""
        await self._session.execute(delete(ExamDuty).where(ExamDuty.session_id == session_id))
        self._session.add_all(
            ExamDuty(session_id=session_id, username=name) for name in sorted(usernames)
        )
        await self._session.flush()

    # --- rooms ------------------------------------------------------------------------------

    async def lock_schools(self, school_ids: Collection[str]) -> set[str]:
        """Those of these schools that are in use, kept from others who change their rooms."""
        query = (
            select(School.school_id)
            .where(School.school_id.in_(school_ids), School.closed_at.is_(None))
            .order_by(School.school_id)
            .with_for_update(key_share=True)
        )
        return set(await self._session.scalars(query))

    async def school_names(self, school_ids: Collection[str]) -> dict[str, tuple[str, str]]:
        """Chinese and English names."""
        query = select(School.school_id, School.name_zh, School.name_en).where(
            School.school_id.in_(school_ids)
        )
        return {row[0]: (row[1], row[2]) for row in await self._session.execute(query)}

    async def rooms(self, school_ids: Collection[str]) -> dict[tuple[str, str], ExamRoom]:
        """Rooms of these schools, by school and code."""
        query = select(ExamRoom).where(ExamRoom.school_id.in_(school_ids))
        return {(row.school_id, row.code): row for row in await self._session.scalars(query)}

    async def cameras(self, school_ids: Collection[str]) -> dict[tuple[str, str], int]:
        """Cameras in use of these schools, by school and id."""
        query = select(Camera.school_id, Camera.camera_id, Camera.id).where(
            Camera.school_id.in_(school_ids), Camera.retired_at.is_(None)
        )
        return {(row[0], row[1]): row[2] for row in await self._session.execute(query)}

    async def cameras_of_rooms(self, room_ids: Collection[int]) -> dict[int, list[int]]:
        """Cameras that see these rooms, by room."""
        query = select(ExamRoomCamera.room_id, ExamRoomCamera.camera_key)
        query = query.where(ExamRoomCamera.room_id.in_(room_ids)).order_by(
            ExamRoomCamera.camera_key
        )
        found: dict[int, list[int]] = {}
        for room_id, key in await self._session.execute(query):
            found.setdefault(room_id, []).append(key)
        return found

    async def camera_ids_of_rooms(self, room_ids: Collection[int]) -> dict[int, list[str]]:
        """Those of them in use, by the names that people give them."""
        query = (
            select(ExamRoomCamera.room_id, Camera.camera_id)
            .join(Camera, Camera.id == ExamRoomCamera.camera_key)
            .where(ExamRoomCamera.room_id.in_(room_ids), Camera.retired_at.is_(None))
            .order_by(Camera.camera_id)
        )
        found: dict[int, list[str]] = {}
        for room_id, camera_id in await self._session.execute(query):
            found.setdefault(room_id, []).append(camera_id)
        return found

    async def put_cameras(self, told: dict[int, Collection[int]]) -> None:
        """Say which cameras see these rooms, in place of those that did."""
        await self._session.execute(
            delete(ExamRoomCamera).where(ExamRoomCamera.room_id.in_(told)),
            execution_options={"synchronize_session": False},
        )
        self._session.add_all(
            ExamRoomCamera(room_id=room_id, camera_key=key)
            for room_id, keys in told.items()
            for key in sorted(keys)
        )
        await self._session.flush()

    # --- sittings ---------------------------------------------------------------------------

    async def sittings(self, exam_id: int) -> dict[tuple[int, int], ExamSitting]:
        """An exam's sittings in scope, by session and room."""
        query = (
            select(ExamSitting)
            .join(ExamSession, ExamSession.id == ExamSitting.session_id)
            .where(ExamSession.exam_id == exam_id)
        )
        return {(row.session_id, row.room_id): row for row in await self._session.scalars(query)}

    async def of_session(
        self, session_id: int, only: Collection[int] | None = None
    ) -> list[tuple[ExamSitting, ExamRoom]]:
        """A session's sittings in scope with their rooms, by school and code; or these alone."""
        query = (
            select(ExamSitting, ExamRoom)
            .join(ExamRoom, ExamRoom.id == ExamSitting.room_id)
            .where(ExamSitting.session_id == session_id)
            .order_by(ExamRoom.school_id, ExamRoom.code)
        )
        if only is not None:
            query = query.where(ExamSitting.id.in_(only))
        return [(row[0], row[1]) for row in await self._session.execute(query)]

    async def showing(
        self, camera_keys: Collection[int], begin: datetime, end: datetime
    ) -> list[Shows]:
        """Sittings of sessions that meet a span and whose room one of these cameras sees."""
        query = (
            select(ExamSitting.school_id, ExamSitting.id, ExamSession.id, ExamSession.exam_id)
            .join(ExamRoomCamera, ExamRoomCamera.room_id == ExamSitting.room_id)
            .join(ExamSession, ExamSession.id == ExamSitting.session_id)
            .where(
                ExamRoomCamera.camera_key.in_(camera_keys),
                ExamSession.starts_at < end,
                ExamSession.ends_at > begin,
            )
            .distinct()
            .order_by(ExamSitting.id)
        )
        return [Shows(*row) for row in await self._session.execute(query)]

    async def sat(self, sitting_id: int, *, lock: bool = False) -> Sat | None:
        """A sitting with all it belongs to."""
        query = (
            select(ExamSitting, ExamSession, ExamRoom, Exam)
            .join(ExamSession, ExamSession.id == ExamSitting.session_id)
            .join(ExamRoom, ExamRoom.id == ExamSitting.room_id)
            .join(Exam, Exam.id == ExamSession.exam_id)
            .where(ExamSitting.id == sitting_id)
        )
        if lock:
            query = query.with_for_update(of=ExamSitting, key_share=True)
        row = (await self._session.execute(query)).one_or_none()
        return None if row is None else Sat(*row)

    async def occupied(
        self, school_ids: Sequence[str], begin: datetime, end: datetime
    ) -> list[Occupied]:
        """When rooms of these schools are sat in, whatever the exam, as far as that meets a span.

        What was changed in this unit of work counts.
        """
        await self._session.flush()
        query = (
            select(
                ExamSitting.room_id,
                ExamSession.id,
                Exam.name,
                ExamSession.name,
                ExamSession.starts_at,
                ExamSession.ends_at,
            )
            .join(ExamSession, ExamSession.id == ExamSitting.session_id)
            .join(Exam, Exam.id == ExamSession.exam_id)
            .where(
                ExamSitting.school_id.in_(school_ids),
                ExamSession.starts_at < end,
                ExamSession.ends_at > begin,
            )
            .order_by(ExamSitting.room_id, ExamSession.starts_at, ExamSession.id)
        )
        return [Occupied(*row) for row in await self._session.execute(query)]
