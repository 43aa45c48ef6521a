"""Picture faults on the camera, and the approval of a picture on its way to the box."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx

from api.contract import CameraState, HeartbeatOrders, PictureFacts, PictureFault, WithheldAlerts
from tests.api.centre import Centre, beat, put_camera
from tests.api.messages import T0, camera_beat, heartbeat, registration

_LEARNED = PictureFacts(
    faults=(PictureFault(fault="scene_change", since=T0 - timedelta(minutes=3)),),
    reference_at=T0 - timedelta(days=9),
)


async def _tell(worker: httpx.AsyncClient, picture: PictureFacts | None, **more: Any) -> Any:
    told = heartbeat(camera_beat(picture=picture, **more))
    answer = await worker.post("/api/v2/ingest/heartbeat", json=told.model_dump(mode="json"))
    if answer.status_code == 204:
        assert answer.content == b""
        return HeartbeatOrders()
    assert answer.status_code == 200, answer.text
    return HeartbeatOrders.model_validate(answer.json())


async def _picture(client: httpx.AsyncClient) -> Any:
    return (await client.get("/api/v1/cameras/1")).json()["picture"]


async def test_faults_that_go_on_are_on_the_camera_while_its_worker_speaks(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await put_camera(worker, registration())
    assert await _picture(reviewer) is None
    await _tell(worker, _LEARNED)
    assert await _picture(reviewer) == {
        "faults": [{"fault": "scene_change", "since": "2026-11-24T01:57:00Z"}],
        "reference_at": "2026-11-15T02:00:00Z",
        "approved_by": None,
        "is_pending": False,
    }
    centre.clock.advance(60)
    assert await _picture(reviewer) is None, "nobody knows any more"
    await _tell(worker, PictureFacts(reference_at=T0))
    assert (await _picture(reviewer))["faults"] == []


async def test_an_approval_is_told_until_the_box_says_that_it_was_carried_out(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    assert await _tell(worker, _LEARNED) == HeartbeatOrders()
    centre.clock.advance(1.234567)
    answer = await reviewer.post("/api/v1/cameras/1/reference")
    assert (answer.status_code, answer.json()["picture"]["is_pending"]) == (200, True)
    [order] = (await _tell(worker, _LEARNED)).approved_pictures
    assert (order.camera_id, order.approved_at) == (
        "gate-north",
        T0 + timedelta(milliseconds=1234),
    )
    centre.clock.advance(5)
    again = await reviewer.post("/api/v1/cameras/1/reference")
    assert again.status_code == 200
    assert (await _tell(worker, _LEARNED)).approved_pictures == (order,), "one order, not two"
    done = PictureFacts(reference_at=T0 + timedelta(seconds=70), approved_at=order.approved_at)
    assert await _tell(worker, done) == HeartbeatOrders()
    picture = await _picture(reviewer)
    assert (picture["approved_by"], picture["is_pending"]) == ("wang.li", False)
    log = (await admin.get("/api/v1/audit?action=reference_approved")).json()["items"]
    assert [(e["username"], e["camera_id"]) for e in log] == [("wang.li", "gate-north")] * 2


async def test_an_approval_nobody_carried_out_is_dropped(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await _tell(worker, _LEARNED)
    await reviewer.post("/api/v1/cameras/1/reference")
    centre.clock.advance(601)
    assert await _tell(worker, _LEARNED) == HeartbeatOrders()
    picture = await _picture(reviewer)
    assert (picture["is_pending"], picture["approved_by"]) == (False, None)


async def test_what_a_box_withheld_is_on_the_camera(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    withheld = WithheldAlerts(rule="no_mask", merged=12, picture=2)
    await beat(worker, heartbeat(camera_beat(withheld=(withheld,))))
    camera = (await reviewer.get("/api/v1/cameras/1")).json()
    assert camera["withheld"] == [{"rule": "no_mask", "merged": 12, "budget": 0, "picture": 2}]
    await beat(worker, heartbeat(camera_beat()))
    assert (await reviewer.get("/api/v1/cameras/1")).json()["withheld"] == []


async def test_what_nobody_sees_cannot_be_approved(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    unknown = await reviewer.post("/api/v1/cameras/999/reference")
    assert unknown.status_code == 404
    for told in (
        camera_beat(picture=None),
        camera_beat(picture=_LEARNED, state=CameraState.NOT_WATCHING, reason="stalled"),
    ):
        await beat(worker, heartbeat(told))
        refused = await reviewer.post("/api/v1/cameras/1/reference")
        assert (refused.status_code, refused.json()["code"]) == (409, "no_picture")
    anonymous = await worker.post("/api/v1/cameras/1/reference")
    assert anonymous.status_code == 401
