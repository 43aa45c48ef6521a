"""Whom boxes were told of, and which of their entries were taken, in the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.db.offline import OfflineEntryTaken, OfflineTold
from api.db.upsert import insert_if_absent, insert_or_replace


class OfflineRepository:
    """Reads and writes ``offline_told`` and ``offline_entries_taken``."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def told(self, box_id: int) -> list[str]:
        """Of whom a box was told last, by name; nobody if it never asked."""
        query = select(OfflineTold.usernames).where(OfflineTold.box_id == box_id)
        return await self._session.scalar(query) or []

    async def keep_told(self, box_id: int, usernames: Sequence[str], at: datetime) -> None:
        """Note of whom a box is told."""
        row = {"box_id": box_id, "usernames": list(usernames), "told_at": at}
        await insert_or_replace(self._session, OfflineTold, [row])

    async def take(self, box_id: int, entry_id: UUID, at: datetime) -> bool:
        """Note that an entry was taken; answers whether it was new."""
        values = {"box_id": box_id, "entry_id": entry_id, "taken_at": at}
        return await insert_if_absent(self._session, OfflineEntryTaken, values)

    async def forget_before(self, box_id: int, moment: datetime) -> None:
        """Forget what a box told so long ago that it will not tell it again."""
        await self._session.execute(
            delete(OfflineEntryTaken).where(
                OfflineEntryTaken.box_id == box_id, OfflineEntryTaken.taken_at < moment
            )
        )
