"""What is read and written of configurations."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.contract import ConfigurationProblem, RefusalReason
from api.contract.base import Identifier
from api.contract.configuration import ConfigurationText, VersionNumber
from api.contract.preview import MAX_PREVIEW_RULES
from api.contract.text import STORABLE
from api.kit.moments import Moment
from api.organisations.schemas import SchoolName

Reason = Annotated[
    str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True), STORABLE
]


class VersionOrigin(StrEnum):
    """Who wrote a version: ``box``: it stood in the box's own file; ``centre``: a person, here."""

    BOX = "box"
    CENTRE = "centre"


class VersionState(StrEnum):
    """Where a version stands.

    ``pending``: its box has not answered yet. ``applied``: the box runs it. ``refused``: it does
    not, ``why`` says why. ``superseded``: another one came after it.
    """

    PENDING = "pending"
    APPLIED = "applied"
    REFUSED = "refused"
    SUPERSEDED = "superseded"


class Management(StrEnum):
    """Who decides what a box runs.

    ``unknown``: it has not told yet. ``local``: its own file. ``centre``: a version of here.
    """

    UNKNOWN = "unknown"
    LOCAL = "local"
    CENTRE = "centre"


class VersionSummary(BaseModel):
    """A version without its text."""

    number: int
    origin: VersionOrigin
    created_at: Moment
    created_by: str = Field(description="Empty of what the box reported.")
    reason: str
    restored_from: int | None = Field(description="The older version it is equal to.")
    state: VersionState
    answered_at: Moment | None
    why: RefusalReason | None
    problems: list[ConfigurationProblem] = Field(description="Why the box refused it.")
    waits: list[str] = Field(description="Keys whose change waits for the worker's next start.")


class ConfigurationView(BaseModel):
    """What a box is configured to do."""

    box_id: int
    box_name: str
    school: SchoolName
    management: Management
    is_box_there: bool = Field(description="Whether it is heard of; if not, versions wait for it.")
    newest: int = Field(description="Also the `ETag`; 0: there is no version yet.")
    running: int | None
    wanted: int | None = Field(description="The version it is to take.")
    reported_at: Moment | None
    versions: list[VersionSummary] = Field(description="The newest 200, the newest first.")
    as_of: Moment


class ChangeKind(StrEnum):
    """What happened to a part of a document."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class DocumentChange(BaseModel):
    """One difference between two documents; values are YAML on one line."""

    path: str = Field(examples=["cameras[gate-north].rules[0].dwell_s"])
    kind: ChangeKind
    old: str | None
    new: str | None


class DocumentDiff(BaseModel):
    """What differs between two documents."""

    against: int | None = Field(description="The version it is compared with; null: nothing.")
    changes: list[DocumentChange] = Field(description="The first 500.")
    total: int


class VersionDetail(BaseModel):
    """A version with its text, and what it changed."""

    version: VersionSummary
    text: str
    diff: DocumentDiff


class VersionWrite(BaseModel):
    """A new version."""

    model_config = ConfigDict(extra="forbid")

    text: ConfigurationText
    reason: Reason


class VersionRestore(BaseModel):
    """Why one goes back."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason


class Draft(BaseModel):
    """A text that is no version yet."""

    model_config = ConfigDict(extra="forbid")

    text: ConfigurationText
    against: VersionNumber | None = Field(None, description="The newest version if not given.")


class DraftView(BaseModel):
    """What a text would change, and what keeps it from becoming a version."""

    problems: list[ConfigurationProblem]
    diff: DocumentDiff | None = Field(description="Null while the text is no document.")


class PreviewRequest(BaseModel):
    """Rules of a camera as somebody draws them."""

    model_config = ConfigDict(extra="forbid")

    rules: Annotated[
        list[dict[str, Any]],
        Field(
            min_length=1,
            max_length=MAX_PREVIEW_RULES,
            description="As below a camera's `rules`, each with its zone or line.",
        ),
    ]
    hours: Annotated[int, Field(ge=1, le=24, description="How far back.")] = 24


class CameraSetup(BaseModel):
    """What the newest version tells one camera to look for; keys are those of ``box.yaml``."""

    box_id: int
    version: int = Field(description="The newest version, which a form is begun on.")
    state: VersionState = Field(description="Of that version.")
    origin: VersionOrigin = Field(
        description="Who wrote it; a box of which it is its own file's is managed there until a"
        " version is saved here."
    )
    camera_id: str
    name: str
    rules: list[dict[str, object]] = Field(description="As written, unknown keys among them.")
    rule_sets: list[str] = Field(description="Files of the box whose rules the camera has as well.")
    more_models: list[str] = Field(description="Detectors beside the usual one.")
    accepted: list[str] = Field(description="Models taken although their terms are unknown.")
    problems: list[ConfigurationProblem] = Field(
        description="Why the box refused this version; `path` of what is wrong with a rule begins"
        " at the camera, as `rules[0].zone.polygon`."
    )


class CameraRulesEdit(BaseModel):
    """What a camera is to look for."""

    model_config = ConfigDict(extra="forbid")

    against: VersionNumber = Field(description="The version to change.")
    rules: Annotated[list[dict[str, object]], Field(max_length=64)]
    add_models: Annotated[list[Identifier], Field(max_length=4)] = Field(
        default=[], description="Detectors that the rules need and the camera has not."
    )


class CameraRulesWrite(CameraRulesEdit):
    """The same, and why; saved as a new version."""

    reason: Reason


class EditedDraft(BaseModel):
    """A version's text with a camera's rules changed; nothing is saved yet."""

    text: str = Field(description="Empty for who may not read the whole configuration.")
    lost_remarks: list[str] = Field(
        description="Remarks that go with what is changed, each from its `#`."
    )
    problems: list[ConfigurationProblem]
    diff: DocumentDiff | None
