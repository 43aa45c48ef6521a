"""Many alerts judged alike: each by itself in history and log, and nobody's judgement lost."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import insert, select

from api.access.scope import EVERYTHING
from api.alerts.requests import MAX_TOGETHER
from api.audit import service as audit
from api.db.job import Job
from api.db.models import AccessLogEntry, Alert, AlertHistory, StoredEvent
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


@pytest.mark.whole
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


async def _many(centre: Centre, like: UUID, count: int) -> list[str]:
    """So many alerts that wait, each like a known one."""
    ids = [uuid4() for _ in range(count)]
    async with centre.runtime.database.write(EVERYTHING) as session:
        known = await session.get_one(Alert, like)
        values = {each.name: getattr(known, each.name) for each in Alert.__table__.columns}
        for begin in range(0, count, 500):
            rows = [{**values, "id": each} for each in ids[begin : begin + 500]]
            await session.execute(insert(Alert), rows)
        await session.commit()
    return [str(each) for each in ids]


async def _counted(centre: Centre, column: Any, *conditions: Any) -> Counter[str]:
    async with centre.runtime.database.read(EVERYTHING) as session:
        return Counter(map(str, await session.scalars(select(column).where(*conditions))))


async def _until(is_over: Callable[[], bool], reader: httpx.AsyncClient) -> int:
    """How often somebody else was answered meanwhile."""
    answered = 0
    while not is_over():
        answer = await reader.get("/api/v1/alerts", params={"order": "class", "limit": 5})
        answered += answer.status_code == 200
    return answered


@pytest.mark.whole
async def test_of_five_thousand_each_is_judged_once_and_leaves_its_traces(
    centre: Centre, admin: httpx.AsyncClient, reviewer: httpx.AsyncClient, worker: httpx.AsyncClient
) -> None:
    await put_alert(worker, episode("one"))
    ids = await _many(centre, alert_uuid("one"), 5000)
    calls = [ids[begin : begin + MAX_TOGETHER] for begin in range(0, len(ids), MAX_TOGETHER)]
    body = {"status": "confirmed", "note": "逐张看过"}

    async def judge(client: httpx.AsyncClient) -> list[str]:
        judged: list[str] = []
        for some in calls:
            answer = await client.post(BULK, json={"alert_ids": some, **body})
            told = answer.raise_for_status().json()
            judged += told["judged"]
            assert len(told["judged"]) + len(told["decided_before"]) == len(some)
        return judged

    # The same person's second window sends all of it too; a third person goes on reading.
    both = asyncio.gather(judge(reviewer), judge(reviewer))
    answered = await _until(both.done, admin)
    assert answered >= len(calls)
    one, two = await both
    assert Counter(one + two) == Counter(ids)
    assert await judge(reviewer) == []

    assert await _counted(centre, Alert.status, Alert.id != alert_uuid("one")) == {
        "confirmed": len(ids)
    }
    judged = AlertHistory.action == "confirmed"
    assert await _counted(centre, AlertHistory.alert_id, judged) == Counter(ids)
    logged = AccessLogEntry.action == "alert_judged_together"
    assert await _counted(centre, AccessLogEntry.alert_id, logged) == Counter(ids)
    told = await _counted(centre, Job.payload["about"].as_string(), Job.kind == "notice")
    assert told == Counter(ids)
    # One for each of them, and that of the alert they are like.
    assert (await _counted(centre, StoredEvent.kind))["alert"] == len(ids) + 1
    await _work_orders_can_follow(reviewer, ids[:3])
    async with centre.runtime.database.read(EVERYTHING) as session:
        assert (await audit.verify(session, centre.runtime.audit_key, [])).finding is None


async def _work_orders_can_follow(reviewer: httpx.AsyncClient, ids: list[str]) -> None:
    made = await reviewer.post("/api/v1/orders", json={"alert_ids": ids})
    assert made.status_code == 201, made.text
    assert made.json()["source_count"] == len(ids)
