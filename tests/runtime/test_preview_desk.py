"""Previews on the box: a process of their own, one at a time, and none for longer than it may."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from api.contract import PreviewAnswer, PreviewOrder, PreviewState
from pipeline.core.clock import ManualClock
from pipeline.runtime.config import BoxConfig
from pipeline.runtime.preview_desk import PreviewDesk
from pipeline.runtime.track_store import LaneFacts, TrackStore
from tests.rules.scripted import CLASSES, LEFT_HALF, MONDAY_NOON_UTC_S, every
from tests.runtime.test_preview import _block, _looks, _visits

_RULE = {"type": "perimeter_intrusion", "zone": LEFT_HALF}


def _box(folder: Path) -> BoxConfig:
    return BoxConfig.model_validate(
        {
            "site": {"holidays": ["2026-10-01"]},
            "data_dir": folder,
            "api": {"url": "http://127.0.0.1:8000", "token_file": folder / "token"},
            "cameras": [
                {
                    "id": "gate",
                    "name": "Gate",
                    "source": {"type": "file", "path": "gate.mp4"},
                    "rules": [_RULE],
                }
            ],
        }
    )


def _desk(folder: Path, **keys: Any) -> PreviewDesk:
    box = _box(folder)
    return PreviewDesk(lambda: box, ManualClock(MONDAY_NOON_UTC_S + 600.0), **keys)


def _order(*rules: dict[str, Any], camera: str = "gate") -> PreviewOrder:
    return PreviewOrder(query_id=uuid4(), camera_id=camera, rules=rules or (_RULE,), hours=1)


@pytest.fixture
def held(tmp_path: Path) -> Path:
    store = TrackStore(tmp_path, "gate")
    run = store.begin([LaneFacts(CLASSES, ())])
    looks = _looks(_visits(60.0, 300.0), every(5, 500.0))
    store.add(_block(looks, run=run), MONDAY_NOON_UTC_S + 500)
    return tmp_path


def test_a_process_judges_what_is_kept(held: Path) -> None:
    told = _desk(held).answer(_order(), threading.Event())
    assert (told.state, told.rules[0].alert_count) == (PreviewState.JUDGED, 2)


def test_bad_rules_are_told_and_no_rule_reaches_another_camera(held: Path) -> None:
    told = _desk(held).answer(_order({"type": "fall", "still_s": -1}), threading.Event())
    assert (told.state, told.rules) == (PreviewState.BAD_RULES, ())
    assert told.problems
    other = _desk(held).answer(_order(camera="yard"), threading.Event())
    assert other.state is PreviewState.UNREADABLE


def test_what_takes_too_long_or_is_given_up_is_ended(held: Path) -> None:
    late = _desk(held, limit_s=0.0).answer(_order(), threading.Event())
    assert late.state is PreviewState.TOO_SLOW
    gone = threading.Event()
    gone.set()
    began_s = time.monotonic()
    _desk(held).answer(_order(), gone)
    assert time.monotonic() - began_s < 5


@pytest.mark.whole
def test_two_at_once_are_one_and_a_busy_word(held: Path) -> None:
    desk, answers = _desk(held), list[PreviewAnswer]()
    threads = [
        threading.Thread(target=lambda: answers.append(desk.answer(_order(), threading.Event())))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    states = [answer.state for answer in answers]
    assert states.count(PreviewState.JUDGED) >= 1
    assert set(states) <= {PreviewState.JUDGED, PreviewState.BUSY}
    assert states.count(PreviewState.BUSY) >= 1
