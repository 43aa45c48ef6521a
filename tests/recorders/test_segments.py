"""A segment holds every picture it was given, and a torn one every whole fragment."""

from __future__ import annotations

import errno
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.contract.retention import GapCause
from pipeline.recorders.disk import LocalDisk
from pipeline.recorders.errors import FootageError, StorageError
from pipeline.recorders.index import FootageIndex
from pipeline.recorders.probe import FileState, probe
from pipeline.recorders.recovery import finish_part, our_files, read_segment, recover
from pipeline.recorders.segments import (
    FRAGMENT_S,
    LifePoint,
    Segment,
    SegmentWriter,
    delay_ticks,
    segment_path,
)
from tests.recorders.film import Stream, decoded, stream
from tests.recorders.scripted_disk import ScriptedDisk

NOON = 1_780_000_000.25
DISK = LocalDisk(is_synced=False)


def write(root: Path, film: Stream, *, upto: int | None = None) -> SegmentWriter:
    packets = list(film.at(NOON))[:upto]
    writer = SegmentWriter(root, "gate", film.info, packets[0], DISK)
    for packet in packets[1:]:
        writer.add(packet)
    return writer


@pytest.mark.parametrize("suffix", [".mp4", ".ts"])
@pytest.mark.parametrize("codec", ["libx264", "libx265"])
@pytest.mark.parametrize("b_frames", [0, 2])
def test_every_picture_is_there_at_its_time(
    tmp_path: Path, suffix: str, codec: str, b_frames: int
) -> None:
    film = stream(6, suffix=suffix, codec=codec, b_frames=b_frames)
    segment = write(tmp_path, film).finish()
    assert segment.span.seconds == pytest.approx(6.0, abs=1e-3)
    assert segment.media_s == pytest.approx(6.0)
    assert decoded(tmp_path / segment.path) == pytest.approx([n / 5 for n in range(30)])
    assert read_segment(tmp_path, segment.path) == replace(
        segment, span=read_segment(tmp_path, segment.path).span
    )


def test_the_name_tells_camera_and_utc(tmp_path: Path) -> None:
    segment = write(tmp_path, stream(2)).finish()
    assert segment.path == "gate/20260528/202640_250.mp4"
    found = read_segment(tmp_path, segment.path)
    assert found is not None
    assert found.span.start_s == pytest.approx(NOON, abs=0.001)
    assert not list(tmp_path.rglob("*.part"))


@pytest.mark.parametrize("gop", [5, 10, 100])
def test_no_fragment_is_longer_than_promised(tmp_path: Path, gop: int) -> None:
    """What a killed process loses is what was not yet appended."""
    film = stream(12, gop=gop)
    points: list[float] = []
    packets = list(film.at(NOON))
    writer = SegmentWriter(
        tmp_path, "gate", film.info, packets[0], DISK,
        lambda point: points.append(now) if point is LifePoint.FRAGMENT_WRITTEN else None,
    )  # fmt: skip
    for packet in packets[1:]:
        now = packet.media_s
        writer.add(packet)
    now = 12.0
    writer.finish()
    # One picture more, because a picture's duration is known when the next one comes.
    assert max(b - a for a, b in zip([0.0, *points], points, strict=False)) <= FRAGMENT_S + 0.4


@settings(max_examples=25, deadline=None)
@given(st.floats(0, 1), st.integers(1, 30))
def test_a_part_cut_anywhere_gives_its_whole_fragments(
    tmp_path_factory: pytest.TempPathFactory, share: float, upto: int
) -> None:
    root = tmp_path_factory.mktemp("r")
    writer = write(root, stream(6), upto=upto)
    writer.abandon()
    (path,) = our_files(root)
    part = root / path
    whole = part.read_bytes()
    part.write_bytes(whole[: round(share * len(whole))])
    cut = finish_part(root, path, DISK)
    if cut is None:
        assert share < 1 or upto <= 7
        return
    facts = probe(root / cut.path)
    assert facts.state is FileState.WHOLE
    assert facts.duration_s == pytest.approx(cut.media_s)
    assert len(decoded(root / cut.path)) == round(cut.media_s * 5)
    if share == 1:
        # Fragments of one second (the GOP): the last whole one was appended.
        assert cut.media_s >= (upto - 2) // 5


def test_recovery_finishes_parts_and_adopts_files(tmp_path: Path) -> None:
    film = stream(6)
    write(tmp_path, film).abandon()
    finished = list(film.at(NOON + 60))
    writer = SegmentWriter(tmp_path, "gate", film.info, finished[0], DISK)
    for packet in finished[1:]:
        writer.add(packet)
    writer.finish()
    (tmp_path / "gate/20260528/202800_000.mp4.part").touch()
    (tmp_path / "gate/20260528/notes.txt").touch()
    index = FootageIndex(tmp_path / "index.sqlite")
    recovered = recover(tmp_path, index, DISK)
    assert [s.path for s in recovered.parts] == ["gate/20260528/202640_250.mp4"]
    assert [s.path for s in recovered.adopted] == ["gate/20260528/202740_250.mp4"]
    assert recovered.lost == ("gate/20260528/202800_000.mp4.part",)
    assert [round(s.seconds, 2) for s in index.spans("gate")] == [5.0, 6.0]
    again = recover(tmp_path, index, DISK)
    assert (again.parts, again.adopted) == ((), ())
    index.close()


