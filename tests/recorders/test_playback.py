"""Recorded pictures from any moment on: in order, at their own time, over gaps and file seams."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice, pairwise
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import av
import pytest

from api.contract import PlayOrder, VideoCodec
from api.contract.footage.spans import Span
from api.contract.retention import GapCause
from pipeline.core.clock import ManualClock
from pipeline.live.config import LiveConfig
from pipeline.live.path import PathMaker
from pipeline.recorders.playback import Playback, Played
from pipeline.recorders.recorder import Recorder, RecorderSettings
from pipeline.recorders.shelf import Piece, Timeline
from tests.media.films import corner_film
from tests.recorders.film import film, put, stream
from tests.video.media import make_video

T0 = 1_790_000_000.0
FPS = 5


class Folder:
    """A shelf of files with the spans a test says they have."""

    def __init__(self, *pieces: Piece) -> None:
        self._pieces = pieces

    def pieces(self, camera: str, after_s: float) -> list[Piece]:
        assert camera == "gate"
        return [piece for piece in self._pieces if piece.span.end_s > after_s]

    def timeline(self, camera: str, window: Span) -> Timeline:
        raise NotImplementedError


def piece(tmp_path: Path, at_s: float, seconds: float, **how: object) -> Piece:
    path = put(tmp_path / f"{at_s:.3f}.mp4", seconds, fps=FPS, **how)
    return Piece(path, Span(T0 + at_s, T0 + at_s + seconds))


def watch(shelf: Folder | Recorder, from_s: float, **how: bool) -> list[Played]:
    """All there is until nothing more comes."""
    found = []
    for played in Playback(shelf, "gate", T0 + from_s, **how).pictures():
        if played is None:
            return found
        found.append(played)
    raise AssertionError("the pictures never end by themselves")


def moments(found: list[Played]) -> list[float]:
    return [round(played.packet.utc_s - T0, 3) for played in found]


def runs(found: list[Played]) -> list[list[float]]:
    """Moments by run."""
    grouped: list[tuple[object, list[float]]] = []
    for played, moment in zip(found, moments(found), strict=True):
        if not grouped or grouped[-1][0] is not played.info:
            grouped.append((played.info, []))
        grouped[-1][1].append(moment)
    return [each for _, each in grouped]


def test_it_begins_with_the_keyframe_at_or_before_the_moment(tmp_path: Path) -> None:
    found = watch(Folder(piece(tmp_path, 0, 10, gop=5)), 3.5)
    assert moments(found)[0] == 3.0
    assert found[0].packet.is_keyframe
    assert moments(found) == [round(3 + n / FPS, 3) for n in range(35)]


def test_files_that_meet_are_one_run_and_a_gap_begins_another(tmp_path: Path) -> None:
    shelf = Folder(
        piece(tmp_path, 0, 10),
        piece(tmp_path, 10.1, 10),
        piece(tmp_path, 78, 10),
    )
    found = runs(watch(shelf, 0))
    assert [(each[0], len(each)) for each in found] == [(0.0, 100), (78.0, 50)]
    pictures = watch(shelf, 0)
    assert all(a.packet.dts < b.packet.dts for a, b in pairwise(pictures[:100]))


def test_a_moment_inside_a_gap_goes_on_with_the_next_footage(tmp_path: Path) -> None:
    shelf = Folder(piece(tmp_path, 0, 10), piece(tmp_path, 78, 10))
    assert runs(watch(shelf, 40))[0][0] == 78.0
    assert watch(shelf, 90) == []


def test_overlapping_files_are_shown_once(tmp_path: Path) -> None:
    shelf = Folder(piece(tmp_path, 0, 10), piece(tmp_path, 6, 10, gop=5))
    found = runs(watch(shelf, 0))
    assert found[0][-1] == 9.8
    # A GOP may come twice, so that decoding can begin; nothing of 0–16 s is left out.
    assert 9.0 <= found[1][0] <= 10.0
    assert found[1][-1] == 15.8


def test_another_resolution_begins_a_run(tmp_path: Path) -> None:
    shelf = Folder(piece(tmp_path, 0, 4), piece(tmp_path, 4, 4, width=96))
    found = watch(shelf, 0)
    assert [each[0] for each in runs(found)] == [0.0, 4.0]
    assert {played.info.width for played in found} == {64, 96}


def test_a_broken_file_is_stepped_over(tmp_path: Path) -> None:
    broken = piece(tmp_path, 10, 10)
    os.truncate(broken.path, 100)
    gone = piece(tmp_path, 20, 10)
    shelf = Folder(piece(tmp_path, 0, 10), broken, piece(tmp_path, 30, 10))
    assert [each[0] for each in runs(watch(shelf, 5))] == [5.0, 30.0]
    gone.path.unlink()
    assert watch(Folder(gone), 0) == []


def test_keyframes_alone(tmp_path: Path) -> None:
    found = watch(Folder(piece(tmp_path, 0, 10, gop=10)), 0, keyframes_only=True)
    assert moments(found) == [0.0, 2.0, 4.0, 6.0, 8.0]


def test_b_frames_keep_their_order(tmp_path: Path) -> None:
    found = watch(Folder(piece(tmp_path, 0, 10, gop=10, b_frames=2)), 4.3)
    assert found[0].packet.is_keyframe
    assert all(p.packet.dts < p.packet.pts for p in found)
    dts = [p.packet.dts for p in found]
    assert dts == sorted(set(dts))


def test_a_long_file_is_not_read_from_its_beginning(tmp_path: Path) -> None:
    found = watch(Folder(piece(tmp_path, 0, 200, gop=10)), 151.0)
    assert moments(found)[0] == 150.0
    assert len(found) == 250


@pytest.fixture
def recorder(tmp_path: Path) -> Recorder:
    clock = ManualClock(T0)
    return Recorder(
        RecorderSettings(tmp_path / "footage", ZoneInfo("Asia/Shanghai"), segment_s=10.0), {}, clock
    )


def feed(recorder: Recorder, at_s: float, seconds: float) -> None:
    film = stream(seconds, fps=FPS)
    info = replace(film.info)  # another connection
    clock = recorder._clock
    assert isinstance(clock, ManualClock)
    clock.advance(T0 + at_s + seconds - clock.utc_s())
    for packet in film.at(T0 + at_s, at_s):
        recorder.put("gate", packet, info)
    recorder.pump()


def test_the_file_that_is_being_written_is_read_as_far_as_it_goes(recorder: Recorder) -> None:
    recorder.recover()
    film = stream(25.0, fps=FPS)
    packets = list(film.at(T0))
    for packet in packets[:80]:
        recorder.put("gate", packet, film.info)
    recorder.pump()
    pictures = Playback(recorder, "gate", T0).pictures()
    first = list(iter(lambda: next(pictures), None))
    assert 10 <= len(first) / FPS <= 16
    for packet in packets[80:]:
        recorder.put("gate", packet, film.info)
    recorder.pump()
    more = list(iter(lambda: next(pictures), None))
    assert moments(first + more) == [round(n / FPS, 3) for n in range(len(first + more))]
    assert len(first + more) / FPS >= 22
    assert len(runs(first + more)) == 1
    assert list(islice(pictures, 2)) == [None, None]
    recorder.stop()


def test_the_timeline_of_an_interval_has_footage_gaps_and_causes(recorder: Recorder) -> None:
    recorder.recover()
    feed(recorder, 100, 25)
    recorder.put_end("gate", GapCause.OFFLINE, "refused")
    recorder.pump()
    feed(recorder, 183, 25)
    recorder.put_end("gate", GapCause.AUTH_FAILED, "401")
    clock = recorder._clock
    assert isinstance(clock, ManualClock)
    clock.advance(T0 + 300 - clock.utc_s())
    recorder.pump()
    found = recorder.timeline("gate", Span(T0 + 50, T0 + 400))
    assert found.is_known
    assert found.as_of_s == T0 + 300
    assert [(round(s.start_s - T0), round(s.end_s - T0)) for s in found.spans] == [
        (100, 125),
        (183, 208),
    ]
    told = [(round(g.span.start_s - T0), round(g.span.end_s - T0), g.cause) for g in found.gaps]
    assert told == [
        (50, 100, GapCause.BEFORE_FIRST_FOOTAGE),
        (125, 183, GapCause.OFFLINE),
        (208, 300, GapCause.AUTH_FAILED),
    ]
    nobody = recorder.timeline("yard", Span(T0, T0 + 400))
    assert [g.cause for g in nobody.gaps] == [GapCause.BEFORE_FIRST_FOOTAGE]
    assert nobody.spans == ()
    recorder.stop()


def long_film(folder: Path, suffix: str) -> Path:
    """200 s at 5/s with a keyframe each 10 s, as a network recorder writes it."""
    return shutil.copyfile(
        film(200, fps=FPS, gop=10 * FPS, suffix=suffix, b_frames=2), folder / f"a{suffix}"
    )


@pytest.mark.whole
@pytest.mark.parametrize("suffix", [".ts", ".vob", ".mp4", ".mkv"])
def test_a_leap_lands_at_the_keyframe_before_the_moment(suffix: str, tmp_path: Path) -> None:
    """Transport and program streams have no index: a leap lands anywhere in a GOP."""
    shelf = Folder(Piece(long_film(tmp_path, suffix), Span(T0, T0 + 200)))
    with av.open(str(shelf.pieces("gate", T0)[0].path)) as container:
        packets = [p for p in container.demux(video=0) if p.pts is not None]
    keyframes_s = [float((p.pts - packets[0].pts) * p.time_base) for p in packets if p.is_keyframe]
    assert len(keyframes_s) < 40
    for asked_s in (95, 104.9, 133.3, 155, 199.5):
        first = watch(shelf, asked_s)[0]
        assert first.packet.is_keyframe
        before_s = max(s for s in keyframes_s if s <= asked_s)
        assert first.packet.utc_s - T0 == pytest.approx(before_s, abs=0.01)


def test_pictures_without_a_time_are_played(tmp_path: Path) -> None:
    """A program stream puts small pictures into one packet, which says a single time."""
    path = make_video(tmp_path / "a.vob", count=100, gop=25)
    with av.open(str(path)) as container:
        packets = [p for p in container.demux(video=0) if p.size]
        assert len(packets) == 100
        assert sum(p.pts is None for p in packets) > 50
    shelf = Folder(Piece(path, Span(T0, T0 + 4)))
    assert moments(watch(shelf, 0)) == pytest.approx([n / 25 for n in range(100)], abs=0.01)


def test_matroska_with_b_frames_begins_with_its_first_picture(tmp_path: Path) -> None:
    path = long_film(tmp_path, ".mkv")
    found = watch(Folder(Piece(path, Span(T0, T0 + 200))), 0)
    assert moments(found)[0] == 0.0
    assert len(found) == 1000


def test_a_turned_foreign_recording_is_turned_for_the_browser(tmp_path: Path) -> None:
    path = corner_film(tmp_path / "a.mp4", matrix=(0, 1, -1, 0))
    found = watch(Folder(Piece(path, Span(T0, T0 + 2))), 0)
    order = PlayOrder(
        view_id=UUID(int=1),
        camera_id="gate",
        accepts=(VideoCodec.H264,),
        from_at=datetime.fromtimestamp(T0, UTC),
    )
    path_of = PathMaker(LiveConfig()).make(order, found[0].info, found[0].packet)
    assert path_of.is_transcoded
    path_of.close()
