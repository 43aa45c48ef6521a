"""Keeps exams, their rosters and what rooms tell; who did what is in the access log."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy.ext.asyncio import AsyncSession

from api.audit import service as audit
from api.audit.changes import Actor, differences
from api.audit.schemas import AccessAction
from api.auth import people
from api.bus.work import UnitOfWork
from api.cameras.views import Watch
from api.contract import RiskLevel
from api.contract.vocabulary import vocabulary
from api.db.exam import Exam, ExamSession
from api.exams import profiles, table
from api.exams.errors import ExamBegunError
from api.exams.repository import ExamRepository, Sat
from api.exams.schemas import (
    ExamCheckState,
    ExamCreate,
    ExamDemandView,
    ExamDetail,
    ExamList,
    ExamProfileView,
    ExamSessionView,
    ExamSummary,
    ExamTable,
    SittingEvent,
    SittingView,
)
from api.kit.errors import ConflictError, FieldError, InvalidError, NotFoundError
from api.orders import assigning
from api.orders.deadlines import Deadlines
from api.orders.people import Actor as OrderActor
from api.orders.schemas import OrderCreate, SourceKind
from api.orders.subjects import Subject
from api.organisations.errors import TakenError

_NO_EXAM = "no such exam"
_MOST_TEXT = 1000
_MOST_SUBJECT = 64
"""Of the access log."""


async def create(work: UnitOfWork, told: ExamCreate, by: Actor) -> ExamDetail:
    """Make an exam, without sessions and rooms.

    Raises:
        InvalidError: If there is no such time zone.
        TakenError: If there is an exam of that name.
    """
    try:
        ZoneInfo(told.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        fault = FieldError("body.time_zone", "is not a time zone of the IANA database")
        raise InvalidError("no such time zone", errors=[fault]) from error
    stored = ExamRepository(work.session)
    if await stored.is_named(told.name):
        raise TakenError("an exam of that name", params={"field": "name"})
    row = Exam(**told.model_dump(), created_at=work.now, created_by=by.username)
    await stored.add_all([row])
    audit.log(
        work,
        AccessAction.EXAM_CREATED,
        by.username,
        by.client,
        subject=row.name[:_MOST_SUBJECT],
        changes=differences({}, told.model_dump(exclude={"name"})),
    )
    return await detail(work.session, row.id)


async def list_exams(session: AsyncSession) -> ExamList:
    """All exams, the newest first."""
    rows = await ExamRepository(session).exams()
    return ExamList(items=[_summary(row) for row in rows])


async def detail(session: AsyncSession, exam_id: int) -> ExamDetail:
    """An exam with its sessions.

    Raises:
        NotFoundError: If there is none.
    """
    stored = ExamRepository(session)
    row = await stored.get(exam_id)
    if row is None:
        raise NotFoundError(_NO_EXAM)
    sessions = await stored.sessions(exam_id)
    first_at = sessions[0].starts_at if sessions else row.created_at
    return ExamDetail(
        **_summary(row).model_dump(),
        sessions=await _sessions(stored, sessions),
        profile=_profile(first_at.astimezone(ZoneInfo(row.time_zone))),
    )


def _summary(row: Exam) -> ExamSummary:
    return ExamSummary(
        id=row.id,
        name=row.name,
        time_zone=row.time_zone,
        clock_tolerance_s=row.clock_tolerance_s,
        tolerance_source=row.tolerance_source,
        created_at=row.created_at,
        created_by=row.created_by,
    )


async def _sessions(stored: ExamRepository, rows: Collection[ExamSession]) -> list[ExamSessionView]:
    ids = [row.id for row in rows]
    rosters, counts = await stored.roster(ids), await stored.counts(ids)
    return [
        ExamSessionView(
            id=row.id,
            name=row.name,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            roster=rosters.get(row.id, []),
            sittings=counts.get(row.id, 0),
        )
        for row in rows
    ]


def _profile(at: datetime) -> ExamProfileView | None:
    found = profiles.in_force(at.date())
    if found is None:
        return None
    return ExamProfileView(
        profile=found.profile,
        name=found.name,
        from_day=found.from_day.isoformat(),
        rows=[
            ExamDemandView(
                id=row.id,
                asks=row.asks,
                value=row.value,
                source=found.texts[row.text],
                clause=row.clause,
                reading=row.reading,
            )
            for row in found.rows
        ],
    )


async def put_roster(
    work: UnitOfWork, exam_id: int, session_id: int, usernames: Collection[str], by: Actor
) -> ExamDetail:
    """Say who is in the control room, in place of who was.

    Raises:
        NotFoundError: If there is no such session.
        InvalidError: If one of them is no user.
    """
    stored = ExamRepository(work.session)
    await stored.lock(exam_id)
    session = await stored.session(exam_id, session_id)
    if session is None:
        raise NotFoundError("no such session")
    wanted = sorted(set(usernames))
    unknown = [name for name in wanted if not await people.is_known(work.session, name)]
    if unknown:
        faults = [FieldError("body.usernames", f"there is no user {name}") for name in unknown]
        raise InvalidError("no such user", errors=faults)
    before = (await stored.roster([session_id])).get(session_id, [])
    if before != wanted:
        await stored.put_roster(session_id, wanted)
        audit.log(
            work,
            AccessAction.EXAM_ROSTER_CHANGED,
            by.username,
            by.client,
            subject=session.name,
            changes=differences({"roster": before}, {"roster": wanted}),
        )
    return await detail(work.session, exam_id)


async def read_table(
    session: AsyncSession,
    exam_id: int,
    session_id: int,
    watch: Watch,
    only: Collection[int] | None = None,
) -> ExamTable:
    """All rooms of a session in scope; or these rows alone, as far as they are there.

    Raises:
        NotFoundError: If there is no such session.
    """
    stored = ExamRepository(session)
    exam = await stored.get(exam_id)
    of = None if exam is None else await stored.session(exam_id, session_id)
    if exam is None or of is None:
        raise NotFoundError("no such session")
    sat = await stored.of_session(session_id, only)
    [view] = await _sessions(stored, [of])
    return ExamTable(
        exam=_summary(exam),
        session=view,
        items=await table.rows(session, exam, of, sat, watch),
        as_of=watch.now,
    )


def note_export(work: UnitOfWork, found: ExamTable, by: Actor, school_id: str | None) -> None:
    """Log that somebody took a table along."""
    audit.log(
        work,
        AccessAction.EXAM_EXPORTED,
        by.username,
        by.client,
        subject=f"{found.session.name} · {found.exam.name}"[:_MOST_SUBJECT],
        school_id=school_id,
    )


async def row_of(session: AsyncSession, sat: Sat, watch: Watch) -> SittingView:
    """One row of the table."""
    await session.flush()
    [row] = await table.rows(session, sat.exam, sat.session, [(sat.sitting, sat.room)], watch)
    return row


def named(sat: Sat) -> str:
    """A room and session as the access log names them."""
    return f"{sat.room.code} · {sat.session.name} · {sat.exam.name}"[:_MOST_SUBJECT]


def tell(work: UnitOfWork, sat: Sat) -> None:
    """Tell consoles that a row changed."""
    told = SittingEvent(sitting_id=sat.sitting.id, session_id=sat.session.id, exam_id=sat.exam.id)
    work.emit("exam", str(sat.sitting.id), sat.sitting.school_id, told.model_dump_json())


async def put_present(
    work: UnitOfWork, sitting_id: int, present: int | None, watch: Watch, by: Actor
) -> SittingView:
    """Say how many came.

    Raises:
        NotFoundError: If there is no such sitting in scope.
        InvalidError: If more came than there are seats.
    """
    sat = await _locked(work, sitting_id)
    if present is not None and present > sat.room.seats:
        fault = FieldError("body.present", f"the room has {sat.room.seats} seats")
        raise InvalidError("more than seats", errors=[fault])
    before = sat.sitting.present
    if before != present:
        sat.sitting.present = present
        audit.log(
            work,
            AccessAction.EXAM_PRESENT_TOLD,
            by.username,
            by.client,
            subject=named(sat),
            school_id=sat.sitting.school_id,
            changes=differences({"present": before}, {"present": present}),
        )
        tell(work, sat)
    return await row_of(work.session, sat, watch)


async def order(
    work: UnitOfWork,
    sitting_id: int,
    due_at: datetime,
    watch: Watch,
    by: OrderActor,
    deadlines: Deadlines,
) -> SittingView:
    """Make a work order of what is red, to be put right before the session; one a room and session.

    Raises:
        NotFoundError: If there is no such sitting in scope.
        ExamBegunError: If the session has begun, or the deadline lies after its beginning.
        ConflictError: If nothing is red, or there is an order already.
        InvalidError: If the deadline is over.
    """
    sat = await _locked(work, sitting_id)
    if work.now >= sat.session.starts_at or due_at > sat.session.starts_at:
        raise ExamBegunError(
            "it is put right before the session begins",
            params={"starts_at": sat.session.starts_at.isoformat(timespec="seconds")},
        )
    if sat.sitting.order_id is not None:
        raise ConflictError(f"order {sat.sitting.order_id} is about it already")
    row = await row_of(work.session, sat, watch)
    text = _red(row)
    if not text:
        raise ConflictError("nothing is red")
    made = await assigning.create(
        work,
        OrderCreate(
            kind=SourceKind.FINDING,
            text=f"{sat.exam.name} {sat.session.name} {sat.room.code} {sat.room.name}\n{text}"[
                :_MOST_TEXT
            ],
            school_id=sat.sitting.school_id,
            risk=RiskLevel.CLASS_2,
            subject=Subject.EQUIPMENT,
            due_at=due_at,
        ),
        by,
        deadlines,
    )
    sat.sitting.order_id = made.id
    tell(work, sat)
    return await row_of(work.session, sat, watch)


def _red(row: SittingView) -> str:
    """What is red, in words; orders are written in Chinese."""
    words = vocabulary()
    return "\n".join(
        f"{words.exam_check[each.check].zh}：{words.exam_why[each.why].zh}"
        + (f"（{each.camera_id}）" if each.camera_id else "")
        for each in row.checks
        if each.state is ExamCheckState.BAD and each.why is not None
    )


async def _locked(work: UnitOfWork, sitting_id: int) -> Sat:
    sat = await ExamRepository(work.session).sat(sitting_id, lock=True)
    if sat is None:
        raise NotFoundError("no such sitting")
    return sat
