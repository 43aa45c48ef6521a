"""Keeps filters for the person who made them, and says what they name that is there no more."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import TypeAdapter, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from api.bus.work import UnitOfWork
from api.contract.vocabulary import vocabulary
from api.db.saved_filter import SavedFilter
from api.kit.errors import NotFoundError
from api.saved_filters.errors import FilterNameTakenError, TooManyFiltersError
from api.saved_filters.repository import SavedFilterRepository
from api.saved_filters.schemas import (
    AnyFilter,
    BoardFilter,
    Gone,
    QueueFilter,
    SavedFilterCreate,
    SavedFilterList,
    SavedFilterView,
)

MOST = 30
"""Filters of one list that a person keeps: more than a menu shows."""
_FILTER: TypeAdapter[QueueFilter | BoardFilter] = TypeAdapter(AnyFilter)


async def list_all(session: AsyncSession, username: str) -> SavedFilterList:
    """What a person keeps."""
    filters = SavedFilterRepository(session, username)
    return SavedFilterList(items=await _views(filters, await filters.all()))


async def create(work: UnitOfWork, username: str, wanted: SavedFilterCreate) -> SavedFilterView:
    """Keep a filter.

    Raises:
        TooManyFiltersError: If as many of this list are kept as may be.
        FilterNameTakenError: If another one of this list has the name.
    """
    filters = SavedFilterRepository(work.session, username)
    if await filters.count(wanted.filter.page) >= MOST:
        raise TooManyFiltersError(f"at most {MOST}", params={"most": str(MOST)})
    kept = await filters.add(
        {
            "page": wanted.filter.page,
            "name": wanted.name,
            "body": wanted.filter.model_dump_json(),
            "created_at": work.now,
        }
    )
    if kept is None:
        raise FilterNameTakenError(wanted.name)
    [shown] = await _views(filters, [kept])
    return shown


async def rename(work: UnitOfWork, username: str, filter_id: int, name: str) -> SavedFilterView:
    """Keep one of their filters under another name.

    Raises:
        NotFoundError: If they have no such filter.
        FilterNameTakenError: If another one of this list has the name.
    """
    filters = SavedFilterRepository(work.session, username)
    found = await _get(filters, filter_id)
    if not await filters.rename(found, name):
        raise FilterNameTakenError(name)
    [shown] = await _views(filters, [found])
    return shown


async def delete(work: UnitOfWork, username: str, filter_id: int) -> None:
    """Keep one of their filters no more.

    Raises:
        NotFoundError: If they have no such filter.
    """
    filters = SavedFilterRepository(work.session, username)
    await filters.delete(await _get(filters, filter_id))


async def _get(filters: SavedFilterRepository, filter_id: int) -> SavedFilter:
    found = await filters.get(filter_id)
    if found is None:
        raise NotFoundError("no such saved filter")
    return found


def _read(row: SavedFilter) -> QueueFilter | BoardFilter | None:
    """None of what was written in words that are not known any more."""
    try:
        return _FILTER.validate_json(row.body)
    except ValidationError:
        return None


async def _views(
    filters: SavedFilterRepository, rows: Iterable[SavedFilter]
) -> list[SavedFilterView]:
    read = [(row, _read(row)) for row in rows]
    there = [each for _, each in read if each is not None]
    schools = await filters.schools({id_ for each in there for id_ in each.school_ids})
    queues = [each for each in there if isinstance(each, QueueFilter)]
    cameras = await filters.cameras({key for each in queues for key in each.camera_keys})
    return [
        SavedFilterView(
            id=row.id,
            page="alerts" if row.page == "alerts" else "orders",
            name=row.name,
            filter=each,
            gone=[Gone.WORDS] if each is None else _gone(each, schools, cameras),
        )
        for row, each in read
    ]


def _gone(each: QueueFilter | BoardFilter, schools: set[str], cameras: set[int]) -> list[Gone]:
    found = [Gone.SCHOOL] if not schools.issuperset(each.school_ids) else []
    if isinstance(each, QueueFilter):
        if not cameras.issuperset(each.camera_keys):
            found.append(Gone.CAMERA)
        if not vocabulary().rules.keys() >= set(each.rules):
            found.append(Gone.RULE)
    return found
