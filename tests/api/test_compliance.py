"""Retention: no camera vanishes, no old verdict passes for a present one."""

from __future__ import annotations

import sqlite3
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from alembic import command

from api.compliance.sources import is_verified, verified_sources
from api.contract import (
    BrokenPromise,
    DayCompleteness,
    FootageGap,
    FootageSpan,
    GapCause,
    RetentionForecast,
    RetentionState,
)
from api.contract.vocabulary import vocabulary
from api.db.migrate import alembic_config, sync_engine, upgrade
from tests.api.centre import Centre, beat, key_of, put_camera, put_retention
from tests.api.footage import judged, report
from tests.api.messages import T0, camera_beat, heartbeat, recovered, registration, retention

_TABLE = "/api/v1/compliance/retention"
_HOUR_S = 3600.0
HOUR = timedelta(hours=1)


async def rows(client: httpx.AsyncClient) -> dict[str, dict[str, Any]]:
    answer = await client.get(_TABLE)
    assert answer.status_code == 200, answer.text
    return {row["camera_id"]: row for row in answer.json()["items"]}


async def history(client: httpx.AsyncClient, camera_id: str, query: str = "") -> list[Any]:
    answer = await client.get(f"{_TABLE}/{await key_of(client, camera_id)}{query}")
    assert answer.status_code == 200, answer.text
    days: list[Any] = answer.json()["history"]
    return days


