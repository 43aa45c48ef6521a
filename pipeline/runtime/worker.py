"""The worker process: all cameras of a box, their shared models, and what reports about them."""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
import threading
from collections import deque
from pathlib import Path

import structlog

from api.contract import CONTRACT_VERSION, AnalysedTime, CameraRegistration, Heartbeat
from pipeline.core.clock import Clock, SystemClock
from pipeline.core.errors import DeliveryError
from pipeline.core.redact import redact_url
from pipeline.delivery.client import CentreClient
from pipeline.delivery.outbox import MessageKind, Outbox
from pipeline.delivery.postman import Postman
from pipeline.diagnosis import ReferenceStore
from pipeline.evidence.store import EvidenceStore
from pipeline.live.centre import ViewingClient
from pipeline.live.desk import LiveCamera, LiveDesk
from pipeline.runtime.analysis import Analysis
from pipeline.runtime.camera import CameraWorker
from pipeline.runtime.config import BoxConfig, CameraConfig, RtspSourceConfig, config_sha256
from pipeline.runtime.episodes import EpisodeBook, Provenance, utc
from pipeline.runtime.evidence_desk import EvidenceDesk
from pipeline.runtime.footage import Footage
from pipeline.runtime.load import LoadWatch
from pipeline.runtime.model_pool import ModelPool
from pipeline.runtime.picture_watch import PictureWatch
from pipeline.runtime.version import version

_log = structlog.get_logger(__name__)
_HEARTBEAT_S = 5.0
_STOP_S = 8.0


