"""What ``scripts/bench soak`` holds against the plan, apart from how it is run.

The truth is what the cameras wrote down: when each connection sent its first keyframe and its last
picture, and when somebody walked through the picture. Everything the command centre says is
compared with that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise

import numpy as np

SEAM_S = 2.0
"""Shorter holes are no gaps, as the product defines it."""
GRANULARITY_S = 2.5
"""Of a gap's ends: a fragment of two seconds, and half a second for the camera's own last word."""
SHORT_S = 4.0
"""A connection that is cut off sooner may be over before it is open: recorded or not."""
SETTLE_S = 6.0
"""A camera must have been sending for so long before somebody comes for the alert to be owed."""
TOLD_S = 5.0
"""So long after somebody has gone the alert is in the centre."""
LATE_S = 3.0
EARLY_S = 1.0
WARM_UP_SHARE = 0.3
FLOOR_S = 60.0
"""Of readings: the lowest of each minute says what is held, the others what is in passing."""
ALLOWED_MB_PER_HOUR = 45.0
"""Below any leak worth the name, above what cameras at work by chance at either end make of ten
minutes. Fixed, so that neither a large process nor an unsteady one may lose more."""
LEAST_S = 240.0
"""Of memory readings; in less time even a healthy process still grows into its work."""


@dataclass(frozen=True, slots=True)
class Interval:
    """From and to, seconds since the epoch."""

    start_s: float
    end_s: float

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class Truth:
    """What one camera did.

    Attributes:
        sessions: From the first keyframe sent to the last picture, by connection.
        crossings: When somebody was in the picture, sent or not.
        noise: When noise stood in for pictures: may count as footage, and must not as watching.
        until_s: Who was not gone a while before then need not have reached the centre yet.
    """

    sessions: tuple[Interval, ...]
    crossings: tuple[Interval, ...]
    noise: tuple[Interval, ...] = ()
    until_s: float = float("inf")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What did not agree, in words; empty lists are a pass."""

    counts: dict[str, int]
    problems: tuple[str, ...] = field(default_factory=tuple)


def judge_episodes(
    camera: str, truth: Truth, alerts: Sequence[Interval], deaths_s: Sequence[float] = ()
) -> Verdict:
    """Each crossing that was clearly shown has one alert, each alert one crossing.

    A crossing in the middle of which something went wrong may have an alert or not, never two.

    Args:
        camera: For the text.
        truth: What it showed.
        alerts: Episodes, from their beginning to their end.
        deaths_s: When the worker was killed.
    """
    problems = []
    left = list(alerts)
    expected = unsure = found = 0
    for crossing in truth.crossings:
        near = [
            a for a in left if crossing.start_s - EARLY_S <= a.start_s <= crossing.end_s + LATE_S
        ]
        for alert in near:
            left.remove(alert)
        found += len(near)
        is_owed = _is_clear(crossing, truth, deaths_s)
        expected += is_owed
        unsure += not is_owed
        if len(near) > 1:
            problems.append(f"{camera}: {len(near)} alerts of one person at {crossing.start_s:.1f}")
        elif is_owed and not near:
            problems.append(f"{camera}: no alert of the person at {crossing.start_s:.1f}")
    problems += [f"{camera}: an alert of nobody at {a.start_s:.1f}" for a in left]
    counts = {"expected": expected, "unsure": unsure, "alerts": len(alerts), "matched": found}
    return Verdict(counts, tuple(problems))


def _is_clear(crossing: Interval, truth: Truth, deaths_s: Sequence[float]) -> bool:
    """Whether nothing kept the camera's pictures of the crossing from being looked at."""
    needed = Interval(crossing.start_s - SETTLE_S, crossing.end_s + 1.0)
    is_sent = any(s.start_s <= needed.start_s and needed.end_s <= s.end_s for s in truth.sessions)
    is_noisy = any(n.start_s < needed.end_s and needed.start_s < n.end_s for n in truth.noise)
    is_dead = any(needed.start_s <= d <= needed.end_s for d in deaths_s)
    is_told = crossing.end_s + TOLD_S < truth.until_s
    return is_sent and is_told and not is_noisy and not is_dead


