"""What a school's audit rests on: what is asked, which places are seen, what footage is proven.

What is stated of footage is the command centre's verdict on each camera-day; what boxes told beside
it (broken promises, alarms, clocks) stands as the facts it is. This is the one place where the
rooms of coverage and compliance are asked; how the audit is laid out knows
:mod:`api.reports.audit_document`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from api.cameras.service import Watch
from api.compliance import overrides
from api.compliance import service as compliance
from api.compliance.schemas import ToldFacts
from api.compliance.standing import CameraStanding, SchoolStanding, read_standing
from api.compliance.verdict_schemas import OverrideView
from api.contract import EvidenceKind
from api.contract.profile import Duration, Reading
from api.contract.vocabulary import Term
from api.coverage.profiles import Profiles, conditions_of
from api.coverage.schemas import CoverageDetail
from api.evidence import service as evidence
from api.evidence.service import ShownFile
from api.organisations import service as organisations
from api.organisations.schemas import SchoolView
from api.register import service as register
from api.reports.audited_plans import AuditedPlan, read_plans
from api.reports.errors import ReportTooLargeError

MOST_CAMERAS = 1000
"""Of one school; see docs/guide/reports.md for what that takes."""
GAPS_OF_CAMERA = 200
"""The newest that are listed; the sums count all."""
_PICTURES_OF = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class AskedDuration:
    """How long something is kept by a profile in force, and whether that is asked of the school."""

    row: Duration
    text: Term
    applies: bool


@dataclass(frozen=True, slots=True)
class AuditedCamera:
    """A camera.

    Attributes:
        standing: What holds of its footage.
        facts: What its box last told beside it; None when it never did.
        place: Where it hangs; None when nobody wrote it down.
        pictures: By kind.
    """

    standing: CameraStanding
    facts: ToldFacts | None
    place: str | None
    pictures: Mapping[EvidenceKind, ShownFile]

    @property
    def name(self) -> str:
        """As people and its box call it."""
        camera = self.standing.camera
        is_named = camera.name != camera.camera_id
        return f"{camera.name} {camera.camera_id}" if is_named else camera.name


@dataclass(frozen=True, slots=True)
class SchoolAudit:
    """Everything, as it is at one moment."""

    school: SchoolView
    as_of: datetime
    standing: SchoolStanding
    durations: list[AskedDuration]
    overrides: list[OverrideView]
    """What the bureau asks of this school, today or from a later day on."""
    cameras: list[AuditedCamera]
    plans: list[AuditedPlan]
    has_pictures: bool

    @property
    def zone(self) -> ZoneInfo:
        """The school's time zone."""
        return self.standing.zone

    @property
    def coverage(self) -> CoverageDetail:
        """Its places."""
        return self.standing.coverage


async def read_audit(
    session: AsyncSession,
    school_id: str,
    watch: Watch,
    profiles: Profiles,
    *,
    with_pictures: bool,
) -> SchoolAudit:
    """Read a school's audit.

    Args:
        session: In the scope of that school.
        school_id: The school.
        watch: The moment of looking.
        profiles: What is asked of schools.
        with_pictures: Whether the newest blurred pictures are looked for.

    Raises:
        NotFoundError: If there is no such school in use.
        ReportTooLargeError: If it has more cameras than one report holds.
    """
    school = await organisations.get_school(session, school_id)
    records = {each.camera_key: each for each in await register.list_records(session)}
    if len(records) > MOST_CAMERAS:
        raise ReportTooLargeError(f"more than {MOST_CAMERAS} cameras")
    standing = await read_standing(session, school_id, watch, profiles)
    asked = await overrides.list_overrides(session, school_id, profiles, lambda: watch.now)
    keys = [each.camera.id for each in standing.cameras]
    shown = [each.camera for each in standing.cameras]
    facts = await compliance.last_facts(session, shown, GAPS_OF_CAMERA)
    pictures: dict[int, dict[EvidenceKind, ShownFile]] = {}
    if with_pictures:
        pictures = await evidence.newest_pictures(session, keys, watch.now - _PICTURES_OF)
    cameras = []
    for each in standing.cameras:
        key = each.camera.id
        record = records.get(key)
        place = None if record is None or record.place is None else record.place.name
        cameras.append(AuditedCamera(each, facts.get(key), place, pictures.get(key, {})))
    conditions = conditions_of(school)
    return SchoolAudit(
        school=school,
        as_of=watch.now,
        standing=standing,
        durations=[
            AskedDuration(
                row,
                profile.texts[row.text],
                row.reading is not Reading.UNVERIFIED and row.is_asked_of(conditions),
            )
            for profile in profiles.in_force(standing.today)
            for row in profile.durations
        ],
        overrides=[
            each
            for each in asked.items
            if each.withdrawn_at is None
            and (each.until_day is None or standing.today < each.until_day)
        ],
        cameras=cameras,
        plans=await read_plans(session, school_id, watch, profiles),
        has_pictures=with_pictures,
    )
