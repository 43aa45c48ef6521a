"""All tables, in one place because rooms join them; each room alone writes its own.

Portable types only: the same models run on SQLite and PostgreSQL.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    JSON,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column

from api.db.base import Base, RowId


class WorkerToken(Base):
    """A worker's right to send; only the hash of the token is kept."""

    __tablename__ = "worker_tokens"

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Worker(Base):
    """A worker as its last heartbeat told; ``lost_at`` is set while its silence is announced."""

    __tablename__ = "workers"

    worker_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    version: Mapped[str] = mapped_column(String(32))
    contract_version: Mapped[int]
    started_at: Mapped[datetime]
    sent_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    lost_at: Mapped[datetime | None]
    outbox_pending: Mapped[int]
    outbox_bytes: Mapped[int]
    outbox_refused: Mapped[int] = mapped_column(default=0)
    disk_free_bytes: Mapped[int]
    rules: Mapped[list[dict[str, object]] | None] = mapped_column(JSON())
    """``RuleReadiness`` as JSON; null or empty from a worker that does not tell."""


class Camera(Base):
    """A camera; a placeholder (``registered_at`` null) until its registration arrives."""

    __tablename__ = "cameras"

    camera_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(128))
    location: Mapped[str] = mapped_column(String(128), default="")
    source: Mapped[str] = mapped_column(String(256), default="")
    school_id: Mapped[str | None] = mapped_column(String(64), index=True)
    school_name: Mapped[str | None] = mapped_column(String(128))
    """Both null while its box does not tell which school it stands in."""
    rules: Mapped[list[str]] = mapped_column(default=list)
    config_sha256: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]
    registered_at: Mapped[datetime | None]
    worker_id: Mapped[str | None] = mapped_column(String(64), index=True)
    reported_at: Mapped[datetime | None]
    state: Mapped[str | None] = mapped_column(String(32))
    reason: Mapped[str] = mapped_column(String(32), default="")
    detail: Mapped[str] = mapped_column(String(512), default="")
    since: Mapped[datetime | None]
    last_frame_at: Mapped[datetime | None]
    last_analysed_at: Mapped[datetime | None]
    stream: Mapped[dict[str, float | int | str] | None]
    frames_analysed: Mapped[int] = mapped_column(default=0)
    frames_dropped: Mapped[int] = mapped_column(default=0)
    reconnects: Mapped[int] = mapped_column(default=0)
    analysis_fps: Mapped[float | None]
    analysis_fps_configured: Mapped[float | None]
    picture: Mapped[dict[str, object] | None] = mapped_column(JSON())
    """``PictureFacts`` as JSON; null when the picture is not examined."""
    picture_approved_at: Mapped[datetime | None]
    picture_approved_by: Mapped[str | None] = mapped_column(String(64))
    withheld: Mapped[list[dict[str, object]] | None] = mapped_column(JSON())
    """``WithheldAlerts`` as JSON, by rule, since its worker started."""


class Alert(Base):
    """An episode at its highest revision, and what people judged about it."""

    __tablename__ = "alerts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    revision: Mapped[int]
    camera_id: Mapped[str] = mapped_column(ForeignKey("cameras.camera_id"), index=True)
    rule: Mapped[str] = mapped_column(String(64))
    rule_id: Mapped[str] = mapped_column(String(64))
    zone: Mapped[str] = mapped_column(String(64))
    risk: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    started_at: Mapped[datetime]
    raised_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    score: Mapped[float]
    classes: Mapped[list[str]]
    track_count: Mapped[int]
    box_norm_xyxy: Mapped[list[float]]
    zone_norm: Mapped[list[list[float]]]
    facts: Mapped[dict[str, float | str]]
    model_id: Mapped[str] = mapped_column(String(64))
    model_sha256: Mapped[str] = mapped_column(String(64))
    config_sha256: Mapped[str] = mapped_column(String(64))
    received_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(String(32))
    reason: Mapped[str | None] = mapped_column(String(32))
    note: Mapped[str] = mapped_column(Text, default="")
    reviewed_by: Mapped[str | None] = mapped_column(String(64))
    reviewed_at: Mapped[datetime | None]
    held_at: Mapped[datetime | None]
    held_by: Mapped[str | None] = mapped_column(String(64))
    """Both null unless somebody wants everything about it kept."""
    evidence_deleted_at: Mapped[datetime | None]
    later: Mapped[dict[str, object] | None] = mapped_column(JSON())
    """The newest ``AlertEpisode`` since the judgement that differs from what was judged."""
    queued_at: Mapped[datetime]
    """``raised_at``; ``received_at`` of what is dated far ahead of it: no clock of a box puts an
    alert on top of the queue for years."""

    __table_args__ = (
        Index(
            "ix_alerts_evidence_deleted_at_status_received_at",
            "evidence_deleted_at",
            "status",
            "received_at",
        ),
        Index("ix_alerts_received_at", "received_at"),
        Index("ix_alerts_queued_at_id", "queued_at", "id"),
        Index("ix_alerts_status_queued_at_id", "status", "queued_at", "id"),
    )


