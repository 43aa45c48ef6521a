"""A bag somebody left: it stands still, whoever brought it is gone, and nobody else minds it.

Where a person *stands* relative to the bag is what counts, not whether the boxes touch: sideways
between the boxes, in depth between the feet, in heights of that person. Whoever was nearest when
the bag was first seen, or in the ``owner_s`` before, is its owner; their being near always counts,
a stranger's only after ``passing_s``, or every passer-by would start the count again.

What no model has a class for is an ``unknown_object``: found by its having come and stayed
(:mod:`pipeline.inference.still_things`), so it counts only if somebody of its size could have
brought it, or a chair that was moved and a door that stands open would be left objects.

A bag nobody was ever near (there when the rule started, or a cupboard the detector takes for a
suitcase) has no owner and is no left object unless ``allow_initial`` is set.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, field_validator

from pipeline.core.clock import FrameTime
from pipeline.core.detections import Tracks
from pipeline.geometry import SiteConfig
from pipeline.rules.episodes import Moment
from pipeline.rules.lineage import Lineage
from pipeline.rules.rule_config import PositiveSeconds, Seconds
from pipeline.rules.stillness import Array, Place, Stillness, distance_on_floor, in_heights
from pipeline.rules.zone_watcher import (
    PERSON,
    ZoneRuleConfig,
    ZoneWatcher,
    earliest,
    latest,
    moment_of,
    people_in,
)

_REID_S = 5.0
"""A person lost for no longer than this is the same one, when nearby."""
_SAMPLE_S = 0.5
"""How often people's places are noted; nobody walks past a bag faster."""


