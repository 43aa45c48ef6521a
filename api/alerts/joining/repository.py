"""Episodes that are one alert, in the database."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.contract import AlertEpisode
from api.db.models import Alert, JoinedEpisode


class JoinedRepository:
    """Reads and writes ``joined_episodes``."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def overlapping(self, camera_key: int, episode: AlertEpisode, not_of: int) -> UUID | None:
        """The alert that another box raised of the same in the same time."""
        query = (
            select(Alert.id)
            .where(
                Alert.camera_key == camera_key,
                Alert.rule_id == episode.rule_id,
                Alert.zone == episode.zone,
                Alert.started_at <= episode.ended_at,
                Alert.ended_at >= episode.started_at,
                Alert.box_id != not_of,
            )
            .order_by(Alert.started_at)
            .limit(1)
        )
        return await self._session.scalar(query)

    async def joined(self, episode_id: UUID) -> JoinedEpisode | None:
        """An episode that is part of an alert of several."""
        return await self._session.get(JoinedEpisode, episode_id)

    async def episodes_of(self, alert_id: UUID) -> list[JoinedEpisode]:
        """The episodes of an alert, its own first; none of an alert that is one episode."""
        await self._session.flush()
        query = (
            select(JoinedEpisode)
            .where(JoinedEpisode.alert_id == alert_id)
            .order_by(JoinedEpisode.position)
        )
        return list(await self._session.scalars(query))

    def add_episode(self, episode: JoinedEpisode) -> None:
        """Add an episode to an alert."""
        self._session.add(episode)
