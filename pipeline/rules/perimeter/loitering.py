"""Somebody stays too long: a person whose foot is in the zone for ``min_s`` and more.

Dwell belongs to a person, an episode to the zone. Six people one after another, each staying, give
six episodes, because nobody qualifies before their own ``min_s`` is over; three who stand together
give one, which tells how many there were.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pipeline.core.clock import FrameTime
from pipeline.core.detections import MAX_LOST_S, Tracks
from pipeline.core.events import RuleEvent
from pipeline.geometry import SiteConfig
from pipeline.rules.episodes import MAX_UNSEEN_S, EpisodeMachine, Moment
from pipeline.rules.lineage import Lineage
from pipeline.rules.rule_config import PositiveSeconds
from pipeline.rules.watcher import best_of, box_of, ids_of, names_of
from pipeline.rules.zone_watcher import OverZone, ZoneRuleConfig

_MAX_INTERVAL_S = 1.0
"""Most that is added to a stay for the time between two frames."""


class LoiteringConfig(ZoneRuleConfig):
    """A zone people may pass but not stay in.

    Attributes:
        min_s: How long is too long.
        forgive_s: A person out of the zone, or out of sight and back under another track, for no
            longer than this has not left. Whom the tracker keeps while hidden has not left either.
    """

    type: Literal["loitering"]
    min_s: PositiveSeconds = 60.0
    forgive_s: PositiveSeconds = 2.0
    clear_s: PositiveSeconds = 5.0


@dataclass(slots=True)
class _Stay:
    since: FrameTime
    last: FrameTime
    track_id: int
    absent_from_s: float | None = None  # first frame without since ``last``
    was_outside: bool = False  # since ``last``, and seen there

    @property
    def dwell_s(self) -> float:
        return self.last.media_s - self.since.media_s


class Loitering(OverZone[LoiteringConfig]):
    """Raises while anybody who has stayed ``min_s`` is still inside the zone.

    The episode starts when the first of them came in. Facts: ``people`` who stayed too long so
    far, ``dwell_s`` the longest stay in seconds: from the first sight to the last and one interval
    between frames, because whoever is seen in n frames came up to one interval before the first
    and left up to one after the last.
    """

    def __init__(self, config: LoiteringConfig, site: SiteConfig) -> None:
        super().__init__(config, site)
        self._lineage = Lineage(config.forgive_s)
        self._machine = EpisodeMachine(self.identity, dwell_s=0.0, clear_s=config.clear_s)
        self._stays: dict[int, _Stay] = {}  # by subject
        self._loiterers: dict[int, float] = {}  # dwell by subject, of this episode
        self._previous_s = float("-inf")
        self._interval_s = 0.0

    @property
    def is_engaged(self) -> bool:
        """Somebody stays in the zone, or did until a moment ago."""
        return super().is_engaged or bool(self._stays)

    def update(self, tracks: Tracks, time: FrameTime) -> list[RuleEvent]:
        """Look at one frame; see :class:`pipeline.rules.base.Rule`."""
        concerned = self._concerned(tracks)
        subjects = self._lineage.keys(tracks, concerned, time)
        if not self.is_scheduled(time.utc_s):
            self._presence.clear()
            self._stays.clear()
            return self.finish(time)
        inside = self._presence.inside(tracks, concerned, time.media_s)
        by_index = dict(zip((int(i) for i in concerned), subjects, strict=True))
        for i in inside:
            seen_from = self._first_sight(tracks, int(i), time)
            self._stay_on(by_index[int(i)], int(tracks.track_id[i]), seen_from, time)
        seen = set(subjects)
        for subject, stay in self._stays.items():
            stay.was_outside |= stay.last.media_s < time.media_s and subject in seen
            if stay.last.media_s < time.media_s and stay.absent_from_s is None:
                stay.absent_from_s = time.media_s
        self._interval_s = min(time.media_s - self._previous_s, _MAX_INTERVAL_S)
        self._previous_s = time.media_s

        staying = np.array([i for i in inside if self._is_long(by_index[int(i)])], np.int64)
        events = self._machine.expire(time, holds=len(staying) > 0)
        if not self._machine.is_open:
            self._loiterers.clear()
        moment = None
        if len(staying):
            moment = self._moment(tracks, staying, [by_index[int(i)] for i in staying])
        events += self._machine.step(time, moment)
        self._remember(tracks, concerned, time)
        self._presence.keep(set(self._seen_s))
        self._forget(time)
        return events

    def finish(self, time: FrameTime) -> list[RuleEvent]:
        """End what is still open."""
        return self._machine.finish(time)

    def _stay_on(self, subject: int, track_id: int, seen_from: FrameTime, time: FrameTime) -> None:
        """Lengthen a stay, or begin one; absence counts as in ``episodes``."""
        stay = self._stays.get(subject)
        if stay is not None and time.media_s - self._previous_s <= MAX_UNSEEN_S:
            absent_s = 0.0
            if stay.absent_from_s is not None:
                absent_s = min(self._previous_s, seen_from.media_s) - stay.absent_from_s
            was_hidden = stay.track_id == track_id and not stay.was_outside
            forgive_s = self._config.forgive_s
            if absent_s <= (max(forgive_s, MAX_LOST_S) if was_hidden else forgive_s):
                stay.last, stay.track_id = time, track_id
                stay.absent_from_s, stay.was_outside = None, False
                return
        self._stays[subject] = _Stay(seen_from, time, track_id)

    def _is_long(self, subject: int) -> bool:
        return self._stays[subject].dwell_s + 1e-6 >= self._config.min_s

    def _moment(self, tracks: Tracks, staying: NDArray[np.int64], subjects: list[int]) -> Moment:
        for subject in subjects:
            dwell_s = max(self._stays[subject].dwell_s, self._loiterers.get(subject, 0.0))
            self._loiterers[subject] = dwell_s
        best = best_of(tracks, staying)
        return Moment(
            since=min((self._stays[s].since for s in subjects), key=lambda t: t.media_s),
            track_ids=ids_of(tracks, staying),
            class_names=names_of(tracks, staying),
            box_norm_xyxy=box_of(tracks, best),
            score=float(tracks.score[best]),
            facts={"people": float(len(self._loiterers))},
            measures={"dwell_s": round(max(self._loiterers.values()) + self._interval_s, 3)},
        )

    def _forget(self, time: FrameTime) -> None:
        horizon_s = time.media_s - max(self._config.forgive_s, MAX_UNSEEN_S) - 10.0
        self._stays = {k: s for k, s in self._stays.items() if s.last.media_s >= horizon_s}