def test_a_taken_name_is_not_overwritten(tmp_path: Path) -> None:
    first = write(tmp_path, stream(2)).finish()
    second = write(tmp_path, stream(2)).finish()
    assert second.path == "gate/20260528/202640_251.mp4"
    assert (tmp_path / first.path).is_file()


def test_a_stream_without_decoding_times_is_written_and_noticed(tmp_path: Path) -> None:
    film = stream(4, b_frames=2, codec="libx265")
    late = [replace(p, dts=10**6 + n) for n, p in enumerate(film.at(NOON))]
    start = late[0].pts
    packets = [
        replace(p, dts=start + round(n / 5 / film.info.time_base)) for n, p in enumerate(late)
    ]
    writer = SegmentWriter(tmp_path, "gate", film.info, packets[0], DISK)
    for packet in packets[1:]:
        writer.add(packet)
    assert writer.needs_delay
    writer.finish()
    writer = SegmentWriter(
        tmp_path, "gate", film.info, packets[0], DISK, delay_ticks=delay_ticks(film.info)
    )
    for packet in packets[1:]:
        writer.add(packet)
    assert not writer.needs_delay
    times = decoded(tmp_path / writer.finish().path)
    assert times == pytest.approx([n / 5 for n in range(20)])


def test_what_cannot_be_recorded_is_refused(tmp_path: Path) -> None:
    film = stream(2, suffix=".ts")
    packets = list(film.at(NOON))
    with pytest.raises(FootageError, match="keyframe"):
        SegmentWriter(tmp_path, "gate", film.info, packets[1], DISK)
    with pytest.raises(FootageError, match="mjpeg"):
        SegmentWriter(tmp_path, "gate", replace(film.info, codec="mjpeg"), packets[0], DISK)
    bare = replace(packets[0], data=b"\0\0\0\1\x65" + packets[0].data[-40:])
    with pytest.raises(FootageError, match="parameter sets"):
        SegmentWriter(tmp_path, "gate", replace(film.info, extradata=b""), bare, DISK)
    assert not list(tmp_path.rglob("*.*"))


@pytest.mark.parametrize(
    ("number", "cause"),
    [
        (errno.ENOSPC, GapCause.DISK_FULL),
        (errno.EDQUOT, GapCause.DISK_FULL),
        (errno.EROFS, GapCause.DISK_READONLY),
        (errno.EACCES, GapCause.DISK_READONLY),
        (errno.EIO, GapCause.DISK_FAILED),
    ],
)
def test_the_disks_refusal_has_a_cause(tmp_path: Path, number: int, cause: GapCause) -> None:
    disk = ScriptedDisk()
    film = stream(6)
    packets = list(film.at(NOON))
    writer = SegmentWriter(tmp_path, "gate", film.info, packets[0], disk)
    for packet in packets[1:20]:
        writer.add(packet)
    disk.refuses = number

    def go_on() -> None:
        for packet in packets[20:]:
            writer.add(packet)

    with pytest.raises(StorageError) as caught:
        go_on()
    assert caught.value.cause is cause
    writer.abandon()
    disk.refuses = 0
    (path,) = our_files(tmp_path)
    segment = finish_part(tmp_path, path, disk)
    assert segment is not None
    assert segment.media_s >= 3.0


def test_names_sort_by_time() -> None:
    names = [segment_path("c", t) for t in (0, 0.001, 59.9995, 60, 86_399.999, 86_400)]
    assert names == sorted(names)
    assert names[2] == names[3] == "c/19700101/000100_000.mp4"


def test_the_index_remembers(tmp_path: Path) -> None:
    index = FootageIndex(tmp_path / "x" / "index.sqlite")
    from api.contract.footage.spans import Span

    one = Segment("gate", "gate/a.mp4", Span(10, 70), 60, 1000, "h264")
    index.save(one)
    index.save(one)
    assert index.segments("gate") == [one]
    assert index.segments("gate", Span(70, 80)) == []
    assert (index.size_bytes(), index.size_bytes("yard")) == (1000, 0)
    assert index.cameras() == {"gate": 10.0}
    index.begin_absence("gate", 70, GapCause.OFFLINE, "no route")
    index.begin_absence("gate", 75, GapCause.OFFLINE, "still none")
    index.begin_absence("gate", 80, GapCause.AUTH_FAILED)
    index.end_absence("gate", 90)
    assert [(a.span, a.cause) for a in index.absences("gate", Span(0, 100), 100)] == [
        (Span(70, 80), GapCause.OFFLINE),
        (Span(80, 90), GapCause.AUTH_FAILED),
    ]
    index.add_absence("gate", Span(0, 10), GapCause.DELETED)
    index.add_absence("gate", Span(10.5, 20), GapCause.DELETED)
    assert index.absences("gate", Span(0, 30), 100)[0].span == Span(0, 20)
    index.forget("gate/a.mp4")
    assert index.spans("gate") == []
    assert index.cameras() == {"gate": 10.0}
    index.close()


def test_a_segment_that_cannot_begin_leaves_no_file_and_no_handle(tmp_path: Path) -> None:
    film = stream(2)
    (first, *_) = film.at(NOON)
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        with pytest.raises(ZeroDivisionError):
            SegmentWriter(tmp_path, "gate", film.info, first, DISK, lambda _: _fail())
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    assert not list(tmp_path.rglob("*.part"))


def _fail() -> None:
    raise ZeroDivisionError
