"""Reading the access log."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.audit import service
from api.audit.schemas import AccessAction, AccessPage
from api.auth.guards import Administrator
from api.contract.text import StorableText
from api.kit.errors import BadCursorError, ForbiddenError, InvalidError, NotSignedInError
from api.kit.problems import problems
from api.runtime import Reader

router = APIRouter(prefix="/api/v1/audit", tags=["audit"])


@router.get(
    "",
    operation_id="audit_list",
    summary="The access log",
    responses=problems(NotSignedInError, ForbiddenError, InvalidError, BadCursorError),
)
async def list_entries(
    _: Administrator,
    session: Reader,
    action: Annotated[list[AccessAction], Query(description="May repeat.")] = [],  # noqa: B006
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[StorableText | None, Query(max_length=512)] = None,
) -> AccessPage:
    """Sign-ins, originals opened, live viewings, playbacks, newest first. Administrators only."""
    return await service.list_entries(session, tuple(action), limit=limit, cursor=cursor)
