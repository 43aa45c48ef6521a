"""Live cameras over real sockets: the round trip, and every way a camera can fail."""

from __future__ import annotations

import gc
import itertools
import logging
import threading
import traceback
import weakref
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from pipeline.core.clock import SystemClock
from pipeline.core.errors import SourceError, SourceReason
from pipeline.core.frame import Frame
from pipeline.core.packets import EncodedPacket
from pipeline.video.decoder import Decoder
from pipeline.video.remux import write_clip
from pipeline.video.sources.rtsp import RtspSource
from tests.support import scripted_rtsp as scripted
from tests.support.rtsp import Credentials, serve
from tests.video.media import make_video, number_of
from tests.video.test_remux import play

READ_TIMEOUT_S = 0.5


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_video(tmp_path_factory.mktemp("film") / "film.mp4", count=75, gop=15)


def watch(source: RtspSource, count: int) -> list[Frame]:
    """The first pictures of a camera."""
    info = source.open()
    frames: list[Frame] = []
    with Decoder(info, "cam") as decoder:
        for packet in source.packets():
            frames += decoder.decode(packet)
            if len(frames) >= count:
                break
    source.close()
    return frames[:count]


def drain(packets: Iterator[EncodedPacket]) -> tuple[list[EncodedPacket], SourceReason | None]:
    """What is left of a session, and why it ended."""
    taken: list[EncodedPacket] = []
    try:
        for packet in packets:
            taken.append(packet)
    except SourceError as error:
        return taken, error.reason
    return taken, None


def failure(source: RtspSource) -> SourceError:
    """What a camera's session ends with."""
    with pytest.raises(SourceError) as caught:
        watch(source, 10_000)
    source.close()
    return caught.value


@pytest.mark.parametrize(
    ("codec", "b_frames"), [("libx264", 0), ("libx264", 2), ("libx265", 0), ("libx265", 3)]
)
def test_round_trip(tmp_path: Path, codec: str, b_frames: int) -> None:
    path = make_video(tmp_path / "a.mp4", codec=codec, count=50, gop=10, b_frames=b_frames)
    with serve({"cam": path}, speed=5.0) as server:
        frames = watch(RtspSource(server.url("cam"), 10.0, 10.0), 120)
    # Looped: the second round's first picture comes one frame after the first round's last.
    assert [number_of(f.picture.bgr()) for f in frames] == [i % 50 for i in range(120)]
    times = [f.time.media_s for f in frames]
    assert times == pytest.approx([i / 25 for i in range(120)], abs=2e-3)
    assert all(b.time.utc_s >= a.time.utc_s for a, b in pairwise(frames))


def test_utc_is_the_time_of_arrival(film: Path) -> None:
    clock = SystemClock()
    before_s = clock.utc_s()
    with serve({"cam": film}) as server:
        frames = watch(RtspSource(server.url("cam"), 10.0, 10.0, clock), 40)
    assert before_s <= frames[0].time.utc_s <= frames[-1].time.utc_s <= clock.utc_s()
    passed_s = frames[-1].time.utc_s - frames[0].time.utc_s
    assert passed_s == pytest.approx(39 / 25, abs=0.2)


def test_a_clip_from_a_live_camera(tmp_path: Path, film: Path) -> None:
    with serve({"cam": film}, speed=10.0) as server:
        source = RtspSource(server.url("cam"), 10.0, 10.0)
        info = source.open()
        packets = []
        for packet in source.packets():
            packets.append(packet)
            if packet.media_s > 2.0:
                break
        source.close()
    write_clip(packets, info, tmp_path / "clip.mp4", 0.7, 1.5)
    assert play(tmp_path / "clip.mp4").numbers == list(range(15, 38))


