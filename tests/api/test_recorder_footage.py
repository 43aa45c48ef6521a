"""From a school's recorder to a browser: a scripted recorder, a worker's desk, the real API."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from pipeline.live.centre import ViewingClient
from pipeline.live.config import LiveConfig
from pipeline.live.desk import LiveDesk
from pipeline.recorders.shelf import Shelf
from tests.api.centre import WORKER_TOKEN, Centre, over_network, put_camera
from tests.api.live_browser import Browser
from tests.api.messages import SCHOOL_ID, registration
from tests.api.test_recordings import day_of, played_log, playing
from tests.healing.lent import Kept, numbers_from
from tests.healing.tape import numbers_in

CAMERA = "gate-north"


@pytest.fixture
async def address(centre: Centre, worker: httpx.AsyncClient) -> AsyncIterator[str]:
    await put_camera(worker, registration(CAMERA))
    async with over_network(centre) as there:
        yield there


@contextmanager
def at_work(address: str, shelf: Shelf) -> Iterator[None]:
    """The desk of a box that has nothing but that shelf."""
    client = ViewingClient(address, lambda: WORKER_TOKEN, SCHOOL_ID)
    desk = LiveDesk(client, {}, LiveConfig(), {CAMERA: shelf})
    desk.start()
    try:
        yield
    finally:
        desk.stop(10)
        client.close()


async def watched(browser: Browser, into: Path) -> int:
    """Write what a browser is sent until the footage ends; answers how many heads came."""
    heads = 0
    with into.open("wb") as file:
        while True:
            heard = await browser.next()
            assert heard is not None
            if heard.kind == 1 and heard.told.get("reason") == "no_footage":
                return heads
            if heard.kind == 2:
                heads += 1
                size = int.from_bytes(heard.payload[:2], "big")
                file.write(heard.payload[2 + size :])
            elif heard.kind == 3:
                file.write(heard.payload)


async def test_a_recorders_footage_is_marked_played_and_logged(
    address: str, reviewer: httpx.AsyncClient, admin: httpx.AsyncClient, tmp_path: Path
) -> None:
    kept = Kept(tmp_path, camera=CAMERA)
    from_s = kept.tape.begins_s + 20.0
    out = tmp_path / "seen.mp4"
    with kept.shelf() as shelf, at_work(address, shelf):
        for _ in range(100):
            day = await day_of(reviewer, "2026-11-24")
            if day["source"] == "box":
                break
            await asyncio.sleep(0.05)
        [held] = day["held"]
        assert (held["device"], held["channel"]) == ("nvr", "1")
        assert [span["from_at"] for span in day["spans"]] == [held["from_at"]]
        assert datetime.fromisoformat(held["from_at"]).timestamp() == pytest.approx(
            kept.tape.begins_s, abs=0.01
        )
        begin = datetime.fromtimestamp(from_s, UTC)
        async with playing(address, reviewer, from_at=begin.isoformat()) as browser:
            assert await watched(browser, out) == 1
        for _ in range(500):
            log = await played_log(admin)
            if len(log) == 2:
                break
            await asyncio.sleep(0.01)
    seen = numbers_in(out)
    assert seen == sorted(set(seen))
    assert len(set(numbers_from(kept.tape, from_s)) - set(seen)) <= 2
    assert [(each["action"], each["reason"]) for each in log] == [
        ("playback_started", "incident"),
        ("playback_ended", "incident"),
    ]
    reached_s = datetime.fromisoformat(log[1]["to_at"]).timestamp()
    assert reached_s == pytest.approx(kept.tape.begins_s + kept.seconds, abs=1.0)
    assert kept.files == []


async def test_why_a_recorder_gives_nothing_is_told_to_who_looks(
    address: str, reviewer: httpx.AsyncClient, tmp_path: Path
) -> None:
    kept = Kept(tmp_path, camera=CAMERA, password="wrong")
    begin = datetime.fromtimestamp(kept.tape.begins_s, UTC)
    with kept.shelf() as shelf, at_work(address, shelf):
        async with playing(address, reviewer, from_at=begin.isoformat()) as browser:
            told = await browser.until_state("trouble")
            assert told["reason"] == "recorder_refused"
            await asyncio.sleep(0.05)
    assert kept.script.refused_logins == 1
