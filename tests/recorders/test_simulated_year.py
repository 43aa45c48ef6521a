"""A year of two cameras, half a day at a time: what the recorder says against plain counting.

Real recorder, index and housekeeping on a simulated clock; only the pictures are missing. Time
zones, clock changes, outages, promises and disks are drawn at random.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.contract.footage.school_days import days_before, days_between
from api.contract.footage.spans import Span
from api.contract.retention import GapCause as G
from api.contract.retention import RetentionState as S
from pipeline.core.clock import ManualClock
from pipeline.recorders.recorder import Recorder, RecorderSettings
from pipeline.recorders.retention import RetentionPolicy
from pipeline.recorders.segments import Segment
from tests.recorders.scripted_disk import ScriptedDisk

SLOT_S = 12 * 3600.0
SLOTS = 2 * 366
SIZE = 100
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""A year of synced writes takes minutes on a busy disk."""
ZONES = st.sampled_from(
    ["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Chatham"]
)
POLICY = st.tuples(st.integers(0, 90), st.none() | st.integers(1, 60)).map(
    lambda p: RetentionPolicy(p[0], None if p[1] is None else p[0] + p[1])
)
OUTAGES = st.lists(
    st.tuples(
        st.integers(1, SLOTS - 1),
        st.integers(1, 20),
        st.sampled_from([G.OFFLINE, G.STALLED, G.AUTH_FAILED]),
    ),
    max_size=6,
)


class Year:
    """The recorder, and beside it what happened in each half day."""

    def __init__(
        self, root: Path, zone: ZoneInfo, policies: dict[str, RetentionPolicy], room: int
    ) -> None:
        begin = datetime(2026, 1, 15, 6, tzinfo=zone).timestamp()
        self.zone, self.policies, self.room = zone, policies, room
        self.clock = ManualClock(begin)
        self.begin_s = begin
        disk = ScriptedDisk()
        disk.free = 10**12
        self.recorder = Recorder(
            RecorderSettings(root, zone, reserve_bytes=0, max_bytes=room),
            policies,
            self.clock,
            disk=disk,
        )
        self.recorder.recover()
        self.absent: dict[str, dict[int, G]] = {camera: {} for camera in policies}
        self._left: dict[str, set[int]] = {camera: set() for camera in policies}
        self.slot = 0

    def slot_span(self, slot: int) -> Span:
        return Span(self.begin_s + slot * SLOT_S, self.begin_s + (slot + 1) * SLOT_S)

    def alive(self, camera: str) -> set[int]:
        return {
            round((s.span.start_s - self.begin_s) / SLOT_S)
            for s in self.recorder.index.segments(camera)
        }

    def step(self, outage: dict[str, G | None]) -> None:
        """Half a day passes, and the recorder keeps house."""
        span = self.slot_span(self.slot)
        self.clock.advance(SLOT_S)
        for camera, cause in outage.items():
            if cause is None:
                path = f"{camera}/{self.slot:05}"
                self.recorder.index.save(Segment(camera, path, span, SLOT_S, SIZE, "h264"))
            else:
                self.recorder.index.add_absence(camera, span, cause)
                self.absent[camera][self.slot] = cause
        self.slot += 1
        before = {
            camera: self._left[camera] | ({self.slot - 1} if outage[camera] is None else set())
            for camera in self.policies
        }
        self.recorder.pump()
        self._left = {camera: self.alive(camera) for camera in self.policies}
        self._check_deletions(before)

    def _check_deletions(self, before: dict[str, set[int]]) -> None:
        now_s = self.clock.utc_s()
        was_full = sum(map(len, before.values())) * SIZE > self.room
        for camera, policy in self.policies.items():
            left = self._left[camera]
            if policy.max_days is not None:
                limit_s = days_before(now_s, policy.max_days, self.zone)
                assert all(self.slot_span(slot).end_s > limit_s for slot in left)
            promised_s = days_before(now_s, policy.min_days, self.zone)
            broken = self.recorder.index.broken_promises(camera)
            for slot in before[camera] - left:
                span = self.slot_span(slot)
                told = [
                    b
                    for b in broken
                    if b.span.start_s <= span.start_s and span.end_s <= b.span.end_s
                ]
                if span.end_s > promised_s:
                    assert was_full
                    assert told
                    assert told[-1].promised_days == policy.min_days
                    assert told[-1].kept_days < policy.min_days
                else:
                    assert not told
        assert sum(map(len, self._left.values())) * SIZE <= self.room

    def check_status(self, camera: str) -> None:
        """Every number of the wire against counting half days."""
        policy, now_s = self.policies[camera], self.clock.utc_s()
        alive = self.alive(camera)
        status = self.recorder.status(camera)
        assert status.as_of.timestamp() == pytest.approx(now_s, abs=0.001)
        since = min(set(range(self.slot)) - self.absent[camera].keys(), default=None)
        start_s = days_before(now_s, max(1, policy.min_days), self.zone)
        if since is not None:
            start_s = max(start_s, self.slot_span(since).start_s)
        # Half days of the window, cut where it begins.
        kinds: dict[int, G | None] = {}
        for slot in range(self.slot):
            if self.slot_span(slot).end_s > start_s:
                missing = self.absent[camera].get(slot, G.DELETED)
                kinds[slot] = None if slot in alive else missing
        self._check_gaps(status, kinds, start_s)
        recorded_s = sum(
            self.slot_span(slot).end_s - max(start_s, self.slot_span(slot).start_s)
            for slot, kind in kinds.items()
            if kind is None
        )
        assert status.completeness == pytest.approx(recorded_s / (now_s - start_s), abs=1e-6)
        assert sum(day.recorded_s for day in status.days) == pytest.approx(recorded_s, abs=0.1)
        assert sum(day.expected_s for day in status.days) == pytest.approx(now_s - start_s, abs=0.1)
        run = self.slot
        while run - 1 in alive:
            run -= 1
        proven = days_between(self.slot_span(run).start_s, now_s, self.zone)
        assert status.proven_days == pytest.approx(proven, abs=1e-3)
        if status.state is S.COMPLIANT:
            assert not status.gaps
            assert policy.min_days == 0 or proven > policy.min_days - 1e-3
        if status.state is S.OVER_RETAINED:
            assert policy.max_days is not None
        if not status.gaps and proven >= policy.min_days and alive:
            assert status.state in (S.COMPLIANT, S.OVER_RETAINED)

    def _check_gaps(self, status: object, kinds: dict[int, G | None], start_s: float) -> None:
        wanted: list[tuple[float, float, G]] = []
        for slot, kind in kinds.items():
            if kind is None:
                continue
            span = self.slot_span(slot)
            from_s = max(start_s, span.start_s)
            if wanted and wanted[-1][2] is kind and wanted[-1][1] == span.start_s:
                wanted[-1] = (wanted[-1][0], span.end_s, kind)
            else:
                wanted.append((from_s, span.end_s, kind))
        told = [
            (g.from_at.timestamp(), g.to_at.timestamp(), g.cause)
            for g in status.gaps  # type: ignore[attr-defined]
        ]
        assert [t[2] for t in told] == [w[2] for w in wanted]
        for one, other in zip(told, wanted, strict=True):
            assert one[:2] == pytest.approx(other[:2], abs=0.002)

    def close(self) -> None:
        self.recorder.index.close()


