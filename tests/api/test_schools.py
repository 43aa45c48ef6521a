"""The bureau, its communities and schools, and their places."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import httpx
import pytest

from api.contract.places import SchoolType
from api.organisations.grades import grade
from tests.api.centre import Centre

NO_2: dict[str, Any] = {"school_id": "no-2", "name_zh": "第二小学", "type": "primary"}


async def _school(admin: httpx.AsyncClient, **changes: Any) -> httpx.Response:
    return await admin.post("/api/v1/schools", json=NO_2 | changes)


async def test_a_new_centre_has_one_school(admin: httpx.AsyncClient) -> None:
    [school] = (await admin.get("/api/v1/schools")).json()["items"]
    assert (school["school_id"], school["name_zh"]) == ("default", "本校")
    assert (school["is_described"], school["time_zone"]) == (False, "Asia/Shanghai")


async def test_a_school_is_made_described_and_keeps_its_id(admin: httpx.AsyncClient) -> None:
    await admin.post("/api/v1/communities", json={"community_id": "east", "name_zh": "东片"})
    term = {"name": "第一学期", "first_day": "2026-09-01", "last_day": "2027-01-20"}
    made = await _school(
        admin,
        code="3212010001",
        community_id="east",
        pupils=1500,
        canteen=True,
        terms=[term],
        holidays=["2026-10-02", "2026-10-01", "2026-10-01"],
    )
    assert made.status_code == 201, made.text
    school = made.json()
    assert (school["grade"], school["canteen"], school["boarding"]) == (1, True, False)
    assert school["holidays"] == ["2026-10-01", "2026-10-02"]
    assert school["terms"] == [term]
    told = {"name_zh": "第二实验小学", "name_en": "No. 2 Experimental", "pupils": 900}
    changed = (await admin.put("/api/v1/schools/no-2", json=told)).json()
    assert (changed["school_id"], changed["name_zh"]) == ("no-2", "第二实验小学")
    assert (changed["code"], changed["community_id"], changed["grade"]) == (None, None, None)
    refused = await admin.put("/api/v1/schools/no-2", json=told | {"school_id": "no-3"})
    assert refused.status_code == 422


@pytest.mark.parametrize(
    ("changes", "status", "where"),
    [
        ({"school_id": "No 2"}, 422, "body.school_id"),
        ({"name_zh": " "}, 422, "body.name_zh"),
        ({"type": "university"}, 422, "body.type"),
        ({"pupils": -1}, 422, "body.pupils"),
        ({"time_zone": "Asia/Nowhere"}, 422, "body.time_zone"),
        ({"community_id": "west"}, 422, "body.community_id"),
        (
            {"terms": [{"name": "x", "first_day": "2026-09-01", "last_day": "2026-08-01"}]},
            422,
            "body.terms.0",
        ),
        ({"colour": "red"}, 422, "body.colour"),
    ],
)
async def test_what_no_school_can_be_is_refused_where_it_is_wrong(
    admin: httpx.AsyncClient, changes: dict[str, Any], status: int, where: str
) -> None:
    answer = await _school(admin, **changes)
    assert answer.status_code == status
    assert [each["where"] for each in answer.json()["errors"]] == [where]
    assert len((await admin.get("/api/v1/schools")).json()["items"]) == 1


async def test_ids_and_codes_are_used_once(admin: httpx.AsyncClient) -> None:
    assert (await _school(admin, code="1")).status_code == 201
    for changes, what in (({}, "school_id"), ({"school_id": "no-3", "code": "1"}, "code")):
        answer = await _school(admin, **changes)
        assert (answer.status_code, answer.json()["code"]) == (409, "taken")
        assert answer.json()["params"]["what"] == what
    ids = [each["school_id"] for each in (await admin.get("/api/v1/schools")).json()["items"]]
    assert ids == ["default", "no-2"], "nothing of a refused school is there"


async def test_communities_and_places_go_only_when_nothing_is_in_them(
    admin: httpx.AsyncClient,
) -> None:
    await admin.post("/api/v1/communities", json={"community_id": "east", "name_zh": "东片"})
    await _school(admin, community_id="east")
    in_use = await admin.delete("/api/v1/communities/east")
    assert (in_use.status_code, in_use.json()["code"]) == (409, "in_use")
    await admin.put("/api/v1/schools/no-2", json={"name_zh": "第二小学"})
    assert (await admin.delete("/api/v1/communities/east")).status_code == 204
    place = {"kind": "cooking", "name": "一食堂烹饪间"}
    made = await admin.post("/api/v1/schools/no-2/places", json=place)
    assert made.status_code == 201, made.text
    again = await admin.post("/api/v1/schools/no-2/places", json=place)
    assert (again.status_code, again.json()["code"]) == (409, "taken")
    path = f"/api/v1/schools/no-2/places/{made.json()['id']}"
    renamed = await admin.put(path, json=place | {"name": "二食堂烹饪间"})
    assert renamed.json()["name"] == "二食堂烹饪间"
    foreign = await admin.delete(f"/api/v1/schools/default/places/{made.json()['id']}")
    assert foreign.status_code == 404, "another school's"
    assert (await admin.delete(path)).status_code == 204
    assert (await admin.get("/api/v1/schools/no-2/places")).json()["items"] == []


async def test_the_bureau_has_a_name(admin: httpx.AsyncClient) -> None:
    assert (await admin.get("/api/v1/bureau")).json() == {"name_zh": "", "name_en": ""}
    for name in ("海陵区教育局", "某区教育局"):
        await admin.put("/api/v1/bureau", json={"name_zh": name})
        assert (await admin.get("/api/v1/bureau")).json()["name_zh"] == name


@pytest.mark.parametrize(
    ("kind", "pupils", "expected"),
    [
        (SchoolType.PRIMARY, 1500, 1),
        (SchoolType.PRIMARY, 1499, 2),
        (SchoolType.NINE_YEAR, 1000, 2),
        (SchoolType.SENIOR_HIGH, 999, 3),
        (SchoolType.KINDERGARTEN, 300, 1),
        (SchoolType.KINDERGARTEN, 150, 2),
        (SchoolType.KINDERGARTEN, 0, 3),
        (SchoolType.PRIMARY, None, None),
        (None, 1500, None),
    ],
)
def test_the_grade_follows_from_the_number_of_pupils(
    kind: SchoolType | None, pupils: int | None, expected: int | None
) -> None:
    assert grade(kind, pupils) == expected


async def test_a_school_that_moves_keeps_where_it_was(
    centre: Centre, admin: httpx.AsyncClient
) -> None:
    for community_id in ("east", "west"):
        told = {"community_id": community_id, "name_zh": community_id}
        await admin.post("/api/v1/communities", json=told)
    began = centre.clock.now
    await _school(admin, community_id="east")
    centre.clock.advance(15 * 24 * 3600)
    admin = await centre.admin()
    moved = {"name_zh": "第二小学", "type": "primary", "community_id": "west"}
    school = (await admin.put("/api/v1/schools/no-2", json=moved)).json()
    stays = [
        (each["community_id"], each["from_at"], each["to_at"]) for each in school["memberships"]
    ]
    then = centre.clock.now
    assert [(name, datetime.fromisoformat(at)) for name, at, _ in stays] == [
        ("east", began),
        ("west", then),
    ]
    assert (datetime.fromisoformat(stays[0][2]), stays[1][2]) == (then, None)
    assert (await admin.delete("/api/v1/communities/east")).status_code == 204
    names = [c["community_id"] for c in (await admin.get("/api/v1/communities")).json()["items"]]
    assert names == ["west"]
    kept = (await admin.get("/api/v1/schools/no-2")).json()["memberships"][0]
    assert (kept["community_id"], kept["name_zh"]) == ("east", "east")
    refused = await admin.put("/api/v1/schools/no-2", json=moved | {"community_id": "east"})
    assert refused.status_code == 422
    again = await admin.post("/api/v1/communities", json={"community_id": "east", "name_zh": "东"})
    assert again.status_code == 201, "its id can be used again"


async def test_each_edit_is_logged_with_what_was_and_what_is(admin: httpx.AsyncClient) -> None:
    await _school(admin, pupils=900)
    await admin.put("/api/v1/schools/no-2", json={"name_zh": "二小", "type": "primary"})
    await admin.put("/api/v1/schools/no-2", json={"name_zh": "二小", "type": "primary"})
    await admin.post("/api/v1/schools/no-2/close")
    items = (await admin.get("/api/v1/audit?school_id=no-2")).json()["items"]
    assert [each["action"] for each in items] == [
        "school_closed",
        "school_changed",
        "school_created",
    ]
    changes = {each["field"]: (each["old"], each["new"]) for each in items[1]["changes"]}
    assert changes == {"name_zh": ("第二小学", "二小"), "pupils": ("900", None)}
