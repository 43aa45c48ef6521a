"""One camera, watched: a reader that keeps the connection, and an analysis that looks.

The reader demuxes, fills the ring and a bounded queue, and reconnects with back-off. The
analysis decodes, samples, detects, tracks, judges, and asks for evidence. A dead camera is a
state with a reason, never an exception.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID

import structlog

from api.contract import AnalysedTime, CameraHeartbeat, CameraState, MissingReason
from pipeline.core.clock import Clock, FrameTime
from pipeline.core.detections import Detections
from pipeline.core.errors import ModelError, SourceError, SourceReason, frameless
from pipeline.core.events import RuleEvent
from pipeline.core.frame import Frame
from pipeline.core.packets import EncodedPacket
from pipeline.core.redact import redact_url
from pipeline.live.tap import PacketTap
from pipeline.recorders.camera_feed import CameraFeed
from pipeline.rules.base import Rule
from pipeline.runtime.alerts import CameraAlerts
from pipeline.runtime.analysis import Analysis, FrameResult
from pipeline.runtime.camera_status import CameraStatus
from pipeline.runtime.config import CameraConfig, RtspSourceConfig, streams_of
from pipeline.runtime.episodes import EpisodeBook, Provenance
from pipeline.runtime.evidence_desk import ClipRequest, EvidenceDesk
from pipeline.runtime.load import CameraLoad, Urgency, urgency_of
from pipeline.runtime.main_stream import MainStream, joined, picture_at
from pipeline.runtime.packet_queue import PacketQueue
from pipeline.runtime.picture_watch import PictureWatch
from pipeline.runtime.reader import StreamReader
from pipeline.runtime.session import Session
from pipeline.runtime.snapshots import Mark
from pipeline.runtime.track_log import TrackLog
from pipeline.runtime.watched_time import WatchedTime, picture_worth_s
from pipeline.video.gate import Gate, GatedDecoder
from pipeline.video.sampler import Sampler
from pipeline.video.sources.base import PacketSource

_log = structlog.get_logger(__name__)
_QUEUE_PACKETS = 1024
_QUEUE_S = 8.0
"""Longest wait of a packet; the ring reaches further back, so that a clip has its pre-roll."""
_LATE_S = 1.0
"""From this lag on the analysis looks less often, so that it catches up without losing the thread:
decoding everything costs a fraction of running the model."""
_GATHER_S, _GATHER_SHOWN_S = 0.4, 0.2
"""While nothing moves packets may come so late: what begins then is seen in a keyframe, which
takes longer to come. Sooner while somebody looks at the camera live."""
_TICK_S = 0.5
_MISSING = {
    "overloaded": MissingReason.OVERLOADED,
    SourceReason.STALLED.value: MissingReason.STALLED,
    SourceReason.UNDECODABLE.value: MissingReason.STALLED,
}


@dataclass(frozen=True, slots=True)
class _PendingClip:
    session: Session
    alert: UUID
    start_media_s: float
    end_media_s: float


@dataclass(frozen=True, slots=True)
class _Decoding:
    """A session with its decoder, and where it begins on the worker's time line."""

    session: Session
    gated: GatedDecoder
    base_s: float


