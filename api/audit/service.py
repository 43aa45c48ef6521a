"""Writes and reads the access log, which the law wants of whoever opens footage of people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.audit.repository import AccessLogRepository
from api.audit.schemas import AccessAction, AccessEntry, AccessPage
from api.bus.work import UnitOfWork
from api.db.models import AccessLogEntry
from api.kit.pagination import Cursor

_ENTRIES_AT_ONCE = 1000
_ONE_VIEWING = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Viewing:
    """A look at a camera: since when, and until when unless it goes on.

    Live these are the moments of looking; of what was recorded they are the moments looked at.
    """

    school_id: str
    camera_id: str
    from_at: datetime
    to_at: datetime | None


def log(
    work: UnitOfWork,
    action: AccessAction,
    username: str,
    client: str,
    *,
    alert_id: UUID | None = None,
    reason: str | None = None,
    subject: str | None = None,
    viewing: Viewing | None = None,
    school_id: str | None = None,
    camera_id: str | None = None,
) -> None:
    """Append an entry; it stands or falls with the unit of work."""
    AccessLogRepository(work.session).add(
        AccessLogEntry(
            at=work.now,
            action=action,
            username=username,
            client=client[:64],
            alert_id=alert_id,
            reason=reason,
            subject=subject,
            school_id=school_id if viewing is None else viewing.school_id,
            camera_id=camera_id if viewing is None else viewing.camera_id,
            from_at=None if viewing is None else viewing.from_at,
            to_at=None if viewing is None else viewing.to_at,
        )
    )


async def log_clip_viewings(
    work: UnitOfWork, username: str, client: str, alerts: Mapping[UUID, str]
) -> None:
    """Append that somebody plays the clip of these alerts; a player asks for it piece by piece, so
    once an hour.

    Args:
        work: The unit of work.
        username: Who.
        client: From where.
        alerts: The alerts, and the school of each.
    """
    log_book = AccessLogRepository(work.session)
    for alert_id, school_id in alerts.items():
        since = work.now - _ONE_VIEWING
        if not await log_book.has_since(AccessAction.CLIP_VIEWED, username, alert_id, since):
            log(
                work,
                AccessAction.CLIP_VIEWED,
                username,
                client,
                alert_id=alert_id,
                school_id=school_id,
            )


async def delete_before(work: UnitOfWork, moment: datetime) -> int | None:
    """Delete some entries of before then; answers how many, None at the end."""
    entries = AccessLogRepository(work.session)
    return await entries.delete_before(moment, _ENTRIES_AT_ONCE) or None


async def list_entries(
    session: AsyncSession, actions: tuple[AccessAction, ...], *, limit: int, cursor: str | None
) -> AccessPage:
    """A page of entries, newest first."""
    after = None if cursor is None else Cursor.decode(cursor)
    rows = await AccessLogRepository(session).page(actions, after, limit + 1)
    shown = rows[:limit]
    last = shown[-1] if len(rows) > limit else None
    return AccessPage(
        items=[
            AccessEntry(
                id=row.id,
                at=row.at,
                action=AccessAction(row.action),
                username=row.username,
                client=row.client,
                alert_id=row.alert_id,
                reason=row.reason,
                subject=row.subject,
                school_id=row.school_id,
                camera_id=row.camera_id,
                from_at=row.from_at,
                to_at=row.to_at,
            )
            for row in shown
        ],
        next_cursor=None if last is None else Cursor(last.at, str(last.id)).encode(),
    )
