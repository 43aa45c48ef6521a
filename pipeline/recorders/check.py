"""Disk against index: an index entry is a claim, and this is who asks for proof.

Every file is opened and its pictures counted by its tables; every row must have its file and may
not claim more than the file holds. Repair believes the files: rows are added, shortened or removed,
unfinished files are finished, and the time that turns out to be missing gets a cause. Repair never
deletes a file.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from api.contract.footage.spans import Span
from api.contract.retention import GapCause
from pipeline.recorders.disk import Disk
from pipeline.recorders.errors import StorageError
from pipeline.recorders.index import FootageIndex
from pipeline.recorders.probe import FileState, probe
from pipeline.recorders.recovery import finish_part, our_files, read_segment
from pipeline.recorders.segments import PART_SUFFIX, Segment

_SHORTER_S = 0.5
"""A file that is so much shorter than its row is damaged; less is rounding of the last picture."""


_DRIFT_WINDOW_S = 7 * 86_400.0
"""How far back a camera's clock is measured."""


class Problem(StrEnum):
    """What does not fit."""

    FILE_MISSING = "file_missing"
    NOT_INDEXED = "not_indexed"
    UNFINISHED = "unfinished"
    TRUNCATED = "truncated"
    NOT_FOOTAGE = "not_footage"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class CheckFinding:
    """One thing that does not fit.

    Attributes:
        path: Relative to the root.
        problem: What.
        detail: In words.
        is_repaired: It was put right.
    """

    path: str
    problem: Problem
    detail: str
    is_repaired: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """The answer.

    Attributes:
        files: Files looked at.
        rows: Rows looked at.
        findings: By path.
    """

    files: int
    rows: int
    findings: tuple[CheckFinding, ...]

    @property
    def open_problems(self) -> int:
        """Findings that were not repaired."""
        return sum(not f.is_repaired for f in self.findings)


def clock_drifts(index: FootageIndex) -> dict[str, float]:
    """How fast each camera's clock runs against ours, seconds a day; slow ones are negative.

    Of the last week that was recorded; cameras with less than an hour in it are left out.
    """
    drifts: dict[str, float] = {}
    for camera in sorted(index.cameras()):
        newest_s = index.newest_s(camera)
        if newest_s is None:
            continue
        drift = index.drift_s_per_day(camera, Span(newest_s - _DRIFT_WINDOW_S, newest_s + 1.0))
        if drift is not None:
            drifts[camera] = drift
    return drifts


def check(root: Path, index: FootageIndex, disk: Disk, *, repair: bool = False) -> Checked:
    """Compare files and index.

    Args:
        root: The recorder's folder; with ``repair`` no recorder may be writing in it.
        index: Its index.
        disk: For repairs.
        repair: Put right what can be.

    Raises:
        StorageError: The folder cannot be read, or a repair not be written.
        FootageIndexError: The index cannot be read or written.
    """
    rows = {segment.path: segment for segment in index.segments()}
    findings: list[CheckFinding] = []
    files = 0
    seen: set[str] = set()
    for path in our_files(root):
        files += 1
        seen.add(path)
        finding: CheckFinding | None
        if path.endswith(PART_SUFFIX):
            finding = _part(root, path, index, disk, repair=repair)
        elif path in rows:
            finding = _known(root, rows[path], index, repair=repair)
        else:
            finding = _unknown(root, path, index, repair=repair)
        if finding is not None:
            findings.append(finding)
    for path in sorted(rows.keys() - seen):
        if repair:
            index.forget(path, GapCause.FILE_MISSING)
        findings.append(
            CheckFinding(path, Problem.FILE_MISSING, "the index names it, it is not there", repair)
        )
    if repair:
        index.mark_complete()
    findings.sort(key=lambda f: f.path)
    return Checked(files, len(rows), tuple(findings))


def _part(root: Path, path: str, index: FootageIndex, disk: Disk, *, repair: bool) -> CheckFinding:
    if not repair:
        return CheckFinding(path, Problem.UNFINISHED, "left by a process that was killed")
    segment = finish_part(root, path, disk)
    if segment is None:
        return CheckFinding(path, Problem.NOT_FOOTAGE, "no fragment of it is whole")
    index.save(segment)
    detail = f"{segment.media_s:.1f} s were saved"
    return CheckFinding(path, Problem.UNFINISHED, detail, is_repaired=True)


def _unknown(root: Path, path: str, index: FootageIndex, *, repair: bool) -> CheckFinding:
    try:
        segment = read_segment(root, path)
    except StorageError as error:
        return CheckFinding(path, Problem.UNREADABLE, error.what)
    if segment is None:
        return CheckFinding(path, Problem.NOT_FOOTAGE, "no picture in it is whole")
    if repair:
        index.save(segment)
    return CheckFinding(path, Problem.NOT_INDEXED, f"{segment.media_s:.1f} s of footage", repair)


def _known(root: Path, row: Segment, index: FootageIndex, *, repair: bool) -> CheckFinding | None:
    facts = probe(root / row.path)
    if facts.state is FileState.UNREADABLE:
        return CheckFinding(row.path, Problem.UNREADABLE, facts.detail)
    # A camera whose clock runs fast counts more seconds than the file was given.
    recorded_s = min(row.media_s, row.span.seconds)
    if 0 < facts.duration_s >= recorded_s - _SHORTER_S:
        return None  # bytes after the pictures, as of a torn fragment, harm nobody
    held = facts.duration_s
    if held <= 0:
        if repair:
            index.forget(row.path, GapCause.DAMAGED)
        return CheckFinding(row.path, Problem.NOT_FOOTAGE, facts.detail, repair)
    detail = f"{held:.1f} s are there, {recorded_s:.1f} s were recorded"
    if repair:
        end_s = min(row.span.end_s, row.span.start_s + held)
        index.save(
            replace(
                row,
                span=Span(row.span.start_s, end_s),
                media_s=held,
                size_bytes=facts.size_bytes,
            )
        )
        if row.span.end_s > end_s:
            lost = Span(end_s, row.span.end_s)
            index.add_absence(row.camera, lost, GapCause.DAMAGED, row.path)
    return CheckFinding(row.path, Problem.TRUNCATED, detail, repair)