async def test_a_camera_that_never_reported_is_in_the_table_as_unknown(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await put_camera(worker, registration())
    row = (await rows(reviewer))["gate-north"]
    assert (row["name"], row["state"], row["doubt"]) == ("北门", "unknown", "never_reported")
    assert row["facts"] is None
    assert (row["required_days"], row["required_by"]["id"]) == (30, "law_floor")
    assert (row["completeness"], row["as_of"]) == (0.0, None)
    assert row["school"] == {
        "school_id": "no-1-primary",
        "name": "第一小学",
        "name_en": "",
    }


async def test_a_report_may_come_before_its_camera_and_is_unknown_until_it_is_judged(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    assert await put_retention(worker, report(31, camera_id="yard")) is True
    row = (await rows(reviewer))["yard"]
    assert (row["name"], row["state"], row["doubt"]) == ("yard", "unknown", "not_judged")
    await judged(centre)
    row = (await rows(reviewer))["yard"]
    assert (row["state"], row["doubt"]) == ("compliant", None)
    assert row["school"]["school_id"] == "no-1-primary"


async def test_the_table_tells_the_verdict_of_the_centre_and_what_the_box_told_beside_it(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    gaps = (
        (T0 - 48 * HOUR, T0 - 48 * HOUR + timedelta(seconds=58), GapCause.OFFLINE),
        (T0 - 6 * HOUR, T0 - 5 * HOUR, GapCause.DISK_FULL),
    )
    told = report(
        31,
        gaps=gaps,
        # By the three days in its own file nothing is missing.
        state=RetentionState.COMPLIANT,
        required_days=3,
        required_source="学校自定",
        proven_days=3.0,
        completeness=1.0,
        forecast=RetentionForecast(
            bytes_per_day=10**10, reachable_days=21.5, breaks_on=date(2026, 12, 3)
        ),
        broken_promises=(
            BrokenPromise(
                broken_at=T0,
                from_at=T0 - timedelta(days=21),
                to_at=T0 - timedelta(days=20),
                promised_days=30,
                kept_days=21.0,
                why="disk_full",
            ),
        ),
        alarms=("promise_will_break",),
    )
    await put_retention(worker, told)
    await judged(centre)
    row = (await rows(reviewer))["gate-north"]
    assert (row["state"], row["doubt"]) == ("gap", None)
    assert (row["required_days"], row["required_by"]["reading"]) == (30, "verified")
    assert row["proven_days"] == pytest.approx(5 / 24)
    assert row["completeness"] == pytest.approx(1 - 3658 / (30 * 86_400))
    assert (row["gap_count"], row["gap_s"]) == (2, 3658.0)
    facts = row["facts"]
    # The box's day is that of three days, and says nothing of thirty.
    assert (facts["forecast"]["reachable_days"], facts["forecast"]["breaks_on"]) == (21.5, None)
    assert [broken["kept_days"] for broken in facts["broken_promises"]] == [21.0]
    assert facts["alarms"] == ["promise_will_break"]
    detail = (await reviewer.get(f"{_TABLE}/{row['camera_key']}")).json()
    assert {key: detail[key] for key in row} == row
    assert [gap["cause"] for gap in detail["gaps"]] == ["disk_full", "offline"]
    assert detail["oldest_continuous_at"] == "2026-11-23T21:00:00Z"
    claim = detail["claim"]
    assert (claim["state"], claim["required_days"], claim["proven_days"]) == ("compliant", 3, 3.0)
    assert (claim["required_source"], claim["required_verified"]) == ("学校自定", False)
    assert [(day["state"], day["claimed"]) for day in detail["history"]] == [("gap", "compliant")]


async def test_the_day_on_which_a_promise_breaks_is_told_where_both_go_by_the_same_days(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    forecast = RetentionForecast(bytes_per_day=1, reachable_days=2, breaks_on=date(2026, 12, 3))
    await put_retention(worker, report(31, forecast=forecast))
    await judged(centre)
    facts = (await rows(reviewer))["gate-north"]["facts"]
    assert facts["forecast"]["breaks_on"] == "2026-12-03"


async def test_a_full_disk_shows_in_the_list_of_cameras_until_its_worker_is_lost(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    async def alarms() -> list[str]:
        [camera] = (await reviewer.get("/api/v1/cameras")).json()["items"]
        return list(camera["footage_alarms"])

    await beat(worker, heartbeat(camera_beat()))
    assert await alarms() == []
    await put_retention(worker, retention(alarms=("disk_full",)))
    assert await alarms() == ["disk_full"]
    await put_retention(worker, retention(as_of=T0 + timedelta(seconds=5)))
    assert await alarms() == []
    await put_retention(
        worker, retention(as_of=T0 + timedelta(seconds=6), alarms=("disk_readonly",))
    )
    centre.clock.advance(31)
    assert await alarms() == []


async def test_a_long_list_of_recovered_spans_is_cut_in_the_table_and_whole_for_one_camera(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await put_retention(
        worker, report(31, recovered=tuple(recovered(500 - n, 60) for n in range(130)))
    )
    facts = (await rows(reviewer))["gate-north"]["facts"]
    assert (len(facts["recovered"]), facts["recovered_s"]) == (100, 7800.0)
    whole = (await reviewer.get(f"{_TABLE}/1")).json()["facts"]
    assert len(whole["recovered"]) == 130


async def test_the_footage_of_a_silent_worker_is_unknown_until_it_speaks_again(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await beat(worker, heartbeat(camera_beat()))
    await put_retention(worker, report(31))
    await judged(centre)
    assert (await rows(reviewer))["gate-north"]["state"] == "compliant"
    centre.clock.advance(31)
    row = (await rows(reviewer))["gate-north"]
    assert (row["state"], row["doubt"], row["gap_count"]) == ("unknown", "worker_lost", 0)
    await beat(worker, heartbeat(camera_beat()))
    assert (await rows(reviewer))["gate-north"]["state"] == "compliant"


@pytest.mark.whole
async def test_offline_stays_the_word_of_a_running_recorder(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await beat(worker, heartbeat(camera_beat()))
    gone = FootageGap(from_at=T0 - 2 * HOUR, to_at=T0, cause=GapCause.OFFLINE)
    spans = (FootageSpan(from_at=T0 - timedelta(days=31), to_at=T0 - 2 * HOUR),)
    told = report(31, spans=spans, state=RetentionState.OFFLINE, is_offline=True)
    await put_retention(worker, told.model_copy(update={"gaps": (gone,)}))
    await judged(centre)
    assert (await rows(reviewer))["gate-north"]["state"] == "offline"
    centre.clock.advance(31)
    assert (await rows(reviewer))["gate-north"]["state"] == "unknown"


async def test_a_report_that_nobody_renewed_proves_nothing(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await put_retention(worker, report(31))
    await judged(centre)
    centre.clock.advance(3 * _HOUR_S)
    assert (await rows(reviewer))["gate-north"]["doubt"] is None
    centre.clock.advance(1)
    row = (await rows(reviewer))["gate-north"]
    assert (row["state"], row["doubt"]) == ("unknown", "stale")


async def test_history_keeps_the_last_verdict_of_each_school_day(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    # 15:59 and 16:00 UTC are two calendar days in Shanghai.
    evening = datetime(2026, 11, 22, 15, 59, tzinfo=UTC)
    for as_of, days in (
        (evening - timedelta(hours=3), 31),
        (evening, 32),
        (evening + timedelta(minutes=1), 33),
        (T0, 34),
    ):
        assert await put_retention(worker, report(days, as_of=as_of)) is True
    await judged(centre)
    found = await history(reviewer, "gate-north")
    assert [(day["day"], day["proven_days"], day["claimed"]) for day in found] == [
        ("2026-11-24", 34.0, "compliant"),
        ("2026-11-23", 33.0, "compliant"),
        ("2026-11-22", 32.0, "compliant"),
    ]
    newest = await history(reviewer, "gate-north", "?history_days=1")
    assert [day["day"] for day in newest] == ["2026-11-24"]


async def test_one_camera_has_its_spans_and_days(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    span = FootageSpan(from_at=T0 - timedelta(days=1), to_at=T0)
    day = DayCompleteness(day=date(2026, 11, 23), expected_s=86_400, recorded_s=7200)
    await put_retention(worker, retention(spans=(span,), days=(day,)))
    found = (await reviewer.get(f"{_TABLE}/1")).json()
    assert [span["from_at"] for span in found["spans"]] == ["2026-11-23T02:00:00Z"]
    assert [(day["day"], day["recorded_s"]) for day in found["days"]] == [("2026-11-23", 7200.0)]


async def test_an_unknown_camera_is_404(reviewer: httpx.AsyncClient) -> None:
    answer = await reviewer.get(f"{_TABLE}/999")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("days", "named", "verified"),
    [
        (30, "国务院令799号 §17", True),
        (30, "《公共安全视频图像信息系统管理条例》 § 17", True),
        (90, "反恐怖主义法§32", True),
        (90, "国务院令799号 §17", False),
        (30, "国务院令799号 §171", False),
        (30, "国务院令799号", False),
        (90, "GB/T 29315-2022", False),
        (30, "", False),
    ],
)
def test_only_a_text_that_was_read_and_says_so_is_verified(
    days: int, named: str, verified: bool
) -> None:
    assert is_verified(days, named) is verified


def test_every_text_that_was_read_verifies_itself() -> None:
    assert verified_sources()
    assert all(is_verified(s.days, f"{s.title} {s.clause}") for s in verified_sources())


def test_every_state_and_cause_has_its_word() -> None:
    words = vocabulary()
    assert set(words.retention_state) == set(RetentionState)
    assert set(words.gap_cause) == set(GapCause)


@pytest.mark.whole
def test_a_database_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'mingan.db'}"
    config = alembic_config()
    engine = sync_engine(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001_initial")
    engine.dispose()
    database = sqlite3.connect(tmp_path / "mingan.db")
    database.execute(
        "INSERT INTO cameras (camera_id, name, location, source, rules, created_at, reason, detail,"
        " frames_analysed, frames_dropped, reconnects)"
        " VALUES ('gate', '北门', '', '', '[]', '2026-11-01 00:00:00', '', '', 0, 0, 0)"
    )
    database.commit()
    database.close()
    upgrade(url, tmp_path / "lock")
    database = sqlite3.connect(tmp_path / "mingan.db")
    assert database.execute("SELECT camera_id, name FROM cameras").fetchall() == [("gate", "北门")]
    database.execute("PRAGMA foreign_keys = ON")
    insert = (
        "INSERT INTO retention_verdicts (camera_key, day, as_of, state, required_days, proven_days,"
        " completeness, gap_count)"
    )
    row = "VALUES (?, '2026-11-24', '2026-11-24', 'gap', 30, 1.5, 0.5, 2)"
    database.execute(f"{insert} {row}", (1,))
    with pytest.raises(sqlite3.IntegrityError):
        database.execute(f"{insert} {row}", (2,))
    database.close()
