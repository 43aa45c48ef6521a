"""The commands on our own recordings: disk against index, and one file to hand over."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import av
import numpy as np
import pytest
from click.testing import Result
from typer.testing import CliRunner

from api.contract.footage.spans import Span
from api.contract.retention import GapCause as G
from pipeline.core.clock import ManualClock
from pipeline.core.errors import ConfigError, MinganError
from pipeline.recorders.errors import ExportError
from pipeline.recorders.probe import FileState, probe
from pipeline.recorders.recorder import Recorder, RecorderSettings
from pipeline.recorders.retention import RetentionPolicy
from pipeline.recorders.root_lock import RootLock
from tests.recorders.film import decoded, stream
from tests.recorders.test_recorder import BEGIN, Box, ScriptedDisk

ZONE = ZoneInfo("Asia/Shanghai")
# 2026-05-28T20:26:40Z


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    """Two minutes of a camera, half a minute away, one minute more."""
    clock, disk = ManualClock(BEGIN), ScriptedDisk()
    settings = RecorderSettings(tmp_path / "rec", ZONE, reserve_bytes=0)
    recorder = Recorder(settings, {"gate": RetentionPolicy(30)}, clock, disk=disk)
    recorder.recover()
    made = Box(settings.root, clock, disk, recorder, settings)
    made.watch(120)
    made.away(30)
    made.watch(60)
    recorder.stop()
    yield made
    made.recorder.index.close()


def call(*words: object) -> Result:
    from pipeline.recordings_cli import recordings_app

    return CliRunner().invoke(recordings_app, [str(word) for word in words])


def check(box: Box, *options: str) -> tuple[int, dict[str, tuple[str, bool]]]:
    result = call("check", "--root", box.root, "--json", *options)
    answer = json.loads(result.output)
    assert answer["open_problems"] == sum(not f["repaired"] for f in answer["findings"])
    return result.exit_code, {
        f["path"].split("/")[-1]: (f["problem"], f["repaired"]) for f in answer["findings"]
    }


def files(box: Box) -> list[Path]:
    return sorted(box.root.rglob("*.mp4"))


def test_all_is_well(box: Box) -> None:
    assert check(box) == (0, {})
    result = call("check", "--root", box.root)
    assert "3 files, 3 rows, 0 findings, 0 open" in result.output


def test_every_fault_is_found_and_repaired(box: Box) -> None:
    first, second, third = files(box)
    first.unlink()
    os.truncate(second, second.stat().st_size // 2)
    third.rename(third.with_name("202930_000.mp4"))
    (third.parent / "203000_000.mp4").write_bytes(b"x" * 99)
    found = {
        "202640_000.mp4": "file_missing",
        "202740_000.mp4": "truncated",
        "202910_000.mp4": "file_missing",
        "202930_000.mp4": "not_indexed",
        "203000_000.mp4": "not_footage",
    }
    code, problems = check(box)
    assert code == 1
    assert problems == {name: (problem, False) for name, problem in found.items()}
    code, problems = check(box, "--repair")
    assert code == 1  # what is no footage stays, and stays reported
    assert problems["202740_000.mp4"] == ("truncated", True)
    assert problems["203000_000.mp4"] == ("not_footage", False)
    assert check(box)[1].keys() == {"203000_000.mp4"}
    (third.parent / "203000_000.mp4").unlink()
    assert check(box) == (0, {})
    box.restart()
    causes = [(round(a), cause) for a, _, cause in box.gaps()]
    assert (0, G.FILE_MISSING) in causes
    assert G.DAMAGED in {cause for _, cause in causes}
    assert box.footage()[0][0] == 60.0


def test_an_unfinished_file_is_finished(box: Box) -> None:
    film = stream(10)
    box.restart()
    feed = box.recorder.camera("gate")
    for packet in film.at(BEGIN + 500):
        feed.add(packet, film.info)
    box.recorder.pump()
    assert check(box)[1] == {"203500_000.mp4.part": ("unfinished", False)}
    assert check(box, "--repair")[1] == {"203500_000.mp4.part": ("unfinished", True)}
    assert check(box) == (0, {})


def test_a_lost_index_is_made_anew(box: Box) -> None:
    for path in box.root.glob("index.sqlite*"):
        path.unlink()
    result = call("check", "--root", box.root)
    assert isinstance(result.exception, ConfigError)
    assert "--repair" in result.exception.line()
    code, problems = check(box, "--repair")
    assert code == 0
    assert set(problems.values()) == {("not_indexed", True)}


def test_repair_waits_for_the_recorder_to_stop(box: Box) -> None:
    lock = RootLock(box.root)
    lock.acquire()
    try:
        result = call("check", "--root", box.root, "--repair")
        assert isinstance(result.exception, ConfigError)
        assert "Stop the worker" in result.exception.line()
        assert check(box) == (0, {})  # looking is always allowed
    finally:
        lock.release()


def export(box: Box, begin_s: float, end_s: float, out: Path, *options: str) -> dict:
    return exported(box.root, begin_s, end_s, out, *options)


def exported(root: Path, begin_s: float, end_s: float, out: Path, *options: str) -> dict:
    """What the command says of an export of the camera ``gate``; times from ``BEGIN``."""
    result = call(
        "export", "--root", root, "--camera", "gate", "--time-zone", "UTC", "--out", out,
        "--from", _text(begin_s), "--to", _text(end_s), "--json", *options,
    )  # fmt: skip
    if result.exception:
        raise result.exception
    return json.loads(result.output)


def _text(offset_s: float) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(BEGIN + offset_s, UTC).isoformat()


@pytest.mark.parametrize(
    ("begin", "end", "pictures"),
    [(0, 120, 600), (10, 20, 50), (50, 70, 100), (58.5, 61.1, 16), (0, 1, 5)],
)
def test_an_export_holds_the_pictures_asked_for(
    box: Box, tmp_path: Path, begin: float, end: float, pictures: int
) -> None:
    out = tmp_path / "out" / "gate.mp4"
    answer = export(box, begin, end, out)
    times = decoded(out)
    assert len(times) == pictures
    steps = {round(b - a, 2) for a, b in itertools.pairwise(times)}
    assert steps == {0.2}
    assert times[0] == 0
    assert answer["gaps"] == []
    assert answer["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    assert answer["bytes"] == out.stat().st_size
    assert probe(out).state is FileState.WHOLE
    with av.open(str(out)) as container:
        assert container.metadata["title"] == "gate"


def test_a_gap_inside_an_export_is_told_and_shows_as_time(box: Box, tmp_path: Path) -> None:
    out = tmp_path / "gate.mp4"
    answer = export(box, 100, 170, out)
    ((gap),) = answer["gaps"]
    assert (gap["seconds"], gap["cause"]) == (pytest.approx(30, abs=0.01), "offline")
    times = decoded(out)
    assert len(times) == 200
    assert max(b - a for a, b in itertools.pairwise(times)) == pytest.approx(30.2)
    # Our own audit sees the gap in the file, too.
    assert len(probe(out).runs_s) == 2


def test_an_export_of_h265_and_b_frames_plays(tmp_path: Path) -> None:
    clock = ManualClock(BEGIN)
    settings = RecorderSettings(tmp_path / "rec", ZONE, reserve_bytes=0, segment_s=10)
    recorder = Recorder(settings, {}, clock, disk=ScriptedDisk())
    box = Box(settings.root, clock, ScriptedDisk(), recorder, settings)
    box.watch(30, film=stream(10, codec="libx265", b_frames=2))
    recorder.stop()
    export(box, 5, 25, tmp_path / "out.mp4")
    times = decoded(tmp_path / "out.mp4")
    # A B-frame's picture needs the one shown after it; keyframes are a second apart.
    assert 100 <= len(times) <= 107
    assert times == pytest.approx([n / 5 for n in range(len(times))], abs=0.01)


def test_a_changed_stream_is_not_forced_into_one_file(tmp_path: Path) -> None:
    clock = ManualClock(BEGIN)
    settings = RecorderSettings(tmp_path / "rec", ZONE, reserve_bytes=0)
    recorder = Recorder(settings, {}, clock, disk=ScriptedDisk())
    box = Box(settings.root, clock, ScriptedDisk(), recorder, settings)
    box.watch(10)
    box.watch(10, film=stream(10, width=96))
    recorder.stop()
    with pytest.raises(ExportError, match="separately"):
        export(box, 0, 20, tmp_path / "out.mp4")
    assert not (tmp_path / "out.mp4").exists()
    assert not list(tmp_path.glob(".*part"))
    export(box, 0, 9.9, tmp_path / "out.mp4")


def test_what_cannot_be_exported_says_why(box: Box, tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    with pytest.raises(ExportError, match="no footage"):
        export(box, 1000, 1100, out)
    out.write_bytes(b"mine")
    with pytest.raises(ExportError, match="exists"):
        export(box, 0, 10, out)
    assert out.read_bytes() == b"mine"
    result = call(
        "export", "--root", box.root, "--camera", "yard", "--out", tmp_path / "b.mp4",
        "--from", "2026-05-28", "--to", "2026-05-30",
    )  # fmt: skip
    assert isinstance(result.exception, MinganError)
    assert "Recorded are: gate" in result.exception.line()


def luma(path: Path) -> np.ndarray:
    """The mean picture, as many times as brightness counts."""
    with av.open(str(path)) as container:
        pictures = [f.to_ndarray(format="gray") for f in container.decode(video=0)]
    return np.mean(np.array(pictures, np.float64), axis=0)


def test_a_watermark_is_on_every_picture_and_changes_no_time(box: Box, tmp_path: Path) -> None:
    plain, marked = tmp_path / "plain.mp4", tmp_path / "marked.mp4"
    before = export(box, 100, 170, plain)
    after = export(box, 100, 170, marked, "--watermark", "派出所 A1")
    assert before["watermark"] is None
    assert after["watermark"] == {
        "text": "派出所 A1",
        "codec": "h264",
        "source_sha256": before["sha256"],
        "pictures_left_out": 0,
    }
    assert after["sha256"] == hashlib.sha256(marked.read_bytes()).hexdigest()
    assert after["sha256"] != before["sha256"]
    assert [after[key] for key in ("start", "end", "gaps")] == [
        before[key] for key in ("start", "end", "gaps")
    ]
    assert decoded(marked) == pytest.approx(decoded(plain), abs=1e-4)
    assert len(probe(plain).runs_s) == 2
    for run, same in zip(probe(marked).runs_s, probe(plain).runs_s, strict=True):
        assert run == pytest.approx(same, abs=0.01)
    with av.open(str(marked)) as container, av.open(str(plain)) as source:
        assert container.duration == pytest.approx(source.duration, abs=1000)
        assert container.metadata["title"] == "gate"
        assert container.metadata["creation_time"] == source.metadata["creation_time"]
        assert "派出所 A1" in container.metadata["comment"]
    changed = np.abs(luma(marked) - luma(plain))
    assert (changed > 40).sum() > 100
    assert (changed < 5).mean() > 0.3
    assert not list(tmp_path.glob(".*"))


def test_the_same_watermark_gives_the_same_file(box: Box, tmp_path: Path) -> None:
    first, second = (
        export(box, 10, 14, tmp_path / name, "--watermark", "为查失物")
        for name in ("a.mp4", "b.mp4")
    )
    assert first["sha256"] == second["sha256"]


def test_a_watermark_is_told_to_people(box: Box, tmp_path: Path) -> None:
    result = call(
        "export", "--root", box.root, "--camera", "gate", "--time-zone", "UTC",
        "--out", tmp_path / "a.mp4", "--from", _text(10), "--to", _text(12),
        "--watermark", "张伟",
    )  # fmt: skip
    assert result.exit_code == 0
    assert "encoded again as H.264 with the words '张伟'; the copy" in result.stdout
    assert result.stderr == ""  # the bar is for terminals


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("a\nb", "U+000A"),
        ("a\u202eb", "U+202E"),
        ("字" * 121, "121 characters"),
        ("收件人𰻞", "𰻞"),
        ("这一行字对这么小的画面来说实在是太长了" * 4, "64 x 48"),
    ],
)
def test_a_watermark_that_cannot_be_drawn_leaves_no_file(
    box: Box, tmp_path: Path, text: str, what: str
) -> None:
    out = tmp_path / "out" / "a.mp4"
    with pytest.raises(ConfigError) as raised:
        export(box, 10, 12, out, "--watermark", text)
    assert what in raised.value.line()
    assert "--watermark" in raised.value.line()
    assert not out.parent.exists() or not list(out.parent.iterdir())


def test_pictures_nobody_can_decode_are_counted(box: Box, tmp_path: Path) -> None:
    first = files(box)[0]
    with av.open(str(first)) as container:
        packets = [p for p in container.demux(video=0) if p.size]
    damaged = bytearray(first.read_bytes())
    for packet in packets[11:14]:
        damaged[packet.pos + 4 : packet.pos + packet.size] = b"\xff" * (packet.size - 4)
    first.write_bytes(damaged)
    answer = export(box, 0, 10, tmp_path / "a.mp4", "--watermark", "张伟")
    assert answer["watermark"]["pictures_left_out"] == 3
    assert len(decoded(tmp_path / "a.mp4")) == 47


def test_an_export_for_people_is_a_line_for_sha256sum(box: Box, tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    result = call(
        "export", "--root", box.root, "--camera", "gate", "--time-zone", "UTC", "--out", out,
        "--from", _text(100), "--to", _text(170),
    )  # fmt: skip
    first, _, gap = result.output.splitlines()
    assert first == f"{hashlib.sha256(out.read_bytes()).hexdigest()}  {out}"
    assert gap.startswith("gap 2026-05-28T20:28:40+00:00")
    assert gap.endswith("offline")


def test_our_own_recordings_pass_our_own_audit(box: Box) -> None:
    result = call(
        "audit", "--root", box.root, "--pattern", "{camera}/%Y%m%d/%H%M%S_%f.mp4",
        "--time-zone", "UTC", "--from", _text(0), "--to", _text(210), "--require-days", 0, "--json",
    )  # fmt: skip
    (row,) = json.loads(result.output)["cameras"]
    ((gap),) = row["gaps"]
    assert row["state"] == "gap"
    assert gap["seconds"] == pytest.approx(30.0, abs=0.01)
    window = Span(BEGIN, BEGIN + 210)
    box.restart()
    covered = sum(s.seconds for s in box.recorder.coverage("gate", window))
    assert row["completeness"] == pytest.approx(covered / 210, abs=1e-4)


def hold(*words: object) -> Result:
    from pipeline.holds_cli import holds_app

    return CliRunner().invoke(holds_app, [str(word) for word in words])


def test_what_is_held_stays_until_it_is_released(box: Box) -> None:
    root = ("--root", box.root)
    window = ("--from", "2026-05-28T20:27:50Z", "--to", "2026-05-28T20:28:00Z")
    result = hold("add", *root, "--camera", "gate", *window, "--reason", "事故")
    assert result.output == "1\n"
    listed = hold("list", *root, "--json").output
    assert json.loads(listed)["holds"] == [
        {
            "id": 1,
            "camera": "gate",
            "start": "2026-05-29T04:27:50+08:00",
            "end": "2026-05-29T04:28:00+08:00",
            "reason": "事故",
        }
    ]
    assert "gate  2026-05-29T04:27:50+08:00 …" in hold("list", *root).output
    full = replace(box.settings, max_bytes=1)
    for is_held in (True, False):
        recorder = Recorder(full, {}, box.clock, disk=box.disk)
        recorder.recover()
        recorder.pump()
        left = [s.span.start_s - BEGIN for s in recorder.index.segments("gate")]
        assert left == ([60.0] if is_held else [])
        recorder.stop()
        if is_held:
            assert hold("release", "1", *root).exit_code == 0
    assert json.loads(hold("list", *root, "--json").output) == {"holds": []}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("add", "--camera", "gaet", "--from", "2026-05-28", "--to", "2026-05-29", "--reason", "x"),
         "no camera 'gaet' was ever recorded here. Write one of gate"),
        (("release", "7"), "nothing is held under the number 7"),
    ],
)  # fmt: skip
def test_a_hold_of_nothing_is_refused(box: Box, words: tuple[str, ...], says: str) -> None:
    error = hold(*words, "--root", box.root).exception
    assert isinstance(error, ConfigError)
    assert says in error.line()
