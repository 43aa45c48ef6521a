"""Configurations in the database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from api.configurations.credential_schemas import CredentialState
from api.configurations.schemas import VersionState
from api.contract import CredentialKind
from api.db.configuration import (
    BoxConfiguration,
    BoxConfigurationVersion,
    BoxCredential,
    BoxSealingKey,
)
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


class CredentialRepository:
    """Reads and writes ``box_sealing_keys`` and ``box_credentials``."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def key(self, box_id: int) -> BoxSealingKey | None:
        """The key that a box told; None of one that told none."""
        query = select(BoxSealingKey).where(BoxSealingKey.box_id == box_id)
        return await self._session.scalar(query)

    async def lock_key(self, box_id: int) -> BoxSealingKey | None:
        """The same, kept from others until the unit of work ends."""
        query = select(BoxSealingKey).where(BoxSealingKey.box_id == box_id)
        return await self._session.scalar(query.with_for_update(key_share=True))

    async def ensure_key(self, box_id: int, told: str, at: datetime) -> BoxSealingKey:
        """The same, made if there was none."""
        values = {"box_id": box_id, "told": told, "told_at": at}
        await insert_if_absent(self._session, BoxSealingKey, values)
        found = await self.lock_key(box_id)
        assert found is not None, "it was made just now"
        return found

    async def all(self, box_id: int) -> list[BoxCredential]:
        """What was set for a box, without what was sealed."""
        query = select(BoxCredential).where(BoxCredential.box_id == box_id)
        ordered = query.order_by(BoxCredential.kind, BoxCredential.name)
        return list(await self._session.scalars(ordered))

    async def one(self, box_id: int, kind: CredentialKind, name: str) -> BoxCredential | None:
        """What was set for one camera or recorder."""
        query = select(BoxCredential).where(
            BoxCredential.box_id == box_id,
            BoxCredential.kind == kind.value,
            BoxCredential.name == name,
        )
        return await self._session.scalar(query)

    async def newest(self, box_id: int) -> int:
        """The highest number that was given; 0 before the first."""
        query = select(func.max(BoxCredential.number)).where(BoxCredential.box_id == box_id)
        return await self._session.scalar(query) or 0

    async def waiting(self, box_id: int, key: str, most: int) -> list[BoxCredential]:
        """What a box has not answered of what was sealed to its key, with what was sealed."""
        query = (
            select(BoxCredential)
            .where(
                BoxCredential.box_id == box_id,
                BoxCredential.key == key,
                BoxCredential.state == CredentialState.WAITING.value,
            )
            .order_by(BoxCredential.number)
            .limit(most)
            .options(undefer(BoxCredential.sealed))
        )
        return list(await self._session.scalars(query))

    def add(self, row: BoxCredential) -> None:
        """Keep one."""
        self._session.add(row)


def _numbered(box_id: int, number: int) -> Select[BoxConfigurationVersion]:
    return select(BoxConfigurationVersion).where(
        BoxConfigurationVersion.box_id == box_id, BoxConfigurationVersion.number == number
    )
