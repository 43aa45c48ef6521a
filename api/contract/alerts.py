"""Alert episodes and their evidence."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, WithJsonSchema

from api.contract.base import Fraction, Identifier, Sha256, UtcTime, WireModel
from api.contract.text import Name, StorableText, fault_of

_MAX_FACT_CHARACTERS = 512


def _storable_fact(value: float | str) -> float | str:
    if isinstance(value, str):
        if (fault := fault_of(value)) is not None:
            raise ValueError(fault)
        if len(value) > _MAX_FACT_CHARACTERS:
            raise ValueError(f"at most {_MAX_FACT_CHARACTERS} characters")
    return value


FactValue = Annotated[
    float | str,
    AfterValidator(_storable_fact),
    WithJsonSchema(
        {"anyOf": [{"type": "number"}, {"type": "string", "maxLength": _MAX_FACT_CHARACTERS}]}
    ),
]
"""What a rule found out: a number, or a few words."""


MAX_REVISION = 1_000_000
"""A new one each second for eleven days; a higher one only wants to have the last word."""


ALERT_DIGEST = "alert_digest"
"""Rule of an alert that counts what was held back of others; it says nothing true or false."""


class EpisodeState(StrEnum):
    """Whether the violation still lasts, as the worker sees it."""

    OPEN = "open"
    CLOSED = "closed"


class RiskLevel(StrEnum):
    """Risk class; class 1 is the gravest."""

    CLASS_1 = "class_1"
    CLASS_2 = "class_2"
    CLASS_3 = "class_3"


class EvidenceKind(StrEnum):
    """What a piece of evidence shows.

    ``snapshot`` is blurred where people are; ``snapshot_original`` is not, and is opened only
    with a reason that is logged. ``clip`` shows seconds before and after the alert.
    ``reference`` is what the camera should show, blurred too, beside a picture fault's snapshot.
    """

    SNAPSHOT = "snapshot"
    SNAPSHOT_ORIGINAL = "snapshot_original"
    CLIP = "clip"
    REFERENCE = "reference"


class EvidenceRef(WireModel):
    """A file named by its content; the bytes travel separately and may arrive later."""

    kind: EvidenceKind
    sha256: Sha256
    media_type: Annotated[str, StringConstraints(pattern=r"^(image/jpeg|video/mp4)$")]
    size_bytes: Annotated[int, Field(ge=1)]
    width: Annotated[int, Field(ge=1)]
    height: Annotated[int, Field(ge=1)]
    starts_at: UtcTime
    duration_s: Annotated[float, Field(ge=0.0)] = 0.0


class AlertEpisode(WireModel):
    """One camera, one rule, one zone, from the first qualifying moment to the last.

    The whole episode travels each time something about it changed, with a ``revision`` one
    higher; the command centre keeps the highest revision it saw. Once a person judged it, what they
    judged stays as it was, and what a later revision says stands beside it. ``id`` is a UUIDv5 of
    school, camera, rule, zone and ``started_at``; that of an episode begun before there were
    schools is one of the others alone, and stays.
    """

    id: UUID
    revision: Annotated[int, Field(ge=1, le=MAX_REVISION)]
    school_id: Identifier
    camera_id: Identifier
    rule: Identifier
    rule_id: Identifier
    zone: Annotated[StorableText, StringConstraints(max_length=64)] = ""
    risk: RiskLevel
    state: EpisodeState
    started_at: UtcTime
    raised_at: UtcTime
    ended_at: UtcTime
    """Last qualifying moment so far; of a closed episode, its end."""
    score: Fraction
    classes: Annotated[tuple[Name, ...], Field(max_length=32)]
    track_count: Annotated[int, Field(ge=0)]
    box_norm_xyxy: tuple[float, float, float, float]
    zone_norm: Annotated[tuple[tuple[float, float], ...], Field(max_length=256)] = ()
    """The zone's polygon, or the line's points, as fractions of the picture."""
    facts: Annotated[dict[Name, FactValue], Field(max_length=64)] = Field(default_factory=dict)
    model_id: Identifier
    model_sha256: Sha256
    config_sha256: Sha256
    evidence: Annotated[tuple[EvidenceRef, ...], Field(max_length=16)] = ()
