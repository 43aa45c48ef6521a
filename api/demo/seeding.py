"""Makes the demo: all rows in one transaction, then the verdicts by what judges everybody's."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from api.access.scope import EVERYTHING
from api.audit import service as audit
from api.audit.schemas import AccessAction
from api.bus.work import UnitOfWork
from api.compliance.judging_jobs import judge_due
from api.db.compliance import FootageVerdict, RetentionOverride
from api.db.order import WorkOrder
from api.db.privacy import ImpactAssessment, SubjectRequest
from api.demo import people, registers
from api.demo.district import write_district
from api.demo.errors import DemoError
from api.demo.orders import OrderMaker, OrderStory
from api.demo.people import SignIn
from api.demo.rectifying import write_inspections, write_orders
from api.demo.repository import DemoRepository
from api.demo.schools import SCHOOLS, SchoolPlan
from api.demo.telling import write_alerts, write_analysed, write_footage
from api.demo.world import World, yesterday
from api.demo.writing import Announce, Writer
from api.organisations import places as places_of
from api.organisations import service as organisations
from api.organisations.schemas import PlaceView
from api.runtime import Runtime

FEWEST_DAYS, MOST_DAYS = 7, 90


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for.

    Attributes:
        seed: Of chance.
        until: The last whole day; None for yesterday.
        days: How many, that one among them.
        schools: How many of the twelve.
        language: Of names that exist once.
        beside: Also beside schools that are not the demo's.
        sign_ins: Whether people are given passwords.
    """

    seed: int = 1
    until: dt.date | None = None
    days: int = MOST_DAYS
    schools: int = len(SCHOOLS)
    language: str = "zh"
    beside: bool = False
    sign_ins: bool = False


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
    async with runtime.work(EVERYTHING) as work:
        repository = DemoRepository(work.session)
        await _check(repository, beside=wanted.beside)
        writer = Writer(repository, world, announce)
        hashes = {each.username: hashed for each, hashed in given}
        hung = await write_district(writer, schools, hashes)
        await write_footage(writer, hung)
        await write_analysed(writer, hung)
        alerts = await write_alerts(writer, schools, hung, runtime.evidence)
        orders: list[OrderStory] = []
        for school in schools:
            maker = OrderMaker(world, school, runtime.deadlines)
            orders += [*maker.of_alerts(alerts[school.id].alerts), *maker.of_findings()]
        await write_orders(writer, sorted(orders, key=lambda story: story.row["created_at"]))
        await _write_inspections(runtime, work, writer, schools, is_beside=wanted.beside)
        announce(f"work orders: {writer.counts[WorkOrder.__tablename__]}")
        await writer.put(RetentionOverride, registers.override_rows(world, schools))
        await writer.put(SubjectRequest, registers.request_rows(world, schools))
        await writer.put(ImpactAssessment, registers.assessment_rows(world, schools))
        subject = f"{len(schools)} schools, {world.first} to {world.until}"
        audit.log(work, AccessAction.DEMO_SEEDED, "", "", subject=subject)
    announce("judging footage …")
    judged = await judge_due(runtime)
    writer.counts[FootageVerdict.__tablename__] = judged
    announce(f"footage judged: {judged} camera-days")
    return Made(writer.counts, tuple(each for each, _ in given))


def world_of(wanted: Wanted, now: dt.datetime) -> World:
    """Which days are told.

    Raises:
        DemoError: If the last of them is not over, or there are too few or too many.
    """
    last = yesterday(now)
    until = wanted.until or last
    if until > last:
        raise DemoError(
            "is not over", where=f"--until {until}", remedy=f"Name {last} or an earlier day"
        )
    return World.of(wanted.seed, until, wanted.days, now, wanted.language)


async def _check(repository: DemoRepository, *, beside: bool) -> None:
    if await repository.school_ids():
        raise DemoError(
            "there is a demo already",
            remedy="Take it away first: mingan demo remove; or add --again",
        )
    others = await repository.others()
    if others and not beside:
        named = "、".join(others[:3]) + (" …" if len(others) > 3 else "")
        raise DemoError(
            f"this command centre has {len(others)} schools of its own ({named})",
            remedy="Name another folder with --data-dir, or add --beside to have both",
        )


async def _write_inspections(
    runtime: Runtime,
    work: UnitOfWork,
    writer: Writer,
    schools: Sequence[SchoolPlan],
    *,
    is_beside: bool,
) -> None:
    views = (await organisations.list_schools(work.session, closed=True)).items
    at: dict[str, list[PlaceView]] = {}
    for place in await places_of.list_all(work.session):
        at.setdefault(place.school_id, []).append(place)
    await write_inspections(
        writer,
        schools,
        {each.school_id: each for each in views},
        at,
        runtime.profiles,
        runtime.deadlines,
        is_beside=is_beside,
    )
