"""A district: whose camera, whose alert, and which box may say so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from api.contract import CONTRACT_VERSION, AlertEpisode, EpisodeState, EvidenceKind
from api.contract.identity import episode_id, episode_id_before_schools
from api.kit.version import VERSION
from tests.api.centre import (
    Centre,
    beat,
    key_of,
    put_alert,
    put_analysed,
    put_camera,
    put_evidence,
    put_retention,
    summaries,
)
from tests.api.footage import judged, report
from tests.api.messages import (
    SCHOOL_ID,
    T0,
    alert_uuid,
    analysed,
    camera_beat,
    episode,
    evidence_ref,
    heartbeat,
    registration,
)

NO_2 = {"school_id": "no-2"}
PICTURE = b"\xff\xd8the same picture\xff\xd9"


async def _refused(
    client: httpx.AsyncClient, told: AlertEpisode, status: int, code: str
) -> dict[str, Any]:
    answer = await client.put(f"/api/v2/ingest/alerts/{told.id}", json=told.model_dump(mode="json"))
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    problem: dict[str, Any] = answer.json()
    return problem


async def _boxes(admin: httpx.AsyncClient) -> dict[tuple[str, str], dict[str, Any]]:
    items = (await admin.get("/api/v1/boxes")).json()["items"]
    return {(each["school"]["school_id"], each["name"]): each for each in items}


async def test_two_schools_with_the_same_camera_ids_stand_side_by_side(
    centre: Centre, worker: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    await put_camera(worker, registration(name="北门"))
    other = await centre.enrolled(admin, "no-2", name_zh="第二小学")
    await put_camera(other, registration(name="东门", **NO_2))
    for client, of in ((worker, {}), (other, NO_2)):
        name = of.get("school_id", SCHOOL_ID)
        await put_alert(client, episode(name, **of))
        await put_analysed(client, [analysed(T0 - timedelta(minutes=2), 40.0, **of)])
        await put_retention(client, report(len(name), **of))
        await beat(client, heartbeat(camera_beat(), **of))
    cameras = (await admin.get("/api/v1/cameras")).json()["items"]
    assert [(c["school"]["school_id"], c["camera_id"], c["name"]) for c in cameras] == [
        ("no-1-primary", "gate-north", "北门"),
        ("no-2", "gate-north", "东门"),
    ]
    assert [(c["state"], c["analysed_s"]) for c in cameras] == [("watching", 40.0)] * 2
    assert {a.school.school_id: a.camera_name for a in await summaries(admin)} == {
        "no-1-primary": "北门",
        "no-2": "东门",
    }
    assert [a.camera_name for a in await summaries(admin, "?school_id=no-2")] == ["东门"]
    await judged(centre)
    rows = (await admin.get("/api/v1/compliance/retention")).json()["items"]
    assert [row["proven_days"] for row in rows] == [12.0, 4.0]


async def test_a_box_names_its_own_school_or_is_refused_and_counted(
    centre: Centre, worker: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    await put_camera(worker, registration())
    other = await centre.enrolled(admin, "no-2")
    problem = await _refused(other, episode(), 403, "other_school")
    assert problem["params"] == {"school_id": "no-2"}
    await _refused(other, episode(school_id="no-3"), 403, "other_school")
    # The own box took the first school it named, and takes no second one.
    await _refused(worker, episode(**NO_2), 403, "other_school")
    assert await summaries(admin) == []
    boxes = await _boxes(admin)
    counted = {key: (box["refused"], box["refused_code"]) for key, box in boxes.items()}
    assert counted == {
        ("no-1-primary", "box"): (1, "other_school"),
        ("no-2", "box"): (2, "other_school"),
    }
    schools = (await admin.get("/api/v1/schools")).json()["items"]
    assert [each["school_id"] for each in schools] == ["no-1-primary", "no-2"], "default is gone"


async def test_a_second_box_claims_a_camera_only_when_it_is_stated(
    centre: Centre, admin: httpx.AsyncClient
) -> None:
    first = await centre.enrolled(admin, "no-2", box="first")
    second = await centre.enrolled(admin, "no-2", box="second")
    await put_alert(first, episode("before", **NO_2))
    await _refused(second, episode("claimed", **NO_2), 409, "camera_of_another_box")
    answer = await second.put(
        "/api/v2/ingest/cameras/gate-north",
        json=registration(name="别的", **NO_2).model_dump(mode="json"),
    )
    assert answer.json()["code"] == "camera_of_another_box"
    # Heartbeats name all cameras: what is another's is passed over, the rest is taken.
    await beat(second, heartbeat(camera_beat(), camera_beat("yard"), **NO_2))
    boxes = await _boxes(admin)
    assert boxes["no-2", "second"]["refused"] == 3
    cameras = (await admin.get("/api/v1/cameras")).json()["items"]
    assert [(c["camera_id"], c["box_id"], c["state"]) for c in cameras] == [
        ("gate-north", boxes["no-2", "first"]["id"], "unknown"),
        ("yard", boxes["no-2", "second"]["id"], "watching"),
    ]
    centre.clock.advance(600)
    key = await key_of(admin)
    stated = await admin.post(f"/api/v1/boxes/{boxes['no-2', 'second']['id']}/cameras/{key}")
    assert stated.status_code == 200, stated.text
    await put_alert(second, episode("claimed", raised_at=centre.clock.now, **NO_2))
    # What the first one has to tell of the time before arrives late and is taken …
    await put_alert(first, episode("before", 2, state=EpisodeState.CLOSED, **NO_2))
    # … and nothing of the time since.
    later = episode("since", raised_at=centre.clock.now + timedelta(minutes=1), **NO_2)
    await _refused(first, later, 409, "camera_of_another_box")
    assert len(await summaries(admin)) == 2
    logged = (await admin.get("/api/v1/audit?action=camera_taken_over")).json()["items"]
    assert [(e["subject"], e["school_id"], e["camera_id"]) for e in logged] == [
        ("second", "no-2", "gate-north")
    ]


@pytest.mark.whole
@pytest.mark.parametrize("late_first", [False, True])
async def test_what_two_boxes_tell_of_the_same_is_one_alert(
    centre: Centre, admin: httpx.AsyncClient, late_first: bool
) -> None:
    first = await centre.enrolled(admin, "no-2", box="first")
    second = await centre.enrolled(admin, "no-2", box="second")
    await put_camera(first, registration(**NO_2))
    moment = {"raised_at": T0, **NO_2}
    told = episode("first", evidence=(evidence_ref(b"one"),), **moment)
    centre.clock.advance(60)
    [box] = [each for (_, name), each in (await _boxes(admin)).items() if name == "second"]
    await admin.post(f"/api/v1/boxes/{box['id']}/cameras/{await key_of(admin)}")
    seen = episode(
        "second",
        score=0.95,
        ended_at=T0 + timedelta(seconds=30),
        evidence=(evidence_ref(b"two"),),
        **(moment | {"raised_at": T0 + timedelta(seconds=2)}),
    )
    closed = seen.model_copy(update={"revision": 2, "state": EpisodeState.CLOSED})
    ours = told.model_copy(update={"revision": 2, "state": EpisodeState.CLOSED})
    messages = [(first, told), (second, seen), (first, ours), (second, closed)]
    if late_first:
        messages = [(second, seen), (second, closed), (first, told), (first, ours)]
    for client, message in messages:
        assert await put_alert(client, message) is True
        assert await put_alert(client, message) is False, "twice changes nothing"
    [alert] = await summaries(admin)
    assert alert.id == messages[0][1].id, "the one that was there first"
    assert (alert.state, alert.score) == (EpisodeState.CLOSED, 0.95)
    assert alert.started_at == T0 - timedelta(seconds=2)
    assert alert.ended_at == T0 + timedelta(seconds=30)
    detail = (await admin.get(f"/api/v1/alerts/{alert.id}")).json()
    assert {e["sha256"] for e in detail["evidence"]} == {
        evidence_ref(b"one").sha256,
        evidence_ref(b"two").sha256,
    }
    elsewhere = episode("lawn", zone="lawn", **(moment | {"raised_at": T0}))
    await put_alert(first, elsewhere)
    assert len(await summaries(admin)) == 2, "another zone is another alert"


@pytest.mark.whole
async def test_an_alert_of_before_there_were_schools_stays_one(
    worker: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    started_s = (T0 - timedelta(seconds=2)).timestamp()
    seed = ("gate-north", "north-wall", "north_wall", started_s)
    before, after = episode_id_before_schools(*seed), episode_id(SCHOOL_ID, *seed)
    await put_alert(worker, episode(id=before))
    # Under its old id, as the upgraded worker kept it …
    await put_alert(worker, episode(id=before, revision=2, score=0.9))
    # … or under the id it would have today, as when a recording is analysed again.
    await put_alert(worker, episode(id=after, revision=5, state=EpisodeState.CLOSED, score=0.99))
    [alert] = await summaries(admin)
    assert (alert.id, alert.status, alert.score) == (before, "pending_review", 0.99)


async def test_another_schools_picture_is_not_shown_by_naming_its_hash(
    centre: Centre, worker: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    picture = evidence_ref(PICTURE, EvidenceKind.SNAPSHOT)
    await put_alert(worker, episode("ours", evidence=(picture,)))
    await put_evidence(worker, PICTURE)
    other = await centre.enrolled(admin, "no-2")
    await put_alert(other, episode("theirs", evidence=(picture,), **NO_2))
    shown = {a.id: a.snapshot_url for a in await summaries(admin)}
    assert shown[alert_uuid("ours")] is not None
    assert shown[alert_uuid("theirs")] is None, "they have not brought it"
    answer = await other.put(
        f"/api/v2/ingest/evidence/{picture.sha256}?school_id=no-2",
        content=PICTURE,
        headers={"Content-Type": "image/jpeg"},
    )
    assert answer.json()["changed"] is True, answer.text
    [theirs] = await summaries(admin, "?school_id=no-2")
    assert theirs.snapshot_url is not None


async def test_a_code_works_once_and_not_for_ever(centre: Centre, admin: httpx.AsyncClient) -> None:
    await admin.post("/api/v1/schools", json={"school_id": "no-2", "name_zh": "第二小学"})
    made = await admin.post("/api/v1/boxes", json={"school_id": "no-2", "name": "box"})
    box, code = made.json()["box"], made.json()["code"]
    assert box["state"] == "waiting"
    machine = await centre.client()

    async def enrol(code: str) -> httpx.Response:
        return await machine.post("/api/v2/ingest/enrol", json={"code": code})

    async def why(code: str) -> str:
        refused = await enrol(code)
        assert (refused.status_code, refused.json()["code"]) == (409, "bad_code")
        return str(refused.json()["params"]["why"])

    assert await why("AAAA-BBBB-CCCC") == "unknown"
    told = (await enrol(code.lower().replace("-", " "))).json()
    assert (told["school_id"], told["school_name"], told["box_name"]) == (
        "no-2",
        "第二小学",
        "box",
    )
    assert await why(code) == "used"
    machine.headers["Authorization"] = f"Bearer {told['token']}"
    await beat(machine, heartbeat(**NO_2))

    late = (await admin.post(f"/api/v1/boxes/{box['id']}/code")).json()["code"]
    centre.clock.advance(48 * 3600)
    assert await why(late) == "expired"
    admin = await centre.admin()  # a session does not last that long
    again = (await admin.post(f"/api/v1/boxes/{box['id']}/code")).json()["code"]
    await beat(machine, heartbeat(**NO_2))  # the token works until the code is used
    fresh = (await enrol(again)).json()
    old = await machine.post(
        "/api/v2/ingest/heartbeat", json=heartbeat(**NO_2).model_dump(mode="json")
    )
    assert (old.status_code, old.json()["code"]) == (401, "bad_token")
    machine.headers["Authorization"] = f"Bearer {fresh['token']}"
    await beat(machine, heartbeat(**NO_2))
    [shown] = [b for (s, _), b in (await _boxes(admin)).items() if s == "no-2"]
    assert (shown["state"], shown["rotated_at"] is not None) == ("active", True)
    assert [each["worker_id"] for each in shown["workers"]] == ["box-1"]
    actions = (await admin.get("/api/v1/audit?action=box_enrolled")).json()["items"]
    assert [(e["subject"], e["school_id"]) for e in actions] == [("box", "no-2")] * 2


async def test_a_revoked_box_is_not_heard_and_its_cameras_can_be_claimed(
    centre: Centre, admin: httpx.AsyncClient
) -> None:
    first = await centre.enrolled(admin, "no-2", box="first")
    second = await centre.enrolled(admin, "no-2", box="second")
    await put_alert(first, episode("before", **NO_2))
    box = (await _boxes(admin))["no-2", "first"]
    revoked = await admin.post(f"/api/v1/boxes/{box['id']}/revoke")
    assert revoked.json()["state"] == "revoked"
    problem = await _refused(first, episode("since", **NO_2), 401, "bad_token")
    assert problem["params"] == {"why": "revoked"}
    later = T0 + timedelta(minutes=5)
    await put_alert(second, episode("claimed", raised_at=later, **NO_2))
    assert len(await summaries(admin)) == 2


async def test_a_closed_school_leaves_the_lists_and_its_boxes_words_wait(
    centre: Centre, admin: httpx.AsyncClient
) -> None:
    other = await centre.enrolled(admin, "no-2", name_zh="第二小学")
    await put_alert(other, episode("before", **NO_2))
    closed = await admin.post("/api/v1/schools/no-2/close")
    assert closed.json()["closed_at"] is not None
    await _refused(other, episode("since", **NO_2), 403, "school_closed")
    assert (await admin.get("/api/v1/cameras")).json()["items"] == []
    assert len(await summaries(admin)) == 1, "its history stays"
    listed = (await admin.get("/api/v1/schools")).json()["items"]
    assert "no-2" not in {each["school_id"] for each in listed}
    await admin.post("/api/v1/schools/no-2/reopen")
    await put_alert(other, episode("since", **NO_2))
    assert len(await summaries(admin)) == 2


async def test_a_worker_of_before_is_told_what_to_do_and_keeps_its_messages(
    worker: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    old = episode().model_dump(mode="json", exclude={"school_id"})
    for method, path, body in (
        ("PUT", f"alerts/{old['id']}", old),
        ("PUT", "cameras/gate-north", {}),
        ("PUT", f"evidence/{'ab' * 32}", b"jpeg"),
        ("POST", "heartbeat", {}),
        ("POST", "views/poll?wait_s=10", {}),
    ):
        content = {"content": body} if isinstance(body, bytes) else {"json": body}
        answer = await worker.request(method, f"/api/v1/ingest/{path}", **content)
        # Of all client errors such a worker keeps its messages for these: 401, 403, 408, 425, 429.
        assert (answer.status_code, answer.json()["code"]) == (403, "worker_outdated")
        assert "/api/v2/ingest" in answer.json()["detail"]
    assert await summaries(admin) == []


async def test_what_runs_on_a_box_is_told_beside_what_the_command_centre_speaks(
    worker: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    old = heartbeat(version="0.0.9", contract_version=1)
    answer = await worker.post("/api/v2/ingest/heartbeat", json=old.model_dump(mode="json"))
    assert answer.status_code == 204, answer.text
    listed = (await admin.get("/api/v1/boxes")).json()
    assert (listed["version"], listed["contract_version"]) == (VERSION, CONTRACT_VERSION)
    [box] = listed["items"]
    [told] = box["workers"]
    assert (told["version"], told["contract_version"]) == ("0.0.9", 1)
