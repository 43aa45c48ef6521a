"""Names are read as they are written, in the school's zone."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.errors import ConfigError
from pipeline.recorders.name_pattern import NamePattern

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
USUAL = "{camera}/%Y%m%d/%H%M%S.mp4"


def utc(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("pattern", "path", "camera", "start"),
    [
        (USUAL, "gate/20260501/080102.mp4", "gate", "2026-05-01T00:01:02"),
        ("./" + USUAL, "gate/20260501/080102.mp4", "gate", "2026-05-01T00:01:02"),
        ("%Y-%m-%d/%H/{camera}/%M.%S.mp4", "2026-05-01/08/门口 1/01.02.mp4", "门口 1",
         "2026-05-01T00:01:02"),
        ("{camera}_%y%j_%H%M*.ts", "c1_26121_0801_extra.ts", "c1", "2026-05-01T00:01:00"),
        ("{camera}/%Y%m%d/%H%M%S_%f.mp4", "c1/20260501/080102_250.mp4", "c1",
         "2026-05-01T00:01:02.250"),
        ("{camera}/%s.mp4", "c1/1777593662.mp4", "c1", "2026-05-01T00:01:02"),
        ("{camera}/%Y%m%dT%H%M%S%z.mp4", "c1/20260501T080102+0200.mp4", "c1",
         "2026-05-01T06:01:02"),
        ("{camera}/%Y/%m/%Y%m%d%H.mkv", "a-b/2026/05/2026050108.mkv", "a-b",
         "2026-05-01T00:00:00"),
        ("{camera}/100%%/%Y%m%d%H.mp4", "c1/100%/2026050108.mp4", "c1", "2026-05-01T00:00:00"),
    ],
)  # fmt: skip
def test_reads(pattern: str, path: str, camera: str, start: str) -> None:
    facts = NamePattern(pattern, SHANGHAI).read(path)
    assert facts is not None
    assert (facts.camera, facts.start_s, facts.other_start_s) == (camera, utc(start), None)


@pytest.mark.parametrize(
    "path",
    [
        "gate/20260501/080102.mp4.part",
        "gate/20260230/080102.mp4",
        "gate/20260501/246060.mp4",
        "x/gate/20260501/080102.mp4",
        "20260501/080102.mp4",
        "gate/20260501/080102_1.mp4",
        "gate/00010101/000000.mp4",
        "gate/99991231/235960.mp4",
    ],
)
def test_other_names_do_not_fit(path: str) -> None:
    assert NamePattern(USUAL, SHANGHAI).read(path) is None


def test_the_two_parts_of_a_repeated_code_must_agree() -> None:
    pattern = NamePattern("{camera}/%Y/%Y%m%d%H.mp4", SHANGHAI)
    assert pattern.read("c/2026/2025050108.mp4") is None


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("%Y%m%d/%H%M%S.mp4", "{camera}"),
        ("{camera}/%H%M%S.mp4", "%Y, %m, %d and %H"),
        ("{camera}/%Y%m%d.mp4", "%H"),
        ("{camera}/%Y%m%d%H%S.mp4", "%H"),
        ("{cam}/%Y%m%d%H.mp4", "unknown field {cam}"),
        ("{camera}/%Y%B%d%H.mp4", "unknown directive %B"),
        ("", "{camera}"),
        ("/mnt/nvr/{camera}/%s.mp4", "no path below the root"),
    ],
)
def test_a_pattern_that_cannot_tell_is_refused(pattern: str, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        NamePattern(pattern, SHANGHAI)
    assert says in caught.value.line()


def test_an_hour_the_clock_shows_twice_has_two_readings() -> None:
    facts = NamePattern(USUAL, BERLIN).read("c/20261025/023000.mp4")
    assert facts is not None
    assert facts.start_s == utc("2026-10-25T00:30")
    assert facts.other_start_s == utc("2026-10-25T01:30")
    skipped = NamePattern(USUAL, BERLIN).read("c/20260329/023000.mp4")
    assert skipped is not None
    assert skipped.other_start_s is None


def test_the_camera_of_a_stranger_is_told_by_its_folder() -> None:
    assert NamePattern(USUAL, SHANGHAI).camera_of("gate/20260501/Thumbs.db") == "gate"
    assert NamePattern("*/{camera}/%s.mp4", SHANGHAI).camera_of("nvr/gate/x") == "gate"
    assert NamePattern("%Y/{camera}/%m%d%H.mp4", SHANGHAI).camera_of("2026/gate/x") is None


@pytest.mark.whole
@given(st.text(max_size=40))
def test_any_name_is_an_answer(path: str) -> None:
    NamePattern("{camera}/%Y%m%d/%H%M%S%z*.mp4", SHANGHAI).read(path)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)))  # noqa: DTZ001
def test_what_a_recorder_writes_is_read_back(moment: datetime) -> None:
    moment = moment.replace(microsecond=0, tzinfo=BERLIN)
    facts = NamePattern(USUAL, BERLIN).read(moment.strftime("cam/%Y%m%d/%H%M%S.mp4"))
    assert facts is not None
    read = datetime.fromtimestamp(facts.start_s, BERLIN)
    assert moment.timestamp() in (facts.start_s, facts.other_start_s)
    assert read.replace(fold=0) == moment.replace(fold=0) or facts.other_start_s is None
