"""Boxes of exam rooms as ``scripts/bench exam`` plays them, over the real wire.

Each box beats as often as a real one and tells of its cameras' footage each hour, evenly spread.
Now and then something changes: a camera falls silent or comes back, its clock leaps, some of its
footage is missing. What changed is handed to whoever watches for it, with the moment at which it
was sent.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from bench_rows import filling, put

from api.access.roles import Role
from api.contract import (
    CameraClock,
    CameraState,
    FootageGap,
    FootageSpan,
    GapCause,
    PictureFacts,
    RetentionForecast,
)
from api.db.camera import Camera
from api.db.models import User
from api.db.organisation import Box, School
from api.kit.tokens import token_sha256
from tests.api.messages import camera_beat, heartbeat, retention

ADMIN = "wang.li"
KINDS = ("state", "clock", "footage")
BEAT_S = 5.0
"""As a worker beats."""
REPORT_S = 3600.0
"""As a box tells all of its footage."""
DAY = timedelta(days=1)
_AGAIN_S = 20.0
"""So long a camera stays as it is."""


@dataclass(frozen=True, slots=True)
class Change:
    """Something a box told.

    Attributes:
        camera_id: Of which camera.
        kind: ``state``, ``clock`` or ``footage``.
        sent_s: When, by the monotonic clock.
        value: ``CameraState``, the offset in seconds, or the beginning of the gap.
    """

    camera_id: str
    kind: str
    sent_s: float
    value: Any

    def shows(self, row: dict[str, Any]) -> bool:
        """Whether a row of the table says so."""
        if self.kind == "state":
            wanted = "good" if self.value is CameraState.WATCHING else "bad"
            return any((c["check"], c["state"]) == ("online", wanted) for c in row["checks"])
        if self.kind == "clock":
            return bool(row["clock_offset_s"] == self.value)
        return any(datetime.fromisoformat(gap["from_at"]) == self.value for gap in row["gaps"])


@dataclass(slots=True)
class _Room:
    camera_id: str
    began_at: datetime
    state: CameraState = CameraState.WATCHING
    since: datetime = field(default_factory=lambda: datetime.now(UTC))
    offset_s: float = 0.4
    gaps: list[tuple[datetime, datetime]] = field(default_factory=list)
    changed_s: float = 0.0

    def beat(self) -> Any:
        now = datetime.now(UTC)
        return camera_beat(
            self.camera_id,
            self.state,
            since=self.since,
            last_frame_at=now,
            picture=PictureFacts(reference_at=self.began_at),
            clock=CameraClock(offset_s=self.offset_s, measured_at=now),
            reason="" if self.state is CameraState.WATCHING else "timeout",
        )

    def footage(self, school_id: str) -> Any:
        now = datetime.now(UTC)
        edges = [self.began_at - 31 * DAY, *(at for gap in self.gaps for at in gap), now]
        return retention(
            self.camera_id,
            now,
            school_id=school_id,
            spans=tuple(
                FootageSpan(from_at=a, to_at=b)
                for a, b in zip(edges[::2], edges[1::2], strict=True)
            ),
            gaps=tuple(
                FootageGap(from_at=a, to_at=b, cause=GapCause.OFFLINE) for a, b in self.gaps
            ),
            oldest_footage_at=edges[0],
            earlier_spans=(),
            life_since_at=self.began_at - 200 * DAY,
            forecast=RetentionForecast(bytes_per_day=10**9, reachable_days=60.0),
        )


@dataclass(frozen=True, slots=True)
class Size:
    """How many rooms, each with a camera, and at how many schools, each with a box."""

    rooms: int
    schools: int

    def school(self, room: int) -> str:
        """Whose a room is."""
        return f"school-{room % self.schools}"


def fill(url: str, size: Size) -> None:
    """An administrator, schools with their boxes, cameras; what becomes of them the wire tells."""
    now = datetime.now(UTC)
    schools = [f"school-{n}" for n in range(size.schools)]
    with filling(url) as connection:
        put(
            connection,
            User,
            iter([{"username": ADMIN, "role": Role.DISTRICT_ADMIN, "created_at": now}]),
        )
        put(connection, School, _schools(schools, now))
        boxes = (
            {"id": n + 100, "school_id": school, "name": school, "created_at": now}
            | {"token_sha256": token_sha256(f"token-of-{school}")}
            for n, school in enumerate(schools)
        )
        put(connection, Box, boxes)
        cameras = (
            {"id": n + 1, "school_id": size.school(n), "camera_id": f"room-{n}", "name": f"考场{n}"}
            | {"box_id": n % size.schools + 100, "created_at": now, "registered_at": now}
            for n in range(size.rooms)
        )
        put(connection, Camera, cameras)


def _schools(schools: list[str], now: datetime) -> Iterator[dict[str, Any]]:
    for school in schools:
        yield {
            "school_id": school,
            "name_zh": f"第{school.rpartition('-')[2]}中学",
            "time_zone": "Asia/Shanghai",
            "created_at": now,
            "described_at": now,
        }


class Boxes:
    """All of them, in one process.

    Args:
        console: Address of the command centre.
        size: What there is.
        changes_a_minute: Of all rooms together.

    Attributes:
        on_change: Hears of each before it is sent.
        late_s: By how much each beat was late: the machine or the centre could not keep up.
        changes: So far.
    """

    def __init__(self, console: str, size: Size, changes_a_minute: float) -> None:
        self._console, self._size = console, size
        self.on_change: Callable[[Change], None] = lambda _: None
        self._random = random.Random(1)
        beats_a_minute = size.schools * 60 / BEAT_S
        self._a_beat = changes_a_minute / beats_a_minute
        began_at = datetime.now(UTC).replace(microsecond=0)
        self._rooms: dict[str, list[_Room]] = {}
        for n in range(size.rooms):
            self._rooms.setdefault(size.school(n), []).append(_Room(f"room-{n}", began_at))
        self.late_s: list[float] = []
        self.changes = 0

    async def begin(self) -> None:
        """Each box beats and tells all its footage once."""
        gate = asyncio.Semaphore(8)

        async def one(school: str, rooms: list[_Room]) -> None:
            async with gate, self._client(school) as client:
                await self._beat(client, school, rooms)
                for room in rooms:
                    await self._report(client, school, room)

        await asyncio.gather(*(one(*each) for each in self._rooms.items()))

    async def run(self, seconds: float) -> None:
        """Beat, report and change for so long."""
        until_s = time.monotonic() + seconds
        await asyncio.gather(
            *(
                self._live(school, rooms, n * BEAT_S / self._size.schools, until_s)
                for n, (school, rooms) in enumerate(self._rooms.items())
            )
        )

    async def _live(self, school: str, rooms: list[_Room], wait_s: float, until_s: float) -> None:
        next_s, at = time.monotonic() + wait_s, 0
        owed = 0.0
        async with self._client(school) as client:
            while next_s < until_s:
                await asyncio.sleep(max(0.0, next_s - time.monotonic()))
                self.late_s.append(time.monotonic() - next_s)
                next_s += BEAT_S
                await self._turn(client, school, rooms)
                owed += len(rooms) * BEAT_S / REPORT_S
                while owed >= 1:
                    owed -= 1
                    at = (at + 1) % len(rooms)
                    await self._report(client, school, rooms[at])

    async def _turn(self, client: httpx.AsyncClient, school: str, rooms: list[_Room]) -> None:
        """A beat, and what changed since the one before."""
        now_s = time.monotonic()
        rested = [room for room in rooms if now_s - room.changed_s > _AGAIN_S]
        changed = None
        if rested and self._random.random() < self._a_beat:
            room = self._random.choice(rested)
            room.changed_s, self.changes = now_s, self.changes + 1
            changed = self._change(room, KINDS[self.changes % len(KINDS)])
        if changed is not None and changed.kind == "footage":
            await self._beat(client, school, rooms)
            [room] = [each for each in rooms if each.camera_id == changed.camera_id]
            self.on_change(changed)
            await self._report(client, school, room)
            return
        if changed is not None:
            self.on_change(changed)
        await self._beat(client, school, rooms)

    def _change(self, room: _Room, kind: str) -> Change:
        now = datetime.now(UTC)
        value: Any
        if kind == "state":
            is_watched = room.state is CameraState.WATCHING
            room.state = CameraState.NOT_WATCHING if is_watched else CameraState.WATCHING
            room.since = now
            value = room.state
        elif kind == "clock":
            value = room.offset_s = round(self._random.uniform(-60, 60), 2)
        else:
            value = (now - timedelta(seconds=8)).replace(microsecond=0)
            room.gaps.append((value, value + timedelta(seconds=5)))
        return Change(room.camera_id, kind, time.monotonic(), value)

    def _client(self, school: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            base_url=f"{self._console}/api/v2/ingest",
            headers={"Authorization": f"Bearer token-of-{school}"},
            timeout=60.0,
            trust_env=False,
        )

    async def _beat(self, client: httpx.AsyncClient, school: str, rooms: list[_Room]) -> None:
        told = heartbeat(
            *(room.beat() for room in rooms),
            worker_id=school,
            school_id=school,
            sent_at=datetime.now(UTC),
        )
        answer = await client.post("/heartbeat", json=told.model_dump(mode="json"))
        answer.raise_for_status()

    async def _report(self, client: httpx.AsyncClient, school: str, room: _Room) -> None:
        told = room.footage(school)
        answer = await client.put(f"/retention/{room.camera_id}", json=told.model_dump(mode="json"))
        answer.raise_for_status()
