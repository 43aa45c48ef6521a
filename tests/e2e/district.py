"""The demo's district without cameras: what its boxes would report, told over HTTP, and people."""

from __future__ import annotations

import asyncio
import sqlite3
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256 as sha256_of
from pathlib import Path

import cv2
import demo_content
import demo_district
import demo_site
import httpx
import numpy as np
from console_pages import Who

from api.compliance.judging_jobs import judge_due
from api.contract import (
    CameraState,
    EvidenceKind,
    GapCause,
    Heartbeat,
    PictureFacts,
    PictureFault,
    RetentionState,
    RiskLevel,
    RuleReadiness,
    RuleState,
)
from api.contract.footage.calendar_ms import Calendar
from api.demo import footage
from api.demo.schools import Fault
from api.demo.world import ZONE, World, yesterday
from api.kit.moments import utc_now
from api.runtime import Runtime
from api.settings import load_settings
from tests.api.configuring import BOX
from tests.api.configuring import facts as facts_of
from tests.api.messages import (
    analysed,
    camera_beat,
    episode,
    evidence_ref,
    footage_gap,
    heartbeat,
    registration,
    retention,
    sha256,
)
from tests.e2e.stack import ROOT, Stack

_MINGAN = str(ROOT / ".venv" / "bin" / "mingan")
_DAYS = 9
"""Of footage, before today."""
_ALERTS = 7
"""Of each school; two of each class, and one more."""


@contextmanager
def running_district(folder: Path) -> Iterator[tuple[Stack, dict[Who, tuple[str, str]]]]:
    """A command centre with something on every page, and who signs in with which password."""
    stack = Stack(folder)
    stack.start_api()
    with ExitStack() as ends:
        ends.callback(stack.stop)
        config = demo_site.write_config(
            folder, stack.url, demo_site.second_school_cameras(stack.rtsp_port), demo_site.SECOND
        )
        district = demo_district.District(stack.url, folder, stack.password)
        ends.callback(district.close)
        district.enrol(demo_site.SECOND, config, _MINGAN)
        given = {person.username: district.password_of(person) for person in demo_site.PEOPLE}
        second = demo_site.SECOND.home(folder) / "worker" / "box.token"
        _report(stack, demo_site.FIRST, folder / "api" / "worker.token")
        _report(stack, demo_site.SECOND, second)
        _judge(folder / "api")
        district.describe((demo_site.FIRST, demo_site.SECOND), 15)
        passwords = {"admin": stack.password, **{name: str(own) for name, own in given.items()}}
        people = demo_content.People(
            *[
                _client(ends, stack.url, name, passwords[name])
                for name in ("admin", "reviewer", "school-2")
            ]
        )
        demo_content.fill(people)
        _give_up_a_job(folder / "api" / "mingan.db")
        newcomer = demo_content.new_password(people.admin)
        yield (
            stack,
            {
                Who.ADMIN: ("admin", passwords["admin"]),
                Who.SCHOOL: ("school-2", passwords["school-2"]),
                Who.NEWCOMER: (demo_content.NEWCOMER, newcomer),
            },
        )


def _client(ends: ExitStack, url: str, username: str, password: str) -> httpx.Client:
    client = demo_district.sign_in(url, username, password)
    ends.callback(client.close)
    return client


def _report(stack: Stack, school: demo_site.School, token: Path) -> None:
    """Two cameras, one of them blind, with alerts of every class, footage and its gaps."""
    of = {"school_id": school.id}
    now = datetime.now(UTC)
    with httpx.Client(
        base_url=f"{stack.url}/api/v2/ingest",
        headers={"Authorization": f"Bearer {token.read_text().strip()}"},
        trust_env=False,
    ) as box:
        for camera_id, name in (("gate-north", "北门"), ("lawn-south", "南草坪")):
            told = registration(camera_id, name=name, school_name=school.name, **of)
            _put(box, f"/cameras/{camera_id}", told.model_dump(mode="json"))
        beat = _beat(school, now).model_dump(mode="json")
        box.post("/heartbeat", json=beat).raise_for_status()
        _put(box, "/configuration", {**of, "worker_id": "box-1", "text": BOX})
        key = b64encode(sha256_of(school.id.encode()).digest()).decode()
        beat["configuration"] = {"digest": facts_of(BOX).digest, "sealing_key": key}
        box.post("/heartbeat", json=beat).raise_for_status()
        for number in range(_ALERTS):
            _raise(box, school, number, now - timedelta(minutes=3 * number + 1))
        gaps = (footage_gap(30, 600), footage_gap(3, 58, GapCause.OFFLINE))
        short = {"state": RetentionState.INSUFFICIENT, "proven_days": 12.5, "gaps": gaps}
        _report_weeks(box, school, now)
        for camera_id, facts in (("gate-north", {}), ("lawn-south", short)):
            held = retention(camera_id, now, **of, **facts)
            _put(box, f"/retention/{camera_id}", held.model_dump(mode="json"))
        hour = [
            analysed(now - timedelta(minutes=minute), 55.0, **of).model_dump(mode="json")
            for minute in range(1, 60)
        ]
        _put(box, "/analysed-time", hour)


