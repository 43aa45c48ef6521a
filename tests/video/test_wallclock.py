"""UTC of live pictures follows arrivals smoothly and never goes back."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.video.wallclock import REANCHOR_S, UtcAnchor

START = 1_764_000_000.0


def run(arrivals: list[tuple[float, float]], hints: int = 0) -> list[float]:
    """UTC of (media second, arrival second) pairs; the first ``hints`` ones came in a burst."""
    anchor = UtcAnchor()
    for media_s, arrived_s in arrivals[:hints]:
        anchor.hint(media_s, START + arrived_s)
    return [
        anchor.utc_s(media_s, START + arrived_s, round(arrived_s * 1e9))
        for media_s, arrived_s in arrivals
    ]


def test_a_steady_camera_keeps_its_distances() -> None:
    utc = run([(i * 0.04, i * 0.04 + 0.1) for i in range(500)])
    assert utc == pytest.approx([START + 0.1 + i * 0.04 for i in range(500)], abs=1e-6)


@given(st.lists(st.floats(0, 1.5), min_size=2, max_size=200))
def test_jitter_never_turns_time_back(delays: list[float]) -> None:
    utc = run([(i * 0.04, i * 0.04 + delay) for i, delay in enumerate(delays)])
    assert all(b >= a for a, b in pairwise(utc))
    # Nor does it leave the arrivals by more than what would set it anew.
    for i, (at, delay) in enumerate(zip(utc, delays, strict=True)):
        assert abs(at - (START + i * 0.04 + delay)) <= REANCHOR_S + 0.05


def test_the_first_burst_does_not_date_pictures_late() -> None:
    # Ten pictures waited 0.4 s in FFmpeg, then they come live.
    burst = [(i * 0.04, 0.4) for i in range(10)]
    live = [(i * 0.04, i * 0.04 + 0.01) for i in range(10, 20)]
    utc = run(burst + live, hints=11)
    assert utc[0] == pytest.approx(START + 0.01, abs=0.02)
    assert utc[-1] == pytest.approx(START + 19 * 0.04 + 0.01, abs=0.02)


def test_a_slow_quartz_is_followed_smoothly() -> None:
    # The camera's second is 1.001 of ours: 3.6 s an hour.
    utc = run([(i * 0.2, i * 0.2 * 1.001) for i in range(18_000)])
    assert utc[-1] == pytest.approx(START + 17_999 * 0.2 * 1.001, abs=0.05)
    assert max(b - a for a, b in pairwise(utc)) < 0.21


def test_the_picture_a_parser_held_over_a_pause_keeps_its_place() -> None:
    utc = run([(0.0, 0.0), (0.04, 0.04), (0.08, 7.0), (7.0, 7.0), (7.04, 7.04)])
    assert utc == pytest.approx([START + s for s in (0.0, 0.04, 0.08, 7.0, 7.04)], abs=0.01)


def test_pictures_a_network_held_up_keep_their_places() -> None:
    live = [(i * 0.04, i * 0.04) for i in range(50)]
    held_up = [(2.0 + i * 0.04, 9.0 + i * 0.001) for i in range(175)]
    after = [(9.0 + i * 0.04, 9.2 + i * 0.04) for i in range(5)]
    utc = run(live + held_up + after)
    shown = [START + media_s for media_s, _ in live + held_up + after]
    assert utc == pytest.approx(shown, abs=0.05)


def test_a_stream_whose_clock_stood_still_is_jumped_over() -> None:
    before = [(i * 0.04, i * 0.04) for i in range(50)]
    after = [(2.0 + i * 0.04, 9.0 + i * 0.04) for i in range(100)]
    utc = run(before + after)
    assert utc[-1] == pytest.approx(START + after[-1][1], abs=0.05)
    assert all(b >= a for a, b in pairwise(utc))


def test_a_camera_that_ran_ahead_waits_for_the_clock() -> None:
    utc = run([(0.0, 0.0), (5.0, 5.0), (5.04, 1.0), (5.08, 1.04)])
    assert all(b >= a for a, b in pairwise(utc))


def test_when_our_own_clock_is_set_back_the_pictures_follow() -> None:
    anchor = UtcAnchor()
    assert anchor.utc_s(0.0, START, 0) == START
    back = anchor.utc_s(1.0, START - 3_600 + 1.0, 1_000_000_000)
    assert back == pytest.approx(START - 3_599, abs=0.01)
    again = anchor.utc_s(2.0, START - 3_598, 2_000_000_000)
    assert again == pytest.approx(START - 3_598, abs=0.01)


def test_b_frames_are_in_order_when_shown() -> None:
    # I P B B B, five times, while arrivals pull the offset down as hard as they may.
    anchor = UtcAnchor()
    shown: list[tuple[float, float]] = []
    for group in range(5):
        for at in (4, 1, 2, 3):
            media_s = (group * 4 + at) * 0.04
            arrived_s = media_s - group * 0.3
            shown.append((media_s, anchor.utc_s(media_s, START + arrived_s, 0)))
    utc = [u for _, u in sorted(shown)]
    assert all(b >= a for a, b in pairwise(utc))
