"""What a box says, tried on its own school, on another one and on none."""

from __future__ import annotations

import re

import httpx

from tests.api.district import District, Objects, worker_of
from tests.api.test_matrix import ADDRESSES, ROWS


async def test_a_box_speaks_of_its_own_school_alone(district: District) -> None:
    worker = district.mine.worker
    assert worker is not None
    for operation, row in ROWS.items():
        if row.kind != "box":
            continue
        own, foreign, none = [
            await _call_box(worker, operation, of)
            for of in (district.mine, district.theirs, district.nobodys)
        ]
        assert own.status_code == 200, (operation, own.text)
        assert foreign.status_code == 403, (operation, foreign.text)
        assert district.theirs.plain(foreign.text) == district.nobodys.plain(none.text), operation
        theirs = await _call_box(worker_of(district.theirs), operation, district.theirs)
        assert theirs.status_code == 200, (operation, theirs.text)


async def _call_box(client: httpx.AsyncClient, operation: str, of: Objects) -> httpx.Response:
    method, path = ADDRESSES[operation]
    body = ROWS[operation].body(of)
    values = {"camera_id": body.get("camera_id"), "alert_id": body.get("id")}
    address = re.sub(r"\{(\w+)\}", lambda match: str(values[match[1]]), path)
    return await client.request(method, address, json=body)
