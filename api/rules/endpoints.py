"""The rules, and whether they can watch."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from api.access.permissions import Permission
from api.auth.guards import SignedIn, allowed
from api.auth.sessions import Reader
from api.kit.errors import ForbiddenError, NotSignedInError
from api.kit.problems import problems
from api.kit.routing import RoomRouter
from api.rules import service
from api.rules.schemas import RuleList
from api.runtime import RuntimeDep

router = RoomRouter(prefix="/api/v1/rules", tags=["rules"])
_Viewer = Annotated[SignedIn, Depends(allowed(Permission.VIEW_CAMERAS))]


@router.get(
    "",
    operation_id="rules_list",
    summary="All rules",
    responses=problems(NotSignedInError, ForbiddenError),
)
async def list_rules(session: Reader, _: _Viewer, runtime: RuntimeDep) -> RuleList:
    """Every rule of the vocabulary: ready, off until a model is taken, or what it waits for."""
    now = runtime.clock()
    items = await service.list_rules(session, now, runtime.settings.lost_after_s)
    return RuleList(items=items, as_of=now)
