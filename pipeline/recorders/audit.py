"""Audit of footage that another recorder wrote: a folder of files, no database to believe.

What a person wants to know is whether the footage promised is there. So each camera is judged by
its own files alone; how long a file is comes from the file; whatever is not footage is named, and
is the cause of the hole it leaves; and a camera that was expected and has nothing is a row, with
nothing, in the answer.
"""

from __future__ import annotations

import os
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from api.contract.footage.school_days import days_before
from api.contract.footage.spans import Span, merge
from api.contract.footage.verdict import DEFAULT_SEAM_S, Known, Requirement, Verdict, judge
from api.contract.retention import GapCause, RetentionState
from pipeline.core.errors import ConfigError
from pipeline.recorders.name_pattern import NameFacts, NamePattern
from pipeline.recorders.placing import (
    Placed,
    is_named_in_utc,
    keeps_local_times,
    place,
    written_moment,
)
from pipeline.recorders.probe import FileFacts, FileState, probe
from pipeline.recorders.shelf import Piece

LOOK_BACK_S = 24 * 3600.0
"""Files that begin so long before the window are opened too: they may reach into it."""

_READERS = 4
_BREAK_S = 0.01
_CAUSES = {
    FileState.EMPTY: GapCause.EMPTY_FILE,
    FileState.TRUNCATED: GapCause.TRUNCATED_FILE,
    FileState.FOREIGN: GapCause.FOREIGN_FILE,
    FileState.UNREADABLE: GapCause.UNREADABLE_FILE,
    FileState.NO_TIMES: GapCause.NO_TIMES,
    FileState.CONTRADICTORY: GapCause.CONTRADICTORY_TIMES,
}
_UNKNOWN = frozenset({FileState.UNREADABLE, FileState.NO_TIMES, FileState.CONTRADICTORY})
"""Files that may well hold the footage that is not proven."""
UNKNOWN_CAUSES = frozenset({_CAUSES[state] for state in _UNKNOWN})
"""Of gaps in which there may well be footage."""
_ZONE_SAMPLE = 7


@dataclass(frozen=True, slots=True)
class AuditOrder:
    """What to audit.

    Attributes:
        root: The folder.
        pattern: Names of its files (``NamePattern``).
        window: From and to.
        requirement: Days, zone and tolerance.
        expected: Cameras that must have a row, with the date they were installed when known
            (seconds since the epoch).
        names_zone: Zone of the names' times; if not said the school's, or UTC where the files
            show it.
    """

    root: Path
    pattern: str
    window: Span
    requirement: Requirement
    expected: Mapping[str, float | None] = field(default_factory=dict)
    names_zone: ZoneInfo | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A file that is not the footage it should be.

    Attributes:
        path: Relative to the root, with ``/``.
        kind: ``empty_file``, ``truncated_file``, ``foreign_file``, ``unreadable_file``,
            ``no_times``, ``contradictory_times``, ``unmatched_name``, ``unreadable_folder`` or
            ``names_in_utc``.
        camera: Whose it is by its name or folder; None when that does not say.
        start_s: When it should begin; None of an unmatched name.
        claimed_s: How long it says it is; 0.0 when it says nothing.
        detail: What is wrong.
    """

    path: str
    kind: str
    camera: str | None
    start_s: float | None
    claimed_s: float
    detail: str


@dataclass(frozen=True, slots=True)
class AuditGap:
    """An interval without footage.

    Attributes:
        span: When.
        cause: Why, as far as the files tell.
        files: Findings that lie in it, in order of time.
        detail: One line more on why; ``""`` where the files tell it.
    """

    span: Span
    cause: GapCause
    files: tuple[Finding, ...]
    detail: str = ""


@dataclass(frozen=True, slots=True)
class CameraAudit:
    """One camera's row.

    Attributes:
        camera: As the names write it.
        verdict: State, completeness, proven days.
        gaps: In order.
        older_than_window: Its files begin earlier than was looked at.
        window: What was judged.
        oldest_s: When its oldest file begins; None when there is none.
        size_bytes: Of the files opened.
    """

    camera: str
    verdict: Verdict
    gaps: tuple[AuditGap, ...]
    older_than_window: bool
    window: Span
    oldest_s: float | None
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Audit:
    """The answer.

    Attributes:
        cameras: Rows by name.
        findings: Every file that is not footage, by path.
        files: Of each camera the files that are, by start; empty when no files were looked at.
    """

    cameras: tuple[CameraAudit, ...]
    findings: tuple[Finding, ...]
    files: Mapping[str, tuple[Piece, ...]] = field(default_factory=dict)

    def is_blind_for(self, camera: str) -> bool:
        """Whether a folder that may hold the camera's files could not be read."""
        return _is_blind(self.findings, camera)


