"""The worker's side of playback: real segments, a scripted command centre, and its patience."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import av
import pytest

from api.contract import PartKind, VideoCodec, ViewTrouble
from api.contract.footage.gaps import Gap
from api.contract.footage.spans import Span
from api.contract.retention import GapCause
from pipeline.live.centre import ViewingClient
from pipeline.live.config import LiveConfig
from pipeline.live.desk import LiveDesk
from pipeline.recorders.errors import AwayReason, FootageAwayError, FootageIndexError
from pipeline.recorders.segments import Origin
from pipeline.recorders.shelf import Held, Piece, Timeline
from tests.live.centre_peer import LivePeer, live_peer
from tests.video.media import make_video, number_of

T0 = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)


@pytest.fixture
def peer() -> Iterator[LivePeer]:
    with live_peer() as running:
        yield running


class Folder:
    """A shelf of one camera."""

    def __init__(self, *pieces: Piece) -> None:
        self.held = list(pieces)
        self.asked = 0
        self.is_broken = False
        self.held_elsewhere: tuple[Held, ...] = ()

    def pieces(self, camera: str, after_s: float) -> list[Piece]:
        self.asked += 1
        if self.is_broken:
            raise FootageIndexError("broken", where="index")
        return [piece for piece in self.held if piece.span.end_s > after_s]

    def timeline(self, camera: str, window: Span) -> Timeline:
        middle_s = window.start_s + 60
        return Timeline(
            window.end_s,
            (Span(window.start_s, middle_s),),
            (Gap(Span(middle_s, window.end_s), GapCause.OFFLINE, "refused"),),
            held=self.held_elsewhere,
            is_asking=bool(self.held_elsewhere),
            away=AwayReason.SILENT if self.held_elsewhere else None,
        )


def piece(path: Path, at_s: float, count: int, **how: object) -> Piece:
    """25 pictures a second; each shows its number."""
    make_video(path, count=count, gop=25, **how)  # type: ignore[arg-type]
    start_s = T0.timestamp() + at_s
    return Piece(path, Span(start_s, start_s + count / 25))


@contextmanager
def _desk(peer: LivePeer, shelf: Folder, config: LiveConfig | None = None) -> Iterator[None]:
    client = ViewingClient(peer.url, lambda: "token", "default")
    desk = LiveDesk(client, {}, config or LiveConfig(), {"gate": shelf})
    desk.start()
    try:
        yield
    finally:
        peer.close()
        desk.stop(5)
        client.close()


def _numbers(data: bytes) -> list[int]:
    with av.open(io.BytesIO(data)) as container:
        return [number_of(f.to_ndarray(format="bgr24")) for f in container.decode(video=0)]


def test_every_picture_of_a_run_arrives_and_its_moments_are_told(
    peer: LivePeer, tmp_path: Path
) -> None:
    shelf = Folder(piece(tmp_path / "a.mp4", 0, 150))
    view = uuid4()
    with _desk(peer, shelf):
        peer.play(view, "gate", T0 + timedelta(seconds=2))
        peer.wait_for(lambda: ("no_footage", "") in peer.troubles.get(view, []))
        assert _numbers(peer.file(view)) == list(range(50, 150))
        kinds = [(kind, is_key) for kind, is_key, _, _ in peer.parts[view]]
        assert kinds[:2] == [(PartKind.INIT, False), (PartKind.MEDIA, True)]
        begin = {from_at for from_at, _ in peer.moments[view]}
        assert begin == {T0 + timedelta(seconds=2)}
        reached = [to_at for _, to_at in peer.moments[view]]
        assert reached == sorted(reached)
        assert reached[-1] == pytest.approx(
            T0 + timedelta(seconds=5.96), abs=timedelta(seconds=0.1)
        )


@pytest.mark.whole
def test_nothing_is_read_while_enough_waits_and_nothing_is_left_out(
    peer: LivePeer, tmp_path: Path
) -> None:
    shelf = Folder(piece(tmp_path / "a.mp4", 0, 250))
    view = uuid4()
    peer.room = 3
    with _desk(peer, shelf):
        peer.play(view, "gate", T0)
        peer.wait_for(lambda: peer.refused >= 2)
        assert len(peer.parts[view]) == 3
        peer.give_room(2)
        peer.wait_for(lambda: len(peer.parts[view]) == 5)
        peer.give_room(1000)
        peer.wait_for(lambda: ("no_footage", "") in peer.troubles.get(view, []))
        assert _numbers(peer.file(view)) == list(range(250))


def test_a_gap_begins_with_a_new_head(peer: LivePeer, tmp_path: Path) -> None:
    shelf = Folder(piece(tmp_path / "a.mp4", 0, 50), piece(tmp_path / "b.mp4", 60, 50))
    view = uuid4()
    with _desk(peer, shelf):
        peer.play(view, "gate", T0)
        peer.wait_for(lambda: ("no_footage", "") in peer.troubles.get(view, []))
        heads = [
            moment[0]
            for part, moment in zip(peer.parts[view], peer.moments[view], strict=True)
            if part[0] is PartKind.INIT
        ]
        assert heads == [T0, T0 + timedelta(seconds=60)]


@pytest.mark.whole
def test_footage_that_is_added_is_shown_without_being_asked_again(
    peer: LivePeer, tmp_path: Path
) -> None:
    shelf = Folder()
    view = uuid4()
    with _desk(peer, shelf):
        peer.play(view, "gate", T0)
        peer.wait_for(lambda: ("no_footage", "") in peer.troubles.get(view, []))
        shelf.held.append(piece(tmp_path / "a.mp4", 30, 50))
        peer.wait_for(lambda: len(peer.parts.get(view, [])) >= 2)


@pytest.mark.whole
def test_a_bad_line_costs_no_picture(peer: LivePeer, tmp_path: Path) -> None:
    shelf = Folder(piece(tmp_path / "a.mp4", 0, 100))
    view = uuid4()
    peer.room = 2
    with _desk(peer, shelf):
        peer.play(view, "gate", T0)
        peer.wait_for(lambda: peer.refused >= 1)
        peer.fail_next = 2
        peer.give_room(1000)
        peer.wait_for(lambda: ("no_footage", "") in peer.troubles.get(view, []))
        assert _numbers(peer.file(view)) == list(range(100))


def test_looking_away_ends_the_reading(peer: LivePeer, tmp_path: Path) -> None:
    shelf = Folder(piece(tmp_path / "a.mp4", 0, 100))
    view = uuid4()
    peer.room = 1
    with _desk(peer, shelf):
        peer.play(view, "gate", T0)
        peer.wait_for(lambda: peer.refused >= 1)
        peer.look_away(view)
        peer.wait_for(lambda: not peer.is_served(view))
        assert len(peer.parts[view]) == 1


@pytest.mark.whole
def test_h265_is_made_small_for_who_does_not_play_it(peer: LivePeer, tmp_path: Path) -> None:
    shelf = Folder(piece(tmp_path / "a.mp4", 0, 75, codec="libx265", width=1280, height=720))
    view = uuid4()
    with _desk(peer, shelf):
        peer.play(view, "gate", T0)
        peer.wait_for(lambda: ("no_footage", "") in peer.troubles.get(view, []))
    assert peer.transcoded == {view}
    with av.open(io.BytesIO(peer.file(view))) as container:
        video = container.streams.video[0]
        assert (video.codec_context.name, video.width) == ("h264", 640)
    other = uuid4()
    with live_peer() as second, _desk(second, shelf):
        second.play(other, "gate", T0, VideoCodec.H264, VideoCodec.HEVC)
        second.wait_for(lambda: ("no_footage", "") in second.troubles.get(other, []))
        assert second.transcoded == set()


def test_a_box_may_refuse_and_an_index_may_be_broken(peer: LivePeer) -> None:
    shelf = Folder()
    view = uuid4()
    with _desk(peer, shelf, LiveConfig(playback=False)):
        peer.play(view, "gate", T0)
        peer.wait_for(lambda: ("not_allowed", "") in peer.troubles.get(view, []))
    assert shelf.asked == 0
    shelf.is_broken = True
    other = uuid4()
    with live_peer() as second, _desk(second, shelf):
        second.play(other, "gate", T0)
        second.wait_for(lambda: ("unreadable", "") in second.troubles.get(other, []))


def test_where_there_is_footage_is_answered(peer: LivePeer) -> None:
    asked = uuid4()
    with _desk(peer, Folder()):
        peer.ask(asked, "gate", T0, T0 + timedelta(hours=24))
        peer.wait_for(lambda: asked in peer.answers)
        told = peer.answers[asked]
        assert told.is_known
        [span], [gap] = told.spans, told.gaps
        assert (span.to_at, gap.to_at) == (T0 + timedelta(seconds=60), T0 + timedelta(hours=24))
        assert (gap.cause, gap.detail) == (GapCause.OFFLINE, "refused")
        assert told.held == ()


def test_what_a_recorder_holds_is_answered_with_its_name(peer: LivePeer) -> None:
    asked, shelf = uuid4(), Folder()
    span = Span(T0.timestamp() + 5, T0.timestamp() + 30)
    shelf.held_elsewhere = (Held(span, Origin("nvr", "3")),)
    with _desk(peer, shelf):
        peer.ask(asked, "gate", T0, T0 + timedelta(hours=24))
        peer.wait_for(lambda: asked in peer.answers)
    told = peer.answers[asked]
    assert (told.is_asking, told.trouble) == (True, ViewTrouble.RECORDER_SILENT)
    [held] = told.held
    assert (held.device, held.channel) == ("nvr", "3")
    assert (held.from_at, held.to_at) == (T0 + timedelta(seconds=5), T0 + timedelta(seconds=30))


def test_why_a_recorder_gives_nothing_is_told_until_it_does(peer: LivePeer, tmp_path: Path) -> None:
    shelf, view = _Lender(piece(tmp_path / "a.mp4", 0, 100)), uuid4()
    shelf.refusals = [AwayReason.SILENT]
    with _desk(peer, shelf):
        peer.play(view, "gate", T0)
        peer.wait_for(lambda: ("no_footage", "") in peer.troubles.get(view, []))
        assert peer.troubles[view][0] == ("recorder_silent", "")
        assert _numbers(peer.file(view)) == list(range(100))
        assert shelf.is_lent
        peer.look_away(view)
        peer.wait_for(lambda: not shelf.is_lent)


class _Lender(Folder):
    """A shelf that lends."""

    def __init__(self, *pieces: Piece) -> None:
        super().__init__(*pieces)
        self.refusals: list[AwayReason] = []
        self.is_lent = False

    @contextmanager
    def lend(self, camera: str, stop: threading.Event) -> Iterator[Folder]:
        self.is_lent = True
        try:
            yield self
        finally:
            self.is_lent = False

    def pieces(self, camera: str, after_s: float) -> list[Piece]:
        if self.refusals:
            raise FootageAwayError(self.refusals.pop(), "away", where="nvr")
        return super().pieces(camera, after_s)
