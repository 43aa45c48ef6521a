"""What a scripted recorder holds and what is wrong with it, the same for every maker's fake."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from enum import Enum, auto
from zoneinfo import ZoneInfo

from pipeline.core.clock import Clock, ManualClock

NOW_S = datetime(2026, 11, 24, 4, 0, tzinfo=UTC).timestamp()
"""Noon in Shanghai."""
HOUR_S = 3600.0


class Trouble(Enum):
    """One wrong thing a recorder does when asked about recordings."""

    SAME_PAGE = auto()
    """Gives the first page for ever."""
    SHORT_OF_TOTAL = auto()
    """Gives two recordings, announces a thousand and ends."""
    BROKEN_BEYOND_12_H = auto()
    """Breaks off its answer to questions about more than twelve hours."""
    BROKEN = auto()
    """Breaks off each answer."""
    ENTITY_BOMB = auto()
    """Answers with a document type of nested entities (XML alone)."""
    TOO_LARGE = auto()
    """Answers with more than anybody reads."""
    SILENT = auto()
    """Takes a question and never answers."""
    BUSY_TWICE = auto()
    BUSY = auto()
    SESSION_ENDS = auto()
    """Forgets with each third question that we signed in."""
    ELSEWHERE = auto()
    """Answers with recordings of another day than was asked."""


@dataclass(frozen=True)
class ScriptedChannel:
    id: str
    name: str
    is_online: bool | None = True


@dataclass
class Script:
    """A recorder.

    Attributes:
        channels: Its cameras.
        recordings: Channel id -> (start, end) as they truly are, on our clock; an end before its
            start is said as it stands here.
        user, password: Who may ask.
        skew_s: Its clock is fast by so much, and it writes its times so.
        zone: Of its clock.
        page_size: Recordings a page.
        trouble: What is wrong with it.
        clock: Ours; the recorder's runs with it.
        asked: Each question about recordings, in words of the maker's fake.
        refused_logins: Wrong passwords it saw, as it would count them towards a lock.
        most_at_once: Most questions it had at a time.
        secrets_in_clear: What showed the password.
        released: Ends every wait of a silent recorder.
    """

    channels: list[ScriptedChannel] = field(
        default_factory=lambda: [ScriptedChannel("1", "大门"), ScriptedChannel("2", "食堂", False)]
    )
    recordings: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    user: str = "inspector"
    password: str = "s3cret-Pass"
    skew_s: float = 0.0
    zone: tzinfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    page_size: int = 40
    trouble: frozenset[Trouble] = frozenset()
    clock: Clock = field(default_factory=lambda: ManualClock(NOW_S))
    asked: list[str] = field(default_factory=list)
    refused_logins: int = 0
    most_at_once: int = 0
    secrets_in_clear: list[str] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    _at_once: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def question(self) -> Iterator[None]:
        """Count questions that are in the recorder at the same time."""
        with self._lock:
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            yield
        finally:
            with self._lock:
                self._at_once -= 1

    def device_moment(self, our_s: float) -> datetime:
        """A moment as its clock showed it."""
        return datetime.fromtimestamp(our_s + self.skew_s, self.zone)

    def device_now(self) -> datetime:
        """Its clock."""
        return self.device_moment(self.clock.utc_s())

    def found(self, channel: str, from_: datetime, to: datetime) -> list[tuple[datetime, datetime]]:
        """Its recordings that reach into an interval of its clock, by start."""
        rows = [
            (self.device_moment(start_s), self.device_moment(end_s))
            for start_s, end_s in sorted(self.recordings.get(channel, []))
        ]
        return [row for row in rows if min(row) < to and max(row) > from_]


def hourly(hours: int, until_s: float = NOW_S) -> list[tuple[float, float]]:
    """Continuous footage in files of an hour."""
    return [(until_s - (n + 1) * HOUR_S, until_s - n * HOUR_S) for n in range(hours)][::-1]
