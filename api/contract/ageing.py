"""How fast things may grow old, at a box as at the command centre.

What is deleted in error cannot be had back, and a clock may jump by years: a dead battery, a wrong
time server. So age has a time of its own, which whoever deletes keeps. It follows the system's
clock, but never faster than a few days for each day that really passed; whoever is mistaken by
years has days to notice.
"""

from __future__ import annotations

DAYS_A_DAY = 4.0
"""What a day of running may age things at most: enough for a machine that is switched on for eight
hours a day, and for one that was off all summer to catch up."""
BEHIND_S = 2 * 86_400.0
"""So far behind the system's clock is an alarm."""


class Ageing:
    """The time by which things are judged too old, since this process began."""

    def __init__(self) -> None:
        self._seen: tuple[float, float] | None = None
        """Where it stood when this process first looked or last caught up, and when that was."""

    def move(
        self, before_s: float, now_s: float, mono_s: float, limit_s: float = float("inf")
    ) -> float:
        """Move it on as far as may be.

        Args:
            before_s: Where it stood, seconds since the epoch.
            now_s: The system's clock.
            mono_s: A clock that only goes forward.
            limit_s: What somebody else's clock allows.

        Returns:
            Where it stands; never after ``now_s``.
        """
        if self._seen is None or now_s < self._seen[0]:
            self._seen = (min(before_s, now_s), mono_s)
        seen_s, seen_mono_s = self._seen
        allowed_s = seen_s + (mono_s - seen_mono_s) * DAYS_A_DAY
        at_s = min(max(before_s, min(limit_s, allowed_s)), now_s)
        if at_s == now_s:
            self._seen = (at_s, mono_s)
        return at_s
