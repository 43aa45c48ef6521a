"""The queue between reader and analysis: bounded, and never handing out what cannot be decoded."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.packets import EncodedPacket
from pipeline.runtime.packet_queue import PacketQueue
from tests.video.media import packet


def _drain(queue: PacketQueue[str]) -> list[EncodedPacket]:
    found = []
    while (item := queue.get(0.0)) is not None:
        found.append(item[1])
    return found


def test_a_full_queue_drops_the_oldest_and_goes_on_at_a_keyframe() -> None:
    queue: PacketQueue[str] = PacketQueue(5, 100.0)
    for i in range(8):
        queue.put("s", packet(i / 10, is_keyframe=i in (0, 7)))
    assert [p.media_s for p in _drain(queue)] == [0.7]
    assert queue.dropped == 7


def test_what_waits_too_long_goes() -> None:
    queue: PacketQueue[str] = PacketQueue(1000, 2.0)
    for i in range(40):
        queue.put("s", packet(i / 10, is_keyframe=i % 10 == 0))
    waiting = _drain(queue)
    assert waiting[-1].media_s - waiting[0].media_s <= 2.0
    assert waiting[0].is_keyframe


def test_a_new_session_is_not_measured_against_the_old_one() -> None:
    queue: PacketQueue[str] = PacketQueue(1000, 2.0)
    queue.put("old", packet(500.0, is_keyframe=True))
    queue.put("new", packet(0.0, is_keyframe=True))
    assert len(_drain(queue)) == 2


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=80), st.integers(1, 10))
def test_every_packet_handed_out_can_be_decoded(steps: list[tuple[bool, bool]], limit: int) -> None:
    """Handed-out packets follow their predecessor without a hole, or are keyframes."""
    queue: PacketQueue[str] = PacketQueue(limit, 100.0)
    out: list[int] = []
    keyframes: set[int] = set()
    count = 0
    for is_put, flag in steps:
        if is_put:
            if flag or count == 0:
                keyframes.add(count)
            queue.put("s", packet(count / 10, is_keyframe=count in keyframes, order=count))
            count += 1
        elif (item := queue.get(0.0)) is not None:
            out.append(item[1].dts)
    out += [p.dts for p in _drain(queue)]
    for before, after in zip([-1, *out], out, strict=False):
        assert after == before + 1 or after in keyframes
    assert len(out) + queue.dropped == count


def test_what_waits_is_told_in_seconds_of_the_newest_session() -> None:
    queue: PacketQueue[str] = PacketQueue(1000, 100.0)
    assert queue.waiting_s == 0.0
    queue.put("old", packet(500.0, is_keyframe=True))
    for i in range(4):
        queue.put("new", packet(i / 2, is_keyframe=i == 0))
    assert queue.waiting_s == 1.5
    for _ in range(4):
        queue.get(0.0)
    assert queue.waiting_s == 0.0
