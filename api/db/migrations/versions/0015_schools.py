"""Schools, boxes, and cameras that are told apart by their school.

Until here ``camera_id`` was the key of a camera and one token spoke for all boxes. What belonged to
a camera now refers to the camera's number and, where lists are filtered, names its school. Cameras
whose box told its school keep it. In a database that knew of one school at most all is of that one,
and the token stays that of its one box. In a database of several the token stays with the school
of most cameras; the boxes of the others are to be enrolled. Live events kept for consoles to resume
from are forgotten: they hold answers of the version before.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from alembic import op

from api.db.types import UtcDateTime

revision = "0015_schools"
down_revision = "0014_judged_as_it_was"
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_KEYS = {
    "missing_intervals": ["rule_id", "from_at", "reason"],
    "analysed_intervals": ["rule_id", "from_at"],
    "analysed_hours": ["rule_id", "hour_at", "reason"],
    "retention_reports": [],
    "retention_verdicts": ["day"],
}
"""What is keyed by a camera, and by what else; referring tables first."""
_WITH_FK = [table for table in _KEYS if table != "missing_intervals"]
_INTERVAL = ["rule_id", "from_at"]
_INTERVAL_FK = "fk_missing_intervals_{}_analysed_intervals"


class _Home(NamedTuple):
    """Where goes what told no school, and whose the token is."""

    school_id: str
    box_id: int | None


def upgrade() -> None:
    """Apply this step."""
    _create_organisation()
    home = _found_schools()
    _number_cameras(home)
    _children_to_numbers()
    _alerts_to_schools(home)
    _evidence_to_schools(home)
    _workers_to_boxes(home)
    _log_and_events()
    _create_camera_tables()


def _is_postgres() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _create_organisation() -> None:
    op.create_table(
        "bureaus",
        sa.Column("id", _ROW_ID, autoincrement=True, nullable=False),
        sa.Column("name_zh", sa.String(128), nullable=False),
        sa.Column("name_en", sa.String(128), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bureaus")),
    )
    op.create_table(
        "communities",
        sa.Column("community_id", sa.String(64), nullable=False),
        sa.Column("name_zh", sa.String(128), nullable=False),
        sa.Column("name_en", sa.String(128), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("community_id", name=op.f("pk_communities")),
    )
    flags = ("boarding", "canteen", "ct_key_target", "hazmat", "parking")
    op.create_table(
        "schools",
        sa.Column("school_id", sa.String(64), nullable=False),
        sa.Column("community_id", sa.String(64), nullable=True),
        sa.Column("code", sa.String(64), nullable=True),
        sa.Column("name_zh", sa.String(128), nullable=False),
        sa.Column("name_en", sa.String(128), nullable=False),
        sa.Column("type", sa.String(32), nullable=True),
        sa.Column("pupils", sa.BigInteger(), nullable=True),
        *(sa.Column(flag, sa.Boolean(), nullable=False) for flag in flags),
        sa.Column("time_zone", sa.String(64), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("holidays", sa.JSON(), nullable=False),
        sa.Column("workdays", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("described_at", UtcDateTime(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        _fk("schools", "community_id", "communities.community_id"),
        sa.PrimaryKeyConstraint("school_id", name=op.f("pk_schools")),
        sa.UniqueConstraint("code", name=op.f("uq_schools_code")),
    )
    op.create_index("ix_schools_community_id", "schools", ["community_id"])
    op.create_table(
        "places",
        sa.Column("id", _ROW_ID, autoincrement=True, nullable=False),
        sa.Column("school_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        _fk("places", "school_id", "schools.school_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_places")),
        sa.UniqueConstraint("school_id", "name", name="uq_places_school_id"),
    )
    op.create_table(
        "boxes",
        sa.Column("id", _ROW_ID, autoincrement=True, nullable=False),
        sa.Column("school_id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("token_sha256", sa.String(64), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("rotated_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("refused", sa.BigInteger(), nullable=False),
        sa.Column("refused_at", UtcDateTime(), nullable=True),
        sa.Column("refused_code", sa.String(32), nullable=True),
        _fk("boxes", "school_id", "schools.school_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_boxes")),
        sa.UniqueConstraint("school_id", "name", name="uq_boxes_school_id"),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_boxes_token_sha256")),
    )
    op.create_table(
        "enrolment_codes",
        sa.Column("code_sha256", sa.String(64), nullable=False),
        sa.Column("box_id", _ROW_ID, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(64), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        _fk("enrolment_codes", "box_id", "boxes.id"),
        sa.PrimaryKeyConstraint("code_sha256", name=op.f("pk_enrolment_codes")),
    )
    op.create_index("ix_enrolment_codes_box_id", "enrolment_codes", ["box_id"])


def _fk(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{target.partition('.')[0]}")
    return sa.ForeignKeyConstraint([column], [target], name=name)


def _found_schools() -> _Home:
    """Make a school of each that a box told, one to be at home in, and a box of each token."""
    bind, now = op.get_bind(), datetime.now(UTC)
    told = bind.execute(
        sa.text(
            "SELECT school_id, max(school_name), count(*) FROM cameras "
            "WHERE school_id IS NOT NULL GROUP BY school_id ORDER BY count(*) DESC, school_id"
        )
    ).all()
    names = {school_id: name or school_id for school_id, name, _ in told}
    homeless = bind.scalar(sa.text("SELECT count(*) FROM cameras WHERE school_id IS NULL"))
    home = told[0][0] if told else "default"
    if not told or (homeless and len(told) > 1):
        names.setdefault("default", "本校")
    schools = sa.Table("schools", sa.MetaData(), autoload_with=bind)
    for school_id, name in names.items():
        bind.execute(
            schools.insert().values(
                school_id=school_id,
                name_zh=name,
                name_en="",
                **dict.fromkeys(
                    ("boarding", "canteen", "ct_key_target", "hazmat", "parking"), False
                ),
                time_zone=_zone_of(school_id),
                terms=[],
                holidays=[],
                workdays=[],
                created_at=now,
            )
        )
    insert = (
        "INSERT INTO boxes (school_id, name, token_sha256, created_at, revoked_at, refused) "
        "SELECT :home, name, token_sha256, created_at, revoked_at, 0 FROM worker_tokens "
        "ORDER BY created_at, name"
    )
    bind.execute(sa.text(insert), {"home": home})
    op.drop_table("worker_tokens")
    if bind.scalar(sa.text("SELECT count(*) FROM workers")):
        known = sa.text("SELECT count(*) FROM boxes WHERE revoked_at IS NULL")
        if not bind.scalar(known):
            boxes = sa.Table("boxes", sa.MetaData(), autoload_with=bind)
            bind.execute(
                boxes.insert().values(school_id=home, name="box", created_at=now, refused=0)
            )
    box = sa.text(
        "SELECT id FROM boxes WHERE revoked_at IS NULL ORDER BY name != 'box', id LIMIT 1"
    )
    return _Home(home, bind.scalar(box))


def _zone_of(school_id: str) -> str:
    """The zone in which the school's days were counted."""
    verdict = op.get_bind().scalar(
        sa.text(
            "SELECT r.verdict FROM retention_reports r JOIN cameras c USING (camera_id) "
            "WHERE coalesce(c.school_id, 'default') = :school_id ORDER BY c.camera_id LIMIT 1"
        ),
        {"school_id": school_id},
    )
    return "Asia/Shanghai" if verdict is None else str(json.loads(verdict)["time_zone"])


