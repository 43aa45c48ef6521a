"""What a recorder can give of a gap, what it has not, and of what it says nothing; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from api.contract.footage.spans import Span, clip, footage_in, holes, merge
from api.contract.footage.verdict import DEFAULT_SEAM_S
from api.contract.retention import GapCause
from pipeline.devices.device import Coverage

HEALABLE = frozenset(
    {
        GapCause.OFFLINE,
        GapCause.STALLED,
        GapCause.AUTH_FAILED,
        GapCause.UNDECODABLE,
        GapCause.DISK_FULL,
        GapCause.DISK_READONLY,
        GapCause.DISK_FAILED,
        GapCause.DISK_SLOW,
        GapCause.WORKER_STOPPED,
        GapCause.CLOCK_SET,
        GapCause.FILE_MISSING,
        GapCause.DAMAGED,
        GapCause.UNEXPLAINED,
    }
)
"""Causes that nobody wanted. A camera that was switched off stays unseen, what was deleted stays
deleted, and before its first picture nothing was missing."""
PIECE_S = 600.0
"""Fetched at a time: what a kill or a full disk may cost."""


@dataclass(frozen=True, slots=True)
class Found:
    """A gap by what the recorder says of it; the three make it up, each moment once.

    Attributes:
        held: It has footage; by start.
        absent: It says plainly that it has none.
        unclear: Its word is missing, or no good.
    """

    held: tuple[Span, ...]
    absent: tuple[Span, ...]
    unclear: tuple[Span, ...]


def less(spans: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """What is left of disjoint spans without the time of others."""
    gone = merge(taken)
    return [part for span in spans for part in holes(clip(gone, span), span)]


def sort_out(gap: Span, coverage: Coverage) -> Found:
    """Sort a gap by a recorder's answer.

    Args:
        gap: Of our own footage.
        coverage: The recorder's answer about all of it. It counts whole seconds, so seams and
            edges shorter than those of two files are taken to be there, and pieces as short as
            one to be none.
    """
    claimed = footage_in((each.span for each in coverage.recorded), gap, DEFAULT_SEAM_S)
    held = [span for span in claimed if span.seconds >= DEFAULT_SEAM_S]
    rest = holes(held, gap)
    doubted = merge(each.span for each in coverage.unknown)
    return Found(
        tuple(held),
        tuple(less(rest, doubted)),
        tuple(part for hole in rest for part in clip(doubted, hole)),
    )


def pieces(held: Sequence[Span]) -> list[Span]:
    """What to fetch at a time, the newest first."""
    found = []
    for span in held:
        start_s = span.start_s
        while span.end_s - start_s > PIECE_S * 1.5:
            found.append(Span(start_s, start_s + PIECE_S))
            start_s += PIECE_S
        found.append(Span(start_s, span.end_s))
    return sorted(found, reverse=True)
