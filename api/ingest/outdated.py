"""What a worker of before there were schools is told.

Such a worker keeps what it has to deliver when it is answered 403, tries again with patience, and
writes the answer into its log. So nothing is lost until it is brought up to date.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from api.auth.guards import ReportingBoxDep
from api.boxes.errors import WorkerOutdatedError
from api.contract.text import StorableText
from api.kit.errors import BadTokenError
from api.kit.problems import problems
from api.kit.routing import RoomRouter

router = RoomRouter(prefix="/api/v1/ingest", tags=["ingest"])
_RESPONSES = problems(BadTokenError, WorkerOutdatedError)
_Rest = Annotated[StorableText, Path(max_length=512)]
_WHAT_TO_DO = (
    "this command centre speaks /api/v2/ingest: bring the worker of this box up to the same "
    "version and start it; it then delivers all that waits in its outbox"
)


@router.put(
    "/{rest:path}",
    operation_id="ingest_outdated_put",
    summary="The wire of before there were schools",
    status_code=204,
    responses=_RESPONSES,
)
async def put_outdated(rest: _Rest, _: ReportingBoxDep) -> None:
    """Takes nothing; says what is to be done."""
    raise WorkerOutdatedError(_WHAT_TO_DO)


@router.post(
    "/{rest:path}",
    operation_id="ingest_outdated_post",
    summary="The wire of before there were schools",
    status_code=204,
    responses=_RESPONSES,
)
async def post_outdated(rest: _Rest, _: ReportingBoxDep) -> None:
    """Takes nothing; says what is to be done."""
    raise WorkerOutdatedError(_WHAT_TO_DO)
