from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from pipeline.core.frame import Frame
from pipeline.core.packets import EncodedPacket, StreamInfo
from pipeline.runtime.config import AnalysisConfig
from pipeline.video.decoder import Decoder
from pipeline.video.gate import Activity, Gate, GateConfig, GatedDecoder, Mode
from pipeline.video.ring import PacketRing
from pipeline.video.sampler import Sampler
from tests.video.gate_scene import GOP, Scene, encoded, info
from tests.video.media import read_packets

RATE_HZ = 5.0
_WHOLE = {"name": "whole", "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]]}
VISITS = ((31.0, 37.0), (61.0, 67.0), (91.0, 97.0))


@cache
def _stream(bits: int | None = None, b_frames: int = 0) -> tuple[EncodedPacket, ...]:
    return tuple(encoded(Scene(visits=VISITS), 110.0, bits=bits, b_frames=b_frames))


def _everything(packets: Sequence[EncodedPacket], rate_hz: float = RATE_HZ) -> list[Frame]:
    sampler, frames = Sampler(rate_hz), []
    with Decoder(info(), "c") as decoder:
        for packet in packets:
            frames += decoder.decode(packet)
        frames += decoder.flush()
    return [f for f in frames if sampler.wants(f.time.media_s)]


def _gated(
    packets: tuple[EncodedPacket, ...],
    config: GateConfig | None = None,
    seen: Callable[[Gate, Frame], None] = lambda _gate, _frame: None,
) -> tuple[list[Frame], Gate, GatedDecoder]:
    gate = Gate(info(), config)
    frames = []
    with GatedDecoder(info(), "c", gate, Sampler(RATE_HZ)) as decoder:
        for packet in packets:
            for frame in decoder.frames(packet):
                seen(gate, frame)
                frames.append(frame)
        frames += decoder.flush()
    return frames, gate, decoder


@pytest.mark.parametrize(
    ("bits", "b_frames"),
    [
        pytest.param(None, 0, id="crf", marks=pytest.mark.whole),
        pytest.param(None, 2, id="b-frames"),
        pytest.param(150_000, 0, id="cbr", marks=pytest.mark.whole),
    ],
)
def test_every_picture_of_every_visit_is_handed_out_as_if_not_gated(
    bits: int | None, b_frames: int
) -> None:
    packets = _stream(bits, b_frames)
    frames, _, decoder = _gated(packets)
    times = {f.time.media_s: f for f in frames}
    for full in _everything(packets):
        if any(start - 0.2 <= full.time.media_s <= end for start, end in VISITS):
            same = times[full.time.media_s]
            assert np.array_equal(same.picture.bgr(), full.picture.bgr())
            assert same.time == full.time
    assert decoder.counts.decoded_share < 0.6
    assert len(frames) < 0.6 * len(_everything(packets))


@pytest.mark.whole
def test_times_only_go_forward() -> None:
    frames, _, _ = _gated(_stream())
    times = [f.time.media_s for f in frames]
    assert times == sorted(set(times))


@pytest.mark.whole
def test_a_strictly_constant_rate_is_found_out() -> None:
    _, gate, _ = _gated(_stream(bits=150_000))
    assert gate.mode is Mode.KEYFRAMES
    assert gate.state.score < 0.5


@pytest.mark.whole
def test_constant_quality_keeps_its_trust() -> None:
    _, gate, _ = _gated(_stream())
    assert gate.mode is Mode.PACKETS
    assert gate.state.announced == len(VISITS)
    assert gate.state.missed == 0


@pytest.mark.whole
def test_always_is_the_same_as_decoding_everything() -> None:
    packets = _stream()
    frames, _, decoder = _gated(packets, GateConfig(mode="always"))
    assert [f.time for f in frames] == [f.time for f in _everything(packets)]
    # Of 20 pictures of a GOP every second one is looked at: the last need not be decoded.
    assert decoder.counts.pictures == pytest.approx(len(packets) * 19 / 20, abs=2)


@pytest.mark.parametrize("rate_hz", [0.3, 1.0, 2.5])
@pytest.mark.parametrize("b_frames", [0, 2])
def test_what_nobody_looks_at_and_nothing_leans_on_is_not_decoded(
    rate_hz: float, b_frames: int
) -> None:
    packets = _stream(b_frames=b_frames)
    expected = _everything(packets, rate_hz)
    gate, frames = Gate(info(), GateConfig(mode="always")), []
    with GatedDecoder(info(), "c", gate, Sampler(rate_hz)) as decoder:
        for packet in packets:
            frames += decoder.push(packet)
        frames += decoder.flush()
        share = decoder.counts.decoded_share
    assert [f.time for f in frames] == [f.time for f in expected]
    for one, other in zip(frames, expected, strict=True):
        assert np.array_equal(one.picture.bgr(), other.picture.bgr())
    if b_frames:  # the decoder gives their pictures later than their packets: nothing waits
        assert share == 1.0
    else:
        assert share < {0.3: 0.5, 1.0: 0.65, 2.5: 0.9}[rate_hz]


def test_a_picture_is_handed_out_with_its_own_packet() -> None:
    gate, late_s = Gate(info(), GateConfig(mode="always")), []
    with GatedDecoder(info(), "c", gate, Sampler(2.5)) as decoder:
        for packet in _stream():
            late_s += [packet.media_s - f.time.media_s for f in decoder.frames(packet)]
    assert set(late_s) == {0.0}


def test_the_seconds_before_the_trigger_come_too() -> None:
    frames, _, _ = _gated(_stream(), GateConfig(mode="keyframes"))
    after_idle = [
        b.time.media_s for a, b in pairwise(frames) if b.time.media_s - a.time.media_s > 5.0
    ]
    # The keyframe at 32 s shows the visitor of 31 s; the one before it is at 30 s.
    assert after_idle[0] == 30.0


@pytest.mark.whole
def test_a_lone_keyframe_is_handed_out_while_idle() -> None:
    packets = tuple(encoded(Scene(), 60.0))
    frames, gate, decoder = _gated(packets, GateConfig(min_analysis_interval_s=10.0))
    idle = [f.time.media_s for f in frames if f.time.media_s > 15.0]
    assert idle == [20.0, 30.0, 40.0, 50.0]
    assert gate.state.activity is Activity.IDLE
    assert decoder.counts.keyframes >= 20


@pytest.mark.whole
@pytest.mark.parametrize("every_s", [1.0, 2.0, 4.0])
def test_the_rate_of_a_further_model_is_the_floor_of_an_idle_camera(every_s: float) -> None:
    packets = tuple(encoded(Scene(), 40.0))
    analysis = AnalysisConfig.model_validate(
        {
            "rules": [{"type": "fire_smoke", "zone": _WHOLE}],
            "gate": {"mode": "auto"},
            "more_models": [{"model": "fire_smoke", "every_s": every_s}],
        }
    )
    frames, gate, _ = _gated(packets, analysis.floored_gate)
    idle = [f.time.media_s for f in frames if f.time.media_s > 15.0]
    # A keyframe comes each 2 s; more often than that nothing is decoded while nothing moves.
    assert len(idle) >= 6
    assert {b - a for a, b in pairwise(idle)} == {max(2.0, every_s)}
    assert gate.state.activity is Activity.IDLE


@pytest.mark.whole
def test_feedback_keeps_it_decoding() -> None:
    packets = tuple(encoded(Scene(), 40.0))
    frames, _, _ = _gated(packets, seen=lambda gate, frame: gate.still_moving(frame.time.media_s))
    assert len(frames) == len(_everything(packets))


def test_a_ring_that_the_reader_fills_may_be_ahead() -> None:
    packets = _stream()
    expected, _, _ = _gated(packets)
    ring, gate, frames = PacketRing(10.0), Gate(info()), []
    ahead = 3 * GOP
    with GatedDecoder(info(), "c", gate, Sampler(RATE_HZ), ring=ring) as decoder:
        for packet in packets[:ahead]:
            ring.append(packet)
        for index, packet in enumerate(packets):
            if index + ahead < len(packets):
                ring.append(packets[index + ahead])
            frames += decoder.push(packet)
        frames += decoder.flush()
    assert [f.time for f in frames] == [f.time for f in expected]


def test_the_newest_keyframe_is_there_for_the_diagnosis_once() -> None:
    packets = encoded(Scene(), 20.0)
    gate = Gate(info())
    taken = []
    with GatedDecoder(info(), "c", gate, Sampler(RATE_HZ)) as decoder:
        for packet in packets:
            decoder.push(packet)
            keyframe = decoder.take_keyframe()
            if keyframe is not None:
                taken.append(keyframe.time.media_s)
        assert decoder.take_keyframe() is None
    assert taken == [0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 14.0, 16.0, 18.0]


@pytest.mark.whole
def test_a_keyframe_that_cannot_be_decoded_is_passed_over() -> None:
    packets = list(encoded(Scene(), 40.0))
    broken = packets[300]
    assert broken.is_keyframe
    packets[300] = EncodedPacket(
        b"\x00\x00\x00\x01\x65\xff\xff\xff",
        broken.pts,
        broken.dts,
        True,
        broken.media_s,
        broken.utc_s,
        0,
    )
    frames, _, decoder = _gated(tuple(packets))
    assert frames
    assert decoder.counts.packets == 400


def _refreshed(
    path: Path, seconds: int = 40, params: str = "intra-refresh=1:keyint=25:bframes=0"
) -> tuple[list[EncodedPacket], StreamInfo]:
    """A still scene, encoded with a column of new blocks in each picture instead of keyframes."""
    fps, width, height = 25, 192, 128
    scene = np.random.default_rng(1).integers(60, 200, (height * 3 // 2, width), np.uint8)
    options = {"preset": "ultrafast", "x264-params": params}
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=fps, options=options, width=width, height=height)
        stream.pix_fmt = "yuv420p"
        for index in range(fps * seconds):
            frame = av.VideoFrame.from_ndarray(scene, format="yuv420p")
            frame.pts, frame.time_base = index, Fraction(1, fps)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return read_packets(path)


@pytest.mark.whole
@pytest.mark.parametrize("mode", ["auto", "keyframes"])
def test_recovery_points_alone_show_nothing_so_all_is_decoded(mode: str, tmp_path: Path) -> None:
    """At rest a keyframe a second is looked at; of these one in forty can be decoded alone."""
    packets, described = _refreshed(tmp_path / "a.mp4")
    assert sum(p.is_keyframe for p in packets) == 40
    gate = Gate(described, GateConfig(mode=mode))  # type: ignore[arg-type]
    seen = []
    with GatedDecoder(described, "c", gate, Sampler(RATE_HZ)) as decoder:
        for packet in packets:
            seen += [f.time.media_s for f in decoder.frames(packet)]
            keyframe = decoder.take_keyframe()
            if keyframe is not None:
                seen.append(keyframe.time.media_s)
        seen += [f.time.media_s for f in decoder.flush()]
    seen.sort()
    assert max(b - a for a, b in pairwise([*seen, 40.0])) <= GateConfig().max_blind_s
    assert gate.state.mode is Mode.ALWAYS


def test_one_damaged_keyframe_does_not_wake_the_gate_for_good() -> None:
    packets = list(_stream())
    keys = [n for n, p in enumerate(packets) if p.is_keyframe and p.media_s > 20]
    at = keys[0]
    packets[at] = replace(packets[at], data=packets[at].data[:8] + b"\x00" * 40)
    _, gate, _ = _gated(tuple(packets[: keys[4]]))
    assert gate.state.mode is not Mode.ALWAYS


@pytest.mark.parametrize("options", ["intra-refresh=1:keyint=25", "open-gop=1:keyint=25:bframes=2"])
def test_keyframes_that_others_lean_across_lose_nothing(options: str, tmp_path: Path) -> None:
    """What comes after such a keyframe needs the pictures before it, looked at or not."""
    packets, described = _refreshed(tmp_path / "a.mp4", seconds=12, params=options)
    sampler, expected = Sampler(1.1), []
    with Decoder(described, "c") as everything:
        for packet in packets:
            expected += everything.decode(packet)
        expected += everything.flush()
    expected = [f for f in expected if sampler.wants(f.time.media_s)]
    gate, frames = Gate(described, GateConfig(mode="always")), []
    with GatedDecoder(described, "c", gate, Sampler(1.1)) as decoder:
        for packet in packets:
            frames += decoder.push(packet)
        frames += decoder.flush()
    assert [f.time for f in frames] == [f.time for f in expected]
    for one, other in zip(frames, expected, strict=True):
        assert np.array_equal(one.picture.bgr(), other.picture.bgr())
