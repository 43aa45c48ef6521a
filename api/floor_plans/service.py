"""Keeps floor plans; who changed what is in the access log."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from api.audit import service as audit
from api.audit.changes import Actor, Change, differences
from api.audit.schemas import AccessAction
from api.bus.work import UnitOfWork
from api.cameras.service import Watch
from api.coverage import service as coverage
from api.coverage.profiles import Profiles
from api.db.floor_plan import FloorPlan, FloorPlanCamera
from api.floor_plans import views
from api.floor_plans.errors import FloorPlanChangedError, TooManyPlansError
from api.floor_plans.repository import CameraName, FloorPlanRepository
from api.floor_plans.schemas import (
    FloorPlanList,
    FloorPlanView,
    FloorPlanWrite,
    PlacedCamera,
)
from api.kit.errors import FieldError, InvalidError, NotFoundError
from api.kit.versions import etag
from api.orders.photographs import Photograph
from api.organisations.errors import TakenError

MOST_PLANS = 30
"""Of a school: its grounds, and the floors of its buildings."""
_HANGS = tuple(PlacedCamera.model_fields)
_NO_PLAN = "no such floor plan"
_NO_SCHOOL = "no such school"


@dataclass(frozen=True, slots=True)
class PlanTitle:
    """How a plan is called."""

    zh: str
    en: str


async def list_plans(
    session: AsyncSession, school_id: str, watch: Watch, profiles: Profiles
) -> FloorPlanList:
    """A school's plans, and what its cameras are worth.

    Raises:
        NotFoundError: If there is no such school in use.
    """
    hung = await coverage.list_hung(session, school_id, watch, profiles)
    stored = FloorPlanRepository(session)
    rows = await stored.of_school(school_id)
    placed = await stored.placed([row.id for row in rows])
    cameras = [views.in_use(each) for each in hung]
    known = {each.camera_key for each in cameras}
    others = {each.camera_key for of_plan in placed.values() for each in of_plan} - known
    named = await stored.cameras(school_id, others)
    return FloorPlanList(
        items=[views.plan(row, placed[row.id]) for row in rows],
        cameras=cameras + [views.retired(named[key]) for key in sorted(named)],
        as_of=watch.now,
    )


async def may_take_picture(session: AsyncSession, school_id: str, plan_id: int | None) -> None:
    """Ask before a large body is read.

    Args:
        session: To read with.
        school_id: Whose plan.
        plan_id: Which one gets another picture; None of a new one.

    Raises:
        NotFoundError: If there is no such school in use, or no such plan of it.
    """
    stored = FloorPlanRepository(session)
    if not await stored.is_open(school_id):
        raise NotFoundError(_NO_SCHOOL)
    if plan_id is not None and not await stored.exists(school_id, plan_id):
        raise NotFoundError(_NO_PLAN)


async def create(
    work: UnitOfWork, school_id: str, title: PlanTitle, picture: Photograph, by: Actor
) -> FloorPlanView:
    """Make a plan, without cameras.

    Raises:
        NotFoundError: If there is no such school in use.
        TakenError: If the school has a plan of that title.
        TooManyPlansError: If it has as many as may be.
    """
    stored = FloorPlanRepository(work.session)
    await _take_title(stored, school_id, title.zh, None)
    if await stored.count(school_id) >= MOST_PLANS:
        raise TooManyPlansError(f"at most {MOST_PLANS}", params={"count": str(MOST_PLANS)})
    row = FloorPlan(
        school_id=school_id,
        title_zh=title.zh,
        title_en=title.en,
        version=1,
        created_at=work.now,
        changed_at=work.now,
        changed_by=by.username,
    )
    _show(row, picture)
    await stored.add(row)
    _log(work, AccessAction.FLOOR_PLAN_CREATED, row, by, differences({}, _told(row)))
    return views.plan(row, [])


async def put(
    work: UnitOfWork, school_id: str, plan_id: int, version: int, told: FloorPlanWrite, by: Actor
) -> FloorPlanView:
    """Write a plan anew: its title, and where cameras hang on it.

    Raises:
        NotFoundError: If the school has no such plan.
        FloorPlanChangedError: If somebody else saved it first.
        TakenError: If another plan has that title.
        InvalidError: If a camera is not the school's, or is new there and in use no more.
    """
    stored = FloorPlanRepository(work.session)
    row = await _lock(stored, school_id, plan_id, version)
    await _take_title(stored, school_id, told.title_zh, plan_id)
    before = {each.camera_key: each for each in (await stored.placed([plan_id]))[plan_id]}
    wanted = {each.camera_key: each for each in told.cameras}
    names = await stored.cameras(school_id, before.keys() | wanted.keys())
    _check_cameras(told.cameras, names, before.keys())
    changes = differences(_told(row), {"title_zh": told.title_zh, "title_en": told.title_en})
    changes += differences(
        {_name(names, key): views.hanging(each) for key, each in before.items()},
        {
            _name(names, key): views.hanging(wanted.get(key))
            for key in sorted(before.keys() | wanted.keys())
        },
    )
    row.title_zh, row.title_en = told.title_zh, told.title_en
    for key, each in wanted.items():
        for name in _HANGS if key in before else ():
            setattr(before[key], name, getattr(each, name))
    new = [
        FloorPlanCamera(plan_id=plan_id, **each.model_dump())
        for key, each in wanted.items()
        if key not in before
    ]
    await stored.replace([each for key, each in before.items() if key not in wanted], new)
    await _changed(work, row, by, changes)
    return views.plan(row, (await stored.placed([plan_id]))[plan_id])


async def put_picture(
    work: UnitOfWork, school_id: str, plan_id: int, version: int, picture: Photograph, by: Actor
) -> FloorPlanView:
    """Give a plan another picture; its cameras stay where they were on the one before.

    Raises:
        NotFoundError: If the school has no such plan.
        FloorPlanChangedError: If somebody else saved it first.
    """
    stored = FloorPlanRepository(work.session)
    row = await _lock(stored, school_id, plan_id, version)
    before = _told(row)
    _show(row, picture)
    await _changed(work, row, by, differences(before, _told(row)))
    return views.plan(row, (await stored.placed([plan_id]))[plan_id])


async def delete(work: UnitOfWork, school_id: str, plan_id: int, version: int, by: Actor) -> None:
    """Delete a plan; its cameras stay what and where they are.

    Raises:
        NotFoundError: If the school has no such plan.
        FloorPlanChangedError: If somebody else saved it first.
    """
    stored = FloorPlanRepository(work.session)
    row = await _lock(stored, school_id, plan_id, version, to_delete=True)
    gone = differences(_told(row), dict.fromkeys(_told(row)))
    _log(work, AccessAction.FLOOR_PLAN_DELETED, row, by, gone)
    await stored.delete(row)


async def jpeg(session: AsyncSession, school_id: str, plan_id: int) -> bytes:
    """A plan's picture.

    Raises:
        NotFoundError: If the school has no such plan.
    """
    found = await FloorPlanRepository(session).jpeg(school_id, plan_id)
    if found is None:
        raise NotFoundError(_NO_PLAN)
    return found


async def _lock(
    stored: FloorPlanRepository,
    school_id: str,
    plan_id: int,
    version: int,
    *,
    to_delete: bool = False,
) -> FloorPlan:
    row = await stored.lock(school_id, plan_id, to_delete=to_delete)
    if row is None:
        raise NotFoundError(_NO_PLAN)
    if row.version != version:
        raise FloorPlanChangedError(
            f"version {row.version} is there now",
            params={
                "version": str(row.version),
                "by": row.changed_by,
                "at": row.changed_at.isoformat(),
            },
            headers=etag(row.version),
        )
    return row


async def _take_title(
    stored: FloorPlanRepository, school_id: str, title_zh: str, plan_id: int | None
) -> None:
    """Make sure that a title is no other plan's, until the unit of work ends."""
    if not await stored.is_open(school_id, lock=True):
        raise NotFoundError(_NO_SCHOOL)
    other = await stored.id_of_title(school_id, title_zh)
    if other not in (None, plan_id):
        raise TakenError("there is a plan of this title", params={"what": "name"})


