"""What a box remembers of its command centre's versions: which it runs, and how that goes."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from api.contract import ConfigurationAnswer, ConfigurationVersion
from pipeline.core.private_files import write_private

FOLDER = "configuration"
_STATE = "state.json"


class Adopted(BaseModel):
    """A version that goes before the box's file.

    Attributes:
        version: Its number.
        is_proven: Whether the worker stood firm with it, over a start if something of it waited.
        failed_starts: How often in a row the worker ended before that.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int
    is_proven: bool = False
    failed_starts: int = 0


class State(BaseModel):
    """All that is remembered.

    Attributes:
        local_digest: Of the file when the version was taken; another one goes before the version.
        adopted: What goes before the file; None: nothing, the box is managed locally.
        previous: The last good version before that.
        is_unsettled: Whether it is being tried right now; a worker that finds it so died trying.
        answer: The last word about a version.
        is_answered: Whether the command centre has it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    local_digest: str
    adopted: Adopted | None = None
    previous: int | None = None
    is_unsettled: bool = False
    answer: ConfigurationAnswer | None = None
    is_answered: bool = True


class VersionStore:
    """Keeps them in the data folder; only the box's user reads it.

    Args:
        data_dir: Taken by this process.
    """

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / FOLDER

    def state(self) -> State | None:
        """What was kept last; None of a box that never kept anything, or cannot read it now."""
        try:
            return State.model_validate_json((self._folder / _STATE).read_bytes())
        except (OSError, ValidationError):
            return None

    def keep(self, state: State) -> None:
        """Remember.

        Raises:
            OSError: It cannot be written.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        write_private(self._folder / _STATE, state.model_dump_json(indent=1) + "\n")
        wanted = {self._path(state.adopted.version)} if state.adopted else set()
        if state.previous is not None:
            wanted.add(self._path(state.previous))
        for path in self._folder.glob("version-*.json"):
            if path not in wanted:
                path.unlink(missing_ok=True)

    def put(self, version: ConfigurationVersion) -> None:
        """Keep a version's text until a state does not name it any more.

        Raises:
            OSError: It cannot be written.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        write_private(self._path(version.version), version.model_dump_json() + "\n")

    def get(self, number: int) -> ConfigurationVersion | None:
        """A version that was kept; None if it is not there or cannot be read."""
        try:
            return ConfigurationVersion.model_validate_json(self._path(number).read_bytes())
        except (OSError, ValidationError):
            return None

    def _path(self, number: int) -> Path:
        return self._folder / f"version-{number}.json"
