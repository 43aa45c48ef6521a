"""The profiles a centre judges by."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

from api.contract.profile import Condition, Profile, ProfileError, load_profile
from api.kit.errors import SettingsError
from api.organisations.schemas import SchoolView

_IN_THE_TREE = Path(__file__).resolve().parents[2] / "configs" / "compliance"
_NAME_ONE = "Install mingan again, or name a file in compliance_profiles"
_REMEDY = "Correct it and check it with mingan config check, or remove compliance_profiles"


class Profiles:
    """Profiles, the later ones of a name replacing the earlier ones from their day on."""

    def __init__(self, profiles: Sequence[Profile]) -> None:
        self._profiles = sorted(profiles, key=lambda each: each.from_day)

    def in_force(self, day: dt.date) -> list[Profile]:
        """Those that hold on a day: of each name the one that began last, by name."""
        found = {each.profile: each for each in self._profiles if each.is_in_force(day)}
        return [found[name] for name in sorted(found)]


def conditions_of(school: SchoolView) -> frozenset[Condition]:
    """Which conditions hold for a school as it is described now."""
    flags = {
        Condition.BOARDING: school.boarding,
        Condition.CANTEEN: school.canteen,
        Condition.CT_KEY_TARGET: school.ct_key_target,
        Condition.HAZMAT: school.hazmat,
        Condition.PARKING: school.parking,
    }
    return frozenset(each for each, holds in flags.items() if holds)


def load_profiles(paths: Sequence[Path] | None) -> Profiles:
    """Read them.

    Args:
        paths: Files; None for those shipped with the code.

    Raises:
        SettingsError: If one cannot be used, or none came with the code.
    """
    return _shipped() if paths is None else _read(paths)


@cache
def _shipped() -> Profiles:
    paths = _shipped_paths()
    if not paths:
        raise SettingsError("did not come with the code", where="cn-school.yaml", remedy=_NAME_ONE)
    return _read(paths)


def _read(paths: Sequence[Path]) -> Profiles:
    found = []
    for path in paths:
        try:
            found.append(load_profile(path))
        except ProfileError as error:
            raise SettingsError(str(error), where=str(path), remedy=_REMEDY) from error
    return Profiles(found)


def _shipped_paths() -> list[Path]:
    """In a tree its own folder, else where the installer says it put them."""
    if _IN_THE_TREE.is_dir():
        return sorted(_IN_THE_TREE.glob("*.yaml"))
    try:
        installed = files("mingan") or []
    except PackageNotFoundError:
        installed = []
    return sorted(
        Path(str(each.locate())) for each in installed if each.match("mingan/compliance/*.yaml")
    )
