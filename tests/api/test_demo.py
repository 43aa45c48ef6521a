"""The district for trying: the same each time, judged as any other, and gone without a trace."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Integer, func, inspect, literal, select

from api.access.scope import EVERYTHING
from api.alerts.schemas import AlertStatus
from api.audit import service as audit
from api.cameras.service import Watch
from api.contract.vocabulary import vocabulary
from api.db.base import Base
from api.db.camera import CameraRecord
from api.db.compliance import FootageVerdict
from api.db.models import AccessLogEntry, Alert, User
from api.db.order import OrderHistory, WorkOrder
from api.db.organisation import Place
from api.demo import living, removing, seeding
from api.demo.errors import DemoError, NoDemoError
from api.demo.schools import SCHOOLS
from api.demo.wanted import Wanted
from api.demo.world import ZONE
from api.orders.machine import OrderState
from api.reports.district_month import Month, read_month
from tests.api.centre import Centre, running_centre
from tests.api.footage import judged
from tests.api.test_process import CHEAP, ROOT

SMALL = Wanted(days=10, schools=3)
_STAY = {"access_log", "access_log_head", "access_log_check", "jobs"}
"""The log keeps what happened; the centre's own jobs come and go."""
_BY_NUMBER = {"footage_requirements"}
"""A requirement names the override it is of by its number, which PostgreSQL never gives twice."""
_OF_MAKING = {"judged_at", "first_used_at"}
PLANTED = {
    ("sample-01", "gate_outside"): "gap",
    ("sample-01", "food_store"): "over_retained",
    ("sample-01", "cutting"): "immature",
    ("sample-01", "dining_hall"): "unknown",
    ("sample-01", "utility_room"): None,
    ("sample-02", "perimeter"): "offline",
    ("sample-02", "dorm_entrance"): "compliant",
    ("sample-02", "guard_room"): "gap",
    ("sample-02", "teaching_passage"): "gap",
    ("sample-03", "kg_activity_room"): "insufficient",
}
"""What the command centre must say of each camera with a fault, today."""


def _quiet(_: str) -> None:
    """Nobody reads the progress of a test."""


async def _counts(centre: Centre) -> dict[str, int]:
    async with centre.runtime.database.read(EVERYTHING) as session:
        return {
            mapper.class_.__tablename__: await session.scalar(
                select(func.count()).select_from(mapper.class_)
            )
            or 0
            for mapper in Base.registry.mappers
        }


async def _content(centre: Centre) -> dict[str, Counter[str]]:
    """All rows but the numbers that the database gives, and the moments of making them."""
    found: dict[str, Counter[str]] = {}
    async with centre.runtime.database.read(EVERYTHING) as session:
        for mapper in Base.registry.mappers:
            model = mapper.class_
            wanted = [
                column
                for column in inspect(model).columns
                if column.name not in _OF_MAKING
                and not (column.primary_key and isinstance(column.type, Integer))
                and not (column.foreign_keys and isinstance(column.type, Integer))
                and column.name != "camera_key"
            ]
            # Of a table of nothing but numbers it is known how many rows there are.
            rows = await session.execute(select(*wanted or [literal(1)]).select_from(model))
            found[model.__tablename__] = Counter(repr(tuple(row)) for row in rows)
    return {name: rows for name, rows in found.items() if name not in _STAY | _BY_NUMBER}


async def _is_intact(centre: Centre) -> bool:
    async with centre.runtime.database.read(EVERYTHING) as session:
        return (await audit.verify(session, centre.runtime.audit_key, [])).finding is None


async def test_nothing_of_it_stays_but_what_the_log_says(centre: Centre) -> None:
    before = await _counts(centre)
    evidence = centre.runtime.settings.data_dir / "evidence"
    await seeding.seed(centre.runtime, SMALL, _quiet)
    between = await _counts(centre)
    for table in ("schools", "alerts", "work_orders", "inspections", "footage_verdicts"):
        assert between[table] > before[table], table
    assert any(evidence.glob("*/*"))
    assert await _is_intact(centre)
    removed = await removing.remove(centre.runtime)
    assert removed > 1000
    after = await _counts(centre)
    assert {k: v for k, v in after.items() if k not in _STAY} == {
        k: v for k, v in before.items() if k not in _STAY
    }
    assert [each for each in evidence.glob("*/*") if each.is_file()] == []
    assert await _is_intact(centre)
    async with centre.runtime.database.read(EVERYTHING) as session:
        said = list(
            await session.scalars(select(AccessLogEntry.action).order_by(AccessLogEntry.id))
        )
    assert said[-2:] == ["demo_seeded", "demo_removed"]


@pytest.mark.whole
async def test_it_is_the_same_each_time(centre: Centre) -> None:
    await seeding.seed(centre.runtime, SMALL, _quiet)
    first = await _content(centre)
    await removing.remove(centre.runtime)
    await seeding.seed(centre.runtime, SMALL, _quiet)
    second = await _content(centre)
    assert {name for name in first if first[name] != second[name]} == set()
    await removing.remove(centre.runtime)
    await seeding.seed(centre.runtime, Wanted(seed=2, days=10, schools=3), _quiet)
    assert (await _content(centre))["alerts"] != first["alerts"]


