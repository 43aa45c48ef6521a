"""Counts, searches, pictures, events and people: what a scope means beyond single objects."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest

from api.access.roles import Role
from api.contract import EvidenceKind
from tests.api.centre import over_network, put_alert, put_camera
from tests.api.district import ALERTS, MINE, THEIRS, District, Objects, until, worker_of
from tests.api.messages import episode, evidence_ref, registration, sha256


def _wall(of: Objects) -> dict[str, Any]:
    return {"tiles": [{"channel": 0, "camera_key": of.camera_key}]}


@pytest.mark.whole
async def test_counts_searches_and_filters_tell_nothing_of_others(district: District) -> None:
    me = await district.centre.person(Role.SCHOOL_MANAGER, MINE)

    async def counted(client: httpx.AsyncClient, query: str = "") -> tuple[int, int]:
        page = (await client.get(f"/api/v1/alerts?limit=200{query}")).json()
        return sum(page["counts"].values()), len(page["items"])

    each = len(ALERTS)
    assert await counted(district.admin) == (2 * each, 2 * each)
    assert await counted(me) == (each, each)
    for query in (
        f"&school_id={THEIRS}",
        f"&camera_key={district.theirs.camera_key}",
        f"&q={THEIRS}",
    ):
        assert await counted(district.admin, query) == (each, each)
        assert await counted(me, query) == (0, 0)
    csv = (await me.get("/api/v1/compliance/retention.csv")).text.splitlines()
    assert len(csv) == 2, "headings and one camera"
    health = (await me.get("/api/v1/health")).json()
    assert [each["school"]["school_id"] for each in health["workers"]] == [MINE]


async def test_a_picture_of_two_schools_is_each_ones_own(district: District) -> None:
    """The same bytes, kept once: each school sees them for what its own alerts name."""
    content = b"the same clip"
    for school in (district.mine, district.theirs):
        assert school.worker is not None
        told = episode(
            f"clip {school.school_id}",
            school_id=school.school_id,
            zone="clip",
            evidence=(evidence_ref(content, EvidenceKind.CLIP),),
        )
        await put_alert(school.worker, told)
    address = f"/api/v1/evidence/{sha256(content)}"
    assert district.theirs.worker is not None
    await district.theirs.worker.put(
        f"/api/v2/ingest/evidence/{sha256(content)}?school_id={THEIRS}",
        content=content,
        headers={"Content-Type": "video/mp4"},
    )
    me, them = [
        await district.centre.person(Role.SCHOOL_MANAGER, school) for school in (MINE, THEIRS)
    ]
    assert [(await client.get(address)).status_code for client in (me, them)] == [404, 200]
    await district.mine.worker.put(  # type: ignore[union-attr]
        f"/api/v2/ingest/evidence/{sha256(content)}?school_id={MINE}",
        content=content,
        headers={"Content-Type": "video/mp4"},
    )
    assert (await me.get(address)).status_code == 200
    log = (await district.admin.get("/api/v1/audit?action=clip_viewed")).json()["items"]
    assert sorted((e["username"], e["school_id"]) for e in log) == [
        ("school-manager.school-a", MINE),
        ("school-manager.school-b", THEIRS),
    ]


async def test_a_grant_of_another_schools_original_is_none(district: District) -> None:
    them = await district.centre.person(Role.SCHOOL_MANAGER, THEIRS)
    me = await district.centre.person(Role.SCHOOL_MANAGER, MINE)
    address = f"/api/v1/alerts/{district.theirs.alerts['original']}/original"
    granted = (await them.post(address, json={"reason": "adjudication"})).json()["url"]
    assert (await them.get(granted)).status_code == 200
    assert (await me.get(granted)).status_code == 404
    assert (await district.admin.get(granted)).status_code == 403


async def test_metrics_for_a_box_are_of_its_school(district: District) -> None:
    told = (await worker_of(district.mine).get("/metrics")).text
    assert MINE in told
    assert THEIRS not in told
    assert f'mingan_api_alerts{{status="pending_review"}} {len(ALERTS)}.0' in told
    here = await district.centre.client(address="127.0.0.1")
    everything = (await here.get("/metrics")).text
    assert THEIRS in everything
    assert "mingan_api_requests_total" in everything
    assert f'mingan_api_alerts{{status="pending_review"}} {2 * len(ALERTS)}.0' in everything


async def test_a_wall_cannot_be_changed_to_anothers_camera(district: District) -> None:
    me = await district.centre.person(Role.ENGINEER, MINE)
    hub = district.centre.runtime.viewing
    looking = asyncio.ensure_future(me.post("/api/v1/live", json=_wall(district.mine)))
    await until(lambda: hub.viewer_count > 0)
    [viewer] = hub._viewers.values()
    address = f"/api/v1/live/{viewer.id}"
    refused = await me.put(address, json=_wall(district.theirs))
    none = await me.put(address, json=_wall(district.nobodys))
    assert (refused.status_code, refused.text) == (404, none.text)
    assert (await me.put(address, json=_wall(district.mine))).status_code == 204
    viewer.end()
    assert (await looking).status_code == 200


async def _heard(
    address: str,
    client: httpx.AsyncClient,
    after: str | None,
    count: int,
    ready: asyncio.Event | None = None,
) -> Any:
    headers = {} if after is None else {"Last-Event-ID": after}
    found = []
    async with (
        asyncio.timeout(15),
        httpx.AsyncClient(base_url=address, cookies=dict(client.cookies), timeout=15) as browser,
        browser.stream("GET", "/api/v1/stream", headers=headers) as answer,
    ):
        kind = ""
        async for line in answer.aiter_lines():
            name, _, value = line.partition(": ")
            if name == "event":
                kind = value
            if kind == "ready" and ready is not None:
                ready.set()
            if name == "data" and kind in ("alert", "camera"):
                told = json.loads(value)
                found.append((kind, told["school"]["school_id"], told["id"]))
                if len(found) == count:
                    return found
    return found


async def test_events_are_of_ones_own_school_live_and_when_resumed(district: District) -> None:
    people = {
        Role.SCHOOL_MANAGER: await district.centre.person(Role.SCHOOL_MANAGER, MINE),
        Role.ENGINEER: await district.centre.person(Role.ENGINEER, MINE),
        Role.DISTRICT_REVIEWER: await district.centre.person(Role.DISTRICT_REVIEWER),
    }
    stamps = [(THEIRS, "one"), (MINE, "two"), (THEIRS, "three"), (MINE, "four")]

    async def happen(suffix: str) -> list[tuple[str, str, str]]:
        told = []
        for school_id, name in stamps:
            of = district.mine if school_id == MINE else district.theirs
            alert = episode(f"{name}{suffix}", school_id=school_id, zone=name + suffix)
            await put_alert(worker_of(of), alert)
            told.append(("alert", school_id, str(alert.id)))
            # A camera event closes each school's turn.
            silent = registration(name=f"{name}{suffix} of {school_id}", school_id=school_id)
            await put_camera(worker_of(of), silent)
            told.append(("camera", school_id, of.camera_key))
        return told

    def expected(role: Role, told: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
        mine = told if role is Role.DISTRICT_REVIEWER else [t for t in told if t[1] == MINE]
        return mine if role is not Role.ENGINEER else [t for t in mine if t[0] == "camera"]

    bus = district.centre.runtime.bus
    begin = str(bus.delivered_id)
    async with over_network(district.centre) as address:
        counts = {Role.DISTRICT_REVIEWER: 8, Role.SCHOOL_MANAGER: 4, Role.ENGINEER: 2}
        begun = {role: asyncio.Event() for role in people}
        listening = {
            role: asyncio.ensure_future(_heard(address, client, None, counts[role], begun[role]))
            for role, client in people.items()
        }
        await until(lambda: all(each.is_set() for each in begun.values()))
        told = await happen("")
        for role, heard in listening.items():
            assert await heard == expected(role, told), role
        for role, client in people.items():
            again = await _heard(address, client, begin, counts[role])
            assert again == expected(role, told), f"{role} resumed"


async def test_who_is_disabled_or_past_their_end_is_out(district: District) -> None:
    centre, admin = district.centre, district.admin
    me = await centre.person(Role.SCHOOL_MANAGER, MINE)
    name = "school-manager.school-a"
    assert (await me.get("/api/v1/auth/me")).json()["school"]["school_id"] == MINE
    assert (await admin.post(f"/api/v1/users/{name}/disable")).status_code == 200
    assert (await me.get("/api/v1/auth/me")).status_code == 401
    credentials = {"username": name, "password": "reviewer-password-1"}
    stranger = await centre.client()
    assert (await stranger.post("/api/v1/auth/login", json=credentials)).status_code == 401
    await admin.post(f"/api/v1/users/{name}/enable")
    told = {"role": "leader", "school_id": THEIRS, "ends_at": "2026-11-24T02:10:00Z"}
    assert (await admin.put(f"/api/v1/users/{name}", json=told)).status_code == 200
    signed = await stranger.post("/api/v1/auth/login", json=credentials)
    assert signed.status_code == 200
    assert signed.json()["session_expires_at"].startswith("2026-11-24T02:10:00")
    assert (await stranger.get("/api/v1/cameras")).text.count(MINE) == 0
    centre.clock.advance(601)
    assert (await stranger.get("/api/v1/auth/me")).status_code == 401
    assert (await stranger.post("/api/v1/auth/login", json=credentials)).status_code == 401
    log = (await admin.get("/api/v1/audit?limit=200")).json()["items"]
    actions = [entry["action"] for entry in reversed(log) if entry["subject"] == name]
    assert actions == ["user_created", "user_disabled", "user_enabled", "user_changed"]


@pytest.mark.whole
@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"role": "leader", "school_id": MINE}, 201),
        ({"role": "leader", "school_id": THEIRS}, 422),
        ({"role": "leader", "school_id": "no-such"}, 422),
        ({"role": "leader"}, 403),
        ({"role": "district_reviewer"}, 403),
        ({"role": "district_admin"}, 403),
        ({"role": "school_manager"}, 422),
        ({"role": "district_admin", "school_id": MINE}, 422),
        ({"role": "engineer", "school_id": MINE}, 403),
        ({"role": "auditor", "school_id": MINE}, 403),
        ({"role": "school_canteen", "school_id": MINE}, 201),
        ({"role": "contractor", "school_id": MINE}, 422),
    ],
)
async def test_a_school_manager_gives_what_is_theirs_to_give(
    district: District, body: dict[str, str], status: int
) -> None:
    me = await district.centre.person(Role.SCHOOL_MANAGER, MINE)
    answer = await me.post("/api/v1/users", json={"username": "new", **body})
    assert answer.status_code == status, answer.text


async def test_nobody_changes_what_they_may_do_themselves(admin: httpx.AsyncClient) -> None:
    for method, path, body in (
        ("PUT", "/api/v1/users/admin", {"role": "district_reviewer"}),
        ("POST", "/api/v1/users/admin/disable", None),
    ):
        assert (await admin.request(method, path, json=body)).status_code == 403
    assert (await admin.get("/api/v1/users")).status_code == 200
