"""The two registers in the database."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from api.db.camera import Camera
from api.db.locking import FROM_WRITERS
from api.db.models import Alert
from api.db.organisation import School
from api.db.privacy import ImpactAssessment, SubjectRequest
from api.kit.pagination import Cursor
from api.privacy.schemas import RequestKind, RequestState


@dataclass(frozen=True, slots=True)
class RequestFilters:
    """All of these; empty ones do not count.

    Attributes:
        states: One of these.
        kinds: One of these.
        school_ids: One of these.
        is_overdue: Only those past their deadline.
        from_at: Received from then on.
        before: Received before then.
    """

    states: tuple[RequestState, ...] = ()
    kinds: tuple[RequestKind, ...] = ()
    school_ids: tuple[str, ...] = ()
    is_overdue: bool = False
    from_at: datetime | None = None
    before: datetime | None = None


RequestRow = tuple[SubjectRequest, School]
AssessmentRow = tuple[ImpactAssessment, School | None]


def _is_overdue(now: datetime) -> ColumnElement[bool]:
    return and_(SubjectRequest.state == RequestState.RECEIVED, SubjectRequest.due_at < now)


def _conditions(filters: RequestFilters) -> list[ColumnElement[bool]]:
    """All filters but those that the counts are about."""
    found: list[ColumnElement[bool]] = []
    if filters.kinds:
        found.append(SubjectRequest.kind.in_(filters.kinds))
    if filters.school_ids:
        found.append(SubjectRequest.school_id.in_(filters.school_ids))
    if filters.from_at is not None:
        found.append(SubjectRequest.received_at >= filters.from_at)
    if filters.before is not None:
        found.append(SubjectRequest.received_at < filters.before)
    return found


class PrivacyRepository:
    """Reads and writes ``subject_requests`` and ``impact_assessments``."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, row: SubjectRequest | ImpactAssessment) -> None:
        """Add a row, so that its number is known."""
        self._session.add(row)
        await self._session.flush()

    async def remove(self, row: SubjectRequest | ImpactAssessment) -> None:
        """Forget a row."""
        await self._session.delete(row)

    async def request(self, request_id: int) -> RequestRow | None:
        """One request with its school."""
        await self._session.flush()
        query = (
            select(SubjectRequest, School)
            .join(School, School.school_id == SubjectRequest.school_id)
            .where(SubjectRequest.id == request_id)
        )
        row = (await self._session.execute(query)).one_or_none()
        return None if row is None else (row[0], row[1])

    async def lock_request(self, request_id: int) -> SubjectRequest | None:
        """One request, kept from others until the unit of work ends."""
        return await self._session.get(SubjectRequest, request_id, with_for_update=FROM_WRITERS)

    async def requests(
        self, filters: RequestFilters, now: datetime, after: Cursor | None, limit: int
    ) -> list[RequestRow]:
        """Requests after the cursor, received last first."""
        key = (SubjectRequest.received_at, SubjectRequest.id)
        query = (
            select(SubjectRequest, School)
            .join(School, School.school_id == SubjectRequest.school_id)
            .where(*_conditions(filters))
            .order_by(*(column.desc() for column in key))
            .limit(limit)
        )
        if filters.states:
            query = query.where(SubjectRequest.state.in_(filters.states))
        if filters.is_overdue:
            query = query.where(_is_overdue(now))
        if after is not None:
            query = query.where(tuple_(*key) < (after.at, after.number))
        return [(row[0], row[1]) for row in await self._session.execute(query)]

    async def counts(self, filters: RequestFilters, now: datetime) -> tuple[dict[str, int], int]:
        """Number of requests by state, and of overdue ones."""
        each = [func.count().filter(SubjectRequest.state == state) for state in RequestState]
        late = func.count().filter(_is_overdue(now))
        query = select(*each, late).select_from(SubjectRequest).where(*_conditions(filters))
        *found, overdue = (await self._session.execute(query)).one()
        return dict(zip(RequestState, found, strict=True)), overdue

    async def lock_decided_before(self, moment: datetime, limit: int) -> Sequence[SubjectRequest]:
        """Requests that were decided before then, the oldest first."""
        query = (
            select(SubjectRequest)
            .where(SubjectRequest.decided_at < moment)
            .order_by(SubjectRequest.decided_at)
            .limit(limit)
            .with_for_update()
        )
        return list(await self._session.scalars(query))

    # --- what requests concern ------------------------------------------------------------------

    async def cameras(self, keys: Collection[int]) -> dict[int, Camera]:
        """These cameras, by key."""
        found = await self._session.scalars(select(Camera).where(Camera.id.in_(keys)))
        return {camera.id: camera for camera in found}

    async def alerts(self, ids: Collection[UUID]) -> dict[UUID, Alert]:
        """These alerts, by id."""
        found = await self._session.scalars(select(Alert).where(Alert.id.in_(ids)))
        return {alert.id: alert for alert in found}

    # --- assessments ------------------------------------------------------------------------------

    async def assessments(
        self, school_ids: Collection[str] = (), assessment_id: int | None = None
    ) -> list[AssessmentRow]:
        """Assessments with their schools: in force first, the next review first."""
        query = (
            select(ImpactAssessment, School)
            .outerjoin(School, School.school_id == ImpactAssessment.school_id)
            .order_by(
                ImpactAssessment.ended_on.is_not(None),
                ImpactAssessment.review_on,
                ImpactAssessment.id,
            )
        )
        if school_ids:
            query = query.where(ImpactAssessment.school_id.in_(school_ids))
        if assessment_id is not None:
            query = query.where(ImpactAssessment.id == assessment_id)
        return [(row[0], row[1]) for row in await self._session.execute(query)]

    async def lock_assessment(self, assessment_id: int) -> ImpactAssessment | None:
        """One assessment, kept from others until the unit of work ends."""
        return await self._session.get(
            ImpactAssessment, assessment_id, with_for_update=FROM_WRITERS
        )

    async def lock_ended_by(self, day: date, limit: int) -> Sequence[ImpactAssessment]:
        """Assessments that ended on that day or before."""
        query = (
            select(ImpactAssessment)
            .where(ImpactAssessment.ended_on <= day)
            .order_by(ImpactAssessment.ended_on, ImpactAssessment.id)
            .limit(limit)
            .with_for_update()
        )
        return list(await self._session.scalars(query))
