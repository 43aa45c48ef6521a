"""Rows of the day's table that change are told of, and read by their numbers."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import httpx
import pytest

from api.bus.base import LiveEvent
from api.bus.fanout import Subscription
from api.contract import CameraClock, FootageGap, FootageSpan, GapCause, PictureFacts, PictureFault
from tests.api.centre import Centre, beat, put_retention
from tests.api.footage import report
from tests.api.messages import T0, camera_beat, heartbeat
from tests.api.test_exams import HOUR, SCHOOL, WELL, book, camera, made, session, table, taken


@pytest.fixture
async def worker(centre: Centre, admin: httpx.AsyncClient) -> httpx.AsyncClient:
    return await camera(centre, admin, **WELL)


@pytest.fixture
async def heard(centre: Centre, worker: httpx.AsyncClient) -> AsyncIterator[Subscription]:
    with centre.runtime.bus.subscribe("x", lambda _: True) as subscription:
        yield subscription


async def events(heard: Subscription) -> list[tuple[str, Any]]:
    """What was told since."""
    found: list[tuple[str, Any]] = []
    while isinstance(event := await heard.next(0.05), LiveEvent):
        found.append((event.kind, json.loads(event.data)))
    return found


async def sat(admin: httpx.AsyncClient, *starts_h: float) -> tuple[int, list[Any]]:
    """An exam of two rooms, one with a camera, in a session for each of these hours from now."""
    exam = await made(admin)
    sessions = [session(f"第{n}场", T0 + at * HOUR) for n, at in enumerate(starts_h)]
    rooms = [(SCHOOL, "001", "第一考场", 30, "room1"), (SCHOOL, "002", "第二考场", 30, "")]
    rows = [(SCHOOL, code, of[0], 30) for of in sessions for code in ("001", "002")]
    await taken(admin, exam, book(sessions, rooms, rows))
    return exam, [await table(admin, exam, at) for at in range(len(sessions))]


async def test_footage_tells_of_rows_of_sessions_near_now(
    admin: httpx.AsyncClient, worker: httpx.AsyncClient, heard: Subscription
) -> None:
    exam, tables = await sat(admin, -72, -1, 24, 24 * 30)
    await events(heard)
    await put_retention(worker, report(31, camera_id="room1"))
    told = [data for kind, data in await events(heard) if kind == "exam"]
    near = tables[1:3]
    assert told == [
        {
            "sitting_id": each["items"][0]["id"],
            "session_id": each["session"]["id"],
            "exam_id": exam,
        }
        for each in near
    ]
    # Told again it is no news.
    await put_retention(worker, report(31, camera_id="room1"))
    assert await events(heard) == []


async def test_a_clock_that_leaps_is_told_at_once_and_one_that_drifts_is_not(
    worker: httpx.AsyncClient, heard: Subscription
) -> None:
    async def told(offset_s: float | None) -> list[str]:
        clock = None if offset_s is None else CameraClock(offset_s=offset_s, measured_at=T0)
        await beat(worker, heartbeat(camera_beat("room1", picture=WELL["picture"], clock=clock)))
        return [kind for kind, _ in await events(heard)]

    assert await told(0.45) == []
    assert await told(40.0) == ["camera"]
    assert await told(40.05) == []
    assert await told(None) == ["camera"]
    assert await told(-40.0) == ["camera"]


async def test_rows_are_read_by_their_numbers(
    admin: httpx.AsyncClient, worker: httpx.AsyncClient
) -> None:
    exam, [whole, other] = await sat(admin, -1, 24)
    first, second = whole["items"]
    url = f"/api/v1/exams/{exam}/sessions/{whole['session']['id']}/table"

    async def rows(*ids: int) -> Any:
        answer = await admin.get(url, params={"sitting": list(ids)})
        assert answer.status_code == 200, answer.text
        return answer.json()["items"]

    assert await rows(second["id"]) == [second]
    assert await rows(second["id"], first["id"]) == [first, second]
    assert await rows(other["items"][0]["id"]) == [], "of another session"
    many = await admin.get(url, params={"sitting": list(range(1, 202))})
    assert many.status_code == 422


async def test_a_box_that_loses_its_disk_in_the_middle(
    centre: Centre, admin: httpx.AsyncClient, worker: httpx.AsyncClient
) -> None:
    """What it recorded before stays told; what it could not is missing, and says why."""
    exam, _ = await sat(admin, -1)
    lost_at = T0 - HOUR / 2
    told = report(
        31,
        camera_id="room1",
        spans=(FootageSpan(from_at=T0 - 31 * 24 * HOUR, to_at=lost_at),),
        alarms=("disk_failed",),
    )
    lost = FootageGap(from_at=lost_at, to_at=T0, cause=GapCause.DISK_FAILED)
    await put_retention(worker, told.model_copy(update={"gaps": (lost,)}))
    row = (await table(admin, exam))["items"][0]
    assert (row["missing_s"], row["completeness"]) == (1800.0, 0.5)
    [gap] = row["gaps"]
    assert (gap["cause"], datetime.fromisoformat(gap["from_at"])) == ("disk_failed", lost_at)
    [recording] = [each for each in row["checks"] if each["check"] == "recording"]
    assert (recording["state"], recording["why"]) == ("bad", "disk_alarm")
    # The disk is back: what was missing stays missing, and it is recorded again.
    centre.clock.advance(600)
    again = report(
        31,
        as_of=centre.clock(),
        camera_id="room1",
        gaps=((lost_at, T0 + HOUR / 12, GapCause.DISK_FAILED),),
    )
    await put_retention(worker, again)
    await beat(worker, heartbeat(camera_beat("room1"), sent_at=centre.clock()))
    row = (await table(admin, exam))["items"][0]
    assert row["missing_s"] == 2100.0
    assert [each["state"] for each in row["checks"] if each["check"] == "recording"] == ["good"]


async def test_what_is_wrong_with_a_picture_and_since_when(
    admin: httpx.AsyncClient, worker: httpx.AsyncClient
) -> None:
    exam, _ = await sat(admin, -1)
    turned = PictureFault(fault="scene_change", since=T0 - HOUR / 4)
    picture = PictureFacts(reference_at=T0 - HOUR, faults=(turned,))
    await beat(worker, heartbeat(camera_beat("room1", picture=picture)))
    [found] = (await table(admin, exam))["items"][:1]
    [check] = [each for each in found["checks"] if each["check"] == "picture"]
    assert (check["state"], check["faults"]) == ("bad", ["scene_change"])
    assert datetime.fromisoformat(check["since"]) == turned.since
    session_id = (await table(admin, exam))["session"]["id"]
    sheet = await admin.get(f"/api/v1/exams/{exam}/sessions/{session_id}/table.csv")
    assert "需整改: 画面异常: 场景变更 2026-11-24 09:45:00" in sheet.text
