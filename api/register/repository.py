"""The camera register in the database."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from api.db.camera import Camera, CameraRecord
from api.db.organisation import Place, School


class RegisterRecord(NamedTuple):
    """A camera and its school by their names, and its record and place if it has them."""

    camera_key: int
    camera_id: str
    name: str
    school_id: str
    name_zh: str
    name_en: str
    record: CameraRecord | None
    place: Place | None


class RegisterRepository:
    """Reads and writes ``camera_records``."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def rows(self, keys: Collection[int] | None = None) -> list[RegisterRecord]:
        """These cameras; without numbers all that are in use, by school and id."""
        query = (
            select(
                Camera.id,
                Camera.camera_id,
                Camera.name,
                Camera.school_id,
                School.name_zh,
                School.name_en,
                CameraRecord,
                Place,
            )
            .join(School, School.school_id == Camera.school_id)
            .outerjoin(CameraRecord, CameraRecord.camera_key == Camera.id)
            .outerjoin(Place, Place.id == CameraRecord.place_id)
            .order_by(Camera.school_id, Camera.camera_id)
        )
        if keys is None:
            query = query.where(Camera.retired_at.is_(None), School.closed_at.is_(None))
        else:
            query = query.where(Camera.id.in_(keys))
        return [RegisterRecord._make(row) for row in await self._session.execute(query)]

    async def place_ids(self) -> dict[int, int]:
        """The number of its place, of each camera that has one."""
        query = select(CameraRecord.camera_key, CameraRecord.place_id).where(
            CameraRecord.place_id.is_not(None)
        )
        return {key: place_id for key, place_id in await self._session.execute(query) if place_id}

    async def places(self, place_ids: Collection[int]) -> dict[int, Place]:
        """These places, by number."""
        found = await self._session.scalars(select(Place).where(Place.id.in_(place_ids)))
        return {place.id: place for place in found}

    async def write(
        self, records: Collection[CameraRecord], codes: Mapping[int, str]
    ) -> Collection[int]:
        """Write records, then the numbers of their devices; answers whose are taken.

        That is asked of the database itself: the other camera may be one out of scope.

        Args:
            records: Without the numbers that change.
            codes: Those, by camera.
        """
        self._session.add_all(records)
        await self._session.flush()
        if not codes:
            return ()
        try:
            async with self._session.begin_nested():
                for record in records:
                    if record.camera_key in codes:
                        record.code = codes[record.camera_key]
                await self._session.flush()
        except IntegrityError:
            return [key for key, code in codes.items() if not await self._set_code(key, code)]
        return ()

    async def _set_code(self, key: int, code: str) -> bool:
        change = update(CameraRecord).where(CameraRecord.camera_key == key).values(code=code)
        try:
            async with self._session.begin_nested():
                await self._session.execute(
                    change, execution_options={"synchronize_session": False}
                )
        except IntegrityError:
            return False
        return True
