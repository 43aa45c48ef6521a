"""``mingan analyze`` as an engineer uses it: real video in, the same alerts out, each time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import av
import pytest

from tests.e2e.stack import ROOT, street_video
from tests.support.evaluation_data import data_folder

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(420)]
_VISITS = [(60, 197), (227, 448), (503, 698), (744, 868), (923, 1199), (1234, 1359)]
"""Frames at 10/s in which somebody is in ``one_by_one``, from the data folder's README."""
_EVERYWHERE = ROOT / "configs" / "examples" / "intrusion-anywhere.yaml"


def _mingan(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pipeline.cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )


def _analyze(video: Path, out: Path, *more: object) -> list[dict[str, object]]:
    answer = _mingan("analyze", video, "--config", _EVERYWHERE, "--out", out, *more)
    assert answer.returncode == 0, answer.stderr
    return [json.loads(line) for line in (out / "alerts.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.whole
def test_the_street_video_gives_the_same_bytes_twice_with_report_and_pictures(
    tmp_path: Path,
) -> None:
    alerts = _analyze(street_video(), tmp_path / "one")
    _analyze(street_video(), tmp_path / "two", "--no-annotate", "--lang", "en")
    assert alerts
    assert (tmp_path / "one/alerts.jsonl").read_bytes() == (
        tmp_path / "two/alerts.jsonl"
    ).read_bytes()
    for alert in alerts:
        assert 0 <= alert["start_s"] < alert["end_s"] <= 80  # type: ignore[operator]
        picture = (tmp_path / "one" / str(alert["snapshot"])).read_bytes()
        assert picture[:3] == b"\xff\xd8\xff"
    report = (tmp_path / "one/report.html").read_text("utf-8")
    assert "周界入侵" in report
    assert "Perimeter intrusion" in (tmp_path / "two/report.html").read_text("utf-8")
    with av.open(str(tmp_path / "one/annotated/vtest.mp4")) as annotated:
        assert annotated.streams.video[0].codec_context.name == "h264"
        assert sum(1 for _ in annotated.decode(video=0)) > 300


class TestMeasured:
    """Against the truth of the evaluation data."""

    pytestmark = pytest.mark.needs_data

    def test_six_visits_are_six_episodes(self, tmp_path: Path) -> None:
        alerts = _analyze(data_folder() / "videos/one_by_one.mp4", tmp_path, "--no-annotate")
        assert [a["rule"] for a in alerts] == ["perimeter_intrusion"] * 6
        for alert, (first, last) in zip(alerts, _VISITS, strict=True):
            assert alert["start_s"] == pytest.approx(first / 10, abs=1.5)
            assert alert["end_s"] == pytest.approx(last / 10, abs=1.5)

    def test_h264_and_h265_give_the_same_episodes(self, tmp_path: Path) -> None:
        videos = data_folder() / "videos"
        both = [
            _analyze(videos / f"towncentre_{codec}.mp4", tmp_path / codec, "--no-annotate")
            for codec in ("h264", "h265")
        ]
        assert both[0]
        assert len(both[0]) == len(both[1])
        for one, other in zip(*both, strict=True):
            assert one["rule_id"] == other["rule_id"]
            assert one["start_s"] == pytest.approx(other["start_s"], abs=0.5)
            assert one["end_s"] == pytest.approx(other["end_s"], abs=0.5)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("text.mp4", b"this is no video\n" * 50, "not a video"),
        pytest.param("empty.mp4", b"", "empty", marks=pytest.mark.whole),
        pytest.param(None, None, "does not exist", marks=pytest.mark.whole),
    ],
)
def test_a_bad_recording_is_one_clear_line(
    tmp_path: Path, name: str | None, content: bytes | None, expected: str
) -> None:
    video = tmp_path / (name or "missing.mp4")
    if content is not None:
        video.write_bytes(content)
    answer = _mingan("analyze", video, "--config", _EVERYWHERE, "--out", tmp_path / "out")
    assert answer.returncode == 2
    errors = [line for line in answer.stderr.splitlines() if line.startswith("error:")]
    assert len(errors) == 1
    assert video.name in errors[0]
    assert expected in errors[0].lower()
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("dwell_s", "dwel_s", "unknown key. Did you mean `dwell_s`"),
        pytest.param(
            "[[0, 0], [1, 0], [1, 1], [0, 1]]",
            "[[0, 0], [1, 1], [1, 0], [0, 1]]",
            "cross",
            marks=pytest.mark.whole,
        ),
        pytest.param("dwell_s: 1.0", "classes: [giraffe]", "giraffe", marks=pytest.mark.whole),
        pytest.param(
            "model: campus_objects",
            "model: campus_object",
            "campus_object",
            marks=pytest.mark.whole,
        ),
    ],
)
def test_a_bad_configuration_is_one_clear_line(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    text = _EVERYWHERE.read_text("utf-8")
    assert old in text
    config = tmp_path / "broken.yaml"
    config.write_text(text.replace(old, new, 1), "utf-8")
    for command in (
        ("config", "check", config),
        ("analyze", street_video(), "--config", config, "--out", tmp_path / "out"),
    ):
        answer = _mingan(*command)
        assert answer.returncode == 2, answer.stderr
        errors = [line for line in answer.stderr.splitlines() if line.startswith("error:")]
        assert len(errors) == 1
        assert expected in errors[0]
        assert "Traceback" not in answer.stderr


@pytest.mark.whole
def test_an_output_folder_that_cannot_be_made_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    answer = _mingan(
        *("analyze", street_video(), "--config", _EVERYWHERE, "--out", tmp_path / "file" / "out")
    )
    assert answer.returncode == 2
    assert "output folder cannot be written" in answer.stderr
    assert "Traceback" not in answer.stderr


@pytest.mark.whole
def test_models_are_listed_and_verified() -> None:
    listed = _mingan("models", "list")
    assert listed.returncode == 0
    assert "campus_objects" in listed.stdout
    verified = _mingan("models", "verify")
    assert verified.returncode == 0, verified.stderr
    assert "campus_objects: ok" in verified.stdout
    unknown = _mingan("models", "verify", "giraffes")
    assert unknown.returncode == 2
    assert "giraffes" in unknown.stderr
    assert "Traceback" not in unknown.stderr
