"""The worker process: all cameras of a box, their shared models, and what reports about them."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial

import structlog

from api.contract import AnalysedTime
from pipeline.core.clock import Clock, SystemClock
from pipeline.core.errors import MinganError
from pipeline.core.guard import guarded
from pipeline.delivery.outbox import OUTBOX_NAME, MessageKind, Outbox
from pipeline.diagnosis import ReferenceStore
from pipeline.evidence.store import EvidenceStore
from pipeline.live.centre import ViewingClient
from pipeline.live.desk import LiveCamera, LiveDesk
from pipeline.recorders.shelf import Shelf
from pipeline.runtime import memory
from pipeline.runtime.analysis import Analysis
from pipeline.runtime.box_key import open_once
from pipeline.runtime.camera import CameraWorker
from pipeline.runtime.changes import Changes, Followed, changes, unheard
from pipeline.runtime.config import BoxConfig, BoxSiteConfig, CameraConfig, RtspSourceConfig
from pipeline.runtime.device_footage import DeviceFootage
from pipeline.runtime.episodes import EpisodeBook, Provenance
from pipeline.runtime.evidence_desk import EvidenceDesk
from pipeline.runtime.finding_desk import FindingDesk
from pipeline.runtime.footage import Footage
from pipeline.runtime.footage_lending import FootageLending
from pipeline.runtime.foreign_footage import ForeignFootage, folder_cameras
from pipeline.runtime.load import LoadWatch
from pipeline.runtime.managed_config import ManagedConfig
from pipeline.runtime.model_pool import ModelPool
from pipeline.runtime.models import OpenModels
from pipeline.runtime.outlet import CentreOutlet, Outlet
from pipeline.runtime.picture_watch import PictureWatch
from pipeline.runtime.preview_desk import PreviewDesk
from pipeline.runtime.registration import register
from pipeline.runtime.track_log import TrackLog
from pipeline.runtime.track_store import TrackStore, forget_old
from pipeline.runtime.version import version

_log = structlog.get_logger(__name__)
_TICK_S = 1.0
_HEARTBEAT_S = 5.0
_STOP_S = 8.0
_UNSENT_REPORTS = 20_000
"""Minutes of rules that wait in memory for a disk; of more the oldest are given up and count as not
watched."""
_LEFT_OVER_S = 3600.0
"""Half-written evidence that old is nobody's work any more."""


