"""What the bureau looks at over HTTP: plans, the table of forms, and the ledger of hazards."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query, Response

from api.access.permissions import Permission
from api.audit import service as audit
from api.audit.schemas import AccessAction
from api.auth.guards import By, SignedIn, allowed
from api.auth.sessions import Reader, Writer
from api.contract.profile import InspectionKind
from api.contract.text import AnyIdentifier, StorableText
from api.contract.vocabulary import Language
from api.inspections import ledger, planning
from api.inspections.ledger_repository import HazardFilters
from api.inspections.ledger_schemas import HazardPage, HazardState
from api.inspections.planning_schemas import InspectionTable, PlanCreate, PlanList, PlanView
from api.inspections.schemas import HazardGrade, InspectionSubject
from api.kit.download import download
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
from api.reports.hazards_workbook import write_hazards
from api.runtime import RuntimeDep
from api.workbooks.endpoints import XLSX

router = RoomRouter(prefix="/api/v1", tags=["inspections"])
_Viewer = Annotated[SignedIn, Depends(allowed(Permission.VIEW_INSPECTIONS))]
_Exporter = Annotated[SignedIn, Depends(allowed(Permission.VIEW_INSPECTIONS, Permission.EXPORT))]
_Planner = Annotated[SignedIn, Depends(allowed(Permission.PLAN_INSPECTIONS))]
_READ = (NotSignedInError, ForbiddenError, InvalidError)


@router.get(
    "/inspection-table",
    operation_id="inspections_table",
    summary="Schools and periods",
    responses=problems(*_READ),
)
async def get_table(
    session: Reader,
    _: _Viewer,
    runtime: RuntimeDep,
    kind: InspectionKind,
    subject: InspectionSubject,
) -> InspectionTable:
    """Which school has answered the form of which period, and why not."""
    return await planning.table(session, kind, subject, runtime.clock())


@router.get(
    "/inspection-plans",
    operation_id="inspection_plans_list",
    summary="Plans of inspections",
    responses=problems(*_READ),
)
async def list_plans(session: Reader, _: _Planner) -> PlanList:
    """Those that were not ended, the newest first."""
    return await planning.list_plans(session)


@router.post(
    "/inspection-plans",
    operation_id="inspection_plans_create",
    summary="Plan inspections",
    status_code=201,
    responses=problems(*_READ, BadCsrfError),
)
async def create_plan(body: PlanCreate, _: _Planner, by: By, work: Writer) -> PlanView:
    """Forms are made by themselves, when their days begin."""
    return await planning.create_plan(work, body, by)


@router.delete(
    "/inspection-plans/{plan_id}",
    operation_id="inspection_plans_end",
    summary="End a plan",
    status_code=204,
    responses=problems(*_READ, BadCsrfError, NotFoundError),
)
async def end_plan(plan_id: RowNumber, _: _Planner, by: By, work: Writer) -> None:
    """No more forms are made; those that are there stay."""
    await planning.end_plan(work, plan_id, by)


async def _filters(
    school_id: Annotated[
        list[AnyIdentifier], Query(max_length=256, description="May repeat.")
    ] = [],  # noqa: B006
    grade: Annotated[list[HazardGrade], Query(description="May repeat.")] = [],  # noqa: B006
    state: Annotated[list[HazardState], Query(description="May repeat.")] = [],  # noqa: B006
    kind: Annotated[list[InspectionKind], Query(description="May repeat.")] = [],  # noqa: B006
    subject: Annotated[list[InspectionSubject], Query(description="May repeat.")] = [],  # noqa: B006
    from_: Annotated[Moment | None, Query(alias="from", description="Found from then on.")] = None,
    to: Annotated[Moment | None, Query(description="Found before then.")] = None,
) -> HazardFilters:
    return HazardFilters(
        tuple(school_id), tuple(grade), tuple(state), tuple(kind), tuple(subject), from_, to
    )


_Filters = Annotated[HazardFilters, Depends(_filters)]


@router.get(
    "/hazards",
    operation_id="hazards_list",
    summary="The ledger of hazards",
    responses=problems(*_READ, BadCursorError),
)
async def list_hazards(
    session: Reader,
    _: _Viewer,
    runtime: RuntimeDep,
    filters: _Filters,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[StorableText | None, Query(max_length=512)] = None,
) -> HazardPage:
    """Of signed forms, found last first, with the counts of the same filters by state."""
    return await ledger.list_hazards(session, filters, runtime.clock(), limit=limit, cursor=cursor)


@router.get(
    "/hazards.xlsx",
    operation_id="hazards_xlsx",
    summary="The ledger of hazards as a workbook",
    response_class=Response,
    responses={
        200: {
            "description": "A summary and the table.",
            "content": {XLSX: {"schema": {"type": "string", "format": "binary"}}},
        },
        **problems(*_READ, TooLargeError),
    },
)
async def export_hazards(
    person: _Exporter,
    by: By,
    runtime: RuntimeDep,
    filters: _Filters,
    language: Annotated[Language, Query(description="Of headings and words.")] = "zh",
) -> Response:
    """The same hazards, moments in UTC; that they were exported is logged."""
    now = runtime.clock()
    async with runtime.work(person.scope) as work:
        rows = await ledger.list_all(work.session, filters, now)
        audit.log(
            work,
            AccessAction.HAZARDS_EXPORTED,
            by.username,
            by.client,
            school_id=person.school_id,
        )
    content = await write_hazards(rows, language, now, asked_by=person.username)
    return download(content, XLSX, f"hazards-{now:%Y%m%d-%H%M%S}.xlsx")
