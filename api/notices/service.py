"""Channels, as an administrator keeps and tries them."""

from __future__ import annotations

import secrets
import time
from collections.abc import Collection
from typing import TYPE_CHECKING

from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession

from api.audit import service as audit
from api.audit.changes import Actor, Change, differences
from api.audit.schemas import AccessAction
from api.auth import people
from api.bus.work import UnitOfWork
from api.contract.vocabulary import Language
from api.db.notice import NoticeChannel
from api.kit.errors import ConflictError, FieldError, InvalidError, NotFoundError
from api.kit.sealing import SealBrokenError
from api.notices import push, sending
from api.notices.channels.base import Attempt, Item, Message
from api.notices.channels.registry import KINDS, faults, target
from api.notices.repository import NoticeRepository
from api.notices.schemas import (
    ChannelCreate,
    ChannelKind,
    ChannelList,
    ChannelSettings,
    ChannelSettingsView,
    ChannelTest,
    ChannelView,
    ChannelWrite,
    Outcome,
)
from api.notices.sealed import SECRETS, opened, sealed
from api.notices.texts import line_of_test
from api.organisations import service as organisations

if TYPE_CHECKING:
    from api.runtime import Runtime


def _settings_view(key: bytes, row: NoticeChannel) -> ChannelSettingsView:
    try:
        settings = opened(key, row)
    except SealBrokenError:
        settings = ChannelSettings()
    host, port = target(ChannelKind(row.kind), settings) or (None, None)
    return ChannelSettingsView(
        host=host,
        port=port,
        security=settings.security,
        username=settings.username,
        sender=settings.sender,
        recipients=settings.recipients,
        secrets=[name for name in SECRETS if getattr(settings, name) is not None],
    )


async def _views(
    session: AsyncSession, key: bytes, rows: Collection[NoticeChannel]
) -> list[ChannelView]:
    wanted = {row.school_id for row in rows if row.school_id is not None}
    schools = await NoticeRepository(session).schools(wanted)
    return [
        ChannelView(
            id=row.id,
            name=row.name,
            kind=ChannelKind(row.kind),
            school=(
                None if row.school_id is None else organisations.name_of(schools[row.school_id])
            ),
            language="en" if row.language == "en" else "zh",
            is_enabled=row.is_enabled,
            per_minute=row.per_minute,
            settings=_settings_view(key, row),
        )
        for row in rows
    ]


async def list_channels(session: AsyncSession, key: bytes) -> ChannelList:
    """All channels, without their secrets."""
    rows = await NoticeRepository(session).channels()
    return ChannelList(items=await _views(session, key, rows))


async def create_channel(
    work: UnitOfWork, key: bytes, wanted: ChannelCreate, by: Actor
) -> ChannelView:
    """Add a channel.

    Raises:
        InvalidError: If its settings do not fit its kind, or there is no such school.
    """
    found = faults(wanted.kind, wanted.settings)
    is_known = wanted.school_id is None or await organisations.is_known(
        work.session, wanted.school_id
    )
    if not is_known:
        found.append(FieldError("body.school_id", "there is no such school"))
    if found:
        raise InvalidError("the channel cannot be made", errors=found)
    row = NoticeChannel(
        name=wanted.name,
        kind=wanted.kind,
        school_id=wanted.school_id,
        language=wanted.language,
        is_enabled=wanted.is_enabled,
        per_minute=wanted.per_minute,
        sealed=sealed(key, wanted.settings),
        created_at=work.now,
    )
    await NoticeRepository(work.session).add(row)
    [view] = await _views(work.session, key, [row])
    _log(work, AccessAction.NOTICE_CHANNEL_CREATED, by, row, differences({}, _told(view)))
    return view


def _told(view: ChannelView) -> dict[str, object]:
    """What the access log keeps of a channel; no secret."""
    return {
        **view.model_dump(mode="json", include={"name", "kind", "language", "is_enabled"}),
        "per_minute": view.per_minute,
        **view.settings.model_dump(mode="json"),
    }


def _log(
    work: UnitOfWork,
    action: AccessAction,
    by: Actor,
    row: NoticeChannel,
    changes: list[Change] | None = None,
) -> None:
    audit.log(
        work,
        action,
        by.username,
        by.client,
        subject=f"channel {row.id}",
        school_id=row.school_id,
        changes=changes or [],
    )


async def _channel(work: UnitOfWork, channel_id: int) -> NoticeChannel:
    row = await NoticeRepository(work.session).channel(channel_id, lock=True)
    if row is None:
        raise NotFoundError("no such channel")
    return row


