"""Evidence files, for those who may see them."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query, Request, Response

from api.access.permissions import Permission
from api.audit import service as audit
from api.auth.guards import SignedIn, allowed, client_of
from api.contract.base import Sha256
from api.contract.text import StorableText
from api.evidence import service
from api.evidence.ranges import BadRangeError
from api.kit.errors import (
    ForbiddenError,
    GrantRequiredError,
    InvalidError,
    NotFoundError,
    NotSignedInError,
)
from api.kit.problems import problems
from api.kit.routing import RoomRouter
from api.runtime import RuntimeDep

router = RoomRouter(prefix="/api/v1/evidence", tags=["evidence"])
_Viewer = Annotated[SignedIn, Depends(allowed(Permission.SEE_PICTURES))]
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_FILE = {"image/jpeg": _BINARY, "video/mp4": _BINARY}


@router.get(
    "/{sha256}",
    operation_id="evidence_get",
    summary="A snapshot or clip",
    response_class=Response,
    responses={
        200: {"description": "The file.", "content": _FILE},
        206: {"description": "The range asked for.", "content": _FILE},
        304: {"description": "The client has it already."},
        **problems(
            NotSignedInError,
            ForbiddenError,
            GrantRequiredError,
            NotFoundError,
            BadRangeError,
            InvalidError,
        ),
    },
)
async def get_evidence(
    sha256: Sha256,
    person: _Viewer,
    request: Request,
    runtime: RuntimeDep,
    grant: Annotated[
        StorableText | None,
        Query(max_length=128, description="Of `alerts_original`; originals only."),
    ] = None,
) -> Response:
    """The file, whole or one byte range of it.

    Originals need a grant of the same person; who plays a clip is in the access log.
    """
    # Given back before the log is written: who holds one connection while waiting for another
    # can empty the pool together with others who do.
    async with runtime.database.read(person.scope) as session:
        found = await service.find_readable(
            session, sha256, username=person.username, grant=grant, now=runtime.clock()
        )
    if found.clip_of:
        async with runtime.work(person.scope) as work:
            await audit.log_clip_viewings(work, person.username, client_of(request), found.clip_of)
    return service.file_response(runtime.evidence, found, request.headers)
