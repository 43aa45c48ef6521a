"""A school changes zones and rules of its own cameras, and nothing else of its box."""

from __future__ import annotations

import copy
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.access.roles import Role
from api.configurations.camera_saving import changed_outside
from tests.api.centre import Centre, put_camera
from tests.api.configuring import BOX, Console, beat, box_of, report
from tests.api.messages import SCHOOL_ID, registration

_GATE = "/cameras/gate-north"
_HALF = [[0, 0.5], [1, 0.5], [1, 1], [0, 1]]
_RULE = {"type": "perimeter_intrusion", "dwell_s": 1.0, "zone": {"name": "院子", "polygon": _HALF}}
_NOBODYS = "- id: not-yet\n  name: 新装\n  source: {type: file, path: a.mp4}\n"


def _box_of(console: Console) -> int:
    return int(console.url.split("/")[4])


@pytest.fixture
async def console(centre: Centre, admin: httpx.AsyncClient, worker: httpx.AsyncClient) -> Console:
    """Of whoever manages boxes; the box has a version 2 that was saved here."""
    await put_camera(worker, registration())
    await beat(worker, BOX)
    assert await report(worker, BOX) is True
    found = Console(admin, await box_of(admin))
    assert await found.saved(f"{BOX}{_NOBODYS}", 1) == 2
    return found


@pytest.fixture
async def manager(centre: Centre, console: Console) -> Console:
    """The same box, of its school's manager."""
    return Console(
        await centre.person(Role.SCHOOL_MANAGER, SCHOOL_ID), int(console.url.split("/")[4])
    )


async def _put(console: Console, place: str = _GATE, **more: Any) -> httpx.Response:
    body = {"against": 2, "rules": [_RULE], "reason": "围栏往里收", **more}
    return await console.client.put(f"{console.url}{place}/rules", json=body)


async def test_a_manager_moves_a_zone_and_nothing_else_of_the_text(
    console: Console, manager: Console
) -> None:
    setup = (await manager.client.get(manager.url + _GATE)).json()
    assert (setup["version"], setup["rules"][0]["type"]) == (2, "perimeter_intrusion")
    draft = await manager.client.post(
        f"{manager.url}{_GATE}/rules", json={"against": 2, "rules": [_RULE]}
    )
    assert draft.json()["text"] == "", "addresses and other cameras are not theirs to read"
    [change] = draft.json()["diff"]["changes"]
    assert change["path"] == "cameras[gate-north].rules[0].zone.polygon"
    answer = await _put(manager)
    assert answer.status_code == 200, answer.text
    assert answer.headers["ETag"] == '"3"'
    assert (answer.json()["version"], answer.json()["state"]) == (3, "pending")
    saved = await console.version(3)
    assert saved["version"]["created_by"] == f"school-manager.{SCHOOL_ID}"
    assert saved["text"] == f"{BOX}{_NOBODYS}".replace(
        "[[0, 0], [1, 0], [1, 1], [0, 1]]", "[[0, 0.5], [1, 0.5], [1, 1], [0, 1]]"
    )


async def test_it_stands_in_the_log_with_the_reason_and_what_changed(
    console: Console, manager: Console
) -> None:
    assert (await _put(manager)).status_code == 200
    log = (await console.client.get("/api/v1/audit?limit=50")).json()["items"]
    entry = next(each for each in log if each["action"] == "configuration_saved")
    assert entry["username"] == f"school-manager.{SCHOOL_ID}"
    told = {each["field"]: each["new"] for each in entry["changes"]}
    assert told["reason"] == "围栏往里收"
    assert "cameras[gate-north].rules[0].zone.polygon" in told