def _report_weeks(box: httpx.Client, school: demo_site.School, now: datetime) -> None:
    """Footage of the days before: of one camera with a gap, of another since it hangs."""
    world = World.of(1, yesterday(now), _DAYS, now)
    calendar = Calendar(ZONE, world.until)
    for camera_id, fault in (("gate-north", Fault.SHORT_GAP), ("lawn-south", Fault.IMMATURE)):
        story = footage.story_of(world, f"{school.id} {camera_id}", 30, fault, 0.0)
        for _, held in footage.told(world, story):
            verdict = footage.box_verdict(held, 30, calendar)
            told = footage.status_of(story, held, verdict, camera_id, school.id)
            _put(box, f"/retention/{camera_id}", told.model_dump(mode="json"))


def _judge(data_dir: Path) -> None:
    """Have judged what was told, as the command centre itself does every minute."""

    async def judge() -> None:
        runtime = Runtime(load_settings(None, data_dir=data_dir), utc_now)
        try:
            await judge_due(runtime)
        finally:
            runtime.close_threads()
            await runtime.database.close()

    # In a thread of its own: this one may be a browser's.
    with ThreadPoolExecutor(1) as alone:
        alone.submit(lambda: asyncio.run(judge())).result()


def _beat(school: demo_site.School, now: datetime) -> Heartbeat:
    covered = PictureFacts(
        reference_at=now - timedelta(days=1),
        faults=(PictureFault(fault="occlusion", since=now - timedelta(minutes=9)),),
    )
    rules = (
        RuleReadiness(rule="perimeter_intrusion", state=RuleState.READY),
        RuleReadiness(rule="smoking", state=RuleState.NEEDS_MODEL),
    )
    since = now - timedelta(minutes=12)
    return heartbeat(
        camera_beat(picture=covered, since=since),
        camera_beat("lawn-south", CameraState.NOT_WATCHING, since=since, reason="timeout"),
        school_id=school.id,
        sent_at=now,
        started_at=now - timedelta(hours=5),
        rules=rules,
    )


def _raise(box: httpx.Client, school: demo_site.School, number: int, raised_at: datetime) -> None:
    still = _still(number)
    kinds = (EvidenceKind.SNAPSHOT, EvidenceKind.SNAPSHOT_ORIGINAL)
    told = episode(
        f"{school.id} {number}",
        school_id=school.id,
        zone="车行道",
        risk=list(RiskLevel)[number % len(RiskLevel)],
        raised_at=raised_at,
        evidence=tuple(evidence_ref(still, kind) for kind in kinds[: 2 - number % 2]),
    )
    _put(box, f"/alerts/{told.id}", told.model_dump(mode="json"))
    box.put(
        f"/evidence/{sha256(still)}",
        params={"school_id": school.id},
        content=still,
        headers={"Content-Type": "image/jpeg"},
    ).raise_for_status()


def _still(number: int) -> bytes:
    picture = np.full((270, 480, 3), 70 + 8 * number, np.uint8)
    cv2.rectangle(picture, (0, 180), (480, 270), (90, 100, 95), -1)
    return cv2.imencode(".jpg", picture)[1].tobytes()


def _put(box: httpx.Client, path: str, body: object) -> None:
    box.put(path, json=body).raise_for_status()


def _give_up_a_job(database: Path) -> None:
    """As one whose last attempt failed; nothing in this district fails by itself."""
    with sqlite3.connect(database, timeout=10) as db:
        db.execute(
            "INSERT INTO jobs (kind, key, payload, created_at, attempts, failed_at, error) "
            "VALUES ('notice', 'lost', '{}', :now, 8, :now, 'ConnectError')",
            {"now": datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")},
        )
    db.close()
