"""Where boxes bring the cameras they found."""

from __future__ import annotations

from uuid import UUID

from api.auth.guards import ReportingBoxDep
from api.contract.finding import FindAnswer, FindReport
from api.kit.errors import BadTokenError, InvalidError, TooLargeError
from api.kit.problems import problems
from api.kit.routing import RoomRouter
from api.runtime import RuntimeDep

router = RoomRouter(prefix="/api/v2/ingest/views", tags=["ingest"])


@router.post(
    "/{scan_id}/found",
    operation_id="ingest_views_found",
    summary="Bring cameras that were found",
    responses=problems(BadTokenError, TooLargeError, InvalidError),
)
async def take_found(
    scan_id: UUID, body: FindReport, box: ReportingBoxDep, runtime: RuntimeDep
) -> FindAnswer:
    """What was found since the last report; a search that nobody waits for is to end."""
    if box.is_school_closed:
        return FindAnswer(is_wanted=False)
    return FindAnswer(is_wanted=runtime.scans.take(box.box_id, scan_id, body))
