"""Many alerts judged alike: each by itself in history and log, and nobody's judgement lost."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from api.alerts.schemas import MAX_TOGETHER
from tests.api.centre import Centre, put_alert
from tests.api.messages import alert_uuid, episode

BULK = "/api/v1/alerts/bulk"
NAMES = [f"one-{number}" for number in range(6)]
IDS = [str(alert_uuid(name)) for name in NAMES]
WHY = "同一只猫，逐张看过"
ANIMAL = {"status": "false_positive", "reason": "animal", "note": WHY}


@pytest.fixture
async def waiting(worker: httpx.AsyncClient) -> None:
    for name in NAMES:
        await put_alert(worker, episode(name))


@pytest.mark.usefixtures("waiting")
async def test_each_is_judged_by_itself_and_what_was_decided_stays(
    admin: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await admin.post(f"/api/v1/alerts/{IDS[0]}/confirm")
    answer = await reviewer.post(BULK, json={"alert_ids": IDS, **ANIMAL})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert sorted(told["judged"]) == sorted(IDS[1:])
    [before] = told["decided_before"]
    assert (before["id"], before["status"], before["by"]) == (IDS[0], "confirmed", "admin")
    assert before["at"] is not None

    kept = (await reviewer.get(f"/api/v1/alerts/{IDS[0]}")).json()
    assert (kept["status"], kept["reviewed_by"], kept["note"]) == ("confirmed", "admin", "")
    for alert_id in IDS[1:]:
        alert = (await reviewer.get(f"/api/v1/alerts/{alert_id}")).json()
        assert (alert["status"], alert["reason"], alert["note"]) == (
            "false_positive",
            "animal",
            WHY,
        )
        last = alert["history"][-1]
        assert (last["action"], last["reason"], last["note"]) == ("false_positive", "animal", WHY)
    entries = (await admin.get("/api/v1/audit", params={"limit": 50})).json()["items"]
    logged = [entry for entry in entries if entry["action"] == "alert_judged_together"]
    assert sorted(entry["alert_id"] for entry in logged) == sorted(IDS[1:])
    assert {entry["reason"] for entry in logged} == {"false_positive"}

    again = (await reviewer.post(BULK, json={"alert_ids": IDS, **ANIMAL})).json()
    assert again["judged"] == []
    assert len(again["decided_before"]) == len(IDS)


@pytest.mark.usefixtures("waiting")
async def test_an_alert_that_is_none_judges_none(reviewer: httpx.AsyncClient) -> None:
    told = {"alert_ids": [*IDS, str(alert_uuid("nowhere"))], **ANIMAL}
    refused = await reviewer.post(BULK, json=told)
    assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
    counts = (await reviewer.get("/api/v1/alerts")).json()["counts"]
    assert counts["pending_review"] == len(IDS)


@pytest.mark.parametrize(
    "change",
    [
        {"alert_ids": []},
        {"alert_ids": [str(alert_uuid(str(n))) for n in range(MAX_TOGETHER + 1)]},
        {"note": "  "},
        {"reason": None},
        {"status": "confirmed"},
        {"status": "pending_review", "reason": None},
    ],
)
async def test_what_cannot_be_a_judgement_is_refused(
    reviewer: httpx.AsyncClient, change: dict[str, object]
) -> None:
    refused = await reviewer.post(BULK, json={"alert_ids": IDS, **ANIMAL, **change})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")


@pytest.mark.usefixtures("waiting")
async def test_of_two_at_once_each_alert_is_decided_once(
    centre: Centre, reviewer: httpx.AsyncClient
) -> None:
    other = await centre.reviewer("zhao")
    confirm = {"status": "confirmed", "note": "都看过"}
    first, second = await asyncio.gather(
        reviewer.post(BULK, json={"alert_ids": IDS, **ANIMAL}),
        other.post(BULK, json={"alert_ids": IDS[::-1], **confirm}),
    )
    one, two = first.json(), second.json()
    assert sorted(one["judged"] + two["judged"]) == sorted(IDS)
    assert len(one["decided_before"]) + len(two["decided_before"]) == len(IDS)
    for alert_id in IDS:
        history = (await reviewer.get(f"/api/v1/alerts/{alert_id}")).json()["history"]
        assert len([each for each in history if each["action"] != "received"]) == 1
