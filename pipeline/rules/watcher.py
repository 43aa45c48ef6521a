"""What the rules about moving objects share: their schedule, and which tracks concern them."""

from __future__ import annotations

from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from api.contract import RiskLevel
from pipeline.core.clock import FrameTime
from pipeline.core.detections import Tracks
from pipeline.geometry import Schedule, SiteConfig
from pipeline.rules.episodes import Box, EpisodeMachine, Identity
from pipeline.rules.rule_config import RuleConfigBase

MAX_BACKDATE_S = 2.0
"""How far before its first appearance in a rule a track's beginning is believed: a tracker needs a
moment to believe, but a rule that starts late has no part in what went before."""
FORGET_S = 30.0
"""What is remembered of a track is dropped after this long without it."""

ConfigT = TypeVar("ConfigT", bound=RuleConfigBase)


class Watcher(Generic[ConfigT]):
    """Base of rules that look at tracks of some classes within a schedule.

    Args:
        config: The rule's configuration.
        site: The school's calendar.
        zone_name: Name of the zone or line it looks at.
    """

    _machine: EpisodeMachine

    def __init__(self, config: ConfigT, site: SiteConfig, zone_name: str) -> None:
        self._config = config
        self._schedule = Schedule(config.schedule, site)
        self._zone_name = zone_name
        self._seen_s: dict[int, float] = {}  # by track, when this rule last saw it
        self._trusted: set[int] = set()  # tracks that reached min_score
        self._class_names: tuple[str, ...] = ()
        self._wanted = np.zeros(0, np.bool_)  # by class id

    @property
    def config(self) -> ConfigT:
        """What the rule was made from."""
        return self._config

    @property
    def type(self) -> str:
        """The rule's type."""
        return self._config.type

    @property
    def rule_id(self) -> str:
        """Its name on the camera."""
        return self._config.rule_id

    @property
    def risk_level(self) -> RiskLevel:
        """Risk class of its alerts."""
        return self._config.risk_level

    @property
    def required_classes(self) -> frozenset[str]:
        """Classes the model must have."""
        return frozenset(self._config.model_classes)

    @property
    def required_attributes(self) -> frozenset[str]:
        """Attributes a model must tell."""
        return frozenset(self._config.required_attributes)

    @property
    def zone_name(self) -> str:
        """Name of its zone or line."""
        return self._zone_name

    @property
    def identity(self) -> Identity:
        """How its events are signed."""
        return Identity(self.type, self.rule_id, self._zone_name)

    @property
    def is_engaged(self) -> bool:
        """An episode is open, or what may become one has begun."""
        return self._machine.is_open or self._machine.is_pending

    def is_scheduled(self, utc_s: float) -> bool:
        """Whether it watches at a moment, seconds since the epoch."""
        return self._schedule.is_active(utc_s)

    def _concerned(self, tracks: Tracks) -> NDArray[np.int64]:
        """Indices of the tracks of its classes that have reached ``min_score``."""
        if not len(tracks):
            return np.zeros(0, np.int64)
        if tracks.class_names != self._class_names:
            self._class_names = tracks.class_names
            self._wanted = np.array([n in self._config.classes for n in tracks.class_names])
        index = np.flatnonzero(self._wanted[tracks.class_id])
        if self._config.min_score is None:
            return index
        strong = index[tracks.score[index] >= self._config.min_score]
        self._trusted.update(int(i) for i in tracks.track_id[strong])
        return index[[int(i) in self._trusted for i in tracks.track_id[index]]]

    def _first_sight(self, tracks: Tracks, index: int, time: FrameTime) -> FrameTime:
        """From when a track may be taken to have been where it is now.

        For a track this rule meets for the first time, its birth, if the rule was watching then;
        else now.
        """
        if int(tracks.track_id[index]) in self._seen_s:
            return time
        back_s = time.media_s - float(tracks.first_seen_s[index])
        if not 0.0 < back_s <= MAX_BACKDATE_S or not self.is_scheduled(time.utc_s - back_s):
            return time
        return FrameTime(time.media_s - back_s, time.utc_s - back_s)

    def _remember(self, tracks: Tracks, index: NDArray[np.int64], time: FrameTime) -> None:
        """Note which tracks this rule has met, and forget those long gone; last in an update."""
        for i in index:
            self._seen_s[int(tracks.track_id[i])] = time.media_s
        if len(self._seen_s) > 2 * len(index) + 8:
            kept = {k: s for k, s in self._seen_s.items() if time.media_s - s <= FORGET_S}
            self._seen_s = kept
            self._trusted &= kept.keys()


def box_of(tracks: Tracks, index: int) -> Box:
    """A track's box as plain numbers, fractions of the picture."""
    left, top, right, bottom = (float(v) for v in tracks.box_norm_xyxy()[index])
    return left, top, right, bottom


def best_of(tracks: Tracks, index: NDArray[np.int64]) -> int:
    """The highest scored of some tracks, the lowest id among equals."""
    return int(index[np.argmax(tracks.score[index])])


def names_of(tracks: Tracks, index: NDArray[np.int64]) -> frozenset[str]:
    """Classes of some tracks."""
    return frozenset(tracks.class_name(int(i)) for i in index)


def ids_of(tracks: Tracks, index: NDArray[np.int64]) -> frozenset[int]:
    """Ids of some tracks."""
    return frozenset(int(i) for i in tracks.track_id[index])
