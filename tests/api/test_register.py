"""The camera register 一机一档, and what its edits leave in the access log."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from api.access.roles import Role
from tests.api.district import District

CODE = "32120200001320000001"


async def _put(client: httpx.AsyncClient, key: int, **told: Any) -> httpx.Response:
    return await client.put(f"/api/v1/register/{key}", json=told)


async def test_an_edit_is_kept_and_logged_with_what_was_and_what_is(district: District) -> None:
    admin, mine = district.admin, district.mine
    place = {"kind": "gate_outside", "name": "东门外"}
    made = await admin.post(f"/api/v1/schools/{mine.school_id}/places", json=place)
    first = {"place_id": made.json()["id"], "code": CODE, "vendor": "海康", "longitude": 119.9}
    answer = await _put(admin, mine.camera_key, **first, latitude=32.5)
    assert answer.status_code == 200, answer.text
    await _put(admin, mine.camera_key, code=CODE, vendor="大华", installed_on="2026-09-01")
    view = (await admin.get(f"/api/v1/register/{mine.camera_key}")).json()
    assert (view["vendor"], view["place"], view["updated_by"]) == ("大华", None, "admin")
    log = await admin.get("/api/v1/audit?action=camera_record_changed")
    entry = log.json()["items"][0]
    assert (entry["school_id"], entry["camera_id"]) == (mine.school_id, "gate-north")
    changes = {each["field"]: (each["old"], each["new"]) for each in entry["changes"]}
    assert changes == {
        "place": ("东门外", None),
        "vendor": ("海康", "大华"),
        "longitude": ("119.9", None),
        "latitude": ("32.5", None),
        "installed_on": (None, "2026-09-01"),
    }
    again = len(log.json()["items"])
    await _put(admin, mine.camera_key, code=CODE, vendor="大华", installed_on="2026-09-01")
    log = await admin.get("/api/v1/audit?action=camera_record_changed")
    assert len(log.json()["items"]) == again, "what changed nothing leaves no entry"
    [row] = [
        each
        for each in (await admin.get("/api/v1/register")).json()["items"]
        if each["school"]["school_id"] == mine.school_id
    ]
    assert row["state"] in ("watching", "worker_lost")
    assert row["proven_days"] is not None


async def test_a_devices_number_is_one_cameras_in_the_whole_district(district: District) -> None:
    """Also when the other camera is one that the person may not know of."""
    mine, theirs = district.mine, district.theirs
    manager = await district.centre.person(Role.SCHOOL_MANAGER, mine.school_id)
    assert (await _put(district.admin, theirs.camera_key, code=CODE)).status_code == 200
    for person in (district.admin, manager):
        refused = await _put(person, mine.camera_key, code=CODE, vendor="x")
        assert (refused.status_code, refused.json()["code"]) == (409, "taken")
    view = (await district.admin.get(f"/api/v1/register/{mine.camera_key}")).json()
    assert (view["code"], view["vendor"]) == (None, "")


@pytest.mark.parametrize(
    "told",
    [
        {"longitude": 119.9},
        {"longitude": 181, "latitude": 1},
        {"installed_on": "2026-02-30"},
        {"manager_phone": "call me"},
        {"code": "=1"},
        {"colour": "red"},
    ],
)
async def test_what_cannot_be_is_refused(district: District, told: dict[str, Any]) -> None:
    answer = await _put(district.admin, district.mine.camera_key, **told)
    assert answer.status_code == 422


async def test_a_camera_stands_at_a_place_of_its_own_school(district: District) -> None:
    place_id = district.theirs.places["put"]
    answer = await _put(district.admin, district.mine.camera_key, place_id=place_id)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["where"] == "body.place_id"
    used = district.mine.places["put"]
    await _put(district.admin, district.mine.camera_key, place_id=used)
    gone = await district.admin.delete(f"/api/v1/schools/{district.mine.school_id}/places/{used}")
    assert (gone.status_code, gone.json()["code"]) == (409, "in_use")
