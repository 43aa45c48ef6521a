"""Forms of inspections, their items and photographs, and plans in the database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from api.contract.profile import InspectionKind
from api.db.inspection import (
    Inspection,
    InspectionItem,
    InspectionPhotograph,
    InspectionPlan,
)
from api.db.locking import FROM_WRITERS
from api.db.upsert import insert_if_absent
from api.inspections.schemas import InspectionSubject
from api.kit.pagination import Cursor


@dataclass(frozen=True, slots=True)
class InspectionFilters:
    """Filters of the list of forms; an empty one does not narrow.

    Attributes:
        kinds: One of these.
        subjects: One of these.
        school_ids: One of these schools, inspected.
        by_school: Only forms that this school's people answer.
        is_signed: Whether they are signed.
        due_from: Due from then on.
        due_to: Due before then.
    """

    kinds: tuple[InspectionKind, ...] = ()
    subjects: tuple[InspectionSubject, ...] = ()
    school_ids: tuple[str, ...] = ()
    by_school: str | None = None
    is_signed: bool | None = None
    due_from: dt.datetime | None = None
    due_to: dt.datetime | None = None


class Counts(NamedTuple):
    """Of a form's items."""

    items: int
    answered: int
    hazards: int


class PhotographRow(NamedTuple):
    """A photograph without its bytes."""

    id: int
    inspection_id: int
    item_id: int
    at: dt.datetime
    by: str
    width: int
    height: int


class FormKey(NamedTuple):
    """What there is one form of."""

    school_id: str
    kind: str
    subject: str
    first_day: dt.date
    name: str


_PHOTOGRAPH = [getattr(InspectionPhotograph, name) for name in PhotographRow._fields]
_FORM = [getattr(Inspection, name) for name in FormKey._fields]


