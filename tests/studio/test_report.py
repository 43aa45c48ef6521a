"""The printed report and its words."""

from __future__ import annotations

import re
from base64 import b64decode
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from uuid import UUID

import cv2
import numpy as np
import pytest
import yaml

from api.contract import AlertEpisode
from api.contract.vocabulary import Language, vocabulary
from pipeline.rules.economy import Filter
from pipeline.runtime.episodes import Provenance, UsedModel
from pipeline.studio.analyze import Found, Recording
from pipeline.studio.compare import Line, compare
from pipeline.studio.report import ReportOptions, clock, write_report
from pipeline.studio.sums import RuleSum
from pipeline.studio.texts import texts

_ROOT = Path(__file__).resolve().parents[2]


def test_every_word_of_the_report_exists_in_both_languages() -> None:
    assert texts("zh").keys() == texts("en").keys()
    raw = yaml.safe_load((_ROOT / "pipeline/studio/texts.yaml").read_text("utf-8"))
    template = (_ROOT / "pipeline/studio/report.html.j2").read_text("utf-8")
    unused = [key for key in raw if f"t.{key} " not in template and f"t.{key}}}" not in template]
    assert unused == []


def test_the_vocabulary_has_no_empty_word() -> None:
    words = vocabulary()
    for family in type(words).model_fields:
        for key, term in getattr(words, family).items():
            assert term.zh.strip(), (family, key)
            assert term.en.strip(), (family, key)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00.0"), (59.96, "1:00.0"), (123.44, "2:03.4"), (3723, "1:02:03.0")]
)
def test_media_time_reads_as_people_write_it(seconds: float, text: str) -> None:
    assert clock(seconds) == text


def _text(target: Path) -> str:
    """What a reader sees, without markup and style."""

    class Reader(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.words: list[str] = []
            self.is_style = False

        def handle_starttag(self, tag: str, attrs: object) -> None:
            self.is_style = tag == "style"

        def handle_data(self, data: str) -> None:
            if not self.is_style:
                self.words += data.split()

    reader = Reader()
    reader.feed(target.read_text("utf-8"))
    return " ".join(reader.words)


def test_rules_without_alerts_are_told_with_time_outcomes_and_what_was_withheld(
    tmp_path: Path,
) -> None:
    recording = Recording(Path("kitchen.mp4"), "kitchen", duration_s=120.0, packets=3000)
    outcomes = {"violating": 4, "complying": 5, "unable_to_judge": 6}
    recording.sums.rules = [
        RuleSum("no_mask", "no_mask", "专间", 90.0, {"stalled": 30.0}, outcomes),
        RuleSum("crowding", "crowding", "大厅", 120.0, {}, None),
    ]
    recording.sums.removed = {("no_mask", Filter.MERGED): 7, ("no_mask", Filter.PICTURE): 8}
    target = tmp_path / "report.html"
    more = (UsedModel("flames", "d" * 64, ("fire",)),)
    made_by = Provenance("model", "a" * 64, "b" * 64, f"clothes {'c' * 64}", more)
    options = ReportOptions(
        language="zh",
        blurred=True,
        schedules_ignored=False,
        comparison=compare([Line("kitchen.mp4", "masks", "", 1.0, 2.0, "no_mask")], []),
    )
    write_report(target, [recording], made_by, options)
    text = _text(target)
    assert "未戴口罩 专间 0 0:00.0 1:30.0 75 % 4 5 6 7 0 8" in text
    assert "人员聚集 大厅 0 0:00.0 2:00.0 100 % — — — 0 0 0" in text
    assert "未分析时段: 画面中断 0:30.0" in text
    assert "未戴口罩 1 0 0 1 0 0:01.0 0:00.0" in text
    for name, sha256 in (("model", "a" * 16), ("flames", "d" * 16), ("clothes", "c" * 16)):
        assert f"{name} {sha256} " in text
    assert "@page" in target.read_text("utf-8")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_empty_report_says_so_and_escapes_names(tmp_path: Path, language: Language) -> None:
    name = "<script>alert(1)</script>.mp4"
    target = tmp_path / "report.html"
    write_report(
        target,
        [Recording(Path(name), "x", failure="broke off"), Recording(Path("b.mp4"), "b")],
        Provenance("model", "a" * 64, "b" * 64),
        ReportOptions(language=language, blurred=True, schedules_ignored=True),
    )
    html = target.read_text("utf-8")
    parser = HTMLParser()
    parser.feed(html)
    assert "<script>" not in html
    assert texts(language)["no_alerts"] in html
    assert texts(language)["schedule_note"] in html
    assert "broke off" in html


def test_the_report_can_be_sent_on_alone(tmp_path: Path) -> None:
    """Its pictures are inside; videos are linked."""
    opened = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    episode = AlertEpisode(
        id=UUID(int=7),
        revision=1,
        school_id="default",
        camera_id="gate",
        rule="perimeter_intrusion",
        rule_id="yard",
        zone="yard",
        risk="class_1",
        state="closed",
        started_at=opened,
        raised_at=opened,
        ended_at=opened,
        score=0.9,
        classes=("person",),
        track_count=1,
        box_norm_xyxy=(0.1, 0.1, 0.2, 0.2),
        model_id="m",
        model_sha256="a" * 64,
        config_sha256="b" * 64,
    )
    recording = Recording(Path("gate.mp4"), "gate", duration_s=20.0, packets=500)
    pixels = np.full((1080, 1920, 3), 90, np.uint8)
    for number, size in enumerate((640, 1920), 1):
        name = f"snapshots/gate-{number:03d}.jpg"
        (tmp_path / "snapshots").mkdir(exist_ok=True)
        cv2.imwrite(str(tmp_path / name), cv2.resize(pixels, (size, size * 9 // 16)))
        recording.found.append(Found(episode, 1.0, 2.0, 3.0, name))
    (tmp_path / "annotated").mkdir()
    (tmp_path / "annotated/gate.mp4").write_bytes(b"film")
    target = tmp_path / "report.html"
    write_report(
        target,
        [recording],
        Provenance("model", "a" * 64, "b" * 64),
        ReportOptions(language="en", blurred=True, schedules_ignored=False),
    )
    html = target.read_text("utf-8")
    sources = re.findall(r'<img src="([^"]+)"', html)
    assert [source.partition(",")[0] for source in sources] == ["data:image/jpeg;base64"] * 2
    data = [b64decode(source.partition(",")[2]) for source in sources]
    assert data[0] == (tmp_path / "snapshots/gate-001.jpg").read_bytes()
    wide = cv2.imdecode(np.frombuffer(data[1], np.uint8), cv2.IMREAD_COLOR)
    assert wide.shape == (720, 1280, 3)
    assert 'href="annotated/gate.mp4"' in html
