"""Evidence files and grants in the database."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, and_, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.db.models import Alert, AlertEvidence, EvidenceFile, EvidenceGrant
from api.db.upsert import insert_if_absent


class ReadableRow(NamedTuple):
    """A file as one alert names it."""

    alert_id: UUID
    school_id: str
    kind: str
    revision: int
    standing: str
    media_type: str
    size_bytes: int


def _files_there(kind: str) -> Select[str, datetime]:
    """Files of one kind that alerts name and that are still kept: hash, and when they begin."""
    return (
        select(AlertEvidence.sha256, AlertEvidence.starts_at)
        .join(
            EvidenceFile,
            and_(
                EvidenceFile.sha256 == AlertEvidence.sha256,
                EvidenceFile.school_id == AlertEvidence.school_id,
            ),
        )
        .where(AlertEvidence.kind == kind, EvidenceFile.deleted_at.is_(None))
    )


class EvidenceRepository:
    """Reads and writes ``evidence_files`` and ``evidence_grants``."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, school_id: str, sha256: str) -> EvidenceFile | None:
        """A file that a school's box brought."""
        return await self._session.get(EvidenceFile, (school_id, sha256))

    async def add(
        self, school_id: str, sha256: str, media_type: str, size_bytes: int, at: datetime
    ) -> bool:
        """Note that a file arrived; answers whether that is new."""
        values = {
            "school_id": school_id,
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

    async def arrived(
        self, after: datetime | None, before: datetime, limit: int
    ) -> list[EvidenceFile]:
        """Files that arrived in between, in that order; those of the same moment come together."""
        query = select(EvidenceFile).where(EvidenceFile.received_at < before)
        if after is not None:
            query = query.where(EvidenceFile.received_at > after)
        first = query.order_by(EvidenceFile.received_at).limit(limit)
        found = list(await self._session.scalars(first))
        if len(found) < limit:
            return found
        last = found[-1].received_at
        same = await self._session.scalars(query.where(EvidenceFile.received_at == last))
        return [file for file in found if file.received_at != last] + list(same)

    async def named(self, sha256s: Collection[str]) -> set[str]:
        """Those of these files that any alert names."""
        query = select(AlertEvidence.sha256).where(AlertEvidence.sha256.in_(sha256s))
        return set(await self._session.scalars(query))

    async def forget(self, sha256s: Collection[str], *, only_deleted: bool = False) -> None:
        """Forget these files altogether."""
        query = delete(EvidenceFile).where(EvidenceFile.sha256.in_(sha256s))
        if only_deleted:
            query = query.where(EvidenceFile.deleted_at.is_not(None))
        await self._session.execute(query)

    async def readable(self, sha256: str) -> list[ReadableRow]:
        """Who names this file: alerts of schools that brought it and where it is still kept."""
        query = (
            select(
                AlertEvidence.alert_id,
                AlertEvidence.school_id,
                AlertEvidence.kind,
                AlertEvidence.revision,
                AlertEvidence.standing,
                EvidenceFile.media_type,
                EvidenceFile.size_bytes,
            )
            .join(
                EvidenceFile,
                and_(
                    EvidenceFile.sha256 == AlertEvidence.sha256,
                    EvidenceFile.school_id == AlertEvidence.school_id,
                ),
            )
            .where(AlertEvidence.sha256 == sha256, EvidenceFile.deleted_at.is_(None))
            .order_by(AlertEvidence.alert_id, AlertEvidence.position)
        )
        return [ReadableRow(*row) for row in await self._session.execute(query)]

    async def newest(
        self, camera_key: int, kind: str, since: datetime, limit: int
    ) -> list[tuple[str, datetime]]:
        """Files of one kind that alerts of a camera name and that are there, newest first: hash and
        the moment they show.
        """
        query = (
            _files_there(kind)
            .join(Alert, Alert.id == AlertEvidence.alert_id)
            .where(Alert.camera_key == camera_key, Alert.queued_at >= since)
            .order_by(Alert.queued_at.desc(), AlertEvidence.position.desc())
            .limit(limit)
        )
        return [(sha256, at) for sha256, at in await self._session.execute(query)]

    async def of_alert(self, alert_id: UUID, kind: str, limit: int) -> list[tuple[str, datetime]]:
        """Files of one kind that an alert names and that are there, the last named first."""
        query = (
            _files_there(kind)
            .where(AlertEvidence.alert_id == alert_id)
            .order_by(AlertEvidence.position.desc())
            .limit(limit)
        )
        return [(sha256, at) for sha256, at in await self._session.execute(query)]

    async def add_grant(self, grant: EvidenceGrant, now: datetime) -> None:
        """Remember a grant and forget those that ran out."""
        await self._session.execute(delete(EvidenceGrant).where(EvidenceGrant.expires_at <= now))
        self._session.add(grant)

    async def find_grant(self, token_sha256: str) -> EvidenceGrant | None:
        """The grant of this token."""
        return await self._session.get(EvidenceGrant, token_sha256)