async def put_channel(
    work: UnitOfWork, key: bytes, channel_id: int, told: ChannelWrite, by: Actor
) -> ChannelView:
    """Change a channel; secrets that are not given stay.

    Raises:
        NotFoundError: If there is no such channel.
        InvalidError: If its settings do not fit its kind.
    """
    row = await _channel(work, channel_id)
    [before] = await _views(work.session, key, [row])
    settings = _kept(key, row, told.settings)
    if found := faults(ChannelKind(row.kind), settings):
        raise InvalidError("the channel cannot be changed", errors=found)
    row.name, row.language, row.is_enabled = told.name, told.language, told.is_enabled
    row.per_minute, row.sealed = told.per_minute, sealed(key, settings)
    [view] = await _views(work.session, key, [row])
    changes = differences(_told(before), _told(view))
    given = [name for name in SECRETS if getattr(told.settings, name) is not None]
    # That a secret was changed is told, what it was or is never.
    changes += [Change(field=name, old=None, new="…") for name in given]
    _log(work, AccessAction.NOTICE_CHANNEL_CHANGED, by, row, changes)
    return view


def _kept(key: bytes, row: NoticeChannel, told: ChannelSettings) -> ChannelSettings:
    """Settings with the secrets that were not given anew.

    A password stays only at the server and for the name it was given for: whoever may change the
    one is not handed the other.
    """
    try:
        before = opened(key, row)
    except SealBrokenError:
        return told
    keep = {"url": before.url, "secret": before.secret}
    if (told.host, told.username) == (before.host, before.username):
        keep["password"] = before.password
    missing = {name: value for name, value in keep.items() if getattr(told, name) is None}
    if told.url is not None:
        # What signs for one address does not sign for another.
        missing.pop("secret", None)
    return told.model_copy(update=missing)


async def delete_channel(work: UnitOfWork, channel_id: int, by: Actor) -> None:
    """Delete a channel with its secrets; what waits for it is not sent.

    Raises:
        NotFoundError: If there is no such channel.
        ConflictError: If a rule names it.
    """
    row = await _channel(work, channel_id)
    for rule in await NoticeRepository(work.session).rules():
        if row.id in rule.channel_ids:
            raise ConflictError(f"rule {rule.id} names it", params={"rule": rule.name})
    row.deleted_at, row.sealed = work.now, ""
    _log(work, AccessAction.NOTICE_CHANNEL_DELETED, by, row)


async def try_channel(
    runtime: Runtime, work: UnitOfWork, channel_id: int, by: Actor
) -> tuple[ChannelKind, ChannelSettings | None, Message]:
    """What a test of a channel sends; the test is logged before it is made.

    Raises:
        NotFoundError: If there is no such channel.
    """
    row = await _channel(work, channel_id)
    _log(work, AccessAction.NOTICE_CHANNEL_TESTED, by, row)
    language: Language = "en" if row.language == "en" else "zh"
    item = Item("test", row.school_id, None, work.now, "test", line_of_test(language))
    message = Message(secrets.token_hex(16), [item], 1, language, runtime.settings.console_address)
    kind = ChannelKind(row.kind)
    try:
        settings = opened(runtime.audit_key, row)
        if KINDS[kind].is_to_people:
            # Whoever tries it is the only one who asked to be told.
            settings = await _to_themselves(runtime, work, kind, settings, by.username)
    except SealBrokenError:
        return kind, None, message
    return kind, settings, message


async def _to_themselves(
    runtime: Runtime, work: UnitOfWork, kind: ChannelKind, settings: ChannelSettings, username: str
) -> ChannelSettings:
    """Settings that lead to whoever asks: by mail, or in the browser they named last."""
    if kind is ChannelKind.PUSH:
        endpoint = await push.newest_endpoint(runtime, work, username)
        return settings.model_copy(update={"url": endpoint and SecretStr(endpoint)})
    user = await people.find(work.session, username)
    mail = [] if user is None or user.mail is None else [user.mail]
    return settings.model_copy(update={"recipients": mail})


async def make_test(
    runtime: Runtime, kind: ChannelKind, settings: ChannelSettings | None, message: Message
) -> ChannelTest:
    """Send a test once and tell what the peer answered."""
    begin_s = time.monotonic()
    attempt = Attempt(Outcome.SEAL_BROKEN)
    is_to_nobody = settings is not None and not (settings.recipients or settings.url)
    if KINDS[kind].is_to_people and is_to_nobody:
        attempt = Attempt(Outcome.NO_RECIPIENT)
    elif settings is not None:
        attempt = await sending.send(runtime, kind, settings, message)
    return ChannelTest(
        outcome=attempt.outcome,
        status=attempt.status,
        answer=attempt.answer,
        took_ms=round((time.monotonic() - begin_s) * 1000),
    )
