"""Makes a database as the release before there were schools left it: the schema of 0011, filled.

It is written with that schema's own tables, read from the database, never with today's models.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import command
from sqlalchemy.engine import Connection, Engine

from api.db.migrate import alembic_config, sync_engine

REVISION = "0011_footage_alarms"
T0 = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
_BATCH = 2000
_RULES = ("north-wall", "lawn", "kitchen")


def alert_id(number: int) -> uuid.UUID:
    """The id of the n-th alert."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"v1-{number}")


def _like_the_others(_: int) -> Mapping[str, Any]:
    return {}


def make(
    url: str,
    alerts: int,
    cameras: Sequence[tuple[str, str | None, str | None]],
    *,
    differing: Callable[[int], Mapping[str, Any]] = _like_the_others,
    logged: int = 100,
    at: datetime = T0,
) -> None:
    """Fill an empty database.

    Args:
        url: SQLAlchemy URL, as of the settings.
        alerts: How many; each has two pieces of evidence and two lines of history.
        cameras: Id, school and its name, each maybe None.
        differing: Columns of the n-th alert that differ from the others'.
        logged: Entries of the access log.
        at: When it is left; a full hour.
    """
    engine = sync_engine(url)
    config = alembic_config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, REVISION)
        tables = sa.MetaData()
        tables.reflect(connection)
        _cameras(connection, tables, cameras, at)
        ids = [camera_id for camera_id, _, _ in cameras]
        _alerts(connection, tables, alerts, ids, differing, at)
        _people(connection, tables, ids, logged, at)
    engine.dispose()


def counts(engine: Engine) -> dict[str, int]:
    """Rows of each table."""
    with engine.connect() as connection:
        return {
            name: connection.scalar(sa.text(f"SELECT count(*) FROM {name}")) or 0
            for name in sa.inspect(engine).get_table_names()
        }


def _stored(value: object, connection: Connection) -> object:
    """A value as a table read from the database wants it."""
    if connection.dialect.name == "postgresql":
        return value
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    return value.hex if isinstance(value, uuid.UUID) else value


def _put(
    connection: Connection, tables: sa.MetaData, name: str, rows: Iterator[dict[str, Any]]
) -> None:
    batch = []
    for row in rows:
        batch.append({key: _stored(value, connection) for key, value in row.items()})
        if len(batch) >= _BATCH:
            connection.execute(tables.tables[name].insert(), batch)
            batch = []
    if batch:
        connection.execute(tables.tables[name].insert(), batch)


def _cameras(
    connection: Connection,
    tables: sa.MetaData,
    cameras: Sequence[tuple[str, str | None, str | None]],
    at: datetime,
) -> None:
    _put(
        connection,
        tables,
        "cameras",
        (
            {
                "camera_id": camera_id,
                "school_id": school_id,
                "school_name": name,
                "name": f"摄像机 {camera_id}",
                "location": "北围墙",
                "source": "rtsp://***@10.0.0.8:554/…",
                "rules": list(_RULES),
                "config_sha256": "b" * 64,
                "created_at": at,
                "registered_at": at,
                "worker_id": "box-1",
                "reported_at": at,
                "state": "watching",
                "reason": "",
                "detail": "",
                "since": at,
                "frames_analysed": 7,
                "frames_dropped": 1,
                "reconnects": 2,
                "stream": {"codec": "h264", "width": 1920, "height": 1080, "fps": 25.0},
            }
            for camera_id, school_id, name in cameras
        ),
    )
    ids = [camera_id for camera_id, _, _ in cameras]
    minutes = [(c, r, at - timedelta(minutes=m)) for c in ids for r in _RULES for m in range(60)]
    key = ("camera_id", "rule_id", "from_at")
    _put(
        connection,
        tables,
        "analysed_intervals",
        (
            dict(zip(key, each, strict=True))
            | {"to_at": each[2] + timedelta(minutes=1), "rule": "loitering", "analysed_s": 55.0}
            for each in minutes
        ),
    )
    _put(
        connection,
        tables,
        "missing_intervals",
        (
            dict(zip(key, each, strict=True)) | {"reason": "offline", "seconds": 5.0}
            for each in minutes
        ),
    )
    _put(
        connection,
        tables,
        "analysed_hours",
        (
            {
                "camera_id": camera_id,
                "rule_id": rule_id,
                "hour_at": at - timedelta(hours=hour),
                "reason": reason,
                "rule": "loitering",
                "seconds": 1800.0,
            }
            for camera_id in ids
            for rule_id in _RULES
            for hour in range(24)
            for reason in ("", "offline")
        ),
    )
    verdict = {
        "camera_id": "set below",
        "as_of": at.isoformat(),
        "state": "compliant",
        "required_days": 30,
        "time_zone": "Asia/Urumqi",
        "proven_days": 31.5,
        "completeness": 1.0,
    }
    _put(
        connection,
        tables,
        "retention_reports",
        (
            {
                "camera_id": camera_id,
                "as_of": at,
                "received_at": at,
                "verdict": json.dumps(verdict | {"camera_id": camera_id}),
                "footage": '{"spans":[],"days":[]}',
                "alarms": [],
            }
            for camera_id in ids
        ),
    )
    _put(
        connection,
        tables,
        "retention_verdicts",
        (
            {
                "camera_id": camera_id,
                "day": (at - timedelta(days=day)).date(),
                "as_of": at - timedelta(days=day),
                "state": "compliant",
                "required_days": 30,
                "proven_days": 31.5,
                "completeness": 1.0,
                "gap_count": 0,
            }
            for camera_id in ids
            for day in range(90)
        ),
    )


