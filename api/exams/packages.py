"""Packages from order to seal: the box that recorded makes them, the bureau's key signs.

What a box sends is its manifest alone; the segments stay where they are until two people agreed to
hand them out. Where the command centre has the bureau's key it signs at once; elsewhere a package
is ``collected`` until somebody brings the signature.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import uuid4

from api.audit import service as audit
from api.audit.changes import Actor
from api.audit.schemas import AccessAction
from api.bus.work import UnitOfWork
from api.cameras.views import Watch
from api.contract.exam_orders import PackageTrouble
from api.db.exam import ExamSitting
from api.db.exam_keeping import ExamPackage
from api.exams import sealing, service
from api.exams.errors import ExamNotOverError, NoPackageError
from api.exams.keeping_repository import KeepingRepository
from api.exams.keeping_schemas import (
    NotOrdered,
    PackagesOrdered,
    PackageView,
    RoomNotOrdered,
)
from api.exams.repository import ExamRepository, Sat
from api.exams.schemas import PackageState
from api.kit.errors import NotFoundError

_UNDER_WAY = (PackageState.ORDERED, PackageState.MAKING, PackageState.COLLECTED)


def view(row: ExamPackage, sitting: ExamSitting) -> PackageView:
    """As the console shows it."""
    return PackageView(
        id=row.id,
        package_id=row.package_id,
        state=PackageState(row.state),
        trouble=None if row.trouble is None else PackageTrouble(row.trouble),
        detail=row.detail,
        ordered_at=row.ordered_at,
        ordered_by=row.ordered_by,
        changed_at=row.changed_at,
        chain_head=row.chain_head,
        segment_count=row.segment_count,
        size_bytes=row.size_bytes,
        key_fingerprint=sitting.key_fingerprint if row.state == PackageState.SEALED else None,
    )


async def order(work: UnitOfWork, sitting_id: int, watch: Watch, by: Actor) -> PackageView:
    """Have the box that recorded make a room's package.

    Raises:
        NotFoundError: If there is no such sitting in scope.
        ExamNotOverError: If the session is not over.
        NoPackageError: If there is one, or none can be made; ``why`` says which.
    """
    sat = await ExamRepository(work.session).sat(sitting_id, lock=True)
    if sat is None:
        raise NotFoundError("no such sitting")
    if work.now < sat.session.ends_at:
        raise ExamNotOverError("packages are made after the session")
    row, why = await _order(work, sat, watch, by)
    if row is None:
        assert why is not None
        raise NoPackageError(f"no package: {why.value}", params={"why": why.value})
    return view(row, sat.sitting)


async def order_session(
    work: UnitOfWork, exam_id: int, session_id: int, watch: Watch, by: Actor
) -> PackagesOrdered:
    """The same for all rooms of a session in scope; those that cannot are named.

    Raises:
        NotFoundError: If there is no such session.
        ExamNotOverError: If it is not over.
    """
    ordered, not_ordered = 0, []
    for sat in await sats_of(work, exam_id, session_id):
        if work.now < sat.session.ends_at:
            raise ExamNotOverError("packages are made after the session")
        row, why = await _order(work, sat, watch, by)
        if row is not None:
            ordered += 1
        elif why is not None:
            not_ordered.append(
                RoomNotOrdered(sitting_id=sat.sitting.id, room=sat.room.code, why=why)
            )
    return PackagesOrdered(ordered=ordered, not_ordered=not_ordered)


async def sats_of(work: UnitOfWork, exam_id: int, session_id: int) -> list[Sat]:
    """The rooms of a session in scope.

    Raises:
        NotFoundError: If there is no such session.
    """
    stored = ExamRepository(work.session)
    exam, of = await stored.get(exam_id), await stored.session(exam_id, session_id)
    if exam is None or of is None:
        raise NotFoundError("no such session")
    return [Sat(row, of, room, exam) for row, room in await stored.of_session(session_id)]


async def _order(
    work: UnitOfWork, sat: Sat, watch: Watch, by: Actor
) -> tuple[ExamPackage | None, NotOrdered | None]:
    stored = KeepingRepository(work.session)
    known = (await stored.packages([sat.sitting.id])).get(sat.sitting.id)
    if sat.sitting.sealed_at is not None:
        return None, NotOrdered.SEALED
    if known is not None and known.state in _UNDER_WAY:
        return None, NotOrdered.ON_ITS_WAY
    keys = (await ExamRepository(work.session).cameras_of_rooms([sat.room.id])).get(sat.room.id, [])
    box_id, why = await _box_of(stored, keys)
    if box_id is None:
        return None, why
    facts = await sealing.facts_of(work.session, sat, keys, watch)
    row = known or ExamPackage(sitting_id=sat.sitting.id, school_id=sat.sitting.school_id)
    row.package_id, row.box_id = uuid4(), box_id
    row.state, row.trouble, row.detail = PackageState.ORDERED.value, None, ""
    row.ordered_at, row.ordered_by, row.changed_at = work.now, by.username, work.now
    row.facts = facts.model_dump_json()
    row.manifest_sha256 = row.chain_head = None
    row.segment_count = row.size_bytes = None
    await stored.add(row)
    audit.log(
        work,
        AccessAction.EXAM_PACKAGE_ORDERED,
        by.username,
        by.client,
        subject=service.named(sat),
        school_id=sat.sitting.school_id,
    )
    service.tell(work, sat)
    return row, None


async def _box_of(
    stored: KeepingRepository, keys: Collection[int]
) -> tuple[int | None, NotOrdered | None]:
    """The one box that reports all of a room's cameras."""
    found = await stored.boxes_of(keys)
    if not found:
        return None, NotOrdered.NO_CAMERA
    boxes = set(found.values())
    if None in boxes:
        return None, NotOrdered.NO_BOX
    if len(boxes) > 1:
        return None, NotOrdered.SEVERAL_BOXES
    return boxes.pop(), None
