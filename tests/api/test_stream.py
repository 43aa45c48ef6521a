"""Live events over a real server: resume without loss, end with the session."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.auth.service import reset_password
from api.rounds import prune
from tests.api.centre import (
    Centre,
    HandClock,
    in_a_round,
    over_network,
    put_alert,
    put_evidence,
    running_centre,
)
from tests.api.messages import alert_uuid, episode, evidence_ref


@dataclass(frozen=True)
class Heard:
    id: str
    kind: str
    data: Any


class Listener:
    def __init__(self, lines: AsyncIterator[str]) -> None:
        self._lines = lines

    async def next(self) -> Heard | None:
        """The next event; ``None`` when the stream ended."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(10):
            async for line in self._lines:
                if line == "" and fields:
                    return Heard(fields["id"], fields["event"], json.loads(fields["data"]))
                if line and not line.startswith(":"):
                    name, _, value = line.partition(": ")
                    fields[name] = value
        return None


@asynccontextmanager
async def _listen(
    address: str, client: httpx.AsyncClient, last_event_id: str | None = None
) -> AsyncIterator[Listener]:
    headers = {} if last_event_id is None else {"Last-Event-ID": last_event_id}
    async with (
        httpx.AsyncClient(base_url=address, cookies=dict(client.cookies), timeout=10) as browser,
        browser.stream("GET", "/api/v1/stream", headers=headers) as answer,
    ):
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield Listener(answer.aiter_lines())


async def test_a_console_hears_of_an_alert_and_its_judgement(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    async with over_network(centre) as address, _listen(address, reviewer) as listener:
        ready = await listener.next()
        assert ready is not None
        assert (ready.kind, ready.data) == ("ready", {})
        await put_alert(worker, episode())
        camera, alert = await listener.next(), await listener.next()
        assert camera is not None
        assert alert is not None
        assert (camera.kind, camera.data["camera_id"]) == ("camera", "gate-north")
        assert (alert.kind, alert.data["id"]) == ("alert", str(alert_uuid("one")))
        await reviewer.post(f"/api/v1/alerts/{alert_uuid('one')}/confirm")
        judged = await listener.next()
        assert judged is not None
        assert judged.data["status"] == "confirmed"
        assert int(ready.id) < int(camera.id) < int(alert.id) < int(judged.id)


async def test_a_console_resumes_exactly_where_it_was_cut_off(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    async with over_network(centre) as address:
        async with _listen(address, reviewer) as listener:
            await listener.next()
            await put_alert(worker, episode("one"))
            await listener.next()
            seen = await listener.next()
        assert seen is not None
        for name in ("two", "three"):
            await put_alert(worker, episode(name))
        async with _listen(address, reviewer, seen.id) as listener:
            missed = [await listener.next(), await listener.next()]
            await put_alert(worker, episode("four"))
            live = await listener.next()
    ids = [heard.data["id"] for heard in (*missed, live) if heard is not None]
    assert ids == [str(alert_uuid(name)) for name in ("two", "three", "four")]


@pytest.mark.whole
@pytest.mark.parametrize("last_event_id", ["1", "999999", "nonsense", "-1"])
async def test_an_id_that_cannot_be_resumed_from_resets(
    tmp_path: Path, migrated_data_dir: Path, last_event_id: str
) -> None:
    async with running_centre(tmp_path, template=migrated_data_dir, events_keep=2) as centre:
        worker, admin = await centre.worker(), await centre.admin()
        for number in range(5):
            await put_alert(worker, episode(f"a{number}"))
        await in_a_round(centre, prune)
        async with (
            over_network(centre) as address,
            _listen(address, admin, last_event_id) as listener,
        ):
            reset = await listener.next()
            assert reset is not None
            assert (reset.kind, reset.data) == ("reset", {})
            await put_alert(worker, episode("after"))
            after = await listener.next()
            assert after is not None
            assert after.data["id"] == str(alert_uuid("after"))


async def test_the_stream_needs_a_session(centre: Centre) -> None:
    async with over_network(centre) as address, httpx.AsyncClient(base_url=address) as stranger:
        answer = await stranger.get("/api/v1/stream")
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


async def test_signing_out_ends_the_stream(centre: Centre, reviewer: httpx.AsyncClient) -> None:
    async with over_network(centre) as address, _listen(address, reviewer) as listener:
        await listener.next()
        await reviewer.post("/api/v1/auth/logout")
        assert await listener.next() is None


async def test_a_session_that_runs_out_or_is_taken_away_ends_the_stream(
    tmp_path: Path, migrated_data_dir: Path
) -> None:
    clock = HandClock()
    async with running_centre(
        tmp_path, template=migrated_data_dir, clock=clock, stream_recheck_s=0.02
    ) as centre:
        admin = await centre.admin()
        async with over_network(centre) as address:
            async with _listen(address, admin) as listener:
                await listener.next()
                await reset_password(centre.runtime, "admin")
                assert await listener.next() is None
            reviewer = await centre.reviewer()
            async with _listen(address, reviewer) as listener:
                await listener.next()
                clock.advance(12 * 3600)
                assert await listener.next() is None


async def test_stopping_the_server_ends_open_streams(
    centre: Centre, reviewer: httpx.AsyncClient
) -> None:
    async with asyncio.timeout(10):
        async with over_network(centre) as address, _listen(address, reviewer) as listener:
            await listener.next()
            centre.runtime.bus.close()
            assert await listener.next() is None


async def test_evidence_that_arrives_is_announced_once(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await put_alert(worker, episode(evidence=(evidence_ref(b"late"),)))
    async with over_network(centre) as address, _listen(address, reviewer) as listener:
        await listener.next()
        await put_evidence(worker, b"late")
        await put_evidence(worker, b"late")
        await put_alert(worker, episode("after"))
        arrived, after = await listener.next(), await listener.next()
    assert arrived is not None
    assert arrived.data["snapshot_url"] == f"/api/v1/evidence/{evidence_ref(b'late').sha256}"
    assert after is not None
    assert after.data["id"] == str(alert_uuid("after"))
