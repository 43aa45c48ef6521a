"""Analysed time: the seconds really looked at, per camera and rule, each minute.

A camera's time line is cut into stretches that were analysed or missing for a reason. "No alert"
and "not watching" must never look alike.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Protocol

from api.contract import AnalysedTime, MissingReason, MissingTime
from pipeline.runtime.config import AnalysisConfig
from pipeline.runtime.episodes import utc

INTERVAL_S = 60.0


class Watched(Protocol):
    """A rule, with the hours and the rate of the model it goes by."""

    @property
    def type(self) -> str:
        """The rule's type."""

    @property
    def rule_id(self) -> str:
        """Its name on the camera."""

    @property
    def every_s(self) -> float:
        """Seconds between two looks of its model; 0 for one at every picture."""

    def is_scheduled(self, utc_s: float) -> bool:
        """Whether it watches at a moment, seconds since the epoch."""


_LEAP_S = 86_400.0
"""Longest silence that is told minute by minute; a box without a battery begins in 1970."""
_LEAP_BACK_S = 60.0


class WatchedTime:
    """The ledger of one camera.

    Args:
        camera_id: Camera.
        rules: Its rules; outside its schedule, or its model's, a rule's time is
            ``out_of_schedule``.
        start_utc_s: Where the time line begins.
        frame_worth_s: Longest stretch one analysed picture may stand for; above it, time between
            two pictures was not looked at. Twice a slower model's rate, if that is longer: of the
            pictures that come, it looks at one as soon as its turn has come.
        emit: Takes each finished interval's reports.
    """

    def __init__(
        self,
        camera_id: str,
        rules: Sequence[Watched],
        start_utc_s: float,
        *,
        frame_worth_s: float,
        emit: Callable[[list[AnalysedTime]], None],
    ) -> None:
        self._camera_id = camera_id
        self._rules = rules
        self._cursor_s = start_utc_s
        self._from_s = start_utc_s
        self._worth_s = [max(frame_worth_s, 2.0 * rule.every_s) for rule in rules]
        self._frame_worth_s = frame_worth_s
        self._emit = emit
        self._analysed_s = [0.0] * len(rules)
        self._missing_s: list[dict[MissingReason, float]] = [{} for _ in rules]

    def analysed(self, utc_s: float, *, otherwise: MissingReason) -> None:
        """A picture taken at ``utc_s`` was analysed; older unexplained time is ``otherwise``."""
        self._advance(utc_s, otherwise, [utc_s - worth_s for worth_s in self._worth_s])

    def missing(self, utc_s: float, reason: MissingReason) -> None:
        """Nothing was analysed up to ``utc_s``."""
        self._advance(utc_s, reason, [math.inf] * len(self._rules))

    def go_on(self, rules: Sequence[Watched]) -> None:
        """From here on the time is that of other rules; what was told of the old ones stays."""
        self.finish()
        self._rules = rules
        self._worth_s = [max(self._frame_worth_s, 2.0 * rule.every_s) for rule in rules]
        self._analysed_s = [0.0] * len(rules)
        self._missing_s = [{} for _ in rules]
        self._from_s = self._cursor_s

    def finish(self) -> None:
        """Report the last, unfinished interval."""
        if self._cursor_s - self._from_s >= 0.001:
            self._report()

    def _advance(self, to_s: float, reason: MissingReason, looked_from_s: list[float]) -> None:
        if not -_LEAP_BACK_S <= to_s - self._cursor_s <= _LEAP_S:
            # The box's clock was set: time that never was is neither looked at nor missing, and
            # time that comes again is told again.
            self.finish()
            self._from_s = self._cursor_s = to_s
        while self._cursor_s < to_s:
            boundary_s = (math.floor(self._from_s / INTERVAL_S) + 1) * INTERVAL_S
            end_s = min(to_s, boundary_s)
            for i, from_s in enumerate(looked_from_s):
                looked_s = min(max(from_s, self._cursor_s), end_s)
                self._add(i, self._cursor_s, looked_s, reason)
                self._add(i, looked_s, end_s, None)
            self._cursor_s = end_s
            if end_s >= boundary_s:
                self._report()

    def _add(self, i: int, from_s: float, to_s: float, reason: MissingReason | None) -> None:
        seconds = to_s - from_s
        if seconds <= 0.0:
            return
        is_scheduled = self._rules[i].is_scheduled((from_s + to_s) / 2)
        why = reason if is_scheduled else MissingReason.OUT_OF_SCHEDULE
        if why is None:
            self._analysed_s[i] += seconds
        else:
            self._missing_s[i][why] = self._missing_s[i].get(why, 0.0) + seconds

    def _report(self) -> None:
        reports = [
            AnalysedTime(
                camera_id=self._camera_id,
                rule=rule.type,
                rule_id=rule.rule_id,
                from_at=utc(self._from_s),
                to_at=utc(self._cursor_s),
                analysed_s=round(self._analysed_s[i], 3),
                missing=tuple(
                    MissingTime(reason=reason, seconds=round(seconds, 3))
                    for reason, seconds in sorted(self._missing_s[i].items())
                    if round(seconds, 3) > 0
                ),
            )
            for i, rule in enumerate(self._rules)
        ]
        self._from_s = self._cursor_s
        self._analysed_s = [0.0] * len(self._rules)
        self._missing_s = [{} for _ in self._rules]
        self._emit(reports)


def picture_worth_s(config: AnalysisConfig) -> float:
    """How long one looked-at picture may stand for.

    Behind a gate, keyframes are what is looked at while nothing moves; a camera whose keyframes are
    further apart than the gate accepts is decoded in full, so longer silence is a gap.
    """
    sampled_s = 2.0 / config.analysis_fps
    return sampled_s if config.gate.mode == "always" else max(sampled_s, config.gate.max_blind_s)
