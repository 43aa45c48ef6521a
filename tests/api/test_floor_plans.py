"""Floor plans: which pictures are taken, what cameras on them are worth, who changes what."""

from __future__ import annotations

from typing import Any

import cv2
import httpx
import numpy as np
import pytest

from api.access.roles import Role
from api.contract import CameraState
from api.contract.places import PlaceKind
from api.expiry import Expiry
from api.expiry_clock import ExpiryClock
from tests.api.centre import Centre, beat, key_of, put_camera
from tests.api.district import MINE, THEIRS
from tests.api.messages import camera_beat, heartbeat, registration
from tests.api.order_people import codes

YEAR_S = 366 * 86_400
LOOKS = {"x": 0.25, "y": 0.5, "direction_deg": 90.0, "view_deg": 80.0, "reach": 0.2}
HUNG = {
    "gate": PlaceKind.ENTRANCE,
    "perimeter": PlaceKind.PERIMETER,
    "silent": PlaceKind.GUARD_ROOM,
    "bedroom": PlaceKind.DORM_ROOM_INTERIOR,
}


def drawing(kind: str = ".png", size: tuple[int, int] = (160, 120)) -> bytes:
    """Black walls on white."""
    picture = np.full((size[1], size[0], 3), 255, np.uint8)
    cv2.rectangle(picture, (20, 20), (size[0] - 20, size[1] - 20), (0, 0, 0), 3)
    return cv2.imencode(kind, picture)[1].tobytes()


async def send(
    client: httpx.AsyncClient, content: Any = None, title: str = "一层", school: str = MINE
) -> httpx.Response:
    told = {"title_zh": title, "title_en": "1st floor"}
    content = drawing() if content is None else content
    url = f"/api/v1/floor-plan-pictures/{school}"
    return await client.post(url, params=told, content=content)


async def added(client: httpx.AsyncClient, **more: Any) -> Any:
    answer = await send(client, **more)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def put(
    client: httpx.AsyncClient, plan: Any, *cameras: dict[str, Any], **more: Any
) -> httpx.Response:
    version = more.pop("version", plan["version"])
    told = {"title_zh": plan["title_zh"], "title_en": plan["title_en"], **more}
    return await client.put(
        f"/api/v1/floor-plans/{MINE}/{plan['id']}",
        json={**told, "cameras": list(cameras)},
        headers={"If-Match": f'"{version}"'},
    )


async def listed(client: httpx.AsyncClient, school: str = MINE) -> Any:
    answer = await client.get(f"/api/v1/floor-plans/{school}")
    assert answer.status_code == 200, answer.text
    return answer.json()


class Site:
    """A school with cameras at places, and who looks after them."""

    def __init__(self, centre: Centre) -> None:
        self.centre = centre
        self.keys: dict[str, int] = {}

    async def arrive(self) -> None:
        self.admin = await self.centre.admin()
        self.worker = await self.centre.enrolled(self.admin, MINE)
        for camera_id in (*HUNG, "loose"):
            told = registration(camera_id, school_id=MINE, name=f"name of {camera_id}")
            await put_camera(self.worker, told)
            self.keys[camera_id] = await key_of(self.admin, camera_id)
        school = {"name_zh": "寄宿中学", "type": "complete_secondary", "boarding": True}
        await self.admin.put(f"/api/v1/schools/{MINE}", json=school)
        for camera_id, kind in HUNG.items():
            place = {"kind": kind, "name": f"at {camera_id}"}
            made = await self.admin.post(f"/api/v1/schools/{MINE}/places", json=place)
            record = {"place_id": made.json()["id"]}
            await self.admin.put(f"/api/v1/register/{self.keys[camera_id]}", json=record)
        await self.report()
        self.manager = await self.centre.person(Role.SCHOOL_MANAGER, MINE)

    async def report(self, *gone: str) -> None:
        beats = [
            camera_beat("gate"),
            camera_beat("perimeter", CameraState.NOT_WATCHING, reason="unreachable"),
            camera_beat("bedroom"),
            camera_beat("loose"),
        ]
        told = [each for each in beats if each.camera_id not in gone]
        await beat(self.worker, heartbeat(*told, school_id=MINE))

    def at(self, camera_id: str, **more: float) -> dict[str, Any]:
        return {"camera_key": self.keys[camera_id], **LOOKS, **more}


