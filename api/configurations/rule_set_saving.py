"""Gives many cameras the rules whose preview was seen: a version of each box, each for itself.

A box that changed meanwhile keeps what it has; the others are saved. Every box that was asked for
is answered, so that nothing is half done without anybody knowing.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from api.access.scope import Scope
from api.audit.changes import Actor
from api.configurations import rule_sets, service
from api.configurations.errors import ConfigurationChangedError
from api.configurations.rule_set_schemas import (
    BoxOutcome,
    BoxResult,
    CameraOutcome,
    RuleSetApply,
    RuleSetResult,
    SeenBox,
)
from api.configurations.rule_sets import PlannedBox
from api.configurations.schemas import VersionWrite
from api.kit.errors import ApiError, InvalidError
from api.workers.service import Silence

if TYPE_CHECKING:
    from api.runtime import Runtime


async def apply(runtime: Runtime, scope: Scope, asked: RuleSetApply, by: Actor) -> RuleSetResult:
    """Save a version of each box that was seen.

    Raises:
        NotFoundError: If one of the cameras is not there, or not in scope; nothing is saved then.
        InvalidError: If the rules are none, or a box is named that has none of the cameras; nothing
            is saved then.
    """
    seen = {each.box_id: each for each in asked.seen}
    if len(seen) != len(asked.seen):
        raise InvalidError("a box is named twice")
    async with runtime.database.read(scope) as session:
        silence = Silence.of(runtime.settings, runtime.clock())
        planned = (await rule_sets.plan(session, silence, asked, only=seen.keys())).boxes
    if strangers := seen.keys() - {each.plan.box_id for each in planned}:
        raise InvalidError(
            f"box {min(strangers)} reports none of these cameras any more; preview it again"
        )
    return RuleSetResult(
        boxes=[
            await _of_box(runtime, scope, each, seen[each.plan.box_id], asked.reason, by)
            for each in planned
        ]
    )


async def _of_box(
    runtime: Runtime, scope: Scope, box: PlannedBox, seen: SeenBox, reason: str, by: Actor
) -> BoxResult:
    newest = box.newest
    if newest is not None and newest.number != seen.version:
        return _result(
            box,
            BoxOutcome.CHANGED,
            version=newest.number,
            by=newest.created_by,
            at=newest.created_at,
        )
    if box.read is None:
        refused = any(each.outcome is CameraOutcome.REFUSED for each in box.plan.cameras)
        return _result(box, BoxOutcome.REFUSED if refused else BoxOutcome.UNCHANGED)
    if box.plan.digest != seen.digest:
        return _result(box, BoxOutcome.DIFFERS)
    written = VersionWrite(text=box.text, reason=reason)
    try:
        async with runtime.work(scope) as work:
            saved = await service.save(work, box.plan.box_id, seen.version, written, box.read, by)
    except ConfigurationChangedError as error:
        told = error.params
        return _result(
            box,
            BoxOutcome.CHANGED,
            version=int(told["version"]),
            by=told["by"],
            at=datetime.fromisoformat(told["at"]) if told["at"] else None,
        )
    except ApiError as error:
        return _result(box, BoxOutcome.FAILED, code=error.code)
    changed = [each for each in box.plan.cameras if each.outcome is CameraOutcome.CHANGES]
    return _result(box, BoxOutcome.SAVED, version=saved.version.number, cameras=len(changed))


def _result(
    box: PlannedBox,
    outcome: BoxOutcome,
    *,
    version: int | None = None,
    by: str = "",
    at: datetime | None = None,
    code: str = "",
    cameras: int = 0,
) -> BoxResult:
    return BoxResult(
        box_id=box.plan.box_id,
        box_name=box.plan.box_name,
        school=box.plan.school,
        outcome=outcome,
        version=version,
        by=by,
        at=at,
        code=code,
        cameras=cameras,
    )
