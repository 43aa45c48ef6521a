"""The worker's side of live view: real packets, a scripted command centre, pictures that play."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import av
import pytest

from api.contract import PartKind, PreviewAnswer, PreviewOrder, PreviewState, VideoCodec
from api.contract.finding import FindOrder
from pipeline.core.packets import EncodedPacket, StreamInfo
from pipeline.live.centre import ViewingClient
from pipeline.live.config import LiveConfig
from pipeline.live.desk import LiveCamera, LiveDesk
from pipeline.live.tap import PacketTap
from pipeline.video.ring import PacketRing
from tests.live.centre_peer import LivePeer, live_peer
from tests.video.media import make_video, number_of, read_packets


@pytest.fixture
def peer() -> Iterator[LivePeer]:
    with live_peer() as running:
        yield running


class Camera:
    """A camera whose packets come when a test says so."""

    def __init__(self, film: tuple[list[EncodedPacket], StreamInfo], reason: str = "") -> None:
        self.packets, self.info = film
        self.tap = PacketTap()
        self.ring = PacketRing(60.0)
        self.live = LiveCamera(self.tap, lambda: reason)
        self._sent = 0

    def send(self, count: int) -> None:
        for packet in self.packets[self._sent : self._sent + count]:
            self.ring.append(packet)
            self.tap.add(packet, self.info, self.ring)
        self._sent += count

    def send_when_listened_to(self, count: int, *, viewers: int = 1) -> None:
        """As a camera does that goes on: what is wanted begins with the next packet."""
        for _ in range(1000):
            if len(self.tap._draughts) >= viewers:
                break
            threading.Event().wait(0.01)
        else:
            raise AssertionError(f"not {viewers} who listen, within 10 s")
        self.send(count)


@contextmanager
def _desk(
    peer: LivePeer,
    cameras: dict[str, Camera],
    config: LiveConfig | None = None,
    find: Callable[[FindOrder, threading.Event], None] | None = None,
) -> Iterator[LiveDesk]:
    client = ViewingClient(peer.url, lambda: "token", "default")
    desk = LiveDesk(
        client,
        {name: camera.live for name, camera in cameras.items()},
        config or LiveConfig(),
        find=find,
    )
    desk.start()
    try:
        yield desk
    finally:
        peer.close()
        desk.stop(5)
        client.close()


def _numbers(data: bytes) -> list[int]:
    with av.open(io.BytesIO(data)) as container:
        return [number_of(f.to_ndarray(format="bgr24")) for f in container.decode(video=0)]


def test_pictures_begin_with_the_last_keyframe_and_end_with_the_last_viewer(
    peer: LivePeer, tmp_path: Path
) -> None:
    camera = Camera(read_packets(make_video(tmp_path / "a.mp4", count=200, gop=25)))
    view = uuid4()
    with _desk(peer, {"gate": camera}):
        camera.send(60)  # nobody looks
        assert peer.parts == {}
        peer.look(view, "gate")
        camera.send_when_listened_to(60)
        peer.wait_for(lambda: len(peer.parts.get(view, [])) >= 8)
        assert _numbers(peer.file(view))[:3] == [50, 51, 52]
        kinds = [(kind, is_key) for kind, is_key, _, _ in peer.parts[view]]
        assert kinds[:2] == [(PartKind.INIT, False), (PartKind.MEDIA, True)]
        assert {mime.split(".")[0] for _, _, mime, _ in peer.parts[view]} == {
            'video/mp4; codecs="avc1'
        }
        peer.look_away(view)
        for _ in range(500):
            if not camera.tap.is_open:
                break
            camera.send(1)
            threading.Event().wait(0.01)
        assert not camera.tap.is_open


@pytest.mark.whole
def test_h265_is_copied_for_who_plays_it_and_small_h264_for_who_does_not(
    peer: LivePeer, tmp_path: Path
) -> None:
    video = make_video(
        tmp_path / "a.mp4", codec="libx265", count=100, gop=25, width=1280, height=720
    )
    camera = Camera(read_packets(video))
    plays, does_not = uuid4(), uuid4()
    with _desk(peer, {"gate": camera}):
        peer.look(plays, "gate", VideoCodec.H264, VideoCodec.HEVC)
        peer.look(does_not, "gate")
        camera.send_when_listened_to(1, viewers=2)
        for _ in range(99):
            camera.send(1)
            threading.Event().wait(0.002)
        peer.wait_for(lambda: all(len(peer.parts.get(v, [])) >= 4 for v in (plays, does_not)))
    assert peer.transcoded == {does_not}
    sizes = {}
    for view in (plays, does_not):
        with av.open(io.BytesIO(peer.file(view))) as container:
            stream = container.streams.video[0]
            sizes[view] = (stream.codec_context.name, stream.width, stream.height)
    assert sizes == {plays: ("hevc", 1280, 720), does_not: ("h264", 640, 360)}


def test_more_transcodes_than_allowed_are_told_as_busy(peer: LivePeer, tmp_path: Path) -> None:
    video = make_video(tmp_path / "a.mp4", codec="libx265", count=50, gop=10)
    cameras = {name: Camera(read_packets(video)) for name in ("gate", "yard")}
    views = {name: uuid4() for name in cameras}
    with _desk(peer, cameras, LiveConfig(max_transcodes=1)):
        for name, camera in cameras.items():
            peer.look(views[name], name)
            camera.send_when_listened_to(50)
            peer.wait_for(
                lambda v=views[name]: bool(peer.parts.get(v)) or bool(peer.troubles.get(v))
            )
    assert peer.parts.keys() == {views["gate"]}
    assert peer.troubles[views["yard"]][0] == ("busy", "")


@pytest.mark.whole
def test_a_camera_without_pictures_says_why(peer: LivePeer, tmp_path: Path) -> None:
    camera = Camera(read_packets(make_video(tmp_path / "a.mp4", count=10)), "auth_failed")
    view = uuid4()
    with _desk(peer, {"gate": camera}):
        peer.look(view, "gate")
        peer.wait_for(lambda: ("no_picture", "auth_failed") in peer.troubles.get(view, []))


def test_a_box_that_shows_nothing_refuses(peer: LivePeer, tmp_path: Path) -> None:
    camera = Camera(read_packets(make_video(tmp_path / "a.mp4", count=10)))
    view = uuid4()
    with _desk(peer, {"gate": camera}, LiveConfig(enabled=False)):
        peer.look(view, "gate")
        peer.wait_for(lambda: bool(peer.troubles.get(view)))
        assert not camera.tap.is_open
    assert peer.troubles[view][0] == ("not_allowed", "")
    assert peer.parts == {}


def test_over_a_broken_line_it_begins_anew(peer: LivePeer, tmp_path: Path) -> None:
    camera = Camera(read_packets(make_video(tmp_path / "a.mp4", count=200, gop=10)))
    view = uuid4()
    with _desk(peer, {"gate": camera}):
        peer.look(view, "gate")
        camera.send_when_listened_to(30)
        peer.wait_for(lambda: len(peer.parts.get(view, [])) >= 2)
        peer.fail_next = 1
        heads = 1
        for _ in range(170):
            camera.send(1)
            threading.Event().wait(0.02)
            with peer.condition:
                heads = sum(kind is PartKind.INIT for kind, *_ in peer.parts[view])
            if heads == 2:
                break
        assert heads == 2


def test_another_resolution_gets_a_new_head(peer: LivePeer, tmp_path: Path) -> None:
    camera = Camera(read_packets(make_video(tmp_path / "a.mp4", count=40, gop=10)))
    other = Camera(
        read_packets(make_video(tmp_path / "b.mp4", count=40, gop=10, width=320, height=240))
    )
    view = uuid4()
    with _desk(peer, {"gate": camera}):
        peer.look(view, "gate")
        camera.send_when_listened_to(40)
        for packet in other.packets:
            other.ring.append(packet)
            camera.tap.add(packet, other.info, other.ring)
        peer.wait_for(
            lambda: sum(kind is PartKind.INIT for kind, *_ in peer.parts.get(view, [])) == 2
        )
        heads = [part[3] for part in peer.parts[view] if part[0] is PartKind.INIT]
    assert len(set(heads)) == 2


class _Judge:
    """Answers previews, one of them only when nobody waits any more."""

    def __init__(self) -> None:
        self.given_up = threading.Event()

    def answer(self, order: PreviewOrder, stop: threading.Event) -> PreviewAnswer:
        if order.hours == 24:
            stop.wait(20)
            self.given_up.set()
        now = datetime.now(UTC)
        return PreviewAnswer(state=PreviewState.JUDGED, as_of=now, from_at=now, to_at=now)


def test_a_preview_is_judged_and_given_up_when_nobody_waits(peer: LivePeer) -> None:
    judge, client = _Judge(), ViewingClient(peer.url, lambda: "token", "default")
    desk = LiveDesk(client, {}, LiveConfig(enabled=False), previews=judge)
    quick, slow = (
        PreviewOrder(query_id=uuid4(), camera_id="gate", rules=({"type": "fall"},), hours=hours)
        for hours in (1, 24)
    )
    desk.start()
    try:
        peer.draw(quick)
        peer.wait_for(lambda: quick.query_id in peer.previews)
        assert peer.can_preview
        peer.draw(slow)
        peer.wait_for(lambda: peer.is_served(slow.query_id))
        peer.look_away(slow.query_id)
        assert judge.given_up.wait(10)
        assert slow.query_id not in peer.previews
    finally:
        peer.close()
        desk.stop(5)
        client.close()


def test_who_keeps_no_tracks_is_not_asked_for_previews(peer: LivePeer) -> None:
    client = ViewingClient(peer.url, lambda: "token", "default")
    client.orders(["gate"], [], 0.0)
    assert not peer.can_preview
    client.close()


def test_a_search_is_begun_once_and_ends_when_nobody_waits_for_it(peer: LivePeer) -> None:
    order = FindOrder(scan_id=uuid4(), networks=("10.0.0.0/24",))
    begun: list[FindOrder] = []
    ended = threading.Event()

    def find(asked: FindOrder, stop: threading.Event) -> None:
        begun.append(asked)
        if stop.wait(10):
            ended.set()

    with _desk(peer, {}, find=find):
        with peer.condition:
            peer.searches[order.scan_id] = order
            peer.condition.notify_all()
        peer.wait_for(lambda: peer.is_served(order.scan_id))
        with peer.condition:
            del peer.searches[order.scan_id]
            peer.condition.notify_all()
        assert ended.wait(10)
    assert begun == [order]


@pytest.mark.parametrize("can_find", [True, False])
def test_an_older_command_centre_is_told_no_key_it_does_not_know(
    peer: LivePeer, can_find: bool
) -> None:
    """It refuses a key it does not know, and passes over a query."""
    with _desk(peer, {}, find=(lambda order, stop: None) if can_find else None):
        peer.wait_for(lambda: bool(peer.poll[0]))
    assert peer.poll == (
        {"school_id", "cameras", "recordings", "serving"},
        ["find"] if can_find else [],
    )