async def test_a_second_school_finds_nothing(centre: Centre, manager: Console) -> None:
    await centre.enrolled(await centre.admin(), "no-2")
    stranger = await centre.person(Role.SCHOOL_MANAGER, "no-2")
    theirs = Console(stranger, _box_of(manager))
    assert (await stranger.get(theirs.url + _GATE)).status_code == 404
    draft = {"against": 2, "rules": []}
    assert (await stranger.post(f"{theirs.url}{_GATE}/rules", json=draft)).status_code == 404
    assert (await _put(theirs)).status_code == 404


async def test_a_camera_that_is_not_known_as_theirs_is_not_found(
    console: Console, manager: Console
) -> None:
    assert (await _put(manager, "/cameras/not-yet")).status_code == 404
    assert (await _put(console, "/cameras/not-yet")).status_code == 200


async def test_a_new_detector_is_refused_in_words_and_nothing_is_saved(
    console: Console, manager: Console
) -> None:
    answer = await _put(manager, add_models=["pose"])
    assert (answer.status_code, answer.json()["code"]) == (403, "rules_only")
    assert "cameras[gate-north].more_models" in answer.json()["detail"]
    assert (await console.view())["newest"] == 2
    assert (await _put(console, add_models=["pose"])).status_code == 200


async def test_a_box_of_its_own_file_is_taken_over_by_who_manages_boxes(
    centre: Centre, admin: httpx.AsyncClient, worker: httpx.AsyncClient
) -> None:
    await put_camera(worker, registration())
    await beat(worker, BOX)
    await report(worker, BOX)
    person = await centre.person(Role.SCHOOL_MANAGER, SCHOOL_ID)
    answer = await _put(Console(person, await box_of(admin)), against=1)
    assert (answer.status_code, answer.json()["code"]) == (403, "rules_only")
    assert "its own file" in answer.json()["detail"]


async def test_what_came_between_is_not_lost(console: Console, manager: Console) -> None:
    assert await console.saved(f"{BOX}# theirs\n", 2) == 3
    answer = await _put(manager)
    assert (answer.status_code, answer.json()["code"]) == (412, "configuration_changed")


async def test_the_whole_configuration_stays_closed(manager: Console) -> None:
    for path in ("", "/versions/2", "/versions/2/yaml"):
        assert (await manager.client.get(manager.url + path)).status_code == 403
    assert (await manager.save(BOX, 2)).status_code == 403


_DOCUMENT: dict[str, Any] = {
    "site": {"id": "a", "name": "b"},
    "cameras": [
        {"id": "own", "source": {"url": "u"}, "rules": [_RULE], "rule_sets": ["x"]},
        {"id": "other", "source": {"url": "v"}, "rules": [_RULE]},
    ],
}


@given(
    st.sampled_from(
        [
            (("site", "name"), "site.name"),
            (("cameras", 0, "source", "url"), "cameras[own].source.url"),
            (("cameras", 0, "id"), "cameras[own]"),
            (("cameras", 0, "rule_sets"), "cameras[own].rule_sets"),
            (("cameras", 0, "more_models"), "cameras[own].more_models"),
            (("cameras", 1, "rules"), "cameras[other].rules"),
            (("cameras", 1, "rules", 0, "dwell_s"), "cameras[other].rules[0].dwell_s"),
            (("extra",), "extra"),
        ]
    ),
    st.one_of(st.text(min_size=3), st.integers(5), st.lists(st.integers(5), min_size=1)),
    st.lists(st.dictionaries(st.text(max_size=4), st.integers()), max_size=3),
)
def test_whatever_else_changes_is_told_however_rules_change(
    place: tuple[tuple[str | int, ...], str], value: Any, rules: list[Any]
) -> None:
    keys, path = place
    document = copy.deepcopy(_DOCUMENT)
    document["cameras"][0]["rules"] = rules
    assert changed_outside(_DOCUMENT, document, "own") == []
    at: Any = document
    for key in keys[:-1]:
        at = at[key]
    at[keys[-1]] = value
    found = changed_outside(_DOCUMENT, document, "own")
    assert found
    assert any(each.startswith(path) for each in found)
