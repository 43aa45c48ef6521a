"""What a school's audit rests on: what is asked, which places are seen, what footage is proven.

This is the one place where the rooms of coverage and compliance are asked; how the audit is laid
out knows :mod:`api.reports.audit_document`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from api.cameras.service import Watch
from api.compliance import service as compliance
from api.compliance.schemas import RetentionRow
from api.contract import EvidenceKind, RetentionState
from api.contract.profile import Duration, Reading
from api.contract.vocabulary import Term
from api.coverage import service as coverage
from api.coverage.profiles import Profiles, conditions_of
from api.coverage.schemas import CoverageDetail, CoverageVerdict
from api.evidence import service as evidence
from api.evidence.service import ShownFile
from api.organisations import service as organisations
from api.organisations.schemas import SchoolView
from api.register import service as register
from api.reports.errors import ReportTooLargeError

MOST_CAMERAS = 1000
"""Of one school; see docs/guide/reports.md for what that takes."""
_PICTURES_OF = timedelta(days=90)
_FAILING = frozenset({RetentionState.GAP, RetentionState.INSUFFICIENT, RetentionState.OFFLINE})


@dataclass(frozen=True, slots=True)
class AskedDuration:
    """How long something is kept by a profile in force, and whether that is asked of the school."""

    row: Duration
    text: Term
    applies: bool


@dataclass(frozen=True, slots=True)
class AuditedCamera:
    """A camera: what is proven of its footage, where it hangs, and its pictures by kind."""

    retention: RetentionRow
    place: str | None
    pictures: Mapping[EvidenceKind, ShownFile]

    @property
    def fails(self) -> bool:
        """Whether its footage falls short of a text that was read."""
        return self._is_short and self._is_read

    @property
    def is_open(self) -> bool:
        """Whether its footage falls short of what nobody read."""
        return self._is_short and not self._is_read

    @property
    def _is_short(self) -> bool:
        return self.retention.state in _FAILING

    @property
    def _is_read(self) -> bool:
        facts = self.retention.facts
        return facts is not None and facts.required_verified


@dataclass(frozen=True, slots=True)
class SchoolAudit:
    """Everything, as it is at one moment."""

    school: SchoolView
    as_of: datetime
    coverage: CoverageDetail
    durations: list[AskedDuration]
    cameras: list[AuditedCamera]
    has_pictures: bool

    @property
    def zone(self) -> ZoneInfo:
        """The school's time zone."""
        return ZoneInfo(self.school.time_zone)

    @property
    def verdict(self) -> CoverageVerdict:
        """On places and footage together: what nobody read fails no school, and what nobody knows
        passes none.
        """
        found = self.coverage.verdict
        if found is CoverageVerdict.FAILS or any(each.fails for each in self.cameras):
            return CoverageVerdict.FAILS
        if found is CoverageVerdict.UNCONFIRMED or any(each.is_open for each in self.cameras):
            return CoverageVerdict.UNCONFIRMED
        states = {each.retention.state for each in self.cameras}
        if found is CoverageVerdict.UNKNOWN or not states or RetentionState.UNKNOWN in states:
            return CoverageVerdict.UNKNOWN
        return CoverageVerdict.MEETS

    @property
    def failing(self) -> Counter[RetentionState]:
        """Cameras that fall short of a text that was read, by state."""
        return Counter(each.retention.state for each in self.cameras if each.fails)

    @property
    def missing_s(self) -> float:
        """Seconds of footage that are missing of those that fail by gaps."""
        return sum(
            each.retention.facts.gap_s
            for each in self.cameras
            if each.fails and each.retention.state is RetentionState.GAP and each.retention.facts
        )


async def read_audit(
    session: AsyncSession,
    school_id: str,
    watch: Watch,
    profiles: Profiles,
    *,
    most_gaps: int,
    with_pictures: bool,
) -> SchoolAudit:
    """Read a school's audit.

    Args:
        session: In the scope of that school.
        school_id: The school.
        watch: The moment of looking.
        profiles: What is asked of schools.
        most_gaps: Newest gaps of each camera that are listed.
        with_pictures: Whether the newest blurred pictures are looked for.

    Raises:
        NotFoundError: If there is no such school in use.
        ReportTooLargeError: If it has more cameras than one report holds.
    """
    school = await organisations.get_school(session, school_id)
    records = {each.camera_key: each for each in await register.list_records(session)}
    if len(records) > MOST_CAMERAS:
        raise ReportTooLargeError(f"more than {MOST_CAMERAS} cameras")
    found = await coverage.get_school(session, school_id, watch, profiles)
    rows = await compliance.list_rows(session, watch, most_gaps)
    pictures: dict[int, dict[EvidenceKind, ShownFile]] = {}
    if with_pictures:
        keys = [row.camera_key for row in rows]
        pictures = await evidence.newest_pictures(session, keys, watch.now - _PICTURES_OF)
    cameras = []
    for row in rows:
        record = records.get(row.camera_key)
        place = None if record is None or record.place is None else record.place.name
        cameras.append(AuditedCamera(row, place, pictures.get(row.camera_key, {})))
    conditions = conditions_of(school)
    day = watch.now.astimezone(ZoneInfo(school.time_zone)).date()
    return SchoolAudit(
        school=school,
        as_of=watch.now,
        coverage=found,
        durations=[
            AskedDuration(
                row,
                profile.texts[row.text],
                row.reading is not Reading.UNVERIFIED and row.is_asked_of(conditions),
            )
            for profile in profiles.in_force(day)
            for row in profile.durations
        ],
        cameras=cameras,
        has_pictures=with_pictures,
    )
