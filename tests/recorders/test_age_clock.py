"""Footage grows old by a time that trusts no single clock."""

from __future__ import annotations

from pathlib import Path

from api.contract.footage.spans import Span
from pipeline.core.clock import ManualClock
from pipeline.recorders.recorder import Recorder, RecorderSettings
from pipeline.recorders.retention import RetentionPolicy
from tests.recorders.scripted_disk import ScriptedDisk
from tests.recorders.test_recorder import BEGIN, ZONE, Box


class _AdjustedClock(ManualClock):
    """Whose UTC somebody sets."""

    leap_s = 0.0

    def utc_s(self) -> float:
        return super().utc_s() + self.leap_s


def test_a_clock_that_is_years_ahead_deletes_nothing_by_age(tmp_path: Path) -> None:
    clock, day_s = _AdjustedClock(BEGIN), 86_400
    settings = RecorderSettings(tmp_path, ZONE, reserve_bytes=0, housekeeping_s=10)
    policies = {"gate": RetentionPolicy(1, max_days=10)}

    def started() -> Box:
        recorder = Recorder(settings, policies, clock)
        recorder.recover()
        return Box(tmp_path, clock, ScriptedDisk(), recorder, settings)

    def kept(box: Box) -> bool:
        return bool(box.recorder.coverage("gate", Span(BEGIN, BEGIN + 60)))

    box = started()
    box.watch(60)
    box.away(0)
    clock.leap_s = 3650.0 * day_s
    for _ in range(3):
        box.watch(30)  # also footage whose time is wrong by years
        box.away(20)
        box.recorder.pump()
        assert kept(box)
        box.recorder.index.close()
        box = started()  # whoever restarts the box because its clock is wrong loses nothing either
    box.recorder.pump()
    assert kept(box)
    assert "expiry_waits" in box.status().alarms
    clock.leap_s = 0.0
    clock.advance(20)
    box.recorder.pump()
    assert box.status().alarms == ()
    for _ in range(12):
        clock.advance(day_s)
        box.recorder.pump()
    assert not kept(box)
    box.recorder.index.close()
