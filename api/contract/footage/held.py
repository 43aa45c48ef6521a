"""What was told of one camera's footage at one moment: facts, and no verdict.

All numbers are whole milliseconds since the epoch, UTC, as the wire has them, so that two tellings
of the same hole are equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from api.contract.footage.gaps import Absence, explain
from api.contract.footage.spans import Span, clip, footage_in, holes
from api.contract.footage.verdict import DEFAULT_SEAM_S
from api.contract.retention import FootageSpan, GapCause, RetentionState, RetentionStatus

_SEAM_MS = round(DEFAULT_SEAM_S * 1000)


@dataclass(frozen=True, slots=True)
class Hole:
    """An interval without footage, and why."""

    start_ms: int
    end_ms: int
    cause: GapCause


@dataclass(frozen=True, slots=True)
class HeldFootage:
    """A camera's footage as it was known at ``as_of_ms``.

    Attributes:
        as_of_ms: Nothing later is known.
        from_ms: Everything since is known; not later than ``as_of_ms``, and just that when nothing
            is known.
        front_ms: Where the first footage since then begins; None when there is none.
        before: Why there is none between ``from_ms`` and ``front_ms``; None when nothing is missing
            there. ``deleted`` only when all of it was.
        holes: What is missing since ``front_ms``, in order, apart.
        oldest_ms: The oldest footage, which may lie before ``from_ms``.
        life_ms: Since when the camera is known to exist.
        is_offline: It gives no picture now.
        is_incomplete: Part of the footage could not be looked at.
    """

    as_of_ms: int
    from_ms: int
    front_ms: int | None
    before: GapCause | None
    holes: tuple[Hole, ...]
    oldest_ms: int | None
    life_ms: int | None
    is_offline: bool = False
    is_incomplete: bool = False

    @property
    def continuous_ms(self) -> int | None:
        """Since when there is footage without a hole until now; None when it ends before."""
        since_ms = self.holes[-1].end_ms if self.holes else self.front_ms
        return None if since_ms is None or since_ms >= self.as_of_ms else since_ms

    def missing(self, start_ms: int, end_ms: int) -> list[Hole]:
        """What is missing of an interval, in order; nothing of what is not known, or older than the
        camera.
        """
        end_ms = min(end_ms, self.as_of_ms)
        start_ms = max(start_ms, self.from_ms, self.life_ms or start_ms)
        front_ms = end_ms if self.front_ms is None else min(self.front_ms, end_ms)
        lead = Hole(start_ms, front_ms, self.before or GapCause.UNEXPLAINED)
        found = [
            Hole(max(hole.start_ms, start_ms), min(hole.end_ms, end_ms), hole.cause)
            for hole in (lead, *self.holes)
            if hole.end_ms > start_ms and hole.start_ms < end_ms
        ]
        # What sticks out of a hole from before is a seam, as anywhere.
        if found and found[0].start_ms == start_ms and found[0].end_ms - start_ms < _SEAM_MS:
            del found[0]
        return found


def held_of(status: RetentionStatus, known: HeldFootage | None = None) -> HeldFootage:
    """What a report says of a camera's footage, its verdict aside.

    A report of a box that does not tell what is older than the days it was asked for says nothing
    of that time, and neither says one whose oldest entries were left out.

    Args:
        status: What was told.
        known: What was known before; has the causes of holes that are older than what is told.
    """
    as_of_s, since_s = status.as_of.timestamp(), _told_since_s(status)
    is_incomplete = status.is_incomplete
    if is_incomplete is None:
        is_incomplete = status.state is RetentionState.UNKNOWN
    earlier = () if status.is_truncated else status.earlier_spans or ()
    window_s = since_s
    if earlier and since_s is not None:
        since_s = min(since_s, *(one.from_at.timestamp() for one in earlier))
    if since_s is None or window_s is None or since_s >= as_of_s:
        return HeldFootage(
            as_of_ms=_ms(as_of_s),
            from_ms=_ms(as_of_s),
            front_ms=None,
            before=None,
            holes=(),
            oldest_ms=_moment_ms(status.oldest_footage_at),
            life_ms=_moment_ms(status.life_since_at),
            is_offline=status.state is RetentionState.OFFLINE,
            is_incomplete=True,
        )
    window = Span(since_s, as_of_s)
    footage = footage_in(_spans((*earlier, *status.spans)), window, DEFAULT_SEAM_S)
    absences = [] if known is None else _absences(known, window_s)
    absences += [
        Absence(span, gap.cause, "", False)
        for gap in sorted(status.gaps, key=lambda gap: gap.from_at)
        for span in clip(_spans([gap]), window)
    ]
    parts = _explained(holes(footage, window), absences)
    front_s = footage[0].start_s if footage else None
    lead = [part for part in parts if front_s is None or _ms(front_s) >= part.end_ms]
    before = _one_cause(lead)
    life_ms = _moment_ms(status.life_since_at)
    if life_ms is None and status.earlier_spans is None:
        # Whoever judges a time before the first footage knows that the camera was there.
        life_ms = None if before is GapCause.BEFORE_FIRST_FOOTAGE else _ms(since_s)
    oldest_ms = _moment_ms(status.oldest_footage_at)
    if life_ms is not None and oldest_ms is not None:
        life_ms = min(life_ms, oldest_ms)
    is_offline = status.is_offline
    return HeldFootage(
        as_of_ms=_ms(as_of_s),
        from_ms=_ms(since_s),
        front_ms=None if front_s is None else _ms(front_s),
        before=before,
        holes=tuple(parts[len(lead) :]),
        oldest_ms=oldest_ms,
        life_ms=life_ms,
        is_offline=status.state is RetentionState.OFFLINE if is_offline is None else is_offline,
        is_incomplete=is_incomplete,
    )


def _told_since_s(status: RetentionStatus) -> float | None:
    spans, gaps = (
        min((one.from_at.timestamp() for one in told), default=None)
        for told in (status.spans, status.gaps)
    )
    if spans is None or gaps is None:
        return gaps if spans is None else spans
    return max(spans, gaps) if status.is_truncated else min(spans, gaps)


def _spans(told: Iterable[FootageSpan]) -> list[Span]:
    return [Span(one.from_at.timestamp(), one.to_at.timestamp()) for one in told]


def _absences(known: HeldFootage, until_s: float) -> list[Absence]:
    return [
        Absence(Span(hole.start_ms / 1000, min(hole.end_ms / 1000, until_s)), hole.cause, "", False)
        for hole in known.holes
        if hole.start_ms / 1000 < until_s
    ]


def _explained(found: Sequence[Span], absences: Sequence[Absence]) -> list[Hole]:
    """The holes cut by their causes; both in order."""
    parts: list[Hole] = []
    first = 0
    for hole in found:
        while first < len(absences) and absences[first].span.end_s <= hole.start_s:
            first += 1
        last = first
        while last < len(absences) and absences[last].span.start_s < hole.end_s:
            last += 1
        parts += [
            Hole(_ms(gap.span.start_s), _ms(gap.span.end_s), gap.cause)
            for gap in explain(hole, absences[first:last], DEFAULT_SEAM_S)
        ]
    return parts


def _one_cause(parts: Sequence[Hole]) -> GapCause | None:
    """That of the longest part, deleted ones last."""
    if not parts:
        return None
    return max(parts, key=lambda p: (p.cause is not GapCause.DELETED, p.end_ms - p.start_ms)).cause


def _ms(moment_s: float) -> int:
    return round(moment_s * 1000)


def _moment_ms(moment: datetime | None) -> int | None:
    return None if moment is None else _ms(moment.timestamp())
