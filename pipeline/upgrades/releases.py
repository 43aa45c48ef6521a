"""The folder of a box's releases: each in an environment of its own, one of them current.

::

    mingan-launch      what the service starts; belongs to no release
    keys               public keys, one a line
    current            link to the release that runs
    0.2.0/             an environment, and `complete` in it once it is whole
    trial.json         a release that has yet to prove itself
    settled.json       the highest release that did
    went_back.json     the last one that did not, and why
    watching.json      what the running one watches
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from pipeline.core.errors import UpgradeError
from pipeline.core.private_files import write_private
from pipeline.upgrades.manifest import release_number
from pipeline.upgrades.signing import checked_public

KindT = TypeVar("KindT", bound=BaseModel)
LAUNCHER = "mingan-launch"
COMPLETE = "complete"
_KEPT = 2
"""Releases before the current one."""


class Trial(BaseModel):
    """A release on trial; ``mingan-launch`` reads and writes the same.

    Attributes:
        version: It.
        previous: What is gone back to.
        starts: How often it was begun.
        ran_out: Whether a start had all its time and did not prove itself.
        cameras: How many cameras it has to watch before it stays.
        centre: Whether the command centre has to have heard from it.
    """

    model_config = ConfigDict(frozen=True)

    version: str
    previous: str
    starts: int = 0
    ran_out: bool = False
    cameras: int = 0
    centre: bool = False


class Settled(BaseModel):
    """The highest release that proved itself."""

    version: str


class WentBack(BaseModel):
    """A release that did not."""

    version: str
    why: str


class Watching(BaseModel):
    """What the running release watches, for the next one to be measured by."""

    version: str
    cameras: int
    centre: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """How the releases stand.

    Attributes:
        current: The one that is started; None before the first.
        previous: The one before it, for a person who wants to go back.
        trial: If the current one has yet to prove itself.
        went_back: The last one that did not, and why.
        releases: All that are whole, oldest first.
    """

    current: str | None
    previous: str | None
    trial: Trial | None
    went_back: WentBack | None
    releases: tuple[str, ...]


class Releases:
    """One folder of releases.

    Args:
        folder: It.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()

    def prepare(self, keys: Iterable[str], python: Path) -> None:
        """Make the folder, or give it other keys.

        Args:
            keys: Public keys whose upgrades this box takes from now on.
            python: Interpreter of this machine that starts the launcher.

        Raises:
            UpgradeError: It cannot be written, or one is no key.
        """
        known = [checked_public(key) for key in keys]
        source = resources.files("pipeline.upgrades").joinpath("launch.py").read_text("utf-8")
        launcher = self.folder / LAUNCHER
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_private(self.folder / "keys", "".join(f"{key}\n" for key in known))
            write_private(launcher, f"#!{python} -I\n{source}")
            launcher.chmod(0o700)
        except OSError as error:
            raise self._not_written(error) from error

    def keys(self) -> tuple[str, ...]:
        """The keys this box believes.

        Raises:
            UpgradeError: The folder was not prepared.
        """
        try:
            return tuple((self.folder / "keys").read_text("ascii").split())
        except (OSError, UnicodeDecodeError) as error:
            raise UpgradeError(
                "this is no folder of releases",
                where=str(self.folder),
                remedy="Make one with `mingan upgrade prepare`",
            ) from error

    def standing(self) -> Standing:
        """How the releases stand."""
        current = self._current()
        whole = sorted(
            (
                path.parent.name
                for path in self.folder.glob(f"*/{COMPLETE}")
                if not path.parent.is_symlink()
            ),
            key=lambda version: release_number(version) or (),
        )
        older = [version for version in whole if version != current]
        if current is not None and (number := release_number(current)) is not None:
            older = [version for version in older if (release_number(version) or ()) < number]
        return Standing(
            current=current,
            previous=older[-1] if older else None,
            trial=self.trial(),
            went_back=_read(self.folder / "went_back.json", WentBack),
            releases=tuple(whole),
        )

    def highest(self) -> tuple[int, ...] | None:
        """Of what ever proved itself; what is signed and lower is an old fault, not an upgrade."""
        settled = _read(self.folder / "settled.json", Settled)
        return None if settled is None else release_number(settled.version)

    def trial(self) -> Trial | None:
        """The release on trial."""
        trial = _read(self.folder / "trial.json", Trial)
        return trial if trial is not None and trial.version == self._current() else None

    def watching(self) -> Watching | None:
        """What the running release said it watches."""
        return _read(self.folder / "watching.json", Watching)

    def note_watching(self, watching: Watching) -> None:
        """Keep what the running release watches.

        Raises:
            OSError: It cannot be written.
        """
        write_private(self.folder / "watching.json", watching.model_dump_json())

    def switch(self, version: str, trial: Trial | None) -> None:
        """Make a whole release the current one, at once or not at all.

        Args:
            version: It.
            trial: What it has to prove; None: nothing, for nothing else could be run.

        Raises:
            UpgradeError: It cannot be written.
        """
        new = self.folder / "current.new"
        try:
            if trial is None:
                self.settle(version)
            else:
                write_private(self.folder / "trial.json", trial.model_dump_json())
            new.unlink(missing_ok=True)
            new.symlink_to(version)
            new.replace(self.folder / "current")
            _sync(self.folder)
        except OSError as error:
            raise self._not_written(error) from error

    def settle(self, version: str) -> None:
        """A release proved itself: it stays, and older ones but two go.

        Raises:
            OSError: It cannot be written.
        """
        number, highest = release_number(version), self.highest()
        if number is not None and (highest is None or number > highest):
            write_private(self.folder / "settled.json", Settled(version=version).model_dump_json())
        (self.folder / "trial.json").unlink(missing_ok=True)
        standing = self.standing()
        older = [each for each in standing.releases if each != standing.current]
        for each in older[: max(0, len(older) - _KEPT)]:
            shutil.rmtree(self.folder / each, ignore_errors=True)

    def _current(self) -> str | None:
        try:
            return str((self.folder / "current").readlink())
        except OSError:
            return None

    def _not_written(self, error: OSError) -> UpgradeError:
        return UpgradeError(
            f"the folder of releases cannot be written ({error.strerror})",
            where=str(self.folder),
            remedy="Run this as the worker's user, and see that the disk is not full",
        )


def releases_of(prefix: Path) -> Releases | None:
    """The folder that a running environment is a release of; None: it is none.

    Args:
        prefix: Of the interpreter, as ``sys.prefix``.
    """
    folder = prefix.parent
    is_release = (folder / LAUNCHER).is_file() and (prefix / COMPLETE).is_file()
    return Releases(folder) if is_release else None


def _read(path: Path, kind: type[KindT]) -> KindT | None:
    try:
        return kind.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
