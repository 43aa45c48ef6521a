"""The ledger of hazards, 隐患台账: what signed forms found, and what became of it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from api.contract.profile import InspectionKind, Rank
from api.inspections import views
from api.inspections.ledger_repository import HazardFilters, LedgerRepository, LedgerRow
from api.inspections.ledger_schemas import HazardCounts, HazardPage, HazardRow
from api.inspections.schemas import InspectionSubject
from api.kit.errors import TooLargeError
from api.kit.pagination import Cursor
from api.organisations import service as organisations
from api.organisations.schemas import SchoolName

_MAX_EXPORTED = 20_000


async def list_hazards(
    session: AsyncSession,
    filters: HazardFilters,
    now: dt.datetime,
    *,
    limit: int,
    cursor: str | None,
) -> HazardPage:
    """A page of the ledger.

    Raises:
        BadCursorError: If the cursor was not made here.
    """
    stored = LedgerRepository(session)
    after = None if cursor is None else Cursor.decode(cursor)
    rows = await stored.page(filters, now, after, limit + 1)
    last = rows[limit - 1] if len(rows) > limit else None
    following = None
    if last is not None and last.inspection.signed_at is not None:
        following = Cursor(last.inspection.signed_at, str(last.item.id)).encode()
    return HazardPage(
        items=await _rows(session, rows[:limit], now),
        next_cursor=following,
        counts=HazardCounts(**await stored.counts(filters, now)),
        as_of=now,
    )


async def _rows(
    session: AsyncSession, rows: Sequence[LedgerRow], now: dt.datetime
) -> list[HazardRow]:
    schools = (await organisations.list_schools(session, closed=True)).items
    english = {each.school_id: each.name_en for each in schools}
    return [_row(row, english, now) for row in rows]


def _in_english(school: SchoolName, english: Mapping[str, str]) -> SchoolName:
    """A form keeps what a school is called in Chinese; that of another's is read nowhere else."""
    return school.model_copy(update={"name_en": english.get(school.school_id, "")})


def _row(row: LedgerRow, english: Mapping[str, str], now: dt.datetime) -> HazardRow:
    form, found = row.inspection, views.hazard(row.item, row.order, now)
    visitor = views.visitor_of(form)
    assert found is not None
    assert form.signed_at is not None
    return HazardRow(
        item_id=row.item.id,
        inspection_id=form.id,
        school=_in_english(views.school_of(form), english),
        kind=InspectionKind(form.kind),
        subject=InspectionSubject(form.subject),
        name=form.name,
        first_day=form.first_day,
        rank=Rank(row.item.rank),
        demand=views.demand_of(row.item),
        note=row.item.note,
        hazard=found,
        signer=form.signer,
        found_at=form.signed_at,
        visitor=None if visitor is None else _in_english(visitor, english),
    )


async def list_all(
    session: AsyncSession, filters: HazardFilters, now: dt.datetime
) -> list[HazardRow]:
    """Every hazard, found last first.

    Raises:
        TooLargeError: If there are more than one file is made of.
    """
    rows = await LedgerRepository(session).page(filters, now, None, _MAX_EXPORTED + 1)
    if len(rows) > _MAX_EXPORTED:
        raise TooLargeError(
            f"more than {_MAX_EXPORTED} hazards; ask for a shorter time",
            params={"limit": str(_MAX_EXPORTED)},
        )
    return await _rows(session, rows, now)


async def of_orders(
    session: AsyncSession, school_id: str, now: dt.datetime
) -> dict[int, list[HazardRow]]:
    """A school's hazards by the order that each became.

    Raises:
        TooLargeError: If there are more than one file is made of.
    """
    found: dict[int, list[HazardRow]] = defaultdict(list)
    for row in await list_all(session, HazardFilters(school_ids=(school_id,)), now):
        if row.hazard.order is not None:
            found[row.hazard.order.order_id].append(row)
    return found
