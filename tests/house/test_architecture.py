"""The page about the architecture is true and whole; nothing points to what does not ship."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.house.tracked import ROOT, relative, text_of, tracked_files

PAGE = ROOT / "docs" / "architecture.md"
_LINKED_NAME = re.compile(r"\[`(\w+)`\]\(\.\./([\w/]+\.py)\)")
_ROOM = re.compile(r"`((?:pipeline|api|models)/\w+)`")
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
_TAKEN_ALONG = (".py", ".ts", ".tsx", ".css", ".yaml", ".yml", ".toml", ".md", ".sh")

# Written in pieces, so that this file does not find itself.
_ELSEWHERE = re.compile(
    r"\b(?:" + "|".join(("DES" + "IGN", "STY" + "LE", "DOM" + "AIN", "ENG" + "INES", "PEE" + "RS"))
    + r")(?:\.md\b|\s*§|[,:]\s)"
)  # fmt: skip


def _text() -> str:
    return PAGE.read_text("utf-8")


def test_it_is_one_page() -> None:
    assert len(_text().splitlines()) <= 100


def test_every_class_and_function_it_links_is_in_that_file() -> None:
    named = _LINKED_NAME.findall(_text())
    assert len(named) >= 12
    gone = [
        f"{name} in {file}"
        for name, file in named
        if not re.search(rf"^(?:class|(?:async )?def) {name}\b", (ROOT / file).read_text(), re.M)
    ]
    assert gone == []


def test_it_names_every_room_and_no_other() -> None:
    there = {
        "/".join(Path(relative(path)).parts[:2])
        for path in tracked_files()
        if path.name == "__init__.py" and relative(path).startswith(("pipeline/", "api/"))
    }
    there = {room for room in there if (ROOT / room).is_dir()} | {"api/console"}
    named = set(_ROOM.findall(_text()))
    assert {room for room in named if not room.startswith("models/")} == there
    assert [room for room in named if not (ROOT / room).is_dir()] == []


def test_what_always_holds_is_proven_by_a_test() -> None:
    section = _text().partition("## What always holds")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| ") and "`" in line]
    assert len(rows) >= 8
    for row in rows:
        [(file, name)] = _TEST.findall(row)
        source = (ROOT / file).read_text("utf-8")
        assert re.search(rf"^(?:async )?def {name}\(", source, re.M), f"{file}::{name}"


@pytest.mark.parametrize("document", ["README.md", "README.zh-CN.md", "CONTRIBUTING.md"])
def test_it_is_found_from(document: str) -> None:
    assert "](docs/architecture.md)" in (ROOT / document).read_text("utf-8")


def test_nothing_refers_to_a_document_that_does_not_ship() -> None:
    found = [
        f"{relative(path)}:{number}: {line.strip()[:90]}"
        for path in tracked_files()
        if path.suffix in _TAKEN_ALONG
        for number, line in enumerate((text_of(path) or "").splitlines(), start=1)
        if _ELSEWHERE.search(line)
    ]
    assert found == []


@pytest.mark.parametrize(
    "line", ["(DES" + "IGN §4.1)", "see STY" + "LE.md", "(PEE" + "RS.md, 9)", "(DOM" + "AIN: x)"]
)  # fmt: skip
def test_a_reference_is_found(line: str) -> None:
    assert _ELSEWHERE.search(line)
