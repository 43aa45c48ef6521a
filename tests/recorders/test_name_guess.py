"""A folder's names are guessed as they were written, proven by files, or told to be ambiguous."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from pipeline.core.errors import ConfigError
from pipeline.pattern_cli import USUAL, settled_pattern
from pipeline.recorders.name_guess import Guess, guess_pattern
from pipeline.recorders.name_pattern import NamePattern
from pipeline.recordings_cli import recordings_app
from tests.recorders.dav import write_dav
from tests.recorders.film import film

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 5, 3, 7, 58, tzinfo=ZONE)
NOW_S = datetime(2026, 11, 30, tzinfo=ZONE).timestamp()
LONG_S = 300
"""Longer than what two clocks may be apart."""
STARTS = [START + timedelta(seconds=n * LONG_S) for n in range(8)]
Name = Callable[[str, datetime, datetime], str]


def _write(
    root: Path,
    name: Name,
    cameras: Sequence[str] = ("ch01", "ch02"),
    starts: Sequence[datetime] = STARTS,
    *,
    is_copied: bool = False,
) -> None:
    """Files that follow each other, last written as they end, or copied this year's last day."""
    source = film(LONG_S, fps=1, gop=60)
    for camera in cameras:
        for start in starts:
            end = start + timedelta(seconds=LONG_S)
            path = root / name(camera, start, end)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(source.read_bytes())
            at_s = NOW_S if is_copied else end.timestamp()
            os.utime(path, (at_s, at_s))


def _guess(root: Path) -> Guess:
    return guess_pattern(root, ZONE, NOW_S)


LAYOUTS: dict[str, Name] = {
    "{camera}/%Y-%m-%d/%H-%M-%S.mp4": lambda c, a, b: f"{c}/{a:%Y-%m-%d/%H-%M-%S}.mp4",
    "{camera}/%Y%m%d/%H%M%S.mp4": lambda c, a, b: f"{c}/{a:%Y%m%d/%H%M%S}.mp4",
    "{camera}_00000000012345678_%Y%m%d%H%M%S.mp4": lambda c, a, b: (
        f"{c}_00000000012345678_{a:%Y%m%d%H%M%S}.mp4"
    ),
    "NVR_{camera}_main_%Y%m%d%H%M%S_*.mp4": lambda c, a, b: (
        f"NVR_{c}_main_{a:%Y%m%d%H%M%S}_{b:%Y%m%d%H%M%S}.mp4"
    ),
    "%Y-%m-%d/{camera}/dav/*/%H.%M.%S-*[M][0@0][0].mp4": lambda c, a, b: (
        f"{a:%Y-%m-%d}/{c}/dav/{a:%H}/{a:%H.%M.%S}-{b:%H.%M.%S}[M][0@0][0].mp4"
    ),
    "{camera}/%Y%m%d/%H%M%S_%f.mp4": lambda c, a, b: f"{c}/{a:%Y%m%d/%H%M%S}_{a.minute:03}.mp4",
    "%Y-%m-%d/%H/{camera}/%M.%S.mp4": lambda c, a, b: f"{a:%Y-%m-%d/%H}/{c}/{a:%M.%S}.mp4",
    "%Y/%m/%d/{camera}/%H/%M%S.mp4": lambda c, a, b: f"{a:%Y/%m/%d}/{c}/{a:%H/%M%S}.mp4",
    "{camera}/%Y年%m月%d日/%H时%M分%S秒.mp4": lambda c, a, b: (
        f"{c}/{a:%Y}年{a:%m}月{a:%d}日/{a:%H}时{a:%M}分{a:%S}秒.mp4"
    ),
    "{camera}/%s.mp4": lambda c, a, b: f"{c}/{a.timestamp():.0f}.mp4",
    "{camera}/%Y%m%dT%H%M%S%z.mp4": lambda c, a, b: f"{c}/{a.astimezone(UTC):%Y%m%dT%H%M%S}Z.mp4",
    "{camera}-%Y-%m-%d-%H-%M.mp4": lambda c, a, b: f"{c}-{a:%Y-%m-%d-%H-%M}.mp4",
}


_AMBIGUOUS = "{camera}_00000000012345678_%Y%m%d%H%M%S.mp4"
"""Of one camera of digits: which of two numbers it is nobody can tell."""


