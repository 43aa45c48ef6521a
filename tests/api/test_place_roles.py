"""Canteen, security and contractors: given for some places of a school, and for a while."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi.sse import ServerSentEvent
from starlette.requests import Request

from api.access.roles import Role
from api.access.scope import NOTHING
from api.auth.guards import person_of
from api.bus import service as bus
from api.contract.places import PlaceKind
from api.stream import service as stream
from tests.api.centre import REVIEWER_PASSWORD, Centre, put_alert
from tests.api.district import MINE, THEIRS, District, decide, photograph, put_at
from tests.api.messages import episode

USERS = "/api/v1/users"


async def _places(admin: httpx.AsyncClient, school_id: str, **kinds: str) -> dict[str, int]:
    url = f"/api/v1/schools/{school_id}/places"
    made = {}
    for name, kind in kinds.items():
        answer = await admin.post(url, json={"kind": kind, "name": name})
        made[name] = int(answer.json()["id"])
    return made


@pytest.mark.whole
async def test_a_contractor_has_kitchens_and_an_end(
    district: District, admin: httpx.AsyncClient
) -> None:
    centre = district.centre
    ends_at = (centre.clock.now + timedelta(days=1)).isoformat()
    places = await _places(admin, MINE, cook="cooking", hall="entrance")
    theirs = await _places(admin, THEIRS, cook="cooking")
    whole: dict[str, Any] = {"role": "contractor", "school_id": MINE, "ends_at": ends_at}
    for change, where in (
        ({}, "body.place_ids"),
        ({"place_ids": [places["cook"]], "ends_at": None}, "body.ends_at"),
        ({"place_ids": [places["hall"]]}, "body.place_ids"),
        ({"place_ids": [theirs["cook"]]}, "body.place_ids"),
        ({"place_ids": [987_654]}, "body.place_ids"),
        ({"place_ids": [places["cook"]], "school_id": None}, "body.school_id"),
        ({"place_ids": [places["cook"]], "role": "leader"}, "body.place_ids"),
    ):
        refused = await admin.post(USERS, json={"username": "chef", **whole, **change})
        told = (refused.status_code, [each["where"] for each in refused.json()["errors"]])
        assert told == (422, [where]), change
    body = {"username": "chef", "place_ids": [places["cook"]], **whole}
    made = await admin.post(USERS, json=body)
    assert made.status_code == 201, made.text
    assert made.json()["places"] == [{"id": places["cook"], "name": "cook"}]
    in_use = await admin.delete(f"/api/v1/schools/{MINE}/places/{places['cook']}")
    assert (in_use.status_code, in_use.json()["code"]) == (409, "in_use")


async def test_an_ended_contractor_is_out(district: District) -> None:
    centre = district.centre
    kitchen = await put_at(centre, district.mine, PlaceKind.COOKING)
    person = await centre.person(Role.CONTRACTOR, MINE, [kitchen])
    assert len((await person.get("/api/v1/cameras")).json()["items"]) == 1
    centre.clock.advance(30 * 86400)
    assert (await person.get("/api/v1/cameras")).status_code == 401
    body = {"username": f"contractor.{MINE}", "password": REVIEWER_PASSWORD}
    again = await (await centre.client()).post("/api/v1/auth/login", json=body)
    assert again.status_code == 401


@pytest.mark.whole
async def test_named_places_are_all_that_is_seen(
    district: District, admin: httpx.AsyncClient
) -> None:
    centre = district.centre
    await put_at(centre, district.mine, PlaceKind.COOKING)
    places = await _places(admin, MINE, store="food_store")
    person = await centre.person(Role.SCHOOL_CANTEEN, MINE)
    assert len((await person.get("/api/v1/cameras")).json()["items"]) == 1
    told = {"role": "school_canteen", "school_id": MINE, "place_ids": [places["store"]]}
    changed = await admin.put(f"{USERS}/school-canteen.{MINE}", json=told)
    assert changed.status_code == 200, changed.text
    person = await centre.signed_in(f"school-canteen.{MINE}", REVIEWER_PASSWORD)
    assert (await person.get("/api/v1/cameras")).json()["items"] == []


async def test_a_school_manager_gives_them_at_their_own_school(district: District) -> None:
    manager = await district.centre.person(Role.SCHOOL_MANAGER, MINE)
    for role in ("school_canteen", "school_security"):
        for school_id, status in ((MINE, 201), (THEIRS, 422)):
            body = {"username": f"{role[7:]}-{school_id}", "role": role, "school_id": school_id}
            assert (await manager.post(USERS, json=body)).status_code == status


async def _told(
    centre: Centre,
    person: httpx.AsyncClient,
    happens: Callable[[], Awaitable[None]],
    *,
    is_heard: bool,
    after: str | None = None,
) -> list[ServerSentEvent]:
    """What a console hears while something happens, or of what it missed since.

    It ends with the newest event there is; of one that must not be heard it waits two seconds.
    """
    request = Request({"type": "http", "headers": [], "client": ("10.1.1.1", 1)})
    who = await person_of(centre.runtime, request, person.cookies["mingan_session"])
    assert who is not None
    if after is not None:
        await happens()
    events = stream.events(centre.runtime, who, after)
    if after is None:
        assert (await anext(events)).event == "ready"
        await happens()
    async with centre.runtime.database.read(NOTHING) as session:
        _, newest = await bus.bounds(session)
    heard: list[ServerSentEvent] = []
    while not heard or int(str(heard[-1].id)) < newest:
        try:
            async with asyncio.timeout(30 if is_heard else 2):
                heard.append(await anext(events))
        except TimeoutError:
            assert not is_heard, "the newest event did not come"
            break
    await events.aclose()  # type: ignore[attr-defined]
    return heard


async def _events(
    centre: Centre,
    person: httpx.AsyncClient,
    happens: Callable[[], Awaitable[None]],
    *,
    is_heard: bool,
) -> list[str]:
    """The kinds of what a console hears while something happens."""
    return [str(each.event) for each in await _told(centre, person, happens, is_heard=is_heard)]


async def _heard(
    centre: Centre, person: httpx.AsyncClient, of: District, name: str, *, is_heard: bool
) -> list[str]:
    """What a console hears while an alert of one's own school is raised."""
    worker = of.mine.worker
    assert worker is not None
    told = episode(f"heard {name}", school_id=MINE, zone=name)

    async def happens() -> None:
        await put_alert(worker, told)

    return await _events(centre, person, happens, is_heard=is_heard)


