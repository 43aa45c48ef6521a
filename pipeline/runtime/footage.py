"""The box's recorder as the worker uses it: made from the configuration, told to the centre."""

from __future__ import annotations

import sqlite3

import structlog

from pipeline.core.clock import Clock
from pipeline.delivery.client import CentreClient
from pipeline.delivery.outbox import MessageKind, Outbox
from pipeline.recorders.camera_feed import CameraFeed
from pipeline.recorders.recorder import Recorder, RecorderSettings
from pipeline.recorders.retention import RetentionPolicy
from pipeline.recorders.shelf import Shelf
from pipeline.runtime.config import BoxConfig
from pipeline.runtime.exam_desk import ExamDesk
from pipeline.runtime.footage_healing import FootageHealing
from pipeline.runtime.footage_lending import GapLending

_log = structlog.get_logger(__name__)
_POST_EVERY_S = 3600.0
_EXAMS_STOP_S = 5.0
_GB = 1024**3


class Footage:
    """Records the cameras that ask for it, and posts each hour and on change what is proven.

    Args:
        config: The box; at least one camera of it has ``recording``.
        outbox: Where retention facts wait.
        clock: Time.

    Raises:
        ConfigError: The folder belongs to another recorder.
        FootageIndexError: The index cannot be opened.
    """

    def __init__(self, config: BoxConfig, outbox: Outbox, clock: Clock) -> None:
        assert config.recorder is not None
        self._policies = _policies(config)
        max_gb = config.recorder.max_gb
        self._recorder = Recorder(
            RecorderSettings(
                config.recorder.folder,
                config.site.zone(),
                reserve_bytes=round(config.recorder.reserve_gb * _GB),
                max_bytes=None if max_gb is None else round(max_gb * _GB),
            ),
            self._policies,
            clock,
        )
        self._healing = FootageHealing(config, self._recorder, clock)
        self._lending = GapLending(config, self._recorder, clock)
        self._exams = ExamDesk(
            self._recorder,
            config.data_dir,
            CentreClient(
                config.api.url, config.api.token, config.site.id, ca_file=config.api.ca_file
            ),
            clock,
        )
        self._school_id = config.site.id
        self._outbox = outbox
        self._clock = clock
        self._next_post_s = 0.0

    def start(self) -> None:
        """Make good what the last process left, and begin to write.

        Raises:
            ConfigError: Another recorder writes in this folder.
            StorageError: The folder cannot be written.
        """
        self._recorder.start()
        self._healing.start()
        self._lending.start()
        self._exams.start()

    def follow(self, config: BoxConfig) -> None:
        """Take the promises of a new configuration; told to the centre with the next post."""
        self._policies = _policies(config)
        self._recorder.set_policies(self._policies)
        self._healing.follow(config)
        self._lending.follow(config)
        self._next_post_s = 0.0

    def feed(self, camera_id: str) -> CameraFeed | None:
        """Where a camera's packets go; None for one that is not recorded."""
        return self._recorder.camera(camera_id) if camera_id in self._policies else None

    def shelves(self) -> dict[str, Shelf]:
        """Where each recorded camera's footage can be looked at."""
        return {camera: self._lending.shelf(camera) for camera in self._policies}

    def ended(self, camera_id: str, reason: str) -> None:
        """A camera is not read any more, for a moment or for good."""
        self._recorder.camera(camera_id).session_ended(reason)

    def post(self) -> None:
        """Put into the outbox what changed, or all of it each hour."""
        now_s = self._clock.utc_s()
        changed = self._recorder.changed() & self._policies.keys()
        if now_s >= self._next_post_s:
            changed = set(self._policies)
            self._next_post_s = now_s + _POST_EVERY_S
        for camera_id in sorted(changed):
            status = self._recorder.status(camera_id).model_copy(
                update={"school_id": self._school_id}
            )
            hour = status.as_of.strftime("%Y%m%dT%H")
            try:
                self._outbox.put(
                    MessageKind.RETENTION,
                    f"{camera_id}@{hour}",
                    status.model_dump_json().encode(),
                )
            except sqlite3.Error as error:
                self._next_post_s = now_s
                _log.error("retention status not kept, tried again soon", why=str(error))

    def stop(self) -> None:
        """Finish every segment."""
        self._exams.stop(_EXAMS_STOP_S)
        self._healing.stop()
        self._lending.stop()
        self._recorder.stop()


def _policies(config: BoxConfig) -> dict[str, RetentionPolicy]:
    return {
        camera.id: RetentionPolicy(
            camera.recording.keep_days, camera.recording.delete_after_days, camera.recording.source
        )
        for camera in config.cameras
        if camera.recording is not None and camera.is_recorded_here
    }
