"""Credentials that were sealed for this box, opened and kept on its disk for its user alone."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from api.contract import CredentialKind
from pipeline.core.private_files import write_private

FOLDER = "credentials"
_INDEX = "index.json"
_log = structlog.get_logger(__name__)
Target = tuple[CredentialKind, str]
"""A camera by its id, or a recorder by its name."""


class KeptCredential(BaseModel):
    """All of a credential but its password, which lies in a file of its own.

    Attributes:
        kind: Whether it is a camera's or a recorder's.
        name: Whose.
        mark: Of what was sealed: no other has it.
        host: The only one it may be sent to.
        username: Empty if its address is all.
        url: The camera's whole address, if that is a secret.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    kind: CredentialKind
    name: str
    mark: str
    host: str
    username: str
    url: str = Field("", repr=False)

    @property
    def target(self) -> Target:
        """What it is for."""
        return self.kind, self.name

    @property
    def address(self) -> str:
        """Its host as an address."""
        return f"any://{self.host}"


class _Index(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    kept: tuple[KeptCredential, ...] = ()


class CredentialStore:
    """Keeps them in the data folder.

    Args:
        data_dir: Taken by this process.
    """

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir.absolute() / FOLDER

    def read(self) -> dict[Target, KeptCredential]:
        """What was kept last."""
        path = self._folder / _INDEX
        try:
            kept = _Index.model_validate_json(path.read_bytes()).kept
        except FileNotFoundError:
            return {}
        except (OSError, ValidationError):
            _log.error("kept credentials cannot be read; set them anew", file=str(path))
            return {}
        return {each.target: each for each in kept}

    def file(self, kept: KeptCredential) -> Path:
        """Where its password lies; another one for each that was sealed."""
        return self._folder / f"{kept.kind.value}-{kept.name}-{kept.mark}.secret"

    def put(self, kept: KeptCredential, password: str) -> None:
        """Keep a password until an index does not name it any more.

        Raises:
            OSError: It cannot be written.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        write_private(self.file(kept), password)

    def save(self, kept: Iterable[KeptCredential], *, tidies: bool) -> None:
        """Remember which are kept.

        Args:
            kept: All of them.
            tidies: Delete the passwords of others.

        Raises:
            OSError: It cannot be written.
        """
        index = _Index(kept=tuple(kept))
        write_private(self._folder / _INDEX, index.model_dump_json(indent=1) + "\n")
        named = {self.file(each) for each in index.kept}
        for path in self._folder.glob("*.secret") if tidies else ():
            if path not in named:
                path.unlink(missing_ok=True)
