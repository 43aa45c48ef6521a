"""A process that records and is killed: ``python -m tests.recorders.doomed_process ROOT POINT N``.

Writes 150 s of one camera in segments of 30 s, on a simulated clock, keeping two segments at most
when the point is one of a segment's death. At the Nth time it reaches the point it kills itself;
``torn_fragment`` is the middle of the Nth append.
"""

from __future__ import annotations

import sys
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

from pipeline.core.clock import ManualClock
from pipeline.recorders.recorder import Recorder, RecorderSettings
from pipeline.recorders.retention import RetentionPolicy
from pipeline.recorders.segments import LifePoint
from tests.recorders.film import stream
from tests.recorders.scripted_disk import ScriptedDisk, kill_me

BEGIN = 1_780_000_000.0
SECONDS = 150
DEATH = (LifePoint.DELETION_CHOSEN, LifePoint.FILE_REMOVED, LifePoint.FORGOTTEN)


def settings_of(root: Path, *, is_small: bool) -> RecorderSettings:
    """How it records."""
    film = stream(10)
    half_minute = sum(len(p.data) for p in film.packets) * 3
    return RecorderSettings(
        root,
        ZoneInfo("Asia/Shanghai"),
        reserve_bytes=0,
        max_bytes=round(half_minute * 2.5) if is_small else None,
        segment_s=30,
        housekeeping_s=1,
    )


def main() -> None:
    """Record until killed."""
    root, point, nth = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    disk = ScriptedDisk()
    seen = count(1)

    def reached(now: LifePoint) -> None:
        if now.value == point and next(seen) == nth:
            kill_me()

    if point == "torn_fragment":
        disk.tears_at = nth
    clock = ManualClock(BEGIN)
    is_small = point in {p.value for p in DEATH}
    recorder = Recorder(
        settings_of(root, is_small=is_small),
        {"gate": RetentionPolicy(30)},
        clock,
        disk=disk,
        reached=reached,
    )
    recorder.recover()
    feed = recorder.camera("gate")
    film = stream(10)
    for turn in range(SECONDS // 10):
        for packet in film.at(BEGIN + turn * 10, turn * 10):
            clock.advance(max(0.0, packet.utc_s - clock.utc_s()))
            feed.add(packet, film.info)
            recorder.pump()
            print(packet.media_s, flush=True)
    recorder.stop()


if __name__ == "__main__":
    main()
