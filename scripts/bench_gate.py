"""``scripts/bench gate``: the gated path raises what decoding everything raises, and costs less.

Each clip of the data folder is set between quiet minutes (``bench_material``), with constant
quality and with strictly constant rate, and goes twice through detector, tracker and rules: every
picture decoded, and behind the gate. Episodes must be the same, beginning within half a second.

The detector is deterministic, so a picture that both ways look at is run through it once; its CPU
seconds count for both. CPU seconds are this thread's, so other work on the machine does not count.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import av
import numpy as np
from bench_material import Padded, Rate, Yuv, pad

from pipeline.core.clock import FrameTime
from pipeline.core.detections import TRACK_SCORE, Detections
from pipeline.core.events import EventKind
from pipeline.core.frame import Frame
from pipeline.geometry.site import SiteConfig
from pipeline.inference.detector import Detector, load_detector
from pipeline.runtime.analysis import Analysis
from pipeline.runtime.config import AnalysisConfig
from pipeline.video.decoder import Decoder
from pipeline.video.gate import DecodeCounts, Gate, GateConfig, GatedDecoder
from pipeline.video.picture import AvPicture
from pipeline.video.sampler import Sampler
from pipeline.video.sources.file import FileSource

START_WITHIN_S = 0.5
RULES = (
    {"type": "perimeter_intrusion", "dwell_s": 1.0},
    {"type": "loitering", "min_s": 8.0},
)
_ZONE = {"name": "all", "polygon": [[0.02, 0.02], [0.98, 0.02], [0.98, 0.98], [0.02, 0.98]]}
_LINE = {"name": "middle", "points": [[0.5, 0.02], [0.5, 0.98]]}


@dataclass(frozen=True, slots=True)
class Found:
    """One episode."""

    rule: str
    start_s: float
    end_s: float


@dataclass(slots=True)
class Cost:
    """CPU seconds of one way."""

    decode_s: float = 0.0
    detect_s: float = 0.0

    @property
    def total_s(self) -> float:
        """Both."""
        return self.decode_s + self.detect_s


@dataclass(slots=True)
class Row:
    """One padded clip."""

    clip: str
    rate: str
    duration_s: float
    episodes: int
    matched: int
    missing: list[Found]
    extra: list[Found]
    latest_start_s: float
    decoded_share: float
    analysed_share: float
    cpu_ratio: float
    decode_cpu_ratio: float
    mode: str
    score: float
    false_alarms: int
    spells: int


class OnceDetector:
    """Runs the detector once for each moment of one file and remembers what that cost."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self._known: dict[float, tuple[Detections, float]] = {}
        self.cost_s = 0.0

    @property
    def class_names(self) -> tuple[str, ...]:
        """The detector's."""
        return self._detector.class_names

    @property
    def track_scores(self) -> Mapping[str, float]:
        """The detector's."""
        return self._detector.track_scores

    def detect(self, frames: Sequence[Frame]) -> list[Detections]:
        """The boxes of each frame."""
        return [self._one(frame) for frame in frames]

    def _one(self, frame: Frame) -> Detections:
        key = frame.time.media_s
        if key not in self._known:
            began_s = time.thread_time()
            found = self._detector.detect([frame])[0]
            self._known[key] = (found, time.thread_time() - began_s)
        found, cost_s = self._known[key]
        self.cost_s += cost_s
        return found


def measure(padded: Padded, detector: Detector, gate_config: GateConfig) -> Row:
    """Both ways of one file."""
    once = OnceDetector(detector)
    config = _analysis_config()
    everything, full_cost, full_analysed, packets = _decode_everything(padded.path, once, config)
    gated, cost, gate, counts = _behind_the_gate(padded.path, once, config, gate_config)
    missing, extra, latest_s = compare(everything, gated)
    return Row(
        clip=padded.clip.name,
        rate=padded.rate.value,
        duration_s=round(padded.duration_s, 2),
        episodes=len(everything),
        matched=len(everything) - len(missing),
        missing=missing,
        extra=extra,
        latest_start_s=round(latest_s, 3),
        decoded_share=round(counts.pictures / packets, 4),
        analysed_share=round(counts.analysed / max(1, full_analysed), 4),
        cpu_ratio=round(cost.total_s / full_cost.total_s, 4),
        decode_cpu_ratio=round(cost.decode_s / full_cost.decode_s, 4),
        mode=gate.mode.value,
        score=round(gate.state.score, 3),
        false_alarms=gate.state.false_alarms,
        spells=counts.spells,
    )


