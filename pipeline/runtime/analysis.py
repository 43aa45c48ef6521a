"""The way of one frame, without threads: detector → tracker → rules.

Live cameras and recordings go through this same code, so that what is measured on a recording
holds for a camera.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.core.clock import FrameTime
from pipeline.core.detections import Detections, Floats, Tracks
from pipeline.core.events import RuleEvent
from pipeline.core.frame import Frame
from pipeline.geometry.site import SiteConfig
from pipeline.inference.still_things import UNKNOWN_OBJECT, StillThings
from pipeline.rules.base import Rule, build_rule
from pipeline.runtime.config import AnalysisConfig
from pipeline.tracking import ByteTracker, TrackerConfig

TRACKING_SCORE = TrackerConfig().low_score
"""Least score a detector must report: the tracker follows people through weak sights too."""
_PERSON = frozenset({"person"})
_SEEN_SCORE = TrackerConfig().new_score
"""Of a sight that could begin a track."""


class Sees(Protocol):
    """A detector, or something that shares one."""

    @property
    def class_names(self) -> tuple[str, ...]:
        """Names of the classes it finds."""

    def detect(self, frames: Sequence[Frame]) -> list[Detections]:
        """The boxes of each frame."""


class Answers(Protocol):
    """What a classifier says of some people."""

    def of(self, name: str) -> NDArray[np.int8]:
        """One attribute: 1 yes, 0 no, -1 cannot tell."""


class Tells(Protocol):
    """A classifier of people's attributes, or something that shares one."""

    @property
    def names(self) -> tuple[str, ...]:
        """The attributes it tells, as ``hat``."""

    def classify(self, frame: Frame, person_xyxy: Floats) -> Answers:
        """Look at the people in a frame."""


@dataclass(frozen=True, slots=True)
class FrameResult:
    """What one frame led to.

    Attributes:
        frame: The frame.
        detections: All boxes the model found in it.
        tracks: The followed ones.
        events: What the rules said, with the rule that said it.
        is_busy: Something the rules look for is in the picture, so the gate must stay open.
        is_engaged: An episode is open, or what may become one has begun.
    """

    frame: Frame
    detections: Detections
    tracks: Tracks
    events: tuple[tuple[Rule, RuleEvent], ...]
    is_busy: bool
    is_engaged: bool


class Analysis:
    """One camera's tracker and rules over a detector that may be shared.

    Args:
        config: What to look for.
        site: Time zone and holidays for schedules.
        detector: Finds boxes.
        classifier: Tells attributes of people; looked at only if a rule needs one.

    Attributes:
        rules: The rules, in the configuration's order.
        settle_s: Seconds of pictures the rules need after the last sight to end their episodes.

    Raises:
        ConfigError: A rule names a class that the model does not have.
    """

    def __init__(
        self,
        config: AnalysisConfig,
        site: SiteConfig,
        detector: Sees,
        classifier: Tells | None = None,
    ) -> None:
        self._detector = detector
        self._classifier = classifier
        self._tracker = ByteTracker()
        class_names = (*detector.class_names, UNKNOWN_OBJECT)
        self.rules: tuple[Rule, ...] = tuple(
            build_rule(rule, site, class_names, classifier.names if classifier else ())
            for rule in config.rules
        )
        self._told = frozenset[str]().union(*(rule.required_attributes for rule in self.rules))
        self._wanted = frozenset[str]().union(*(rule.required_classes for rule in self.rules))
        self._things = StillThings(detector) if UNKNOWN_OBJECT in self._wanted else None
        self.settle_s = max(rule.clear_s for rule in config.rules) + 1.0

    def process(self, frame: Frame) -> FrameResult:
        """Look at one frame.

        Raises:
            ModelError: The model's output cannot be used.
        """
        detections = self._detector.detect([frame])[0]
        if self._things is not None:
            detections = detections.joined(self._things.find(frame, detections))
        tracks = self._tracker.update(detections, frame.time.media_s, frame.size)
        tracks = self._with_attributes(frame, tracks)
        events = tuple(
            (rule, event) for rule in self.rules for event in rule.update(tracks, frame.time)
        )
        wanted = detections.of_classes(self._wanted)
        is_busy = len(tracks) > 0 or bool((wanted.score >= _SEEN_SCORE).any())
        is_engaged = any(rule.is_engaged for rule in self.rules)
        return FrameResult(frame, detections, tracks, events, is_busy, is_engaged)

    def find(self, frame: Frame) -> Detections:
        """The boxes in one frame, beside the analysis; for whoever must know whom to blur.

        Raises:
            ModelError: The model's output cannot be used.
        """
        return self._detector.detect([frame])[0]

    def _with_attributes(self, frame: Frame, tracks: Tracks) -> Tracks:
        if self._classifier is None or not self._told or not len(tracks):
            return tracks
        people = np.array([tracks.class_name(i) in _PERSON for i in range(len(tracks))])
        if not people.any():
            return tracks
        answers = self._classifier.classify(frame, tracks.xyxy[people])
        attributes = {}
        for name in self._told:
            told = np.full(len(tracks), -1, np.int8)
            told[people] = answers.of(name)
            attributes[name] = told
        return replace(tracks, attributes=attributes)

    def finish(self, time: FrameTime) -> tuple[tuple[Rule, RuleEvent], ...]:
        """Close what is open, at the end of a recording or of the worker."""
        return tuple((rule, event) for rule in self.rules for event in rule.finish(time))