class LeftObjectConfig(ZoneRuleConfig):
    """A zone in which nothing may be left.

    Attributes:
        alone_s: How long a thing may be alone; 60 s is a word with a friend.
        near: Who stands within this many of their own heights minds the thing; 0.75 is some 1.3 m.
        passing_s: A stranger minds it only after this long near it.
        classes: What counts as a thing; ``unknown_object`` is what came and stayed.
        largest: A thing longer than this share of its owner's height was not carried in.
        owner_s: How long before its first sight its owner may have left it: somebody who stands
            in front of a bag hides it.
        allow_initial: Whether a thing counts that nobody was ever near.
        move: What counts as carried, share of the longer side of its box.
        hidden_s: A thing unseen for no longer than this, and then at the same place, was there.
        clear_s: The episode ends after this long without the thing or with somebody minding it.
    """

    type: Literal["left_object"]
    classes: tuple[str, ...] = ("backpack", "handbag", "suitcase", "unknown_object")
    alone_s: PositiveSeconds = 60.0
    near: Annotated[float, Field(gt=0.0, le=10.0)] = 0.75
    largest: Annotated[float, Field(gt=0.0, le=10.0)] = 0.8
    passing_s: Seconds = 4.0
    owner_s: Seconds = 30.0
    allow_initial: bool = False
    move: Annotated[float, Field(gt=0.0, le=2.0)] = 0.5
    hidden_s: PositiveSeconds = 30.0
    clear_s: PositiveSeconds = 30.0

    @field_validator("classes")
    @classmethod
    def _are_things(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if PERSON in names:
            raise ValueError("a person is nobody's left object. Remove person; see loitering")
        return names

    @property
    def model_classes(self) -> tuple[str, ...]:
        """The things, and the people who may mind them."""
        return (*self.classes, PERSON)


@dataclass(slots=True)
class _Thing:
    """Who minds the thing at a place."""

    owner: int | None = None  # a subject; None while nobody was near
    owner_height: float | None = None  # in heights of the picture; None while nobody was near
    minded: FrameTime | None = None  # last
    visits: dict[int, FrameTime] = field(default_factory=dict)  # near since, by subject


class LeftObject(ZoneWatcher[LeftObjectConfig]):
    """Raises while a thing stands in the zone that nobody minded for ``alone_s``.

    The episode starts when it was left: when its owner was last near, or when it came to rest if
    that was later. Facts: ``objects``; measure: ``alone_s``.
    """

    def __init__(self, config: LeftObjectConfig, site: SiteConfig) -> None:
        super().__init__(config, site)
        self._stillness = Stillness(move=config.move, hidden_s=config.hidden_s)
        self._lineage = Lineage(_REID_S)
        self._things: dict[int, _Thing] = {}  # by place
        self._steps: deque[tuple[float, list[tuple[int, Array]]]] = deque()  # where people were

    def _look(self, tracks: Tracks, time: FrameTime) -> Moment | None:
        index = self._concerned(tracks)
        places = self._stillness.update(tracks, index, time, self._first_sight)
        people = self._people(tracks, time)
        for place in self._stillness.places:
            thing = self._things.get(place.key)
            if thing is None:
                thing = self._things[place.key] = _Thing()
            self._mind(thing, place, people, time)
        remembered = {place.key for place in self._stillness.places}
        self._things = {k: t for k, t in self._things.items() if k in remembered}
        return self._moment(tracks, index, places, time)

    def _people(self, tracks: Tracks, time: FrameTime) -> list[tuple[int, Array]]:
        """Subject and box of everybody in this frame; noted for things seen later."""
        index = people_in(tracks)
        boxes = in_heights(tracks)[index]
        people = list(zip(self._lineage.keys(tracks, index, time), boxes, strict=True))
        if not self._steps or time.media_s - self._steps[-1][0] >= _SAMPLE_S - 1e-6:
            self._steps.append((time.media_s, people))
        while self._steps[0][0] < time.media_s - self._config.owner_s - _SAMPLE_S:
            self._steps.popleft()
        return people

    def _mind(
        self, thing: _Thing, place: Place, people: list[tuple[int, Array]], time: FrameTime
    ) -> None:
        near = {who: away for who, away in self._near(place, people) if away <= self._config.near}
        if thing.owner_height is None:
            owner = self._owner(place, near, people)
            if owner is not None:
                thing.owner, box = owner
                thing.owner_height = float(box[3] - box[1])
        thing.visits = {who: thing.visits.get(who, time) for who in near}
        stayed = (time.media_s - since.media_s for since in thing.visits.values())
        if thing.owner in near or any(s + 1e-6 >= self._config.passing_s for s in stayed):
            thing.minded = time

    def _owner(
        self, place: Place, near: dict[int, float], people: list[tuple[int, Array]]
    ) -> tuple[int, Array] | None:
        """The nearest now, or who was near last before it was seen; with their box."""
        if near:
            who = min(near, key=lambda who: near[who])
            return who, dict(people)[who]
        for t_s, there in reversed(self._steps):
            if t_s < place.born.media_s - self._config.owner_s:
                break
            then = [(away, who) for who, away in self._near(place, there)]
            if then and min(then)[0] <= self._config.near:
                who = min(then)[1]
                return who, dict(there)[who]
        return None

    @staticmethod
    def _near(place: Place, people: list[tuple[int, Array]]) -> list[tuple[int, float]]:
        return [(who, distance_on_floor(box, place.box)) for who, box in people]

    def _moment(
        self, tracks: Tracks, index: NDArray[np.int64], places: list[Place], time: FrameTime
    ) -> Moment | None:
        if not len(index):
            return None
        inside = self._zone.contains(tracks.foot_norm_xy()[index])
        left: list[int] = []
        alone: dict[int, FrameTime] = {}
        for i, place, is_inside in zip(index, places, inside, strict=True):
            thing = self._things[place.key]
            if not is_inside or not self._was_brought(thing, place):
                continue
            since = place.since if thing.minded is None else latest([thing.minded, place.since])
            if time.media_s - since.media_s + 1e-6 >= self._config.alone_s:
                left.append(int(i))
                alone[place.key] = since
        if not left:
            return None
        since = earliest(list(alone.values()))
        return moment_of(
            tracks,
            np.array(left, np.int64),
            since,
            facts={"objects": float(len(alone))},
            measures={"alone_s": round(time.media_s - since.media_s, 3)},
        )

    def _was_brought(self, thing: _Thing, place: Place) -> bool:
        """Whether somebody who could carry it was near, or nobody had to be."""
        if thing.owner_height is None:
            return self._config.allow_initial
        longer = float(max(place.box[2:] - place.box[:2]))
        return longer <= self._config.largest * thing.owner_height

    def _rest(self) -> None:
        super()._rest()
        self._stillness.clear()
        self._things.clear()
        self._steps.clear()
