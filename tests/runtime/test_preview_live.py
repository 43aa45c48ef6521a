"""A whole worker watches a real film; its tracks, judged again by the same rules, say the same."""

from __future__ import annotations

import threading
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from api.contract import AlertEpisode, PreviewAnswer
from pipeline.runtime.config import BoxConfig
from pipeline.runtime.preview import Question, preview
from pipeline.runtime.track_store import TrackStore
from pipeline.runtime.worker import Worker
from tests.support.evaluation_data import data_folder
from tests.support.http_peer import Peer, http_peer

_LEFT = {"name": "left", "polygon": [[0, 0], [0.5, 0], [0.5, 1], [0, 1]]}
_RULES: list[dict[str, Any]] = [
    {"type": "perimeter_intrusion", "id": "left", "zone": _LEFT, "clear_s": 1},
    {"type": "crowding", "id": "pair", "zone": _LEFT, "people": 2, "dwell_s": 0.4, "clear_s": 1},
    {"type": "loitering", "id": "stays", "zone": _LEFT, "min_s": 2},
    {"type": "line_crossing", "id": "way", "line": {"name": "way", "points": [[0.5, 1], [0.5, 0]]}},
]

Alert = tuple[str, datetime, datetime]


def _config(folder: Path, centre: Peer, film: Path) -> BoxConfig:
    (folder / "token").write_text("t")
    camera = {
        "id": "hall",
        "name": "hall",
        "source": {"type": "file", "path": str(film)},
        "rules": _RULES,
        "economy": {"merge_s": 2, "budget_per_hour": None},
    }
    return BoxConfig.model_validate(
        {
            "site": {"id": "school", "name": "学校"},
            "data_dir": folder / "data",
            "api": {"url": centre.url, "token_file": folder / "token"},
            "live": {"enabled": False},
            "cameras": [camera],
        }
    )


def _watch(config: BoxConfig, seconds: float) -> None:
    stop = threading.Event()
    thread = threading.Thread(target=Worker(config).run, args=(stop, lambda: None))
    thread.start()
    stop.wait(seconds)
    stop.set()
    thread.join(60)
    assert not thread.is_alive()


def _raised(centre: Peer) -> list[Alert]:
    told = [body for method, path, body in centre.heard if "/alerts/" in path and method == "PUT"]
    newest = {alert.id: alert for alert in map(AlertEpisode.model_validate_json, told)}
    return sorted((a.rule_id, a.started_at, a.raised_at) for a in newest.values())


def _judged(config: BoxConfig) -> PreviewAnswer:
    to_s, camera = time.time(), config.cameras[0]
    kept = TrackStore(config.data_dir, camera.id).read(to_s - 3600.0, to_s)
    question = Question(camera.rules, camera.economy, config.site, to_s - 3600.0, to_s)
    return preview(kept, question)


@pytest.mark.needs_data
@pytest.mark.timeout(300)
def test_what_was_raised_is_what_a_preview_with_the_same_rules_says(tmp_path: Path) -> None:
    with http_peer() as centre:
        config = _config(tmp_path, centre, data_folder() / "videos" / "left_bag.avi")
        _watch(config, 55.0)
        raised = _raised(centre)
    answer = _judged(config)
    said = [(r.rule_id, a.started_at, a.raised_at) for r in answer.rules for a in r.alerts]
    assert len(raised) >= 4
    assert {alert[0] for alert in raised} >= {"left", "way"}
    assert [alert[0] for alert in sorted(said)] == [alert[0] for alert in raised]
    for (_, *moments), (_, *real) in zip(sorted(said), raised, strict=True):
        for moment, was in zip(moments, real, strict=True):
            assert abs((moment - was).total_seconds()) < 0.01
