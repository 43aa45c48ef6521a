"""Holds, packages and releases in the database."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import and_, delete, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from api.db.base import Base
from api.db.camera import Camera
from api.db.exam import Exam, ExamRoom, ExamRoomCamera, ExamSession, ExamShowing, ExamSitting
from api.db.exam_keeping import ExamHold, ExamPackage, ExamRelease
from api.exams.repository import Sat
from api.exams.schemas import PackageState

_AT_ONCE = 1000
"""Rows deleted in one statement."""


class HeldCamera(NamedTuple):
    """Hours of a camera that are to be kept."""

    camera_id: str
    starts_at: datetime
    ends_at: datetime


class Held(NamedTuple):
    """A hold and what it is of."""

    hold: ExamHold
    sat: Sat


class Released(NamedTuple):
    """A request with its package and what it is of."""

    release: ExamRelease
    package: ExamPackage
    sat: Sat


class KeepingRepository:
    """Reads and writes ``exam_holds``, ``exam_packages`` and ``exam_releases``."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, row: Base) -> None:
        """Write a new row; it has its number afterwards."""
        self._session.add(row)
        await self._session.flush()

    async def boxes_of(self, camera_keys: Collection[int]) -> dict[int, int | None]:
        """Which box reports each of these cameras in use."""
        query = select(Camera.id, Camera.box_id).where(
            Camera.id.in_(camera_keys), Camera.retired_at.is_(None)
        )
        return {row[0]: row[1] for row in await self._session.execute(query)}

    # --- holds ------------------------------------------------------------------------------

    async def holds(self, sitting_id: int | None = None, limit: int = 500) -> list[Held]:
        """Of one sitting or of all in scope: those not lifted first, by their end."""
        query = _with_sat(select(ExamHold, ExamSitting, ExamSession, ExamRoom, Exam), ExamHold)
        if sitting_id is not None:
            query = query.where(ExamHold.sitting_id == sitting_id)
        query = query.order_by(ExamHold.lifted_at.is_not(None), ExamHold.until, ExamHold.id).limit(
            limit
        )
        return [Held(row[0], Sat(*row[1:])) for row in await self._session.execute(query)]

    async def hold(self, hold_id: int) -> Held | None:
        """One, kept from others until the unit of work ends."""
        query = _with_sat(select(ExamHold, ExamSitting, ExamSession, ExamRoom, Exam), ExamHold)
        query = query.where(ExamHold.id == hold_id).with_for_update(of=ExamHold)
        row = (await self._session.execute(query)).one_or_none()
        return None if row is None else Held(row[0], Sat(*row[1:]))

    async def held(self, sitting_ids: Collection[int], now: datetime) -> set[int]:
        """Those of these sittings whose footage somebody holds now."""
        query = select(ExamHold.sitting_id).where(
            ExamHold.sitting_id.in_(sitting_ids), ExamHold.lifted_at.is_(None), ExamHold.until > now
        )
        return set(await self._session.scalars(query))

    async def held_hours(self, box_id: int, now: datetime) -> list[HeldCamera]:
        """What a box is to keep: of holds that are neither lifted nor over, and of packages that
        are still to be made.
        """
        is_held = exists().where(
            ExamHold.sitting_id == ExamSitting.id,
            ExamHold.lifted_at.is_(None),
            ExamHold.until > now,
        )
        is_awaited = exists().where(
            ExamPackage.sitting_id == ExamSitting.id,
            ExamPackage.state.in_(("ordered", "making")),
        )
        query = (
            select(Camera.camera_id, ExamSession.starts_at, ExamSession.ends_at)
            .join(ExamRoomCamera, ExamRoomCamera.camera_key == Camera.id)
            .join(ExamSitting, ExamSitting.room_id == ExamRoomCamera.room_id)
            .join(ExamSession, ExamSession.id == ExamSitting.session_id)
            .where(Camera.box_id == box_id, or_(is_held, is_awaited))
            .order_by(Camera.camera_id, ExamSession.starts_at)
            .distinct()
        )
        return [HeldCamera(*row) for row in await self._session.execute(query)]

    # --- packages ---------------------------------------------------------------------------

    async def packages(self, sitting_ids: Collection[int]) -> dict[int, ExamPackage]:
        """Of these sittings, those that were ordered."""
        query = select(ExamPackage).where(ExamPackage.sitting_id.in_(sitting_ids))
        return {row.sitting_id: row for row in await self._session.scalars(query)}

    async def package_states(self, sitting_ids: Collection[int]) -> dict[int, PackageState]:
        """How far packages are, by sitting."""
        query = select(ExamPackage.sitting_id, ExamPackage.state).where(
            ExamPackage.sitting_id.in_(sitting_ids)
        )
        return {row[0]: PackageState(row[1]) for row in await self._session.execute(query)}

    async def package(self, key: int) -> ExamPackage | None:
        """One by its number."""
        return await self._session.scalar(select(ExamPackage).where(ExamPackage.id == key))

    async def of_box(self, box_id: int, package_id: UUID) -> ExamPackage | None:
        """One as its box knows it, kept from others until the unit of work ends."""
        query = (
            select(ExamPackage)
            .where(ExamPackage.package_id == package_id, ExamPackage.box_id == box_id)
            .options(undefer(ExamPackage.facts))
            .with_for_update()
        )
        return await self._session.scalar(query)

    async def to_make(self, box_id: int, limit: int) -> list[ExamPackage]:
        """The oldest orders of a box, with their facts."""
        query = (
            select(ExamPackage)
            .where(ExamPackage.box_id == box_id, ExamPackage.state.in_(("ordered", "making")))
            .options(undefer(ExamPackage.facts))
            .order_by(ExamPackage.id)
            .limit(limit)
        )
        return list(await self._session.scalars(query))

    async def to_keep(self, box_id: int, over_since: datetime, now: datetime) -> list[UUID]:
        """Packages that stay on a box: of sessions that are not long over, and of held ones."""
        is_held = exists().where(
            ExamHold.sitting_id == ExamPackage.sitting_id,
            ExamHold.lifted_at.is_(None),
            ExamHold.until > now,
        )
        query = (
            select(ExamPackage.package_id)
            .join(ExamSitting, ExamSitting.id == ExamPackage.sitting_id)
            .join(ExamSession, ExamSession.id == ExamSitting.session_id)
            .where(
                ExamPackage.box_id == box_id,
                ExamPackage.state != "failed",
                or_(ExamSession.ends_at > over_since, is_held),
            )
        )
        return list(await self._session.scalars(query))

    async def to_send(self, box_id: int, now: datetime) -> list[ExamPackage]:
        """Packages of a box that two people agreed to hand out."""
        query = (
            select(ExamPackage)
            .join(ExamRelease, ExamRelease.package_key == ExamPackage.id)
            .where(
                ExamPackage.box_id == box_id,
                ExamPackage.state.in_(("collected", "sealed")),
                ExamRelease.state == "agreed",
                ExamRelease.expires_at > now,
            )
            .order_by(ExamPackage.id)
        )
        return list(await self._session.scalars(query))

    # --- releases ---------------------------------------------------------------------------

    async def releases(self, sitting_id: int | None = None, limit: int = 200) -> list[Released]:
        """Of one sitting or of all in scope, the newest first."""
        query = _released()
        if sitting_id is not None:
            query = query.where(ExamPackage.sitting_id == sitting_id)
        query = query.order_by(ExamRelease.id.desc()).limit(limit)
        return [
            Released(row[0], row[1], Sat(*row[2:])) for row in await self._session.execute(query)
        ]

    async def release(self, release_id: int) -> Released | None:
        """One, kept from others until the unit of work ends."""
        query = _released().where(ExamRelease.id == release_id).with_for_update(of=ExamRelease)
        row = (await self._session.execute(query)).one_or_none()
        return None if row is None else Released(row[0], row[1], Sat(*row[2:]))

    async def open_release(self, package_key: int, now: datetime) -> ExamRelease | None:
        """A request for a package that is asked or agreed to, and not over."""
        query = select(ExamRelease).where(
            ExamRelease.package_key == package_key,
            ExamRelease.state.in_(("asked", "agreed")),
            ExamRelease.expires_at > now,
        )
        return await self._session.scalar(query.limit(1))

    async def may_be_fetched(self, package_ids: Collection[UUID], now: datetime) -> set[UUID]:
        """Those of these packages that may be handed out now."""
        query = (
            select(ExamPackage.package_id)
            .join(ExamRelease, ExamRelease.package_key == ExamPackage.id)
            .where(
                ExamPackage.package_id.in_(package_ids),
                ExamRelease.state == "agreed",
                ExamRelease.expires_at > now,
            )
        )
        return set(await self._session.scalars(query))

    # --- what has been kept long enough -----------------------------------------------------

    async def delete_showings(self, over_since: datetime, now: datetime) -> int:
        """Delete who saw rooms in sessions that ended before a moment and that nobody holds."""
        is_held = exists().where(
            ExamHold.sitting_id == ExamShowing.sitting_id,
            ExamHold.lifted_at.is_(None),
            ExamHold.until > now,
        )
        query = (
            select(ExamShowing.id)
            .join(ExamSitting, ExamSitting.id == ExamShowing.sitting_id)
            .join(ExamSession, ExamSession.id == ExamSitting.session_id)
            .where(and_(ExamSession.ends_at <= over_since, ~is_held))
            .limit(_AT_ONCE)
        )
        ids = list(await self._session.scalars(query))
        if ids:
            await self._session.execute(
                delete(ExamShowing).where(ExamShowing.id.in_(ids)),
                execution_options={"synchronize_session": False},
            )
        return len(ids)


def _with_sat(query: Any, of: type[ExamHold]) -> Any:
    return (
        query.join(ExamSitting, ExamSitting.id == of.sitting_id)
        .join(ExamSession, ExamSession.id == ExamSitting.session_id)
        .join(ExamRoom, ExamRoom.id == ExamSitting.room_id)
        .join(Exam, Exam.id == ExamSession.exam_id)
    )


def _released() -> Any:
    return (
        select(ExamRelease, ExamPackage, ExamSitting, ExamSession, ExamRoom, Exam)
        .join(ExamPackage, ExamPackage.id == ExamRelease.package_key)
        .join(ExamSitting, ExamSitting.id == ExamPackage.sitting_id)
        .join(ExamSession, ExamSession.id == ExamSitting.session_id)
        .join(ExamRoom, ExamRoom.id == ExamSitting.room_id)
        .join(Exam, Exam.id == ExamSession.exam_id)
    )
