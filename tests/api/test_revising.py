"""A judgement is revised on the version that was looked at: of two the second is told the first."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from tests.api.centre import Centre, put_alert
from tests.api.messages import alert_uuid, episode

ONE = f"/api/v1/alerts/{alert_uuid('one')}"
FALSE = {"status": "false_positive", "reason": "animal", "note": "a cat"}
TRUE = {"status": "confirmed", "note": "a person after all"}


@pytest.fixture
async def judged(worker: httpx.AsyncClient, reviewer: httpx.AsyncClient) -> None:
    await put_alert(worker, episode("one"))
    assert (await reviewer.post(f"{ONE}/confirm")).json()["version"] == 1


async def _revise(person: httpx.AsyncClient, body: dict[str, Any], version: int) -> httpx.Response:
    return await person.post(f"{ONE}/revise", json=body, headers={"If-Match": f'"{version}"'})


@pytest.mark.whole
@pytest.mark.usefixtures("judged")
async def test_who_looked_at_an_older_judgement_is_told_the_newer_one(
    centre: Centre, admin: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    assert (await reviewer.get(ONE)).headers["ETag"] == '"1"'
    centre.clock.advance(60)
    assert (await _revise(admin, FALSE, 1)).json()["version"] == 2
    centre.clock.advance(60)
    assert (await _revise(admin, TRUE, 2)).json()["version"] == 3
    # It is confirmed as when the reviewer looked, and yet decided twice since.
    late = await _revise(reviewer, FALSE, 1)
    assert (late.status_code, late.json()["code"]) == (412, "alert_changed")
    assert late.headers["ETag"] == '"3"'
    assert late.json()["params"] == {
        "version": "3",
        "status": "confirmed",
        "action": "revised_to_confirmed",
        "by": "admin",
        "at": "2026-11-24T02:02:00+00:00",
    }
    assert (await reviewer.get(ONE)).json()["note"] == TRUE["note"]


@pytest.mark.usefixtures("judged")
async def test_a_judgement_taken_back_is_another_version(
    admin: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await reviewer.post(f"{ONE}/undo")
    late = (await _revise(admin, FALSE, 1)).json()
    assert (late["code"], late["params"]["action"]) == ("alert_changed", "undone")
    assert (await reviewer.get(ONE)).json()["status"] == "pending_review"


@pytest.mark.usefixtures("judged")
async def test_what_is_no_decision_makes_no_version(
    admin: httpx.AsyncClient, reviewer: httpx.AsyncClient, worker: httpx.AsyncClient
) -> None:
    await admin.post(f"{ONE}/notes", json={"note": "x"})
    await admin.post(f"{ONE}/hold")
    await put_alert(worker, episode("one", revision=2, score=0.1))
    assert (await _revise(reviewer, FALSE, 1)).status_code == 200


@pytest.mark.usefixtures("judged")
@pytest.mark.parametrize("if_match", ['"7"', '"-1"', "1", "*", '"1', ""])
async def test_what_is_no_version_of_it_revises_nothing(
    admin: httpx.AsyncClient, if_match: str
) -> None:
    refused = await admin.post(f"{ONE}/revise", json=FALSE, headers={"If-Match": if_match})
    assert (refused.status_code, refused.json()["code"]) == (412, "alert_changed")
    assert (await admin.get(ONE)).json()["status"] == "confirmed"


@pytest.mark.whole
@pytest.mark.usefixtures("judged")
async def test_two_hundred_races_end_in_one_judgement_and_one_told_loser(
    admin: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    people = {"admin": admin, "wang.li": reviewer}
    for version in range(1, 201):
        body = FALSE if version % 2 else TRUE
        answers = await asyncio.gather(
            *(_revise(each, {**body, "note": name}, version) for name, each in people.items())
        )
        assert sorted(each.status_code for each in answers) == [200, 412]
        winner = list(people)[answers[0].status_code == 412]
        loser = answers[winner == "admin"].json()["params"]
        assert (loser["by"], loser["version"]) == (winner, str(version + 1))
    found = (await admin.get(ONE)).json()
    assert found["version"] == 201
    revised = [each for each in found["history"] if each["action"].startswith("revised_to")]
    assert len(revised) == 200
