"""Waits grow, differ from camera to camera, and shrink only after lasting health."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.clock import ManualClock
from pipeline.video.backoff import Backoff


def test_waits_double_up_to_a_minute() -> None:
    backoff = Backoff(ManualClock(), lambda: 1.0)
    assert [backoff.failed() for _ in range(9)] == [1, 2, 4, 8, 16, 32, 60, 60, 60]


@given(st.lists(st.floats(0, 1, exclude_max=True), min_size=1, max_size=20))
def test_jitter_keeps_every_wait_between_half_and_whole(draws: list[float]) -> None:
    numbers = iter(draws)
    backoff = Backoff(ManualClock(), lambda: next(numbers))
    for index in range(len(draws)):
        whole = min(60.0, 2.0**index)
        assert whole / 2 <= backoff.failed() <= whole


def test_a_camera_that_connects_and_dies_does_not_reset() -> None:
    clock = ManualClock()
    backoff = Backoff(clock, lambda: 1.0)
    waits = []
    for _ in range(5):
        backoff.succeeded()
        clock.advance(29.9)
        backoff.succeeded()
        waits.append(backoff.failed())
        clock.advance(waits[-1])
    assert waits == [1, 2, 4, 8, 16]


def test_half_a_minute_of_pictures_resets() -> None:
    clock = ManualClock()
    backoff = Backoff(clock, lambda: 1.0)
    for _ in range(4):
        backoff.failed()
    backoff.succeeded()
    clock.advance(30.0)
    assert backoff.failed() == 1.0
    assert backoff.failed() == 2.0


def test_impossible_waits_are_refused() -> None:
    with pytest.raises(ValueError, match="first wait"):
        Backoff(ManualClock(), lambda: 0.0, first_s=0.0)
