"""What is predicted from kept tracks is what ``mingan analyze`` finds with the new rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from pipeline.core.clock import ManualClock
from pipeline.geometry import SiteConfig
from pipeline.inference.detector import load_detector
from pipeline.inference.finds import Finds
from pipeline.runtime.analysis import TRACKING_SCORE, Analysis
from pipeline.runtime.config import AnalysisConfig
from pipeline.runtime.episodes import Provenance
from pipeline.runtime.preview import Question, preview
from pipeline.runtime.track_log import TrackLog
from pipeline.runtime.track_store import MAX_BYTES, TrackStore
from pipeline.runtime.watched_time import picture_worth_s
from pipeline.studio.analyze import Job, analyse_recording
from pipeline.video.decoder import Decoder
from pipeline.video.sampler import Sampler
from pipeline.video.sources.file import FileSource
from tests.studio.visits import SeesVisits
from tests.support.evaluation_data import data_folder
from tests.video.media import make_video

_START_S = 1_795_406_400.0
_FPS = 5.0
_CORNER = {"name": "corner", "polygon": [[0, 0], [0.1, 0], [0.1, 0.1], [0, 0.1]]}
_OLD = [{"type": "perimeter_intrusion", "zone": _CORNER}]
"""What the box looks for while it keeps the tracks: nothing of what is asked later."""

Alert = tuple[str, float, float]
"""Rule, when it began and when it was raised, seconds of the clip."""


def _config(rules: list[dict[str, Any]]) -> AnalysisConfig:
    economy = {"budget_per_hour": None}
    return AnalysisConfig.model_validate({"rules": rules, "analysis_fps": _FPS, "economy": economy})


def _keep(clip: Path, sees: Finds, folder: Path) -> TrackStore:
    """Analyse a clip with the old rules, as a box does, and keep its tracks."""
    config, clock, store = _config(_OLD), ManualClock(_START_S), TrackStore(folder, "clip")
    analysis, sampler = Analysis(config, SiteConfig(), sees), Sampler(_FPS)
    log = TrackLog(store, clock)
    log.begin(analysis, picture_worth_s(config))
    source = FileSource(clip, "", _START_S)
    with Decoder(source.open(), "clip") as decoder:
        decoded = (f for packet in source.packets() for f in decoder.decode(packet))
        held_back = (f for _ in "x" for f in decoder.flush())
        for frame in chain(decoded, held_back):
            if sampler.wants(frame.time.media_s):
                clock.advance(max(0.0, frame.time.utc_s - clock.utc_s()))
                log.take(analysis.process(frame))
                log.looked(frame.time.utc_s)
    source.close()
    log.finish()
    assert log.lost == 0
    return store


def _predicted(store: TrackStore, rules: list[dict[str, Any]]) -> list[Alert]:
    config, to_s = _config(rules), _START_S + 3600.0
    question = Question(config.rules, config.economy, SiteConfig(), _START_S - 1.0, to_s)
    told = preview(store.read(_START_S - 1.0, to_s), question)
    alerts = [(rule.rule_id, alert) for rule in told.rules for alert in rule.alerts]
    return sorted((name, _of_clip(a.started_at), _of_clip(a.raised_at)) for name, a in alerts)


def _of_clip(moment: datetime) -> float:
    return moment.timestamp() - _START_S


def _found(clip: Path, sees: Finds, rules: list[dict[str, Any]], out: Path) -> list[Alert]:
    out.mkdir()
    made_by = Provenance("shipped", "a" * 64, "b" * 64)
    config = _config(rules)
    job = Job(config, SiteConfig(), sees, None, made_by, out, _START_S, annotate=False)
    recording = analyse_recording(job, clip, "clip", lambda *_: None)
    return sorted((f.episode.rule_id, f.start_s, f.raised_s) for f in recording.found)


def _agreeing(predicted: Sequence[Alert], found: Sequence[Alert]) -> int:
    """How many of what was found were predicted, beginning within one analysed picture."""
    left, same = list(predicted), 0
    for rule, start_s, _ in found:
        near = [p for p in left if p[0] == rule and abs(p[1] - start_s) <= 1.0 / _FPS + 0.01]
        if near:
            left.remove(min(near, key=lambda p: abs(p[1] - start_s)))
            same += 1
    return same


def _zone(*points: tuple[float, float]) -> dict[str, Any]:
    return {"name": "zone", "polygon": [list(point) for point in points]}


_LEFT = _zone((0, 0), (0.5, 0), (0.5, 1), (0, 1))
_RIGHT = _zone((0.55, 0.1), (1, 0.1), (1, 1), (0.55, 1))
_LOW = _zone((0.02, 0.6), (0.98, 0.55), (0.98, 0.98), (0.02, 0.98))
_WHOLE = _zone((0, 0), (1, 0), (1, 1), (0, 1))
_UP = {"name": "line", "points": [[0.5, 1], [0.5, 0]]}
_NEW: list[dict[str, Any]] = [
    {"type": "perimeter_intrusion", "id": "left", "zone": _LEFT},
    {"type": "perimeter_intrusion", "id": "right", "zone": _RIGHT, "dwell_s": 2},
    {"type": "perimeter_intrusion", "id": "low", "zone": _LOW, "min_score": 0.6},
    {"type": "loitering", "id": "stays", "zone": _WHOLE, "min_s": 5},
    {"type": "crowding", "id": "crowd", "zone": _WHOLE, "people": 5, "dwell_s": 2},
    {"type": "line_crossing", "id": "line", "line": _UP},
    {"type": "fall", "id": "fall", "zone": _WHOLE},
]


def test_a_film_with_two_visits_is_predicted_to_the_picture(tmp_path: Path) -> None:
    film = make_video(tmp_path / "film.mp4", count=400, gop=25)
    store = _keep(film, SeesVisits(range(25, 100), range(200, 275)), tmp_path)
    assert _predicted(store, _OLD) == []
    rules = [{"type": "perimeter_intrusion", "zone": _WHOLE, "dwell_s": 0.5, "clear_s": 1}]
    found = _found(film, SeesVisits(range(25, 100), range(200, 275)), rules, tmp_path / "out")
    assert len(found) == 2
    assert _predicted(store, rules) == [
        (rule, pytest.approx(start_s, abs=0.002), pytest.approx(raised_s, abs=0.002))
        for rule, start_s, raised_s in found
    ]


@pytest.fixture(scope="module")
def detector() -> Iterator[Finds]:
    with load_detector("campus_objects", score=TRACKING_SCORE) as shipped:
        yield shipped


@pytest.mark.needs_data
@pytest.mark.timeout(900)
def test_on_every_clip_what_is_predicted_is_what_analyze_finds(
    tmp_path: Path, detector: Finds
) -> None:
    total = same = size = 0
    folder = data_folder()
    clips = [
        *(folder / "videos" / name for name in ("one_by_one.mp4", "towncentre_h264.mp4")),
        *(folder / "videos" / name for name in ("left_bag.avi", "crossing_crowd.mp4")),
        *sorted((folder / "falls").glob("*/*/*.mp4")),
    ]
    for n, clip in enumerate(clips):
        store = _keep(clip, detector, tmp_path / str(n))
        size += store.path.stat().st_size
        predicted = _predicted(store, _NEW)
        found = _found(clip, detector, _NEW, tmp_path / str(n) / "out")
        total += max(len(predicted), len(found))
        same += _agreeing(predicted, found)
    assert total >= 40
    assert same >= 0.98 * total, f"{same} of {total}"
    assert size < MAX_BYTES
