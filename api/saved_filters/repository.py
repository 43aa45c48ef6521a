"""Saved filters in the database."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from api.db.camera import Camera
from api.db.organisation import School
from api.db.saved_filter import SavedFilter
from api.db.upsert import insert_if_absent


class SavedFilterRepository:
    """Reads and writes the ``saved_filters`` of one person."""

    def __init__(self, session: AsyncSession, username: str) -> None:
        self._session = session
        self._username = username

    async def all(self) -> list[SavedFilter]:
        """What they keep, by name."""
        query = select(SavedFilter).where(SavedFilter.username == self._username)
        return list(await self._session.scalars(query.order_by(SavedFilter.name, SavedFilter.id)))

    async def count(self, page: str) -> int:
        """How many they keep of a list."""
        query = select(func.count()).where(
            SavedFilter.username == self._username, SavedFilter.page == page
        )
        return await self._session.scalar(query) or 0

    async def get(self, filter_id: int) -> SavedFilter | None:
        """One of theirs."""
        query = select(SavedFilter).where(
            SavedFilter.id == filter_id, SavedFilter.username == self._username
        )
        return await self._session.scalar(query)

    async def add(self, values: Mapping[str, Any]) -> SavedFilter | None:
        """Keep one; None if the name is taken."""
        if not await insert_if_absent(
            self._session, SavedFilter, {**values, "username": self._username}
        ):
            return None
        query = select(SavedFilter).where(
            SavedFilter.username == self._username,
            SavedFilter.page == values["page"],
            SavedFilter.name == values["name"],
        )
        return await self._session.scalar(query)

    async def rename(self, found: SavedFilter, name: str) -> bool:
        """Give it another name; answers whether that was free."""
        try:
            async with self._session.begin_nested():
                found.name = name
        except IntegrityError:
            return False
        return True

    async def delete(self, found: SavedFilter) -> None:
        """Keep it no more."""
        await self._session.delete(found)

    async def schools(self, school_ids: Collection[str]) -> set[str]:
        """Those of these schools that are in scope."""
        query = select(School.school_id).where(
            School.school_id.in_(school_ids), School.closed_at.is_(None)
        )
        return set(await self._session.scalars(query))

    async def cameras(self, keys: Collection[int]) -> set[int]:
        """Those of these cameras that are in scope and in use."""
        query = select(Camera.id).where(Camera.id.in_(keys), Camera.retired_at.is_(None))
        return set(await self._session.scalars(query))
