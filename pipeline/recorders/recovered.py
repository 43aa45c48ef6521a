"""Footage that was fetched from elsewhere, and when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from api.contract.footage.spans import Span
from pipeline.recorders.segments import Origin


@dataclass(frozen=True, slots=True)
class RecoveredFile:
    """A segment that was fetched from elsewhere.

    Attributes:
        span: As of the segment.
        origin: Where it comes from.
        path: Relative to the recorder's root; the file was written when it was fetched.
    """

    span: Span
    origin: Origin
    path: str


@dataclass(frozen=True, slots=True)
class RecoveredFootage:
    """Footage that was fetched from elsewhere, and when; None when the file does not tell."""

    span: Span
    origin: Origin
    at_s: float | None = None


def written_at(root: Path, files: Iterable[RecoveredFile]) -> list[RecoveredFootage]:
    """When each was fetched, as its file says."""
    found = []
    for each in files:
        try:
            at_s: float | None = (root / each.path).stat().st_mtime
        except OSError:
            at_s = None
        found.append(RecoveredFootage(each.span, each.origin, at_s))
    return found
