"""What the console reads about cameras."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, Field

from api.contract import ClockDoubt, MissingReason, StreamFacts, WithheldAlerts
from api.kit.moments import Moment
from api.kit.row_number import RowNumber
from api.organisations.schemas import SchoolName

CameraKey = Annotated[RowNumber, Path(description="A camera's number, its `id`.")]


class CameraViewState(StrEnum):
    """A camera's state as the console shows it.

    The worker's own word, unless the worker is silent (``worker_lost``) or never spoke of the
    camera or stopped speaking of it (``unknown``).
    """

    CONNECTING = "connecting"
    WATCHING = "watching"
    NOT_WATCHING = "not_watching"
    DISABLED = "disabled"
    WORKER_LOST = "worker_lost"
    UNKNOWN = "unknown"


class MissingSeconds(BaseModel):
    """Seconds not analysed for one reason."""

    reason: MissingReason
    seconds: float


class RuleAnalysis(BaseModel):
    """How long one rule really looked at the camera's picture in the window."""

    rule: str
    rule_id: str
    analysed_s: float
    missing: list[MissingSeconds]


class AnalysedMinute(BaseModel):
    """One reported interval of one rule, a minute or less."""

    rule: str
    rule_id: str
    from_at: Moment
    to_at: Moment
    analysed_s: float
    missing: dict[MissingReason, float]


class PictureFaultView(BaseModel):
    """Something wrong with the picture itself that goes on now."""

    fault: str = Field(examples=["occlusion"], description="Also the rule of its alert.")
    since: Moment


class PictureView(BaseModel):
    """What the examination of the camera's picture says now."""

    faults: list[PictureFaultView]
    reference_at: Moment | None = Field(
        description="When the reference picture was made; null while there is none."
    )
    approved_by: str | None = Field(
        description="Who called this reference's picture right; null if it was learned."
    )
    is_pending: bool = Field(
        description="Somebody called the picture right, and the box has yet to learn it."
    )


class ClockView(BaseModel):
    """The camera's own clock against its box's, by the reports of its stream."""

    offset_s: float | None = Field(
        description="Camera minus box: positive when the camera is fast; null while unknown."
    )
    drift_s_per_day: float | None = Field(
        description="By how much that grows in a day; null before an hour was measured."
    )
    measured_at: Moment | None = Field(description="When the newest report came.")
    doubt: ClockDoubt | None = Field(description="Why the offset is unknown.")


class CameraView(BaseModel):
    """One camera: its registration, its state now, and how well it was watched."""

    id: int = Field(description="What the console names it by; others call it `camera_key`.")
    school: SchoolName
    camera_id: str = Field(examples=["gate-north"], description="Its id in its school.")
    name: str = Field(examples=["北门"], description="The id while it is not registered yet.")
    location: str
    source: str = Field(examples=["rtsp://***@10.0.0.8:554/…"])
    rules: list[str]
    config_sha256: str | None
    registered: bool = Field(description="False while only alerts or heartbeats named it.")
    box_id: int | None = Field(description="Who reports it now; null while nobody does.")
    worker_id: str | None
    retired_at: Moment | None = Field(
        description="Since when its box's configuration has it no more; it is in no list then."
    )
    state: CameraViewState
    reason: str = Field(description="Code; empty while watching.", examples=["auth_failed"])
    detail: str = Field(description="One line for an engineer, in English.")
    since: Moment | None = Field(description="Since when it is in this state.")
    last_frame_at: Moment | None
    last_analysed_at: Moment | None
    stream: StreamFacts | None
    analysis_fps: float | None = Field(
        description="Pictures a second that are looked at now at most; lowered under overload."
    )
    analysis_fps_configured: float | None
    picture: PictureView | None = Field(
        description="Null when the picture is not examined, or nobody knows how it is now."
    )
    clock: ClockView | None = Field(
        description="Null from a box that does not tell, or while nobody knows how it is now."
    )
    withheld: list[WithheldAlerts] = Field(
        description="What did not become alerts of their own, by rule, since its box started."
    )
    footage_alarms: list[str] = Field(
        description="What is wrong with its recording, by the last report on its footage.",
        examples=[["disk_full"]],
    )
    analysed_window_s: float = Field(description="Length of the window below, in seconds.")
    analysed_s: float = Field(
        description="Seconds analysed in the window, of the rule that looked longest."
    )
    missing: list[MissingSeconds] = Field(description="Of that same rule, largest first.")
    analysed_by_rule: list[RuleAnalysis]


class CameraList(BaseModel):
    """All cameras in use, by school and id."""

    items: list[CameraView]
    as_of: Moment
