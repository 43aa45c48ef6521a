"""Forms of inspections over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query, Request, Response

from api.access.permissions import Permission
from api.auth.guards import SignedIn, allowed
from api.auth.sessions import Reader
from api.contract.profile import InspectionKind
from api.contract.text import AnyIdentifier, StorableText
from api.inspections import answering, service
from api.inspections.errors import (
    InspectionChangedError,
    InspectionSignedError,
    NotInspectorError,
    UnansweredError,
)
from api.inspections.repository import InspectionFilters
from api.inspections.requests import READ, inspector_of, scope_of_form
from api.inspections.schemas import (
    Answers,
    InspectionDetail,
    InspectionPage,
    InspectionSubject,
    InspectorWrite,
    Signature,
)
from api.kit.errors import (
    ApiError,
    BadCsrfError,
    BadCursorError,
    ForbiddenError,
    InvalidError,
    NotSignedInError,
    VersionRequiredError,
)
from api.kit.moments import Moment
from api.kit.problems import problems
from api.kit.routing import RoomRouter
from api.kit.row_number import RowNumber
from api.kit.versions import IfMatch, etag, version_of
from api.runtime import RuntimeDep

router = RoomRouter(prefix="/api/v1/inspections", tags=["inspections"])
_Viewer = Annotated[SignedIn, Depends(allowed(Permission.VIEW_INSPECTIONS))]
_Performer = Annotated[SignedIn, Depends(allowed(Permission.PERFORM_INSPECTIONS))]
_Giver = Annotated[
    SignedIn, Depends(allowed(Permission.PERFORM_INSPECTIONS, Permission.ASSIGN_ORDERS))
]


def _decided(*more: type[ApiError]) -> dict[int | str, dict[str, object]]:
    return problems(
        *READ,
        BadCsrfError,
        NotInspectorError,
        InspectionSignedError,
        InspectionChangedError,
        VersionRequiredError,
        *more,
    )


@router.get(
    "",
    operation_id="inspections_list",
    summary="Forms of inspections",
    responses=problems(NotSignedInError, ForbiddenError, InvalidError, BadCursorError),
)
async def list_inspections(
    session: Reader,
    person: _Viewer,
    runtime: RuntimeDep,
    kind: Annotated[list[InspectionKind], Query(description="May repeat.")] = [],  # noqa: B006
    subject: Annotated[list[InspectionSubject], Query(description="May repeat.")] = [],  # noqa: B006
    school_id: Annotated[
        list[AnyIdentifier], Query(max_length=256, description="May repeat.")
    ] = [],  # noqa: B006
    ours: Annotated[bool, Query(description="Only those that one's own school answers.")] = False,
    signed: Annotated[bool | None, Query(description="Only those, or only the others.")] = None,
    due_from: Annotated[Moment | None, Query(description="Due from then on.")] = None,
    due_to: Annotated[Moment | None, Query(description="Due before then.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[StorableText | None, Query(max_length=512)] = None,
) -> InspectionPage:
    """Due last first; of those that are not signed, due first first."""
    filters = InspectionFilters(
        kinds=tuple(kind),
        subjects=tuple(subject),
        school_ids=tuple(school_id),
        by_school=person.school_id if ours else None,
        is_signed=signed,
        due_from=due_from,
        due_to=due_to,
    )
    now = runtime.clock()
    return await service.list_inspections(session, filters, now, limit=limit, cursor=cursor)


@router.get(
    "/{inspection_id}",
    operation_id="inspections_get",
    summary="One form",
    responses=problems(*READ),
)
async def get_inspection(
    inspection_id: RowNumber,
    person: _Viewer,
    request: Request,
    response: Response,
    runtime: RuntimeDep,
) -> InspectionDetail:
    """With its items, and what is known of each: as of its answer, or as of now."""
    scope = await scope_of_form(runtime, person, inspection_id)
    by = inspector_of(person, request, runtime)
    async with runtime.database.read(scope) as session:
        found = await service.get(session, inspection_id, by)
    response.headers.update(etag(found.version))
    return found


@router.put(
    "/{inspection_id}/answers",
    operation_id="inspections_answer",
    summary="Answer items of a form",
    responses=_decided(),
)
async def answer(
    inspection_id: RowNumber,
    body: Answers,
    person: _Performer,
    request: Request,
    runtime: RuntimeDep,
    if_match: IfMatch = None,
) -> InspectionDetail:
    """Those not named stay as they are. Sent again, what stands there already is no change."""
    version = version_of(if_match)
    scope = await scope_of_form(runtime, person, inspection_id)
    by = inspector_of(person, request, runtime)
    async with runtime.work(scope) as work:
        return await answering.answer(work, inspection_id, version, body.answers, by)


@router.post(
    "/{inspection_id}/sign",
    operation_id="inspections_sign",
    summary="Sign a form",
    responses=_decided(UnansweredError),
)
async def sign(
    inspection_id: RowNumber,
    body: Signature,
    person: _Performer,
    request: Request,
    runtime: RuntimeDep,
    if_match: IfMatch = None,
) -> InspectionDetail:
    """It changes no more, and each hazard becomes a work order."""
    version = version_of(if_match)
    scope = await scope_of_form(runtime, person, inspection_id)
    by = inspector_of(person, request, runtime)
    async with runtime.work(scope) as work:
        return await answering.sign(
            work, inspection_id, version, body.signer, by, runtime.deadlines
        )


@router.put(
    "/{inspection_id}/inspector",
    operation_id="inspections_give",
    summary="Say who answers a form",
    status_code=204,
    responses=_decided(),
)
async def give(
    inspection_id: RowNumber,
    body: InspectorWrite,
    person: _Giver,
    request: Request,
    runtime: RuntimeDep,
    if_match: IfMatch = None,
) -> None:
    """Somebody of the school that answers it, or nobody in particular."""
    version = version_of(if_match)
    by = inspector_of(person, request, runtime)
    async with runtime.work(person.scope) as work:
        await answering.give(work, inspection_id, version, body.username, by)
