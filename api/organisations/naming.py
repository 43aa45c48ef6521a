"""Which school is meant by what somebody else calls it."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from api.organisations.repository import OrganisationRepository


async def find_id(session: AsyncSession, name: str) -> str | None:
    """The id of the school that is called so by its id or by its official code."""
    organisation = OrganisationRepository(session)
    school = await organisation.school(name) or await organisation.school_of_code(name)
    return None if school is None else school.school_id
