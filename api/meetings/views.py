"""Meetings as those who are invited see them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from api.access.roles import Role
from api.db.meeting import Meeting, MeetingEntry
from api.db.models import User
from api.db.organisation import School
from api.meetings.engine_messages import EngineEvent, Feed
from api.meetings.repository import Counts, InvitedRow, MeetingRow
from api.meetings.schemas import (
    MeetingCandidate,
    MeetingEntryView,
    MeetingEventView,
    MeetingFeed,
    MeetingPersonView,
    MeetingReason,
    MeetingState,
    MeetingSummary,
    MeetingTrack,
    MeetingView,
    PersonState,
)
from api.organisations import service as organisations
from api.organisations.schemas import SchoolName


def state_of(meeting: Meeting, now: datetime) -> MeetingState:
    """Where a meeting stands."""
    if meeting.ended_at is not None:
        return MeetingState.ENDED
    return MeetingState.OPEN if meeting.starts_at <= now else MeetingState.SCHEDULED


def _name(school: School | None) -> SchoolName | None:
    return None if school is None else organisations.name_of(school)


def summary(row: MeetingRow, counts: Counts, now: datetime, *, is_there: bool) -> MeetingSummary:
    """One line of the list.

    Args:
        row: The meeting.
        counts: Of its people.
        now: The present moment.
        is_there: Whether who asks is in it.
    """
    meeting = row.meeting
    state = state_of(meeting, now)
    may_come = row.person.state != PersonState.REMOVED
    return MeetingSummary(
        id=meeting.id,
        title=meeting.title,
        reason=MeetingReason(meeting.reason),
        state=state,
        host=meeting.host,
        school=_name(row.school),
        alert_id=meeting.alert_id,
        order_id=meeting.order_id,
        starts_at=meeting.starts_at,
        ended_at=meeting.ended_at,
        people_count=counts.people,
        there_count=counts.there,
        is_called=state is MeetingState.OPEN and may_come and not is_there,
    )


def view(
    of: MeetingSummary,
    row: MeetingRow,
    people: Sequence[InvitedRow],
    entries: Sequence[MeetingEntry],
) -> MeetingView:
    """A meeting with its people."""
    there = {each.username for each in entries if each.left_at is None}
    return MeetingView(
        **of.model_dump(),
        has_lobby=row.meeting.has_lobby,
        me=PersonState(row.person.state),
        is_host=row.person.username == row.meeting.host,
        people=[_person(each, row.meeting.host, there) for each in people],
        entries=[
            MeetingEntryView(username=each.username, came_at=each.came_at, left_at=each.left_at)
            for each in entries
        ],
    )


def _person(row: InvitedRow, host: str, there: set[str]) -> MeetingPersonView:
    name = row.person.username
    return MeetingPersonView(
        username=name,
        role=None if row.user is None else Role(row.user.role),
        school=_name(row.school),
        state=PersonState(row.person.state),
        is_host=name == host,
        is_there=name in there,
    )


def candidate(user: User, school: School | None) -> MeetingCandidate:
    """Somebody who may be invited."""
    return MeetingCandidate(username=user.username, role=Role(user.role), school=_name(school))


def feed(of: Feed) -> MeetingFeed:
    """Somebody who sends."""
    return MeetingFeed(feed=of.feed, username=of.display)


def event(of: EngineEvent) -> MeetingEventView:
    """What happened."""
    return MeetingEventView(
        kind=of.kind,
        is_sender=of.is_sender,
        sdp=of.sdp,
        feeds=[feed(each) for each in of.feeds],
        tracks=[
            MeetingTrack(mid=each.mid, feed=each.feed, kind=each.kind)  # type: ignore[arg-type]
            for each in of.tracks
        ],
    )
