"""What is asked of alerts by people: judgements, notes, originals."""

from __future__ import annotations

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.alerts.schemas import (
    AlertStatus,
    FalsePositiveReason,
    Note,
    OriginalReason,
    WrittenNote,
)
from api.kit.moments import Moment

MAX_TOGETHER = 200
"""Alerts judged by one call."""


class ConfirmRequest(BaseModel):
    """A judgement that the alert is true."""

    model_config = ConfigDict(extra="forbid")

    note: Note = ""


class FalsePositiveRequest(BaseModel):
    """A judgement that the alert is false, and why."""

    model_config = ConfigDict(extra="forbid")

    reason: FalsePositiveReason
    note: Note = ""


class _Judgement(BaseModel):
    """True, or false for one of the reasons."""

    model_config = ConfigDict(extra="forbid")

    status: Literal[AlertStatus.CONFIRMED, AlertStatus.FALSE_POSITIVE]
    reason: FalsePositiveReason | None = Field(
        default=None, description="Why it is false; only of what is false."
    )

    @model_validator(mode="after")
    def _has_its_reason(self) -> Self:
        if (self.reason is not None) != (self.status is AlertStatus.FALSE_POSITIVE):
            raise ValueError("reason: what is false has one, what is confirmed has none")
        return self


class ReviseRequest(_Judgement):
    """Another judgement than before, and why."""

    note: WrittenNote = Field(description="Why it is judged otherwise now.")


class BulkRequest(_Judgement):
    """One judgement on many alerts, and why it is right for all of them."""

    alert_ids: Annotated[list[UUID], Field(min_length=1, max_length=MAX_TOGETHER)]
    note: WrittenNote = Field(description="Why they may be judged together.")


class DecidedBefore(BaseModel):
    """An alert that somebody judged before; it stays as it is."""

    id: UUID
    status: AlertStatus
    by: str | None
    at: Moment | None


class BulkResult(BaseModel):
    """What became of each of the alerts."""

    judged: list[UUID]
    decided_before: list[DecidedBefore]
    digests: list[UUID] = Field(description="Not judged: a digest is opened, each by itself.")


class NoteRequest(BaseModel):
    """What a person has to say about the alert beside any judgement."""

    model_config = ConfigDict(extra="forbid")

    note: WrittenNote


class OriginalRequest(BaseModel):
    """Why the unblurred snapshot is needed."""

    model_config = ConfigDict(extra="forbid")

    reason: OriginalReason


class OriginalGrant(BaseModel):
    """A short-lived address of the unblurred snapshot."""

    url: str
    expires_at: Moment