class CameraWorker:
    """Watches one camera until told to stop.

    Args:
        config: The camera.
        analysis: Its tracker and rules.
        made_by: Model and configuration, for its alerts.
        book: Takes what the rules say.
        desk: Makes evidence.
        clock: Time.
        emit_time: Takes analysed-time reports.
        footage: Records the packets, if the camera is recorded.
        picture: Watches the picture itself, if that is asked for.
        tracks: Keeps what was followed, for previews of other rules.
    """

    def __init__(
        self,
        config: CameraConfig,
        analysis: Analysis,
        made_by: Provenance,
        *,
        book: EpisodeBook,
        desk: EvidenceDesk,
        clock: Clock,
        emit_time: Callable[[list[AnalysedTime]], None],
        footage: CameraFeed | None = None,
        picture: PictureWatch | None = None,
        tracks: TrackLog | None = None,
    ) -> None:
        self.config = config
        self._tracks = tracks
        if tracks is not None:
            tracks.begin(analysis, picture_worth_s(config))
        self.picture = picture if config.enabled else None
        self.status = CameraStatus(config.id, clock)
        self.tap = PacketTap()
        self._analysis = analysis
        self._made_by = made_by
        self._book = book
        self._alerts = CameraAlerts(config.id, config.economy, book)
        if picture is not None:
            picture.alerts = self._alerts
            picture.camera_clock = self.status.camera_clock
        self._desk = desk
        self._footage = footage
        self._clock = clock
        self._queue: PacketQueue[Session] = PacketQueue(_QUEUE_PACKETS, _QUEUE_S)
        self._stop = threading.Event()
        self._session: Session | None = None
        self._pending_clips: list[_PendingClip] = []
        self._started_mono_ns = clock.mono_ns()
        self._last_time: FrameTime | None = None
        self._let_go = 0
        self._dropped_seen = 0
        self._gate: Gate | None = None
        self._decoding: _Decoding | None = None
        self._sampler = Sampler(config.analysis_fps)
        self._share = 1.0
        self._is_engaged = False
        self._next: tuple[CameraConfig, Analysis, Provenance] | None = None
        self._awake_since_ns: int | None = None
        self._watched = WatchedTime(
            config.id,
            analysis.watched,
            clock.utc_s(),
            frame_worth_s=picture_worth_s(config),
            emit=emit_time,
        )
        self._keep_s = config.clip.pre_s + config.clip.post_s + _QUEUE_S + 2.0
        analysed, main = streams_of(config.source)
        with_audio = footage is not None and config.keeps_audio
        self._main = (
            None
            if main is None
            else MainStream(
                config.id, main, self._keep_s, self.tap, footage, clock, with_audio=with_audio
            )
        )
        self._reader = StreamReader(
            config.id, analysed, self, clock, with_audio=with_audio and main is None
        )
        self._thread = threading.Thread(
            target=self._analyse, name=f"analyse-{config.id}", daemon=True
        )

    def start(self) -> None:
        """Begin; a disabled camera only says so."""
        if not self.config.enabled:
            if self._footage is not None:
                self._footage.session_ended("disabled")
            self.status.disabled()
        else:
            self._reader.start()
            if self._main is not None:
                self._main.start()
        self._thread.start()

    def request_stop(self) -> None:
        """Ask both threads to end; a blocked read is broken off."""
        self._stop.set()
        self._reader.request_stop()
        if self._main is not None:
            self._main.request_stop()

    def join(self, deadline_s: float) -> None:
        """Wait for both threads; open episodes are closed and their clips cut as far as they go."""
        self._reader.join(deadline_s)
        if self._main is not None:
            self._main.join(deadline_s)
        self._thread.join(deadline_s)

    def heartbeat(self) -> CameraHeartbeat:
        """The camera's state for the wire."""
        told = self.status.heartbeat(
            self._queue.dropped + self._let_go,
            rate=(self._share * self.config.analysis_fps, self.config.analysis_fps),
        )
        picture = None if self.picture is None else self.picture.wire()
        return told.model_copy(update={"picture": picture, "withheld": self._alerts.withheld})

    @property
    def live_reason(self) -> str:
        """Why there is nothing to show live; ``""`` when there is."""
        return self.status.reason if self._main is None else self._main.reason

    def load(self) -> CameraLoad | None:
        """How it keeps up; None while nothing comes from it."""
        session = self._session
        if session is None or session.ended.is_set():
            return None
        urgency = Urgency.ENGAGED if self._is_engaged else urgency_of(self.config)
        since_ns = self._awake_since_ns
        awake_s = 0.0 if since_ns is None else (self._clock.mono_ns() - since_ns) / 1e9
        return CameraLoad(urgency, self._queue.waiting_s, awake_s)

    def look_less(self, shares: Mapping[Urgency, float]) -> None:
        """Take the share of its urgency of the configured rate from now on."""
        self._share = shares[Urgency.ENGAGED if self._is_engaged else urgency_of(self.config)]
        self._sampler.look_less(self._share)

    def judge_by(self, config: CameraConfig, analysis: Analysis, made_by: Provenance) -> None:
        """Judge by other rules from the next picture on; the connection stays as it is.

        Args:
            config: The camera, with other rules, name or location.
            analysis: Its tracker and rules.
            made_by: Model and configuration, for its alerts.
        """
        self._next = (config, analysis, made_by)

    # --- called by the reader's thread (``TakesPackets``) ----------------------------------
    # What everybody can read, the status, is said last: who reads it finds the rest done.

    def opened(self, source: PacketSource) -> None:
        """A new session begins."""
        self._session = Session.begin(source, self._keep_s)
        self.status.connected(source.info)

    def took(self, packet: EncodedPacket) -> bool:
        """Keep, record and queue a packet; false once the analysis gave the session up."""
        session = self._session
        assert session is not None, "a packet comes after its session was opened"
        if session.failure is not None:
            return False
        session.keep(packet)
        if self._main is None:
            self.tap.add(packet, session.info, session.ring)
            if self._footage is not None:
                self._footage.add(packet, session.info)
        self._queue.put(session, packet)
        self.status.received(packet)
        return True

    def ended(self) -> SourceError | None:
        """The session is over; why, if the analysis gave it up."""
        session = self._session
        assert session is not None, "only what was opened ends"
        session.ended.set()
        return session.failure

    def lost(self, error: SourceError) -> None:
        """The camera does not answer, or stopped sending."""
        if self._footage is not None and self._main is None:
            self._footage.session_ended(error.reason.value)
        self.status.lost(error)

    def broken(self, why: str) -> None:
        """A fault of ours or of the configuration."""
        if self._footage is not None and self._main is None:
            self._footage.session_ended("offline", redact_url(why))
        self.status.broken(why)

    # --- the analysis' thread ------------------------------------------------------------

    def _analyse(self) -> None:
        while not self._stop.is_set():
            item = self._queue.get(_TICK_S)
            try:
                self._turn()
                self._alerts.tick(self._clock.utc_s())
                if item is None:
                    self._tick()
                else:
                    self._take_up(*item)
            except Exception as error:  # noqa: BLE001 -- boundary: one fault does not end the watch
                _log.exception("analysis failed", camera=self.config.id)
                self.status.broken(f"{type(error).__name__}: {error}")
        if self._decoding is not None:
            self._decoding.gated.close()
        self._end()

    def _turn(self) -> None:
        """Take up other rules, if there are any; what is open by the old ones ends here."""
        taken, self._next = self._next, None
        if taken is None:
            return
        self._finish_rules()
        self.config, self._analysis, self._made_by = taken
        self._alerts = CameraAlerts(self.config.id, self.config.economy, self._book)
        self._is_engaged = False
        self._watched.go_on(self._analysis.watched)
        if self._tracks is not None:
            self._tracks.begin(self._analysis, picture_worth_s(self.config))
        if self._gate is not None:
            self._gate.settle(self._analysis.settle_s)
        if self.picture is not None:
            self.picture.go_on(self._alerts, self._made_by)

    def _finish_rules(self) -> None:
        if self._last_time is not None:
            for rule, event in self._analysis.finish(self._last_time):
                self._alerts.take(rule, event, self._made_by)
        self._alerts.finish()

    def _take_up(self, session: Session, packet: EncodedPacket) -> None:
        """The next packet; the first of a session gets a new decoder."""
        decoding = self._decoding
        if decoding is None or session is not decoding.session:
            if decoding is not None:
                decoding.gated.close()
            base_s = self._continue_from(packet)
            decoding = _Decoding(session, self._gated_decoder(session), base_s)
            self._decoding = decoding  # kept whatever goes wrong with this packet
        if session.failure is None:
            self._look(session, decoding.gated, packet, decoding.base_s)
        self._cut_clips()

    def _gated_decoder(self, session: Session) -> GatedDecoder:
        """A new session's decoder; what the gate knows of the camera stays."""
        if self._gate is None:
            self._gate = Gate(
                session.info, self.config.floored_gate, settle_s=self._analysis.settle_s
            )
        else:
            self._gate.restart(session.info)
        self._sampler.reset()
        self._awake_since_ns = None
        return GatedDecoder(
            session.info, self.config.id, self._gate, self._sampler, ring=session.ring
        )

    def _look(
        self, session: Session, gated: GatedDecoder, packet: EncodedPacket, base_s: float
    ) -> None:
        try:
            for frame in gated.frames(packet):
                if self._is_late_for(session, packet, frame):
                    continue
                if self._judge(session, frame, base_s).is_busy and self._gate is not None:
                    self._gate.still_moving(frame.time.media_s)
            keyframe = gated.take_keyframe()
            if keyframe is not None:
                self._watched_until(keyframe.time.utc_s)
            if self.picture is not None:
                self.picture.packet(packet.utc_s)
                if keyframe is not None:
                    self.picture.look(keyframe)
            session.source.gather(self._gather_s if gated.is_resting else 0.0)
            if gated.is_resting:
                self._awake_since_ns = None
            elif self._awake_since_ns is None:
                self._awake_since_ns = self._clock.mono_ns()
        except SourceError as error:
            session.failure = frameless(error)
            session.source.close()
        except ModelError as error:
            self.status.broken(error.line())
        except Exception as error:  # noqa: BLE001 -- boundary: one picture's fault does not end the watch
            _log.exception("analysis failed", camera=self.config.id)
            self.status.broken(f"{type(error).__name__}: {error}")

    @property
    def _gather_s(self) -> float:
        return _GATHER_SHOWN_S if self.tap.is_open else _GATHER_S

    def _is_late_for(self, session: Session, packet: EncodedPacket, frame: Frame) -> bool:
        """Whether a picture is let go because the analysis lags: the later, the more of them.

        The lag is the packet's: pictures that the gate went back for are old but not late.
        """
        lag_s = session.newest_s - packet.media_s
        since_s = frame.time.media_s - session.judged_s
        if lag_s <= _LATE_S or since_s >= min(lag_s / 2, 2.0):
            session.judged_s = frame.time.media_s
            return False
        self._let_go += 1
        return True

    def _watched_until(self, utc_s: float) -> None:
        """A picture of this moment was looked at, by the model or by the gate alone."""
        dropped = self._queue.dropped + self._let_go
        overloaded = dropped > self._dropped_seen or self._share < 1.0
        self._dropped_seen = dropped
        self._watched.analysed(
            utc_s, otherwise=MissingReason.OVERLOADED if overloaded else self._missing_reason()
        )
        self.status.looked(utc_s)
        if self._tracks is not None:
            self._tracks.looked(utc_s)

    def _judge(self, session: Session, frame: Frame, base_s: float) -> FrameResult:
        """Run one sampled frame through tracker and rules, on the worker's own time line."""
        session_media_s = frame.time.media_s
        last_s = self._last_time.media_s if self._last_time else 0.0
        time = FrameTime(max(last_s, base_s + session_media_s), frame.time.utc_s)
        result = self._analysis.process(replace(frame, time=time))
        self._last_time = time
        self._is_engaged = result.is_engaged
        for rule, event in result.events:
            self._take(session, rule, event, result, session_media_s)
        if self._tracks is not None:
            self._tracks.take(result)
        self._watched_until(time.utc_s)
        self.status.analysed()
        return result

    def _take(
        self,
        session: Session,
        rule: Rule,
        event: RuleEvent,
        result: FrameResult,
        session_media_s: float,
    ) -> None:
        for raised in self._alerts.take(rule, event, self._made_by):
            if not raised.wants_evidence:
                continue
            alert = raised.episode.id
            mark = Mark(raised.event.box_norm_xyxy, rule.shape_norm, not rule.shape_closed)
            main = self._main.at(result.frame.time.utc_s) if self._main is not None else None
            held, at_s = main or (session, session_media_s)
            self._desk.snapshot(
                alert, partial(self._shown, result, main), mark, blur=self.config.blur_people
            )
            clip = self.config.clip
            self._pending_clips.append(
                _PendingClip(held, alert, max(0.0, at_s - clip.pre_s), at_s + clip.post_s)
            )

    def _shown(
        self, result: FrameResult, main: tuple[Session, float] | None
    ) -> tuple[Frame, Detections]:
        """An alert's picture and whom to blur: the main stream's, or else the analysed one.

        Called by the desk's thread.
        """
        frame = picture_at(*main, self.config.id) if main else None
        if frame is None:
            return result.frame, result.detections
        people = self._analysis.find(frame)
        return frame, joined(people, result.detections, result.frame.size, frame.size)

    def _cut_clips(self, *, at_once: bool = False) -> None:
        if not self._pending_clips:
            return
        waiting: list[_PendingClip] = []
        for clip in self._pending_clips:
            done = clip.session.newest_s >= clip.end_media_s
            if not (done or at_once or clip.session.ended.is_set()):
                waiting.append(clip)
                continue
            packets = clip.session.ring.between(clip.start_media_s, clip.end_media_s)
            if packets:
                self._desk.clip(
                    clip.alert,
                    ClipRequest(packets, clip.session.info, clip.start_media_s, clip.end_media_s),
                )
        self._pending_clips = waiting

    def _continue_from(self, packet: EncodedPacket) -> float:
        """Where a new session begins on the worker's time line, by the monotonic clock."""
        since_start_s = (self._clock.mono_ns() - self._started_mono_ns) / 1e9
        last_s = self._last_time.media_s if self._last_time else 0.0
        return max(last_s, since_start_s) - packet.media_s

    def _tick(self) -> None:
        """Nothing came for a while: account for the time, and cut clips of an ended session."""
        self._cut_clips()
        if self._tracks is not None:
            self._tracks.tick()
        if self.picture is not None and isinstance(self.config.source, RtspSourceConfig):
            self.picture.tick()  # a recording that has ended is not lost
        session = self._session
        if session is None or session.ended.is_set() or not self.config.enabled:
            self._watched.missing(self._clock.utc_s(), self._missing_reason())

    def _missing_reason(self) -> MissingReason:
        if self.status.state is CameraState.DISABLED:
            return MissingReason.DISABLED
        return _MISSING.get(self.status.reason, MissingReason.OFFLINE)

    def _end(self) -> None:
        if self.picture is not None:
            self.picture.end()
        self._finish_rules()
        self._cut_clips(at_once=True)
        self._watched.missing(self._clock.utc_s(), self._missing_reason())
        self._watched.finish()
        if self._tracks is not None:
            self._tracks.finish()
