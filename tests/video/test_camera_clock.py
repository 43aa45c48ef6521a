"""A stream's clock is not time: media time and UTC of cameras that count otherwise than we do."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.video.sources.rtsp import RtspSource
from pipeline.video.wallclock import REANCHOR_S, UtcAnchor
from scripts.demo_rtsp import Picture, Session
from tests.support import scripted_rtsp as scripted
from tests.support.rtsp import serve
from tests.video.media import make_video

START = 1_764_000_000.0
STAMPED = 25.0


def arrivals(
    rate_hz: float, seconds: float, *, seed: int = 1, jitter_s: float = 0.05
) -> Iterator[tuple[float, float, float]]:
    """(true second, second by the camera's stamps, second of arrival) of each picture."""
    rng = random.Random(seed)
    last_s = 0.0
    for number in range(round(seconds * rate_hz)):
        true_s = number / rate_hz
        last_s = max(last_s, true_s + rng.random() * jitter_s)
        yield true_s, number / STAMPED, last_s


@pytest.mark.parametrize("rate_hz", [24.0, 21.0, 12.5, 6.0, 26.0, 30.0])
def test_a_camera_that_counts_at_another_rate_has_no_gap(rate_hz: float) -> None:
    anchor = UtcAnchor()
    came = [
        (true_s, anchor.utc_s(stamp_s, START + at_s, round(at_s * 1e9)) - START)
        for true_s, stamp_s, at_s in arrivals(rate_hz, 300.0)
    ]
    steps = [b - a for (_, a), (_, b) in pairwise(came)]
    assert max(steps) < 1.0
    assert min(steps) > 0.0
    late = [utc_s - true_s for true_s, utc_s in came if true_s >= 30.0]
    assert max(map(abs, late)) < 0.3


@pytest.mark.parametrize("rate_hz", [24.0, 21.0, 12.5, 6.0, 30.0])
def test_eight_seconds_of_media_are_eight_real_seconds(rate_hz: float) -> None:
    anchor = UtcAnchor()
    media = [
        anchor.place(stamp_s, START + at_s, round(at_s * 1e9)).media_s
        for _, stamp_s, at_s in arrivals(rate_hz, 120.0)
    ]
    eight = round(8 * rate_hz)
    settled = media[round(20 * rate_hz) :]
    assert [b - a for a, b in zip(settled, settled[eight:], strict=False)] == pytest.approx(
        [eight / rate_hz] * (len(settled) - eight), rel=0.02
    )
    assert anchor.rate == pytest.approx(STAMPED / rate_hz, rel=0.02)


def test_a_camera_that_slows_down_at_night_is_followed() -> None:
    anchor = UtcAnchor()
    stamp_s = at_s = 0.0
    media: list[tuple[float, float]] = []
    for rate_hz in (25.0, 12.5, 25.0):
        for _ in range(round(60 * rate_hz)):
            stamp_s += 1 / STAMPED
            at_s += 1 / rate_hz
            placed = anchor.place(stamp_s, START + at_s, round(at_s * 1e9))
            media.append((at_s, placed.media_s))
    steps = [b[1] - a[1] for a, b in pairwise(media)]
    assert min(steps) > 0
    assert max(steps) < 0.2
    assert media[-1][1] - media[0][1] == pytest.approx(media[-1][0] - media[0][0], abs=1.0)


def test_a_jump_that_arrival_did_not_take_is_no_time() -> None:
    anchor = UtcAnchor()
    placed = [
        anchor.place(i * 0.04 + (5.0 if i >= 500 else 0.0), START + i * 0.04, i * 40_000_000)
        for i in range(1000)
    ]
    assert [p.media_s for p in placed] == pytest.approx([i * 0.04 for i in range(1000)], abs=0.1)
    assert [p.utc_s - START for p in placed] == pytest.approx(
        [i * 0.04 for i in range(1000)], abs=0.1
    )


@pytest.mark.parametrize("stall_s", [2.5, 3.0, 5.0, 8.0])
@pytest.mark.parametrize("stood_still", [True, False])
def test_a_stall_is_as_long_as_it_was(stall_s: float, stood_still: bool) -> None:
    anchor = UtcAnchor()
    stamps = [i * 0.04 + (stall_s if i >= 500 and not stood_still else 0) for i in range(1000)]
    came = [i * 0.04 + (stall_s if i >= 500 else 0) for i in range(1000)]
    placed = [
        anchor.place(stamp_s, START + at_s, round(at_s * 1e9))
        for stamp_s, at_s in zip(stamps, came, strict=True)
    ]
    steps = [b.utc_s - a.utc_s for a, b in pairwise(placed)]
    assert max(steps) == pytest.approx(stall_s, abs=0.2)
    assert sum(step > 2.0 for step in steps) == 1
    assert placed[-1].utc_s - START == pytest.approx(came[-1], abs=0.1)
    assert placed[-1].media_s == pytest.approx(came[-1], abs=0.1)
    assert anchor.rate == 1.0


def test_when_our_own_clock_is_set_media_time_goes_on() -> None:
    anchor = UtcAnchor()
    placed = [
        anchor.place(i * 0.04, START + i * 0.04 + (3600 if i >= 500 else 0), i * 40_000_000)
        for i in range(1000)
    ]
    assert placed[-1].media_s == pytest.approx(999 * 0.04, abs=0.01)
    assert placed[-1].utc_s == pytest.approx(START + 3600 + 999 * 0.04, abs=0.01)


@pytest.mark.whole
@settings(max_examples=30, deadline=None)
@example(acts=[(26.0, 0.5, 0.5, 68), (26.0, 0.5, 3.0, 70), (5.0, 0.0, 0.5, 59)], seed=45002)
@example(acts=[(5.0, 0.0, 0.0, 10)] * 3 + [(5.0, 3.0, 0.0, 10)], seed=0)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([5.0, 12.5, 20.0, 24.0, 25.0, 26.0, 50.0]),  # pictures a second
            st.sampled_from([0.0, 0.0, 0.5, 3.0, 6.0, -4.0]),  # the stamps' jump before them
            st.sampled_from([0.0, 0.0, 0.5, 3.0, 8.0]),  # a pause before them
            st.integers(10, 100),
        ),
        min_size=1,
        max_size=8,
    ),
    st.integers(0, 2**16),
)
def test_whatever_the_camera_does_time_goes_forward_and_stays_near_arrival(
    acts: list[tuple[float, float, float, int]], seed: int
) -> None:
    rng = random.Random(seed)
    anchor = UtcAnchor()
    stamp_s = true_s = at_s = 0.0
    media: list[float] = []
    for rate_hz, jump_s, pause_s, count in acts:
        stamp_s += max(0.0, jump_s)  # steps back are re-based before (TimestampRepair)
        true_s += pause_s
        for _ in range(count):
            stamp_s += 0.04
            true_s += 1 / rate_hz
            at_s = max(at_s, true_s + rng.random() * 0.1)
            placed = anchor.place(stamp_s, START + at_s, round(at_s * 1e9))
            media.append(placed.media_s)
    assert all(b > a for a, b in pairwise(media))
    for _ in range(500):  # twenty seconds in which all is well
        stamp_s += 0.04
        true_s += 0.04
        at_s = max(at_s, true_s)
        placed = anchor.place(stamp_s, START + at_s, round(at_s * 1e9))
    assert abs(placed.utc_s - START - at_s) <= REANCHOR_S