class InspectionRepository:
    """Reads and writes ``inspections`` with what belongs to them, and ``inspection_plans``."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def lock(self, inspection_id: int) -> Inspection | None:
        """One form, kept from others until the unit of work ends."""
        return await self._session.get(Inspection, inspection_id, with_for_update=FROM_WRITERS)

    async def get(self, inspection_id: int) -> Inspection | None:
        """One form."""
        await self._session.flush()
        return await self._session.scalar(select(Inspection).where(Inspection.id == inspection_id))

    async def page(
        self, filters: InspectionFilters, after: Cursor | None, limit: int
    ) -> list[Inspection]:
        """Forms after the cursor: open ones due first first, others due last first."""
        key = (Inspection.due_at, Inspection.id)
        is_forward = filters.is_signed is False
        query = select(Inspection).order_by(
            *(column if is_forward else column.desc() for column in key)
        )
        if filters.kinds:
            query = query.where(Inspection.kind.in_(filters.kinds))
        if filters.subjects:
            query = query.where(Inspection.subject.in_(filters.subjects))
        if filters.school_ids:
            query = query.where(Inspection.school_id.in_(filters.school_ids))
        if filters.by_school is not None:
            performing = func.coalesce(Inspection.visitor_school_id, Inspection.school_id)
            query = query.where(performing == filters.by_school)
        if filters.is_signed is not None:
            is_signed = Inspection.signed_at.is_not(None)
            query = query.where(is_signed if filters.is_signed else ~is_signed)
        if filters.due_from is not None:
            query = query.where(Inspection.due_at >= filters.due_from)
        if filters.due_to is not None:
            query = query.where(Inspection.due_at < filters.due_to)
        if after is not None:
            place, last = tuple_(*key), (after.at, after.number)
            query = query.where(place > last if is_forward else place < last)
        return list(await self._session.scalars(query.limit(limit)))

    async def of_periods(
        self,
        kind: InspectionKind,
        subject: InspectionSubject,
        name: str,
        first: dt.date,
        last: dt.date,
    ) -> list[Inspection]:
        """Forms of a plan whose periods begin on these days."""
        query = select(Inspection).where(
            Inspection.kind == kind,
            Inspection.subject == subject,
            Inspection.name == name,
            Inspection.first_day.between(first, last),
        )
        return list(await self._session.scalars(query))

    async def keys_since(self, first_day: dt.date) -> set[FormKey]:
        """What there is a form of, of periods that ended no earlier."""
        query = select(*_FORM).where(Inspection.last_day >= first_day)
        return {FormKey(*row) for row in await self._session.execute(query)}

    async def add(
        self, values: Mapping[str, object], items: Sequence[InspectionItem]
    ) -> int | None:
        """Make a form; answers its number, or None if somebody made it first."""
        if not await insert_if_absent(self._session, Inspection, values):
            return None
        key = FormKey(*(values[name] for name in FormKey._fields))  # type: ignore[arg-type]
        found = await self._session.scalar(
            select(Inspection.id).where(tuple_(*_FORM) == tuple(key))
        )
        assert found is not None
        for item in items:
            item.inspection_id = found
            self._session.add(item)
        await self._session.flush()
        return found

    # --- what belongs to forms ----------------------------------------------------------------

    async def counts(self, inspection_ids: Collection[int]) -> dict[int, Counts]:
        """Of the items of forms, by form."""
        query = (
            select(
                InspectionItem.inspection_id,
                func.count(),
                func.count(InspectionItem.result),
                func.count(InspectionItem.hazard),
            )
            .where(InspectionItem.inspection_id.in_(inspection_ids))
            .group_by(InspectionItem.inspection_id)
        )
        return {row[0]: Counts(*row[1:]) for row in await self._session.execute(query)}

    async def items(self, inspection_id: int) -> list[InspectionItem]:
        """A form's items, in its order."""
        query = select(InspectionItem).where(InspectionItem.inspection_id == inspection_id)
        return list(await self._session.scalars(query.order_by(InspectionItem.id)))

    async def item(self, inspection_id: int, item_id: int) -> InspectionItem | None:
        """An item of a form."""
        query = select(InspectionItem).where(
            InspectionItem.id == item_id, InspectionItem.inspection_id == inspection_id
        )
        return await self._session.scalar(query)

    async def photographs(self, inspection_id: int) -> list[PhotographRow]:
        """A form's photographs, oldest first, without their bytes."""
        query = select(*_PHOTOGRAPH).where(InspectionPhotograph.inspection_id == inspection_id)
        rows = await self._session.execute(query.order_by(InspectionPhotograph.id))
        return [PhotographRow(*row) for row in rows]

    async def photograph_sent(self, item_id: int, sent_sha256: str) -> PhotographRow | None:
        """The photograph that was made of what was sent."""
        query = select(*_PHOTOGRAPH).where(
            InspectionPhotograph.item_id == item_id,
            InspectionPhotograph.sent_sha256 == sent_sha256,
        )
        row = (await self._session.execute(query)).one_or_none()
        return None if row is None else PhotographRow(*row)

    async def add_photograph(self, values: Mapping[str, object]) -> bool:
        """Keep a photograph; answers whether it was not sent before."""
        return await insert_if_absent(self._session, InspectionPhotograph, values)

    async def jpeg(self, inspection_id: int, photograph_id: int) -> tuple[bytes, str] | None:
        """The bytes of a photograph, and the school it is of."""
        query = (
            select(InspectionPhotograph.jpeg, Inspection.school_id)
            .join(Inspection, Inspection.id == InspectionPhotograph.inspection_id)
            .where(
                InspectionPhotograph.id == photograph_id,
                InspectionPhotograph.inspection_id == inspection_id,
            )
        )
        row = (await self._session.execute(query)).one_or_none()
        return None if row is None else (row[0], row[1])

    # --- plans --------------------------------------------------------------------------------

    async def plans(self) -> list[InspectionPlan]:
        """Plans that were not ended, the newest first."""
        query = select(InspectionPlan).where(InspectionPlan.ended_at.is_(None))
        return list(await self._session.scalars(query.order_by(InspectionPlan.id.desc())))

    async def plans_of(
        self, kind: InspectionKind, subject: InspectionSubject
    ) -> list[InspectionPlan]:
        """Plans of a kind and subject, ended ones too, the newest first."""
        query = select(InspectionPlan).where(
            InspectionPlan.kind == kind, InspectionPlan.subject == subject
        )
        return list(await self._session.scalars(query.order_by(InspectionPlan.id.desc())))

    async def add_plan(self, row: InspectionPlan) -> None:
        """Add a plan, so that its number is known."""
        self._session.add(row)
        await self._session.flush()

    async def lock_plan(self, plan_id: int) -> InspectionPlan | None:
        """A plan that was not ended, kept from others."""
        query = select(InspectionPlan).where(
            InspectionPlan.id == plan_id, InspectionPlan.ended_at.is_(None)
        )
        return await self._session.scalar(query.with_for_update())
