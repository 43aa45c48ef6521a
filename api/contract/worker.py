"""What a worker says about itself and about the time it really watched."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from api.contract.base import DEFAULT_SCHOOL_ID, Identifier, UtcTime, WireModel
from api.contract.cameras import CameraFacts
from api.contract.configuration import ConfigurationFacts, ConfigurationOrder
from api.contract.rules import RuleReadiness
from api.contract.text import StorableText


class WithheldAlerts(WireModel):
    """Episodes of one rule that did not become alerts of their own, and why."""

    rule: Identifier
    merged: Annotated[int, Field(ge=0)] = 0
    """They began again so soon that they went on as the alert before."""
    budget: Annotated[int, Field(ge=0)] = 0
    """The camera had raised as many alerts within the hour as it may; a digest counts them."""
    picture: Annotated[int, Field(ge=0)] = 0
    """The picture was bad, and was not good again before they ended."""


class CameraHeartbeat(CameraFacts):
    """A camera's state as part of a heartbeat, with counters since the worker started."""

    frames_analysed: Annotated[int, Field(ge=0)] = 0
    frames_dropped: Annotated[int, Field(ge=0)] = 0
    reconnects: Annotated[int, Field(ge=0)] = 0
    withheld: Annotated[tuple[WithheldAlerts, ...], Field(max_length=64)] = ()
    analysis_fps: Annotated[float, Field(gt=0.0)] | None = None
    """Pictures a second that are looked at now at most; an overloaded worker lowers it."""
    analysis_fps_configured: Annotated[float, Field(gt=0.0)] | None = None
    """The same, as configured."""


class Heartbeat(WireModel):
    """Sent every few seconds and never spooled: an old heartbeat has no value."""

    school_id: Identifier
    worker_id: Identifier
    version: Annotated[StorableText, StringConstraints(max_length=32)]
    contract_version: Annotated[int, Field(ge=1)]
    sent_at: UtcTime
    started_at: UtcTime
    outbox_pending: Annotated[int, Field(ge=0)]
    outbox_bytes: Annotated[int, Field(ge=0)]
    outbox_refused: Annotated[int, Field(ge=0)] = 0
    """Messages the command centre refused for good; they wait for somebody to look at them."""
    disk_free_bytes: Annotated[int, Field(ge=0)]
    disk_total_bytes: Annotated[int, Field(gt=0)] | None = None
    """Size of that disk; null from one that does not tell, or whose disk is gone."""
    cpu_busy: Annotated[float, Field(ge=0.0, le=1.0)] | None = None
    """Share of time that the machine's processors worked since the heartbeat before, 0 to 1; null
    from one that does not tell."""
    cameras: Annotated[tuple[CameraHeartbeat, ...], Field(max_length=1024)]
    configured: Annotated[tuple[Identifier, ...], Field(max_length=1024)]
    """Every camera of its configuration, also one that says nothing now; what is not in it any more
    is retired."""
    rules: Annotated[tuple[RuleReadiness, ...], Field(max_length=128)] = ()
    """Every rule it knows, whether a camera of it has it or not; empty from one that cannot say."""
    configuration: ConfigurationFacts | None = None
    """What it runs; null from one that takes its file alone."""


class PictureApproval(WireModel):
    """A person said that a camera's picture is right as it is: make it the reference.

    ``approved_at`` names the approval, to the millisecond; a worker that has carried it out says so
    in ``PictureFacts.approved_at`` and is not told again.
    """

    camera_id: Identifier
    approved_at: UtcTime


class HeartbeatOrders(WireModel):
    """What a worker is to do; the answer to a heartbeat when there is anything."""

    approved_pictures: Annotated[tuple[PictureApproval, ...], Field(max_length=1024)] = ()
    configuration: ConfigurationOrder | None = None
    """Given to a worker that says what it runs, and to no other."""


class MissingReason(StrEnum):
    """Why seconds were not analysed."""

    OFFLINE = "offline"
    STALLED = "stalled"
    OVERLOADED = "overloaded"
    DISABLED = "disabled"
    OUT_OF_SCHEDULE = "out_of_schedule"


class MissingTime(WireModel):
    """Seconds of an interval that were not looked at, and why."""

    reason: MissingReason
    seconds: Annotated[float, Field(gt=0.0)]


class AnalysedTime(WireModel):
    """Seconds of one interval during which one camera's picture was really looked at for one rule.

    Identity: ``school_id``, ``camera_id``, ``rule_id``, ``from_at``. "No alert" and "not watching"
    never look alike.
    """

    school_id: Identifier = DEFAULT_SCHOOL_ID
    camera_id: Identifier
    rule: Identifier
    rule_id: Identifier
    from_at: UtcTime
    to_at: UtcTime
    analysed_s: Annotated[float, Field(ge=0.0)]
    missing: Annotated[tuple[MissingTime, ...], Field(max_length=8)] = ()

    @model_validator(mode="after")
    def _fits_its_interval(self) -> AnalysedTime:
        length_s = (self.to_at - self.from_at).total_seconds()
        if length_s <= 0:
            raise ValueError("to_at must be later than from_at")
        told_s = self.analysed_s + sum(m.seconds for m in self.missing)
        if told_s > length_s + 1.0:
            raise ValueError(f"{told_s:.1f} s told of an interval of {length_s:.1f} s")
        return self
