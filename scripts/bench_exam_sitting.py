"""The session that ``scripts/bench exam`` watches: all its rooms sit it, as a workbook says."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
from bench_exam_boxes import Size
from openpyxl import Workbook


def sit(client: httpx.Client, size: Size) -> tuple[str, dict[str, int]]:
    """All rooms sit a session that began an hour ago; its table, and the rows by camera."""
    now = datetime.now(ZoneInfo("Asia/Shanghai")).replace(second=0, microsecond=0, tzinfo=None)
    begin, end = now - timedelta(hours=1), now + timedelta(hours=2)
    told = {"name": "期末考试", "clock_tolerance_s": 5, "tolerance_source": "bench"}
    exam = client.post("/api/v1/exams", json=told).raise_for_status().json()["id"]
    rooms = [
        (size.school(n), f"{n // size.schools + 1:03}", f"room-{n}") for n in range(size.rooms)
    ]
    sheets: dict[str, list[tuple[object, ...]]] = {
        "场次": [
            ("场次名称", "开始时间", "结束时间"),
            ("语文", f"{begin:%F %H:%M}", f"{end:%F %H:%M}"),
        ],
        "考场": [
            ("学校编号", "考场编号", "考场名称", "座位数", "摄像机编号"),
            *((school, code, code, 30, camera) for school, code, camera in rooms),
        ],
        "考场编排": [
            ("学校编号", "考场编号", "场次名称", "应到人数"),
            *((school, code, "语文", 30) for school, code, _ in rooms),
        ],
    }
    book = Workbook(write_only=True)
    for title, rows in sheets.items():
        page = book.create_sheet(title)
        for row in rows:
            page.append(row)
    out = io.BytesIO()
    book.save(out)
    client.post(
        f"/api/v1/exams/{exam}/import", content=out.getvalue(), timeout=120
    ).raise_for_status()
    [session] = client.get(f"/api/v1/exams/{exam}").json()["sessions"]
    table = f"/api/v1/exams/{exam}/sessions/{session['id']}/table"
    items = client.get(table, timeout=60).raise_for_status().json()["items"]
    of = {(row["school"]["school_id"], row["room"]): row["id"] for row in items}
    return table, {camera: of[school, code] for school, code, camera in rooms}
