"""Cameras as they are shown, to who asks and to consoles that listen."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from api.bus.work import UnitOfWork
from api.cameras import views
from api.cameras.hours import WatchedSeconds
from api.cameras.hours_repository import HourRepository
from api.cameras.repository import CameraRepository
from api.cameras.schemas import CameraView
from api.cameras.views import ShownCamera, Watch
from api.contract import CameraClock
from api.kit.errors import NotFoundError
from api.organisations.schemas import SchoolName

_FEW = 200
"""The hours of so many cameras are found by the camera; of more, by the hour."""


async def list_views(
    session: AsyncSession, watch: Watch, keys: Collection[int] | None = None
) -> list[CameraView]:
    """These cameras; without numbers all that are in use, by school and id."""
    cameras = CameraRepository(session)
    rows = await cameras.list(keys)
    if keys is None and len(rows) <= _FEW:
        keys = [row.camera.id for row in rows]
    rules = views.by_rule(await cameras.totals(keys, watch.window_from))
    return [views.view(row, rules.get(row.camera.id, []), watch) for row in rows]


@dataclass(frozen=True, slots=True)
class NamedCamera:
    """What a camera is called, and who reports it; ``box_id`` is None while nobody does."""

    key: int
    camera_id: str
    name: str
    location: str
    school: SchoolName
    box_id: int | None


async def list_named(session: AsyncSession, keys: Collection[int]) -> list[NamedCamera]:
    """These cameras, by school and id; without those that are not there or not in use."""
    return [
        NamedCamera(
            row.camera.id,
            row.camera.camera_id,
            row.camera.name,
            row.camera.location,
            row.school,
            row.camera.box_id,
        )
        for row in await CameraRepository(session).list(keys)
        if row.camera.retired_at is None
    ]


async def list_conditions(
    session: AsyncSession, watch: Watch, keys: Collection[int]
) -> dict[int, CameraView]:
    """How these cameras are, without how long they were watched, which takes far longer to add up.

    ``analysed_s`` and what is like it are 0.
    """
    rows = await CameraRepository(session).list(keys)
    return {row.camera.id: views.view(row, [], watch) for row in rows}


async def is_known(session: AsyncSession, school_id: str, camera_id: str) -> bool:
    """Whether a school has this camera, in scope."""
    return camera_id in await CameraRepository(session).held(school_id, [camera_id])


async def list_shown(session: AsyncSession, watch: Watch) -> list[ShownCamera]:
    """How all cameras in use are, by school and id: adding up the hours of all takes far longer."""
    names: dict[str, SchoolName] = {}
    cameras, lost_before = await CameraRepository(session).brief(), watch.lost_before
    return [views.shown(camera, names, lost_before) for camera in cameras]


async def clock_offsets(session: AsyncSession) -> dict[int, float]:
    """Each camera's clock minus its box's, as last told, in seconds; without unknown ones."""
    told = await CameraRepository(session).clocks()
    known = ((key, CameraClock.model_validate(clock).offset_s) for key, clock in told)
    return {key: offset_s for key, offset_s in known if offset_s is not None}


async def rules_of_cameras(session: AsyncSession) -> dict[int, Sequence[str]]:
    """Kinds of the rules configured on each camera in use."""
    return await CameraRepository(session).rules()


async def watched(
    session: AsyncSession, keys: Collection[int], begin: datetime, end: datetime
) -> dict[int, WatchedSeconds]:
    """How long some cameras were looked at between two full hours, and how long nobody was to."""
    return await HourRepository(session).watched(keys, begin, end)


async def analysed_by_rule(
    session: AsyncSession, keys: Collection[int], begin: datetime, end: datetime
) -> dict[str, float]:
    """Seconds in which some cameras were looked at between two full hours, by kind of rule."""
    return await HourRepository(session).by_rule(keys, begin, end)


async def keys_in_scope(session: AsyncSession) -> frozenset[int]:
    """The numbers of all cameras in scope, retired ones too."""
    return frozenset(await CameraRepository(session).keys())


async def get_view(session: AsyncSession, key: int, watch: Watch) -> CameraView:
    """One camera, retired or not.

    Raises:
        NotFoundError: If there is none.
    """
    found = await list_views(session, watch, [key])
    if not found:
        raise NotFoundError("no such camera")
    return found[0]


async def emit(work: UnitOfWork, watch: Watch, keys: Collection[int]) -> None:
    """Tell consoles how these cameras are now."""
    if not keys:
        return
    for view in await list_views(work.session, watch, keys):
        work.emit("camera", str(view.id), view.school.school_id, view.model_dump_json())
