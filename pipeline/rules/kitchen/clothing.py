"""Clothing that must be worn: hat, mask, uniform, gloves, and a shirt at all.

These are rules about something that is *not* there, so they need to know when they cannot see:
the classifier says "cannot tell" of heads that are blurred, turned away or hidden, and the rule
adds what only it knows: a box too small, and for hats one that the picture's upper edge cuts off.
A face is the lower part of a head: who stands close to the camera, with the hair at the edge, still
shows it, and where the face is outside as well the classifier cannot tell.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from pipeline.core.detections import Tracks
from pipeline.rules.person_judge import PersonJudge, PersonJudgeConfig
from pipeline.rules.rule_config import PositiveSeconds

_CUT_OFF = 0.002
"""A box whose top is this close to the picture's upper edge has no room for a hat in it."""


class ClothingConfig(PersonJudgeConfig):
    """A zone in which something must be worn.

    Attributes:
        window_s: 5 s: long enough to turn the head, short enough for somebody passing through.
        min_height_px: A person's box lower than this, in pixels of the full picture, is too small:
            at 80 a head has some 12, below which people could not tell a hat either.
    """

    attribute: ClassVar[str]
    needs_crown: ClassVar[bool] = False

    window_s: PositiveSeconds = 5.0
    min_height_px: Annotated[float, Field(ge=0.0, le=4000.0)] = 80.0

    @property
    def required_attributes(self) -> tuple[str, ...]:
        """What a classifier must tell."""
        return (self.attribute,)


class NoChefHatConfig(ClothingConfig):
    """Hair must be covered; attribute ``hat``."""

    attribute = "hat"
    needs_crown = True
    type: Literal["no_chef_hat"]


class NoMaskConfig(ClothingConfig):
    """A mask must be worn; attribute ``mask``. Only in dedicated rooms (专间): draw the zone."""

    attribute = "mask"
    type: Literal["no_mask"]


class NoUniformConfig(ClothingConfig):
    """Work clothes must be worn; attribute ``uniform``."""

    attribute = "uniform"
    type: Literal["no_uniform"]


class NoGlovesConfig(ClothingConfig):
    """Gloves must be worn; attribute ``gloves``, which no model gives yet.

    Attributes:
        window_s: 10 s: hands are hidden more than heads.
        min_judged: Less of it, for the same reason.
    """

    attribute = "gloves"
    type: Literal["no_gloves"]
    window_s: PositiveSeconds = 10.0
    min_judged: Annotated[float, Field(gt=0.0, le=1.0)] = 0.3


class BareTorsoConfig(ClothingConfig):
    """Nobody works without a shirt; attribute ``shirt``, which no model gives yet."""

    attribute = "shirt"
    type: Literal["bare_torso"]


ClothingConfigT = TypeVar("ClothingConfigT", bound=ClothingConfig)


class _Clothing(PersonJudge[ClothingConfigT]):
    """Raises while somebody in the zone is seen, for a share of time, without it."""

    def _answers(self, tracks: Tracks, inside: NDArray[np.int64]) -> NDArray[np.int8]:
        answers = tracks.attribute(self._config.attribute)[inside].astype(np.int8)
        boxes = tracks.xyxy[inside]
        hidden = boxes[:, 3] - boxes[:, 1] < self._config.min_height_px
        if self._config.needs_crown:
            hidden |= boxes[:, 1] <= _CUT_OFF * tracks.frame_size[1]
        return np.where(hidden, np.int8(-1), answers)


class NoChefHat(_Clothing[NoChefHatConfig]):
    """Somebody in the zone wears no hat."""


class NoMask(_Clothing[NoMaskConfig]):
    """Somebody in the zone wears no mask."""


class NoUniform(_Clothing[NoUniformConfig]):
    """Somebody in the zone wears no work clothes."""


class NoGloves(_Clothing[NoGlovesConfig]):
    """Somebody in the zone wears no gloves."""


class BareTorso(_Clothing[BareTorsoConfig]):
    """Somebody in the zone wears no shirt."""