def _number_cameras(home: _Home) -> None:
    bind = op.get_bind()
    nowhere = bind.scalar(sa.text("SELECT count(*) FROM schools WHERE school_id = 'default'"))
    values = {
        "nowhere": "default" if nowhere else home.school_id,
        "home": home.school_id,
        "box": home.box_id,
    }
    op.add_column("cameras", sa.Column("id", _ROW_ID, nullable=True))
    op.add_column("cameras", sa.Column("box_id", _ROW_ID, nullable=True))
    op.add_column("cameras", sa.Column("retired_at", UtcDateTime(), nullable=True))
    bind.execute(sa.text("UPDATE cameras SET school_id = :nowhere WHERE school_id IS NULL"), values)
    bind.execute(
        sa.text(
            "UPDATE cameras SET id = numbered.id, "
            "box_id = CASE WHEN school_id = :home THEN CAST(:box AS BIGINT) END "
            "FROM (SELECT camera_id AS known, row_number() OVER (ORDER BY camera_id) AS id "
            "FROM cameras) AS numbered WHERE camera_id = numbered.known"
        ),
        values,
    )


def _children_to_numbers() -> None:
    """Key what belongs to cameras by their number, then the cameras themselves."""
    if _is_postgres():
        op.drop_constraint(_INTERVAL_FK.format("camera_id"), "missing_intervals")
        for table in (*_WITH_FK, "alerts"):
            op.drop_constraint(f"fk_{table}_camera_id_cameras", table)
    for table, rest in _KEYS.items():
        _rekey(table, "camera_id", "camera_key", _ROW_ID, rest)
    op.add_column("alerts", sa.Column("camera_key", _ROW_ID, nullable=True))
    _fill("alerts", "camera_key", "id", "camera_id", "camera_id")
    with op.batch_alter_table("cameras") as batch:
        batch.drop_index("ix_cameras_school_id")
        batch.drop_index("ix_cameras_worker_id")
        batch.drop_constraint("pk_cameras", type_="primary")
        batch.drop_column("school_name")
        batch.alter_column("school_id", existing_type=sa.String(64), nullable=False)
        batch.alter_column("id", existing_type=_ROW_ID, nullable=False)
        batch.create_primary_key("pk_cameras", ["id"])
        batch.create_unique_constraint("uq_cameras_school_id", ["school_id", "camera_id"])
        batch.create_foreign_key(
            "fk_cameras_school_id_schools", "schools", ["school_id"], ["school_id"]
        )
        batch.create_foreign_key("fk_cameras_box_id_boxes", "boxes", ["box_id"], ["id"])
        batch.create_index("ix_cameras_box_id_worker_id", ["box_id", "worker_id"])
    if _is_postgres():
        op.execute("CREATE SEQUENCE cameras_id_seq OWNED BY cameras.id")
        op.execute(
            "SELECT setval('cameras_id_seq', (SELECT coalesce(max(id), 0) + 1 FROM cameras), false)"
        )
        op.execute("ALTER TABLE cameras ALTER COLUMN id SET DEFAULT nextval('cameras_id_seq')")
        for table in _WITH_FK:
            op.create_foreign_key(
                f"fk_{table}_camera_key_cameras", table, "cameras", ["camera_key"], ["id"]
            )
        op.create_foreign_key(
            _INTERVAL_FK.format("camera_key"),
            "missing_intervals",
            "analysed_intervals",
            ["camera_key", *_INTERVAL],
            ["camera_key", *_INTERVAL],
            ondelete="CASCADE",
        )


