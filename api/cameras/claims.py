"""Who may speak of which camera: it belongs to the box of its school that named it first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from api.boxes.errors import CameraOfAnotherBoxError
from api.boxes.service import ReportingBox
from api.bus.work import UnitOfWork
from api.cameras.reading import emit
from api.cameras.repository import CameraRepository, HeldCamera
from api.cameras.views import Watch


async def claim(
    work: UnitOfWork,
    watch: Watch,
    box: ReportingBox,
    camera_ids: Iterable[str],
    at: datetime | None = None,
) -> dict[str, int]:
    """Make sure that a box may speak of cameras of its school; those unknown become its own.

    Args:
        work: The unit of work.
        watch: The moment of looking.
        box: Who speaks.
        camera_ids: Of what.
        at: The moment it speaks of: what a box has to tell of the time before another one took the
            camera over is taken.

    Returns:
        Their numbers by id.

    Raises:
        CameraOfAnotherBoxError: If another box reports one of them.
    """
    keys, refused = await claim_some(work, watch, box, camera_ids)
    cameras = CameraRepository(work.session)
    for held in refused:
        until_at = await cameras.hold_until(held.key, box.box_id)
        if at is None or until_at is None or at >= until_at:
            raise CameraOfAnotherBoxError(
                box.box_id,
                f"another box of {box.school_id} reports {held.camera_id}; an administrator states "
                "which one is to",
                params={"camera_id": held.camera_id},
            )
        keys[held.camera_id] = held.key
    return keys


async def claim_some(
    work: UnitOfWork, watch: Watch, box: ReportingBox, camera_ids: Iterable[str]
) -> tuple[dict[str, int], list[HeldCamera]]:
    """The cameras a box may speak of by id, and those that are another's."""
    cameras = CameraRepository(work.session)
    named = sorted(set(camera_ids))
    known = await cameras.held(box.school_id, named)
    unknown = [each for each in named if each not in known]
    if unknown:
        made = [
            each
            for each in unknown
            if await cameras.ensure(box.school_id, each, box.box_id, work.now)
        ]
        known |= await cameras.held(box.school_id, unknown)
        await emit(work, watch, [known[each].key for each in made])
    nobodys = [held.key for held in known.values() if held.box_id is None]
    if nobodys:
        await cameras.set_holder(nobodys, box.box_id)
    refused = [held for held in known.values() if held.box_id not in (None, box.box_id)]
    theirs = {held.camera_id for held in refused}
    return {held.camera_id: held.key for held in known.values() if held.camera_id not in theirs}, (
        refused
    )
