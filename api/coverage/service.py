"""Puts together what profiles ask, what schools are, and where their cameras hang."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from api.cameras import service as cameras
from api.cameras.schemas import CameraViewState
from api.cameras.service import ShownCamera, Watch
from api.contract.profile import Level, Profile, Reading, Sourced
from api.coverage import judging
from api.coverage.judging import Coverage, PlaceFacts, RowVerdict, SchoolFacts, Sight
from api.coverage.profiles import Profiles, conditions_of
from api.coverage.schemas import (
    CoverageCounts,
    CoverageDetail,
    CoverageList,
    CoverageOfProfile,
    CoverageRow,
    CoverageSummary,
    CoverageVerdict,
    CoveredPlace,
    CoveringCamera,
    ForbiddenPlace,
    RequirementSource,
)
from api.db.narrowing import within_school
from api.kit.errors import NotFoundError
from api.organisations import places
from api.organisations import service as organisations
from api.organisations.calendar import Calendar
from api.organisations.schemas import PlaceView, SchoolName, SchoolView
from api.register import service as register
from api.register.schemas import RegisteredPlace

_SILENT = frozenset(
    {CameraViewState.WORKER_LOST, CameraViewState.UNKNOWN, CameraViewState.CONNECTING}
)


@dataclass(frozen=True, slots=True)
class _School:
    """Everything a verdict on a school rests on."""

    view: SchoolView
    names: dict[int, str]
    facts: list[PlaceFacts]
    cameras: dict[int, ShownCamera]
    sights: dict[int, Sight]
    unplaced: list[int]

    def covering(self, keys: Iterable[int]) -> list[CoveringCamera]:
        """These cameras as a page tells of them."""
        return [
            CoveringCamera(
                camera_key=key,
                camera_id=self.cameras[key].camera_id,
                name=self.cameras[key].name,
                sight=self.sights[key],
            )
            for key in keys
        ]


@dataclass(frozen=True, slots=True)
class HungCamera:
    """A camera in use, where it hangs, and whether one may hang there.

    Attributes:
        camera: With whether it was looked at.
        place: None while nobody wrote it down.
        is_forbidden: By a profile in force.
    """

    camera: CoveringCamera
    place: RegisteredPlace | None
    is_forbidden: bool


@dataclass(frozen=True, slots=True)
class _Judged:
    """The verdict on a school by every profile in force."""

    by_profile: list[tuple[Profile, list[RowVerdict]]]
    trespasses: list[judging.Trespass]


async def list_schools(
    session: AsyncSession,
    watch: Watch,
    profiles: Profiles,
    shown: Sequence[ShownCamera] | None = None,
) -> CoverageList:
    """All schools in use, in one line each.

    Args:
        session: To read with.
        watch: When, and what counts as seen.
        profiles: What is asked for.
        shown: All cameras, of whoever has read them already.
    """
    shown = await cameras.list_shown(session, watch) if shown is None else shown
    return CoverageList(
        items=[
            _summary(school, _judge(school, profiles, watch))
            for school in await _schools(session, watch, shown)
        ],
        window_s=watch.window_s,
        as_of=watch.now,
    )


async def get_school(
    session: AsyncSession, school_id: str, watch: Watch, profiles: Profiles
) -> CoverageDetail:
    """One school, row by row.

    Raises:
        NotFoundError: If there is no such school in use.
    """
    school = await _school(session, school_id, watch)
    judged = _judge(school, profiles, watch)
    return CoverageDetail(
        **dict(_summary(school, judged)),
        profiles=[
            CoverageOfProfile(
                profile=profile.profile,
                name=profile.name,
                from_day=profile.from_day,
                rows=[_row(profile, verdict, school) for verdict in verdicts],
            )
            for profile, verdicts in judged.by_profile
        ],
        forbidden=_forbidden(judged, school),
        unplaced=school.covering(school.unplaced),
        window_s=watch.window_s,
        as_of=watch.now,
    )


async def list_hung(
    session: AsyncSession, school_id: str, watch: Watch, profiles: Profiles
) -> list[HungCamera]:
    """Cameras in use of a school, each with what its place makes of it, by id.

    Raises:
        NotFoundError: If there is no such school in use.
    """
    school = await _school(session, school_id, watch)
    forbidden = _forbidden_keys(_judge(school, profiles, watch))
    at = {
        key: RegisteredPlace(id=place.id, kind=place.kind, name=school.names[place.id])
        for place in school.facts
        for key in place.cameras
    }
    return [
        HungCamera(camera, at.get(camera.camera_key), camera.camera_key in forbidden)
        for camera in school.covering(school.cameras)
    ]


async def _school(session: AsyncSession, school_id: str, watch: Watch) -> _School:
    with within_school(session, school_id):
        found = await _schools(session, watch, await cameras.list_shown(session, watch))
    if not found:
        raise NotFoundError("no such school")
    return found[0]


async def _schools(
    session: AsyncSession, watch: Watch, cameras_shown: Iterable[ShownCamera]
) -> list[_School]:
    at: dict[int, dict[int, Sight]] = defaultdict(dict)
    shown: dict[str, dict[int, ShownCamera]] = defaultdict(dict)
    sights: dict[str, dict[int, Sight]] = defaultdict(dict)
    unplaced: dict[str, list[int]] = defaultdict(list)
    place_of = await register.places_of_cameras(session)
    window_from = watch.window_from
    for each in cameras_shown:
        sight, school_id = _sight(each, window_from), each.school.school_id
        shown[school_id][each.id], sights[school_id][each.id] = each, sight
        if (place_id := place_of.get(each.id)) is None:
            unplaced[school_id].append(each.id)
        else:
            at[place_id][each.id] = sight
    of_school: dict[str, list[PlaceView]] = defaultdict(list)
    for place in await places.list_all(session):
        of_school[place.school_id].append(place)
    return [
        _School(
            view=view,
            names={place.id: place.name for place in of_school[view.school_id]},
            facts=[
                PlaceFacts(place.id, place.kind, at[place.id])
                for place in of_school[view.school_id]
            ],
            cameras=shown[view.school_id],
            sights=sights[view.school_id],
            unplaced=unplaced[view.school_id],
        )
        for view in await organisations.list_in_use(session)
    ]


def _sight(camera: ShownCamera, window_from: datetime) -> Sight:
    analysed_at = camera.last_analysed_at
    is_of_window = analysed_at is not None and analysed_at >= window_from
    if camera.state is CameraViewState.WATCHING or is_of_window:
        return Sight.SEEN
    return Sight.UNKNOWN if camera.state in _SILENT else Sight.UNSEEN


def facts_of(view: SchoolView) -> SchoolFacts:
    """What a school is, as rows of a profile ask for it."""
    return SchoolFacts(view.type, conditions_of(view))


def _judge(school: _School, profiles: Profiles, watch: Watch) -> _Judged:
    zone = ZoneInfo(school.view.time_zone)
    first, today = (each.astimezone(zone).date() for each in (watch.window_from, watch.now))
    is_closed = not Calendar.of(school.view).school_days(first, today)
    facts = replace(facts_of(school.view), is_kitchen_closed=is_closed)
    in_force = profiles.in_force(today)
    return _Judged(
        [(each, judging.judge_placements(each, facts, school.facts)) for each in in_force],
        [found for each in in_force for found in judging.trespasses(each, school.facts)],
    )


def _summary(school: _School, judged: _Judged) -> CoverageSummary:
    musts = [
        verdict
        for _, verdicts in judged.by_profile
        for verdict in verdicts
        if verdict.row.level is Level.MUST
    ]
    missing = [verdict.row for verdict in musts if verdict.state is Coverage.MISSING]
    counts = CoverageCounts(
        covered=_count(musts, Coverage.COVERED),
        missing=len(missing),
        missing_read=sum(row.reading is Reading.VERIFIED for row in missing),
        unknown=_count(musts, Coverage.UNKNOWN),
    )
    forbidden = _forbidden_keys(judged)
    verdict = CoverageVerdict.MEETS
    if counts.unknown or not musts:
        verdict = CoverageVerdict.UNKNOWN
    if missing:
        verdict = CoverageVerdict.UNCONFIRMED
    if counts.missing_read or forbidden:
        verdict = CoverageVerdict.FAILS
    view = school.view
    return CoverageSummary(
        school=SchoolName(school_id=view.school_id, name=view.name_zh, name_en=view.name_en),
        verdict=verdict,
        counts=counts,
        forbidden_count=len(forbidden),
        unplaced_count=len(school.unplaced),
    )


def _forbidden_keys(judged: _Judged) -> set[int]:
    return {key for found in judged.trespasses for key in found.place.cameras}


def _count(verdicts: Iterable[RowVerdict], state: Coverage) -> int:
    return sum(verdict.state is state for verdict in verdicts)


def _row(profile: Profile, verdict: RowVerdict, school: _School) -> CoverageRow:
    row = verdict.row
    return CoverageRow(
        id=row.id,
        kind=row.place,
        level=row.level,
        state=verdict.state,
        why=verdict.why,
        source=_source(profile, row),
        places=[
            CoveredPlace(
                place_id=each.place.id,
                name=school.names[each.place.id],
                state=each.state,
                why=each.why,
                cameras=school.covering(each.place.cameras),
            )
            for each in verdict.places
        ],
    )


def _source(profile: Profile, row: Sourced) -> RequirementSource:
    return RequirementSource(text=profile.texts[row.text], clause=row.clause, reading=row.reading)


def _forbidden(judged: _Judged, school: _School) -> list[ForbiddenPlace]:
    found: dict[int, ForbiddenPlace] = {}
    profile_of = {row.id: profile for profile, _ in judged.by_profile for row in profile.forbidden}
    for each in judged.trespasses:
        found.setdefault(
            each.place.id,
            ForbiddenPlace(
                place_id=each.place.id,
                kind=each.place.kind,
                name=school.names[each.place.id],
                source=_source(profile_of[each.row.id], each.row),
                cameras=school.covering(each.place.cameras),
            ),
        )
    return list(found.values())
