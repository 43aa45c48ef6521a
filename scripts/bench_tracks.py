"""``scripts/bench tracks``: what the tracks kept for previews cost on a busy camera.

The busy film goes in rounds through decoder, detector, tracker and rules, as a camera's pictures
do, with the tracks kept and without. CPU seconds are this thread's, which does all of it; both ways
alternate and the best round of each counts. Beside the difference of the two, which is about as
large as chance, stands what the keeping itself took. Then the hour is judged again.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
import bench_film

from pipeline.core.clock import FrameTime, ManualClock
from pipeline.core.frame import Frame
from pipeline.geometry import SiteConfig
from pipeline.inference.detector import Detector, load_detector
from pipeline.runtime.analysis import TRACKING_SCORE, Analysis
from pipeline.runtime.config import AnalysisConfig
from pipeline.runtime.preview import Question, preview
from pipeline.runtime.track_log import TrackLog
from pipeline.runtime.track_store import MAX_BYTES, TrackStore
from pipeline.runtime.watched_time import picture_worth_s
from pipeline.video.decoder import Decoder
from pipeline.video.sampler import Sampler
from pipeline.video.sources.file import FileSource

MOST_SHARE, MOST_MB_A_DAY = 0.03, 20.0
_DAY_S = 86_400.0
_START_S = 1_795_406_400.0
_ZONE = {"name": "yard", "polygon": [[0.05, 0.3], [0.6, 0.3], [0.6, 0.98], [0.05, 0.98]]}
_RULES = [
    {"type": "perimeter_intrusion", "zone": _ZONE},
    {"type": "loitering", "zone": _ZONE, "min_s": 10},
    {"type": "line_crossing", "line": {"name": "way", "points": [[0.5, 1], [0.5, 0]]}},
]


@dataclass(slots=True)
class Round:
    """The film once.

    Attributes:
        cpu_s: All of it.
        keeping_s: Of that, what noting and writing tracks took.
        seconds: Of film.
        tracks: Boxes followed, all pictures together.
        looks: Pictures looked at.
    """

    cpu_s: float = 0.0
    keeping_s: float = 0.0
    seconds: float = 0.0
    tracks: int = 0
    looks: int = 0


class Camera:
    """One camera that shows the film again and again.

    Args:
        film: As a file.
        detector: Shared.
        log: Keeps its tracks, if given.
        clock: The log's.
    """

    def __init__(
        self, film: Path, detector: Detector, log: TrackLog | None, clock: ManualClock
    ) -> None:
        self._film = film
        self._log = log
        self._clock = clock
        self.config = AnalysisConfig.model_validate({"rules": _RULES})
        self._analysis = Analysis(self.config, SiteConfig(), detector)
        if log is not None:
            log.begin(self._analysis, picture_worth_s(self.config))

    def play(self) -> Round:
        """The film once more."""
        done, sampler = Round(), Sampler(self.config.analysis_fps)
        base_s = self._clock.utc_s() - _START_S
        source = FileSource(self._film, "", _START_S + base_s)
        began_s = time.thread_time()
        with Decoder(source.open(), "bench") as decoder:
            for packet in source.packets():
                done.seconds = max(done.seconds, packet.media_s)
                for frame in decoder.decode(packet):
                    if sampler.wants(frame.time.media_s):
                        self._look(frame, base_s, done)
        done.cpu_s = time.thread_time() - began_s
        source.close()
        self._clock.advance(max(0.0, _START_S + base_s + done.seconds + 0.2 - self._clock.utc_s()))
        return done

    def _look(self, frame: Frame, base_s: float, done: Round) -> None:
        moment = FrameTime(base_s + frame.time.media_s, frame.time.utc_s)
        result = self._analysis.process(replace(frame, time=moment))
        done.tracks += len(result.tracks)
        done.looks += 1
        if self._log is None:
            return
        began_s = time.thread_time()
        self._clock.advance(max(0.0, moment.utc_s - self._clock.utc_s()))
        self._log.take(result)
        self._log.looked(moment.utc_s)
        done.keeping_s += time.thread_time() - began_s


def measure(film: Path, rounds: int, folder: Path) -> dict[str, object]:
    """Both ways, and the judging.

    Args:
        film: The busy film as a file.
        rounds: How often each way shows it.
        folder: For the kept tracks.
    """
    store, clock = TrackStore(folder, "bench"), ManualClock(_START_S)
    log = TrackLog(store, clock)
    with load_detector("campus_objects", score=TRACKING_SCORE) as detector:
        kept = Camera(film, detector, log, clock)
        plain = Camera(film, detector, None, ManualClock(_START_S))
        plain.play()  # warm
        pairs = [(plain.play(), kept.play()) for _ in range(rounds)]
    began_s = time.thread_time()
    log.finish()
    finishing_s = time.thread_time() - began_s
    without_s = min(plain.cpu_s for plain, _ in pairs)
    with_s = min(kept.cpu_s for _, kept in pairs)
    all_kept = [kept for _, kept in pairs]
    seconds = sum(each.seconds for each in all_kept)
    keeping_s = sum(each.keeping_s for each in all_kept) + finishing_s
    held = store.read(_START_S - 1.0, _START_S + _DAY_S)
    size = sum(len(block.body) for block in held.blocks)
    question = Question(
        kept.config.rules, kept.config.economy, SiteConfig(), _START_S, clock.utc_s()
    )
    began_s = time.thread_time()
    told = preview(held, question)
    judging_s = time.thread_time() - began_s
    return {
        "bench": "tracks",
        "film_s": round(seconds, 1),
        "tracks_a_look": round(
            sum(each.tracks for each in all_kept) / sum(each.looks for each in all_kept), 2
        ),
        "mb_a_camera_day": round(size / seconds * _DAY_S / 1e6, 2),
        "file_mb_most": round(MAX_BYTES / 1e6, 1),
        "cpu_s_without": round(without_s, 3),
        "cpu_s_with": round(with_s, 3),
        "cpu_ratio": round(with_s / without_s, 4),
        "keeping_share": round(keeping_s / (len(pairs) * without_s), 5),
        "judging_cpu_s_an_hour": round(judging_s / seconds * 3600.0, 2),
        "alerts_predicted": [rule.alert_count for rule in told.rules],
    }


def as_file(film: bench_film.Film, target: Path) -> Path:
    """The byte stream with times, as MP4."""
    with av.open(str(film.path), format="h264") as source, av.open(str(target), "w") as out:
        stream = out.add_stream_from_template(source.streams.video[0])
        base = Fraction(1, film.fps)
        for n, packet in enumerate(p for p in source.demux() if p.size):
            packet.stream = stream
            packet.time_base = base
            packet.pts = packet.dts = n
            packet.duration = 1
            out.mux(packet)
    return target


def main(arguments: Sequence[str], *, as_json: bool) -> int:
    """Entry of ``scripts/bench tracks``."""
    parser = argparse.ArgumentParser(prog="scripts/bench tracks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="of the film, each way")
    given = parser.parse_args(arguments)
    film = bench_film.busy_film(
        lambda what, share: print(f"{what} {share:.0%}", file=sys.stderr, end="\r")
    )
    with tempfile.TemporaryDirectory(prefix="mingan-bench-") as folder:
        target = as_file(film, Path(folder) / "busy.mp4")
        result = measure(target, given.rounds, Path(folder))
    if not as_json:
        print(
            f"{result['tracks_a_look']} tracks a look: {result['mb_a_camera_day']} MB a camera and "
            f"day (at most {MOST_MB_A_DAY:g}), {result['keeping_share']:.2%} of the CPU "
            f"(at most {MOST_SHARE:.0%}), an hour is judged in {result['judging_cpu_s_an_hour']} s"
        )
    print(json.dumps(result))
    return 0
