"""From one camera's footage to its verdict: the same rules for our recorder and for any folder.

Definitions (``api.contract.retention.RetentionState`` has the short form):

- *window*: the time judged. *Seam*: a hole shorter than ``max_seam_s``; not a gap.
- *completeness*: seconds with footage / seconds of the window. Gaps and footage add up to it.
- *proven days*: calendar days in the school's zone from the beginning of the footage that reaches
  the window's end without a gap, to that end. Footage that ends a seam or more before the window's
  end proves nothing: 0.
- *tolerance*: the requirement counts as met when not more than one seam is missing from it.
- *life*: since when the camera is known to exist: its oldest footage, the oldest file of its that
  is no footage, or the date it was installed, whichever is earliest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from api.contract.footage.school_days import days_before, days_between
from api.contract.footage.spans import Span, footage_in, holes, merge, total_s
from api.contract.retention import RetentionState

DEFAULT_SEAM_S = 2.0
"""One fragment of ours, and the seam a camera's recorder leaves between two files."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """What is asked of a camera.

    Attributes:
        days: Calendar days of continuous footage.
        max_days: Delete after; None when nothing forbids keeping.
        zone: The school's.
        max_seam_s: Holes shorter than this are no gaps.
    """

    days: int
    max_days: int | None
    zone: ZoneInfo
    max_seam_s: float = DEFAULT_SEAM_S


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a camera besides its footage.

    Attributes:
        installed_s: Since when it exists; None when nobody said.
        oldest_trace_s: Its oldest file, footage or not; None when there is none. Footage of the
            spans counts by itself.
        older_than_window: Files begin before the window and were not looked at.
        is_incomplete: Part of the footage could not be looked at.
        is_offline: The camera gives no picture now.
    """

    installed_s: float | None = None
    oldest_trace_s: float | None = None
    older_than_window: bool = False
    is_incomplete: bool = False
    is_offline: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What can be proven.

    Attributes:
        state: The one word.
        completeness: 0–1, of the window.
        proven_days: Continuous calendar days back from the window's end.
        footage: Disjoint, in order, inside the window.
        gaps: The rest of the window.
        continuous_since_s: Where the proven days begin; None when there are none.
    """

    state: RetentionState
    completeness: float
    proven_days: float
    footage: tuple[Span, ...]
    gaps: tuple[Span, ...]
    continuous_since_s: float | None


def judge(
    spans: Sequence[Span], window: Span, requirement: Requirement, known: Known | None = None
) -> Verdict:
    """The verdict on one camera.

    Args:
        spans: Its footage, in any order; what lies outside the window matters only for its life
            and for the maximum.
        window: What to judge.
        requirement: What is asked.
        known: What else is known of it.
    """
    known = known or Known()
    seam_s = requirement.max_seam_s
    footage = footage_in(spans, window, seam_s)
    gaps = holes(footage, window)
    since_s: float | None = None
    if footage and footage[-1].end_s >= window.end_s:
        since_s = footage[-1].start_s
    proven = days_between(since_s, window.end_s, requirement.zone) if since_s is not None else 0.0
    return Verdict(
        state=_state(spans, footage, gaps, since_s, window, requirement, known),
        completeness=min(1.0, total_s(footage) / window.seconds),
        proven_days=proven,
        footage=tuple(footage),
        gaps=tuple(gaps),
        continuous_since_s=since_s,
    )


def _state(
    spans: Sequence[Span],
    footage: Sequence[Span],
    gaps: Sequence[Span],
    since_s: float | None,
    window: Span,
    requirement: Requirement,
    known: Known,
) -> RetentionState:
    seam_s = requirement.max_seam_s
    required_since_s = days_before(window.end_s, requirement.days, requirement.zone)
    is_kept = requirement.days == 0 or (since_s is not None and since_s < required_since_s + seam_s)
    if known.is_incomplete and (gaps or not is_kept):
        return RetentionState.UNKNOWN
    if known.is_offline and since_s is None:
        return RetentionState.OFFLINE
    # What is missing before the first footage says how far the footage reaches back; it is a gap
    # only when something of the camera's is older.
    only_the_beginning = (
        since_s is not None
        and len(footage) == 1
        and all(gap.end_s <= footage[0].start_s for gap in gaps)
    )
    began_earlier = since_s is not None and (
        known.older_than_window or _before(known.oldest_trace_s, since_s - seam_s)
    )
    if gaps and (not only_the_beginning or began_earlier):
        return RetentionState.GAP
    if is_kept:
        return _kept(spans, window, requirement)
    if not gaps and known.older_than_window:
        return RetentionState.UNKNOWN  # whole, but the window is shorter than the requirement
    if since_s is not None and _before(known.installed_s, since_s - seam_s):
        # Older than its footage: of what it recorded at first nothing is left.
        return RetentionState.INSUFFICIENT
    return RetentionState.IMMATURE


def _kept(spans: Sequence[Span], window: Span, requirement: Requirement) -> RetentionState:
    if requirement.max_days is not None:
        oldest_s = merge(spans)[0].start_s if spans else window.end_s
        # Deletion works on whole files and whole days: one day of grace.
        if oldest_s < days_before(window.end_s, requirement.max_days + 1, requirement.zone):
            return RetentionState.OVER_RETAINED
    return RetentionState.COMPLIANT


def _before(moment_s: float | None, other_s: float) -> bool:
    return moment_s is not None and moment_s < other_s
