"""Builds a release beside the running one, checks it, and makes it the one that starts next."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipeline.core.errors import UpgradeError
from pipeline.upgrades.manifest import release_number
from pipeline.upgrades.package import Package, Progress
from pipeline.upgrades.releases import COMPLETE, Releases, Trial

_ROOM = 4
"""Times the wheels' bytes: they, what they become, and what of that is compiled."""
_LONGEST_S = 1800.0
_LAST_LINES = 5


@dataclass(frozen=True, slots=True)
class Installed:
    """What an installation came to.

    Attributes:
        version: The release that starts next.
        trial: What it has to prove; None of the first one, which has nothing to go back to.
    """

    version: str
    trial: Trial | None


@dataclass(frozen=True, slots=True)
class Box:
    """What an upgrade has to live with.

    Attributes:
        config: The box's own file.
        formats: Versions of the files that the running release keeps, by name.
    """

    config: Path
    formats: Mapping[str, int]


def install(
    package: Package,
    releases: Releases,
    box: Box,
    *,
    now: datetime,
    is_one_way: bool = False,
    step: Callable[[str], None] = lambda what: None,
    progress: Progress = lambda done, total: None,
) -> Installed:
    """Make a package's release the current one; it runs from the worker's next start on.

    What runs meanwhile is not touched, and stays current if anything is wrong.

    Args:
        package: It.
        releases: Where.
        box: What it has to live with.
        now: Moment.
        is_one_way: Take it even if there is no way back from the files it makes.
        step: Told what is done now, in words.
        progress: Told bytes of wheels taken out, and all of them.

    Raises:
        UpgradeError: It is not taken; nothing changed.
    """
    manifest = package.manifest
    manifest.require_fitting(now)
    _require_newer(releases, manifest.version)
    _require_room(releases.folder, _ROOM * manifest.size)
    place = releases.folder / manifest.version
    try:
        _build(package, place, step, progress)
        _check(place, box, is_one_way, step)
        (place / COMPLETE).touch()
    except OSError as error:
        shutil.rmtree(place, ignore_errors=True)
        raise UpgradeError(
            f"the release cannot be written ({error.strerror})", where=str(place)
        ) from error
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise
    trial = _trial(releases, manifest.version)
    releases.switch(manifest.version, trial)
    return Installed(manifest.version, trial)


def go_back(releases: Releases) -> str:
    """Make the release before the current one current again, because a person at the box says so.

    Raises:
        UpgradeError: There is none, or the folder cannot be written.
    """
    standing = releases.standing()
    if standing.previous is None:
        raise UpgradeError("there is no release to go back to", where=str(releases.folder))
    releases.switch(standing.previous, None)
    return standing.previous


def _require_newer(releases: Releases, version: str) -> None:
    standing = releases.standing()
    if standing.trial is not None:
        raise UpgradeError(
            f"{standing.trial.version} is still on trial",
            where=str(releases.folder),
            remedy="Start the worker and wait: it is settled, or left, within half an hour",
        )
    wanted = release_number(version) or ()
    current = release_number(standing.current) if standing.current else None
    for known, why in (
        (current, f"this box runs {standing.current} already"),
        (releases.highest(), "this box had a release as high before"),
    ):
        if known is not None and wanted <= known:
            raise UpgradeError(
                f"{version} is no upgrade: {why}",
                remedy="`mingan upgrade back` at the box returns to the release before",
            )


def _require_room(folder: Path, wanted: int) -> None:
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise UpgradeError(f"cannot be read ({error.strerror})", where=str(folder)) from error
    if free < wanted:
        raise UpgradeError(
            f"{free // 2**20} MB are free on this disk, and {wanted // 2**20} MB are wanted",
            where=str(folder),
            remedy="Make room, and install it again",
        )


def _build(package: Package, place: Path, step: Callable[[str], None], progress: Progress) -> None:
    shutil.rmtree(place, ignore_errors=True)
    step("making an environment")
    _run([sys.executable, "-m", "venv", str(place)], "an environment cannot be made")
    wheels = place / "wheels"
    wheels.mkdir()
    step("taking the packages out")
    package.take_out(wheels, progress)
    wanted = place / "wanted.txt"
    wanted.write_text(
        "".join(
            f"{(wheels / each.name).as_uri()} --hash=sha256:{each.sha256}\n"
            for each in package.manifest.wheels
        ),
        "utf-8",
    )
    step("installing them")
    pip = [str(place / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"]
    options = ["--quiet", "--no-index", "--no-deps", "--no-cache-dir", "--require-hashes"]
    _run([*pip, "install", *options, "-r", str(wanted)], "the packages cannot be installed")
    _run([*pip, "check"], "the packages do not go together")
    shutil.rmtree(wheels)


def _check(place: Path, box: Box, is_one_way: bool, step: Callable[[str], None]) -> None:
    mingan = str(place / "bin" / "mingan")
    step("checking the configuration with it")
    _run([mingan, "config", "check", str(box.config)], "it does not take this box's configuration")
    step("running its models once")
    _run([mingan, "models", "verify"], "its models do not run here")
    told = _run([mingan, "upgrade", "formats"], "it does not say which files it keeps")
    try:
        formats = json.loads(told)
    except ValueError as error:
        raise UpgradeError("it does not say which files it keeps") from error
    if formats != dict(box.formats) and not is_one_way:
        raise UpgradeError(
            "it keeps this box's files in another form, which the release before cannot read",
            where=", ".join(sorted(set(formats) | set(box.formats))),
            remedy="There would be no way back; to take it all the same, say --one-way",
        )


def _trial(releases: Releases, version: str) -> Trial | None:
    current = releases.standing().current
    if current is None:
        return None
    watching = releases.watching()
    if watching is None or watching.version != current:
        return Trial(version=version, previous=current)
    return Trial(
        version=version, previous=current, cameras=watching.cameras, centre=watching.centre
    )


def _run(command: Sequence[str], what: str) -> str:
    """Run one of the release's programs, in nobody else's environment.

    Raises:
        UpgradeError: It failed; its last words are told.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "PIP_", "VIRTUAL_ENV"))
    }
    try:
        done = subprocess.run(
            command,
            check=False,
            capture_output=True,
            text=True,
            errors="replace",
            env=kept,
            timeout=_LONGEST_S,
        )
    except subprocess.TimeoutExpired as error:
        raise UpgradeError(f"{what}: it does not end") from error
    if done.returncode:
        last = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        raise UpgradeError(f"{what}: {'; '.join(last[-_LAST_LINES:]) or done.returncode}")
    return done.stdout
