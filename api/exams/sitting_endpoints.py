"""Rooms in their sessions over HTTP: who came, what is put right, what was sealed."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from api.access.permissions import Permission
from api.auth.guards import By, SignedIn, allowed
from api.auth.sessions import Writer
from api.cameras.views import Watch
from api.contract.exam_package.manifest import SealingFacts
from api.exams import package_making, sealing, service
from api.exams.endpoints import WRITE
from api.exams.errors import BadSealError, ExamBegunError, ExamNotOverError, ExamSealedError
from api.exams.schemas import PresentWrite, SealWrite, SittingOrderWrite, SittingView
from api.kit.errors import ConflictError
from api.kit.problems import problems
from api.kit.routing import RoomRouter
from api.kit.row_number import RowNumber
from api.orders.requests import actor
from api.runtime import RuntimeDep

router = RoomRouter(prefix="/api/v1/exam-sittings", tags=["exams"])
_Manager = Annotated[SignedIn, Depends(allowed(Permission.MANAGE_EXAMS))]
_Assigner = Annotated[SignedIn, Depends(allowed(Permission.VIEW_EXAMS, Permission.ASSIGN_ORDERS))]


@router.put(
    "/{sitting_id}/present",
    operation_id="exam_sittings_present",
    summary="Say how many came",
    responses=problems(*WRITE),
)
async def put_present(
    sitting_id: RowNumber,
    body: PresentWrite,
    _: _Manager,
    by: By,
    work: Writer,
    runtime: RuntimeDep,
) -> SittingView:
    """A number; nobody's name."""
    watch = Watch.of(runtime.settings, work.now)
    return await service.put_present(work, sitting_id, body.present, watch, by)


@router.post(
    "/{sitting_id}/order",
    operation_id="exam_sittings_order",
    summary="Have put right what is red",
    status_code=201,
    responses=problems(*WRITE, ExamBegunError, ConflictError),
)
async def make_order(
    sitting_id: RowNumber,
    body: SittingOrderWrite,
    person: _Assigner,
    request: Request,
    work: Writer,
    runtime: RuntimeDep,
) -> SittingView:
    """A work order for the school's equipment, due before the session begins."""
    watch = Watch.of(runtime.settings, work.now)
    by = actor(person, request)
    return await service.order(work, sitting_id, body.due_at, watch, by, runtime.deadlines)


@router.post(
    "/{sitting_id}/facts",
    operation_id="exam_sittings_facts",
    summary="Take the facts for sealing",
    responses=problems(*WRITE, ExamNotOverError, ConflictError),
)
async def take_facts(
    sitting_id: RowNumber, _: _Manager, by: By, work: Writer, runtime: RuntimeDep
) -> SealingFacts:
    """For `mingan exam collect`: cameras, their clocks, who watched. Asking is logged."""
    watch = Watch.of(runtime.settings, work.now)
    return await sealing.take_facts(work, sitting_id, watch, by)


@router.post(
    "/{sitting_id}/seal",
    operation_id="exam_sittings_seal",
    summary="Note that footage was sealed",
    responses=problems(*WRITE, BadSealError, ExamSealedError),
)
async def note_seal(
    sitting_id: RowNumber,
    body: SealWrite,
    _: _Manager,
    by: By,
    work: Writer,
    runtime: RuntimeDep,
) -> SittingView:
    """Manifest and signature of the package; its head and count stand in the table from then on."""
    watch = Watch.of(runtime.settings, work.now)
    told = await sealing.note_seal(work, sitting_id, body, watch, by)
    await package_making.signed_by_hand(work, runtime.exam_packages, sitting_id, body)
    return told