@pytest.mark.whole
@settings(max_examples=4, deadline=None)
@given(ZONES, POLICY, POLICY, st.integers(20, 400), OUTAGES, OUTAGES)
def test_any_year(
    zone: str,
    gate: RetentionPolicy,
    law: RetentionPolicy,
    room_slots: int,
    gate_away: list[tuple[int, int, G]],
    law_away: list[tuple[int, int, G]],
) -> None:
    with TemporaryDirectory(dir=MEMORY) as name:
        policies = {"gate": gate, "law": law}
        year = Year(Path(name), ZoneInfo(zone), policies, room_slots * SIZE)
        away: dict[str, dict[int, G]] = {"gate": {}, "law": {}}
        for camera, outages in (("gate", gate_away), ("law", law_away)):
            for first, length, cause in outages:
                away[camera] |= dict.fromkeys(range(first, min(SLOTS, first + length)), cause)
        for slot in range(SLOTS):
            year.step({camera: away[camera].get(slot) for camera in policies})
            if slot % 37 == 36:
                for camera in policies:
                    year.check_status(camera)
        year.close()


@pytest.mark.whole
@pytest.mark.parametrize(
    "zone",
    [
        "Europe/Berlin",
        pytest.param("America/New_York", marks=pytest.mark.whole),
        pytest.param("Australia/Lord_Howe", marks=pytest.mark.whole),
    ],
)
def test_a_promise_across_a_clock_change_is_kept_to_the_calendar_day(
    zone: str,
) -> None:
    with TemporaryDirectory(dir=MEMORY) as name:
        year = Year(Path(name), ZoneInfo(zone), {"gate": RetentionPolicy(30, 40)}, 10_000 * SIZE)
        for slot in range(SLOTS):
            year.step({"gate": None})
            if slot > 90 and slot % 3 == 0:
                status = year.recorder.status("gate")
                assert status.state is S.COMPLIANT
                assert 40 <= status.proven_days < 41
                assert not status.broken_promises
            if slot % 101 == 0:
                year.check_status("gate")
        lengths = set()
        moment = datetime.fromtimestamp(year.begin_s, ZoneInfo(zone))
        for day in range(366):
            at = (moment + timedelta(days=day)).replace(hour=0)
            lengths.add((at + timedelta(days=1)).timestamp() - at.timestamp())
        assert len(lengths) == 3  # the year had a short day and a long one
        year.close()
