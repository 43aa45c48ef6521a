"""A day of recordings, and looking at them: nothing is sent faster than watched, all is logged."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from api.contract import DayCompleteness, FootageGap, FootageSpan, GapCause, MissingReason
from api.contract.worker import MissingTime
from api.viewing.play import PLAY_BYTES
from tests.api.centre import (
    Centre,
    over_network,
    put_alert,
    put_analysed,
    put_camera,
    put_retention,
)
from tests.api.live_browser import MIME, Box, Browser, box
from tests.api.messages import SCHOOL_ID, T0, analysed, episode, registration, retention

# T0 is 10:00 in Shanghai; the school's day began at 16:00 UTC the day before.
_MIDNIGHT = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)


@pytest.fixture
async def address(centre: Centre, worker: httpx.AsyncClient) -> AsyncIterator[str]:
    await put_camera(worker, registration("gate-north"))
    async with over_network(centre) as there:
        yield there


@pytest.fixture
async def at_work(address: str) -> AsyncIterator[Box]:
    async with box(address) as working:
        yield working


async def poll(
    working: Box, *, serving: tuple[str, ...] = (), wait_s: float = 5, recordings: Any = None
) -> Any:
    answer = await working._client.post(
        f"/api/v2/ingest/views/poll?wait_s={wait_s:g}",
        json={
            "school_id": SCHOOL_ID,
            "cameras": ["gate-north"],
            "recordings": ["gate-north"] if recordings is None else recordings,
            "serving": list(serving),
        },
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


async def send(
    working: Box, view_id: str, data: bytes, at: datetime, *, kind: str = "media", **changes: Any
) -> dict[str, bool]:
    query = {"kind": kind, "from_at": T0.isoformat(), "to_at": at.isoformat()} | changes
    answer = await working._client.post(
        f"/api/v2/ingest/views/{view_id}/parts",
        params=query,
        content=data,
        headers={"Content-Type": MIME},
    )
    assert answer.status_code == 200, answer.text
    return {"is_ready": True, **answer.json()}


@asynccontextmanager
async def playing(
    address: str, person: httpx.AsyncClient, **changes: Any
) -> AsyncIterator[Browser]:
    headers = {"X-CSRF-Token": person.headers["X-CSRF-Token"]}
    body = {"from_at": T0.isoformat(), "reason": "incident"} | changes
    async with (
        httpx.AsyncClient(
            base_url=address, cookies=dict(person.cookies), headers=headers
        ) as client,
        client.stream("POST", "/api/v1/recordings/1/play", json=body) as answer,
    ):
        assert answer.status_code == 200, await answer.aread()
        answer.headers["X-View-Id"] = ""
        yield Browser(answer)


async def played_log(admin: httpx.AsyncClient) -> list[dict[str, Any]]:
    answer = await admin.get("/api/v1/audit?action=playback_started&action=playback_ended")
    return list(reversed(answer.json()["items"]))


async def day_of(person: httpx.AsyncClient, day: str = "") -> Any:
    query = f"?day={day}" if day else ""
    answer = await person.get(f"/api/v1/recordings/1{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_pictures_come_with_their_moments_and_the_register_says_what_was_seen(
    address: str, at_work: Box, reviewer: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    async with playing(address, reviewer) as browser:
        [order] = (await poll(at_work))["play"]
        assert (order["camera_id"], order["accepts"]) == ("gate-north", ["h264"])
        assert datetime.fromisoformat(order["from_at"]) == T0
        [begun] = await played_log(admin)
        assert (begun["action"], begun["reason"]) == ("playback_started", "incident")
        assert (begun["username"], begun["to_at"]) == ("wang.li", None)
        view_id = order["view_id"]
        await send(at_work, view_id, b"head", T0, kind="init")
        await send(at_work, view_id, b"one", T0 + timedelta(seconds=30))
        await send(at_work, view_id, b"two", T0 + timedelta(seconds=90))
        init = await browser.until(2)
        assert datetime.fromisoformat(init.head["from_at"]) == T0
        assert init.head["mime"] == MIME
        assert [(await browser.until(3)).payload for _ in range(2)] == [b"one", b"two"]
    for _ in range(500):
        log = await played_log(admin)
        if len(log) == 2:
            break
        await asyncio.sleep(0.01)
    ended = log[1]
    assert (ended["action"], ended["reason"]) == ("playback_ended", "incident")
    seen = [datetime.fromisoformat(ended[name]) for name in ("from_at", "to_at")]
    assert seen == [T0, T0 + timedelta(seconds=90)]
    assert (await poll(at_work, serving=(view_id,)))["stop"] == [view_id]
    assert await send(at_work, view_id, b"late", T0) == {"is_wanted": False, "is_ready": True}


async def test_a_worker_is_told_to_wait_until_something_was_watched(
    centre: Centre, address: str, at_work: Box, reviewer: httpx.AsyncClient
) -> None:
    async with playing(address, reviewer) as browser:
        [order] = (await poll(at_work))["play"]
        view_id = order["view_id"]
        play = centre.runtime.viewing.find_play(uuid.UUID(view_id))
        assert play is not None
        # Larger than what networks keep on their way, so that it must wait here.
        sent = 0
        ready = True
        while ready:
            ready = (await send(at_work, view_id, b"x" * (PLAY_BYTES // 2), T0))["is_ready"]
            sent += 1
            assert sent < 40, "nobody is ever told to wait"
        assert play._bytes <= PLAY_BYTES * 1.5

        async def ask() -> dict[str, bool]:
            answer = await at_work._client.post(
                f"/api/v2/ingest/views/{view_id}/ready", params={"wait_s": 10}
            )
            return {"is_ready": True, **answer.json()}

        waiting = asyncio.create_task(ask())
        for _ in range(sent):
            assert len((await browser.until(3)).payload) == PLAY_BYTES // 2
        assert await waiting == {"is_wanted": True, "is_ready": True}


async def test_why_nothing_comes_is_told(
    address: str, at_work: Box, reviewer: httpx.AsyncClient
) -> None:
    async with playing(address, reviewer) as browser:
        assert (await browser.until(1)).told["state"] == "worker_away"
        [order] = (await poll(at_work))["play"]
        await browser.until_state("starting")
        await at_work.trouble(order["view_id"], "no_footage")
        told = await browser.until_state("trouble")
        assert told["reason"] == "no_footage"


async def test_a_worker_that_lost_its_order_goes_on_where_it_was(
    address: str, at_work: Box, reviewer: httpx.AsyncClient
) -> None:
    async with playing(address, reviewer) as browser:
        [order] = (await poll(at_work))["play"]
        await send(at_work, order["view_id"], b"one", T0 + timedelta(seconds=30))
        await browser.until(3)
        [again] = (await poll(at_work))["play"]
        assert again["view_id"] == order["view_id"]
        assert datetime.fromisoformat(again["from_at"]) == T0 + timedelta(seconds=30)


async def test_a_worker_is_ordered_only_what_it_can_do(
    address: str, at_work: Box, reviewer: httpx.AsyncClient
) -> None:
    async with playing(address, reviewer):
        assert await poll(at_work, wait_s=0.05, recordings=[]) == {}
    # A worker that knows nothing of recordings must understand the answer.
    assert await at_work.orders(["gate-north"], wait_s=0.05) == {"start": [], "stop": []}


async def test_signing_out_ends_it(
    centre: Centre, address: str, reviewer: httpx.AsyncClient
) -> None:
    async with playing(address, reviewer) as browser:
        await browser.until(1)
        await reviewer.post("/api/v1/auth/logout")
        while await browser.next() is not None:
            pass
    assert centre.runtime.viewing.viewer_count == 0


@pytest.mark.parametrize(
    ("camera", "changes", "status", "code"),
    [
        ("999", {}, 404, "not_found"),
        ("1", {"reason": "because"}, 422, "invalid"),
        ("1", {"reason": None}, 422, "invalid"),
        ("1", {"from_at": "yesterday"}, 422, "invalid"),
    ],
)
async def test_what_cannot_be_played_is_refused(
    worker: httpx.AsyncClient,
    admin: httpx.AsyncClient,
    camera: str,
    changes: dict[str, Any],
    status: int,
    code: str,
) -> None:
    await put_camera(worker, registration("gate-north"))
    body = {"from_at": T0.isoformat(), "reason": "other"} | changes
    answer = await admin.post(f"/api/v1/recordings/{camera}/play", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await played_log(admin) == []


@pytest.mark.whole
async def test_the_box_is_asked_first(
    address: str,
    at_work: Box,
    centre: Centre,
    worker: httpx.AsyncClient,
    reviewer: httpx.AsyncClient,
) -> None:
    await put_retention(worker, retention())
    assert (await day_of(reviewer))["source"] == "report"
    await poll(at_work, wait_s=0)
    asking = asyncio.create_task(day_of(reviewer))
    [asked] = (await poll(at_work))["footage"]
    assert datetime.fromisoformat(asked["from_at"]) == _MIDNIGHT
    assert datetime.fromisoformat(asked["to_at"]) == _MIDNIGHT + timedelta(hours=24)
    begin = _MIDNIGHT.isoformat()
    middle, end = (T0 - timedelta(hours=h) for h in (2, 1))
    answer = {
        "as_of": T0.isoformat(),
        "spans": [{"from_at": begin, "to_at": middle.isoformat()}],
        "gaps": [{"from_at": middle.isoformat(), "to_at": end.isoformat(), "cause": "disk_full"}],
        "held": [{"from_at": begin, "to_at": middle.isoformat(), "device": "nvr", "channel": "3"}],
        "is_asking": True,
        "trouble": "recorder_busy",
    }
    # It has answered, though its next question be late: on a busy machine it often is.
    centre.runtime.viewing.mono = lambda: time.monotonic() + 60
    told = await at_work._client.post(
        f"/api/v2/ingest/views/{asked['query_id']}/footage", json=answer
    )
    assert told.status_code == 204
    day = await asking
    assert (day["source"], day["is_box_there"], day["day"]) == ("box", True, "2026-11-24")
    assert len(day["spans"]) == 1
    assert [gap["cause"] for gap in day["gaps"]] == ["disk_full"]
    assert [(held["device"], held["channel"]) for held in day["held"]] == [("nvr", "3")]
    assert (day["is_recorder_asked"], day["recorder_trouble"]) == (True, "recorder_busy")
    late = await at_work._client.post(
        f"/api/v2/ingest/views/{asked['query_id']}/footage", json=answer
    )
    assert late.status_code == 204


async def test_without_the_box_its_last_report_stands(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await put_camera(worker, registration("gate-north"))
    empty = await day_of(reviewer)
    assert (empty["source"], empty["footage_as_of"], empty["is_box_there"]) == (
        "nobody",
        None,
        False,
    )
    before = _MIDNIGHT - timedelta(hours=3)
    await put_retention(
        worker,
        retention(
            spans=(
                FootageSpan(from_at=before, to_at=_MIDNIGHT + timedelta(hours=1)),
                FootageSpan(from_at=_MIDNIGHT + timedelta(hours=2), to_at=T0),
            ),
            gaps=(
                FootageGap(
                    from_at=_MIDNIGHT + timedelta(hours=1),
                    to_at=_MIDNIGHT + timedelta(hours=2),
                    cause=GapCause.OFFLINE,
                ),
            ),
            days=(DayCompleteness(day=T0.date(), expected_s=36_000, recorded_s=32_400),),
        ),
    )
    day = await day_of(reviewer)
    assert day["source"] == "report"
    assert datetime.fromisoformat(day["footage_as_of"]) == T0
    assert datetime.fromisoformat(day["spans"][0]["from_at"]) == _MIDNIGHT
    assert [gap["cause"] for gap in day["gaps"]] == ["offline"]
    assert [each["day"] for each in day["days"]] == ["2026-11-24"]
    yesterday = await day_of(reviewer, "2026-11-23")
    assert len(yesterday["spans"]) == 1
    assert yesterday["gaps"] == []
    assert (await day_of(reviewer, "2026-11-30"))["spans"] == []
    moment = (_MIDNIGHT - timedelta(seconds=1)).isoformat().replace("+00:00", "Z")
    answer = await reviewer.get(f"/api/v1/recordings/1?at={moment}")
    assert answer.json()["day"] == "2026-11-23"


async def test_alerts_and_analysed_time_of_the_day(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await put_retention(worker, retention())
    await put_alert(worker, episode("yesterday", raised_at=_MIDNIGHT - timedelta(seconds=1)))
    await put_alert(worker, episode("late", raised_at=T0))
    await put_alert(worker, episode("early", raised_at=_MIDNIGHT))
    minutes = [analysed(T0 + timedelta(minutes=n), 60.0) for n in range(3)]
    stalled = (MissingTime(reason=MissingReason.STALLED, seconds=50.0),)
    minutes += [analysed(T0 + timedelta(minutes=n), 10.0, missing=stalled) for n in range(3, 5)]
    minutes += [analysed(T0 + timedelta(minutes=9), 60.0)]
    await put_analysed(worker, minutes)
    day = await day_of(reviewer)
    assert [alert["raised_at"] for alert in day["alerts"]] == [
        _MIDNIGHT.isoformat().replace("+00:00", "Z"),
        T0.isoformat().replace("+00:00", "Z"),
    ]
    [rule] = day["analysed"]
    assert rule["analysed_s"] == 260.0
    assert rule["missing"] == [{"reason": "stalled", "seconds": 100.0}]
    shown = [
        (
            (datetime.fromisoformat(each["from_at"]) - T0).total_seconds() / 60,
            (datetime.fromisoformat(each["to_at"]) - T0).total_seconds() / 60,
            each["missed_for"],
        )
        for each in rule["stretches"]
    ]
    assert shown == [(0, 3, None), (3, 5, "stalled"), (9, 10, None)]


@pytest.mark.parametrize(
    ("day", "hours", "offset"),
    [("2026-03-29", 23, "+01:00"), ("2026-10-25", 25, "+02:00"), ("2026-07-01", 24, "+02:00")],
)
async def test_days_are_the_schools_when_clocks_change(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient, day: str, hours: int, offset: str
) -> None:
    await put_retention(worker, retention(time_zone="Europe/Berlin"))
    shown = await day_of(reviewer, day)
    begin, end = (datetime.fromisoformat(shown[name]) for name in ("from_at", "to_at"))
    assert end - begin == timedelta(hours=hours)
    assert begin == datetime.fromisoformat(f"{day}T00:00:00{offset}")


async def test_a_day_that_does_not_exist_is_refused(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await put_retention(worker, retention())
    for day in ("9999-12-31", "0001-01-01", "2026-02-30", "today"):
        answer = await reviewer.get(f"/api/v1/recordings/1?day={day}")
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), day
    late = await reviewer.get("/api/v1/recordings/1?at=9999-12-31T23:00:00Z")
    assert late.status_code == 422
    missing = await reviewer.get("/api/v1/recordings/999")
    assert missing.status_code == 404
