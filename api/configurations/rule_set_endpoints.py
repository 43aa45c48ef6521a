"""The same rules for many cameras, for who manages boxes."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from api.access.permissions import Permission
from api.audit.changes import Actor
from api.auth.guards import SignedIn, allowed, client_of
from api.auth.sessions import Reader
from api.configurations import rule_set_saving, rule_sets
from api.configurations.rule_set_schemas import (
    RuleSetApply,
    RuleSetPlan,
    RuleSetRequest,
    RuleSetResult,
)
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
from api.runtime import RuntimeDep
from api.workers.service import Silence

router = RoomRouter(prefix="/api/v1/rule-sets", tags=["boxes"])
_Manager = Annotated[SignedIn, Depends(allowed(Permission.MANAGE_BOXES))]
_RESPONSES = problems(
    NotSignedInError, ForbiddenError, BadCsrfError, NotFoundError, InvalidError, TooLargeError
)


@router.post(
    "/preview",
    operation_id="rule_sets_preview",
    summary="What rules would change at many cameras",
    responses=_RESPONSES,
)
async def preview_rule_set(
    session: Reader, body: RuleSetRequest, _: _Manager, runtime: RuntimeDep
) -> RuleSetPlan:
    """By box and camera, with what is refused and why. Saves nothing."""
    silence = Silence.of(runtime.settings, runtime.clock())
    found = await rule_sets.plan(session, silence, body)
    return RuleSetPlan(
        boxes=[each.plan for each in found.boxes],
        without_box=found.without_box,
        as_of=silence.now,
    )


@router.post(
    "/apply",
    operation_id="rule_sets_apply",
    summary="Give many cameras the same rules",
    responses=_RESPONSES,
)
async def apply_rule_set(
    body: RuleSetApply, person: _Manager, request: Request, runtime: RuntimeDep
) -> RuleSetResult:
    """One new version of each box that is `seen`, each for itself; each is answered.

    A box that has another version than was seen, or of which other changes would be made than
    those of the preview, is left as it is.
    """
    by = Actor(person.username, client_of(request))
    return await rule_set_saving.apply(runtime, person.scope, body, by)
