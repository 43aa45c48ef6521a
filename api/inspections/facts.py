"""What the command centre knows by itself of the items of a form."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from api.cameras.service import Watch
from api.compliance import district as compliance
from api.compliance.judging import FAILING
from api.contract.places import PlaceKind
from api.contract.profile import About
from api.coverage import service as coverage
from api.coverage.judging import Sight
from api.coverage.profiles import Profiles
from api.coverage.schemas import CoverageDetail, CoveringCamera
from api.inspections.schemas import Fact, FactKind, InspectionSubject
from api.orders import service as orders
from api.orders.machine import WITH_SCHOOL
from api.orders.subjects import Subject


@dataclass(frozen=True, slots=True)
class Known:
    """Everything of a school that forms are filled in from, read at one moment."""

    coverage: CoverageDetail
    footage: Fact
    orders: dict[InspectionSubject, Fact]


async def know(session: AsyncSession, school_id: str, watch: Watch, profiles: Profiles) -> Known:
    """Read what is known of a school.

    Args:
        session: In the scope of the whole school: what a form says does not depend on who reads it.
        school_id: The school.
        watch: The moment.
        profiles: What is asked.

    Raises:
        NotFoundError: If there is no such school in use.
    """
    proven = await compliance.count_kinds(session, watch)
    return Known(
        coverage=await coverage.get_school(session, school_id, watch, profiles),
        footage=Fact(
            kind=FactKind.FOOTAGE,
            place="",
            total=proven.total(),
            good=proven["kept"],
            unknown=proven.total() - proven["kept"] - sum(proven[each] for each in FAILING),
        ),
        orders={
            subject: await _orders(session, school_id, subject, watch)
            for subject in InspectionSubject
        },
    )


async def _orders(
    session: AsyncSession, school_id: str, subject: InspectionSubject, watch: Watch
) -> Fact:
    about = {Subject(subject)} | (
        {Subject.EQUIPMENT} if subject is InspectionSubject.SAFETY else set()
    )
    counts = await orders.count(session, school_id, sorted(about), watch.now)
    total = sum(getattr(counts, state) for state in WITH_SCHOOL)
    return Fact(kind=FactKind.ORDERS, place="", total=total, good=total - counts.overdue, unknown=0)


def facts_of(
    known: Known, about: About, places: Collection[PlaceKind], subject: InspectionSubject
) -> list[Fact]:
    """What is known of one item."""
    match about:
        case About.CAMERAS | About.PLACEMENTS if places:
            return _at_places(known.coverage, places)
        case About.CAMERAS | About.PLACEMENTS:
            return [_cameras("", _all(known.coverage))]
        case About.FOOTAGE:
            return [known.footage]
        case About.FORBIDDEN:
            hanging = known.coverage.forbidden_count
            return [Fact(kind=FactKind.FORBIDDEN, place="", total=hanging, good=0, unknown=0)]
        case About.ORDERS:
            return [known.orders[subject]]
        case About.NOTHING:
            return []


def _all(detail: CoverageDetail) -> list[CoveringCamera]:
    hanging = [
        camera
        for profile in detail.profiles
        for row in profile.rows
        for place in row.places
        for camera in place.cameras
    ]
    hanging += [camera for place in detail.forbidden for camera in place.cameras]
    return _each_once([*hanging, *detail.unplaced])


def _each_once(cameras: Iterable[CoveringCamera]) -> list[CoveringCamera]:
    return list({camera.camera_key: camera for camera in cameras}.values())


def _at_places(detail: CoverageDetail, kinds: Collection[PlaceKind]) -> list[Fact]:
    """A line for each place that the school wrote down."""
    found = {
        place.place_id: (place.name, place.cameras)
        for profile in detail.profiles
        for row in profile.rows
        if row.kind in kinds
        for place in row.places
    }
    if not found:
        return [_cameras("", [])]
    return [_cameras(name, cameras) for name, cameras in found.values()]


def _cameras(place: str, cameras: Sequence[CoveringCamera]) -> Fact:
    sights = [camera.sight for camera in cameras]
    return Fact(
        kind=FactKind.CAMERAS,
        place=place,
        total=len(sights),
        good=sights.count(Sight.SEEN),
        unknown=sights.count(Sight.UNKNOWN),
    )
