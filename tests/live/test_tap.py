"""The tap: from the last keyframe on, nothing twice, and never in anybody's way."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from pipeline.core.packets import StreamInfo
from pipeline.live.tap import Draught, PacketTap
from pipeline.video.ring import PacketRing
from tests.video.media import packet

INFO = StreamInfo("h264", 640, 360, 25.0, Fraction(1, 90_000), b"")


def _feed(tap: PacketTap, ring: PacketRing, info: StreamInfo, moments: list[float]) -> None:
    for media_s in moments:
        each = packet(media_s, is_keyframe=media_s == int(media_s))
        ring.append(each)
        tap.add(each, info, ring)


def _drained(draught: Draught) -> list[float]:
    taken = []
    while (item := draught.get(0)) is not None:
        taken.append(item.packet.media_s)
    return taken


def test_a_listener_begins_with_the_last_keyframe() -> None:
    tap, ring = PacketTap(), PacketRing(10.0)
    _feed(tap, ring, INFO, [0.0, 0.5, 1.0, 1.25])
    draught = tap.open()
    _feed(tap, ring, INFO, [1.5, 1.75, 2.0])
    assert _drained(draught) == [1.0, 1.25, 1.5, 1.75, 2.0]


def test_a_new_connection_begins_anew() -> None:
    tap = PacketTap()
    draught = tap.open()
    _feed(tap, PacketRing(10.0), INFO, [0.0, 0.5])
    other, ring = replace(INFO), PacketRing(10.0)
    _feed(tap, ring, other, [0.5, 1.0, 1.5])
    assert _drained(draught) == [0.0, 0.5, 1.0, 1.5]


def test_who_closed_hears_nothing() -> None:
    tap, ring = PacketTap(), PacketRing(10.0)
    draught = tap.open()
    tap.close(draught)
    _feed(tap, ring, INFO, [0.0])
    assert draught.get(0) is None


def test_a_slow_listener_skips_to_a_keyframe() -> None:
    ring = PacketRing(10.0)
    draught = Draught(max_bytes=25)
    for media_s in (0.0, 0.25, 0.5, 0.75, 1.0, 1.25):
        each = packet(media_s, is_keyframe=media_s == int(media_s))
        ring.append(each)
        draught.add(each, INFO, ring)
    assert _drained(draught) == [1.0, 1.25]
    assert draught.skipped == 4
