"""Repaired timestamps: continuous, forward, and untouched where nothing is wrong."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.video.timestamps import MAX_FORWARD_JUMP_S, REORDER_WINDOW_S, TimestampRepair

RTP = Fraction(1, 90_000)
STEP = 3_600  # 25 pictures a second

maybe_ticks = st.none() | st.integers(-(2**40), 2**40)


def repairer(fps: float = 25.0) -> TimestampRepair:
    return TimestampRepair(RTP, fps)


@given(st.lists(st.tuples(maybe_ticks, maybe_ticks), max_size=60))
def test_whatever_comes_decoding_times_increase_and_media_time_is_not_negative(
    said: list[tuple[int | None, int | None]],
) -> None:
    repair = repairer()
    out = [repair.repair(pts, dts) for pts, dts in said]
    assert all(b.dts > a.dts for a, b in pairwise(out))
    assert all(time.media_s >= 0 for time in out)
    # Nothing goes back further than B-frames may, and nothing leaps.
    latest_s = 0.0
    for time in out:
        assert time.media_s >= latest_s - REORDER_WINDOW_S - 1e-6
        assert time.media_s <= latest_s + MAX_FORWARD_JUMP_S + 1e-6
        latest_s = max(latest_s, time.media_s)


@given(
    st.lists(
        st.one_of(
            st.integers(1, 900_000),  # up to 10 s on
            st.integers(900_001, 2**34),  # a jump forward
            st.integers(-(2**34), -1_801),  # a jump back
            st.none(),  # no timestamp
        ),
        max_size=80,
    )
)
def test_without_b_frames_media_time_only_goes_forward(steps: list[int | None]) -> None:
    repair = repairer()
    clock = 5_000_000
    out = [repair.repair(clock, clock)]
    for step in steps:
        clock += step or STEP
        out.append(repair.repair(None if step is None else clock, None if step is None else clock))
    for (before, after), step in zip(pairwise(out), steps, strict=True):
        gained = after.pts - before.pts
        assert 0 < gained <= 900_000
        if step is not None and 1 <= step <= 900_000 and None not in steps:
            assert gained == step
            assert not after.is_rebased
        if step is not None and step < 0:
            assert after.is_rebased
            assert gained == STEP


@given(st.integers(-(2**40), 2**40), st.lists(st.integers(0, 4), min_size=1, max_size=15))
def test_a_healthy_stream_with_b_frames_keeps_its_times(start: int, b_runs: list[int]) -> None:
    # Decoding order of "P then its B-frames"; four steps between decoding and showing.
    shown: list[int] = [0]
    for run in b_runs:
        last = max(shown)
        shown.append(last + run + 1)
        shown.extend(range(last + 1, last + run + 1))
    repair = repairer()
    out = [
        repair.repair(start + (at + 4) * STEP, start + index * STEP)
        for index, at in enumerate(shown)
    ]
    assert [time.pts - out[0].pts for time in out] == [at * STEP for at in shown]
    assert [time.media_s for time in out] == pytest.approx([at * 0.04 for at in shown])
    assert all(time.dts <= time.pts for time in out)
    assert not any(time.is_rebased for time in out)


def test_b_frames_without_decoding_times_keep_their_presentation_times() -> None:
    # What FFmpeg gives of H.265 over RTP: the first picture untimed, the next ones half.
    said = [(None, None), (12000, None), (6000, None), (3000, 3000), (9000, 6000), (24000, 9000)]
    repair = TimestampRepair(RTP, 30.0)
    out = [repair.repair(pts, dts) for pts, dts in said]
    assert [time.pts for time in out] == [0, 12000, 6000, 3000, 9000, 24000]
    assert not any(time.is_rebased for time in out)


def test_an_untimed_first_packet_takes_its_place_before_the_second() -> None:
    repair = repairer()
    first = repair.repair(None, None)
    second = repair.repair(8_000_000, 8_000_000)
    assert (first.media_s, second.media_s) == (0.0, pytest.approx(0.04))
    assert repair.repair(8_003_600, 8_003_600).media_s == pytest.approx(0.08)


def test_a_small_jump_back_is_found_by_decoding_times() -> None:
    repair = repairer()
    times = [0, 3600, 7200, 10800, 3600, 7200]
    out = [repair.repair(t, t) for t in times]
    assert [time.is_rebased for time in out] == [False] * 4 + [True, False]
    assert [time.pts for time in out] == [i * STEP for i in range(6)]


def test_two_packets_of_one_tick_are_told_apart_without_moving_the_timeline() -> None:
    repair = TimestampRepair(Fraction(1, 25), 25.0)
    out = [repair.repair(t, t) for t in (0, 1, 1, 3, 4)]
    assert [time.pts for time in out] == [0, 1, 2, 3, 4]
    assert not any(time.is_rebased for time in out)


def test_a_file_that_tells_only_decoding_times() -> None:
    repair = TimestampRepair(Fraction(1, 10), 10.0)
    assert [repair.repair(None, t).media_s for t in (0, 1, 2)] == pytest.approx([0.0, 0.1, 0.2])


def test_an_impossible_time_base_is_refused() -> None:
    with pytest.raises(ValueError, match="time_base"):
        TimestampRepair(Fraction(0))
