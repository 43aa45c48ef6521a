"""``mingan exam``: from a recorder's folder to a package that is verified without a server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import Result
from typer.testing import CliRunner

from api.contract.exam_package.manifest import (
    MANIFEST_NAME,
    LogHead,
    Manifest,
    SealedCamera,
    SealingFacts,
)
from pipeline.core.clock import ManualClock
from pipeline.core.errors import ConfigError
from pipeline.exam_cli import exam_app
from pipeline.recorders.recorder import Recorder, RecorderSettings
from pipeline.recorders.retention import RetentionPolicy
from tests.recorders.test_recorder import BEGIN, Box, ScriptedDisk

START = datetime.fromtimestamp(BEGIN, UTC)


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    """Two minutes of a camera, half a minute away, one minute more."""
    clock, disk = ManualClock(BEGIN), ScriptedDisk()
    settings = RecorderSettings(tmp_path / "rec", ZoneInfo("Asia/Shanghai"), reserve_bytes=0)
    recorder = Recorder(settings, {"gate": RetentionPolicy(30)}, clock, disk=disk)
    recorder.recover()
    made = Box(settings.root, clock, disk, recorder, settings)
    made.watch(120)
    made.away(30)
    made.watch(60)
    recorder.stop()
    yield made
    made.recorder.index.close()


def call(*words: object) -> Result:
    return CliRunner().invoke(exam_app, [str(word) for word in words])


def facts(folder: Path, camera: str = "gate", end: datetime | None = None) -> Path:
    told = SealingFacts(
        format=1,
        sitting_id=12,
        exam="期末",
        session="数学",
        school_id="no2",
        school="第二中学",
        room="第 012 考场",
        starts_at=START,
        ends_at=end or START + timedelta(seconds=210),
        time_zone="Asia/Shanghai",
        cameras=(
            SealedCamera(
                camera_id=camera, name="考场", clock_offset_s=None, clock_measured_at=None
            ),
        ),
        viewings=(),
        showings=(),
        log_head=LogHead(count=0, hash=""),
        made_at=START,
    )
    path = folder / "facts.json"
    path.write_text(told.model_dump_json(), "utf-8")
    return path


def test_from_the_recorder_to_a_proof_without_a_server(box: Box, tmp_path: Path) -> None:
    package, key = tmp_path / "package", tmp_path / "bureau.key"
    collected = call("collect", "--facts", facts(tmp_path), "--root", box.root, "--out", package)
    assert collected.exit_code == 0, collected.output
    manifest = Manifest.model_validate_json((package / MANIFEST_NAME).read_bytes())
    assert manifest.count == len(list(box.root.rglob("*.mp4")))
    [gap] = manifest.missing
    assert abs((gap.ends_at - gap.starts_at).total_seconds() - 30) < 3

    fingerprint = call("key", key).output.strip()
    assert call("key", key).output.strip() == fingerprint
    assert call("verify", package, "--key", fingerprint).exit_code == 3, "nobody signed it yet"
    assert call("sign", package, "--key", key).output.strip() == fingerprint

    # As on another machine: another folder, no configuration, nothing of a command centre loaded.
    carried = package.rename(tmp_path / "stick")
    program = (
        "import sys; from pipeline.cli import main\n"
        "try: main()\n"
        "finally: assert not {'fastapi', 'sqlalchemy'} & set(sys.modules), 'server'\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, "exam", "verify", str(carried), "--key", fingerprint],
        cwd=tmp_path,
        env={
            "PATH": "",
            "PYTHONPATH": os.pathsep.join(sys.path),
            "PYTHONIOENCODING": "utf-8",
        },
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "来源已核验" in ended.stdout
    assert "内容与封存时一致" in ended.stdout

    nobody = call("verify", carried)
    assert nobody.exit_code == 3
    assert "来源未核验" in nobody.output
    told = json.loads(call("verify", carried, "--json").output)
    assert (told["proven"], told["source"], told["faults"]) == (False, "not_verified", [])
    assert told["head"] == manifest.head


@pytest.mark.parametrize(
    ("camera", "later_s", "says"),
    [
        ("gaet", 0, "no camera 'gaet' was ever recorded here"),
        ("gate", 10 * 365 * 86_400, "the session is not over"),
    ],
)
def test_what_cannot_be_collected_says_why(
    box: Box, tmp_path: Path, camera: str, later_s: int, says: str
) -> None:
    end = START + timedelta(seconds=later_s) if later_s else None
    made = facts(tmp_path, camera, end)
    error = call("collect", "--facts", made, "--root", box.root, "--out", tmp_path / "p").exception
    assert isinstance(error, ConfigError)
    assert says in error.line()
    assert not (tmp_path / "p").exists()


def test_facts_that_are_none_are_refused(box: Box, tmp_path: Path) -> None:
    made = facts(tmp_path)
    made.write_text(made.read_text("utf-8").replace('"cameras"', '"pupils"'), "utf-8")
    error = call("collect", "--facts", made, "--root", box.root, "--out", tmp_path / "p").exception
    assert isinstance(error, ConfigError)
    assert "holds no facts of an exam room" in error.line()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--key", "12"), "no fingerprint of a key"),
        (("--lang", "fr"), "no language 'fr'"),
    ],
)
def test_a_wrong_question_is_refused(tmp_path: Path, words: tuple[str, ...], says: str) -> None:
    error = call("verify", tmp_path, *words).exception
    assert isinstance(error, ConfigError)
    assert says in error.line()
