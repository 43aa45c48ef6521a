"""The exam profiles that came with the code."""

from __future__ import annotations

import datetime as dt
from functools import cache
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

from api.contract.exam_profile import ExamProfile, load_exam_profile
from api.contract.profile import ProfileError
from api.kit.errors import SettingsError

_IN_THE_TREE = Path(__file__).resolve().parents[2] / "configs" / "exams"


def in_force(day: dt.date) -> ExamProfile | None:
    """The one that began last by a day; None before all of them."""
    begun = [profile for profile in _shipped() if profile.from_day <= day]
    return max(begun, key=lambda profile: profile.from_day, default=None)


@cache
def _shipped() -> tuple[ExamProfile, ...]:
    remedy = "Install mingan again"
    try:
        found = tuple(load_exam_profile(path) for path in _paths())
    except ProfileError as error:
        raise SettingsError(str(error), where="configs/exams", remedy=remedy) from error
    if not found:
        raise SettingsError("did not come with the code", where="cn-exam.yaml", remedy=remedy)
    return found


def _paths() -> list[Path]:
    """In a tree its own folder, else where the installer says it put them."""
    if _IN_THE_TREE.is_dir():
        return sorted(_IN_THE_TREE.glob("*.yaml"))
    try:
        installed = files("mingan") or []
    except PackageNotFoundError:
        installed = []
    return sorted(
        Path(str(each.locate())) for each in installed if each.match("mingan/exams/*.yaml")
    )