def _check_cameras(
    told: Sequence[PlacedCamera], names: dict[int, CameraName], before: Iterable[int]
) -> None:
    there = set(before)
    faults = [
        FieldError(f"body.cameras.{at}.camera_key", "the school has no such camera in use")
        for at, each in enumerate(told)
        if each.camera_key not in names
        or (names[each.camera_key].is_retired and each.camera_key not in there)
    ]
    if faults:
        raise InvalidError("no such camera", errors=faults)


async def _changed(work: UnitOfWork, row: FloorPlan, by: Actor, changes: list[Change]) -> None:
    """Count what was saved and log it; what stands there already is no change."""
    if not changes:
        return
    row.version += 1
    row.changed_at, row.changed_by = work.now, by.username
    _log(work, AccessAction.FLOOR_PLAN_CHANGED, row, by, changes)
    await work.session.flush()


def _log(
    work: UnitOfWork, action: AccessAction, row: FloorPlan, by: Actor, changes: list[Change]
) -> None:
    audit.log(
        work,
        action,
        by.username,
        by.client,
        subject=row.title_zh,
        school_id=row.school_id,
        changes=changes,
    )


def _show(row: FloorPlan, picture: Photograph) -> None:
    row.width, row.height, row.jpeg = picture.width, picture.height, picture.jpeg
    row.sha256 = hashlib.sha256(picture.jpeg).hexdigest()


def _told(row: FloorPlan) -> dict[str, object]:
    return {"title_zh": row.title_zh, "title_en": row.title_en, "picture": row.sha256}


def _name(names: dict[int, CameraName], key: int) -> str:
    """A camera as the log names it; one that went to another school by its number."""
    return names[key].camera_id if key in names else str(key)
