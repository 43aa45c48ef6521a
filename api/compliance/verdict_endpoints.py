"""Verdicts of the command centre day by day, what schools are asked for, and judging again."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import Depends, Path, Query, Response

from api.access.permissions import Permission
from api.auth.guards import By, SignedIn, allowed
from api.auth.sessions import Reader, Writer
from api.cameras.schemas import CameraKey
from api.cameras.service import Watch
from api.compliance import days, district, overrides, recovered, school_footage
from api.compliance.district_schemas import DistrictCompliance, SchoolFootage
from api.compliance.recovered import RecoveredTable
from api.compliance.verdict_schemas import (
    CameraDay,
    JudgedProfileView,
    JudgementCreate,
    JudgementList,
    JudgementView,
    OverrideCreate,
    OverrideList,
    OverrideView,
    SchoolDay,
)
from api.contract.text import StorableText
from api.contract.vocabulary import Language
from api.kit.download import CSV_RESPONSE, csv_download
from api.kit.errors import (
    BadCsrfError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    NotSignedInError,
)
from api.kit.problems import problems
from api.kit.routing import RoomRouter
from api.kit.row_number import RowNumber
from api.runtime import RuntimeDep

router = RoomRouter(prefix="/api/v1/compliance", tags=["compliance"])
_Id = Annotated[StorableText, Path(max_length=64)]
_Day = Annotated[dt.date, Path(description="In the school's time zone.")]
_Sha256 = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
_Viewer = Annotated[SignedIn, Depends(allowed(Permission.SEE_COMPLIANCE))]
_Exporter = Annotated[SignedIn, Depends(allowed(Permission.SEE_COMPLIANCE, Permission.EXPORT))]
_Manager = Annotated[SignedIn, Depends(allowed(Permission.MANAGE_COMPLIANCE))]
_READ = (NotSignedInError, ForbiddenError, NotFoundError, InvalidError)
_WRITE = (*_READ, BadCsrfError)


@router.get(
    "/cameras/{camera_key}/days/{day}",
    operation_id="compliance_camera_day",
    summary="One camera's footage on a day, under the rule of then",
    responses=problems(*_READ),
)
async def get_camera_day(
    session: Reader, camera_key: CameraKey, day: _Day, _: _Viewer, runtime: RuntimeDep
) -> CameraDay:
    """The verdict with what was asked for and by whom, and the verdicts it took the place of."""
    watch = Watch.of(runtime.settings, runtime.clock())
    return await days.camera_day(session, camera_key, day, watch, runtime.profiles)


@router.get(
    "/schools",
    operation_id="compliance_schools",
    summary="Coverage and retention of all schools",
    responses=problems(NotSignedInError, ForbiddenError),
)
async def list_schools(session: Reader, _: _Viewer, runtime: RuntimeDep) -> DistrictCompliance:
    """Each school in use: a sentence, both rings, and the camera that is worst."""
    watch = Watch.of(runtime.settings, runtime.clock())
    return await district.list_schools(session, watch, runtime.profiles)


@router.get(
    "/schools/{school_id}",
    operation_id="compliance_school",
    summary="A school's footage day by day",
    responses=problems(*_READ),
)
async def get_school(
    session: Reader,
    school_id: _Id,
    _: _Viewer,
    runtime: RuntimeDep,
    days_back: Annotated[
        int, Query(ge=1, le=366, alias="days", description="So many days until today.")
    ] = 30,
) -> SchoolFootage:
    """Every camera in use with each day's state and share, and its gaps with their causes."""
    watch = Watch.of(runtime.settings, runtime.clock())
    return await school_footage.get_school(session, school_id, watch, runtime.profiles, days_back)


@router.get(
    "/schools/{school_id}/days/{day}",
    operation_id="compliance_school_day",
    summary="A school's footage on a day, under the rule of then",
    responses=problems(*_READ),
)
async def get_school_day(
    session: Reader, school_id: _Id, day: _Day, _: _Viewer, runtime: RuntimeDep
) -> SchoolDay:
    """Every camera in use, also those nobody told anything of."""
    watch = Watch.of(runtime.settings, runtime.clock())
    return await days.school_day(session, school_id, day, watch, runtime.profiles)