def _rekey(table: str, old: str, new: str, kind: sa.types.TypeEngine[Any], rest: list[str]) -> None:
    """Give a table another column to name its camera by."""
    target = {"camera_key": "id", "camera_id": "camera_id"}
    op.add_column(table, sa.Column(new, kind, nullable=True))
    _fill(table, new, target[new], old, target[old])
    is_sqlite = not _is_postgres()
    with op.batch_alter_table(table) as batch:
        if is_sqlite and table in _WITH_FK:
            batch.drop_constraint(f"fk_{table}_{old}_cameras", type_="foreignkey")
        elif is_sqlite:
            batch.drop_constraint(_INTERVAL_FK.format(old), type_="foreignkey")
        batch.drop_constraint(f"pk_{table}", type_="primary")
        batch.drop_column(old)
        batch.alter_column(new, existing_type=kind, nullable=False)
        batch.create_primary_key(f"pk_{table}", [new, *rest])
        if is_sqlite and table in _WITH_FK:
            batch.create_foreign_key(f"fk_{table}_{new}_cameras", "cameras", [new], [target[new]])
        elif is_sqlite:
            key = [new, *_INTERVAL]
            batch.create_foreign_key(
                _INTERVAL_FK.format(new), "analysed_intervals", key, key, ondelete="CASCADE"
            )


def _fill(table: str, column: str, value: str, known: str, by: str) -> None:
    """Take a column's values from the camera each row names."""
    rows, cameras = (
        sa.table(table, sa.column(column), sa.column(known)),
        sa.table("cameras", sa.column(value), sa.column(by)),
    )
    found = sa.select(cameras.c[value]).where(cameras.c[by] == rows.c[known]).scalar_subquery()
    op.execute(rows.update().values({column: found}))


