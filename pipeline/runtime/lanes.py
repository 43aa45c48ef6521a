"""Lanes: detectors that look at the same pictures, with the tracker and the rules that go by them.

Most models look at every analysed picture and share one lane. A model bound to a rate, to hours or
to places has a lane of its own, which is stepped only on the pictures it looked at: one it did not
look at is neither presence nor absence, so its tracker and its rules never hear of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.core.clock import FrameTime
from pipeline.core.detections import Detections, Floats, Tracks
from pipeline.core.errors import ConfigError
from pipeline.core.events import RuleEvent
from pipeline.core.frame import Frame
from pipeline.geometry import Schedule, SiteConfig, Zone
from pipeline.inference.finds import Finds
from pipeline.inference.still_things import UNKNOWN_OBJECT, StillThings
from pipeline.rules.base import Rule, RuleConfigBase
from pipeline.runtime.config import AnalysisConfig, MoreModelConfig
from pipeline.tracking import ByteTracker, TrackerConfig
from pipeline.video.sampler import Sampler

PERSON = "person"
_MISSED_LOOKS = 2.5
"""A track not yet believed in outlives one look that missed it, however far apart looks are."""
_LOST_LOOKS = 3.5
"""A real track outlives two."""

Told = tuple[tuple[Rule, RuleEvent], ...]
"""What rules said, each with the rule that said it."""


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


class LookState(Enum):
    """Whether a lane looked at a picture."""

    LOOKED = auto()
    NOT_ITS_TURN = auto()
    OUT_OF_HOURS = auto()


@dataclass(frozen=True, slots=True)
class Look:
    """What one picture led to on one lane.

    Attributes:
        detections: The boxes found; none where the lane did not look.
        tracks: The followed ones among them.
        events: What its rules said.
        state: Whether it looked.
    """

    detections: Detections
    tracks: Tracks
    events: Told = ()
    state: LookState = LookState.LOOKED


class Lane:
    """One tracker and its rules over a detector that may be shared.

    Args:
        detector: Finds boxes.
        rules: Those that go by its classes alone.
        site: Time zone and holidays for the schedule.
        ids: Numbers for tracks; lanes of one camera share them, so that none is used twice.
        binding: To what its model is bound; None looks at every picture.
        classifier: Tells attributes of people; looked at only if a rule needs one.
        things: Finds what no model knows, if a rule asks.
    """

    def __init__(
        self,
        detector: Finds,
        rules: Sequence[Rule],
        site: SiteConfig,
        ids: Iterator[int],
        *,
        binding: MoreModelConfig | None = None,
        classifier: Tells | None = None,
        things: StillThings | None = None,
    ) -> None:
        self.rules = tuple(rules)
        self.every_s = (binding.every_s if binding else None) or 0.0
        self._detector = detector
        self._classifier = classifier
        self._things = things
        self._schedule = Schedule(binding.schedule if binding else "always", site)
        self._zones = [Zone(zone) for zone in binding.zones] if binding else []
        self._sampler = Sampler(1.0 / self.every_s) if self.every_s else None
        self._tracker = ByteTracker(tracker_config(self.every_s, detector.track_scores), ids=ids)
        self._told = frozenset[str]().union(*(rule.required_attributes for rule in rules))
        self._wanted = frozenset[str]().union(*(rule.required_classes for rule in rules))
        self._is_bound = binding is not None
        self._looked: FrameTime | None = None  # the last picture within the schedule
        self.is_busy = False
        """At its last look something its rules look for was in the picture."""

    @property
    def classes(self) -> tuple[str, ...]:
        """What it finds."""
        unknown = (UNKNOWN_OBJECT,) if self._things is not None else ()
        return (*self._detector.class_names, *unknown)

    @property
    def attributes(self) -> tuple[str, ...]:
        """What it tells of people, because a rule asks."""
        return () if self._classifier is None else tuple(sorted(self._told))

    @property
    def is_engaged(self) -> bool:
        """An episode is open, or what may become one has begun."""
        return any(rule.is_engaged for rule in self.rules)

    def is_scheduled(self, utc_s: float) -> bool:
        """Whether its model may look at this moment, seconds since the epoch."""
        return self._schedule.is_active(utc_s)

    def step(self, frame: Frame) -> Look:
        """Take the next analysed picture: look at it if it is the lane's turn.

        Raises:
            ModelError: The model's output cannot be used.
        """
        if not self.is_scheduled(frame.time.utc_s):
            return self._blind(frame, LookState.OUT_OF_HOURS, self._rest())
        if self._sampler is not None and not self._sampler.wants(frame.time.media_s):
            return self._blind(frame, LookState.NOT_ITS_TURN)
        self._looked = frame.time
        detections = self._within_zones(self._detector.detect([frame])[0], frame)
        if self._things is not None:
            detections = detections.joined(self._things.find(frame, detections))
        tracks = self._tracker.update(detections, frame.time.media_s, frame.size)
        tracks = self._with_attributes(frame, tracks)
        events = tuple(
            (rule, event) for rule in self.rules for event in rule.update(tracks, frame.time)
        )
        wanted = detections.of_classes(self._wanted)
        self.is_busy = len(tracks) > 0 or bool(self._tracker.could_begin(wanted).any())
        return Look(detections, tracks, events)

    @staticmethod
    def _blind(frame: Frame, state: LookState, told: Told = ()) -> Look:
        return Look(Detections.empty(), Tracks.empty((), frame.size), told, state)

    def finish(self, time: FrameTime) -> Told:
        """Close what is open, because no more pictures come.

        Args:
            time: Of the last analysed picture; a bound model goes by the last it looked at.
        """
        if self._is_bound:
            time = self._looked or time
        return tuple((rule, event) for rule in self.rules for event in rule.finish(time))

    def _rest(self) -> Told:
        """The hours are over: what is open ended when it was last looked at, and all is let go."""
        if self._looked is None:
            return ()
        events = self.finish(self._looked)
        self._looked = None
        self._tracker.reset()
        self.is_busy = False
        return events

    def _within_zones(self, found: Detections, frame: Frame) -> Detections:
        if not self._zones or not len(found):
            return found
        width, height = frame.size
        size = np.array([width, height], np.float32)
        centre = ((found.xyxy[:, :2] + found.xyxy[:, 2:]) / 2 / size).astype(np.float32)
        return found.select(np.any([zone.contains(centre) for zone in self._zones], axis=0))

    def _with_attributes(self, frame: Frame, tracks: Tracks) -> Tracks:
        if self._classifier is None or not self._told or not len(tracks):
            return tracks
        people = np.array([tracks.class_name(i) == PERSON for i in range(len(tracks))])
        if not people.any():
            return tracks
        answers = self._classifier.classify(frame, tracks.xyxy[people])
        attributes = {}
        for name in self._told:
            told = np.full(len(tracks), -1, np.int8)
            told[people] = answers.of(name)
            attributes[name] = told
        return replace(tracks, attributes=attributes)


@dataclass(frozen=True, slots=True)
class WatchedRule:
    """A rule as its analysed time is counted: with the hours and the rate of its model."""

    rule: Rule
    lane: Lane

    @property
    def type(self) -> str:
        """The rule's type."""
        return self.rule.type

    @property
    def rule_id(self) -> str:
        """Its name on the camera."""
        return self.rule.rule_id

    @property
    def every_s(self) -> float:
        """Seconds between two looks of its model; 0 for one at every picture."""
        return self.lane.every_s

    def is_scheduled(self, utc_s: float) -> bool:
        """Whether the rule watches and its model may look."""
        return self.rule.is_scheduled(utc_s) and self.lane.is_scheduled(utc_s)


