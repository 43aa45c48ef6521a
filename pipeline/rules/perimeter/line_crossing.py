"""Somebody passes a line: a foot that was on one side and is on the other.

Each step of a foot is tested against the drawn line, not against its endless continuation, and
crossings are summed until the foot is beyond to stay: ``margin`` away from the line, if it walked
there or is still there at the next look; or nearer than that for ``_SETTLED_S``. Who trembles on
the line crosses it many times and in sum once or not at all; one look beyond and back is a flicker
of the box; who stops right behind the line has passed it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from pipeline.core.clock import FrameTime
from pipeline.core.detections import Tracks
from pipeline.core.events import RuleEvent
from pipeline.geometry import Line, LineConfig, SiteConfig
from pipeline.rules.episodes import EpisodeMachine, Moment
from pipeline.rules.feet import Feet
from pipeline.rules.lineage import Lineage
from pipeline.rules.rule_config import PositiveSeconds, RuleConfigBase
from pipeline.rules.watcher import Watcher, best_of, box_of, ids_of, names_of

_REID_S = 2.0
_LOOKS = 2
"""Looks running in which a foot clear of the line is believed."""
_TRAIL_S, _LEAP = 1.0, 0.6
"""One look is enough of a foot that walked there: in the last second no step was more than this
share of the way."""
_NEAR = 0.6
"""Beyond, but nearer than ``margin``: this share of it away, more than a box trembles …"""
_SETTLED_S, _SETTLED_LOOKS = 1.0, 8
"""… for this long, and in so many looks, or chance alone would put a trembling foot there."""
_EPSILON_S = 1e-3


class LineCrossingConfig(RuleConfigBase):
    """A line nobody may pass, in one direction or both.

    Attributes:
        line: Where; its drawing order gives the direction (see ``geometry.lines``).
        direction: Which crossings count.
        margin: How far beyond the foot is clear of the line, fraction of the picture; nearer, a
            crossing counts a second later.
        clear_s: Crossings no farther apart than this are one episode.
    """

    type: Literal["line_crossing"]
    line: LineConfig
    direction: Literal["in", "out", "both"] = "both"
    margin: Annotated[float, Field(ge=0.0, le=0.2)] = 0.02
    clear_s: PositiveSeconds = 5.0


@dataclass(slots=True)
class _Walk:
    """The last foot of a subject, and its crossings since it was clear of the line."""

    track_id: int
    foot: NDArray[np.float64]
    net: int
    crossed: FrameTime | None
    seen_s: float
    trail: list[tuple[float, float]] = field(default_factory=list)
    """The last second and no less than three looks: media_s, distance to the line, negative on the
    side it came from."""
    clear_looks: int = 0  # running, beyond and clear of the line
    beyond_looks: int = 0  # running, beyond and not on the line
    beyond_from_s: float = 0.0

    def has_passed(self, distance: float, margin: float, media_s: float) -> bool:
        """Whether the foot has crossed and has not leapt there for one look."""
        beyond = distance if self.net else -distance
        since_s = media_s - _TRAIL_S - _EPSILON_S
        before, late = self.trail[:-2], self.trail[-2:]
        self.trail = [*(at for at in before if at[0] >= since_s), *late, (media_s, beyond)]
        if not self.net or distance < _NEAR * margin:
            self.clear_looks = self.beyond_looks = 0
            return False
        if not self.beyond_looks:
            self.beyond_from_s = media_s
        self.beyond_looks += 1
        self.clear_looks = self.clear_looks + 1 if distance >= margin else 0
        if self.clear_looks:
            return self.clear_looks >= _LOOKS or self._walked_over()
        settled_s = media_s - self.beyond_from_s
        return self.beyond_looks >= _SETTLED_LOOKS and settled_s + _EPSILON_S >= _SETTLED_S

    def _walked_over(self) -> bool:
        """Whether no step makes up most of the way; who was never seen to stand has run."""
        steps = np.diff([beyond for _, beyond in self.trail])
        return len(steps) == 1 or bool(steps.max() <= _LEAP * steps.sum())

    def settle(self) -> None:
        """The side the foot is on is its side now."""
        if self.net:
            self.trail = [(media_s, -beyond) for media_s, beyond in self.trail]
        self.net, self.crossed = 0, None
        self.clear_looks = self.beyond_looks = 0


class LineCrossing(Watcher[LineCrossingConfig]):
    """Raises when a foot has passed the line; crossings close in time are one episode.

    The episode starts at the first frame beyond the line. Facts: ``in`` and ``out``, crossings of
    each direction in the episode; ``direction``: ``in``, ``out`` or ``both``.
    """

    def __init__(self, config: LineCrossingConfig, site: SiteConfig) -> None:
        super().__init__(config, site, config.line.name)
        self._line = Line(config.line)
        self._lineage = Lineage(_REID_S)
        self._feet = Feet()
        self._machine = EpisodeMachine(self.identity, dwell_s=0.0, clear_s=config.clear_s)
        self._walks: dict[int, _Walk] = {}  # by subject
        self._count = {"in": 0, "out": 0}

    @property
    def shape_norm(self) -> tuple[tuple[float, float], ...]:
        """Points of the line as drawn."""
        return self._config.line.points

    @property
    def shape_closed(self) -> bool:
        """A line is open."""
        return False

    def update(self, tracks: Tracks, time: FrameTime) -> list[RuleEvent]:
        """Look at one frame; see :class:`pipeline.rules.base.Rule`."""
        concerned = self._concerned(tracks)
        subjects = self._lineage.keys(tracks, concerned, time)
        if not self.is_scheduled(time.utc_s):
            self._walks.clear()
            return self.finish(time)
        passed = self._walk_on(tracks, concerned, subjects, time)
        events = self._machine.expire(time, holds=bool(passed))
        if not self._machine.is_open:
            self._count = {"in": 0, "out": 0}
        moment = self._moment(tracks, passed) if passed else None
        events += self._machine.step(time, moment)
        self._remember(tracks, concerned, time)
        return events

    def finish(self, time: FrameTime) -> list[RuleEvent]:
        """End what is still open."""
        return self._machine.finish(time)

    def _walk_on(
        self, tracks: Tracks, concerned: NDArray[np.int64], subjects: list[int], time: FrameTime
    ) -> list[tuple[int, str, FrameTime]]:
        """Crossings completed in this frame: track index, direction, first frame beyond."""
        feet = self._feet.at(tracks, concerned, time.media_s)
        ids = [int(i) for i in tracks.track_id[concerned]]
        for subject, track_id in zip(subjects, ids, strict=True):
            # A newer track carries a walk on. When an older one is back, the newer one was somebody
            # else, and the step from their foot to this one never happened.
            if subject in self._walks and track_id < self._walks[subject].track_id:
                del self._walks[subject]
        before = np.array(
            [self._walks[s].foot if s in self._walks else feet[n] for n, s in enumerate(subjects)],
            np.float64,
        ).reshape(-1, 2)
        steps = self._line.crossings(before, feet)
        distance = self._line.distance(feet)
        passed: list[tuple[int, str, FrameTime]] = []
        for n, subject in enumerate(subjects):
            walk = self._walks.setdefault(subject, _Walk(ids[n], feet[n], 0, None, time.media_s))
            walk.track_id, walk.foot, walk.seen_s = ids[n], feet[n], time.media_s
            if steps[n]:
                walk.net += int(steps[n])
                walk.crossed = time if walk.net else None
            if walk.has_passed(float(distance[n]), self._config.margin, time.media_s):
                direction = "in" if walk.net > 0 else "out"
                if self._config.direction in ("both", direction):
                    passed.append((int(concerned[n]), direction, walk.crossed or time))
                walk.settle()
        horizon_s = time.media_s - _REID_S - 10.0
        self._walks = {k: w for k, w in self._walks.items() if w.seen_s >= horizon_s}
        return passed

    def _moment(self, tracks: Tracks, passed: list[tuple[int, str, FrameTime]]) -> Moment:
        for _, direction, _ in passed:
            self._count[direction] += 1
        index = np.array([i for i, _, _ in passed], np.int64)
        best = best_of(tracks, index)
        both = self._count["in"] > 0 and self._count["out"] > 0
        return Moment(
            since=min((crossed for _, _, crossed in passed), key=lambda t: t.media_s),
            track_ids=ids_of(tracks, index),
            class_names=names_of(tracks, index),
            box_norm_xyxy=box_of(tracks, best),
            score=float(tracks.score[best]),
            facts={
                "in": float(self._count["in"]),
                "out": float(self._count["out"]),
                "direction": "both" if both else ("in" if self._count["in"] else "out"),
            },
        )
