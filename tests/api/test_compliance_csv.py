"""The exported table: opens in Excel as it is, and never runs."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.compliance.sheet import COLUMNS
from api.contract import GapCause, RetentionForecast
from api.contract.vocabulary import vocabulary
from api.kit.csv_file import text_cell
from tests.api.centre import Centre, put_camera, put_retention
from tests.api.footage import judged, report
from tests.api.messages import SCHOOL_ID, T0, recovered, registration

_FILE = "/api/v1/compliance/retention.csv"


async def table(client: httpx.AsyncClient, language: str = "zh") -> list[dict[str, str]]:
    answer = await client.get(f"{_FILE}?language={language}")
    assert answer.status_code == 200, answer.text
    assert answer.content.startswith(b"\xef\xbb\xbf")
    text = answer.content.decode("utf-8-sig")
    titles, *found = list(csv.reader(io.StringIO(text, newline="")))
    words = vocabulary().retention_column
    assert titles == [words[column].text("zh" if language == "zh" else "en") for column in COLUMNS]
    return [dict(zip(COLUMNS, row, strict=True)) for row in found]


async def test_the_file_names_itself_and_is_not_cached(reviewer: httpx.AsyncClient) -> None:
    answer = await reviewer.get(_FILE)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert (
        answer.headers["content-disposition"] == 'attachment; filename="retention-2026-11-24.csv"'
    )
    assert answer.headers["cache-control"] == "no-store"


async def test_every_camera_is_a_row_in_the_words_of_the_language(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await put_camera(worker, registration("yard", name="操场, “东”\n侧"))
    gaps = (
        (T0 - timedelta(hours=30), T0 - timedelta(hours=28.5), GapCause.DISK_FULL),
        (
            T0 - timedelta(hours=6),
            T0 - timedelta(hours=6) + timedelta(seconds=58),
            GapCause.OFFLINE,
        ),
    )
    told = report(
        31,
        gaps=gaps,
        recovered=(recovered(5, 599.6), recovered(3, 60)),
        forecast=RetentionForecast(
            bytes_per_day=1, reachable_days=12.34, breaks_on=date(2026, 12, 3)
        ),
    )
    await put_retention(worker, told)
    await judged(centre)
    gate, yard = await table(reviewer)
    assert (yard["school"], yard["school_id"]) == ("第一小学", "no-1-primary")
    assert (gate["school"], gate["school_id"]) == ("第一小学", "no-1-primary")
    assert (yard["name"], yard["state"], yard["doubt"]) == (
        "操场, “东”\n侧",
        "无法核验",
        "从未上报",
    )
    assert (yard["required_days"], yard["completeness_percent"], yard["gap_count"]) == (
        "30",
        "",
        "",
    )
    assert (gate["state"], gate["required_days"], gate["required_verified"]) == (
        "录像缺失",
        "30",
        "已核对原文",
    )
    assert gate["required_source"].endswith("§17")
    # Never rounded up to a promise that is not kept.
    assert (gate["proven_days"], gate["completeness_percent"]) == ("0.249", "99.78")
    assert gate["oldest_continuous_at"] == "2026-11-24 04:00:58"
    assert gate["gaps"] == (
        "2026-11-24 04:00:00 – 2026-11-24 04:00:58 摄像机离线; "
        "2026-11-23 04:00:00 – 2026-11-23 05:30:00 硬盘已满"
    )
    assert (gate["gap_count"], gate["gap_hours"]) == ("2", "1.52")
    assert (gate["recovered_minutes"], gate["recovered_from"]) == ("10.9", "nvr/3")
    assert (yard["recovered_minutes"], yard["recovered_from"]) == ("", "")
    assert (gate["reachable_days"], gate["breaks_on"]) == ("12.3", "2026-12-03")
    english = await table(reviewer, "en")
    assert [row["state"] for row in english] == ["Footage missing", "Cannot be verified"]


@pytest.mark.whole
@pytest.mark.parametrize(
    ("language", "bytes_per_day", "days", "cell"),
    [
        ("zh", 1, 1 / 24, "0.041"),
        ("zh", 1, 0.0, "0.0"),
        ("zh", 0, 0.0, "尚无法预计"),
        ("en", 0, 1.0, "Not known yet"),
    ],
)
async def test_a_camera_recorded_for_minutes_promises_nothing(
    centre: Centre,
    worker: httpx.AsyncClient,
    reviewer: httpx.AsyncClient,
    language: str,
    bytes_per_day: int,
    days: float,
    cell: str,
) -> None:
    await put_camera(worker, registration())
    forecast = RetentionForecast(bytes_per_day=bytes_per_day, reachable_days=days)
    young = T0 - timedelta(hours=6)
    await put_retention(worker, report(0.25, forecast=forecast, life_since_at=young))
    await judged(centre)
    [row] = await table(reviewer, language)
    assert (row["proven_days"], row["reachable_days"], row["breaks_on"]) == ("0.25", cell, "")


async def test_a_name_is_no_formula(worker: httpx.AsyncClient, reviewer: httpx.AsyncClient) -> None:
    told = registration(name="=HYPERLINK(0)", location="  @SUM(A1)", school_name="+1")
    await put_camera(worker, told)
    await put_retention(worker, report(31))
    [row] = await table(reviewer)
    assert row["name"] == "'=HYPERLINK(0)"
    assert row["location"] == "'  @SUM(A1)"
    assert row["school"] == "'+1"


async def test_a_cell_holds_no_more_than_excel_takes(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    begun = [T0 - timedelta(hours=700 - hour) for hour in range(400)]
    gaps = tuple((at, at + timedelta(seconds=58), GapCause.OFFLINE) for at in begun)
    await put_retention(worker, report(31, gaps=gaps))
    await judged(centre)
    [row] = await table(reviewer)
    assert row["gap_count"] == "400"
    assert row["gaps"].endswith("; …")
    assert len(row["gaps"]) < 32_767


async def test_a_school_is_named_in_the_language_as_far_as_somebody_did(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    await put_camera(worker, registration("gate"))
    told = {"name_zh": "一小", "name_en": ""}
    assert (await admin.put(f"/api/v1/schools/{SCHOOL_ID}", json=told)).status_code == 200
    assert [row["school"] for row in await table(reviewer, "en")] == ["一小"]
    told = {"name_zh": "一小", "name_en": "First Primary"}
    assert (await admin.put(f"/api/v1/schools/{SCHOOL_ID}", json=told)).status_code == 200
    assert [row["school"] for row in await table(reviewer, "en")] == ["First Primary"]
    assert [row["school"] for row in await table(reviewer)] == ["一小"]


async def test_an_unknown_language_is_refused(reviewer: httpx.AsyncClient) -> None:
    answer = await reviewer.get(f"{_FILE}?language=tlh")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


@given(st.text())
def test_no_text_begins_a_formula_and_none_is_lost(text: str) -> None:
    cell = text_cell(text)
    assert not cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝"))
    assert cell in (text, f"'{text}")


@pytest.mark.parametrize("text", ["北门", "a-b", "1+1", ""])
def test_what_is_no_formula_stays_as_it_is(text: str) -> None:
    assert text_cell(text) == text
