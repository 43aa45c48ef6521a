"""The first hour of a box: each step is what facts show, and is open again when they change."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from api.contract import CameraState
from api.first_hour.service import drawn_on
from tests.api.centre import Centre, key_of, put_alert, put_camera
from tests.api.configuring import BOX, beat, box_of, facts, report
from tests.api.messages import (
    SCHOOL_ID,
    T0,
    alert_uuid,
    camera_beat,
    episode,
    heartbeat,
    registration,
)

_ALL = ["box", "school", "cameras", "pictures", "zone", "alert", "review"]
_DRAWN = BOX.replace("[[0, 0], [1, 0], [1, 1], [0, 1]]", "[[0, 0.5], [1, 0.5], [1, 1]]")


async def _view(admin: httpx.AsyncClient, box_id: int | None = None) -> dict[str, Any]:
    query = {} if box_id is None else {"box_id": box_id}
    answer = await admin.get("/api/v1/first-hour", params=query)
    assert answer.status_code == 200, answer.text
    assert [each["step"] for each in answer.json()["steps"]] == _ALL
    return dict(answer.json())


async def _step(admin: httpx.AsyncClient, name: str) -> dict[str, Any]:
    return next(dict(each) for each in (await _view(admin))["steps"] if each["step"] == name)


async def _next(admin: httpx.AsyncClient) -> str | None:
    steps = (await _view(admin))["steps"]
    return next((each["step"] for each in steps if each["state"] == "next"), None)


async def _seen(worker: httpx.AsyncClient, **changes: Any) -> None:
    told = heartbeat(camera_beat(**changes), configuration=facts(_DRAWN))
    answer = await worker.post("/api/v2/ingest/heartbeat", json=told.model_dump(mode="json"))
    assert answer.status_code in (200, 204), answer.text


async def _describe(admin: httpx.AsyncClient) -> None:
    answer = await admin.put(f"/api/v1/schools/{SCHOOL_ID}", json={"name_zh": "第一小学"})
    assert answer.status_code == 200, answer.text


async def test_a_box_goes_from_its_first_word_to_its_first_reviewed_alert(
    admin: httpx.AsyncClient, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    view = await _view(admin)
    assert (view["is_done"], view["steps"][0]["trouble"]) == (False, "unheard")
    assert await _next(admin) == "box"

    await beat(worker)
    assert await _next(admin) == "school", "its name is what the box calls it"
    await _describe(admin)
    assert (await _step(admin, "cameras"))["trouble"] == "not_told"
    assert await report(worker) is True
    assert (await _step(admin, "cameras"))["trouble"] is None
    assert await _next(admin) == "cameras"

    await put_camera(worker, registration())
    await _seen(worker, state=CameraState.NOT_WATCHING, reason="auth_failed")
    step = await _step(admin, "pictures")
    assert (step["state"], step["trouble"]) == ("next", "sign_in_refused")
    assert (step["count"], step["of"]) == (0, 1)
    assert step["camera_key"] == await key_of(admin)
    await _seen(worker, state=CameraState.NOT_WATCHING, reason="timeout")
    assert (await _step(admin, "pictures"))["trouble"] == "no_picture"
    await _seen(worker, last_analysed_at=T0)
    step = await _step(admin, "pictures")
    assert (step["state"], step["trouble"], step["camera_key"]) == ("done", None, None)

    step = await _step(admin, "zone")
    assert (step["state"], step["count"]) == ("next", 0), "the whole picture was not drawn"
    assert step["camera_key"] == await key_of(admin)
    assert await report(worker, _DRAWN) is True
    assert await _next(admin) == "alert"

    await put_alert(worker, episode("dark", rule="black_screen"))
    assert await _next(admin) == "alert", "a dark picture is nothing that was seen in it"
    await put_alert(worker, episode("walked"))
    step = await _step(admin, "review")
    assert (step["state"], step["alert_id"]) == ("next", str(alert_uuid("walked")))
    await reviewer.post(f"/api/v1/alerts/{alert_uuid('walked')}/confirm")
    view = await _view(admin)
    assert view["is_done"] is True
    assert {each["state"] for each in view["steps"]} == {"done"}


async def test_what_breaks_is_open_again(
    centre: Centre, admin: httpx.AsyncClient, worker: httpx.AsyncClient
) -> None:
    await beat(worker)
    await _describe(admin)
    assert await _next(admin) == "cameras"
    centre.clock.advance(3600)
    assert await _next(admin) == "box"
    assert (await _step(admin, "box"))["trouble"] == "silent"


async def test_the_newest_box_that_is_not_through_is_shown(
    admin: httpx.AsyncClient, worker: httpx.AsyncClient
) -> None:
    await beat(worker)
    made = await admin.post("/api/v1/boxes", json={"school_id": SCHOOL_ID, "name": "box-2"})
    assert made.status_code == 201, made.text
    view = await _view(admin)
    assert (view["box_name"], view["steps"][0]["trouble"]) == ("box-2", "code_waits")
    old = await _view(admin, await box_of(admin))
    assert old["steps"][0]["state"] == "done"
    await admin.post(f"/api/v1/boxes/{view['box_id']}/revoke")
    assert (await _view(admin))["box_name"] == old["box_name"]
    answer = await admin.get("/api/v1/first-hour", params={"box_id": 987_654})
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("rule", "is_drawn"),
    [
        ({"type": "fall", "zone": {"polygon": [[1, 1], [0, 1], [0.0, 0.0], [1, 0]]}}, False),
        ({"type": "line_crossing", "line": {"points": [[0, 0.5], [1, 0.5]]}}, True),
        ({"type": "fall", "zone": {"polygon": [[0, 0], [1, 0], [1, 1]]}}, True),
        ({"type": "fall", "zone": {"polygon": "none"}}, False),
        ({"type": "fall"}, False),
        ("fall", False),
    ],
)
def test_a_zone_counts_when_somebody_drew_it(rule: Any, is_drawn: bool) -> None:
    assert list(drawn_on([{"id": "gate", "rules": [rule]}])) == (["gate"] if is_drawn else [])
