"""A camera whose footage another recorder writes: judged by its files, as ``audit`` judges them.

The verdict is the command's own: ``mingan recordings audit`` with the same root, pattern, days and
``--to`` says the same. One thing is added: whoever still writes is late. Footage that ends not
more than ``lag_s`` before now is judged up to its end, so that the file being written is no gap.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from api.contract.footage.gaps import Gap
from api.contract.footage.spans import Span, clip
from api.contract.footage.verdict import Requirement
from api.contract.retention import RetentionState, RetentionStatus
from pipeline.core.errors import ConfigError
from pipeline.recorders.audit import (
    AuditOrder,
    CameraAudit,
    audit_camera,
    read_names,
    required_window,
    shown,
)
from pipeline.recorders.footage_status import Proof, told, utc_moment
from pipeline.recorders.probe_cache import ProbeCache
from pipeline.recorders.retention import RetentionPolicy
from pipeline.recorders.shelf import Piece, Timeline

FOLDER_UNREADABLE = "folder_unreadable"


@dataclass(frozen=True, slots=True)
class FolderCamera:
    """A camera in another recorder's folder.

    Attributes:
        camera: Camera id.
        root: The folder.
        pattern: Names of its files, as ``{camera}/%Y%m%d/%H%M%S.mp4``.
        written_as: What the names call the camera.
        policy: What was promised about it.
        lag_s: How late its recorder may be.
        names_zone: Zone of the names' times; if not said the school's, or UTC where the files
            show it.
    """

    camera: str
    root: Path
    pattern: str
    written_as: str
    policy: RetentionPolicy
    lag_s: float
    names_zone: ZoneInfo | None = None


class FolderAuditor:
    """Audits cameras in folders, and shows what it found last.

    Args:
        cache: Files probed before.
        zone: The school's; names are in its time.
    """

    def __init__(self, cache: ProbeCache, zone: ZoneInfo) -> None:
        self._cache = cache
        self._zone = zone
        self._lock = threading.Lock()
        self._found: dict[str, Timeline] = {}

    def audit(self, cameras: Sequence[FolderCamera], now_s: float) -> list[RetentionStatus]:
        """Look at all files that are new or changed, and judge each camera.

        Raises:
            FootageIndexError: The memory of probed files cannot be written.
        """
        statuses = []
        for (root, pattern, names_zone), own in _by_folder(cameras).items():
            days = max(camera.policy.min_days for camera in own)
            window = required_window(now_s, days, self._zone)
            asked = AuditOrder(
                root,
                pattern,
                window,
                Requirement(days, None, self._zone),
                names_zone=names_zone,
            )
            try:
                listing = read_names(asked, self._cache.probe)
            except ConfigError:
                statuses += [_unknown(camera, now_s, self._zone) for camera in own]
                continue
            for camera in own:
                order = AuditOrder(
                    root,
                    pattern,
                    required_window(now_s, camera.policy.min_days, self._zone),
                    Requirement(camera.policy.min_days, camera.policy.max_days, self._zone),
                    {camera.written_as: None},
                )
                found = audit_camera(
                    order, listing, camera.written_as, self._cache.probe, lag_s=camera.lag_s
                )
                row = found.row
                self._cache.keep_pieces(camera.camera, found.pieces)
                with self._lock:
                    self._found[camera.camera] = Timeline(
                        row.window.end_s,
                        row.verdict.footage,
                        tuple(Gap(gap.span, gap.cause) for gap in row.gaps),
                    )
                statuses.append(folder_status(camera, row, self._zone))
        self._cache.forget_gone()
        return statuses

    def pieces(self, camera: str, after_s: float) -> list[Piece]:
        """The next files whose footage ends after that moment, as of the last audit.

        Raises:
            FootageIndexError: The memory of probed files cannot be read.
        """
        return self._cache.pieces(camera, after_s)

    def timeline(self, camera: str, window: Span) -> Timeline:
        """Footage and gaps of an interval, as of the last audit."""
        with self._lock:
            found = self._found.get(camera)
        if found is None:
            return Timeline(window.start_s, (), (), is_known=False)
        gaps = []
        for gap in found.gaps:
            gaps += [Gap(span, gap.cause, gap.detail) for span in clip([gap.span], window)]
        return Timeline(found.as_of_s, tuple(clip(found.spans, window)), tuple(gaps))


def folder_status(camera: FolderCamera, row: CameraAudit, zone: ZoneInfo) -> RetentionStatus:
    """The command's row as a worker says it on the wire."""
    verdict = row.verdict
    return told(
        camera.camera,
        camera.policy,
        Proof(
            window=row.window,
            state=verdict.state,
            completeness=verdict.completeness,
            footage=verdict.footage,
            gaps=[
                Gap(gap.span, gap.cause, ", ".join(shown(finding.path) for finding in gap.files))
                for gap in row.gaps
            ],
            oldest_s=row.oldest_s,
            continuous_since_s=verdict.continuous_since_s,
            size_bytes=row.size_bytes,
        ),
        zone,
    )


def _unknown(camera: FolderCamera, now_s: float, zone: ZoneInfo) -> RetentionStatus:
    """The folder cannot be read: that is not the same as no footage."""
    policy = camera.policy
    return RetentionStatus(
        camera_id=camera.camera,
        as_of=utc_moment(now_s),
        state=RetentionState.UNKNOWN,
        required_days=policy.min_days,
        required_source=policy.source,
        max_days=policy.max_days,
        time_zone=zone.key,
        proven_days=0.0,
        completeness=0.0,
        alarms=(FOLDER_UNREADABLE,),
    )


def _by_folder(
    cameras: Sequence[FolderCamera],
) -> Mapping[tuple[Path, str, ZoneInfo | None], list[FolderCamera]]:
    found: dict[tuple[Path, str, ZoneInfo | None], list[FolderCamera]] = {}
    for camera in cameras:
        key = (camera.root, camera.pattern, camera.names_zone)
        found.setdefault(key, []).append(camera)
    return found
