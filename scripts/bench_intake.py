"""``scripts/bench intake``: what it costs the command centre to take what boxes tell.

The real command centre on PostgreSQL, its commits synced, and boxes that speak the wire: each
enrols, registers its cameras, and then tells of alerts as a worker does: the episode, two pictures
of 100 kB, and the episode once more when it is over. Then all of them send their heartbeat every
five seconds, with all their cameras, while consoles listen. Figures are CPU seconds of the command
centre and the database together, as the kernel counts them; this process, which plays the boxes and
the consoles, is left out. The reference of the same run is ``empty_ms``: a box's question that
finds nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import hashlib
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import demo_processes
import httpx
from bench_api_build import environment_on
from bench_builds import today
from bench_progress import Bar
from bench_stack import free_port, usage
from demo_district import own_password, sign_in

from api.contract import (
    AlertEpisode,
    CameraHeartbeat,
    CameraRegistration,
    CameraState,
    EpisodeState,
    EvidenceKind,
    EvidenceRef,
    Heartbeat,
    RiskLevel,
)
from tests.support import postgres

_PICTURE_BYTES = 100_000
_BEAT_S = 5.0
_AT_ONCE = 8
"""Alerts under way, each of another box."""
_READY_S = 120.0


@dataclass(frozen=True, slots=True)
class Box:
    """One that is enrolled.

    Attributes:
        school_id: Its school.
        cameras: Their ids.
        client: Sends with its token.
    """

    school_id: str
    cameras: tuple[str, ...]
    client: httpx.AsyncClient

    async def put(self, path: str, content: bytes, kind: str = "application/json") -> None:
        """Send one message; it must be taken."""
        headers = {"Content-Type": kind}
        answer = await self.client.put(f"/api/v2/ingest{path}", content=content, headers=headers)
        answer.raise_for_status()

    async def beat(self, started_at: datetime) -> None:
        """Tell that all cameras are watched."""
        now = datetime.now(UTC)
        cameras = tuple(
            CameraHeartbeat(
                camera_id=each,
                state=CameraState.WATCHING,
                since=started_at,
                last_analysed_at=now,
                analysis_fps=5.0,
            )
            for each in self.cameras
        )
        told = Heartbeat(
            school_id=self.school_id,
            worker_id="worker",
            version="0.1.0",
            contract_version=2,
            sent_at=now,
            started_at=started_at,
            outbox_pending=0,
            outbox_bytes=0,
            disk_free_bytes=10**12,
            cameras=cameras,
            configured=self.cameras,
        )
        answer = await self.client.post(
            "/api/v2/ingest/heartbeat",
            content=told.model_dump_json(),
            headers={"Content-Type": "application/json"},
        )
        answer.raise_for_status()


@dataclass(frozen=True, slots=True)
class Centre:
    """What is measured.

    Attributes:
        url: The command centre's address.
        pids: Of it and of the database.
    """

    url: str
    pids: dict[str, int]

    def cpu_s(self) -> dict[str, float]:
        """CPU seconds so far, of each."""
        return {name: usage(pid).cpu_s for name, pid in self.pids.items()}

    async def taken_by(self, doing: Callable[[], Awaitable[None]]) -> dict[str, float]:
        """CPU seconds that something takes, of each and together; and ``s``, how long it lasts."""
        before, began_s = self.cpu_s(), time.monotonic()
        await doing()
        lasted_s = time.monotonic() - began_s
        took = {name: cpu_s - before[name] for name, cpu_s in self.cpu_s().items()}
        return took | {"both": sum(took.values()), "s": lasted_s}


def _picture(number: int) -> bytes:
    """Bytes that do not repeat, as those of JPEG do not."""
    return os.urandom(_PICTURE_BYTES - 8) + number.to_bytes(8, "big")


def _episode(box: Box, number: int, pictures: Sequence[bytes], *, is_over: bool) -> AlertEpisode:
    now = datetime.now(UTC)
    kinds = (EvidenceKind.SNAPSHOT, EvidenceKind.SNAPSHOT_ORIGINAL)
    return AlertEpisode(
        id=uuid4(),
        revision=1,
        school_id=box.school_id,
        camera_id=box.cameras[number % len(box.cameras)],
        rule="perimeter_intrusion",
        # Another each time: what one rule tells in a row may be joined into one alert.
        rule_id=f"wall-{number}",
        zone="north_wall",
        risk=RiskLevel.CLASS_2,
        state=EpisodeState.CLOSED if is_over else EpisodeState.OPEN,
        started_at=now - timedelta(seconds=3),
        raised_at=now - timedelta(seconds=1),
        ended_at=now,
        score=0.87,
        classes=("person",),
        track_count=1,
        box_norm_xyxy=(0.4, 0.3, 0.5, 0.8),
        zone_norm=((0.1, 0.2), (0.9, 0.2), (0.9, 0.9)),
        facts={"dwell_s": 3.0, "direction": "in"},
        model_id="campus_objects",
        model_sha256="a" * 64,
        config_sha256="b" * 64,
        evidence=tuple(
            EvidenceRef(
                kind=kind,
                sha256=hashlib.sha256(content).hexdigest(),
                media_type="image/jpeg",
                size_bytes=len(content),
                width=1920,
                height=1080,
                starts_at=now,
                duration_s=0.0,
            )
            for kind, content in zip(kinds, pictures, strict=True)
        ),
    )


async def _each(
    boxes: Sequence[Box], count: int, one: Callable[[Box, int], Awaitable[None]]
) -> None:
    """Do something so many times, by turns for each box, some at once."""
    numbers = iter(range(count))

    async def several() -> None:
        for number in numbers:
            await one(boxes[number % len(boxes)], number)

    async with asyncio.TaskGroup() as group:
        for _ in range(_AT_ONCE):
            group.create_task(several())


async def _alerts(centre: Centre, boxes: Sequence[Box], count: int, bar: Bar) -> dict[str, float]:
    """CPU milliseconds of an alert with its two pictures, of its end, and of a small question."""
    pictures = {number: (_picture(2 * number), _picture(2 * number + 1)) for number in range(count)}
    told: dict[int, AlertEpisode] = {}

    async def raise_it(box: Box, number: int) -> None:
        bar.at("alerts", number / count)
        told[number] = _episode(box, number, pictures[number], is_over=False)
        body = told[number].model_dump_json().encode()
        await box.put(f"/alerts/{told[number].id}", body)
        for ref, content in zip(told[number].evidence, pictures[number], strict=True):
            where = f"/evidence/{ref.sha256}?school_id={box.school_id}"
            await box.put(where, content, "image/jpeg")

    async def end_it(box: Box, number: int) -> None:
        changed = {"revision": 2, "state": EpisodeState.CLOSED}
        over = told[number].model_copy(update=changed)
        await box.put(f"/alerts/{over.id}", over.model_dump_json().encode())

    async def ask(box: Box, number: int) -> None:
        where = "/api/v2/ingest/offline/accounts"
        answer = await box.client.get(where, params={"school_id": box.school_id})
        answer.raise_for_status()

    raised = await centre.taken_by(lambda: _each(boxes, count, raise_it))
    ended = await centre.taken_by(lambda: _each(boxes, count, end_it))
    asked = await centre.taken_by(lambda: _each(boxes, count, ask))
    return {
        "alert_ms": raised["both"] * 1000 / count,
        "alert_centre_ms": raised["centre"] * 1000 / count,
        "alert_database_ms": raised["database"] * 1000 / count,
        "alerts_a_second": count / raised["s"],
        "end_ms": ended["both"] * 1000 / count,
        "empty_ms": asked["both"] * 1000 / count,
    }


async def _heartbeats(
    centre: Centre, boxes: Sequence[Box], seconds: float, bar: Bar
) -> dict[str, float]:
    """Which part of a core the heartbeats of all boxes take, and what one takes."""
    started_at = datetime.now(UTC)
    late = 0

    async def all_beat(for_s: float) -> None:
        nonlocal late

        async def one(box: Box, offset_s: float) -> None:
            nonlocal late
            at_s = began_s + offset_s
            while at_s < began_s + for_s:
                behind_s = time.monotonic() - at_s
                late += behind_s > 1.0
                await asyncio.sleep(max(0.0, -behind_s))
                await box.beat(started_at)
                at_s += _BEAT_S

        began_s = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for number, box in enumerate(boxes):
                group.create_task(one(box, number * _BEAT_S / len(boxes)))
        await asyncio.sleep(max(0.0, began_s + for_s - time.monotonic()))

    bar.begin("heartbeats", seconds + 2 * _BEAT_S)
    await all_beat(2 * _BEAT_S)
    took = await centre.taken_by(lambda: all_beat(seconds))
    beats = len(boxes) * seconds / _BEAT_S
    return {
        "heartbeats_core": took["both"] / took["s"],
        "heartbeats_database_core": took["database"] / took["s"],
        "heartbeat_ms": took["both"] * 1000 / beats,
        "heartbeats_late": float(late),
    }


@contextlib.asynccontextmanager
async def _listening(admin: httpx.Client, url: str, count: int) -> AsyncIterator[list[int]]:
    """So many consoles hear what happens; yields how many lines each heard."""
    heard = [0] * count
    ready = asyncio.Semaphore(0)

    async def listen(number: int) -> None:
        async with (
            httpx.AsyncClient(
                base_url=url, cookies=admin.cookies, timeout=None, trust_env=False
            ) as client,
            client.stream("GET", "/api/v1/stream") as answer,
        ):
            answer.raise_for_status()
            async for line in answer.aiter_lines():
                if line == "event: ready":
                    ready.release()
                heard[number] += line.startswith("event: alert")

    tasks = [asyncio.create_task(listen(number)) for number in range(count)]
    for _ in range(count):
        await asyncio.wait_for(ready.acquire(), 60)
    try:
        yield heard
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _measure(
    centre: Centre, admin: httpx.Client, boxes: Sequence[Box], given: argparse.Namespace
) -> dict[str, float]:
    with Bar() as bar:
        for number, box in enumerate(boxes):
            bar.at("cameras", number / len(boxes))
            for camera in box.cameras:
                told = CameraRegistration(
                    school_id=box.school_id,
                    camera_id=camera,
                    name=camera,
                    location="",
                    source="rtsp://***@10.0.0.8:554/…",
                    rules=("perimeter_intrusion",),
                    config_sha256="b" * 64,
                    school_name=box.school_id,
                )
                await box.put(f"/cameras/{camera}", told.model_dump_json().encode())
        found: dict[str, float] = {}
        await _alerts(centre, boxes, given.alerts // 5, bar)
        found |= await _alerts(centre, boxes, given.alerts, bar)
        async with _listening(admin, centre.url, given.consoles) as heard:
            found |= await _heartbeats(centre, boxes, given.seconds, bar)
            listened = await _alerts(centre, boxes, given.alerts, bar)
            await asyncio.sleep(1)
            found["alert_listened_ms"] = listened["alert_ms"]
            found["alerts_heard_least"] = float(min(heard, default=0))
    for box in boxes:
        await box.client.aclose()
    return found


def _enrolled(admin: httpx.Client, url: str, given: argparse.Namespace) -> list[Box]:
    boxes = []
    for number in range(given.boxes):
        school_id = f"school-{number}"
        for path, body in (
            ("schools", {"school_id": school_id, "name_zh": f"第{number}学校"}),
            ("boxes", {"school_id": school_id, "name": f"box-{number}"}),
        ):
            answer = admin.post(f"/api/v1/{path}", json=body)
            answer.raise_for_status()
        enrolled = httpx.post(
            f"{url}/api/v2/ingest/enrol", json={"code": answer.json()["code"]}, trust_env=False
        )
        enrolled.raise_for_status()
        client = httpx.AsyncClient(
            base_url=url,
            headers={"Authorization": f"Bearer {enrolled.json()['token']}"},
            timeout=60,
            trust_env=False,
        )
        cameras = tuple(f"camera-{number}-{each}" for each in range(given.cameras))
        boxes.append(Box(school_id, cameras, client))
    return boxes


def _run(server: postgres.Server, home: Path, given: argparse.Namespace) -> dict[str, float]:
    running = demo_processes.Processes(home / "log")
    port = free_port()
    build = today()
    child = running.start(
        "centre",
        build.command("api", "--data-dir", str(home / "centre"), "--port", str(port)),
        extra_environment=environment_on(build, server.url(server.create())),
    )
    try:
        child.wait_until(
            lambda: child.printed("console: ") is not None, _READY_S, "the centre is not up"
        )
        url = f"http://127.0.0.1:{port}"
        password = own_password(url, "admin", child.printed("console password:") or "")
        with contextlib.closing(sign_in(url, "admin", password)) as admin:
            admin.timeout = httpx.Timeout(60)
            centre = Centre(url, {"centre": child.process.pid, "database": server.pid})
            return asyncio.run(_measure(centre, admin, _enrolled(admin, url, given), given))
    except Exception:
        running.print_tails()
        raise
    finally:
        running.stop_all()


def main(arguments: Sequence[str], *, as_json: bool) -> int:
    """Entry of ``scripts/bench intake``."""
    parser = argparse.ArgumentParser(prog="scripts/bench intake", description=__doc__)
    parser.add_argument("--boxes", type=int, default=100)
    parser.add_argument("--cameras", type=int, default=60, help="of each box; default 60")
    parser.add_argument("--alerts", type=int, default=500)
    parser.add_argument("--consoles", type=int, default=100, help="that listen; default 100")
    parser.add_argument("--seconds", type=float, default=30.0, help="of heartbeats; default 30")
    given = parser.parse_args(arguments)
    if (reason := postgres.why_not()) is not None:
        print(f"scripts/bench intake: {reason}", file=sys.stderr)
        return 2
    with (
        tempfile.TemporaryDirectory() as home,
        contextlib.redirect_stdout(sys.stderr),
        postgres.running_server(is_synced=True) as server,
    ):
        found = _run(server, Path(home), given)
    result = {"bench": "intake", "boxes": given.boxes, "cameras": given.boxes * given.cameras}
    result |= {name: round(value, 3) for name, value in found.items()}
    result["alert_vs_empty"] = round(found["alert_ms"] / found["empty_ms"], 1)
    print(json.dumps(result, indent=None if as_json else 2))
    return 0
