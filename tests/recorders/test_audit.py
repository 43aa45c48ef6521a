"""A planted folder is audited exactly: every hole with its length and cause, per camera."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from api.contract.footage.spans import Span
from api.contract.footage.verdict import Verdict
from api.contract.retention import GapCause, RetentionState
from pipeline.core.errors import ConfigError
from pipeline.recorders.audit import Audit, AuditGap, CameraAudit, as_json
from pipeline.recordings_cli import recordings_app
from tests.recorders.film import put

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 5, 1, 8, 0, tzinfo=ZONE)


def plant(root: Path, camera: str, offset_s: float, seconds: float = 60, **how: object) -> Path:
    moment = START + timedelta(seconds=offset_s)
    path = root / camera / moment.strftime("%Y%m%d") / moment.strftime("%H%M%S.mp4")
    return put(path, seconds, fps=1, **how)


def run(root: Path, *options: str, to: str = "2026-05-01T08:10", days: int = 1) -> dict:
    result = CliRunner().invoke(
        recordings_app,
        ["audit", "--root", str(root), "--from", "2026-05-01T08:00", "--to", to,
         "--require-days", str(days), "--json", *options],
    )  # fmt: skip
    if result.exception and result.exit_code != 3:  # 3: a promise is broken
        raise result.exception
    return json.loads(result.output.strip().splitlines()[-1])


def rows(answer: dict) -> dict[str, dict]:
    return {row["camera"]: row for row in answer["cameras"]}


def gaps(answer: dict, camera: str) -> list[tuple[str, str, float, str]]:
    """(start, end, seconds, cause) with times as minutes and seconds."""
    return [
        (gap["start"][14:19], gap["end"][14:19], gap["seconds"], gap["cause"])
        for gap in rows(answer)[camera]["gaps"]
    ]


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten minutes of cameras, each with one thing wrong."""
    root = tmp_path_factory.mktemp("nvr")
    for minute in range(10):
        at = minute * 60
        plant(root, "whole", at)
        # A file of two seconds where one of 60 should be: 58 s are missing.
        plant(root, "short", at, 2 if minute == 4 else 60)
        if minute != 5:
            plant(root, "hole", at)
            plant(root, "covered_by_other", at)
        empty = plant(root, "empty", at)
        cut = plant(root, "truncated", at, movflags="+faststart")
        headless = plant(root, "headless", at)
        foreign = plant(root, "foreign", at)
        if minute == 3:
            os.truncate(empty, 0)
            os.truncate(cut, cut.stat().st_size * 2 // 3)
            os.truncate(headless, headless.stat().st_size - 100)
            foreign.write_text("hello " * 1000, "utf-8")
        # Each file runs ten seconds into the next one; one is missing.
        if minute != 6:
            plant(root, "overlapping", at, 70)
    # Another camera's film lies exactly in the hole of the first.
    plant(root, "other", 300)
    (root / "whole" / "20260501" / "Thumbs.db").write_bytes(b"x")
    return root


def test_a_whole_camera_has_no_gap(planted: Path) -> None:
    row = rows(run(planted))["whole"]
    assert row["gaps"] == []
    assert row["completeness"] == 1.0
    assert row["proven_days"] == round(600 / 86_400, 4)
    assert row["state"] == "immature"
    assert rows(run(planted, days=0))["whole"]["state"] == "compliant"


def test_a_hole_of_58_seconds_is_seen(planted: Path) -> None:
    answer = run(planted)
    assert gaps(answer, "short") == [("04:02", "05:00", 58.0, "no_file")]
    row = rows(answer)["short"]
    assert row["state"] == "gap"
    assert row["completeness"] == pytest.approx(542 / 600)
    assert row["proven_days"] == round(300 / 86_400, 4)


def test_another_cameras_footage_covers_nothing(planted: Path) -> None:
    answer = run(planted)
    assert gaps(answer, "covered_by_other") == [("05:00", "06:00", 60.0, "no_file")]
    assert gaps(answer, "other") == [
        ("00:00", "05:00", 300.0, "before_first_footage"),
        ("06:00", "10:00", 240.0, "no_file"),
    ]


def test_bad_files_are_named_and_are_the_cause(planted: Path) -> None:
    answer = run(planted)
    assert gaps(answer, "empty") == [("03:00", "04:00", 60.0, "empty_file")]
    assert gaps(answer, "foreign") == [("03:00", "04:00", 60.0, "foreign_file")]
    assert gaps(answer, "headless") == [("03:00", "04:00", 60.0, "truncated_file")]
    ((start, end, seconds, cause),) = gaps(answer, "truncated")
    # What is there of the cut file counts.
    assert (start[:2], end, cause) == ("03", "04:00", "truncated_file")
    assert 10 < seconds < 30
    assert rows(answer)["truncated"]["gaps"][0]["files"] == ["truncated/20260501/080300.mp4"]
    assert {(f["path"], f["kind"], f["camera"]) for f in answer["findings"]} == {
        ("empty/20260501/080300.mp4", "empty_file", "empty"),
        ("foreign/20260501/080300.mp4", "foreign_file", "foreign"),
        ("headless/20260501/080300.mp4", "truncated_file", "headless"),
        ("truncated/20260501/080300.mp4", "truncated_file", "truncated"),
        ("whole/20260501/Thumbs.db", "unmatched_name", "whole"),
    }


def test_overlaps_count_once(planted: Path) -> None:
    answer = run(planted)
    assert gaps(answer, "overlapping") == [("06:10", "07:00", 50.0, "no_file")]
    assert rows(answer)["overlapping"]["completeness"] == pytest.approx(550 / 600, abs=1e-6)


def test_an_expected_camera_without_a_file_is_a_row_of_nothing(planted: Path) -> None:
    answer = run(planted, "--expect", "nothing,whole")
    assert rows(answer)["nothing"] == {
        "camera": "nothing",
        "state": "gap",
        "completeness": 0.0,
        "proven_days": 0.0,
        "gaps": [
            {
                "start": "2026-05-01T08:00:00+08:00",
                "end": "2026-05-01T08:10:00+08:00",
                "seconds": 600.0,
                "cause": "no_file",
                "files": [],
            }
        ],
    }
    assert "nothing" not in rows(run(planted))


def test_expected_cameras_from_a_file_with_their_installation(
    planted: Path, tmp_path: Path
) -> None:
    names = tmp_path / "cameras.csv"
    names.write_text("# school 1\nother,2026-05-01T08:05\nwhole,2026-03-01\nabsent\n", "utf-8")
    answer = run(planted, "--expect", str(names))
    assert gaps(answer, "other") == [("06:00", "10:00", 240.0, "no_file")]
    assert rows(answer)["other"]["completeness"] == pytest.approx(60 / 300)
    assert rows(answer)["absent"]["completeness"] == 0


def test_a_minimum_gap_makes_seams_of_holes(planted: Path) -> None:
    assert rows(run(planted, "--min-gap-s", "59"))["short"]["gaps"] == []
    assert len(rows(run(planted, "--min-gap-s", "58"))["short"]["gaps"]) == 1


def test_a_file_that_began_before_the_window_counts_inside_it(tmp_path: Path) -> None:
    plant(tmp_path, "long", -3600, 3900)
    answer = run(tmp_path, to="2026-05-01T08:05")
    assert rows(answer)["long"]["gaps"] == []
    assert rows(answer)["long"]["completeness"] == 1.0
    # Older footage exists, but the window asked for is too short to prove a day.
    assert rows(answer)["long"]["state"] == "unknown"


def test_a_night_of_an_hour_twice(tmp_path: Path) -> None:
    zone = ZoneInfo("Europe/Berlin")
    begin = datetime(2026, 10, 25, 0, 0, tzinfo=zone).timestamp()
    for quarter in range(20):
        moment = datetime.fromtimestamp(begin + quarter * 900, zone)
        name = moment.strftime("%Y%m%d/%H%M%S.mp4")
        path = tmp_path / "c" / name
        if path.exists():  # this recorder adds a letter to a name it used already
            path = path.with_name(path.stem + "b.mp4")
        put(path, 900, fps=1)
        os.utime(path, (begin, begin + quarter * 900 + 900))
    result = CliRunner().invoke(
        recordings_app,
        ["audit", "--root", str(tmp_path), "--pattern", "{camera}/%Y%m%d/%H%M%S*.mp4",
         "--from", "2026-10-25T00:00", "--to", "2026-10-25T04:00", "--require-days", "0",
         "--time-zone", "Europe/Berlin", "--json"],
    )  # fmt: skip
    assert result.exception is None
    (row,) = json.loads(result.output)["cameras"]
    assert (row["gaps"], row["completeness"], row["state"]) == ([], 1.0, "compliant")


def test_files_older_than_the_maximum_are_told(tmp_path: Path) -> None:
    plant(tmp_path, "c", 0, 600)
    put(tmp_path / "c" / "20260301" / "080000.mp4", 60, fps=1)
    gap_free = ["--from", "2026-05-01T08:00", "--max-days", "30"]
    assert rows(run(tmp_path, *gap_free, days=0))["c"]["state"] == "over_retained"
    assert rows(run(tmp_path, "--max-days", "90", days=0))["c"]["state"] == "compliant"


@pytest.fixture
def as_nobody() -> Iterator[Path]:
    """A folder of an ordinary user: the superuser may read everything."""
    with TemporaryDirectory() as name:
        root = Path(name)
        user = os.geteuid()
        if user == 0:
            os.chown(root, 65534, 65534)
            os.seteuid(65534)
        try:
            yield root
        finally:
            os.seteuid(user)


def test_a_folder_that_cannot_be_read_is_unknown_and_not_missing(as_nobody: Path) -> None:
    (as_nobody / "c" / "20260501").mkdir(parents=True)
    (as_nobody / "c" / "20260501").chmod(0)
    try:
        answer = run(as_nobody, "--expect", "c,d")
    finally:
        (as_nobody / "c" / "20260501").chmod(0o700)
    assert {row["camera"]: row["state"] for row in answer["cameras"]} == {
        "c": "unknown",
        "d": "gap",
    }
    assert answer["findings"][0]["kind"] == "unreadable_folder"


def test_a_file_that_cannot_be_read_is_unknown_and_not_missing(as_nobody: Path) -> None:
    path = as_nobody / "c" / "20260501" / "080000.mp4"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x")
    path.chmod(0)
    answer = run(as_nobody)
    assert rows(answer)["c"]["state"] == "unknown"
    assert gaps(answer, "c") == [("00:00", "10:00", 600.0, "unreadable_file")]


def test_people_get_a_table(planted: Path) -> None:
    result = CliRunner().invoke(
        recordings_app,
        ["audit", "--root", str(planted), "--from", "2026-05-01T08:00", "--to",
         "2026-05-01T08:10", "--require-days", "1", "--expect", "nothing"],
    )  # fmt: skip
    assert result.exit_code == 3  # footage is missing
    for text in ("nothing", "0.00 %", "58.0 s", "10 min", "no_file", "whole", "Thumbs.db"):
        assert text in result.output


def test_the_exit_code_says_whether_the_promise_is_kept(tmp_path: Path) -> None:
    def exit_code(*options: str) -> int:
        command = ["audit", "--root", str(tmp_path), "--to", "2026-05-01T08:10", *options]
        return CliRunner().invoke(recordings_app, command).exit_code

    plant(tmp_path, "c", 0, 600)
    since = ("--from", "2026-05-01T08:00")
    assert exit_code("--require-days", "0", *since) == 0
    assert exit_code("--require-days", "1", *since) == 0  # too new to have broken it
    assert exit_code("--require-days", "0", *since, "--expect", "c,gone") == 3
    plant(tmp_path, "c", -600, 300)
    assert exit_code("--require-days", "0", "--from", "2026-05-01T07:50") == 3
    assert "Exit code" in CliRunner().invoke(recordings_app, ["audit", "--help"]).output


def test_lengths_are_told_in_words(tmp_path: Path) -> None:
    """Where 79,009.9 s were printed."""
    put(tmp_path / "c" / "20260430" / "100310.mp4", 0.5, fps=10)
    result = CliRunner().invoke(
        recordings_app,
        ["audit", "--root", str(tmp_path), "--from", "2026-04-30T10:03:10", "--to",
         "2026-05-01T08:00", "--require-days", "1"],
        env={"COLUMNS": "200"},
    )  # fmt: skip
    assert "21 h 56 min" in result.output
    assert "79009" not in result.output


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"--root": "/nowhere/at/all"}, "no such folder"),
        ({"--pattern": "{camera}.mp4"}, "%H"),
        ({"--from": "2026-05-02T00:00"}, "--from is not before --to"),
        ({"--from": "2026-05-01T08:10"}, "--from is not before --to"),
        ({"--from": "yesterday"}, "'yesterday' is no moment"),
        ({"--to": "2026-13-01"}, "is no moment"),
        ({"--time-zone": "Mars/Base"}, "no time zone"),
        ({"--expect": "/nowhere/list.txt"}, "cannot be read"),
        ({"--expect": "forgotten.csv"}, "cannot be read"),
        ({"--expect": ","}, "names no camera"),
        ({"--expect": "gate,2026-09-01"}, "2026-09-01 is a date and no camera"),
        ({"--from": "0001-01-01"}, "no footage of the year 1"),
        ({"--to": "9999-12-31T23:59:59-05:00"}, "no footage of the year 9999"),
        ({"--require-days": "30", "--max-days": "7"}, "cannot both be kept"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    tmp_path: Path, change: dict[str, str], says: str
) -> None:
    options = {
        "--root": str(tmp_path),
        "--from": "2026-05-01T08:00",
        "--to": "2026-05-01T08:10",
        "--require-days": "1",
    } | change
    arguments = [word for pair in options.items() for word in pair]
    result = CliRunner().invoke(recordings_app, ["audit", *arguments])
    assert isinstance(result.exception, ConfigError)
    line = result.exception.line()
    assert says in line
    assert "\n" not in line
    assert result.exception.exit_code == 2


