"""What was seen of one person over the last seconds, weighed by time.

One frame says little: a head turns, a phone hides behind a hand. A verdict is a share of a window
of seconds, in which each frame counts for the time since the one before, so that 2 frames a second
and 10 give the same verdict.
"""

from __future__ import annotations

from collections import deque
from enum import StrEnum

from pipeline.core.clock import FrameTime

_MAX_WEIGHT_S = 1.0
"""Most that one frame may count for; longer gaps were not looked at."""
_EPSILON_S = 1e-6


class Outcome(StrEnum):
    """What can be said of one person."""

    VIOLATING = "violating"
    COMPLYING = "complying"
    UNABLE_TO_JUDGE = "unable_to_judge"


class ShareWindow:
    """Answers 1 (yes), 0 (no) or −1 (cannot tell) of the last seconds.

    Args:
        window_s: How far it reaches back.
    """

    def __init__(self, window_s: float) -> None:
        self._window_s = window_s
        self._samples: deque[tuple[FrameTime, float, int]] = deque()

    def add(self, time: FrameTime, weight_s: float, answer: int) -> None:
        """Take one frame's answer, which counts for ``weight_s``."""
        self._samples.append((time, min(weight_s, _MAX_WEIGHT_S), answer))
        oldest_s = time.media_s - self._window_s + _EPSILON_S
        while self._samples and self._samples[0][0].media_s <= oldest_s:
            self._samples.popleft()

    def seconds(self, answer: int) -> float:
        """Seconds of the window with this answer."""
        return sum(weight for _, weight, given in self._samples if given == answer)

    @property
    def seen_s(self) -> float:
        """Seconds of the window that were looked at, whatever the answer."""
        return sum(weight for _, weight, _ in self._samples)

    def first(self, answer: int) -> FrameTime:
        """The first moment in the window with this answer; there must be one."""
        return next(time for time, _, given in self._samples if given == answer)

    def judge(
        self, violation: int, *, full_s: float, min_judged: float, min_share: float
    ) -> Outcome | None:
        """What the window says; None while it has not seen enough.

        Args:
            violation: The answer that is a violation, 1 or 0.
            full_s: Seconds that must have been looked at.
            min_judged: Least share of them with an answer other than "cannot tell".
            min_share: Least share of those with one answer.
        """
        seen_s = self.seen_s
        if seen_s + _EPSILON_S < full_s:
            return None
        against, for_ = self.seconds(violation), self.seconds(1 - violation)
        judged_s = against + for_
        if judged_s <= 0.0 or judged_s + _EPSILON_S < min_judged * seen_s:
            return Outcome.UNABLE_TO_JUDGE
        if against + _EPSILON_S >= min_share * judged_s:
            return Outcome.VIOLATING
        if for_ + _EPSILON_S >= min_share * judged_s:
            return Outcome.COMPLYING
        return Outcome.UNABLE_TO_JUDGE
