"""One recording after the other, from file to alerts, driven by its own timestamps.

The same file, configuration and model give byte-identical alerts, at any speed and on any
machine of the same kind: nothing here reads a clock.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from api.contract import DEFAULT_SCHOOL_ID, AlertEpisode, EpisodeState
from pipeline.core.clock import FrameTime
from pipeline.core.errors import SourceError
from pipeline.core.events import EventKind, RuleEvent
from pipeline.core.frame import Frame
from pipeline.core.packets import EncodedPacket, StreamInfo
from pipeline.geometry.site import SiteConfig
from pipeline.inference.finds import Finds
from pipeline.rules.economy import DIGEST, Economy
from pipeline.runtime.alerts import AlertSource
from pipeline.runtime.analysis import Analysis, FrameResult
from pipeline.runtime.config import AnalysisConfig
from pipeline.runtime.episodes import Provenance, Raises, merged, open_episode
from pipeline.runtime.lanes import Tells
from pipeline.runtime.snapshots import Mark, render_snapshots
from pipeline.studio.faults import RecordingFaults, made_by_diagnosis
from pipeline.studio.overlay import Overlay
from pipeline.studio.sums import Ledger, Sums
from pipeline.video.annotated import AnnotatedWriter
from pipeline.video.gate import Gate, GatedDecoder
from pipeline.video.sampler import Sampler
from pipeline.video.sources.file import FileSource

Progress = Callable[[float, float], None]
"""Called with (media seconds done, media seconds in all, 0 when unknown)."""


@dataclass(slots=True)
class Found:
    """One episode of a recording, in its media time.

    Attributes:
        episode: As on the wire.
        start_s: First qualifying moment.
        raised_s: When the alert was raised.
        end_s: Last qualifying moment.
        snapshot: File name of its picture, relative to the output folder.
    """

    episode: AlertEpisode
    start_s: float
    raised_s: float
    end_s: float
    snapshot: str = ""


@dataclass(slots=True)
class Recording:
    """What was found in one file.

    Attributes:
        path: The file.
        key: Its name in outputs; the file's stem, made unique.
        width: Pixels.
        height: Pixels.
        codec: FFmpeg's name.
        duration_s: Up to the last picture.
        packets: Pictures in the file, up to where it was read.
        frames_decoded: Pictures decoded; more than ``packets`` when the gate went back.
        frames_analysed: Pictures looked at.
        found: Episodes by start.
        failure: Why the analysis ended early, or ``""``.
        sums: Analysed time, outcomes, and what the filters removed.
    """

    path: Path
    key: str
    width: int = 0
    height: int = 0
    codec: str = ""
    duration_s: float = 0.0
    packets: int = 0
    frames_decoded: int = 0
    frames_analysed: int = 0
    found: list[Found] = field(default_factory=list)
    failure: str = ""
    sums: Sums = field(default_factory=Sums)


@dataclass(frozen=True, slots=True)
class Job:
    """What is done with each recording.

    Attributes:
        config: What to look for.
        site: Time zone and holidays.
        detector: Finds boxes.
        classifier: Tells attributes of people, if a rule asks.
        made_by: Named in each alert.
        out: Output folder; exists.
        start_utc_s: When the recordings began; 0 when unknown.
        annotate: Whether to write an annotated video of each.
        bound: The detectors of the bound models.
    """

    config: AnalysisConfig
    site: SiteConfig
    detector: Finds
    classifier: Tells | None
    made_by: Provenance
    out: Path
    start_utc_s: float
    annotate: bool
    bound: tuple[Finds, ...] = ()


def analyse_recording(job: Job, path: Path, key: str, progress: Progress) -> Recording:
    """Analyse one file.

    Args:
        job: What to do.
        path: The file.
        key: Its name in outputs.
        progress: Told now and then how far it is.

    Raises:
        SourceError: The file is missing, empty or no video; a file that breaks in the middle is
            analysed up to there and says so in ``failure``.
        EvidenceError: A picture cannot be written.
        ModelError: The model's output cannot be used.
    """
    recording = Recording(path, key)
    source = FileSource(path, "", job.start_utc_s)
    info = source.open()
    duration_s = source.duration_s
    try:
        recording.width, recording.height = info.display.size(info.width, info.height)
        recording.codec = info.codec
        with _Run(job, recording, info) as run:
            try:
                for packet in source.packets():
                    run.take(packet)
                    progress(packet.media_s, duration_s)
                run.take_rest()
            except SourceError as error:
                if recording.frames_decoded == 0:
                    raise
                recording.failure = error.line()
            run.finish()
    finally:
        source.close()
    progress(recording.duration_s, recording.duration_s)
    return recording


def alerts_jsonl(recordings: Iterable[Recording]) -> str:
    """All episodes, one JSON object a line, in order of recording and start."""
    return "".join(
        json.dumps(_line(recording, found), ensure_ascii=False, sort_keys=True) + "\n"
        for recording in recordings
        for found in recording.found
    )


def _line(recording: Recording, found: Found) -> dict[str, object]:
    episode = found.episode
    return {
        "id": str(episode.id),
        "video": recording.path.name,
        "rule": episode.rule,
        "rule_id": episode.rule_id,
        "zone": episode.zone,
        "risk": episode.risk.value,
        "start_s": round(found.start_s, 3),
        "raised_s": round(found.raised_s, 3),
        "end_s": round(found.end_s, 3),
        "score": round(episode.score, 4),
        "classes": list(episode.classes),
        "track_count": episode.track_count,
        "box_norm_xyxy": [round(v, 5) for v in episode.box_norm_xyxy],
        "facts": dict(episode.facts),
        "model_id": episode.model_id,
        "model_sha256": episode.model_sha256,
        "config_sha256": episode.config_sha256,
        "snapshot": found.snapshot,
    }


class _Run:
    """The state of one recording's analysis."""

    def __init__(self, job: Job, recording: Recording, info: StreamInfo) -> None:
        self._job = job
        self._recording = recording
        self._analysis = Analysis(
            job.config, job.site, job.detector, job.classifier, bound=job.bound
        )
        self._gate = Gate(info, job.config.floored_gate, settle_s=self._analysis.settle_s)
        self._decoder = GatedDecoder(
            info, recording.key, self._gate, Sampler(job.config.analysis_fps)
        )
        self._economy = Economy(job.config.economy)
        self._ledger = Ledger(self._analysis.watched, job.config, job.start_utc_s)
        self._faults = (
            RecordingFaults(job.config.diagnosis, job.detector, blur=job.config.blur_people)
            if job.config.diagnosis.enabled
            else None
        )
        self._latest: dict[tuple[str, str], Found] = {}
        self._active: set[str] = set()
        self._overlay = Overlay(self._analysis.rules, blur=job.config.blur_people)
        self._writer: AnnotatedWriter | None = None
        self._last_time: FrameTime | None = None

    def __enter__(self) -> _Run:
        return self

    def __exit__(self, *_: object) -> None:
        self._decoder.close()
        if self._writer is not None:
            self._writer.close()

    def take(self, packet: EncodedPacket) -> None:
        self._recording.duration_s = max(self._recording.duration_s, packet.media_s)
        self._look_at(self._decoder.frames(packet))
        keyframe = self._decoder.take_keyframe()
        if keyframe is not None:
            self._ledger.looked(keyframe.time.utc_s)
            if self._faults is not None:
                self._examine(self._faults, keyframe)

    def take_rest(self) -> None:
        self._look_at(self._decoder.flush())

    def _look_at(self, frames: Iterable[Frame]) -> None:
        for frame in frames:
            if self._look(frame).is_busy:
                self._gate.still_moving(frame.time.media_s)
        self._recording.frames_decoded = self._decoder.counts.pictures
        self._recording.packets = self._decoder.counts.packets

    def finish(self) -> None:
        last = self._last_time
        if last is not None:
            for rule, event in self._analysis.finish(last):
                self._take(rule, event, self._job.made_by)
            if self._faults is not None:
                for event in self._faults.finish(last):
                    self._take(AlertSource.of(event.rule), event, self._job.made_by, is_fault=True)
            self._tell_all(self._economy.finish(), AlertSource.of(DIGEST), self._job.made_by)
        end_utc_s = self._job.start_utc_s + self._recording.duration_s
        self._recording.sums = self._ledger.close(end_utc_s, self._economy)
        self._recording.found.sort(key=lambda f: (f.start_s, f.episode.rule_id, f.episode.zone))

    def _look(self, frame: Frame) -> FrameResult:
        result = self._analysis.process(frame)
        self._recording.frames_analysed += 1
        self._last_time = frame.time
        self._ledger.looked(frame.time.utc_s)
        due = self._economy.tick(frame.time.utc_s)
        self._tell_all(due, AlertSource.of(DIGEST), self._job.made_by)
        for rule, event in result.events:
            if event.kind is EventKind.CLOSED:
                self._active.discard(event.rule_id)
            else:
                self._active.add(event.rule_id)
            shape = rule.shape_norm, not rule.shape_closed
            draw = partial(self._draw, result, shape)
            self._take(rule, event, self._job.made_by, draw)
        if self._job.annotate:
            self._annotate(result)
        return result

    def _examine(self, faults: RecordingFaults, keyframe: Frame) -> None:
        if self._last_time is None or keyframe.time.media_s > self._last_time.media_s:
            self._last_time = keyframe.time
        made_by = made_by_diagnosis(self._job.made_by)
        for event in faults.look(keyframe):
            self._economy.picture_is(faults.now)
            self._take(
                AlertSource.of(event.rule),
                event,
                made_by,
                lambda _: faults.picture(keyframe),
                is_fault=True,
            )
        self._economy.picture_is(faults.now)

    def _take(
        self,
        source: Raises,
        event: RuleEvent,
        made_by: Provenance,
        draw: Callable[[RuleEvent], bytes] | None = None,
        *,
        is_fault: bool = False,
    ) -> None:
        told = self._economy.take(event, source.risk_level, is_fault=is_fault)
        self._tell_all(told, source, made_by, draw)

    def _tell_all(
        self,
        events: Iterable[RuleEvent],
        source: Raises,
        made_by: Provenance,
        draw: Callable[[RuleEvent], bytes] | None = None,
    ) -> None:
        for event in events:
            of = AlertSource.of(DIGEST) if event.rule == DIGEST else source
            self._tell(event, of, made_by, draw)

    def _tell(
        self,
        event: RuleEvent,
        source: Raises,
        made_by: Provenance,
        draw: Callable[[RuleEvent], bytes] | None,
    ) -> None:
        slot = (event.rule_id, event.zone)
        if event.kind is EventKind.OPENED:
            episode = open_episode(DEFAULT_SCHOOL_ID, self._recording.key, source, event, made_by)
            found = Found(episode, event.started.media_s, event.at.media_s, event.last_seen.media_s)
            self._recording.found.append(found)
            self._latest[slot] = found
            if draw is not None:
                found.snapshot = self._keep(draw(event), len(self._recording.found))
        else:
            found = self._latest[slot]
            found.episode = merged(found.episode, event)
            found.end_s = max(found.end_s, event.last_seen.media_s)
        is_over = event.kind is EventKind.CLOSED
        state = EpisodeState.CLOSED if is_over else EpisodeState.OPEN
        found.episode = found.episode.model_copy(update={"state": state})

    def _draw(
        self,
        result: FrameResult,
        shape: tuple[tuple[tuple[float, float], ...], bool],
        event: RuleEvent,
    ) -> bytes:
        mark = Mark(event.box_norm_xyxy, *shape)
        shown, _ = render_snapshots(
            result.frame, result.detections, mark, blur=self._job.config.blur_people
        )
        return shown

    def _keep(self, picture: bytes, number: int) -> str:
        name = f"snapshots/{self._recording.key}-{number:03d}.jpg"
        target = self._job.out / name
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(picture)
        return name

    def _annotate(self, result: FrameResult) -> None:
        picture = self._overlay.draw(result, active=self._active)
        if self._writer is None:
            target = self._job.out / "annotated" / f"{self._recording.key}.mp4"
            target.parent.mkdir(exist_ok=True)
            height, width = picture.shape[:2]
            self._writer = AnnotatedWriter(target, width, height, self._job.config.analysis_fps)
        self._writer.write(picture, result.frame.time.media_s)
