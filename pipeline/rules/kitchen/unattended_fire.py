"""A fire burns in the kitchen and nobody is near it."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, field_validator

from pipeline.core.clock import FrameTime
from pipeline.core.detections import Tracks
from pipeline.geometry import SiteConfig
from pipeline.rules.episodes import Moment
from pipeline.rules.rule_config import PositiveSeconds
from pipeline.rules.stillness import distance_on_floor, in_heights
from pipeline.rules.zone_watcher import PERSON, ZoneRuleConfig, ZoneWatcher, moment_of, people_in


class UnattendedFireConfig(ZoneRuleConfig):
    """A zone with stoves.

    Attributes:
        alone_s: How long a fire may be alone; 60 s fetches something from the next room.
        near: Who stands within this many of their own heights attends to it; 1.5 is some 2.5 m,
            a few steps in a kitchen.
        hidden_s: A flame unseen for no longer than this never went out.
        clear_s: The episode ends after this long without fire, or with somebody near.
    """

    type: Literal["unattended_fire"]
    classes: tuple[str, ...] = ("fire",)
    alone_s: PositiveSeconds = 60.0
    near: Annotated[float, Field(gt=0.0, le=10.0)] = 1.5
    hidden_s: PositiveSeconds = 10.0
    clear_s: PositiveSeconds = 10.0

    @field_validator("classes")
    @classmethod
    def _are_fires(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if PERSON in names:
            raise ValueError("a person is no fire. Remove person")
        return names

    @property
    def model_classes(self) -> tuple[str, ...]:
        """Fire, and the people who attend to it."""
        return (*self.classes, PERSON)


class UnattendedFire(ZoneWatcher[UnattendedFireConfig]):
    """Raises once a fire was in the zone, and nobody near any of it, for ``alone_s``.

    A single sight of somebody near starts the count again before the alert; the episode starts
    when the fire was left alone. Measure: ``alone_s``.
    """

    def __init__(self, config: UnattendedFireConfig, site: SiteConfig) -> None:
        super().__init__(config, site)
        self._alone: FrameTime | None = None
        self._burned_s = float("-inf")
        self._is_attended = False

    def _look(self, tracks: Tracks, time: FrameTime) -> Moment | None:
        index = self._concerned(tracks)
        box = tracks.box_norm_xyxy()[index]
        # Flames stand on a stove, not on the floor: their middle says where they are.
        burning = index[self._zone.contains((box[:, :2] + box[:, 2:]) / 2.0)]
        if time.media_s - self._burned_s > self._config.hidden_s + 1e-6:
            self._alone = None
        self._is_attended = self._someone_is_near(tracks, burning)
        if len(burning):
            self._burned_s = time.media_s
        if self._is_attended or not len(burning):
            return None
        if self._alone is None:
            self._alone = time
        alone_s = time.media_s - self._alone.media_s
        if not self._machine.is_open and alone_s + 1e-6 < self._config.alone_s:
            return None
        return moment_of(tracks, burning, self._alone, measures={"alone_s": round(alone_s, 3)})

    def _someone_is_near(self, tracks: Tracks, burning: NDArray[np.int64]) -> bool:
        boxes = in_heights(tracks)
        return any(
            distance_on_floor(boxes[who], boxes[fire]) <= self._config.near
            for who in people_in(tracks)
            for fire in burning
        )

    def _begin(self) -> None:
        if self._is_attended:
            self._alone = None

    def _rest(self) -> None:
        super()._rest()
        self._alone = None

    def _wake(self) -> None:
        self._alone = None
