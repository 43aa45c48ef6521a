"""Reading the access log."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.access.permissions import Permission
from api.audit import service
from api.audit.filters import AccessFilters
from api.audit.schemas import AccessAction, AccessPage
from api.auth.guards import SignedIn, allowed
from api.auth.sessions import Reader
from api.contract.text import StorableText
from api.kit.errors import BadCursorError, ForbiddenError, InvalidError, NotSignedInError
from api.kit.moments import Moment
from api.kit.problems import problems

router = APIRouter(prefix="/api/v1/audit", tags=["audit"])
_Auditor = Annotated[SignedIn, Depends(allowed(Permission.READ_AUDIT))]


@router.get(
    "",
    operation_id="audit_list",
    summary="The access log",
    responses=problems(NotSignedInError, ForbiddenError, InvalidError, BadCursorError),
)
async def list_entries(
    _: _Auditor,
    session: Reader,
    action: Annotated[list[AccessAction], Query(description="May repeat.")] = [],  # noqa: B006
    username: Annotated[StorableText, Query(max_length=64, description="Who did it.")] = "",
    school_id: Annotated[StorableText, Query(max_length=64, description="Whose it was.")] = "",
    from_: Annotated[Moment | None, Query(alias="from", description="From then on.")] = None,
    to: Annotated[Moment | None, Query(description="Before then.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[StorableText | None, Query(max_length=512)] = None,
) -> AccessPage:
    """Sign-ins, originals opened, live viewings, playbacks, newest first."""
    filters = AccessFilters(
        actions=tuple(action),
        username=username,
        school_id=school_id,
        from_at=from_,
        before=to,
    )
    return await service.list_entries(session, filters, limit=limit, cursor=cursor)
