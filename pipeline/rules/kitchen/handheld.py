"""Something at a person's head or hands: a phone, a cigarette.

Hands that use a phone and a mouth that smokes are in the upper part of a person's box or close
beside it. A thing there for a share of a few seconds is in use; one that lies on a table in front
of somebody may look the same, which is why the reach below the chest is short.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, field_validator

from pipeline.core.detections import Tracks
from pipeline.rules.person_judge import PersonJudge, PersonJudgeConfig
from pipeline.rules.rule_config import PositiveSeconds
from pipeline.rules.stillness import in_heights
from pipeline.rules.zone_watcher import PERSON, people_in

BESIDE = 0.25
"""How far beside the box, in its widths: an elbow that sticks out."""
ABOVE = 0.1
"""How far above it, in its heights: a phone held high."""


class HandheldConfig(PersonJudgeConfig):
    """A zone in which something may not be used.

    Attributes:
        min_judged: Of no matter here: where no thing is seen, none is used.
        min_share: A thing in a hand is missed in many frames: a little more than half will do.
    """

    below: ClassVar[float]
    """Down to which share of the person's height, from above."""

    window_s: PositiveSeconds = 4.0
    min_share: Annotated[float, Field(gt=0.5, le=1.0)] = 0.55

    @field_validator("classes")
    @classmethod
    def _are_things(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if PERSON in names:
            raise ValueError("a person holds no person. Remove person")
        return names

    @property
    def model_classes(self) -> tuple[str, ...]:
        """The things, and the people who hold them."""
        return (*self.classes, PERSON)


class PhoneUseConfig(HandheldConfig):
    """No phones. The hands of somebody who reads one are above the waist.

    Attributes:
        window_s: 4 s: taking it out of a pocket and away is shorter.
    """

    below = 0.6
    type: Literal["phone_use"]
    classes: tuple[str, ...] = ("cell phone",)


class SmokingConfig(HandheldConfig):
    """No smoking; needs a model that sees cigarettes.

    Attributes:
        window_s: 6 s: a cigarette comes and goes between mouth and hip.
    """

    below = 0.6
    type: Literal["smoking"]
    classes: tuple[str, ...] = ("cigarette",)
    window_s: PositiveSeconds = 6.0


HandheldConfigT = TypeVar("HandheldConfigT", bound=HandheldConfig)


class _Handheld(PersonJudge[HandheldConfigT]):
    """Raises while somebody in the zone has the thing at head or hands."""

    violation = 1

    def _candidates(self, tracks: Tracks) -> NDArray[np.int64]:
        return people_in(tracks)

    def _answers(self, tracks: Tracks, inside: NDArray[np.int64]) -> NDArray[np.int8]:
        answers = np.zeros(len(inside), np.int8)
        if not len(inside):
            return answers
        boxes = in_heights(tracks)
        people = boxes[inside]
        size = people[:, 2:] - people[:, :2]
        reach = np.concatenate(
            [
                people[:, :2] - size * (BESIDE, ABOVE),
                np.stack(
                    [
                        people[:, 2] + size[:, 0] * BESIDE,
                        people[:, 1] + size[:, 1] * self._config.below,
                    ],
                    axis=1,
                ),
            ],
            axis=1,
        )
        for i in self._concerned(tracks):
            centre = (boxes[i, :2] + boxes[i, 2:]) / 2.0
            holds = ((centre >= reach[:, :2]) & (centre <= reach[:, 2:])).all(axis=1)
            if holds.any():
                # One thing is in one hand: that of whoever's middle is nearest.
                away = np.abs((people[:, 0] + people[:, 2]) / 2.0 - centre[0]) / size[:, 0]
                answers[int(np.argmin(np.where(holds, away, np.inf)))] = 1
        return answers


class PhoneUse(_Handheld[PhoneUseConfig]):
    """Somebody in the zone uses a phone."""


class Smoking(_Handheld[SmokingConfig]):
    """Somebody in the zone smokes."""
