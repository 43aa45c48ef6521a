"""Whom a box may let in while its line is cut, and what it tells of them afterwards.

A box hears of people of its own school alone, with what they may do of what a box can show, and of
the cameras that they may know of. What it tells goes into the access log as it was told, once.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession

from api.access.permissions import Permission
from api.access.roles import ROLES, Role
from api.audit import service as audit
from api.audit.changes import Change, text_of
from api.audit.schemas import AccessAction
from api.auth import people
from api.boxes import service as boxes
from api.boxes.service import ReportingBox
from api.bus.work import UnitOfWork
from api.cameras import service as cameras
from api.contract.offline import (
    OfflineAccount,
    OfflineAccounts,
    OfflineAction,
    OfflineEntry,
    OfflineRight,
)
from api.db.models import User
from api.ingest.storable import refuse_unstorable
from api.offline.repository import OfflineRepository

if TYPE_CHECKING:
    from api.runtime import Runtime

_ACTION = {
    OfflineAction.SIGNED_IN: AccessAction.OFFLINE_SIGNED_IN,
    OfflineAction.SIGN_IN_FAILED: AccessAction.OFFLINE_SIGN_IN_FAILED,
    OfflineAction.ALERTS_VIEWED: AccessAction.OFFLINE_ALERTS_VIEWED,
    OfflineAction.PLAYBACK_STARTED: AccessAction.OFFLINE_PLAYBACK_STARTED,
    OfflineAction.PLAYBACK_ENDED: AccessAction.OFFLINE_PLAYBACK_ENDED,
}
_TOLD_AGAIN = timedelta(days=90)
"""An acknowledged entry comes again within a retry or two; from a disk put back, later."""


async def accounts(
    runtime: Runtime, work: UnitOfWork, box: ReportingBox, school_id: str
) -> OfflineAccounts:
    """Who may look at a box; nobody unless the command centre lets boxes be looked at.

    Raises:
        OtherSchoolError: If the box names another school.
        SchoolClosedError: If its school was closed.
    """
    box = await boxes.admit(work, box, school_id)
    is_allowed = runtime.settings.offline_view
    may_sign_in = (
        await people.with_passwords(work.session, school_id, work.now) if is_allowed else []
    )
    found = [await _account(runtime, work.session, box, user) for user in may_sign_in]
    told = tuple(account for account in found if account is not None)
    await _note_told(work, box, [account.username for account in told])
    return OfflineAccounts(school_id=school_id, is_allowed=is_allowed, accounts=told)


async def _note_told(work: UnitOfWork, box: ReportingBox, usernames: list[str]) -> None:
    """Log whose passwords a box can check from now on, whenever these are others than before.

    After a box was stolen the log says whose passwords must be changed.
    """
    repository = OfflineRepository(work.session)
    before = await repository.told(box.box_id)
    if usernames == before:
        return
    await repository.keep_told(box.box_id, usernames, work.now)
    audit.log(
        work,
        AccessAction.OFFLINE_PEOPLE_TOLD,
        "",
        "",
        subject=box.name,
        school_id=box.school_id,
        changes=[Change(field="people", old=text_of(before), new=text_of(usernames))],
    )


async def _account(
    runtime: Runtime, session: AsyncSession, box: ReportingBox, user: User
) -> OfflineAccount | None:
    """What a box is told of a person; None of one who may do nothing there."""
    assert user.password_hash is not None, "asked for people with passwords"
    may = ROLES[Role(user.role)].permissions
    rights = tuple(right for right in OfflineRight if Permission(right.value) in may)
    if not rights:
        return None
    scope = await people.scope_of(session, user)
    held: tuple[str, ...] | None = None
    if scope.place_ids is not None:
        async with runtime.database.read(scope) as theirs:
            held = tuple(sorted(await cameras.of_box(theirs, box.box_id)))
    return OfflineAccount(
        username=user.username,
        role=user.role,
        password_hash=SecretStr(user.password_hash),
        rights=rights,
        cameras=held,
        ends_at=user.ends_at,
    )


async def take_entry(work: UnitOfWork, box: ReportingBox, told: OfflineEntry) -> bool:
    """Put into the access log what somebody did at a box; answers whether it was new.

    Raises:
        InvalidError: If a moment fits into no database.
        OtherSchoolError: If the box names another school.
        SchoolClosedError: If its school was closed.
    """
    refuse_unstorable(told)
    box = await boxes.admit(work, box, told.school_id)
    entries = OfflineRepository(work.session)
    if not await entries.take(box.box_id, told.id, work.now):
        return False
    await entries.forget_before(box.box_id, work.now - _TOLD_AGAIN)
    viewing = None
    if told.camera_id is not None and told.from_at is not None:
        viewing = audit.Viewing(told.school_id, told.camera_id, told.from_at, told.to_at)
    audit.log(
        work,
        _ACTION[told.action],
        told.username,
        told.client,
        # The register is of when somebody looked; no box's clock reaches beyond ours.
        at=min(told.at, work.now),
        reason=None if told.reason is None else told.reason.value,
        subject=box.name,
        viewing=viewing,
        school_id=told.school_id,
    )
    return True
