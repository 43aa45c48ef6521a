"""Whether a room is ready for its session, from what the command centre already knows; pure.

What nobody can say is ``unknown``, which is not good. Of several cameras the worst decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from api.cameras.schemas import CameraView, CameraViewState
from api.cameras.views import is_silent
from api.compliance.views import STALE_AFTER
from api.contract.footage.held import HeldFootage
from api.exams.schemas import ExamCheck, ExamCheckState, ExamCheckView, ExamWhy

_BY_WEIGHT = (ExamCheckState.GOOD, ExamCheckState.UNKNOWN, ExamCheckState.BAD)
_Found = tuple[ExamCheckState, ExamWhy | None]
_GOOD: _Found = (ExamCheckState.GOOD, None)
_SILENT: _Found = (ExamCheckState.UNKNOWN, ExamWhy.SILENT)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of cameras.

    Attributes:
        held: Of their footage, by number.
        reach_days: How many days of each its disk will hold.
        now: The moment of looking.
    """

    held: Mapping[int, HeldFootage]
    reach_days: Mapping[int, float]
    now: datetime


def checks(
    cameras: Sequence[CameraView], facts: Facts, tolerance_s: float | None, length: timedelta
) -> list[ExamCheckView]:
    """Each check of a room.

    Args:
        cameras: Those that see it.
        facts: What is known of them.
        tolerance_s: How wrong a clock may be; None while nobody has said.
        length: Of the session.
    """
    if not cameras:
        return [
            ExamCheckView(
                check=check,
                state=ExamCheckState.BAD,
                why=ExamWhy.NO_CAMERA,
                camera_id=None,
                faults=[],
                since=None,
            )
            for check in ExamCheck
        ]
    found: dict[ExamCheck, list[tuple[ExamCheckState, ExamWhy | None, CameraView]]] = {}
    for camera in cameras:
        told = {
            ExamCheck.ONLINE: _online(camera),
            ExamCheck.PICTURE: _picture(camera),
            ExamCheck.CLOCK: _clock(camera, tolerance_s),
            ExamCheck.RECORDING: _recording(camera, facts),
            ExamCheck.SPACE: _space(camera, facts, length),
        }
        for check, (state, why) in told.items():
            found.setdefault(check, []).append((state, why, camera))
    views = []
    for check, each in found.items():
        state, why, camera = max(each, key=lambda one: _BY_WEIGHT.index(one[0]))
        faults = camera.picture.faults if why is ExamWhy.PICTURE_FAULT and camera.picture else []
        views.append(
            ExamCheckView(
                check=check,
                state=state,
                why=why,
                camera_id=None if why is None else camera.camera_id,
                faults=[fault.fault for fault in faults],
                since=camera.since
                if why is ExamWhy.NOT_ONLINE
                else min((fault.since for fault in faults), default=None),
            )
        )
    return views


def _online(camera: CameraView) -> _Found:
    if is_silent(camera.state):
        return _SILENT
    is_there = camera.state is CameraViewState.WATCHING
    return _GOOD if is_there else (ExamCheckState.BAD, ExamWhy.NOT_ONLINE)


def _picture(camera: CameraView) -> _Found:
    if is_silent(camera.state):
        return _SILENT
    if camera.picture is None:
        return ExamCheckState.UNKNOWN, ExamWhy.NOT_EXAMINED
    return (ExamCheckState.BAD, ExamWhy.PICTURE_FAULT) if camera.picture.faults else _GOOD


def _clock(camera: CameraView, tolerance_s: float | None) -> _Found:
    if camera.clock is None or camera.clock.offset_s is None:
        return ExamCheckState.UNKNOWN, ExamWhy.CLOCK_UNKNOWN
    if tolerance_s is None:
        return ExamCheckState.UNKNOWN, ExamWhy.NO_TOLERANCE
    is_right = abs(camera.clock.offset_s) <= tolerance_s
    return _GOOD if is_right else (ExamCheckState.BAD, ExamWhy.CLOCK_WRONG)


def _recording(camera: CameraView, facts: Facts) -> _Found:
    if camera.footage_alarms:
        return ExamCheckState.BAD, ExamWhy.DISK_ALARM
    held = facts.held.get(camera.id)
    if held is None:
        return ExamCheckState.UNKNOWN, ExamWhy.NEVER_REPORTED
    told_at = datetime.fromtimestamp(held.as_of_ms / 1000, UTC)
    if facts.now - told_at > STALE_AFTER:
        return ExamCheckState.UNKNOWN, ExamWhy.STALE
    if held.is_incomplete:
        return ExamCheckState.UNKNOWN, ExamWhy.NEVER_REPORTED
    return _GOOD if held.continuous_ms is not None else (ExamCheckState.BAD, ExamWhy.NOT_RECORDING)


def _space(camera: CameraView, facts: Facts, length: timedelta) -> _Found:
    reach_days = facts.reach_days.get(camera.id)
    if reach_days is None:
        return ExamCheckState.UNKNOWN, ExamWhy.SPACE_UNKNOWN
    is_enough = timedelta(days=min(reach_days, 36_500)) >= length
    return _GOOD if is_enough else (ExamCheckState.BAD, ExamWhy.NO_SPACE)
