"""The same rules for many cameras of many boxes: what would change, and what cannot.

Each box is one new version of its own, in which nothing but the rules of its cameras is touched
(docs/decisions/0063). What a box would refuse for one camera it would refuse for all of them, so
what is known beforehand, as a model that is missing, leaves that camera out and says so.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from api.cameras import service as cameras
from api.cameras.service import NamedCamera
from api.configurations.diff import diff
from api.configurations.documents import ReadDraft, read_draft
from api.configurations.repository import ConfigurationRepository
from api.configurations.rule_set_merging import RuleSetEdits, add_camera, refused
from api.configurations.rule_set_schemas import (
    MAX_BOXES,
    BoxPlan,
    CameraOutcome,
    CameraPlan,
    CameraRefusal,
    RuleSetRequest,
)
from api.configurations.schemas import VersionOrigin, VersionState
from api.configurations.values import name_of
from api.configurations.yaml_edit import EditedText, with_values
from api.contract import RuleReadiness
from api.contract.yaml_document import DocumentError, Json
from api.db.configuration import BoxConfigurationVersion
from api.db.organisation import Box, School
from api.kit.errors import InvalidError, NotFoundError
from api.organisations import service as organisations
from api.workers import service as workers

_Readiness = Mapping[str, RuleReadiness]


@dataclass(frozen=True, slots=True)
class PlannedBox:
    """What would be saved of a box.

    Attributes:
        plan: As it is shown.
        text: The text; empty if nothing changes.
        read: The same, as it was read; None if nothing changes.
        newest: The version it is built on; None if there is none.
    """

    plan: BoxPlan
    text: str = ""
    read: ReadDraft | None = None
    newest: BoxConfigurationVersion | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What would become of all cameras that were asked for."""

    boxes: list[PlannedBox]
    without_box: list[CameraPlan]


async def plan(
    session: AsyncSession,
    watch: workers.Silence,
    asked: RuleSetRequest,
    only: Collection[int] | None = None,
) -> Plan:
    """What would change; saves nothing.

    Args:
        session: To read with.
        watch: Which workers speak for their box.
        asked: The cameras and rules.
        only: Boxes to plan for; all if None.

    Raises:
        NotFoundError: If one of the cameras is not there, or not in scope.
        InvalidError: If the rules are none, or too many boxes are meant.
    """
    wanted = _checked(asked.rules)
    found = await cameras.list_named(session, asked.camera_keys)
    if len(found) != len(set(asked.camera_keys)):
        raise NotFoundError("one of these cameras is not there any more; read the list again")
    by_box: dict[int, list[NamedCamera]] = {}
    for each in found:
        if each.box_id is not None:
            by_box.setdefault(each.box_id, []).append(each)
    if len(by_box) > MAX_BOXES:
        raise InvalidError(f"these are cameras of {len(by_box)} boxes; take at most {MAX_BOXES}")
    told = await _readiness(session, watch)
    boxes = [
        await _of_box(session, box_id, of_it, asked, wanted, told.get(box_id, {}))
        for box_id, of_it in by_box.items()
        if only is None or box_id in only
    ]
    alone = [refused(each, CameraRefusal.NO_BOX) for each in found if each.box_id is None]
    return Plan(boxes, alone)


def _checked(rules: Sequence[Mapping[str, object]]) -> dict[str, dict[str, Json]]:
    """The rules by their names."""
    found: dict[str, dict[str, Json]] = {}
    try:
        copied = json.loads(json.dumps(rules))
    except RecursionError as error:
        raise InvalidError("the rules are nested too deeply. Write them flatter") from error
    for rule in copied:
        name = name_of(rule)
        if name is None or not isinstance(rule.get("type"), str):
            raise InvalidError("each rule has a `type`, as perimeter_intrusion")
        if name in found:
            raise InvalidError(f"two rules are called `{name}`. Give one of them another `id`")
        found[name] = rule
    return found


async def _readiness(session: AsyncSession, watch: workers.Silence) -> dict[int, _Readiness]:
    """What each box says of rules; a worker that is there goes before one that is lost."""
    told = await workers.list_rules(session, watch.now, watch.lost_after_s)
    return {
        each.box_id: {rule.rule: rule for rule in each.rules}
        for each in sorted(told, key=lambda each: not each.lost)
    }


async def _of_box(
    session: AsyncSession,
    box_id: int,
    of_it: Sequence[NamedCamera],
    asked: RuleSetRequest,
    wanted: Mapping[str, dict[str, Json]],
    readiness: _Readiness,
) -> PlannedBox:
    versions = ConfigurationRepository(session)
    row = await versions.box(box_id)
    if row is None:
        raise NotFoundError("no such box")
    head = await versions.head(box_id)
    newest = None if head is None else await versions.version(box_id, head.newest)
    why = _why_not(row[0], newest, asked.take)
    if why is not None or newest is None:
        plans = [refused(each, why or CameraRefusal.NO_VERSION) for each in of_it]
        return PlannedBox(_box_plan(row, newest, plans), newest=newest)
    edits = RuleSetEdits()
    for each in of_it:
        add_camera(edits, newest.document, each, wanted, asked.mode, readiness)
    if not edits.changes:
        return PlannedBox(_box_plan(row, newest, edits.plans), newest=newest)
    return await _planned(row, newest, edits)


async def _planned(
    row: tuple[Box, School], newest: BoxConfigurationVersion, edits: RuleSetEdits
) -> PlannedBox:
    try:
        edited: EditedText = await asyncio.to_thread(with_values, newest.text, edits.changes)
    except DocumentError as error:
        raise InvalidError(f"this cannot be written: {error}") from error
    except RecursionError as error:
        raise InvalidError("the rules are nested too deeply. Write them flatter") from error
    read = await read_draft(edited.text)
    shown = _box_plan(row, newest, edits.plans)
    shown.problems, shown.lost_remarks = read.problems, edited.lost_remarks
    if read.document is None or read.problems:
        for each in shown.cameras:
            if each.outcome is CameraOutcome.CHANGES:
                each.outcome, each.why = CameraOutcome.REFUSED, CameraRefusal.BAD_CONFIGURATION
        return PlannedBox(shown, newest=newest)
    shown.digest = read.digest
    shown.diff = diff(newest.document, read.document, newest.number)
    return PlannedBox(shown, edited.text, read, newest)


def _why_not(
    box: Box, newest: BoxConfigurationVersion | None, take: Collection[int]
) -> CameraRefusal | None:
    if box.revoked_at is not None:
        return CameraRefusal.BOX_REVOKED
    if newest is None:
        return CameraRefusal.NO_VERSION
    if newest.state == VersionState.REFUSED:
        return CameraRefusal.VERSION_REFUSED
    if newest.origin == VersionOrigin.BOX and box.id not in take:
        return CameraRefusal.LOCAL
    return None


def _box_plan(
    row: tuple[Box, School], newest: BoxConfigurationVersion | None, plans: list[CameraPlan]
) -> BoxPlan:
    box, school = row
    return BoxPlan(
        box_id=box.id,
        box_name=box.name,
        school=organisations.name_of(school),
        version=0 if newest is None else newest.number,
        origin=None if newest is None else VersionOrigin(newest.origin),
        digest=None,
        diff=None,
        lost_remarks=[],
        problems=[],
        cameras=plans,
    )