async def test_what_was_planted_is_judged_as_it_is(centre: Centre) -> None:
    await seeding.seed(centre.runtime, SMALL, _quiet)
    today = date(2026, 11, 24)
    async with centre.runtime.database.read(EVERYTHING) as session:
        rows = await session.execute(
            select(Place.school_id, Place.kind, FootageVerdict.state)
            .join(CameraRecord, CameraRecord.place_id == Place.id)
            .outerjoin(
                FootageVerdict,
                (FootageVerdict.camera_key == CameraRecord.camera_key)
                & (FootageVerdict.day == today),
            )
        )
        found = {(school, kind): state for school, kind, state in rows}
    assert {place: found[place] for place in PLANTED} == PLANTED
    others = Counter(state for place, state in found.items() if place not in PLANTED and state)
    # Something ordinary went wrong at a few of the others, and nothing else.
    assert set(others) <= {"compliant", "gap"}
    assert others["compliant"] > 2 * others["gap"]


async def test_pages_of_the_district_show_it(centre: Centre) -> None:
    await seeding.seed(centre.runtime, SMALL, _quiet)
    admin = await centre.admin()
    lines = (await admin.get("/api/v1/compliance/schools")).json()["items"]
    by_id = {line["school"]["school_id"]: line for line in lines}
    assert all("（示例）" in line["school"]["name"] for line in lines)
    assert by_id["sample-01"]["retention"]["over_retained"] == 1
    assert by_id["sample-03"]["retention"]["insufficient"] == 1
    assert by_id["sample-02"]["retention"]["recovered"] == 1
    table = (await admin.get("/api/v1/compliance/schools/sample-01?days=10")).json()
    assert {cell["state"] for row in table["cameras"] for cell in row["days"]} >= {
        "gap",
        "immature",
        "over_retained",
        "compliant",
    }
    queue = (await admin.get("/api/v1/alerts?limit=100")).json()
    assert queue["counts"]["pending_review"] > 0
    shown = [each for each in queue["items"] if each["snapshot_url"]]
    assert shown
    picture = await admin.get(shown[0]["snapshot_url"])
    assert picture.content[:3] == b"\xff\xd8\xff"
    for path in ("orders", "inspections", "cameras", "register", "boxes", "privacy/requests"):
        assert (await admin.get(f"/api/v1/{path}")).json()["items"], path


@pytest.mark.whole
async def test_alerts_are_of_all_rules_and_judged_by_several(centre: Centre) -> None:
    await seeding.seed(centre.runtime, Wanted(days=20, schools=7), _quiet)
    async with centre.runtime.database.read(EVERYTHING) as session:
        rules = set(await session.scalars(select(Alert.rule).distinct()))
        statuses = set(await session.scalars(select(Alert.status).distinct()))
        people = set(await session.scalars(select(Alert.reviewed_by).distinct())) - {None}
        states = set(await session.scalars(select(WorkOrder.state).distinct()))
        actions = set(await session.scalars(select(OrderHistory.action).distinct()))
    assert rules == set(vocabulary().rules)
    assert statuses == set(AlertStatus)
    assert len(people) >= 3
    assert states == set(OrderState)
    assert actions >= {"assigned", "return", "close", "overdue", "escalated", "photographed"}


@pytest.mark.whole
async def test_a_month_ranks_those_who_were_watched(tmp_path: Path) -> None:
    wanted = Wanted(days=31, schools=9, until=date(2026, 10, 31))
    async with running_centre(tmp_path) as centre:
        await seeding.seed(centre.runtime, wanted, _quiet)
        watch = Watch.of(centre.runtime.settings, centre.clock())

        async def progress(_: float) -> None:
            return None

        async with centre.runtime.database.read(EVERYTHING) as session:
            month = Month(date(2026, 10, 1), ZONE)
            read = await read_month(session, month, watch, month.before.begin, progress)
    assert read.by_school["sample-01"].is_watched
    assert not read.by_school["sample-09"].is_watched
    assert "sample-08" not in read.by_school, "it was closed"
    assert read.district.confirmed > 100
    assert read.district.due > 30
    assert read.district.days_short > 10


@pytest.mark.whole
async def test_it_does_not_come_among_other_schools_unasked(centre: Centre) -> None:
    admin = await centre.admin()
    told = {"school_id": "no-1", "name_zh": "第一小学"}
    assert (await admin.post("/api/v1/schools", json=told)).status_code == 201
    place = {"kind": "entrance", "name": "北门"}
    await admin.post("/api/v1/schools/no-1/places", json=place)
    with pytest.raises(DemoError, match="第一小学"):
        await seeding.seed(centre.runtime, SMALL, _quiet)
    before = await _counts(centre)
    await seeding.seed(centre.runtime, Wanted(days=10, schools=3, beside=True), _quiet)
    with pytest.raises(DemoError, match="already"):
        await seeding.seed(centre.runtime, SMALL, _quiet)
    await removing.remove(centre.runtime)
    after = await _counts(centre)
    assert {name for name in after if after[name] != before[name]} <= _STAY
    assert (await admin.get("/api/v1/schools/no-1/places")).json()["items"]
    with pytest.raises(NoDemoError):
        await removing.remove(centre.runtime)


