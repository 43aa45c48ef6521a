"""What people of the demo put right and inspect, written with its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from api.bus.work import UnitOfWork
from api.db.inspection import Inspection, InspectionItem, InspectionPhotograph, InspectionPlan
from api.db.order import OrderHistory, OrderPhotograph, OrderSource, WorkOrder
from api.demo.inspections import FormMaker, FormStory, plan_rows
from api.demo.orders import OrderMaker, OrderStory
from api.demo.schools import SchoolPlan
from api.demo.writing import Writer
from api.orders.subjects import Subject
from api.organisations import places as places_of
from api.organisations import service as organisations
from api.organisations.schemas import PlaceView
from api.runtime import Runtime


async def write_orders(writer: Writer, stories: Sequence[OrderStory]) -> None:
    """Orders with what they are about, their history and photographs."""
    numbers = await writer.numbered(WorkOrder, [story.row for story in stories])
    both = list(zip(numbers, stories, strict=True))
    await writer.put(OrderSource, [{"order_id": n} | story.source for n, story in both])
    history = [{"order_id": n} | each for n, story in both for each in story.history]
    await writer.put(OrderHistory, history)
    shown = [{"order_id": n} | each for n, story in both for each in story.photographs]
    await writer.put(OrderPhotograph, shown)


async def write_inspections(
    runtime: Runtime,
    work: UnitOfWork,
    writer: Writer,
    schools: Sequence[SchoolPlan],
    *,
    is_beside: bool,
) -> None:
    """Plans and forms of schools in use, and the orders of what was found.

    Args:
        runtime: Has the profiles and the deadlines.
        work: In which the schools were written.
        writer: Whereto.
        schools: Which.
        is_beside: Whether there are other schools: then nothing more is made of the plans, and so
            nobody is told of it.
    """
    listed = (await organisations.list_schools(work.session, closed=True)).items
    views = {each.school_id: each for each in listed}
    places: dict[str, list[PlaceView]] = {}
    for place in await places_of.list_all(work.session):
        places.setdefault(place.school_id, []).append(place)
    open_ = [each for each in schools if each.closed_days_ago is None]
    plans = plan_rows(writer.world, [each.id for each in open_], is_ended=is_beside)
    await writer.numbered(InspectionPlan, plans)
    hazards: list[OrderStory] = []
    for school in open_:
        neighbours = [each.id for each in open_ if each.community == school.community]
        maker = FormMaker(
            writer.world, school, views[school.id], places[school.id], neighbours, runtime.profiles
        )
        forms = list(maker.forms())
        orders = OrderMaker(writer.world, school, runtime.deadlines)
        hazards += await _write_forms(writer, forms, orders)
    await write_orders(writer, hazards)
    count = writer.counts[Inspection.__tablename__]
    writer.announce(f"inspections: {count} forms, {len(hazards)} hazards")


async def _write_forms(
    writer: Writer, forms: Sequence[FormStory], orders: OrderMaker
) -> list[OrderStory]:
    """Write forms of a school; answers the orders of their hazards."""
    numbers = await writer.numbered(Inspection, [form.row for form in forms])
    both = list(zip(numbers, forms, strict=True))
    items = [{"inspection_id": n} | item for n, form in both for item in form.items]
    ids = iter(await writer.numbered(InspectionItem, items))
    shown: list[dict[str, Any]] = []
    found: list[OrderStory] = []
    for number, form in both:
        own = [next(ids) for _ in form.items]
        for position, picture in form.photographs.items():
            shown.append({"inspection_id": number, "item_id": own[position]} | picture)
        subject = Subject(form.row["subject"])
        found += [orders.of_hazard(own[each.item], each, subject) for each in form.hazards]
    await writer.put(InspectionPhotograph, shown)
    return found
