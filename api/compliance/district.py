"""The district's schools in one line each, and one school's cameras day by day."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from api.cameras import service as cameras
from api.cameras.schemas import CameraViewState
from api.cameras.service import ShownCamera, Watch
from api.compliance.district_schemas import (
    CameraDays,
    DayCell,
    DistrictCompliance,
    RetentionCounts,
    SchoolCompliance,
    SchoolFootage,
    WorstCamera,
)
from api.compliance.footage_repository import FootageRepository
from api.compliance.history import day_before, told_on
from api.compliance.judging import FAILING, calendar_of
from api.compliance.rules import Rules
from api.compliance.sentences import sentence
from api.compliance.verdict_repository import JudgedDay, VerdictRepository
from api.compliance.views import STALE_AFTER
from api.contract import FootageGap, RetentionState
from api.contract.footage.held import HeldFootage
from api.coverage import service as coverage
from api.coverage.profiles import Profiles
from api.coverage.schemas import CoverageSummary, CoverageVerdict
from api.db.narrowing import within_school

_SHOWN_DAYS = 1
"""What was told on the day before yesterday is older than all that counts."""
_WORST_FIRST = (
    CoverageVerdict.FAILS,
    CoverageVerdict.UNKNOWN,
    CoverageVerdict.UNCONFIRMED,
    CoverageVerdict.MEETS,
)
_FURTHEST_FIRST = (RetentionState.GAP, RetentionState.INSUFFICIENT, RetentionState.OVER_RETAINED)
_MAX_GAPS = 4096
_KINDS = ("kept", *_FURTHEST_FIRST, "immature", "unconfirmed", "unknown")


async def list_schools(
    session: AsyncSession, watch: Watch, profiles: Profiles
) -> DistrictCompliance:
    """All schools in use."""
    shown = await cameras.list_shown(session, watch)
    of_school: dict[str, list[ShownCamera]] = defaultdict(list)
    for camera in shown:
        of_school[camera.school.school_id].append(camera)
    since = watch.now - STALE_AFTER
    latest = await VerdictRepository(session).latest(since)
    covered = (await coverage.list_schools(session, watch, profiles, shown)).items
    return DistrictCompliance(
        items=[
            _line(each, of_school[each.school.school_id], latest, watch.now) for each in covered
        ],
        as_of=watch.now,
    )


async def get_school(
    session: AsyncSession, school_id: str, watch: Watch, profiles: Profiles, days: int
) -> SchoolFootage:
    """One school's cameras, day by day.

    Raises:
        NotFoundError: If there is no such school in use.
    """
    with within_school(session, school_id):
        covered = await coverage.get_school(session, school_id, watch, profiles)
        own = await cameras.list_shown(session, watch)
        rules = await Rules.read(session, profiles)
    zone = rules.zone(school_id)
    today = watch.now.astimezone(zone).date()
    first = today - timedelta(days - 1)
    keys = [camera.id for camera in own]
    recent = today - timedelta(_SHOWN_DAYS)
    latest: dict[int, JudgedDay] = {}
    by_camera: dict[int, list[JudgedDay]] = defaultdict(list)
    stored = await VerdictRepository(session).stored(keys, min(first, recent), today)
    for key, day in sorted(stored):
        verdict = stored[key, day].verdict
        if day >= recent:
            latest[key] = verdict
        if day >= first:
            by_camera[key].append(verdict)
    held = await _held(session, keys, first, today)
    bounds = calendar_of(zone, today).bounds
    since_ms = bounds(first)[0]
    return SchoolFootage(
        **dict(_line(covered, own, latest, watch.now)),
        requirement=rules.requirement(school_id, today),
        from_day=first,
        until_day=today,
        cameras=[
            _camera(
                camera,
                _now(camera, latest.get(camera.id), watch.now),
                [_cell(verdict, bounds(verdict.day)) for verdict in by_camera[camera.id]],
                _gaps(held.get(camera.id), since_ms),
            )
            for camera in own
        ],
        as_of=watch.now,
    )


async def _held(
    session: AsyncSession, keys: Sequence[int], first: date, last: date
) -> dict[int, HeldFootage]:
    """What was told last of each camera."""
    footage = FootageRepository(session)
    oldest_ms = await footage.oldest_told_ms(keys, first, last)
    if oldest_ms is None:
        return {}
    rows = await footage.rows(keys, min(first, day_before(oldest_ms)), last)
    return {key: list(told_on(own))[-1] for key, own in rows.items()}


def _now(camera: ShownCamera, verdict: JudgedDay | None, now: datetime) -> JudgedDay | None:
    """The verdict as far as it still holds."""
    if verdict is None or camera.state is CameraViewState.WORKER_LOST:
        return None
    is_stale = now.timestamp() * 1000 - verdict.as_of_ms > STALE_AFTER.total_seconds() * 1000
    return None if is_stale else verdict


def _line(
    covered: CoverageSummary,
    own: Iterable[ShownCamera],
    latest: Mapping[int, JudgedDay],
    now: datetime,
) -> SchoolCompliance:
    cameras_of: Counter[str] = Counter()
    gap_s = 0.0
    worst: tuple[ShownCamera, JudgedDay] | None = None
    for camera in own:
        verdict = _now(camera, latest.get(camera.id), now)
        kind = _kind(verdict)
        cameras_of[kind] += 1
        if verdict is None or kind not in FAILING:
            continue
        gap_s += verdict.gap_s if kind == RetentionState.GAP else 0.0
        if worst is None or _distance(verdict) < _distance(worst[1]):
            worst = (camera, verdict)
    counts = RetentionCounts(
        total=cameras_of.total(),
        gap_s=gap_s,
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
        worst=None if worst is None else _worst(*worst),
    )


def _kind(verdict: JudgedDay | None) -> str:
    """Which of the counts a camera is one of."""
    if verdict is None or verdict.state in (RetentionState.UNKNOWN, RetentionState.OFFLINE):
        return "unknown"
    if verdict.is_unconfirmed:
        return "unconfirmed"
    return "kept" if verdict.state == RetentionState.COMPLIANT else verdict.state


def _verdict(counts: RetentionCounts) -> CoverageVerdict:
    if counts.failed:
        return CoverageVerdict.FAILS
    if counts.unknown or not counts.total:
        return CoverageVerdict.UNKNOWN
    return CoverageVerdict.UNCONFIRMED if counts.unconfirmed else CoverageVerdict.MEETS


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


def _camera(
    camera: ShownCamera, now: JudgedDay | None, days: list[DayCell], gaps: list[FootageGap]
) -> CameraDays:
    return CameraDays(
        camera_key=camera.id,
        camera_id=camera.camera_id,
        name=camera.name,
        state=RetentionState.UNKNOWN if now is None else RetentionState(now.state),
        completeness=0.0 if now is None else now.completeness,
        proven_days=0.0 if now is None else now.proven_days,
        as_of=None if now is None else _moment(now.as_of_ms),
        days=days,
        gaps=gaps,
    )


def _cell(verdict: JudgedDay, bounds: tuple[int, int]) -> DayCell:
    expected_s = (min(bounds[1], verdict.as_of_ms) - bounds[0]) / 1000
    share = None if expected_s <= 0 else max(0.0, 1 - verdict.day_missing_s / expected_s)
    return DayCell(
        day=verdict.day,
        state=RetentionState(verdict.state),
        is_unconfirmed=verdict.is_unconfirmed,
        share=share,
    )


def _gaps(held: HeldFootage | None, since_ms: int) -> list[FootageGap]:
    found = () if held is None else held.holes
    return [
        FootageGap(
            from_at=_moment(max(hole.start_ms, since_ms)),
            to_at=_moment(hole.end_ms),
            cause=hole.cause,
        )
        for hole in reversed(found)
        if hole.end_ms > since_ms
    ][:_MAX_GAPS]


def _moment(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)
