"""What ``scripts/bench soak`` holds against the plan, apart from how it is run.

The truth is what the cameras wrote down: when each connection sent its first keyframe and its last
picture, and when somebody walked through the picture. Everything the command centre says is
compared with that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from scipy import stats

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
FLOORS = 20
LEAST_FLOOR_S = 60.0
"""The lowest reading of each twentieth, or of each minute, says what is held; the others, what is
in passing."""
MB_PER_HOUR = 5.0
"""What a box may grow by: a gigabyte in eight days, of which every one has 24 by then. Nothing is
allowed on top of it for noise, whatever the length of the run."""
CONFIDENCE = 0.95
PROVEN_S = 3540.0
"""Readings over so long, the last half of two hours, prove that memory is flat; fewer can only
prove that it is not."""
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
        noise: From noise in the place of a picture to the next whole keyframe of the connection:
            may count as footage, and must not as watching.
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

    What may be either is what the camera sent of noise, and connections that were cut off at once:
    there a gap may begin, end or be missing, and the silence around is owed all the same.

    Args:
        camera: For the text.
        truth: What it sent.
        gaps: The list, adjoining ones joined whatever their causes.
        as_of_s: What came later is not in the list.
    """
    problems = []
    solid = [s for s in truth.sessions if s.seconds >= SHORT_S]
    short = [s for s in truth.sessions if s.seconds < SHORT_S]
    listed = join(gaps)
    # A hole around the length of a seam may count as one or as a gap.
    holes = _between(join([*solid, *truth.noise]), as_of_s)
    owed = [h for h in holes if h.seconds >= SEAM_S + GRANULARITY_S]
    for hole in owed:
        has_one = any(_touch(hole, gap) for gap in listed)
        if not has_one or not _is_covered(hole, listed, short):
            problems.append(f"{camera}: no gap {hole.start_s:.1f} … {hole.end_s:.1f}")
    sound = [part for s in solid for part in _without(s, truth.noise)]
    for gap in listed:
        if any(_touch(_core(part), gap) for part in sound):
            problems.append(f"{camera}: a gap of nothing {gap.start_s:.1f} … {gap.end_s:.1f}")
    return Verdict({"expected": len(owed), "gaps": len(listed)}, tuple(problems))


def _between(sent: Sequence[Interval], as_of_s: float) -> list[Interval]:
    return [
        Interval(before.end_s, after.start_s)
        for before, after in pairwise(sent)
        if after.start_s < as_of_s
    ]


def _touch(one: Interval, other: Interval) -> bool:
    return one.start_s < other.end_s and other.start_s < one.end_s


def _is_covered(hole: Interval, gaps: Sequence[Interval], short: Sequence[Interval]) -> bool:
    """But for the granularity at its ends, and for seams beside a connection cut off at once."""
    seam_s = SEAM_S if any(_touch(hole, s) for s in short) else 0.0
    return all(
        part.seconds
        <= (GRANULARITY_S if part.start_s == hole.start_s or part.end_s == hole.end_s else seam_s)
        for part in _without(hole, [*gaps, *short])
    )


def _core(sound: Interval) -> Interval:
    """Where no gap may reach; of a few seconds, its middle."""
    margin_s = min(GRANULARITY_S, sound.seconds / 2)
    return Interval(sound.start_s + margin_s, sound.end_s - margin_s)


def _without(whole: Interval, taken: Sequence[Interval]) -> list[Interval]:
    """What of an interval others leave, in order."""
    left, at_s = [], whole.start_s
    for one in sorted(taken, key=lambda i: i.start_s):
        if one.start_s > at_s:
            left.append(Interval(at_s, min(one.start_s, whole.end_s)))
        at_s = max(at_s, one.end_s)
        if at_s >= whole.end_s:
            return [part for part in left if part.seconds > 0]
    left.append(Interval(at_s, whole.end_s))
    return [part for part in left if part.seconds > 0]


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
    """What became of the worker's memory in the last half of the run.

    Attributes:
        samples: Read.
        mean_mb: Of them.
        peak_mb: The highest of them.
        judged_s: From the first to the last.
        mb_per_hour: Slope of the straight line through the lowest of each stretch: the median of
            the slopes between any two (Theil, Sen), so that one step or peak does not make it.
        at_least_mb_per_hour: Lower end of the slope's interval of confidence, by the readings' own
            scatter.
    """

    samples: int
    mean_mb: float
    peak_mb: float
    judged_s: float
    mb_per_hour: float
    at_least_mb_per_hour: float

    @property
    def is_flat(self) -> bool:
        """Proven over an hour or more; of a shorter time, that growth is not proven."""
        if self.judged_s >= PROVEN_S:
            return self.mb_per_hour <= MB_PER_HOUR
        return self.at_least_mb_per_hour <= MB_PER_HOUR


def judge_memory(samples: Sequence[tuple[float, float]], seconds: float) -> Growth | None:
    """Whether memory stays where it is.

    Args:
        samples: (seconds from the run's beginning, MB) of one process's life, in order.
        seconds: Length of the run; its last half counts.

    Returns:
        None when it did not live long enough to tell.
    """
    late = [s for s in samples if s[0] >= seconds / 2]
    judged_s = late[-1][0] - late[0][0] if late else 0.0
    if judged_s < LEAST_S:
        return None
    begin_s, each_s = late[0][0], max(LEAST_FLOOR_S, judged_s / FLOORS)
    lowest: dict[int, tuple[float, float]] = {}
    for at_s, mb in late:
        stretch = int((at_s - begin_s) / each_s)
        lowest[stretch] = min(lowest.get(stretch, (at_s, mb)), (at_s, mb), key=_mb)
    hours, floors = np.array(list(lowest.values())).T / [[3600.0], [1.0]]
    slope, _, low, _ = stats.theilslopes(floors, hours, CONFIDENCE)
    values = [mb for _, mb in late]
    return Growth(
        samples=len(late),
        mean_mb=round(float(np.mean(values)), 1),
        peak_mb=round(max(values), 1),
        judged_s=round(judged_s, 1),
        mb_per_hour=round(float(slope), 2),
        at_least_mb_per_hour=round(float(low), 2),
    )


def _mb(sample: tuple[float, float]) -> float:
    return sample[1]
