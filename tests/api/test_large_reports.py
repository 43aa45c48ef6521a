"""A year of 6,000 cameras: a clear limit where one school has them, else a bounded read."""

from __future__ import annotations

import datetime as dt
import resource
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest

from api.access.scope import EVERYTHING
from api.db.camera import AnalysedHour
from api.reports import making
from api.reports.district_month import Month
from tests.api.centre import Centre, all_due, key_of, put_camera, running_centre
from tests.api.messages import SCHOOL_ID, registration
from tests.api.reporting import REPORTS, ask_report, report_file
from tests.support.paper import read_sheets

pytestmark = pytest.mark.whole
CAMERAS, SCHOOLS, DAYS = 6000, 60, 366
OCTOBER = Month(dt.date(2026, 10, 1), ZoneInfo("Asia/Shanghai"))
MOST_MIB = 250
"""That making a report may add to a process; the rows of the year it reads take gigabytes."""


@pytest.fixture
async def centre(tmp_path: Path, migrated_data_dir: Path) -> AsyncIterator[Centre]:
    """A centre that keeps a year of hours."""
    async with running_centre(
        tmp_path / "data", template=migrated_data_dir, keep_analysed_days=DAYS + 40
    ) as running:
        yield running


def _copied(database: sqlite3.Connection, table: str, changed: dict[str, str], source: str) -> None:
    """Rows of a table once more for each row of a source, with some columns changed."""
    names = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
    told = ", ".join(changed.get(name, f"one.{name}") for name in names)
    database.execute(f"INSERT INTO {table} SELECT {told} FROM {table} AS one, ({source})")


async def _plant(centre: Centre, admin: httpx.AsyncClient, schools: int) -> None:
    """One camera after the usual ways, and the others copied from it."""
    worker = await centre.worker()
    await put_camera(worker, registration("first", rules=("no_chef_hat",)))
    told = {"name_zh": "一小", "canteen": True}
    assert (await admin.put(f"/api/v1/schools/{SCHOOL_ID}", json=told)).status_code == 200
    key = await key_of(admin, "first")
    async with centre.runtime.work(EVERYTHING) as work:
        for day in range(DAYS):
            work.session.add(
                AnalysedHour(
                    camera_key=key,
                    rule_id="hat",
                    hour_at=OCTOBER.end - dt.timedelta(days=day, hours=16),
                    reason="",
                    rule="no_chef_hat",
                    seconds=3600.0,
                )
            )
    database = sqlite3.connect(centre.runtime.settings.data_dir / "mingan.db", timeout=60)
    with database:
        numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) "
        many = numbers.format(schools - 1) + "SELECT i FROM n WHERE i < " + str(schools)
        if schools > 1:
            school = {"school_id": "'s' || i", "code": "NULL"}
            _copied(database, "schools", school, many)
        of = f"CASE WHEN i % {schools} = 0 THEN one.school_id ELSE 's' || (i % {schools}) END"
        camera = {"id": f"{key} + i", "camera_id": "'c' || i", "school_id": of}
        _copied(database, "cameras", camera, numbers.format(CAMERAS - 1) + "SELECT i FROM n")
        others = f"SELECT id AS i FROM cameras WHERE id > {key}"
        _copied(database, "analysed_hours", {"camera_key": "i"}, others)
    assert database.execute("SELECT count(*) FROM analysed_hours").fetchone() == (CAMERAS * DAYS,)
    database.close()


def _mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def test_one_school_of_so_many_is_refused_in_words(
    centre: Centre, admin: httpx.AsyncClient
) -> None:
    await _plant(centre, admin, 1)
    before = _mib()
    asked = await ask_report(admin)
    await all_due(centre.runtime, making.kinds())
    made = (await admin.get(f"{REPORTS}/{asked['id']}")).json()
    assert (made["state"], made["error"]) == ("failed", "report_too_large")
    assert _mib() - before < MOST_MIB


async def test_a_district_of_so_many_is_read_a_day_at_a_time(
    centre: Centre, admin: httpx.AsyncClient
) -> None:
    await _plant(centre, admin, SCHOOLS)
    before = _mib()
    for kind, hours in (("district_month", 186_000), ("canteen_month", 186_000)):
        began = dt.datetime.now(dt.UTC)
        asked = await ask_report(admin, kind=kind, month="2026-10", school_id=None)
        await all_due(centre.runtime, making.kinds())
        made = (await admin.get(f"{REPORTS}/{asked['id']}")).json()
        assert (made["state"], made["error"]) == ("ready", "")
        sheets = read_sheets(await report_file(admin, made))
        assert f"{hours:,}" in str(sheets["摘要"][2][1])
        took = (dt.datetime.now(dt.UTC) - began).total_seconds()
        print(f"{kind}: {CAMERAS} cameras, {took:.1f} s, {_mib() - before:.0f} MiB more")
    assert _mib() - before < MOST_MIB
    body = {"kind": "district_month", "format": "xlsx", "month": "2025-09"}
    refused = await admin.post(REPORTS, json=body)
    assert (refused.status_code, refused.json()["params"]) == (422, {"why": "too_old"})