class Worker:
    """One process that watches a box's cameras.

    Args:
        config: The box.
        clock: Time.

    Raises:
        ConfigError: The data folder cannot be written, or a rule cannot work.
        ModelError: A model cannot be used.
    """

    def __init__(self, config: BoxConfig, clock: Clock | None = None) -> None:
        self._config = config
        self._clock = clock or SystemClock()
        self._started_s = self._clock.utc_s()
        self._stop = threading.Event()
        self._outbox = Outbox(config.data_dir / "outbox.db", self._clock)
        self._client = CentreClient(config.api.url, config.api.token)
        self._postman = Postman(self._outbox, self._client)
        self._book = EpisodeBook(self._outbox, self._postman.wake)
        self._desk = EvidenceDesk(
            EvidenceStore(config.data_dir / "evidence"), self._outbox, self._book
        )
        records = any(camera.recording and camera.enabled for camera in config.cameras)
        self._footage = Footage(config, self._outbox, self._clock) if records else None
        self._unsent_time: deque[AnalysedTime] = deque()
        self._time_lock = threading.Lock()
        self._models = ModelPool(config.inference)
        self._cameras = [self._build(camera) for camera in config.cameras]
        self._load = LoadWatch(
            lambda: self._cameras, self._models.batcher.take_waited_s, self._clock
        )
        self._viewing = ViewingClient(config.api.url, config.api.token)
        self._live = LiveDesk(
            self._viewing,
            {each.config.id: _live_camera(each) for each in self._cameras},
            config.live,
            self._footage.shelves() if self._footage else None,
        )

    def run(self) -> None:
        """Watch until SIGTERM or SIGINT, then finish open episodes and deliver what can be."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stop.set())
        self._register()
        if self._footage is not None:
            self._footage.start()
        self._desk.start()
        self._postman.start()
        for camera in self._cameras:
            camera.start()
        self._live.start()
        self._load.start()
        _log.info("worker started", cameras=len(self._cameras), version=version())
        while not self._stop.is_set():
            self._beat()
            self._book.close_stale(self._clock.utc_s())
            self._save_time([])
            if self._footage is not None:
                self._footage.post()
            self._stop.wait(_HEARTBEAT_S)
        self._shut_down()

    def _build(self, camera: CameraConfig) -> CameraWorker:
        models = self._models.models_for(camera, self._config.site)
        analysis = Analysis(camera, self._config.site, models.detector, models.classifier)
        return CameraWorker(
            camera,
            analysis,
            models.made_by,
            book=self._book,
            desk=self._desk,
            clock=self._clock,
            emit_time=self._save_time,
            footage=self._footage.feed(camera.id) if self._footage else None,
            picture=self._picture_watch(camera, analysis, models.made_by),
        )

    def _picture_watch(
        self, camera: CameraConfig, analysis: Analysis, made_by: Provenance
    ) -> PictureWatch | None:
        if not (camera.diagnosis.enabled and camera.enabled):
            return None
        source = camera.source
        return PictureWatch(
            camera.id,
            camera.diagnosis,
            made_by,
            references=ReferenceStore(self._config.data_dir / "references"),
            book=self._book,
            desk=self._desk,
            find_people=analysis.find,
            blur=camera.blur_people,
            clock=self._clock,
            patience_s=source.open_timeout_s if isinstance(source, RtspSourceConfig) else 0.0,
        )

    def _register(self) -> None:
        for camera in self._config.cameras:
            source = camera.source
            address = source.url if isinstance(source, RtspSourceConfig) else source.path.name
            registration = CameraRegistration(
                camera_id=camera.id,
                name=camera.name,
                location=camera.location,
                source=redact_url(address)[:256],
                rules=tuple(rule.type for rule in camera.rules),
                config_sha256=config_sha256(camera, self._config.site),
            )
            self._outbox.put(MessageKind.CAMERA, camera.id, registration.model_dump_json().encode())

    def _save_time(self, reports: list[AnalysedTime]) -> None:
        """Put analysed time into the outbox; what a full disk refuses is tried again."""
        with self._time_lock:
            self._unsent_time.extend(reports)
            while self._unsent_time:
                report = self._unsent_time[0]
                key = f"{report.camera_id}/{report.rule_id}/{report.from_at.isoformat()}"
                body = json.dumps([report.model_dump(mode="json")]).encode()
                try:
                    self._outbox.put(MessageKind.ANALYSED_TIME, key, body)
                except sqlite3.Error as error:
                    _log.error("analysed time kept in memory", why=str(error))
                    return
                self._unsent_time.popleft()

    def _beat(self) -> None:
        backlog = self._outbox.backlog()
        heartbeat = Heartbeat(
            worker_id=self._config.worker_id,
            version=version(),
            contract_version=CONTRACT_VERSION,
            sent_at=utc(self._clock.utc_s()),
            started_at=utc(self._started_s),
            outbox_pending=backlog.pending,
            outbox_bytes=backlog.pending_bytes,
            disk_free_bytes=_free_bytes(self._config.data_dir),
            cameras=tuple(camera.heartbeat() for camera in self._cameras),
        )
        try:
            orders = self._client.heartbeat(heartbeat)
        except DeliveryError as error:
            _log.warning("heartbeat not taken", why=error.line())
            return
        pictures = {camera.config.id: camera.picture for camera in self._cameras}
        for approved in orders.approved_pictures:
            picture = pictures.get(approved.camera_id)
            if picture is not None:
                picture.approve(approved.approved_at.timestamp())

    def _shut_down(self) -> None:
        _log.info("worker stops")
        self._load.stop(_STOP_S)
        self._live.stop(_STOP_S)
        for camera in self._cameras:
            camera.request_stop()
        for camera in self._cameras:
            camera.join(_STOP_S)
        self._models.close()
        if self._footage is not None:
            self._footage.post()
            self._footage.stop()
        self._desk.stop(_STOP_S)
        self._book.retry_unsaved()
        self._save_time([])
        self._postman.stop(_STOP_S)
        waiting = self._outbox.backlog().pending
        self._viewing.close()
        self._client.close()
        self._outbox.close()
        _log.info("worker stopped", waiting_in_outbox=waiting)


def _live_camera(camera: CameraWorker) -> LiveCamera:
    return LiveCamera(camera.tap, lambda: camera.status.reason)


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free
