"""Verdicts of one camera on many days, in one pass over its holes.

:func:`api.contract.footage.verdict.judge` looks at all footage for each verdict; ninety verdicts in
a row look at nearly the same. Here holes are kept in order with running sums, each day adds what
is new and a verdict is a few look-ups. A test holds the two against each other.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from api.contract.footage.calendar_ms import Calendar
from api.contract.footage.held import Hole
from api.contract.footage.verdict import DEFAULT_SEAM_S
from api.contract.retention import GapCause, RetentionState

_SEAM_MS = round(DEFAULT_SEAM_S * 1000)


class Known(Protocol):
    """What is known of a camera at one moment besides its holes; see ``HeldFootage``."""

    @property
    def as_of_ms(self) -> int: ...
    @property
    def from_ms(self) -> int: ...
    @property
    def front_ms(self) -> int | None: ...
    @property
    def before(self) -> GapCause | None: ...
    @property
    def oldest_ms(self) -> int | None: ...
    @property
    def life_ms(self) -> int | None: ...
    @property
    def is_offline(self) -> bool: ...
    @property
    def is_incomplete(self) -> bool: ...


class DayVerdict(NamedTuple):
    """What one camera's footage proved at one moment.

    Attributes:
        state: The one word.
        completeness: 0-1, of the window.
        proven_days: Continuous calendar days back, also beyond the window.
        gap_count: Holes in the window, whatever causes each has.
        gap_s: Their seconds.
    """

    state: RetentionState
    completeness: float
    proven_days: float
    gap_count: int
    gap_s: float


NOTHING_KNOWN = DayVerdict(RetentionState.UNKNOWN, 0.0, 0.0, 0, 0.0)


class Window(NamedTuple):
    """What is judged of what is known at one moment.

    Attributes:
        start_ms: As early as is asked for, the camera is old and anything is known.
        end_ms: The moment last told.
        required_ms: As early as is asked for.
        is_cut: There is footage from before the window that nobody told more of.
    """

    start_ms: int
    end_ms: int
    required_ms: int
    is_cut: bool


class Sweep:
    """Holes of one camera, in order, as they are known at the moment last told."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._is_deleted: list[bool] = []
        """Whether a hole is one of deleted footage alone."""
        self._lost_ms: list[int] = [0]
        """Of all holes before the n-th together."""
        self._interrupted: list[int] = [0]
        """Of all holes before the n-th those that are not of deleted footage."""

    def tell(self, changed_ms: int, holes: Sequence[Hole]) -> None:
        """From this moment on these are the holes; parts that touch are one hole."""
        kept = bisect_left(self._starts, changed_ms)
        if kept < len(self._starts):
            del self._starts[kept:], self._ends[kept:], self._is_deleted[kept:]
            del self._lost_ms[kept + 1 :], self._interrupted[kept + 1 :]
        if kept and self._ends[-1] > changed_ms:
            self._lost_ms[-1] -= self._ends[-1] - changed_ms
            self._ends[-1] = changed_ms
        for hole in holes:
            is_deleted = hole.cause is GapCause.DELETED
            length_ms = hole.end_ms - hole.start_ms
            if self._ends and self._ends[-1] == hole.start_ms:
                self._ends[-1] = hole.end_ms
                self._lost_ms[-1] += length_ms
                if self._is_deleted[-1] and not is_deleted:
                    self._is_deleted[-1] = False
                    self._interrupted[-1] += 1
                continue
            self._starts.append(hole.start_ms)
            self._ends.append(hole.end_ms)
            self._is_deleted.append(is_deleted)
            self._lost_ms.append(self._lost_ms[-1] + length_ms)
            self._interrupted.append(self._interrupted[-1] + (not is_deleted))

    def judge(
        self, known: Known, days: int, max_days: int | None, calendar: Calendar
    ) -> DayVerdict:
        """The verdict at the moment last told; see ``verdict.judge``.

        Args:
            known: What else is known then.
            days: Calendar days of continuous footage that are asked for.
            max_days: Delete after; None when nothing forbids keeping.
            calendar: Of the school.
        """
        window = window_of(known, days, calendar)
        if window is None:
            return NOTHING_KNOWN
        start_ms, end_ms = window.start_ms, window.end_ms
        lead = self._lead(known, start_ms, end_ms)
        first, count = lead.first, len(self._ends)
        inner = count - first
        since_ms = self._ends[-1] if inner else lead.end_ms
        lost_ms = self._lost_ms[count] - self._lost_ms[first] + lead.end_ms - start_ms
        has_lead = lead.end_ms > start_ms
        state = _state(known, window, since_ms, inner, has_lead)
        if state is RetentionState.GAP:
            interrupted = self._interrupted[count] - self._interrupted[first]
            if not interrupted and (lead.is_deleted or not has_lead):
                # It was recorded and had to go: the disk is too small, nothing was interrupted.
                state = RetentionState.INSUFFICIENT
        elif state is RetentionState.COMPLIANT and _is_too_old(known, max_days, calendar):
            state = RetentionState.OVER_RETAINED
        return DayVerdict(
            state,
            1.0 - lost_ms / (end_ms - start_ms),
            calendar.days_between(self._reach(known, window, since_ms, first), end_ms),
            inner + has_lead,
            lost_ms / 1000,
        )

    def missing_ms(self, known: Known, start_ms: int, end_ms: int) -> int:
        """What is missing of an interval; what is not known counts as missing."""
        end_ms = min(end_ms, known.as_of_ms)
        if end_ms <= start_ms:
            return 0
        lead = self._lead(known, start_ms, end_ms)
        until = bisect_left(self._starts, end_ms)
        lost_ms = lead.end_ms - start_ms
        if until > lead.first:
            lost_ms += self._lost_ms[until] - self._lost_ms[lead.first]
            lost_ms -= max(0, self._ends[until - 1] - end_ms)
        return min(lost_ms, end_ms - start_ms)

    def _reach(self, known: Known, window: Window, since_ms: int, first: int) -> int:
        """Since when there is footage without a hole, also before the window."""
        if since_ms > window.start_ms or known.front_ms is None:
            return since_ms
        before_ms = max(known.front_ms, self._ends[first - 1] if first else known.front_ms)
        return min(since_ms, before_ms)

    def _lead(self, known: Known, start_ms: int, end_ms: int) -> _Lead:
        front_ms = known.front_ms
        is_deleted = known.before is GapCause.DELETED
        if front_ms is None or front_ms >= end_ms:
            return _Lead(len(self._ends), end_ms, is_deleted)
        first = bisect_right(self._ends, max(start_ms, front_ms))
        lead_end_ms = start_ms
        if front_ms > start_ms:
            lead_end_ms = front_ms
        elif first < len(self._ends) and self._starts[first] <= start_ms:
            lead_end_ms, is_deleted = min(end_ms, self._ends[first]), self._is_deleted[first]
            first += 1
        if lead_end_ms - start_ms < _SEAM_MS:
            lead_end_ms = start_ms
        return _Lead(first, lead_end_ms, is_deleted)


