"""Notes on an alert: words beside any judgement, of whoever may judge, for ever."""

from __future__ import annotations

import httpx
import pytest

from tests.api.centre import put_alert
from tests.api.messages import alert_uuid, episode

ONE = f"/api/v1/alerts/{alert_uuid('one')}"
WORDS = "门卫电话里说：是送货的，已登记"


@pytest.fixture
async def alert(worker: httpx.AsyncClient) -> None:
    await put_alert(worker, episode("one"))


@pytest.mark.usefixtures("alert")
async def test_a_note_stands_in_the_history_and_judges_nothing(
    admin: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    noted = await reviewer.post(f"{ONE}/notes", json={"note": f"  {WORDS}\n"})
    assert noted.status_code == 201, noted.text
    assert (noted.json()["status"], noted.json()["note"]) == ("pending_review", "")
    await reviewer.post(f"{ONE}/confirm", json={"note": "judged"})
    second = await admin.post(f"{ONE}/notes", json={"note": "seen by the head"})
    assert (second.json()["status"], second.json()["reviewed_by"]) == ("confirmed", "wang.li")
    await reviewer.post(f"{ONE}/undo")
    told = (await reviewer.get(ONE)).json()
    assert told["status"] == "pending_review"
    assert [(each["action"], each["by"], each["note"]) for each in told["history"]] == [
        ("received", None, ""),
        ("noted", "wang.li", WORDS),
        ("confirmed", "wang.li", "judged"),
        ("noted", "admin", "seen by the head"),
        ("undone", "wang.li", ""),
    ]
    assert told["history"][1]["at"] == "2026-11-24T02:00:00Z"


@pytest.mark.usefixtures("alert")
async def test_the_log_tells_who_wrote_a_note_and_not_the_words(
    admin: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await reviewer.post(f"{ONE}/notes", json={"note": WORDS})
    answer = await admin.get("/api/v1/audit", params={"limit": 50})
    [entry] = [each for each in answer.json()["items"] if each["action"] == "alert_noted"]
    assert (entry["username"], entry["alert_id"]) == ("wang.li", str(alert_uuid("one")))
    assert WORDS not in answer.text


@pytest.mark.usefixtures("alert")
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"note": ""},
        {"note": " \n "},
        {"note": "x" * 1001},
        {"note": "nul \0"},
        {"note": "x", "status": "confirmed"},
    ],
)
async def test_what_is_no_note_is_refused_and_adds_nothing(
    reviewer: httpx.AsyncClient, body: dict[str, str]
) -> None:
    refused = await reviewer.post(f"{ONE}/notes", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    assert len((await reviewer.get(ONE)).json()["history"]) == 1


async def test_a_note_to_nothing_is_refused(reviewer: httpx.AsyncClient) -> None:
    refused = await reviewer.post(f"{ONE}/notes", json={"note": "x"})
    assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
