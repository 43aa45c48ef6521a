"""The queues between one worker and many viewers: bounded, and nobody holds up another."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from uuid import UUID, uuid4

from api.access.scope import EVERYTHING
from api.contract import PartKind, VideoCodec, ViewOrder
from api.contract.frames import FrameKind
from api.viewing.feed import CHANNEL_BYTES, CameraRef, Channel, Feed, Part
from api.viewing.hub import Hub
from api.viewing.orders import BoxPoll
from api.viewing.viewer import Owner, Viewer

OWNER = Owner("wang.li", "10.1.1.1", "session", datetime(2030, 1, 1, tzinfo=UTC), EVERYTHING)
GATE = CameraRef(1, "no-1-primary", "gate")
H264 = (VideoCodec.H264,)
HALF = CHANNEL_BYTES // 2


class Mono:
    """Seconds, as a test says."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def _poll(*cameras: int, serving: tuple[UUID, ...] = ()) -> BoxPoll:
    return BoxPoll(1, frozenset(cameras), frozenset(), serving)


def _feed() -> Feed:
    return Feed(GATE, ViewOrder(view_id=uuid4(), camera_id="gate", accepts=H264), Mono())


def _part(data: bytes, *, is_key: bool = False, kind: PartKind = PartKind.MEDIA) -> Part:
    return Part(kind, data, is_key)


def _taken(channel: Channel) -> list[tuple[FrameKind, int]]:
    taken = []
    while (part := channel.take()) is not None:
        taken.append((part[0], part[1][0]))
    return taken


async def test_a_slow_viewer_goes_on_with_a_key_and_the_others_miss_nothing() -> None:
    feed = _feed()
    slow, quick = feed.join(0, asyncio.Event()), feed.join(0, asyncio.Event())
    seen: list[tuple[FrameKind, int]] = []
    for part in (
        _part(b"\x00", kind=PartKind.INIT),
        _part(b"\x01" * HALF, is_key=True),
        _part(b"\x02" * (HALF - 10)),
        _part(b"\x03" * 100),  # too much for the slow one
        _part(b"\x04" * 100),
        _part(b"\x05" * 100, is_key=True),
        _part(b"\x06" * 100),
    ):
        feed.take(part)
        seen += _taken(quick)
    head = (FrameKind.INIT, 0)
    assert seen == [head, *((FrameKind.MEDIA, n) for n in range(1, 7))]
    # The head was not sent yet: without it the rest is of no use.
    assert _taken(slow) == [head, (FrameKind.MEDIA, 5), (FrameKind.MEDIA, 6)]
    assert (slow.dropped, quick.dropped) == (4, 0)


async def test_whoever_comes_late_waits_for_no_keyframe() -> None:
    feed = _feed()
    feed.take(_part(b"\x00", kind=PartKind.INIT))
    for number in range(1, 6):
        feed.take(_part(bytes([number]), is_key=number in (1, 4)))
    assert _taken(feed.join(0, asyncio.Event())) == [
        (FrameKind.INIT, 0),
        (FrameKind.MEDIA, 4),
        (FrameKind.MEDIA, 5),
    ]


async def test_a_new_head_makes_what_waits_useless() -> None:
    feed = _feed()
    channel = feed.join(0, asyncio.Event())
    feed.take(_part(b"\x00", kind=PartKind.INIT))
    feed.take(_part(b"\x01", is_key=True))
    feed.take(_part(b"\x09", kind=PartKind.INIT))
    feed.take(_part(b"\x02"))  # leans on pictures of before
    feed.take(_part(b"\x03", is_key=True))
    assert _taken(channel) == [(FrameKind.INIT, 9), (FrameKind.MEDIA, 3)]


async def test_a_viewer_that_takes_nothing_any_more_does_not_keep_the_camera_busy() -> None:
    mono = Mono()
    hub = Hub(mono)
    viewer = Viewer(hub, OWNER, H264)
    hub.enter(viewer)
    viewer.show(0, GATE, H264)
    [order] = (await hub.orders(_poll(1), 0)).start
    assert hub.take_part(order.view_id, _part(b"\x01", is_key=True))
    mono.now_s += 31
    assert not hub.take_part(order.view_id, _part(b"\x02", is_key=True))
    assert viewer.is_ended
    assert hub.feed_count == 0


async def test_a_picture_that_stands_still_is_told_and_so_is_a_worker_that_went() -> None:
    mono = Mono()
    hub = Hub(mono)
    viewer = Viewer(hub, OWNER, H264)
    hub.enter(viewer)
    viewer.show(0, GATE, H264)
    [order] = (await hub.orders(_poll(1), 0)).start
    feed = hub.find_feed(order.view_id)
    assert feed is not None
    hub.take_part(order.view_id, _part(b"\x01", is_key=True))
    states = []
    for _ in range(4):
        states.append(hub.state_of(feed).state)
        mono.now_s += 3
    assert states == ["playing", "playing", "stalled", "worker_away"]


async def test_a_box_that_started_anew_gets_its_orders_again() -> None:
    hub = Hub(Mono())
    viewer = Viewer(hub, OWNER, H264)
    hub.enter(viewer)
    viewer.show(0, GATE, H264)
    first = await hub.orders(_poll(1, 2), 0)
    again = await hub.orders(_poll(1, 2), 0)
    assert first == again
    [order] = first.start
    told = _poll(1, serving=(order.view_id,))
    assert await hub.orders(told, 0) == await hub.orders(_poll(2), 0)
    viewer.end()
    assert (await hub.orders(told, 0)).stop == (order.view_id,)
