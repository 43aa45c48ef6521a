"""From pages of a device's index to a `Coverage`: the same distrust for every maker.

Recorders lie about long intervals: they cut their XML, stall, announce a thousand recordings and
give two, give the same page for ever. So a window is asked in pieces, the newest first; a piece
that fails is halved, and once short ones work the device is asked in short ones. What was given is
kept, the rest of a piece that did not end properly is unknown. What was given and cannot be true
(an end before its start, two recordings that overlap as only a clock put back makes them, footage
of the future or of another time than was asked) is unknown too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from api.contract.footage.spans import Span, clip, footage_in, holes, merge
from pipeline.devices.device import Coverage, Recorded, Unknown
from pipeline.devices.errors import (
    BrokenAnswerError,
    DeviceError,
    UnknownReason,
)

OVERLAP_S = 60.0
"""Recordings overlap by as much where a recorder keeps some seconds from before each cut."""
AHEAD_S = 60.0
"""A recording may end so much later than now: clocks were compared to less."""
LONGEST_PIECE_S = 24 * 3600.0
SHORTEST_PIECE_S = 3 * 3600.0
"""Broken answers were seen beyond twelve hours."""
MAX_PAGES = 64
"""Of one piece; a day of ten-minute files two a page needs 72, and is halved."""
FAILURES = 3
"""So many of the shortest pieces in a row without a proper end, and no more is asked."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A recording as the device says it, on our clock; its end may lie before its start."""

    start_s: float
    end_s: float
    file_id: str = ""
    size_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a device's answer.

    Attributes:
        claims: Its recordings.
        is_last: Whether the device says that no page follows.
        total: How many recordings it announces in all; None when it does not.
        doubts: Of a device that tells starts and stops: where they do not say whether it recorded.
    """

    claims: tuple[Claim, ...]
    is_last: bool
    total: int | None = None
    doubts: tuple[Unknown, ...] = ()


AskPages = Callable[[Span], Iterator[Page]]
"""Asks for an interval page by page; closed early when a page is no good. Raises DeviceError."""


@dataclass(slots=True)
class _Piece:
    """What one piece brought."""

    claims: dict[Claim, None] = field(default_factory=dict)
    doubts: list[Unknown] = field(default_factory=list)
    failure: DeviceError | None = None
    reason: UnknownReason | None = None
    detail: str = ""


class Survey:
    """Surveys the channels of one device, and remembers how long pieces may be.

    Args:
        longest_piece_s: Of one question.
        shortest_piece_s: A piece that fails is halved down to this.
    """

    def __init__(
        self,
        longest_piece_s: float = LONGEST_PIECE_S,
        shortest_piece_s: float = SHORTEST_PIECE_S,
    ) -> None:
        self._piece_s = longest_piece_s
        self._shortest_s = shortest_piece_s

    def coverage(self, window: Span, ask: AskPages, now_s: float) -> Coverage:
        """Ask for all of a window.

        Args:
            window: What is asked, on our clock.
            ask: Asks the device for a piece.
            now_s: Nothing later can have been recorded.
        """
        claims: dict[Claim, None] = {}
        doubts: list[Unknown] = []
        failures = 0
        waiting = _pieces(window, self._piece_s)
        while waiting:
            piece = waiting.pop()
            found = _asked(piece, ask)
            claims.update(found.claims)
            doubts += found.doubts
            if found.reason is None:
                failures = 0
                continue
            if _is_for_all(found.failure):
                unasked = [piece, *waiting]
                doubts += [_unknown(each, found) for each in unasked]
                break
            if piece.seconds / 2 >= self._shortest_s:
                self._piece_s = min(self._piece_s, piece.seconds / 2)
                waiting += _pieces(piece, piece.seconds / 2)
                continue
            failures += 1
            doubts.append(_unknown(piece, found))
            if failures >= FAILURES:
                doubts += [_unknown(each, found) for each in waiting]
                break
        return _assembled(window, claims, doubts, now_s)


def nothing_known(window: Span, error: DeviceError) -> Coverage:
    """The answer of a device that could not even be asked."""
    return Coverage(window, (), (Unknown(window, error.reason, error.what),))


def _pieces(window: Span, length_s: float) -> list[Span]:
    """The window in pieces, by start: the newest is popped first."""
    pieces = []
    end_s = window.end_s
    while end_s > window.start_s:
        # No sliver of a piece: a border that is a rounding error is none.
        start_s = end_s - length_s if end_s - length_s > window.start_s + 1.0 else window.start_s
        pieces.append(Span(start_s, end_s))
        end_s = start_s
    return pieces[::-1]


def _asked(piece: Span, ask: AskPages) -> _Piece:
    found = _Piece()
    pages = ask(piece)
    try:
        _read_pages(piece, pages, found)
    except DeviceError as error:
        found.failure = error
        found.reason, found.detail = error.reason, error.what
    finally:
        close = getattr(pages, "close", None)
        if close is not None:
            close()
    return found


def _read_pages(piece: Span, pages: Iterator[Page], found: _Piece) -> None:
    """Fill ``found``; without a reason in it afterwards, the device said all of it."""
    announced = 0
    given: set[Claim] = set()
    for number, page in enumerate(pages, start=1):
        fresh = [claim for claim in page.claims if claim not in given]
        given.update(fresh)
        announced = max(announced, page.total or 0)
        found.doubts += page.doubts
        for claim in fresh:
            if _is_elsewhere(claim, piece):
                found.reason = UnknownReason.CONTRADICTORY
                found.detail = "it answered with footage of another time than was asked"
            else:
                found.claims[claim] = None
        if found.reason is not None:
            return
        if page.is_last:
            if len(given) < announced:
                found.reason = UnknownReason.PARTIAL
                found.detail = f"it announced {announced} recordings and gave {len(given)}"
            return
        if not fresh:
            found.reason = UnknownReason.PARTIAL
            found.detail = "it says more follows, and gives the same page again, or none"
            return
        if number >= MAX_PAGES:
            found.reason = UnknownReason.PARTIAL
            found.detail = f"more than {MAX_PAGES} pages"
            return
    found.reason, found.detail = UnknownReason.PARTIAL, "its answer ends without saying so"


def _is_elsewhere(claim: Claim, piece: Span) -> bool:
    start_s, end_s = sorted((claim.start_s, claim.end_s))
    return end_s < piece.start_s - OVERLAP_S or start_s > piece.end_s + OVERLAP_S


def _is_for_all(error: DeviceError | None) -> bool:
    """Whether asking for another piece would meet the same: only broken answers may be shorter."""
    return error is not None and not isinstance(error, BrokenAnswerError)


def _unknown(piece: Span, found: _Piece) -> Unknown:
    assert found.reason is not None
    return Unknown(piece, found.reason, found.detail)


def _assembled(
    window: Span, claims: Iterable[Claim], doubts: list[Unknown], now_s: float
) -> Coverage:
    recorded: list[Recorded] = []
    lies: list[Unknown] = []
    for claim in claims:
        start_s, end_s = claim.start_s, min(claim.end_s, now_s)
        if claim.end_s < claim.start_s:
            span = Span(claim.end_s, claim.start_s)
            lies.append(_lie(span, "a recording that ends before it begins"))
        elif claim.start_s > now_s + AHEAD_S:
            lies.append(_lie(Span(claim.start_s, claim.end_s + 1.0), "footage of the future"))
        elif end_s > start_s:
            recorded.append(Recorded(Span(start_s, end_s), claim.file_id, claim.size_bytes))
    recorded.sort(key=lambda each: (each.span, each.file_id))
    lies += _overlaps(recorded)
    liars = merge(lie.span for lie in lies)
    believed = [part for each in recorded for part in _without(each, liars)]
    believed.sort(key=lambda each: (each.span, each.file_id))
    footage = [each.span for each in believed]
    unknown: list[Unknown] = []
    taken: list[Span] = [*footage]
    for doubt in (*lies, *doubts):
        for whole in clip([doubt.span], window):
            for span in holes(footage_in(taken, whole, 0.0), whole):
                unknown.append(Unknown(span, doubt.reason, doubt.detail))
                taken.append(span)
    return Coverage(
        window,
        tuple(each for each in believed if clip([each.span], window)),
        tuple(sorted(unknown, key=lambda each: each.span)),
    )


def _overlaps(recorded: list[Recorded]) -> list[Unknown]:
    """Where one recording goes on while the next has begun, and ends before it."""
    found = []
    reaching: Recorded | None = None
    for each in recorded:
        if reaching is None or each.span.end_s > reaching.span.end_s:
            if reaching is not None and reaching.span.end_s - each.span.start_s > OVERLAP_S:
                found.append(
                    _lie(
                        Span(each.span.start_s, reaching.span.end_s),
                        "two recordings overlap, as when a clock is put back",
                    )
                )
            reaching = each
    return found


def _lie(span: Span, detail: str) -> Unknown:
    return Unknown(span, UnknownReason.CONTRADICTORY, detail)


def _without(each: Recorded, liars: list[Span]) -> list[Recorded]:
    """A recording without the time in doubt."""
    return [
        Recorded(span, each.file_id, each.size_bytes)
        for span in holes(clip(liars, each.span), each.span)
    ]
