"""Forms are answered item by item, signed, and frozen.

What the command centre knows is read anew as long as an item has no answer, and kept beside the
answer as it was at that moment. Signing makes a work order of each hazard, in the same unit of
work: no hazard is signed and forgotten.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from api.audit.schemas import AccessAction
from api.bus.work import UnitOfWork
from api.contract import RiskLevel
from api.contract.places import PlaceKind
from api.contract.profile import About
from api.db.inspection import Inspection, InspectionItem
from api.inspections import views
from api.inspections.errors import UnansweredError
from api.inspections.facts import Known, facts_of, know
from api.inspections.record import Inspector, changed, check_open, check_version, lock
from api.inspections.repository import InspectionRepository
from api.inspections.schemas import (
    Answer,
    HazardGrade,
    InspectionDetail,
    InspectionSubject,
)
from api.inspections.service import candidates, detail
from api.kit.errors import FieldError, InvalidError
from api.orders import assigning
from api.orders.assigning import Finding
from api.orders.deadlines import Deadlines
from api.orders.subjects import Subject
from api.organisations import service as organisations

_AT_ONCE = dt.timedelta(hours=24)
"""What is put right at once is looked at the next day."""
_RISK = {HazardGrade.MAJOR: RiskLevel.CLASS_1, HazardGrade.GENERAL: RiskLevel.CLASS_2}


async def answer(
    work: UnitOfWork, inspection_id: int, version: int, answers: list[Answer], by: Inspector
) -> InspectionDetail:
    """Answer items; asked again it answers how the form stands.

    Args:
        work: In the scope of the whole school the form is about.
        inspection_id: The form.
        version: As its writer saw it.
        answers: To items of it.
        by: Who answers.

    Raises:
        NotFoundError: If there is no such form.
        NotInspectorError: If another school answers it.
        InspectionSignedError: If it was signed.
        InspectionChangedError: If somebody changed it in the meantime.
        InvalidError: If it has no such item, or a day to put right is over.
    """
    row = await lock(work, inspection_id, by)
    known = await know(work.session, row.school_id, by.watch, by.profiles)
    items = {item.id: item for item in await InspectionRepository(work.session).items(row.id)}
    wanted = [(_item_of(items, each, at), each) for at, each in enumerate(answers)]
    fresh = [(item, each) for item, each in wanted if not _says(item, each)]
    # A phone whose answer was lost asks again: what stands there already is no change.
    if fresh:
        check_open(row)
        check_version(row, version)
        await _check_days(work, row, [each for _, each in fresh])
        for item, each in fresh:
            _write(item, each, row, known, by)
        await changed(work, row, by, AccessAction.INSPECTION_ANSWERED)
    return await detail(work.session, row, by, known)


def _item_of(items: dict[int, InspectionItem], told: Answer, at: int) -> InspectionItem:
    if (item := items.get(told.item_id)) is None:
        fault = FieldError(f"body.answers.{at}.item_id", "the form has no such item")
        raise InvalidError("no such item", errors=[fault])
    return item


def _says(item: InspectionItem, told: Answer) -> bool:
    """Whether an item is answered so already."""
    grade = None if told.hazard is None else told.hazard.grade
    day = None if told.hazard is None else told.hazard.rectify_by
    stands = (item.result, item.note, item.hazard, item.rectify_by)
    return stands == (told.result, told.note, grade, day)


async def _check_days(work: UnitOfWork, row: Inspection, answers: list[Answer]) -> None:
    today = work.now.astimezone(await _zone(work.session, row)).date()
    for told in answers:
        day = None if told.hazard is None else told.hazard.rectify_by
        if day is not None and not today <= day <= today + dt.timedelta(days=366):
            fault = FieldError("body.answers.hazard.rectify_by", "lies within the next year")
            raise InvalidError("the day is over or too far away", errors=[fault])


async def _zone(session: AsyncSession, row: Inspection) -> ZoneInfo:
    return ZoneInfo(await organisations.zone_of(session, row.school_id))


def _write(
    item: InspectionItem, told: Answer, row: Inspection, known: Known, by: Inspector
) -> None:
    places = [PlaceKind(each) for each in item.places]
    facts = facts_of(known, About(item.about), places, InspectionSubject(row.subject))
    item.result, item.note = told.result, told.note
    item.hazard = None if told.hazard is None else told.hazard.grade
    item.rectify_by = None if told.hazard is None else told.hazard.rectify_by
    item.facts = views.facts_json(facts)
    item.answered_at, item.answered_by = by.watch.now, by.actor.username


async def sign(
    work: UnitOfWork,
    inspection_id: int,
    version: int,
    signer: str,
    by: Inspector,
    deadlines: Deadlines,
) -> InspectionDetail:
    """Sign a form: it changes no more, and each hazard becomes a work order.

    Args:
        work: In the scope of the whole school the form is about.
        inspection_id: The form.
        version: As who signs saw it.
        signer: The name as it is written under it.
        by: Who signs.
        deadlines: The table of deadlines.

    Raises:
        NotFoundError: If there is no such form.
        NotInspectorError: If another school answers it.
        InspectionSignedError: If somebody else signed it.
        InspectionChangedError: If somebody changed it in the meantime.
        UnansweredError: If an item has no answer.
    """
    row = await lock(work, inspection_id, by)
    if (row.signed_by, row.signer) != (by.actor.username, signer):
        check_open(row)
        check_version(row, version)
        items = await InspectionRepository(work.session).items(row.id)
        if missing := sum(item.result is None for item in items):
            raise UnansweredError(f"{missing} are open", params={"count": str(missing)})
        row.signed_at, row.signed_by, row.signer = work.now, by.actor.username, signer
        await changed(work, row, by, AccessAction.INSPECTION_SIGNED)
        zone = await _zone(work.session, row)
        for item in items:
            if item.hazard is not None:
                found = _finding(row, item, zone, work.now)
                await assigning.create_of_finding(work, found, by.actor, deadlines)
    known = await know(work.session, row.school_id, by.watch, by.profiles)
    return await detail(work.session, row, by, known)


def _finding(row: Inspection, item: InspectionItem, zone: ZoneInfo, now: dt.datetime) -> Finding:
    due_at = now + _AT_ONCE
    if item.rectify_by is not None:
        morning = dt.datetime.combine(item.rectify_by + dt.timedelta(days=1), dt.time(), zone)
        # A day that was to come when it was answered may be over when it is signed.
        due_at = max(morning.astimezone(dt.UTC), now + dt.timedelta(minutes=1))
    return Finding(
        school_id=row.school_id,
        item_id=item.id,
        text=f"{item.demand_zh}\n{item.note}",
        subject=Subject(row.subject),
        risk=_RISK[HazardGrade(item.hazard or "")],
        due_at=due_at,
    )


async def give(
    work: UnitOfWork, inspection_id: int, version: int, username: str | None, by: Inspector
) -> None:
    """Give a form to somebody of the school that answers it; to nobody in particular by None.

    Args:
        work: In the scope of who gives it.
        inspection_id: The form.
        version: As they saw it.
        username: Whom.
        by: Who gives it.

    Raises:
        NotFoundError: If there is no such form.
        NotInspectorError: If another school answers it.
        InspectionSignedError: If it was signed.
        InspectionChangedError: If somebody changed it in the meantime.
        InvalidError: If they may not answer it.
    """
    row = await lock(work, inspection_id, by)
    check_open(row)
    check_version(row, version)
    if username is not None and username not in await candidates(work.session, row, work.now):
        fault = FieldError("body.username", "nobody of that name may answer it")
        raise InvalidError("not an inspector", errors=[fault])
    row.inspector = username
    await changed(work, row, by, AccessAction.INSPECTION_GIVEN)
