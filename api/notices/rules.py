"""Rules: what is told to whom, as an administrator keeps them."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from api.access.roles import ROLES, Role
from api.audit import service as audit
from api.audit.changes import Actor, differences
from api.audit.schemas import AccessAction
from api.bus.work import UnitOfWork
from api.contract import RiskLevel
from api.db.notice import NoticeRule
from api.kit.errors import FieldError, InvalidError, NotFoundError
from api.notices.channels.registry import KINDS
from api.notices.people import NEEDS
from api.notices.repository import NoticeRepository
from api.notices.schemas import (
    ChannelKind,
    NoticeEvent,
    NoticeRuleList,
    NoticeRuleView,
    NoticeRuleWrite,
)


def _rule_view(row: NoticeRule) -> NoticeRuleView:
    return NoticeRuleView(
        id=row.id,
        name=row.name,
        is_enabled=row.is_enabled,
        events=[NoticeEvent(each) for each in row.events],
        risks=[RiskLevel(each) for each in row.risks],
        school_ids=row.school_ids,
        channel_ids=row.channel_ids,
        to_school=row.to_school,
        roles=[Role(each) for each in row.roles],
        hours_from=row.hours_from,
        hours_to=row.hours_to,
        digest_min=row.digest_min,
    )


async def list_rules(session: AsyncSession) -> NoticeRuleList:
    """All rules."""
    return NoticeRuleList(
        items=[_rule_view(row) for row in await NoticeRepository(session).rules()]
    )


async def _check_rule(work: UnitOfWork, told: NoticeRuleWrite) -> None:
    notices = NoticeRepository(work.session)
    channels = {row.id: row for row in await notices.channels()}
    schools = await notices.schools(told.school_ids)
    found = []
    named = [channels[each] for each in told.channel_ids if each in channels]
    if not told.roles and any(KINDS[ChannelKind(each.kind)].is_to_people for each in named):
        found.append(FieldError("body.roles", "a channel to people needs a role"))
    for role in told.roles:
        if not any(NEEDS[event] in ROLES[role].permissions for event in told.events):
            found.append(FieldError("body.roles", f"{role} may see none of these events"))
    if len(named) < len(told.channel_ids):
        found.append(FieldError("body.channel_ids", "there is no such channel"))
    if missing := sorted(set(told.school_ids) - schools.keys()):
        found.append(FieldError("body.school_ids", f"there is no school {missing[0]}"))
    if found:
        raise InvalidError("the rule names what does not exist", errors=found)


def _describe(row: NoticeRule, told: NoticeRuleWrite) -> None:
    for name, value in told.model_dump(mode="json").items():
        setattr(row, name, value)


async def create_rule(work: UnitOfWork, told: NoticeRuleWrite, by: Actor) -> NoticeRuleView:
    """Add a rule.

    Raises:
        InvalidError: If it names a channel or a school that does not exist.
    """
    await _check_rule(work, told)
    row = NoticeRule(created_at=work.now)
    _describe(row, told)
    await NoticeRepository(work.session).add(row)
    _log_rule(work, AccessAction.NOTICE_RULE_CREATED, by, row.id, {}, told.model_dump(mode="json"))
    return _rule_view(row)


async def put_rule(
    work: UnitOfWork, rule_id: int, told: NoticeRuleWrite, by: Actor
) -> NoticeRuleView:
    """Change a rule; what waits already is sent as it was to be.

    Raises:
        NotFoundError: If there is no such rule.
        InvalidError: As of a new one.
    """
    row = await NoticeRepository(work.session).lock_rule(rule_id)
    if row is None:
        raise NotFoundError("no such rule")
    await _check_rule(work, told)
    before = _rule_view(row).model_dump(mode="json", exclude={"id"})
    _describe(row, told)
    after = told.model_dump(mode="json")
    _log_rule(work, AccessAction.NOTICE_RULE_CHANGED, by, row.id, before, after)
    return _rule_view(row)


async def delete_rule(work: UnitOfWork, rule_id: int, by: Actor) -> None:
    """Forget a rule.

    Raises:
        NotFoundError: If there is no such rule.
    """
    notices = NoticeRepository(work.session)
    row = await notices.lock_rule(rule_id)
    if row is None:
        raise NotFoundError("no such rule")
    before = _rule_view(row).model_dump(mode="json", exclude={"id"})
    _log_rule(work, AccessAction.NOTICE_RULE_DELETED, by, row.id, before, {})
    await notices.remove_rule(row)


def _log_rule(
    work: UnitOfWork,
    action: AccessAction,
    by: Actor,
    rule_id: int,
    before: dict[str, object],
    after: dict[str, object],
) -> None:
    told = after or dict.fromkeys(before)
    audit.log(
        work,
        action,
        by.username,
        by.client,
        subject=f"rule {rule_id}",
        changes=differences(before, told),
    )
