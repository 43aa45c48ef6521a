"""Saves other rules of one camera: all that a school itself may change of its box.

The whole text never leaves the command centre for it, and what else would change is looked for in
what would be saved, not in what was asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from api.access.scope import Scope
from api.audit.changes import Actor
from api.cameras import service as of_cameras
from api.configurations import cameras, service
from api.configurations.diff import diff
from api.configurations.errors import RulesOnlyError
from api.configurations.reading import box_of
from api.configurations.repository import ConfigurationRepository
from api.configurations.schemas import CameraRulesWrite, CameraSetup, VersionOrigin, VersionWrite
from api.kit.errors import NotFoundError

if TYPE_CHECKING:
    from api.runtime import Runtime


async def ensure_own(session: AsyncSession, box_id: int, camera_id: str) -> None:
    """Let nobody see or change a camera that is not in the session's scope.

    Raises:
        NotFoundError: If it is not, or no box has told of it yet.
    """
    box, _ = await box_of(ConfigurationRepository(session), box_id)
    if not await of_cameras.is_known(session, box.school_id, camera_id):
        raise NotFoundError("no such camera")


async def save(
    runtime: Runtime,
    scope: Scope,
    box_id: int,
    camera_id: str,
    wanted: CameraRulesWrite,
    by: Actor,
    *,
    rules_only: bool,
) -> CameraSetup:
    """Make a version in which one camera has other rules.

    Args:
        runtime: Whose database.
        scope: Of whose cameras there may be talk.
        box_id: The box.
        camera_id: The camera.
        wanted: Its rules, and the newest version that was seen.
        by: Who, as the log names them.
        rules_only: Whether nothing else may change.

    Raises:
        NotFoundError: If there is no such box, version or camera, or it is another school's.
        InvalidError: If a value cannot be written.
        RulesOnlyError: If more would change than this person may.
        BadConfigurationError: If the result may not be saved.
        ConfigurationChangedError: If there is a newer version.
    """
    async with runtime.database.read(scope) as session:
        if rules_only:
            await ensure_own(session, box_id, camera_id)
        found = await cameras.edit_rules(session, box_id, camera_id, wanted)
    if rules_only:
        if found.version.origin == VersionOrigin.BOX:
            raise RulesOnlyError(
                "the box is run by its own file. Ask whoever manages boxes to take it over first"
            )
        if outside := changed_outside(found.version.document, found.read.document, camera_id):
            raise RulesOnlyError(
                f"this would change {', '.join(outside[:3])} as well. Ask whoever manages boxes"
            )
    written = VersionWrite(text=found.edited.text, reason=wanted.reason)
    async with runtime.work(scope) as work:
        await service.save(work, box_id, wanted.against, written, found.read, by)
        return await cameras.get(work.session, box_id, camera_id)


def changed_outside(old: object, new: object, camera_id: str) -> list[str]:
    """Where two documents differ, beside the rules of one camera; pure.

    Args:
        old: A document.
        new: The other; None of a text that is none, which nobody can save anyway.
        camera_id: Whose rules may differ.
    """
    if new is None:
        return []
    return [
        each.path for each in diff(_without(old, camera_id), _without(new, camera_id), None).changes
    ]


def _without(document: object, camera_id: str) -> object:
    cameras_of = document.get("cameras") if isinstance(document, dict) else None
    if not isinstance(document, dict) or not isinstance(cameras_of, list):
        return document
    kept = [
        {key: value for key, value in each.items() if key != "rules"}
        if isinstance(each, dict) and each.get("id") == camera_id
        else each
        for each in cameras_of
    ]
    return {**document, "cameras": kept}
