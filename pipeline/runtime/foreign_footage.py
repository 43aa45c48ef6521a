"""Footage that other recorders write, audited beside everything else and told to the centre.

The first audit of a large folder takes as long as its files take to be read; a thread of its own
does it, and cameras without a verdict yet are unknown meanwhile.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import structlog

from api.contract import RetentionStatus
from pipeline.core.clock import Clock
from pipeline.delivery.outbox import MessageKind, Outbox
from pipeline.recorders.errors import FootageIndexError
from pipeline.recorders.folder import FolderAuditor, FolderCamera
from pipeline.recorders.probe_cache import ProbeCache
from pipeline.recorders.retention import RetentionPolicy
from pipeline.recorders.shelf import Shelf
from pipeline.runtime.config import BoxConfig

_log = structlog.get_logger(__name__)
_EVERY_S = 3600.0
_RETRY_S = 60.0


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
        self._school_id = config.site.id
        self._outbox = outbox
        self._clock = clock
        # One file for each share of a box's cameras: processes do not wait for each other.
        name = f"probed-{config.cameras[0].id}.sqlite"
        self._cache = ProbeCache(config.data_dir / name)
        self._auditor = FolderAuditor(self._cache, config.site.zone())
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="folders", daemon=True)

    def start(self) -> None:
        """Begin to audit."""
        self._thread.start()

    def follow(self, config: BoxConfig) -> None:
        """Take other folders and promises."""
        self._cameras = folder_cameras(config)
        self._wake.set()

    def shelves(self) -> dict[str, Shelf]:
        """Where each camera's footage can be looked at."""
        return {camera.camera: self._auditor for camera in self._cameras}

    def stop(self, deadline_s: float) -> None:
        """Audit no more."""
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(deadline_s)
        if not self._thread.is_alive():
            self._cache.close()

    def audit(self) -> bool:
        """One round; answers whether all of it was kept."""
        try:
            statuses = self._auditor.audit(self._cameras, self._clock.utc_s())
        except (FootageIndexError, sqlite3.Error) as error:
            _log.error("folders not audited", why=str(error))
            return False
        return self._post(statuses)

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            try:
                is_done = self.audit()
            except Exception:  # noqa: BLE001 -- boundary: an audit's fault is not the worker's
                _log.exception("folders not audited")
                is_done = False
            self._wake.wait(_EVERY_S if is_done else _RETRY_S)

    def _post(self, statuses: Sequence[RetentionStatus]) -> bool:
        for each in statuses:
            status = each.model_copy(update={"school_id": self._school_id})
            hour = status.as_of.strftime("%Y%m%dT%H")
            key = f"{status.camera_id}@{hour}"
            try:
                self._outbox.put(MessageKind.RETENTION, key, status.model_dump_json().encode())
            except sqlite3.Error as error:
                _log.error("retention status not kept, tried again soon", why=str(error))
                return False
        return True


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
