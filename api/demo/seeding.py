"""Makes the demo, a part at a time, then the verdicts by what judges everybody's.

What is broken off half-way is taken away like the whole.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from api.audit import service as audit
from api.audit.schemas import AccessAction
from api.compliance.judging_jobs import judge_due
from api.db.compliance import FootageVerdict, RetentionOverride
from api.db.order import WorkOrder
from api.db.privacy import ImpactAssessment, SubjectRequest
from api.demo import people, registers
from api.demo.district import write_district
from api.demo.orders import OrderMaker, OrderStory
from api.demo.people import SignIn
from api.demo.rectifying import write_inspections, write_orders
from api.demo.schools import SCHOOLS
from api.demo.telling import write_alerts, write_analysed, write_footage
from api.demo.wanted import Wanted, check_others, world_of
from api.demo.writing import Announce, Writer
from api.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Made:
    """What was made: rows by table, and who may sign in."""

    rows: Counter[str]
    sign_ins: tuple[SignIn, ...]


async def seed(runtime: Runtime, wanted: Wanted, announce: Announce) -> Made:
    """Make the demo.

    Args:
        runtime: Of a command centre whose database is up to date.
        wanted: What is asked for.
        announce: Told of progress.

    Raises:
        DemoError: If there is one already, or other schools, or a day that is not over.
    """
    world = world_of(wanted, runtime.clock())
    schools = SCHOOLS[: wanted.schools]
    given = []
    if wanted.sign_ins:
        given = await people.sign_ins(runtime.passwords, schools)
    writer = Writer(runtime, world, announce)
    hashes = {each.username: hashed for each, hashed in given}
    async with writer.part() as work:
        await check_others(writer.repository, beside=wanted.beside)
        hung = await write_district(writer, schools, hashes)
        # Before any footage: a command centre that runs judges by what is asked for by then.
        await writer.put(RetentionOverride, registers.override_rows(world, schools))
        # With the first rows: whatever comes between, the log says where they are from.
        subject = f"{len(schools)} schools, {world.first} to {world.until}"
        audit.log(work, AccessAction.DEMO_SEEDED, "", "", subject=subject)
    await write_footage(writer, hung)
    await write_analysed(writer, hung)
    alerts = await write_alerts(writer, schools, hung, runtime.evidence)
    async with writer.part() as work:
        orders: list[OrderStory] = []
        for school in schools:
            maker = OrderMaker(world, school, runtime.deadlines)
            orders += [*maker.of_alerts(alerts[school.id].alerts), *maker.of_findings()]
        await write_orders(writer, sorted(orders, key=lambda story: story.row["created_at"]))
        await write_inspections(runtime, work, writer, schools, is_beside=wanted.beside)
        announce(f"work orders: {writer.counts[WorkOrder.__tablename__]}")
        await writer.put(SubjectRequest, registers.request_rows(world, schools))
        await writer.put(ImpactAssessment, registers.assessment_rows(world, schools))
    announce("judging footage …")
    judged = await judge_due(runtime)
    writer.counts[FootageVerdict.__tablename__] = judged
    announce(f"footage judged: {judged} camera-days")
    return Made(writer.counts, tuple(each for each, _ in given))
