"""What a camera's analysis followed is kept minute by minute; trouble with it ends no watch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from structlog.testing import capture_logs

from models.eval.media import ArrayPicture
from pipeline.core.clock import FrameTime, ManualClock
from pipeline.core.detections import Detections
from pipeline.core.frame import Frame
from pipeline.geometry import SiteConfig
from pipeline.runtime.analysis import Analysis
from pipeline.runtime.config import AnalysisConfig
from pipeline.runtime.track_log import TrackLog
from pipeline.runtime.track_store import Kept, TrackStore

_NOON_S = 1_795_406_400.0
_ZONE = {"name": "yard", "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]]}


class _SeesOne:
    """Somebody stands there in every picture."""

    track_scores: ClassVar[dict[str, float]] = {}

    def __init__(self, *classes: str) -> None:
        self.class_names = classes
        self.looks = 0

    def detect(self, frames: Sequence[Frame]) -> list[Detections]:
        self.looks += len(frames)
        box = np.array([[10, 10, 30, 60]], np.float32)
        one = Detections(box, np.array([0.9], np.float32), np.array([0]), self.class_names)
        return [one for _ in frames]


class _Stand:
    """An analysis whose pictures come when a test says so."""

    def __init__(self, folder: Path, **keys: object) -> None:
        self.config = AnalysisConfig.model_validate(
            {"rules": [{"type": "perimeter_intrusion", "zone": _ZONE}], **keys}
        )
        bound = [_SeesOne("car") for _ in self.config.further_models]
        self.analysis = Analysis(self.config, SiteConfig(), _SeesOne("person"), bound=bound)
        self.clock = ManualClock(_NOON_S)
        self.store = TrackStore(folder, "gate")
        self.log = TrackLog(self.store, self.clock)
        self.log.begin(self.analysis, 1.0)

    def watch(self, pictures: int, every_s: float = 0.5) -> None:
        for _ in range(pictures):
            now_s = self.clock.utc_s()
            time = FrameTime(self.clock.mono_ns() / 1e9, now_s)
            frame = Frame("gate", time, ArrayPicture(np.zeros((72, 128, 3), np.uint8)))
            self.log.take(self.analysis.process(frame))
            self.log.looked(now_s)
            self.clock.advance(every_s)

    def kept(self) -> Kept:
        return self.store.read(_NOON_S - 86_400, _NOON_S + 86_400)


def test_minutes_are_written_as_they_pass_and_the_rest_at_the_end(tmp_path: Path) -> None:
    stand = _Stand(tmp_path)
    stand.watch(150)
    assert len(stand.kept().blocks) == 1
    stand.log.finish()
    kept = stand.kept()
    assert sum(len(block.looks()) for block in kept.blocks) == 150
    assert [lane.classes for lane in kept.runs[1]] == [("person",)]
    assert {block.run for block in kept.blocks} == {1}
    spans = [span for block in kept.blocks for span in block.spans]
    assert (spans[0][0], spans[-1][1]) == (_NOON_S, _NOON_S + 74.5)
    assert sum(end - start for start, end in spans) == pytest.approx(74.5)


def test_a_silence_is_no_time_that_was_looked_at(tmp_path: Path) -> None:
    stand = _Stand(tmp_path)
    stand.watch(10)
    stand.clock.advance(20.0)
    stand.watch(10)
    stand.log.finish()
    [block] = stand.kept().blocks
    assert [end - start for start, end in block.spans] == pytest.approx([4.5, 5.5])


def test_a_model_out_of_its_hours_did_not_look(tmp_path: Path) -> None:
    bound = {"model": "campus_objects", "schedule": {"workdays": ["11:00-12:01"]}}
    stand = _Stand(tmp_path, more_models=[bound])
    stand.watch(300)
    stand.log.finish()
    ends = {
        lane: max(b.spans[-1][1] for b in stand.kept().blocks if b.lane == lane) for lane in (0, 1)
    }
    assert ends[0] == _NOON_S + 149.5
    assert ends[1] == pytest.approx(_NOON_S + 59.5)
    assert [b.is_end for b in stand.kept().blocks if b.lane == 1][-1]


def test_hours_that_end_just_after_a_minute_was_written_end_all_the_same(tmp_path: Path) -> None:
    bound = {"model": "campus_objects", "schedule": {"workdays": ["11:00-12:01"]}}
    stand = _Stand(tmp_path, more_models=[bound])
    stand.watch(20)
    stand.clock.advance(60.0)
    stand.log.tick()
    stand.watch(5)
    stand.log.finish()
    ours = [(b.count, b.is_end) for b in stand.kept().blocks if b.lane == 1]
    assert ours == [(20, False), (0, True)]


def test_other_rules_begin_another_run(tmp_path: Path) -> None:
    stand = _Stand(tmp_path)
    stand.watch(10)
    stand.log.begin(stand.analysis, 1.0)
    stand.watch(10)
    stand.log.finish()
    assert [block.run for block in stand.kept().blocks] == [1, 2]


def test_a_disk_that_takes_nothing_is_told_once_and_ends_nothing(tmp_path: Path) -> None:
    (tmp_path / "tracks").write_text("in the way")
    stand = _Stand(tmp_path)
    with capture_logs() as logs:
        stand.watch(600)
    told = [entry for entry in logs if entry["log_level"] == "error"]
    assert len(told) == 1
    assert "not kept" in told[0]["event"]
    assert stand.log.lost >= 4
    (tmp_path / "tracks").unlink()
    stand.watch(150)
    stand.log.finish()
    spans = [span for block in stand.kept().blocks for span in block.spans]
    assert min(start for start, _ in spans) >= _NOON_S + 200
    assert max(end for _, end in spans) == _NOON_S + 374.5


def test_a_file_that_breaks_while_it_is_written_begins_anew(tmp_path: Path) -> None:
    stand = _Stand(tmp_path)
    stand.watch(150)
    stand.store.path.write_bytes(b"no database" * 1000)
    stand.watch(400)
    stand.log.finish()
    kept = stand.kept()
    assert stand.log.lost >= 1
    assert kept.damaged == 0
    assert {block.run for block in kept.blocks} <= set(kept.runs)
    assert max(span[1] for block in kept.blocks for span in block.spans) == _NOON_S + 274.5
