"""Derives each step from facts: nothing is ticked off, and what breaks later is open again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.boxes import service as boxes
from api.boxes.schemas import BoxState, BoxView
from api.configurations import service as configurations
from api.configurations.service import RunningDocument
from api.contract import ALERT_DIGEST
from api.first_hour.repository import CameraFacts, FirstHourRepository
from api.first_hour.schemas import (
    FirstHourStep,
    FirstHourTrouble,
    FirstHourView,
    StepState,
    StepView,
)
from api.kit.errors import NotFoundError
from api.orders.subjects import EQUIPMENT_RULES
from api.workers.service import Silence

_NOT_SEEN = EQUIPMENT_RULES | {ALERT_DIGEST}
"""Rules that tell of a camera or of other alerts, not of what is in its picture."""
_REFUSED = frozenset({"auth_failed", "auth_locked", "auth_unsupported"})
"""Reasons of a camera that its user or password is behind."""
_WHOLE_PICTURE = frozenset({(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)})


@dataclass(frozen=True, slots=True)
class _Found:
    """What facts say of a step."""

    step: FirstHourStep
    is_done: bool
    count: int | None = None
    of: int | None = None
    trouble: FirstHourTrouble | None = None
    camera_key: int | None = None
    alert_id: UUID | None = None


async def get(session: AsyncSession, watch: Silence, box_id: int | None) -> FirstHourView:
    """Where a box stands.

    Args:
        session: To read with.
        watch: The moment of looking.
        box_id: Which; if None the newest that is not through, or the newest of all.

    Raises:
        NotFoundError: If there is no such box.
    """
    facts = FirstHourRepository(session)
    known = await boxes.list_boxes(session, watch)
    through = await facts.boxes_through(_NOT_SEEN)
    box = _chosen(known, through, box_id)
    steps = await _steps(session, facts, box)
    open_steps = [each.step for each in steps if not each.is_done]
    return FirstHourView(
        is_done=bool(through),
        box_id=None if box is None else box.id,
        box_name=None if box is None else box.name,
        school=None if box is None else box.school,
        steps=[_view(each, open_steps[0] if open_steps else None) for each in steps],
        as_of=watch.now,
    )


def _chosen(known: list[BoxView], through: set[int], box_id: int | None) -> BoxView | None:
    if box_id is not None:
        for each in known:
            if each.id == box_id:
                return each
        raise NotFoundError("no such box")
    usable = [each for each in known if each.state is not BoxState.REVOKED]
    waiting = [each for each in usable if each.id not in through]
    return max(waiting or usable, key=lambda each: (each.created_at, each.id), default=None)


async def _steps(
    session: AsyncSession, facts: FirstHourRepository, box: BoxView | None
) -> list[_Found]:
    if box is None:
        first = _Found(FirstHourStep.BOX, is_done=False, trouble=FirstHourTrouble.NO_BOX)
        rest = [each for each in FirstHourStep if each is not FirstHourStep.BOX]
        return [first, *(_Found(each, is_done=False) for each in rest)]
    described_at = await facts.described_at(box.school.school_id)
    cameras = await facts.cameras(box.id)
    runs = await configurations.running_document(session, box.id)
    keys = [each.key for each in cameras]
    judged = await facts.judged_alert(keys, _NOT_SEEN)
    pending = await facts.pending_alert(keys, _NOT_SEEN)
    return [
        _reporting(box),
        _Found(FirstHourStep.SCHOOL, is_done=described_at is not None),
        _there(cameras, runs),
        _seen(cameras),
        _drawn(cameras, runs),
        _Found(FirstHourStep.ALERT, is_done=judged is not None or pending is not None),
        _Found(FirstHourStep.REVIEW, is_done=judged is not None, alert_id=pending),
    ]


def _reporting(box: BoxView) -> _Found:
    trouble = None
    if box.state is not BoxState.ACTIVE:
        is_valid = box.code_expires_at is not None
        trouble = FirstHourTrouble.CODE_WAITS if is_valid else FirstHourTrouble.CODE_RAN_OUT
    elif not box.workers:
        trouble = FirstHourTrouble.UNHEARD
    elif all(worker.lost for worker in box.workers):
        trouble = FirstHourTrouble.SILENT
    return _Found(FirstHourStep.BOX, is_done=trouble is None, trouble=trouble)


def _there(cameras: list[CameraFacts], runs: RunningDocument) -> _Found:
    is_told = bool(cameras) or runs.newest > 0
    return _Found(
        FirstHourStep.CAMERAS,
        is_done=bool(cameras),
        count=len(cameras),
        trouble=None if is_told else FirstHourTrouble.NOT_TOLD,
    )


def _seen(cameras: list[CameraFacts]) -> _Found:
    unseen = [each for each in cameras if each.last_analysed_at is None]
    trouble = None
    if any(each.reason in _REFUSED for each in cameras):
        trouble = FirstHourTrouble.SIGN_IN_REFUSED
    elif cameras and len(unseen) == len(cameras):
        trouble = FirstHourTrouble.NO_PICTURE
    return _Found(
        FirstHourStep.PICTURES,
        is_done=len(unseen) < len(cameras),
        count=len(cameras) - len(unseen),
        of=len(cameras),
        trouble=trouble,
        camera_key=unseen[0].key if unseen else None,
    )


def _drawn(cameras: list[CameraFacts], runs: RunningDocument) -> _Found:
    drawn = set(drawn_on(runs.document.get("cameras")))
    count = sum(each.camera_id in drawn for each in cameras)
    waiting = [each for each in cameras if each.camera_id not in drawn]
    # What gives a picture already can be drawn on.
    waiting.sort(key=lambda each: each.last_analysed_at is None)
    return _Found(
        FirstHourStep.ZONE,
        is_done=count > 0,
        count=count,
        of=len(cameras),
        camera_key=waiting[0].key if waiting else None,
    )


def drawn_on(cameras: object) -> Iterator[str]:
    """Ids of the cameras of a document that a zone or line was drawn on."""
    for camera in cameras if isinstance(cameras, list) else ():
        rules = camera.get("rules") if isinstance(camera, dict) else None
        if isinstance(rules, list) and any(_is_drawn(rule) for rule in rules):
            yield str(camera.get("id"))


def _is_drawn(rule: object) -> bool:
    if not isinstance(rule, dict):
        return False
    if isinstance(rule.get("line"), dict):
        return True
    zone = rule.get("zone")
    polygon = zone.get("polygon") if isinstance(zone, dict) else None
    if not isinstance(polygon, list):
        return False
    return {tuple(point) for point in polygon if isinstance(point, list)} != _WHOLE_PICTURE


def _view(found: _Found, first_open: FirstHourStep | None) -> StepView:
    state = StepState.NEXT if found.step is first_open else StepState.LATER
    return StepView(
        step=found.step,
        state=StepState.DONE if found.is_done else state,
        count=found.count,
        of=found.of,
        trouble=found.trouble,
        camera_key=found.camera_key,
        alert_id=found.alert_id,
    )
