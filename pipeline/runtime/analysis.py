"""The way of one frame, without threads: detector → tracker → rules.

Live cameras and recordings go through this same code, so that what is measured on a recording
holds for a camera.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np

from pipeline.core.clock import FrameTime
from pipeline.core.detections import Detections, Tracks
from pipeline.core.frame import Frame
from pipeline.geometry.site import SiteConfig
from pipeline.inference.finds import Finds
from pipeline.inference.still_things import UNKNOWN_OBJECT, StillThings
from pipeline.rules.base import Rule, build_rule
from pipeline.runtime.config import AnalysisConfig
from pipeline.runtime.lanes import Lane, Look, Tells, Told, WatchedRule, lane_of, require_lanes
from pipeline.tracking import TrackerConfig

TRACKING_SCORE = TrackerConfig().low_score
"""Least score a detector must report: the tracker follows people through weak sights too."""


@dataclass(frozen=True, slots=True)
class FrameResult:
    """What one frame led to.

    Attributes:
        frame: The frame.
        detections: All boxes the models that looked found in it.
        tracks: The followed ones.
        events: What the rules said, with the rule that said it.
        is_busy: Something the rules look for is in the picture, so the gate must stay open; of a
            model that did not look, it was at its last look.
        is_engaged: An episode is open, or what may become one has begun.
        looks: The same, of each lane.
    """

    frame: Frame
    detections: Detections
    tracks: Tracks
    events: Told
    is_busy: bool
    is_engaged: bool
    looks: tuple[Look, ...] = ()


class Analysis:
    """One camera's trackers and rules over detectors that may be shared.

    Args:
        config: What to look for.
        site: Time zone and holidays for schedules.
        detector: Finds boxes on every picture: the main model and every unbound one.
        classifier: Tells attributes of people; looked at only if a rule needs one.
        bound: The detectors of the bound models, in the configuration's order.

    Attributes:
        rules: The rules, in the configuration's order.
        watched: The same, each with its model's hours and rate.
        settle_s: Seconds of pictures the rules need after the last sight to end their episodes.

    Raises:
        ConfigError: A rule names a class that no model has, or classes of two models that do not
            look at the same pictures.
    """

    def __init__(
        self,
        config: AnalysisConfig,
        site: SiteConfig,
        detector: Finds,
        classifier: Tells | None = None,
        *,
        bound: Sequence[Finds] = (),
    ) -> None:
        self._detector = detector
        classes_of = [
            (*detector.class_names, UNKNOWN_OBJECT),
            *(one.class_names for one in bound),
        ]
        require_lanes(config, classes_of)
        every_class = tuple(name for classes in classes_of for name in classes)
        attributes = classifier.names if classifier else ()
        self.rules: tuple[Rule, ...] = tuple(
            build_rule(rule, site, every_class, attributes) for rule in config.rules
        )
        where = [lane_of(rule, config, classes_of) for rule in config.rules]
        bindings = [None, *(one for one in config.further_models if one.is_bound)]
        ids = count(1)
        self._lanes: list[Lane] = []
        for i, (sees, binding) in enumerate(zip([detector, *bound], bindings, strict=True)):
            rules = [rule for rule, lane in zip(self.rules, where, strict=True) if lane == i]
            asks = any(UNKNOWN_OBJECT in rule.required_classes for rule in rules)
            self._lanes.append(
                Lane(
                    sees,
                    rules,
                    site,
                    ids,
                    binding=binding,
                    classifier=classifier,
                    things=StillThings(sees) if asks else None,
                )
            )
        self.watched = tuple(
            WatchedRule(rule, self._lanes[lane])
            for rule, lane in zip(self.rules, where, strict=True)
        )
        self.settle_s = 1.0 + max(
            one.rule.config.clear_s + 2.0 * one.every_s for one in self.watched
        )

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """Its lanes, of which the first looks at every analysed picture."""
        return tuple(self._lanes)

    def process(self, frame: Frame) -> FrameResult:
        """Look at one frame.

        Raises:
            ModelError: The model's output cannot be used.
        """
        looks = [lane.step(frame) for lane in self._lanes]
        detections = looks[0].detections
        for look in looks[1:]:
            detections = detections.joined(look.detections)
        return FrameResult(
            frame,
            detections,
            _joined([look.tracks for look in looks]),
            tuple(told for look in looks for told in look.events),
            any(lane.is_busy for lane in self._lanes),
            any(lane.is_engaged for lane in self._lanes),
            tuple(looks),
        )

    def find(self, frame: Frame) -> Detections:
        """The boxes in one frame, beside the analysis; for whoever must know whom to blur.

        Raises:
            ModelError: The model's output cannot be used.
        """
        return self._detector.detect([frame])[0]

    def finish(self, time: FrameTime) -> Told:
        """Close what is open, at the end of a recording or of the worker."""
        return tuple(told for lane in self._lanes for told in lane.finish(time))


def _joined(of_each: Sequence[Tracks]) -> Tracks:
    """The tracks of several lanes, of which the first alone may carry attributes."""
    first = of_each[0]
    others = [tracks for tracks in of_each[1:] if len(tracks)]
    if not others:
        return first
    names, class_id = first.class_names, [first.class_id]
    for tracks in others:
        class_id.append(tracks.class_id + len(names))
        names = (*names, *tracks.class_names)
    every = [first, *others]
    added = sum(len(tracks) for tracks in others)
    return Tracks(
        np.concatenate([tracks.xyxy for tracks in every]),
        np.concatenate([tracks.score for tracks in every]),
        np.concatenate(class_id),
        np.concatenate([tracks.track_id for tracks in every]),
        np.concatenate([tracks.first_seen_s for tracks in every]),
        names,
        first.frame_size,
        {
            name: np.concatenate([told, np.full(added, -1, np.int8)])
            for name, told in first.attributes.items()
        },
    )
