"""Whether the packet sizes deserve their say: a score kept against what pictures and tracks show.

An encoder of strictly constant rate spends the same bytes on an empty yard and on a crowd; nothing
in the stream's header says so. So each time something really moved (a picture or the tracker saw
it), it is written down whether the sizes had announced it. Who misses too often is not asked any
more, but is still listened to, and gets the trust back when the encoder is set otherwise.
"""

from __future__ import annotations

from collections import deque

DISTRUST_BELOW, TRUST_ABOVE = 0.5, 0.65
"""Scores between which the opinion stays as it is, so that it does not flap."""
MIN_MISSES = 2
"""One movement missed may be one that hardly was."""
FORGETTING = 0.9
"""Weight of a movement against the one after it: about ten count."""
MAX_CAUTION = 3.0
_MORE_CAUTION, _LESS_CAUTION = 1.25, 0.9
_KEPT_ALARMS_S = 60.0


class Trust:
    """The score of one camera's packet sizes."""

    def __init__(self) -> None:
        self.announced = 0
        self.missed = 0
        self.false_alarms = 0
        self.caution = 1.0
        self.is_trusted = True
        self._good = 1.0  # on credit
        self._bad = 0.0
        self._alarms: deque[float] = deque()

    @property
    def score(self) -> float:
        """Share of movements announced, 0–1."""
        return self._good / (self._good + self._bad)

    @property
    def is_earned(self) -> bool:
        """Trusted not only on credit."""
        return self.is_trusted and self.announced >= MIN_MISSES

    def alarm(self, media_s: float) -> None:
        """The sizes say that something moves."""
        self._alarms.append(media_s)
        while self._alarms[0] < media_s - _KEPT_ALARMS_S:
            self._alarms.popleft()

    def moved(self, from_s: float, to_s: float) -> None:
        """Something began to move for sure between two moments; was there an alarm?"""
        if any(from_s <= at_s <= to_s for at_s in self._alarms):
            self.announced += 1
            self._weigh(1.0, 0.0)
            self.caution = max(1.0, self.caution * _LESS_CAUTION)
        else:
            self.missed += 1
            self._weigh(0.0, 1.0)
        if self.missed >= MIN_MISSES and self.score < DISTRUST_BELOW:
            self.is_trusted = False
        elif self.score > TRUST_ABOVE:
            self.is_trusted = True

    def false_alarm(self) -> None:
        """The sizes woke the gate, and nothing moved."""
        self.false_alarms += 1
        self.caution = min(MAX_CAUTION, self.caution * _MORE_CAUTION)

    def restart(self) -> None:
        """The stream's time begins anew."""
        self._alarms.clear()

    def _weigh(self, good: float, bad: float) -> None:
        self._good = self._good * FORGETTING + good
        self._bad = self._bad * FORGETTING + bad
