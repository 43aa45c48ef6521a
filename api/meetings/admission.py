"""Who may be in a meeting besides being invited to it.

While an exam session runs only its roster may meet about it. The room of exams, once it is there,
adds to :data:`ROSTERS` what says so, and nothing else here has to change: each is asked for every
ticket, so that a session that begins keeps out whoever is not in yet.
"""

from __future__ import annotations

from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from api.db.meeting import Meeting


class Roster(Protocol):
    """Says who alone may be in a meeting."""

    async def __call__(self, session: AsyncSession, meeting: Meeting) -> frozenset[str] | None:
        """Their names; None if it has nothing to say of this meeting."""


ROSTERS: list[Roster] = []


async def is_kept_out(session: AsyncSession, meeting: Meeting, username: str) -> bool:
    """Whether some roster leaves a person out."""
    for roster in ROSTERS:
        named = await roster(session, meeting)
        if named is not None and username not in named:
            return True
    return False