@pytest.mark.parametrize("scheme", ["digest", "basic"])
@pytest.mark.parametrize("apart", [True, False])
def test_the_right_password_opens(film: Path, scheme: str, apart: bool) -> None:
    # Characters that end a URL's host, path or user when they are not encoded.
    right = Credentials("ad min", "p@ss:w/rd#%25?" if apart else "simple", scheme)
    with serve({"cam": film}, credentials=right) as server:
        if apart:
            source = RtspSource(server.url("cam"), username=right.username, password=right.password)
        else:
            plain = Credentials("ad%20min", right.password)
            source = RtspSource(server.url("cam", plain))
        assert source.open().codec == "h264"
        source.close()


@pytest.mark.parametrize("scheme", ["digest", "basic"])
@pytest.mark.parametrize("password", ["wr0ng-pass", None])
def test_the_wrong_password_is_said_and_not_shown(
    film: Path, scheme: str, password: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    right = Credentials("admin", "right", scheme)
    caplog.set_level(logging.DEBUG)
    with serve({"cam": film}, credentials=right) as server:
        source = RtspSource(
            server.url("cam"), username="admin" if password else None, password=password
        )
        error = failure(source)
    assert error.reason is SourceReason.AUTH_FAILED
    assert error.remedy
    shown = "".join(traceback.format_exception(error)) + caplog.text + repr(source)
    assert "wr0ng-pass" not in shown


def test_an_unknown_path_is_not_found(film: Path) -> None:
    with serve({"cam": film}) as server:
        error = failure(RtspSource(server.url("other")))
    assert error.reason is SourceReason.NOT_FOUND


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("401 Unauthorized", SourceReason.AUTH_FAILED),
        ("403 Forbidden", SourceReason.AUTH_FAILED),
        ("404 Not Found", SourceReason.NOT_FOUND),
        ("453 Not Enough Bandwidth", SourceReason.REFUSED),
        ("500 Internal Server Error", SourceReason.REFUSED),
        ("503 Service Unavailable", SourceReason.REFUSED),
    ],
)
def test_a_status_has_its_reason_and_no_password(status: str, reason: SourceReason) -> None:
    with scripted.StatusPeer(status) as peer:
        error = failure(RtspSource(peer.url, 5.0, 5.0, camera_id="gate"))
    assert error.reason is reason
    assert error.where.startswith("gate: rtsp://***@127.0.0.1")
    assert error.remedy
    assert "s3cret" not in "".join(traceback.format_exception(error))


def test_nobody_listening_is_refused() -> None:
    error = failure(RtspSource(f"rtsp://u:s3cret@127.0.0.1:{scripted.closed_port()}/x"))
    assert error.reason is SourceReason.REFUSED
    assert "s3cret" not in "".join(traceback.format_exception(error))


def test_a_black_hole_times_out() -> None:
    with scripted.BlackHolePeer() as peer:
        error = failure(RtspSource(peer.url, READ_TIMEOUT_S, READ_TIMEOUT_S))
        assert peer.connected.is_set()
    assert error.reason is SourceReason.TIMEOUT
    assert "s3cret" not in "".join(traceback.format_exception(error))


def test_the_waiting_side_does_not_trust_ffmpeg_to_time_out() -> None:
    # The reading thread may sit a minute in FFmpeg; opening must end all the same.
    with scripted.BlackHolePeer() as peer:
        source = RtspSource(peer.url, 60.0, 60.0)
        opened: list[object] = []

        def try_to_open() -> None:
            try:
                opened.append(source.open())
            except SourceError as error:
                opened.append(error.reason)

        thread = threading.Thread(target=try_to_open)
        thread.start()
        assert peer.connected.wait(10)
        source.close()
        thread.join(10)
        assert not thread.is_alive()
    assert opened == [SourceReason.TIMEOUT]


@pytest.mark.parametrize("peer_type", [scripted.GarbagePeer, scripted.HangUpPeer])
def test_what_is_no_camera_is_said(peer_type: type[scripted.Peer]) -> None:
    with peer_type() as peer:
        error = failure(RtspSource(peer.url, 2.0, 2.0))
    assert error.reason in (
        SourceReason.UNDECODABLE,
        SourceReason.REFUSED,
        SourceReason.TIMEOUT,
    )
    assert "s3cret" not in "".join(traceback.format_exception(error))


