"""The queue, one alert, and the judgements a person passes on it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from api.access.permissions import Permission
from api.alerts import bulk, expiry, notes, review, service
from api.alerts.errors import AlertChangedError, BadTransitionError
from api.alerts.filters import AlertFilters, QueueOrder
from api.alerts.requests import (
    BulkRequest,
    BulkResult,
    ConfirmRequest,
    FalsePositiveRequest,
    NoteRequest,
    OriginalGrant,
    OriginalRequest,
    ReviseRequest,
)
from api.alerts.schemas import AlertDetail, AlertPage, AlertStatus, AlertSummary
from api.auth.guards import By, SignedIn, allowed, client_of
from api.auth.sessions import Reader, Writer
from api.contract import RiskLevel
from api.contract.text import AnyIdentifier, StorableText
from api.kit.errors import (
    BadCsrfError,
    BadCursorError,
    ForbiddenError,
    InvalidError,
    NoOriginalError,
    NotFoundError,
    NotSignedInError,
    VersionRequiredError,
)
from api.kit.moments import Moment
from api.kit.problems import problems
from api.kit.routing import RoomRouter
from api.kit.row_number import RowNumber
from api.kit.versions import IfMatch, etag, version_of
from api.runtime import RuntimeDep

router = RoomRouter(prefix="/api/v1/alerts", tags=["alerts"])
_Viewer = Annotated[SignedIn, Depends(allowed(Permission.VIEW_ALERTS))]
_Judge = Annotated[SignedIn, Depends(allowed(Permission.JUDGE))]
_Holder = Annotated[SignedIn, Depends(allowed(Permission.HOLD))]
_Releaser = Annotated[SignedIn, Depends(allowed(Permission.RELEASE_HOLDS))]
_Opener = Annotated[SignedIn, Depends(allowed(Permission.OPEN_ORIGINALS))]
_REVIEW = (
    NotSignedInError,
    ForbiddenError,
    BadCsrfError,
    NotFoundError,
    BadTransitionError,
    InvalidError,
)
_REVIEW_PROBLEMS = problems(*_REVIEW)


@router.get(
    "",
    operation_id="alerts_list",
    summary="The queue",
    responses=problems(NotSignedInError, ForbiddenError, InvalidError, BadCursorError),
)
async def list_alerts(
    session: Reader,
    _: _Viewer,
    runtime: RuntimeDep,
    status: Annotated[list[AlertStatus], Query(description="May repeat.")] = [],  # noqa: B006
    camera_key: Annotated[
        list[RowNumber],
        Query(description="May repeat.", max_length=256),
    ] = [],  # noqa: B006
    school_id: Annotated[
        list[AnyIdentifier], Query(description="May repeat.", max_length=256)
    ] = [],  # noqa: B006
    rule: Annotated[list[AnyIdentifier], Query(description="May repeat.", max_length=64)] = [],  # noqa: B006
    risk: Annotated[list[RiskLevel], Query(description="May repeat.")] = [],  # noqa: B006
    from_: Annotated[
        Moment | None,
        Query(alias="from", description="`raised_at`, or arrival if dated ahead, at or after."),
    ] = None,
    to: Annotated[Moment | None, Query(description="The same, before.")] = None,
    q: Annotated[
        StorableText,
        Query(
            max_length=100,
            description="Words, each of them part of the name of a camera, its school, place or id,"
            " of the zone, or of the rule's name.",
        ),
    ] = "",
    order: Annotated[
        QueueOrder,
        Query(description="`class`: the highest class first, in it what waits longest."),
    ] = QueueOrder.NEWEST,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[
        StorableText | None, Query(max_length=512, description="`next_cursor` of the page before.")
    ] = None,
) -> AlertPage:
    """A page of alerts, with the counts of the same filters by status."""
    filters = AlertFilters(
        statuses=tuple(status),
        camera_keys=tuple(camera_key),
        school_ids=tuple(school_id),
        rules=tuple(rule),
        risks=tuple(risk),
        raised_from=from_,
        raised_before=to,
        text=q,
    )
    return await service.list_alerts(
        session,
        filters,
        order=order,
        limit=limit,
        cursor=cursor,
        now=runtime.clock(),
        undo_s=_undo_s(runtime),
    )


def _undo_s(runtime: RuntimeDep) -> float:
    return runtime.settings.undo_s


@router.get(
    "/{alert_id}",
    operation_id="alerts_get",
    summary="One alert",
    responses=problems(NotSignedInError, ForbiddenError, NotFoundError, InvalidError),
)
async def get_alert(
    session: Reader, alert_id: UUID, _: _Viewer, response: Response, runtime: RuntimeDep
) -> AlertDetail:
    """The alert with its facts, evidence and history; its version is the `ETag`."""
    found = await service.get_alert(session, alert_id, runtime.clock(), _undo_s(runtime))
    response.headers.update(etag(found.version))
    return found


@router.post(
    "/{alert_id}/confirm",
    operation_id="alerts_confirm",
    summary="Confirm: the alert is true",
    responses=_REVIEW_PROBLEMS,
)
async def confirm(
    alert_id: UUID,
    _: _Judge,
    by: By,
    work: Writer,
    runtime: RuntimeDep,
    body: ConfirmRequest | None = None,
) -> AlertSummary:
    """`pending_review` → `confirmed`."""
    note = body.note if body is not None else ""
    return await review.confirm(work, alert_id, by, note, _undo_s(runtime))


@router.post(
    "/{alert_id}/false-positive",
    operation_id="alerts_false_positive",
    summary="Refute: the alert is false",
    responses=_REVIEW_PROBLEMS,
)
async def false_positive(
    alert_id: UUID,
    body: FalsePositiveRequest,
    _: _Judge,
    by: By,
    work: Writer,
    runtime: RuntimeDep,
) -> AlertSummary:
    """`pending_review` → `false_positive`, with a reason."""
    return await review.refute(work, alert_id, by, body.reason, body.note, _undo_s(runtime))


@router.post(
    "/{alert_id}/seen",
    operation_id="alerts_seen",
    summary="Open a digest",
    responses=_REVIEW_PROBLEMS,
)
async def seen(
    alert_id: UUID, _: _Judge, by: By, work: Writer, runtime: RuntimeDep
) -> AlertSummary:
    """A digest alone: `pending_review` → `seen`, no judgement."""
    return await review.see(work, alert_id, by, _undo_s(runtime))


@router.post(
    "/bulk",
    operation_id="alerts_bulk",
    summary="Judge many alerts alike",
    responses=problems(NotSignedInError, ForbiddenError, BadCsrfError, NotFoundError, InvalidError),
)
async def judge_many(
    body: BulkRequest, person: _Judge, request: Request, work: Writer, runtime: RuntimeDep
) -> BulkResult:
    """`pending_review` → one judgement, with one reason; what was judged before stays and is
    answered, as is what is a digest. More than the allowed number are judged by further calls.
    """
    return await bulk.judge(
        work, person.username, body, client=client_of(request), undo_s=_undo_s(runtime)
    )


@router.post(
    "/{alert_id}/revise",
    operation_id="alerts_revise",
    summary="Judge otherwise",
    responses=problems(*_REVIEW, AlertChangedError, VersionRequiredError),
)
async def revise(
    alert_id: UUID,
    body: ReviseRequest,
    _: _Judge,
    by: By,
    work: Writer,
    runtime: RuntimeDep,
    if_match: IfMatch = None,
) -> AlertSummary:
    """`confirmed` ↔ `false_positive`, at any time, with the reason and the version it was decided
    on; what was judged before stays in the history.
    """
    return await review.revise(
        work,
        alert_id,
        version_of(if_match),
        by,
        body,
        undo_s=_undo_s(runtime),
    )


@router.post(
    "/{alert_id}/notes",
    operation_id="alerts_note",
    summary="Add a note",
    status_code=201,
    responses=problems(NotSignedInError, ForbiddenError, BadCsrfError, NotFoundError, InvalidError),
)
async def add_note(
    alert_id: UUID,
    body: NoteRequest,
    person: _Judge,
    request: Request,
    work: Writer,
    runtime: RuntimeDep,
) -> AlertSummary:
    """Words in its history, whether it is judged or not; they are never changed or deleted."""
    return await notes.add(
        work,
        alert_id,
        person.username,
        body.note,
        client=client_of(request),
        undo_s=_undo_s(runtime),
    )


@router.post(
    "/{alert_id}/undo",
    operation_id="alerts_undo",
    summary="Take one's judgement back",
    responses=_REVIEW_PROBLEMS,
)
async def undo(
    alert_id: UUID, _: _Judge, by: By, work: Writer, runtime: RuntimeDep
) -> AlertSummary:
    """Back to `pending_review`, by the same person within ten seconds."""
    return await review.undo(work, alert_id, by, _undo_s(runtime))


@router.post(
    "/{alert_id}/hold",
    operation_id="alerts_hold",
    summary="Delete nothing about it",
    responses=problems(NotSignedInError, ForbiddenError, BadCsrfError, NotFoundError, InvalidError),
)
async def hold(alert_id: UUID, person: _Holder, work: Writer, runtime: RuntimeDep) -> AlertSummary:
    """Keep record and evidence beyond their time, until somebody releases it."""
    return await expiry.hold(work, alert_id, person.username, _undo_s(runtime))


@router.post(
    "/{alert_id}/release",
    operation_id="alerts_release",
    summary="Let its time run again",
    responses=problems(NotSignedInError, ForbiddenError, BadCsrfError, NotFoundError, InvalidError),
)
async def release(
    alert_id: UUID, person: _Releaser, work: Writer, runtime: RuntimeDep
) -> AlertSummary:
    """Undo a hold; its own permission, because evidence may be deleted within minutes."""
    return await expiry.release(work, alert_id, person.username, _undo_s(runtime))


@router.post(
    "/{alert_id}/original",
    operation_id="alerts_original",
    summary="Open the unblurred snapshot",
    responses=problems(
        NotSignedInError, ForbiddenError, BadCsrfError, NotFoundError, NoOriginalError, InvalidError
    ),
)
async def open_original(
    alert_id: UUID,
    body: OriginalRequest,
    _: _Opener,
    by: By,
    response: Response,
    work: Writer,
    runtime: RuntimeDep,
) -> OriginalGrant:
    """Log who opens it and why, and answer an address that works for a short while."""
    response.headers["Cache-Control"] = "no-store"
    return await review.open_original(
        work, alert_id, by, body.reason, grant_s=runtime.settings.grant_s
    )
