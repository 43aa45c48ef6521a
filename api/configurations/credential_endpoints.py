"""Sealed credentials of boxes, for who manages boxes; and where boxes answer."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from api.access.permissions import Permission
from api.audit.changes import Actor
from api.auth.guards import ReportingBoxDep, SignedIn, allowed, client_of
from api.auth.sessions import BoxWriter, Reader, Writer
from api.configurations import credentials
from api.configurations.credential_schemas import CredentialsView, CredentialWrite, KeyAllow
from api.configurations.errors import SealingKeyError
from api.configurations.worker_endpoints import BOX_PROBLEMS
from api.contract import Acknowledgement, CredentialAnswer
from api.kit.errors import (
    BadCsrfError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    NotSignedInError,
    TooLargeError,
)
from api.kit.problems import problems
from api.kit.routing import RoomRouter
from api.kit.row_number import RowNumber
from api.runtime import RuntimeDep

router = RoomRouter(prefix="/api/v1/boxes/{box_id}/credentials", tags=["boxes"])
from_boxes = RoomRouter(prefix="/api/v2/ingest/configuration/credentials", tags=["ingest"])
_Manager = Annotated[SignedIn, Depends(allowed(Permission.MANAGE_BOXES))]
_READ = (NotSignedInError, ForbiddenError, NotFoundError, InvalidError)
_WRITE = (*_READ, BadCsrfError, SealingKeyError)


@router.get(
    "",
    operation_id="credentials_get",
    summary="What credentials were set for a box",
    responses=problems(*_READ),
)
async def get_credentials(
    session: Reader, box_id: RowNumber, _: _Manager, runtime: RuntimeDep
) -> CredentialsView:
    """Each camera and recorder, and the key to seal to; never what was sealed."""
    return await credentials.get(session, runtime.clock(), box_id)


@router.post(
    "/key",
    operation_id="credentials_allow_key",
    summary="Allow credentials to be sealed to a box's key",
    responses=problems(*_WRITE),
)
async def allow_key(
    box_id: RowNumber, body: KeyAllow, person: _Manager, request: Request, work: Writer
) -> CredentialsView:
    """Once its fingerprint was compared with what the box's log says; logged."""
    by = Actor(person.username, client_of(request))
    await credentials.allow(work, box_id, body.key, by)
    return await credentials.get(work.session, work.now, box_id)


@router.put(
    "",
    operation_id="credentials_put",
    summary="Set a credential",
    responses=problems(*_WRITE, TooLargeError),
)
async def put_credential(
    box_id: RowNumber, body: CredentialWrite, person: _Manager, request: Request, work: Writer
) -> CredentialsView:
    """Sealed by the caller with `crypto_box_seal` of libsodium; only the box can open it."""
    by = Actor(person.username, client_of(request))
    await credentials.put(work, box_id, body, by)
    return await credentials.get(work.session, work.now, box_id)


@from_boxes.put(
    "/answer",
    operation_id="ingest_credential_answer",
    summary="Tell what became of a sealed credential",
    responses=problems(*BOX_PROBLEMS),
)
async def put_answer(
    body: CredentialAnswer, box: ReportingBoxDep, work: BoxWriter
) -> Acknowledgement:
    """Taken, or why not; of one that was set anew meanwhile nothing is noted."""
    return Acknowledgement(changed=await credentials.answer(work, box, body))