@dataclass(slots=True)
class _Files:
    """One camera's files as their names tell."""

    named: list[tuple[NameFacts, str]] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    pauses: list[Span] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    oldest_s: float | None = None
    size_bytes: int = 0


Prober = Callable[[Path, float], FileFacts]
"""Looks at one file; its second argument is the shortest pause that counts."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A folder's files by what their names say; none of them was opened.

    Attributes:
        named: Of each camera: what the name claims, and the path.
        strays: Files and folders that say nothing.
    """

    named: Mapping[str, Sequence[tuple[NameFacts, str]]]
    strays: tuple[Finding, ...]

    def is_blind_for(self, camera: str) -> bool:
        """Whether a folder that may hold the camera's files cannot be read."""
        return _is_blind(self.strays, camera)


def _is_blind(findings: Sequence[Finding], camera: str) -> bool:
    return any(f.kind == "unreadable_folder" and f.camera in (None, camera) for f in findings)


@dataclass(frozen=True, slots=True)
class FoundFiles:
    """One camera's audit with what it rests on.

    Attributes:
        row: The verdict.
        findings: Files that are not footage.
        pieces: Files that are, by start.
    """

    row: CameraAudit
    findings: tuple[Finding, ...]
    pieces: tuple[Piece, ...]


def audit(order: AuditOrder) -> Audit:
    """Audit a folder.

    Raises:
        ConfigError: The root is no folder that can be read, or the pattern is wrong.
    """
    listing = read_names(order, probe)
    found = [
        audit_camera(order, listing, camera, probe)
        for camera in sorted({*listing.named, *order.expected})
    ]
    findings = [*listing.strays, *(f for each in found for f in each.findings)]
    return Audit(
        tuple(each.row for each in found),
        tuple(sorted(findings, key=lambda f: f.path)),
        {each.row.camera: each.pieces for each in found},
    )


def audit_camera(
    order: AuditOrder, listing: Listing, camera: str, prober: Prober, *, lag_s: float = 0.0
) -> FoundFiles:
    """Audit one camera's files.

    Args:
        order: What to audit.
        listing: The folder's files.
        camera: As the names write it.
        prober: Looks at a file.
        lag_s: Footage that ends so shortly before the window's end ends the window.
    """
    files = _Files(named=list(listing.named.get(camera, ())))
    _open_files(order, files, prober)
    newest_s = max((span.end_s for span in files.spans), default=None)
    end_s = order.window.end_s
    if newest_s is not None and 0 < end_s - newest_s <= lag_s:
        days = order.requirement.days
        window = required_window(newest_s, days, order.requirement.zone)
        order = replace(order, window=window)
    row = _row(order, camera, files, is_blind=listing.is_blind_for(camera))
    pieces = sorted(files.pieces, key=lambda p: (p.span.start_s, str(p.path)))
    return FoundFiles(row, tuple(files.findings), tuple(pieces))


