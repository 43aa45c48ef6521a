"""The way of a frame: what a classifier says of people reaches the rules that ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.core.clock import FrameTime
from pipeline.core.detections import Detections, Floats
from pipeline.core.errors import ConfigError
from pipeline.core.events import EventKind
from pipeline.core.frame import Frame
from pipeline.diagnosis import StillPicture
from pipeline.geometry import SiteConfig
from pipeline.runtime.analysis import Analysis
from pipeline.runtime.config import AnalysisConfig

_CLASSES = ("person", "bottle")
_CONFIG = AnalysisConfig.model_validate(
    {
        "rules": [
            {
                "type": "no_chef_hat",
                "zone": {"name": "kitchen", "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]]},
            }
        ]
    }
)


_GREY = StillPicture(np.full((480, 640, 3), 90, np.uint8))


class _SeesCookAndBottle:
    class_names = _CLASSES
    track_scores: ClassVar[dict[str, float]] = {}

    def detect(self, frames: Sequence[Frame]) -> list[Detections]:
        box = np.array([[200, 100, 320, 420], [400, 300, 420, 340]], np.float32)
        return [
            Detections(box, np.array([0.9, 0.8], np.float32), np.array([0, 1]), _CLASSES)
            for _ in frames
        ]


@dataclass
class _Answers:
    answer: int
    count: int

    def of(self, name: str) -> NDArray[np.int8]:
        assert name == "hat"
        return np.full(self.count, self.answer, np.int8)


@dataclass
class _Says:
    """A classifier with one opinion; it must only be shown people."""

    answer: int
    names: tuple[str, ...] = ("hat",)

    def classify(self, frame: Frame, person_xyxy: Floats) -> _Answers:
        assert (person_xyxy[:, 3] - person_xyxy[:, 1] > 100).all()
        return _Answers(self.answer, len(person_xyxy))


def _kinds(answer: int, seconds: float = 20.0) -> list[EventKind]:
    analysis = Analysis(_CONFIG, SiteConfig(), _SeesCookAndBottle(), _Says(answer))
    kinds = []
    for i in range(round(seconds * 5)):
        frame = Frame("cam", FrameTime(i / 5, 1e9 + i / 5), _GREY)
        kinds += [event.kind for _, event in analysis.process(frame).events]
    return kinds


@pytest.mark.parametrize(("answer", "is_alert"), [(0, True), (1, False), (-1, False)])
def test_a_cook_is_judged_by_what_can_be_seen(answer: int, is_alert: bool) -> None:
    assert (EventKind.OPENED in _kinds(answer)) is is_alert


def test_a_rule_whose_model_is_missing_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"hat.*needs_model"):
        Analysis(_CONFIG, SiteConfig(), _SeesCookAndBottle())