@router.get(
    "/schools/{school_id}/recovered",
    operation_id="compliance_recovered",
    summary="What of a school's footage was fetched after an outage",
    responses=problems(*_READ),
)
async def list_recovered(
    session: Reader, school_id: _Id, _: _Viewer, runtime: RuntimeDep
) -> RecoveredTable:
    """From when to when, from which device and when; as the boxes told last."""
    watch = Watch.of(runtime.settings, runtime.clock())
    return recovered.table(*await recovered.list_recovered(session, school_id, watch))


@router.get(
    "/schools/{school_id}/recovered.csv",
    operation_id="compliance_recovered_csv",
    summary="The same as a file",
    response_class=Response,
    responses={**CSV_RESPONSE, **problems(*_READ)},
)
async def export_recovered(
    session: Reader,
    school_id: _Id,
    _: _Exporter,
    runtime: RuntimeDep,
    language: Annotated[Language, Query(description="Of headings and words.")] = "zh",
) -> Response:
    """All of it; times are the school's."""
    now = runtime.clock()
    watch = Watch.of(runtime.settings, now)
    zone, rows = await recovered.list_recovered(session, school_id, watch)
    text = recovered.sheet(zone, rows, language)
    return csv_download(text, recovered.file_name(school_id, now))


@router.get(
    "/profiles/{profile_sha256}",
    operation_id="compliance_profile",
    summary="A profile as it was when it was judged by",
    responses=problems(*_READ),
)
async def get_profile(session: Reader, profile_sha256: _Sha256, _: _Viewer) -> JudgedProfileView:
    """Whole, whatever became of its file."""
    return await days.profile(session, profile_sha256)


@router.get(
    "/schools/{school_id}/overrides",
    operation_id="compliance_overrides",
    summary="What a school is asked for beyond the profiles",
    responses=problems(*_READ),
)
async def list_overrides(
    session: Reader, school_id: _Id, _: _Viewer, runtime: RuntimeDep
) -> OverrideList:
    """Also what was withdrawn, with reasons and authors."""
    return await overrides.list_overrides(session, school_id, runtime.profiles, runtime.clock)


@router.post(
    "/schools/{school_id}/overrides",
    operation_id="compliance_overrides_create",
    summary="Ask a school for more than the profiles do",
    status_code=201,
    responses=problems(*_WRITE),
)
async def create_override(
    school_id: _Id,
    body: OverrideCreate,
    _: _Manager,
    by: By,
    work: Writer,
    runtime: RuntimeDep,
) -> OverrideView:
    """It can only ask for more: less than what a text asks for that was read is refused."""
    return await overrides.create_override(work, school_id, body, runtime.profiles, by)


@router.delete(
    "/schools/{school_id}/overrides/{override_id}",
    operation_id="compliance_overrides_withdraw",
    summary="Judge by an override no more",
    responses=problems(*_WRITE),
)
async def withdraw_override(
    school_id: _Id, override_id: RowNumber, _: _Manager, by: By, work: Writer
) -> OverrideView:
    """What was judged by it stays as it was, until it is judged again."""
    return await overrides.withdraw_override(work, school_id, override_id, by)


@router.get(
    "/judgements",
    operation_id="compliance_judgements",
    summary="Days that were judged again",
    responses=problems(NotSignedInError, ForbiddenError),
)
async def list_judgements(session: Reader, _: _Manager) -> JudgementList:
    """The latest first, with how far each is."""
    return await overrides.list_judgements(session)


@router.post(
    "/judgements",
    operation_id="compliance_judgements_create",
    summary="Judge days again",
    status_code=202,
    responses=problems(NotSignedInError, ForbiddenError, BadCsrfError, InvalidError),
)
async def judge_again(body: JudgementCreate, _: _Manager, by: By, work: Writer) -> JudgementView:
    """By profiles and overrides as they stand now; verdicts that change are kept beside."""
    return await overrides.judge_again(work, body, by)