@pytest.fixture
async def site(centre: Centre) -> Site:
    found = Site(centre)
    await found.arrive()
    return found


async def test_a_plan_says_what_each_camera_on_it_is_worth(site: Site) -> None:
    assert (await listed(site.manager))["items"] == []
    plan = await added(site.manager)
    assert (plan["width"], plan["height"], plan["version"]) == (160, 120, 1)
    hung = [site.at(name, x=at / 10) for at, name in enumerate((*HUNG, "loose"))]
    saved = await put(site.manager, plan, *hung, title_zh="一层平面")
    assert saved.status_code == 200, saved.text
    assert (saved.headers["etag"], saved.json()["version"]) == ('"2"', 2)
    found = await listed(site.manager)
    assert found["items"] == [saved.json()]
    assert found["items"][0]["title_zh"] == "一层平面"
    assert found["items"][0]["cameras"] == sorted(hung, key=lambda each: each["camera_key"])
    states = {each["camera_id"]: each["state"] for each in found["cameras"]}
    assert states == {
        "gate": "covered",
        "perimeter": "not_online",
        "bedroom": "forbidden",
        "silent": "unknown",
        # It is looked at, and nobody knows what it shows: that covers nothing.
        "loose": "unknown",
    }
    places = {each["camera_id"]: each["place"] for each in found["cameras"]}
    assert (places["gate"]["name"], places["gate"]["kind"]) == ("at gate", "entrance")
    assert places["loose"] is None
    shown = await site.manager.get(plan["picture_url"])
    assert shown.headers["content-type"] == "image/jpeg"
    assert shown.headers["cache-control"] == "private, no-store"
    # Saved once more as it stands is no change.
    assert (await put(site.manager, saved.json(), *hung)).json()["version"] == 2


async def test_of_two_who_draw_the_second_is_told_and_decides(site: Site) -> None:
    plan = await added(site.manager)
    first = await put(site.admin, plan, site.at("gate"))
    assert first.status_code == 200, first.text
    late = await put(site.manager, plan, site.at("perimeter"))
    assert codes(late) == [(412, "floor_plan_changed")]
    assert late.headers["etag"] == '"2"'
    params = late.json()["params"]
    assert (params["version"], params["by"]) == ("2", "admin")
    [kept] = (await listed(site.manager))["items"]
    assert [each["camera_key"] for each in kept["cameras"]] == [site.keys["gate"]]
    url = f"/api/v1/floor-plans/{MINE}/{plan['id']}"
    assert codes(await site.admin.delete(url)) == [(428, "version_required")]
    gone = await site.admin.delete(url, headers={"If-Match": '"1"'})
    assert codes(gone) == [(412, "floor_plan_changed")]
    mine = await put(site.manager, plan, site.at("perimeter"), version=2)
    assert [each["camera_key"] for each in mine.json()["cameras"]] == [site.keys["perimeter"]]


async def test_what_cannot_hang_there_is_refused_by_name(site: Site) -> None:
    plan = await added(site.manager)
    theirs = await site.centre.enrolled(site.admin, THEIRS)
    await put_camera(theirs, registration("foreign", school_id=THEIRS))
    foreign = {"camera_key": await key_of(site.admin, "foreign"), **LOOKS}
    answer = await put(site.admin, plan, site.at("gate"), foreign)
    assert codes(answer) == [(422, "invalid")]
    [fault] = answer.json()["errors"]
    assert fault["where"] == "body.cameras.1.camera_key"
    wrong = (
        [site.at("gate"), site.at("gate")],
        [site.at("gate", x=1.2)],
        [site.at("gate", direction_deg=360)],
        [site.at("gate", view_deg=0)],
        [site.at("gate", reach=0)],
    )
    for cameras in wrong:
        assert codes(await put(site.admin, plan, *cameras)) == [(422, "invalid")], cameras
    assert codes(await send(site.admin)) == [(409, "taken")]
    other = await added(site.admin, title="二层")
    assert codes(await put(site.admin, other, title_zh="一层")) == [(409, "taken")]
    assert [each["version"] for each in (await listed(site.admin))["items"]] == [1, 1]


