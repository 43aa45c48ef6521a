"""Tables of cameras, of who watches them, and of how long each was watched and is kept."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.db.base import Base, OfBox, OfCamera, OfSchool, RowId


class Worker(OfBox, Base):
    """A worker as its last heartbeat told; ``lost_at`` is set while its silence is announced."""

    __tablename__ = "workers"

    box_id: Mapped[int] = mapped_column(ForeignKey("boxes.id"), primary_key=True)
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
    disk_total_bytes: Mapped[int | None]
    cpu_busy: Mapped[float | None]
    """Share of time, 0 to 1; both null of a worker that does not tell."""
    rules: Mapped[list[dict[str, object]] | None] = mapped_column(JSON())
    """``RuleReadiness`` as JSON; null or empty from a worker that does not tell."""


class Camera(OfSchool, Base):
    """A camera; a placeholder (``registered_at`` null) until its registration arrives.

    ``id`` is what the database and the console name it by; on the wire and for people it is the
    camera ``camera_id`` of the school ``school_id``.
    """

    __tablename__ = "cameras"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    school_id: Mapped[str] = mapped_column(ForeignKey("schools.school_id"))
    camera_id: Mapped[str] = mapped_column(String(64))
    box_id: Mapped[int | None] = mapped_column(ForeignKey("boxes.id"))
    """Who reports it now; null while nobody claimed it."""
    retired_at: Mapped[datetime | None]
    """Since when its box's configuration has it no more."""
    name: Mapped[str] = mapped_column(String(128))
    location: Mapped[str] = mapped_column(String(128), default="")
    source: Mapped[str] = mapped_column(String(256), default="")
    rules: Mapped[list[str]] = mapped_column(default=list)
    config_sha256: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]
    registered_at: Mapped[datetime | None]
    worker_id: Mapped[str | None] = mapped_column(String(64))
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
    clock: Mapped[dict[str, object] | None] = mapped_column(JSON())
    """``CameraClock`` as JSON; null from a box that does not tell."""
    picture_approved_at: Mapped[datetime | None]
    picture_approved_by: Mapped[str | None] = mapped_column(String(64))
    withheld: Mapped[list[dict[str, object]] | None] = mapped_column(JSON())
    """``WithheldAlerts`` as JSON, by rule, since its worker started."""

    __table_args__ = (
        UniqueConstraint("school_id", "camera_id", name="uq_cameras_school_id"),
        Index("ix_cameras_box_id_worker_id", "box_id", "worker_id"),
    )


class CameraHold(OfCamera, Base):
    """Until when a box reported a camera that another one reports now.

    What it has to tell of the time before arrives late, and is taken all the same.
    """

    __tablename__ = "camera_holds"

    camera_key: Mapped[int] = mapped_column(ForeignKey("cameras.id"), primary_key=True)
    box_id: Mapped[int] = mapped_column(ForeignKey("boxes.id"), primary_key=True)
    until_at: Mapped[datetime]


class CameraRecord(OfCamera, Base):
    """What the register 一机一档 says about a camera beyond what its box tells."""

    __tablename__ = "camera_records"

    camera_key: Mapped[int] = mapped_column(ForeignKey("cameras.id"), primary_key=True)
    place_id: Mapped[int | None] = mapped_column(ForeignKey("places.id"), index=True)
    code: Mapped[str | None] = mapped_column(String(64), unique=True)
    """The device's number, as the 20 digits of GB/T 28181."""
    vendor: Mapped[str] = mapped_column(String(64), default="")
    model: Mapped[str] = mapped_column(String(64), default="")
    district: Mapped[str] = mapped_column(String(64), default="")
    address: Mapped[str] = mapped_column(String(256), default="")
    longitude: Mapped[float | None]
    latitude: Mapped[float | None]
    position: Mapped[str] = mapped_column(String(128), default="")
    network: Mapped[str] = mapped_column(String(64), default="")
    police_station: Mapped[str] = mapped_column(String(128), default="")
    installed_on: Mapped[date | None]
    manager: Mapped[str] = mapped_column(String(64), default="")
    manager_phone: Mapped[str] = mapped_column(String(32), default="")
    updated_at: Mapped[datetime]
    updated_by: Mapped[str] = mapped_column(String(64))


