"""Packages are handed out after one person asked and another agreed; each handing-out is logged."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from api.audit import service as audit
from api.audit.changes import Actor, differences
from api.audit.schemas import AccessAction
from api.bus.work import UnitOfWork
from api.db.exam_keeping import ExamRelease
from api.exams import holds, service
from api.exams.errors import NoPackageError, ReleaseOverError, SamePersonError
from api.exams.keeping_repository import KeepingRepository, Released
from api.exams.keeping_schemas import (
    ReleaseAsk,
    ReleaseDecision,
    ReleaseList,
    ReleaseState,
    ReleaseView,
)
from api.exams.package_store import PackageStore
from api.exams.repository import ExamRepository, Sat
from api.exams.schemas import PackageState
from api.kit.errors import ConflictError, NotFoundError

ASKED_FOR = timedelta(days=3)
"""So long somebody may agree."""
AGREED_FOR = timedelta(days=7)
"""So long it may be fetched, its way from the box included."""
_MADE = (PackageState.COLLECTED, PackageState.SEALED)


class HandedOut(NamedTuple):
    """A package on its way to whoever asked.

    Attributes:
        name: Of the folder in the archive.
        parts: The archive.
    """

    name: str
    parts: Iterator[bytes]


async def ask(
    work: UnitOfWork, store: PackageStore, package_key: int, told: ReleaseAsk, by: Actor
) -> ReleaseView:
    """Ask that a package is handed out.

    Raises:
        NotFoundError: If there is no such package in scope.
        NoPackageError: If it is not made yet.
        ConflictError: If a request for it is open.
    """
    stored = KeepingRepository(work.session)
    package = await stored.package(package_key)
    sat = None if package is None else await _sat(work, package.sitting_id)
    if package is None or sat is None:
        raise NotFoundError("no such package")
    if package.state not in _MADE:
        raise NoPackageError("it is not made yet", params={"why": "not_made"})
    if await stored.open_release(package.id, work.now) is not None:
        raise ConflictError("a request for this package is open")
    row = ExamRelease(
        school_id=package.school_id,
        package_key=package.id,
        recipient=told.recipient,
        reason=told.reason,
        state=ReleaseState.ASKED.value,
        asked_at=work.now,
        asked_by=by.username,
        expires_at=work.now + ASKED_FOR,
    )
    await stored.add(row)
    released = Released(row, package, sat)
    _note(work, AccessAction.EXAM_RELEASE_ASKED, released, by, told.reason)
    return await _view(work.session, store, released, work.now)


async def decide(
    work: UnitOfWork, store: PackageStore, release_id: int, told: ReleaseDecision, by: Actor
) -> ReleaseView:
    """Agree or refuse.

    Raises:
        NotFoundError: If there is no such request in scope.
        SamePersonError: If the same person asked.
        ReleaseOverError: If it was decided, or is over.
    """
    released = await _release(work, release_id)
    row = released.release
    if row.asked_by == by.username:
        raise SamePersonError("somebody else has to decide")
    _check(row, ReleaseState.ASKED, work.now)
    row.state = (ReleaseState.AGREED if told.agrees else ReleaseState.REFUSED).value
    row.decided_at, row.decided_by, row.decision_reason = work.now, by.username, told.reason
    if told.agrees:
        row.expires_at = work.now + AGREED_FOR
    action = AccessAction.EXAM_RELEASE_AGREED if told.agrees else AccessAction.EXAM_RELEASE_REFUSED
    _note(work, action, released, by, told.reason)
    return await _view(work.session, store, released, work.now)


async def hand_out(work: UnitOfWork, store: PackageStore, release_id: int, by: Actor) -> HandedOut:
    """The package itself; that it was handed out is logged before the first byte.

    Raises:
        NotFoundError: If there is no such request in scope.
        ReleaseOverError: If nobody agreed, the time is over, or its box has not sent all of it.
    """
    released = await _release(work, release_id)
    row, package = released.release, released.package
    _check(row, ReleaseState.AGREED, work.now)
    if len(store.numbers(package.package_id)) < (package.segment_count or 0):
        raise ReleaseOverError("its box has not sent it yet", params={"state": "on_its_way"})
    _note(work, AccessAction.EXAM_PACKAGE_HANDED_OUT, released, by, row.reason)
    name = f"package-{package.sitting_id}"
    return HandedOut(name, store.archive(package.package_id, name))


async def list_releases(
    session: AsyncSession, store: PackageStore, now: datetime, sitting_id: int | None = None
) -> ReleaseList:
    """Of one sitting, or all in scope."""
    found = await KeepingRepository(session).releases(sitting_id)
    return ReleaseList(items=[await _view(session, store, each, now) for each in found])


def state_of(row: ExamRelease, now: datetime) -> ReleaseState:
    """How a request stands now."""
    state = ReleaseState(row.state)
    if state in (ReleaseState.ASKED, ReleaseState.AGREED) and row.expires_at <= now:
        return ReleaseState.EXPIRED
    return state


async def _view(
    session: AsyncSession, store: PackageStore, released: Released, now: datetime
) -> ReleaseView:
    row, package, sat = released
    state = state_of(row, now)
    here = len(store.numbers(package.package_id)) if state is ReleaseState.AGREED else 0
    count = package.segment_count or 0
    return ReleaseView(
        id=row.id,
        of=holds.room_of(sat, await holds.names_of(session, [sat])),
        recipient=row.recipient,
        reason=row.reason,
        state=state,
        asked_at=row.asked_at,
        asked_by=row.asked_by,
        expires_at=row.expires_at,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        decision_reason=row.decision_reason,
        segments_here=here,
        segment_count=count,
        is_ready=state is ReleaseState.AGREED and here >= count,
    )


def _check(row: ExamRelease, wanted: ReleaseState, now: datetime) -> None:
    state = state_of(row, now)
    if state is not wanted:
        raise ReleaseOverError(f"it is {state.value}", params={"state": state.value})


async def _release(work: UnitOfWork, release_id: int) -> Released:
    found = await KeepingRepository(work.session).release(release_id)
    if found is None:
        raise NotFoundError("no such request")
    return found


async def _sat(work: UnitOfWork, sitting_id: int) -> Sat | None:
    return await ExamRepository(work.session).sat(sitting_id)


def _note(
    work: UnitOfWork, action: AccessAction, released: Released, by: Actor, reason: str
) -> None:
    audit.log(
        work,
        action,
        by.username,
        by.client,
        subject=service.named(released.sat),
        school_id=released.release.school_id,
        changes=differences({}, {"recipient": released.release.recipient, "reason": reason}),
    )