def compare(
    everything: Sequence[Found], gated: Sequence[Found]
) -> tuple[list[Found], list[Found], float]:
    """Pair episodes of the same rule by start.

    Returns:
        Those only decoding everything raised, those only the gated way raised, and how much later
        the latest pair began, seconds.
    """
    left = list(gated)
    missing: list[Found] = []
    latest_s = 0.0
    for found in everything:
        near = [
            g
            for g in left
            if g.rule == found.rule and abs(g.start_s - found.start_s) <= START_WITHIN_S
        ]
        if not near:
            missing.append(found)
            continue
        best = min(near, key=lambda g: abs(g.start_s - found.start_s))
        left.remove(best)
        latest_s = max(latest_s, best.start_s - found.start_s)
    return missing, left, latest_s


def _decode_everything(
    path: Path, once: OnceDetector, config: AnalysisConfig
) -> tuple[list[Found], Cost, int, int]:
    source = FileSource(path, "bench", 0.0)
    info = source.open()
    sampler = Sampler(config.analysis_fps)
    analysed = packets = 0
    cost = Cost()
    run = _Run(config, once)

    def sampled() -> Iterator[Frame]:
        nonlocal packets
        with Decoder(info, "bench") as decoder:
            for packet in source.packets():
                packets += 1
                yield from (f for f in decoder.decode(packet) if sampler.wants(f.time.media_s))
            yield from (f for f in decoder.flush() if sampler.wants(f.time.media_s))

    once.cost_s = 0.0
    began_s = time.thread_time()
    spent_s = 0.0
    for frame in sampled():
        looked_s = time.thread_time()
        run.take(frame)
        analysed += 1
        spent_s += time.thread_time() - looked_s
    cost.decode_s = time.thread_time() - began_s - spent_s
    cost.detect_s = once.cost_s
    return run.finish(), cost, analysed, packets


def _behind_the_gate(
    path: Path, once: OnceDetector, config: AnalysisConfig, gate_config: GateConfig
) -> tuple[list[Found], Cost, Gate, DecodeCounts]:
    source = FileSource(path, "bench", 0.0)
    info = source.open()
    run = _Run(config, once)
    cost = Cost()
    once.cost_s = 0.0
    spent_s = 0.0
    began_s = time.thread_time()
    gate = Gate(info, gate_config, settle_s=max(r.clear_s for r in config.rules) + 1.0)
    with GatedDecoder(info, "bench", gate, Sampler(config.analysis_fps)) as decoder:

        def look(frames: Iterator[Frame]) -> None:
            nonlocal spent_s
            for frame in frames:
                looked_s = time.thread_time()
                if run.take(frame):
                    gate.still_moving(frame.time.media_s)
                spent_s += time.thread_time() - looked_s

        for packet in source.packets():
            look(decoder.frames(packet))
        look(decoder.flush())
        counts = decoder.counts
    cost.decode_s = time.thread_time() - began_s - spent_s
    cost.detect_s = once.cost_s
    return run.finish(), cost, gate, counts


def _crowd(detector: Detector, picture: Yuv) -> float:
    """How much the detector sees in a picture: the sum of its people's scores."""
    frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
    found = detector.detect([Frame("bench", FrameTime(0.0, 0.0), AvPicture(frame))])[0]
    return float(found.of_classes(frozenset({"person"})).score.sum())