def _alerts_to_schools(home: _Home) -> None:
    op.add_column("alerts", sa.Column("school_id", sa.String(64), nullable=True))
    op.add_column("alerts", sa.Column("box_id", _ROW_ID, nullable=True))
    for column in ("school_id", "box_id"):
        _fill("alerts", column, column, "camera_key", "id")
    with op.batch_alter_table("alerts") as batch:
        batch.drop_index("ix_alerts_camera_id")
        if not _is_postgres():
            batch.drop_constraint("fk_alerts_camera_id_cameras", type_="foreignkey")
        batch.drop_column("camera_id")
        batch.alter_column("camera_key", existing_type=_ROW_ID, nullable=False)
        batch.alter_column("school_id", existing_type=sa.String(64), nullable=False)
        for column, table, target in (
            ("camera_key", "cameras", "id"),
            ("school_id", "schools", "school_id"),
            ("box_id", "boxes", "id"),
        ):
            batch.create_foreign_key(f"fk_alerts_{column}_{table}", table, [column], [target])
    for name, columns in (
        ("camera_key_queued_at", ["camera_key", "queued_at"]),
        ("camera_key_rule_id_zone", ["camera_key", "rule_id", "zone", "started_at"]),
        ("school_id_queued_at_id", ["school_id", "queued_at", "id"]),
        ("school_id_status_queued_at_id", ["school_id", "status", "queued_at", "id"]),
    ):
        op.create_index(f"ix_alerts_{name}", "alerts", columns)


def _evidence_to_schools(home: _Home) -> None:
    op.add_column("alert_evidence", sa.Column("school_id", sa.String(64), nullable=True))
    op.execute(
        "UPDATE alert_evidence SET school_id = "
        "(SELECT a.school_id FROM alerts a WHERE a.id = alert_evidence.alert_id)"
    )
    with op.batch_alter_table("alert_evidence") as batch:
        batch.drop_index("ix_alert_evidence_sha256")
        batch.alter_column("school_id", existing_type=sa.String(64), nullable=False)
        batch.create_foreign_key(
            "fk_alert_evidence_school_id_schools", "schools", ["school_id"], ["school_id"]
        )
        batch.create_index("ix_alert_evidence_sha256_school_id", ["sha256", "school_id"])
    op.add_column("evidence_files", sa.Column("school_id", sa.String(64), nullable=True))
    op.execute(
        "UPDATE evidence_files SET school_id = (SELECT min(e.school_id) FROM alert_evidence e "
        "WHERE e.sha256 = evidence_files.sha256)"
    )
    op.get_bind().execute(
        sa.text("UPDATE evidence_files SET school_id = :home WHERE school_id IS NULL"),
        {"home": home.school_id},
    )
    with op.batch_alter_table("evidence_files") as batch:
        batch.drop_constraint("pk_evidence_files", type_="primary")
        batch.alter_column("school_id", existing_type=sa.String(64), nullable=False)
        batch.create_primary_key("pk_evidence_files", ["school_id", "sha256"])
        batch.create_foreign_key(
            "fk_evidence_files_school_id_schools", "schools", ["school_id"], ["school_id"]
        )
        batch.create_index("ix_evidence_files_sha256", ["sha256"])
    # Pictures that alerts of several schools named have arrived for each of them.
    op.execute(
        "INSERT INTO evidence_files (school_id, sha256, media_type, size_bytes, received_at,"
        " deleted_at) SELECT DISTINCT e.school_id, f.sha256, f.media_type, f.size_bytes,"
        " f.received_at, f.deleted_at FROM evidence_files f JOIN alert_evidence e"
        " ON e.sha256 = f.sha256 AND e.school_id != f.school_id"
    )


def _workers_to_boxes(home: _Home) -> None:
    op.add_column("workers", sa.Column("box_id", _ROW_ID, nullable=True))
    op.get_bind().execute(sa.text("UPDATE workers SET box_id = :box"), {"box": home.box_id})
    with op.batch_alter_table("workers") as batch:
        batch.drop_constraint("pk_workers", type_="primary")
        batch.alter_column("box_id", existing_type=_ROW_ID, nullable=False)
        batch.create_primary_key("pk_workers", ["box_id", "worker_id"])
        batch.create_foreign_key("fk_workers_box_id_boxes", "boxes", ["box_id"], ["id"])


