"""Functions and lists of imports that a person takes in at a glance; the few others say why not."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache

import pytest

from tests.house.tracked import relative, tracked_files

MOST_LINES = 60
"""Of a function, its docstring aside."""
MOST_IMPORTS = 25
"""Modules a module imports."""
OURS = ("api/", "pipeline/", "models/", "scripts/")

_MIGRATION = "what a database was once; a migration is never rewritten"
_COMMAND = "a command: half of it declares its options, the rest hands them on"
LONG_FUNCTIONS = {
    "api/db/migrations/versions/0001_initial.py:upgrade": _MIGRATION,
    "api/db/migrations/versions/0015_schools.py:_create_organisation": _MIGRATION,
    "api/db/migrations/versions/0015_schools.py:_cameras_back": _MIGRATION,
    "pipeline/recordings_cli.py:audit_command": _COMMAND,
    "pipeline/recordings_cli.py:export_command": _COMMAND,
    "api/recordings/service.py:get_day": "a page in one answer: its reads, and the view they fill",
    "models/eval/boxes.py:evaluate_boxes": "one pass over pictures that fills all figures at once",
    "models/eval/video.py:evaluate": "one pass over frames that fills all figures at once",
    "pipeline/recorders/export.py:_write": "one pass over packets: what joins two segments is the "
    "state of the pass, which parts of it would only hand around",
    "pipeline/runtime/camera.py:__init__": "puts a camera together of its parts, one line each",
}
_WIRES = "puts together what other rooms make, and so names them all"
MANY_IMPORTS = {
    "api/app.py": _WIRES,
    "api/rounds.py": _WIRES,
    "api/runtime.py": _WIRES,
    "models/eval/__main__.py": "each form of the command has a module of its own",
    "pipeline/recorders/recorder.py": _WIRES,
    "pipeline/recordings_cli.py": "each command has a module of its own",
    "pipeline/rules/base.py": "the registry names the module of each family of rules",
    "pipeline/runtime/camera.py": _WIRES,
    "pipeline/runtime/config.py": "each room configures its part of a box",
    "pipeline/runtime/worker.py": _WIRES,
    "pipeline/studio/analyze.py": _WIRES,
}


@cache
def _modules() -> dict[str, ast.Module]:
    return {
        relative(path): ast.parse(path.read_text("utf-8"))
        for path in tracked_files()
        if path.suffix == ".py" and relative(path).startswith(OURS)
    }


def _functions(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Name and lines of each function, its docstring aside."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if ast.get_docstring(node, clean=False) is not None:
                told = node.body[0]
                lines -= (told.end_lineno or told.lineno) - told.lineno + 1
            yield node.name, lines


def _imports(tree: ast.Module) -> int:
    return sum(
        len(node.names) if isinstance(node, ast.Import) else 1
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom)
    )


@pytest.mark.whole
def test_functions_are_short_or_say_why() -> None:
    long = {
        f"{module}:{name}": lines
        for module, tree in _modules().items()
        for name, lines in _functions(tree)
        if lines > MOST_LINES
    }
    assert {name: lines for name, lines in long.items() if name not in LONG_FUNCTIONS} == {}
    assert sorted(set(LONG_FUNCTIONS) - set(long)) == [], "short by now: take them off the list"


def test_modules_import_few_others_or_say_why() -> None:
    many = {
        module: count
        for module, tree in _modules().items()
        if (count := _imports(tree)) > MOST_IMPORTS
    }
    assert {module: count for module, count in many.items() if module not in MANY_IMPORTS} == {}
    assert sorted(set(MANY_IMPORTS) - set(many)) == [], "few by now: take them off the list"


def test_lines_and_imports_are_counted() -> None:
    body = "\n".join(["    pass"] * 61)
    tree = ast.parse(
        f'import a, b\nfrom c import d, e\ndef f():\n    """Long.\n\n    So."""\n{body}\n'
    )
    assert list(_functions(tree)) == [("f", 62)]
    assert _imports(tree) == 3
