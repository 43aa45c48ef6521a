"""The district's schools in one line each."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from api.cameras import service as cameras
from api.cameras.service import ShownCamera, Watch
from api.compliance.district_schemas import (
    DistrictCompliance,
    RetentionCounts,
    SchoolCompliance,
    WorstCamera,
)
from api.compliance.judging import FAILING
from api.compliance.kinds import kind_of
from api.compliance.present import holding
from api.compliance.repository import RetentionRepository
from api.compliance.sentences import sentence
from api.compliance.verdict_repository import JudgedDay, VerdictRepository
from api.compliance.views import STALE_AFTER
from api.contract import RetentionState
from api.coverage import service as coverage
from api.coverage.profiles import Profiles
from api.coverage.schemas import CoverageSummary, CoverageVerdict

_WORST_FIRST = (
    CoverageVerdict.FAILS,
    CoverageVerdict.UNKNOWN,
    CoverageVerdict.UNCONFIRMED,
    CoverageVerdict.MEETS,
)
_FURTHEST_FIRST = (RetentionState.GAP, RetentionState.INSUFFICIENT, RetentionState.OVER_RETAINED)
_NOT_COUNTED_ON = ("unknown", RetentionState.IMMATURE)
"""Whose proven days say nothing of how long the school keeps footage."""
_KINDS = ("kept", *_FURTHEST_FIRST, "immature", "unconfirmed", "unknown")


async def list_schools(
    session: AsyncSession, watch: Watch, profiles: Profiles
) -> DistrictCompliance:
    """All schools in use."""
    shown = await cameras.list_shown(session, watch)
    latest = await VerdictRepository(session).latest(watch.now - STALE_AFTER)
    recovered = await RetentionRepository(session).recovered_s()
    items = await school_lines(session, shown, latest, recovered, watch, profiles)
    return DistrictCompliance(items=items, as_of=watch.now)


async def school_lines(
    session: AsyncSession,
    shown: Sequence[ShownCamera],
    latest: Mapping[int, JudgedDay],
    recovered: Mapping[int, float],
    watch: Watch,
    profiles: Profiles,
) -> list[SchoolCompliance]:
    """All schools in use, of what was already read; see :func:`school_line`.

    Args:
        session: Of who asks.
        shown: All cameras in use.
        latest: The newest verdict on each, of those there are.
        recovered: Seconds of footage that were fetched from elsewhere, of those that have any.
        watch: The moment of looking.
        profiles: What is asked of schools.
    """
    of_school: dict[str, list[ShownCamera]] = defaultdict(list)
    for camera in shown:
        of_school[camera.school.school_id].append(camera)
    return [
        school_line(each, of_school[each.school.school_id], latest, recovered, watch.now)
        for each in (await coverage.list_schools(session, watch, profiles, shown)).items
    ]


async def count_kinds(session: AsyncSession, watch: Watch) -> Counter[str]:
    """Cameras in scope by what their footage proved last, as :class:`RetentionCounts` names it."""
    latest = await VerdictRepository(session).latest(watch.now - STALE_AFTER)
    own = await cameras.list_shown(session, watch)
    return Counter(_kind(holding(camera, latest.get(camera.id), watch.now)) for camera in own)


async def proven_days(
    session: AsyncSession, shown: Iterable[ShownCamera], now: datetime
) -> dict[int, float]:
    """Days of footage that are proven now, of each camera whose verdict holds."""
    latest = await VerdictRepository(session).latest(now - STALE_AFTER)
    held = {camera.id: holding(camera, latest.get(camera.id), now) for camera in shown}
    return {key: verdict.proven_days for key, verdict in held.items() if verdict is not None}


def school_line(
    covered: CoverageSummary,
    own: Iterable[ShownCamera],
    latest: Mapping[int, JudgedDay],
    recovered: Mapping[int, float],
    now: datetime,
) -> SchoolCompliance:
    """A school's verdict on places and footage, and what it rests on.

    Args:
        covered: Its places.
        own: Its cameras in use.
        latest: The newest verdict on each, of those there are.
        recovered: Seconds of footage that were fetched from elsewhere, of those that have any.
        now: The moment of looking.
    """
    cameras_of: Counter[str] = Counter()
    gap_s = 0.0
    healed: list[float] = []
    proven: list[float] = []
    worst: tuple[tuple[int, float], ShownCamera, JudgedDay] | None = None
    for camera in own:
        verdict = holding(camera, latest.get(camera.id), now)
        if verdict is not None and camera.id in recovered:
            healed.append(recovered[camera.id])
        kind = _kind(verdict)
        cameras_of[kind] += 1
        if verdict is not None and kind not in _NOT_COUNTED_ON:
            proven.append(verdict.proven_days)
        if verdict is None or kind not in FAILING:
            continue
        gap_s += verdict.gap_s if kind == RetentionState.GAP else 0.0
        distance = _distance(verdict)
        if worst is None or distance < worst[0]:
            worst = (distance, camera, verdict)
    counts = RetentionCounts(
        total=cameras_of.total(),
        gap_s=gap_s,
        recovered=len(healed),
        recovered_s=sum(healed),
        **{name: cameras_of[name] for name in _KINDS},
    )
    retention = _verdict(counts)
    both = min(covered.verdict, retention, key=_WORST_FIRST.index)
    return SchoolCompliance(
        school=covered.school,
        verdict=both,
        sentence=sentence(both, covered, counts),
        coverage=covered.counts,
        coverage_verdict=covered.verdict,
        forbidden_count=covered.forbidden_count,
        retention=counts,
        retention_verdict=retention,
        least_proven_days=min(proven, default=None),
        worst=None if worst is None else _worst(*worst[1:]),
    )


def _kind(verdict: JudgedDay | None) -> str:
    """Which of the counts a camera is one of."""
    return (
        kind_of(None, False) if verdict is None else kind_of(verdict.state, verdict.is_unconfirmed)
    )


def _verdict(counts: RetentionCounts) -> CoverageVerdict:
    if counts.failed:
        return CoverageVerdict.FAILS
    if counts.unknown or not counts.total:
        return CoverageVerdict.UNKNOWN
    if counts.unconfirmed:
        return CoverageVerdict.UNCONFIRMED
    # Cameras that are all too young have failed nothing, and proven nothing.
    return CoverageVerdict.MEETS if counts.kept else CoverageVerdict.UNKNOWN


def _distance(verdict: JudgedDay) -> tuple[int, float]:
    return _FURTHEST_FIRST.index(RetentionState(verdict.state)), -verdict.gap_s


def _worst(camera: ShownCamera, verdict: JudgedDay) -> WorstCamera:
    return WorstCamera(
        camera_key=camera.id,
        camera_id=camera.camera_id,
        name=camera.name,
        state=RetentionState(verdict.state),
        completeness=verdict.completeness,
        gap_s=verdict.gap_s,
    )
