"""Which rules boxes can apply, as the console reads it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from api.contract import RuleReadiness, RuleState, RuleWant, WantKind
from api.contract.vocabulary import vocabulary
from tests.api.centre import Centre, beat
from tests.api.messages import heartbeat

_SMOKING = RuleReadiness(
    rule="smoking",
    state=RuleState.NEEDS_MODEL,
    wants=(RuleWant(kind=WantKind.CLASS, name="cigarette"),),
)
_SMOKING_READY = RuleReadiness(
    rule="smoking",
    state=RuleState.READY,
    wants=(RuleWant(kind=WantKind.CLASS, name="cigarette", model="own_cigarette"),),
    more_models=("own_cigarette",),
)


async def _rules(client: httpx.AsyncClient) -> dict[str, Any]:
    answer = await client.get("/api/v1/rules")
    assert answer.status_code == 200, answer.text
    return {each["rule"]: each for each in answer.json()["items"]}


async def test_before_a_box_speaks_every_rule_is_there_and_unknown(
    reviewer: httpx.AsyncClient,
) -> None:
    rules = await _rules(reviewer)
    assert list(rules) == list(vocabulary().rules)
    assert {each["state"] for each in rules.values()} == {"unknown"}
    assert rules["fall"]["risk"] == "class_1"


@pytest.mark.whole
async def test_a_box_says_what_a_rule_waits_for(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await beat(worker, heartbeat(rules=(_SMOKING,)))
    rules = await _rules(reviewer)
    assert rules["smoking"]["state"] == "needs_model"
    assert rules["smoking"]["boxes"] == [
        {
            "school": {"school_id": "no-1-primary", "name": "no-1-primary", "name_en": ""},
            "box_id": 1,
            "worker_id": "box-1",
            "lost": False,
            "state": "needs_model",
            "wants": [{"kind": "class", "name": "cigarette", "model": None}],
            "more_models": [],
            "to_accept": [],
        }
    ]
    assert rules["fall"]["state"] == "unknown", "it was not told"
    await beat(worker, heartbeat(rules=(_SMOKING_READY,)))
    assert (await _rules(reviewer))["smoking"]["state"] == "ready", "a model was imported"


async def test_of_several_boxes_the_least_ready_that_speaks_counts(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await beat(worker, heartbeat(rules=(_SMOKING,), worker_id="old"))
    await beat(worker, heartbeat(rules=(_SMOKING_READY,), worker_id="new"))
    assert (await _rules(reviewer))["smoking"]["state"] == "needs_model"
    centre.clock.advance(60)
    await beat(worker, heartbeat(rules=(_SMOKING_READY,), worker_id="new"))
    smoking = (await _rules(reviewer))["smoking"]
    assert smoking["state"] == "ready"
    assert [(b["worker_id"], b["lost"]) for b in smoking["boxes"]] == [
        ("new", False),
        ("old", True),
    ]
    centre.clock.advance(60)
    assert (await _rules(reviewer))["smoking"]["state"] == "needs_model", "their last word"


async def test_a_rule_only_a_newer_box_knows_is_not_hidden(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    newer = RuleReadiness(rule="no_apron", state=RuleState.READY)
    await beat(worker, heartbeat(rules=(newer,)))
    row = (await _rules(reviewer))["no_apron"]
    assert (row["risk"], row["state"]) == (None, "ready")


async def test_strangers_are_told_nothing(centre: Centre) -> None:
    assert (await (await centre.client()).get("/api/v1/rules")).status_code == 401
