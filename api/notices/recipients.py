"""Whom a message to a person is for, asked once more when it is sent."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession

from api.access.permissions import Permission
from api.access.roles import ROLES, Role
from api.auth import people
from api.kit.sealing import SealBrokenError
from api.notices.people import Subject, known_to, number_of
from api.notices.push import endpoint_of
from api.notices.push_repository import PushRepository
from api.notices.repository import NoticeRepository, NoticeRow
from api.notices.schemas import ChannelSettings, NoticeEvent

if TYPE_CHECKING:
    from api.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a channel to people tells, and what of a message they may know of: its items' numbers.

    None of either if they may be told nothing.

    Attributes:
        mail: Their address, unless it is for a browser.
        endpoint: That of their browser.
        item_ids: What they may know of.
        permissions: What they may do.
        reports: Numbers of the reports among it.
    """

    mail: str | None
    endpoint: str | None
    item_ids: frozenset[int]
    permissions: frozenset[Permission]
    reports: tuple[int, ...]

    def of(self, settings: ChannelSettings) -> ChannelSettings:
        """A channel's settings, for them."""
        if self.endpoint is not None:
            return settings.model_copy(update={"url": SecretStr(self.endpoint)})
        return settings.model_copy(update={"recipients": [self.mail]})


async def recipient_of(runtime: Runtime, session: AsyncSession, row: NoticeRow) -> Recipient | None:
    """Whom a message is for by themselves, as things stand now; None if nobody is told."""
    username = row.notice.username
    user = None if username is None else await people.find(session, username)
    if user is None or not people.may_sign_in(user, runtime.clock()):
        return None
    endpoint = await _endpoint(runtime, session, row)
    if (user.mail if row.notice.browser is None else endpoint) is None:
        return None
    told = {
        item_id: Subject(NoticeEvent(event), school_id, about)
        for item_id, event, school_id, about in await NoticeRepository(session).told_of(
            row.notice.id
        )
    }
    known = await known_to(session, user, list(set(told.values())))
    item_ids = frozenset(item_id for item_id, subject in told.items() if subject in known)
    if not item_ids:
        return None
    reports = [each for each in known if each.event is NoticeEvent.REPORT_READY]
    return Recipient(
        user.mail,
        endpoint,
        item_ids,
        ROLES[Role(user.role)].permissions,
        tuple(sorted(number_of(each) for each in reports)),
    )


async def _endpoint(runtime: Runtime, session: AsyncSession, row: NoticeRow) -> str | None:
    """Where the browser of a message is woken; None once its person is signed in there no more."""
    assert row.notice.username is not None
    for each in await PushRepository(session).of([row.notice.username], runtime.clock()):
        if each.subscription.endpoint_sha256 == row.notice.browser:
            with contextlib.suppress(SealBrokenError):
                return endpoint_of(runtime.audit_key, each)
    return None