class AnalysedInterval(OfCamera, Base):
    """Seconds of one interval really looked at for one rule."""

    __tablename__ = "analysed_intervals"

    camera_key: Mapped[int] = mapped_column(ForeignKey("cameras.id"), primary_key=True)
    rule_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    from_at: Mapped[datetime] = mapped_column(primary_key=True)
    to_at: Mapped[datetime]
    rule: Mapped[str] = mapped_column(String(64))
    analysed_s: Mapped[float]

    __table_args__ = (Index("ix_analysed_intervals_from_at", "from_at"),)


class MissingInterval(OfCamera, Base):
    """Seconds of an interval that were not looked at, by reason."""

    __tablename__ = "missing_intervals"

    camera_key: Mapped[int] = mapped_column(RowId, primary_key=True)
    rule_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    from_at: Mapped[datetime] = mapped_column(primary_key=True)
    reason: Mapped[str] = mapped_column(String(32), primary_key=True)
    seconds: Mapped[float]

    __table_args__ = (
        ForeignKeyConstraint(
            ["camera_key", "rule_id", "from_at"],
            [
                "analysed_intervals.camera_key",
                "analysed_intervals.rule_id",
                "analysed_intervals.from_at",
            ],
            ondelete="CASCADE",
        ),
        Index("ix_missing_intervals_from_at", "from_at"),
    )


class AnalysedHour(OfCamera, Base):
    """Sum of the intervals of one hour: analysed (``reason`` empty), or missed for a reason."""

    __tablename__ = "analysed_hours"

    camera_key: Mapped[int] = mapped_column(ForeignKey("cameras.id"), primary_key=True)
    rule_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    hour_at: Mapped[datetime] = mapped_column(primary_key=True)
    reason: Mapped[str] = mapped_column(String(32), primary_key=True)
    rule: Mapped[str] = mapped_column(String(64))
    seconds: Mapped[float]

    __table_args__ = (
        Index("ix_analysed_hours_hour_at", "hour_at"),
        Index("ix_analysed_hours_camera_key_hour_at", "camera_key", "hour_at"),
    )


class AnalysedQuarter(OfCamera, Base):
    """Sum of the hours of a quarter of a day: fewer rows where all cameras are added up."""

    __tablename__ = "analysed_quarters"

    camera_key: Mapped[int] = mapped_column(ForeignKey("cameras.id"), primary_key=True)
    rule_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    hour_at: Mapped[datetime] = mapped_column(primary_key=True)
    """Its first one: 0, 6, 12 or 18, UTC."""
    reason: Mapped[str] = mapped_column(String(32), primary_key=True)
    rule: Mapped[str] = mapped_column(String(64))
    seconds: Mapped[float]

    __table_args__ = (Index("ix_analysed_quarters_hour_at", "hour_at"),)


class RetentionReport(OfCamera, Base):
    """What a worker can prove about one camera's footage, as it last said."""

    __tablename__ = "retention_reports"

    camera_key: Mapped[int] = mapped_column(ForeignKey("cameras.id"), primary_key=True)
    as_of: Mapped[datetime]
    received_at: Mapped[datetime]
    verdict: Mapped[str] = mapped_column(Text)
    """The message as JSON, without what stands in ``footage``."""
    footage: Mapped[str] = mapped_column(Text, deferred=True)
    """Spans and days as JSON; long, and read for one camera at a time."""
    alarms: Mapped[list[str] | None]
    """Codes of what is wrong now; null in a report from before this column."""
    recovered_s: Mapped[float] = mapped_column(server_default="0")
    """Seconds of footage that was fetched from elsewhere after an outage."""


class RetentionVerdict(OfCamera, Base):
    """The last verdict of one calendar day, in the school's time zone."""

    __tablename__ = "retention_verdicts"

    camera_key: Mapped[int] = mapped_column(ForeignKey("cameras.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    as_of: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16))
    required_days: Mapped[int]
    proven_days: Mapped[float]
    completeness: Mapped[float]
    gap_count: Mapped[int]
