"""A box on a test stand: everything is real but the model and, if a test wants, disk and clock."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Self
from zoneinfo import ZoneInfo

import numpy as np

from api.contract import AlertEpisode, AnalysedTime, CameraState
from api.contract.retention import GapCause, RetentionStatus
from pipeline.core.clock import Clock, SystemClock
from pipeline.core.detections import Detections
from pipeline.core.frame import Frame
from pipeline.delivery.outbox import MessageKind, Outbox
from pipeline.evidence.store import EvidenceStore
from pipeline.geometry import SiteConfig
from pipeline.recorders.disk import Disk
from pipeline.recorders.recorder import Recorder, RecorderSettings
from pipeline.recorders.retention import RetentionPolicy
from pipeline.runtime.analysis import Analysis
from pipeline.runtime.camera import CameraWorker
from pipeline.runtime.config import CameraConfig
from pipeline.runtime.episodes import EpisodeBook, Provenance
from pipeline.runtime.evidence_desk import EvidenceDesk
from tests.video.media import HEIGHT, WIDTH, number_of

FPS = 10
VISITS = (range(12, 30), range(75, 93))
"""Numbers of the pictures in which somebody stands there; every session shows the first visit."""
OPEN_TIMEOUT_S, READ_TIMEOUT_S = 4.0, 3.0
CAUGHT_UP_S = 0.25
MONTH = RetentionPolicy(30, None, "国务院令799号 §17")


class SeesNumbers:
    """A detector for numbered pictures: somebody stands there during the visits."""

    class_names = ("person",)
    track_scores: ClassVar[dict[str, float]] = {}

    def detect(self, frames: Sequence[Frame]) -> list[Detections]:
        return [self._one(frame) for frame in frames]

    def _one(self, frame: Frame) -> Detections:
        if frame.size[0] < WIDTH or frame.size[1] < HEIGHT:
            return Detections.empty(self.class_names)  # decoded from garbage
        number = number_of(frame.picture.bgr())
        if not any(number in visit for visit in VISITS):
            return Detections.empty(self.class_names)
        box = np.array([[60, 40, 100, 120]], np.float32)
        return Detections(box, np.array([0.9], np.float32), np.array([0]), self.class_names)


def camera_config(name: str, url: str, clear_s: float = 0.8) -> CameraConfig:
    """A camera with one rule over its whole picture."""
    zone = {"name": "yard", "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]]}
    return CameraConfig.model_validate(
        {
            "id": name,
            "name": name,
            "source": {
                "type": "rtsp",
                "url": url,
                "open_timeout_s": OPEN_TIMEOUT_S,
                "read_timeout_s": READ_TIMEOUT_S,
            },
            "analysis_fps": 4,
            # What the detector sees is a number, which no gate could notice.
            "gate": {"mode": "always"},
            "clip": {"pre_s": 0.5, "post_s": 0.5},
            "economy": {"merge_s": 0, "budget_per_hour": None},  # each visit is to be seen
            "rules": [
                {"type": "perimeter_intrusion", "zone": zone, "dwell_s": 0.5, "clear_s": clear_s}
            ],
        }
    )


@dataclass(frozen=True, slots=True)
class Hole:
    """A gap as the retention status lists it; seconds since the epoch."""

    start_s: float
    end_s: float
    cause: GapCause


@dataclass(frozen=True)
class Outcome:
    """What a box says of one camera when all is over.

    Attributes:
        states: (state, reason) as they followed each other, "connecting" left out.
        stand: Where its episodes are asked for.
        name: The camera.
        status: The retention facts, asked for while the camera was still recorded.
    """

    states: list[tuple[CameraState, str]]
    stand: Stand
    name: str
    status: RetentionStatus

    @property
    def episodes(self) -> list[AlertEpisode]:
        """In order."""
        return self.stand.alerts(self.name)

    @property
    def holes(self) -> list[Hole]:
        """The gap list."""
        return [Hole(g.from_at.timestamp(), g.to_at.timestamp(), g.cause) for g in self.status.gaps]


@dataclass
class Stand:
    """One box: a worker for each camera, one recorder, one outbox.

    Args:
        folder: Everything it writes; a second stand on it is the box after a restart.
        cameras: Name -> address.
    """

    folder: Path
    cameras: Mapping[str, str]
    clock: Clock = field(default_factory=SystemClock)
    disk: Disk | None = None
    clear_s: float = 0.8
    segment_s: float = 60.0

    def __post_init__(self) -> None:
        self.recordings = self.folder / "recordings"
        self.outbox = Outbox(self.folder / "outbox.db", self.clock)
        self.book = EpisodeBook(self.outbox, lambda: None)
        self.desk = EvidenceDesk(EvidenceStore(self.folder / "evidence"), self.outbox, self.book)
        self.time: list[AnalysedTime] = []
        self.recorder = Recorder(
            RecorderSettings(
                self.recordings,
                ZoneInfo("Asia/Shanghai"),
                reserve_bytes=0,
                segment_s=self.segment_s,
                retry_s=1.0,
            ),
            dict.fromkeys(self.cameras, MONTH),
            self.clock,
            disk=self.disk,
        )
        self.workers = {name: self._worker(name, url) for name, url in self.cameras.items()}
        self.states: dict[str, list[tuple[CameraState, str]]] = {n: [] for n in self.cameras}
        self._told_last: list[AlertEpisode] | None = None
        self._over = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)

    def _worker(self, name: str, url: str) -> CameraWorker:
        config = camera_config(name, url, self.clear_s)
        return CameraWorker(
            config,
            Analysis(config, SiteConfig(), SeesNumbers()),
            Provenance("scripted", "a" * 64, "b" * 64),
            book=self.book,
            desk=self.desk,
            clock=self.clock,
            emit_time=self.time.extend,
            footage=self.recorder.camera(name),
        )

    def __enter__(self) -> Self:
        self.recorder.start()
        self.desk.start()
        for worker in self.workers.values():
            worker.start()
        self._watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for worker in self.workers.values():
            worker.request_stop()
        for worker in self.workers.values():
            worker.join(10.0)
        self.recorder.stop()
        self.desk.stop(10.0)
        self._watcher.join(10.0)
        self._told_last = self._told()
        self.outbox.close()

    def _watch(self) -> None:
        while not self._over.wait(0.03):
            for name, worker in self.workers.items():
                now = worker.heartbeat()
                told = self.states[name]
                if now.state is not CameraState.CONNECTING and told[-1:] != [
                    (now.state, now.reason)
                ]:
                    told.append((now.state, now.reason))

    def is_watching(self, name: str) -> bool:
        """Whether the camera says so now."""
        return self.workers[name].heartbeat().state is CameraState.WATCHING

    def has_caught_up(self, name: str) -> bool:
        """Whether nothing that came of the camera waits to be looked at."""
        load = self.workers[name].load()
        return load is None or load.lag_s < CAUGHT_UP_S

    def alerts(self, name: str) -> list[AlertEpisode]:
        """A camera's episodes as they wait to be sent, in order; also after the stand's end."""
        found = self._told() if self._told_last is None else self._told_last
        return sorted((a for a in found if a.camera_id == name), key=lambda a: a.started_at)

    def outcome(self, name: str) -> Outcome:
        """What the box says of a camera; call it before the stand's end and read it after.

        What was sent until now was looked at by then: that a camera sent it does not mean so.
        """
        until(f"all of {name} is looked at", lambda: self.has_caught_up(name))
        return Outcome(self.states[name], self, name, self.status(name))

    def _told(self) -> list[AlertEpisode]:
        return [
            AlertEpisode.model_validate_json(m.body)
            for m in self.outbox.next_batch(10_000)
            if m.kind is MessageKind.ALERT
        ]

    def status(self, name: str) -> RetentionStatus:
        """Its retention facts now."""
        return self.recorder.status(name)


def until(
    what: str,
    holds: Callable[[], bool],
    within_s: float = 60.0,
    instead: Callable[[], str] = str,
) -> None:
    """Wait for something; the limit only ends a test that hangs.

    Args:
        what: For the message.
        holds: Asked again and again.
        within_s: Until the test fails.
        instead: What is there in its place, for the message.
    """
    deadline_s = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline_s, f"not within {within_s} s: {what}; {instead()}"
        time.sleep(0.03)
