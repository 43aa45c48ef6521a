"""The register of requests by those who were filmed (个人信息保护法 §44–50).

Every step is in the chained access log; what names a person stands in the register alone, since the
log is never corrected.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.audit import service as audit
from api.audit.changes import Actor, Change, differences
from api.audit.schemas import AccessAction
from api.bus.work import UnitOfWork
from api.db.privacy import SubjectRequest
from api.kit.errors import FieldError, InvalidError, NotFoundError, TooLargeError
from api.kit.pagination import Cursor
from api.organisations import service as organisations
from api.privacy import watch
from api.privacy.deadlines import RequestDeadlines
from api.privacy.errors import IdentityUncheckedError, RequestDecidedError
from api.privacy.repository import PrivacyRepository, RequestFilters, RequestRow
from api.privacy.schemas import (
    AlertLink,
    CameraLink,
    IdentityCheck,
    RequestCounts,
    RequestCreate,
    RequestDeadlineView,
    RequestKind,
    RequestPage,
    RequestState,
    RequestView,
    RequestWrite,
)

_MAX_EXPORTED = 50_000
_PERSONAL = frozenset({"applicant", "note"})
_HIDDEN = "…"


async def views(
    session: AsyncSession, rows: Sequence[RequestRow], now: datetime, table: RequestDeadlines
) -> list[RequestView]:
    """Requests as people read them."""
    register = PrivacyRepository(session)
    keys = {int(key) for row, _ in rows for key in row.camera_keys}
    ids = {UUID(each) for row, _ in rows for each in row.alert_ids}
    cameras = await register.cameras(keys) if keys else {}
    alerts = await register.alerts(ids) if ids else {}
    found = []
    for row, school in rows:
        rule = table.of_id(row.due_rule)
        about = [alerts[UUID(each)] for each in row.alert_ids if UUID(each) in alerts]
        at = [cameras[int(key)] for key in row.camera_keys if int(key) in cameras]
        found.append(
            RequestView(
                id=row.id,
                school=organisations.name_of(school),
                kind=RequestKind(row.kind),
                applicant=row.applicant,
                identity_check=IdentityCheck(row.identity_check),
                place=row.place,
                from_at=row.from_at,
                to_at=row.to_at,
                note=row.note,
                received_at=row.received_at,
                due_at=row.due_at,
                deadline=None
                if rule is None
                else RequestDeadlineView(
                    due_d=rule.due_d, source=rule.source, verified=rule.verified
                ),
                state=RequestState(row.state),
                is_overdue=watch.is_overdue(row, now),
                outcome=row.outcome,
                decided_at=row.decided_at,
                decided_by=row.decided_by,
                registered_at=row.registered_at,
                registered_by=row.registered_by,
                alerts=[
                    AlertLink(
                        id=alert.id,
                        is_held=alert.held_at is not None,
                        has_evidence=alert.evidence_deleted_at is None,
                    )
                    for alert in about
                ],
                cameras=[
                    CameraLink(camera_key=camera.id, camera_id=camera.camera_id, name=camera.name)
                    for camera in at
                ],
            )
        )
    return found


async def list_requests(
    session: AsyncSession,
    filters: RequestFilters,
    now: datetime,
    table: RequestDeadlines,
    *,
    limit: int,
    cursor: str | None,
) -> RequestPage:
    """A page of the register.

    Raises:
        BadCursorError: If the cursor was not made here.
    """
    register = PrivacyRepository(session)
    after = None if cursor is None else Cursor.decode(cursor)
    rows = await register.requests(filters, now, after, limit + 1)
    counted, overdue = await register.counts(filters, now)
    last = rows[limit - 1][0] if len(rows) > limit else None
    return RequestPage(
        items=await views(session, rows[:limit], now, table),
        next_cursor=None if last is None else Cursor(last.received_at, str(last.id)).encode(),
        counts=RequestCounts(
            **{str(state): counted[state] for state in RequestState}, overdue=overdue
        ),
        as_of=now,
    )


async def to_export(
    session: AsyncSession, filters: RequestFilters, now: datetime, table: RequestDeadlines
) -> list[RequestView]:
    """All requests that fit, received last first.

    Raises:
        TooLargeError: If there are more than one file is made of.
    """
    rows = await PrivacyRepository(session).requests(filters, now, None, _MAX_EXPORTED + 1)
    if len(rows) > _MAX_EXPORTED:
        raise TooLargeError(
            f"more than {_MAX_EXPORTED} requests; ask for a shorter time",
            params={"limit": str(_MAX_EXPORTED)},
        )
    return await views(session, rows, now, table)


async def get(
    session: AsyncSession, request_id: int, now: datetime, table: RequestDeadlines
) -> RequestView:
    """One request.

    Raises:
        NotFoundError: If there is none.
    """
    row = await PrivacyRepository(session).request(request_id)
    if row is None:
        raise NotFoundError("no such request")
    [found] = await views(session, [row], now, table)
    return found


async def register(
    work: UnitOfWork, told: RequestCreate, table: RequestDeadlines, by: Actor
) -> RequestView:
    """Write down a request that came in.

    Raises:
        InvalidError: If the school, a camera or an alert is not there, or a moment is impossible.
    """
    if not await organisations.is_known(work.session, told.school_id):
        raise _invalid("school_id", "there is no such school")
    received_at = told.received_at or work.now
    if received_at > work.now:
        raise _invalid("received_at", "lies in the future")
    row = SubjectRequest(
        school_id=told.school_id,
        received_at=received_at,
        state=RequestState.RECEIVED,
        outcome="",
        registered_at=work.now,
        registered_by=by.username,
    )
    await _write(work, row, told, table)
    await PrivacyRepository(work.session).add(row)
    _log(work, AccessAction.REQUEST_REGISTERED, row, by)
    await watch.over(work, row)
    return await get(work.session, row.id, work.now, table)


async def change(
    work: UnitOfWork, request_id: int, told: RequestWrite, table: RequestDeadlines, by: Actor
) -> RequestView:
    """Correct what was written of a request that nobody decided yet.

    Raises:
        NotFoundError: If there is none.
        RequestDecidedError: If it was decided.
        InvalidError: As of a new one.
    """
    row = await _open(work, request_id)
    before = _fields(row)
    await _write(work, row, told, table)
    changes = [
        Change(field=each.field, old=_HIDDEN, new=_HIDDEN) if each.field in _PERSONAL else each
        for each in differences(before, _fields(row))
    ]
    if changes:
        _log(work, AccessAction.REQUEST_CHANGED, row, by, changes)
        await watch.over(work, row)
    return await get(work.session, request_id, work.now, table)


async def decide(
    work: UnitOfWork,
    request_id: int,
    state: RequestState,
    outcome: str,
    table: RequestDeadlines,
    by: Actor,
) -> RequestView:
    """Answer a request, or refuse it with a reason.

    Raises:
        NotFoundError: If there is none.
        RequestDecidedError: If it was decided.
        IdentityUncheckedError: If it would be answered, and nobody knows who asks.
    """
    row = await _open(work, request_id)
    if state is RequestState.ANSWERED and row.identity_check == IdentityCheck.UNCHECKED:
        raise IdentityUncheckedError("say how it was checked who asks")
    row.state, row.outcome = state, outcome
    row.decided_at, row.decided_by = work.now, by.username
    answered = state is RequestState.ANSWERED
    _log(work, AccessAction.REQUEST_ANSWERED if answered else AccessAction.REQUEST_REFUSED, row, by)
    return await get(work.session, request_id, work.now, table)


async def _open(work: UnitOfWork, request_id: int) -> SubjectRequest:
    row = await PrivacyRepository(work.session).lock_request(request_id)
    if row is None:
        raise NotFoundError("no such request")
    if row.state != RequestState.RECEIVED:
        assert row.decided_at is not None
        raise RequestDecidedError(
            f"the request was {row.state}",
            params={
                "state": row.state,
                "by": row.decided_by or "",
                "at": row.decided_at.isoformat(),
            },
        )
    return row


async def _write(
    work: UnitOfWork, row: SubjectRequest, told: RequestWrite, table: RequestDeadlines
) -> None:
    stored = PrivacyRepository(work.session)
    cameras = await stored.cameras(told.camera_keys) if told.camera_keys else {}
    if any(
        key not in cameras or cameras[key].school_id != row.school_id for key in told.camera_keys
    ):
        raise _invalid("camera_keys", "the school has no such camera")
    alerts = await stored.alerts(told.alert_ids) if told.alert_ids else {}
    if any(
        each not in alerts or alerts[each].school_id != row.school_id for each in told.alert_ids
    ):
        raise _invalid("alert_ids", "the school has no such alert")
    row.kind, row.applicant, row.identity_check = told.kind, told.applicant, told.identity_check
    row.place, row.note = told.place, told.note
    row.from_at, row.to_at = told.from_at, told.to_at
    row.camera_keys = [str(key) for key in dict.fromkeys(told.camera_keys)]
    row.alert_ids = [str(each) for each in dict.fromkeys(told.alert_ids)]
    rule = table.row(told.kind)
    row.due_rule = rule.id if told.due_at is None else None
    row.due_at = told.due_at or row.received_at + timedelta(days=rule.due_d)
    if row.due_at <= row.received_at:
        raise _invalid("due_at", "lies before it was received")


def _fields(row: SubjectRequest) -> dict[str, object]:
    """What the access log tells of a request."""
    moments = {"from_at": row.from_at, "to_at": row.to_at, "due_at": row.due_at}
    return {
        "kind": str(row.kind),
        "applicant": row.applicant,
        "identity_check": str(row.identity_check),
        "place": row.place,
        "note": row.note,
        "camera_keys": row.camera_keys,
        "alert_ids": row.alert_ids,
        **{name: None if at is None else at.isoformat() for name, at in moments.items()},
    }


def _invalid(field: str, what: str) -> InvalidError:
    return InvalidError(what, errors=[FieldError(f"body.{field}", what)])


def _log(
    work: UnitOfWork,
    action: AccessAction,
    row: SubjectRequest,
    by: Actor,
    changes: Sequence[Change] = (),
) -> None:
    audit.log(
        work,
        action,
        by.username,
        by.client,
        subject=f"request {row.id}",
        school_id=row.school_id,
        changes=changes,
    )
