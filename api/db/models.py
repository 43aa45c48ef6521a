"""Tables of alerts and their evidence, of people, and of live events.

Portable types only: the same models run on SQLite and PostgreSQL. Tables stand in this folder
because rooms join them; each room alone writes its own.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.db.base import Base, OfAlert, OfPlace, OfSchool, RowId

_OF_MODEL = ("rule", "model_id", "model_sha256")
_JUDGED = ("camera_key", "status", "reason")
_READ_TOO = ("queued_at", "hundredth", "risk", "rule_id", "school_id")
_SCORED = ("status", "hundredth", "queued_at")


class Alert(OfSchool, Base):
    """An episode at its highest revision, and what people judged about it."""

    __tablename__ = "alerts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    revision: Mapped[int]
    school_id: Mapped[str] = mapped_column(ForeignKey("schools.school_id"))
    """That of its camera; a camera never changes its school."""
    camera_key: Mapped[int] = mapped_column(ForeignKey("cameras.id"))
    box_id: Mapped[int | None] = mapped_column(ForeignKey("boxes.id"))
    """Who raised it; null of what an unknown one raised before boxes were told apart."""
    rule: Mapped[str] = mapped_column(String(64))
    rule_id: Mapped[str] = mapped_column(String(64))
    zone: Mapped[str] = mapped_column(String(64))
    risk: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    started_at: Mapped[datetime]
    raised_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    score: Mapped[float]
    hundredth: Mapped[int] = mapped_column(server_default="0")
    """Of the score, down: thresholds are counted by it, and an index is in its order."""
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
    version: Mapped[int] = mapped_column(default=0)
    """Counts decisions; what ``ETag`` says."""
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
        Index("ix_alerts_camera_key_rule_id_zone", "camera_key", "rule_id", "zone", "started_at"),
        Index("ix_alerts_camera_key_queued_at", "camera_key", "queued_at"),
        Index("ix_alerts_received_at", "received_at"),
        Index("ix_alerts_queued_at_id", "queued_at", "id"),
        # All that is counted of judgements, in the order of its groups; then of scores.
        Index("ix_alerts_precision", *_OF_MODEL, *_JUDGED, *_READ_TOO),
        Index("ix_alerts_hundredths", *_OF_MODEL, *_SCORED, "camera_key", "school_id"),
        Index("ix_alerts_school_id_queued_at_id", "school_id", "queued_at", "id"),
        Index("ix_alerts_school_id_status_queued_at_id", "school_id", "status", "queued_at", "id"),
        Index("ix_alerts_status_queued_at_id", "status", "queued_at", "id"),
        Index("ix_alerts_status_risk_queued_at_id", "status", "risk", "queued_at", "id"),
        Index(
            "ix_alerts_school_id_status_risk_queued_at_id",
            "school_id",
            "status",
            "risk",
            "queued_at",
            "id",
        ),
    )


class JoinedEpisode(OfAlert, Base):
    """One of several reported episodes that are one alert, as its box last told it.

    Without a row an alert is one episode, of the same id.
    """

    __tablename__ = "joined_episodes"

    episode_id: Mapped[UUID] = mapped_column(primary_key=True)
    alert_id: Mapped[UUID] = mapped_column(ForeignKey("alerts.id", ondelete="CASCADE"), index=True)
    box_id: Mapped[int | None] = mapped_column(ForeignKey("boxes.id"))
    position: Mapped[int] = mapped_column(Integer)
    """0 for the alert's own; in the order of arrival."""
    revision: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    """``AlertEpisode`` as JSON."""


