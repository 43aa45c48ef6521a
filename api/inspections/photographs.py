"""Photographs of what items are about; encoded anew as those of work orders are."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from api.audit import service as audit
from api.audit.schemas import AccessAction
from api.bus.work import UnitOfWork
from api.inspections import views
from api.inspections.record import Inspector, check_open, lock, log
from api.inspections.repository import InspectionRepository
from api.inspections.schemas import InspectionPhotographView
from api.kit.errors import NotFoundError
from api.orders.errors import BadPhotographError
from api.orders.people import Actor
from api.orders.photographs import Photograph

MAX_PHOTOGRAPHS = 10
"""Of one item."""


async def may_take_photograph(session: AsyncSession, inspection_id: int, item_id: int) -> None:
    """Ask before a large body is read.

    Raises:
        NotFoundError: If there is no such item.
    """
    if await InspectionRepository(session).item(inspection_id, item_id) is None:
        raise NotFoundError("no such item of an inspection")


async def add_photograph(
    work: UnitOfWork,
    inspection_id: int,
    item_id: int,
    sent_sha256: str,
    photograph: Photograph,
    by: Inspector,
) -> InspectionPhotographView:
    """Keep a photograph of what an item is about; the same one sent again is kept once.

    Raises:
        NotFoundError: If there is no such item.
        NotInspectorError: If another school answers the form.
        InspectionSignedError: If it was signed.
        BadPhotographError: If there are too many already.
    """
    row = await lock(work, inspection_id, by)
    stored = InspectionRepository(work.session)
    if await stored.item(inspection_id, item_id) is None:
        raise NotFoundError("no such item of an inspection")
    if (known := await stored.photograph_sent(item_id, sent_sha256)) is not None:
        return views.photograph(known)
    check_open(row)
    of_item = [each for each in await stored.photographs(row.id) if each.item_id == item_id]
    if len(of_item) >= MAX_PHOTOGRAPHS:
        raise BadPhotographError(f"at most {MAX_PHOTOGRAPHS}", params={"why": "too_many"})
    values = {"inspection_id": inspection_id, "item_id": item_id, "sent_sha256": sent_sha256}
    values |= {"at": work.now, "by": by.actor.username, "width": photograph.width}
    values |= {"height": photograph.height, "jpeg": photograph.jpeg}
    await stored.add_photograph(values)
    log(work, AccessAction.INSPECTION_PHOTOGRAPHED, row, by)
    found = await stored.photograph_sent(item_id, sent_sha256)
    assert found is not None
    return views.photograph(found)


async def jpeg(session: AsyncSession, inspection_id: int, photograph_id: int) -> tuple[bytes, str]:
    """The bytes of a photograph, and the school it is of.

    Raises:
        NotFoundError: If there is no such photograph of this form.
    """
    found = await InspectionRepository(session).jpeg(inspection_id, photograph_id)
    if found is None:
        raise NotFoundError("no such photograph")
    return found


def log_opening(
    work: UnitOfWork, inspection_id: int, photograph_id: int, school_id: str, by: Actor
) -> None:
    """Write to the access log that somebody opened a photograph: nobody is blurred on it."""
    audit.log(
        work,
        AccessAction.INSPECTION_PHOTOGRAPH_OPENED,
        by.username,
        by.client,
        subject=f"inspection {inspection_id} photograph {photograph_id}",
        school_id=school_id,
    )
