"""The district that ``scripts/bench compliance`` judges: cameras with ninety days of footage.

Most cameras are well, with a short gap every few days; some break off twice a day, a few all the
time; of some the disk is too small, of some nothing is told. What a camera missed is drawn once, so
that each day's telling is what its box would have said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from bench_rows import filling, put
from sqlalchemy.engine import Connection

from api.access.roles import Role
from api.compliance.history import DayFacts, pack
from api.contract.footage.held import Hole
from api.contract.footage.school_days import midnight_s
from api.contract.places import PlaceKind, SchoolType
from api.contract.retention import GapCause
from api.db.camera import Camera, CameraRecord, Worker
from api.db.compliance import FootageDay
from api.db.models import User
from api.db.organisation import Box, Place, School

ADMIN = "wang.li"
ZONE = ZoneInfo("Asia/Shanghai")
DAY_MS = 86_400_000
_KEPT_DAYS = 95
_LIFE_DAYS = 400
_KINDS = (
    PlaceKind.GATE_OUTSIDE,
    PlaceKind.PERIMETER,
    PlaceKind.ENTRANCE,
    PlaceKind.COOKING,
    PlaceKind.FOOD_STORE,
    PlaceKind.SAMPLE_ROOM,
)
_CAUSES = (GapCause.OFFLINE, GapCause.STALLED, GapCause.WORKER_STOPPED)


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is.

    Attributes:
        cameras: Of all schools, spread evenly.
        days: Of each camera, until today.
        schools: Every fourth is a key target and owes ninety days.
    """

    cameras: int
    days: int
    schools: int

    def school(self, camera: int) -> str:
        """Whose a camera is."""
        return f"school-{camera % self.schools}"


@dataclass(frozen=True, slots=True)
class CameraStory:
    """One camera: when it reported, what it kept, and what it missed."""

    days: tuple[date, ...]
    told_ms: tuple[int, ...]
    kept_ms: int
    life_ms: int
    holes: tuple[Hole, ...]
    """Apart, in order; none of them lasts over a report."""

    def front_ms(self, told_ms: int) -> int:
        """Where its footage began then."""
        front_ms = told_ms - self.kept_ms
        for hole in self.holes:
            if hole.start_ms > front_ms:
                break
            if hole.end_ms > front_ms:
                return hole.end_ms
        return front_ms

    def rows(self) -> Iterator[DayFacts]:
        """What the command centre keeps of it."""
        before_ms: int | None = None
        for day, told_ms in zip(self.days, self.told_ms, strict=True):
            front_ms = self.front_ms(told_ms)
            changed_ms = front_ms if before_ms is None else before_ms
            yield DayFacts(
                day=day,
                as_of_ms=told_ms,
                from_ms=front_ms,
                front_ms=front_ms,
                before=None,
                oldest_ms=front_ms,
                life_ms=self.life_ms,
                is_offline=False,
                is_incomplete=False,
                changed_ms=changed_ms,
                holes=tuple(hole for hole in self.holes if changed_ms <= hole.start_ms < told_ms),
            )
            before_ms = told_ms


def story(camera: int, size: Size, now: datetime) -> CameraStory | None:
    """A camera by its number, the same each time; None of one that nobody tells anything of."""
    random = np.random.default_rng(camera)
    kind = camera % 100
    if kind == 99:
        return None
    gaps_a_day = 0.3 if kind < 80 else 2.0 if kind < 95 else 12.0
    today = now.astimezone(ZONE).date()
    days = tuple(today - timedelta(size.days - 1 - n) for n in range(size.days))
    told = [
        round(midnight_s(day, ZONE) * 1000) + DAY_MS - int(random.integers(60_000, 3_600_000))
        for day in days[:-1]
    ]
    told.append(round(now.timestamp() * 1000) - int(random.integers(1000, 600_000)))
    kept_days = 20 if kind % 20 == 7 else _KEPT_DAYS
    first_ms = told[0] - (kept_days + 1) * DAY_MS
    count = int(random.poisson(gaps_a_day * (told[-1] - first_ms) / DAY_MS))
    starts = np.sort(random.integers(first_ms, told[-1], count))
    lengths = np.maximum(2500, random.exponential(300_000, count)).astype(np.int64)
    holes: list[Hole] = []
    reports = np.array(told)
    for number, (start, length) in enumerate(zip(starts.tolist(), lengths.tolist(), strict=True)):
        after_ms = holes[-1].end_ms if holes else first_ms
        is_over_a_report = bool(np.any((reports >= start - 2000) & (reports <= start + length)))
        if start >= after_ms + 4000 and not is_over_a_report:
            holes.append(Hole(start, start + length, _CAUSES[number % len(_CAUSES)]))
    life_ms = told[-1] - _LIFE_DAYS * DAY_MS
    return CameraStory(days, tuple(told), kept_days * DAY_MS, life_ms, tuple(holes))


