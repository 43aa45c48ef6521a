"""Times inside a foreign file are claims: what they cannot be is never proven, nor missing."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import av
import pytest

from api.contract.footage.spans import Span
from api.contract.footage.verdict import Requirement
from pipeline.recorders.audit import Audit, AuditOrder, CameraAudit, audit
from pipeline.recorders.placing import keeps_local_times
from pipeline.recorders.probe import FileState, probe
from pipeline.video.sources.file import FileSource
from tests.recorders.dav import write_dav
from tests.recorders.film import film

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 5, 1, 8, 0, tzinfo=ZONE)
FPS = 5


def stepping(path: Path, seconds: float, at_s: float, step_s: float) -> Path:
    """A transport stream whose clock is set by so much in the middle of the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    before = round(at_s * FPS)
    part = path.with_suffix(".part")
    written = b""
    with av.open(str(film(seconds, fps=FPS, gop=FPS, suffix=".ts"))) as source:
        video = source.streams.video[0]
        packets = [p for p in source.demux(video) if p.size]
        for numbers, moved_s in ((range(before), 0.0), (range(before, len(packets)), step_s)):
            with av.open(str(part), "w", format="mpegts") as output:
                out = output.add_stream_from_template(video)
                for number in numbers:
                    packet = packets[number]
                    packet.pts = round((2000 + number / FPS + moved_s) * 90_000)
                    packet.dts = packet.pts
                    packet.stream = out
                    output.mux(packet)
            written += part.read_bytes()
    part.unlink()
    path.write_bytes(written)
    return path