@pytest.mark.whole
async def test_events_of_other_places_are_not_heard(district: District) -> None:
    centre = district.centre
    kitchen = await centre.person(Role.SCHOOL_CANTEEN, MINE)
    manager = await centre.person(Role.SCHOOL_MANAGER, MINE)
    await put_at(centre, district.mine, PlaceKind.ENTRANCE)
    assert await _heard(centre, kitchen, district, "one", is_heard=False) == []
    assert "alert" in await _heard(centre, manager, district, "two", is_heard=True)
    await put_at(centre, district.mine, PlaceKind.COOKING)
    assert "alert" in await _heard(centre, kitchen, district, "three", is_heard=True)


async def _ordered(centre: Centre, of: District, admin: httpx.AsyncClient, name: str) -> int:
    """An order about a confirmed alert of the one camera of one's own school."""
    worker = of.mine.worker
    assert worker is not None
    told = episode(f"ordered {name}", school_id=MINE, zone=f"ordered {name}")
    await put_alert(worker, told)
    await admin.post(f"/api/v1/alerts/{told.id}/confirm")
    made = await admin.post("/api/v1/orders", json={"alert_ids": [str(told.id)]})
    assert made.status_code == 201, made.text
    return int(made.json()["id"])


async def _orders(person: httpx.AsyncClient) -> set[int]:
    answer = (await person.get("/api/v1/orders?limit=200")).json()
    counts = {state: n for state, n in answer["counts"].items() if state != "overdue"}
    assert sum(counts.values()) == len(answer["items"])
    return {each["id"] for each in answer["items"]}


@pytest.mark.whole
async def test_who_stands_in_the_kitchen_puts_right_what_was_seen_there(
    district: District, admin: httpx.AsyncClient
) -> None:
    centre = district.centre
    about = await _ordered(centre, district, admin, "a")
    kitchen = await centre.person(Role.SCHOOL_CANTEEN, MINE)
    guard = await centre.person(Role.SCHOOL_SECURITY, MINE)
    assert await _orders(kitchen) == await _orders(guard) == set()
    await put_at(centre, district.mine, PlaceKind.COOKING)
    assert await _orders(kitchen) == {about}
    assert await _orders(guard) == set()
    for path in ("", "/comments"):
        url = f"/api/v1/orders/{about}{path}"
        asked = await (guard.post(url, json={"note": "x"}) if path else guard.get(url))
        assert asked.status_code == 404, path
    sent = await kitchen.post(f"/api/v1/order-photographs/{about}", content=photograph(1))
    assert sent.status_code == 201, sent.text
    assert (await guard.get(sent.json()["url"])).status_code == 404
    done = await decide(kitchen, about, "submit", 1, note="done")
    assert done.json()["state"] == "pending_verification", done.text
    assert done.json()["alert"]["rule"]
    for refused in (
        await decide(kitchen, about, "close", 2),
        await kitchen.post("/api/v1/orders", json={"alert_ids": [str(about)]}),
    ):
        assert refused.status_code == 403


