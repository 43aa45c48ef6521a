"""Import rules cover every room, also those added after the rules were written."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.house.tracked import ROOT, tracked_files

CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
    "contracts"
]


@pytest.mark.parametrize(
    "repository", sorted((ROOT / "api").glob("*/repository.py")), ids=lambda path: path.parent.name
)
def test_every_repository_belongs_to_its_room(repository: Path) -> None:
    room = f"api.{repository.parent.name}"
    protecting = [c for c in CONTRACTS if f"{room}.repository" in c.get("protected_modules", ())]
    assert protecting, f"state in pyproject.toml that only {room} imports its repository"
    assert room in protecting[0]["allowed_importers"]


def test_the_layers_of_pipeline_name_every_room() -> None:
    layered = [c for c in CONTRACTS if c["type"] == "layers"]
    assert [c["containers"] for c in layered] == [["pipeline"]]
    assert layered[0]["exhaustive"] is True


FORBIDDEN = [
    ("pipeline/core/clock.py", "import pipeline.video", "inside pipeline"),
    ("pipeline/video/ring.py", "import api.settings", "of the api only its contract"),
    ("pipeline/video/ring.py", "import models.train", "of the models only their manifest"),
    ("api/settings.py", "import pipeline.core", "the api knows nothing of the worker"),
    ("api/contract/base.py", "import pipeline.core", "the wire contract"),
    ("models/manifest.py", "import api.contract", "manifests import nothing"),
    ("api/cameras/service.py", "import api.alerts.repository", "only api.alerts uses"),
]


def test_the_rules_find_what_they_forbid(tmp_path: Path) -> None:
    for source in tracked_files():
        name = source.relative_to(ROOT)
        if name.parts[0] in ("api", "pipeline", "models") and source.suffix == ".py":
            target = tmp_path / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(source.read_text("utf-8"), "utf-8")
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text("utf-8"), "utf-8")
    kept = set(_verdicts(tmp_path, "KEPT"))
    for path, line, contract in FORBIDDEN:
        assert [name for name in kept if contract in name], f"{contract} is broken as it stands"
        with (tmp_path / path).open("a", encoding="utf-8") as module:
            module.write(f"\n{line}\n")
    broken = _verdicts(tmp_path, "BROKEN")
    for path, line, contract in FORBIDDEN:
        assert [name for name in broken if contract in name], f"{line} in {path} was not noticed"


def _verdicts(tree: Path, verdict: str) -> list[str]:
    """Names of the contracts that are KEPT or BROKEN."""
    ended = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"],
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
        env={"COLUMNS": "300", "PYTHONPATH": str(tree)},
    )
    return re.findall(rf"^(.+) {verdict}\b", ended.stdout, re.M)
