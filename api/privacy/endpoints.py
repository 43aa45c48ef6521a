"""The two registers over HTTP: requests of those who were filmed, and impact assessments."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query, Response

from api.access.permissions import Permission
from api.audit import service as audit
from api.audit.schemas import AccessAction
from api.auth.guards import By, SignedIn, allowed
from api.auth.sessions import Reader, Writer
from api.contract.text import AnyIdentifier, StorableText
from api.contract.vocabulary import Language
from api.kit.download import CSV_RESPONSE, csv_download
from api.kit.errors import (
    BadCsrfError,
    BadCursorError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    NotSignedInError,
    TooLargeError,
)
from api.kit.moments import Moment
from api.kit.problems import problems
from api.kit.routing import RoomRouter
from api.kit.row_number import RowNumber
from api.privacy import assessments, requests
from api.privacy.errors import (
    AssessmentEndedError,
    AssessmentKeptError,
    IdentityUncheckedError,
    RequestDecidedError,
)
from api.privacy.repository import RequestFilters
from api.privacy.schemas import (
    AssessmentCreate,
    AssessmentEnd,
    AssessmentList,
    AssessmentView,
    RequestCreate,
    RequestDecision,
    RequestKind,
    RequestPage,
    RequestState,
    RequestView,
    RequestWrite,
)
from api.privacy.sheet import assessments_sheet, requests_sheet
from api.runtime import RuntimeDep

router = RoomRouter(prefix="/api/v1/privacy", tags=["privacy"])
_Viewer = Annotated[SignedIn, Depends(allowed(Permission.VIEW_PRIVACY))]
_Manager = Annotated[SignedIn, Depends(allowed(Permission.MANAGE_PRIVACY))]
_SchoolIds = Annotated[list[AnyIdentifier], Query(max_length=256, description="May repeat.")]
_Language = Annotated[Language, Query(description="Of headings and words.")]
_READ = (NotSignedInError, ForbiddenError, InvalidError)
_WRITE = (*_READ, BadCsrfError)


async def _filters(
    state: Annotated[list[RequestState], Query(description="May repeat.")] = [],  # noqa: B006
    kind: Annotated[list[RequestKind], Query(description="May repeat.")] = [],  # noqa: B006
    school_id: _SchoolIds = [],  # noqa: B006
    overdue: Annotated[bool, Query(description="Only those past their deadline.")] = False,
    from_: Annotated[
        Moment | None, Query(alias="from", description="Received from then on.")
    ] = None,
    to: Annotated[Moment | None, Query(description="Received before then.")] = None,
) -> RequestFilters:
    return RequestFilters(tuple(state), tuple(kind), tuple(school_id), overdue, from_, to)


_Filters = Annotated[RequestFilters, Depends(_filters)]


@router.get(
    "/requests",
    operation_id="privacy_requests_list",
    summary="Requests of those who were filmed",
    responses=problems(*_READ, BadCursorError),
)
async def list_requests(
    session: Reader,
    _: _Viewer,
    runtime: RuntimeDep,
    filters: _Filters,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[StorableText | None, Query(max_length=512)] = None,
) -> RequestPage:
    """Received last first, with the counts of the same filters by state."""
    now, table = runtime.clock(), runtime.request_deadlines
    return await requests.list_requests(session, filters, now, table, limit=limit, cursor=cursor)


@router.get(
    "/requests.csv",
    operation_id="privacy_requests_csv",
    summary="The register of requests as a file",
    response_class=Response,
    responses={**CSV_RESPONSE, **problems(*_READ, TooLargeError)},
)
async def export_requests(
    person: _Viewer, by: By, runtime: RuntimeDep, filters: _Filters, language: _Language = "zh"
) -> Response:
    """The same requests for a spreadsheet, in UTC; that they were exported is logged."""
    now, table = runtime.clock(), runtime.request_deadlines
    async with runtime.work(person.scope) as work:
        rows = await requests.to_export(work.session, filters, now, table)
        audit.log(
            work,
            AccessAction.PRIVACY_EXPORTED,
            by.username,
            by.client,
            subject=f"requests {len(rows)}",
            school_id=person.school_id,
        )
    return csv_download(requests_sheet(rows, language), f"requests-{now:%Y%m%d-%H%M%S}.csv")


@router.post(
    "/requests",
    operation_id="privacy_requests_create",
    summary="Register a request",
    status_code=201,
    responses=problems(*_WRITE),
)
async def create_request(
    body: RequestCreate, _: _Manager, by: By, work: Writer, runtime: RuntimeDep
) -> RequestView:
    """As it came in; its deadline is that of the table unless one is given."""
    return await requests.register(work, body, runtime.request_deadlines, by)


@router.get(
    "/requests/{request_id}",
    operation_id="privacy_requests_get",
    summary="One request",
    responses=problems(*_READ, NotFoundError),
)
async def get_request(
    session: Reader, request_id: RowNumber, _: _Viewer, runtime: RuntimeDep
) -> RequestView:
    """With what it concerns."""
    return await requests.get(session, request_id, runtime.clock(), runtime.request_deadlines)


@router.put(
    "/requests/{request_id}",
    operation_id="privacy_requests_put",
    summary="Correct what was written of a request",
    responses=problems(*_WRITE, NotFoundError, RequestDecidedError),
)
async def put_request(
    request_id: RowNumber,
    body: RequestWrite,
    _: _Manager,
    by: By,
    work: Writer,
    runtime: RuntimeDep,
) -> RequestView:
    """The whole of it, while it is not decided; what was changed is logged."""
    return await requests.change(work, request_id, body, runtime.request_deadlines, by)


@router.post(
    "/requests/{request_id}/answer",
    operation_id="privacy_requests_answer",
    summary="Answer a request",
    responses=problems(*_WRITE, NotFoundError, RequestDecidedError, IdentityUncheckedError),
)
async def answer_request(
    request_id: RowNumber,
    body: RequestDecision,
    _: _Manager,
    by: By,
    work: Writer,
    runtime: RuntimeDep,
) -> RequestView:
    """What was done about it; who asks must have been checked."""
    table = runtime.request_deadlines
    return await requests.decide(work, request_id, RequestState.ANSWERED, body.outcome, table, by)


@router.post(
    "/requests/{request_id}/refuse",
    operation_id="privacy_requests_refuse",
    summary="Refuse a request",
    responses=problems(*_WRITE, NotFoundError, RequestDecidedError),
)
async def refuse_request(
    request_id: RowNumber,
    body: RequestDecision,
    _: _Manager,
    by: By,
    work: Writer,
    runtime: RuntimeDep,
) -> RequestView:
    """With the reason that §50 asks for."""
    table = runtime.request_deadlines
    return await requests.decide(work, request_id, RequestState.REFUSED, body.outcome, table, by)


@router.get(
    "/assessments",
    operation_id="privacy_assessments_list",
    summary="Impact assessments",
    responses=problems(*_READ),
)
async def list_assessments(
    session: Reader,
    _: _Viewer,
    runtime: RuntimeDep,
    school_id: _SchoolIds = [],  # noqa: B006
) -> AssessmentList:
    """In force first, the next review first."""
    now, years = runtime.clock(), runtime.settings.keep_privacy_years
    return await assessments.list_assessments(session, school_id, now, years)


@router.get(
    "/assessments.csv",
    operation_id="privacy_assessments_csv",
    summary="The register of impact assessments as a file",
    response_class=Response,
    responses={**CSV_RESPONSE, **problems(*_READ)},
)
async def export_assessments(
    person: _Viewer,
    by: By,
    runtime: RuntimeDep,
    school_id: _SchoolIds = [],  # noqa: B006
    language: _Language = "zh",
) -> Response:
    """The same assessments for a spreadsheet; that they were exported is logged."""
    now, years = runtime.clock(), runtime.settings.keep_privacy_years
    async with runtime.work(person.scope) as work:
        found = await assessments.list_assessments(work.session, school_id, now, years)
        audit.log(
            work,
            AccessAction.PRIVACY_EXPORTED,
            by.username,
            by.client,
            subject=f"assessments {len(found.items)}",
            school_id=person.school_id,
        )
    return csv_download(
        assessments_sheet(found.items, language), f"assessments-{now:%Y%m%d-%H%M%S}.csv"
    )


@router.post(
    "/assessments",
    operation_id="privacy_assessments_create",
    summary="Record an impact assessment",
    status_code=201,
    responses=problems(*_WRITE, AssessmentEndedError),
)
async def create_assessment(
    body: AssessmentCreate, person: _Manager, by: By, work: Writer, runtime: RuntimeDep
) -> AssessmentView:
    """A first one, or one that replaces another; none is changed."""
    years = runtime.settings.keep_privacy_years
    return await assessments.record(work, body, person.scope, years, by)


@router.get(
    "/assessments/{assessment_id}",
    operation_id="privacy_assessments_get",
    summary="One impact assessment",
    responses=problems(*_READ, NotFoundError),
)
async def get_assessment(
    session: Reader, assessment_id: RowNumber, _: _Viewer, runtime: RuntimeDep
) -> AssessmentView:
    """In force or not."""
    years = runtime.settings.keep_privacy_years
    return await assessments.get(session, assessment_id, runtime.clock(), years)


@router.post(
    "/assessments/{assessment_id}/end",
    operation_id="privacy_assessments_end",
    summary="What was assessed is done no more",
    responses=problems(*_WRITE, NotFoundError, AssessmentEndedError),
)
async def end_assessment(
    assessment_id: RowNumber,
    body: AssessmentEnd,
    _: _Manager,
    by: By,
    work: Writer,
    runtime: RuntimeDep,
) -> AssessmentView:
    """From then on the years count for which it has to be kept."""
    years = runtime.settings.keep_privacy_years
    return await assessments.end(work, assessment_id, body.ended_on, years, by)


@router.delete(
    "/assessments/{assessment_id}",
    operation_id="privacy_assessments_delete",
    summary="Delete an impact assessment",
    status_code=204,
    responses=problems(*_WRITE, NotFoundError, AssessmentKeptError),
)
async def delete_assessment(
    assessment_id: RowNumber, _: _Manager, by: By, work: Writer, runtime: RuntimeDep
) -> None:
    """Refused for as long as it has to be kept."""
    await assessments.delete(work, assessment_id, runtime.settings.keep_privacy_years, by)