def _log_and_events() -> None:
    op.add_column("access_log", sa.Column("school_id", sa.String(64), nullable=True))
    _fill("access_log", "school_id", "school_id", "camera_id", "camera_id")
    op.execute(
        "UPDATE access_log SET school_id = (SELECT a.school_id FROM alerts a "
        "WHERE a.id = access_log.alert_id) WHERE alert_id IS NOT NULL"
    )
    op.create_index("ix_access_log_school_id_id", "access_log", ["school_id", "id"])
    op.execute("DELETE FROM events")
    op.add_column(
        "events", sa.Column("school_id", sa.String(64), nullable=False, server_default="")
    )
    with op.batch_alter_table("events", table_kwargs={"sqlite_autoincrement": True}) as batch:
        batch.alter_column("school_id", existing_type=sa.String(64), server_default=None)


def _create_camera_tables() -> None:
    op.create_table(
        "camera_holds",
        sa.Column("camera_key", _ROW_ID, nullable=False),
        sa.Column("box_id", _ROW_ID, nullable=False),
        sa.Column("until_at", UtcDateTime(), nullable=False),
        _fk("camera_holds", "camera_key", "cameras.id"),
        _fk("camera_holds", "box_id", "boxes.id"),
        sa.PrimaryKeyConstraint("camera_key", "box_id", name=op.f("pk_camera_holds")),
    )
    texts = {
        "vendor": 64,
        "model": 64,
        "district": 64,
        "address": 256,
        "position": 128,
        "network": 64,
        "police_station": 128,
        "manager": 64,
        "manager_phone": 32,
    }
    op.create_table(
        "camera_records",
        sa.Column("camera_key", _ROW_ID, nullable=False),
        sa.Column("place_id", _ROW_ID, nullable=True),
        sa.Column("code", sa.String(64), nullable=True),
        *(sa.Column(name, sa.String(length), nullable=False) for name, length in texts.items()),
        sa.Column("longitude", sa.Float(53), nullable=True),
        sa.Column("latitude", sa.Float(53), nullable=True),
        sa.Column("installed_on", sa.Date(), nullable=True),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("updated_by", sa.String(64), nullable=False),
        _fk("camera_records", "camera_key", "cameras.id"),
        _fk("camera_records", "place_id", "places.id"),
        sa.PrimaryKeyConstraint("camera_key", name=op.f("pk_camera_records")),
        sa.UniqueConstraint("code", name=op.f("uq_camera_records_code")),
    )
    op.create_index("ix_camera_records_place_id", "camera_records", ["place_id"])
    op.create_table(
        "joined_episodes",
        sa.Column("episode_id", sa.Uuid(), nullable=False),
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("box_id", _ROW_ID, nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["alert_id"],
            ["alerts.id"],
            name=op.f("fk_joined_episodes_alert_id_alerts"),
            ondelete="CASCADE",
        ),
        _fk("joined_episodes", "box_id", "boxes.id"),
        sa.PrimaryKeyConstraint("episode_id", name=op.f("pk_joined_episodes")),
    )
    op.create_index("ix_joined_episodes_alert_id", "joined_episodes", ["alert_id"])


