"""The printed report and its words."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml

from api.contract.vocabulary import Language, vocabulary
from pipeline.runtime.episodes import Provenance
from pipeline.studio.analyze import Recording
from pipeline.studio.report import clock, write_report
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


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_empty_report_says_so_and_escapes_names(tmp_path: Path, language: Language) -> None:
    name = "<script>alert(1)</script>.mp4"
    target = tmp_path / "report.html"
    write_report(
        target,
        [Recording(Path(name), "x", failure="broke off"), Recording(Path("b.mp4"), "b")],
        Provenance("model", "a" * 64, "b" * 64),
        language=language,
        blurred=True,
        schedules_ignored=True,
        analysis_fps=5,
    )
    html = target.read_text("utf-8")
    parser = HTMLParser()
    parser.feed(html)
    assert "<script>" not in html
    assert texts(language)["no_alerts"] in html
    assert texts(language)["schedule_note"] in html
    assert "broke off" in html