def test_the_root_may_be_empty(tmp_path: Path) -> None:
    assert run(tmp_path)["cameras"] == []
    assert rows(run(tmp_path, "--expect", "a"))["a"]["completeness"] == 0


def test_links_to_folders_are_followed_and_circles_are_not(tmp_path: Path) -> None:
    disk, root = tmp_path / "disk2", tmp_path / "nvr"
    root.mkdir()
    for minute in range(10):
        plant(disk, "far", minute * 60)
        plant(root, "near", minute * 60)
    (root / "far").symlink_to(disk / "far")
    (root / "circle").symlink_to(root)
    (root / "near" / "up").symlink_to(tmp_path)
    (root / "near" / "self").symlink_to("self")
    answer = run(root)
    assert {name: row["completeness"] for name, row in rows(answer).items()} == {
        "far": 1.0,
        "near": 1.0,
    }
    assert [f["path"] for f in answer["findings"]] == ["near/self"]


def test_what_is_no_ordinary_file_does_not_stop_the_audit(tmp_path: Path) -> None:
    for minute in range(10):
        path = plant(tmp_path, "c", minute * 60)
        if minute == 4:
            path.unlink()
            os.mkfifo(path)
    assert gaps(run(tmp_path), "c") == [("04:00", "05:00", 60.0, "foreign_file")]