class _Run:
    """Tracker and rules of one way, and what they raised."""

    def __init__(self, config: AnalysisConfig, detector: OnceDetector) -> None:
        self._analysis = Analysis(config, SiteConfig(), detector)
        self._open: dict[str, float] = {}
        self._found: list[Found] = []
        self._last: Frame | None = None

    def take(self, frame: Frame) -> bool:
        """Look at a picture; whether something is in it that the rules look for."""
        self._last = frame
        result = self._analysis.process(frame)
        for _, event in result.events:
            if event.kind is EventKind.CLOSED:
                self._close(event.rule, event.started.media_s, event.last_seen.media_s)
        people = result.detections.of_classes(frozenset({"person"}))
        return bool(len(result.tracks)) or bool(np.any(people.score >= TRACK_SCORE))

    def finish(self) -> list[Found]:
        """All episodes by start."""
        if self._last is not None:
            for _, event in self._analysis.finish(self._last.time):
                self._close(event.rule, event.started.media_s, event.last_seen.media_s)
        return sorted(self._found, key=lambda f: (f.start_s, f.rule))

    def _close(self, rule: str, start_s: float, end_s: float) -> None:
        self._found.append(Found(rule, round(start_s, 3), round(end_s, 3)))


def _analysis_config() -> AnalysisConfig:
    zoned = [{**rule, "zone": _ZONE} for rule in RULES]
    line = {"type": "line_crossing", "line": _LINE}
    return AnalysisConfig.model_validate({"rules": [*zoned, line]})


def run(arguments: Sequence[str], say: Callable[[str], None]) -> dict[str, object]:
    """Measure and return the figures."""
    parser = argparse.ArgumentParser(prog="scripts/bench gate", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the evaluation data folder")
    parser.add_argument("--clip", action="append", help="only this clip; may be repeated")
    parser.add_argument("--rate", choices=[r.value for r in Rate], action="append")
    parser.add_argument("--quiet-s", type=float, default=60.0, help="before and after each clip")
    parser.add_argument("--mode", choices=["auto", "keyframes", "always"], default="auto")
    parser.add_argument("--keep", type=Path, help="keep the encoded videos here, to use them again")
    given = parser.parse_args(arguments)
    videos = sorted(p for p in (given.data / "videos").iterdir() if p.suffix in (".mp4", ".avi"))
    clips = [p for p in videos if not given.clip or p.name in given.clip]
    rates = [Rate(r) for r in given.rate] if given.rate else list(Rate)
    rows: list[Row] = []
    with (
        load_detector("campus_objects", threads=1) as detector,
        tempfile.TemporaryDirectory(prefix="mingan-bench-") as temporary,
    ):
        folder = given.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for clip in clips:
            for rate in rates:
                padded = pad(clip, folder, rate, given.quiet_s, lambda p: _crowd(detector, p))
                row = measure(padded, detector, GateConfig(mode=given.mode))
                rows.append(row)
                say(
                    f"{row.clip:22} {row.rate:4} {row.matched}/{row.episodes} same, "
                    f"{len(row.extra)} extra, latest {row.latest_start_s:+.2f} s, decoded "
                    f"{row.decoded_share:.0%}, analysed {row.analysed_share:.0%}, CPU "
                    f"{row.cpu_ratio:.0%}, {row.mode} (score {row.score:.2f}, "
                    f"{row.false_alarms} false alarms, {row.spells} spells)"
                )
    return summary(rows)


def summary(rows: Sequence[Row]) -> dict[str, object]:
    """All rows in one object."""
    episodes = sum(row.episodes for row in rows)
    seconds = sum(row.duration_s for row in rows)
    return {
        "bench": "gate",
        "episodes": episodes,
        "same": sum(row.matched for row in rows),
        "extra": sum(len(row.extra) for row in rows),
        "latest_start_s": max((row.latest_start_s for row in rows), default=0.0),
        "decoded_share": _weighted([r.decoded_share * r.duration_s for r in rows], seconds),
        "cpu_ratio": _weighted([r.cpu_ratio * r.duration_s for r in rows], seconds),
        "rows": [asdict(row) for row in rows],
    }


def _weighted(values: Sequence[float], total: float) -> float:
    return round(sum(values) / total, 4) if total else 0.0


def main(arguments: Sequence[str], *, as_json: bool) -> int:
    """Entry of ``scripts/bench gate``; 1 when an episode differs."""
    result = run(arguments, (lambda _: None) if as_json else print)
    print(json.dumps(result))
    return 0 if result["same"] == result["episodes"] and result["extra"] == 0 else 1
