"""A camera's own clock on its way to the console and the register."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from api.contract import CameraClock, ClockDoubt
from tests.api.centre import Centre, put_camera
from tests.api.messages import T0, camera_beat, heartbeat, registration


async def _tell(worker: httpx.AsyncClient, clock: CameraClock | None) -> None:
    told = heartbeat(camera_beat(clock=clock)).model_dump(mode="json")
    if clock is None:
        del told["cameras"][0]["clock"]  # as a box from before says it
    assert (await worker.post("/api/v2/ingest/heartbeat", json=told)).status_code == 204


async def _camera(client: httpx.AsyncClient) -> Any:
    return (await client.get("/api/v1/cameras/1")).json()


async def test_an_offset_is_on_the_camera_and_in_the_register_while_its_box_speaks(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    async def registered() -> Any:
        [row] = (await reviewer.get("/api/v1/register")).json()["items"]
        return row["clock_offset_s"]

    await put_camera(worker, registration())
    await _tell(worker, None)
    assert ((await _camera(reviewer))["clock"], await registered()) == (None, None)
    await _tell(worker, CameraClock(offset_s=40.25, drift_s_per_day=-1.5, measured_at=T0))
    assert (await _camera(reviewer))["clock"] == {
        "offset_s": 40.25,
        "drift_s_per_day": -1.5,
        "measured_at": "2026-11-24T02:00:00Z",
        "doubt": None,
    }
    assert await registered() == 40.25
    centre.clock.advance(60)
    assert ((await _camera(reviewer))["clock"], await registered()) == (None, None)
    await _tell(worker, CameraClock(doubt=ClockDoubt.IMPLAUSIBLE, measured_at=T0))
    clock = (await _camera(reviewer))["clock"]
    assert (clock["offset_s"], clock["doubt"]) == (None, "implausible")
    assert await registered() is None, "unknown is not right"


@pytest.mark.parametrize("said", [{}, {"offset_s": 1.0, "doubt": "unsteady"}])
def test_a_clock_is_known_or_doubted(said: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="one of the two"):
        CameraClock.model_validate(said)