class _Lead(NamedTuple):
    """What is missing at an interval's beginning."""

    first: int
    """The first hole behind it."""
    end_ms: int
    """The interval's beginning when nothing is missing there."""
    is_deleted: bool


def window_of(known: Known, days: int, calendar: Calendar) -> Window | None:
    """The required days, one at least, or the camera's life when that is shorter; None when nothing
    is known of them.
    """
    end_ms = known.as_of_ms
    required_ms = calendar.days_before(end_ms, days)
    start_ms = required_ms if days else calendar.days_before(end_ms, 1)
    if known.life_ms is not None and start_ms < known.life_ms < end_ms:
        start_ms = known.life_ms
    from_ms = known.from_ms
    is_cut = from_ms > start_ms
    if is_cut:
        start_ms = from_ms
    if start_ms >= end_ms:
        return None
    if days == 0:
        required_ms = end_ms
    oldest_ms = known.oldest_ms
    is_older = is_cut and oldest_ms is not None and oldest_ms < from_ms - _SEAM_MS
    return Window(start_ms, end_ms, required_ms, is_older)


def _state(
    known: Known, window: Window, since_ms: int, inner: int, has_lead: bool
) -> RetentionState:
    """As ``verdict._state``, the maximum aside."""
    reaches_end = since_ms < window.end_ms
    is_kept = window.required_ms == window.end_ms or (
        reaches_end and since_ms < window.required_ms + _SEAM_MS
    )
    has_gaps = inner > 0 or has_lead
    if known.is_incomplete and (has_gaps or not is_kept):
        return RetentionState.UNKNOWN
    if known.is_offline and not reaches_end:
        return RetentionState.OFFLINE
    oldest_ms, limit_ms = known.oldest_ms, since_ms - _SEAM_MS
    if has_gaps:
        began_earlier = window.is_cut or (oldest_ms is not None and oldest_ms < limit_ms)
        if inner or not reaches_end or began_earlier:
            return RetentionState.GAP
    if is_kept:
        return RetentionState.COMPLIANT
    if not has_gaps and window.is_cut:
        return RetentionState.UNKNOWN
    if known.life_ms is not None and known.life_ms < limit_ms:
        return RetentionState.INSUFFICIENT
    return RetentionState.IMMATURE


def _is_too_old(known: Known, max_days: int | None, calendar: Calendar) -> bool:
    if max_days is None:
        return False
    found = [each for each in (known.front_ms, known.oldest_ms) if each is not None]
    # Deletion works on whole files and whole days: one day of grace.
    return bool(found) and min(found) < calendar.days_before(known.as_of_ms, max_days + 1)
