"""What holds now of a school's cameras by the command centre's verdict: for pages and reports."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from api.cameras import service as cameras
from api.compliance.day_cells import missing_of
from api.compliance.district import school_line
from api.compliance.district_schemas import SchoolCompliance
from api.compliance.footage_repository import FootageRepository
from api.compliance.present import Present, read_present
from api.compliance.repository import RetentionRepository
from api.compliance.requirements import Requirement
from api.compliance.rules import Rules
from api.compliance.schemas import RetentionDoubt
from api.compliance.verdict_repository import JudgedDay, VerdictRepository
from api.compliance.views import STALE_AFTER
from api.contract import GapCause, RetentionState
from api.contract.footage.held import HeldFootage, Hole
from api.coverage import service as coverage
from api.coverage.profiles import Profiles
from api.coverage.schemas import CoverageDetail
from api.db.narrowing import within_school

_SHOWN_DAYS = 1
"""What was told on the day before yesterday is older than all that counts."""


@dataclass(frozen=True, slots=True)
class CameraStanding:
    """A camera, and what holds of its footage.

    Attributes:
        camera: Which.
        present: What holds now.
        held: What was last told of its footage in the days looked at.
        missing: Of the days that were judged, oldest first; empty when no verdict holds.
        days: The verdicts of the days looked at, oldest first.
    """

    camera: cameras.ShownCamera
    present: Present
    held: HeldFootage | None
    missing: list[Hole]
    days: list[JudgedDay]

    @property
    def verdict(self) -> JudgedDay | None:
        """The command centre's, as long as it holds."""
        return self.present.verdict

    @property
    def requirement(self) -> Requirement:
        """By what it was judged; what is asked of today when nothing holds."""
        return self.present.requirement

    @property
    def doubt(self) -> RetentionDoubt | None:
        """Why nothing holds; None when a verdict does."""
        return self.present.doubt

    @property
    def told_at(self) -> datetime | None:
        """When anything was last told of it, however old."""
        return self.present.told_at

    @property
    def state(self) -> RetentionState:
        """What holds now."""
        return self.present.state

    @property
    def is_unconfirmed(self) -> bool:
        """Whether its footage falls short of what nobody read."""
        return self.verdict is not None and self.verdict.is_unconfirmed

    @property
    def known_missing(self) -> list[Hole]:
        """What is missing of the days judged, oldest first; nothing that merely is not verified."""
        if self.state is RetentionState.UNKNOWN:
            return []
        return [hole for hole in self.missing if hole.cause is not GapCause.NOT_VERIFIED]


@dataclass(frozen=True, slots=True)
class SchoolStanding:
    """A school, and what holds of it.

    Attributes:
        line: Its verdict as a sentence.
        coverage: Its places.
        requirement: Of today.
        first: The first day looked at.
        today: In the school's time zone.
        zone: The school's time zone.
        cameras: Those in use, whether anything is known of them or not.
    """

    line: SchoolCompliance
    coverage: CoverageDetail
    requirement: Requirement
    first: date
    today: date
    zone: ZoneInfo
    cameras: list[CameraStanding]


async def read_standing(
    session: AsyncSession, school_id: str, watch: cameras.Watch, profiles: Profiles, days: int = 1
) -> SchoolStanding:
    """What holds of a school now.

    Args:
        session: Of who asks.
        school_id: The school.
        watch: The moment of looking.
        profiles: What is asked of schools.
        days: How many to look at, today among them.

    Raises:
        NotFoundError: If there is no such school in use.
    """
    reports = RetentionRepository(session)
    with within_school(session, school_id):
        covered = await coverage.get_school(session, school_id, watch, profiles)
        own = await cameras.list_shown(session, watch)
        rules = await Rules.read(session, profiles)
        latest = await VerdictRepository(session).latest(watch.now - STALE_AFTER)
    zone = rules.zone(school_id)
    today = watch.now.astimezone(zone).date()
    first = today - timedelta(days - 1)
    keys = [camera.id for camera in own]
    present = await read_present(
        session, own, latest, await reports.told_at(keys), rules, watch.now
    )
    by_camera: dict[int, list[JudgedDay]] = defaultdict(list)
    stored = await VerdictRepository(session).stored(keys, first, today)
    for key, day in sorted(stored):
        by_camera[key].append(stored[key, day].verdict)
    recent = today - timedelta(_SHOWN_DAYS)
    held = await FootageRepository(session).told_last(keys, min(first, recent), today)

    def standing(camera: cameras.ShownCamera) -> CameraStanding:
        now, told = present[camera.id], held.get(camera.id)
        return CameraStanding(
            camera=camera,
            present=now,
            held=told,
            missing=missing_of(now.verdict, told, now.requirement, zone),
            days=by_camera[camera.id],
        )

    return SchoolStanding(
        line=school_line(covered, own, latest, await reports.recovered_s(), watch.now),
        coverage=covered,
        requirement=rules.requirement(school_id, today),
        first=first,
        today=today,
        zone=zone,
        cameras=[standing(camera) for camera in own],
    )


def moment(at_ms: int) -> datetime:
    """Of milliseconds since the epoch."""
    return datetime.fromtimestamp(at_ms / 1000, UTC)
