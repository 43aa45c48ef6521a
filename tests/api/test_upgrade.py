"""A database of before there were schools becomes one of today, and nothing of it is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.db.camera import Camera, RetentionVerdict
from api.db.migrate import sync_engine, upgrade
from api.db.models import AccessLogEntry, Alert, EvidenceFile, User
from api.db.organisation import Box, School
from tests.support import postgres, v1_database

ONE = [("gate-north", "no-1", "第一小学"), ("yard", "no-1", "第一小学"), ("new", None, None)]
NONE = [("gate-north", None, None), ("yard", None, None)]
TWO = [
    ("a", "no-1", "第一小学"),
    ("b", "no-1", "第一小学"),
    ("c", "no-2", "二小"),
    ("d", None, None),
]
_MADE = {"schools", "boxes", "bureaus", "communities", "places", "enrolment_codes", "jobs"}
_MADE |= {"expiry_mark", "access_log_head", "access_log_check", "memberships"}
_MADE |= {"camera_holds", "camera_records", "joined_episodes", "identities", "user_places"}
_MADE |= {"work_orders", "order_sources", "order_photographs", "order_history", "duties"}
_MADE |= {"order_requests"}
_MADE |= {"notice_channels", "notice_rules", "notices", "notice_items", "push_subscriptions"}
_MADE |= {"subject_requests", "impact_assessments", "saved_filters", "reports"}
_MADE |= {"footage_days", "judging_due", "footage_requirements", "judged_profiles"}
_MADE |= {"footage_verdicts", "superseded_verdicts", "judgements", "retention_overrides"}
_MADE |= {"inspection_plans", "inspections", "inspection_items", "inspection_photographs"}
_MADE |= {"floor_plans", "floor_plan_cameras", "report_schedules"}
_MADE |= {"box_configurations", "box_configuration_versions"}
_MADE |= {"exams", "exam_sessions", "exam_duties", "exam_rooms", "exam_room_cameras"}
_MADE |= {"exam_sittings", "exam_showings", "exam_holds", "exam_packages", "exam_releases"}
_MADE |= {"meetings", "meeting_people", "meeting_entries"}
_MADE |= {"box_sealing_keys", "box_credentials", "analysed_quarters"}
_MADE |= {"offline_entries_taken", "offline_told"}


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.whole)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'mingan.db'}"
        return
    if (reason := postgres.why_not()) is not None:
        pytest.skip(reason)
    with postgres.running_server() as server:
        yield server.url(server.create())


def _upgraded(
    url: str, tmp_path: Path, cameras: list[tuple[str, str | None, str | None]]
) -> sa.Engine:
    v1_database.make(url, 200, cameras)
    engine = sync_engine(url)
    before = v1_database.counts(engine)
    engine.dispose()
    upgrade(url, tmp_path / "lock")
    engine = sync_engine(url)
    after = v1_database.counts(engine)
    assert after["boxes"] == before.pop("worker_tokens") == 1
    assert {name: after[name] for name in before} == before
    assert after.keys() - before.keys() == _MADE
    return engine


@pytest.mark.whole
def test_all_of_one_school_is_there_under_it(url: str, tmp_path: Path) -> None:
    engine = _upgraded(url, tmp_path, ONE)
    with Session(engine) as session:
        [school] = session.scalars(sa.select(School))
        assert (school.school_id, school.name_zh) == ("no-1", "第一小学")
        assert school.time_zone == "Asia/Urumqi", "that of its reports"
        [box] = session.scalars(sa.select(Box))
        assert (box.name, box.school_id, box.token_sha256) == ("box", "no-1", "c" * 64)
        cameras = {c.camera_id: c for c in session.scalars(sa.select(Camera))}
        assert cameras.keys() == {"gate-north", "yard", "new"}
        assert {c.school_id for c in cameras.values()} == {"no-1"}
        assert {c.box_id for c in cameras.values()} == {box.id}
        alert = session.get_one(Alert, v1_database.alert_id(7))
        assert (alert.camera_key, alert.school_id) == (cameras["yard"].id, "no-1")
        assert (alert.revision, alert.status, alert.note) == (3, "confirmed", "看过")
        assert alert.raised_at == v1_database.T0.replace(hour=1, minute=53, second=2)
        assert set(session.scalars(sa.select(EvidenceFile.school_id))) == {"no-1"}
        assert set(session.scalars(sa.select(AccessLogEntry.school_id))) == {"no-1"}
        [user] = session.scalars(sa.select(User))
        assert (user.role, user.school_id, user.disabled_at) == ("district_reviewer", None, None)
        days = sa.select(sa.func.count()).where(RetentionVerdict.camera_key == cameras["yard"].id)
        assert session.scalar(days) == 90
        session.add(
            Camera(school_id="no-1", camera_id="later", name="x", created_at=v1_database.T0)
        )
        session.flush()
        assert session.scalar(sa.select(sa.func.max(Camera.id))) == 4
    engine.dispose()


@pytest.mark.whole
def test_without_a_school_all_is_of_the_default_one(url: str, tmp_path: Path) -> None:
    engine = _upgraded(url, tmp_path, NONE)
    with Session(engine) as session:
        assert [s.school_id for s in session.scalars(sa.select(School))] == ["default"]
        assert set(session.scalars(sa.select(Alert.school_id))) == {"default"}
    engine.dispose()


def test_of_several_schools_each_keeps_its_own_and_the_largest_its_token(
    url: str, tmp_path: Path
) -> None:
    engine = _upgraded(url, tmp_path, TWO)
    with Session(engine) as session:
        cameras = {c.camera_id: (c.school_id, c.box_id) for c in session.scalars(sa.select(Camera))}
        [box] = session.scalars(sa.select(Box))
        assert box.school_id == "no-1"
        assert cameras == {
            "a": ("no-1", box.id),
            "b": ("no-1", box.id),
            "c": ("no-2", None),
            "d": ("default", None),
        }
        wrong = sa.select(sa.func.count()).select_from(
            sa.join(Alert, Camera, Camera.id == Alert.camera_key)
        )
        assert session.scalar(wrong.where(Alert.school_id != Camera.school_id)) == 0
        per_school = sa.select(Alert.school_id, sa.func.count()).group_by(Alert.school_id)
        assert {row[0]: row[1] for row in session.execute(per_school)} == {
            "no-1": 100,
            "no-2": 50,
            "default": 50,
        }
    engine.dispose()
