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
from api.contract import GapCause, RetentionForecast, RetentionState
from api.contract.vocabulary import vocabulary
from api.kit.csv_file import text_cell
from tests.api.centre import put_camera, put_retention
from tests.api.messages import T0, footage_gap, recovered, registration, retention

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
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await put_camera(worker, registration("yard", name="操场, “东”\n侧"))
    told = retention(
        state=RetentionState.GAP,
        proven_days=29.96,
        completeness=0.999_99,
        gaps=(footage_gap(30, 5400, GapCause.DISK_FULL), footage_gap(6)),
        oldest_continuous_at=T0 - timedelta(hours=6),
        recovered=(recovered(5, 599.6), recovered(3, 60)),
        forecast=RetentionForecast(
            bytes_per_day=1, reachable_days=12.34, breaks_on=date(2026, 12, 3)
        ),
    )
    await put_retention(worker, told)
    gate, yard = await table(reviewer)
    assert (yard["school"], yard["school_id"]) == ("第一小学", "no-1-primary")
    assert (gate["school"], gate["school_id"]) == ("第一小学", "no-1-primary")
    assert (yard["name"], yard["state"], yard["doubt"]) == (
        "操场, “东”\n侧",
        "无法核验",
        "从未上报",
    )
    assert (yard["required_days"], yard["completeness_percent"]) == ("", "")
    assert (gate["state"], gate["required_days"], gate["required_verified"]) == (
        "录像缺失",
        "30",
        "已核对原文",
    )
    # Never rounded up to a promise that is not kept.
    assert (gate["proven_days"], gate["completeness_percent"]) == ("29.9", "99.99")
    assert gate["oldest_continuous_at"] == "2026-11-24 04:00:00"
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
    worker: httpx.AsyncClient,
    reviewer: httpx.AsyncClient,
    language: str,
    bytes_per_day: int,
    days: float,
    cell: str,
) -> None:
    await put_camera(worker, registration())
    forecast = RetentionForecast(bytes_per_day=bytes_per_day, reachable_days=days)
    await put_retention(worker, retention(proven_days=0.25, forecast=forecast))
    [row] = await table(reviewer, language)
    assert (row["proven_days"], row["reachable_days"], row["breaks_on"]) == ("0.25", cell, "")


async def test_a_name_is_no_formula(worker: httpx.AsyncClient, reviewer: httpx.AsyncClient) -> None:
    told = registration(name="=HYPERLINK(0)", location="  @SUM(A1)", school_name="+1")
    await put_camera(worker, told)
    await put_retention(worker, retention(required_source="-2+3"))
    [row] = await table(reviewer)
    assert row["name"] == "'=HYPERLINK(0)"
    assert row["location"] == "'  @SUM(A1)"
    assert row["school"] == "'+1"
    assert row["required_source"] == "'-2+3"


async def test_a_cell_holds_no_more_than_excel_takes(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    gaps = tuple(footage_gap(700 - hour) for hour in range(400))
    await put_retention(worker, retention(state=RetentionState.GAP, gaps=gaps))
    [row] = await table(reviewer)
    assert row["gap_count"] == "400"
    assert row["gaps"].endswith("; …")
    assert len(row["gaps"]) < 32_767


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
