"""A school's ledger of hazards holds every work order, with who did what."""

from __future__ import annotations

from typing import Any

import httpx

from api.reports import making
from tests.api.centre import Centre, all_due
from tests.api.district import MINE, THEIRS
from tests.support.paper import read_sheets

URL = "/api/v1/reports"


async def _finding(admin: httpx.AsyncClient, school_id: str, text: str) -> int:
    told = {"kind": "finding", "text": text, "risk": "class_3", "subject": "safety"}
    made = await admin.post("/api/v1/orders", json={**told, "school_id": school_id})
    assert made.status_code == 201, made.text
    return int(made.json()["id"])


async def test_the_ledger_holds_a_schools_orders_and_no_others(
    centre: Centre, admin: httpx.AsyncClient
) -> None:
    for school_id in (MINE, THEIRS):
        await centre.enrolled(admin, school_id, name_zh=f"name of {school_id}")
    await _finding(admin, THEIRS, "another school's")
    first = await _finding(admin, MINE, "=灭火器过期")
    second = await _finding(admin, MINE, "疏散通道堆物")
    centre.clock.advance(400 * 86_400)
    admin = await centre.admin()

    asked = await admin.post(
        URL, json={"kind": "hazard_ledger", "format": "xlsx", "school_id": MINE}
    )
    assert asked.status_code == 201, asked.text
    await all_due(centre.runtime, making.kinds())
    made: dict[str, Any] = (await admin.get(f"{URL}/{asked.json()['id']}")).json()
    assert (made["state"], made["has_pictures"]) == ("ready", False), made
    sheets = read_sheets((await admin.get(f"{URL}/{made['id']}/file")).content)
    assert "共 2 项：未销号 2 项，其中逾期 2 项；已销号 0 项" in [row[1] for row in sheets["摘要"]]
    rows = {row[0]: row for row in sheets["整改工单"][1:]}
    assert set(rows) == {first, second}
    assert rows[first][1:4] == ["=灭火器过期", "三类风险", "已派发（逾期）"]
    assert str(rows[first][4]).endswith("\nadmin")
    assert rows[first][7:] == [None, None]
