"""The rules, and whether they can watch."""

from __future__ import annotations

from fastapi import APIRouter

from api.auth.guards import Person
from api.kit.errors import NotSignedInError
from api.kit.problems import problems
from api.rules import service
from api.rules.schemas import RuleList
from api.runtime import Reader, RuntimeDep

router = APIRouter(prefix="/api/v1/rules", tags=["rules"])


@router.get(
    "", operation_id="rules_list", summary="All rules", responses=problems(NotSignedInError)
)
async def list_rules(_: Person, session: Reader, runtime: RuntimeDep) -> RuleList:
    """Every rule of the vocabulary: ready, off until a model is taken, or what it waits for."""
    now = runtime.clock()
    items = await service.list_rules(session, now, runtime.settings.lost_after_s)
    return RuleList(items=items, as_of=now)
