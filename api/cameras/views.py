"""A camera as the console shows it, above all: is anybody looking?

The worker's word counts only while the worker speaks. When it is silent its cameras are
``worker_lost``; what it no longer mentions, or never did, is ``unknown``. Neither looks like
"all is well".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from api.cameras import approvals
from api.cameras.hours import ANALYSED, TotalSeconds
from api.cameras.repository import BriefCamera, CameraRow
from api.cameras.schemas import (
    CameraView,
    CameraViewState,
    ClockView,
    MissingSeconds,
    PictureFaultView,
    PictureView,
    RuleAnalysis,
)
from api.contract import MissingReason, StreamFacts, WithheldAlerts
from api.db.camera import Camera
from api.organisations.schemas import SchoolName
from api.settings import Settings

_WORKER_LOST_REASON = "worker_lost"
_SILENT = frozenset({CameraViewState.WORKER_LOST, CameraViewState.UNKNOWN})
"""Nobody says how the camera is now."""


@dataclass(frozen=True, slots=True)
class Watch:
    """The moment of looking, and by what measure."""

    now: datetime
    lost_after_s: float
    window_s: float

    @classmethod
    def of(cls, settings: Settings, now: datetime) -> Watch:
        """Measures from the settings."""
        return cls(now, settings.lost_after_s, settings.analysed_window_h * 3600)

    @property
    def lost_before(self) -> datetime:
        """Who was not heard of since then is lost."""
        return self.now - timedelta(seconds=self.lost_after_s)

    @property
    def window_from(self) -> datetime:
        """Where the window of analysed time begins."""
        return self.now - timedelta(seconds=self.window_s)


@dataclass(frozen=True, slots=True)
class ShownState:
    """A state with its reason and since when it holds."""

    state: CameraViewState
    reason: str
    detail: str
    since: datetime | None


def state_of(
    camera: Camera | BriefCamera, seen_at: datetime | None, lost_before: datetime
) -> CameraViewState:
    """What a camera's worker says of it, as far as the worker still speaks.

    Args:
        camera: The camera.
        seen_at: When its worker was heard of last.
        lost_before: A worker that was not heard of since then says nothing.
    """
    if camera.state is None or camera.reported_at is None or seen_at is None:
        return CameraViewState.UNKNOWN
    if seen_at < lost_before:
        return CameraViewState.WORKER_LOST
    if camera.reported_at < seen_at:
        return CameraViewState.UNKNOWN
    return CameraViewState(camera.state)


def shown_state(camera: Camera, seen_at: datetime | None, watch: Watch) -> ShownState:
    """What the console says about a camera now."""
    state = state_of(camera, seen_at, watch.lost_before)
    if state is CameraViewState.WORKER_LOST:
        return ShownState(state, _WORKER_LOST_REASON, "", seen_at)
    if state is CameraViewState.UNKNOWN:
        is_told = camera.state is not None and seen_at is not None
        return ShownState(state, "", "", camera.reported_at if is_told else None)
    return ShownState(state, camera.reason, camera.detail, camera.since)


@dataclass(frozen=True, slots=True)
class ShownCamera:
    """A camera and how it is now, without how long it was watched."""

    id: int
    school: SchoolName
    camera_id: str
    name: str
    location: str
    worker_id: str | None
    state: CameraViewState
    last_analysed_at: datetime | None


def shown(camera: BriefCamera, names: dict[str, SchoolName], lost_before: datetime) -> ShownCamera:
    """One camera, of which nobody asks how long it was watched.

    Args:
        camera: The camera.
        names: Of the schools met so far; its own is put there.
        lost_before: A worker that was not heard of since then says nothing.
    """
    school = names.get(camera.school_id)
    if school is None:
        school = SchoolName(school_id=camera.school_id, name=camera.name_zh, name_en=camera.name_en)
        names[camera.school_id] = school
    return ShownCamera(
        id=camera.id,
        school=school,
        camera_id=camera.camera_id,
        name=camera.name,
        location=camera.location,
        worker_id=camera.worker_id,
        state=state_of(camera, camera.worker_seen_at, lost_before),
        last_analysed_at=camera.last_analysed_at,
    )


def by_rule(totals: Iterable[TotalSeconds]) -> dict[int, list[RuleAnalysis]]:
    """Sums as each camera's list of rules."""
    known = list(totals)
    missed: dict[tuple[int, str], list[MissingSeconds]] = {}
    for total in known:
        if total.reason != ANALYSED:
            missed.setdefault((total.camera_key, total.rule_id), []).append(
                MissingSeconds(reason=MissingReason(total.reason), seconds=total.seconds)
            )
    found: dict[int, list[RuleAnalysis]] = {}
    for total in known:
        if total.reason == ANALYSED:
            gaps = missed.get((total.camera_key, total.rule_id), [])
            found.setdefault(total.camera_key, []).append(
                RuleAnalysis(
                    rule=total.rule,
                    rule_id=total.rule_id,
                    analysed_s=total.seconds,
                    missing=sorted(gaps, key=lambda gap: (-gap.seconds, gap.reason)),
                )
            )
    return found


def _picture(camera: Camera, state: CameraViewState, now: datetime) -> PictureView | None:
    told = approvals.picture_of(camera)
    if told is None or state in _SILENT:
        return None
    answers_order = told.approved_at is not None and told.approved_at == camera.picture_approved_at
    return PictureView(
        faults=[PictureFaultView(fault=each.fault, since=each.since) for each in told.faults],
        reference_at=told.reference_at,
        approved_by=camera.picture_approved_by if answers_order else None,
        is_pending=approvals.is_pending(camera, now),
    )


def is_silent(state: CameraViewState) -> bool:
    """Whether nobody says how the camera is now."""
    return state in _SILENT


def _clock(camera: Camera, state: CameraViewState) -> ClockView | None:
    if camera.clock is None or is_silent(state):
        return None
    return ClockView.model_validate(camera.clock)


def view(row: CameraRow, rules: list[RuleAnalysis], watch: Watch) -> CameraView:
    """One camera."""
    camera = row.camera
    shown = shown_state(camera, row.worker_seen_at, watch)
    # Rules look at the same pictures: adding them up would count a second several times.
    best = max(rules, key=lambda rule: rule.analysed_s, default=None)
    return CameraView(
        id=camera.id,
        school=row.school,
        camera_id=camera.camera_id,
        name=camera.name,
        location=camera.location,
        source=camera.source,
        rules=camera.rules,
        config_sha256=camera.config_sha256,
        registered=camera.registered_at is not None,
        box_id=camera.box_id,
        worker_id=camera.worker_id,
        retired_at=camera.retired_at,
        state=shown.state,
        reason=shown.reason,
        detail=shown.detail,
        since=shown.since,
        last_frame_at=camera.last_frame_at,
        last_analysed_at=camera.last_analysed_at,
        stream=None if camera.stream is None else StreamFacts.model_validate(camera.stream),
        analysis_fps=camera.analysis_fps,
        analysis_fps_configured=camera.analysis_fps_configured,
        picture=_picture(camera, shown.state, watch.now),
        clock=_clock(camera, shown.state),
        withheld=[WithheldAlerts.model_validate(each) for each in camera.withheld or ()],
        footage_alarms=[] if shown.state in _SILENT else list(row.footage_alarms),
        analysed_window_s=watch.window_s,
        analysed_s=0.0 if best is None else best.analysed_s,
        missing=[] if best is None else best.missing,
        analysed_by_rule=rules,
    )
