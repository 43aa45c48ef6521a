"""A form changes one camera of a box's configuration, and nothing else of its text."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.api.centre import Centre
from tests.api.configuring import BOX, Console, beat, box_of, report, tell

_REMARKED = BOX.replace("  rules:\n", "  future_key: [1, 2]   # of a newer box\n  rules:  # ours\n")
_GATE = "/cameras/gate-north"
_HALF = [[0, 0.5], [1, 0.5], [1, 1], [0, 1]]


@pytest.fixture
async def console(centre: Centre, admin: httpx.AsyncClient, worker: httpx.AsyncClient) -> Console:
    """Of a box that has told what it runs."""
    await beat(worker, _REMARKED)
    assert await report(worker, _REMARKED) is True
    return Console(admin, await box_of(admin))


async def _setup(console: Console) -> dict[str, Any]:
    answer = await console.client.get(console.url + _GATE)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def _edit(console: Console, status: int = 200, **body: Any) -> dict[str, Any]:
    answer = await console.client.post(f"{console.url}{_GATE}/rules", json=body)
    assert answer.status_code == status, answer.text
    return dict(answer.json())


async def test_a_zone_is_moved_and_every_other_character_stays(console: Console) -> None:
    setup = await _setup(console)
    assert (setup["version"], setup["name"], setup["origin"]) == (1, "北门", "box")
    [rule] = setup["rules"]
    # As a browser sends it: without the point of 1.0.
    changed = {**rule, "dwell_s": 1, "zone": {**rule["zone"], "polygon": _HALF}}
    edited = await _edit(console, against=1, rules=[changed])
    assert edited["lost_remarks"] == []
    assert edited["problems"] == []
    assert edited["text"] == _REMARKED.replace(
        "[[0, 0], [1, 0], [1, 1], [0, 1]]", "[[0, 0.5], [1, 0.5], [1, 1], [0, 1]]"
    )
    [change] = edited["diff"]["changes"]
    assert change["path"] == "cameras[gate-north].rules[0].zone.polygon"
    assert await console.states() == {1: "applied"}, "nothing is saved yet"
    assert await console.saved(edited["text"], 1) == 2
    setup = await _setup(console)
    assert setup["rules"][0]["zone"]["polygon"] == _HALF
    assert setup["origin"] == "centre"


async def test_a_rule_brings_its_model(console: Console) -> None:
    [rule] = (await _setup(console))["rules"]
    fire = {"type": "fire_smoke", "zone": {"name": "灶台", "polygon": _HALF}}
    edited = await _edit(console, against=1, rules=[rule, fire], add_models=["fire_smoke"])
    assert await console.saved(edited["text"], 1) == 2
    setup = await _setup(console)
    assert setup["more_models"] == ["fire_smoke"]
    assert setup["rules"] == [rule, fire]
    assert "# of a newer box" in edited["text"]
    again = await _edit(console, against=2, rules=[rule, fire], add_models=["fire_smoke"])
    assert again["text"] == edited["text"]


async def test_what_the_box_refused_comes_back_at_the_forms_field(
    console: Console, worker: httpx.AsyncClient
) -> None:
    assert await console.saved(_REMARKED + "# more\n", 1) == 2
    path = "cameras[0].rules[0].zone.polygon"
    told = {"path": path, "line": 9, "what": "the outline crosses itself", "remedy": ""}
    await tell(worker, 2, "refused", why="invalid", problems=[told])
    [problem] = (await _setup(console))["problems"]
    assert problem["path"] == "rules[0].zone.polygon"


async def test_a_credential_that_comes_in_with_a_rule_is_told(console: Console) -> None:
    rule = {"type": "loitering", "password": "hunter2"}
    edited = await _edit(console, against=1, rules=[rule])
    [problem] = edited["problems"]
    assert problem["path"] == "rules[0].password"


@pytest.mark.parametrize("place", ["/cameras/nowhere", "/cameras/gate-north"])
async def test_what_is_not_there_is_not_found(console: Console, place: str) -> None:
    url = console.url + place + "/rules"
    answer = await console.client.post(
        url, json={"against": 9 if "gate" in place else 1, "rules": []}
    )
    assert answer.status_code == 404


async def test_a_value_that_no_version_may_hold_is_told_in_words(console: Console) -> None:
    edited = await _edit(console, against=1, rules=[{"type": "fall", "people": 2**70}])
    [problem] = edited["problems"]
    assert (problem["path"], edited["diff"]) == ("rules[0].people", None)
    nested: Any = "x"
    for _ in range(600):
        nested = [nested]
    answer = await _edit(console, 422, against=1, rules=[{"type": "fall", "people": nested}])
    assert "nested too deeply" in answer["detail"]
