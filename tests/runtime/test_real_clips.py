"""Real recordings from file to episodes: masks, visits and dwell at three rates, two codecs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np
import pytest

from pipeline.core.detections import Detections
from pipeline.core.events import EventKind, RuleEvent
from pipeline.core.frame import Frame
from pipeline.geometry import SiteConfig
from pipeline.inference.attributes import load_classifier
from pipeline.inference.detector import load_detector
from pipeline.inference.finds import Finds
from pipeline.runtime.analysis import TRACKING_SCORE, Analysis
from pipeline.runtime.config import AnalysisConfig
from pipeline.runtime.lanes import Tells
from pipeline.video.decoder import Decoder
from pipeline.video.sampler import Sampler
from pipeline.video.sources.file import FileSource
from tests.support.evaluation_data import data_folder

pytestmark = [pytest.mark.needs_data, pytest.mark.timeout(600)]
RATES = pytest.mark.parametrize("fps", [10.0, 5.0, 2.0])
WHOLE = {"name": "whole picture", "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]]}
VISITS = [(6.0, 19.7), (22.7, 44.8), (50.3, 69.8), (74.4, 86.8), (92.3, 119.9), (123.4, 135.9)]
"""Of ``one_by_one``, by eye."""


class Remembers:
    """The shipped detector, asked once for each picture; the rates share what it saw."""

    def __init__(self) -> None:
        self._detector = load_detector("campus_objects", score=TRACKING_SCORE)
        self._seen: dict[tuple[str, float], Detections] = {}
        self.class_names = self._detector.class_names
        self.track_scores = self._detector.track_scores

    def detect(self, frames: Sequence[Frame]) -> list[Detections]:
        return [self._of(frame) for frame in frames]

    def close(self) -> None:
        self._detector.close()

    def _of(self, frame: Frame) -> Detections:
        key = frame.camera_id, round(frame.time.media_s, 3)
        if key not in self._seen:
            self._seen[key] = self._detector.detect([frame])[0]
        return self._seen[key]


@pytest.fixture(scope="module")
def detector() -> Iterator[Remembers]:
    remembers = Remembers()
    yield remembers
    remembers.close()


def episodes(
    clip: str, rules: list[dict[str, object]], fps: float, sees: Finds, tells: Tells | None = None
) -> list[RuleEvent]:
    """The closed episodes of a recording."""
    named = [{"zone": WHOLE, **rule} for rule in rules]
    config = AnalysisConfig.model_validate({"rules": named, "analysis_fps": fps})
    analysis, sampler = Analysis(config, SiteConfig(), sees, tells), Sampler(fps)
    source = FileSource(data_folder() / clip, "", 0.0)
    events: list[RuleEvent] = []
    with Decoder(source.open(), clip) as decoder:
        last = None
        decoded = (f for packet in source.packets() for f in decoder.decode(packet))
        held_back = (f for _ in "x" for f in decoder.flush())
        for frame in chain(decoded, held_back):
            if sampler.wants(frame.time.media_s):
                events += [event for _, event in analysis.process(frame).events]
                last = frame.time
        assert last is not None
        events += [event for _, event in analysis.finish(last)]
    source.close()
    return [event for event in events if event.kind is EventKind.CLOSED]


@RATES
@pytest.mark.parametrize(
    ("clip", "expected"), [("videos/man_smoking.mp4", 1), ("videos/man_with_mask.mp4", 0)]
)
def test_a_man_without_a_mask_is_told_once(
    clip: str, expected: int, fps: float, detector: Remembers
) -> None:
    classifier = load_classifier("kitchen_attributes")
    found = episodes(clip, [{"type": "no_mask"}], fps, detector, classifier)
    classifier.close()
    assert len(found) == expected


@RATES
def test_six_visits_with_their_dwell_within_a_second(fps: float, detector: Remembers) -> None:
    rules: list[dict[str, object]] = [
        {"type": "perimeter_intrusion"},
        {"type": "loitering", "min_s": 10},
    ]
    found = episodes("videos/one_by_one.mp4", rules, fps, detector)
    assert sum(e.rule == "perimeter_intrusion" for e in found) == 6
    dwell_s = np.array([float(e.facts["dwell_s"]) for e in found if e.rule == "loitering"])
    assert len(dwell_s) == 6
    assert np.abs(dwell_s - [end - start for start, end in VISITS]).max() <= 1.0


@pytest.mark.parametrize("fps", [5.0, 2.0])
def test_both_codecs_of_one_street_give_the_same_episodes(fps: float, detector: Remembers) -> None:
    rules: list[dict[str, object]] = [
        {"type": "perimeter_intrusion"},
        {"type": "loitering", "min_s": 5},
        {"type": "crowding", "people": 8, "dwell_s": 2},
    ]
    told = [
        [
            (e.rule, round(e.started.media_s, 1), round(e.last_seen.media_s, 1))
            for e in episodes(f"videos/towncentre_{codec}.mp4", rules, fps, detector)
        ]
        for codec in ("h264", "h265")
    ]
    assert told[0] == told[1]
    assert {rule for rule, _, _ in told[0]} == {"perimeter_intrusion", "loitering", "crowding"}


def test_falls_are_told_and_daily_life_is_not(detector: Remembers) -> None:
    told: dict[str, list[int]] = {}
    for clip in sorted((data_folder() / "falls").glob("*/*/*.mp4")):
        name = clip.relative_to(data_folder()).as_posix()
        count = len(episodes(name, [{"type": "fall"}], 5.0, detector))
        told.setdefault(clip.parent.name, []).append(count)
    assert sum(count > 0 for count in told["Fall"]) >= 0.8 * len(told["Fall"])
    assert sum(told["ADL"]) <= 1
