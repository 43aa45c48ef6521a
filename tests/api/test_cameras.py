from __future__ import annotations

import json
import random
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from api.access.scope import EVERYTHING
from api.bus.repository import EventRepository
from api.cameras import reading
from api.contract import AnalysedTime, CameraState, MissingReason, StreamFacts
from api.contract.worker import MissingTime
from api.rounds import announce_lost_workers
from tests.api.centre import Centre, beat, in_a_round, key_of, put_alert, put_analysed, put_camera
from tests.api.messages import (
    T0,
    analysed,
    camera_beat,
    episode,
    heartbeat,
    registration,
)


async def _camera(client: httpx.AsyncClient, camera_id: str = "gate-north") -> dict[str, Any]:
    answer = await client.get(f"/api/v1/cameras/{await key_of(client, camera_id)}")
    assert answer.status_code == 200
    view: dict[str, Any] = answer.json()
    return view


async def test_a_camera_nobody_reported_is_unknown(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await put_camera(worker, registration())
    camera = await _camera(reviewer)
    assert (camera["state"], camera["since"], camera["worker_id"]) == ("unknown", None, None)
    assert (camera["name"], camera["registered"]) == ("北门", True)


async def test_a_heartbeat_tells_state_and_stream(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    stream = StreamFacts(codec="h264", width=1920, height=1080, fps=25.0)
    await beat(worker, heartbeat(camera_beat(stream=stream, last_analysed_at=T0)))
    camera = await _camera(reviewer)
    assert (camera["state"], camera["reason"], camera["worker_id"]) == ("watching", "", "box-1")
    assert camera["stream"] == {"codec": "h264", "width": 1920, "height": 1080, "fps": 25.0}
    assert camera["last_analysed_at"] == "2026-11-24T02:00:00Z"
    assert camera["registered"] is False

    blind = camera_beat(
        state=CameraState.NOT_WATCHING, reason="auth_failed", since=T0 + timedelta(seconds=1)
    )
    await beat(worker, heartbeat(blind))
    camera = await _camera(reviewer)
    assert (camera["state"], camera["reason"]) == ("not_watching", "auth_failed")
    assert camera["since"] == "2026-11-24T02:00:01Z"


@pytest.mark.whole
async def test_a_silent_worker_loses_its_cameras_until_it_speaks_again(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await beat(worker, heartbeat(camera_beat()))
    centre.clock.advance(30)
    assert (await _camera(reviewer))["state"] == "watching"
    centre.clock.advance(0.001)
    camera = await _camera(reviewer)
    assert (camera["state"], camera["reason"]) == ("worker_lost", "worker_lost")
    assert camera["since"] == "2026-11-24T02:00:00Z"
    await beat(worker, heartbeat(camera_beat()))
    assert (await _camera(reviewer))["state"] == "watching"


async def test_a_wrong_clock_on_the_box_does_not_lose_it(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await beat(worker, heartbeat(camera_beat(), sent_at=T0 - timedelta(days=400)))
    assert (await _camera(reviewer))["state"] == "watching"
    [seen] = (await reviewer.get("/api/v1/health")).json()["workers"]
    assert seen["clock_offset_s"] == -400 * 86400
    assert seen["lost"] is False


async def test_a_camera_its_worker_no_longer_mentions_is_unknown(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await beat(worker, heartbeat(camera_beat("a"), camera_beat("b")))
    centre.clock.advance(5)
    await beat(worker, heartbeat(camera_beat("a"), configured=("a", "b")))
    states = {
        camera["camera_id"]: camera["state"]
        for camera in (await reviewer.get("/api/v1/cameras")).json()["items"]
    }
    assert states == {"a": "watching", "b": "unknown"}


async def test_a_camera_taken_out_of_its_configuration_is_retired_with_its_history(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    both = heartbeat(camera_beat("a"), camera_beat("b"))
    await beat(worker, both)
    await put_alert(worker, episode(camera_id="b"))
    key = await key_of(reviewer, "b")

    async def listed() -> list[str]:
        items = (await reviewer.get("/api/v1/cameras")).json()["items"]
        return [each["camera_id"] for each in items]

    await beat(worker, heartbeat(camera_beat("a")))
    assert await listed() == ["a"]
    retired = (await reviewer.get(f"/api/v1/cameras/{key}")).json()
    assert retired["retired_at"] is not None
    alerts = (await reviewer.get("/api/v1/alerts")).json()["items"]
    assert [each["camera_id"] for each in alerts] == ["b"]
    # Another worker of the box has nothing to say about it.
    await beat(worker, heartbeat(camera_beat("c"), worker_id="box-2"))
    assert await listed() == ["a", "c"]
    await beat(worker, both)
    assert await listed() == ["a", "b", "c"]


async def _events(centre: Centre) -> list[tuple[str, str]]:
    """Stored camera events as (camera, state)."""
    async with centre.runtime.database.read(EVERYTHING) as session:
        stored = await EventRepository(session).after(0, 1000)
    views = [json.loads(event.data) for event in stored if event.kind == "camera"]
    return [(view["camera_id"], view["state"]) for view in views]


async def test_consoles_hear_of_changes_and_not_of_every_heartbeat(
    centre: Centre, worker: httpx.AsyncClient
) -> None:
    await beat(worker, heartbeat(camera_beat()))
    for number in range(3):
        centre.clock.advance(5)
        await beat(worker, heartbeat(camera_beat(frames_analysed=number, last_frame_at=T0)))
    assert await _events(centre) == [("gate-north", "watching")]

    centre.clock.advance(31)
    for _ in range(2):
        await in_a_round(centre, announce_lost_workers)
    assert await _events(centre) == [("gate-north", "watching"), ("gate-north", "worker_lost")]

    await beat(worker, heartbeat(camera_beat()))
    assert (await _events(centre))[2:] == [("gate-north", "watching")]

    centre.clock.advance(5)
    await beat(worker, heartbeat())
    assert (await _events(centre))[3:] == [("gate-north", "unknown")]


async def test_a_lowered_analysis_rate_is_shown_and_told(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await beat(worker, heartbeat(camera_beat()))
    told = await _camera(reviewer)
    assert (told["analysis_fps"], told["analysis_fps_configured"]) == (None, None)
    for now in (5.0, 2.5, 2.5):
        centre.clock.advance(5)
        beaten = camera_beat(analysis_fps=now, analysis_fps_configured=5.0)
        await beat(worker, heartbeat(beaten))
    told = await _camera(reviewer)
    assert (told["analysis_fps"], told["analysis_fps_configured"]) == (2.5, 5.0)
    assert len(await _events(centre)) == 3


async def test_a_registration_repeated_is_no_news(
    centre: Centre, worker: httpx.AsyncClient
) -> None:
    assert await put_camera(worker, registration()) is True
    assert await put_camera(worker, registration()) is False
    assert await put_camera(worker, registration(name="新北门")) is True
    assert len(await _events(centre)) == 2


async def test_a_camera_stands_in_the_school_its_box_tells(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    assert await put_camera(worker, registration(school_name="")) is True
    assert (await _camera(reviewer))["school"]["name"] == "no-1-primary"
    assert await put_camera(worker, registration()) is True
    told = (await _camera(reviewer))["school"]
    assert told == {"school_id": "no-1-primary", "name": "第一小学", "name_en": ""}
    assert await put_camera(worker, registration(school_name="第一实验小学")) is True
    assert (await _camera(reviewer))["school"]["name"] == "第一实验小学"
    schools = (await reviewer.get("/api/v1/schools")).json()["items"]
    assert [(each["school_id"], each["camera_count"]) for each in schools] == [("no-1-primary", 1)]


async def test_analysed_time_of_the_last_day_by_rule_and_what_was_missed(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await put_alert(worker, episode())
    offline = (MissingTime(reason=MissingReason.OFFLINE, seconds=50.0),)
    mixed = (
        MissingTime(reason=MissingReason.STALLED, seconds=3.0),
        MissingTime(reason=MissingReason.OFFLINE, seconds=2.0),
    )
    await put_analysed(
        worker,
        [
            analysed(T0 - timedelta(hours=25), 60.0),
            analysed(T0 - timedelta(minutes=3), 60.0),
            analysed(T0 - timedelta(minutes=2), 55.0, missing=mixed),
            analysed(T0 - timedelta(minutes=2), 10.0, rule_id="slow", missing=offline),
        ],
    )
    camera = await _camera(reviewer)
    assert camera["analysed_window_s"] == 86400
    # Two rules looked at the same two minutes: 115 s, not 125.
    assert camera["analysed_s"] == 115.0
    assert camera["missing"] == [
        {"reason": "stalled", "seconds": 3.0},
        {"reason": "offline", "seconds": 2.0},
    ]
    by_rule = {rule["rule_id"]: rule["analysed_s"] for rule in camera["analysed_by_rule"]}
    assert by_rule == {"north-wall": 115.0, "slow": 10.0}


@pytest.mark.whole
async def test_an_unknown_camera_is_not_found(reviewer: httpx.AsyncClient) -> None:
    answer = await reviewer.get("/api/v1/cameras/999")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("few", [0, pytest.param(200, marks=pytest.mark.whole)])
@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.whole) for n in (1, 2))])
async def test_the_sums_are_those_of_the_minutes_that_stand(
    centre: Centre,
    worker: httpx.AsyncClient,
    reviewer: httpx.AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
    few: int,
) -> None:
    """Whatever comes twice, late or corrected; the day begins in the middle of an hour.

    Of many cameras quarters of days are added up, which begin with the day, or up to 5 h later.
    """
    monkeypatch.setattr(reading, "_FEW", few)
    chance = random.Random(seed)
    centre.clock.advance((37 + 180 * seed) * 60 + 12)
    begin = centre.clock.now - timedelta(hours=24)
    standing: dict[tuple[str, datetime], AnalysedTime] = {}
    for _ in range(20):
        told = []
        for _ in range(20):
            reasons = chance.sample(list(MissingReason), 2)
            interval = analysed(
                centre.clock.now + timedelta(minutes=chance.randrange(-26 * 60, 0) // 40 * 40),
                float(chance.randrange(50)),
                rule_id=chance.choice(["north-wall", "gate"]),
                missing=tuple(MissingTime(reason=reason, seconds=2.5) for reason in reasons),
            )
            told.append(interval)
            key = (interval.rule_id, interval.from_at)
            if key not in standing or standing[key].analysed_s < interval.analysed_s:
                standing[key] = interval
        await put_analysed(worker, told)
    [camera] = (await reviewer.get("/api/v1/cameras")).json()["items"]
    shown = {each["rule_id"]: each for each in camera["analysed_by_rule"]}
    for rule_id in ("north-wall", "gate"):
        counted = [
            interval
            for (rule, from_at), interval in standing.items()
            if rule == rule_id and from_at >= begin
        ]
        assert shown[rule_id]["rule"] == "perimeter_intrusion"
        assert shown[rule_id]["analysed_s"] == pytest.approx(sum(i.analysed_s for i in counted))
        missed: Counter[str] = Counter()
        for interval in counted:
            missed.update({each.reason.value: each.seconds for each in interval.missing})
        assert {m["reason"]: m["seconds"] for m in shown[rule_id]["missing"]} == pytest.approx(
            dict(missed)
        )
