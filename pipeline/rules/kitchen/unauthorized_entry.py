"""Somebody who does not belong into the kitchen: without work clothes, or outside its hours.

No face is compared with anything: whoever wears the kitchen's clothes belongs there.
"""

from __future__ import annotations

from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from pipeline.core.clock import FrameTime
from pipeline.core.detections import Tracks
from pipeline.geometry import Schedule, ScheduleConfig, SiteConfig
from pipeline.rules.episodes import Moment
from pipeline.rules.person_judge import Judged, PersonJudge, PersonJudgeConfig
from pipeline.rules.rule_config import PositiveSeconds, Seconds
from pipeline.rules.share_window import Outcome

_UNIFORM = "uniform"


class UnauthorizedEntryConfig(PersonJudgeConfig):
    """A zone for staff.

    Attributes:
        hours: When staff may be there; outside of it nobody may.
        require_uniform: Whether staff are known by their work clothes; needs a model that tells
            ``uniform``. Without it, only the hours count.
        dwell_s: Outside the hours, inside this long before it is an alert.
        window_s: Within the hours, how long somebody is looked at: 5 s, as for ``no_uniform``.
    """

    type: Literal["unauthorized_entry"]
    hours: ScheduleConfig = "always"
    require_uniform: bool = True
    dwell_s: Seconds = 1.0
    window_s: PositiveSeconds = 5.0

    @model_validator(mode="after")
    def _can_say_no(self) -> Self:
        if not self.require_uniform and self.hours == "always":
            raise ValueError(
                "staff may come at any hour in any clothes, so nobody is unauthorised. "
                "Give hours, or set require_uniform: true"
            )
        return self

    @property
    def required_attributes(self) -> tuple[str, ...]:
        """``uniform``, unless only the hours count."""
        return (_UNIFORM,) if self.require_uniform else ()


class UnauthorizedEntry(PersonJudge[UnauthorizedEntryConfig]):
    """Raises while somebody is in the zone outside its hours, or there without work clothes.

    Fact ``reason``: ``no_uniform`` or ``outside_hours``.
    """

    def __init__(self, config: UnauthorizedEntryConfig, site: SiteConfig) -> None:
        super().__init__(config, site)
        self._hours = Schedule(config.hours, site)
        self._is_open = True

    def _look(self, tracks: Tracks, time: FrameTime) -> Moment | None:
        was_open, self._is_open = self._is_open, self._hours.is_active(time.utc_s)
        if self._is_open and not was_open:  # who came early is judged by their clothes from now on
            for person in self._people.values():
                person.since, person.reason = None, ""
        return super()._look(tracks, time)

    def _answers(self, tracks: Tracks, inside: NDArray[np.int64]) -> NDArray[np.int8]:
        return tracks.attribute(_UNIFORM)[inside].astype(np.int8)

    def _judge(self, person: Judged, time: FrameTime) -> None:
        if self._is_open:
            if self._config.require_uniform:
                super()._judge(person, time)
                person.reason = "no_uniform" if person.since is not None else ""
            return
        if person.reason != "outside_hours":
            # Closing time finds people inside; before it, they were allowed to be.
            closed = person.entered if person.since is None else person.since
            if not self._hours.is_active(closed.utc_s):
                if time.media_s - closed.media_s + 1e-6 >= self._config.dwell_s:
                    person.since, person.reason = closed, "outside_hours"
                    person.worst = Outcome.VIOLATING
            else:
                person.entered = time
                person.since, person.reason = None, ""
