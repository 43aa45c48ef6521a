"""A room uses another room's service, never its repository; SQL stands in repositories only."""

from __future__ import annotations

import ast
import re
from pathlib import Path

API = Path(__file__).parents[2] / "api"
# Where sessions and connections are made and health is probed; everything else asks a repository.
_MAY_SPEAK_SQL = re.compile(r"db/|(.*/)?(\w+_)?repository\.py$")
_SQL_NAMES = {"select", "insert", "update", "delete", "text"}


def _modules() -> list[Path]:
    return [
        path
        for path in API.rglob("*.py")
        if path.relative_to(API).parts[0] not in {"console", "contract"}
    ]


def _imports(path: Path) -> list[tuple[str, list[str]]]:
    found: list[tuple[str, list[str]]] = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            found.append((node.module, [alias.name for alias in node.names]))
        elif isinstance(node, ast.Import):
            found += [(alias.name, []) for alias in node.names]
    return found


def test_no_room_imports_anothers_repository() -> None:
    wrong = [
        f"{path.relative_to(API)} imports {module}"
        for path in _modules()
        for module, _ in _imports(path)
        if module.startswith("api.")
        and module.endswith(".repository")
        and module.split(".")[1] != path.relative_to(API).parts[0]
    ]
    assert wrong == []


def test_sql_stands_in_repositories_only() -> None:
    wrong = [
        str(path.relative_to(API))
        for path in _modules()
        if not _MAY_SPEAK_SQL.match(path.relative_to(API).as_posix())
        for module, names in _imports(path)
        if module.split(".")[0] == "sqlalchemy" and _SQL_NAMES & set(names)
    ]
    assert wrong == []


def test_only_the_unit_of_work_commits() -> None:
    committing = [
        str(path.relative_to(API)) for path in _modules() if ".commit()" in path.read_text("utf-8")
    ]
    assert committing == ["bus/work.py"]


def test_the_api_imports_nothing_of_the_worker() -> None:
    wrong = [
        f"{path.relative_to(API)} imports {module}"
        for path in _modules()
        for module, _ in _imports(path)
        if module.split(".")[0] in {"pipeline", "models"}
    ]
    assert wrong == []


def test_modules_stay_small() -> None:
    long = {
        str(path.relative_to(API)): count
        for path in _modules()
        if (count := len(path.read_text("utf-8").splitlines())) > 350
        and "migrations" not in path.parts
    }
    assert long == {}
