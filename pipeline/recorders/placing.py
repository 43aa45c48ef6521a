"""Where another recorder's file lies on the time line, and how far it can reach.

Its name says when it begins, its own times how long it is; both are claims. It ends before the
camera's next file begins, and not after it was last written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo

from api.contract.footage.spans import Span
from pipeline.recorders.name_pattern import NameFacts
from pipeline.recorders.probe import FileFacts

OVERLAP_S = 60.0
"""Files overlap by as much, where a recorder keeps some seconds from before each cut."""
_SKEW_S = 60.0
"""Between the clock in names and the file system's."""
_SAME_CLOCK_S = 600.0
_TOGETHER_S = 120.0
_ZONE_FILES = 3
_AGREE = 0.9
_LOCAL_TIMES = frozenset({"vfat", "msdos", "exfat"})


@dataclass(frozen=True, slots=True)
class Placed:
    """A file on the time line.

    Attributes:
        start_s: When it begins, seconds since the epoch.
        spans: Where it has footage.
        pauses: Where it stands still.
        contradiction: Why not all of it counts; ``""`` when nothing speaks against it.
    """

    start_s: float
    spans: tuple[Span, ...]
    pauses: tuple[Span, ...]
    contradiction: str = ""


def place(
    name: NameFacts, facts: FileFacts, next_s: float | None, written_s: float | None, seam_s: float
) -> Placed:
    """Lay a file's footage where it can lie.

    Args:
        name: What its name says.
        facts: What is in it.
        next_s: When the camera's next file begins; None without one.
        written_s: When it was last written; None when that is not known.
        seam_s: A shorter hole is a seam.
    """
    start_s = _start(name, facts, written_s)
    if not facts.runs_s:
        return Placed(start_s, (), ())
    if written_s is not None and written_s < start_s - _SKEW_S:
        why = "it was last written before it begins by its name"
        return Placed(start_s, (), (), why)
    runs = facts.runs_s
    limit_s, slack_s, why = _limit(start_s, next_s, written_s)
    over_s = start_s + runs[-1][1] - limit_s
    contradiction = ""
    if over_s > slack_s and len(runs) > 1:
        # No pause: its clock leapt. Its pictures follow each other, if that is how they fit.
        joined_s = sum(end - begin for begin, end in runs)
        if abs(start_s + joined_s - limit_s) <= seam_s:
            runs, over_s = ((0.0, joined_s),), 0.0
    if over_s > slack_s:
        contradiction = f"by its own times it reaches {over_s:.0f} s over {why}"
    spans = tuple(
        Span(start_s + begin, min(start_s + end, limit_s) if contradiction else start_s + end)
        for begin, end in runs
        if not contradiction or start_s + begin < limit_s
    )
    pauses = tuple(Span(a.end_s, b.start_s) for a, b in pairwise(spans))
    return Placed(start_s, spans, pauses, contradiction)


def _limit(
    start_s: float, next_s: float | None, written_s: float | None
) -> tuple[float, float, str]:
    """The moment the file ends at the latest, how much over is forgiven, and what says so."""
    limits = []
    if next_s is not None and next_s > start_s:
        limits.append((next_s, OVERLAP_S, "the beginning of the next file"))
    if written_s is not None:
        limits.append((written_s, _SKEW_S, "the moment it was last written"))
    return min(limits, default=(float("inf"), 0.0, ""))


def _start(name: NameFacts, facts: FileFacts, written_s: float | None) -> float:
    """When a file begins whose name's hour the clock showed twice: by when it was last written."""
    if name.other_start_s is None or written_s is None:
        return name.start_s
    if abs(written_s - facts.duration_s - name.other_start_s) < _SAME_CLOCK_S:
        return name.other_start_s
    return name.start_s


def written_moment(path: Path) -> float | None:
    """When a file was last written, seconds since the epoch."""
    try:
        return path.stat().st_mtime
    except OSError:
        return None


def keeps_local_times(folder: Path, mounts: str | None = None) -> bool:
    """Whether the folder lies on a file system that keeps local times, and says no zone.

    What a recorder wrote to FAT in its own time is read as UTC by many machines: such times of
    writing look as if local names were in UTC.

    Args:
        folder: It.
        mounts: What is mounted where, as ``/proc/mounts``; read from there if not given.
    """
    if mounts is None:
        try:
            mounts = Path("/proc/mounts").read_text("utf-8", "surrogateescape")
        except OSError:
            return False
    inside = folder.resolve()
    found = ("", "")
    for line in mounts.splitlines():
        _, where, kind, *_ = [*line.split(" "), "", "", ""]
        where = where.replace("\\040", " ")
        if inside.is_relative_to(where or "/nowhere") and len(where) >= len(found[0]):
            found = where, kind
    return found[1] in _LOCAL_TIMES


def is_named_in_utc(
    files: Sequence[tuple[NameFacts, FileFacts, float | None]], zone: ZoneInfo
) -> bool:
    """Whether names that were read in the zone are in UTC.

    A recorder closes each file as its last picture ends. When nearly all files were last written
    as long after their end by the name as the zone is ahead of UTC, the names are in UTC; copies
    made later were written at any time, and say nothing.

    Args:
        files: Some of a folder's files; fewer than three say nothing.
        zone: In which the names were read.
    """
    apart = []
    for name, facts, written_s in files:
        if facts.runs_s and written_s is not None:
            at = datetime.fromtimestamp(name.start_s, zone)
            offset = at.utcoffset()
            ahead_s = 0.0 if offset is None else offset.total_seconds()
            if abs(ahead_s) < 2 * _SAME_CLOCK_S:
                return False
            apart.append(written_s - name.start_s - facts.duration_s - ahead_s)
    if len(apart) < _ZONE_FILES or abs(median(apart)) > _TOGETHER_S:
        return False
    return sum(abs(each) <= _TOGETHER_S for each in apart) >= _AGREE * len(apart)