@pytest.mark.parametrize(
    "misdeed", [scripted.stalls, scripted.trickles, scripted.hangs_up], ids=lambda m: m.__name__
)
def test_a_camera_that_stops_sending_has_stalled(film: Path, misdeed: scripted.Misdeed) -> None:
    with scripted.misbehaving(film, 40, misdeed) as url:
        source = RtspSource(url, 5.0, READ_TIMEOUT_S)
        info = source.open()
        packets = source.packets()
        received = [next(packets) for _ in range(39)]  # the last may wait for a next first byte
        with pytest.raises(SourceError) as caught:
            list(packets)
        source.close()
    error = caught.value
    assert info.codec == "h264"
    assert [p.media_s for p in received] == pytest.approx([i / 25 for i in range(39)], abs=1e-3)
    assert error.reason is SourceReason.STALLED
    assert "s3cret" not in "".join(traceback.format_exception(error))


@pytest.mark.whole
@pytest.mark.parametrize(
    "misdeed", [scripted.stalls, scripted.hangs_up, scripted.babbles], ids=lambda m: m.__name__
)
def test_a_session_that_ended_is_freed_at_once(film: Path, misdeed: scripted.Misdeed) -> None:
    gc.collect()
    gc.disable()  # in a large process the collector of cycles comes by once in many minutes
    try:
        with scripted.misbehaving(film, 40, misdeed) as url:
            source = RtspSource(url, 5.0, READ_TIMEOUT_S)
            source.open()
            _, reason = drain(source.packets())
            source.close()
            ended = weakref.ref(source)
            del source
        assert reason is not None
        assert ended() is None
    finally:
        gc.enable()


@pytest.mark.parametrize(
    "misdeed", [scripted.jumps_ahead, scripted.jumps_back], ids=lambda m: m.__name__
)
def test_a_clock_that_jumps_does_not_move_the_media_time(
    film: Path, misdeed: scripted.Misdeed
) -> None:
    with scripted.misbehaving(film, 40, misdeed) as url:
        frames = watch(RtspSource(url, 10.0, 10.0), 70)
    assert [number_of(f.picture.bgr()) for f in frames] == list(range(70))
    times = [f.time.media_s for f in frames]
    assert times == pytest.approx([i / 25 for i in range(70)], abs=2e-3)
    assert all(b.time.utc_s >= a.time.utc_s for a, b in pairwise(frames))


def test_a_camera_that_loses_pictures_keeps_their_times(film: Path) -> None:
    with scripted.misbehaving(film, 0, scripted.leaves_out_every_other) as url:
        source = RtspSource(url, 10.0, 10.0)
        source.open()
        packets = list(itertools.islice(source.packets(), 20))
        source.close()
    steps = [round((b.media_s - a.media_s) * 25, 2) for a, b in pairwise(packets)]
    assert steps[1:] == [2.0] * 18  # the first packet of a session has no time of its own


def test_noise_in_the_stream_ends_it_or_is_skipped(film: Path) -> None:
    with scripted.misbehaving(film, 40, scripted.babbles) as url:
        error = failure(RtspSource(url, 5.0, READ_TIMEOUT_S))
    assert error.reason in (SourceReason.STALLED, SourceReason.UNDECODABLE)


def test_close_while_blocked_ends_the_waiting(film: Path) -> None:
    with scripted.misbehaving(film, 30, scripted.stalls) as url:
        source = RtspSource(url, 10.0, 60.0)
        source.open()
        last_known = threading.Event()
        ended = threading.Event()

        def read() -> None:
            for packet in source.packets():
                if packet.media_s >= 28 / 25:
                    last_known.set()
            ended.set()

        reader = threading.Thread(target=read)
        reader.start()
        assert last_known.wait(10)
        source.close()
        reader.join(10)
        assert not reader.is_alive()
        assert ended.is_set()


