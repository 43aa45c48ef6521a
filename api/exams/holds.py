"""Footage of exams that outlives every rule of deletion, with a reason and an end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from api.audit import service as audit
from api.audit.changes import Actor, differences
from api.audit.schemas import AccessAction
from api.bus.work import UnitOfWork
from api.db.exam_keeping import ExamHold
from api.exams import packages, service
from api.exams.keeping_repository import Held, KeepingRepository
from api.exams.keeping_schemas import (
    HoldLift,
    HoldList,
    HoldsMade,
    HoldView,
    HoldWrite,
    RoomOfSession,
)
from api.exams.repository import ExamRepository, Sat
from api.kit.errors import ConflictError, FieldError, InvalidError, NotFoundError
from api.organisations.schemas import SchoolName

_LONGEST = timedelta(days=10 * 366)
Names = Mapping[str, tuple[str, str]]


async def make(work: UnitOfWork, sitting_id: int, told: HoldWrite, by: Actor) -> HoldView:
    """Hold the footage of a room's session, that which is still to come included.

    Raises:
        NotFoundError: If there is no such sitting in scope.
        InvalidError: If the end lies before the session's, is over, or in another decade.
    """
    sat = await ExamRepository(work.session).sat(sitting_id, lock=True)
    if sat is None:
        raise NotFoundError("no such sitting")
    hold = await _make(work, sat, told, by)
    return view(Held(hold, sat), await names_of(work.session, [sat]), work.now)


async def make_session(
    work: UnitOfWork, exam_id: int, session_id: int, told: HoldWrite, by: Actor
) -> HoldsMade:
    """The same for all rooms of a session in scope.

    Raises:
        NotFoundError: If there is no such session.
        InvalidError: As above.
    """
    rooms = await packages.sats_of(work, exam_id, session_id)
    for sat in rooms:
        await _make(work, sat, told, by)
    return HoldsMade(made=len(rooms))


async def _make(work: UnitOfWork, sat: Sat, told: HoldWrite, by: Actor) -> ExamHold:
    _check_end(told.until, sat, work.now)
    hold = ExamHold(
        school_id=sat.sitting.school_id,
        sitting_id=sat.sitting.id,
        reason=told.reason,
        until=told.until,
        made_at=work.now,
        made_by=by.username,
    )
    await KeepingRepository(work.session).add(hold)
    _note(work, AccessAction.EXAM_HELD, sat, by, told.reason, {}, {"until": told.until})
    return hold


async def change(work: UnitOfWork, hold_id: int, told: HoldWrite, by: Actor) -> HoldView:
    """Say anew until when, and why.

    Raises:
        NotFoundError: If there is no such hold in scope.
        ConflictError: If it was lifted, or is over.
        InvalidError: If the end lies before the session's, is over, or in another decade.
    """
    held = await _active(work, hold_id)
    _check_end(told.until, held.sat, work.now)
    before = {"until": held.hold.until}
    held.hold.until, held.hold.reason = told.until, told.reason
    action = AccessAction.EXAM_HOLD_CHANGED
    _note(work, action, held.sat, by, told.reason, before, {"until": told.until})
    return view(held, await names_of(work.session, [held.sat]), work.now)


async def lift(work: UnitOfWork, hold_id: int, told: HoldLift, by: Actor) -> HoldView:
    """Let footage go again; the rules of deletion count for it from now on.

    Raises:
        NotFoundError: If there is no such hold in scope.
        ConflictError: If it was lifted, or is over.
    """
    held = await _active(work, hold_id)
    held.hold.lifted_at, held.hold.lifted_by = work.now, by.username
    held.hold.lift_reason = told.reason
    before = {"until": held.hold.until}
    _note(work, AccessAction.EXAM_HOLD_LIFTED, held.sat, by, told.reason, before, {})
    return view(held, await names_of(work.session, [held.sat]), work.now)


async def list_holds(session: AsyncSession, now: datetime) -> HoldList:
    """All in scope."""
    found = await KeepingRepository(session).holds()
    names = await names_of(session, [held.sat for held in found])
    return HoldList(items=[view(held, names, now) for held in found])


async def names_of(session: AsyncSession, sats: list[Sat]) -> Names:
    """Names of their schools."""
    return await ExamRepository(session).school_names({sat.sitting.school_id for sat in sats})


def room_of(sat: Sat, names: Names) -> RoomOfSession:
    """What a hold or a request is about."""
    school_id = sat.sitting.school_id
    zh, en = names.get(school_id, (school_id, ""))
    return RoomOfSession(
        sitting_id=sat.sitting.id,
        exam=sat.exam.name,
        session=sat.session.name,
        room=sat.room.code,
        room_name=sat.room.name,
        school=SchoolName(school_id=school_id, name=zh, name_en=en),
        starts_at=sat.session.starts_at,
        ends_at=sat.session.ends_at,
    )


def view(held: Held, names: Names, now: datetime) -> HoldView:
    """As the console shows it."""
    hold = held.hold
    return HoldView(
        id=hold.id,
        of=room_of(held.sat, names),
        reason=hold.reason,
        until=hold.until,
        made_at=hold.made_at,
        made_by=hold.made_by,
        lifted_at=hold.lifted_at,
        lifted_by=hold.lifted_by,
        lift_reason=hold.lift_reason,
        is_active=hold.lifted_at is None and hold.until > now,
    )


async def _active(work: UnitOfWork, hold_id: int) -> Held:
    held = await KeepingRepository(work.session).hold(hold_id)
    if held is None:
        raise NotFoundError("no such hold")
    if held.hold.lifted_at is not None or held.hold.until <= work.now:
        raise ConflictError("it was lifted, or is over; make another one")
    return held


def _check_end(until: datetime, sat: Sat, now: datetime) -> None:
    what = None
    if until <= max(now, sat.session.ends_at):
        what = "it must lie ahead, and after the session"
    elif until - now > _LONGEST:
        what = "at most ten years ahead"
    if what is not None:
        raise InvalidError("no such end", errors=[FieldError("body.until", what)])


def _note(
    work: UnitOfWork,
    action: AccessAction,
    sat: Sat,
    by: Actor,
    reason: str,
    before: dict[str, datetime],
    after: dict[str, datetime],
) -> None:
    def told(values: dict[str, datetime]) -> dict[str, str]:
        return {name: at.isoformat(timespec="seconds") for name, at in values.items()}

    audit.log(
        work,
        action,
        by.username,
        by.client,
        subject=service.named(sat),
        school_id=sat.sitting.school_id,
        changes=differences(told(before), told(after) | {"reason": reason}),
    )
