"""Live view: ordered by the first who looks, sent to all, ended by the last, written down."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy.exc import OperationalError

from api.access.scope import Scope
from api.auth.service import reset_password
from api.bus.work import UnitOfWork
from api.contract import StreamFacts
from tests.api.centre import Centre, beat, over_network, put_camera, running_centre
from tests.api.live_browser import Box, box, looking
from tests.api.messages import camera_beat, heartbeat, registration


@pytest.fixture
async def address(centre: Centre, worker: httpx.AsyncClient) -> AsyncIterator[str]:
    """A centre with two cameras, on a real network."""
    for camera_id in ("gate-north", "yard"):
        await put_camera(worker, registration(camera_id))
    async with over_network(centre) as there:
        yield there


@pytest.fixture
async def at_work(address: str) -> AsyncIterator[Box]:
    """A worker that can be told to show cameras."""
    async with box(address) as working:
        yield working


async def _until(is_true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(10):
        for _ in range(1000):
            if await is_true():
                return
            await asyncio.sleep(0.01)
    raise AssertionError("it did not come about")


async def _log(admin: httpx.AsyncClient) -> list[tuple[str, str, str]]:
    answer = await admin.get("/api/v1/audit?action=live_started&action=live_ended")
    return [
        (each["action"], each["username"], each["camera_id"])
        for each in reversed(answer.json()["items"])
    ]


def _seconds(entry: dict[str, Any]) -> float:
    end, begin = (datetime.fromisoformat(entry[name]) for name in ("to_at", "from_at"))
    return (end - begin).total_seconds()


@pytest.mark.whole
async def test_everybody_gets_the_same_pictures_and_latecomers_a_start(
    address: str, at_work: Box, reviewer: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    async with looking(address, reviewer, [1]) as early:
        view_id = await at_work.begin("gate-north")
        assert await at_work.init(view_id)
        assert await at_work.media(view_id, b"old key", is_key=True)
        assert await at_work.media(view_id, b"new key", is_key=True)
        assert await at_work.media(view_id, b"rest")
        async with looking(address, admin, [2, 1]) as late:
            init = await late.until(2, channel=1)
            assert init.head["camera_key"] == 1
            assert init.payload.endswith(b"head")
            assert [(await late.until(3)).payload for _ in range(2)] == [b"new key", b"rest"]
            assert await at_work.media(view_id, b"more")
            assert (await late.until(3)).payload == b"more"
        heard = [(await early.until(3)).payload for _ in range(4)]
        assert heard == [b"old key", b"new key", b"rest", b"more"]
    assert (await at_work.orders(["gate-north"], [view_id]))["stop"] == [view_id]


async def test_an_order_wakes_the_request_that_waits(
    centre: Centre, address: str, at_work: Box, reviewer: httpx.AsyncClient
) -> None:
    waiting = asyncio.create_task(at_work.orders(["gate-north"], wait_s=30))

    async def waits() -> bool:
        return centre.runtime.viewing.is_asked_for(1)

    await _until(waits)
    async with looking(address, reviewer, [1], codecs=["hevc"]), asyncio.timeout(10):
        [order] = (await waiting)["start"]
    assert order["camera_id"] == "gate-north"
    assert order["accepts"] == ["h264", "hevc"]


async def test_a_camera_that_sends_h264_is_ordered_once_for_all_browsers(
    centre: Centre,
    address: str,
    worker: httpx.AsyncClient,
    reviewer: httpx.AsyncClient,
    admin: httpx.AsyncClient,
) -> None:
    stream = StreamFacts(codec="h264", width=1920, height=1080, fps=25.0)
    await beat(worker, heartbeat(camera_beat("gate-north", stream=stream)))
    async with (
        looking(address, reviewer, [1], codecs=["h264"]) as one,
        looking(address, admin, [1], codecs=["h264", "hevc"]) as other,
    ):
        await one.until(1)
        await other.until(1)
        assert centre.runtime.viewing.feed_count == 1


@pytest.mark.whole
async def test_nobody_looks_so_the_box_is_told_to_stop(
    centre: Centre, address: str, at_work: Box, reviewer: httpx.AsyncClient
) -> None:
    async with looking(address, reviewer, [1]):
        view_id = await at_work.begin("gate-north")
        assert await at_work.init(view_id)

    async def is_unwanted() -> bool:
        return not await at_work.media(view_id, b"key", is_key=True)

    await _until(is_unwanted)
    assert centre.runtime.viewing.feed_count == 0
    assert await at_work.trouble(view_id, "no_picture") is False


@pytest.mark.whole
async def test_each_viewing_is_written_down_with_its_end(
    centre: Centre, address: str, reviewer: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    async with looking(address, reviewer, [1, 2]) as browser:
        await browser.until(1, channel=1)
        assert await _log(admin) == [
            ("live_started", "wang.li", "gate-north"),
            ("live_started", "wang.li", "yard"),
        ]
        centre.clock.advance(60)
        change = await reviewer.put(
            f"/api/v1/live/{browser.view_id}",
            json={"tiles": [{"channel": 0, "camera_key": 2}]},
        )
        assert change.status_code == 204
        assert (await _log(admin))[2:] == [("live_ended", "wang.li", "gate-north")]
        centre.clock.advance(30)

    async def is_over() -> bool:
        return len(await _log(admin)) == 4

    await _until(is_over)
    [yard, gate] = (await admin.get("/api/v1/audit?action=live_ended")).json()["items"]
    assert (gate["camera_id"], _seconds(gate)) == ("gate-north", 60)
    assert (yard["camera_id"], _seconds(yard)) == ("yard", 90)


@pytest.mark.whole
async def test_the_end_of_a_viewing_waits_for_a_database_that_is_away(
    centre: Centre,
    address: str,
    reviewer: httpx.AsyncClient,
    admin: httpx.AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refused = 0

    def away(_scope: Scope) -> AbstractAsyncContextManager[UnitOfWork]:
        nonlocal refused
        refused += 1
        raise OperationalError("BEGIN", None, Exception("database is locked"))

    async with looking(address, reviewer, [1]) as browser:
        await browser.until(1)
        centre.clock.advance(60)
        monkeypatch.setattr(centre.runtime, "work", away)

    async def has_tried_twice() -> bool:
        return refused >= 2

    await _until(has_tried_twice)
    centre.clock.advance(30)
    monkeypatch.undo()

    async def is_over() -> bool:
        return len(await _log(admin)) == 2

    await _until(is_over)
    [entry] = (await admin.get("/api/v1/audit?action=live_ended")).json()["items"]
    assert _seconds(entry) == 60, "until it ended, not until it could be written"


@pytest.mark.whole
async def test_a_change_leaves_what_stays_undisturbed(
    address: str, at_work: Box, reviewer: httpx.AsyncClient
) -> None:
    async with looking(address, reviewer, [1]) as browser:
        view_id = await at_work.begin("gate-north")
        await at_work.init(view_id)
        await browser.until(2, channel=0)
        tiles = [
            {"channel": 0, "camera_key": 1},
            {"channel": 1, "camera_key": 2},
        ]
        await reviewer.put(f"/api/v1/live/{browser.view_id}", json={"tiles": tiles})
        assert await at_work.media(view_id, b"key", is_key=True)
        kinds = []
        while not kinds or kinds[-1] != 3:
            heard = await browser.next()
            assert heard is not None
            kinds.append(heard.kind)
        assert 2 not in kinds, "began anew"


async def test_nobody_changes_anothers_wall(
    address: str, reviewer: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    async with looking(address, reviewer, [1]) as browser:
        await browser.until(1)
        for view_id in (browser.view_id, str(uuid.uuid4())):
            answer = await admin.put(f"/api/v1/live/{view_id}", json={"tiles": []})
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.whole
async def test_the_states_a_viewer_is_told(
    address: str, at_work: Box, reviewer: httpx.AsyncClient
) -> None:
    async with looking(address, reviewer, [1]) as browser:
        told = (await browser.until(1)).told
        assert (told["camera_key"], told["state"]) == (1, "worker_away")
        view_id = await at_work.begin("gate-north")
        await browser.until_state("starting")
        await at_work.trouble(view_id, "no_picture", "auth_failed")
        told = await browser.until_state("trouble")
        assert (told["reason"], told["detail"]) == ("no_picture", "auth_failed")
        await at_work.init(view_id)
        await browser.until_state("playing")


async def test_signing_out_ends_it(
    centre: Centre, address: str, reviewer: httpx.AsyncClient
) -> None:
    async with looking(address, reviewer, [1]) as browser:
        await browser.until(1)
        await reviewer.post("/api/v1/auth/logout")
        while await browser.next() is not None:
            pass
    assert centre.runtime.viewing.viewer_count == 0


@pytest.mark.whole
async def test_a_session_that_is_taken_away_ends_it(
    tmp_path: Path, migrated_data_dir: Path
) -> None:
    folder = tmp_path / "other"
    async with running_centre(folder, template=migrated_data_dir, stream_recheck_s=0.02) as centre:
        await put_camera(await centre.worker(), registration("gate-north"))
        admin = await centre.admin()
        async with (
            over_network(centre) as there,
            looking(there, admin, [1]) as browser,
        ):
            await browser.until(1)
            await reset_password(centre.runtime, "admin")
            while await browser.next() is not None:
                pass


async def test_only_so_many_may_look_at_once(tmp_path: Path, migrated_data_dir: Path) -> None:
    folder = tmp_path / "other"
    async with running_centre(folder, template=migrated_data_dir, max_viewers=1) as centre:
        await put_camera(await centre.worker(), registration("gate-north"))
        admin = await centre.admin()
        async with (
            over_network(centre) as there,
            looking(there, admin, [1]) as browser,
        ):
            await browser.until(1)
            tiles = [{"channel": 0, "camera_key": 1}]
            refused = await admin.post("/api/v1/live", json={"tiles": tiles})
            assert (refused.status_code, refused.json()["code"]) == (503, "too_many_viewers")


@pytest.mark.parametrize(
    ("tiles", "codecs", "status", "code"),
    [
        ([(0, 999)], ["h264"], 404, "not_found"),
        ([(0, 1), (0, 1)], ["h264"], 422, "invalid"),
        ([(16, 1)], ["h264"], 422, "invalid"),
        ([(0, 1)], ["mpeg2"], 422, "invalid"),
    ],
)
async def test_what_cannot_be_shown_is_refused(
    admin: httpx.AsyncClient,
    worker: httpx.AsyncClient,
    tiles: list[tuple[int, int]],
    codecs: list[str],
    status: int,
    code: str,
) -> None:
    await put_camera(worker, registration("gate-north"))
    wanted = [{"channel": channel, "camera_key": key} for channel, key in tiles]
    answer = await admin.post("/api/v1/live", json={"tiles": wanted, "codecs": codecs})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_a_part_must_say_its_codec(worker: httpx.AsyncClient) -> None:
    answer = await worker.post(
        f"/api/v2/ingest/views/{uuid.uuid4()}/parts?kind=init",
        content=b"x",
        headers={"Content-Type": "text/html"},
    )
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


async def test_stopping_the_server_ends_walls_and_requests_that_wait(
    centre: Centre, address: str, at_work: Box, reviewer: httpx.AsyncClient
) -> None:
    waiting = asyncio.create_task(at_work.orders(["yard"], wait_s=30))
    async with asyncio.timeout(10), looking(address, reviewer, [1]) as browser:
        await browser.until(1)
        centre.runtime.end_streams()
        while await browser.next() is not None:
            pass
        assert (await waiting)["start"] == []
