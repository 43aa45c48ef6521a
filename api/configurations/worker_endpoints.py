"""Where boxes tell what they run, fetch what they are to run, and answer what became of it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from api.auth.guards import ReportingBoxDep
from api.auth.sessions import BoxWriter
from api.boxes.errors import OtherSchoolError, SchoolClosedError
from api.configurations import taking
from api.configurations.documents import read_draft
from api.contract import (
    Acknowledgement,
    ConfigurationAnswer,
    ConfigurationReport,
    ConfigurationVersion,
)
from api.contract.base import Identifier
from api.contract.configuration import VersionNumber
from api.kit.errors import (
    BadTokenError,
    IdentityMismatchError,
    InvalidError,
    NotFoundError,
    TooLargeError,
    UnavailableError,
)
from api.kit.problems import problems
from api.kit.routing import RoomRouter
from api.runtime import RuntimeDep

router = RoomRouter(prefix="/api/v2/ingest/configuration", tags=["ingest"])
BOX_PROBLEMS = (
    BadTokenError,
    TooLargeError,
    InvalidError,
    UnavailableError,
    OtherSchoolError,
    SchoolClosedError,
)
"""What any endpoint for boxes of this room may answer."""


@router.put(
    "",
    operation_id="ingest_configuration",
    summary="Report what a box runs",
    responses=problems(*BOX_PROBLEMS),
)
async def put_configuration(
    body: ConfigurationReport, box: ReportingBoxDep, runtime: RuntimeDep
) -> Acknowledgement:
    """Its own file or the version it took, secrets hidden; what is known changes nothing."""
    read = await read_draft(body.text)
    async with runtime.work(box.scope) as work:
        return Acknowledgement(changed=await taking.report(work, box, body, read))


@router.get(
    "/{version}",
    operation_id="ingest_configuration_version",
    summary="Fetch a version",
    responses=problems(*BOX_PROBLEMS, NotFoundError),
)
async def get_version(
    version: VersionNumber,
    box: ReportingBoxDep,
    work: BoxWriter,
    school_id: Annotated[Identifier, Query(description="Whose it is.")],
) -> ConfigurationVersion:
    """The version that the answer to a heartbeat named."""
    return await taking.fetch(work, box, school_id, version)


@router.put(
    "/{version}/answer",
    operation_id="ingest_configuration_answer",
    summary="Tell what became of a version",
    responses=problems(*BOX_PROBLEMS, IdentityMismatchError),
)
async def put_answer(
    version: VersionNumber, body: ConfigurationAnswer, box: ReportingBoxDep, work: BoxWriter
) -> Acknowledgement:
    """Applied, or why not; the last word counts."""
    if body.version != version:
        raise IdentityMismatchError("version")
    return Acknowledgement(changed=await taking.answer(work, box, body))