def test_no_thread_outlives_its_read_timeout(film: Path) -> None:
    before = set(threading.enumerate())
    with scripted.misbehaving(film, 30, scripted.stalls) as url:
        source = RtspSource(url, 10.0, READ_TIMEOUT_S)
        source.open()
        source.close()
        for thread in set(threading.enumerate()) - before:
            if thread.name == "rtsp-reader":
                thread.join(10)
        left = [t for t in threading.enumerate() if t.name == "rtsp-reader" and t not in before]
        assert left == []


def test_whole_gops_go_when_nobody_takes_them(film: Path) -> None:
    limit = film.stat().st_size // 3
    with serve({"cam": film}, speed=20.0, is_looping=False) as server:
        source = RtspSource(server.url("cam"), 10.0, 10.0, max_queue_bytes=limit)
        source.open()
        reader = next(t for t in threading.enumerate() if t.name == "rtsp-reader")
        reader.join(20)  # the film ends; nobody has taken a packet yet
        packets, reason = drain(source.packets())
        source.close()
    assert reason is SourceReason.STALLED
    assert packets[0].is_keyframe
    assert source.dropped_count > 0
    assert len(packets) + source.dropped_count == 75
    assert sum(len(p.data) for p in packets) <= limit


def test_several_cameras_at_once(tmp_path: Path) -> None:
    paths = {
        f"cam{i}": make_video(tmp_path / f"{i}.mp4", count=30, first_number=100 * i)
        for i in range(3)
    }
    seen: dict[str, list[int]] = {}
    with serve(paths, speed=5.0) as server:

        def run(name: str) -> None:
            frames = watch(RtspSource(server.url(name)), 30)
            seen[name] = [number_of(f.picture.bgr()) for f in frames]

        threads = [threading.Thread(target=run, args=(name,)) for name in paths]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    assert seen == {f"cam{i}": list(range(100 * i, 100 * i + 30)) for i in range(3)}


def test_a_source_is_opened_once(film: Path) -> None:
    with serve({"cam": film}) as server:
        source = RtspSource(server.url("cam"))
        source.open()
        with pytest.raises(RuntimeError, match="opened once"):
            source.open()
        source.close()


@pytest.mark.whole
def test_gathered_packets_come_in_order_several_at_once_and_to_the_last(film: Path) -> None:
    with serve({"cam": film}, is_looping=False) as server:
        source = RtspSource(server.url("cam"), 10.0, 10.0)
        source.open()
        coming = source.packets()
        first = [next(coming) for _ in range(20)]
        source.gather(0.3)
        rest, reason = drain(coming)
        source.close()
    assert reason is SourceReason.STALLED
    packets = first + rest
    assert [p.media_s for p in packets] == pytest.approx([i / 25 for i in range(75)], abs=2e-3)
    arrivals = [p.received_mono_ns for p in rest]
    pauses = sum(b - a > 20_000_000 for a, b in pairwise(arrivals))
    assert pauses < len(rest) / 2  # one by one there would be a pause before each
    passed_s = packets[-1].utc_s - packets[0].utc_s
    assert passed_s == pytest.approx(74 / 25, abs=0.2)  # late packets do not bend UTC


def test_a_gathering_source_closes_at_once(film: Path) -> None:
    before = set(threading.enumerate())
    with serve({"cam": film}) as server:
        source = RtspSource(server.url("cam"), 10.0, 60.0)
        source.open()
        coming = source.packets()
        for _ in range(20):
            next(coming)
        source.gather(15.0)
        next(coming)
        reader = next(t for t in set(threading.enumerate()) - before if t.name == "rtsp-reader")
        source.close()
        reader.join(5.0)
        assert not reader.is_alive()
        assert list(coming) == []
