"""Sends what waits: at least once, under the same number however often.

The peer's answer is written down before the job is marked done: a process that dies between the two
is followed by one that finds the message sent. Only between the peer's answer and our commit there
is a moment whose death sends it twice, and then under the same number.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import structlog

from api.access.scope import EVERYTHING
from api.audit import service as audit
from api.audit.schemas import AccessAction
from api.bus.work import UnitOfWork
from api.contract.vocabulary import Language
from api.jobs.kinds import ClaimedJob, JobKind, NotNowError
from api.kit.sealing import SealBrokenError
from api.notices.channels.base import Attempt, Item, Message, Outside
from api.notices.channels.push import key_of
from api.notices.channels.registry import KINDS
from api.notices.push_repository import PushRepository
from api.notices.recipients import Recipient, recipient_of
from api.notices.repository import SEND, NoticeRepository, NoticeRow
from api.notices.schemas import ChannelKind, ChannelSettings, Outcome
from api.notices.sealed import opened
from api.reports.attachment import attachments_of

if TYPE_CHECKING:
    from api.runtime import Runtime

_ITEMS_SENT = 100
"""So many events of a message are told one by one, the rest as a number."""
_LEASE_S = 12.0
"""Longer than an attempt takes: what a killed process had begun is begun again soon."""
_ATTEMPTS = 16
_BACK_OFF_S = 5.0
"""Sixteen attempts are about seven hours."""

_DROPPED = frozenset({Outcome.CHANNEL_OFF, Outcome.NO_RECIPIENT})
"""What no further attempt would change."""

_log = structlog.get_logger(__name__)


def outside_of(runtime: Runtime) -> Outside:
    """What of the world channels may use now."""
    address = runtime.settings.console_address
    contact = {"contact": address} if address.startswith("https://") else {}
    return Outside(
        runtime.settings.networks_allowed,
        runtime.clock(),
        push_key=key_of(runtime.audit_key),
        push_hosts=runtime.settings.push_hosts,
        **contact,
    )


async def _send(runtime: Runtime, job: ClaimedJob) -> None:
    async with runtime.database.read(EVERYTHING) as session:
        notices = NoticeRepository(session)
        row = await notices.get(job.key)
        if row is None or row.notice.sent_at is not None:
            return
        recipient = await recipient_of(runtime, session, row)
        message = await _message(runtime, notices, row, recipient)
        if recipient is not None and row.channel.kind == ChannelKind.MAIL_PEOPLE:
            attachments = await attachments_of(
                runtime, session, recipient.reports, recipient.permissions
            )
            message = replace(message, attachments=attachments)
        session.expunge_all()
    attempt = await _attempt(runtime, row, recipient, message)
    async with runtime.work(EVERYTHING) as work:
        await _record(work, job.key, attempt, message)
    told = {"notice_id": job.key, "channel_id": row.channel.id, "outcome": str(attempt.outcome)}
    if attempt.outcome is Outcome.DELIVERED:
        _log.info("notice_sent", **told)
    elif attempt.outcome in _DROPPED:
        _log.info("notice_dropped", **told)
    else:
        _log.warning("notice_not_sent", status=attempt.status, attempt=job.attempt, **told)
        raise NotNowError(attempt.outcome, attempt.after_s)


async def _message(
    runtime: Runtime, notices: NoticeRepository, row: NoticeRow, recipient: Recipient | None
) -> Message:
    known = None if recipient is None else recipient.item_ids
    items = await notices.items(row.notice.id, _ITEMS_SENT, known)
    counts = await notices.counts([row.notice.id])
    language: Language = "en" if row.channel.language == "en" else "zh"
    return Message(
        id=row.notice.id,
        items=[
            Item(each.event, each.school_id, each.risk, each.at, each.about, each.text)
            for each in items
        ],
        count=counts.get(row.notice.id, 0) if known is None else len(known),
        language=language,
        console_url=runtime.settings.console_address,
    )


async def _attempt(
    runtime: Runtime, row: NoticeRow, recipient: Recipient | None, message: Message
) -> Attempt:
    channel, kind = row.channel, ChannelKind(row.channel.kind)
    if channel.deleted_at is not None or not channel.is_enabled:
        return Attempt(Outcome.CHANNEL_OFF)
    if KINDS[kind].is_to_people and recipient is None:
        return Attempt(Outcome.NO_RECIPIENT)
    try:
        settings = opened(runtime.audit_key, channel)
    except SealBrokenError:
        return Attempt(Outcome.SEAL_BROKEN)
    if recipient is not None:
        settings = recipient.of(settings)
    return await send(runtime, kind, settings, message)


async def send(
    runtime: Runtime, kind: ChannelKind, settings: ChannelSettings, message: Message
) -> Attempt:
    """Send a message once, through no transaction."""
    return await KINDS[kind].send(settings, message, outside_of(runtime))


async def _record(work: UnitOfWork, notice_id: str, attempt: Attempt, message: Message) -> None:
    row = await NoticeRepository(work.session).get(notice_id, lock=True)
    if row is None:
        return
    notice = row.notice
    notice.attempts += 1
    notice.last_at, notice.outcome, notice.answer = work.now, attempt.outcome, attempt.answer
    if attempt.outcome is Outcome.DELIVERED:
        notice.sent_at = work.now
        for each in message.attachments:
            assert notice.username is not None, "no other channel takes any"
            audit.log(
                work,
                AccessAction.REPORT_MAILED,
                notice.username,
                "",
                subject=each.subject,
                school_id=each.school_id,
            )
    if attempt.outcome is Outcome.NO_RECIPIENT and notice.browser is not None:
        await PushRepository(work.session).remove(notice.browser)


def kinds() -> list[JobKind]:
    """The kind of job that sends."""
    return [JobKind(SEND, run=_send, lease_s=_LEASE_S, attempts=_ATTEMPTS, back_off_s=_BACK_OFF_S)]
