"""Samples of all reports are made by one command, of a district made for it."""

from __future__ import annotations

import shutil
from functools import partial
from itertools import product
from pathlib import Path

import pytest
import samples

from api.demo.wanted import Wanted
from api.reports.schemas import ReportFormat, ReportKind
from tests.support.fonts import why_no_pdf
from tests.support.paper import read_pdf, read_sheets

pytestmark = [
    pytest.mark.whole,
    pytest.mark.skipif(why_no_pdf() is not None, reason=why_no_pdf() or ""),
]
_MARKS = {"zh": "（示例）", "en": "(Sample)"}


async def test_each_report_has_a_sample_of_each_form_in_both_languages(
    tmp_path: Path, migrated_data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(samples, "Wanted", partial(Wanted, days=10, schools=1))
    shutil.copytree(migrated_data_dir, tmp_path / "data")
    out = tmp_path / "samples"
    out.mkdir()
    assert await samples.main(out, tmp_path / "data", "sample-01") == 0
    paper = ReportKind.INSPECTION_FORM
    combined = product([kind for kind in ReportKind if kind is not paper], ReportFormat, _MARKS)
    expected = {f"{kind}-{language}.{form}": language for kind, form, language in combined}
    # A form keeps the school's name as it was, in Chinese.
    expected |= {f"{paper}-{language}.pdf": "zh" for language in _MARKS}
    assert {each.name for each in out.iterdir()} == expected.keys()
    for name, language in expected.items():
        content = (out / name).read_bytes()
        if name.endswith(".pdf"):
            pdf = read_pdf(content)
            assert pdf.fonts, name
            assert all(pdf.fonts.values()), name
            text = pdf.text
        else:
            text = str(read_sheets(content))
        assert _MARKS[language].replace(" ", "") in text.replace(" ", ""), name
