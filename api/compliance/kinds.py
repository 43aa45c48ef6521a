"""Which of the counts a verdict is one of, and what it says is missing: the same on every page."""

from __future__ import annotations

from dataclasses import dataclass

from api.contract import RetentionState


@dataclass(frozen=True, slots=True)
class Lacking:
    """What is missing of the days asked for."""

    count: int
    seconds: float


def kind_of(state: str | None, is_unconfirmed: bool) -> str:
    """Which of ``RetentionCounts`` a camera, or a day of one, is counted in.

    Args:
        state: Of the verdict; None when none holds.
        is_unconfirmed: It fails by a text alone that nobody has read.
    """
    if state is None or state in (RetentionState.UNKNOWN, RetentionState.OFFLINE):
        return "unknown"
    if is_unconfirmed:
        return "unconfirmed"
    return "kept" if state == RetentionState.COMPLIANT else RetentionState(state).value


def lacking(state: str, count: int, seconds: float) -> Lacking:
    """The gaps of a verdict; none of one that is unknown, for what nobody knows is not missing."""
    return Lacking(0, 0.0) if state == RetentionState.UNKNOWN else Lacking(count, seconds)
