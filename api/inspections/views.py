"""Forms as the console reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from api.contract.places import PlaceKind
from api.contract.profile import About, InspectionKind, Rank, Reading
from api.contract.vocabulary import Term
from api.coverage.schemas import RequirementSource
from api.db.inspection import Inspection, InspectionItem
from api.db.order import WorkOrder
from api.inspections.facts import Known, facts_of
from api.inspections.ledger_repository import LedgerRepository
from api.inspections.repository import Counts, InspectionRepository, PhotographRow
from api.inspections.schemas import (
    Fact,
    HazardGrade,
    HazardOrder,
    HazardView,
    InspectionPhotographView,
    InspectionState,
    InspectionSubject,
    InspectionSummary,
    ItemView,
    Result,
)
from api.orders.machine import OrderState
from api.orders.views import is_overdue
from api.organisations.schemas import SchoolName

_FACTS: TypeAdapter[list[Fact]] = TypeAdapter(list[Fact])
_NONE = Counts(0, 0, 0)


def state_of(row: Inspection, now: datetime) -> InspectionState:
    """Where a form stands."""
    if row.signed_at is not None:
        is_late = row.signed_at > row.due_at
        return InspectionState.SIGNED_LATE if is_late else InspectionState.SIGNED
    return InspectionState.OVERDUE if row.due_at < now else InspectionState.OPEN


def school_of(row: Inspection) -> SchoolName:
    """The school a form is about."""
    return SchoolName(school_id=row.school_id, name=row.school_name)


def visitor_of(row: Inspection) -> SchoolName | None:
    """The school that inspects it; None where it does itself."""
    if row.visitor_school_id is None:
        return None
    return SchoolName(school_id=row.visitor_school_id, name=row.visitor_name)


def _summary(row: Inspection, counts: Counts, now: datetime) -> InspectionSummary:
    return InspectionSummary(
        id=row.id,
        version=row.version,
        school=school_of(row),
        visitor=visitor_of(row),
        kind=InspectionKind(row.kind),
        subject=InspectionSubject(row.subject),
        name=row.name,
        first_day=row.first_day,
        last_day=row.last_day,
        due_at=row.due_at,
        state=state_of(row, now),
        inspector=row.inspector,
        item_count=counts.items,
        answered_count=counts.answered,
        hazard_count=counts.hazards,
        signed_at=row.signed_at,
        signed_by=row.signed_by,
        signer=row.signer,
    )


async def summaries(
    session: AsyncSession, rows: Sequence[Inspection], now: datetime
) -> list[InspectionSummary]:
    """Forms of the list."""
    counts = await InspectionRepository(session).counts([row.id for row in rows])
    return [_summary(row, counts.get(row.id, _NONE), now) for row in rows]


def facts_json(facts: Sequence[Fact]) -> str:
    """Facts as they are kept beside an answer."""
    return _FACTS.dump_json(list(facts)).decode()


def hazard(item: InspectionItem, order: WorkOrder | None, now: datetime) -> HazardView | None:
    """What an item's answer found."""
    if item.hazard is None:
        return None
    return HazardView(
        grade=HazardGrade(item.hazard),
        rectify_by=item.rectify_by,
        order=None
        if order is None
        else HazardOrder(
            order_id=order.id,
            state=OrderState(order.state),
            is_overdue=is_overdue(order, now),
            due_at=order.due_at,
            rectified_by=order.rectified_by,
            rectified_at=order.rectified_at,
            closed_by=order.closed_by,
            closed_at=order.closed_at,
        ),
    )


def photograph(row: PhotographRow) -> InspectionPhotographView:
    """A photograph as people read of it."""
    return InspectionPhotographView(
        id=row.id,
        url=f"/api/v1/inspection-photographs/{row.inspection_id}/{row.id}",
        at=row.at,
        by=row.by,
        width=row.width,
        height=row.height,
    )


def demand_of(item: InspectionItem) -> Term:
    """What has to be so."""
    return Term(zh=item.demand_zh, en=item.demand_en)


async def items(
    session: AsyncSession, row: Inspection, known: Known, now: datetime
) -> list[ItemView]:
    """A form's items with what is known of them."""
    stored = InspectionRepository(session)
    photographs = await stored.photographs(row.id)
    orders = await LedgerRepository(session).orders_of(row.id)
    return [
        _item(item, known, InspectionSubject(row.subject), photographs, orders, now)
        for item in await stored.items(row.id)
    ]


def _item(
    item: InspectionItem,
    known: Known,
    subject: InspectionSubject,
    photographs: Sequence[PhotographRow],
    orders: Mapping[int, WorkOrder],
    now: datetime,
) -> ItemView:
    about = About(item.about)
    facts = (
        facts_of(known, about, [PlaceKind(each) for each in item.places], subject)
        if item.facts is None
        else _FACTS.validate_json(item.facts)
    )
    return ItemView(
        id=item.id,
        rank=Rank(item.rank),
        demand=demand_of(item),
        about=about,
        source=RequirementSource(
            text=Term(zh=item.source_zh, en=item.source_en),
            clause=item.clause,
            reading=Reading(item.reading),
        ),
        facts=facts,
        result=None if item.result is None else Result(item.result),
        note=item.note,
        hazard=hazard(item, orders.get(item.id), now),
        answered_at=item.answered_at,
        answered_by=item.answered_by,
        photographs=[photograph(each) for each in photographs if each.item_id == item.id],
    )
