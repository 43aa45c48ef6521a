"""Somebody passes a line: a foot that was on one side and is on the other.

Each step of a foot is tested against the drawn line, not against its endless continuation, and
crossings are summed until the foot is ``margin`` away from the line: who trembles on it crosses it
many times and in sum once or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from pipeline.core.clock import FrameTime
from pipeline.core.detections import Tracks
from pipeline.core.events import RuleEvent
from pipeline.geometry import Line, LineConfig, SiteConfig
from pipeline.rules.episodes import EpisodeMachine, Moment
from pipeline.rules.lineage import Lineage
from pipeline.rules.rule_config import PositiveSeconds, RuleConfigBase
from pipeline.rules.watcher import Watcher, best_of, box_of, ids_of, names_of

_REID_S = 2.0


class LineCrossingConfig(RuleConfigBase):
    """A line nobody may pass, in one direction or both.

    Attributes:
        line: Where; its drawing order gives the direction (see ``geometry.lines``).
        direction: Which crossings count.
        margin: A crossing counts once the foot is this far beyond, fraction of the picture.
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


class LineCrossing(Watcher[LineCrossingConfig]):
    """Raises when a foot has passed the line; crossings close in time are one episode.

    The episode starts at the first frame beyond the line. Facts: ``in`` and ``out``, crossings of
    each direction in the episode; ``direction``: ``in``, ``out`` or ``both``.
    """

    def __init__(self, config: LineCrossingConfig, site: SiteConfig) -> None:
        super().__init__(config, site, config.line.name)
        self._line = Line(config.line)
        self._lineage = Lineage(_REID_S)
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
        feet = tracks.foot_norm_xy()[concerned].astype(np.float64)
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
        clear = self._line.distance(feet) >= self._config.margin
        passed: list[tuple[int, str, FrameTime]] = []
        for n, subject in enumerate(subjects):
            walk = self._walks.setdefault(subject, _Walk(ids[n], feet[n], 0, None, time.media_s))
            walk.track_id, walk.foot, walk.seen_s = ids[n], feet[n], time.media_s
            if steps[n]:
                walk.net += int(steps[n])
                walk.crossed = time if walk.net else None
            if clear[n] and walk.net:
                direction = "in" if walk.net > 0 else "out"
                if self._config.direction in ("both", direction):
                    passed.append((int(concerned[n]), direction, walk.crossed or time))
            if clear[n]:
                walk.net, walk.crossed = 0, None
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
