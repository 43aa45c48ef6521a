"""The line in front of a model: every camera gets its own answer, alone or together."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.eval.media import frame_of
from pipeline.core.errors import ModelError
from pipeline.inference.batcher import Batcher
from pipeline.inference.detector import load_detector

_LONG_S = 3600.0
"""A wait that would hang the test if anybody waited it out."""


class _Model:
    """Doubles numbers; can be held up, and refuses negative ones."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.is_asked = threading.Event()

    def look(self, items: Sequence[int]) -> list[int]:
        self.batches.append(list(items))
        self.is_asked.set()
        assert self.may_answer.wait(10)
        if any(item < 0 for item in items):
            raise ModelError(f"refuses {min(items)}")
        return [2 * item for item in items]


def _until(holds: Callable[[], bool]) -> None:
    ticker = threading.Event()
    for _ in range(5000):
        if holds():
            return
        ticker.wait(0.002)
    raise AssertionError("did not happen within 10 s")


def _waiting(batcher: Batcher, count: int) -> None:
    _until(lambda: batcher._waiting == count)


def test_a_lone_item_does_not_wait_for_others() -> None:
    model, batcher = _Model(), Batcher(runners=1, max_batch=8, wait_s=_LONG_S)
    assert batcher.line(model.look).ask(3) == 6
    batcher.close()


def test_what_waits_while_the_model_is_busy_goes_through_together() -> None:
    model, batcher = _Model(), Batcher(runners=1, max_batch=3, wait_s=_LONG_S)
    line = batcher.line(model.look)
    model.may_answer.clear()
    with ThreadPoolExecutor(8) as cameras:
        first = cameras.submit(line.ask, 1)
        assert model.is_asked.wait(10)
        others = []
        for count, item in enumerate((2, 3, 4), start=1):
            others.append(cameras.submit(line.ask, item))
            _waiting(batcher, count)
        model.may_answer.set()
        assert first.result(10) == 2
        assert [other.result(10) for other in others] == [4, 6, 8]
    assert model.batches == [[1], [2, 3, 4]]
    batcher.close()


def test_a_batch_that_does_not_fill_goes_after_its_wait() -> None:
    model, batcher = _Model(), Batcher(runners=1, max_batch=64, wait_s=0.005)
    line = batcher.line(model.look)
    model.may_answer.clear()
    with ThreadPoolExecutor(8) as cameras:
        cameras.submit(line.ask, 1)
        assert model.is_asked.wait(10)
        others = [cameras.submit(line.ask, item) for item in (2, 3)]
        _waiting(batcher, 2)
        model.may_answer.set()
        assert [other.result(10) for other in others] == [4, 6]
    batcher.close()


def test_an_error_reaches_only_the_camera_that_asked_for_it() -> None:
    model, batcher = _Model(), Batcher(runners=1, max_batch=8, wait_s=0.0)
    line = batcher.line(model.look)
    model.may_answer.clear()
    with ThreadPoolExecutor(8) as cameras:
        cameras.submit(line.ask, 1)
        assert model.is_asked.wait(10)
        good, bad, other = (cameras.submit(line.ask, item) for item in (2, -3, 4))
        _waiting(batcher, 3)
        model.may_answer.set()
        assert (good.result(10), other.result(10)) == (4, 8)
        with pytest.raises(ModelError, match="refuses -3"):
            bad.result(10)
    assert line.ask(5) == 10  # and the line goes on
    batcher.close()


def test_models_do_not_mix_and_the_oldest_goes_first() -> None:
    model, other = _Model(), _Model()
    batcher = Batcher(runners=1, max_batch=8)
    line, second = batcher.line(model.look), batcher.line(other.look, max_batch=1)
    model.may_answer.clear()
    with ThreadPoolExecutor(8) as cameras:
        cameras.submit(line.ask, 1)
        assert model.is_asked.wait(10)
        for count, (asked, item) in enumerate(((second, 7), (line, 2), (second, 8)), start=1):
            cameras.submit(asked.ask, item)
            _waiting(batcher, count)
        model.may_answer.set()
    assert model.batches == [[1], [2]]
    assert other.batches == [[7], [8]]
    batcher.close()


def test_a_full_queue_makes_who_asks_wait_and_loses_nothing() -> None:
    model, batcher = _Model(), Batcher(runners=1, limit=2)
    line = batcher.line(model.look)
    model.may_answer.clear()
    with ThreadPoolExecutor(16) as cameras:
        asked = [cameras.submit(line.ask, item) for item in range(10)]
        _waiting(batcher, 2)
        model.may_answer.set()
        assert [one.result(10) for one in asked] == [2 * item for item in range(10)]
    batcher.close()


def test_closing_finishes_what_runs_and_tells_what_waits() -> None:
    model, batcher = _Model(), Batcher(runners=1)
    line = batcher.line(model.look)
    model.may_answer.clear()
    with ThreadPoolExecutor(8) as cameras:
        running = cameras.submit(line.ask, 1)
        assert model.is_asked.wait(10)
        waiting = cameras.submit(line.ask, 2)
        _waiting(batcher, 1)
        closing = cameras.submit(batcher.close)
        with pytest.raises(ModelError, match="closed"):
            waiting.result(10)
        model.may_answer.set()
        assert running.result(10) == 2
        closing.result(10)
    with pytest.raises(ModelError, match="closed"):
        line.ask(3)


@pytest.mark.whole
@settings(max_examples=10, deadline=None)
@given(
    sizes=st.lists(st.tuples(st.integers(40, 400), st.integers(40, 400)), min_size=1, max_size=7),
    max_batch=st.integers(1, 4),
    runners=st.integers(1, 3),
    seed=st.integers(0, 2**16),
)
def test_cameras_get_what_they_would_have_got_alone(
    sizes: list[tuple[int, int]], max_batch: int, runners: int, seed: int
) -> None:
    random = np.random.default_rng(seed)
    frames = [frame_of(random.integers(0, 256, (h, w, 3), np.uint8)) for w, h in sizes]
    with load_detector("campus_objects", input_size=(416, 256), score=0.01) as detector:
        alone = [detector.detect([frame])[0] for frame in frames]
        batcher = Batcher(runners=runners, max_batch=max_batch)
        line = batcher.line(detector.detect)
        with ThreadPoolExecutor(len(frames)) as cameras:
            together = list(cameras.map(line.ask, frames))
        batcher.close()
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_array_equal(one.class_id, other.class_id)
        np.testing.assert_allclose(one.xyxy, other.xyxy, atol=1e-3)
        np.testing.assert_allclose(one.score, other.score, atol=1e-5)
