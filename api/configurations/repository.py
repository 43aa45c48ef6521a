"""Configurations in the database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from api.configurations.schemas import VersionState
from api.db.configuration import BoxConfiguration, BoxConfigurationVersion
from api.db.organisation import Box, School
from api.db.upsert import insert_if_absent

_SHOWN = 200


class ConfigurationRepository:
    """Reads and writes ``box_configurations`` and ``box_configuration_versions``."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def box(self, box_id: int) -> tuple[Box, School] | None:
        """A box and its school."""
        query = (
            select(Box, School)
            .join(School, School.school_id == Box.school_id)
            .where(Box.id == box_id)
        )
        row = (await self._session.execute(query)).one_or_none()
        return None if row is None else (row[0], row[1])

    async def head(self, box_id: int) -> BoxConfiguration | None:
        """Where a box stands; None while nothing is known of its configuration."""
        query = select(BoxConfiguration).where(BoxConfiguration.box_id == box_id)
        return await self._session.scalar(query)

    async def lock(self, box_id: int) -> BoxConfiguration | None:
        """The same, kept from others until the unit of work ends."""
        query = select(BoxConfiguration).where(BoxConfiguration.box_id == box_id)
        return await self._session.scalar(query.with_for_update(key_share=True))

    async def ensure(self, box_id: int) -> BoxConfiguration:
        """The same, made if there was none."""
        await insert_if_absent(self._session, BoxConfiguration, {"box_id": box_id, "newest": 0})
        found = await self.lock(box_id)
        assert found is not None, "it was made just now"
        return found

    async def versions(self, box_id: int) -> list[BoxConfigurationVersion]:
        """The newest versions of a box, the newest first; without texts."""
        query = (
            select(BoxConfigurationVersion)
            .where(BoxConfigurationVersion.box_id == box_id)
            .order_by(BoxConfigurationVersion.number.desc())
            .limit(_SHOWN)
        )
        return list(await self._session.scalars(query))

    async def version(self, box_id: int, number: int) -> BoxConfigurationVersion | None:
        """A version with its text."""
        full = (undefer(BoxConfigurationVersion.text), undefer(BoxConfigurationVersion.document))
        return await self._session.scalar(_numbered(box_id, number).options(*full))

    async def brief(self, box_id: int, number: int) -> BoxConfigurationVersion | None:
        """A version without its text: every heartbeat asks for one."""
        return await self._session.scalar(_numbered(box_id, number))

    async def applied(self, box_id: int) -> list[BoxConfigurationVersion]:
        """Versions that stand as what the box runs."""
        query = select(BoxConfigurationVersion).where(
            BoxConfigurationVersion.box_id == box_id,
            BoxConfigurationVersion.state == VersionState.APPLIED,
        )
        return list(await self._session.scalars(query))

    async def reported(self, box_id: int, digest: str) -> BoxConfigurationVersion | None:
        """The newest version that stood in a box's own file and says the same."""
        query = (
            select(BoxConfigurationVersion)
            .where(
                BoxConfigurationVersion.box_id == box_id,
                BoxConfigurationVersion.origin == "box",
                BoxConfigurationVersion.digest == digest,
            )
            .order_by(BoxConfigurationVersion.number.desc())
            .limit(1)
        )
        return await self._session.scalar(query)

    async def add(self, values: Mapping[str, Any]) -> BoxConfigurationVersion:
        """Keep a version."""
        version = BoxConfigurationVersion(**values)
        self._session.add(version)
        await self._session.flush()
        return version


def _numbered(box_id: int, number: int) -> Select[BoxConfigurationVersion]:
    return select(BoxConfigurationVersion).where(
        BoxConfigurationVersion.box_id == box_id, BoxConfigurationVersion.number == number
    )
