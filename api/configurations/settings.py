"""A box's calendar, names, recording days and budgets, as a form reads and changes them.

As with a camera's rules, the form gets the whole text back with nothing else touched, and saves it
as any other (docs/decisions/0060). The box checks a version when it takes it; what a form can be
told before that is told here, at the same paths.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.configurations.diff import diff
from api.configurations.documents import read_draft
from api.configurations.reading import box_of, newest_version, numbered_version
from api.configurations.repository import ConfigurationRepository
from api.configurations.schemas import EditedDraft, VersionOrigin, VersionState
from api.configurations.settings_schemas import (
    BoxSettings,
    CameraSettings,
    CameraSettingsEdit,
    SettingsEdit,
    SiteEdit,
)
from api.configurations.yaml_edit import EditedText, with_value
from api.contract import ConfigurationProblem
from api.contract.yaml_document import DocumentError, Json, dotted
from api.kit.errors import InvalidError, NotFoundError
from api.organisations import service as organisations

_Mapping = dict[str, Json]
_OF_RECORDING: tuple[str, ...] = ("keep_days", "delete_after_days")


async def get(session: AsyncSession, box_id: int) -> BoxSettings:
    """What the newest version says of all that a form may change.

    Raises:
        NotFoundError: If there is no such box, or it has not told any version.
    """
    versions = ConfigurationRepository(session)
    box, school = await box_of(versions, box_id)
    version = await newest_version(versions, box_id)
    document = version.document
    site = _mapping(document.get("site"))
    told = version.problems if version.state == VersionState.REFUSED else []
    time_zone = site.get("time_zone")
    return BoxSettings(
        box_id=box_id,
        box_name=box.name,
        school=organisations.name_of(school),
        school_time_zone=school.time_zone,
        school_holidays=list(school.holidays),
        school_workdays=list(school.workdays),
        version=version.number,
        state=VersionState(version.state),
        origin=VersionOrigin(version.origin),
        time_zone=time_zone if isinstance(time_zone, str) else None,
        holidays=_texts(site.get("holidays")),
        workday_overrides=_texts(site.get("workday_overrides")),
        has_recorder=_has_recorder(document),
        cameras=[_view(index, camera) for index, camera in enumerate(_cameras(document))],
        problems=[ConfigurationProblem.model_validate(each) for each in told],
    )


async def edit(session: AsyncSession, box_id: int, wanted: SettingsEdit) -> EditedDraft:
    """A version's text with other settings; saves nothing.

    Raises:
        NotFoundError: If there is no such box, version or camera.
        InvalidError: If a value cannot be written.
    """
    versions = ConfigurationRepository(session)
    await box_of(versions, box_id)
    version = await numbered_version(versions, box_id, wanted.against)
    known = {camera.get("id") for camera in _cameras(version.document)}
    if not known.issuperset(each.camera_id for each in wanted.cameras):
        raise NotFoundError("the box's configuration has no such camera")
    try:
        edited = await asyncio.to_thread(_edited, version.text, version.document, wanted)
    except DocumentError as error:
        raise InvalidError(f"this cannot be written: {error}") from error
    read = await read_draft(edited.text)
    found = [] if read.document is None else list(_contradictions(read.document, wanted))
    told = None if read.document is None else diff(version.document, read.document, version.number)
    return EditedDraft(
        text=edited.text,
        lost_remarks=edited.lost_remarks,
        problems=[*read.problems, *found],
        diff=told,
    )


def _edited(text: str, document: dict[str, Any], wanted: SettingsEdit) -> EditedText:
    lost: list[str] = []
    for key, value in _changed(document, wanted):
        edited = with_value(text, (key,), value)
        text, lost = edited.text, lost + edited.lost_remarks
    return EditedText(text, lost)


def _changed(document: dict[str, Any], wanted: SettingsEdit) -> Iterator[tuple[str, Json]]:
    """The parts of a document that are to say something else, as they are to be."""
    if wanted.site.model_fields_set:
        yield "site", _site(_mapping(document.get("site")), wanted.site)
    if wanted.networks is not None:
        searches: _Mapping = {"networks": list(wanted.networks)}
        yield "discovery", {**_mapping(document.get("discovery")), **searches}
    edits = {each.camera_id: each for each in wanted.cameras}
    if edits:
        cameras = document["cameras"]
        yield (
            "cameras",
            [
                _camera(camera, edits[camera["id"]])
                if isinstance(camera, dict) and camera.get("id") in edits
                else camera
                for camera in cameras
            ],
        )


def _site(site: _Mapping, wanted: SiteEdit) -> _Mapping:
    return _with(site, wanted.model_dump(exclude_unset=True))


def _camera(camera: _Mapping, wanted: CameraSettingsEdit) -> _Mapping:
    given = wanted.model_dump(exclude_unset=True, exclude={"camera_id"})
    recording: _Mapping = {key: given.pop(key) for key in _OF_RECORDING if key in given}
    is_budget_given, budget = "budget_per_hour" in given, given.pop("budget_per_hour", None)
    changed = _with(camera, given)
    if recording:
        changed = _with(changed, {"recording": _with(_mapping(camera.get("recording")), recording)})
    if is_budget_given:
        changed = _with(changed, {"economy": _with_budget(camera.get("economy"), budget)})
    # A camera that had neither is not given an empty one.
    return {key: value for key, value in changed.items() if value != {} or key in camera}


def _with_budget(economy: Json, budget_per_hour: int | None) -> _Mapping | None:
    """In the file ``null`` is no limit, and what is not written is as usual."""
    now = _with(_mapping(economy), {"budget_per_hour": budget_per_hour})
    if budget_per_hour == 0:
        now["budget_per_hour"] = None
    return now or None


def _with(mapping: _Mapping, values: _Mapping) -> _Mapping:
    """The same with other values; what is None is not written."""
    changed = {**mapping, **values}
    return {key: each for key, each in changed.items() if key not in values or each is not None}


def _contradictions(
    document: dict[str, object], wanted: SettingsEdit
) -> Iterator[ConfigurationProblem]:
    """What a form says that its box would refuse, so far as the document alone shows it."""
    edited = {each.camera_id for each in wanted.cameras}
    for index, camera in enumerate(_cameras(document)):
        recording = _mapping(camera.get("recording"))
        if camera.get("id") not in edited or not recording:
            continue
        here = ("cameras", index, "recording")
        keep, delete = recording.get("keep_days"), recording.get("delete_after_days")
        if keep is None:
            yield ConfigurationProblem(
                path=dotted((*here, "keep_days")),
                what="nothing says how many days of footage must be there",
                remedy="Give keep_days as well",
            )
        elif isinstance(keep, int) and isinstance(delete, int) and delete < keep:
            yield ConfigurationProblem(
                path=dotted((*here, "delete_after_days")),
                what=f"footage would be deleted after {delete} days, and {keep} must be there",
                remedy="Make it as many or more",
            )
        if not (_has_recorder(document) or "folder" in recording or "device" in recording):
            yield ConfigurationProblem(
                path=dotted((*here, "keep_days")),
                what="the box has no folder to record to",
                remedy="Add `recorder: {folder: …}` to the box's configuration first",
            )


def _view(index: int, camera: _Mapping) -> CameraSettings:
    recording, economy = _mapping(camera.get("recording")), _mapping(camera.get("economy"))
    budget = _number(economy.get("budget_per_hour"))
    if "budget_per_hour" in economy and economy["budget_per_hour"] is None:
        budget = 0
    name, location = camera.get("name"), camera.get("location")
    return CameraSettings(
        index=index,
        camera_id=str(camera["id"]),
        name=name if isinstance(name, str) else "",
        location=location if isinstance(location, str) else "",
        is_recorded=bool(recording),
        keep_days=_number(recording.get("keep_days")),
        delete_after_days=_number(recording.get("delete_after_days")),
        budget_per_hour=budget,
    )


def _cameras(document: object) -> list[_Mapping]:
    """Of a version: each has an ``id``, else it had not become one."""
    listed = _mapping(document).get("cameras")
    assert isinstance(listed, list), "a version has a list of cameras"
    return [_mapping(camera) for camera in listed]


def _has_recorder(document: object) -> bool:
    return bool(_mapping(_mapping(document).get("recorder")))


def _mapping(value: object) -> _Mapping:
    return value if isinstance(value, dict) else {}


def _texts(value: object) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
