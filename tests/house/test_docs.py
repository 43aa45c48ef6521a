"""Documents link to what exists and name commands that exist."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
import typer

from pipeline import cli
from tests.house.links import anchors, broken_links, shell_commands
from tests.house.tracked import ROOT, markdown_files, relative


@pytest.mark.parametrize("document", markdown_files(), ids=relative)
def test_links_resolve(document: Path) -> None:
    assert broken_links(document) == []


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    (tmp_path / "b.md").write_text("# Two words\n", "utf-8")
    document = tmp_path / "a.md"
    document.write_text(
        "[ok](b.md#two-words) [no file](c.md) [no heading](b.md#three) `[code](d.md)`\n", "utf-8"
    )
    assert broken_links(document) == ["c.md", "b.md#three"]


def test_anchors_are_made_as_github_makes_them() -> None:
    assert anchors("# A `b` c?\n## 中文 标题\n") == {"a-b-c", "中文-标题"}


def _commands(program: str) -> list[tuple[str, list[str]]]:
    found = []
    for document in markdown_files():
        for words in shell_commands(document.read_text("utf-8")):
            name = words[0].removeprefix("./").removeprefix(".venv/bin/")
            if name == program or (program == "scripts/" and name.startswith(program)):
                found.append((relative(document), [name, *words[1:]]))
    return found


def test_commands_are_cut_out_of_shell_blocks() -> None:
    markdown = "```sh\nA=1 ./scripts/run --fresh  # why\ncd x && mingan api \\\n  --port 1\n```\n"
    assert shell_commands(markdown) == [
        ["./scripts/run", "--fresh"],
        ["cd", "x"],
        ["mingan", "api", "--port", "1"],
    ]


def test_the_readme_opens_with_the_two_commands() -> None:
    for name in ("README.md", "README.zh-CN.md"):
        commands = shell_commands((ROOT / name).read_text("utf-8"))
        scripts = [words[0] for words in commands if words[0].startswith("./scripts/")]
        assert scripts[:2] == ["./scripts/run", "./scripts/test"], name


@pytest.mark.whole
@pytest.mark.parametrize(("document", "words"), _commands("scripts/"))
def test_scripts_in_documents_exist_and_know_their_options(document: str, words: list[str]) -> None:
    script = ROOT / words[0]
    assert os.access(script, os.X_OK), f"{document} names {words[0]}"
    options = [word.partition("=")[0] for word in words[1:] if word.startswith("-")]
    if not options:
        return
    shown = subprocess.run(
        [script, "--help"], capture_output=True, text=True, check=True, timeout=60
    ).stdout
    unknown = [option for option in options if option not in shown and option != "-k"]
    assert unknown == [], f"{document}: {' '.join(words)}"


@pytest.mark.whole
@pytest.mark.parametrize(("document", "words"), _commands("mingan"))
def test_mingan_commands_in_documents_exist(document: str, words: list[str]) -> None:
    command = typer.main.get_command(cli.app)
    rest = words[1:]
    while rest and not rest[0].startswith("-") and hasattr(command, "commands"):
        name = rest.pop(0)
        assert name in command.commands, f"{document}: mingan has no {name!r}"
        command = command.commands[name]
    if command.context_settings.get("ignore_unknown_options"):
        if words[1] in ("backup", "restore", "audit"):
            known = _handed_on("api", "audit-verify" if words[1] == "audit" else words[1])
        else:
            program = _PROGRAMS[words[1]]
            known = _handed_on(program, rest[0] if not rest[0].startswith("-") else "serve")
    else:
        known = {opt for p in command.params for opt in (*p.opts, *p.secondary_opts)} | {"--help"}
    used = {word.partition("=")[0] for word in rest if word.startswith("--")}
    assert used <= known, f"{document}: {' '.join(words)}"


_PROGRAMS = {
    "api": "api",
    "demo": "api.demo",
    "eval": "models.eval",
    "models": "models.export",
}
"""What a command of ``mingan`` hands on to."""


@cache
def _handed_on(program: str, subcommand: str) -> set[str]:
    """Options of what ``mingan api`` or ``mingan eval`` hands on to."""
    shown = subprocess.run(
        [sys.executable, "-m", program, subcommand, "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return set(re.findall(r"--[a-z][a-z-]*", shown.stdout))


@pytest.mark.parametrize(
    "document", sorted((ROOT / "docs/guide").glob("*.md")), ids=lambda path: path.stem
)
def test_both_languages_of_the_guide_have_the_same_parts(document: Path) -> None:
    twin = document.parent / "zh" / document.name
    levels = [
        re.findall(r"^(#+) ", path.read_text("utf-8"), re.MULTILINE) for path in (document, twin)
    ]
    assert levels[0] == levels[1]


def test_the_index_of_decisions_lists_each_once() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", (folder / "README.md").read_text("utf-8"))
    written = [path.name for path in markdown_files() if path.parent == folder]
    assert listed == sorted(name for name in written if name[0].isdigit())


@pytest.mark.parametrize("guide", ["docs/guide/add-a-camera.md", "docs/guide/zh/add-a-camera.md"])
def test_the_guide_names_every_rule(guide: str) -> None:
    text = (ROOT / guide).read_text("utf-8")
    rules = sorted(path.stem for path in (ROOT / "configs" / "rules").glob("*.yaml"))
    assert rules
    assert [rule for rule in rules if f"`{rule}`" not in text] == []