@pytest.mark.parametrize("is_copied", [False, True])
@pytest.mark.parametrize(
    ("pattern", "cameras"),
    [
        (pattern, cameras)
        for pattern in LAYOUTS
        for cameras in (("ch01", "ch02"), ("007",))
        if (pattern, cameras) != (_AMBIGUOUS, ("007",))
    ],
)
def test_what_recorders_write_is_guessed_and_three_files_bear_it_out(
    tmp_path: Path, pattern: str, is_copied: bool, cameras: tuple[str, ...]
) -> None:
    _write(tmp_path, LAYOUTS[pattern], cameras, is_copied=is_copied)
    [found] = _guess(tmp_path).candidates
    assert found.pattern == pattern
    assert found.is_confirmed
    assert len(found.witnesses) == 3
    for each in found.witnesses:
        assert each.seconds == pytest.approx(LONG_S)
        named = NamePattern(pattern, ZONE).read(each.path)
        assert named is not None
        assert each.start_s == named.start_s


def test_dahuas_own_files_are_read(tmp_path: Path) -> None:
    source = film(10, fps=5, suffix=".ts")
    for number in range(4):
        start = START + timedelta(seconds=10 * number)
        end = start + timedelta(seconds=10)
        folder = tmp_path / f"{start:%Y-%m-%d}/001/dav/{start:%H}"
        folder.mkdir(parents=True, exist_ok=True)
        write_dav(source, folder / f"{start:%H.%M.%S}-{end:%H.%M.%S}[R][0@0][0].dav", start, 5)
    [found] = _guess(tmp_path).candidates
    assert found.pattern == "%Y-%m-%d/{camera}/dav/*/%H.%M.%S-*[R][0@0][0].dav"
    assert found.is_confirmed


def _day_first(camera: str, start: datetime, _: datetime) -> str:
    return f"{camera}/{start:%d-%m-%Y/%H-%M-%S}.mp4"


def test_day_and_month_are_told_apart_by_when_files_were_written(tmp_path: Path) -> None:
    _write(tmp_path, _day_first)
    [found] = _guess(tmp_path).candidates
    assert found.pattern == "{camera}/%d-%m-%Y/%H-%M-%S.mp4"


def test_or_by_days_that_follow_each_other(tmp_path: Path) -> None:
    days = [START + timedelta(days=d, seconds=n * LONG_S) for d in range(5) for n in range(3)]
    _write(tmp_path, _day_first, starts=days, is_copied=True)
    [found] = _guess(tmp_path).candidates
    assert found.pattern == "{camera}/%d-%m-%Y/%H-%M-%S.mp4"


def test_or_else_both_are_told_and_none_is_taken(tmp_path: Path) -> None:
    _write(tmp_path, _day_first, is_copied=True)
    both = {"{camera}/%d-%m-%Y/%H-%M-%S.mp4", "{camera}/%m-%d-%Y/%H-%M-%S.mp4"}
    assert {each.pattern for each in _guess(tmp_path).candidates} == both
    with pytest.raises(ConfigError, match="2 ways") as refused:
        settled_pattern(tmp_path, ZONE, yes=True, is_asked=lambda: True)
    assert all(pattern in str(refused.value) for pattern in both)


def test_which_of_two_numbers_is_the_camera_is_not_guessed(tmp_path: Path) -> None:
    _write(tmp_path, LAYOUTS[_AMBIGUOUS], ("007",))
    assert {each.pattern for each in _guess(tmp_path).candidates} == {
        "{camera}_00000000012345678_%Y%m%d%H%M%S.mp4",
        "007_{camera}_%Y%m%d%H%M%S.mp4",
    }


def test_a_name_that_says_when_a_file_ends_is_refused(tmp_path: Path) -> None:
    _write(tmp_path, lambda c, a, b: f"{c}/{b:%Y-%m-%d/%H-%M-%S}.mp4")
    assert _guess(tmp_path).candidates == ()
    with pytest.raises(ConfigError, match="may say when it ends"):
        settled_pattern(tmp_path, ZONE, yes=True)


def test_names_without_a_camera_are_refused(tmp_path: Path) -> None:
    _write(tmp_path, lambda c, a, b: f"{a:%Y-%m-%d/%H-%M-%S}.mp4", ("",))
    with pytest.raises(ConfigError, match="no pattern reads") as refused:
        settled_pattern(tmp_path, ZONE, yes=True)
    assert "a folder above" in str(refused.value)