def fill(url: str, size: Size, now: datetime) -> None:
    """Fill a migrated database, and gather statistics."""
    with filling(url) as connection:
        _schools(connection, size, now)
        _cameras(connection, size, now)
        put(connection, FootageDay, _days(size, now))


def _schools(connection: Connection, size: Size, now: datetime) -> None:
    admin = {"username": ADMIN, "role": Role.DISTRICT_ADMIN, "created_at": now}
    put(connection, User, iter([admin]))
    schools = (
        {
            "school_id": f"school-{n}",
            "name_zh": f"第{n}学校",
            "type": SchoolType.PRIMARY,
            "canteen": n % 2 == 0,
            "ct_key_target": n % 4 == 0,
            "time_zone": ZONE.key,
            "created_at": now,
            "described_at": now,
        }
        for n in range(size.schools)
    )
    put(connection, School, schools)
    boxes = (
        {"id": n + 100, "school_id": f"school-{n}", "name": f"box-{n}", "token_sha256": f"{n:064x}"}
        | {"created_at": now}
        for n in range(size.schools)
    )
    put(connection, Box, boxes)
    workers = (
        {
            "box_id": n + 100,
            "worker_id": f"box-{n}",
            "version": "0.1.0",
            "contract_version": 2,
            "started_at": now,
            "sent_at": now,
            "last_seen_at": now,
            "outbox_pending": 0,
            "outbox_bytes": 0,
            "disk_free_bytes": 10**12,
        }
        for n in range(size.schools)
    )
    put(connection, Worker, workers)
    kinds: Sequence[PlaceKind] = _KINDS
    places = (
        {
            "id": n * len(kinds) + m + 1,
            "school_id": f"school-{n}",
            "kind": kind,
            "name": f"{kind} {n}",
            "created_at": now,
        }
        for n in range(size.schools)
        for m, kind in enumerate(kinds)
    )
    put(connection, Place, places)


def _cameras(connection: Connection, size: Size, now: datetime) -> None:
    cameras = (
        {
            "id": n + 1,
            "school_id": size.school(n),
            "camera_id": f"camera-{n}",
            "box_id": n % size.schools + 100,
            "worker_id": f"box-{n % size.schools}",
            "name": f"{n}号摄像机",
            "created_at": now,
            "registered_at": now,
            "reported_at": now,
            "state": "watching",
            "since": now,
            "last_frame_at": now,
            "last_analysed_at": now,
        }
        for n in range(size.cameras)
    )
    put(connection, Camera, cameras)
    records = (
        {
            "camera_key": n + 1,
            "place_id": n % size.schools * len(_KINDS) + n // size.schools % len(_KINDS) + 1,
            "updated_at": now,
            "updated_by": ADMIN,
        }
        for n in range(size.cameras)
    )
    put(connection, CameraRecord, records)


def _days(size: Size, now: datetime) -> Iterator[dict[str, Any]]:
    for n in range(size.cameras):
        told = story(n, size, now)
        for row in () if told is None else told.rows():
            packed = pack(row.holes)
            yield {
                "camera_key": n + 1,
                "day": row.day,
                "as_of_ms": row.as_of_ms,
                "from_ms": row.from_ms,
                "front_ms": row.front_ms,
                "before_cause": "",
                "oldest_ms": row.oldest_ms,
                "life_ms": row.life_ms,
                "is_offline": False,
                "is_incomplete": False,
                "changed_ms": row.changed_ms,
                "holes": packed.moments,
                "causes": packed.causes,
                "broken_count": 0,
                "clock_offset_s": None,
            }


def present() -> datetime:
    """The moment the district is at."""
    return datetime.now(UTC).replace(microsecond=0)