def tree(root: Path, minutes: int, *, suffix: str = ".ts", zone: ZoneInfo = ZONE) -> list[Path]:
    """A camera's file for each five minutes, 60 s of pictures standing for each minute of them."""
    made = []
    for number in range(minutes // 5):
        moment = (START + timedelta(minutes=5 * number)).astimezone(zone)
        path = root / "gate" / moment.strftime("%Y%m%d/%H%M%S" + suffix)
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(film(300, fps=FPS, gop=FPS, suffix=suffix), path)
        made.append(path)
    return made


def look(root: Path, minutes: int, suffix: str = ".ts", **how: object) -> tuple[CameraAudit, Audit]:
    window = Span(START.timestamp(), (START + timedelta(minutes=minutes)).timestamp())
    order = AuditOrder(
        root, "{camera}/%Y%m%d/%H%M%S" + suffix, window, Requirement(0, None, ZONE), **how
    )
    answer = audit(order)
    return answer.cameras[0], answer


def minutes_of(row: CameraAudit) -> list[tuple[float, float]]:
    zero_s = START.timestamp()
    return [
        (round((s.start_s - zero_s) / 60, 1), round((s.end_s - zero_s) / 60, 1))
        for s in row.verdict.footage
    ]


def test_a_clock_that_leaps_inside_a_file_proves_nothing_elsewhere(tmp_path: Path) -> None:
    """The file of 08:05 leaps 1000 s at 08:09:30: nothing is proven at 08:26, where no file is."""
    files = tree(tmp_path, 15)
    stepping(files[1], 300, 270, 1000)
    row, _ = look(tmp_path, 60)
    assert minutes_of(row) == [(0.0, 15.0)]


def test_what_does_not_fit_before_the_next_file_is_unknown(tmp_path: Path) -> None:
    files = tree(tmp_path, 15)
    stepping(files[1], 200, 100, 1000)
    row, answer = look(tmp_path, 15)
    assert minutes_of(row) == [(0.0, 6.7), (10.0, 15.0)]
    assert row.verdict.state == "unknown"
    assert [gap.cause for gap in row.gaps] == ["contradictory_times"]
    (finding,) = answer.findings
    assert finding.kind == "contradictory_times"
    assert "the beginning of the next file" in finding.detail


@pytest.mark.parametrize("step_s", [-135.0, -1500.0])
def test_a_clock_that_steps_back_inside_a_file_costs_no_footage(
    step_s: float, tmp_path: Path
) -> None:
    """A transport stream's step back looks like a leap of 26.5 hours: nothing lies a day later."""
    files = tree(tmp_path, 15)
    stepping(files[1], 300, 150, step_s)
    row, _ = look(tmp_path, 15)
    assert minutes_of(row) == [(0.0, 15.0)]
    day, _ = look(tmp_path, 3 * 24 * 60)
    assert minutes_of(day) == [(0.0, 15.0)]


def test_a_real_pause_stays_a_pause(tmp_path: Path) -> None:
    files = tree(tmp_path, 15)
    stepping(files[1], 200, 100, 100)  # 200 s of pictures and 100 s of silence fill five minutes
    row, _ = look(tmp_path, 15)
    assert minutes_of(row) == [(0.0, 6.7), (8.3, 15.0)]
    assert [gap.cause for gap in row.gaps] == ["pause_in_file"]
    assert row.verdict.state == "gap"


@pytest.mark.parametrize("seconds", [2.5, 4.0, 5.0])
def test_a_stall_of_seconds_is_still_seen(seconds: float, tmp_path: Path) -> None:
    facts = probe(stepping(tmp_path / "a.ts", 100, 50, seconds))
    assert facts.state is FileState.WHOLE
    assert facts.runs_s == (
        pytest.approx((0, 50), abs=0.01),
        pytest.approx((50 + seconds, 100 + seconds), abs=0.01),
    )


def test_nothing_is_proven_after_a_file_was_last_written(tmp_path: Path) -> None:
    files = tree(tmp_path, 15)
    written_s = (START + timedelta(minutes=12)).timestamp()
    os.utime(files[2], (written_s, written_s))
    row, answer = look(tmp_path, 15)
    assert minutes_of(row) == [(0.0, 12.0)]
    assert row.verdict.state == "unknown"
    assert "last written" in answer.findings[0].detail


def test_one_list_says_what_a_recording_is(tmp_path: Path) -> None:
    """What can be analysed is never called foreign."""
    dav = write_dav(
        film(60, fps=FPS, gop=FPS, suffix=".ts"), tmp_path / "a.dav", START.astimezone(UTC), FPS
    )
    raw = tmp_path / "a.h264"
    with av.open(str(film(60, fps=FPS, suffix=".ts"))) as source:
        raw.write_bytes(b"".join(bytes(p) for p in source.demux(video=0) if p.size))
    for path in (dav, raw):
        source = FileSource(path, "", 0.0)
        source.open()
        assert sum(1 for _ in source.packets()) == 300
    assert probe(dav).state == "whole"
    assert probe(dav).duration_s == pytest.approx(60, abs=0.3)
    assert (probe(raw).state, probe(raw).runs_s) == ("no_times", ())
    text = tmp_path / "a.txt"
    text.write_text("hello " * 1000, "utf-8")
    assert probe(text).state == "foreign_file"


def test_a_raw_stream_is_unknown_and_not_missing(tmp_path: Path) -> None:
    tree(tmp_path, 5, suffix=".h264")
    row, answer = look(tmp_path, 5, suffix=".h264")
    assert row.verdict.state == "unknown"
    assert [gap.cause for gap in row.gaps] == ["no_times"]
    assert answer.findings[0].kind == "no_times"


@pytest.mark.parametrize("movflags", ["", "+faststart"])
def test_room_taken_beforehand_is_no_cut(movflags: str, tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    shutil.copyfile(film(20, fps=FPS, movflags=movflags), path)
    for zeros in (3, 8, 5_000_000):
        with path.open("ab") as file:
            file.write(b"\0" * zeros)
        assert probe(path).state == "whole"
        assert probe(path).duration_s == pytest.approx(20, abs=0.01)
    with path.open("ab") as file:
        file.write(b"noise that is no box")
    assert probe(path).state == "truncated_file"


def written_as_recorded(files: list[Path]) -> None:
    for number, path in enumerate(files):
        end_s = (START + timedelta(minutes=5 * (number + 1))).timestamp() + 1
        os.utime(path, (end_s, end_s))


def test_names_in_utc_are_told_from_local_ones(tmp_path: Path) -> None:
    written_as_recorded(tree(tmp_path / "utc", 25, zone=ZoneInfo("UTC")))
    row, answer = look(tmp_path / "utc", 25)
    assert minutes_of(row) == [(0.0, 25.0)]
    assert [f.kind for f in answer.findings] == ["names_in_utc"]
    written_as_recorded(tree(tmp_path / "local", 25))
    row, answer = look(tmp_path / "local", 25)
    assert (minutes_of(row), answer.findings) == ([(0.0, 25.0)], ())
    # Copied later: the names stand alone, and are read in the school's time.
    tree(tmp_path / "copied", 25, zone=ZoneInfo("UTC"))
    row, _ = look(tmp_path / "copied", 25)
    assert minutes_of(row) == []


def test_times_of_writing_on_fat_tell_nothing_of_zones() -> None:
    mounts = (
        "/dev/sda1 / ext4 rw 0 0\n/dev/sdb1 /media/NVR\\040stick vfat rw 0 0\n"
        "/dev/sdc1 /media/NVR\\040stick/disk xfs rw 0 0\n"
    )
    assert keeps_local_times(Path("/media/NVR stick/gate"), mounts)
    assert not keeps_local_times(Path("/media/NVR stick/disk/gate"), mounts)
    assert not keeps_local_times(Path("/media/NVR"), mounts)


def test_the_names_zone_can_be_said(tmp_path: Path) -> None:
    tree(tmp_path, 25, zone=ZoneInfo("UTC"))
    row, _ = look(tmp_path, 25, names_zone=ZoneInfo("UTC"))
    assert minutes_of(row) == [(0.0, 25.0)]