def downgrade() -> None:
    """Take this step back; cameras of one name in two schools, and their boxes, do not fit there.

    A database with two cameras of one name is refused by the older key, and stays as it is.
    """
    for table in ("joined_episodes", "camera_records", "camera_holds"):
        op.drop_table(table)
    op.execute("DELETE FROM events")
    op.drop_column("events", "school_id")
    op.drop_index("ix_access_log_school_id_id", table_name="access_log")
    op.drop_column("access_log", "school_id")
    with op.batch_alter_table("workers") as batch:
        batch.drop_constraint("fk_workers_box_id_boxes", type_="foreignkey")
        batch.drop_constraint("pk_workers", type_="primary")
        batch.drop_column("box_id")
        batch.create_primary_key("pk_workers", ["worker_id"])
    _evidence_back()
    _cameras_back()
    op.create_table(
        "worker_tokens",
        sa.Column("token_sha256", sa.String(64), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_worker_tokens")),
    )
    op.execute(
        "INSERT INTO worker_tokens (token_sha256, name, created_at, revoked_at) "
        "SELECT token_sha256, name, created_at, revoked_at FROM boxes "
        "WHERE token_sha256 IS NOT NULL"
    )
    for table in ("enrolment_codes", "boxes", "places", "schools", "communities", "bureaus"):
        op.drop_table(table)


def _evidence_back() -> None:
    op.execute(
        "DELETE FROM evidence_files WHERE school_id != (SELECT min(o.school_id) "
        "FROM evidence_files o WHERE o.sha256 = evidence_files.sha256)"
    )
    with op.batch_alter_table("evidence_files") as batch:
        batch.drop_index("ix_evidence_files_sha256")
        batch.drop_constraint("fk_evidence_files_school_id_schools", type_="foreignkey")
        batch.drop_constraint("pk_evidence_files", type_="primary")
        batch.drop_column("school_id")
        batch.create_primary_key("pk_evidence_files", ["sha256"])
    with op.batch_alter_table("alert_evidence") as batch:
        batch.drop_index("ix_alert_evidence_sha256_school_id")
        batch.drop_constraint("fk_alert_evidence_school_id_schools", type_="foreignkey")
        batch.drop_column("school_id")
        batch.create_index("ix_alert_evidence_sha256", ["sha256"])


def _cameras_back() -> None:
    op.add_column("cameras", sa.Column("school_name", sa.String(128), nullable=True))
    op.execute(
        "UPDATE cameras SET school_name = "
        "(SELECT s.name_zh FROM schools s WHERE s.school_id = cameras.school_id)"
    )
    for name in (
        "camera_key_queued_at",
        "camera_key_rule_id_zone",
        "school_id_queued_at_id",
        "school_id_status_queued_at_id",
    ):
        op.drop_index(f"ix_alerts_{name}", table_name="alerts")
    if _is_postgres():
        op.drop_constraint(_INTERVAL_FK.format("camera_key"), "missing_intervals")
        for table in _WITH_FK:
            op.drop_constraint(f"fk_{table}_camera_key_cameras", table)
    for table, rest in _KEYS.items():
        _rekey(table, "camera_key", "camera_id", sa.String(64), rest)
    op.add_column("alerts", sa.Column("camera_id", sa.String(64), nullable=True))
    _fill("alerts", "camera_id", "camera_id", "camera_key", "id")
    with op.batch_alter_table("alerts") as batch:
        for column, table in (
            ("camera_key", "cameras"),
            ("school_id", "schools"),
            ("box_id", "boxes"),
        ):
            batch.drop_constraint(f"fk_alerts_{column}_{table}", type_="foreignkey")
            batch.drop_column(column)
        batch.alter_column("camera_id", existing_type=sa.String(64), nullable=False)
        if not _is_postgres():
            batch.create_foreign_key(
                "fk_alerts_camera_id_cameras", "cameras", ["camera_id"], ["camera_id"]
            )
        batch.create_index("ix_alerts_camera_id", ["camera_id"])
    with op.batch_alter_table("cameras") as batch:
        batch.drop_index("ix_cameras_box_id_worker_id")
        for column, table in (("school_id", "schools"), ("box_id", "boxes")):
            batch.drop_constraint(f"fk_cameras_{column}_{table}", type_="foreignkey")
        batch.drop_constraint("uq_cameras_school_id", type_="unique")
        batch.drop_constraint("pk_cameras", type_="primary")
        for column in ("id", "box_id", "retired_at"):
            batch.drop_column(column)
        batch.alter_column("school_id", existing_type=sa.String(64), nullable=True)
        batch.create_primary_key("pk_cameras", ["camera_id"])
        batch.create_index("ix_cameras_school_id", ["school_id"])
        batch.create_index("ix_cameras_worker_id", ["worker_id"])
    if _is_postgres():
        for table in (*_WITH_FK, "alerts"):
            op.create_foreign_key(
                f"fk_{table}_camera_id_cameras", table, "cameras", ["camera_id"], ["camera_id"]
            )
        key = ["camera_id", *_INTERVAL]
        op.create_foreign_key(
            _INTERVAL_FK.format("camera_id"),
            "missing_intervals",
            "analysed_intervals",
            key,
            key,
            ondelete="CASCADE",
        )
