"""Cameras are searched for by the box, where its configuration says, and nothing of it is kept."""

from __future__ import annotations

import base64
from typing import Any
from uuid import uuid4

import httpx
import pytest

from api.access.roles import Role
from api.contract.finding import MAX_CANDIDATES
from api.discovery import book
from tests.api.centre import Centre
from tests.api.configuring import BOX, DISCOVERY, beat, box_of, report
from tests.api.messages import SCHOOL_ID

_JPEG = base64.b64encode(b"\xff\xd8\xff\xe0 picture").decode()
_STREAM = {"url": "rtsp://10.0.0.9:554/stream1", "codec": "h264", "width": 1920, "height": 1080}
_WISH = {"networks": ["10.0.0.0/24"], "account": "cameras"}


class Finder:
    """Who manages boxes, and the box."""

    def __init__(self, admin: httpx.AsyncClient, worker: httpx.AsyncClient, box_id: int) -> None:
        self.admin, self.worker = admin, worker
        self.url = f"/api/v1/boxes/{box_id}/discovery"

    async def orders(self, *serving: str, can_find: bool = True) -> Any:
        told = {"school_id": SCHOOL_ID, "cameras": [], "serving": serving}
        query: dict[str, Any] = {"wait_s": 0, "can": ["dance", "find"] if can_find else ["dance"]}
        answer = await self.worker.post("/api/v2/ingest/views/poll", json=told, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def view(self) -> Any:
        answer = await self.admin.get(self.url)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def begin(self, **wish: Any) -> httpx.Response:
        return await self.admin.post(self.url, json=wish or _WISH)

    async def begun(self) -> str:
        """A search that the box works on."""
        await self.orders()
        answer = await self.begin()
        assert answer.status_code == 202, answer.text
        [order] = (await self.orders())["find"]
        return str(order["scan_id"])

    async def bring(self, scan_id: str, *cameras: dict[str, Any], **keys: Any) -> bool:
        told = {"done": 1, "total": 2, "cameras": cameras, **keys}
        answer = await self.worker.post(f"/api/v2/ingest/views/{scan_id}/found", json=told)
        assert answer.status_code == 200, answer.text
        return bool(answer.json()["is_wanted"])


def camera(number: int = 1, **keys: Any) -> dict[str, Any]:
    address = f"10.0.0.{number}"
    return {
        "key": f"{address}#",
        "address": address,
        "main": {**_STREAM, "fps": 25.0, "gop_s": 2.0},
        "yaml": f"- id: cam-{number}\n",
        **keys,
    }


@pytest.fixture
async def finder(admin: httpx.AsyncClient, worker: httpx.AsyncClient) -> Finder:
    """Of a box whose configuration names a network."""
    await beat(worker)
    assert await report(worker, BOX + DISCOVERY)
    return Finder(admin, worker, await box_of(admin))


async def test_a_search_goes_to_the_box_once_and_its_cameras_come_back(finder: Finder) -> None:
    await finder.orders()
    told = await finder.view()
    assert told["networks"] == ["10.0.0.0/24"]
    assert told["accounts"] == [
        {
            "name": "cameras",
            "username": "viewer",
            "password_env": "SCHOOL_CAMERAS",
            "password_file": None,
        }
    ]
    assert (told["is_able"], told["newest"], told["scan"]) == (True, 1, None)
    answer = await finder.begin()
    assert answer.json()["scan"]["state"] == "waiting"
    assert "find" not in await finder.orders(can_find=False), "of an older version"
    [order] = (await finder.orders())["find"]
    assert (order["networks"], order["account"]) == (["10.0.0.0/24"], "cameras")
    assert "find" not in await finder.orders(), "an order is given once"
    scan_id = order["scan_id"]
    assert await finder.bring(scan_id, camera(1, thumbnail=_JPEG), camera(2, troubles=["long_gop"]))
    scan = (await finder.view())["scan"]
    assert (scan["state"], scan["done"], scan["total"]) == ("searching", 1, 2)
    one, two = scan["cameras"]
    assert (one["has_picture"], two["has_picture"]) == (True, False)
    assert (one["main"]["gop_s"], two["troubles"]) == (2.0, ["long_gop"])
    picture = await finder.admin.get(f"{finder.url}/pictures/0")
    assert (picture.headers["content-type"], picture.headers["cache-control"]) == (
        "image/jpeg",
        "no-store",
    )
    assert picture.content == base64.b64decode(_JPEG)
    assert (await finder.admin.get(f"{finder.url}/pictures/1")).status_code == 404
    assert not await finder.bring(scan_id, done=2, is_over=True)
    assert (await finder.view())["scan"]["state"] == "over"
    assert scan_id in (await finder.orders(scan_id))["stop"]


async def test_options_of_a_maker_reach_the_box(finder: Finder) -> None:
    await finder.orders()
    addresses = ["uniview://10.0.0.9?channels=16&rtsp_port=40089", "dahua://10.0.0.8:8080"]
    answer = await finder.begin(addresses=addresses)
    assert answer.status_code == 202, answer.text
    [order] = (await finder.orders())["find"]
    assert order["addresses"] == addresses


async def test_an_account_that_was_sealed_goes_on_as_it_came_and_is_not_logged(
    finder: Finder,
) -> None:
    await finder.orders()
    sealed = "A" * 128
    answer = await finder.begin(networks=["10.0.0.0/24"], sealed=sealed)
    assert answer.status_code == 202, answer.text
    assert sealed not in answer.text
    [order] = (await finder.orders())["find"]
    assert (order["sealed"], order.get("account")) == (sealed, None)
    log = await finder.admin.get("/api/v1/audit?action=cameras_searched")
    [entry] = log.json()["items"]
    assert {"field": "account", "old": None, "new": "sealed"} in entry["changes"]
    assert sealed not in log.text


async def test_it_is_in_the_access_log_with_where_and_as_whom(finder: Finder) -> None:
    await finder.begun()
    found = (await finder.admin.get("/api/v1/audit?action=cameras_searched")).json()["items"]
    [entry] = found
    assert entry["subject"] == "box"
    assert {each["field"]: each["new"] for each in entry["changes"]} == {
        "networks": '["10.0.0.0/24"]',
        "account": "cameras",
    }


@pytest.mark.parametrize(
    "wish",
    [
        {"networks": ["10.0.0.0/23"]},
        {"networks": ["0.0.0.0/0"]},
        {"networks": ["10.0.0.5/24"]},
        {"addresses": ["hikvision://10.0.1.9"]},
        {"addresses": ["onvif://nvr.example"]},
        {"networks": ["10.0.0.0/24"], "addresses": ["onvif://203.0.113.9"]},
    ],
)
async def test_only_networks_of_the_configuration(finder: Finder, wish: dict[str, Any]) -> None:
    await finder.orders()
    answer = await finder.begin(**wish)
    assert (answer.status_code, answer.json()["code"]) == (422, "network_not_named")
    assert "find" not in await finder.orders()


@pytest.mark.parametrize(
    "wish",
    [
        {"networks": []},
        {"networks": ["10.0.0.0/24"], "account": "root"},
        {"networks": ["10.0.0.0/24"], "account": "cameras", "sealed": "A" * 128},
        {"networks": ["10.0.0.0/24"], "sealed": "hunter2" * 20 + "."},
        {"addresses": ["rtsp://admin:hunter2@10.0.0.9/x"]},
        {"addresses": ["rtsp://10.0.0.9/user=a&password=hunter2"]},
        {"addresses": ["uniview://10.0.0.9?channels=16&password=hunter2"]},
        {"networks": ["10.0.0.0/24"], "time_limit_s": 86_400},
    ],
)
async def test_what_cannot_be_asked_is_invalid(finder: Finder, wish: dict[str, Any]) -> None:
    answer = await finder.begin(**wish)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert "hunter2" not in answer.text


async def test_a_box_that_cannot_search_is_not_asked(finder: Finder) -> None:
    assert (await finder.begin()).json()["code"] == "box_away"
    assert "find" not in await finder.orders(can_find=False)
    assert (await finder.begin()).json()["code"] == "box_away"
    assert (await finder.view())["is_able"] is False


async def test_one_search_at_a_time_and_a_stopped_one_ends(finder: Finder) -> None:
    scan_id = await finder.begun()
    assert (await finder.begin()).json()["code"] == "search_runs"
    assert await finder.bring(scan_id, camera(1))
    stopped = await finder.admin.delete(finder.url)
    assert stopped.json()["scan"]["state"] == "stopped"
    assert not await finder.bring(scan_id, camera(2))
    assert len((await finder.view())["scan"]["cameras"]) == 1
    assert (await finder.begin()).status_code == 202


async def test_a_refusal_of_the_box_is_told(finder: Finder) -> None:
    scan_id = await finder.begun()
    assert not await finder.bring(scan_id, is_over=True, refusal="no_account")
    scan = (await finder.view())["scan"]
    assert (scan["state"], scan["refusal"]) == ("refused", "no_account")


async def test_a_box_that_falls_silent_is_lost(
    finder: Finder, centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan_id = await finder.begun()
    monkeypatch.setattr(book, "_SILENT_S", -1.0)
    assert (await finder.view())["scan"]["state"] == "lost"
    assert not await finder.bring(scan_id, camera(1))


async def test_candidates_are_bounded_and_a_report_twice_is_once(finder: Finder) -> None:
    scan_id = await finder.begun()
    for start in range(0, MAX_CANDIDATES + 32, 32):
        cameras = [camera(1, key=f"k{n}") for n in range(start, start + 32)]
        assert await finder.bring(scan_id, *cameras)
    assert await finder.bring(scan_id, camera(1, key="k1"))
    scan = (await finder.view())["scan"]
    assert len(scan["cameras"]) == MAX_CANDIDATES
    assert scan["left_out"] == 544 - MAX_CANDIDATES


async def test_what_is_no_picture_is_not_shown(finder: Finder) -> None:
    scan_id = await finder.begun()
    html = base64.b64encode(b"<script>").decode()
    assert await finder.bring(scan_id, camera(1, thumbnail=html), camera(2, thumbnail="###"))
    assert [each["has_picture"] for each in (await finder.view())["scan"]["cameras"]] == [False] * 2


async def test_another_box_brings_nothing(finder: Finder, centre: Centre) -> None:
    scan_id = await finder.begun()
    worker = await centre.enrolled(finder.admin, "no-2-middle")
    other = Finder(finder.admin, worker, 0)
    assert not await other.bring(scan_id, camera(1))
    assert not await finder.bring(str(uuid4()), camera(1))
    assert (await finder.view())["scan"]["cameras"] == []


async def test_another_school_sees_neither_search_nor_picture(
    finder: Finder, centre: Centre
) -> None:
    scan_id = await finder.begun()
    await finder.bring(scan_id, camera(1, thumbnail=_JPEG))
    await centre.enrolled(finder.admin, "no-2-middle")
    for role, status in ((Role.ENGINEER, 404), (Role.SCHOOL_MANAGER, 403)):
        other = await centre.person(role, "no-2-middle")
        answers = [
            await other.get(finder.url),
            await other.get(f"{finder.url}/pictures/0"),
            await other.post(finder.url, json=_WISH),
            await other.delete(finder.url),
        ]
        assert [each.status_code for each in answers] == [status] * 4, role
    assert (await finder.view())["scan"]["state"] == "searching"


async def test_whatever_a_newer_box_configures_is_borne(
    finder: Finder, worker: httpx.AsyncClient
) -> None:
    odd = "discovery: {networks: {a: 1}, accounts: [1], more: x}\n"
    assert await report(worker, BOX + odd)
    told = await finder.view()
    assert (told["networks"], told["accounts"]) == ([], [])
