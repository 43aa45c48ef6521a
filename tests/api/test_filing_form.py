"""The filing form states the register's devices, and names what nobody wrote down."""

from __future__ import annotations

import httpx

from tests.api.centre import Centre, key_of, put_camera
from tests.api.messages import SCHOOL_ID, registration
from tests.api.reporting import made_report, report_file
from tests.support.paper import read_sheets


async def test_a_filing_form_has_every_device_and_what_is_not_written_down(
    centre: Centre, worker: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    await put_camera(worker, registration())
    await put_camera(worker, registration("hall", name="=HALL"))
    gate = {"kind": "entrance", "name": "南门"}
    place = await admin.post(f"/api/v1/schools/{SCHOOL_ID}/places", json=gate)
    told = {
        "place_id": place.json()["id"],
        "code": "32128400001310000001",
        "vendor": "海康",
        "model": "DS-2CD",
        "position": "东墙 3 m 高",
        "address": "迎春路 1 号",
        "installed_on": "2026-09-01",
        "police_station": "城中派出所",
        "manager": "王丽",
        "manager_phone": "138 0000 0000",
    }
    put = await admin.put(f"/api/v1/register/{await key_of(admin)}", json=told)
    assert put.status_code == 200, put.text
    made = await made_report(centre, admin, kind="filing_form")
    assert made["has_pictures"] is False
    sheets = read_sheets(await report_file(admin, made))
    assert sheets["摘要"][2][1] == (
        "图像采集设备 2 台，分布于 1 处点位，视频图像信息保存期限 30 天，"
        "1 台未登记点位或型号，备案前请补全"
    )
    assert sheets["图像采集设备数量及类型"][1:] == [
        ["出入口", "海康 DS-2CD", 1],
        ["未登记点位", "未登记", 1],
    ]
    known, unknown = sheets["图像采集设备"][2:]
    assert known == [
        "北门 gate-north",
        "32128400001310000001",
        "南门",
        "东墙 3 m 高",
        "迎春路 1 号",
        "海康 DS-2CD",
        "2026-09-01",
        "城中派出所",
        "王丽",
        0,
    ]
    assert unknown == ["=HALL hall", *["未登记"] * 8, 0]
    # A telephone number is nothing that is filed.
    assert "138" not in str(sheets)