def test_names_that_are_no_utf8_are_told(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/" + "北门".encode("gbk") + b"/20260501"
    os.makedirs(folder)  # noqa: PTH103 -- a path of bytes
    put(tmp_path / "x.mp4", 60, fps=1)
    os.rename(tmp_path / "x.mp4", folder + b"/080000.mp4")  # noqa: PTH104
    answer = run(tmp_path, to="2026-05-01T08:01", days=0)
    assert [(row["camera"], row["state"]) for row in answer["cameras"]] == [
        (r"\xb1\xb1\xc3\xc5", "compliant")
    ]


@pytest.mark.parametrize(
    ("suffix", "cut", "cause"),
    [
        (".mkv", 0.5, "truncated_file"),
        (".avi", 0.5, "truncated_file"),
        (".flv", 0.5, "truncated_file"),
        (".ts", 0.47, "truncated_file"),
        (".mp4", 0.5, "truncated_file"),
    ],
)
def test_other_containers_whole_and_cut_off(
    tmp_path: Path, suffix: str, cut: float, cause: str
) -> None:
    for minute in range(10):
        at = START + timedelta(minutes=minute)
        path = tmp_path / "c" / at.strftime("%Y/%m/%d/%H-%M-%S") / f"x{suffix}"
        how = {"movflags": "+faststart"} if suffix == ".mp4" else {}
        put(path, 60, fps=1, suffix=suffix, **how)
        if minute == 3:
            # No multiple of a transport stream's packet.
            os.truncate(path, int(path.stat().st_size * cut) // 188 * 188 + 100)
    answer = run(tmp_path, "--pattern", "{camera}/%Y/%m/%d/%H-%M-%S/*")
    ((start, end, seconds, said),) = gaps(answer, "c")
    assert (start[:2], end, said) == ("03", "04:00", cause)
    assert 20 < seconds < 40
    assert rows(answer)["c"]["completeness"] == pytest.approx(1 - seconds / 600, abs=1e-6)


def test_a_file_that_crosses_midnight_and_a_window_inside_a_file(tmp_path: Path) -> None:
    put(tmp_path / "c" / "20260501" / "233000.mp4", 3600, fps=1)
    put(tmp_path / "c" / "20260502" / "003000.mp4", 1800, fps=1)
    inside = run(tmp_path, "--from", "2026-05-01T23:45", to="2026-05-02T00:50", days=0)
    assert (rows(inside)["c"]["gaps"], rows(inside)["c"]["completeness"]) == ([], 1.0)
    after = run(tmp_path, "--from", "2026-05-02T00:10", to="2026-05-02T01:30", days=0)
    assert gaps(after, "c") == [("00:00", "30:00", 1800.0, "no_file")]
    assert rows(after)["c"]["completeness"] == pytest.approx(50 / 80)


@pytest.mark.whole
@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", "2026-03-29", 23),
        ("Europe/Berlin", "2026-10-25", 25),
        ("Asia/Shanghai", "2026-03-29", 24),
    ],
)
def test_a_day_of_23_24_or_25_hours(tmp_path: Path, zone: str, day: str, hours: int) -> None:
    begin = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone)).timestamp()
    for hour in range(hours):
        if hour == 12:
            continue
        moment = datetime.fromtimestamp(begin + hour * 3600, ZoneInfo(zone))
        put(tmp_path / "c" / moment.strftime("%Y%m%d_%H%M%S%z.mp4"), 3600, fps=1)
    end = datetime.fromisoformat(day) + timedelta(days=1)
    answer = run(
        tmp_path, "--from", f"{day}T00:00", "--time-zone", zone,
        "--pattern", "{camera}/%Y%m%d_%H%M%S%z.mp4", to=end.isoformat(),
    )  # fmt: skip
    row = rows(answer)["c"]
    assert [(g["seconds"], g["cause"]) for g in row["gaps"]] == [(3600.0, "no_file")]
    assert row["completeness"] == pytest.approx((hours - 1) / hours, abs=1e-6)
    gap_start = datetime.fromisoformat(row["gaps"][0]["start"]).timestamp()
    assert gap_start == begin + 12 * 3600


def test_a_camera_with_a_gap_is_never_said_to_be_complete() -> None:
    window = Span(0.0, 90 * 86_400.0)
    footage = (Span(0.0, 50.0), Span(52.0, window.end_s))
    hole = Span(50.0, 52.0)
    row = CameraAudit(
        "gate",
        Verdict(RetentionState.GAP, 1 - 2 / window.seconds, 89.9, footage, (hole,), 52.0),
        (AuditGap(hole, GapCause.NO_FILE, ()),),
        False,
        window,
        0.0,
        1,
    )
    (told,) = as_json(Audit((row,), ()), ZONE)["cameras"]
    assert told["completeness"] == 0.999999