def stamps_nothing(session: Session, picture: Picture, _pts: int) -> None:
    """Send pictures whose RTP time stays 0."""
    session._base = 0
    Session.send_picture(session, picture, 0)


@pytest.mark.whole
def test_a_camera_whose_rtp_time_stays_0_goes_by_arrival(tmp_path: Path) -> None:
    film = make_video(tmp_path / "film.mp4", count=100, gop=25)
    with scripted.misbehaving(film, 0, stamps_nothing, speed=0.5) as url:
        source = RtspSource(url, 10.0, 10.0)
        source.open()
        packets = list(itertools.islice(source.packets(), 80))
        source.close()
    media_s = packets[-1].media_s - packets[20].media_s
    came_s = (packets[-1].received_mono_ns - packets[20].received_mono_ns) / 1e9
    assert came_s > 4.0
    assert media_s == pytest.approx(came_s, abs=0.3)
    assert all(b.pts > a.pts for a, b in pairwise(packets))


@pytest.mark.whole
def test_a_camera_that_sends_half_of_what_it_stamps(tmp_path: Path) -> None:
    film = make_video(tmp_path / "film.mp4", count=100, gop=25)
    with serve({"cam": film}, speed=0.5) as server:
        source = RtspSource(server.url("cam"), 10.0, 10.0)
        info = source.open()
        packets = list(itertools.islice(source.packets(), 190))  # 15 s
        source.close()
    assert all(b.utc_s - a.utc_s < 1.0 for a, b in pairwise(packets))
    tail = packets[-50:]  # 49 steps of 0.08 s
    assert tail[-1].media_s - tail[0].media_s == pytest.approx(49 * 0.08, rel=0.05)
    assert (tail[-1].pts - tail[0].pts) * info.time_base == pytest.approx(49 * 0.08, rel=0.05)
    assert all(b.pts > a.pts and b.dts > a.dts and b.dts <= b.pts for a, b in pairwise(packets))
