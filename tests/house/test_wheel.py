"""The wheel alone, in an environment that has its packages and nothing of this folder."""

from __future__ import annotations

import os
import shutil
import site
import subprocess
import sys
import time
import venv
from pathlib import Path

import av
import httpx
import numpy as np
import pytest

pytestmark = pytest.mark.whole

ROOT = Path(__file__).parents[2]
_STARTS_S = 60.0
_NOT_IN_A_WHEEL = shutil.ignore_patterns("node_modules", "__pycache__")


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter with the wheel installed."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    # A copy: a build in place leaves its files behind, and the next one would take them along.
    for name in ("api", "configs", "pipeline", "models"):
        shutil.copytree(ROOT / name, source / name, ignore=_NOT_IN_A_WHEEL)
    for name in ("pyproject.toml", "README.md", "LICENSE", "NOTICE"):
        shutil.copy2(ROOT / name, source / name)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    built = subprocess.run(
        [*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, source],
        check=False,
        capture_output=True,
        text=True,
    )
    assert built.returncode == 0, built.stderr
    [wheel] = folder.glob("mingan-*.whl")
    venv.create(folder / "venv", with_pip=False)
    interpreter = folder / "venv" / "bin" / "python"
    installed = subprocess.run(
        [*pip, "--python", interpreter, "install", "--no-deps", "--no-index", wheel],
        check=False,
        capture_output=True,
        text=True,
    )
    assert installed.returncode == 0, installed.stderr
    # The packages it needs, but not the editable install beside them: a path named in a .pth is
    # not searched for .pth files of its own.
    [packages] = (folder / "venv").glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text("\n".join(site.getsitepackages()) + "\n")
    return interpreter


def _run(python: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    return subprocess.run(
        [python, "-P", *arguments],
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
        env=environment,
        timeout=120,
    )


def _mingan(python: Path, folder: Path, *arguments: str) -> str:
    done = _run(python, folder, str(python.with_name("mingan")), *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_profiles_of_what_is_asked_come_with_it(python: Path, tmp_path: Path) -> None:
    program = "from api.coverage.profiles import load_profiles as load; import datetime as dt; "
    told = _run(python, tmp_path, "-c", program + "print(load(None).in_force(dt.date.today()))")
    assert told.returncode == 0, told.stderr
    assert "cn-school" in told.stdout


def test_it_comes_from_the_wheel_and_without_the_training(python: Path, tmp_path: Path) -> None:
    where = _run(python, tmp_path, "-c", "import api, models, pipeline; print(api.__file__)")
    assert where.stdout.startswith(str(python.parents[1])), where.stderr
    training = _run(python, tmp_path, "-c", "import models.train")
    assert "ModuleNotFoundError" in training.stderr


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ((), "analyze"),
        (("eval",), "boxes"),
        (("eval", "boxes"), "--labels"),
        (("worker",), "--config"),
        (("api",), "serve"),
        (("recordings", "audit"), "--"),
        (("models", "import"), "--"),
    ],
)
def test_each_command_explains_itself(
    python: Path, tmp_path: Path, arguments: tuple[str, ...], shown: str
) -> None:
    assert shown in _mingan(python, tmp_path, *arguments, "--help")


def test_the_models_are_in_it(python: Path, tmp_path: Path) -> None:
    assert "campus_objects" in _mingan(python, tmp_path, "models", "list")


def test_it_analyses_a_recording(python: Path, tmp_path: Path) -> None:
    video = tmp_path / "street.mp4"
    with av.open(str(video), "w") as out:
        stream = out.add_stream("libx264", rate=5)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for _ in range(10):
            frame = av.VideoFrame.from_ndarray(np.zeros((240, 320, 3), np.uint8), format="bgr24")
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    rules = ROOT / "configs" / "examples" / "intrusion-anywhere.yaml"
    _mingan(python, tmp_path, "analyze", str(video), "--config", str(rules), "--out", "answer")
    assert any((tmp_path / "answer").rglob("*.json*"))


def test_it_serves_the_command_centre_and_its_pages(python: Path, tmp_path: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    process = subprocess.Popen(
        [python, "-P", python.with_name("mingan"), "api", "--data-dir", "data", "--port", "0"],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        until = time.monotonic() + _STARTS_S
        address = ""
        for line in process.stdout:
            assert time.monotonic() < until
            if line.startswith("console: "):
                address = line.partition(": ")[2].strip()
                break
        assert httpx.get(f"{address}/api/v1/health").json()["status"] == "ok"
        assert "<div id=" in httpx.get(address).text
    finally:
        process.terminate()
        process.communicate(timeout=30)
