"""No file is frightening to open, tied to a machine, or without a licence."""

from __future__ import annotations

import fnmatch
import re
import tomllib
from pathlib import Path

import pytest

from tests.house.tracked import ROOT, relative, text_of, tracked_files

MAX_LINES = 600
_REVISION = re.compile(r'^revision = "(\w+)"', re.M)
_DOWN_REVISION = re.compile(r'^down_revision = "(\w+)"', re.M)
GENERATED = ("api/console/src/client/",)

# Written in pieces, so that this file does not find itself.
FORBIDDEN = {
    "a path of one machine": re.compile(r"(?<![\w.}])/(?:" + r"work|root" + r")/\w"),
    "a package index or registry": re.compile(
        r"\b(?:"
        + "|".join(
            name.replace("·", r"\.")
            for name in (
                "pypi·org",
                "files·pythonhosted·org",
                "registry·npmjs·org",
                "registry·yarnpkg·com",
                "deb·debian·org",
                "docker·io",
                "ghcr·io",
                "quay·io",
                "registry·npmmirror·com",
                "pkg·dev",
            )
        )
        + r")\b"
    ),
    "a private key": re.compile("-----BEGIN [A-Z ]*PRIVATE " + "KEY-----"),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_contains(what: str) -> None:
    found = []
    for path in tracked_files():
        text = text_of(path)
        for number, line in enumerate((text or "").splitlines(), start=1):
            if FORBIDDEN[what].search(line):
                found.append(f"{relative(path)}:{number}: {line.strip()[:80]}")
    assert found == []


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("a path of one machine", "open('/" + "work/main/x')"),
        ("a package index or registry", "https://" + "pypi" + ".org/simple"),
        ("a private key", "-----BEGIN RSA PRIVATE " + "KEY-----"),
    ],
)
def test_the_patterns_find_what_they_are_for(what: str, line: str) -> None:
    assert FORBIDDEN[what].search(line)


def test_no_module_is_longer_than_a_person_reads() -> None:
    long = {}
    for path in tracked_files():
        name = relative(path)
        if path.suffix in (".py", ".ts", ".tsx") and not name.startswith(GENERATED):
            lines = len(path.read_text("utf-8").splitlines())
            if lines > MAX_LINES:
                long[name] = lines
    assert long == {}


def test_no_module_is_a_drawer_for_leftovers() -> None:
    drawers = {"utils.py", "helpers.py", "common.py", "misc.py"}
    assert [relative(path) for path in tracked_files() if path.name in drawers] == []


def test_the_licence_is_whole_and_named() -> None:
    text = (ROOT / "LICENSE").read_text("utf-8")
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text
    assert "Apache License, Version 2.0" in (ROOT / "NOTICE").read_text("utf-8")


@pytest.mark.parametrize(
    "weights", sorted((ROOT / "models" / "weights").glob("*.onnx")), ids=relative
)
def test_weights_have_a_card(weights: Path) -> None:
    assert weights.with_suffix(".md").is_file()


def _is_shipped(name: str, patterns: dict[str, list[str]]) -> bool:
    package, _, rest = name.partition("/")
    own = any(fnmatch.fnmatchcase(rest, pattern) for pattern in patterns.get(package, []))
    return own or any(fnmatch.fnmatchcase(Path(name).name, pattern) for pattern in patterns["*"])


def test_what_the_code_reads_is_in_its_package() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
    left_out = ("api/console/", "models/train/")
    missing = [
        name
        for name in map(relative, tracked_files())
        if name.startswith(("api/", "pipeline/", "models/"))
        and not name.endswith(".py")
        and not name.startswith(left_out)
        and name != "api/openapi.json"  # generated for the console's build
        and not _is_shipped(name, settings["package-data"])
    ]
    assert missing == []


def test_migrations_are_one_chain_in_the_order_of_their_names() -> None:
    """Two changes may each add the next number; together they would leave two heads."""
    texts = [
        path.read_text("utf-8")
        for path in sorted((ROOT / "api/db/migrations/versions").glob("0*.py"))
    ]
    names = [match[1] for text in texts if (match := _REVISION.search(text))]
    before = [match[1] for text in texts if (match := _DOWN_REVISION.search(text))]
    assert before == names[:-1]
    assert [name[:4] for name in names] == [f"{number:04}" for number in range(1, len(names) + 1)]
