from __future__ import annotations

import random

import pytest

from pipeline.core.packets import EncodedPacket
from pipeline.video.gate.sizes import LEARN_S, PacketKinds, SizeSignal
from tests.video.gate_scene import FPS, Scene, dummy, encoded


def _signal() -> SizeSignal:
    return SizeSignal(PacketKinds("h264", 0))


def _motion(packets: list[EncodedPacket]) -> list[tuple[float, float]]:
    signal, moments = _signal(), []
    for packet in packets:
        motion = signal.take(packet, is_quiet=signal.motion < 1.0)
        moments.append((packet.media_s, motion))
    return moments


@pytest.mark.whole
@pytest.mark.parametrize(
    "scene",
    [
        Scene(),
        Scene(noise=6.0),
        pytest.param(Scene(clock=True), marks=pytest.mark.whole),
        pytest.param(Scene(noise=0.0, clock=True), marks=pytest.mark.whole),
        pytest.param(Scene(light=lambda t: 1.0 - t / 400.0), marks=pytest.mark.whole),
    ],
    ids=["still", "night noise", "clock", "clean clock", "dusk within minutes"],
)
def test_what_does_not_move_raises_nothing(scene: Scene) -> None:
    assert max(motion for _, motion in _motion(encoded(scene, 60.0))) < 1.0


@pytest.mark.parametrize("noise", [pytest.param(1.0, marks=pytest.mark.whole), 2.5])
@pytest.mark.parametrize("clock", [pytest.param(False, marks=pytest.mark.whole), True])
def test_a_walker_raises_the_sizes_soon(noise: float, clock: bool) -> None:
    scene = Scene(visits=((45.0, 55.0),), noise=noise, clock=clock)
    loud = [t_s for t_s, motion in _motion(encoded(scene, 58.0)) if motion >= 1.0]
    assert loud
    assert 45.0 <= loud[0] <= 48.0


@pytest.mark.whole
def test_b_frames_do_not_hide_or_feign_motion() -> None:
    scene = Scene(visits=((40.0, 48.0),))
    loud = [t_s for t_s, motion in _motion(encoded(scene, 50.0, b_frames=2)) if motion >= 1.0]
    assert loud
    assert 39.5 <= loud[0] <= 42.0


def test_kinds_tell_apart_reference_b_frames_and_places() -> None:
    kinds = PacketKinds("h264", 0)
    assert kinds.of(dummy(0, 100)) is None
    first, second = kinds.of(dummy(1, 100)), kinds.of(dummy(2, 100))
    assert first != second
    later = [kinds.of(dummy(index, 100)) for index in range(3, 20)]
    assert len(set(later)) > 3
    assert later[2] == later[3]
    late = dummy(5, 100, keyframe=False)
    assert kinds.of(late) != later[2]  # shown before one already sent


def test_length_prefixed_and_hevc_headers_are_read() -> None:
    reference = EncodedPacket(b"\x00\x00\x00\x02\x61\x00", 1, 1, False, 0.1, 0.0, 0)
    other = EncodedPacket(b"\x00\x00\x00\x02\x01\x00", 1, 1, False, 0.1, 0.0, 0)
    assert PacketKinds("h264", 4).of(reference) != PacketKinds("h264", 4).of(other)
    trail_r = EncodedPacket(b"\x00\x00\x00\x01\x02\x01", 1, 1, False, 0.1, 0.0, 0)
    trail_n = EncodedPacket(b"\x00\x00\x00\x01\x00\x01", 1, 1, False, 0.1, 0.0, 0)
    assert PacketKinds("hevc", 0).of(trail_r) != PacketKinds("hevc", 0).of(trail_n)
    assert PacketKinds("hevc", 4).of(EncodedPacket(b"", 1, 1, False, 0.1, 0.0, 0)) is not None


def _steady(sizes: list[int]) -> list[EncodedPacket]:
    return [dummy(index, 9000 if index % 20 == 0 else size) for index, size in enumerate(sizes)]


def _sizes(count: int, level: float, seed: int) -> list[int]:
    source = random.Random(seed)
    return [round(level * source.lognormvariate(0.0, 0.05)) for _ in range(count)]


def test_padding_of_a_constant_rate_is_not_counted() -> None:
    packets = [
        EncodedPacket(
            p.data + b"\x00\x00\x01\x0c" + b"\xff" * (4000 - len(p.data)) + b"\x80",
            p.pts,
            p.dts,
            p.is_keyframe,
            p.media_s,
            p.utc_s,
            0,
        )
        if not p.is_keyframe
        else p
        for p in _steady([*_sizes(400, 1000, 1), *_sizes(40, 2000, 2)])
    ]
    loud = [t_s for t_s, motion in _motion(packets) if motion >= 1.0]
    assert loud
    assert 40.0 <= loud[0] <= 41.0


def test_nothing_is_said_before_there_is_a_baseline() -> None:
    packets = _steady([*_sizes(70, 1000, 1), *_sizes(70, 4000, 2)])
    signal = _signal()
    for packet in packets:
        motion = signal.take(packet, is_quiet=True)
        assert packet.media_s >= LEARN_S or motion == 0.0


def test_a_new_level_is_learned_after_adoption() -> None:
    signal = _signal()
    packets = _steady([*_sizes(400, 1000, 1), *_sizes(600, 3000, 2)])
    for packet in packets[:450]:
        signal.take(packet, is_quiet=signal.motion < 1.0)
    assert signal.motion > 1.0
    signal.adopt()
    assert signal.motion == 0.0
    after = [signal.take(p, is_quiet=True) for p in packets[450:]]
    assert max(after) < 1.0


def test_what_moves_does_not_become_the_baseline() -> None:
    signal = _signal()
    sizes = [*_sizes(300, 1000, 1), *_sizes(1800, 1600, 2)]
    for packet in _steady(sizes):
        signal.take(packet, is_quiet=packet.media_s < 300 / FPS)
    assert signal.motion > 1.0