class AlertEvidence(OfSchool, Base):
    """All evidence any revision of an alert named; the bytes may still be on their way."""

    __tablename__ = "alert_evidence"

    alert_id: Mapped[UUID] = mapped_column(
        ForeignKey("alerts.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    school_id: Mapped[str] = mapped_column(ForeignKey("schools.school_id"))
    kind: Mapped[str] = mapped_column(String(32))
    sha256: Mapped[str] = mapped_column(String(64))
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

    __table_args__ = (Index("ix_alert_evidence_sha256_school_id", "sha256", "school_id"),)


class AlertHistory(OfAlert, Base):
    """Who did what to an alert, when and why; only ever appended to."""

    __tablename__ = "alert_history"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    alert_id: Mapped[UUID] = mapped_column(ForeignKey("alerts.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    action: Mapped[str] = mapped_column(String(32))
    by: Mapped[str | None] = mapped_column(String(64))
    reason: Mapped[str | None] = mapped_column(String(32))
    note: Mapped[str] = mapped_column(Text, default="")


class EvidenceFile(OfSchool, Base):
    """A file that a school's box brought, named by its content; its row outlives it.

    Two schools may bring the same bytes: each has a row, the bytes are kept once.
    """

    __tablename__ = "evidence_files"

    school_id: Mapped[str] = mapped_column(ForeignKey("schools.school_id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True, index=True)
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


class User(OfSchool, Base):
    """A person who may sign in."""

    __tablename__ = "users"

    username: Mapped[str] = mapped_column(String(64), primary_key=True)
    password_hash: Mapped[str | None] = mapped_column(String(256))
    """Null of those whom a provider vouches for."""
    password_must_change: Mapped[bool] = mapped_column(default=False)
    """Whether somebody else knows it: they choose another before anything else is answered."""
    role: Mapped[str] = mapped_column(String(32))
    school_id: Mapped[str | None] = mapped_column(ForeignKey("schools.school_id"))
    """For which school the role is given; null for the whole district."""
    ends_at: Mapped[datetime | None]
    """From then on they may sign in no more; null for as long as they are there."""
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    last_sign_in_at: Mapped[datetime | None]
    mail: Mapped[str | None] = mapped_column(String(254))
    """Where they want to be written to; known to themselves and to whoever manages them."""


class UserPlace(OfPlace, Base):
    """A place that a person's role is given for; without any, all that the role is about."""

    __tablename__ = "user_places"

    username: Mapped[str] = mapped_column(
        ForeignKey("users.username", ondelete="CASCADE"), primary_key=True
    )
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"), primary_key=True, index=True)
    """No place is deleted under somebody: whose last one went would see all of them."""


class Identity(Base):
    """Whom a provider of OpenID Connect vouches for, and who that is here."""

    __tablename__ = "identities"

    issuer: Mapped[str] = mapped_column(String(256), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    username: Mapped[str] = mapped_column(
        ForeignKey("users.username", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[datetime]


class SignInSession(Base):
    """A signed-in browser; only the hash of its cookie is kept."""

    __tablename__ = "sessions"

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    username: Mapped[str] = mapped_column(
        ForeignKey("users.username", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime]
    """Within some minutes."""
    client: Mapped[str] = mapped_column(String(64), default="")
    """Address of that use."""
    user_agent: Mapped[str] = mapped_column(String(256), default="")
    """What the browser called itself when it signed in."""


class PushSubscription(Base):
    """A browser that is told, for as long as somebody is signed in there."""

    __tablename__ = "push_subscriptions"

    endpoint_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    """A browser has one address, whoever signs in there."""
    token_sha256: Mapped[str] = mapped_column(
        ForeignKey("sessions.token_sha256", ondelete="CASCADE"), index=True
    )
    """The session in which it was named: signing out, being disabled and its end in time end it."""
    endpoint: Mapped[str] = mapped_column(Text)
    """Sealed: whoever knows it may try to wake the browser."""
    created_at: Mapped[datetime]


class AccessLogEntry(OfSchool, Base):
    """Who saw, exported, decided or changed what; appended to, and the oldest deleted when old.

    ``id`` counts without holes, and ``hash`` binds each entry to the one before; both come from
    ``api/audit/chain``.
    """

    __tablename__ = "access_log"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False)
    hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(index=True)
    action: Mapped[str] = mapped_column(String(32))
    username: Mapped[str] = mapped_column(String(64))
    client: Mapped[str] = mapped_column(String(64), default="")
    alert_id: Mapped[UUID | None] = mapped_column(index=True)
    reason: Mapped[str | None] = mapped_column(String(32))
    subject: Mapped[str | None] = mapped_column(String(64))
    school_id: Mapped[str | None] = mapped_column(String(64))
    """Whose camera, alert or box it concerned; null of what concerns no school."""
    camera_id: Mapped[str | None] = mapped_column(String(64))
    from_at: Mapped[datetime | None]
    to_at: Mapped[datetime | None]
    changes: Mapped[list[dict[str, str | None]] | None] = mapped_column(JSON(none_as_null=True))
    """``Change`` as JSON: what was changed, from what to what."""

    __table_args__ = (Index("ix_access_log_school_id_id", "school_id", "id"),)


class AccessLogHead(Base):
    """One row: where the chain of the access log begins and ends, under a key no database holds."""

    __tablename__ = "access_log_head"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False)
    count: Mapped[int]
    """Id of the newest entry; 0 before the first."""
    hash: Mapped[str] = mapped_column(String(64))
    """Hash of the newest entry."""
    deleted_count: Mapped[int]
    """Id of the newest entry that was deleted because its time was up."""
    deleted_hash: Mapped[str] = mapped_column(String(64))
    """Its hash, to which the oldest one kept is bound."""
    mac: Mapped[str] = mapped_column(String(64))


class AccessLogCheck(Base):
    """One row: what was found when the chain was followed last, under the same key."""

    __tablename__ = "access_log_check"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    count: Mapped[int]
    """Id of the newest entry then."""
    hash: Mapped[str] = mapped_column(String(64))
    """Its hash."""
    fault: Mapped[str | None] = mapped_column(String(16))
    """``Fault``; null when all was as written."""
    number: Mapped[int | None]
    """The first entry concerned."""
    mac: Mapped[str] = mapped_column(String(64))


class StoredEvent(Base):
    """A live event, kept for a while so that a console can resume where it was cut off."""

    __tablename__ = "events"
    # AUTOINCREMENT: an id is never used twice, even after old rows were deleted.
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 -- SQLAlchemy's convention

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(index=True)
    school_id: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(32))
    data: Mapped[str] = mapped_column(Text)
