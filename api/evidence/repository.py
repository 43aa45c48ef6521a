"""Evidence files and grants in the database."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.contract import EvidenceKind
from api.db.models import AlertEvidence, EvidenceFile, EvidenceGrant
from api.db.upsert import insert_if_absent


class EvidenceRepository:
    """Reads and writes ``evidence_files`` and ``evidence_grants``."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, sha256: str) -> EvidenceFile | None:
        """A file that arrived."""
        return await self._session.get(EvidenceFile, sha256)

    async def add(self, sha256: str, media_type: str, size_bytes: int, at: datetime) -> bool:
        """Note that a file arrived; answers whether that is new."""
        values = {
            "sha256": sha256,
            "media_type": media_type,
            "size_bytes": size_bytes,
            "received_at": at,
        }
        return await insert_if_absent(self._session, EvidenceFile, values)

    async def mark_deleted(self, sha256s: Collection[str], at: datetime) -> None:
        """Note that the bytes of these files are gone."""
        await self._session.execute(
            update(EvidenceFile).where(EvidenceFile.sha256.in_(sha256s)).values(deleted_at=at)
        )

    async def unnamed(self, before: datetime, limit: int) -> list[str]:
        """Files that arrived before then and that no alert names."""
        is_named = select(AlertEvidence.sha256).where(AlertEvidence.sha256 == EvidenceFile.sha256)
        query = (
            select(EvidenceFile.sha256)
            .where(EvidenceFile.received_at < before, ~is_named.exists())
            .limit(limit)
        )
        return list(await self._session.scalars(query))

    async def forget(self, sha256s: Collection[str]) -> None:
        """Forget these files altogether."""
        await self._session.execute(delete(EvidenceFile).where(EvidenceFile.sha256.in_(sha256s)))

    async def kinds(self, sha256: str) -> set[str]:
        """As what alerts name this file."""
        return set(
            await self._session.scalars(
                select(AlertEvidence.kind).where(AlertEvidence.sha256 == sha256).distinct()
            )
        )

    async def clip_of(self, sha256: str) -> list[UUID]:
        """The alerts whose clip this file is."""
        query = select(AlertEvidence.alert_id).where(
            AlertEvidence.sha256 == sha256, AlertEvidence.kind == EvidenceKind.CLIP
        )
        return list(await self._session.scalars(query))

    async def add_grant(self, grant: EvidenceGrant, now: datetime) -> None:
        """Remember a grant and forget those that ran out."""
        await self._session.execute(delete(EvidenceGrant).where(EvidenceGrant.expires_at <= now))
        self._session.add(grant)

    async def find_grant(self, token_sha256: str) -> EvidenceGrant | None:
        """The grant of this token."""
        return await self._session.get(EvidenceGrant, token_sha256)