@pytest.mark.whole
async def test_what_people_did_with_it_goes_with_it(centre: Centre) -> None:
    before = await _counts(centre)
    await seeding.seed(centre.runtime, SMALL, _quiet)
    admin = await centre.admin()
    waiting = (await admin.get("/api/v1/alerts?status=pending_review&limit=1")).json()["items"]
    done = await admin.post(f"/api/v1/alerts/{waiting[0]['id']}/confirm")
    assert done.status_code == 200, done.text
    given = await admin.post("/api/v1/orders", json={"alert_ids": [waiting[0]["id"]]})
    assert given.status_code == 201, given.text
    await removing.remove(centre.runtime)
    after = await _counts(centre)
    # The administrator's own session is none of it.
    assert {name for name in after if after[name] != before[name]} <= _STAY | {"sessions"}


@pytest.mark.whole
async def test_what_was_broken_off_is_taken_away_too(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await _counts(centre)

    async def breaks(*_: object) -> None:
        raise OSError("the power went")

    monkeypatch.setattr(seeding, "write_alerts", breaks)
    with pytest.raises(OSError, match="power"):
        await seeding.seed(centre.runtime, SMALL, _quiet)
    monkeypatch.undo()
    with pytest.raises(DemoError, match="already"):
        await seeding.seed(centre.runtime, SMALL, _quiet)
    await removing.remove(centre.runtime)
    after = await _counts(centre)
    assert {name for name in after if after[name] != before[name]} <= _STAY


async def test_nobody_signs_in_unless_that_is_asked(centre: Centre) -> None:
    await seeding.seed(centre.runtime, SMALL, _quiet)
    async with centre.runtime.database.read(EVERYTHING) as session:
        hashes = await session.scalars(
            select(User.password_hash).where(User.username.startswith("sample."))
        )
        assert set(hashes) == {None}
    await removing.remove(centre.runtime)
    made = await seeding.seed(centre.runtime, Wanted(days=10, schools=3, sign_ins=True), _quiet)
    assert [each.username for each in made.sign_ins] == [
        "sample.leader",
        "sample.zhou",
        "sample.01.manager",
    ]
    reviewer = await centre.signed_in(made.sign_ins[1].username, made.sign_ins[1].password)
    assert (await reviewer.get("/api/v1/auth/me")).json()["password_must_change"]


@pytest.mark.whole
async def test_boxes_fall_silent_unless_kept_alive(centre: Centre) -> None:
    await seeding.seed(centre.runtime, SMALL, _quiet)
    admin = await centre.admin()
    centre.clock.advance(4 * 3600)
    states = {each["state"] for each in (await admin.get("/api/v1/cameras")).json()["items"]}
    assert states == {"worker_lost"}
    assert await living.beat(centre.runtime) == 3
    assert await living.report(centre.runtime) > 30
    shown = (await admin.get("/api/v1/cameras")).json()["items"]
    assert {each["state"] for each in shown} == {"watching", "not_watching"}
    await judged(centre)
    rows = (await admin.get("/api/v1/compliance/retention")).json()["items"]
    by_id = {(each["school"]["school_id"], each["name"]): each for each in rows}
    assert by_id["sample-01", "食品库房"]["doubt"] is None
    assert by_id["sample-02", "北围墙"]["state"] == "offline"


async def test_a_day_that_is_not_over_is_refused(centre: Centre) -> None:
    with pytest.raises(DemoError, match="is not over"):
        await seeding.seed(centre.runtime, Wanted(until=date(2026, 11, 24)), _quiet)


def test_the_twelve_are_of_all_kinds() -> None:
    assert [each.number for each in SCHOOLS] == list(range(1, 13))
    assert len({each.name for each in SCHOOLS}) == 12
    assert len({each.type for each in SCHOOLS}) == 8
    assert any(each.closed_days_ago for each in SCHOOLS)
    for school in SCHOOLS:
        assert set(school.faults) <= set(school.places), school.id


@pytest.mark.whole
def test_from_the_command_line(tmp_path: Path) -> None:
    def mingan(*arguments: str, code: int = 0) -> str:
        ended = subprocess.run(
            [sys.executable, "-m", "pipeline.cli", *arguments, "--data-dir", str(tmp_path / "d")],
            cwd=ROOT,
            env=os.environ | CHEAP,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert ended.returncode == code, ended.stderr
        return ended.stdout + ended.stderr

    assert "there is no demo here" in mingan("demo", "remove", code=2)
    said = mingan("demo", "seed", "--schools", "2", "--days", "7", "--lang", "en")
    assert "2 schools" in said
    assert "rows in" in said
    assert mingan("audit", "verify").startswith("intact")
    assert "already" in mingan("demo", "seed", code=2)
    mingan("demo", "seed", "--schools", "1", "--days", "7", "--again")
    assert mingan("demo", "remove").startswith("removed: ")
    assert mingan("audit", "verify").startswith("intact")
