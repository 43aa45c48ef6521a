"""One library reads every command line that ships, and each command tells what it does."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator

import pytest
import typer

from tests.house.tracked import ROOT, relative, tracked_files

OTHER_LIBRARIES = {"argparse", "optparse", "getopt", "click", "docopt", "fire"}
SHIPPED = ("api/", "pipeline/", "models/")
NOT_SHIPPED = "models/train/"
"""Left out of the wheel; see tests/house/test_wheel.py."""
PROGRAMS = (
    "pipeline.cli",
    "api",
    "api.demo",
    "models.eval",
    "models.export",
    "models.export.int8",
)


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


@pytest.mark.whole
def test_what_ships_reads_its_command_lines_with_typer_alone() -> None:
    shipped = [
        path
        for path in tracked_files()
        if path.suffix == ".py"
        and relative(path).startswith(SHIPPED)
        and not relative(path).startswith(NOT_SHIPPED)
    ]
    assert len(shipped) > 200
    used = {
        f"{relative(path)}: {name}"
        for path in shipped
        for name in _imports(ast.parse(path.read_text("utf-8")))
        if name in OTHER_LIBRARIES
    }
    assert used == set()


def _app(program: str) -> typer.Typer:
    if program in ("api", "api.demo", "models.eval", "models.export"):
        program += ".__main__"
    module = __import__(program, fromlist=["app"])
    assert isinstance(module.app, typer.Typer), program
    return module.app


def _commands(name: str, command: object) -> Iterator[tuple[str, object]]:
    yield name, command
    for inner, each in getattr(command, "commands", {}).items():
        yield from _commands(f"{name} {inner}", each)


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_command_and_every_option_is_told(program: str) -> None:
    silent = []
    for name, command in _commands(program, typer.main.get_command(_app(program))):
        if not getattr(command, "help", None):
            silent.append(name)
        for each in getattr(command, "params", []):
            if not getattr(each, "help", None) and not getattr(each, "hidden", False):
                silent.append(f"{name} {each.name}")
    assert silent == []


@pytest.mark.whole
@pytest.mark.parametrize(
    "program",
    [PROGRAMS[0], *(pytest.param(each, marks=pytest.mark.whole) for each in PROGRAMS[1:])],
)
def test_a_mistyped_option_is_one_sentence_and_exit_code_2(program: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", program, "--no-such-option"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        timeout=120,
    )
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert "No such option: --no-such-option" in ended.stderr
    assert "Traceback" not in ended.stderr
