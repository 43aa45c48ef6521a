"""Calls meetings, and says who is invited to them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from api.access.permissions import Permission
from api.access.roles import ROLES, Role
from api.audit.changes import Actor
from api.audit.schemas import AccessAction
from api.auth import people
from api.bus.work import UnitOfWork
from api.db.meeting import Meeting, MeetingPerson
from api.kit.errors import FieldError, InvalidError
from api.meetings import views
from api.meetings.about import About, find_about
from api.meetings.errors import MeetingFullError
from api.meetings.repository import MeetingRepository
from api.meetings.schemas import (
    MOST_PEOPLE,
    MeetingCandidateList,
    MeetingCreate,
    MeetingView,
    PersonState,
)
from api.meetings.service import get, hosted, log
from api.notices.people import who_may_know
from api.notices.schemas import NoticeEvent
from api.notices.telling import Told, mail_to, tell
from api.orders.deadlines import Deadlines
from api.orders.people import Actor as OrderActor

_LATEST = timedelta(days=366)


async def candidates(
    session: AsyncSession, school_id: str | None, now: datetime
) -> MeetingCandidateList:
    """Who may be invited: of a school and of the district, or everybody in scope."""
    found = await MeetingRepository(session).candidates(school_id)
    return MeetingCandidateList(
        items=[
            views.candidate(user, school)
            for user, school in found
            if people.may_sign_in(user, now) and _may_attend(Role(user.role))
        ]
    )


def _may_attend(role: Role) -> bool:
    return Permission.ATTEND_MEETINGS in ROLES[role].permissions


async def create(
    work: UnitOfWork,
    wanted: MeetingCreate,
    by: Actor,
    permissions: frozenset[Permission],
    deadlines: Deadlines,
) -> MeetingView:
    """Call a meeting; who calls it is its host.

    Raises:
        InvalidError: If what it is about, or somebody, is not there for who asks.
        MeetingFullError: If these are too many.
    """
    if wanted.starts_at is not None and not work.now <= wanted.starts_at <= work.now + _LATEST:
        what = "lies in the past, or more than a year ahead"
        raise InvalidError("no such time", errors=[FieldError("body.starts_at", what)])
    asker = OrderActor(by.username, by.client, permissions)
    about = await find_about(work, wanted, asker, deadlines)
    invited = await _invited(work, wanted, about, by)
    meeting = Meeting(
        title=wanted.title or "",
        reason=wanted.reason,
        about_school_id=about.school_id,
        alert_id=wanted.alert_id,
        order_id=wanted.order_id,
        host=by.username,
        has_lobby=wanted.has_lobby,
        created_at=work.now,
        starts_at=wanted.starts_at or work.now,
    )
    meetings = MeetingRepository(work.session)
    await meetings.add(meeting)
    await _add(work, meeting, [by.username, *sorted(invited)], by)
    log(work, AccessAction.MEETING_OPENED, meeting, by)
    for each in sorted(invited):
        log(work, AccessAction.MEETING_INVITED, meeting, by, each)
    if invited:
        await tell(work, _told(meeting, work.now))
    return await get(work.session, meeting.id, by.username, work.now)


async def _invited(work: UnitOfWork, wanted: MeetingCreate, about: About, by: Actor) -> set[str]:
    """Everybody but the host."""
    roles = [role for role in wanted.roles if _may_attend(role)]
    if about.subject is not None:
        found = await who_may_know(work.session, roles, about.subject, work.now)
    else:
        found = await people.standing_with(work.session, roles, about.school_id, work.now)
    named = await _checked(work, wanted.usernames)
    invited = (named | {user.username for user in found}) - {by.username}
    _check_count(len(invited) + 1)
    return invited


async def _checked(work: UnitOfWork, usernames: Iterable[str]) -> set[str]:
    """Those who were named, all of whom may be invited by who asks."""
    named = list(usernames)
    standing = {
        user.username
        for user, _ in await MeetingRepository(work.session).standing(named)
        if people.may_sign_in(user, work.now) and _may_attend(Role(user.role))
    }
    faults = [
        FieldError(f"body.usernames.{at}", "nobody of this name may be invited")
        for at, name in enumerate(named)
        if name not in standing
    ]
    if faults:
        raise InvalidError("somebody cannot be invited", errors=faults)
    return standing


def _check_count(count: int) -> None:
    if count > MOST_PEOPLE:
        raise MeetingFullError(f"at most {MOST_PEOPLE}", params={"most": str(MOST_PEOPLE)})


async def _add(work: UnitOfWork, meeting: Meeting, usernames: Collection[str], by: Actor) -> None:
    for each in usernames:
        is_in = each == meeting.host or not meeting.has_lobby
        await MeetingRepository(work.session).add_person(
            MeetingPerson(
                meeting_id=meeting.id,
                username=each,
                invited_at=work.now,
                invited_by=by.username,
                state=PersonState.ADMITTED if is_in else PersonState.INVITED,
            )
        )


def _told(meeting: Meeting, now: datetime) -> Told:
    facts = {"meeting": meeting.title, "meeting_reason": meeting.reason}
    if meeting.starts_at > now:
        facts["due_at"] = meeting.starts_at.isoformat()
    return Told(
        NoticeEvent.MEETING_CALLED,
        about=f"meeting {meeting.id}",
        key=str(meeting.id),
        school_id=meeting.about_school_id,
        facts={key: value for key, value in facts.items() if value},
    )


async def invite(
    work: UnitOfWork, meeting_id: int, usernames: Collection[str], by: Actor
) -> MeetingView:
    """Invite more people; whoever was removed may come again.

    Raises:
        NotFoundError: If there is none to which who asks is invited.
        ForbiddenError: If somebody else hosts it.
        InvalidError: If somebody may not be invited.
        MeetingEndedError: If it is over.
        MeetingFullError: If these are too many.
    """
    meeting = await hosted(work, meeting_id, by)
    meetings = MeetingRepository(work.session)
    named = await _checked(work, usernames)
    before = await meetings.usernames(meeting_id)
    _check_count(len(before | named))
    new = sorted(named - before)
    await _add(work, meeting, new, by)
    back = []
    for each in sorted(named & before):
        person = await meetings.person(meeting_id, each)
        if person is not None and person.state == PersonState.REMOVED:
            person.state = PersonState.INVITED if meeting.has_lobby else PersonState.ADMITTED
            back.append(each)
    for each in [*new, *back]:
        log(work, AccessAction.MEETING_INVITED, meeting, by, each)
        await mail_to(work, each, _told(meeting, work.now))
    return await get(work.session, meeting_id, by.username, work.now)