def read_names(order: AuditOrder, prober: Prober) -> Listing:
    """The folder's files, their names read in the zone they are in.

    Raises:
        ConfigError: The root is no folder that can be read, or the pattern is wrong.
    """
    if order.names_zone is not None:
        return list_files(order.root, order.pattern, order.names_zone)
    zone = order.requirement.zone
    listing = list_files(order.root, order.pattern, zone)
    named = [
        (name, path)
        for files in listing.named.values()
        for name, path in files
        if abs(name.start_s - order.window.end_s) < order.window.seconds + LOOK_BACK_S
    ]
    sample = named[:: max(1, len(named) // _ZONE_SAMPLE)][:_ZONE_SAMPLE]
    seam_s = order.requirement.max_seam_s
    probed = [
        (name, prober(order.root / path, seam_s), written_moment(order.root / path))
        for name, path in sample
    ]
    if keeps_local_times(order.root) or not is_named_in_utc(probed, zone):
        return listing
    in_utc = list_files(order.root, order.pattern, ZoneInfo("UTC"))
    told = Finding(
        ".", "names_in_utc", None, None, 0.0,
        f"the files were last written when their names end in UTC, not in {zone.key}",
    )  # fmt: skip
    return Listing(in_utc.named, (*in_utc.strays, told))


def list_files(root: Path, text: str, zone: ZoneInfo) -> Listing:
    """Read the names of a folder's files.

    Raises:
        ConfigError: The root is no folder that can be read, or the pattern is wrong.
    """
    pattern = NamePattern(text, zone)
    if not root.is_dir():
        raise ConfigError(
            "there is no such folder", where=f"--root {root}", remedy="Check the path"
        )
    cameras: dict[str, list[tuple[NameFacts, str]]] = {}
    strays: list[Finding] = []
    for path, problem in walk(root):
        if problem:
            strays.append(
                Finding(
                    path, "unreadable_folder", pattern.camera_of(path + "/"), None, 0.0, problem
                )
            )
            continue
        name = pattern.read(path)
        if name is None:
            strays.append(
                Finding(
                    path, "unmatched_name", pattern.camera_of(path), None, 0.0,
                    "the name does not fit the pattern",
                )
            )  # fmt: skip
            continue
        cameras.setdefault(name.camera, []).append((name, path))
    return Listing(cameras, tuple(strays))


def walk(root: Path) -> Iterator[tuple[str, str]]:
    """All files below the root as (relative path, "") and unreadable folders with the reason.

    Links to folders are followed, for recordings often lie on other disks; a link to a folder it
    lies in itself is not, and adds nothing.

    Raises:
        ConfigError: The root itself cannot be read.
    """
    left: list[tuple[str, tuple[tuple[int, int], ...]]] = [("", ())]
    while left:
        inside, above = left.pop()
        folder = root / inside
        try:
            found = folder.stat()
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            if not inside:
                raise ConfigError(
                    f"the folder cannot be read ({error.strerror})",
                    where=f"--root {root}",
                    remedy="Run as a user who may read it",
                ) from error
            yield inside, error.strerror or type(error).__name__
            continue
        here = (found.st_dev, found.st_ino)
        if here in above or (inside and _holds(folder, root)):
            continue
        for entry in entries:
            path = f"{inside}/{entry.name}" if inside else entry.name
            if _is_folder(entry):
                left.append((path, (*above, here)))
            else:
                yield path, ""


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False  # a link that leads in a circle


def _holds(folder: Path, root: Path) -> bool:
    """Whether the root lies in a folder that a link led to."""
    return root.resolve().is_relative_to(folder.resolve())


def _open_files(order: AuditOrder, files: _Files, prober: Prober) -> None:
    """Probe the files that may reach into the window."""
    named = sorted(files.named, key=lambda item: (item[0].start_s, item[1]))
    if not named:
        return
    files.oldest_s = named[0][0].start_s
    starts = [name.start_s for name, _ in named]
    # One file more than the look-back: a recorder may write a day a file.
    first = max(0, bisect_right(starts, order.window.start_s - LOOK_BACK_S) - 1)
    last = bisect_left(starts, order.window.end_s)
    asked = named[first:last]
    seam_s = order.requirement.max_seam_s
    with ThreadPoolExecutor(_READERS) as readers:  # a network disk answers slowly, but many at once
        probed = readers.map(lambda item: prober(order.root / item[1], seam_s), asked)
        facts_of = list(zip(asked, probed, strict=True))
    for number, ((name, path), facts) in enumerate(facts_of, start=first + 1):
        written_s = written_moment(order.root / path)
        # An hour the clock showed twice says nothing of the order.
        is_twice = name.other_start_s is not None
        next_s = None if is_twice else next((s for s in starts[number:] if s > name.start_s), None)
        placed = place(name, facts, next_s, written_s, seam_s)
        files.spans += placed.spans
        files.pauses += placed.pauses
        files.size_bytes += facts.size_bytes
        if placed.spans:
            whole = Span(placed.spans[0].start_s, placed.spans[-1].end_s)
            files.pieces.append(Piece(order.root / path, whole))
        finding = _finding(path, name.camera, facts, placed)
        if finding is not None:
            files.findings.append(finding)


def _finding(path: str, camera: str, facts: FileFacts, placed: Placed) -> Finding | None:
    """What is wrong with a file; None of a good one."""
    state, detail, claimed_s = facts.state, facts.detail, facts.claimed_s
    if placed.contradiction:
        state, detail = FileState.CONTRADICTORY, placed.contradiction
        claimed_s = max(claimed_s, facts.duration_s)
    if state is FileState.WHOLE:
        return None
    if state is FileState.TRUNCATED:
        # Whatever it says, it was to go on where it breaks off.
        claimed_s = max(claimed_s, facts.duration_s + _BREAK_S)
    return Finding(path, state.value, camera, placed.start_s, claimed_s, detail)


def _row(order: AuditOrder, camera: str, files: _Files, *, is_blind: bool) -> CameraAudit:
    window = order.window
    installed_s = order.expected.get(camera)
    if installed_s is not None and window.start_s < installed_s < window.end_s:
        window = Span(installed_s, window.end_s)
    in_window = [
        f
        for f in files.findings
        if f.start_s is not None and window.start_s - LOOK_BACK_S <= f.start_s < window.end_s
    ]
    seam_s = order.requirement.max_seam_s
    older = files.oldest_s is not None and files.oldest_s < window.start_s - seam_s
    known = Known(
        installed_s=installed_s,
        oldest_trace_s=files.oldest_s,
        older_than_window=older,
        is_incomplete=is_blind or any(f.kind in _UNKNOWN for f in in_window),
    )
    # A file that was not opened because it is older still counts for the maximum.
    spans = list(files.spans)
    if files.oldest_s is not None and files.oldest_s < window.start_s - LOOK_BACK_S:
        spans.append(Span(files.oldest_s, files.oldest_s + 1.0))
    verdict = judge(spans, window, order.requirement, known)
    first_s = min((s.start_s for s in files.spans), default=None)
    pauses = merge(files.pauses)
    gaps = []
    for gap in verdict.gaps:
        inside = _findings_of(gap, in_window, seam_s)
        gaps.append(AuditGap(gap, _cause(gap, inside, pauses, first_s, older), inside))
    return CameraAudit(
        camera,
        verdict,
        tuple(gaps),
        older,
        window,
        files.oldest_s,
        files.size_bytes,
    )


def _findings_of(gap: Span, findings: Sequence[Finding], seam_s: float) -> tuple[Finding, ...]:
    """Files that should have covered some of the gap."""
    found = []
    for finding in sorted(findings, key=lambda f: (f.start_s or 0.0, f.path)):
        assert finding.start_s is not None
        starts_inside = gap.start_s - seam_s <= finding.start_s < gap.end_s
        reaches_in = finding.start_s < gap.end_s and (
            finding.start_s + finding.claimed_s > gap.start_s
        )
        if starts_inside or reaches_in:
            found.append(finding)
    return tuple(found)


def _cause(
    gap: Span,
    findings: Sequence[Finding],
    pauses: Collection[Span],
    first_s: float | None,
    older: bool,
) -> GapCause:
    """Why; the first bad file in the gap tells most."""
    if findings:
        return _CAUSES[FileState(findings[0].kind)]
    if any(p.start_s < gap.end_s and gap.start_s < p.end_s for p in pauses):
        return GapCause.PAUSE_IN_FILE
    if first_s is not None and gap.end_s <= first_s and not older:
        return GapCause.BEFORE_FIRST_FOOTAGE
    return GapCause.NO_FILE


def as_json(result: Audit, zone: ZoneInfo) -> dict[str, object]:
    """The answer for machines; times in the school's zone, to the millisecond."""
    return {
        "cameras": [
            {
                "camera": shown(row.camera),
                "state": row.verdict.state.value,
                "completeness": _share(row),
                "proven_days": round(row.verdict.proven_days, 4),
                "gaps": [
                    {
                        "start": moment_text(gap.span.start_s, zone),
                        "end": moment_text(gap.span.end_s, zone),
                        "seconds": round(gap.span.seconds, 3),
                        "cause": gap.cause.value,
                        "files": [shown(finding.path) for finding in gap.files],
                    }
                    for gap in row.gaps
                ],
            }
            for row in result.cameras
        ],
        "findings": [
            {
                "path": shown(finding.path),
                "kind": finding.kind,
                "camera": None if finding.camera is None else shown(finding.camera),
                "detail": finding.detail,
            }
            for finding in result.findings
        ],
    }


def _share(row: CameraAudit) -> float:
    """Completeness to a millionth; 1.0 is said of no camera with a gap."""
    return min(round(row.verdict.completeness, 6), 0.999999 if row.gaps else 1.0)


def shown(name: str) -> str:
    """A name as text: bytes that are no UTF-8, as of a recorder that writes GBK, are escaped."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def moment_text(utc_s: float, zone: ZoneInfo) -> str:
    """ISO 8601 with the zone's offset, to the millisecond."""
    moment = datetime.fromtimestamp(round(utc_s, 3), zone)
    return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds")


def required_window(to_s: float, days: int, zone: ZoneInfo) -> Span:
    """The window when nobody says where it begins: the required days, one at least."""
    return Span(days_before(to_s, max(1, days), zone), to_s)


__all__ = [
    "DEFAULT_SEAM_S",
    "Audit",
    "AuditGap",
    "AuditOrder",
    "CameraAudit",
    "Finding",
    "RetentionState",
    "as_json",
    "audit",
    "required_window",
    "shown",
]
