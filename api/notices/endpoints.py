"""Where an administrator says who is told of what, and sees what became of it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query

from api.access.permissions import Permission
from api.auth.guards import By, SignedIn, allowed
from api.auth.sessions import Reader, Writer
from api.contract.text import AnyIdentifier, StorableText
from api.kit.errors import (
    BadCsrfError,
    BadCursorError,
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    NotSignedInError,
)
from api.kit.problems import problems
from api.kit.routing import RoomRouter
from api.kit.row_number import RowNumber
from api.notices import log, rules, service
from api.notices.schemas import (
    ChannelCreate,
    ChannelList,
    ChannelTest,
    ChannelView,
    ChannelWrite,
    NoticePage,
    NoticeRuleList,
    NoticeRuleView,
    NoticeRuleWrite,
    NoticeState,
)
from api.runtime import RuntimeDep

router = RoomRouter(prefix="/api/v1/notices", tags=["notices"])
_Manager = Annotated[SignedIn, Depends(allowed(Permission.MANAGE_NOTICES))]
_READING = problems(NotSignedInError, ForbiddenError, InvalidError)
_WRITING = problems(NotSignedInError, ForbiddenError, BadCsrfError, InvalidError)
_CHANGING = problems(NotSignedInError, ForbiddenError, BadCsrfError, InvalidError, NotFoundError)


@router.get(
    "",
    operation_id="notices_list",
    summary="What became of messages",
    responses=problems(NotSignedInError, ForbiddenError, InvalidError, BadCursorError),
)
async def list_notices(
    session: Reader,
    _: _Manager,
    state: NoticeState | None = None,
    channel_id: RowNumber | None = None,
    school_id: AnyIdentifier | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[StorableText | None, Query(max_length=512)] = None,
) -> NoticePage:
    """Messages of the last three months, newest first."""
    return await log.list_notices(session, state, channel_id, school_id, limit=limit, cursor=cursor)


@router.get(
    "/channels", operation_id="notice_channels_list", summary="Channels", responses=_READING
)
async def list_channels(session: Reader, _: _Manager, runtime: RuntimeDep) -> ChannelList:
    """All channels, without their secrets."""
    return await service.list_channels(session, runtime.audit_key)


@router.post(
    "/channels",
    operation_id="notice_channels_create",
    summary="Add a channel",
    status_code=201,
    responses=_WRITING,
)
async def create_channel(
    wanted: ChannelCreate, _: _Manager, by: By, work: Writer, runtime: RuntimeDep
) -> ChannelView:
    """Its secrets are sealed, and never answered."""
    return await service.create_channel(work, runtime.audit_key, wanted, by)


@router.put(
    "/channels/{channel_id}",
    operation_id="notice_channels_put",
    summary="Change a channel",
    responses=_CHANGING,
)
async def put_channel(
    channel_id: RowNumber,
    told: ChannelWrite,
    _: _Manager,
    by: By,
    work: Writer,
    runtime: RuntimeDep,
) -> ChannelView:
    """Secrets that are null stay as they are."""
    return await service.put_channel(work, runtime.audit_key, channel_id, told, by)


@router.delete(
    "/channels/{channel_id}",
    operation_id="notice_channels_delete",
    summary="Delete a channel",
    status_code=204,
    responses=_CHANGING | problems(ConflictError),
)
async def delete_channel(channel_id: RowNumber, _: _Manager, by: By, work: Writer) -> None:
    """What waits for it is not sent; refused while a rule names it."""
    await service.delete_channel(work, channel_id, by)


@router.post(
    "/channels/{channel_id}/test",
    operation_id="notice_channels_test",
    summary="Send a test message",
    responses=_CHANGING,
)
async def test_channel(
    channel_id: RowNumber, person: _Manager, by: By, runtime: RuntimeDep
) -> ChannelTest:
    """Once, now; answers what the peer answered."""
    async with runtime.work(person.scope) as work:
        kind, settings, message = await service.try_channel(runtime, work, channel_id, by)
    return await service.make_test(runtime, kind, settings, message)


@router.get("/rules", operation_id="notice_rules_list", summary="Rules", responses=_READING)
async def list_rules(session: Reader, _: _Manager) -> NoticeRuleList:
    """Of what which channels are told, and when."""
    return await rules.list_rules(session)


@router.post(
    "/rules",
    operation_id="notice_rules_create",
    summary="Add a rule",
    status_code=201,
    responses=_WRITING,
)
async def create_rule(told: NoticeRuleWrite, _: _Manager, by: By, work: Writer) -> NoticeRuleView:
    """It concerns what happens from now on."""
    return await rules.create_rule(work, told, by)


@router.put(
    "/rules/{rule_id}",
    operation_id="notice_rules_put",
    summary="Change a rule",
    responses=_CHANGING,
)
async def put_rule(
    rule_id: RowNumber, told: NoticeRuleWrite, _: _Manager, by: By, work: Writer
) -> NoticeRuleView:
    """What waits already is sent as it was to be."""
    return await rules.put_rule(work, rule_id, told, by)


@router.delete(
    "/rules/{rule_id}",
    operation_id="notice_rules_delete",
    summary="Delete a rule",
    status_code=204,
    responses=_CHANGING,
)
async def delete_rule(rule_id: RowNumber, _: _Manager, by: By, work: Writer) -> None:
    """What waits already is sent as it was to be."""
    await rules.delete_rule(work, rule_id, by)
