"""When the box cannot keep up: look less often, at the least urgent cameras first, and say so.

Decoding goes on; what is lowered is how many pictures a second are looked at, for all cameras of
one urgency alike, before any picture has to be dropped. ``LoadController`` decides and is pure;
``LoadWatch`` asks the cameras and tells them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

import structlog

from api.contract import RiskLevel
from pipeline.core.clock import Clock
from pipeline.runtime.config import AnalysisConfig

_log = structlog.get_logger(__name__)

SHARES = (1.0, 0.7, 0.5, 0.3)
"""Of the configured rate. Not less: 1.5 pictures a second still follow somebody who walks."""
LAG_S = 0.4
"""Overloaded from this lag on; at 1 s cameras begin to drop pictures (``camera.py``)."""
CALM_LAG_S = 0.15
SETTLED_S = 3.0
"""A camera that has just woken goes back for what came before, and lags without being slow."""
CONFIRM_S = 0.5
"""Overload must last so long, so that one slow moment changes nothing."""
STEP_S = 1.0
"""Least time between two steps: the step before must show first."""
CALM_S, MAX_CALM_S = 10.0, 160.0
"""Quiet time before a step back; doubled each time the step back was too early."""
TOO_EARLY_S = 60.0
"""A step back was, if the next step up comes so soon."""
FORGET_S = 600.0
"""Without a step for so long, what was learned of steps back is forgotten."""
_TICK_S = 0.5


class Urgency(IntEnum):
    """How much a camera needs its pictures; the lowest gives way first."""

    CLASS_3 = 0
    CLASS_2 = 1
    CLASS_1 = 2
    ENGAGED = 3
    """Something is going on: an episode is open, or what may become one has begun."""


_OF_RISK = {
    RiskLevel.CLASS_1: Urgency.CLASS_1,
    RiskLevel.CLASS_2: Urgency.CLASS_2,
    RiskLevel.CLASS_3: Urgency.CLASS_3,
}
_STEPS_EACH = len(SHARES) - 1
_TOP = _STEPS_EACH * len(Urgency)


@dataclass(frozen=True, slots=True)
class CameraLoad:
    """How one camera keeps up.

    Attributes:
        urgency: Of its rules, or that something is going on.
        lag_s: Seconds of the stream that wait to be looked at.
        awake_s: Since when it is decoded in full; 0.0 while it rests.
    """

    urgency: Urgency
    lag_s: float
    awake_s: float


def urgency_of(config: AnalysisConfig) -> Urgency:
    """What a camera's rules make of it: the most urgent of them counts."""
    return max(_OF_RISK[rule.risk_level] for rule in config.rules)


class LoadController:
    """Shares of the configured rates, by urgency; no clock of its own.

    The level counts steps: 0 is nothing lowered, the first three lower class 3 in steps, the next
    three class 2, and so on; steps of a class that no camera is in are passed over.
    """

    def __init__(self) -> None:
        self._level = 0
        self._over_since_s: float | None = None
        self._calm_since_s: float | None = None
        self._stepped_s = float("-inf")
        self._eased_s = float("-inf")
        self._calm_s = CALM_S

    @property
    def shares(self) -> Mapping[Urgency, float]:
        """What share of its rate each urgency has now."""
        return {u: SHARES[_steps_of(u, self._level)] for u in Urgency}

    def update(
        self, now_s: float, cameras: Iterable[CameraLoad], waited_s: float
    ) -> Mapping[Urgency, float]:
        """Take a look at all cameras.

        Args:
            now_s: Monotonic.
            cameras: Those that are watched now.
            waited_s: How long a picture waited for its model lately.

        Returns:
            The shares from now on.
        """
        known = list(cameras)
        settled = [each.lag_s for each in known if each.awake_s >= SETTLED_S]
        late = sum(lag_s > LAG_S for lag_s in settled)
        # A single camera that lags among many is slow by itself: the others are not to suffer.
        is_over = late * 2 >= max(len(settled), 1) or waited_s > LAG_S
        is_calm = max([waited_s, *settled]) <= CALM_LAG_S
        self._over_since_s = _since(self._over_since_s, now_s, is_over)
        self._calm_since_s = _since(self._calm_since_s, now_s, is_calm)
        present = {each.urgency for each in known}
        if self._lasts(now_s, self._over_since_s, CONFIRM_S, STEP_S):
            self._raise(now_s, present)
        elif self._level and self._lasts(now_s, self._calm_since_s, self._calm_s, self._calm_s):
            self._ease(now_s, present)
        return self.shares

    def _lasts(self, now_s: float, since_s: float | None, for_s: float, apart_s: float) -> bool:
        return (
            since_s is not None and now_s - since_s >= for_s and now_s - self._stepped_s >= apart_s
        )

    def _raise(self, now_s: float, present: set[Urgency]) -> None:
        level = self._level
        while level < _TOP and _urgency_at(level) not in present:
            level += 1
        if level >= _TOP:
            return  # nobody is left who could give way
        if now_s - self._eased_s <= TOO_EARLY_S:
            self._calm_s = min(self._calm_s * 2, MAX_CALM_S)
            self._eased_s = float("-inf")
        elif now_s - self._stepped_s > FORGET_S:
            self._calm_s = CALM_S
        self._step(level + 1, now_s)

    def _ease(self, now_s: float, present: set[Urgency]) -> None:
        level = self._level - 1
        while level and _urgency_at(level) not in present:
            level -= 1
        self._eased_s = now_s
        self._step(level, now_s)

    def _step(self, level: int, now_s: float) -> None:
        self._level = level
        self._stepped_s = now_s


def _since(before_s: float | None, now_s: float, holds: bool) -> float | None:
    if not holds:
        return None
    return now_s if before_s is None else before_s


def _urgency_at(level: int) -> Urgency:
    """Whose rate the step above this level lowers."""
    return Urgency(level // _STEPS_EACH)


def _steps_of(urgency: Urgency, level: int) -> int:
    return min(max(level - _STEPS_EACH * urgency, 0), _STEPS_EACH)


class Slowable(Protocol):
    """A camera as the watch sees it."""

    def load(self) -> CameraLoad | None:
        """How it keeps up; None while nothing comes from it."""

    def look_less(self, shares: Mapping[Urgency, float]) -> None:
        """Take the share of its urgency from now on."""


class LoadWatch:
    """Asks all cameras twice a second and tells them their share.

    Args:
        cameras: Those of now.
        waited_s: How long pictures waited for their models since it was last asked.
        clock: Time.
    """

    def __init__(
        self,
        cameras: Callable[[], Iterable[Slowable]],
        waited_s: Callable[[], float],
        clock: Clock,
    ) -> None:
        self._cameras = cameras
        self._waited_s = waited_s
        self._clock = clock
        self._controller = LoadController()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="load", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, deadline_s: float) -> None:
        """End."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(deadline_s)

    def _run(self) -> None:
        told: Mapping[Urgency, float] = self._controller.shares
        while not self._stop.wait(_TICK_S):
            shares = self.look()
            if shares != told:
                _log.warning(
                    "analysis rate", shares={u.name.lower(): share for u, share in shares.items()}
                )
                told = shares

    def look(self) -> Mapping[Urgency, float]:
        """Ask and tell once."""
        cameras = list(self._cameras())
        loads = [load for each in cameras if (load := each.load()) is not None]
        shares = self._controller.update(self._clock.mono_ns() / 1e9, loads, self._waited_s())
        for each in cameras:
            each.look_less(shares)
        return shares
