"""Footage of exams over HTTP: held, sealed on order, handed out by two people."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from fastapi.responses import StreamingResponse

from api.access.permissions import Permission
from api.auth.guards import By, SignedIn, allowed
from api.auth.sessions import Reader, Writer
from api.cameras.views import Watch
from api.exams import holds, keeping, packages, releases
from api.exams.endpoints import READ, WRITE
from api.exams.errors import (
    ExamNotOverError,
    NoPackageError,
    ReleaseOverError,
    SamePersonError,
)
from api.exams.keeping_schemas import (
    HoldLift,
    HoldList,
    HoldsMade,
    HoldView,
    HoldWrite,
    PackagesOrdered,
    PackageView,
    ReleaseAsk,
    ReleaseDecision,
    ReleaseList,
    ReleaseView,
    SittingKept,
)
from api.kit.errors import ConflictError
from api.kit.problems import problems
from api.kit.routing import RoomRouter
from api.kit.row_number import RowNumber
from api.runtime import RuntimeDep

router = RoomRouter(prefix="/api/v1", tags=["exams"])
_Viewer = Annotated[SignedIn, Depends(allowed(Permission.VIEW_EXAMS))]
_Manager = Annotated[SignedIn, Depends(allowed(Permission.MANAGE_EXAMS))]
_Releaser = Annotated[SignedIn, Depends(allowed(Permission.VIEW_EXAMS, Permission.RELEASE_HOLDS))]
_Exporter = Annotated[SignedIn, Depends(allowed(Permission.MANAGE_EXAMS, Permission.EXPORT))]


@router.get(
    "/exam-sittings/{sitting_id}/kept",
    operation_id="exam_sittings_kept",
    summary="What becomes of a room's footage",
    responses=problems(*READ),
)
async def get_kept(
    session: Reader, sitting_id: RowNumber, _: _Viewer, runtime: RuntimeDep
) -> SittingKept:
    """Its package, who holds it, and requests to hand it out."""
    return await keeping.of_sitting(session, runtime.exam_packages, sitting_id, runtime.clock())


@router.post(
    "/exam-sittings/{sitting_id}/package",
    operation_id="exam_sittings_package",
    summary="Order the package of a room",
    status_code=201,
    responses=problems(*WRITE, ExamNotOverError, NoPackageError),
)
async def order_package(
    sitting_id: RowNumber, _: _Manager, by: By, work: Writer, runtime: RuntimeDep
) -> PackageView:
    """The box that recorded makes it; a failed one may be ordered again."""
    watch = Watch.of(runtime.settings, work.now)
    return await packages.order(work, sitting_id, watch, by)


@router.post(
    "/exams/{exam_id}/sessions/{session_id}/packages",
    operation_id="exam_sessions_packages",
    summary="Order the packages of a session",
    status_code=201,
    responses=problems(*WRITE, ExamNotOverError),
)
async def order_packages(
    exam_id: RowNumber,
    session_id: RowNumber,
    _: _Manager,
    by: By,
    work: Writer,
    runtime: RuntimeDep,
) -> PackagesOrdered:
    """Of all its rooms in scope; those of which none can be made are named with why."""
    watch = Watch.of(runtime.settings, work.now)
    return await packages.order_session(work, exam_id, session_id, watch, by)


@router.post(
    "/exam-sittings/{sitting_id}/holds",
    operation_id="exam_sittings_hold",
    summary="Hold the footage of a room",
    status_code=201,
    responses=problems(*WRITE),
)
async def make_hold(
    sitting_id: RowNumber, body: HoldWrite, _: _Manager, by: By, work: Writer
) -> HoldView:
    """It outranks every rule of deletion until its end."""
    return await holds.make(work, sitting_id, body, by)


@router.post(
    "/exams/{exam_id}/sessions/{session_id}/holds",
    operation_id="exam_sessions_hold",
    summary="Hold the footage of a session",
    status_code=201,
    responses=problems(*WRITE),
)
async def make_holds(
    exam_id: RowNumber,
    session_id: RowNumber,
    body: HoldWrite,
    _: _Manager,
    by: By,
    work: Writer,
) -> HoldsMade:
    """Of all its rooms in scope, each lifted by itself."""
    return await holds.make_session(work, exam_id, session_id, body, by)


@router.get(
    "/exam-holds",
    operation_id="exam_holds_list",
    summary="Footage that is held",
    responses=problems(*READ),
)
async def list_holds(session: Reader, _: _Viewer, runtime: RuntimeDep) -> HoldList:
    """Those that end first at the top; those that were lifted or are over after them."""
    return await holds.list_holds(session, runtime.clock())


@router.put(
    "/exam-holds/{hold_id}",
    operation_id="exam_holds_change",
    summary="Extend a hold",
    responses=problems(*WRITE, ConflictError),
)
async def change_hold(
    hold_id: RowNumber, body: HoldWrite, _: _Manager, by: By, work: Writer
) -> HoldView:
    """Another end, with its reason."""
    return await holds.change(work, hold_id, body, by)


@router.post(
    "/exam-holds/{hold_id}/lift",
    operation_id="exam_holds_lift",
    summary="Lift a hold",
    responses=problems(*WRITE, ConflictError),
)
async def lift_hold(
    hold_id: RowNumber, body: HoldLift, _: _Releaser, by: By, work: Writer
) -> HoldView:
    """The rules of deletion count for that footage from now on."""
    return await holds.lift(work, hold_id, body, by)


@router.post(
    "/exam-packages/{package_key}/releases",
    operation_id="exam_packages_release",
    summary="Ask that a package is handed out",
    status_code=201,
    responses=problems(*WRITE, NoPackageError, ConflictError),
)
async def ask_release(
    package_key: RowNumber,
    body: ReleaseAsk,
    _: _Manager,
    by: By,
    work: Writer,
    runtime: RuntimeDep,
) -> ReleaseView:
    """To whom and why; somebody else has to agree within three days."""
    return await releases.ask(work, runtime.exam_packages, package_key, body, by)


@router.get(
    "/exam-releases",
    operation_id="exam_releases_list",
    summary="Requests to hand packages out",
    responses=problems(*READ),
)
async def list_releases(session: Reader, _: _Viewer, runtime: RuntimeDep) -> ReleaseList:
    """The newest first."""
    return await releases.list_releases(session, runtime.exam_packages, runtime.clock())


@router.post(
    "/exam-releases/{release_id}/decision",
    operation_id="exam_releases_decide",
    summary="Agree to hand a package out, or refuse",
    responses=problems(*WRITE, SamePersonError, ReleaseOverError),
)
async def decide_release(
    release_id: RowNumber,
    body: ReleaseDecision,
    _: _Releaser,
    by: By,
    work: Writer,
    runtime: RuntimeDep,
) -> ReleaseView:
    """Never the person who asked; agreed to, its box sends it, and it may be fetched for a week."""
    return await releases.decide(work, runtime.exam_packages, release_id, body, by)


@router.get(
    "/exam-releases/{release_id}/package.zip",
    operation_id="exam_releases_package",
    summary="Fetch a package that is handed out",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "The package's folder, uncompressed; unpack it and verify the folder.",
            "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
        },
        **problems(*READ, ReleaseOverError),
    },
)
async def get_package(
    release_id: RowNumber, _: _Exporter, by: By, work: Writer, runtime: RuntimeDep
) -> StreamingResponse:
    """Each time is logged, with the reason and to whom."""
    found = await releases.hand_out(work, runtime.exam_packages, release_id, by)
    return StreamingResponse(
        found.parts,
        media_type="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="{found.name}.zip"',
            "Cache-Control": "no-store",
        },
    )
