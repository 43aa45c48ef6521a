"""A digest counts what was held back: it is opened and seen, and is neither true nor false."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from api.alerts.expiry import Due
from api.alerts.schemas import AlertStatus
from api.contract import EpisodeState
from tests.api.centre import Centre, put_alert
from tests.api.messages import T0, alert_uuid, episode

DIGEST = f"/api/v1/alerts/{alert_uuid('digest')}"
OTHER = f"/api/v1/alerts/{alert_uuid('other')}"
FALSE = {"status": "false_positive", "reason": "other", "note": "x"}


async def _count(worker: httpx.AsyncClient, withheld: int, *, over: bool, revision: int) -> None:
    """A digest that counts so many, as its box tells it."""
    facts: dict[str, float | str] = {"withheld": float(withheld), "withheld_fall": float(withheld)}
    told = episode(
        "digest",
        revision=revision,
        rule="alert_digest",
        rule_id="alert_digest",
        facts=facts,
        state=EpisodeState.CLOSED if over else EpisodeState.OPEN,
        ended_at=T0 + timedelta(seconds=30),
    )
    assert await put_alert(worker, told)


async def _read(person: httpx.AsyncClient) -> dict[str, Any]:
    found: dict[str, Any] = (await person.get(DIGEST)).json()
    return found


def _why(answer: httpx.Response) -> tuple[int, str, str]:
    told = answer.json()
    return answer.status_code, told["code"], told["params"]["why"]


async def test_who_opens_it_stands_there_and_nothing_is_judged(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    await _count(worker, 3, over=True, revision=1)
    seen = await reviewer.post(f"{DIGEST}/seen")
    assert seen.status_code == 200, seen.text
    told = seen.json()
    assert (told["status"], told["reviewed_by"], told["reviewed_at"]) == (
        "seen",
        "wang.li",
        "2026-11-24T02:00:00Z",
    )
    waiting = (await reviewer.get("/api/v1/alerts?status=pending_review")).json()
    assert waiting["items"] == []
    assert waiting["counts"] == {
        "pending_review": 0,
        "confirmed": 0,
        "false_positive": 0,
        "seen": 1,
    }
    listed = (await reviewer.get("/api/v1/alerts?status=seen")).json()["items"]
    assert [each["id"] for each in listed] == [str(alert_uuid("digest"))]
    assert _why(await admin.post(f"{DIGEST}/seen")) == (409, "bad_transition", "not_pending")
    entries = (await admin.get("/api/v1/audit?action=alert_judged")).json()["items"]
    assert [(entry["username"], entry["reason"]) for entry in entries] == [("wang.li", "seen")]
    order = await admin.post("/api/v1/orders", json={"alert_ids": [str(alert_uuid("digest"))]})
    assert order.status_code == 409, "nothing to put right was found"


@pytest.mark.whole
async def test_it_is_neither_confirmed_nor_refuted_nor_revised(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await _count(worker, 3, over=True, revision=1)
    answers = [
        await reviewer.post(f"{DIGEST}/confirm"),
        await reviewer.post(f"{DIGEST}/false-positive", json={"reason": "other"}),
        await reviewer.post(f"{DIGEST}/revise", json=FALSE, headers={"If-Match": '"0"'}),
    ]
    assert [_why(each) for each in answers] == [(409, "bad_transition", "digest")] * 3
    assert (await _read(reviewer))["status"] == "pending_review"


async def test_nothing_else_is_seen_without_a_judgement(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await put_alert(worker, episode("other"))
    refused = await reviewer.post(f"{OTHER}/seen")
    assert _why(refused) == (409, "bad_transition", "no_digest")
    assert (await reviewer.get(OTHER)).json()["status"] == "pending_review"


async def test_among_many_it_is_passed_over_and_named(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await _count(worker, 3, over=True, revision=1)
    await put_alert(worker, episode("other"))
    ids = [str(alert_uuid(name)) for name in ("digest", "other")]
    told = (await reviewer.post("/api/v1/alerts/bulk", json={"alert_ids": ids, **FALSE})).json()
    assert told == {"judged": [ids[1]], "decided_before": [], "digests": [ids[0]]}
    assert (await reviewer.get(OTHER)).json()["version"] == 1, "whoever saw it waiting is told"
    assert (await _read(reviewer))["status"] == "pending_review"


async def test_one_that_ends_with_more_than_was_seen_waits_again_once(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await _count(worker, 3, over=False, revision=1)
    await reviewer.post(f"{DIGEST}/seen")
    centre.clock.advance(60)
    await _count(worker, 9, over=False, revision=2)
    while_it_lasts = await _read(reviewer)
    assert (while_it_lasts["status"], while_it_lasts["later"]["facts"]["withheld"]) == ("seen", 9)
    centre.clock.advance(60)
    await _count(worker, 12, over=True, revision=3)
    back = await _read(reviewer)
    assert (back["status"], back["reviewed_by"], back["later"]) == ("pending_review", None, None)
    assert back["episode"]["facts"]["withheld"] == 12
    assert [(each["action"], each["by"]) for each in back["history"]] == [
        ("received", None),
        ("seen", "wang.li"),
        ("reported_later", None),
        ("returned", None),
    ]
    assert (await reviewer.post(f"{DIGEST}/seen")).json()["status"] == "seen"


async def test_one_that_ends_with_what_was_seen_stays_seen(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await _count(worker, 3, over=False, revision=1)
    await reviewer.post(f"{DIGEST}/seen")
    centre.clock.advance(60)
    await _count(worker, 3, over=True, revision=2)
    after = await _read(reviewer)
    assert (after["status"], after["state"]) == ("seen", "closed")


async def test_opening_is_taken_back_like_a_judgement(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await _count(worker, 3, over=True, revision=1)
    await reviewer.post(f"{DIGEST}/seen")
    undone = (await reviewer.post(f"{DIGEST}/undo")).json()
    assert (undone["status"], undone["version"]) == ("pending_review", 2)


def test_the_pictures_of_every_status_but_confirmed_have_their_time() -> None:
    early, late = T0 - timedelta(days=30), T0 - timedelta(days=90)
    kept = Due(false_positive=early, unjudged=late, confirmed=None, records=late).by_status()
    assert kept[AlertStatus.SEEN] == kept[AlertStatus.PENDING_REVIEW] == late
    assert kept.keys() == set(AlertStatus) - {AlertStatus.CONFIRMED}
