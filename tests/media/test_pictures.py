"""What a container says of its pictures is what everybody sees: upright, whole, in its colours."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from pipeline.core.errors import SourceError
from pipeline.core.frame import Frame
from pipeline.live.transcode import Transcoder
from pipeline.video.annotated import AnnotatedWriter
from pipeline.video.decoder import Decoder
from pipeline.video.gate.thumbnail import grey_of
from pipeline.video.probe import probe
from pipeline.video.remux import write_clip
from pipeline.video.sources.file import FileSource
from pipeline.video.watermark import Watermark
from tests.media.films import (
    FPS,
    LEVELS,
    bars_film,
    bright_corner,
    corner_film,
    first_picture,
    levels_of,
    trim_by_edit_list,
)
from tests.video.media import make_video, number_of, read_packets

# (a, b, c, d) of the matrix; where the upper left corner is shown; whether width and height change.
TURNS = {
    "clockwise": ((0, 1, -1, 0), "ur", True),
    "upside down": ((-1, 0, 0, -1), "lr", False),
    "counterclockwise": ((0, -1, 1, 0), "ll", True),
    "mirrored": ((-1, 0, 0, 1), "ur", False),
    "mirrored and clockwise": ((0, -1, -1, 0), "lr", True),
    "mirrored and counterclockwise": ((0, 1, 1, 0), "ul", True),
}


def pictures(path: Path) -> list[Frame]:
    """All pictures of a file as the analysis gets them."""
    packets, info = read_packets(path)
    with Decoder(info, "gate") as decoder:
        return [f for p in packets for f in decoder.decode(p)] + decoder.flush()


@pytest.mark.parametrize("name", TURNS)
def test_a_turned_recording_is_seen_upright(name: str, tmp_path: Path) -> None:
    matrix, corner, is_swapped = TURNS[name]
    path = corner_film(tmp_path / "phone.mp4", count=3, matrix=matrix)
    picture = pictures(path)[0].picture
    size = (128, 192) if is_swapped else (192, 128)
    assert (picture.width, picture.height) == size
    full, small = picture.bgr(), picture.bgr(width=64)
    assert full.shape == (size[1], size[0], 3)
    assert small.shape[1] == 64
    assert abs(small.shape[0] - 64 * size[1] / size[0]) <= 1
    assert {bright_corner(full), bright_corner(small)} == {corner}
    grey = grey_of(picture)
    assert grey.shape[1] * size[1] == pytest.approx(grey.shape[0] * size[0], rel=0.02)
    assert bright_corner(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)) == corner
    report = probe(str(path), 1.0)
    assert (report.width, report.height) == size


def test_ffmpeg_turns_the_same_way(tmp_path: Path) -> None:
    path = corner_film(tmp_path / "phone.mp4", count=3, matrix=TURNS["clockwise"][0])
    assert first_picture(path).rotation == -90  # FFmpeg counts counterclockwise


@pytest.mark.parametrize(
    ("aspect", "size"), [(Fraction(2), (384, 128)), (Fraction(1, 2), (192, 256))]
)
def test_anamorphic_pictures_are_stretched(
    aspect: Fraction, size: tuple[int, int], tmp_path: Path
) -> None:
    path = corner_film(tmp_path / "dv.mp4", count=3, aspect=aspect)
    picture = pictures(path)[0].picture
    assert (picture.width, picture.height) == size
    assert picture.bgr().shape == (size[1], size[0], 3)


def test_clips_and_live_view_of_a_turned_recording_are_upright(tmp_path: Path) -> None:
    path = corner_film(tmp_path / "phone.mp4", matrix=TURNS["clockwise"][0])
    packets, info = read_packets(path)
    facts = write_clip(packets, info, tmp_path / "clip.mp4", 0.0, 2.0)
    assert (facts.width, facts.height) == (128, 192)
    clip = first_picture(tmp_path / "clip.mp4")
    assert (clip.width, clip.height) == (128, 192)
    assert bright_corner(clip.to_ndarray(format="bgr24")) == "ur"
    transcoder = Transcoder(info)
    assert (transcoder.info.width, transcoder.info.height) == (128, 192)
    sent = [made for packet in packets[:3] for made in transcoder.add(packet)]
    transcoder.close()
    with Decoder(transcoder.info, "live") as decoder:
        shown = [f for p in sent for f in decoder.decode(p)] + decoder.flush()
    assert bright_corner(shown[0].picture.bgr()) == "ur"


def with_second_track(path: Path, film: Path, *, first: str) -> Path:
    """The film as the second video track; before it a JPEG, a marked cover, or nothing at all."""
    with av.open(str(film)) as source, av.open(str(path), "w") as output:
        video = source.streams.video[0]
        cover = output.add_stream("mjpeg", rate=1, width=64, height=48)
        cover.pix_fmt = "yuvj420p"
        if first == "cover":
            cover.disposition = av.stream.Disposition.attached_pic
        out = output.add_stream_from_template(video)
        if first != "silent":
            still = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 200, np.uint8), format="bgr24")
            still.pts, still.time_base = 0, Fraction(1)
            output.mux(cover.encode(still))
            output.mux(cover.encode(None))
        for packet in source.demux(video):
            if packet.size:
                packet.stream = out
                output.mux(packet)
    return path


@pytest.mark.parametrize(
    ("first", "suffix"),
    # MP4 keeps a cover beside the tracks, and writes no empty one.
    [("jpeg", ".mkv"), ("jpeg", ".mp4"), ("silent", ".mkv"), ("cover", ".mkv")],
)
def test_the_track_that_lives_is_analysed(first: str, suffix: str, tmp_path: Path) -> None:
    film = make_video(tmp_path / "film.mp4", count=50)
    path = with_second_track(tmp_path / f"a{suffix}", film, first=first)
    with av.open(str(path)) as container:
        assert len(container.streams.video) == 2
    try:
        found = pictures(path)
    except SourceError:
        found = []
    assert {f.size for f in found} == {(192, 128)}
    assert [number_of(f.picture.bgr()) for f in found] == list(range(50))


def test_full_range_keeps_its_levels(tmp_path: Path) -> None:
    for codec in ("libx265", "libx264"):
        path = bars_film(tmp_path / f"{codec}.mp4", codec=codec)
        packets, info = read_packets(path)
        outputs = [tmp_path / f"{codec}-marked.mp4"]
        Watermark("x").rework(path, outputs[0], {})
        if codec == "libx265":
            outputs.append(tmp_path / "clip.mp4")
            write_clip(packets, info, outputs[1], 0.0, 1.0)
        for output in outputs:
            shown = levels_of(first_picture(output).to_ndarray(format="bgr24"))
            assert np.abs(np.array(shown) - LEVELS).max() <= 3, (output.name, shown)
        transcoder = Transcoder(info)
        sent = [made for packet in packets[:5] for made in transcoder.add(packet)]
        transcoder.close()
        with Decoder(transcoder.info, "live") as decoder:
            live = [f for p in sent for f in decoder.decode(p)] + decoder.flush()
        shown = levels_of(live[0].picture.bgr())
        assert np.abs(np.array(shown) - LEVELS).max() <= 6, shown


def colour_film(path: Path, matrix: int) -> Path:
    """HD of one strong colour, encoded and marked with a matrix (1: BT.709, 6: BT.601)."""
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=FPS, width=1280, height=720)
        stream.pix_fmt = "yuv420p"
        context = stream.codec_context
        context.colorspace = context.color_primaries = context.color_trc = matrix
        context.color_range = 1
        for index in range(5):
            picture = np.empty((720, 1280, 3), np.uint8)
            picture[:] = (30, 60, 200)
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24").reformat(
                format="yuv420p", dst_colorspace="ITU709" if matrix == 1 else "ITU601"
            )
            frame.pts, frame.time_base = index, Fraction(1, FPS)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


@pytest.mark.parametrize("matrix", [1, 6])
def test_a_watermark_keeps_the_matrix(matrix: int, tmp_path: Path) -> None:
    path = colour_film(tmp_path / "hd.mp4", matrix)
    Watermark("x").rework(path, tmp_path / "marked.mp4", {})
    marked = first_picture(tmp_path / "marked.mp4")
    assert marked.colorspace == matrix
    corner = marked.to_ndarray(format="bgr24")[5, 5].astype(int)
    assert np.abs(corner - (30, 60, 200)).max() <= 4


@pytest.mark.parametrize(("size", "matrix"), [((1280, 720), 1), ((640, 360), 6)])
def test_an_annotated_video_says_its_matrix(
    size: tuple[int, int], matrix: int, tmp_path: Path
) -> None:
    picture = np.empty((size[1], size[0], 3), np.uint8)
    picture[:] = (30, 60, 200)
    with AnnotatedWriter(tmp_path / "a.mp4", *size, 5.0) as writer:
        writer.write(picture, 0.0)
    frame = first_picture(tmp_path / "a.mp4")
    assert frame.colorspace in ({matrix} if matrix == 1 else {5, 6})
    shown = frame.to_ndarray(format="bgr24")[5, 5].astype(int)
    assert np.abs(shown - (30, 60, 200)).max() <= 4


def test_a_clip_of_an_avi_with_b_frames_goes_forward(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.avi", b_frames=2, count=50)
    found = pictures(path)
    assert [number_of(f.picture.bgr()) for f in found] == list(range(50))
    assert [f.time.media_s for f in found] == pytest.approx([n / FPS for n in range(50)], abs=1e-3)
    packets, info = read_packets(path)
    write_clip(packets, info, tmp_path / "clip.mp4", 0.0, 2.0)
    with av.open(str(tmp_path / "clip.mp4")) as container:
        shown = [number_of(f.to_ndarray(format="bgr24")) for f in container.decode(video=0)]
    assert shown == sorted(shown)
    assert len(shown) >= 48


def test_what_was_trimmed_away_is_not_analysed(tmp_path: Path) -> None:
    """Cut at 8 s of 12 without encoding: the first picture shown is the 200th, at 0 s."""
    path = make_video(tmp_path / "a.mp4", count=300, gop=250)
    trim_by_edit_list(path, 8.0)
    assert number_of(first_picture(path).to_ndarray(format="bgr24")) == 200
    found = pictures(path)
    assert [number_of(f.picture.bgr()) for f in found] == list(range(200, 300))
    assert [f.time.media_s for f in found] == pytest.approx([n / FPS for n in range(100)], abs=1e-3)
    source = FileSource(path, "gate", 1000.0)
    source.open()
    packets = list(source.packets())
    assert next(p.utc_s for p in packets if not getattr(p, "is_hidden", False)) == 1000.0
    assert probe(str(path), 2.0).measured_s == pytest.approx(2.0, abs=0.05)


def test_a_long_gop_joined_late_is_waited_for(tmp_path: Path) -> None:
    """A keyframe each 90 s; who comes 10 s after one gets the next 80 s later."""
    fps = 5
    whole = make_video(tmp_path / "whole.ts", count=100 * fps, fps=fps, gop=90 * fps)
    late = tmp_path / "late.ts"
    with av.open(str(whole)) as source, av.open(str(late), "w") as output:
        video = source.streams.video[0]
        out = output.add_stream_from_template(video)
        for packet in source.demux(video):
            if packet.size and float(packet.pts * packet.time_base) > 11.4:
                packet.stream = out
                output.mux(packet)
    trouble = ""
    try:
        report = probe(str(late), 5.0)
    except SourceError as error:
        trouble = error.line()
    assert trouble == ""
    assert number_of(report.first_picture.bgr()) == 90 * fps
    assert report.measured_s == pytest.approx(5.0, abs=0.3)
