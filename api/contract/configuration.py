"""A box's configuration on its way: what it runs, what it is to run, and what became of that.

A box always calls. Its heartbeat says by a digest what it runs; the answer may tell it to report
that, or to take a version. Secrets never travel up: where one stands the text holds a marker, and a
version that keeps the marker keeps the box's own value (:mod:`api.contract.configuration_secrets`).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from api.contract.base import Identifier, Sha256, WireModel
from api.contract.credentials import MAX_ORDERED, SealedCredential, SealingKey
from api.contract.text import StorableText

CONFIGURATION_FORMAT = 1
"""Of what a version is written in; a box takes none that is higher."""
MAX_CONFIGURATION = 512 * 1024
"""Characters."""
MAX_VERSION = 2**53 - 1

ConfigurationText = Annotated[
    StorableText, StringConstraints(min_length=1, max_length=MAX_CONFIGURATION)
]
"""YAML, as ``configs/box.yaml``."""
VersionNumber = Annotated[int, Field(ge=1, le=MAX_VERSION)]
_Words = Annotated[StorableText, StringConstraints(max_length=1000)]
_Path = Annotated[StorableText, StringConstraints(max_length=512)]


class ConfigurationFacts(WireModel):
    """What a box runs, as part of each heartbeat."""

    digest: Sha256
    """Of the document, secrets hidden."""
    version: VersionNumber | None = None
    """The command centre's version it took; null: its own file, it is managed locally."""
    sealing_key: SealingKey | None = None
    """What credentials for it are sealed to; null from one that cannot take any."""


class ConfigurationOrder(WireModel):
    """What a box is to do about its configuration; part of the answer to a heartbeat."""

    version: VersionNumber | None = None
    """Fetch this version, check it, take it, and answer."""
    report: bool = False
    """Report what runs; nothing is known of it."""
    credentials: Annotated[tuple[SealedCredential, ...], Field(max_length=MAX_ORDERED)] = ()
    """Open and keep these, and answer each; of a box that told its key alone."""


class ConfigurationReport(WireModel):
    """What a box runs: sent when it starts, and when its file was changed by hand."""

    school_id: Identifier
    worker_id: Identifier
    version: VersionNumber | None = None
    """As in :class:`ConfigurationFacts`."""
    text: ConfigurationText
    """Secrets hidden."""


class ConfigurationVersion(WireModel):
    """A version as a box fetches it."""

    format: Annotated[int, Field(ge=1, le=1_000_000)]
    """Higher than what the box knows: a newer command centre wrote it."""
    version: VersionNumber
    text: ConfigurationText


class ConfigurationOutcome(StrEnum):
    """What became of a version on its box."""

    APPLIED = "applied"
    REFUSED = "refused"


class RefusalReason(StrEnum):
    """Why a box does not run a version.

    ``invalid``: ``mingan config check`` refuses it. ``secret_missing``: it keeps a marker where the
    box has no value. ``local_key``: it changes what is changed at the box alone.
    ``credential_elsewhere``: it uses a credential where the box's own file does not. ``newer``: a
    newer command centre wrote it. ``not_usable``: a model or folder of it cannot be used now.
    ``died``: the worker ended soon after it took it. ``unstable``: a process of it ended soon
    after. ``changed_locally``: the box's file was changed by hand meanwhile.
    """

    INVALID = "invalid"
    SECRET_MISSING = "secret_missing"  # noqa: S105 -- a reason
    LOCAL_KEY = "local_key"
    CREDENTIAL_ELSEWHERE = "credential_elsewhere"
    NEWER = "newer"
    NOT_USABLE = "not_usable"
    DIED = "died"
    UNSTABLE = "unstable"
    CHANGED_LOCALLY = "changed_locally"


class ConfigurationProblem(WireModel):
    """One thing that is wrong with a configuration."""

    path: _Path = ""
    """Where in the document, as ``cameras[2].rules[0].zone.polygon``; empty: the whole."""
    line: Annotated[int, Field(ge=1, le=10_000_000)] | None = None
    """Of the version's text."""
    what: _Words
    remedy: _Words = ""


class ConfigurationAnswer(WireModel):
    """What became of a version; told until it is acknowledged, the last word counts.

    A version that was applied may be refused later: the box went back to its last good one.
    """

    school_id: Identifier
    version: VersionNumber
    outcome: ConfigurationOutcome
    why: RefusalReason | None = None
    problems: Annotated[tuple[ConfigurationProblem, ...], Field(max_length=100)] = ()
    waits: Annotated[tuple[_Path, ...], Field(max_length=32)] = ()
    """Keys whose change waits for the worker's next start."""