async def test_what_one_was_given_is_seen_wherever_it_is(
    district: District, admin: httpx.AsyncClient
) -> None:
    """But not the pictures of a place that is not one's own."""
    centre = district.centre
    await put_at(centre, district.mine, PlaceKind.COOKING)
    about = await _ordered(centre, district, admin, "a")
    guard = await centre.person(Role.SCHOOL_SECURITY, MINE)
    places = await _places(admin, MINE, store="food_store")
    other = await centre.person(Role.CONTRACTOR, MINE, [places["store"]])
    told = {"subject": "safety", "assignee": f"school-security.{MINE}"}
    answer = await admin.put(
        f"/api/v1/orders/{about}/assignment", json=told, headers={"If-Match": '"1"'}
    )
    assert answer.status_code == 200, answer.text
    assert await _orders(guard) == {about}
    found = (await guard.get(f"/api/v1/orders/{about}")).json()
    assert [each["alert"] for each in found["sources"]] == [None]
    assert found["steps"] == ["feedback", "begin", "submit"]
    assert await _orders(other) == set()
    assert (await other.get(f"/api/v1/orders/{about}")).status_code == 404


@pytest.mark.whole
@pytest.mark.parametrize("after", [None, "0"], ids=["live", "missed"])
async def test_an_event_tells_no_camera_of_a_place_that_is_not_ones_own(
    district: District, admin: httpx.AsyncClient, after: str | None
) -> None:
    centre = district.centre
    await put_at(centre, district.mine, PlaceKind.COOKING)
    about = await _ordered(centre, district, admin, "a")
    guard = await centre.person(Role.SCHOOL_SECURITY, MINE)
    manager = await centre.person(Role.SCHOOL_MANAGER, MINE)
    told = {"subject": "safety", "assignee": f"school-security.{MINE}"}
    answer = await admin.put(
        f"/api/v1/orders/{about}/assignment", json=told, headers={"If-Match": '"1"'}
    )
    assert answer.json()["alert"]["camera_name"] == f"gate of {MINE}"

    async def comment() -> None:
        await admin.post(f"/api/v1/orders/{about}/comments", json={"note": "soon"})

    for person, may_know in ((guard, False), (manager, True)):
        heard = [
            json.loads(str(each.raw_data))
            for each in await _told(centre, person, comment, is_heard=True, after=after)
            if each.event == "order"
        ]
        of_it = [each for each in heard if each["id"] == about]
        assert of_it, "it is heard"
        assert of_it[-1]["assignee"] == f"school-security.{MINE}"
        assert (of_it[-1]["alert"] is not None) is may_know


async def test_what_is_ones_duty_is_seen_without_an_alert(
    district: District, admin: httpx.AsyncClient
) -> None:
    guard = await district.centre.person(Role.SCHOOL_SECURITY, MINE)
    kitchen = await district.centre.person(Role.SCHOOL_CANTEEN, MINE)
    call = {"kind": "phone", "text": "12345", "school_id": MINE, "risk": "class_2"}
    made = await admin.post("/api/v1/orders", json={**call, "subject": "equipment"})
    assert await _orders(guard) == await _orders(kitchen) == set()
    told = {"username": f"school-security.{MINE}"}
    await admin.put(f"/api/v1/schools/{MINE}/duties/equipment", json=told)
    assert made.json()["id"] in await _orders(guard)
    assert await _orders(kitchen) == set()


@pytest.mark.whole
async def test_events_of_others_orders_are_not_heard(
    district: District, admin: httpx.AsyncClient
) -> None:
    centre = district.centre
    about = await _ordered(centre, district, admin, "a")
    await put_at(centre, district.mine, PlaceKind.COOKING)

    async def comment() -> None:
        told = {"note": "soon"}
        await admin.post(f"/api/v1/orders/{about}/comments", json=told)

    for role, heard in ((Role.SCHOOL_CANTEEN, ["order"]), (Role.SCHOOL_SECURITY, [])):
        person = await centre.person(role, MINE)
        assert await _events(centre, person, comment, is_heard=bool(heard)) == heard, role
