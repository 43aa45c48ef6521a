"""Footage that other recorders write, audited beside everything else and told to the centre.

The first audit of a large folder takes as long as its files take to be read; a thread of its own
does it, and cameras without a verdict yet are unknown meanwhile.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import structlog

from api.contract import RetentionStatus
from pipeline.core.clock import Clock
from pipeline.delivery.outbox import Outbox
from pipeline.recorders.errors import FootageIndexError
from pipeline.recorders.folder import FolderAuditor, FolderCamera
from pipeline.recorders.probe_cache import ProbeCache
from pipeline.recorders.retention import RetentionPolicy
from pipeline.recorders.shelf import Shelf
from pipeline.runtime.config import BoxConfig
from pipeline.runtime.hourly_audit import HourlyAudit

_log = structlog.get_logger(__name__)


class ForeignFootage:
    """Audits folders each hour, and at once when the configuration changed.

    Args:
        config: The box.
        outbox: Where retention facts wait.
        clock: Time.

    Raises:
        FootageIndexError: The memory of probed files cannot be opened.
    """

    def __init__(self, config: BoxConfig, outbox: Outbox, clock: Clock) -> None:
        self._cameras = folder_cameras(config)
        self._clock = clock
        # One file for each share of a box's cameras: processes do not wait for each other.
        name = f"probed-{config.cameras[0].id}.sqlite"
        self._cache = ProbeCache(config.data_dir / name)
        self._auditor = FolderAuditor(self._cache, config.site.zone())
        self._loop = HourlyAudit("folders", self._statuses, config.site.id, outbox)

    def start(self) -> None:
        """Begin to audit."""
        self._loop.start()

    def follow(self, config: BoxConfig) -> None:
        """Take other folders and promises."""
        self._cameras = folder_cameras(config)
        self._loop.wake()

    def shelves(self) -> dict[str, Shelf]:
        """Where each camera's footage can be looked at."""
        return {camera.camera: self._auditor for camera in self._cameras}

    def stop(self, deadline_s: float) -> None:
        """Audit no more."""
        if self._loop.stop(deadline_s):
            self._cache.close()

    def audit(self) -> bool:
        """One round; answers whether all of it was kept."""
        return self._loop.round()

    def _statuses(self) -> Sequence[RetentionStatus] | None:
        try:
            return self._auditor.audit(self._cameras, self._clock.utc_s())
        except (FootageIndexError, sqlite3.Error) as error:
            _log.error("folders not audited", why=str(error))
            return None


def folder_cameras(config: BoxConfig) -> list[FolderCamera]:
    """The cameras whose footage another recorder writes."""
    found = []
    for camera in config.cameras:
        recording = camera.recording
        if recording is None or recording.folder is None or recording.pattern is None:
            continue
        found.append(
            FolderCamera(
                camera.id,
                recording.folder,
                recording.pattern,
                recording.written_as or camera.id,
                RetentionPolicy(recording.keep_days, recording.delete_after_days, recording.source),
                recording.lag_minutes * 60,
                None if recording.time_zone is None else ZoneInfo(recording.time_zone),
            )
        )
    return found
