"""Which places of a school a role of places is about."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from api.access.roles import Subject
from api.organisations.repository import OrganisationRepository
from api.organisations.subjects import KINDS


async def ids_of(session: AsyncSession, school_id: str, subject: Subject) -> frozenset[int]:
    """Numbers of the places of a school that a subject is about."""
    rows = await OrganisationRepository(session).places(school_id)
    return frozenset(row.id for row in rows if row.kind in KINDS[subject])
