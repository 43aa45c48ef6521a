"""A school with planted faults: each is stated alike on screen, in the workbook and in the PDF."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import httpx
import pytest

from api.contract import FootageSpan
from tests.api.audited_school import BUREAU, MISSING, SENTENCE, STATED, STATES, plant
from tests.api.centre import Centre, put_camera, put_retention
from tests.api.footage import judged
from tests.api.messages import SCHOOL_ID, T0, registration, retention
from tests.api.reporting import made_report, report_file
from tests.support.fonts import why_no_pdf
from tests.support.paper import ReadPdf, read_pdf, read_sheets

needs_pdf = pytest.mark.skipif(why_no_pdf() is not None, reason=why_no_pdf() or "")
_DAY = timedelta(days=1)


def _by_camera(rows: list[list[object]]) -> dict[str, list[object]]:
    return {str(row[0]).split()[-1]: row for row in rows}


def _on_screen(school: dict[str, Any]) -> None:
    assert (school["sentence"]["zh"], school["retention_verdict"]) == (SENTENCE, "fails")
    least, most = school["requirement"]["least"], school["requirement"]["most"]
    assert (least["days"], most["days"]) == (45, 90)
    assert school["time_zone"] == "Europe/Berlin"
    assert (least["reason"], least["by"], most["by"]) == ("市里要求", "admin", "admin")
    cameras = {each["camera_id"]: each for each in school["cameras"]}
    assert cameras.keys() == STATED.keys()
    for name, (state, days, percent, comment) in STATED.items():
        camera = cameras[name]
        assert (camera["state"], camera["required_days"]) == (state, 45), name
        assert camera["comment"]["zh"] == comment, name
        assert int(camera["proven_days"] * 10) / 10 == days, name
        assert int(camera["completeness"] * 10_000) / 100 == percent, name
        hours = round(camera["gap_s"] / 3600, 4)
        assert (hours, camera["gap_count"]) == (
            (MISSING[name][3], 1) if name in MISSING else (0, 0)
        ), name
    assert cameras["silent"]["doubt"] == "never_reported"
    assert [gap["cause"] for gap in cameras["no-answer"]["gaps"]] == ["not_verified"]
    assert cameras["nine-days"]["gaps"] == []
    assert [day["state"] for day in cameras["healed"]["days"]] == ["gap", "compliant"]
    long, _ = cameras["long-day"]["days"]
    assert (long["day"], long["share"]) == ("2026-10-25", pytest.approx(24 / 25, abs=1e-5))


def _in_excel(sheets: dict[str, list[list[object]]]) -> None:
    assert sheets["摘要"][2][1] == SENTENCE
    cameras = _by_camera(sheets["录像存储"][2:])
    assert cameras.keys() == STATED.keys()
    for name, (state, days, percent, comment) in STATED.items():
        row = cameras[name]
        assert row[2:7] == [STATES[state], 45, BUREAU, days, percent], name
        assert (row[10] or "") == comment, name
        # What nobody knows is not counted as missing.
        count = None if state == "unknown" else int(name in MISSING)
        assert row[8:10] == [count, MISSING[name][2] if name in MISSING else None], name
    assert cameras["good"][0] == "=HYPERLINK(1) good"
    gaps = _by_camera(sheets["缺失录像"][1:])
    assert {name: row[1:6] for name, row in gaps.items()} == MISSING
    # What a box writes for engineers is text, whatever it looks like.
    assert {row[6] for row in gaps.values()} == {"=1+1"}
    [broken] = sheets["未到期被清理的录像"][1:]
    assert broken[4:] == [45, 21, "硬盘已满"]
    law, target, unread, *_, bureau = sheets["保存期限要求"][2:]
    assert (law[1:3], law[4]) == (["30 天", "适用"], "已核原文")
    assert "§17" in str(law[3])
    assert target[2] == "不涉及"
    assert unread[2:5:2] == ["不涉及", "未核原文"]
    assert bureau[1:4] == [
        "至少 45 天，至多 90 天",
        "适用",
        "主管部门要求：市里要求（admin，2026-11-24 03:00:00）",
    ]


def _in_pdf(pdf: ReadPdf, sheets: dict[str, list[list[object]]]) -> None:
    """Every row of the workbook stands in it, cell by cell."""
    text = re.sub(r"\s", "", pdf.text)
    assert re.sub(r"\s", "", SENTENCE) in text
    for title in ("保存期限要求", "录像存储", "缺失录像", "未到期被清理的录像"):
        for row in sheets[title]:
            line = "".join(
                f"{each:g}" if isinstance(each, float) else str(each or "") if each != 0 else "0"
                for each in row
            )
            assert re.sub(r"\s", "", line) in text, row


@needs_pdf
async def test_each_planted_fault_is_stated_on_screen_in_excel_and_in_pdf(
    centre: Centre, worker: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    await plant(centre, worker, admin)
    answer = await admin.get(f"/api/v1/compliance/schools/{SCHOOL_ID}", params={"days": 46})
    _on_screen(answer.json())
    made = await made_report(centre, admin)
    sheets = read_sheets(await report_file(admin, made))
    _in_excel(sheets)
    assert made["code"] in [row[1] for row in sheets["摘要"]]

    # No clock stands at a full second.
    centre.clock.advance(0.123456)
    made = await made_report(centre, admin, format="pdf")
    content = await report_file(admin, made)
    pdf = read_pdf(content)
    _in_pdf(pdf, sheets)
    for text in (made["code"], f"第 {pdf.pages} 页，共 {pdf.pages} 页"):
        assert text in pdf.text, text
    assert pdf.fonts
    assert all(pdf.fonts.values()), pdf.fonts
    assert min(pdf.ink) > 0.005, "an empty page"
    assert b"<pdfaid:part>2</pdfaid:part>" in content
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in content


@needs_pdf
@pytest.mark.whole
async def test_english_is_as_complete(
    centre: Centre, worker: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    await plant(centre, worker, admin)
    made = await made_report(centre, admin, format="pdf", language="en")
    pdf = read_pdf(await report_file(admin, made))
    assert "Does not meet the requirements: cameras lacking footage: 5 (45 d 5 h)" in pdf.text
    for text in ("Cannot be verified", "Never reported", "Not old enough yet", "1 h", "The bureau"):
        assert text in pdf.text, text
    chinese = {each for each in pdf.text if "\u4e00" <= each <= "\u9fff"}
    named = "第一小学市里要求国务院令号" + "三九"  # the last two number clauses
    assert chinese <= set(named), chinese - set(named)


@pytest.mark.whole
async def test_a_school_whose_cameras_are_all_too_young_is_not_said_to_meet(
    centre: Centre, worker: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    await put_camera(worker, registration())
    span = FootageSpan(from_at=T0 - 9 * _DAY, to_at=T0)
    young = retention(spans=(span,), earlier_spans=(), life_since_at=T0 - 9 * _DAY)
    await put_retention(worker, young)
    await judged(centre)
    [line] = (await admin.get("/api/v1/compliance/schools")).json()["items"]
    assert (line["retention_verdict"], line["retention"]["immature"]) == ("unknown", 1)
    assert line["sentence"]["zh"] == "无法核验：2 个点位无法核验，1 台历史未成熟"
    # Told long ago it holds no more: still not missing, and it is said when it was told.
    centre.clock.advance(4 * 3600)
    sheets = read_sheets(await report_file(admin, await made_report(centre, admin)))
    assert sheets["摘要"][2][1] == "无法核验：2 个点位无法核验，1 台录像无法核验"
    [row] = sheets["录像存储"][2:]
    assert row[2:7] == [
        "无法核验",
        30,
        "《公共安全视频图像信息系统管理条例》（国务院令第799号） §17",
        0,
        0,
    ]
    assert str(row[10]).startswith("上报已过期，最后一次上报 2026-11-24 10:00:00，")
    assert sheets["缺失录像"][1][0] == "没有已查明的缺失"