def _alerts(
    connection: Connection,
    tables: sa.MetaData,
    alerts: int,
    camera_ids: Sequence[str],
    differing: Callable[[int], Mapping[str, Any]],
    at: datetime,
) -> None:
    statuses = ("pending_review", "confirmed", "false_positive")
    _put(
        connection,
        tables,
        "alerts",
        (
            {
                "id": alert_id(n),
                "revision": 1 + n % 5,
                "camera_id": camera_ids[n % len(camera_ids)],
                "rule": "perimeter_intrusion",
                "rule_id": _RULES[n % 3],
                "zone": "north_wall",
                "risk": "class_2",
                "state": "closed",
                "started_at": at - timedelta(minutes=n),
                "raised_at": at - timedelta(minutes=n) + timedelta(seconds=2),
                "ended_at": at - timedelta(minutes=n) + timedelta(seconds=30),
                "score": 0.87,
                "classes": ["person"],
                "track_count": 1,
                "box_norm_xyxy": [0.4, 0.3, 0.5, 0.8],
                "zone_norm": [[0.1, 0.2], [0.9, 0.2], [0.9, 0.9]],
                "facts": {"dwell_s": 3.0, "direction": "in"},
                "model_id": "campus_objects",
                "model_sha256": "a" * 64,
                "config_sha256": "b" * 64,
                "received_at": at - timedelta(minutes=n) + timedelta(seconds=3),
                "updated_at": at - timedelta(minutes=n) + timedelta(seconds=31),
                "status": statuses[n % 3],
                "reason": "animal" if n % 3 == 2 else None,
                "note": "" if n % 3 == 0 else "看过",
                "reviewed_by": None if n % 3 == 0 else "wang.li",
                "reviewed_at": None if n % 3 == 0 else at,
                **differing(n),
            }
            for n in range(alerts)
        ),
    )
    kinds = ("snapshot", "snapshot_original")
    _put(
        connection,
        tables,
        "alert_evidence",
        (
            {
                "alert_id": alert_id(n),
                "position": position,
                "kind": kind,
                "sha256": f"{n * 2 + position:064x}",
                "media_type": "image/jpeg",
                "size_bytes": 1000 + n,
                "width": 1920,
                "height": 1080,
                "starts_at": at,
                "duration_s": 0.0,
            }
            for n in range(alerts)
            for position, kind in enumerate(kinds)
        ),
    )
    _put(
        connection,
        tables,
        "alert_history",
        (
            {
                "id": n * 2 + step + 1,
                "alert_id": alert_id(n),
                "at": at,
                "action": action,
                "by": None if step == 0 else "wang.li",
                "note": "",
            }
            for n in range(alerts)
            for step, action in enumerate(("received", "confirmed"))
        ),
    )
    # One more than alerts name: it arrived before its alert.
    _put(
        connection,
        tables,
        "evidence_files",
        (
            {
                "sha256": f"{number:064x}",
                "media_type": "image/jpeg",
                "size_bytes": 1000,
                "received_at": at,
            }
            for number in range(alerts * 2 + 1)
        ),
    )


def _people(
    connection: Connection,
    tables: sa.MetaData,
    camera_ids: Sequence[str],
    logged: int,
    at: datetime,
) -> None:
    def row(number: int) -> dict[str, Any]:
        of_alert = number % 2 == 0
        return {
            "id": number + 1,
            "at": at,
            "action": "original_opened" if of_alert else "live_started",
            "username": "wang.li",
            "client": "10.1.1.1",
            "alert_id": alert_id(number) if of_alert else None,
            "camera_id": None if of_alert else camera_ids[number % len(camera_ids)],
            "reason": "adjudication" if of_alert else None,
        }

    _put(connection, tables, "access_log", (row(number) for number in range(logged)))
    _put(
        connection,
        tables,
        "users",
        iter(
            [
                {
                    "username": "wang.li",
                    "password_hash": "$argon2id$…",
                    "role": "reviewer",
                    "created_at": at,
                }
            ]
        ),
    )
    _put(
        connection,
        tables,
        "worker_tokens",
        iter([{"token_sha256": "c" * 64, "name": "box", "created_at": at, "revoked_at": None}]),
    )
    _put(
        connection,
        tables,
        "workers",
        iter(
            [
                {
                    "worker_id": "box-1",
                    "version": "0.1.0",
                    "contract_version": 1,
                    "started_at": at,
                    "sent_at": at,
                    "last_seen_at": at,
                    "outbox_pending": 0,
                    "outbox_bytes": 0,
                    "disk_free_bytes": 1,
                    "rules": [],
                }
            ]
        ),
    )
