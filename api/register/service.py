"""Keeps the camera register; who changed what is in the access log."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from api.audit import service as audit
from api.audit.changes import Actor, differences
from api.audit.schemas import AccessAction
from api.bus.work import UnitOfWork
from api.cameras import service as cameras
from api.cameras.service import Watch
from api.compliance import district as compliance
from api.contract.places import PlaceKind
from api.db.camera import CameraRecord
from api.db.organisation import Place
from api.kit.errors import FieldError, InvalidError, NotFoundError
from api.organisations.errors import TakenError
from api.organisations.schemas import SchoolName
from api.register.repository import RegisterRecord, RegisterRepository
from api.register.schemas import RecordView, RecordWrite, RegisteredPlace, RegisterRow

_WRITTEN = frozenset(RecordWrite.model_fields)


def _shown(row: RegisterRecord) -> dict[str, object]:
    """What a ``RecordView`` says, by field."""
    record, place = row.record, row.place
    written = {} if record is None else {name: getattr(record, name) for name in _WRITTEN}
    return written | {
        "camera_key": row.camera_key,
        "school": SchoolName(school_id=row.school_id, name=row.name_zh, name_en=row.name_en),
        "camera_id": row.camera_id,
        "name": row.name,
        "place": None
        if place is None
        else RegisteredPlace(id=place.id, kind=PlaceKind(place.kind), name=place.name),
        "updated_at": None if record is None else record.updated_at,
        "updated_by": None if record is None else record.updated_by,
    }


def _view(row: RegisterRecord) -> RecordView:
    return RecordView.model_validate(_shown(row))


async def list_records(session: AsyncSession) -> list[RecordView]:
    """The register of all cameras in use, by school and id."""
    return [_view(row) for row in await RegisterRepository(session).rows()]


async def places_of_cameras(session: AsyncSession) -> dict[int, int]:
    """The number of its place, of each camera that has one."""
    return await RegisterRepository(session).place_ids()


async def list_rows(session: AsyncSession, watch: Watch) -> list[RegisterRow]:
    """The same, with how each camera is now and what it keeps."""
    shown = await cameras.list_shown(session, watch)
    states = {each.id: each.state for each in shown}
    kept = await compliance.proven_days(session, shown, watch.now)
    clocks = await cameras.clock_offsets(session)
    rows = []
    for row in await RegisterRepository(session).rows():
        state = states[row.camera_key]
        now = {
            "state": state,
            "proven_days": kept.get(row.camera_key),
            "clock_offset_s": None if cameras.is_silent(state) else clocks.get(row.camera_key),
        }
        rows.append(RegisterRow.model_validate(_shown(row) | now))
    return rows


async def get_record(session: AsyncSession, key: int) -> RecordView:
    """One camera in the register, in use or not.

    Raises:
        NotFoundError: If there is no such camera.
    """
    rows = await RegisterRepository(session).rows([key])
    if not rows:
        raise NotFoundError("no such camera")
    return _view(rows[0])


def logged_fields(view: RecordView) -> dict[str, object]:
    """A record as the access log tells of it: the place by its name."""
    fields = view.model_dump(mode="json", include=set(_WRITTEN - {"place_id"}))
    return {"place": None if view.place is None else view.place.name, **fields}


async def put_record(work: UnitOfWork, key: int, told: RecordWrite, by: Actor) -> RecordView:
    """Write a camera's record anew.

    Raises:
        NotFoundError: If there is no such camera.
        InvalidError: If its school has no such place.
        TakenError: If the number is another device's.
    """
    await get_record(work.session, key)
    if await put_records(work, {key: told}, by):
        raise TakenError("the number is another device's", params={"what": "code"})
    return await get_record(work.session, key)


async def put_records(
    work: UnitOfWork, told: Mapping[int, RecordWrite], by: Actor
) -> Collection[int]:
    """Write records anew, and log what each change was.

    Returns:
        Cameras whose number is another device's; the unit of work must not be committed then.

    Raises:
        InvalidError: If a camera's school has no such place.
    """
    register = RegisterRepository(work.session)
    places = await register.places({each.place_id for each in told.values() if each.place_id})
    records, codes = [], {}
    for row in await register.rows(list(told)):
        key, wanted = row.camera_key, told[row.camera_key]
        place = None if wanted.place_id is None else places.get(wanted.place_id)
        if wanted.place_id is not None and (place is None or place.school_id != row.school_id):
            fault = FieldError("body.place_id", "the camera's school has no such place")
            raise InvalidError("no such place", errors=[fault])
        changes = differences(logged_fields(_view(row)), _logged(wanted, place))
        if not changes:
            continue
        record = row.record or CameraRecord(camera_key=key)
        if record.code != wanted.code:
            record.code = None
            if wanted.code is not None:
                codes[key] = wanted.code
        for name in _WRITTEN - {"code"}:
            setattr(record, name, getattr(wanted, name))
        record.updated_at, record.updated_by = work.now, by.username
        records.append(record)
        audit.log(
            work,
            AccessAction.CAMERA_RECORD_CHANGED,
            by.username,
            by.client,
            school_id=row.school_id,
            camera_id=row.camera_id,
            changes=changes,
        )
    return await register.write(records, codes)


def _logged(told: RecordWrite, place: Place | None) -> dict[str, object]:
    fields = told.model_dump(mode="json", exclude={"place_id"})
    return {"place": None if place is None else place.name, **fields}