async def test_a_retired_camera_stays_as_such_and_is_not_hung_again(site: Site) -> None:
    plan = await added(site.manager)
    saved = (await put(site.manager, plan, site.at("gate"), site.at("loose", x=0.9))).json()
    await site.report("loose")
    found = await listed(site.manager)
    states = {each["camera_id"]: each["state"] for each in found["cameras"]}
    assert states["loose"] == "retired"
    assert len(found["items"][0]["cameras"]) == 2
    moved = await put(site.manager, saved, site.at("gate", x=0.4), site.at("loose", x=0.9))
    assert moved.status_code == 200, moved.text
    without = await put(site.manager, moved.json(), site.at("gate"))
    assert without.status_code == 200, without.text
    assert "loose" not in {each["camera_id"] for each in (await listed(site.manager))["cameras"]}
    again = await put(site.manager, without.json(), site.at("gate"), site.at("loose"))
    assert codes(again) == [(422, "invalid")]


async def test_a_deleted_plan_takes_no_camera_with_it_and_is_in_the_log(site: Site) -> None:
    plan = await added(site.manager)
    saved = (await put(site.manager, plan, site.at("gate"))).json()
    url = f"/api/v1/floor-plan-pictures/{MINE}/{plan['id']}"
    seen = {"If-Match": f'"{saved["version"]}"'}
    other = await site.manager.put(url, content=drawing(size=(200, 100)), headers=seen)
    assert other.status_code == 200, other.text
    assert (other.json()["width"], other.json()["version"]) == (200, 3)
    assert other.json()["picture_url"] != plan["picture_url"]
    assert other.json()["cameras"] == saved["cameras"], "they stay where they were"
    gone = await site.manager.delete(
        f"/api/v1/floor-plans/{MINE}/{plan['id']}", headers={"If-Match": '"3"'}
    )
    assert gone.status_code == 204, gone.text
    assert (await site.manager.get(url)).status_code == 404
    found = await listed(site.manager)
    assert (found["items"], len(found["cameras"])) == ([], 5)
    log = (await site.admin.get("/api/v1/audit?limit=100")).json()["items"]
    ours = [each for each in log if each["action"].startswith("floor_plan_")]
    assert [each["action"].removeprefix("floor_plan_") for each in ours] == [
        "deleted",
        "changed",
        "changed",
        "created",
    ]
    assert {(each["subject"], each["school_id"]) for each in ours} == {("一层", MINE)}
    [hung] = ours[2]["changes"]
    assert (hung["field"], hung["old"]) == ("gate", None)
    assert hung["new"] == "25.00% × 50.00%, 90.0°, 80.0°, 20.00%"
    [picture] = ours[1]["changes"]
    assert picture["field"] == "picture"


async def test_plans_outlast_what_is_deleted_after_its_time(site: Site) -> None:
    plan = await added(site.manager)
    await put(site.manager, plan, site.at("gate"))
    expiry = Expiry(clock=ExpiryClock())
    for _ in range(3):
        site.centre.clock.advance(10 * YEAR_S)
        await expiry.run(site.centre.runtime)
    admin = await site.centre.admin()
    [kept] = (await listed(admin))["items"]
    assert len(kept["cameras"]) == 1
    assert (await admin.get(kept["picture_url"])).status_code == 200


async def test_another_schools_plans_are_as_none(site: Site) -> None:
    plan = await added(site.manager)
    await site.centre.enrolled(site.admin, THEIRS)
    neighbour = await site.centre.person(Role.SCHOOL_MANAGER, THEIRS)
    assert (await neighbour.get(f"/api/v1/floor-plans/{MINE}")).status_code == 404
    assert (await neighbour.get(plan["picture_url"])).status_code == 404
    assert codes(await put(neighbour, plan)) == [(404, "not_found")]
    assert codes(await send(neighbour)) == [(404, "not_found")]
    leader = await site.centre.person(Role.LEADER, MINE)
    assert len((await listed(leader))["items"]) == 1
    assert codes(await send(leader, title="二层")) == [(403, "forbidden")]
    assert (await site.admin.post(f"/api/v1/schools/{MINE}/close")).status_code == 200
    assert codes(await send(site.admin, title="二层")) == [(404, "not_found")]
