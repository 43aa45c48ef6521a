"""What is read and written where many cameras are given the same rules."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.configurations.schemas import DocumentDiff, Reason, VersionOrigin
from api.contract import ConfigurationProblem
from api.contract.configuration import VersionNumber
from api.kit.moments import Moment
from api.kit.row_number import RowNumber
from api.organisations.schemas import SchoolName

MAX_CAMERAS = 500
MAX_BOXES = 50
"""A box's text is read and written anew, which takes up to a second of a large one."""
MAX_RULES = 64


class RuleSetMode(StrEnum):
    """What becomes of a rule that a camera has already.

    ``add``: it stays as it is. ``update``: it takes what the set says of it, and keeps its own zone
    or line and what the set does not say. Either way the camera's other rules stay.
    """

    ADD = "add"
    UPDATE = "update"


class RuleSetRequest(BaseModel):
    """Rules for many cameras."""

    model_config = ConfigDict(extra="forbid")

    camera_keys: Annotated[list[RowNumber], Field(min_length=1, max_length=MAX_CAMERAS)]
    rules: Annotated[
        list[dict[str, object]],
        Field(
            min_length=1,
            max_length=MAX_RULES,
            description="As below a camera's `rules`; each is found by its `id`, or its `type` if"
            " it has none.",
        ),
    ]
    mode: RuleSetMode = RuleSetMode.ADD
    take: Annotated[list[RowNumber], Field(max_length=MAX_BOXES)] = Field(
        default=[],
        description="Boxes whose own file ruled until now, and that are to be managed from here.",
    )


class SeenBox(BaseModel):
    """What the preview said of one box, and is to become true."""

    model_config = ConfigDict(extra="forbid")

    box_id: RowNumber
    version: VersionNumber
    digest: Annotated[str, Field(max_length=64)]


class RuleSetApply(RuleSetRequest):
    """The same, for the boxes whose preview was seen; others are not touched."""

    seen: Annotated[list[SeenBox], Field(min_length=1, max_length=MAX_BOXES)]
    reason: Reason


class CameraOutcome(StrEnum):
    """What becomes of one camera."""

    CHANGES = "changes"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


class CameraRefusal(StrEnum):
    """Why a camera cannot be given the rules.

    ``no_box``: nobody reports it. ``box_revoked``: its box may report no more. ``no_version``: its
    box has not told what it runs. ``version_refused``: the box refused the newest version, and what
    is built on it would be refused as well. ``local``: its box is managed by its own file.
    ``not_configured``: the newest version has no such camera. ``not_rules``: what stands at its
    ``rules`` is no list of rules. ``ambiguous``: it has two rules of one name.
    ``too_many_rules``: it would have more rules than it may. ``needs_model``: no model of its box
    tells what a rule must know. ``needs_consent``: a model must be accepted at the box first.
    ``bad_configuration``: the result may not be saved, see the box's ``problems``.
    """

    NO_BOX = "no_box"
    BOX_REVOKED = "box_revoked"
    NO_VERSION = "no_version"
    VERSION_REFUSED = "version_refused"
    LOCAL = "local"
    NOT_CONFIGURED = "not_configured"
    NOT_RULES = "not_rules"
    AMBIGUOUS = "ambiguous"
    TOO_MANY_RULES = "too_many_rules"
    NEEDS_MODEL = "needs_model"
    NEEDS_CONSENT = "needs_consent"
    BAD_CONFIGURATION = "bad_configuration"


class CameraPlan(BaseModel):
    """What becomes of one camera, and why."""

    camera_key: int
    camera_id: str
    name: str
    location: str
    outcome: CameraOutcome
    why: CameraRefusal | None = None
    because_of: list[str] = Field(default=[], description="The rules, or models, that refuse it.")
    added: list[str] = Field(default=[], description="Rules that it has not yet.")
    updated: list[str] = Field(default=[], description="Rules that change.")
    models: list[str] = Field(default=[], description="Detectors that come with them.")
    rule_sets: list[str] = Field(
        default=[], description="Files of the box whose rules it has as well."
    )


class BoxPlan(BaseModel):
    """One new version of one box, with all cameras that were asked for."""

    box_id: int
    box_name: str
    school: SchoolName
    version: int = Field(description="What it is built on, the newest; 0: there is none.")
    origin: VersionOrigin | None
    digest: str | None = Field(description="Of what would be saved; null: nothing changes.")
    diff: DocumentDiff | None
    lost_remarks: list[str]
    problems: list[ConfigurationProblem]
    cameras: list[CameraPlan]


class RuleSetPlan(BaseModel):
    """What would change; nothing is saved."""

    boxes: list[BoxPlan]
    without_box: list[CameraPlan]
    as_of: Moment


class BoxOutcome(StrEnum):
    """What became of one box.

    ``saved``: it has a new version. ``unchanged``: nothing was to be changed. ``changed``: somebody
    else, or the box, made a version since the preview. ``differs``: other changes than those of
    the preview would be made now. ``refused``: all its cameras are. ``failed``: see ``code``.
    """

    SAVED = "saved"
    UNCHANGED = "unchanged"
    CHANGED = "changed"
    DIFFERS = "differs"
    REFUSED = "refused"
    FAILED = "failed"


class BoxResult(BaseModel):
    """What became of one box; each stands alone."""

    box_id: int
    box_name: str
    school: SchoolName
    outcome: BoxOutcome
    version: int | None = Field(description="The one that was made, or that came between.")
    by: str = Field("", description="Who made that which came between; empty: the box itself.")
    at: Moment | None = None
    code: str = Field("", description="Of the error, where it failed.")
    cameras: int = Field(0, description="That were changed.")


class RuleSetResult(BaseModel):
    """What became of each box that was asked for."""

    boxes: list[BoxResult]
