"""The analysis rate is held by time, at any rate of the camera."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.video.sampler import Sampler


def taken(times: list[float], rate_hz: float) -> list[float]:
    sampler = Sampler(rate_hz)
    return [t for t in times if sampler.wants(t)]


@pytest.mark.parametrize(
    ("fps", "rate_hz", "expected_step"), [(25, 5, 5), (30, 5, 6), (10, 5, 2), (30000 / 1001, 5, 6)]
)
def test_of_a_steady_camera_every_nth_picture(
    fps: float, rate_hz: float, expected_step: int
) -> None:
    times = [i / fps for i in range(100)]
    chosen = taken(times, rate_hz)[:10]
    assert chosen == pytest.approx([i * expected_step / fps for i in range(10)], abs=1 / fps + 1e-9)


def test_an_hour_does_not_drift() -> None:
    times = [i / 24.7 for i in range(round(3600 * 24.7))]
    assert len(taken(times, 5.0)) == pytest.approx(3600 * 5, abs=1)


def test_a_camera_slower_than_the_rate_is_taken_whole() -> None:
    times = [i / 3 for i in range(30)]
    assert taken(times, 5.0) == times


@pytest.mark.whole
@given(st.lists(st.floats(0.001, 3.0), min_size=1, max_size=100), st.floats(0.5, 30))
def test_one_picture_for_each_grid_step_that_has_one(steps: list[float], rate_hz: float) -> None:
    times, at = [], 0.0
    for step in steps:
        times.append(at)
        at += step
    chosen = taken(times, rate_hz)
    cells = {int(t * rate_hz + 1e-3) for t in times}
    assert len(chosen) == len(cells)
    assert chosen[0] == 0.0


def test_a_share_of_the_rate_is_taken_from_now_on_and_the_whole_rate_again() -> None:
    sampler = Sampler(10.0)
    taken_s = []
    for i in range(300):
        if i in (100, 200):
            sampler.look_less(0.3 if i == 100 else 1.0)
        if sampler.wants(i / 25):
            taken_s.append(i / 25)
    counts = [sum(start <= t < start + 4 for t in taken_s) for start in (0, 4, 8)]
    assert counts == [40, 12, 40]
    for share in (0.0, -1.0, 1.5):
        with pytest.raises(ValueError, match="share"):
            sampler.look_less(share)


def test_the_same_moment_is_not_taken_twice() -> None:
    sampler = Sampler(5.0)
    assert [sampler.wants(t) for t in (0.0, 0.0, 0.1, 0.2, 0.2)] == [
        True,
        False,
        False,
        True,
        False,
    ]
    sampler.reset()
    assert sampler.wants(0.0)


@pytest.mark.parametrize("rate_hz", [0.0, -1.0, float("nan"), float("inf")])
def test_an_impossible_rate_is_refused(rate_hz: float) -> None:
    with pytest.raises(ValueError, match="rate_hz"):
        Sampler(rate_hz)


def test_asking_whether_a_picture_would_be_wanted_takes_nothing() -> None:
    sampler = Sampler(5.0)
    for i in range(50):
        expected = sampler.would_want(i / 25)
        assert sampler.would_want(i / 25) is expected
        assert sampler.wants(i / 25) is expected
