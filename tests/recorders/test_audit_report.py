"""The audit of a folder as a document: HTML and PDF say what the table says, in both languages."""

from __future__ import annotations

import base64
import re
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import cv2
import numpy as np
import pytest
from click.testing import Result
from typer.testing import CliRunner

from pipeline.core.errors import ConfigError
from pipeline.recordings_cli import recordings_app
from tests.recorders.film import put
from tests.support.fonts import why_no_pdf
from tests.support.paper import read_pdf

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 5, 1, 8, 0, tzinfo=ZONE)
needs_pdf = pytest.mark.skipif(why_no_pdf() is not None, reason=why_no_pdf() or "")


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two cameras of two minutes; one lacks 58 s, and a third one everything."""
    root = tmp_path_factory.mktemp("nvr")
    for camera, offsets in (("whole", (0, 60)), ("<b>holed", (0, 118))):
        for offset_s in offsets:
            moment = START + timedelta(seconds=offset_s)
            name = moment.strftime("%Y%m%d/%H%M%S.mp4")
            put(root / camera / name, min(60, 120 - offset_s), fps=1)
    return root


def _audit(root: Path, report: Path, *more: str) -> Result:
    return CliRunner().invoke(
        recordings_app,
        ["audit", "--root", str(root), "--from", "2026-05-01T08:00", "--to", "2026-05-01T08:02",
         "--require-days", "1", "--expect", "whole,<b>holed,absent", "--report", str(report),
         *more],
    )  # fmt: skip


def test_a_page_states_each_camera_and_takes_no_name_for_markup(
    recordings: Path, tmp_path: Path
) -> None:
    path = tmp_path / "out.html"
    assert _audit(recordings, path).exit_code == 3
    page = path.read_text("utf-8")
    for text in (
        "不合格：",
        "58 秒",
        "2026-05-01 08:01:00",
        "&lt;b&gt;holed",
        "absent",
        "录像缺失",
        '<html lang="zh-CN">',
    ):
        assert text in page, text
    assert "<b>" not in page
    assert "http" not in page, "one file that needs nothing else"


def test_a_page_holds_its_pictures_and_says_why_one_is_missing(
    recordings: Path, tmp_path: Path
) -> None:
    path = tmp_path / "out.html"
    _audit(recordings, path, "--lang", "en")
    page = path.read_text("utf-8")
    jpegs = re.findall(r'src="data:image/jpeg;base64,([^"]+)"', page)
    assert page.count("<img") == len(jpegs) == 4, "the oldest and the newest of two cameras"
    for jpeg in jpegs:
        content = np.frombuffer(base64.b64decode(jpeg), np.uint8)
        assert cv2.imdecode(content, cv2.IMREAD_COLOR) is not None
    assert "Oldest day, 2026-05-01 08:00:00" in page
    assert "campus_objects" in page, "who found whom to blur"
    assert page.count("no footage in this window") == 2, "of the absent one"
    assert page.count("<svg") == 3
    _audit(recordings, path, "--no-pictures")
    bare = path.read_text("utf-8")
    assert "<img" not in bare
    assert "脱敏" not in bare.split("<body>")[1].replace("摄像机画面（已脱敏）", "")
    assert bare.count("<svg") == 3


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("zh", ("1 天完整", "1 天有缺失", "没有最近画面：该时段没有录像")),
        ("en", ("1 d whole", "1 d with gaps", "No newest picture: no footage in this window")),
    ],
)
def test_each_camera_is_drawn_over_time_and_told(
    recordings: Path, tmp_path: Path, language: str, told: tuple[str, ...]
) -> None:
    path = tmp_path / "out.html"
    _audit(recordings, path, "--lang", language)
    for text in told:
        assert text in path.read_text("utf-8"), text


def test_a_file_without_a_picture_is_named_in_its_place(tmp_path: Path) -> None:
    path = put(tmp_path / "nvr" / "gate" / "20260501" / "080000.mp4", 60, fps=1)
    content = bytearray(path.read_bytes())
    begin, end = content.index(b"mdat") + 4, content.index(b"moov") - 4
    content[begin:end] = b"\xff" * (end - begin)
    path.write_bytes(content)
    _audit(tmp_path / "nvr", tmp_path / "out.html")
    page = (tmp_path / "out.html").read_text("utf-8")
    assert "没有最近画面：gate/20260501/080000.mp4 等文件解不出画面" in page


@needs_pdf
@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("zh", ("不合格：", "58 秒", "录像缺失", "<b>holed", "第 1 页，共 2 页")),
        ("en", ("Does not meet the requirements:", "58 s", "Footage missing", "Page 1 of 2")),
    ],
)
def test_a_pdf_states_the_same_and_is_the_same_again(
    recordings: Path, tmp_path: Path, language: str, texts: tuple[str, ...]
) -> None:
    first, second = tmp_path / "a.pdf", tmp_path / "b.pdf"
    for path in (first, second):
        assert _audit(recordings, path, "--lang", language).exit_code == 3
    assert first.read_bytes() == second.read_bytes()
    pdf = read_pdf(first.read_bytes())
    for text in texts:
        assert text in pdf.text, text
    assert pdf.images == 4
    assert pdf.fonts
    assert all(pdf.fonts.values())


@pytest.mark.parametrize(
    ("name", "lang", "what"),
    [
        ("out.doc", "zh", "neither .html nor .pdf"),
        ("out.html", "fr", "no language"),
        ("nowhere/out.html", "zh", "cannot be written"),
    ],
)
def test_what_cannot_be_written_is_said_in_one_line(
    recordings: Path, tmp_path: Path, name: str, lang: str, what: str
) -> None:
    result = _audit(recordings, tmp_path / name, "--lang", lang)
    assert isinstance(result.exception, ConfigError)
    assert what in str(result.exception)
