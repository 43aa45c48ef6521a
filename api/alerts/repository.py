"""Alerts, their evidence references and history in the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, and_, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.alerts.schemas import AlertStatus, EvidenceStanding, HistoryAction
from api.contract import EvidenceRef
from api.db.camera import Camera
from api.db.locking import FROM_WRITERS
from api.db.models import Alert, AlertEvidence, AlertHistory, EvidenceFile
from api.db.order import OrderSource
from api.db.organisation import School
from api.db.upsert import insert_if_absent
from api.kit.errors import InvalidError
from api.organisations.schemas import SchoolName
from api.organisations.school_names import SCHOOL_NAME

MAX_EVIDENCE = 64
"""Pieces one alert may name in all its revisions."""


class AlertRow(NamedTuple):
    """An alert with what its summary takes from other tables, and no more: beside each alert its
    camera's state and its school's calendar would be read again.
    """

    alert: Alert
    camera_id: str
    camera_name: str
    camera_location: str
    school: SchoolName


class NamedEvidence(NamedTuple):
    """A piece of evidence as an alert named it, to be read."""

    alert_id: UUID
    kind: str
    sha256: str
    media_type: str
    size_bytes: int
    width: int
    height: int
    starts_at: datetime
    duration_s: float
    standing: str


_NAMED = tuple(getattr(AlertEvidence, name) for name in NamedEvidence._fields)


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """A reference to evidence, whether the bytes are there, and since when they no longer are."""

    reference: NamedEvidence
    is_available: bool
    deleted_at: datetime | None = None

    @property
    def is_later(self) -> bool:
        """Whether it was named only after the judgement."""
        return self.reference.standing == EvidenceStanding.LATER


def alert_rows() -> Select[Alert, str, str, str, SchoolName]:
    """Alerts with what an ``AlertRow`` holds, in its order."""
    return (
        select(
            Alert,
            Camera.camera_id,
            Camera.name,
            Camera.location,
            SCHOOL_NAME,
        )
        .join(Camera, Camera.id == Alert.camera_key)
        .join(School, School.school_id == Alert.school_id)
    )


class AlertRepository:
    """Reads and writes ``alerts`` with their episodes, evidence and history."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def insert(self, values: dict[str, Any]) -> bool:
        """Insert an alert unless its id is known; answers whether it was new."""
        return await insert_if_absent(self._session, Alert, values)

    async def lock(self, alert_id: UUID) -> Alert | None:
        """One alert, kept from others until the unit of work ends."""
        return await self._session.get(Alert, alert_id, with_for_update=FROM_WRITERS)

    async def lock_all(self, alert_ids: Collection[UUID]) -> list[Alert]:
        """Those of these alerts that there are, locked in one order so that two calls never wait
        for each other.
        """
        query = (
            select(Alert)
            .where(Alert.id.in_(alert_ids))
            .order_by(Alert.id)
            .with_for_update(key_share=True)
        )
        return list(await self._session.scalars(query))

    async def name_evidence(
        self,
        alert_id: UUID,
        school_id: str,
        revision: int,
        references: Sequence[EvidenceRef],
        standing: EvidenceStanding,
    ) -> bool:
        """Note what a revision names; answers whether it names anything new.

        What was named before and is no more is dropped, unless the new stands beside it as later.

        Raises:
            InvalidError: If the alert has named more than it may.
        """
        query = select(AlertEvidence).where(AlertEvidence.alert_id == alert_id)
        known = list(await self._session.scalars(query.order_by(AlertEvidence.position)))
        named = {(each.kind, each.sha256) for each in references}
        if standing is EvidenceStanding.CURRENT:
            for row in known:
                is_named = (row.kind, row.sha256) in named
                row.standing = standing if is_named else EvidenceStanding.DROPPED
        before = {(row.kind, row.sha256) for row in known}
        new = [each for each in references if (each.kind, each.sha256) not in before]
        if len(known) + len(new) > MAX_EVIDENCE:
            raise InvalidError(f"an alert may name {MAX_EVIDENCE} pieces of evidence at most")
        position = known[-1].position + 1 if known else 0
        self._session.add_all(
            AlertEvidence(
                alert_id=alert_id,
                school_id=school_id,
                position=position + number,
                revision=revision,
                standing=standing,
                **reference.model_dump(),
            )
            for number, reference in enumerate(new)
        )
        await self._session.flush()
        return bool(new)

    async def adopt_later_evidence(self, alert_id: UUID) -> None:
        """The judgement was taken back: what came since is no later than anything."""
        await self._session.execute(
            update(AlertEvidence)
            .where(
                AlertEvidence.alert_id == alert_id,
                AlertEvidence.standing == EvidenceStanding.LATER,
            )
            .values(standing=EvidenceStanding.CURRENT)
        )

    def add_history(
        self,
        alert_id: UUID,
        at: datetime,
        action: HistoryAction,
        *,
        by: str | None = None,
        reason: str | None = None,
        note: str = "",
    ) -> None:
        """Append to an alert's history."""
        self._session.add(
            AlertHistory(alert_id=alert_id, at=at, action=action, by=by, reason=reason, note=note)
        )

    async def get(self, alert_id: UUID) -> AlertRow | None:
        """One alert."""
        await self._session.flush()
        row = (await self._session.execute(alert_rows().where(Alert.id == alert_id))).one_or_none()
        return None if row is None else AlertRow(*row)

    async def get_all(self, alert_ids: Sequence[UUID]) -> list[AlertRow]:
        """Those of these alerts that there are."""
        if not alert_ids:
            return []
        await self._session.flush()
        rows = await self._session.execute(alert_rows().where(Alert.id.in_(alert_ids)))
        return [AlertRow(*row) for row in rows]

    async def newest_arrival(self) -> datetime | None:
        """When the newest alert arrived."""
        return await self._session.scalar(select(func.max(Alert.received_at)))

    async def is_any_dated_after(self, moment: datetime, limit: int) -> bool:
        """Whether any of the newest so many says that it was raised after then."""
        newest = select(Alert.raised_at).order_by(Alert.queued_at.desc(), Alert.id.desc())
        column = newest.limit(limit).subquery().c.raised_at
        return (
            await self._session.scalar(select(column).where(column > moment).limit(1)) is not None
        )

    async def evidence_of(self, alert_ids: Sequence[UUID]) -> dict[UUID, list[EvidenceRow]]:
        """Evidence of several alerts, in the worker's order."""
        if not alert_ids:
            return {}
        query = (
            select(*_NAMED, EvidenceFile.sha256.label("arrived"), EvidenceFile.deleted_at)
            .select_from(AlertEvidence)
            .outerjoin(
                EvidenceFile,
                and_(
                    EvidenceFile.sha256 == AlertEvidence.sha256,
                    EvidenceFile.school_id == AlertEvidence.school_id,
                ),
            )
            .where(
                AlertEvidence.alert_id.in_(alert_ids),
                AlertEvidence.standing != EvidenceStanding.DROPPED,
            )
            .order_by(AlertEvidence.alert_id, AlertEvidence.position)
        )
        found: dict[UUID, list[EvidenceRow]] = defaultdict(list)
        for *named, arrived, deleted_at in await self._session.execute(query):
            reference = NamedEvidence._make(named)
            is_there = arrived is not None and deleted_at is None
            found[reference.alert_id].append(EvidenceRow(reference, is_there, deleted_at))
        return found

    async def naming(self, school_id: str, sha256: str) -> list[UUID]:
        """Alerts of a school whose evidence is this file."""
        query = (
            select(AlertEvidence.alert_id)
            .where(AlertEvidence.sha256 == sha256, AlertEvidence.school_id == school_id)
            .distinct()
        )
        return list(await self._session.scalars(query))

    async def lock_due_evidence(
        self, before: Mapping[AlertStatus, datetime], limit: int
    ) -> list[Alert]:
        """Alerts that stand in these statuses since before then and still have their evidence."""
        is_due = or_(
            *(
                and_(
                    Alert.status == status,
                    Alert.received_at < moment,
                    func.coalesce(Alert.reviewed_at, Alert.received_at) < moment,
                )
                for status, moment in before.items()
            )
        )
        query = (
            select(Alert)
            .where(Alert.evidence_deleted_at.is_(None), Alert.held_at.is_(None), is_due)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return list(await self._session.scalars(query))

    async def evidence_only_of(self, alert_ids: Collection[UUID]) -> set[str]:
        """Files that these alerts name and no other that still has its evidence."""
        named = set(
            await self._session.scalars(
                select(AlertEvidence.sha256).where(AlertEvidence.alert_id.in_(alert_ids))
            )
        )
        # In two steps: joined, SQLite walks through all alerts that still have their evidence.
        shared: dict[str, set[UUID]] = defaultdict(set)
        for sha256, alert_id in await self._session.execute(
            select(AlertEvidence.sha256, AlertEvidence.alert_id).where(
                AlertEvidence.sha256.in_(named)
            )
        ):
            if alert_id not in alert_ids:
                shared[sha256].add(alert_id)
        if not shared:
            return named
        have_evidence = set(
            await self._session.scalars(
                select(Alert.id).where(
                    Alert.id.in_(set().union(*shared.values())),
                    Alert.evidence_deleted_at.is_(None),
                )
            )
        )
        return {each for each in named if not shared[each] & have_evidence}

    async def with_evidence(self, alert_ids: Collection[UUID]) -> set[UUID]:
        """Those of these alerts that name any evidence."""
        query = select(AlertEvidence.alert_id).where(AlertEvidence.alert_id.in_(alert_ids))
        return set(await self._session.scalars(query))

    async def delete_due_records(self, before: datetime, limit: int) -> tuple[int, set[str]]:
        """Delete alerts that nobody confirmed or holds; answers how many, and what they named."""
        due = (
            select(Alert.id)
            .where(
                Alert.evidence_deleted_at.is_not(None),
                Alert.status != AlertStatus.CONFIRMED,
                Alert.held_at.is_(None),
                # What a work order is about is kept as long as the order.
                ~exists(select(OrderSource.id).where(OrderSource.alert_id == Alert.id)),
                Alert.received_at < before,
                func.coalesce(Alert.reviewed_at, Alert.received_at) < before,
            )
            .limit(limit)
        )
        found = list(await self._session.scalars(due))
        named = await self._session.scalars(
            select(AlertEvidence.sha256).where(AlertEvidence.alert_id.in_(found))
        )
        named_by_them = set(named)
        await self._session.execute(delete(Alert).where(Alert.id.in_(found)))
        return len(found), named_by_them

    async def history(self, alert_id: UUID) -> list[AlertHistory]:
        """An alert's history, oldest first."""
        return list(
            await self._session.scalars(
                select(AlertHistory)
                .where(AlertHistory.alert_id == alert_id)
                .order_by(AlertHistory.id)
            )
        )
