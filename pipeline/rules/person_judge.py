"""Rules that judge people one by one, over a window of seconds, with three outcomes.

For each person in the zone a frame gives an answer: violation, no violation, or cannot tell. Once
enough of the window was looked at, the person is ``violating``, ``complying`` or
``unable_to_judge``; nobody violates a rule by being hard to see. A verdict stands until the
opposite one is reached: who turns away after being seen without a hat has not put one on.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from pipeline.core.clock import FrameTime
from pipeline.core.detections import Tracks
from pipeline.geometry import SiteConfig
from pipeline.rules.episodes import Moment
from pipeline.rules.lineage import Lineage
from pipeline.rules.rule_config import PositiveSeconds
from pipeline.rules.share_window import Outcome, ShareWindow
from pipeline.rules.zone_watcher import ZoneRuleConfig, ZoneWatcher, earliest, moment_of

_REID_S = 3.0
"""A person lost for no longer than this, and found nearby, is the same one, as for the tracker."""
_FORGET_S = _REID_S + 10.0
_FULL = 0.8
"""Share of the window that must have been looked at: a missed frame or two delay no verdict."""


class PersonJudgeConfig(ZoneRuleConfig):
    """What all rules that judge people can be told.

    Attributes:
        window_s: How far back a verdict looks.
        min_judged: Least share of it in which there was an answer at all.
        min_share: Least share of the answers that must agree.
        clear_s: A violation that begins again within this is the same episode.
    """

    window_s: PositiveSeconds
    min_judged: Annotated[float, Field(gt=0.0, le=1.0)] = 0.4
    min_share: Annotated[float, Field(gt=0.5, le=1.0)] = 0.7
    clear_s: PositiveSeconds = 20.0


PersonJudgeConfigT = TypeVar("PersonJudgeConfigT", bound=PersonJudgeConfig)


@dataclass(slots=True)
class Judged:
    """One person in the zone.

    Attributes:
        window: Their answers.
        entered: When they were first seen in the zone.
        since: First moment of the violation that stands; None if none does.
        worst: The worst outcome so far; unable to judge until there is another.
        seen_s: Last sight in the zone.
        reason: Which of several conditions holds, for rules that have more than one.
    """

    window: ShareWindow
    entered: FrameTime
    since: FrameTime | None = None
    worst: Outcome = Outcome.UNABLE_TO_JUDGE
    seen_s: float = 0.0
    reason: str = ""


class PersonJudge(ZoneWatcher[PersonJudgeConfigT]):
    """Base: raises while somebody in the zone is violating.

    The episode starts at the first violating moment of the window that decided. Facts: ``people``
    violating at one moment, the most; measures: how many people of the episode were ``violating``,
    ``complying`` and ``unable_to_judge``, each by the worst that was found of them.
    """

    violation: ClassVar[int] = 0
    """The answer that is a violation."""

    def __init__(self, config: PersonJudgeConfigT, site: SiteConfig) -> None:
        super().__init__(config, site)
        self._lineage = Lineage(_REID_S)
        self._people: dict[int, Judged] = {}  # by subject
        self._here: set[int] = set()  # subjects in the zone in this frame
        self._episode: dict[int, Outcome] = {}  # by subject
        self._gone = dict.fromkeys(Outcome, 0)

    @property
    def outcomes(self) -> Mapping[Outcome, int]:
        """How many people had each outcome since the rule started, each counted once."""
        count = dict(self._gone)
        for person in self._people.values():
            count[person.worst] += 1
        return count

    def _look(self, tracks: Tracks, time: FrameTime) -> Moment | None:
        people = self._candidates(tracks)
        subjects = self._lineage.keys(tracks, people, time)
        by_index = dict(zip((int(i) for i in people), subjects, strict=True))
        inside = self._presence.inside(tracks, people, time.media_s)
        interval_s = self._interval_s(time)
        self._here = {by_index[int(i)] for i in inside}
        violating: list[int] = []
        for i, answer in zip(inside, self._answers(tracks, inside), strict=True):
            subject = by_index[int(i)]
            person = self._people.get(subject)
            if person is None:
                entered = self._first_sight(tracks, int(i), time)
                person = self._people[subject] = Judged(ShareWindow(self._config.window_s), entered)
            person.window.add(time, interval_s, int(answer))
            person.seen_s = time.media_s
            self._judge(person, time)
            self._episode[subject] = person.worst
            if person.since is not None:
                violating.append(int(i))
        self._forget(time)
        if not violating:
            return None
        standing = [self._people[by_index[i]] for i in violating]
        facts: dict[str, float | str] = {"people": float(len(violating))}
        reasons = {person.reason for person in standing} - {""}
        if reasons:
            facts["reason"] = min(reasons)
        since = earliest([p.since for p in standing if p.since is not None])
        return moment_of(tracks, np.array(violating, np.int64), since, facts=facts)

    def _candidates(self, tracks: Tracks) -> NDArray[np.int64]:
        """Indices of the people to judge."""
        return self._concerned(tracks)

    @abstractmethod
    def _answers(self, tracks: Tracks, inside: NDArray[np.int64]) -> NDArray[np.int8]:
        """The answer for each of some tracks: 1, 0, or −1 where nobody can tell."""

    def _judge(self, person: Judged, time: FrameTime) -> None:
        config = self._config
        outcome = person.window.judge(
            self.violation,
            full_s=_FULL * config.window_s,
            min_judged=config.min_judged,
            min_share=config.min_share,
        )
        if outcome is Outcome.VIOLATING:
            person.worst = outcome
            if person.since is None:
                person.since = person.window.first(self.violation)
        elif outcome is Outcome.COMPLYING:
            person.since = None
            if person.worst is Outcome.UNABLE_TO_JUDGE:
                person.worst = outcome

    def _begin(self) -> None:
        self._episode = {k: o for k, o in self._episode.items() if k in self._here}

    def _tally(self) -> Mapping[str, float]:
        found = list(self._episode.values())
        return {str(outcome): float(found.count(outcome)) for outcome in Outcome}

    def _forget(self, time: FrameTime) -> None:
        gone = [k for k, p in self._people.items() if time.media_s - p.seen_s > _FORGET_S]
        for subject in gone:
            self._gone[self._people.pop(subject).worst] += 1

    def _rest(self) -> None:
        super()._rest()
        for person in self._people.values():
            self._gone[person.worst] += 1
        self._people.clear()
        self._here.clear()
