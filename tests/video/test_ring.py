"""The ring always begins with a keyframe, reaches back as promised and never outgrows its bytes."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.packets import EncodedPacket
from pipeline.video.ring import PacketRing
from tests.video.media import packet

streams = st.lists(
    st.tuples(st.booleans(), st.integers(1, 40), st.floats(0.01, 1.5)), min_size=1, max_size=80
)


def stream_of(parts: list[tuple[bool, int, float]]) -> list[EncodedPacket]:
    at, packets = 0.0, []
    for index, (is_keyframe, size, step) in enumerate(parts):
        packets.append(packet(at, is_keyframe=is_keyframe, size=size, order=index))
        at += step
    return packets


@given(streams, st.floats(0, 6))
def test_it_holds_what_the_pre_roll_promises_and_no_gop_more(
    parts: list[tuple[bool, int, float]], pre_roll_s: float
) -> None:
    ring = PacketRing(pre_roll_s, max_bytes=1 << 20)
    packets = stream_of(parts)
    for item in packets:
        ring.append(item)
    held = ring.since(float("-inf"))
    keys = [i for i, p in enumerate(packets) if p.is_keyframe]
    if not keys:
        assert held == []
        return
    horizon_s = packets[-1].media_s - pre_roll_s
    old_enough = [i for i in keys if packets[i].media_s <= horizon_s]
    assert held == packets[max(old_enough) if old_enough else keys[0] :]
    assert ring.dropped_count == 0
    assert ring.size_bytes == sum(len(p.data) for p in held)


@given(streams, st.integers(10, 200))
def test_it_never_outgrows_its_bytes_and_begins_with_a_keyframe(
    parts: list[tuple[bool, int, float]], max_bytes: int
) -> None:
    ring = PacketRing(3.0, max_bytes)
    for item in stream_of(parts):
        ring.append(item)
        held = ring.since(0.0)
        assert sum(len(p.data) for p in held) <= max_bytes
        assert not held or held[0].is_keyframe


@given(streams, st.floats(-1, 60), st.floats(0, 10))
def test_between_begins_at_the_keyframe_before_and_has_no_gaps(
    parts: list[tuple[bool, int, float]], start_s: float, length_s: float
) -> None:
    ring = PacketRing(1e6, max_bytes=1 << 20)
    packets = stream_of(parts)
    for item in packets:
        ring.append(item)
    cut = ring.between(start_s, start_s + length_s)
    if not cut:
        return
    first = packets.index(cut[0])
    assert cut == packets[first : first + len(cut)]
    assert cut[0].is_keyframe
    later = [p for p in packets[first + 1 :] if p.is_keyframe and p.media_s <= start_s]
    assert later == []
    assert cut[-1].media_s <= start_s + length_s


def test_b_frames_needed_by_the_end_stay_in_the_cut() -> None:
    ring = PacketRing(10.0)
    order = [(0.0, True), (0.4, False), (0.2, False), (0.3, False), (0.8, False), (0.5, False)]
    for index, (at, is_key) in enumerate(order):
        ring.append(packet(at, is_keyframe=is_key, order=index))
    # 0.3 s leans on the P-frame of 0.4 s, which comes before it in decoding order.
    assert [p.media_s for p in ring.between(0.0, 0.3)] == [0.0, 0.4, 0.2, 0.3]


def test_a_gop_bigger_than_the_ring_goes_whole_and_is_counted() -> None:
    ring = PacketRing(10.0, max_bytes=100)
    ring.append(packet(0.0, is_keyframe=True, size=60))
    ring.append(packet(0.1, size=60))
    assert len(ring) == 0
    assert ring.dropped_count == 2
    ring.append(packet(0.2, size=10))
    assert len(ring) == 0
    ring.append(packet(0.3, is_keyframe=True, size=10))
    assert len(ring) == 1


def test_clear_forgets_the_time_too() -> None:
    ring = PacketRing(1.0)
    ring.append(packet(500.0, is_keyframe=True))
    ring.clear()
    ring.append(packet(0.0, is_keyframe=True))
    ring.append(packet(0.5, is_keyframe=True))
    assert [p.media_s for p in ring.since(0.0)] == [0.0, 0.5]


def test_reading_while_writing_gives_whole_runs() -> None:
    ring = PacketRing(1.0, max_bytes=10_000)
    done = threading.Event()
    broken: list[list[EncodedPacket]] = []

    def read() -> None:
        while not done.is_set():
            held = ring.since(0.0)
            orders = [p.dts for p in held]
            if held and (
                not held[0].is_keyframe or orders != list(range(orders[0], orders[-1] + 1))
            ):
                broken.append(held)

    reader = threading.Thread(target=read)
    reader.start()
    for index in range(3_000):
        ring.append(packet(index * 0.04, is_keyframe=index % 7 == 0, order=index))
    done.set()
    reader.join(10)
    assert broken == []


@pytest.mark.parametrize(("pre_roll_s", "max_bytes"), [(-1.0, 10), (1.0, 0)])
def test_impossible_sizes_are_refused(pre_roll_s: float, max_bytes: int) -> None:
    with pytest.raises(ValueError, match="pre_roll_s"):
        PacketRing(pre_roll_s, max_bytes)
