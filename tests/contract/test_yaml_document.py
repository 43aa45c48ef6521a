"""YAML to document to YAML loses nothing that a configuration can say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from api.contract.yaml_document import (
    DocumentError,
    digest_of,
    line_of,
    read_document,
    write_document,
)
from pipeline.runtime.config import AnalysisFile, BoxConfig
from pipeline.runtime.yaml_file import read_yaml
from tests.contract.whole_box import WHOLE_BOX

_CONFIGS = Path(__file__).parents[2] / "configs"
_FILES = sorted(_CONFIGS.rglob("*.yaml"))
_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63) + 1, 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


_BILLION = "a: &a [1]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@given(_JSON)
def test_any_document_comes_back(document: Any) -> None:
    assert read_document(write_document(document)) == document


@pytest.mark.parametrize("path", _FILES, ids=lambda path: str(path.relative_to(_CONFIGS)))
def test_every_file_that_ships_comes_back(path: Path) -> None:
    document = read_document(path.read_text("utf-8"))
    again = write_document(document)
    assert read_document(again) == document
    assert digest_of(read_document(again)) == digest_of(document)


def test_a_box_of_every_option_means_the_same_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "box.yaml"
    again = write_document(read_document(WHOLE_BOX))
    assert read_yaml(again, path, BoxConfig) == read_yaml(WHOLE_BOX, path, BoxConfig)


def test_that_box_has_every_key_there_is() -> None:
    """A new option is added to it, or this fails."""
    schema = BoxConfig.model_json_schema()
    parts = {"": schema, **schema["$defs"]}
    known = {name for part in parts.values() for name in part.get("properties", {})}
    assert known - _keys(yaml.safe_load(WHOLE_BOX)) == set()


def _keys(value: object) -> set[str]:
    if isinstance(value, dict):
        return {str(key) for key in value} | {k for each in value.values() for k in _keys(each)}
    if isinstance(value, list):
        return {k for each in value for k in _keys(each)}
    return set()


@pytest.mark.parametrize("name", ["fire-anywhere", "intrusion-anywhere", "left-object-anywhere"])
def test_an_analysis_means_the_same_afterwards(name: str) -> None:
    path = _CONFIGS / "examples" / f"{name}.yaml"
    text = path.read_text("utf-8")
    again = write_document(read_document(text))
    assert read_yaml(again, path, AnalysisFile) == read_yaml(text, path, AnalysisFile)


def test_keys_of_a_newer_version_are_kept() -> None:
    text = WHOLE_BOX + "a_newer_key: {with: [1, 2.5, ja], day: 2031-02-03}\n"
    document = read_document(write_document(read_document(text)))
    assert isinstance(document, dict)
    assert document["a_newer_key"] == {"with": [1, 2.5, "ja"], "day": "2031-02-03"}


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("a: 1\nb: [", 2, "not valid YAML"),
        ("a: 1\nb: 2\na: 3", 3, "given twice"),
        ("a:\n  1: x", 2, "a key is a text"),
        ("a: 1\nb: .inf", 2, "cannot be stored"),
        ("a: 9223372036854775808", 1, "cannot be stored"),
        ('a: 1\nb: "\\0"', 2, "NUL"),
        ("a: !!binary aGk=", 1, "this kind of value"),
        ("a: 2026-02-30", None, "not valid YAML"),
        ("", None, "empty"),
        ("&a [*a]", 1, "too much of it"),
        (_BILLION, None, "too much of it"),
        ("[" * 200 + "]" * 200, 1, "too much of it"),
        ("? [a, b]\n: 1", 1, "a key is one word"),
    ],
)  # fmt: skip
def test_what_json_cannot_hold_is_refused_with_its_line(
    text: str, line: int | None, what: str
) -> None:
    with pytest.raises(DocumentError, match=what) as refused:
        read_document(text)
    if line is not None:
        assert refused.value.line == line


def test_brackets_without_end_are_refused() -> None:
    with pytest.raises(DocumentError, match=r"nested too deeply|not valid YAML"):
        read_document("[" * 100_000)


def test_a_path_is_found_as_far_as_there_is_one() -> None:
    text = "site: {id: a}\ncameras:\n  - id: one\n  - id: two\n    rules:\n      - type: x\n"
    assert line_of(text, ("cameras", 1, "rules", 0, "type")) == 6
    assert line_of(text, ("cameras", 1, "name")) == 4
    assert line_of(text, ("nothing",)) is None
    assert line_of("a: [", ("a",)) is None