def tracker_config(every_s: float, class_scores: Mapping[str, float]) -> TrackerConfig:
    """The tracker's seconds for looks so far apart; the usual ones where they are long enough.

    Args:
        every_s: Seconds between two looks; 0 for every analysed picture.
        class_scores: By class, from which score a box may begin a track.
    """
    usual = TrackerConfig()
    return TrackerConfig(
        class_scores=class_scores,
        seed_s=max(usual.seed_s, _MISSED_LOOKS * every_s),
        tentative_lost_s=max(usual.tentative_lost_s, _MISSED_LOOKS * every_s),
        max_lost_s=max(usual.max_lost_s, _LOST_LOOKS * every_s),
    )


def require_lanes(config: AnalysisConfig, classes_of: Sequence[Sequence[str]]) -> None:
    """Refuse a bound model that finds people: whoever is in an alert's picture must be blurred.

    Args:
        config: The analysis.
        classes_of: What each lane's detectors find; the first lane's first.

    Raises:
        ConfigError: There is one; ``where`` is its key.
    """
    bound = [(i, one.model) for i, one in enumerate(config.further_models) if one.is_bound]
    for (i, model), classes in zip(bound, classes_of[1:], strict=True):
        if PERSON in classes:
            raise ConfigError(
                f"{model} finds people, who must be found in every picture to be blurred, so it "
                "cannot be bound to a rate, hours or zones",
                where=f"more_models[{i}]",
                remedy=f"Write `model: {model}`, move the present `model` to more_models, and "
                "give the rules a schedule instead",
            )


def lane_of(
    rule: RuleConfigBase, config: AnalysisConfig, classes_of: Sequence[Sequence[str]]
) -> int:
    """Which lane steps a rule.

    Args:
        rule: One whose classes are all found by some lane.
        config: The analysis.
        classes_of: What each lane finds; the first lane's first.

    Raises:
        ConfigError: It needs classes of two lanes, which do not look at the same pictures.
    """
    needed = (*rule.model_classes, *([PERSON] if rule.required_attributes else []))
    for i, classes in enumerate(classes_of):
        if all(name in classes for name in needed):
            return i
    bound = [one.model for one in config.further_models if one.is_bound]
    asked = [
        model
        for model, classes in zip(bound, classes_of[1:], strict=True)
        if any(name in classes for name in needed)
    ]
    names = ", ".join(f"'{name}'" for name in needed)
    raise ConfigError(
        f"it needs {names} in the same pictures, but bound to others: {', '.join(asked)}",
        where=f"rule {rule.rule_id}: classes",
        remedy=f"Write `more_models: [{', '.join(asked)}]`, without every_s, schedule and zones, "
        "and give the rules a schedule instead; or remove the rule",
    )
