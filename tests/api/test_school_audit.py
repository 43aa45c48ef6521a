"""A school with planted faults: each is stated alike on screen, in the workbook and in the PDF."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import httpx
import pytest

from api.contract import FootageSpan
from tests.api.audited_school import plant
from tests.api.centre import Centre, put_camera, put_retention
from tests.api.footage import judged
from tests.api.messages import SCHOOL_ID, T0, registration, retention
from tests.api.reporting import made_report, report_file
from tests.support.fonts import why_no_pdf
from tests.support.paper import ReadPdf, read_pdf, read_sheets

needs_pdf = pytest.mark.skipif(why_no_pdf() is not None, reason=why_no_pdf() or "")
_DAY = timedelta(days=1)
_SENTENCE = (
    "不合格：5 台录像缺 45 天 5 小时，1 台录像保存天数不足，1 台录像超期留存，2 台录像无法核验，"
    "1 台历史未成熟，1 台录像有补回（10 分）"
)
_BUREAU = "主管部门要求：市里要求（admin）"
STATED: dict[str, tuple[str, float, float, str]] = {
    "short-gap": ("gap", 1.9, 99.99, "最长一段缺 58 秒"),
    "beside": ("gap", 4.8, 99.72, "最长一段缺 3 小时"),
    "no-footage": ("gap", 0, 0, "最长一段缺 45 天 1 小时"),
    "no-answer": ("unknown", 0, 0, "45 天 1 小时无法核验，不判定为缺失"),
    "silent": ("unknown", 0, 0, "从未上报，没有可核验的录像，按 0 % 列出，不判定为缺失"),
    "slow-clock": ("gap", 1, 99.98, "最长一段缺 7 分，录像设备时钟慢 7 分"),
    "long-day": ("gap", 30, 99.9, "最长一段缺 1 小时"),
    "nine-days": (
        "immature",
        9,
        100,
        "录像自 2026-11-15 03:00:00 起，不足 45 天，不判定为不达标",
    ),
    "kept-200": (
        "over_retained",
        199.9,
        100,
        f"最早录像 2026-05-08 04:00:00，超过最长留存 90 天，{_BUREAU}",
    ),
    "disk-full": (
        "insufficient",
        21,
        46.62,
        "录像只到 2026-11-03 03:00:00，1 段录像未到期即被清理（硬盘已满）",
    ),
    "healed": ("compliant", 49.9, 100, "其中 10 分是中断后补回的（来自 nvr/3）"),
    "good": ("compliant", 49.9, 100, ""),
}
"""State, days proven, percent complete and comment of each camera."""
MISSING: dict[str, list[object]] = {
    "short-gap": ["2026-11-22 03:00:00", "2026-11-22 03:00:58", "58 秒", 0.0161, "摄像机离线"],
    "beside": ["2026-11-19 03:00:00", "2026-11-19 06:00:00", "3 小时", 3, "硬盘已满"],
    "no-footage": ["2026-10-10 03:00:00", "2026-11-24 03:00:00", "45 天 1 小时", 1081, "没有文件"],
    "slow-clock": [
        "2026-11-23 02:53:00",
        "2026-11-23 03:00:00",
        "7 分",
        0.1167,
        "文件时间自相矛盾",
    ],
    "long-day": [
        "2026-10-25 02:30:00+0200",
        "2026-10-25 02:30:00+0100",
        "1 小时",
        1,
        "摄像机离线",
    ],
    "disk-full": ["2026-10-10 03:00:00", "2026-11-03 03:00:00", "24 天 1 小时", 577, "已被清理"],
}
STATES = {
    "gap": "录像缺失",
    "unknown": "无法核验",
    "immature": "历史未成熟",
    "over_retained": "超期留存",
    "insufficient": "存储不足",
    "compliant": "达标",
}


def _by_camera(rows: list[list[object]]) -> dict[str, list[object]]:
    return {str(row[0]).split()[-1]: row for row in rows}


def _on_screen(school: dict[str, Any]) -> None:
    assert (school["sentence"]["zh"], school["retention_verdict"]) == (_SENTENCE, "fails")
    least, most = school["requirement"]["least"], school["requirement"]["most"]
    assert (least["days"], most["days"]) == (45, 90)
    assert (least["reason"], least["by"], most["by"]) == ("市里要求", "admin", "admin")
    cameras = {each["camera_id"]: each for each in school["cameras"]}
    assert cameras.keys() == STATED.keys()
    for name, (state, days, percent, _) in STATED.items():
        camera = cameras[name]
        assert (camera["state"], camera["required_days"]) == (state, 45), name
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
    assert sheets["摘要"][2][1] == _SENTENCE
    cameras = _by_camera(sheets["录像存储"][2:])
    assert cameras.keys() == STATED.keys()
    for name, (state, days, percent, comment) in STATED.items():
        row = cameras[name]
        assert row[2:7] == [STATES[state], 45, _BUREAU, days, percent], name
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
    assert re.sub(r"\s", "", _SENTENCE) in text
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
