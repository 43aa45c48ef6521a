"""What becomes of the footage of one room's session, and what of it has been kept long enough."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from api.bus.work import UnitOfWork
from api.exams import holds, packages, releases
from api.exams.keeping_repository import KeepingRepository
from api.exams.keeping_schemas import SittingKept
from api.exams.package_store import PackageStore
from api.exams.repository import ExamRepository
from api.kit.errors import NotFoundError


async def of_sitting(
    session: AsyncSession, store: PackageStore, sitting_id: int, now: datetime
) -> SittingKept:
    """Its package, its holds, and requests to hand it out.

    Raises:
        NotFoundError: If there is no such sitting in scope.
    """
    sat = await ExamRepository(session).sat(sitting_id)
    if sat is None:
        raise NotFoundError("no such sitting")
    stored = KeepingRepository(session)
    package = (await stored.packages([sitting_id])).get(sitting_id)
    found = await stored.holds(sitting_id)
    names = await holds.names_of(session, [sat])
    return SittingKept(
        package=None if package is None else packages.view(package, sat.sitting),
        holds=[holds.view(each, names, now) for each in found],
        releases=(await releases.list_releases(session, store, now, sitting_id)).items,
    )


async def delete_showings(work: UnitOfWork, now: datetime, keep_days: int) -> int | None:
    """Delete some of who saw rooms so long ago that it has no purpose any more; None: all are gone.

    What was seen of a room whose footage somebody holds is kept as long as that.
    """
    over_since = now - timedelta(days=keep_days)
    return await KeepingRepository(work.session).delete_showings(over_since, now) or None


async def delete_copies(work: UnitOfWork, store: PackageStore) -> int | None:
    """Delete footage that may not be fetched any more; None: there is none."""
    here = await asyncio.to_thread(store.with_segments)
    allowed = await KeepingRepository(work.session).may_be_fetched(here, work.now)
    gone = [each for each in here if each not in allowed]
    for package_id in gone:
        await asyncio.to_thread(store.remove_segments, package_id)
    return len(gone) or None
