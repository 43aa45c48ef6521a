"""Coverage at the centre: what schools, their places and their cameras become."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from api.access.roles import Role
from api.contract import DEFAULT_SCHOOL_ID, CameraState
from api.contract.places import PlaceKind
from api.kit.errors import SettingsError
from tests.api.centre import Centre, beat, put_camera, running_centre
from tests.api.district import MINE, THEIRS
from tests.api.messages import T0, camera_beat, heartbeat, registration

BOARDING = {"type": "complete_secondary", "canteen": True, "boarding": True}


async def _place(admin: httpx.AsyncClient, kind: PlaceKind, name: str, school: str = MINE) -> int:
    told = {"kind": kind, "name": name}
    made = await admin.post(f"/api/v1/schools/{school}/places", json=told)
    assert made.status_code == 201, made.text
    return int(made.json()["id"])


async def _hang(admin: httpx.AsyncClient, camera_id: str, place_id: int) -> None:
    cameras = (await admin.get("/api/v1/cameras")).json()["items"]
    key = next(each["id"] for each in cameras if each["camera_id"] == camera_id)
    put = await admin.put(f"/api/v1/register/{key}", json={"place_id": place_id})
    assert put.status_code == 200, put.text


async def _rows(client: httpx.AsyncClient, school: str = MINE) -> tuple[Any, dict[str, Any]]:
    answer = await client.get(f"/api/v1/coverage/{school}")
    assert answer.status_code == 200, answer.text
    [profile] = answer.json()["profiles"]
    return answer.json(), {row["id"]: row for row in profile["rows"]}


async def test_each_place_is_judged_by_what_its_cameras_show(centre: Centre) -> None:
    admin = await centre.admin()
    worker = await centre.enrolled(admin, MINE)
    ids = ("gate", "perimeter", "kitchen", "lost", "dorm-room", "loose")
    for camera_id in ids:
        await put_camera(worker, registration(camera_id, school_id=MINE, name=camera_id))
    described = {"name_zh": "寄宿中学", **BOARDING}
    assert (await admin.put(f"/api/v1/schools/{MINE}", json=described)).status_code == 200
    hung = {
        "gate": PlaceKind.ENTRANCE,
        "perimeter": PlaceKind.PERIMETER,
        "kitchen": PlaceKind.COOKING,
        "lost": PlaceKind.GUARD_ROOM,
        "dorm-room": PlaceKind.DORM_ROOM_INTERIOR,
    }
    for camera_id, kind in hung.items():
        await _hang(admin, camera_id, await _place(admin, kind, f"at {camera_id}"))
    await _place(admin, PlaceKind.CONTROL_ROOM, "at nothing")
    beats = [
        camera_beat("gate"),
        camera_beat("perimeter", CameraState.NOT_WATCHING, reason="unreachable"),
        camera_beat("kitchen"),
        camera_beat("dorm-room"),
    ]
    await beat(worker, heartbeat(*beats, school_id=MINE))

    found, rows = await _rows(admin)
    states = {row_id: (row["state"], row["why"]) for row_id, row in rows.items()}
    assert states["entrance"] == ("covered", "fine")
    assert states["perimeter"] == ("missing", "no_picture")
    assert states["cooking"] == ("covered", "fine")
    assert states["guard_room"] == ("unknown", "not_reported")
    assert states["control_room"] == ("missing", "no_camera")
    assert states["dishwash"] == ("missing", "no_place")
    assert states["dorm_entrance"] == ("missing", "no_place")
    assert states["kg_nap_room"] == ("not_applicable", "other_type")
    assert states["parking"] == ("not_applicable", "no_parking")
    [gate] = rows["entrance"]["places"]
    assert (gate["name"], [each["camera_id"] for each in gate["cameras"]]) == ("at gate", ["gate"])
    source = rows["cooking"]["source"]
    assert (source["clause"], source["reading"]) == ("§43", "verified")
    assert rows["entrance"]["source"]["reading"] == "unverified"
    [forbidden] = found["forbidden"]
    assert (forbidden["name"], forbidden["source"]["clause"]) == ("at dorm-room", "§8")
    assert [each["camera_id"] for each in found["unplaced"]] == ["loose"]
    musts = [row for row in rows.values() if row["level"] == "must"]
    counts = {
        state: sum(row["state"] == state for row in musts)
        for state in ("covered", "missing", "unknown")
    }
    read = [row for row in musts if row["source"]["reading"] == "verified"]
    missing_read = sum(row["state"] == "missing" for row in read)
    assert found["counts"] == {**counts, "missing_read": missing_read}
    assert (found["verdict"], found["forbidden_count"]) == ("fails", 1)


async def test_a_profile_that_cannot_be_used_is_told_at_the_start(
    tmp_path: Path, migrated_data_dir: Path
) -> None:
    profile = tmp_path / "mine.yaml"
    profile.write_text("profile: mine\n", "utf-8")
    with pytest.raises(SettingsError, match=r"mine\.yaml: name: Field required"):
        async with running_centre(
            tmp_path, template=migrated_data_dir, compliance_profiles=[profile]
        ):
            pass


async def test_a_box_that_falls_silent_makes_nothing_missing(centre: Centre) -> None:
    admin = await centre.admin()
    worker = await centre.enrolled(admin, MINE)
    await put_camera(worker, registration(school_id=MINE))
    await _hang(admin, "gate-north", await _place(admin, PlaceKind.ENTRANCE, "北门"))
    await beat(worker, heartbeat(camera_beat(), school_id=MINE))
    _, rows = await _rows(admin)
    assert rows["entrance"]["state"] == "covered"
    centre.clock.advance(600)
    _, rows = await _rows(admin)
    assert (rows["entrance"]["state"], rows["entrance"]["why"]) == ("unknown", "not_reported")


async def test_what_was_looked_at_in_the_window_is_covered_until_the_window_ends(
    centre: Centre,
) -> None:
    admin = await centre.admin()
    worker = await centre.enrolled(admin, MINE)
    await put_camera(worker, registration(school_id=MINE))
    await _hang(admin, "gate-north", await _place(admin, PlaceKind.ENTRANCE, "北门"))
    looked_at = camera_beat(last_analysed_at=T0)
    await beat(worker, heartbeat(looked_at, school_id=MINE))
    for hours, state in ((23, "covered"), (2, "unknown")):
        centre.clock.advance(hours * 3600)
        admin = await centre.admin()
        assert (await _rows(admin))[1]["entrance"]["state"] == state


async def test_on_days_without_school_a_kitchen_owes_no_picture(centre: Centre) -> None:
    admin = await centre.admin()
    worker = await centre.enrolled(admin, MINE)
    for camera_id, kind in (("stove", PlaceKind.COOKING), ("gate", PlaceKind.ENTRANCE)):
        await put_camera(worker, registration(camera_id, school_id=MINE))
        await _hang(admin, camera_id, await _place(admin, kind, f"at {camera_id}"))
    off = [
        camera_beat(each, CameraState.NOT_WATCHING, reason="unreachable")
        for each in ("stove", "gate")
    ]
    await beat(worker, heartbeat(*off, school_id=MINE))
    for holidays, cooking in (
        # The window of a day reaches into the day before.
        (["2026-11-24"], ("missing", "no_picture")),
        (["2026-11-23", "2026-11-24"], ("not_applicable", "kitchen_closed")),
    ):
        told = {"name_zh": "小学", "type": "primary", "canteen": True, "holidays": holidays}
        assert (await admin.put(f"/api/v1/schools/{MINE}", json=told)).status_code == 200
        _, rows = await _rows(admin)
        assert (rows["cooking"]["state"], rows["cooking"]["why"]) == cooking
        assert [place["state"] for place in rows["cooking"]["places"]] == [cooking[0]]
        assert (rows["dishwash"]["state"], rows["dishwash"]["why"]) == ("missing", "no_place")
        assert (rows["entrance"]["state"], rows["entrance"]["why"]) == ("missing", "no_picture")


async def test_the_school_made_in_advance_is_listed_while_it_is_the_only_one_or_used(
    centre: Centre,
) -> None:
    admin = await centre.admin()

    async def listed() -> set[str]:
        items = (await admin.get("/api/v1/coverage")).json()["items"]
        return {each["school"]["school_id"] for each in items}

    assert await listed() == {DEFAULT_SCHOOL_ID}
    await put_camera(await centre.enrolled(admin, MINE), registration(school_id=MINE))
    assert await listed() == {MINE}
    assert (await admin.get(f"/api/v1/coverage/{DEFAULT_SCHOOL_ID}")).status_code == 200
    of = registration("gate-2", school_id=DEFAULT_SCHOOL_ID)
    await put_camera(await centre.worker(), of)
    assert await listed() == {MINE, DEFAULT_SCHOOL_ID}


async def test_what_nobody_read_fails_no_school(centre: Centre) -> None:
    admin = await centre.admin()
    worker = await centre.enrolled(admin, MINE)
    await put_camera(worker, registration(school_id=MINE))
    for canteen, verdict in ((False, "unconfirmed"), (True, "fails")):
        told = {"name_zh": "小学", "type": "primary", "canteen": canteen}
        assert (await admin.put(f"/api/v1/schools/{MINE}", json=told)).status_code == 200
        found, _ = await _rows(admin)
        assert (found["verdict"], found["counts"]["missing_read"] > 0) == (verdict, canteen)


async def test_a_school_reads_its_own_and_nobody_of_a_place_reads_any(centre: Centre) -> None:
    admin = await centre.admin()
    for school in (MINE, THEIRS):
        await put_camera(await centre.enrolled(admin, school), registration(school_id=school))
    manager = await centre.person(Role.SCHOOL_MANAGER, MINE)
    listed = {}
    for name, person in (("admin", admin), ("manager", manager)):
        items = (await person.get("/api/v1/coverage")).json()["items"]
        listed[name] = {each["school"]["school_id"] for each in items}
    assert {MINE, THEIRS} <= listed["admin"]
    assert listed["manager"] == {MINE}
    # Of its camera nobody wrote where it hangs; nothing is known to be there.
    assert (await _rows(manager))[0]["unplaced_count"] == 1
    assert (await manager.get(f"/api/v1/coverage/{THEIRS}")).status_code == 404
    cook = await centre.person(Role.SCHOOL_CANTEEN, MINE)
    assert (await cook.get("/api/v1/coverage")).status_code == 403
    assert (await admin.post(f"/api/v1/schools/{THEIRS}/close")).status_code == 200
    assert (await admin.get(f"/api/v1/coverage/{THEIRS}")).status_code == 404