class AlertEvidence(Base):
    """All evidence any revision of an alert named; the bytes may still be on their way."""

    __tablename__ = "alert_evidence"

    alert_id: Mapped[UUID] = mapped_column(
        ForeignKey("alerts.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    media_type: Mapped[str] = mapped_column(String(32))
    size_bytes: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    starts_at: Mapped[datetime]
    duration_s: Mapped[float]
    revision: Mapped[int]
    """Of the episode that named it first as what it is."""
    standing: Mapped[str] = mapped_column(String(16))
    """See :class:`api.alerts.schemas.EvidenceStanding`."""


class AlertHistory(Base):
    """Who did what to an alert, when and why; only ever appended to."""

    __tablename__ = "alert_history"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    alert_id: Mapped[UUID] = mapped_column(ForeignKey("alerts.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    action: Mapped[str] = mapped_column(String(32))
    by: Mapped[str | None] = mapped_column(String(64))
    reason: Mapped[str | None] = mapped_column(String(32))
    note: Mapped[str] = mapped_column(Text, default="")


class EvidenceFile(Base):
    """A file that arrived, named by its content; its row outlives it."""

    __tablename__ = "evidence_files"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(32))
    size_bytes: Mapped[int]
    received_at: Mapped[datetime] = mapped_column(index=True)
    deleted_at: Mapped[datetime | None]


class EvidenceGrant(Base):
    """A person's short-lived right to fetch one original; only the token's hash is kept."""

    __tablename__ = "evidence_grants"

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    evidence_sha256: Mapped[str] = mapped_column(String(64))
    username: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[datetime] = mapped_column(index=True)


class AnalysedInterval(Base):
    """Seconds of one interval really looked at for one rule."""

    __tablename__ = "analysed_intervals"

    camera_id: Mapped[str] = mapped_column(ForeignKey("cameras.camera_id"), primary_key=True)
    rule_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    from_at: Mapped[datetime] = mapped_column(primary_key=True)
    to_at: Mapped[datetime]
    rule: Mapped[str] = mapped_column(String(64))
    analysed_s: Mapped[float]

    __table_args__ = (Index("ix_analysed_intervals_from_at", "from_at"),)


class MissingInterval(Base):
    """Seconds of an interval that were not looked at, by reason."""

    __tablename__ = "missing_intervals"

    camera_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    rule_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    from_at: Mapped[datetime] = mapped_column(primary_key=True)
    reason: Mapped[str] = mapped_column(String(32), primary_key=True)
    seconds: Mapped[float]

    __table_args__ = (
        ForeignKeyConstraint(
            ["camera_id", "rule_id", "from_at"],
            [
                "analysed_intervals.camera_id",
                "analysed_intervals.rule_id",
                "analysed_intervals.from_at",
            ],
            ondelete="CASCADE",
        ),
        Index("ix_missing_intervals_from_at", "from_at"),
    )


class AnalysedHour(Base):
    """Sum of the intervals of one hour: analysed (``reason`` empty), or missed for a reason."""

    __tablename__ = "analysed_hours"

    camera_id: Mapped[str] = mapped_column(ForeignKey("cameras.camera_id"), primary_key=True)
    rule_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    hour_at: Mapped[datetime] = mapped_column(primary_key=True)
    reason: Mapped[str] = mapped_column(String(32), primary_key=True)
    rule: Mapped[str] = mapped_column(String(64))
    seconds: Mapped[float]

    __table_args__ = (Index("ix_analysed_hours_hour_at", "hour_at"),)


class RetentionReport(Base):
    """What a worker can prove about one camera's footage, as it last said."""

    __tablename__ = "retention_reports"

    camera_id: Mapped[str] = mapped_column(ForeignKey("cameras.camera_id"), primary_key=True)
    as_of: Mapped[datetime]
    received_at: Mapped[datetime]
    verdict: Mapped[str] = mapped_column(Text)
    """The message as JSON, without what stands in ``footage``."""
    footage: Mapped[str] = mapped_column(Text, deferred=True)
    """Spans and days as JSON; long, and read for one camera at a time."""
    alarms: Mapped[list[str] | None]
    """Codes of what is wrong now; null in a report from before this column."""


class RetentionVerdict(Base):
    """The last verdict of one calendar day, in the school's time zone."""

    __tablename__ = "retention_verdicts"

    camera_id: Mapped[str] = mapped_column(ForeignKey("cameras.camera_id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    as_of: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16))
    required_days: Mapped[int]
    proven_days: Mapped[float]
    completeness: Mapped[float]
    gap_count: Mapped[int]


class User(Base):
    """A person who may sign in."""

    __tablename__ = "users"

    username: Mapped[str] = mapped_column(String(64), primary_key=True)
    password_hash: Mapped[str] = mapped_column(String(256))
    role: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime]
    last_sign_in_at: Mapped[datetime | None]


class SignInSession(Base):
    """A signed-in browser; only the hash of its cookie is kept."""

    __tablename__ = "sessions"

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    username: Mapped[str] = mapped_column(
        ForeignKey("users.username", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class AccessLogEntry(Base):
    """Sign-ins, openings of originals and live viewings; appended to, and deleted when old."""

    __tablename__ = "access_log"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(index=True)
    action: Mapped[str] = mapped_column(String(32))
    username: Mapped[str] = mapped_column(String(64))
    client: Mapped[str] = mapped_column(String(64), default="")
    alert_id: Mapped[UUID | None] = mapped_column(index=True)
    reason: Mapped[str | None] = mapped_column(String(32))
    subject: Mapped[str | None] = mapped_column(String(64))
    camera_id: Mapped[str | None] = mapped_column(String(64))
    from_at: Mapped[datetime | None]
    to_at: Mapped[datetime | None]


class StoredEvent(Base):
    """A live event, kept for a while so that a console can resume where it was cut off."""

    __tablename__ = "events"
    # AUTOINCREMENT: an id is never used twice, even after old rows were deleted.
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 -- SQLAlchemy's convention

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(32))
    data: Mapped[str] = mapped_column(Text)