class Worker:
    """One process that watches cameras, all of a box or its share of them.

    Args:
        config: The box, with the cameras of this process.
        clock: Time.
        outlet: The way to the command centre; straight if None. With a supervisor's, other
            processes write into the same outbox.

    Raises:
        ConfigError: The data folder cannot be written, or a rule cannot work.
        ModelError: A model cannot be used.
    """

    def __init__(
        self,
        config: BoxConfig,
        clock: Clock | None = None,
        *,
        outlet: Outlet | None = None,
        managed: ManagedConfig | None = None,
    ) -> None:
        self._config = config
        self._clock = clock or SystemClock()
        self._outbox = Outbox(config.data_dir / OUTBOX_NAME, self._clock)
        self._is_part = outlet is not None
        if not self._is_part:
            self._outbox.name_school(config.site.id)
        self._outlet = outlet or CentreOutlet(config, self._outbox, self._clock, managed)
        ours = {camera.id for camera in config.cameras}
        self._book = EpisodeBook(
            self._outbox,
            self._outlet.wake,
            school_id=config.site.id,
            is_ours=ours.__contains__ if self._is_part else None,
        )
        self._store = EvidenceStore(config.data_dir / "evidence")
        self._desk = EvidenceDesk(self._store, self._outbox, self._book)
        self._footage = self._footage_for(config)
        self._foreign = self._foreign_for(config)
        self._devices = None if self._is_part else DeviceFootage(config, self._outbox, self._clock)
        self._lending = (
            None
            if self._devices is None
            else FootageLending(config, self._devices.claimed, self._clock)
        )
        self._unsent_time: deque[AnalysedTime] = deque()
        self._time_lock = threading.Lock()
        self._models = ModelPool(config.inference)
        self._cameras = [self._build(camera) for camera in config.cameras]
        self._load = LoadWatch(
            lambda: self._cameras, self._models.batcher.take_waited_s, self._clock
        )
        self._viewing = ViewingClient(
            config.api.url, config.api.token, config.site.id, ca_file=config.api.ca_file
        )
        self._shown = {each.config.id: _live_camera(each) for each in self._cameras}
        self._shelves = self._all_shelves()
        previews = PreviewDesk(lambda: self._config, self._clock)
        finding = FindingDesk(
            self._viewing,
            lambda: self._config.discovery,
            self._clock,
            partial(open_once, config.data_dir),
        )
        self._live = LiveDesk(
            self._viewing, self._shown, config.live, self._shelves, previews, finding.serve
        )

    def run(
        self,
        stop: threading.Event,
        news: Callable[[], BoxConfig | None],
        took: Callable[[Followed], None] = unheard,
    ) -> None:
        """Watch until told to stop, then finish open episodes and deliver what can be.

        Args:
            stop: Ends it.
            news: Asked each second for a new, checked configuration.
            took: Told what became of it.
        """
        self._start()
        beat_at_s = 0.0
        trim = memory.Trim()
        try:
            while not stop.is_set():
                now_s = self._clock.mono_ns() / 1e9
                if (changed := news()) is not None:
                    took(self.follow(changed))
                    beat_at_s = 0.0
                if now_s >= beat_at_s:
                    beat_at_s = now_s + _HEARTBEAT_S
                    self._look_after()
                trim.tend(now_s)
                stop.wait(_TICK_S)
        finally:
            self._shut_down()

    def follow(self, wanted: BoxConfig) -> Followed:
        """Take a new configuration; cameras that it does not touch notice nothing.

        If a model or rule of it cannot be used, everything goes on as it was.
        """
        todo = changes(self._config, wanted, is_recording=self._footage is not None)
        footage = self._footage
        try:
            if footage is None:
                self._footage = self._footage_for(todo.config)
            else:
                footage.follow(todo.config)
            begun = [self._build(camera, todo.config) for camera in todo.begun]
            judged = [(each, *self._analysis_of(each, todo.config.site)) for each in todo.rejudged]
            if footage is None and self._footage is not None:
                self._footage.start()
        except MinganError as error:
            _log.error("configuration not taken, the old one goes on", problem=error.line())
            self._footage = footage
            if footage is not None:
                footage.follow(self._config)
            self._models.keep_only(self._config.cameras)
            return Followed(is_taken=False, problem=error.line())
        if todo.waits:
            _log.warning("these keys wait for the next start", keys=list(todo.waits))
        running = {each.config.id: each for each in self._cameras}
        for camera, analysis, models in judged:
            running[camera.id].judge_by(camera, analysis, models.made_by)
        self._exchange(todo, begun)
        _log.info(
            "configuration taken",
            ended=[camera.id for camera in todo.ended],
            begun=[camera.config.id for camera in begun],
            rejudged=[camera.id for camera in todo.rejudged],
            untouched=len(self._cameras) - len(begun) - len(todo.rejudged),
        )
        return Followed(is_taken=True, waits=todo.waits)

    def _exchange(self, todo: Changes, begun: list[CameraWorker]) -> None:
        """End the cameras that end, begin the new ones, and let everybody else know."""
        ended_ids = {camera.id for camera in todo.ended}
        ended = [each for each in self._cameras if each.config.id in ended_ids]
        _end(ended)
        wanted_ids = {camera.id for camera in todo.config.cameras}
        if self._footage is not None:
            for camera in ended:
                is_back = camera.config.id in wanted_ids
                self._footage.ended(camera.config.id, "worker_stopped" if is_back else "disabled")
        self._config = todo.config
        self._outlet.follow(todo.config)
        self._cameras = [each for each in self._cameras if each.config.id not in ended_ids] + begun
        if self._is_part:
            self._book.inherit({camera.id for camera in todo.begun}.__contains__)
        else:
            register(self._outbox, (*todo.begun, *todo.rejudged), todo.config.site)
        for camera in begun:
            camera.start()
        for camera_id in ended_ids:
            self._shown.pop(camera_id, None)
        self._shown.update({each.config.id: _live_camera(each) for each in begun})
        self._follow_folders(todo.config)
        if self._devices is not None and self._lending is not None:
            self._devices.follow(todo.config)
            self._lending.follow(todo.config)
        shelves = self._all_shelves()
        for camera_id in self._shelves.keys() - shelves.keys():
            del self._shelves[camera_id]
        self._shelves.update(shelves)
        self._models.keep_only(todo.config.cameras)

    def _start(self) -> None:
        if not self._is_part:
            register(self._outbox, self._config.cameras, self._config.site)
        if self._footage is not None:
            self._footage.start()
        if self._foreign is not None:
            self._foreign.start()
        if self._devices is not None and self._lending is not None:
            self._devices.start()
            self._lending.start()
        old_s = self._clock.utc_s() - _LEFT_OVER_S
        guarded("leftovers", lambda: self._store.remove_leftovers(old_s))
        guarded("old tracks", lambda: forget_old(self._config.data_dir, self._clock.utc_s()))
        self._desk.start()
        self._outlet.start()
        for camera in self._cameras:
            camera.start()
        self._live.start()
        self._load.start()
        _log.info("worker started", cameras=len(self._cameras), version=version())

    def _look_after(self) -> None:
        guarded("heartbeat", self._beat)
        guarded("stale episodes", lambda: self._book.close_stale(self._clock.utc_s()))
        guarded("analysed time", lambda: self._save_time([]))
        if self._footage is not None:
            guarded("retention", self._footage.post)

    def _beat(self) -> None:
        orders = self._outlet.beat(tuple(camera.heartbeat() for camera in self._cameras))
        pictures = {camera.config.id: camera.picture for camera in self._cameras}
        for approved in orders.approved_pictures:
            picture = pictures.get(approved.camera_id)
            if picture is not None:
                picture.approve(approved.approved_at.timestamp())

    def _all_shelves(self) -> dict[str, Shelf]:
        """Footage this process can reach, whoever wrote it."""
        own = self._footage.shelves() if self._footage else {}
        foreign = self._foreign.shelves() if self._foreign else {}
        lent = self._lending.shelves() if self._lending else {}
        return {**own, **foreign, **lent}

    def _foreign_for(self, config: BoxConfig) -> ForeignFootage | None:
        if not folder_cameras(config):
            return None
        return ForeignFootage(config, self._outbox, self._clock)

    def _follow_folders(self, config: BoxConfig) -> None:
        if self._foreign is not None:
            self._foreign.follow(config)
            return
        try:
            self._foreign = self._foreign_for(config)
        except MinganError as error:
            _log.error("folders of other recorders are not audited", problem=error.line())
            return
        if self._foreign is not None:
            self._foreign.start()

    def _footage_for(self, config: BoxConfig) -> Footage | None:
        records = any(camera.is_recorded_here and camera.enabled for camera in config.cameras)
        return Footage(config, self._outbox, self._clock) if records else None

    def _build(self, camera: CameraConfig, config: BoxConfig | None = None) -> CameraWorker:
        analysis, models = self._analysis_of(camera, (config or self._config).site)
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
            tracks=TrackLog(TrackStore(self._config.data_dir, camera.id), self._clock),
        )

    def _analysis_of(
        self, camera: CameraConfig, site: BoxSiteConfig
    ) -> tuple[Analysis, OpenModels]:
        models = self._models.models_for(camera, site)
        made = Analysis(camera, site, models.detector, models.classifier, bound=models.bound)
        return made, models

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

    def _save_time(self, reports: list[AnalysedTime]) -> None:
        """Put analysed time into the outbox; what a full disk refuses is tried again."""
        with self._time_lock:
            school = {"school_id": self._config.site.id}
            self._unsent_time.extend(report.model_copy(update=school) for report in reports)
            lost = len(self._unsent_time) - _UNSENT_REPORTS
            if lost > 0:
                for _ in range(lost):
                    self._unsent_time.popleft()
                _log.error("analysed time lost: the outbox cannot be written", reports=lost)
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

    def _shut_down(self) -> None:
        """Every step has its turn, whatever the one before it met."""
        _log.info("worker stops")
        guarded("load", lambda: self._load.stop(_STOP_S))
        guarded("live view", lambda: self._live.stop(_STOP_S))
        guarded("cameras", lambda: _end(self._cameras))
        guarded("models", self._models.close)
        if (foreign := self._foreign) is not None:
            guarded("folders", lambda: foreign.stop(_STOP_S))
        if (devices := self._devices) is not None:
            guarded("devices", lambda: devices.stop(_STOP_S))
        if (lending := self._lending) is not None:
            guarded("recorders", lending.stop)
        if (footage := self._footage) is not None:
            guarded("retention", footage.post)
            guarded("segments", footage.stop)
        guarded("evidence", lambda: self._desk.stop(_STOP_S))
        guarded("episodes", self._book.retry_unsaved)
        guarded("analysed time", lambda: self._save_time([]))
        guarded("delivery", lambda: self._outlet.stop(_STOP_S))
        guarded("viewing", self._viewing.close)
        guarded("outbox", self._outbox.close)
        _log.info("worker stopped")


def _end(cameras: Sequence[CameraWorker]) -> None:
    for camera in cameras:
        camera.request_stop()
    for camera in cameras:
        camera.join(_STOP_S)


def _live_camera(camera: CameraWorker) -> LiveCamera:
    return LiveCamera(camera.tap, lambda: camera.live_reason)
