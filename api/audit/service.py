"""Writes and reads the access log, which the law wants of whoever opens footage of people."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.audit import chain
from api.audit.chain import Anchor, Finding, Verifier
from api.audit.changes import Change
from api.audit.filters import AccessFilters
from api.audit.repository import AccessLogRepository, LoggedEntry
from api.audit.schemas import AccessAction, AccessEntry, AccessPage
from api.bus.work import UnitOfWork
from api.db.models import AccessLogEntry
from api.db.turn import take_turn
from api.kit.errors import TooLargeError
from api.kit.pagination import Cursor

_ENTRIES_AT_ONCE = 1000
_MAX_EXPORTED = 50_000
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
    changes: Sequence[Change] = (),
    at: datetime | None = None,
) -> None:
    """Append an entry; it stands or falls with the unit of work, which chains it at its end.

    ``at`` dates what is told afterwards; its place in the chain is that of now.
    """
    work.access_log.append(
        AccessLogEntry(
            at=work.now if at is None else at,
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
            changes=[change.model_dump() for change in changes] or None,
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


async def delete_before(work: UnitOfWork, key: bytes, moment: datetime) -> int | None:
    """Delete some entries of before then; answers how many, None at the end.

    The head says from where on the chain is kept, and the log that it was shortened.
    """
    entries = AccessLogRepository(work.session)
    oldest = await entries.oldest_before(moment, _ENTRIES_AT_ONCE)
    if not oldest:
        return None
    await take_turn(work.session)
    head = await entries.head(for_update=True)
    last = oldest[-1]
    chain.shorten(key, head, last)
    await entries.delete_through(last.id)
    log(work, AccessAction.LOG_SHORTENED, "", "", subject=f"1-{last.id}")
    return len(oldest)


async def seal(session: AsyncSession, key: bytes, new: Sequence[AccessLogEntry]) -> None:
    """Chain and store new entries, as one of the last things before the commit."""
    entries = AccessLogRepository(session)
    chain.append(key, await entries.head(for_update=True), new)
    entries.add_all(new)


async def begin(work: UnitOfWork, key: bytes, *, is_new_key: bool) -> bool:
    """Put the key to a head that has none yet; answers whether the key is the head's.

    Only a key that was made just now is put to it: a head whose code somebody emptied stays so.
    """
    head = await AccessLogRepository(work.session).head(for_update=True)
    if is_new_key and not head.mac:
        head.mac = chain.head_mac(key, head)
    return not is_new_key or head.mac == chain.head_mac(key, head)


async def anchor(session: AsyncSession) -> Anchor:
    """The head as it stands, to be kept somewhere else."""
    head = await AccessLogRepository(session).head()
    return Anchor(head.count, head.hash)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found.

    Attributes:
        head: Number and hash of the newest entry.
        deleted_count: Entries that went because their time was up.
        finding: The first fault, if any.
    """

    head: Anchor
    deleted_count: int
    finding: Finding | None


async def verify(session: AsyncSession, key: bytes, anchors: Sequence[Anchor]) -> Verdict:
    """Follow the whole chain.

    Args:
        session: To read with.
        key: The key its head was written with.
        anchors: Heads of earlier on.
    """
    entries = AccessLogRepository(session)
    head = await entries.head()
    session.expunge(head)
    verifier = Verifier(head, key, anchors)
    finding: Finding | None = None
    async for entry in entries.chain():
        if (finding := verifier.feed(entry)) is not None:
            break
    else:
        finding = verifier.end()
    return Verdict(Anchor(head.count, head.hash), head.deleted_count, finding)


def _entry(row: LoggedEntry) -> AccessEntry:
    return AccessEntry(
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
        changes=[Change.model_validate(change) for change in row.changes or ()],
        hash=row.hash,
    )


async def entries_to_export(session: AsyncSession, filters: AccessFilters) -> list[AccessEntry]:
    """All entries, newest first.

    Raises:
        TooLargeError: If there are more than one file is made of.
    """
    rows = await AccessLogRepository(session).page(filters, None, _MAX_EXPORTED + 1)
    if len(rows) > _MAX_EXPORTED:
        raise TooLargeError(
            f"more than {_MAX_EXPORTED} entries; ask for a shorter time",
            params={"limit": str(_MAX_EXPORTED)},
        )
    return [_entry(row) for row in rows]


def file_name(now: datetime) -> str:
    """What a file of entries is called."""
    return f"access-log-{now:%Y%m%d-%H%M%S}.csv"


async def list_entries(
    session: AsyncSession, filters: AccessFilters, *, limit: int, cursor: str | None
) -> AccessPage:
    """A page of entries, newest first."""
    after = None if cursor is None else Cursor.decode(cursor)
    rows = await AccessLogRepository(session).page(filters, after, limit + 1)
    shown = rows[:limit]
    last = shown[-1] if len(rows) > limit else None
    return AccessPage(
        items=[_entry(row) for row in shown],
        next_cursor=None if last is None else Cursor(last.at, str(last.id)).encode(),
    )


_VIEWINGS = (
    AccessAction.LIVE_STARTED,
    AccessAction.LIVE_ENDED,
    AccessAction.PLAYBACK_STARTED,
    AccessAction.PLAYBACK_ENDED,
)


async def viewings(
    session: AsyncSession,
    school_id: str,
    camera_ids: Collection[str],
    begin: datetime,
    end: datetime,
) -> list[LoggedEntry]:
    """Who looked at cameras live between two moments, or at footage of then, oldest first."""
    return await AccessLogRepository(session).viewings(school_id, camera_ids, _VIEWINGS, begin, end)


async def was_watching(
    session: AsyncSession,
    username: str,
    camera: tuple[str, str],
    begin: datetime,
    end: datetime,
) -> bool:
    """Whether somebody was sent live pictures of a camera (school, name) at that time."""
    last = await AccessLogRepository(session).last_live(username, *camera, end)
    if last is None:
        return False
    return last.action == AccessAction.LIVE_STARTED or (
        last.to_at is not None and last.to_at > begin
    )
