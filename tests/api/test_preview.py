"""A question to a box: what rules would have raised. One at a time a camera, and nobody else's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from api.configurations import preview
from tests.api.centre import Centre, over_network, put_camera
from tests.api.live_browser import Box, box
from tests.api.messages import SCHOOL_ID, T0, registration

_RULES = [
    {
        "type": "perimeter_intrusion",
        "zone": {"name": "院子", "polygon": [[0, 0], [1, 0], [1, 1]]},
    }
]
_ANSWER = {
    "state": "judged",
    "as_of": T0.isoformat(),
    "from_at": T0.isoformat(),
    "to_at": T0.isoformat(),
    "held_s": 60.0,
    "rules": [
        {
            "rule": "perimeter_intrusion",
            "rule_id": "perimeter_intrusion",
            "zone": "院子",
            "hours": [
                {
                    "from_at": T0.isoformat(),
                    "state": "not_analysed",
                    "analysed_s": 0.0,
                    "watched_s": 3600.0,
                    "alerts": None,
                }
            ],
        }
    ],
}


@pytest.fixture
async def at_work(centre: Centre, worker: httpx.AsyncClient) -> AsyncIterator[Box]:
    await put_camera(worker, registration("gate-north"))
    async with over_network(centre) as address, box(address) as working:
        yield working


async def _poll(working: Box, *, wait_s: float = 5, can: str = "preview") -> list[Any]:
    answer = await working._client.post(
        f"/api/v2/ingest/views/poll?wait_s={wait_s:g}" + (f"&can={can}" if can else ""),
        json={"school_id": SCHOOL_ID, "cameras": ["gate-north"]},
    )
    assert answer.status_code == 200, answer.text
    return list(answer.json().get("preview", []))


async def _ask(person: httpx.AsyncClient, **changes: Any) -> httpx.Response:
    return await person.post("/api/v1/cameras/1/preview", json={"rules": _RULES} | changes)


async def _answer(working: Box, query_id: str, body: Any = _ANSWER) -> int:
    told = await working._client.post(f"/api/v2/ingest/views/{query_id}/preview", json=body)
    return told.status_code


async def test_the_box_is_asked_and_its_word_goes_back_as_it_is(
    at_work: Box, admin: httpx.AsyncClient
) -> None:
    await _poll(at_work, wait_s=0, can="fly&can=preview")
    asking = asyncio.create_task(_ask(admin, hours=3))
    [order] = await _poll(at_work)
    assert (order["camera_id"], order["hours"], order["rules"]) == ("gate-north", 3, _RULES)
    second = await _ask(admin)
    assert (second.status_code, second.json()["state"]) == (200, "busy")
    assert await _answer(at_work, order["query_id"]) == 204
    told = (await asking).json()
    assert told["state"] == "judged"
    [rule] = told["rules"]
    assert [hour["alerts"] for hour in rule["hours"]] == [None]
    assert rule["alert_count"] is None
    assert await _answer(at_work, order["query_id"]) == 204, "too late is no fault"


async def test_a_box_that_is_away_or_older_is_not_asked(
    at_work: Box, admin: httpx.AsyncClient
) -> None:
    for can in (None, "", "fly"):
        if can is not None:
            assert await _poll(at_work, wait_s=0, can=can) == []
        answer = await _ask(admin)
        assert (answer.status_code, answer.json()["code"]) == (409, "box_away")


async def test_a_box_that_does_not_answer_in_time_is_away(
    at_work: Box, admin: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preview, "ASK_S", 0.05)
    await _poll(at_work, wait_s=0)
    answer = await _ask(admin)
    assert (answer.status_code, answer.json()["code"]) == (409, "box_away")
    assert await _poll(at_work, wait_s=0) == [], "nobody waits any more"


@pytest.mark.parametrize(
    "changes", [{"rules": []}, {"rules": _RULES * 33}, {"hours": 0}, {"hours": 25}, {"fps": 5}]
)
async def test_what_cannot_be_asked_is_refused(
    at_work: Box, admin: httpx.AsyncClient, changes: dict[str, Any]
) -> None:
    await _poll(at_work, wait_s=0)
    answer = await _ask(admin, **changes)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_a_question_is_answered_by_whom_it_was_given_to(
    at_work: Box, admin: httpx.AsyncClient
) -> None:
    await _poll(at_work, wait_s=0)
    asking = asyncio.create_task(_ask(admin))
    [order] = await _poll(at_work)
    other = {**_ANSWER, "state": "too_slow"}
    assert await _answer(at_work, "0" * 8 + order["query_id"][8:], other) == 204
    assert not asking.done()
    bad = {**_ANSWER, "rules": [{"rule": "x"}]}
    assert await _answer(at_work, order["query_id"], bad) == 422
    assert await _answer(at_work, order["query_id"]) == 204
    assert (await asking).json()["state"] == "judged"
