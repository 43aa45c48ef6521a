"""What a box is configured to do: versions, their way to the box, and what becomes of each."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from api.access.roles import Role
from tests.api.centre import Centre
from tests.api.configuring import BOX, WHY, Console, beat, box_of, fetch, report, tell
from tests.api.messages import SCHOOL_ID, heartbeat

_FASTER = BOX.replace("dwell_s: 1.0", "dwell_s: 2.5")
_FASTEST = BOX.replace("dwell_s: 1.0", "dwell_s: 4.0")
_SECRET = "hunter2-planted"
_SOURCE = "7 cameras[0].source"


@pytest.fixture
async def console(centre: Centre, admin: httpx.AsyncClient, worker: httpx.AsyncClient) -> Console:
    """Of a box that has told what it runs."""
    assert await beat(worker) == {"report": True}
    assert await report(worker) is True
    return Console(admin, await box_of(admin))


async def test_a_box_that_told_its_file_is_managed_locally(
    console: Console, worker: httpx.AsyncClient
) -> None:
    told = await console.view()
    assert (told["management"], told["running"], told["wanted"]) == ("local", 1, None)
    assert told["is_box_there"] is True
    assert (await console.version(1))["text"] == BOX
    assert await report(worker) is False, "the same once more is no version"
    assert await beat(worker) == {}
    assert await console.states() == {1: "applied"}


async def test_a_version_goes_to_its_box_and_is_answered(
    console: Console, worker: httpx.AsyncClient
) -> None:
    assert await console.saved(_FASTER, 1) == 2
    assert await console.states() == {2: "pending", 1: "applied"}
    assert await beat(worker) == {"version": 2}
    assert await fetch(worker, 2) == _FASTER
    assert await tell(worker, 2, "applied", waits=["live"]) is True
    assert await tell(worker, 2, "applied", waits=["live"]) is False
    told = await console.view()
    assert (told["management"], told["running"], told["wanted"]) == ("centre", 2, None)
    assert await console.states() == {2: "applied", 1: "superseded"}
    assert told["versions"][0]["waits"] == ["live"]
    assert await beat(worker, _FASTER, 2) == {}
    [change] = (await console.version(2))["diff"]["changes"]
    path = "cameras[gate-north].rules[0].dwell_s"
    assert change == {"path": path, "kind": "changed", "old": "1.0", "new": "2.5"}


async def test_an_answer_that_was_lost_is_known_from_the_heartbeat(
    console: Console, worker: httpx.AsyncClient
) -> None:
    await console.saved(_FASTER, 1)
    assert await beat(worker, _FASTER, 2) == {}
    assert await console.states() == {2: "applied", 1: "superseded"}


async def test_a_refusal_says_what_is_wrong_where_and_the_box_goes_on(
    console: Console, worker: httpx.AsyncClient
) -> None:
    await console.saved(_FASTER, 1)
    problem = {"path": "cameras[0].rules[0].zone.polygon", "line": 13, "what": "crosses itself"}
    assert await tell(worker, 2, "refused", why="invalid", problems=[problem]) is True
    told = await console.view()
    assert (told["management"], told["running"], told["wanted"]) == ("local", 1, None)
    assert told["versions"][0]["problems"] == [{**problem, "remedy": ""}]
    assert await console.states() == {2: "refused", 1: "applied"}
    assert await beat(worker) == {}


async def test_a_box_that_died_under_a_version_takes_its_word_back(
    console: Console, worker: httpx.AsyncClient
) -> None:
    await console.saved(_FASTER, 1)
    await tell(worker, 2, "applied")
    assert await tell(worker, 2, "refused", why="died") is True
    assert await beat(worker) == {}, "back on its own file"
    assert await console.states() == {2: "refused", 1: "applied"}
    assert (await console.view())["management"] == "local"


async def test_a_box_that_is_away_is_given_the_newest_alone(
    console: Console, worker: httpx.AsyncClient, centre: Centre
) -> None:
    centre.clock.advance(120)
    assert (await console.view())["is_box_there"] is False
    await console.saved(_FASTER, 1)
    await console.saved(_FASTEST, 2)
    assert await console.states() == {3: "pending", 2: "superseded", 1: "applied"}
    assert await beat(worker) == {"version": 3}


async def test_who_saves_second_is_told_and_loses_nothing(console: Console) -> None:
    await console.saved(_FASTER, 1)
    late = await console.save(_FASTEST, 1)
    assert (late.status_code, late.json()["code"]) == (412, "configuration_changed")
    assert late.json()["params"]["version"] == "2"
    assert late.json()["params"]["by"] == "admin"
    compared = await console.client.post(
        f"{console.url}/compare", json={"text": _FASTEST, "against": 2}
    )
    [change] = compared.json()["diff"]["changes"]
    assert (change["old"], change["new"]) == ("2.5", "4.0")
    assert await console.saved(_FASTEST, 2) == 3
    none = await console.client.post(
        f"{console.url}/versions", json={"text": _FASTER, "reason": "x"}
    )
    assert (none.status_code, none.json()["code"]) == (428, "version_required")


async def test_going_back_is_a_new_version_that_is_equal(
    console: Console, worker: httpx.AsyncClient
) -> None:
    await console.saved(_FASTER, 1)
    await tell(worker, 2, "applied")
    back = await console.client.post(
        f"{console.url}/versions/1/restore",
        json={"reason": "恢复到版本 1"},
        headers={"If-Match": '"2"'},
    )
    assert back.status_code == 201, back.text
    assert back.json()["version"]["restored_from"] == 1
    assert await fetch(worker, 3) == BOX
    assert await beat(worker, _FASTER, 2) == {"version": 3}


async def test_a_file_that_was_changed_by_hand_is_not_written_over(
    console: Console, worker: httpx.AsyncClient
) -> None:
    await console.saved(_FASTER, 1)
    assert await report(worker, _FASTEST) is True
    told = await console.view()
    assert (told["management"], told["running"], told["wanted"]) == ("local", 3, None)
    waited = next(each for each in told["versions"] if each["number"] == 2)
    assert (waited["state"], waited["why"]) == ("refused", "changed_locally")
    assert await beat(worker, _FASTEST) == {}
    late = await console.save(_FASTER, 2)
    assert late.json()["params"] == {
        "version": "3", "by": "", "at": told["versions"][0]["created_at"].replace("Z", "+00:00")
    }  # fmt: skip


async def test_what_waits_for_a_box_that_never_spoke_is_given_to_it(
    centre: Centre, admin: httpx.AsyncClient
) -> None:
    made = await admin.post("/api/v1/schools", json={"school_id": SCHOOL_ID, "name_zh": "一小"})
    assert made.status_code == 201, made.text
    box = await admin.post("/api/v1/boxes", json={"school_id": SCHOOL_ID, "name": "new"})
    console = Console(admin, box.json()["box"]["id"])
    assert (await console.view())["management"] == "unknown"
    assert await console.saved(_FASTER, 0) == 1
    new = await centre.client()
    told = await new.post("/api/v2/ingest/enrol", json={"code": box.json()["code"]})
    new.headers["Authorization"] = f"Bearer {told.json()['token']}"
    assert await beat(new) == {"report": True}
    await report(new)
    assert await beat(new) == {"version": 1}
    assert await console.states() == {2: "applied", 1: "pending"}


@pytest.mark.parametrize(
    ("old", "new", "where", "what"),
    [
        ("cameras:", "cameras: [", "", "not valid YAML"),
        ("data_dir: ../var/worker", "data_dir: a\ndata_dir: b", "3 data_dir", "given twice"),
        (BOX, "cameras: none", "1 cameras", "a list of cameras"),
        ("- id: gate-north\n  name", "- name", "5 cameras[0]", "has an `id`"),
        ("env: '***'", f"env: {_SECRET}", f"{_SOURCE}.password_env", "credential"),
        ("10.0.0.8:554/***", f"10.0.0.8/live?token={_SECRET}", f"{_SOURCE}.url", "credential"),
        ("username: viewer", f"password: {_SECRET}", f"{_SOURCE}.password", "credential"),
    ],
)  # fmt: skip
async def test_what_is_no_configuration_or_shows_a_secret_is_refused_at_its_line(
    console: Console, old: str, new: str, where: str, what: str
) -> None:
    text = BOX.replace(old, new, 1)
    answer = await console.save(text, 1)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_configuration")
    assert _SECRET not in answer.text
    found = answer.json()["errors"]
    assert any(each["where"].startswith(where) and what in each["what"] for each in found), found
    drafted = await console.client.post(f"{console.url}/compare", json={"text": text})
    assert [each["what"] for each in drafted.json()["problems"]]
    assert _SECRET not in str(drafted.json()["problems"])
    assert (await console.view())["newest"] == 1


async def test_what_a_box_may_not_show_is_refused_and_a_newer_key_kept(
    console: Console, worker: httpx.AsyncClient
) -> None:
    told = {
        "school_id": SCHOOL_ID,
        "worker_id": "box-1",
        "text": BOX.replace("***", "hunter2/x", 1),
    }
    answer = await worker.put("/api/v2/ingest/configuration", json=told)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    newer = BOX + "a_newer_key: {deep: [1, x]}\n"
    assert await console.saved(newer, 1) == 2
    assert await fetch(worker, 2) == newer


async def test_each_step_is_in_the_access_log(console: Console, worker: httpx.AsyncClient) -> None:
    await console.saved(_FASTER, 1)
    await tell(worker, 2, "applied")
    await tell(worker, 2, "refused", why="died")
    file = await console.client.get(f"{console.url}/versions/2/yaml")
    assert file.text == _FASTER
    assert file.headers["Content-Disposition"].endswith('-2.yaml"')
    await console.client.post(
        f"{console.url}/versions/1/restore", json={"reason": "x"}, headers={"If-Match": '"2"'}
    )
    log = (await console.client.get("/api/v1/audit?limit=50")).json()["items"]
    ours = [each for each in log if each["action"].startswith("configuration_")]
    assert [each["action"] for each in ours] == [
        "configuration_restored",
        "configuration_exported",
        "configuration_refused",
        "configuration_applied",
        "configuration_saved",
        "configuration_reported",
    ]
    saved = ours[4]
    assert (saved["username"], saved["reason"], saved["school_id"]) == (
        "admin",
        "version 2",
        SCHOOL_ID,
    )
    field = "cameras[gate-north].rules[0].dwell_s"
    assert saved["changes"] == [
        {"field": "reason", "old": None, "new": WHY},
        {"field": field, "old": "1.0", "new": "2.5"},
    ]


async def test_an_older_worker_is_told_nothing_it_cannot_read(worker: httpx.AsyncClient) -> None:
    told = heartbeat().model_dump(mode="json", exclude={"configuration"})
    assert (await worker.post("/api/v2/ingest/heartbeat", json=told)).status_code == 204


@pytest.mark.parametrize("role", [Role.ENGINEER, Role.DISTRICT_ADMIN])
async def test_who_manages_boxes_manages_what_they_do(
    centre: Centre, console: Console, role: Role
) -> None:
    person = await centre.person(role)
    other = Console(person, await box_of(person))
    assert await other.saved(_FASTER, 1) == 2


async def test_a_box_answers_for_its_own_versions_alone(
    console: Console, centre: Centre, admin: httpx.AsyncClient
) -> None:
    other = await centre.enrolled(admin, "no-2-primary")
    await console.saved(_FASTER, 1)
    url = "/api/v2/ingest/configuration/2"
    answer = await other.get(f"{url}?school_id=no-2-primary")
    assert answer.status_code == 404, answer.text
    told: dict[str, Any] = {"school_id": "no-2-primary", "version": 2, "outcome": "applied"}
    taken = await other.put(f"{url}/answer", json=told)
    assert taken.json()["changed"] is False
    assert await console.states() == {2: "pending", 1: "applied"}
    foreign = await other.put(f"{url}/answer", json={**told, "school_id": SCHOOL_ID})
    assert foreign.status_code == 403
    mixed = await other.put("/api/v2/ingest/configuration/3/answer", json=told)
    assert mixed.json()["code"] == "identity_mismatch"
