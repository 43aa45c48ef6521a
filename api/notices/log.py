"""The log of messages: what became of each."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from api.contract import RiskLevel
from api.db.notice import NoticeItem
from api.kit.pagination import Cursor
from api.notices.repository import NoticeRepository, NoticeRow
from api.notices.schemas import (
    ChannelKind,
    NoticeEvent,
    NoticeItemView,
    NoticePage,
    NoticeState,
    NoticeView,
    Outcome,
)

_SHOWN_ITEMS = 5


def _item_view(row: NoticeItem) -> NoticeItemView:
    return NoticeItemView(
        event=NoticeEvent(row.event),
        school_id=row.school_id,
        risk=None if row.risk is None else RiskLevel(row.risk),
        at=row.at,
        about=row.about,
        text=row.text,
    )


def _view(row: NoticeRow, items: list[NoticeItem], count: int) -> NoticeView:
    notice, job = row.notice, row.job
    return NoticeView(
        id=notice.id,
        channel_id=row.channel.id,
        channel_name=row.channel.name,
        channel_kind=ChannelKind(row.channel.kind),
        username=notice.username,
        state=row.state,
        created_at=notice.created_at,
        due_at=job.due_at if job is not None and notice.sent_at is None else None,
        sent_at=notice.sent_at,
        attempts=notice.attempts,
        last_at=notice.last_at,
        outcome=None if notice.outcome is None else Outcome(notice.outcome),
        answer=notice.answer,
        item_count=count,
        items=[_item_view(each) for each in items],
        job_id=job.id if job is not None and job.failed_at is not None else None,
    )


async def standing_of(
    session: AsyncSession, notice_id: str
) -> tuple[NoticeState, Outcome | None] | None:
    """Where a message stands, and what became of its last attempt; None once it is forgotten."""
    row = await NoticeRepository(session).standing(notice_id)
    if row is None:
        return None
    outcome = row.notice.outcome
    return row.state, None if outcome is None else Outcome(outcome)


async def writes_to_people(session: AsyncSession) -> bool:
    """Whether any channel of the district does."""
    return any(
        each.kind == ChannelKind.MAIL_PEOPLE and each.is_enabled
        for each in await NoticeRepository(session).channels()
    )


async def list_notices(
    session: AsyncSession,
    state: NoticeState | None,
    channel_id: int | None,
    school_id: str | None,
    *,
    limit: int,
    cursor: str | None,
) -> NoticePage:
    """A page of the log, newest first.

    Raises:
        BadCursorError: If the cursor was not made here.
    """
    notices = NoticeRepository(session)
    after = None if cursor is None else Cursor.decode(cursor)
    rows = await notices.page(state, channel_id, school_id, after, limit + 1)
    shown = rows[:limit]
    ids = [row.notice.id for row in shown]
    items, counts = await notices.first_items(ids, _SHOWN_ITEMS), await notices.counts(ids)
    last = shown[-1].notice if len(rows) > limit else None
    return NoticePage(
        items=[
            _view(row, items.get(row.notice.id, []), counts.get(row.notice.id, 0)) for row in shown
        ],
        next_cursor=None if last is None else Cursor(last.created_at, last.id).encode(),
    )
