"""What cameras and alerts show of boxes; read only."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.alerts.schemas import AlertStatus
from api.db.camera import Camera
from api.db.models import Alert
from api.db.organisation import School

_PENDING = AlertStatus.PENDING_REVIEW


@dataclass(frozen=True, slots=True)
class CameraFacts:
    """A camera in use, as its box told.

    Attributes:
        key: Its number.
        camera_id: Its id in its school.
        reason: Why it is not watched; empty while it is.
        last_analysed_at: When a picture of it was looked at last; None: never.
    """

    key: int
    camera_id: str
    reason: str
    last_analysed_at: datetime | None


class FirstHourRepository:
    """Reads ``cameras`` and ``alerts``."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def described_at(self, school_id: str) -> datetime | None:
        """When a person first described a school."""
        query = select(School.described_at).where(School.school_id == school_id)
        return await self._session.scalar(query)

    async def cameras(self, box_id: int) -> list[CameraFacts]:
        """A box's cameras in use, by id."""
        query = (
            select(Camera.id, Camera.camera_id, Camera.reason, Camera.last_analysed_at)
            .where(Camera.box_id == box_id, Camera.retired_at.is_(None))
            .order_by(Camera.camera_id)
        )
        return [CameraFacts(*row) for row in await self._session.execute(query)]

    async def boxes_through(self, but: Collection[str]) -> set[int]:
        """Boxes of whose cameras an alert was judged, other than by these rules."""
        judged = select(Alert.id).where(
            Alert.camera_key == Camera.id, Alert.rule.not_in(but), Alert.status != _PENDING
        )
        query = select(Camera.box_id).where(Camera.box_id.is_not(None), judged.exists()).distinct()
        return {box_id for box_id in await self._session.scalars(query) if box_id is not None}

    async def pending_alert(self, keys: Collection[int], but: Collection[str]) -> UUID | None:
        """The oldest alert of some cameras that waits for somebody, other than by these rules."""
        return await self._alert(keys, but, Alert.status == _PENDING)

    async def judged_alert(self, keys: Collection[int], but: Collection[str]) -> UUID | None:
        """The oldest one that somebody judged, alike."""
        return await self._alert(keys, but, Alert.status != _PENDING)

    async def _alert(
        self, keys: Collection[int], but: Collection[str], stands: ColumnElement[bool]
    ) -> UUID | None:
        query = (
            select(Alert.id)
            .where(Alert.camera_key.in_(keys), Alert.rule.not_in(but), stands)
            .order_by(Alert.queued_at, Alert.id)
            .limit(1)
        )
        return await self._session.scalar(query)
