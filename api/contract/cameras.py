"""Cameras as a worker knows them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from api.contract.base import Identifier, Sha256, UtcTime, WireModel
from api.contract.redaction import redact_url
from api.contract.text import StorableText


class CameraState(StrEnum):
    """What the worker can say about a camera now.

    ``watching``: pictures arrive and are analysed. ``connecting``: not yet. ``not_watching``:
    no usable picture; the reason says why. ``disabled``: switched off by configuration.
    """

    CONNECTING = "connecting"
    WATCHING = "watching"
    NOT_WATCHING = "not_watching"
    DISABLED = "disabled"


class CameraRegistration(WireModel):
    """What the worker's configuration says about one camera; never its address or password."""

    school_id: Identifier
    camera_id: Identifier
    name: Annotated[StorableText, StringConstraints(min_length=1, max_length=128)]
    location: Annotated[StorableText, StringConstraints(max_length=128)] = ""
    source: Annotated[
        StorableText, StringConstraints(max_length=256), AfterValidator(redact_url)
    ] = ""
    """Kind and redacted address, as ``rtsp://***@10.0.0.8:554/…``; redacted again where it is read,
    for a worker may be older than a kind of secret."""
    rules: Annotated[tuple[Identifier, ...], Field(max_length=64)] = ()
    """Types of the rules configured on it."""
    config_sha256: Sha256
    school_name: Annotated[str, StringConstraints(max_length=128)] = ""
    """What the box calls its school; shown until somebody describes the school."""


class StreamFacts(WireModel):
    """What was measured on the camera's stream."""

    codec: Annotated[StorableText, StringConstraints(max_length=32)]
    width: Annotated[int, Field(ge=1)]
    height: Annotated[int, Field(ge=1)]
    fps: Annotated[float, Field(ge=0.0)]


class PictureFault(WireModel):
    """Something wrong with the picture itself that goes on now."""

    fault: Identifier
    """As in the vocabulary's rules, as ``occlusion``; its alert carries the same name."""
    since: UtcTime


class PictureFacts(WireModel):
    """What the examination of a camera's picture says now."""

    faults: Annotated[tuple[PictureFault, ...], Field(max_length=16)] = ()
    reference_at: UtcTime | None = None
    """When the reference picture was made; none while it is not known what the camera should
    show."""
    approved_at: UtcTime | None = None
    """Which approval that reference answers; none if the camera learned it by itself."""


class ClockDoubt(StrEnum):
    """Why nothing is said of a camera's own clock.

    ``no_reports``: it sends none, or has not yet. ``implausible``: it counts from 1970 or 1900.
    ``unsteady``: its reports do not agree, or its clock was set again and again.
    """

    NO_REPORTS = "no_reports"
    IMPLAUSIBLE = "implausible"
    UNSTEADY = "unsteady"


class CameraClock(WireModel):
    """A camera's own clock against its box's, by the RTCP sender reports of its stream."""

    offset_s: float | None = None
    """Camera minus box, in seconds: positive when the camera is fast. Null while unknown."""
    drift_s_per_day: float | None = None
    """By how much that grows in a day; null before an hour was measured."""
    measured_at: UtcTime | None = None
    """When the newest report came."""
    doubt: ClockDoubt | None = None
    """Why ``offset_s`` is unknown."""

    @model_validator(mode="after")
    def _is_known_or_doubted(self) -> CameraClock:
        if (self.offset_s is None) == (self.doubt is None):
            raise ValueError("offset_s or a doubt, one of the two")
        return self


class CameraFacts(WireModel):
    """State of one camera at one moment."""

    camera_id: Identifier
    state: CameraState
    reason: Annotated[StorableText, StringConstraints(max_length=32)] = ""
    """Code of the reason, as ``auth_failed``; ``""`` while watching."""
    detail: Annotated[
        StorableText, StringConstraints(max_length=512), AfterValidator(redact_url)
    ] = ""
    """One line for an engineer, redacted."""
    since: UtcTime
    last_frame_at: UtcTime | None = None
    last_analysed_at: UtcTime | None = None
    stream: StreamFacts | None = None
    picture: PictureFacts | None = None
    """None when the picture is not examined."""
    clock: CameraClock | None = None
    """None from a box that does not tell."""