def judge_gaps(camera: str, truth: Truth, gaps: Sequence[Interval], as_of_s: float) -> Verdict:
    """The gap list is the times without pictures, no more and no less.

    Args:
        camera: For the text.
        truth: What it sent.
        gaps: The list, adjoining ones joined whatever their causes.
        as_of_s: What came later is not in the list.
    """
    problems = []
    holes = _between(truth.sessions, as_of_s)
    solid = [s for s in truth.sessions if s.seconds >= SHORT_S]
    short = [s for s in truth.sessions if s.seconds < SHORT_S]
    # A hole around the length of a seam may count as one or as a gap, and noise as either.
    owed = [h for h in _between(solid, as_of_s) if h.seconds >= SEAM_S + GRANULARITY_S]
    noise = [Interval(n.start_s - GRANULARITY_S, n.end_s + 2 * GRANULARITY_S) for n in truth.noise]
    left = join(gaps)
    for hole in owed:
        found = [g for g in left if _agree(g, hole)][:1]
        found = found or [g for g in left if _agree_with_noise(g, hole, noise)][:1]
        if not found and any(hole.start_s < s.start_s < hole.end_s for s in short):
            inside = [g for g in left if hole.start_s < g.end_s and g.start_s < hole.end_s]
            if inside and _agree(Interval(inside[0].start_s, inside[-1].end_s), hole):
                found = inside
        for gap in found:
            left.remove(gap)
        if not found:
            problems.append(f"{camera}: no gap {hole.start_s:.1f} … {hole.end_s:.1f}")
    for gap in left:
        is_short_hole = any(_agree(gap, h) for h in holes)
        if not is_short_hole and not any(
            n.start_s <= gap.start_s and gap.end_s <= n.end_s for n in noise
        ):
            problems.append(f"{camera}: a gap of nothing {gap.start_s:.1f} … {gap.end_s:.1f}")
    return Verdict({"expected": len(owed), "gaps": len(join(gaps))}, tuple(problems))


def _between(sessions: Sequence[Interval], as_of_s: float) -> list[Interval]:
    return [
        Interval(before.end_s, after.start_s)
        for before, after in pairwise(sessions)
        if after.start_s < as_of_s
    ]


def _agree(gap: Interval, hole: Interval) -> bool:
    return (
        abs(gap.start_s - hole.start_s) <= GRANULARITY_S
        and abs(gap.end_s - hole.end_s) <= GRANULARITY_S
    )


def _agree_with_noise(gap: Interval, hole: Interval, noise: Sequence[Interval]) -> bool:
    """Noise at a hole's beginning may have lengthened it; at its end, also have filled it."""
    for one in noise:
        start_s = one.start_s if one.start_s <= hole.start_s <= one.end_s else hole.start_s
        first_end_s = last_end_s = hole.end_s
        if one.start_s <= hole.end_s <= one.end_s:
            # A worker that connects meanwhile records the noise and what follows in one piece.
            first_end_s, last_end_s = max(one.start_s, hole.start_s), one.end_s
        if (
            start_s - GRANULARITY_S <= gap.start_s <= hole.start_s + GRANULARITY_S
            and first_end_s - GRANULARITY_S <= gap.end_s <= last_end_s + GRANULARITY_S
        ):
            return True
    return False


def join(intervals: Sequence[Interval]) -> list[Interval]:
    """Adjoining intervals as one."""
    joined: list[Interval] = []
    for one in sorted(intervals, key=lambda i: i.start_s):
        if joined and one.start_s - joined[-1].end_s < 0.01:
            joined[-1] = Interval(joined[-1].start_s, max(joined[-1].end_s, one.end_s))
        else:
            joined.append(one)
    return joined


@dataclass(frozen=True, slots=True)
class Growth:
    """What became of the worker's memory after its warm-up.

    Attributes:
        samples: Read.
        mean_mb: Of them.
        peak_mb: The highest of them.
        mb_per_hour: Slope of the straight line through the lowest of each minute: the median
            of the slopes between any two, so that one step or peak does not make it.
        growth_mb: What the line rose by while they were read.
        allowed_mb: What is noise.
    """

    samples: int
    mean_mb: float
    peak_mb: float
    mb_per_hour: float
    growth_mb: float
    allowed_mb: float

    @property
    def is_flat(self) -> bool:
        """It grew by no more than noise."""
        return self.growth_mb <= self.allowed_mb


def judge_memory(samples: Sequence[tuple[float, float]]) -> Growth | None:
    """Whether memory stays where it is.

    Args:
        samples: (seconds, MB) of one process's life, in order.

    Returns:
        None when it did not live long enough to tell.
    """
    if not samples:
        return None
    first_s, last_s = samples[0][0], samples[-1][0]
    warm = [s for s in samples if s[0] >= first_s + WARM_UP_SHARE * (last_s - first_s)]
    if not warm or warm[-1][0] - warm[0][0] < LEAST_S:
        return None
    begin_s = warm[0][0]
    lowest: dict[int, tuple[float, float]] = {}
    for at_s, mb in warm:
        minute = int((at_s - begin_s) / FLOOR_S)
        lowest[minute] = min(lowest.get(minute, (at_s, mb)), (at_s, mb), key=_mb)
    slope = float(
        np.median([(b[1] - a[1]) / (b[0] - a[0]) for a, b in combinations(lowest.values(), 2)])
    )
    values = [mb for _, mb in warm]
    judged_s = warm[-1][0] - begin_s
    return Growth(
        samples=len(warm),
        mean_mb=round(float(np.mean(values)), 1),
        peak_mb=round(max(values), 1),
        mb_per_hour=round(slope * 3600, 2),
        growth_mb=round(slope * judged_s, 2),
        allowed_mb=round(ALLOWED_MB_PER_HOUR * judged_s / 3600, 2),
    )


def _mb(sample: tuple[float, float]) -> float:
    return sample[1]
