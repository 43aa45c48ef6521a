"""The container files agree with each other and with what runs them here."""

from __future__ import annotations

import importlib.util
import re
import sys
from types import ModuleType
from typing import Any

import pytest
import yaml

from tests.house.tracked import ROOT


def _docker_steps() -> ModuleType:
    path = ROOT / "scripts" / "docker_steps.py"
    spec = importlib.util.spec_from_file_location("docker_steps", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["docker_steps"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


docker_steps = _docker_steps()


def _compose() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
    return document


def test_instructions_join_continued_lines_and_drop_comments() -> None:
    assert docker_steps.instructions("# c\nFROM a:1 AS b\nRUN x \\\n    --y\n\nUSER 1\n") == [
        ("FROM", "a:1 AS b"),
        ("RUN", "x --y"),
        ("USER", "1"),
    ]


@pytest.mark.parametrize(
    ("path", "ignored"),
    [
        ("README.md", False),
        ("api/app.py", False),
        ("api/console/src/main.tsx", False),
        ("api/console/node_modules/x/index.js", True),
        ("models/train/campus.py", True),
        ("tests/x.py", True),
        ("requirements/image.lock", False),
        ("requirements/dev.lock", True),
        ("scripts/fetch_font", False),
        ("scripts/setup", True),
        (".git/config", True),
    ],
)
def test_what_the_engine_is_sent(path: str, ignored: bool) -> None:
    lines = (ROOT / ".dockerignore").read_text("utf-8").split()
    assert docker_steps.is_ignored(path, lines) is ignored


def test_base_images_are_pinned() -> None:
    images = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text("utf-8"), re.M)
    assert images
    for image in images:
        assert re.search(r":\d+\.\d+\.\d+-", image), image


def test_the_image_does_not_run_as_root() -> None:
    users = re.findall(r"^USER (\S+)", (ROOT / "Dockerfile").read_text("utf-8"), re.M)
    assert users
    assert users[-1].partition(":")[0] not in ("root", "0")


@pytest.mark.parametrize("service", ["api", "worker", "meetings"])
def test_services_are_hardened(service: str) -> None:
    said = _compose()["services"][service]
    assert said["read_only"] is True
    assert said["cap_drop"] == ["ALL"]
    assert said["restart"] == "unless-stopped"
    assert ":latest" not in said["image"]
    assert ":" in said["image"]


def test_the_engine_of_meetings_is_off_and_reached_by_the_command_centre_alone() -> None:
    engine = _compose()["services"]["meetings"]
    assert engine["profiles"] == ["meetings"]
    assert engine["network_mode"] == "service:api"
    assert "ports" not in engine
    assert engine["volumes"] == ["meetings-files:/data/meetings:ro"]


def test_the_worker_waits_for_a_healthy_command_centre() -> None:
    worker = _compose()["services"]["worker"]
    assert worker["depends_on"]["api"]["condition"] == "service_healthy"


def test_every_named_volume_and_secret_is_declared() -> None:
    compose = _compose()
    for service in compose["services"].values():
        for mount in service["volumes"]:
            source = mount.partition(":")[0]
            assert source.startswith(".") or source in compose["volumes"], mount
        for secret in service.get("secrets", ()):
            assert secret in compose["secrets"]
            assert "file" in compose["secrets"][secret]


def test_the_version_is_the_same_everywhere() -> None:
    version = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text("utf-8"), re.M)
    assert version is not None
    label = f'image.version="{version[1]}"'
    assert label in (ROOT / "Dockerfile").read_text("utf-8")
    for name, service in _compose()["services"].items():
        image = "mingan-meetings" if name == "meetings" else "mingan"
        assert service["image"] == f"{image}:{version[1]}"
