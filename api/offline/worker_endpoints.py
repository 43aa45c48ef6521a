"""Where a box asks whom it may let in while its line is cut, and tells what they looked at."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query

from api.auth.guards import ReportingBoxDep
from api.auth.sessions import BoxWriter
from api.boxes.errors import OtherSchoolError, SchoolClosedError
from api.contract import Acknowledgement
from api.contract.base import Identifier
from api.contract.offline import OfflineAccounts, OfflineEntry
from api.kit.errors import (
    BadTokenError,
    IdentityMismatchError,
    InvalidError,
    TooLargeError,
    UnavailableError,
)
from api.kit.problems import problems
from api.kit.routing import RoomRouter
from api.offline import service
from api.runtime import RuntimeDep

router = RoomRouter(prefix="/api/v2/ingest/offline", tags=["ingest"])
_PROBLEMS = (BadTokenError, InvalidError, UnavailableError, OtherSchoolError, SchoolClosedError)


@router.get(
    "/accounts",
    operation_id="ingest_offline_accounts",
    summary="Ask who may look at a box",
    responses=problems(*_PROBLEMS),
)
async def get_accounts(
    box: ReportingBoxDep,
    work: BoxWriter,
    runtime: RuntimeDep,
    school_id: Annotated[Identifier, Query(description="Whose box it is.")],
) -> OfflineAccounts:
    """People of its school, with what tells their passwords; nobody unless that is allowed."""
    return await service.accounts(runtime, work, box, school_id)


@router.put(
    "/entries/{entry_id}",
    operation_id="ingest_offline_entry",
    summary="Tell what somebody looked at at a box",
    responses=problems(*_PROBLEMS, TooLargeError, IdentityMismatchError),
)
async def put_entry(
    entry_id: UUID, body: OfflineEntry, box: ReportingBoxDep, work: BoxWriter
) -> Acknowledgement:
    """It stands in the access log, once, dated as the box told."""
    if body.id != entry_id:
        raise IdentityMismatchError("id")
    return Acknowledgement(changed=await service.take_entry(work, box, body))
