"""Forms as they stand, for whoever may see them."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.ext.asyncio import AsyncSession

from api.access.permissions import Permission
from api.auth import people
from api.db.inspection import Inspection
from api.inspections import views
from api.inspections.facts import Known, know
from api.inspections.record import Inspector, performing
from api.inspections.repository import InspectionFilters, InspectionRepository
from api.inspections.schemas import InspectionDetail, InspectionPage
from api.kit.errors import NotFoundError
from api.kit.pagination import Cursor


async def school_of(session: AsyncSession, inspection_id: int) -> str:
    """The school that a form in scope is about.

    Raises:
        NotFoundError: If there is no such form in scope.
    """
    found = await InspectionRepository(session).get(inspection_id)
    if found is None:
        raise NotFoundError("no such inspection")
    return found.school_id


async def list_inspections(
    session: AsyncSession,
    filters: InspectionFilters,
    now: dt.datetime,
    *,
    limit: int,
    cursor: str | None,
) -> InspectionPage:
    """A page of forms.

    Raises:
        BadCursorError: If the cursor was not made here.
    """
    after = None if cursor is None else Cursor.decode(cursor)
    rows = await InspectionRepository(session).page(filters, after, limit + 1)
    last = rows[limit - 1] if len(rows) > limit else None
    return InspectionPage(
        items=await views.summaries(session, rows[:limit], now),
        next_cursor=None if last is None else Cursor(last.due_at, str(last.id)).encode(),
        as_of=now,
    )


async def get(session: AsyncSession, inspection_id: int, by: Inspector) -> InspectionDetail:
    """A form with its items.

    Args:
        session: In the scope of the whole school it is about.
        inspection_id: The form.
        by: Who looks.

    Raises:
        NotFoundError: If there is none.
    """
    row = await InspectionRepository(session).get(inspection_id)
    if row is None:
        raise NotFoundError("no such inspection")
    known = await know(session, row.school_id, by.watch, by.profiles)
    return await detail(session, row, by, known)


async def detail(
    session: AsyncSession, row: Inspection, by: Inspector, known: Known
) -> InspectionDetail:
    """A form that was read, with what is known of its items."""
    now = by.watch.now
    [summary] = await views.summaries(session, [row], now)
    is_theirs = row.signed_at is None and by.school_id in (None, performing(row))
    may = by.actor.permissions
    return InspectionDetail(
        **dict(summary),
        profiles=row.profiles,
        window_s=by.watch.window_s,
        items=await views.items(session, row, known, now),
        may_fill=is_theirs and Permission.PERFORM_INSPECTIONS in may,
        may_give=is_theirs and {Permission.PERFORM_INSPECTIONS, Permission.ASSIGN_ORDERS} <= may,
        as_of=now,
    )


async def candidates(session: AsyncSession, row: Inspection, now: dt.datetime) -> list[str]:
    """People who may answer a form, of the school that answers it."""
    return await people.who_may(session, Permission.PERFORM_INSPECTIONS, performing(row), now)
