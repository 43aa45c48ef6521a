"""An exam for the demo: two sessions in three rooms of the first school, one without a camera."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
from demo_site import FIRST
from openpyxl import Workbook

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ZONE = "Asia/Shanghai"
_SHEETS = {
    "场次": ("场次名称", "开始时间", "结束时间"),
    "考场": ("学校编号", "考场编号", "考场名称", "座位数", "摄像机编号"),
    "考场编排": ("学校编号", "考场编号", "场次名称", "应到人数"),
}


def sit(admin: httpx.Client) -> None:
    """Make it, unless there is one: a session from an hour ago on, and one tomorrow."""
    if admin.get("/api/v1/exams").raise_for_status().json()["items"]:
        return
    told = {"name": "期末考试", "clock_tolerance_s": 5, "tolerance_source": "演示：教育局通知"}
    made = admin.post("/api/v1/exams", json=told).raise_for_status().json()
    cameras = [
        each["camera_id"]
        for each in admin.get("/api/v1/cameras").raise_for_status().json()["items"]
        if each["school"]["school_id"] == FIRST.id
    ]
    admin.post(
        f"/api/v1/exams/{made['id']}/import",
        content=book(cameras[:2]),
        headers={"Content-Type": _XLSX},
    ).raise_for_status()


def book(cameras: list[str]) -> bytes:
    """Its workbook; of the three rooms each has the next of these cameras, as far as they go."""
    now = datetime.now(ZoneInfo(_ZONE)).replace(second=0, microsecond=0, tzinfo=None)
    starts = {"语文": now - timedelta(hours=1), "数学": now + timedelta(days=1)}
    seen = {"001": cameras[:1], "002": cameras[1:2], "003": []}
    rows: dict[str, list[tuple[object, ...]]] = {
        "场次": [
            (name, f"{start:%Y-%m-%d %H:%M}", f"{start + timedelta(hours=2):%Y-%m-%d %H:%M}")
            for name, start in starts.items()
        ],
        "考场": [
            (FIRST.id, code, f"第 {code} 考场", 30, ", ".join(ids)) for code, ids in seen.items()
        ],
        "考场编排": [(FIRST.id, code, name, 30) for code in seen for name in starts],
    }
    book = Workbook()
    assert book.active is not None
    book.remove(book.active)
    for title, head in _SHEETS.items():
        page = book.create_sheet(title)
        for row in (head, *rows[title]):
            page.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
