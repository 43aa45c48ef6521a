"""One live camera's picture diagnosis: its time line, its reference on disk, its alerts.

Faults last minutes, so everything here is counted on one line: seconds this camera's analysis was
awake since it began. Arrival counts, not the camera's own timestamps, whose drift of seconds a day
would look like silence; and when the whole machine stood still, nobody could have seen a packet,
so that is no silence either.

Nothing is closed when the watch ends: the camera stays covered while nobody looks, and the next
watch or process goes on with the same episode (``EpisodeBook``).

Used by the camera's analysis thread; ``facts`` and ``approve`` by any.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import structlog

import pipeline.diagnosis
from api import contract
from api.contract import AlertEpisode
from pipeline.core.clock import Clock, FrameTime
from pipeline.core.detections import Detections
from pipeline.core.events import EventKind, RuleEvent
from pipeline.core.frame import Bgr, Frame
from pipeline.diagnosis import (
    DiagnosisConfig,
    Fault,
    PictureDiagnosis,
    Reference,
    ReferenceStore,
    StillPicture,
    StoredReference,
    small_of,
)
from pipeline.rules.economy import EconomyConfig
from pipeline.runtime.alerts import AlertSource, CameraAlerts
from pipeline.runtime.episodes import EpisodeBook, Provenance, utc
from pipeline.runtime.evidence_desk import EvidenceDesk
from pipeline.video.camera_clock import ClockReading

_log = structlog.get_logger(__name__)
_AWAY_S = 3.0
"""The analysis thread is called twice a second when nothing comes: a longer pause is our own."""
_TICK_S = 0.5


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """What can be said of a camera's picture now.

    Attributes:
        faults: Open faults with the moment each began, by name.
        reference_utc_s: When the reference was made; None while there is none.
        approved_utc_s: Which approval it answers; 0.0 if the camera learned it by itself.
    """

    faults: tuple[tuple[Fault, float], ...] = ()
    reference_utc_s: float | None = None
    approved_utc_s: float = 0.0


@cache
def diagnosis_sha256() -> str:
    """Hash of the code that decides, in the place of a model's weights."""
    digest = hashlib.sha256()
    for path in sorted(Path(pipeline.diagnosis.__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


class PictureWatch:
    """Watches one camera's picture.

    Args:
        camera_id: The camera.
        config: Thresholds.
        made_by: Of its configuration; the model is the diagnosis itself.
        references: Where its reference is kept.
        book: Takes the faults.
        desk: Makes their pictures.
        find_people: Whom to blur; called by the desk's thread.
        blur: Whether people are blurred.
        clock: Time.
        patience_s: Time the first connection may take before its absence is a loss.

    Attributes:
        camera_clock: What is known of the camera's own clock; whoever receives its packets puts
            that here.
        alerts: Where its alerts go; whoever watches the same camera's rules puts their own here.
    """

    def __init__(
        self,
        camera_id: str,
        config: DiagnosisConfig,
        made_by: Provenance,
        *,
        references: ReferenceStore,
        book: EpisodeBook,
        desk: EvidenceDesk,
        find_people: Callable[[Frame], Detections],
        blur: bool,
        clock: Clock,
        patience_s: float = 0.0,
    ) -> None:
        self._camera_id = camera_id
        self._config = config
        self._made_by = Provenance("picture_diagnosis", diagnosis_sha256(), made_by.config_sha256)
        self._references = references
        self._book = book
        self.alerts = CameraAlerts(camera_id, EconomyConfig(), book)
        self.camera_clock: Callable[[], ClockReading] = ClockReading
        self._desk = desk
        self._find_people = find_people
        self._blur = blur
        self._clock = clock
        self._patience_s = patience_s
        self._lock = threading.Lock()
        self._ordered_s = 0.0
        self._stored = references.load(camera_id)
        known = None if self._stored is None else Reference(self._stored.bgr)
        self._diagnosis = PictureDiagnosis(config, known)
        self._is_saved = True
        self._mono_ns = clock.mono_ns()
        self._now_s = 0.0
        self._examined_s = float("-inf")
        self._has_come = False
        self._last_seen: Frame | None = None
        self._open: dict[Fault, float] = {}
        self._facts = PictureFacts()
        self._tell()

    @property
    def facts(self) -> PictureFacts:
        """What can be said of the picture now."""
        return self._facts

    def wire(self) -> contract.PictureFacts:
        """The same, for the wire."""
        facts = self._facts
        return contract.PictureFacts(
            faults=tuple(
                contract.PictureFault(fault=fault.value, since=utc(since_s))
                for fault, since_s in facts.faults
            ),
            reference_at=None if facts.reference_utc_s is None else utc(facts.reference_utc_s),
            approved_at=None if not facts.approved_utc_s else utc(facts.approved_utc_s),
        )

    def approve(self, at_utc_s: float) -> None:
        """A person said that the camera is right as it stands: its pictures from now on are.

        Args:
            at_utc_s: When that was said, which names the order; one that was carried out, or is
                older than that, changes nothing.
        """
        with self._lock:
            self._ordered_s = max(self._ordered_s, at_utc_s)

    def packet(self, utc_s: float) -> None:
        """A packet came.

        Args:
            utc_s: When its picture was taken.
        """
        self._has_come = True
        self._take(self._diagnosis.packet(self._time(utc_s)), self._last_seen)

    def tick(self) -> None:
        """Nothing came for half a second, although the camera is expected to send."""
        time = self._time(self._clock.utc_s())
        if self._has_come or time.media_s >= self._patience_s + self._config.loss_after_s:
            self._take(self._diagnosis.tick(time), self._last_seen)
        elif time.media_s <= _TICK_S * 2:
            self._diagnosis.tick(time)  # so that the loss counts from the beginning

    def look(self, frame: Frame) -> None:
        """A keyframe was decoded; examined if the last one was long enough ago."""
        self._has_come = True
        time = self._time(frame.time.utc_s)
        if time.media_s - self._examined_s < self._config.interval_s:
            return
        self._examined_s = time.media_s
        self._begin_ordered()
        before = self._diagnosis.reference
        small = small_of(frame.picture)
        self._last_seen = replace(frame, picture=small, time=time)
        events = self._diagnosis.look(self._last_seen)
        events += self._diagnosis.camera_clock(time, self.camera_clock().offset_s)
        self._take(events, frame)
        learned = self._diagnosis.reference
        if learned is not None and learned is not before:
            with self._lock:
                ordered_s = self._ordered_s
            self._stored = StoredReference(learned.bgr, frame.time.utc_s, ordered_s)
            self._is_saved = False
        if not self._is_saved and self._stored is not None:
            self._is_saved = self._references.save(self._camera_id, self._stored)
            self._tell()

    def go_on(self, alerts: CameraAlerts, made_by: Provenance) -> None:
        """The camera's rules changed, and so where its alerts go; the faults stay."""
        self._made_by = replace(self._made_by, config_sha256=made_by.config_sha256)
        self.alerts = alerts
        self.alerts.picture_is(frozenset(self._open))

    def end(self) -> None:
        """The watch ends, not the faults: whoever watches this camera next goes on with them."""
        self._book.hand_back(self._camera_id, [fault.value for fault in self._open])

    def _begin_ordered(self) -> None:
        """Learn anew if somebody asked for it since the last reference was made."""
        if self._diagnosis.reference is None:
            return
        known_s = 0.0 if self._stored is None else self._stored.approved_utc_s
        with self._lock:
            is_due = self._ordered_s > known_s
        if is_due:
            _log.info("learning a new reference picture", camera=self._camera_id)
            self._diagnosis.approve(None)

    def _time(self, utc_s: float) -> FrameTime:
        mono_ns = self._clock.mono_ns()
        passed_s = (mono_ns - self._mono_ns) / 1e9
        self._mono_ns = mono_ns
        self._now_s += passed_s if passed_s <= _AWAY_S else _TICK_S
        return FrameTime(self._now_s, utc_s)

    def _take(self, events: list[RuleEvent], shown: Frame | None) -> None:
        for event in events:
            fault = Fault(event.rule)
            if event.kind is EventKind.CLOSED:
                self._open.pop(fault, None)
            else:
                self._open.setdefault(fault, event.started.utc_s)
            self.alerts.picture_is(frozenset(self._open))
            source = AlertSource.of(fault)
            for raised in self.alerts.take(source, event, self._made_by, is_fault=True):
                if raised.event.rule_id == fault and raised.event.kind is not EventKind.CLOSED:
                    self._took(fault, raised.episode)
                if raised.wants_evidence:
                    self._desk.comparison(
                        raised.episode.id,
                        shown,
                        self._reference_frame(),
                        self._find_people,
                        blur=self._blur,
                    )
        if events:
            self._tell()

    def _took(self, fault: Fault, episode: AlertEpisode) -> None:
        """The alert may be older than what was seen now: begun before a restart, or joined."""
        if fault in self._open:
            self._open[fault] = episode.started_at.timestamp()

    def _reference_frame(self) -> Frame | None:
        if self._stored is None:
            return None
        taken = FrameTime(0.0, self._stored.taken_utc_s)
        picture: Bgr = self._stored.bgr
        return Frame(self._camera_id, taken, StillPicture(picture))

    def _tell(self) -> None:
        stored = self._stored
        self._facts = PictureFacts(
            tuple(sorted(self._open.items())),
            None if stored is None else stored.taken_utc_s,
            0.0 if stored is None else stored.approved_utc_s,
        )