def test_too_few_files_confirm_nothing(tmp_path: Path) -> None:
    _write(tmp_path, LAYOUTS["{camera}/%Y-%m-%d/%H-%M-%S.mp4"], starts=[START])
    with pytest.raises(ConfigError, match="no three files confirm"):
        settled_pattern(tmp_path, ZONE, yes=True, is_asked=lambda: False)


def test_the_usual_pattern_needs_no_answer(tmp_path: Path) -> None:
    assert settled_pattern(tmp_path, ZONE, yes=False) == USUAL, "no recording at all"
    _write(tmp_path, LAYOUTS[USUAL], starts=[START])
    assert settled_pattern(tmp_path, ZONE, yes=False, is_asked=lambda: False) == USUAL


def test_the_command_refuses_without_yes_and_tells_what_it_saw(tmp_path: Path) -> None:
    _write(tmp_path, LAYOUTS["{camera}/%Y-%m-%d/%H-%M-%S.mp4"])
    command = ["audit", "--root", str(tmp_path), "--from", "2026-05-03T07:58",
               "--to", "2026-05-03T08:38", "--require-days", "0", "--json"]  # fmt: skip
    refused = CliRunner().invoke(recordings_app, command)
    assert isinstance(refused.exception, ConfigError)
    assert "--pattern '{camera}/%Y-%m-%d/%H-%M-%S.mp4', or --yes" in str(refused.exception)
    assert refused.stdout == ""
    assert "ch01/2026-05-03/07-58-00.mp4: 2026-05-03 07:58:00, 300 s" in refused.stderr
    taken = CliRunner().invoke(recordings_app, [*command, "--yes"])
    assert taken.exit_code == 0, taken.output
    assert '"state": "compliant"' in taken.stdout


_DATE = st.sampled_from(["%Y%m%d", "%Y-%m-%d", "%Y_%m_%d", "%d-%m-%Y", "%m-%d-%Y", "%y%m%d"])
_TIME = st.sampled_from(["%H%M%S", "%H-%M-%S", "%H.%M.%S", "%H_%M_%S"])
_CAMERAS = st.sampled_from(
    [("ch01", "ch02"), ("1", "2", "3"), ("gate",), ("gate", "yard-2"), ("东门", "食堂"), ("0101",)]
)
_SHAPE = st.sampled_from(
    ["{camera}/{date}/{time}.mp4", "{date}/{camera}/{time}.mp4", "{camera}_{date}_{time}.mp4",
     "{date}/{camera}_{time}.mp4", "{camera}/{date}{time}.mp4", "NVR/{camera}/{date}-{time}_x.mp4"]
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(
    shape=_SHAPE,
    date=_DATE,
    time=_TIME,
    cameras=_CAMERAS,
    begin=st.datetimes(datetime(2024, 1, 1), datetime(2026, 11, 1)),  # noqa: DTZ001
    files=st.integers(4, 9),
    is_copied=st.booleans(),
)
def test_a_tree_is_guessed_as_it_was_written_or_told_to_be_ambiguous(
    shape: str,
    date: str,
    time: str,
    cameras: tuple[str, ...],
    begin: datetime,
    files: int,
    is_copied: bool,
) -> None:
    written = shape.replace("{date}", date).replace("{time}", time)
    first = begin.replace(microsecond=0, tzinfo=ZONE)
    starts = [first + timedelta(seconds=n * LONG_S) for n in range(files)]
    with TemporaryDirectory() as folder:
        root = Path(folder)

        def name(camera: str, start: datetime, _: datetime) -> str:
            return start.strftime(written).replace("{camera}", camera)

        _write(root, name, cameras, starts, is_copied=is_copied)
        names = [name(camera, start, start) for camera in cameras for start in starts]
        candidates = _guess(root).candidates
        meant = _meaning(written, names)
        meanings = [_meaning(each.pattern, names) for each in candidates]
        # A name that says nothing else may stay unread; what is read is read as it was meant.
        if len(candidates) == 1 and candidates[0].is_confirmed:
            assert meanings == [meant]
        elif candidates:
            assert meant in meanings


def _meaning(pattern: str, names: Sequence[str]) -> list[tuple[int, float]]:
    """Of each name the number of its camera, in the order they appear, and when it begins."""
    reader = NamePattern(pattern, ZONE)
    read = [facts for name in names if (facts := reader.read(name))]
    numbers: dict[str, int] = {}
    return [(numbers.setdefault(f.camera, len(numbers)), f.start_s) for f in read]
