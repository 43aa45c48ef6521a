"""One camera of a box's configuration, as a form reads and changes it.

A form sends the rules of its camera; it gets the whole text back, in which nothing else was
touched, and saves that as any other text: seen version, conflict, reason and audit are of there.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from api.configurations.diff import diff
from api.configurations.documents import ReadDraft, read_draft
from api.configurations.reading import box_of, newest_version, numbered_version
from api.configurations.repository import ConfigurationRepository
from api.configurations.schemas import (
    CameraRulesEdit,
    CameraSetup,
    EditedDraft,
    VersionOrigin,
    VersionState,
)
from api.configurations.yaml_edit import EditedText, with_value
from api.contract import ConfigurationProblem
from api.contract.yaml_document import DocumentError, Json
from api.db.configuration import BoxConfigurationVersion
from api.kit.errors import InvalidError, NotFoundError

_OF_CAMERA = re.compile(r"^cameras\[(\d+)\]\.(rules(?:\[.*)?)$")


async def get(session: AsyncSession, box_id: int, camera_id: str) -> CameraSetup:
    """What the newest version tells a camera to look for.

    Raises:
        NotFoundError: If there is no such box, version or camera.
    """
    versions = ConfigurationRepository(session)
    await box_of(versions, box_id)
    version = await newest_version(versions, box_id)
    index, camera = find_camera(version.document, camera_id)
    told = version.problems if version.state == VersionState.REFUSED else []
    problems = [ConfigurationProblem.model_validate(each) for each in told]
    return CameraSetup(
        box_id=box_id,
        version=version.number,
        state=VersionState(version.state),
        origin=VersionOrigin(version.origin),
        camera_id=camera_id,
        name=str(camera.get("name", camera_id)),
        rules=_rules(camera),
        rule_sets=texts_of(camera.get("rule_sets")),
        more_models=models_of(camera.get("more_models")),
        accepted=texts_of(camera.get("accept_unknown_licence")),
        problems=_of_camera(problems, index),
    )


@dataclass(frozen=True, slots=True)
class EditedRules:
    """A version with other rules of one camera.

    Attributes:
        version: What it was made of.
        index: The camera's place in it.
        edited: The text, and remarks that went.
        read: The same, as it was read.
    """

    version: BoxConfigurationVersion
    index: int
    edited: EditedText
    read: ReadDraft


async def edit(
    session: AsyncSession, box_id: int, camera_id: str, wanted: CameraRulesEdit
) -> EditedDraft:
    """A version's text with other rules of one camera; saves nothing.

    Raises:
        NotFoundError: If there is no such box, version or camera.
        InvalidError: If a value cannot be written.
    """
    found = await edit_rules(session, box_id, camera_id, wanted)
    new, version = found.read.document, found.version
    return EditedDraft(
        text=found.edited.text,
        lost_remarks=found.edited.lost_remarks,
        problems=_of_camera(found.read.problems, found.index),
        diff=None if new is None else diff(version.document, new, version.number),
    )


async def edit_rules(
    session: AsyncSession, box_id: int, camera_id: str, wanted: CameraRulesEdit
) -> EditedRules:
    """The same, as it can be saved.

    Raises:
        NotFoundError: If there is no such box, version or camera.
        InvalidError: If a value cannot be written.
    """
    versions = ConfigurationRepository(session)
    await box_of(versions, box_id)
    version = await numbered_version(versions, box_id, wanted.against)
    index, camera = find_camera(version.document, camera_id)
    try:
        edited = await asyncio.to_thread(_edited, version.text, index, camera, wanted)
    except DocumentError as error:
        raise InvalidError(f"this cannot be written: {error}") from error
    except RecursionError as error:
        raise InvalidError("the rules are nested too deeply. Write them flatter") from error
    return EditedRules(version, index, edited, await read_draft(edited.text))


def _edited(
    text: str, index: int, camera: dict[str, object], wanted: CameraRulesEdit
) -> EditedText:
    here = ("cameras", index)
    rules = with_value(text, (*here, "rules"), _json(wanted.rules))
    known = models_of(camera.get("more_models"))
    missing = [model for model in wanted.add_models if model not in known]
    if not missing:
        return rules
    listed = camera.get("more_models")
    models = [*(listed if isinstance(listed, list) else []), *missing]
    both = with_value(rules.text, (*here, "more_models"), _json(models))
    return EditedText(both.text, rules.lost_remarks + both.lost_remarks)


def find_camera(document: object, camera_id: str) -> tuple[int, dict[str, object]]:
    """A camera of a document, and its place among the others.

    Raises:
        NotFoundError: If it has none of that id.
    """
    cameras = document.get("cameras") if isinstance(document, dict) else None
    for index, each in enumerate(cameras if isinstance(cameras, list) else []):
        if isinstance(each, dict) and each.get("id") == camera_id:
            return index, each
    raise NotFoundError("the box's configuration has no such camera")


def _rules(camera: dict[str, object]) -> list[dict[str, object]]:
    rules = camera.get("rules")
    return [each for each in rules if isinstance(each, dict)] if isinstance(rules, list) else []


def texts_of(value: object) -> list[str]:
    """The texts of a list; of anything else none."""
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def models_of(value: object) -> list[str]:
    """A model stands by its id, or with what it is bound to."""
    entries = value if isinstance(value, list) else []
    named = [each.get("model") if isinstance(each, dict) else each for each in entries]
    return [each for each in named if isinstance(each, str)]


def _of_camera(problems: list[ConfigurationProblem], index: int) -> list[ConfigurationProblem]:
    """Those of a camera's rules, as paths that begin at the camera; all else keeps its own."""
    found = []
    for each in problems:
        place = _OF_CAMERA.match(each.path)
        if place is not None and int(place[1]) == index:
            found.append(each.model_copy(update={"path": place[2]}))
        else:
            found.append(each)
    return found


def _json(value: object) -> Json:
    """What came as JSON is what JSON can hold."""
    assert isinstance(value, list)
    return value
