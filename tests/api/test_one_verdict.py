"""One verdict: no number on any page, in any file or report disagrees with that on another."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import Counter
from typing import Any

import httpx
import pytest

from api.access.scope import EVERYTHING
from api.cameras.service import Watch
from api.compliance import district
from api.compliance.kinds import kind_of
from api.compliance.sheet import COLUMNS
from api.contract import RetentionState
from api.contract.vocabulary import vocabulary
from api.reports import making
from tests.api.audited_school import plant
from tests.api.centre import Centre, all_due
from tests.api.messages import SCHOOL_ID
from tests.api.reporting import made_report, report_file
from tests.support.paper import read_sheets

_URL = "/api/v1/compliance"
_NUMBERS = (
    "state",
    "doubt",
    "is_unconfirmed",
    "required_days",
    "completeness",
    "proven_days",
    "gap_count",
    "gap_s",
    "as_of",
)
_DAY_S = 86_400.0


def _by_camera(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {row["camera_id"]: {name: row[name] for name in _NUMBERS} for row in rows}


def _down(value: float, steps: int) -> float:
    return int(value * steps) / steps


def _seconds(gap: dict[str, Any]) -> float:
    begin, end = (dt.datetime.fromisoformat(gap[name]) for name in ("from_at", "to_at"))
    return (end - begin).total_seconds()


async def _got(client: httpx.AsyncClient, path: str) -> Any:
    answer = await client.get(f"{_URL}{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_every_page_of_a_school_with_planted_faults_states_the_same(
    centre: Centre, worker: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    await plant(centre, worker, admin)
    school = await _got(admin, f"/schools/{SCHOOL_ID}?days=46")
    [line] = (await _got(admin, "/schools"))["items"]
    assert {key: school[key] for key in line} == line
    table = await _got(admin, "/retention")
    assert table["schools"] == [line]
    stated = _by_camera(school["cameras"])
    assert _by_camera(table["items"]) == stated

    counted = Counter(kind_of(each["state"], each["is_unconfirmed"]) for each in stated.values())
    counts = line["retention"]
    assert {kind: counts[kind] for kind in counted} == counted
    assert counts["total"] == counted.total()
    lost_s = sum(each["gap_s"] for each in stated.values() if each["state"] == "gap")
    assert counts["gap_s"] == pytest.approx(lost_s)
    async with centre.runtime.database.read(EVERYTHING) as session:
        watch = Watch.of(centre.runtime.settings, centre.clock())
        assert await district.count_kinds(session, watch) == counted

    for row in table["items"]:
        detail = await _got(admin, f"/retention/{row['camera_key']}")
        name = row["camera_id"]
        assert _by_camera([detail])[name] == stated[name]
        listed_s = sum(_seconds(gap) for gap in detail["gaps"])
        assert listed_s == pytest.approx(stated[name]["gap_s"], abs=0.01), name
        if detail["claim"] is not None:
            # What its own file asks for is nobody's verdict here.
            assert detail["claim"]["required_days"] == 1
        for day in detail["history"]:
            of_day = await _got(admin, f"/cameras/{row['camera_key']}/days/{day['day']}")
            for number in ("state", "completeness", "proven_days", "gap_count", "gap_s", "as_of"):
                assert day[number] == of_day[number], (name, day["day"], number)
            assert day["required_days"] == of_day["requirement"]["least"]["days"]
        if stated[name]["state"] == "unknown":
            assert (stated[name]["gap_count"], stated[name]["gap_s"]) == (0, 0.0)


async def test_the_files_state_what_the_pages_do(
    centre: Centre, worker: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    await plant(centre, worker, admin)
    stated = _by_camera((await _got(admin, "/retention"))["items"])
    states = vocabulary().retention_state
    text = (await admin.get(f"{_URL}/retention.csv?language=zh")).content.decode("utf-8-sig")
    _, *rows = csv.reader(io.StringIO(text, newline=""))
    lines = {row[COLUMNS.index("camera_id")]: dict(zip(COLUMNS, row, strict=True)) for row in rows}
    assert lines.keys() == stated.keys()
    sheets = read_sheets(await report_file(admin, await made_report(centre, admin)))
    audit = {str(row[0]).split()[-1]: row for row in sheets["录像存储"][2:]}
    assert audit.keys() == stated.keys()
    for name, each in stated.items():
        line, row = lines[name], audit[name]
        word = states[RetentionState(each["state"])].text("zh")
        assert (line["state"], row[2]) == (word, word), name
        assert (line["required_days"], row[3]) == (str(each["required_days"]), 45), name
        assert row[5:7] == [_down(each["proven_days"], 10), _down(each["completeness"] * 100, 100)]
        if each["state"] == "unknown":
            assert (line["gap_count"], line["gap_hours"], row[8]) == ("", "", None), name
            continue
        assert line["completeness_percent"] == f"{_down(each['completeness'] * 100, 100)}", name
        assert (line["gap_count"], row[8]) == (str(each["gap_count"]), each["gap_count"]), name
        assert float(line["gap_hours"]) == round(each["gap_s"] / 3600, 2), name


async def test_the_month_counts_the_verdicts_that_the_days_show(
    centre: Centre, worker: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    await plant(centre, worker, admin)
    counted: Counter[str] = Counter()
    for number in range(1, 31):
        found = await _got(admin, f"/schools/{SCHOOL_ID}/days/2026-11-{number:02}")
        for each in found["cameras"]:
            counted[kind_of(each["state"], each["is_unconfirmed"])] += 1
    short = counted["gap"] + counted["insufficient"] + counted["over_retained"]
    assert counted["kept"]
    assert short
    assert counted["immature"]
    centre.clock.advance(10 * _DAY_S)
    admin = await centre.admin()
    body = {"kind": "district_month", "format": "xlsx", "month": "2026-11"}
    asked = await admin.post("/api/v1/reports", json=body)
    assert asked.status_code == 201, asked.text
    await all_due(centre.runtime, making.kinds())
    content = (await admin.get(f"/api/v1/reports/{asked.json()['id']}/file")).content
    summary = {str(row[0]): str(row[1]) for row in read_sheets(content)["摘要"]}
    share = _down(counted["kept"] / (counted["kept"] + short) * 100, 10)
    assert summary["存储达标率"].startswith(f"{share:.1f} %")
    assert summary["录像结论"] == (
        f"{counted['kept'] + short} 个摄像机日有结论，另有 {counted['unknown']} 个无法核验，"
        "不计入达标率"
    )
