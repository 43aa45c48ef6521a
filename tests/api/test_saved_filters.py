"""Filters that a person keeps: theirs alone, bounded, and honest about what is there no more."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from api.access.roles import Role
from api.saved_filters.service import MOST
from tests.api.centre import REVIEWER_PASSWORD, Centre, key_of, put_camera
from tests.api.messages import registration

URL = "/api/v1/saved-filters"
QUEUE: dict[str, Any] = {
    "page": "alerts",
    "status": "pending_review",
    "rules": ["fall"],
    "camera_keys": [],
    "school_ids": [],
    "risks": [],
    "range": "24h",
    "from_at": None,
    "before": None,
    "text": "",
    "order": None,
}
BOARD: dict[str, Any] = {
    "page": "orders",
    "column": "overdue",
    "mine": True,
    "school_ids": [],
    "risks": ["class_1"],
    "subjects": [],
}


async def _save(person: httpx.AsyncClient, name: str, told: dict[str, Any]) -> httpx.Response:
    return await person.post(URL, json={"name": name, "filter": told})


async def _kept(person: httpx.AsyncClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await person.get(URL)).json()["items"]
    return found


def _code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_a_filter_is_kept_renamed_and_deleted_and_follows_its_person(
    centre: Centre, reviewer: httpx.AsyncClient
) -> None:
    first = await _save(reviewer, " 夜间跌倒 ", QUEUE)
    assert first.status_code == 201, first.text
    assert (await _save(reviewer, "逾期一类", BOARD)).status_code == 201
    elsewhere = await centre.signed_in("wang.li", REVIEWER_PASSWORD)
    kept = await _kept(elsewhere)
    assert [(each["name"], each["page"], each["gone"]) for each in kept] == [
        ("夜间跌倒", "alerts", []),
        ("逾期一类", "orders", []),
    ]
    assert kept[0]["filter"] == QUEUE
    assert kept[1]["filter"] == BOARD
    address = f"{URL}/{first.json()['id']}"
    renamed = await reviewer.put(address, json={"name": "跌倒"})
    assert (renamed.status_code, renamed.json()["name"]) == (200, "跌倒")
    assert (await reviewer.delete(address)).status_code == 204
    assert [each["name"] for each in await _kept(reviewer)] == ["逾期一类"]
    assert _code(await reviewer.delete(address)) == (404, "not_found")


async def test_nobody_reads_renames_or_deletes_anothers(
    centre: Centre, reviewer: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    address = f"{URL}/{(await _save(reviewer, 'mine', QUEUE)).json()['id']}"
    for other in (admin, await centre.reviewer("zhao")):
        assert await _kept(other) == []
        renamed = await other.put(address, json={"name": "theirs"})
        deleted = await other.delete(address)
        nothing = await other.delete(f"{URL}/987654")
        assert _code(renamed) == _code(deleted) == (404, "not_found")
        assert deleted.json() == nothing.json(), "it cannot be told from one that never was"
        assert (await _save(other, "mine", QUEUE)).status_code == 201
    assert [each["name"] for each in await _kept(reviewer)] == ["mine"]


async def test_a_name_is_taken_once_for_each_list(reviewer: httpx.AsyncClient) -> None:
    assert (await _save(reviewer, "one", QUEUE)).status_code == 201
    assert _code(await _save(reviewer, "one", QUEUE)) == (409, "filter_name_taken")
    assert (await _save(reviewer, "one", BOARD)).status_code == 201
    two = (await _save(reviewer, "two", QUEUE)).json()["id"]
    taken = await reviewer.put(f"{URL}/{two}", json={"name": "one"})
    assert _code(taken) == (409, "filter_name_taken")
    assert (await reviewer.put(f"{URL}/{two}", json={"name": "two"})).status_code == 200
    answers = await asyncio.gather(*(_save(reviewer, "three", QUEUE) for _ in range(4)))
    assert sorted(each.status_code for each in answers) == [201, 409, 409, 409]


async def test_so_many_are_kept_and_no_more(reviewer: httpx.AsyncClient) -> None:
    for number in range(MOST):
        assert (await _save(reviewer, f"{number}", QUEUE)).status_code == 201
    refused = await _save(reviewer, "more", QUEUE)
    assert _code(refused) == (409, "too_many_filters")
    assert refused.json()["params"] == {"most": str(MOST)}
    assert (await _save(reviewer, "board", BOARD)).status_code == 201


@pytest.mark.whole
@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("", QUEUE),
        ("  ", QUEUE),
        ("x" * 41, QUEUE),
        ("nul \0", QUEUE),
        ("x", {**QUEUE, "page": "cameras"}),
        ("x", {**QUEUE, "status": "overdue"}),
        ("x", {**QUEUE, "range": "1y"}),
        ("x", {**QUEUE, "camera_keys": [0]}),
        ("x", {**QUEUE, "camera_keys": list(range(1, 258))}),
        ("x", {**QUEUE, "text": "x" * 101}),
        ("x", {**QUEUE, "column": "open"}),
        ("x", {**BOARD, "column": "merged"}),
        ("x", {**BOARD, "subjects": ["gardening"]}),
    ],
)
async def test_what_is_no_filter_is_refused(
    reviewer: httpx.AsyncClient, name: str, told: dict[str, Any]
) -> None:
    assert _code(await _save(reviewer, name, told)) == (422, "invalid")
    assert await _kept(reviewer) == []


@pytest.mark.whole
async def test_what_is_gone_or_not_ones_own_is_said_and_not_told_apart(
    centre: Centre, worker: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    await put_camera(worker, registration())
    camera = await key_of(admin)
    school = registration().school_id
    told = {**QUEUE, "camera_keys": [camera], "school_ids": [school]}
    assert (await _save(admin, "there", told)).json()["gone"] == []
    never = {**QUEUE, "camera_keys": [987_654], "school_ids": ["nowhere"], "rules": ["flying"]}
    assert (await _save(admin, "never", never)).json()["gone"] == ["school", "camera", "rule"]
    created = {"school_id": "elsewhere", "name_zh": "二小"}
    assert (await admin.post("/api/v1/schools", json=created)).status_code == 201
    theirs = await centre.person(Role.SCHOOL_MANAGER, "elsewhere")
    # The school and the camera are there, and not for this person.
    hidden = (await _save(theirs, "hidden", told)).json()
    assert hidden["gone"] == ["school", "camera"]
    query = {"camera_key": camera, "school_id": school}
    assert (await theirs.get("/api/v1/alerts", params=query)).json()["items"] == []
