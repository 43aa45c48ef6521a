"""Channels, rules and messages in the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from api.access.scope import Scope
from api.db.camera import Camera
from api.db.inspection import Inspection
from api.db.job import Job
from api.db.meeting import MeetingPerson
from api.db.models import Alert
from api.db.narrowing import options_of
from api.db.notice import Notice, NoticeChannel, NoticeItem, NoticeRule
from api.db.order import WorkOrder
from api.db.organisation import School
from api.kit.pagination import Cursor
from api.notices.schemas import NoticeState

SEND = "notice_send"
"""Kind of the job that sends a message; its key is the message's id."""
_DELETED_AT_ONCE = 1000
_ASKED_AT_ONCE = 500
_Key = TypeVar("_Key")


@dataclass(frozen=True, slots=True)
class Whom:
    """Whom a message is for: a person, in one of their browsers or by mail; else neither."""

    username: str | None = None
    browser: str | None = None


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A message with its channel and its job, if it still has one."""

    notice: Notice
    channel: NoticeChannel
    job: Job | None

    @property
    def state(self) -> NoticeState:
        """Where it stands."""
        if self.notice.sent_at is not None:
            return NoticeState.SENT
        is_due = self.job is not None and self.job.due_at is not None
        return NoticeState.WAITING if is_due else NoticeState.DEAD


_JOB_OF = and_(Job.kind == SEND, Job.key == Notice.id)
_IN_STATE: dict[NoticeState, ColumnElement[bool]] = {
    NoticeState.SENT: Notice.sent_at.is_not(None),
    NoticeState.WAITING: and_(Notice.sent_at.is_(None), Job.due_at.is_not(None)),
    NoticeState.DEAD: and_(Notice.sent_at.is_(None), Job.due_at.is_(None)),
}


class NoticeRepository:
    """Reads and writes the tables of notices."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, row: NoticeChannel | NoticeRule | Notice) -> None:
        """Add a row, so that its number is known."""
        self._session.add(row)
        await self._session.flush()

    def add_item(self, row: NoticeItem) -> None:
        """Add what a message tells of."""
        self._session.add(row)

    # --- channels and rules -------------------------------------------------------------------

    async def channels(self) -> list[NoticeChannel]:
        """Those that are not deleted, by number."""
        query = select(NoticeChannel).where(NoticeChannel.deleted_at.is_(None))
        return list(await self._session.scalars(query.order_by(NoticeChannel.id)))

    async def channel(self, channel_id: int, *, lock: bool = False) -> NoticeChannel | None:
        """One that is not deleted, kept from others if wanted."""
        query = select(NoticeChannel).where(
            NoticeChannel.id == channel_id, NoticeChannel.deleted_at.is_(None)
        )
        return await self._session.scalar(query.with_for_update(key_share=True) if lock else query)

    async def lock_channels_of(self, school_id: str | None) -> list[NoticeChannel]:
        """Enabled channels of the district and of a school, kept from others, by number."""
        query = select(NoticeChannel).where(
            NoticeChannel.deleted_at.is_(None),
            NoticeChannel.is_enabled,
            or_(NoticeChannel.school_id.is_(None), NoticeChannel.school_id == school_id),
        )
        return list(
            await self._session.scalars(
                query.order_by(NoticeChannel.id).with_for_update(key_share=True)
            )
        )

    async def rules(self) -> list[NoticeRule]:
        """All rules, by number."""
        return list(await self._session.scalars(select(NoticeRule).order_by(NoticeRule.id)))

    async def lock_rule(self, rule_id: int) -> NoticeRule | None:
        """One rule, kept from others."""
        return await self._session.get(NoticeRule, rule_id, with_for_update=True)

    async def remove_rule(self, rule: NoticeRule) -> None:
        """Forget a rule."""
        await self._session.delete(rule)

    async def schools(self, school_ids: Collection[str]) -> dict[str, School]:
        """Schools by id."""
        query = select(School).where(School.school_id.in_(school_ids))
        return {row.school_id: row for row in await self._session.scalars(query)}

    # --- what somebody may know of ------------------------------------------------------------

    async def alerts_within(self, scope: Scope, ids: Sequence[UUID]) -> set[UUID]:
        """Those of some alerts that a scope covers."""
        return await self._within(scope, Alert.id, ids)

    async def orders_within(self, scope: Scope, ids: Sequence[int]) -> set[int]:
        """Those of some work orders that a scope covers."""
        return await self._within(scope, WorkOrder.id, ids)

    async def inspections_within(self, scope: Scope, ids: Sequence[int]) -> set[int]:
        """Those of some inspections that a scope covers."""
        return await self._within(scope, Inspection.id, ids)

    async def boxes_within(self, scope: Scope, ids: Sequence[int]) -> set[int | None]:
        """Those of some boxes of which a scope covers a camera."""
        return await self._within(scope, Camera.box_id, ids)

    async def meetings_of(self, username: str, ids: Sequence[int]) -> set[int]:
        """Those of some meetings that somebody is invited to, and was not removed from."""
        if not ids:
            return set()
        query = select(MeetingPerson.meeting_id).where(
            MeetingPerson.username == username,
            MeetingPerson.meeting_id.in_(ids),
            MeetingPerson.state != "removed",
        )
        return set(await self._session.scalars(query))

    async def _within(
        self, scope: Scope, column: InstrumentedAttribute[_Key], ids: Sequence[_Key]
    ) -> set[_Key]:
        found: set[_Key] = set()
        for begin in range(0, len(ids), _ASKED_AT_ONCE):
            query = select(column).where(column.in_(ids[begin : begin + _ASKED_AT_ONCE]))
            found.update(await self._session.scalars(query.options(*options_of(scope))))
        return found

    # --- messages -----------------------------------------------------------------------------

    async def lock_waiting(
        self, channel_id: int, whom: Whom, since: datetime | None, until: datetime
    ) -> Notice | None:
        """A message that is going to be sent in that time and was never begun, kept from others.

        Args:
            channel_id: By which channel.
            whom: To whom.
            since: Not before.
            until: Not after.
        """
        query = (
            select(Notice)
            .join(Job, _JOB_OF)
            .where(
                Notice.channel_id == channel_id,
                Notice.username.is_not_distinct_from(whom.username),
                Notice.browser.is_not_distinct_from(whom.browser),
                Notice.sent_at.is_(None),
                Job.attempts == 0,
                Job.claim.is_(None),
                Job.error == "",
                Job.due_at <= until,
            )
            .order_by(Job.due_at)
            .limit(1)
            # The job too: it is not begun while something is added.
            .with_for_update()
        )
        if since is not None:
            query = query.where(Job.due_at >= since)
        return await self._session.scalar(query)

    async def get(self, notice_id: str, *, lock: bool = False) -> NoticeRow | None:
        """A message with its channel."""
        query = (
            select(Notice, NoticeChannel)
            .join(NoticeChannel, NoticeChannel.id == Notice.channel_id)
            .where(Notice.id == notice_id)
        )
        if lock:
            query = query.with_for_update(of=Notice)
        row = (await self._session.execute(query)).one_or_none()
        return None if row is None else NoticeRow(row[0], row[1], None)

    async def standing(self, notice_id: str) -> NoticeRow | None:
        """A message with its channel and its job."""
        query = (
            select(Notice, NoticeChannel, Job)
            .join(NoticeChannel, NoticeChannel.id == Notice.channel_id)
            .outerjoin(Job, _JOB_OF)
            .where(Notice.id == notice_id)
        )
        row = (await self._session.execute(query)).one_or_none()
        return None if row is None else NoticeRow(*row)

    async def items(
        self, notice_id: str, limit: int, known: Collection[int] | None = None
    ) -> list[NoticeItem]:
        """The first of what a message tells of, or of some of it by number."""
        query = select(NoticeItem).where(NoticeItem.notice_id == notice_id)
        if known is not None:
            query = query.where(NoticeItem.id.in_(sorted(known)[:limit]))
        return list(await self._session.scalars(query.order_by(NoticeItem.id).limit(limit)))

    async def told_of(self, notice_id: str) -> list[tuple[int, str, str | None, str]]:
        """All that a message tells of: number, event, school, and what it is about."""
        query = select(NoticeItem.id, NoticeItem.event, NoticeItem.school_id, NoticeItem.about)
        rows = await self._session.execute(query.where(NoticeItem.notice_id == notice_id))
        return [(row.id, row.event, row.school_id, row.about) for row in rows]

    async def counts(self, notice_ids: Collection[str]) -> dict[str, int]:
        """Of how many events messages tell."""
        query = (
            select(NoticeItem.notice_id, func.count())
            .where(NoticeItem.notice_id.in_(notice_ids))
            .group_by(NoticeItem.notice_id)
        )
        return {row[0]: row[1] for row in await self._session.execute(query)}

    async def first_items(
        self, notice_ids: Collection[str], each: int
    ) -> dict[str, list[NoticeItem]]:
        """The first of what messages tell of."""
        place = func.row_number().over(partition_by=NoticeItem.notice_id, order_by=NoticeItem.id)
        numbered = (
            select(NoticeItem.id, place.label("place"))
            .where(NoticeItem.notice_id.in_(notice_ids))
            .subquery()
        )
        query = (
            select(NoticeItem)
            .join(numbered, numbered.c.id == NoticeItem.id)
            .where(numbered.c.place <= each)
            .order_by(NoticeItem.id)
        )
        found: dict[str, list[NoticeItem]] = defaultdict(list)
        for item in await self._session.scalars(query):
            found[item.notice_id].append(item)
        return found

    async def page(
        self,
        state: NoticeState | None,
        channel_id: int | None,
        school_id: str | None,
        after: Cursor | None,
        limit: int,
    ) -> Sequence[NoticeRow]:
        """Messages, newest first."""
        query = (
            select(Notice, NoticeChannel, Job)
            .join(NoticeChannel, NoticeChannel.id == Notice.channel_id)
            .outerjoin(Job, _JOB_OF)
            .order_by(Notice.created_at.desc(), Notice.id.desc())
            .limit(limit)
        )
        if state is not None:
            query = query.where(_IN_STATE[state])
        if channel_id is not None:
            query = query.where(Notice.channel_id == channel_id)
        if school_id is not None:
            of_school = select(NoticeItem.id).where(
                NoticeItem.notice_id == Notice.id, NoticeItem.school_id == school_id
            )
            query = query.where(exists(of_school))
        if after is not None:
            place = tuple_(Notice.created_at, Notice.id)
            query = query.where(place < (after.at, after.identity))
        return [NoticeRow(*row) for row in await self._session.execute(query)]

    async def forget_before(self, moment: datetime) -> None:
        """Forget some messages of before then that do not wait any more."""
        waits = select(Job.id).where(_JOB_OF, Job.due_at.is_not(None))
        old = select(Notice.id).where(Notice.created_at < moment, ~exists(waits))
        ids = list(await self._session.scalars(old.limit(_DELETED_AT_ONCE)))
        await self._session.execute(delete(NoticeItem).where(NoticeItem.notice_id.in_(ids)))
        await self._session.execute(delete(Notice).where(Notice.id.in_(ids)))

    async def given_up_since(self, moment: datetime) -> list[Job]:
        """Jobs other than those of notices that were given up since then."""
        query = select(Job).where(Job.failed_at >= moment, ~Job.kind.startswith("notice"))
        return list(await self._session.scalars(query.order_by(Job.failed_at).limit(100)))
